"""Legibility of a page image: which lines OCR could not read, and whether their script or their blur is the reason.

The detector finds lines in any script and of any sharpness; the recogniser reads nothing, or noise, in scripts that it
does not know and in blurred print. The sharpness of the edges distinguishes the two.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from loaders.ocr.lines import OcrLine
from loaders.ocr.shapes import percentiles
from loaders.text.doubtful_numbers import note_of_doubtful, note_of_unsure
from loaders.types import LITTLE_CONFIDENCE, Failure

MIN_DENSITY = 0.5
"""Characters that a line must have for each line height of its width. Latin print has 1.5-2.5, Chinese and Japanese
1.0-1.2, the sparsest sound line of the development set 1.0; in a script that it does not know the recogniser reads
0.0-0.3."""

MIN_SURE = 0.8
"""Confidence (0-1) under which a line is a guess: at most 0.05 of the area of a sound scan's lines, even at 100 dpi,
and most lines in an unknown script that have enough characters."""

MAX_UNREAD = 0.5
"""Share of the area of the lines, as the detector finds them, that may be unread on a page that counts as read. Sound
scans have at most 0.05, pages in Cyrillic, Korean, Arabic, Hebrew, Thai or Devanagari 0.8-1.0."""

MIN_NOTED = 0.1
"""The same share from which the detail of a page that was read mentions it: twice that of the poorest sound scan."""

MIN_UNREAD_LINES = 2
"""Fewest unread lines of an unreadable page; one is enough if it is print: a photograph may have a false one."""

MAX_EDGE = 0.16
"""Width of the edges of letters, in line heights, from which print is blurred or too small. Print of 8-14 points at 150
dpi has 0.06-0.13 in any script, and 0.17-0.3 where OCR begins to fail on blurred Latin print of the same sizes."""

MAX_EDGE_PIXELS = 8.0
"""The same in pixels, since the detector joins lines that run into each other: 2-4 at 150 dpi, 12-16 where it does."""

POOR_SCORE = 0.85
"""Mean confidence under which a page may be turned. Upright pages of the development set have 0.97-0.99."""

_SURE, _DENSE = 0.9, 1.0  # of a line beside an unknown script: that of noise is 0.0-0.3 dense, or under 0.8 sure
_LONG = 3.0  # line heights: the density of shorter pieces is not reliable
_LINE = 5.0  # line heights from which a piece is a line, and not one word
_GROUND = 0.15  # grey levels around the median, as a share of the contrast, that are the paper of a line
_MIN_GROUND = 0.5  # share of the pixels of a printed line that are paper: 0.6-0.8 measured, 0.3 in textures

_TOGETHER = re.compile(r"[^\W_]{2}")
_MOST_SIGNS = 8
_LARGEST_SIGN = 0.03
"""Share of a page's height up to which an isolated sign is print. Of 72 pages of drawn shapes 28 were read as one to
four such signs without this test."""

PARTLY_READ = "A part of the page could not be read: its script is not one that OCR knows here."
ONE_LINE_UNREAD = "1 line of the page could not be read: its script may not be one that OCR knows here."
PICTURE_UNREAD = "Most print in a picture on the page could not be read: its script is not one that OCR knows here."
LINES_UNSURE = f"{{lines}} of the page {{were}} {LITTLE_CONFIDENCE}: compare it with the page."
POORLY_READ = f"The print was {LITTLE_CONFIDENCE} ({{score:.0%}}): compare it with the page."
COVERED = "A mark across the page covers a part of its print: compare it with the page."
UNREADABLE = (
    "Page {page} seems to be printed in {script}, which OCR cannot read here: it reads Latin letters, Chinese and "
    "Japanese. Install Tesseract with the data of the page's language, or read the page with a vision model."
)
ILLEGIBLE = (
    "The print of page {page} is too blurred or too small for OCR. Scan it again, sharply and at 300 dpi, or read the "
    "page with a vision model."
)

Image = NDArray[np.uint8]


class Piece(NamedTuple):
    """A line as the detector cut it out of the image, in pixels, and the characters that the recogniser read in it."""

    width: int
    height: int
    characters: int = 0
    score: float = 0.0
    edge: float = 0.0
    """Width of the edges of its letters, in line heights."""
    ground: float = 1.0
    """Share of its pixels that are paper."""
    text: str = ""
    places: tuple[float, ...] = ()
    """The middles of its characters that are no spaces, as shares of its width."""
    doubtful: tuple[str, ...] = ()
    """Its numbers of which the last digit may be a raised sign."""
    unsure: tuple[str, ...] = ()
    """Its numbers with a digit of low confidence."""

    @property
    def is_unread(self) -> bool:
        """Whether nothing or next to nothing was read in it, or only a guess."""
        return self.is_empty or self.score < MIN_SURE

    @property
    def is_line(self) -> bool:
        """Whether it is longer than a word or two."""
        return self.width >= _LINE * self.height

    @property
    def is_empty(self) -> bool:
        """Whether nothing or next to nothing was read in it."""
        return self.characters * self.height / self.width < MIN_DENSITY


class Unread(NamedTuple):
    """The lines that the detector found and the recogniser did not read."""

    lines: int
    """Their number."""
    share: float
    """Their share of the area of all lines."""
    empty: int = 0
    """Lines in which nothing was read, single words left out."""
    unsure: int = 0
    """Lines whose reading is a guess, single words left out."""
    lone: bool = False
    """Whether the page has a single line, which is print."""
    is_blurred: bool = False
    """Whether the print is blurred or too small, so that its script may be a known one."""
    score: float = 1.0
    """Mean confidence of the lines that were read."""
    printed: int = 0
    """Unread lines that are print: paper around the letters, and no texture."""
    doubtful: tuple[str, ...] = ()
    """Numbers of which the last digit may be a raised sign."""
    covered: bool = False
    """Whether a pale mark lies over lines of print."""
    guessed: tuple[str, ...] = ()
    """Numbers with a digit of low confidence."""

    def beside(self, part: Unread) -> Unread:
        """Return the unread lines of a page together with those of a part that was read separately."""
        return self._replace(
            lines=self.lines + part.lines,
            share=max(self.share, part.share) if part.is_most else self.share,
            empty=self.empty + part.empty,
            unsure=self.unsure + part.unsure,
            score=min(self.score, part.score),
            doubtful=(*self.doubtful, *part.doubtful),
            guessed=(*self.guessed, *part.guessed),
        )

    @property
    def is_most(self) -> bool:
        """Whether most of a page's print is unread."""
        return self.share > MAX_UNREAD and (self.lines >= MIN_UNREAD_LINES or self.lone)

    @property
    def is_doubtful(self) -> bool:
        """Whether the reading of sharp print is doubtful, like noise from an unknown script."""
        return self.score < POOR_SCORE and not self.is_blurred


