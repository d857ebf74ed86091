"""The ONNX graph of the offline model, rebuilt so that it multiplies 8-bit integers.

The package's file stores 8-bit weights, but converts them to floats when it is loaded. This graph has the same weights
and quantizes the activations too, so that a token's values do not depend on other texts in the batch: the inputs of
attention and of the network behind it with constant scales (`minilm_ranges.py`), the output of GELU with a scale for
each token. The cosine of its vectors with those of floats is .9987 on average, .9976 at least.

Between its inputs and outputs the graph has rows of tokens, not texts of tokens, because `QuantizeLinear` divides by a
scale for each row only along the first axis.

The architecture is BERT's: J. Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers" (2019).
Constant scales after a change of the channels: G. Xiao et al., "SmoothQuant" (2023).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from graph.engines.offline.minilm_ranges import BEFORE_ATTENTION, BEFORE_NETWORK, LARGEST_ATTENTION, LARGEST_NETWORK

Array = NDArray[Any]

_LAYERS, _HEADS, _DIMENSIONS = 6, 12, 384
_EPSILON = 1e-12  # of all its layer normalisations
_OPSET, _IR = 23, 11  # the first with an operator of attention, which ONNX Runtime has whole since 1.24
_CONTRIB = "com.microsoft"  # a product of integers as floats

_MAX, _ZERO = 127, 128  # activations are unsigned around 128, as the integer kernels need them
_LARGEST_SEEN = 2.2
"""The output of attention up to which it is quantized; 99.99 % of it is below 1.9 (cosine of sentences with those of
floats: the same with 1.7 and 3)."""
_GELU_MAX, _GELU_ZERO = 241, 14
"""The output of GELU is hardly negative, so most of the 256 values stand for positive numbers (cosine of tokens with
those of floats: 0.9982 instead of 0.9978). It has a scale for each token: with a constant one, sentences are at .996 in
place of .9985."""
_GELU_MIN = 0.17  # its minimum is -0.17
_HIDDEN = -1e4  # what is added to the likeness of a token that only fills its text up

_MAX_PAIR = 128
"""The largest sum of two neighbouring weights: older x86 processors add two products in 16 bits, where 255 * 128 fits.
Weights are scaled by column for it; halving all weights gives a cosine of 0.9957."""
_TIES = 1e-3  # so that two neighbours of 64.5 and a bit more are not both rounded up


def integer_graph(source: bytes) -> bytes:
    """Return the package's ONNX file as one that multiplies integers.

    The graph's inputs are `input_ids` and `attention_mask`, int64, (texts, tokens); its output is `last_hidden_state`,
    float32, (texts, tokens, 384).

    Raises:
        KeyError: `source` is another model.
    """
    return _Builder(_weights(source)).build()


def _weights(source: bytes) -> dict[str, Array]:
    """Return tensors by name; a linear layer has `<layer>.weight` as floats, (inputs, outputs), and `<layer>.bias`."""
    graph = onnx.load_model_from_string(source).graph
    found = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    multiplied = {node.output[0]: node.input[1] for node in graph.node if node.op_type == "MatMul"}
    for node in graph.node:
        if node.op_type == "Add" and node.input[0] in multiplied and node.input[1].endswith(".bias"):
            layer, matrix = node.input[1].removesuffix(".bias"), multiplied[node.input[0]]
            found[f"{layer}.weight"] = found[f"{matrix}_q"] * found[f"{matrix}_scale"].astype(np.float32).reshape(1, -1)
    return found


class _Channels(NamedTuple):
    """The channels of a layer's input, which is stored divided by a factor for each so that one scale fits all."""

    factors: Array
    largest: float
    """What becomes the largest 8-bit number."""

    @classmethod
    def of(cls, factors: Mapping[int, float], largest: float) -> _Channels:
        """Return all channels; `factors` has those that are not 1."""
        every = np.ones(_DIMENSIONS, np.float32)
        every[list(factors)] = list(factors.values())
        return cls(every, largest)


class _Quantized(NamedTuple):
    """Names of outputs: values as 8-bit numbers, (rows, width), their scale or scales, and what stands for zero."""

    rows: str
    scale: str
    zero: str


