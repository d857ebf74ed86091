"""The offline embedding model with its real weights: unit vectors, token vectors, integer arithmetic."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import numpy_helper

from graph.engines.embeddings import EmbedderEmbeddings
from graph.engines.offline import minilm
from graph.engines.offline.minilm import MiniLM
from graph.engines.offline.minilm_onnx import integer_graph
from graph.retrieval.embedder import SentenceEmbedder
from graph.storage.token_vectors import DIMENSIONS
from tests.wire.engine_helpers import embedded

TEXTS = [
    "The storm closed the slipway for ninety-seven days.",
    "Ninety-seven days went by before boats could land there again.",
    "Invoices are paid within thirty days.",
    "x",
]


@pytest.fixture(scope="module")
def model() -> MiniLM:
    return MiniLM()


def test_vectors_have_unit_length_and_so_have_their_tokens(model: MiniLM) -> None:
    for encoded in model.encode(TEXTS):
        assert encoded.vector.shape == (DIMENSIONS,)
        assert float(np.linalg.norm(encoded.vector)) == pytest.approx(1, abs=1e-5)
        assert len(encoded.tokens) == len(encoded.spans) > 0
        assert np.linalg.norm(encoded.tokens.astype(float) / 127, axis=1) == pytest.approx(1, abs=0.02)


def test_texts_of_similar_meaning_have_near_vectors(model: MiniLM) -> None:
    storm, same, other, _ = (encoded.vector for encoded in model.encode(TEXTS))
    assert float(storm @ same) > float(storm @ other) + 0.2


def test_spans_point_into_the_text(model: MiniLM) -> None:
    (encoded,) = model.encode(["Slipway, 97 days"])
    pieces = ["Slipway, 97 days"[start:end] for start, end in encoded.spans]
    assert "".join(pieces) == "Slipway,97days"


def test_a_vector_does_not_depend_on_the_other_texts_of_its_batch(model: MiniLM) -> None:
    together = model.encode(TEXTS * 20)
    for number, text in enumerate(TEXTS):
        (alone,) = model.encode([text])
        assert float(alone.vector @ together[number].vector) > 0.9999
        assert len(alone.tokens) == len(together[number].tokens)


def test_batches_hold_every_text_once_and_few_long_ones() -> None:
    lengths = [3, 250, 90, *[8] * 70, 120]
    order = sorted(range(len(lengths)), key=lambda index: -lengths[index])
    batches = minilm.batches_of(order, lengths)
    assert [index for batch in batches for index in batch] == order
    assert [len(batch) for batch in batches] == [1, 2, 32, 32, 7]
    assert minilm.batches_of([], []) == []


def test_integer_and_float_graphs_give_similar_vectors(model: MiniLM) -> None:
    """Against the package's own file, which multiplies floats; on running text it is .9987 on average."""
    floats = onnxruntime.InferenceSession(str(minilm.package_file(*minilm._MODEL)), providers=["CPUExecutionProvider"])
    _, tokenizer = model._load()
    for text, ours in zip(TEXTS, model.encode(TEXTS), strict=True):
        ids = np.array([tokenizer.encode(text).ids])
        feeds = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        mean = floats.run(None, feeds)[0][0].mean(axis=0)
        assert float(ours.vector @ mean / np.linalg.norm(mean)) > 0.996


def test_no_sum_of_two_products_is_over_sixteen_bits() -> None:
    """Some processors add them so; then vectors would depend on the machine."""
    graph = onnx.load_model_from_string(integer_graph(minilm.package_file(*minilm._MODEL).read_bytes())).graph
    tensors = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    factors = [tensors[node.input[1]].astype(int) for node in graph.node if node.op_type == "MatMulIntegerToFloat"]
    assert len(factors) == 6 * 6  # attention's three inputs, its output, and the two of the network behind it
    for factor in factors:
        assert 255 * (abs(factor[0::2]) + abs(factor[1::2])).max() < 2**15


@pytest.mark.parametrize("text", ["", "word " * 2_000, "日本語 🐦 \x00"])
def test_any_text_can_be_encoded(model: MiniLM, text: str) -> None:
    (encoded,) = model.encode([text])
    assert np.isfinite(encoded.vector).all()
    assert len(encoded.tokens) <= 256


def test_no_text_gives_no_vector(model: MiniLM) -> None:
    assert model.encode([]) == []


async def test_the_embedder_gives_rows_for_passages_and_one_vector_for_a_question(model: MiniLM) -> None:
    passages = await embedded(model, ["title"] * 2, TEXTS[:2])
    question = await model.embed_query(TEXTS[0])
    assert passages.value.shape == (2, DIMENSIONS)
    assert float(question.value @ passages.value[0]) > 0.99
    assert [reply async for reply in model.embed_chunks([], [])] == []
    assert isinstance(model, SentenceEmbedder)
    assert model.identity == f"all-MiniLM-L6-v2-w8a8/{DIMENSIONS}"


def test_langchain_sees_the_same_vectors(model: MiniLM) -> None:
    (ours,) = model.encode([TEXTS[0]])
    assert EmbedderEmbeddings(model).embed_query(TEXTS[0]) == pytest.approx(ours.vector.tolist(), abs=1e-6)


def test_weights_that_were_tampered_with_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "fake_weights"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "model.onnx").write_bytes(b"not the model")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(RuntimeError, match="has an unexpected content"):
        minilm.package_file("fake_weights", "model.onnx", "0" * 64)
    with pytest.raises(RuntimeError, match="missing"):
        minilm.package_file("no_such_package_at_all", "model.onnx", "0" * 64)
