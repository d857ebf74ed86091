"""The letter o in names with digits ("o1-mini", "GPT-4o"), which the recognisers read as a zero, told by its height."""

from __future__ import annotations

import re
from statistics import median

from loaders.ocr.line_print import Print

_LOW = 0.84
"""Of the height of the digits beside it: the letter has 0.64-0.8, a zero 0.9 and more, at capitals of 10-17 pixels."""

_SAME_FOOT = 0.15  # of that height between the feet of digits that stand on one line: old-style ones hang below it
_NAME = re.compile(r"\S*[^\W\d_]\S*")
_ZERO = re.compile(r"(?<![\d.,])0(?=\d)|(?<=\d)0(?![\d.,%°])")
_BETWEEN = re.compile(r"(?<=[a-z])0(?=[a-z])")
_SMALL, _NO_HIGHER = frozenset("aceonrsuvwxz"), 1.15  # letters as high as an o, and times their height
_TALL, _MAY_HANG = frozenset("12"), frozenset("34579")  # digits as high as a letter o in old-style figures, and others


def with_letter_o(line: Print) -> Print:
    """Return a line's print with the zeros of its names that are as low as a small letter as the letter o."""
    text = line.text
    for name in _NAME.finditer(line.text):
        for zero in _ZERO.finditer(name[0]):
            at = name.start() + zero.start()
            if _is_low(line, at, range(*name.span())):
                text = f"{text[:at]}o{text[at + 1 :]}"
        for zero in _BETWEEN.finditer(name[0]):
            at = name.start() + zero.start()
            if _is_small(line, at, range(*name.span())):
                text = f"{text[:at]}o{text[at + 1 :]}"
    return line._replace(text=text)


def _is_small(line: Print, at: int, name: range) -> bool:
    """Return whether a zero between letters ("Lo0e") is no higher than the small ones of its word."""
    own = line.shapes.get(at)
    small = [line.shapes[spot].height for spot in name if spot in line.shapes and line.text[spot] in _SMALL]
    return own is not None and bool(small) and own.height <= _NO_HIGHER * median(small)


def _is_low(line: Print, at: int, name: range) -> bool:
    """Return whether a zero is lower than the digits of its name that stand on the same line."""
    own = line.shapes.get(at)
    if own is None or line.old:
        return False
    beside = [line.shapes[spot] for spot in name if spot != at and spot in line.shapes and line.text[spot] in _TALL]
    hang = [line.shapes[spot] for spot in name if spot in line.shapes and line.text[spot] in _MAY_HANG]
    beside += [shape for shape in hang if abs(shape.bottom - own.bottom) <= _SAME_FOOT * shape.height]
    if not beside:
        return False
    size = median(shape.height for shape in beside)
    return own.height <= _LOW * size and abs(own.bottom - median(s.bottom for s in beside)) <= _SAME_FOOT * size
