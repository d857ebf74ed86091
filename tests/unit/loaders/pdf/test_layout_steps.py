"""Steps of the layout model: the numbers of the library's own, which are computed here beside ours."""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pymupdf
import pytest

from loaders.pages.onnx_graphs import with_small_maps
from loaders.pdf import document, layout_steps

LIBRARY = "pymupdf.layout"
SAMPLE = Path(__file__).parents[4] / "examples" / "sample.pdf"


@pytest.fixture(scope="module")
def plain() -> Any:
    """Return a copy of the library's module of the model, and of its network's, as they are without our steps."""
    document.load_layout_models()

    def copy(name: str) -> Any:
        known = importlib.import_module(f"{LIBRARY}.onnx.{name}")
        spec = importlib.util.spec_from_file_location(f"{LIBRARY}.onnx.plain_{name}", str(known.__file__))
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    model = copy("BoxRFDGNN")
    model.ImageFeatureExtractorV1 = copy("ImageFeatureExtractorV1").ImageFeatureExtractorV1
    return model


def library(name: str) -> Any:
    document.load_layout_models()
    return importlib.import_module(f"{LIBRARY}.{name}")


def test_the_model_takes_its_steps_from_here() -> None:
    model, image = library("onnx.BoxRFDGNN"), library("onnx.ImageFeatureExtractorV1")
    assert model.get_text_pattern is layout_steps.text_pattern
    assert model.get_rf_features is layout_steps.features_in_order
    assert image.resize_image is library("onnx.TableGridExtractorV2").resize_image is layout_steps.resized
    assert library("pymupdf_util_ext").extract_rf_features.__module__ == layout_steps.__name__
    assert image.ImageFeatureExtractorV1.predict.__module__ == layout_steps.__name__


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a 12",
        "Net sales (€) 1,234.5",
        "• first\t-second",
        "※.:",
        "x" * 123 + "²½",
        "一二 3",
        "12" * 50 + " a b c " * 9,
    ],
)
def test_a_text_has_the_librarys_pattern(text: str) -> None:
    known = library("common_util").get_text_pattern(text, return_vector=True)
    assert list(layout_steps.text_pattern(text)) == known


@pytest.mark.parametrize("size", [(300, 300), (300, 360), (40, 900)])
@pytest.mark.parametrize("channels", [None, "grey", "colours"])
def test_an_image_is_scaled_to_the_librarys_bytes(size: tuple[int, int], channels: str | None) -> None:
    image = np.random.default_rng(2).integers(0, 256, (842, 595, 3), np.uint8)
    if channels != "colours":
        image = image[..., 0] if channels is None else np.repeat(image[..., :1], 3, axis=2)
    assert np.array_equal(layout_steps.resized(image, size), library("common_util").resize_image(image, size))


@pytest.mark.parametrize("softmax", [False, True])
def test_maps_are_summed_up_as_by_the_library(softmax: bool) -> None:
    pooling = library("roi_pooling")
    maps = np.random.default_rng(3).normal(size=(1, 12, 300, 300)).astype(np.float32)
    boxes = [[10.5, 20, 300, 31], [0, 0, 2, 2], [400, 500, 595, 842], [590, 840, 600, 900]]
    operations = ("mean", "min", "max", "entropy", "margin") if softmax else ("mean", "max")
    given = {"pooling_ops": operations, "apply_softmax": softmax}
    ours = layout_steps.pooling(pooling)(maps, boxes, 595, 842, **given)
    known = pooling.extract_bbox_features_by_roi_pooling(maps, boxes, 595, 842, **given)
    assert ours.dtype == known.dtype
    assert np.allclose(ours, known, rtol=1e-4, atol=1e-6)


def test_other_sums_are_left_to_the_library() -> None:
    pool, maps = layout_steps.pooling(library("roi_pooling")), np.ones((1, 3, 30, 30), np.float32)
    assert pool(maps, [[0, 0, 10, 10]], 30, 30, pooling_ops=("min",)).tolist() == [[1.0, 1.0, 1.0]]
    assert pool(maps, [], 30, 30).shape == (0, 6)


@pytest.mark.parametrize("hidden", [False, True])
def test_a_box_has_the_librarys_features(plain: Any, hidden: bool) -> None:
    with pymupdf.open() as made:
        page = made.new_page()
        page.insert_text((72, 100), "Net sales 1,234", fontsize=11)
        page.insert_text((72, 130), "a text that is not shown", render_mode=3 if hidden else 0)
        ours, known = (library("pymupdf_util").extract_base_elements(page) for _ in range(2))
    extend, names = library("pymupdf_util_ext"), yaml_names(plain)
    for data in (ours, known):
        extend._init_custom_features(data)
    extend.extract_rf_features(ours, ours["stext_page"])
    library("pymupdf_util_rf").extract_rf_features(known, known["stext_page"])
    assert ours["text"] == known["text"]
    assert len(ours["text"]) == (1 if hidden else 2)
    assert ours["custom_features"] == known["custom_features"]
    for features in ours["custom_features"]:
        assert layout_steps.features_in_order(features, names) == plain.get_rf_features(features, names)


def yaml_names(plain: Any) -> list[str]:
    file = Path(str(plain.__file__)).parent.parent / "resources/onnx/layout_rf2.4.1+imf1.yaml"
    names = plain.yaml.safe_load(file.read_text())["data"]["rf_names"]
    assert isinstance(names, list)
    return names


@pytest.mark.parametrize("cut", [True, False])
def test_a_network_cut_before_it_enlarges_its_maps_sees_the_same(plain: Any, cut: bool) -> None:
    pytest.importorskip("cv2")
    file = Path(str(plain.__file__)).parent.parent / "resources/onnx/feature_imf1.onnx"
    model = file.read_bytes()
    sessions = [
        onnxruntime.InferenceSession(each) for each in (with_small_maps(model, "combined") if cut else model, model)
    ]
    assert [len(session.get_outputs()) for session in sessions] == [6 if cut else 2, 2]
    with pymupdf.open(SAMPLE) as sample:
        shots = [page.get_pixmap() for page in sample][:2]
    ours, known = library("onnx.ImageFeatureExtractorV1").ImageFeatureExtractorV1, plain.ImageFeatureExtractorV1
    looks = [kind(session) for kind, session in zip((ours, known), sessions, strict=True)]
    for shot in shots:  # two, since memory of the first is used again
        image = np.frombuffer(shot.samples, np.uint8).reshape(shot.height, shot.width, shot.n)
        for look in looks:
            look.predict(image)
        for one, other in (
            [look.get_feature_map() for look in looks],
            [look.get_class_logits() for look in looks],
        ):
            assert np.allclose(one, other, rtol=1e-4, atol=1e-4)
        assert looks[0].get_picture_detections() == looks[1].get_picture_detections()


def test_blocks_without_styles_are_taken_where_no_picture_is_extended_to_them() -> None:
    styles = pymupdf.TEXT_COLLECT_STYLES
    assert not document._flags_for([{"class_name": "table"}, {"class_name": "text"}]) & styles
    assert document._flags_for([{"class_name": "text"}, {"class_name": "picture"}]) & styles
    assert document._flags_for([{"class_name": "formula"}]) & styles
