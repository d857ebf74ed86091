"""Signs of currencies in scanned print that the recognisers leave out or take for other characters: ₹ and ₺."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from loaders.ocr.fractions import ReadAlone, words_with_edges
from loaders.ocr.lost_signs import alone
from loaders.ocr.readings import HEIGHT, Reading
from loaders.ocr.shapes import Shape, shapes_of

Image = NDArray[np.uint8]

_SEEN_AS = {"₹": "₹きぎチ于手そ", "₺": "₺も毛"}
"""What the recogniser reads for an isolated sign: each of 34 signs before cells in five fonts was one of these."""
_SIGN_OF = {seen: sign for sign, all_seen in _SEEN_AS.items() for seen in all_seen}
_CJK = re.compile(r"[\u2e80-\u9fff]")
_NUMBER = re.compile(r"\d[\d,.]*(?:[.,;:)]*|%)?")
_TAKEN = re.compile(rf"[{''.join(_SIGN_OF)}#](?=\d[\d,.]*$)")
_FULL = 0.7  # of the usual height: the shape of a digit or a sign


def with_currencies(crop: Image, reading: Reading, read: ReadAlone) -> Reading:
    """Return the reading of a line with the signs of rupees and liras before its numbers.

    The characters of a number after another unknown sign get the confidence 0.

    Args:
        crop: The upright image of the line.
        reading: What was recognised in it.
        read: Reads the image of one sign.
    """
    if not any(map(str.isdecimal, reading.text)):
        return reading
    words = list(words_with_edges(reading, crop.shape[1]))
    if len(_CJK.findall(reading.text)) > len(words):
        return reading
    shapes = shapes_of(crop)
    for start, end, left, right in reversed(words):
        word = reading.text[start:end]
        taken = _TAKEN.match(word)
        if not taken and not _NUMBER.fullmatch(word):
            continue
        first = _extra(word, shapes, left, right)
        if first is None:
            continue
        seen, _ = read(alone(crop, first), 2 * HEIGHT)
        if sign := _SIGN_OF.get(seen):
            reading = _begun(reading, start, sign, first.middle / crop.shape[1], replaced=bool(taken))
        elif _CJK.fullmatch(seen):  # another sign that the recogniser does not know
            unsure = (0.0,) * (end - start)
            reading = reading._replace(scores=reading.scores[:start] + unsure + reading.scores[end:])
    return reading


def _extra(word: str, shapes: Sequence[Shape], left: float, right: float) -> Shape | None:
    """Return the first shape of a word, if it is one more than its digits and brackets, or its first one is no digit.

    Shares in per cent, whose sign is the one more, have no currency.
    """
    if word.endswith("%"):
        return None
    own = [shape for shape in shapes if left <= shape.middle <= right]
    usual = float(np.median([shape.height for shape in own])) if own else 0.0
    full = [shape for shape in own if shape.height >= _FULL * usual]
    return full[0] if full and len(full) == 1 + sum(map(str.isdecimal, word)) + word.count(")") else None


def _begun(reading: Reading, start: int, sign: str, place: float, *, replaced: bool) -> Reading:
    """Return a reading with a sign before a character, or in its place."""
    rest = start + replaced
    return Reading(
        reading.text[:start] + sign + reading.text[rest:],
        (*reading.scores[:start], 1.0, *reading.scores[rest:]),
        (*reading.places[:start], place, *reading.places[rest:]),
    )
