"""ONNX graphs changed without the ONNX package: the same results from cheaper operators."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

from loaders import ocr
from loaders.ocr import detection
from loaders.pages.onnx_graphs import with_joined_bias, with_leaky_units, with_small_maps, without_tiny_weights

onnx = pytest.importorskip("onnx")


def operators(model: bytes) -> Counter[str]:
    return Counter(node.op_type for node in onnx.load_model_from_string(model).graph.node)


def result(model: bytes, given: Any) -> Any:
    session = onnxruntime.InferenceSession(model)
    return session.run(None, {session.get_inputs()[0].name: given})


def chain(*slopes: list[float], raw: bool) -> bytes:
    """Return a model of PRelu units one after the other, with the slopes of each."""
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    places = ["given", *(f"after {at}" for at in range(len(slopes)))]
    nodes = [
        helper.make_node("PRelu", [places[at], f"slope {at}"], [places[at + 1]], name=f"unit {at}")
        for at in range(len(slopes))
    ]
    stored: list[Any] = [np.array(each, np.float32).tobytes() if raw else each for each in slopes]
    tensors = [
        helper.make_tensor(f"slope {at}", kind, [len(slopes[at]), 1, 1], each, raw) for at, each in enumerate(stored)
    ]
    ends = [helper.make_tensor_value_info(name, kind, [1, 3, 2, 2]) for name in (places[0], places[-1])]
    model = helper.make_model(helper.make_graph(nodes, "chain", ends[:1], ends[1:], tensors), ir_version=9)
    model.opset_import[0].version = 17
    return bytes(model.SerializeToString())


@pytest.mark.parametrize("raw", [False, True])
def test_units_of_one_slope_become_leaky_and_the_results_stay(raw: bool) -> None:
    model = chain([-0.25], [0.1, 2.0, -3.0], [2.5], raw=raw)
    changed = with_leaky_units(model)
    assert operators(changed) == {"LeakyRelu": 2, "PRelu": 1}
    onnx.checker.check_model(onnx.load_model_from_string(changed))
    given = np.linspace(-2, 2, 12, dtype=np.float32).reshape(1, 3, 2, 2)
    assert np.array_equal(result(changed, given)[0], result(model, given)[0])


def test_a_slope_that_another_node_uses_stays() -> None:
    model = onnx.load_model_from_string(chain([0.5], raw=True))
    model.graph.node.append(onnx.helper.make_node("Identity", ["slope 0"], ["copy"]))
    changed = onnx.load_model_from_string(with_leaky_units(model.SerializeToString()))
    assert [tensor.name for tensor in changed.graph.initializer] == ["slope 0"]


@pytest.mark.parametrize("content", [b"\x0f\x01", b"%PDF-1.7", chain([0.5], raw=True)[:-3]])
def test_what_is_no_onnx_file_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="ONNX file"):
        with_leaky_units(content)


def test_the_layout_models_picture_of_a_page_stays_the_same() -> None:
    spec = find_spec("pymupdf")
    assert spec is not None
    assert spec.origin is not None
    model = (Path(spec.origin).parent / "layout/resources/onnx/feature_imf1.onnx").read_bytes()
    changed = with_leaky_units(model)
    assert operators(model)["PRelu"] > 0, "the library's model has no such unit any more: see docs/internals.md"
    assert operators(changed)["PRelu"] == 0
    page = np.random.default_rng(1).random((1, 1, 300, 300), np.float32)
    for before, after in zip(result(model, page), result(changed, page), strict=True):
        assert np.abs(before - after).max() < 1e-4


def enlarging(mode: str = "Resize") -> bytes:
    """Return a model that doubles two maps, enlarges both and joins them."""
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    nodes = [helper.make_node("Add", ["given", "given"], [name], name=name) for name in ("small 1", "small 2")]
    nodes += [
        helper.make_node(mode, [f"small {at}", "", "scales"] if mode == "Resize" else [f"small {at}"], [f"large {at}"])
        for at in (1, 2)
    ]
    nodes.append(helper.make_node("Concat", ["large 1", "large 2"], ["joined"], axis=1))
    scales = helper.make_tensor("scales", kind, [4], [1.0, 1.0, 2.0, 2.0])
    given = helper.make_tensor_value_info("given", kind, [1, 3, 2, 2])
    made = helper.make_tensor_value_info("joined", kind, [1, 6, None, None])
    other = helper.make_tensor_value_info("small 2", kind, [1, 3, 2, 2])
    model = helper.make_model(helper.make_graph(nodes, "maps", [given], [made, other], [scales]), ir_version=9)
    model.opset_import[0].version = 17
    return bytes(model.SerializeToString())


def test_maps_are_given_before_they_are_enlarged_and_joined() -> None:
    model = enlarging()
    other = onnx.load_model_from_string(model)
    del other.graph.output[1]
    changed = with_small_maps(bytes(other.SerializeToString()), "joined")
    assert operators(changed) == {"Add": 2}
    given = np.arange(12, dtype=np.float32).reshape(1, 3, 2, 2)
    assert [np.array_equal(found, 2 * given) for found in result(changed, given)] == [True, True]


@pytest.mark.parametrize(("mode", "output"), [("Relu", "joined"), ("Resize", "small 2"), ("Resize", "missing")])
def test_a_model_without_such_maps_stays(mode: str, output: str) -> None:
    model = enlarging(mode)
    assert with_small_maps(model, output) == model


def ending(*kinds: str) -> bytes:
    """Return a model of a product with a bias, and these operators after it."""
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    numbers = np.random.default_rng(3).normal(size=(6, 9)).astype(np.float32)
    nodes = [helper.make_node("MatMul", ["given", "weights"], ["product"])]
    nodes.append(helper.make_node("Add", ["product", "bias"], ["0"]))
    nodes += [helper.make_node(each, [str(at)], [str(at + 1)]) for at, each in enumerate(kinds)]
    tensors = [
        helper.make_tensor("weights", kind, [5, 9], numbers[:5].tobytes(), raw=True),
        helper.make_tensor("bias", kind, [9], numbers[5].tobytes(), raw=True),
    ]
    ends = [
        helper.make_tensor_value_info(name, kind, [1, 7, size]) for name, size in (("given", 5), (str(len(kinds)), 9))
    ]
    model = helper.make_model(helper.make_graph(nodes, "end", ends[:1], ends[1:], tensors), ir_version=6)
    model.opset_import[0].version = 11
    return bytes(model.SerializeToString())


def test_a_product_adds_its_bias_and_the_results_stay() -> None:
    model = ending("Identity", "Softmax")
    changed = with_joined_bias(model)
    onnx.checker.check_model(onnx.load_model_from_string(changed))
    assert operators(changed) == {"Pad": 1, "MatMul": 1, "Identity": 1, "Softmax": 1}
    given = np.random.default_rng(4).normal(size=(1, 7, 5)).astype(np.float32)
    assert np.allclose(result(changed, given)[0], result(model, given)[0], atol=1e-6)


def test_a_model_that_ends_otherwise_stays_as_it_is() -> None:
    for model in (ending("Softmax"), ending("Identity"), ending(), chain([0.5], raw=True)):
        assert with_joined_bias(model) == model


def test_the_recogniser_of_print_ends_with_a_product_and_a_bias() -> None:
    model = (Path(ocr.__file__).parent / "models/PP-OCRv6_rec_tiny.onnx").read_bytes()
    changed = with_joined_bias(model)
    assert operators(changed) == operators(model) - Counter(["Add"]) + Counter(["Pad"])


def test_weights_of_no_size_become_zero_and_the_results_stay() -> None:
    """Of RapidOCR's default detector 255,223 are below 1.2e-38, with which it takes four times as long."""
    weights = np.array([3e-41, -2e-39, 5e-25, 0.5, -1e-3], np.float32)
    model = onnx.load_model_from_string(ending("Identity", "Softmax"))
    model.graph.initializer[0].raw_data = np.tile(weights, 9).tobytes()
    changed = without_tiny_weights(model.SerializeToString())
    kept = np.frombuffer(onnx.load_model_from_string(changed).graph.initializer[0].raw_data, np.float32)
    assert kept.tolist() == [0, 0, 0, np.float32(0.5), np.float32(-1e-3)] * 9
    given = np.random.default_rng(5).normal(size=(1, 7, 5)).astype(np.float32)
    assert np.array_equal(result(changed, given), result(model.SerializeToString(), given))
    assert without_tiny_weights(changed) == changed


def test_the_default_detector_is_opened_without_weights_of_no_size(monkeypatch: pytest.MonkeyPatch) -> None:
    opened, open_session = list[bytes](), detection.onnx_session

    def observed(path: Path, changed: Callable[[bytes], bytes]) -> Any:
        opened.append(changed(path.read_bytes()))
        return open_session(path, changed)

    monkeypatch.setattr(detection, "onnx_session", observed)
    engine = detection.QuickRapidOCR(params={"Global.log_level": "error"})
    engine._open(engine.cfg.Det)
    tensors = onnx.load_model_from_string(opened[0]).graph.initializer
    weights = [onnx.numpy_helper.to_array(tensor) for tensor in tensors if tensor.data_type == onnx.TensorProto.FLOAT]
    assert not sum(np.count_nonzero((each != 0) & (np.abs(each) < np.finfo(np.float32).tiny)) for each in weights)
