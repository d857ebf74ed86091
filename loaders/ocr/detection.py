"""Detection of the pieces of print on a page: by a tiny model, and by RapidOCR's own where that finds too little."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from omegaconf import flag_override

from loaders.ocr.gutters import divide
from loaders.ocr.ink import may_hold_print, share_within
from loaders.ocr.lines import Quad
from loaders.ocr.rapid import DetPreProcess, RapidOCR, RapidOCRError, default_file, get_rotate_crop_image
from loaders.pages.cpu import onnx_session
from loaders.pages.onnx_graphs import with_joined_bias, without_tiny_weights

Image = NDArray[np.uint8]

Find = Callable[[Image], Any]
"""Returns RapidOCR's result of a detection, or raises RapidOCRError if nothing was found."""

_LARGE = 1_200_000  # pixels: an image of less is not divided
_MIDDLE = 0.35, 0.65  # of the height, in which an image is divided
_BLANK = 9  # pixels of a space between lines
_SHARP = 0.5  # of the contrast, from a pixel to the next: .84 and more in pictures of digital pages; .54-.58 blurred by
# .7 pixels, and .38-.43 by one, in which the tiny detector misses the first words
_CONTRAST = 20  # levels of grey: less is no print
_IN_LINES = 0.75  # of the ink: less is a chart, a picture or blurred print, of which .0-.52 was found, else .8-1.0


class QuickInput(DetPreProcess):
    """The input of a detector, each level looked up: 10 ms a page, where RapidOCR's floats take 90 and 150 MB."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        levels = np.arange(256, dtype=np.float32)[:, np.newaxis]
        self._values = ((levels * self.scale - self.mean) / self.std).astype(np.float32)[np.newaxis]

    def normalize(self, img: Image) -> NDArray[Any]:
        """Return the values that the model expects for an image of three channels."""
        return cv2.LUT(img, self._values)


class QuickRapidOCR(RapidOCR):
    """RapidOCR whose detector is given its input at less cost, and whose models use the memory of a step again."""

    def find(self, image: Image) -> Any:
        """Return the detector's result without cutting out what it found; raise RapidOCRError if that is nothing."""
        found = self._load_det_model()(image)
        if found.boxes is None:
            raise RapidOCRError("no print was found")
        return found

    def _load_det_model(self) -> Any:
        self._open(self.cfg.Det)
        detector = super()._load_det_model()  # type: ignore[no-untyped-call]  # RapidOCR has no types
        detector.get_preprocess = lambda: QuickInput(
            detector.limit_side_len, detector.limit_type, detector.mean, detector.std
        )
        return detector

    def _load_rec_model(self) -> Any:
        self._open(self.cfg.Rec)
        return super()._load_rec_model()  # type: ignore[no-untyped-call]  # as above

    def _open(self, model: Any) -> None:
        """Open the file of a model here, as RapidOCR has no setting for the use of memory."""
        path = Path(model.model_path or Path(self.cfg.Global.model_root_dir) / default_file(model))
        if not model.get("session") and path.exists():  # else RapidOCR says what is missing
            with flag_override(model, "allow_objects", True):
                model.session = onnx_session(path, lambda file: with_joined_bias(without_tiny_weights(file)))


def detect(image: Image, tiny: Find, larger: Find, *, in_picture: bool = False) -> list[Quad]:
    """Return the pieces of print of an image, each of one column; raise RapidOCRError if there are none.

    Where much ink is outside what the tiny detector found, the larger one is run as well: it finds blurred print too.
    In a picture much ink is no print, so there it is run if the print that was found is not sharp; on a page also where
    that is sharp, if the other ink is more than rules and a logo. It takes .7 CPU seconds for a page.
    """
    found = _found(tiny, image)
    share = share_within(image, np.array(found, np.int32)) if found else -1.0
    if share < _IN_LINES and not (
        is_sharp(image, found) and (in_picture or not may_hold_print(image, np.array(found, np.int32)))
    ):
        again = _found_in_halves(larger, image)
        if again and share_within(image, np.array(again, np.int32)) > share:
            found = again
    if not found:
        raise RapidOCRError("no print was found")
    return divide(found, lambda quad: get_rotate_crop_image(image, np.array(quad, np.float32)).astype(np.uint8))


def is_sharp(image: Image, quads: Sequence[Quad]) -> bool:
    """Return whether most of these pieces of print are sharp; False for none."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY) if image.ndim == 3 else image
    found = [sharpness for quad in quads if (sharpness := _sharpness(grey, quad)) is not None]
    return bool(found) and float(np.median(found)) >= _SHARP


def _sharpness(grey: Any, quad: Quad) -> float | None:
    """Return the steepest change from a pixel to the next as a share of the contrast; None without any."""
    xs, ys = zip(*quad, strict=True)
    piece = grey[max(0, int(min(ys))) : int(max(ys)) + 1, max(0, int(min(xs))) : int(max(xs)) + 1].astype(np.float32)
    if min(piece.shape) < 3:
        return None
    dark, bright = np.percentile(piece, (2, 98))
    if bright - dark < _CONTRAST:
        return None
    return float(np.percentile(np.abs(np.diff(piece, axis=1)), 98) / (bright - dark))


def _found(find: Find, image: Image) -> list[Quad]:
    try:
        return [as_quad(box) for box in find(image).boxes]
    except RapidOCRError:  # nothing was found
        return []


def _found_in_halves(find: Find, image: Image) -> list[Quad]:
    """Return the print that a detector finds in the halves of a large image, divided where it has least ink.

    A page of 150 dpi takes 830 MB at once, and 670 in halves.
    """
    height, width = image.shape[:2]
    if height * width < _LARGE or height < width:
        return _found(find, image)
    first, last = round(_MIDDLE[0] * height), round(_MIDDLE[1] * height)
    grey = image[first:last].mean(axis=2) if image.ndim == 3 else image[first:last]
    ink = np.convolve(np.abs(np.diff(grey, axis=1)).sum(axis=1), np.ones(_BLANK), "same")
    cut = first + int(ink.argmin())
    lower = [_moved(quad, cut) for quad in _found(find, image[cut:])]
    return _found(find, image[:cut]) + lower


def _moved(quad: Quad, down: int) -> Quad:
    a, b, c, d = ((x, y + down) for x, y in quad)
    return a, b, c, d


def as_quad(box: Any) -> Quad:
    """Return a box of RapidOCR as its four corners."""
    a, b, c, d = ((float(x), float(y)) for x, y in box)
    return a, b, c, d
