"""Remainders of a whole without a part: "118 of the 160 were replaced" implies that 42 were not.

A claim with such a number is correct only if it does not say of the rest what the quote says of the part: it denies the
words of the part, or has none of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from graph.verification.claims.assertions.negation import may_negate
from graph.verification.claims.comparisons.directions import poles
from graph.verification.claims.numbers.arithmetic import Stated
from graph.verification.claims.numbers.parsing import spelled
from graph.verification.claims.wording import Clause, clauses, content, same_language, words
from loaders.text.numbers import find_numbers, fold

_IN_WORDS = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|eine[rsm]?|zwei|drei|vier|fünf|sechs|sieben|acht|neun|"
    "zehn|elf|zwölf"
)
_NUMBER = rf"(?:\d[\d.,']*\d|\d|(?:{_IN_WORDS})\b)"
_PART = re.compile(
    rf"(?P<part>{_NUMBER})\s(?:(?:out )?of|von|der)\s(?:the |these |those |all |den |allen |ihren? |its )?"
    rf"(?P<whole>{_NUMBER})\b",
    re.IGNORECASE,
)
_WHOLE_FIRST = re.compile(
    rf"(?:(?:^|[.;,]\s)(?:of|von)|\bout of|\bof (?:the|these)|\ball|\balle[nr]?|\bvon den)\s"
    rf"(?:the |den |these )?(?P<whole>{_NUMBER})\s[^.;]{{1,80}}?"
    rf"(?:,|\bbut\b|\baber\b|\bund\b|\band\b|\s)\s?(?:about |only |nur |etwa )*(?P<part>{_NUMBER})\b",
    re.IGNORECASE,
)
_OF_WHOM = re.compile(
    rf"(?P<whole>{_NUMBER})\s[^.;,]{{1,40}},\s(?:of (?:whom|which|them)|davon|darunter|von denen)\s(?P<part>{_NUMBER})",
    re.IGNORECASE,
)
_PER_CENT = re.compile(r"(?P<part>\d{1,2}(?:[.,]\d+)?)\s*(?:%|per ?cent|prozent)", re.IGNORECASE)
_REST = re.compile(
    r"\b(?:(?:the )?(?:rest|remainder|remaining|others?)|de[rn] rest|(?:die )?übrigen?|restlichen?)\b",
    re.IGNORECASE,
)
_OF_ALL = re.compile(r"\s*(?:of (?:the|them|those|these|all)|der|von (?:den|diesen|allen))\b", re.IGNORECASE)
_HUNDRED = Decimal(100)
_EXACT = Decimal(1000)


class Part(NamedTuple):
    """A part of a whole in a text."""

    part: Decimal
    whole: Decimal
    end: int
    """Its end in the text."""
    counted: int
    """The start of the noun counted."""


def is_left(one: Stated, text: str, quote: str) -> bool:
    """Return whether a number of a claim is a whole of its quote minus a part, and the claim is about the rest."""
    folded = fold(quote)
    if _is_remainder_of_all(one, text, folded):
        return True
    for found in _parts(folded, is_percent=one.is_percent):
        left = found.whole - found.part
        if not any(abs(left - stated) * 2 <= one.step for stated in one.values):
            continue
        if not one.is_percent and not _names_whole(text, one, found.whole):
            continue
        if same_language(text, quote) and _is_of_the_rest(text, folded, found):
            return True
    return False


def _is_remainder_of_all(one: Stated, text: str, quote: str) -> bool:
    """Return whether a number is a whole minus several parts, and the claim is about what the quote calls the rest."""
    rest = _REST.search(quote)
    if not rest or not _said_of_rest(quote, rest) & content(text):
        return False
    if one.is_percent:
        shares = [Decimal(found["part"].replace(",", ".")) for found in _PER_CENT.finditer(quote)]
        return len(shares) > 1 and _HUNDRED - sum(shares) in one.values
    numbers = [number.unscaled[0] for number in find_numbers(quote) if not _YEAR.fullmatch(number.text)]
    return len(numbers) > 1 and max(numbers) * 2 - sum(numbers) in one.values


_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")


def _said_of_rest(quote: str, rest: re.Match[str]) -> frozenset[str]:
    """Return the words that a quote has for "the rest" alone: "board" in "61 work ashore, the rest work on board"."""
    told = content(_segment(quote, rest.start()))
    return (told - content(quote[: rest.start()]) - content(rest[0])) or told


def part_of_other(text: str, quote: str) -> str:
    """Return a doubt where a claim says of the rest, or of the whole, what its quote says of the part."""
    folded, said = fold(quote), values_of_text(text)
    if not same_language(text, quote) or _REST.search(text):
        return ""
    for found in _PER_CENT.finditer(folded):
        rest = _REST.search(folded, found.end())
        part = Decimal(found["part"].replace(",", "."))
        if not rest or part not in said:
            continue
        of_rest = content(_segment(folded, rest.start())) - content(folded[: rest.start()])
        of_part = content(_segment(folded, found.start())) - of_rest
        if of_rest & content(text) and not (of_part & content(text)) - content(folded[: found.start()]):
            return f"in the quote, {found[0]} is the other part, not “{rest[0]}”"
    for one in _parts(folded, is_percent=False):
        told = _said_of_part(folded, one)
        if (
            one.whole not in said
            or not said.isdisjoint((one.part, one.whole - one.part))
            or not told & content(text)
            or _ALL.search(text)
        ):
            continue
        if _is_denied(text) == _is_denied(" ".join(told)):
            return f"the quote says it of {one.part} of the {one.whole}"
    return ""


_ALL = re.compile(
    r"\b(?:all|every|each|total|there (?:is|are|were)|alle[nr]?|jede\w*|insgesamt|es gibt)\b", re.IGNORECASE
)


def values_of_text(text: str) -> set[Decimal]:
    """Return the numbers of a text, in digits and in words."""
    found = {value for number in find_numbers(fold(text)) for value in number.unscaled}
    return found | {Decimal(value) for value in spelled(text).values()}


def _parts(text: str, *, is_percent: bool) -> Iterator[Part]:
    if is_percent:
        for found in _PER_CENT.finditer(text):
            yield Part(Decimal(found["part"].replace(",", ".")), _HUNDRED, found.end(), found.end())
        return
    for pattern in (_PART, _WHOLE_FIRST, _OF_WHOM):
        for found in pattern.finditer(text):
            for part in _value(found["part"]):
                yield from (
                    Part(part, whole, found.end(), found.end("whole"))
                    for whole in _value(found["whole"])
                    if whole > part
                )


def _value(text: str) -> set[Decimal]:
    if text[0].isdigit():
        return {value for number in find_numbers(text) for value in number.unscaled}
    return {Decimal(value) for value in spelled(f"die {text.lower()}").values()}


def _names_whole(text: str, one: Stated, whole: Decimal) -> bool:
    """Return whether a claim also names the whole ("of the 112", "of them"), or has a word for the rest."""
    if _OF_ALL.match(text[one.end :]):
        return True
    known = {value for number in find_numbers(fold(text)) for value in number.unscaled}
    return whole in known | {Decimal(value) for value in spelled(text).values()} or bool(_REST.search(text))


def _is_of_the_rest(text: str, quote: str, found: Part) -> bool:
    """Return whether a claim says of its number something that the quote does not say of the part."""
    if (rest := _REST.search(quote, found.end)) and _said_of_rest(quote, rest) & content(text):
        return True
    of_part = _said_of_part(quote, found)
    if not of_part:
        return False
    held = {(pole.axis, -pole.sign) for pole in poles(quote)}
    if any((pole.axis, pole.sign) in held for pole in poles(text)):
        return True  # "lost 9 per cent" for "kept 91 per cent"
    if not of_part & content(text):
        return True
    # "773,500 came from within" for "312,900 came from abroad": so exact a difference is no coincidence
    if found.whole >= _EXACT and of_part - content(text) and content(text) - content(quote):
        return True
    return _is_denied(text) != _is_denied_at(quote, found)


def _clause_at(quote: str, found: Part) -> Clause | None:
    return next((clause for clause in clauses(quote) if clause.words[-1].end >= found.end), None)


def _said_of_part(quote: str, found: Part) -> set[str]:
    """Return the words that a quote says of a part, without the noun counted."""
    told = _clause_at(quote, found)
    if told is None:
        return set()
    counted = {
        word.stem for word in words(quote) if found.counted <= word.start <= found.counted + 30 and word.is_content
    }
    counted = set(sorted(counted, key=lambda stem: next(w.start for w in words(quote) if w.stem == stem))[:1])
    numbers = set(" ".join(spelled(quote)).lower().split())
    telling = [word for word in told.words if word.is_content and word.key not in numbers and word.stem not in counted]
    return {word.stem for word in telling if word.start >= found.end} or {word.stem for word in telling}


def _segment(text: str, place: int) -> str:
    """Return the part of a sentence, between punctuation marks, around a position."""
    low = max((found.end() for found in _PARTS.finditer(text) if found.start() < place), default=0)
    return text[
        low : min((found.start() for found in _PARTS.finditer(text) if found.start() > place), default=len(text))
    ]


_PARTS = re.compile(r"[,;.]\s|\s(?:and|but|while|und|aber|während)\s|\.$")


def _is_denied_at(quote: str, found: Part) -> bool:
    told = _clause_at(quote, found)
    return told is not None and sum(may_negate(word.key) for word in told.words) % 2 == 1


def _is_denied(text: str) -> bool:
    return sum(may_negate(word.key) for word in words(text)) % 2 == 1
