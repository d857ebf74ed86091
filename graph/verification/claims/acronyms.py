"""Acronyms in claims: a claim may spell out what its passage abbreviates, or abbreviate what it spells out.

The document itself must spell out the acronym: a model's own knowledge is no evidence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

_WORD = re.compile(r"[^\W\d_]+")
_ACRONYM = re.compile(r"(?<![\w-])[A-Z][A-Za-z]?[A-Z]+s?(?![\w])")
_SMALL = frozenset("of and the for in on to a an de la und der des für et y".split())
_SHORTEST, _LONGEST = 2, 8  # letters of an acronym


def spelled_out(text: str, source: str, document: Callable[[], str]) -> set[str]:
    """Return the words of a text, in lower case, that spell out an acronym of its source as the document does.

    Args:
        text: The claim.
        source: Its evidence.
        document: Loads the text of the document.
    """
    found: set[str] = set()
    known = ""
    for acronym in _acronyms(source):
        for words in phrases(text, acronym):
            known = known or _folded(document())
            if _folded(" ".join(words)) in known:
                found |= {word.casefold() for word in words}
    return found


def abbreviated(text: str, source: str) -> set[str]:
    """Return the acronyms of a text that its source spells out: GRPO for "group relative policy optimization"."""
    return {acronym.casefold() for acronym in _acronyms(text) if phrases(source, acronym)}


def _acronyms(text: str) -> list[str]:
    found = dict.fromkeys(one.removesuffix("s") for one in _ACRONYM.findall(text))
    return [one for one in found if _SHORTEST <= len(one) <= _LONGEST]


def phrases(text: str, acronym: str) -> list[Sequence[str]]:
    """Return the runs of words in a text whose first letters are those of an acronym; small words may be left out."""
    words = _WORD.findall(text)
    letters = acronym.casefold()
    found: list[Sequence[str]] = []
    for start, word in enumerate(words):
        if not word.casefold().startswith(letters[0]) or word == acronym:
            continue
        at = start
        for letter in letters:
            while at < len(words) and words[at].casefold() in _SMALL and words[at][0].casefold() != letter:
                at += 1
            if at >= len(words) or not words[at].casefold().startswith(letter):
                break
            at += 1
        else:
            found.append(words[start:at])
    return found


def _folded(text: str) -> str:
    return " ".join(_WORD.findall(re.sub(r"-\s*\n\s*", "", text).casefold()))
