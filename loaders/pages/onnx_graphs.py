"""Edits of ONNX files that make a model's graph faster, without the ONNX package.

A file is a message of protocol buffers: fields, each with its number, its type on the wire and its content.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

LEAST_WEIGHT = 1e-20
"""Weights below change no result: a sum of float32 numbers keeps 7 digits of its largest, and these are 1e-3 and more.
Their products with other small numbers would be as slow as they are."""

_GRAPH = 7  # of a model
_NODE, _INITIALIZER, _RESULT = 1, 5, 12  # of a graph
_INPUT, _OUTPUT, _OPERATOR, _ATTRIBUTE = 1, 2, 4, 5  # of a node
_DIMENSION, _TYPE, _FLOATS, _NAME, _RAW = 1, 2, 4, 8, 9  # of a tensor
_FLOAT32, _INT64 = 1, 7
_VARINT, _EIGHT_BYTES, _MESSAGE, _FOUR_BYTES = 0, 1, 2, 5


class _Field(NamedTuple):
    """A field of a message: its number, its content (for a number its value), and all of its bytes."""

    number: int
    content: memoryview
    value: int
    whole: memoryview


def with_leaky_units(model: bytes) -> bytes:
    """Return a model in which each PRelu operator with a single slope is a LeakyRelu, which computes the same.

    A PRelu with a slope for each channel stays. ONNX Runtime joins a LeakyRelu with the convolution before it, and
    computes a PRelu by itself: the layout model takes 50 ms a page instead of 76, and its outputs (up to 14) change by
    at most 4e-6.

    Raises:
        ValueError: `model` is no ONNX file.
    """
    fields = list(_fields(memoryview(model)))
    return b"".join(
        _message(_GRAPH, _leaky(field.content)) if field.number == _GRAPH else field.whole for field in fields
    )


def with_small_maps(model: bytes, output: str) -> bytes:
    """Return a model that gives the maps of which `output` is made before it enlarges and joins them.

    `output` must be joined (Concat) from results of Resize operators; their inputs take its place among the model's
    outputs, in order. Other models are returned as they are. Enlarging and joining are half of the layout model's time
    for the picture of a page, and another library does it in a quarter of that.
    """
    name = output.encode()
    graph = next((field.content for field in _fields(memoryview(model)) if field.number == _GRAPH), memoryview(b""))
    makers = {
        made: list(_fields(field.content))
        for field in _fields(graph)
        if field.number == _NODE
        for made in _texts(list(_fields(field.content)), _OUTPUT)
    }
    parts = _texts(makers[name], _INPUT) if name in makers else []
    joined = [name, *parts]
    kinds = [_texts(makers[part], _OPERATOR) if part in makers else [] for part in joined]
    if kinds != [[b"Concat"], *[[b"Resize"]] * len(parts)] or not parts:
        return model
    maps = [_texts(makers[part], _INPUT)[0] for part in parts]
    changed = _with_results(graph, set(joined), name, maps)
    return b"".join(
        _message(_GRAPH, changed) if field.number == _GRAPH else field.whole for field in _fields(memoryview(model))
    )


def with_joined_bias(model: bytes) -> bytes:
    """Return a model that ends with a product, a bias and a softmax as one whose product adds the bias.

    The last input of the product gets a column of ones, and its weights a row, the bias. ONNX Runtime adds a bias to
    the product in a step of its own, in new memory: of the characters of a line that takes a tenth of the recogniser's
    time. Other models are returned as they are.
    """
    graph = next((field.content for field in _fields(memoryview(model)) if field.number == _GRAPH), memoryview(b""))
    nodes = [list(_fields(field.content)) for field in _fields(graph) if field.number == _NODE]
    tensors = {_name(field): field.content for field in _fields(graph) if field.number == _INITIALIZER}
    end = _biased_product(nodes, tensors)
    if end is None:
        return model
    product, total = end
    (values, weights), bias, made = _texts(product, _INPUT), _texts(total, _INPUT)[1], _texts(total, _OUTPUT)[0]
    rows, columns = _shape(tensors[weights])
    joined = _tensor(b"joined_weights", _FLOAT32, (rows + 1, columns), _raw(tensors[weights]) + _raw(tensors[bias]))
    pads = _tensor(b"joined_pads", _INT64, (6,), struct.pack("<6q", 0, 0, 0, 0, 0, 1))
    one = _tensor(b"joined_one", _FLOAT32, (), struct.pack("<f", 1.0))
    new = {
        id(product): _node(b"Pad", (values, b"joined_pads", b"joined_one"), b"joined_values"),
        id(total): _node(b"MatMul", (b"joined_values", b"joined_weights"), made),
    }
    unused = {weights, bias}
    left = [field.whole for field in _fields(graph) if field.number != _NODE and _name(field) not in unused]
    done = b"".join([
        *(_message(_NODE, new.get(id(node)) or _joined(node)) for node in nodes), *left,
        *(_message(_INITIALIZER, tensor) for tensor in (joined, pads, one)),
    ])  # fmt: skip
    return b"".join(
        _message(_GRAPH, done) if field.number == _GRAPH else field.whole for field in _fields(memoryview(model))
    )


def without_tiny_weights(model: bytes) -> bytes:
    """Return a model whose weights are zero where they are of no size (`LEAST_WEIGHT`).

    Processors multiply numbers below 1.2e-38 a hundred times slower. In two layers of RapidOCR's default detector a
    quarter and two thirds of the weights are that small, and take 1,200 of its 1,300 ms for half a page.

    Raises:
        ValueError: `model` is no ONNX file.
    """
    changed = bytearray(model)
    graph = next((field.content for field in _fields(memoryview(changed)) if field.number == _GRAPH), memoryview(b""))
    for tensor in (field.content for field in _fields(graph) if field.number == _INITIALIZER):
        fields = list(_fields(tensor))
        is_float = any(field.number == _TYPE and field.value == _FLOAT32 for field in fields)
        for raw in (field.content for field in fields if field.number == _RAW and is_float):
            weights = np.frombuffer(raw, "<f4")
            weights[np.abs(weights) < LEAST_WEIGHT] = 0
    return bytes(changed)


def _biased_product(
    nodes: list[list[_Field]], tensors: dict[bytes, memoryview]
) -> tuple[list[_Field], list[_Field]] | None:
    """Return the product and the sum of which a graph's last operator is the softmax; None for other graphs."""
    makers = {made: node for node in nodes for made in _texts(node, _OUTPUT)}
    node = nodes[-1] if nodes else []
    for kind in (b"Softmax", b"Identity", b"Add", b"MatMul"):
        if _texts(node, _OPERATOR) != [kind]:
            return None
        if kind == b"Add":
            total = node
        if kind != b"MatMul":
            node = makers.get(_texts(node, _INPUT)[0], [])
    weights, bias = tensors.get(_texts(node, _INPUT)[1]), tensors.get(_texts(total, _INPUT)[1])
    if weights is None or bias is None or _shape(weights)[1:] != _shape(bias) or not (_raw(weights) and _raw(bias)):
        return None
    return node, total


