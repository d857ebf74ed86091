"""Joining of printed lines into running text, including words that a hyphen breaks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterable, Sequence

_SOFT_HYPHEN = "\u00ad"
_HYPHENS = ("-", "\u2010")
_BROKEN = re.compile(r"([^\W_][\w’'\-]*)[-\u2010]$")
_CONTINUED = re.compile(r"[\w’'\-]*\w")
_PLAIN_WORD = re.compile(r"[\w’'\-]*\w")
_KNOWN_HALF = 4  # letters: shorter halves such as "in-" or "re-" occur as words everywhere


def vocabulary(lines: Iterable[str]) -> set[str]:
    """Collect the lower-cased words inside `lines`, without those broken at a line's end."""
    known: set[str] = set()
    for line in lines:
        tokens = line.split()
        if tokens and tokens[-1].endswith("-"):
            tokens.pop()
        known.update(match.group().lower() for token in tokens for match in _PLAIN_WORD.finditer(token))
    return known


def join_lines(lines: Sequence[str], known: Container[str]) -> str:
    """Join lines into one; `known` (lower case) decides whether a hyphen at a line's end belongs to the word."""
    pieces: list[str] = []  # each ends where a space follows; only the last one is examined, which keeps this linear
    for line in (part.strip() for part in lines):
        if not line:
            continue
        if not pieces:
            pieces.append(line)
        elif pieces[-1].endswith(_SOFT_HYPHEN):
            pieces[-1] = pieces[-1][:-1] + line
        elif broken := _broken(pieces[-1]):
            pieces[-1] = _mend(pieces[-1], broken, line, known)
        elif _is_cjk(pieces[-1][-1]) and _is_cjk(line[0]):
            pieces[-1] += line
        else:
            pieces.append(line)
    return " ".join(pieces).replace(_SOFT_HYPHEN, "")


def _broken(text: str) -> str:
    """Return the first half of the word that a hyphen breaks at the end of a text, or ""."""
    if not text.endswith(_HYPHENS):
        return ""
    found = _BROKEN.search(text.rsplit(maxsplit=1)[-1])
    return found[1] if found else ""


def _mend(text: str, left: str, line: str, known: Container[str]) -> str:
    continued = _CONTINUED.match(line)
    if continued is None:  # "pre- (and post-)": the hyphen is part of the text
        return f"{text} {line}"
    right = continued.group()
    return text + line if _keeps_hyphen(left, right, known) else text[:-1] + line


def _keeps_hyphen(left: str, right: str, known: Container[str]) -> bool:
    """Decide "DeepSeek-" + "R1" (keep) against "super-" + "vised" (drop); the spelling elsewhere decides."""
    joined, hyphened = f"{left}{right}".lower(), f"{left}-{right}".lower()
    if hyphened in known:
        return True
    if joined in known:
        return False
    if not right[0].islower() or "-" in left or not joined.isalpha():
        return True
    both_words = left.lower() in known and right.lower() in known
    return both_words and min(len(left), len(right)) >= _KNOWN_HALF


def _is_cjk(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WF"
