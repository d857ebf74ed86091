"""Detection of the encoding of text files: UTF-8, UTF-16, UTF-32, Windows-1252, or the one that the file declares."""

from __future__ import annotations

import codecs
import re

FOREIGN_SHARE = 0.3
"""Share of letters outside ASCII from which bytes that are no UTF-8 are not Windows-1252 either: German, French and
Polish prose has 2-10 %, Russian or Greek of an older encoding has 90 %."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")  # tab, line ends, form feed and escape stand in texts
_ZEROS = 0.3  # share of zero bytes at even or odd places: UTF-16 of Latin script, with no mark at its beginning


def decode(data: bytes, declared: str = "") -> str | None:
    """Return the text of some bytes, or None if no encoding fits.

    Args:
        data: The bytes; the last character may be cut off.
        declared: The encoding that the file names itself, which is tried after UTF-8.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _tried(data, name)
    if name := _utf16(data):
        return _tried(data, name)
    text = _tried(data, "utf-8")
    if text is None and declared:
        text = _tried(data, declared)
    return _windows(data) if text is None else text


def _tried(data: bytes, name: str) -> str | None:
    """Return the decoded text; None where it is no text of this encoding."""
    try:
        text = codecs.getincrementaldecoder(name)("strict").decode(data, final=False)
    except (LookupError, UnicodeError, ValueError):
        return None
    return None if _CONTROL.search(text) else text


def _utf16(data: bytes) -> str:
    """Return the name of UTF-16 without a byte-order mark, detected by its zero bytes; "" for other encodings."""
    sample = data[:4096]
    half = len(sample) // 2
    if half < 2:
        return ""
    high, low = sample[0::2].count(0) / half, sample[1::2].count(0) / half
    if low > _ZEROS and high == 0:
        return "utf-16-le"
    return "utf-16-be" if high > _ZEROS and low == 0 else ""


def _windows(data: bytes) -> str | None:
    """Return the text as Windows-1252, unless so many letters are foreign that it must be another encoding."""
    text = _tried(data, "cp1252")
    letters = [character for character in text or "" if character.isalpha()]
    foreign = sum(not character.isascii() for character in letters)
    return text if letters and foreign <= FOREIGN_SHARE * len(letters) else None