def _shape(tensor: memoryview) -> tuple[int, ...]:
    return tuple(field.value for field in _fields(tensor) if field.number == _DIMENSION)


def _raw(tensor: memoryview) -> bytes:
    """Return the numbers of a tensor of floats as bytes; b"" where they are stored in another way."""
    floats = any(field.number == _TYPE and field.value == _FLOAT32 for field in _fields(tensor))
    return b"".join(bytes(field.content) for field in _fields(tensor) if field.number == _RAW and floats)


def _tensor(name: bytes, kind: int, shape: Sequence[int], values: bytes) -> bytes:
    sizes = b"".join(bytes([_DIMENSION << 3 | _VARINT]) + _varint(size) for size in shape)
    return sizes + bytes([_TYPE << 3 | _VARINT, kind]) + _message(_NAME, name) + _message(_RAW, values)


def _node(kind: bytes, inputs: Sequence[bytes], output: bytes) -> bytes:
    given = b"".join(_message(_INPUT, name) for name in inputs)
    return given + _message(_OUTPUT, output) + _message(_OPERATOR, kind)


def _with_results(graph: memoryview, unused: set[bytes], result: bytes, instead: list[bytes]) -> bytes:
    """Return a graph without the nodes that make `unused`, and with other results (of floats) in place of one."""
    left: list[bytes] = []
    for field in _fields(graph):
        parts = list(_fields(field.content)) if field.number in (_NODE, _RESULT) else []
        if field.number == _NODE and unused.issuperset(_texts(parts, _OUTPUT)):
            continue
        if field.number == _RESULT and _texts(parts, 1) == [result]:
            kind = _message(2, _message(1, bytes([1 << 3 | _VARINT, _FLOAT32])))
            left += [_message(_RESULT, _message(1, name) + kind) for name in instead]
        else:
            left.append(bytes(field.whole))
    return b"".join(left)


