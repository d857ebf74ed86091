"""Quality check of text layers, by statistics over their characters."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

MAX_BAD_SHARE = 0.2
"""Largest share of replacement, private-use, control and unassigned characters on a sound page; symbol-font bullets are
a few per cent on sound pages, a font without a Unicode map is near 1."""

MIN_COMMON_SHARE = 0.46
"""Least share of the letters e a i o n r t s l among Latin letters. Sound pages of the development set have 0.67-0.74,
its pages of nothing but names 0.54; the same text with its letters shifted, as by a wrong font encoding, 0.25-0.45."""

MIN_WORD_SHARE = 0.3
"""Least share of letters and digits among the visible characters, dot leaders and rules left out."""

_MIN_SAMPLE = 80  # characters: fewer give no reliable frequencies
_COMMON = frozenset("eaionrtsl")
_LEADERS = re.compile(r"[.\-_·…=*|–—•]{2,}")
_CID = re.compile(r"\(cid:\d+\)")
_BAD_CATEGORIES = frozenset({"Co", "Cn", "Cc", "Cs"})


@lru_cache(maxsize=16)  # reading and rendering check the same page; a check takes 3 ms
def is_garbage(text: str) -> bool:
    """Return whether `text` differs from what the page shows: no Unicode map, a shifted encoding, or glyph numbers."""
    visible = [char for char in text if not char.isspace()]
    if not visible:
        return False
    bad = sum(char == "\ufffd" or unicodedata.category(char) in _BAD_CATEGORIES for char in visible)
    if bad > MAX_BAD_SHARE * len(visible):
        return True
    if sum(len(match) for match in _CID.findall(text)) > MAX_BAD_SHARE * len(visible):
        return True
    content = [char for char in _LEADERS.sub("", text) if not char.isspace()]
    if len(content) < _MIN_SAMPLE:
        return False
    if sum(char.isalnum() for char in content) < MIN_WORD_SHARE * len(content):
        return True
    latin = [char for char in text.lower() if "a" <= char <= "z"]
    if len(latin) < max(_MIN_SAMPLE, len(content) // 2):  # mostly digits, or another script
        return False
    return sum(char in _COMMON for char in latin) < MIN_COMMON_SHARE * len(latin)
