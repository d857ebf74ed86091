"""A check of what stands beside a value in running text: which of several it is, and "more than" or "less than".

Of two percentages in a quote, the one that stands nearer to the claim's words is meant. What is found is a doubt.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from graph.verification.claims.directions import directions_of
from graph.verification.claims.numbers import without_names
from graph.verification.claims.units import measured
from graph.verification.claims.wording import Word, words
from loaders.text.numbers import Mark, find_numbers, fold

_SAME = 0.05
"""A difference in nearness that tells nothing: "metres" stands after both values."""
_SHARE, _MORE_NEAR = 1.25, 0.1
"""By how much another value must be nearer: with 1.1 twice as many true claims are doubted."""
_BREAK = re.compile(
    r"[,;:()–—]|\b(?:and|but|while|whereas|compared|against|und|aber|während|gegenüber)\b", re.IGNORECASE
)
_BREAK_COST = 1.5  # words that a comma or an "and" counts for
_BESIDE = 3  # words before and after a value that may bound it
_YEAR = re.compile(r"1[0-9]\d\d|20\d\d")


class Value(NamedTuple):
    """A number in a text."""

    text: str
    values: frozenset[Decimal]
    kind: str
    """Its unit; "year" for what looks like one, "" for a bare number."""
    start: int
    end: int


def misplaced_value(text: str, quote: str, decimal: Mark = "") -> str:
    """Return a doubt where another value of the quote stands much nearer to the claim's words; "" if none does."""
    said, held = values_in(text, decimal), values_in(quote, decimal)
    for one in said:
        alike = [other for other in held if other.kind == one.kind]
        own = [other for other in alike if other.values & one.values]
        others = [other for other in alike if not any(other.values & known.values for known in said)]
        if not own or not others or sum(known.kind == one.kind for known in said) > 1:
            continue
        context = {word.stem for word in words(fold(text)) if word.is_content}
        nearness = {other: _nearness(other, context, quote) for other in (*own, *others)}
        mine = max((nearness[other] for other in own), key=lambda near: sum(near.values()))
        for other in others:
            near, far = _telling(nearness[other], mine)
            if near > _SHARE * far and near - far > _MORE_NEAR:
                return f"in the quote, {other.text} stands nearer to the claim's words than {one.text}"
    return ""


def other_bound(text: str, quote: str, decimal: Mark = "") -> str:
    """Return a doubt where a value has "less" beside it in the claim, and "more" in the quote, or the other way."""
    held = values_in(quote, decimal)
    for one in values_in(text, decimal):
        own = [other for other in held if other.values & one.values]
        said = _bound(one, text)
        known = {bound for other in own for bound in _bound(other, quote)}
        if said and known and said.isdisjoint(known) and {-bound for bound in said} <= known:
            return f"{one.text} is bounded or compared the other way in the quote"
    return ""


_TIME = re.compile(
    r"\b(?:(?P<before>before|prior to|until|vor|bis)|(?P<after>after|nach)"
    r"|(?P<inside>in|during|since|im|am|on|of|seit))"
    r" (?:the |dem |der |year |jahre? |early |late |[a-z]+ )?(?P<year>1[0-9]\d\d|20\d\d)\b",
    re.IGNORECASE,
)


def other_time(text: str, quote: str) -> str:
    """Return a doubt where a claim says "before" a year, and its quote "in" it or "after" it."""
    held: dict[str, set[str]] = {}
    for found in _TIME.finditer(quote):
        held.setdefault(found["year"], set()).add(_side(found))
    for found in _TIME.finditer(text):
        known = held.get(found["year"], set())
        if known and _side(found) not in known:
            return f"the claim says “{found[0]}”, the quote says it otherwise of {found['year']}"
    return ""


def _side(found: re.Match[str]) -> str:
    return next(name for name in ("before", "after", "inside") if found[name])


def values_in(text: str, decimal: Mark) -> list[Value]:
    """Return the numbers of a text but those in names, with their units."""
    folded = fold(text)
    bare = without_names(folded)
    found: list[Value] = []
    at = end = 0
    for number in find_numbers(bare, decimal):
        at = bare.find(number.text, end)
        end = at + len(number.text)
        unit = measured(bare, at, end).unit
        kind = unit or ("year" if _YEAR.fullmatch(number.text) else "")
        place = folded.find(number.text, found[-1].end if found else 0)
        found.append(Value(number.text, frozenset(number.values), kind, place, place + len(number.text)))
    return found


def _nearness(value: Value, context: set[str], quote: str) -> dict[str, float]:
    """Return how near each of the claim's words stands to a value in its quote, 1 beside it."""
    folded = fold(quote)
    said = words(folded)
    best: dict[str, float] = {}
    for word in said:
        if word.is_content and word.stem in context:
            best[word.stem] = max(best.get(word.stem, 0.0), 1 / (1 + _distance(value, word, said, folded)))
    return best


def _telling(one: Mapping[str, float], other: Mapping[str, float]) -> tuple[float, float]:
    """Return the nearness of two values to the words that stand nearer to one of them."""
    telling = [stem for stem in one if abs(one[stem] - other[stem]) > _SAME]
    return sum(one[stem] for stem in telling), sum(other[stem] for stem in telling)


def _distance(value: Value, word: Word, said: Sequence[Word], folded: str) -> float:
    low, high = min(value.end, word.end), max(value.start, word.start)
    between = sum(low <= other.start < high for other in said)
    return between + _BREAK_COST * len(_BREAK.findall(folded[low:high]))


def _bound(value: Value, text: str) -> set[int]:
    """Return the directions of the words beside a value: 1 for more, -1 for less."""
    folded = fold(text)
    said = words(folded)
    before = [word for word in said if word.end <= value.start][-_BESIDE:]
    after = [word for word in said if word.start >= value.end][:_BESIDE]
    near = [
        word
        for word in (*before, *after)
        if not re.search(r"[\d,;.()]", folded[min(word.end, value.end) : max(word.start, value.start)].strip())
    ]
    keys = [word.key for word in near]
    if "at" in keys and ("least" in keys or "most" in keys):
        return {1 if "least" in keys else -1}
    found = {sign for key in keys for axis, sign in directions_of(key) if axis == "amount"}
    return found if len(found) == 1 else set()