def piece_of(crop: Image) -> Piece:
    """Measure a line that was cut out of a page; its reading is added later."""
    height, width = crop.shape[:2]
    levels = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY) if crop.ndim == 3 else crop
    light, dark, usual = percentiles(levels.astype(np.uint8, copy=False), (95, 2, 50))
    contrast, grey = max(1.0, light - dark), levels.astype(np.float32)
    ground = float(np.mean(np.abs(grey - usual) < _GROUND * contrast))
    if width < 2:
        return Piece(width, height, ground=ground)
    steps = np.abs(np.diff(cv2.GaussianBlur(grey, (3, 3), 0), axis=1))  # smoothed, or noise looks like sharp edges
    edge = contrast / max(1.0, float(np.percentile(steps, 98))) / height
    return Piece(width, height, edge=edge, ground=ground)


def unread_of(pieces: Sequence[Piece]) -> Unread:
    """Return a summary of the lines of a page that were not read."""
    long = [piece for piece in pieces if piece.width >= _LONG * piece.height]
    lone = len(long) == 1 and long[0].is_line and long[0].ground >= _MIN_GROUND
    # A single line cannot be compared with others: if it is doubtful, it counts as unread.
    unread = [piece for piece in long if piece.is_unread or (lone and piece.score < POOR_SCORE)]
    whole = sum(piece.width * piece.height for piece in long)
    return Unread(
        len(unread),
        sum(piece.width * piece.height for piece in unread) / max(1, whole),
        sum(piece.is_empty and piece.is_line for piece in unread),
        sum(not piece.is_empty and piece.is_line for piece in unread),
        lone,
        _is_blurred(unread or long),
        printed=sum(piece.is_line and piece.ground >= _MIN_GROUND for piece in unread),
        doubtful=tuple(dict.fromkeys(number for piece in pieces for number in piece.doubtful)),
        guessed=tuple(dict.fromkeys(number for piece in pieces for number in piece.unsure)),
    )


