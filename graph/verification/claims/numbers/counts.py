"""A check of numbers that count the items of a quote's lists, or the time between two of its dates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from graph.verification.claims import dates
from graph.verification.claims.evidence import Evidence
from graph.verification.claims.numbers.arithmetic import Stated
from graph.verification.claims.numbers.parsing import spelled
from graph.verification.claims.wording import content, share, words
from loaders.text.numbers import find_numbers, fold

_DURATION = re.compile(
    r"^[\s-]*(?:full\s|whole\s)?(years?|months?|weeks?|days?|decades?|jahren?|monaten?|wochen?|tagen?|"
    r"jahre|monate|woche|"
    r"tage|ans?|années?|mois|jours?|años?|meses|mes|días?)\b",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(
    r"\s*(?:[,;]\s*((?:and|or|as well as|und|oder|sowie|et|ou|y|o)\s+)?|\s(and|or|und|oder|sowie|et|y)\s)\s*"
)
_SENTENCE = re.compile(r"[.:!?](?:\s|$)|[()]")
_LONGEST_ITEM = 6  # most words of an item of a list; a longer one is a clause that ends or begins with an item
_NUMBERED = re.compile(r"(?:^|[\s(])\(?([1-9]|[ivx]{1,4}|[a-h])\)\s")
_MOST_COUNTED = 30
_NEXT = 3  # words after a number that may have the noun counted
_HELD_SHARE = 0.6
"""Least share of a claim's words in its quote for a list of the claim itself to be counted."""


def counts_or_lasts(one: Stated, text: str, evidence: Evidence) -> bool:
    """Return whether a number counts a list of the evidence, or is the time between two of its dates.

    False where the quote itself has another number of the same things.
    """
    quote = evidence.quote or evidence.exact
    if not one.values:
        return False
    if lasting := _DURATION.match(text[one.end :]):
        is_exact = one.values[0] != one.values[0].to_integral_value()
        is_other = _is_counted_otherwise(one, text[: one.end + lasting.end()], quote)
        if not is_other and _lasts(one, lasting[1].lower(), evidence, is_exact=is_exact):
            return True
    return not _is_counted_otherwise(one, text, quote) and _counts(one, text, quote, len(evidence.rows))


def _counts(one: Stated, text: str, quote: str, rows: int) -> bool:
    wanted = one.values[0]
    if wanted != wanted.to_integral_value() or not 2 <= wanted <= _MOST_COUNTED:
        return False
    own = list_lengths(text) if share(content(text), content(quote)) >= _HELD_SHARE else set()
    listed = text[one.end :].partition(":")[2]
    if listed and content(listed) <= content(quote):  # "on three benchmarks: A, B and C"
        own |= list_lengths(listed)
    return int(wanted) in {*list_lengths(quote), *own, rows}


def list_lengths(text: str) -> set[int]:
    """Return the lengths of the lists of a text: with commas and "and", in brackets, or numbered (1), (2)."""
    lengths = {len(_NUMBERED.findall(text))}
    for sentence in _SENTENCE.split(text):
        parts = _SEPARATOR.split(sentence)
        pieces, marks = parts[::3], [one or other for one, other in zip(parts[1::3], parts[2::3], strict=True)]
        # "A and B of C and D" are two lists.
        if sum(map(bool, marks)) <= 1 and all(len(piece.split()) <= _LONGEST_ITEM for piece in pieces):
            lengths.add(len(pieces))
        for at, mark in enumerate(marks):
            if mark:
                lengths |= _length_before(pieces, marks, at)
    return {length for length in lengths if length > 1}


def _length_before(pieces: list[str], marks: list[str | None], at: int) -> set[int]:
    """Return the possible lengths of a list whose last separator, an "and", is at a position."""
    count = 1
    for place in range(at, -1, -1):
        count += 1
        if _RELATIVE.match(pieces[place]):  # "which made A, B and C"
            return {count}
        if len(pieces[place].split()) > _LONGEST_ITEM or (place and marks[place - 1]):
            return {count}
    # "For example, A, B and C": the start of the sentence may be no item.
    return {count, count - 1}


_RELATIVE = re.compile(r"\s*(?:which|who|whose|including|such as|namely|darunter)\b", re.IGNORECASE)
"""The begin of a clause whose last words are the first item of a list."""


def _lasts(one: Stated, unit: str, evidence: Evidence, *, is_exact: bool = False) -> bool:
    """Return whether a number is the time between two dates of the evidence, with or without the last day."""
    spans = dates.spans(evidence.exact, unit)
    return any(stated in spans or (stated - 1 in spans and not is_exact) for stated in map(int, one.values[:1]))