def _leaky(graph: memoryview) -> bytes:
    fields = list(_fields(graph))
    slopes = dict(filter(None, (_slope(field.content) for field in fields if field.number == _INITIALIZER)))
    nodes = [list(_fields(field.content)) for field in fields if field.number == _NODE]
    units = [node for node in nodes if _texts(node, _OPERATOR) == [b"PRelu"] and _texts(node, _INPUT)[1] in slopes]
    uses = Counter(name for node in nodes for name in _texts(node, _INPUT))
    uses.subtract(_texts(node, _INPUT)[1] for node in units)
    unused = {name for name in slopes if not uses[name]}
    left = [field for field in fields if field.number != _NODE and _name(field) not in unused]
    made = [_leaky_unit(node, slopes[_texts(node, _INPUT)[1]]) if node in units else _joined(node) for node in nodes]
    return b"".join([*(_message(_NODE, node) for node in made), _joined(left)])


def _leaky_unit(node: list[_Field], slope: float) -> bytes:
    """Return a node without its second input, with another operator and the slope as an attribute."""
    first = next(field for field in node if field.number == _INPUT)
    kept = [first, *(field for field in node if field.number not in (_INPUT, _OPERATOR, _ATTRIBUTE))]
    kind = bytes([20 << 3 & 0x7F | 0x80, 1, 1])  # field 20, a number: the attribute is a float
    alpha = _message(1, b"alpha") + bytes([2 << 3 | _FOUR_BYTES]) + struct.pack("<f", slope) + kind
    return _joined(kept) + _message(_OPERATOR, b"LeakyRelu") + _message(_ATTRIBUTE, alpha)


def _slope(tensor: memoryview) -> tuple[bytes, float] | None:
    """Return the name and the value of a tensor that is one number of 32 bits, None for others."""
    fields = list(_fields(tensor))
    sizes = [field.value for field in fields if field.number == _DIMENSION]
    stored = [bytes(field.content) for field in fields if field.number in (_FLOATS, _RAW)]
    is_float = any(field.number == _TYPE and field.value == _FLOAT32 for field in fields)
    if not is_float or any(size != 1 for size in sizes) or len(stored) != 1 or len(stored[0]) != 4:
        return None
    name = next(bytes(field.content) for field in fields if field.number == _NAME)
    return name, struct.unpack("<f", stored[0])[0]


def _name(field: _Field) -> bytes:
    """Return the name of a tensor of the graph; b"" for other fields."""
    if field.number != _INITIALIZER:
        return b""
    return next((bytes(part.content) for part in _fields(field.content) if part.number == _NAME), b"")


def _texts(fields: list[_Field], number: int) -> list[bytes]:
    return [bytes(field.content) for field in fields if field.number == number]


def _joined(fields: list[_Field]) -> bytes:
    return b"".join(field.whole for field in fields)


def _message(number: int, content: bytes) -> bytes:
    """Return a field whose content is a message or a text; its number is below 16."""
    return bytes([number << 3 | _MESSAGE]) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    """Return a number as it is written before a content and in a field of its own."""
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*written, value])


def _fields(message: memoryview) -> Iterator[_Field]:
    """Yield the fields of a message; raise ValueError for other bytes."""
    at = 0
    while at < len(message):
        start = at
        key, at = _number(message, at)
        value, begin = 0, at
        if key & 7 == _VARINT:
            value, at = _number(message, at)
        elif key & 7 == _MESSAGE:
            size, begin = _number(message, at)
            at = begin + size
        elif key & 7 in (_FOUR_BYTES, _EIGHT_BYTES):
            at += 4 if key & 7 == _FOUR_BYTES else 8
        else:
            raise ValueError("this is no ONNX file")
        if at > len(message):
            raise ValueError("this ONNX file is cut off")
        yield _Field(key >> 3, message[begin:at], value, message[start:at])


def _number(message: memoryview, at: int) -> tuple[int, int]:
    """Return the number at a place, and the place behind it."""
    value = shift = 0
    while at < len(message):
        byte = message[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
    raise ValueError("this ONNX file is cut off")