class _Builder:
    """Collects nodes and tensors; each method that adds a node returns the name of its output."""

    def __init__(self, weights: dict[str, Array]) -> None:
        self._weights = weights
        self._nodes: list[Any] = []
        self._tensors: dict[str, Any] = {}

    def build(self) -> bytes:
        """Return the whole model, from token ids to hidden states, as an ONNX file."""
        width = self._tensor("dimensions", np.array([_DIMENSIONS], np.int64))
        self._texts_shape = self._node("Concat", self._node("Shape", "input_ids"), width, axis=0)
        self._rows_shape = self._tensor("rows", np.array([-1, _DIMENSIONS], np.int64))
        self._one_axis = self._tensor("one_axis", np.array([1], np.int64))
        row_count = self._node("Reshape", self._node("Size", "input_ids"), self._one_axis)
        # `QuantizeLinear` wants what stands for zero once for each row.
        self._gelu_zeros = self._node("Expand", self._constant("gelu_zero", _GELU_ZERO, np.uint8), row_count)
        self._tokens = self._node("Gather", self._node("Shape", "input_ids"), self._constant("one", 1, np.int64))
        mask, hidden = self._mask(), self._node("Reshape", self._embeddings(), self._rows_shape)
        for number in range(_LAYERS):
            hidden = self._layer(number, hidden, mask)
        self._nodes.append(helper.make_node("Reshape", [hidden, self._texts_shape], ["last_hidden_state"]))
        ids = [helper.make_tensor_value_info(name, TensorProto.INT64, ["texts", "tokens"]) for name in _INPUTS]
        states = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["texts", "tokens", _DIMENSIONS])
        graph = helper.make_graph(self._nodes, "minilm", ids, [states], list(self._tensors.values()))
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_CONTRIB, 1)]
        made: bytes = helper.make_model(graph, opset_imports=opsets, ir_version=_IR).SerializeToString()
        return made

    def _mask(self) -> str:
        """Return what is added to the likeness of two tokens, (texts, 1, tokens, tokens), made once for all layers."""
        seen = self._node("Cast", "attention_mask", to=TensorProto.FLOAT)
        hidden = self._node("Sub", self._constant("seen", 1), seen)
        added = self._node("Mul", hidden, self._constant("hidden", _HIDDEN))
        added = self._node("Unsqueeze", added, self._tensor("middle", np.array([1, 2], np.int64)))
        tokens = self._node("Reshape", self._tokens, self._one_axis)
        shape = self._node("Concat", self._one_axis, self._one_axis, tokens, self._one_axis, axis=0)
        return self._node("Expand", added, shape)

    def _embeddings(self) -> str:
        places = self._node("Range", self._constant("start", 0, np.int64), self._tokens, "one")
        kind = self._tensor("kind", self._weights["inner.embeddings.token_type_embeddings.weight"][0])
        words = self._node("Add", self._rows("word", "input_ids"), kind)
        both = self._node("Add", words, self._rows("position", places))
        return self._normalized(both, "inner.embeddings.LayerNorm", _before_attention(0))

    def _rows(self, table: str, which: str) -> str:
        """Return rows of a table whose weights stay 8-bit numbers: 11 MB instead of 47."""
        name = f"inner.embeddings.{table}_embeddings.weight"
        rows, scales = (
            self._node("Gather", self._tensor(f"{name}{part}", self._weights[f"{name}{part}"]), which)
            for part in ("_q", "_scale")
        )
        return self._node("Mul", self._node("Cast", rows, to=TensorProto.FLOAT), scales)

    def _layer(self, number: int, hidden: str, mask: str) -> str:
        """Return a layer's output, stored as the next one wants it; `hidden` is stored as this one does."""
        name = f"inner.encoder.layer.{number}"
        channels = _before_attention(number)
        quantized = self._quantized(hidden, channels.largest)
        # Each of the three alone stays in the processor's cache: together they took another tenth, and had to be split.
        query, key, value = (
            self._node("Reshape", self._linear(f"{name}.attention.self.{part}", quantized, channels), self._texts_shape)
            for part in ("query", "key", "value")
        )
        # `MultiHeadAttention` of ONNX Runtime takes 1.6 times as long: 600 µs for 8 texts of 30 tokens.
        seen = self._node("Attention", query, key, value, mask, q_num_heads=_HEADS, kv_num_heads=_HEADS)
        quantized = self._quantized(self._node("Reshape", seen, self._rows_shape), _LARGEST_SEEN)
        output = self._linear(f"{name}.attention.output.dense", quantized)
        inner = _Channels.of(BEFORE_NETWORK[number], LARGEST_NETWORK)
        after = self._added(f"{name}.attention.output", output, hidden, channels, inner)
        quantized = self._quantized(after, inner.largest)
        # One operator for the bias and GELU takes 490 µs for 256 tokens, two take 400.
        gelu = self._node("Gelu", self._linear(f"{name}.intermediate.dense", quantized, inner))
        output = self._scaled_linear(f"{name}.output.dense", self._quantized_gelu(gelu))
        return self._added(f"{name}.output", output, after, inner, _before_attention(number + 1))

    def _added(self, name: str, output: str, before: str, stored: _Channels, wanted: _Channels) -> str:
        """Return the output of a linear layer plus the input of its layer, normalized.

        ONNX Runtime has a single operator for most of it, which takes seven times as long: 625 µs for 256 tokens.
        """
        before = self._node("Mul", before, self._tensor(f"{name}.factors", stored.factors))
        return self._normalized(self._node("Add", output, before), f"{name}.LayerNorm", wanted)

    def _linear(self, name: str, values: _Quantized, channels: _Channels | None = None) -> str:
        """Return the output of a linear layer, (rows, outputs); its input is stored as `channels` says."""
        weights = self._weights[f"{name}.weight"]
        if channels is not None:
            weights = weights * channels.factors[:, np.newaxis]
        return self._product(name, values, weights, self._bias(name))

    def _scaled_linear(self, name: str, values: _Quantized) -> str:
        """Return the output of a linear layer; its input has a scale for each row, (rows, 1)."""
        product = self._product(name, values._replace(scale=self._constant("unit", 1)), self._weights[f"{name}.weight"])
        return self._node("Add", self._node("Mul", product, values.scale), self._bias(name))

    def _bias(self, name: str) -> str:
        return self._tensor(f"{name}.bias", self._weights[f"{name}.bias"])

    def _product(self, name: str, values: _Quantized, weights: Array, bias: str = "") -> str:
        whole, scales = _integers(weights)
        return self._node(
            "MatMulIntegerToFloat", values.rows, self._tensor(f"{name}.weight", whole), values.scale,
            self._tensor(f"{name}.scale", scales), values.zero, "", bias, domain=_CONTRIB,
        )  # fmt: skip

    def _quantized(self, values: str, largest: float) -> _Quantized:
        """Return values as 8-bit numbers around `_ZERO`; those beyond `largest` become the largest or least number."""
        scale = self._constant(f"scale_{largest}", largest / _MAX)
        zero = self._constant("zero", _ZERO, np.uint8)
        return _Quantized(self._node("QuantizeLinear", values, scale, zero), scale, zero)

    def _quantized_gelu(self, values: str) -> _Quantized:
        """Return each token's values as 8-bit numbers, most of which stand for positive values."""
        axis = self._tensor("last", np.array([-1], np.int64))
        scale = self._node("Div", self._node("ReduceMax", values, axis, keepdims=0), self._constant("most", _GELU_MAX))
        scale = self._node("Max", scale, self._constant("least", _GELU_MIN / _GELU_ZERO))
        rows = self._node("QuantizeLinear", values, scale, self._gelu_zeros, axis=0)
        return _Quantized(rows, self._node("Unsqueeze", scale, axis), "gelu_zero")

    def _normalized(self, values: str, name: str, stored: _Channels) -> str:
        """Return normalized values, stored as the next layer wants them, which its weights and bias see to."""
        weight, bias = (
            self._tensor(f"{name}.{part}", self._weights[f"{name}.{part}"] / stored.factors)
            for part in ("weight", "bias")
        )
        return self._node("LayerNormalization", values, weight, bias, axis=-1, epsilon=_EPSILON)

    def _constant(self, name: str, value: float, kind: Any = np.float32) -> str:
        return self._tensor(name, np.array(value, kind))

    def _tensor(self, name: str, values: Array) -> str:
        if name not in self._tensors:
            self._tensors[name] = numpy_helper.from_array(np.ascontiguousarray(values), name)
        return name

    def _node(self, kind: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        name = f"{kind}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, inputs, [name], domain=domain, **attributes))
        return name


_INPUTS = ("input_ids", "attention_mask")


def _before_attention(number: int) -> _Channels:
    """Return the channels before a layer's attention; after the last layer they are as they are."""
    return _Channels.of(BEFORE_ATTENTION[number] if number < _LAYERS else {}, LARGEST_ATTENTION)


def _integers(weights: Array) -> tuple[Array, Array]:
    """Return a matrix as 8-bit numbers and the scale of each column; no two neighbours of one exceed `_MAX_PAIR`."""
    sizes = np.abs(weights)
    pairs = (sizes[0::2] + sizes[1::2]).max(axis=0)
    scales = np.maximum(sizes.max(axis=0) / _MAX, pairs / (_MAX_PAIR - _TIES)).astype(np.float32)
    return np.rint(weights / scales).astype(np.int8), scales
