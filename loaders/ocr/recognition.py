"""Recognition of the lines of an image: RapidOCR with tiny models, and its default models for doubtful lines."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from loaders.ocr.currency import with_currencies
from loaders.ocr.detection import QuickRapidOCR, as_quad, detect
from loaders.ocr.fractions import with_fractions
from loaders.ocr.glyphs import with_signs
from loaders.ocr.gutters import in_tables
from loaders.ocr.legibility import Piece, Unread, piece_of, unread_of
from loaders.ocr.lines import Quad, is_sideways, is_tall
from loaders.ocr.rapid import TextDetOutput, TextRecOutput, apply_vertical_padding
from loaders.ocr.readings import HEIGHT, Reader, Reading, read_line, reader_of
from loaders.ocr.sign_doubts import unsure_numbers
from loaders.ocr.spacing import with_spaces

THREADS_PER_ENGINE = 1
"""One process per core is faster than one process with many threads."""

MIN_SCORE = 0.5
"""Confidence (0-1) under which a line is noise: specks, rules, halves of pictures."""

_SURE_TALL = 0.95  # confidence in a piece that runs up or down, under which it is read the other way round as well
_OLD_STYLE = 3  # numbers in old-style figures from which all figures of a page count as such
_LOW_ONE = re.compile(r"(?<=\d)I(?![A-Za-z])|(?<![A-Za-z])I(?=\d)")  # an old-style 1 is a small capital I
_MIN_GREEK = 10  # letters: fewer are a formula
Image = NDArray[np.uint8]
_OPTIONS = {
    "Global.use_cls": False,
    "Global.use_vertical_padding": False,
    "Global.log_level": "error",
    "EngineConfig.onnxruntime.intra_op_num_threads": THREADS_PER_ENGINE,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
}


class Found(NamedTuple):
    """A line that was recognised; see `OcrLine`."""

    text: str
    score: float
    quad: Quad
    places: tuple[float, ...] = ()


def recognise(image: Image, in_picture: bool) -> tuple[list[Found], Unread]:
    """Return the lines of an image, and a summary of those not read; `in_picture`: it is a figure, not a page."""
    engine = rapid_ocr()
    engine.pieces, engine.in_picture = [], in_picture
    result = engine(image)
    missed = unread_of(engine.pieces)
    if getattr(result, "txts", None) is None or result.boxes is None:
        return [], missed
    # The result leaves out lines in which nothing was read, and noise.
    kept = [piece.places for piece in engine.pieces if piece.text.strip() and piece.score >= MIN_SCORE]
    places = kept if len(kept) == len(result.txts) else [()] * len(result.txts)
    found = [
        Found(text, float(score), as_quad(box), spots)
        for text, score, box, spots in zip(result.txts, result.scores, result.boxes, places, strict=True)
        if text.strip()
    ]
    return found, missed


def _is_greek(text: str) -> bool:
    """Return whether a line is Greek prose, of which the recogniser leaves out every letter with an accent."""
    letters = [char for char in text if char.isalpha()]
    return len(letters) >= _MIN_GREEK and sum("\u0370" <= char <= "\u03ff" for char in letters) > len(letters) / 2


class _Ocr(QuickRapidOCR):
    """RapidOCR that records every line it tried to read; its result leaves out those in which it read nothing."""

    pieces: list[Piece]
    in_picture = False
    careful: list[bool]  # whether a line is a cell of a table, which the tiny model does not read alone
    quads: list[Quad]

    def detect_and_crop(self, img: Image, op_record: dict[str, Any]) -> Any:
        """Find the lines, each of one column, and record which are in tables."""
        # Flat images get paper above and below, which the boxes include: RapidOCR subtracts it by the record.
        img, _ = apply_vertical_padding(img, op_record, self.width_height_ratio, self.min_height)
        quads = detect(img, self.find, _find_by_default_model, in_picture=self.in_picture)
        self.careful, self.quads = in_tables(quads), quads
        boxes = np.array(quads, np.float32)
        return self.crop_text_regions(img, boxes), TextDetOutput(img, boxes, [1.0] * len(quads))

    def recognize_txt(self, img: list[Image]) -> TextRecOutput:
        tiny = reader_of(self._load_rec_model())
        found = [read_line(crop, tiny, careful_reader(), cell) for crop, cell in zip(img, self.careful, strict=True)]
        # Of a level page: one that is sideways is turned as a whole, the way in which its pieces are read worse.
        read = [quad for quad, one in zip(self.quads, found, strict=True) if one.score >= MIN_SCORE]
        tall = [] if is_sideways(read) else [at for at, quad in enumerate(self.quads) if is_tall(quad)]
        for at in (at for at in tall if found[at].score < _SURE_TALL):
            # RapidOCR turns it so that print that runs down is upright, and the title of an axis runs up.
            over = np.rot90(img[at], 2).copy()
            again = read_line(over, tiny, careful_reader(), self.careful[at])
            if again.score > found[at].score:
                img[at], found[at] = over, again
        self.pieces, votes = list[Piece](), 0
        for crop, reading in zip(img, found, strict=True):
            piece, vote = _piece(crop, reading)
            self.pieces.append(piece)
            votes += vote
        if votes >= _OLD_STYLE:
            self.pieces = [_piece(crop, reading, old=True)[0] for crop, reading in zip(img, found, strict=True)]
        shown: Any = tuple(piece.text for piece in self.pieces)
        none: Any = (None,) * len(img)
        return TextRecOutput(img, shown, [piece.score for piece in self.pieces], none)


def _find_by_default_model(image: Image) -> Any:
    return _default_ocr().find(image)


def _piece(crop: Image, found: Reading, *, old: bool = False) -> tuple[Piece, int]:
    """Return a line with its reading, and its count of numbers in old-style figures (`Print.old_style`)."""
    width = crop.shape[1]
    score, found = found.score, with_currencies(crop, with_fractions(crop, found, _read_sign), _read_sign)
    places = [place * width for place in found.printed_places]
    signed = with_signs(crop, found.text, places, _read_sign, old=old)
    text = with_spaces(crop, signed.text, signed.places)
    text = _LOW_ONE.sub("1", text) if old else text
    characters = 0 if _is_greek(text) else _length(text)
    shares = tuple(place / width for place in signed.places)
    piece = piece_of(crop)._replace(
        characters=characters, score=score, text=text, places=shares, doubtful=signed.doubtful,
        unsure=(*unsure_numbers(text, found.text, found.scores), *signed.unsure),
    )  # fmt: skip
    return piece, signed.old_style


def _read_sign(image: Image, least: int = HEIGHT) -> tuple[str, float]:
    """Read the image of one sign by the careful model."""
    found = careful_reader()(image, least)
    return found.text, found.score


def _length(text: str) -> int:
    return sum(not char.isspace() for char in text)


@lru_cache(maxsize=1)
def rapid_ocr() -> Any:
    """Build the engine once per process: the tiny detector, and the tiny recogniser with its characters.

    The detector keeps the full resolution: at 960 pixels it finds 39 of 59 labels of a chart. It uses the values that
    it was trained with (mean and deviation of colours, thresholds): with RapidOCR's it misses 3 of 62 labels of a
    chart.
    """
    models = Path(__file__).parent / "models"
    return _Ocr(
        params=_OPTIONS
        | {
            "Global.text_score": MIN_SCORE,
            "Det.model_path": str(models / "PP-OCRv6_det_tiny.onnx"),
            "Det.mean": [0.485, 0.456, 0.406],
            "Det.std": [0.229, 0.224, 0.225],
            "Det.thresh": 0.2,
            "Det.box_thresh": 0.4,
            "Rec.model_path": str(models / "PP-OCRv6_rec_tiny.onnx"),
            "Rec.rec_keys_path": str(models / "PP-OCRv6_rec_tiny.txt"),
        }
    )


@lru_cache(maxsize=1)
def careful_reader() -> Reader:
    """Return the reader of doubtful lines: RapidOCR's default recogniser, loaded for the first of them."""
    return reader_of(_default_ocr()._load_rec_model())


@lru_cache(maxsize=1)
def _default_ocr() -> QuickRapidOCR:
    """Return RapidOCR with its default models, each loaded when it is first used."""
    return QuickRapidOCR(params=_OPTIONS)