def counted_otherwise(text: str, stated: Sequence[Stated], quote: str) -> str:
    """Return a doubt where a quote has another number right before the noun that the claim counts: "5-cylinder"."""
    source = fold(quote)
    held = [(value, source[end:]) for value, end in _whole_numbers(source)]
    for one in stated:
        counted = next((word for word in words(text[one.end : one.end + 40])[:1] if word.is_content), None)
        if counted is None or not one.values or not one.is_held or not counted.key.endswith(("s", "en", "er")):
            continue
        if any(value in one.values and _counts_nothing(after) for value, after in held) and not _is_money(one, source):
            continue  # "winning three cups and losing two"
        if any(value in one.values and _PART_OF.match(after) for value, after in held):
            continue  # "118 of the 160 hulls" are 118 hulls, "17 and 33 hours" 17 hours
        known = {value for value, after in held for word in words(after[:40])[:1] if word.stem == counted.stem}
        if known and known.isdisjoint(one.values):
            return f"the quote counts {min(known)} {counted.text}, the claim {one.text}"
    return ""


_PART_OF = re.compile(
    r"\s(?:out of|of|von|der)\s(?:the |these |den )?(?:\d|[a-zäöüß]+\b)|\s?(?:and|to|or|und|bis|oder|-|–)\s?\d",
    re.IGNORECASE,
)


def other_magnitude(text: str, quote: str) -> str:
    """Return a doubt where a claim says "thousands" or "millions" alone, and its quote only another of these."""
    said, held = ([_MANY[found[0].lower()] for found in _SO_MANY.finditer(some)] for some in (text, quote))
    other = next((value for value in said if value not in held), 0)
    if not held or not other:
        return ""
    word = next(found[0] for found in _SO_MANY.finditer(text) if _MANY[found[0].lower()] == other)
    return f"the claim says “{word}”, the quote “{next(_SO_MANY.finditer(quote))[0]}”"


_MANY = {
    "dozens": 12, "dutzende": 12, "hundreds": 100, "hunderte": 100, "thousands": 10**3, "tausende": 10**3,
    "millions": 10**6, "millionen": 10**6, "billions": 10**9, "milliarden": 10**9,
}  # fmt: skip
_SO_MANY = re.compile(rf"(?<![\d.,] )\b(?:{'|'.join(_MANY)})\b(?! (?:euros?|dollars?|pounds|francs))", re.IGNORECASE)
"""A magnitude without a number: "thousands of tokens"."""


def _is_money(one: Stated, source: str) -> bool:
    """Return whether a number is only an amount of money in a text."""
    places = [found.start() for found in re.finditer(rf"(?<![\w.,]){re.escape(one.text)}(?![\w])", source)]
    return bool(places) and all(source[:place].rstrip().endswith(("$", "€", "£")) for place in places)


def _counts_nothing(after: str) -> bool:
    """Return whether no noun follows a number: it ends a clause, or is as in "640 a year earlier"."""
    return not after.strip() or after.lstrip()[0] in ".,;:)" or bool(_NO_NOUN.match(after))


_NO_NOUN = re.compile(r"\s(?:an?|in|on|at|by|per|for|im|am|pro|je|ein)\s", re.IGNORECASE)


def _whole_numbers(text: str) -> list[tuple[Decimal, int]]:
    """Return the whole numbers of a text, in digits or in words, with their ends."""
    found = [(Decimal(one[0]), one.end()) for one in re.finditer(r"(?<![\w.,/⁄])\d{1,4}(?![\w%/⁄]|[.,]\d)", text)]
    for word, value in spelled(text).items():
        found += [(Decimal(value), one.end()) for one in re.finditer(rf"\b{re.escape(word)}\b", text)]
    for number in find_numbers(text):
        at = text.find(number.text) + len(number.text)
        found += [(value, at) for value in number.values if number.scale > 1]  # "41 million shares"
    return found


def _is_counted_otherwise(one: Stated, text: str, quote: str) -> bool:
    """Return whether the quote has another number of the same noun: "two small boats" for "three boats"."""
    counted = {word.stem for word in words(text[one.end :].partition(":")[0])[:_NEXT] if word.is_content}
    source = fold(quote)
    # "7B and 70B checkpoints": the numbers are sizes and count nothing
    found = [number.text for number in find_numbers(source) if number.scale == 1 or number.certain]
    found += list(spelled(source))
    for number in found:
        for place in re.finditer(rf"(?<![\w.,]){re.escape(number)}(?![\w])", source):
            following = words(source[place.end() : place.end() + 60])[:_NEXT]
            if counted & {word.stem for word in following if word.is_content}:
                return True
    return False
