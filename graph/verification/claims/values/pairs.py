"""A check of lists of things with a value each: a claim must not give one thing the value of the next.

"The fund owns 40 per cent, the city 35 per cent" and "built between 1620 and 1634 and burnt down in 1891" have parts
with a value each. A claim that has the value of one part, and only words of another, mixes them. English and German are
known. Each finding is a doubt.
"""

from __future__ import annotations

import re
from itertools import permutations
from typing import NamedTuple

from graph.verification.claims.numbers.parsing import spelled, without_names
from graph.verification.claims.wording import content, same_language, words
from loaders.text.numbers import find_numbers, fold

_RANGE = re.compile(r"\b(between|zwischen|from|von)\s([^,;.]{1,30}?)\s(?:and|und|to|bis)\s(?=[$€£]?\d)", re.IGNORECASE)
_PARTS = re.compile(r";\s|,\s|\s(?:and|und|while|während|but|aber)\s")
_INCLUDING = re.compile(
    r"(?:,\s|:\s|\()(?:including|of (?:them|whom|which)|among them|\d[\d.,]*\sof (?:them|whom|which)|davon|darunter)\b",
    re.IGNORECASE,
)
_FRACTION = re.compile(r"\b(?:half|quarter|third|fifth|tenth|hälfte|viertel|drittel|fünftel)\b", re.IGNORECASE)


class Part(NamedTuple):
    """A part of a sentence with its values."""

    values: frozenset[str]
    words: frozenset[str]


def of_other_part(text: str, quote: str) -> str:
    """Return a doubt where a claim has a value of one part of its quote, and only words of another part."""
    if not same_language(text, quote) or _PARTS.search(_RANGE.sub(r"\1 \2–", fold(text))):
        return ""
    if not content(text) <= content(quote) or not _values(text) <= _values(quote):
        return ""  # new words or values of the claim may summarise the parts
    if whole := _of_whole(text, quote):
        return whole
    parts = [part for part in _parts(quote) if part.values and part.words]
    said, values = content(text), _values(text)
    subject = next((word.stem for word in words(quote) if word.is_content), "")
    for own, other in permutations(parts, 2):
        mine, far = own.words - other.words - {subject}, other.words - own.words - {subject}
        if not values & (own.values - other.values) or values & other.values or not mine:
            continue
        elsewhere = {word for part in parts if part is not own for word in part.words}
        if far & said and not mine & said and not (said & own.words) - elsewhere - {subject}:
            return f"the quote says {', '.join(sorted(values & own.values))} of something else"
    return ""


def _of_whole(text: str, quote: str) -> str:
    """Return a doubt where a claim gives a part the number of its whole: "1,240 prints, including 86 by A"."""
    found = _INCLUDING.search(fold(quote))
    if not found:
        return ""
    before, after = fold(quote)[: found.start()], fold(quote)[found.start() :]
    own, part = _values(before), _values(after)
    values = _values(text)
    if values & (own - part) and not values & part and (content(after) - content(before)) & content(text):
        return f"the quote says {', '.join(sorted(values & own))} of the whole"
    return ""


def _parts(quote: str) -> list[Part]:
    folded = _RANGE.sub(r"\1 \2–", fold(quote))
    return [Part(frozenset(_values(part)), content(part)) for part in _PARTS.split(folded)]


def _values(text: str) -> set[str]:
    """Return the numbers of a text, in digits, in words and as fractions."""
    found = {number.digits for number in find_numbers(fold(without_names(text)))}
    found |= {str(value) for value in spelled(text).values() if value > 1}
    return found | {one[0].lower() for one in _FRACTION.finditer(text)}
