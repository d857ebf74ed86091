"""Tesseract, where it is installed, for scripts that the built-in OCR does not know.

It is called as a program, so that it is no dependency, and only for pages that RapidOCR cannot read.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from statistics import median
from typing import NamedTuple

import cv2
import numpy as np

from loaders.types import Block, Box, PageText, Word

SCRIPTS: dict[str, tuple[str, ...]] = {
    "Cyrillic": ("rus", "ukr", "bul", "srp", "bel", "mkd", "kaz", "mon"),
    "Korean": ("kor",),
    "Arabic": ("ara", "fas", "urd", "pus", "uig"),
    "Hebrew": ("heb", "yid"),
    "Thai": ("tha",),
    "Devanagari": ("hin", "mar", "nep", "san"),
    "Greek": ("ell",),
    "Armenian": ("hye",), "Georgian": ("kat",), "Bengali": ("ben", "asm"), "Gujarati": ("guj",), "Gurmukhi": ("pan",),
    "Tamil": ("tam",), "Telugu": ("tel",), "Kannada": ("kan",), "Malayalam": ("mal",), "Sinhala": ("sin",),
    "Khmer": ("khm",), "Lao": ("lao",), "Myanmar": ("mya",), "Ethiopic": ("amh",),
}  # fmt: skip
"""Scripts as Tesseract names them, with the languages that are written in each."""

_IN_UNICODE = {"Korean": "HANGUL"}
"""The first word of the Unicode names of a script's letters, where it is not the script's name in capitals."""

MIN_CONFIDENCE = 80.0
"""Mean confidence (0-100) of a page that counts as read: 92-96 on 38 scans in six scripts in the right language,
8-44 in a wrong one, and 33-74 of the Thai model, which took a page of Hebrew for Thai at 72."""

MIN_OWN = 0.6
"""Least share of the letters that belong to the script; there may be Latin names and units among them."""

SURE = 85.0
"""Confidence of a reading after which no further script is tried."""

_AUTOMATIC, _COLUMN = "3", "4"  # Tesseract's numbers for a page of any layout, and for one column
_MORE = 1.1
"""Factor by which a reading in one column, which would join the lines of two, must be longer: Tesseract takes many
lines of Korean for pictures (.08-1.0 of the words; in one column .94-1.0)."""
_AS_MUCH = 1.005
"""The same where the lines are as many: on pages of any layout Tesseract loses the first letters of a line, on a Korean
and a Thai page .17 and .18 of the words, in one column .08 and .18."""
_HOPELESS = 45.0  # confidence up to which a reading is in a wrong language
_AS_MANY = 0.6  # of the lines: where those of two columns are joined there are half as many
_SMALL_MARKS = frozenset({"Thai"})
"""Scripts whose small print is enlarged: of the phrases of seven Thai pages .87 were read as they were, .90 then; of
print of 15-17 pixels .82 and .88. Twelve pages in five other scripts are read no better: two words fewer."""
_SMALL, _ENLARGED = 24.0, 36.0  # pixels of the middle height of words: up to which, and to which they are enlarged
_MOST = 3.0  # times
_TIME_LIMIT_S = 300
_ROW = re.compile(r"\d\t(?:\d+\t){9}[-\d.]+\t")
_SARA_AM = re.compile("\u0e4d([\u0e48-\u0e4b]?)\u0e32|([\u0e48-\u0e4b])\\2\u0e32")
_SCRIPT = re.compile(r"^Script: (\w+)", re.MULTILINE)


class _Reading(NamedTuple):
    """Tesseract's reading in some languages: its paragraphs as blocks, their words, and its confidence (0-100)."""

    blocks: tuple[Block, ...]
    words: tuple[Word, ...]
    confidence: float


@lru_cache(maxsize=1)
def installed() -> frozenset[str]:
    """Return the languages whose data is installed; none where there is no Tesseract."""
    if not shutil.which("tesseract"):
        return frozenset()
    listed = _run(["--list-langs"], b"")
    return frozenset(line.strip() for line in listed.splitlines()[1:] if line.strip())


def wanted(setting: str) -> frozenset[str]:
    """Return the installed languages that the setting allows: `auto` for all, `off` for none, or a list of codes."""
    if setting == "auto":
        return installed()
    return installed() & {code.strip() for code in setting.split(",")}


def script_of(png: bytes) -> str:
    """Return the script of a page image as Tesseract detects it, or "" where it cannot or is not installed."""
    if "osd" not in installed():
        return ""
    found = _SCRIPT.search(_run(["-", "-", "--psm", "0", "-l", "osd"], png))
    return found[1] if found and found[1] in SCRIPTS else ""


def read(png: bytes, page: int, script: str, languages: frozenset[str]) -> PageText | None:
    """Read a page image in the languages of its script, or in each installed one if the script is not known.

    Returns:
        The page, right-to-left text in logical order; None where no language fits.
    """
    best: _Reading | None = None
    for name in sorted(SCRIPTS, key=lambda one: one != script):  # the detected script first: it may be wrong
        codes = [code for code in SCRIPTS[name] if code in languages]
        reading = _read(png, name, codes) if codes else None
        if reading and (best is None or reading.confidence > best.confidence):
            best = reading
        if best and best.confidence >= SURE:
            break
    return PageText(page, best.blocks, best.words, "ocr") if best else None


