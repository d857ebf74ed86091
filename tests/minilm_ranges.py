"""The ranges of the offline model's activations, measured on the repository's own texts.

    python -m tests.minilm_ranges     writes graph/engines/offline/minilm_ranges.py

The package's file, which multiplies floats, encodes the paragraphs of the documentation and documents in six languages.
A channel that goes beyond the common range gets a factor. Offsets for channels whose mean is far from zero were tried:
the cosine of sentences with those of floats was .9985 in place of .9984.
"""

from __future__ import annotations

import textwrap

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import helper
from tokenizers import Tokenizer

from graph.engines.offline import minilm
from tests.conftest import ROOT
from tests.evals.languages import DOCUMENTS

LARGEST = {"attention": 4.0, "network": 5.5}
"""What becomes the largest of 8-bit numbers. Cosine of sentences with those of floats: .9981 with 6.5 for attention,
.9985 with 5, .9987 with 4; .9984 with 4.5 or 7 for the network."""
_STEP = 0.25
_MARGIN = 1.1  # of what was measured, for texts that go further
_PARAGRAPHS = 200
_DOCSTRING = """Factors of channels of the offline model by layer, by `python -m tests.minilm_ranges`.

A channel is stored divided by its factor; channels that are not listed have the factor 1.
"""
_FIRST, _SECOND = "attention.self.query", "intermediate.dense"


def paragraphs() -> list[str]:
    """Return texts as the model gets them: paragraphs, rows of tables and headings."""
    texts = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs").glob("*.md"))]
    lines = [line.strip("|# -") for text in texts for line in text.splitlines() if len(line) > 1]
    sentences = [sentence for text in DOCUMENTS.values() for sentence in text.replace("\n", " ").split(". ")]
    return sentences + lines[:: len(lines) // _PARAGRAPHS]


def activations(texts: list[str]) -> dict[str, NDArray[np.float32]]:
    """Return the inputs of attention and of the network of each layer, (tokens, 384), by the name of what gets them."""
    model = onnx.load(minilm.package_file(*minilm._MODEL))
    biases = {node.input[0]: node.input[1] for node in model.graph.node if node.op_type == "Add"}
    inputs = {
        biases[node.output[0]].removesuffix(".bias"): node.input[0]
        for node in model.graph.node
        if node.op_type == "MatMul" and biases.get(node.output[0], "").endswith((f"{_FIRST}.bias", f"{_SECOND}.bias"))
    }
    for name in set(inputs.values()):
        model.graph.output.append(helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    tokenizer = Tokenizer.from_file(str(minilm.package_file(*minilm._TOKENIZER)))
    tokenizer.enable_truncation(minilm._MAX_TOKENS)
    tokenizer.no_padding()
    found: dict[str, list[NDArray[np.float32]]] = {layer: [] for layer in inputs}
    for text in texts:
        ids = np.array([tokenizer.encode(text).ids])
        feeds = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        for layer, values in zip(inputs, session.run(list(inputs.values()), feeds), strict=True):
            found[layer].append(values[0])
    return {layer: np.concatenate(values) for layer, values in found.items()}


def factors(values: NDArray[np.float32], largest: float) -> dict[int, float]:
    """Return the factors of the channels that need one, rounded up."""
    reach = np.abs(values).max(axis=0) * _MARGIN / largest
    found = np.maximum(1, np.ceil(reach / _STEP) * _STEP)
    return {int(channel): float(found[channel]) for channel in np.nonzero(found > 1)[0]}


def module(found: dict[str, NDArray[np.float32]]) -> str:
    """Return the text of the module."""
    text = f'"""{_DOCSTRING}"""\n\nFactors = tuple[dict[int, float], ...]\n'
    for kind, part in (("attention", _FIRST), ("network", _SECOND)):
        text += f"\nLARGEST_{kind.upper()} = {LARGEST[kind]}\n# fmt: off\nBEFORE_{kind.upper()}: Factors = (\n"
        for layer in sorted(name for name in found if name.endswith(part)):
            entries = ", ".join(f"{key}: {value}" for key, value in factors(found[layer], LARGEST[kind]).items())
            text += textwrap.fill(f"{{{entries}}},", 120, initial_indent="    ", subsequent_indent="     ") + "\n"
        text += ")\n# fmt: on\n"
    return text


if __name__ == "__main__":
    target = ROOT / "graph" / "engines" / "offline" / "minilm_ranges.py"
    target.write_text(module(activations(paragraphs())), encoding="utf-8")
