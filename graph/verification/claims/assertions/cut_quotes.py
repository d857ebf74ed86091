"""A check of words that a quote leaves out of its sentence: "not", "may", "only" or "unless" right before or after it.

A quote that begins after "may not have" says more than its sentence. English and German words are known. A finding
is a doubt, and a model that decides it is shown the whole sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from graph.verification.claims.wording import Word, shown_text, words
from graph.verification.quotes import pieces

Kind = Literal["negation", "modality", "scope"]

_BEFORE: dict[Kind, re.Pattern[str]] = {
    "negation": re.compile(
        r"(?:not|no|never|neither|nor|no(?:ne|body)|cannot|without|hardly|scarcely|barely|den(?:y|ies|ied)|untrue|false|"
        r"\w+n't|nicht|kein\w*|niemand\w*|nie|niemals|kaum|ohne|weder)$"
    ),
    "modality": re.compile(
        r"(?:may|might|could|would|should|perhaps|possibly|probably|likely|allegedly|reportedly|if|unless|whether|"
        r"könnten?|dürften?|würden?|möglicherweise|vielleicht|wahrscheinlich|angeblich|falls|sofern|ob)$"
    ),
    "scope": re.compile(r"(?:only|solely|merely|partly|almost|nearly|nur|lediglich|teilweise|fast|beinahe)$"),
}
_AFTER = re.compile(r"(?:unless|except|if|provided|falls|sofern|außer)$")
_REACH = 4
"""Words before a quote that may negate or hedge its beginning: "is not true that"."""
_NEXT = 1  # words after a quote
_BREAK = re.compile(r"[.,;:!?()\[\]|–—]")
_BLOCKS = re.compile(r"\n\s*\n")
_JOINING = frozenset("and or but und oder aber sondern".split())
_SENTENCE_END = re.compile(r"[.!?]\s|$")
_LONGEST = 400  # characters of a sentence around a quote


class Cut(NamedTuple):
    """A word that a quote leaves out of its sentence."""

    kind: Kind
    word: str
    sentence: str
    """The quote with the rest of its sentence."""


def cut_off(text: str, quote: str, passage: str) -> Cut | None:
    """Return the word that a quote leaves out of its sentence in the passage and the claim leaves out too, or None.

    If the passage has the quote anywhere without such a word, nothing is left out.
    """
    said = [word.key for word in words(text)]
    for piece in pieces(quote):
        cuts = [
            _cut_at(part, place, said)
            for part in _BLOCKS.split(passage)  # a heading is no part of the sentence below it
            for place in _places(words(piece), words(part))
        ]
        if cuts and all(cuts):
            return cuts[0]
    return None


def _places(wanted: Sequence[Word], held: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """Yield (start, end) for every occurrence of the `wanted` words among the `held` ones."""
    keys = [word.key for word in wanted]
    for at, word in enumerate(held):
        if keys and word.key == keys[0] and [other.key for other in held[at : at + len(keys)]] == keys:
            yield at, at + len(keys)


def _cut_at(passage: str, place: tuple[int, int], said: Sequence[str]) -> Cut | None:
    held, shown, (first, end) = words(passage), shown_text(passage), place
    for word in _lead(held[:first], held[first], shown):
        for kind, pattern in _BEFORE.items():
            if _covers(pattern, word) and not any(pattern.match(key) for key in said):
                return Cut(kind, word.text, _sentence(shown, held[first].start, held[end - 1].end))
    for word in held[end : end + _NEXT]:
        is_same = word.text.islower() and not _SENTENCE_END.match(shown, held[end - 1].end)
        if is_same and _AFTER.match(word.key) and not any(_AFTER.match(key) for key in said):
            return Cut("modality", word.text, _sentence(shown, held[first].start, held[end - 1].end))
    return None


def _covers(pattern: re.Pattern[str], word: Word) -> bool:
    return bool(pattern.match(word.key)) and word.text != "May"


def _lead(before: Sequence[Word], following: Word, shown: str) -> Iterator[Word]:
    """Yield the words before a quote in its part of the sentence, the nearest first."""
    for word in reversed(before[-_REACH:]):
        if _BREAK.search(shown, word.end, following.start) or word.key in _JOINING:
            return
        yield word
        following = word


def _sentence(shown: str, start: int, end: int) -> str:
    """Return the sentence around a part of a text, cut to a limited length."""
    low = max(0, start - _LONGEST)
    begins = [found.end() for found in _SENTENCE_END.finditer(shown, low, start) if found[0]]
    ends = _SENTENCE_END.search(shown, end)
    stop = min(ends.start() + 1 if ends else len(shown), end + _LONGEST)
    return " ".join(shown[begins[-1] if begins else low : stop].split())
