"""Faster equivalents of steps of the layout model: its graphs are given the same numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import groupby, islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

_LENGTH = 20
"""Signs of a text's pattern that the model is given, as two octal digits each."""

_SYMBOLS = "•-*+<>()→✓#□■‣◦▪.:※"
_CODES = {**{str(digit): digit for digit in range(10)}, "C": 10, "D": 11, "S": 12, "W": 13} | {
    symbol: 14 + at for at, symbol in enumerate(_SYMBOLS)
}
_DIGITS = {sign: (code // 8 / 8, code % 8 / 8) for sign, code in _CODES.items()}
_PROBABILITIES = ("mean", "min", "max", "entropy", "margin")
_REDUCED: dict[str, Any] = {"mean": np.add, "min": np.minimum, "max": np.maximum}
_NO_FEATURES = ("this", "thisown", "last_char_rect")
_KINDS = {
    "is_text": "text",
    "is_image": "image",
    "is_vector": "vector",
    "is_hline_vector": "h-line-vector",
    "is_vline_vector": "v-line-vector",
}


def replace_steps(library: Callable[[str], Any]) -> None:
    """Let the layout model take its steps from this module; `library` returns one of its modules by name."""
    model, image, tables = (
        library(f"onnx.{name}") for name in ("BoxRFDGNN", "ImageFeatureExtractorV1", "TableGridExtractorV2")
    )
    model.get_text_pattern = text_pattern
    model.get_rf_features = features_in_order
    model.extract_bbox_features_by_roi_pooling = pooling(library("roi_pooling"))
    image.resize_image = tables.resize_image = resized
    image.ImageFeatureExtractorV1.predict = looking(image)
    library("pymupdf_util_ext").extract_rf_features = extraction(library("pymupdf_util_rf"))


def text_pattern(text: str, text_pattern: None = None, return_vector: bool = True) -> tuple[float, ...]:
    """Return the kinds of a text's signs and their runs ("a 12" is C1W1D2) as the model's 40 numbers, 0 to 1."""
    return _pattern(text)


@lru_cache(maxsize=4096)
def _pattern(text: str) -> tuple[float, ...]:
    signs = islice(_signs(text), _LENGTH)
    vector = [number for sign in signs for number in _DIGITS[sign]]
    return (*vector, *[0.0] * (2 * _LENGTH - len(vector)))


def _signs(text: str) -> Iterator[str]:
    for kind, run in groupby(map(_kind, text)):
        yield kind
        yield from str(sum(1 for _ in run))


@lru_cache(maxsize=4096)
def _kind(sign: str) -> str:
    if sign in _SYMBOLS:
        return sign
    if sign.isspace():
        return "W"
    if sign.isdigit():
        return "D"
    return "C" if sign.isalnum() else "S"


def extraction(library: Any) -> Callable[[dict[str, Any], Any], None]:
    """Return the step that adds the PDF library's features of each box, 110 numbers, to a page's data.

    The library looks up their names for each box again, half of the step's time.
    """
    stats = vars(library.rf_features.fz_feature_stats)
    getters = [
        (name, found.fget)
        for name, found in stats.items()
        if isinstance(found, property) and found.fget and name not in _NO_FEATURES
    ]
    features_of, rectangle = library.rf_features.fz_features_for_region, library.pymupdf.mupdf.FzRect

    def extract_rf_features(data: dict[str, Any], text_page: Any) -> None:
        boxes, texts, features = data["bboxes"], data["text"], data["custom_features"]
        is_print = False
        for box, its in zip(boxes, features, strict=False):
            found = features_of(text_page, rectangle(*box), 0)
            its.update([(name, get(found)) for name, get in getters])
            is_print = is_print or bool(its["num_numerals"] + its["num_non_numerals"] > 0 and its["invisible"] == 0)
        if is_print:  # invisible text is left out of a page that has other text
            for at in reversed(range(len(boxes))):
                if features[at]["invisible"] == 1:
                    del features[at], boxes[at], texts[at]

    return extract_rf_features


def features_in_order(features: dict[str, Any], names: list[str], do_log_norm: bool = False) -> list[float]:
    """Return the features of a box in the model's order."""
    kind = features.get("box_type", "text")
    known = features | {name: kind == its for name, its in _KINDS.items()}
    return [float(known[name]) for name in names]


def resized(image: NDArray[Any], size: tuple[int, int]) -> NDArray[Any]:
    """Return an image of bytes, (height, width) or (height, width, channels), scaled bilinearly to a width and height.

    Each channel is scaled by itself, and only one of a grey image.
    """
    if image.ndim == 2:
        return _resized_plane(image, size)
    planes = [image[..., at] for at in range(image.shape[2])]
    first = _resized_plane(planes[0], size)
    rest = [first if np.array_equal(planes[0], plane) else _resized_plane(plane, size) for plane in planes[1:]]
    return np.stack([first, *rest], axis=-1)


def _resized_plane(plane: NDArray[Any], size: tuple[int, int]) -> NDArray[Any]:
    (left, right, across), (above, below, down) = (
        _between(old, new) for old, new in zip(reversed(plane.shape), size, strict=True)
    )
    upper, lower = plane[above], plane[below]
    down = down[:, None]
    summed = (1 - across) * (1 - down) * upper[:, left]  # in the library's order: the result is cut off, not rounded
    summed += across * (1 - down) * upper[:, right]
    summed += (1 - across) * down * lower[:, left]
    summed += across * down * lower[:, right]
    scaled: NDArray[Any] = np.clip(summed, 0, 255).astype(plane.dtype)
    return scaled


def _between(old: int, new: int) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Return for each of `new` places the two of `old` pixels it lies between, and its way from one to the other."""
    place = (np.arange(new) + 0.5) * (old / new) - 0.5
    first = np.floor(place).astype(int)
    return np.clip(first, 0, old - 1), np.clip(first + 1, 0, old - 1), place - first


def pooling(library: Any) -> Callable[..., NDArray[Any]]:
    """Return the step that sums up a map over each box; entropy and margin are computed once a page."""
    plain = library.extract_bbox_features_by_roi_pooling

    def pool(
        maps: NDArray[Any],
        boxes: Any,
        width: int,
        height: int,
        pooling_ops: tuple[str, ...] = ("mean", "max"),
        apply_softmax: bool = False,
    ) -> Any:
        known = pooling_ops == (_PROBABILITIES if apply_softmax else ("mean", "max"))
        if not known or not len(boxes):
            return plain(maps, boxes, width, height, pooling_ops=pooling_ops, apply_softmax=apply_softmax)
        channels = maps[0]
        means = channels
        if apply_softmax:
            channels = library._softmax_channels(channels)
            means = np.concatenate([channels, library._pixel_entropy(channels)[None], _margin(channels)[None]])
        places = library._grid_coords_vec(np.asarray(boxes, np.float64), *maps.shape[:1:-1], width, height)
        return np.array([_pooled(channels, means, *place) for place in zip(*places, strict=True)])

    return pool


def _pooled(channels: NDArray[Any], means: NDArray[Any], x0: int, y0: int, x1: int, y1: int) -> NDArray[np.float32]:
    """Return the mean, least (of probabilities) and largest value of each channel in a box, and means of the rest."""
    rows, columns = slice(y0, y1 + 1), slice(x0, x1 + 1)
    count, size = len(channels), (y1 - y0 + 1) * (x1 - x0 + 1)
    part = channels[:, rows, columns]
    mean = np.add.reduce(means[:, rows, columns], axis=(1, 2)) / np.float32(size)
    ends = [np.minimum.reduce(part, axis=(1, 2))] if len(means) > count else []
    ends.append(np.maximum.reduce(part, axis=(1, 2)))
    return np.concatenate([mean[:count], *ends, mean[count:]])


def _margin(probabilities: NDArray[Any]) -> NDArray[Any]:
    """Return how much the most probable class of each pixel is ahead of the next."""
    first, second = np.maximum(*probabilities[:2]), np.minimum(*probabilities[:2])
    for each in probabilities[2:]:
        second = np.maximum(second, np.minimum(first, each))
        first = np.maximum(first, each)
    margin: NDArray[Any] = first - second
    return margin


def looking(library: Any) -> Callable[..., None]:
    """Return the step in which a network looks at the picture of a page.

    Where the network was cut before it enlarges its maps (`onnx_graphs.with_small_maps`), they are enlarged here.
    """

    def predict(self: Any, page: NDArray[Any], aug_fetmap: None = None) -> None:
        given = self._session.get_inputs()[0]
        self._page_h, self._page_w = page.shape[:2]
        self._target_h, self._target_w = given.shape[2], given.shape[3]
        grey = library.to_gray(library.resize_image(page, (self._target_w, self._target_h))).astype(np.float32)
        low, high = grey.min(), grey.max()
        grey = (grey - low) / (high - low) if high > low else np.zeros_like(grey)
        names = [output.name for output in self._session.get_outputs()]
        found = dict(zip(names, self._session.run(names, {given.name: grey[None, None]}), strict=True))
        self._logits = self._raw_outputs = found.pop("logits")
        self._combined = found.get("combined")
        if self._combined is None:
            self._enlarged = enlarged([each[0] for each in found.values()], grey.shape, vars(self).get("_enlarged"))
            self._combined = self._enlarged[None]
        self._detections_picture = self._detections_non_picture = None

    return predict


def enlarged(maps: list[NDArray[Any]], size: tuple[int, ...], into: NDArray[Any] | None) -> NDArray[Any]:
    """Return the channels of all maps, each (channels, height, width), enlarged bilinearly to one size.

    `into` is the result of an earlier call, whose memory is used again: 58 MB, else cleared for each page.
    """
    import cv2

    planes = [plane for each in maps for plane in each]
    into = np.empty((len(planes), *size), np.float32) if into is None else into
    for plane, place in zip(planes, into, strict=True):
        cv2.resize(plane, size[::-1], dst=place, interpolation=cv2.INTER_LINEAR)
    return into
