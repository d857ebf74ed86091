"""Quality check of text layers, by statistics over their characters."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable
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


@lru_cache(maxsize=16)  # reading and rendering check the same page
def is_garbage(text: str) -> bool:
    """Return whether `text` differs from what the page shows: no Unicode map, a shifted encoding, or glyph numbers.

    Characters are counted first, and each different one is looked at once: .3 ms for a page of 2,200 in place of 3.
    """
    visible = _visible(text)
    if not visible:
        return False
    most_bad = MAX_BAD_SHARE * visible.total()
    if _count(visible, lambda char: char == "\ufffd" or unicodedata.category(char) in _BAD_CATEGORIES) > most_bad:
        return True
    if sum(len(match) for match in _CID.findall(text)) > most_bad:
        return True
    without_leaders = _LEADERS.sub("", text)
    content = visible if without_leaders == text else _visible(without_leaders)
    if content.total() < _MIN_SAMPLE:
        return False
    if _count(content, str.isalnum) < MIN_WORD_SHARE * content.total():
        return True
    lower = _lower(visible)
    latin = _count(lower, lambda char: "a" <= char <= "z")
    if latin < max(_MIN_SAMPLE, content.total() // 2):  # mostly digits, or another script
        return False
    return _count(lower, _COMMON.__contains__) < MIN_COMMON_SHARE * latin


def _visible(text: str) -> Counter[str]:
    """Return how often each character occurs, without spaces."""
    return Counter({char: count for char, count in Counter(text).items() if not char.isspace()})


def _lower(characters: Counter[str]) -> Counter[str]:
    """Return how often each lower-case character occurs in a text of which all characters are counted."""
    lower = Counter[str]()
    for char, count in characters.items():
        for one in char.lower():
            lower[one] += count
    return lower


def _count(characters: Counter[str], is_counted: Callable[[str], bool]) -> int:
    return sum(count for char, count in characters.items() if is_counted(char))