def _is_blurred(pieces: Sequence[Piece]) -> bool:
    if not pieces:
        return False
    edges = [(piece.edge, piece.edge * piece.height) for piece in pieces]
    width, pixels = np.median(edges, axis=0)
    return bool(width > MAX_EDGE or pixels > MAX_EDGE_PIXELS)


def failure(page: int, unread: Unread, script: str) -> Failure:
    """Return why a page could not be read.

    Args:
        page: Its number.
        unread: Its unread lines.
        script: Its script, or "" where that is not known.
    """
    if unread.is_blurred:
        return Failure("illegible", ILLEGIBLE.format(page=page))
    name = f"{script} script" if script else "a script that is not known here"
    return Failure("unreadable_script", UNREADABLE.format(page=page, script=name))


def shortcoming_of_picture(unread: Unread) -> str:
    """Return a sentence about a picture's print in an unknown script; "" for photographs and blurred print."""
    return PICTURE_UNREAD if unread.is_most and unread.printed >= MIN_UNREAD_LINES and not unread.is_blurred else ""


def sure_lines(lines: Sequence[OcrLine]) -> list[OcrLine]:
    """Return the lines of high confidence that are as dense as known print, without noise from an unknown script."""
    return [line for line in lines if line.score >= _SURE and _density(line) >= _DENSE]


def is_drawing(lines: Sequence[OcrLine], height: float) -> bool:
    """Return whether the lines of a page `height` pixels high are only shapes of a drawing, read as "1", "V", "●".

    A line with two letters or digits together is print. So are many signs, which may be a crossword, and one small sign
    alone, which may be a page number.
    """
    if len(lines) > _MOST_SIGNS:
        return False
    if len(lines) == 1 and lines[0].height < _LARGEST_SIGN * height and any(map(str.isalnum, lines[0].text)):
        return False
    return not any(_TOGETHER.search(line.text) for line in lines)


def _density(line: OcrLine) -> float:
    characters = sum(not char.isspace() for char in line.text)
    return characters * (line.box.y1 - line.box.y0) / max(1.0, line.box.x1 - line.box.x0)


def shortcomings(unread: Unread, *, with_text: bool) -> str:
    """Return a sentence for each kind of unread or doubtful print on a page that was read; "" if there is none."""
    if not with_text:
        return ""
    sentences = []
    much = unread.lines >= MIN_UNREAD_LINES and unread.share > MIN_NOTED
    if not unread.is_blurred and (much or unread.empty):
        sentences.append(ONE_LINE_UNREAD if not much and unread.empty == 1 else PARTLY_READ)
    if unread.score < POOR_SCORE or (unread.is_blurred and much):
        sentences.append(POORLY_READ.format(score=unread.score))
    elif unread.unsure and not much:
        lines, were = ("1 line", "was") if unread.unsure == 1 else (f"{unread.unsure} lines", "were")
        sentences.append(LINES_UNSURE.format(lines=lines, were=were))
    if unread.covered:
        sentences.append(COVERED)
    if unread.doubtful:
        sentences.append(note_of_doubtful(unread.doubtful))
    if guessed := [number for number in unread.guessed if number not in unread.doubtful]:
        sentences.append(note_of_unsure(guessed))
    return " ".join(sentences)