def _read(png: bytes, script: str, codes: Sequence[str]) -> _Reading | None:
    """Read an image in the languages of one script; None where they do not fit."""
    layout = _AUTOMATIC
    pieces, text = _recognise(png, codes, layout)
    if _confidence(pieces) > _HOPELESS:
        column, in_column = _recognise(png, codes, _COLUMN)
        if _reads_more(column, pieces):
            pieces, text, layout = column, in_column, _COLUMN
        if script in _SMALL_MARKS and (larger := _enlarged(png, pieces)):
            pieces, text = _recognise(larger, codes, layout)
    return _reading(pieces, text, script)


def _reading(pieces: Sequence[_Piece], text: str, script: str) -> _Reading | None:
    """Return the reading; None if it is noise, as from print in another script."""
    paragraphs: dict[str, list[Word]] = {}
    for group in _grouped(pieces, text.split()):
        word = Word(_tidy("".join(piece.text for piece in group)), _around([piece.box for piece in group]))
        paragraphs.setdefault(group[0].paragraph, []).append(word)
    words = tuple(word for own in paragraphs.values() for word in own)
    confidence = _confidence(pieces)
    if confidence < MIN_CONFIDENCE or _own_share(words, script) < MIN_OWN:
        return None
    blocks = tuple(
        Block("text", " ".join(word.text for word in own), 0, _around([word.box for word in own]))
        for own in paragraphs.values()
    )
    return _Reading(blocks, words, confidence)


def _recognise(png: bytes, codes: Sequence[str], layout: str) -> tuple[list[_Piece], str]:
    return _pieces(_run(["-", "-", "--psm", layout, "-l", "+".join(codes[:3]), "txt", "tsv"], png))


def _enlarged(png: bytes, pieces: Sequence[_Piece]) -> bytes:
    """Return the image enlarged to a good height of words, b"" if they are high enough."""
    image = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    if image is None or not pieces:
        return b""
    height = image.shape[0] * median(piece.box.y1 - piece.box.y0 for piece in pieces)
    if not 0 < height <= _SMALL:
        return b""
    factor = min(_ENLARGED / height, _MOST)
    larger = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    return cv2.imencode(".png", larger)[1].tobytes()


def _confidence(pieces: Sequence[_Piece]) -> float:
    """Return the mean confidence of the characters, 0 if there are none."""
    return _evidence(pieces) / max(1, sum(len(piece.text) for piece in pieces))


def _reads_more(column: Sequence[_Piece], pieces: Sequence[_Piece]) -> bool:
    """Return whether the reading as one column has more text than that of any layout, and does not join two columns."""
    as_many = len({piece.line for piece in column}) >= _AS_MANY * len({piece.line for piece in pieces})
    return _evidence(column) > (_AS_MUCH if as_many else _MORE) * _evidence(pieces)


def _evidence(pieces: Sequence[_Piece]) -> float:
    """Return the number of characters, each weighted by its confidence."""
    return sum(piece.confidence * len(piece.text) for piece in pieces)


class _Piece(NamedTuple):
    """A word in Tesseract's terms: in Korean and Thai often only a part of one."""

    text: str
    box: Box
    confidence: float
    paragraph: str
    line: str


def _pieces(output: str) -> tuple[list[_Piece], str]:
    """Return the pieces of a page from Tesseract's table, and its plain text, which is separate from the table."""
    rows = [line.split("\t") for line in output.splitlines() if _ROW.match(line)]
    text = "\n".join(line for line in output.splitlines() if not _ROW.match(line) and not line.startswith("level\t"))
    width, height = next(((float(row[8]), float(row[9])) for row in rows if row[0] == "1"), (1.0, 1.0))
    pieces = []
    for row in rows:
        if row[0] == "5" and row[11].strip():
            x, y, across, down = (float(value) for value in row[6:10])
            box = Box(x / width, y / height, (x + across) / width, (y + down) / height)
            pieces.append(_Piece(row[11].strip(), box, float(row[10]), "/".join(row[2:4]), "/".join(row[2:5])))
    return pieces, text


def _grouped(pieces: Sequence[_Piece], words: Sequence[str]) -> list[list[_Piece]]:
    """Return the pieces of each word, in reading order; from where they differ from the text, each piece alone."""
    groups, at = list[list[_Piece]](), 0
    for word in words:
        end, joined = at, ""
        while end < len(pieces) and len(joined) < len(word):
            joined += pieces[end].text
            end += 1
        if joined != word:
            break
        groups.append(list(pieces[at:end]))
        at = end
    return groups + [[piece] for piece in pieces[at:]]


def _tidy(text: str) -> str:
    """Return a word with the Thai vowel sara am as one character: Tesseract splits it, or doubles the tone mark."""
    return _SARA_AM.sub(lambda found: (found[1] or found[2] or "") + "\u0e33", text)


def _around(boxes: Sequence[Box]) -> Box:
    x0s, y0s, x1s, y1s = zip(*boxes, strict=True)
    return Box(min(x0s), min(y0s), max(x1s), max(y1s))


def _own_share(words: Sequence[Word], script: str) -> float:
    letters = [char for word in words for char in word.text if char.isalpha()]
    name = _IN_UNICODE.get(script, script.upper())
    return sum(unicodedata.name(char, "").startswith(name) for char in letters) / max(1, len(letters))


def _run(arguments: Sequence[str], png: bytes) -> str:
    """Run Tesseract and return its output, "" where it fails."""
    try:
        done = subprocess.run(["tesseract", *arguments], input=png, capture_output=True, timeout=_TIME_LIMIT_S)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode("utf-8", "replace")
