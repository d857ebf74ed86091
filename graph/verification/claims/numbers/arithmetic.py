"""A check of numbers that a claim calculates: a difference, sum, ratio, percentage or mean that code can repeat.

The operands are numbers of the claim that are in its passage ("79.8 against 79.2", "62.1 − 55.0"), or numbers of the
quote itself, if the claim has a word for the operation ("0.6 points ahead", "together", "twice").
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations, permutations
from typing import Literal

from graph.verification.claims.evidence import Evidence
from graph.verification.claims.numbers.parsing import amounts, magnitudes, spelled, without_names
from loaders.text.numbers import decimal_mark, find_numbers, fold

_IN_WORDS = (
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|half|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|"
    "zwölf"
)
_DIFFERENCE = re.compile(
    r"\b(?:differ\w*|gap|ahead|behind|more|less|fewer|higher|lower|larger|smaller|greater|older|younger|longer|shorter|"
    r"points?|above|below|over|under|beyond|apart|between|increas\w*|decreas\w*|r[io]sen?|rising|fell|falls?|drop\w*|"
    r"gain\w*|los(?:t|es|s|ses|ing)|verlor\w*|verlust\w*|improv\w*|gr[eo]w\w*|lead\w*|margin|"
    rf"(?:by|um)(?=\s(?:[^\W\d]+\s)?(?:[$€£]?\s?\d|(?:{_IN_WORDS})\b))|"
    r"beats?|exceed\w*|outperform\w*|surpass\w*|declin\w*|up|down|change\w*|later|earlier|unterschied\w*|"
    r"differenz|mehr|surplus|deficits?|überschuss\w*|fehlbetr\w*|defizit\w*|"
    r"weniger|höher|niedriger|größer|kleiner|punkte?n?|vorsprung|zunahme|abnahme|steig\w*|stieg\w*|gestiegen|sank\w*|gesunken|"
    r"wuchs\w*|gewachsen|plus|moins|más|menos|puntos?)\b|[−–-]\s*\d[\d.,]*\s*=|\b\w{3,}er (?:than|als)\b|"
    r"\d\s(?:[^\W\d]+\s){1,2}\w{3,}er\b",
    re.IGNORECASE,
)
_SUM = re.compile(
    r"\b(?:total\w*|together|sums?|combined|altogether|overall|in all|both|add\w*|mak(?:es?|ing)|insgesamt|zusammen|"
    r"summe|"
    r"gesamt\w*|ensemble|juntos)\b|\+",
    re.IGNORECASE,
)
_RATIO = re.compile(
    r"\b(?:times|fold|twice|ratio|factor|half|shares?|of|proportion|percent\w*|per cent|double\w*|tripled?|"
    r"mal|fach|faktor|anteil|"
    r"verhältnis|prozent|hälfte|doppelt\w*|fois|veces)\b|%|\d-fold|\d-?fach|/|÷",
    re.IGNORECASE,
)
_TIMES = re.compile(
    r"\b(?:times|fold|twice|half|ratio|factor|double\w*|tripled?|per|each|apiece|every|mal|fach|faktor|verhältnis|"
    r"hälfte|doppelt\w*|je|pro|fois|veces)\b|\d-fold|\d-?fach|/|÷",
    re.IGNORECASE,
)
"""Words for a ratio that is no percentage: without one, "14 million shares" is no ratio of 41 million and 3 %."""
_MEAN = re.compile(
    r"\b(?:averag\w*|mean|on average|durchschnitt\w*|mittel\w*|moyenne|media|middle|midpoint|mitte)\b", re.IGNORECASE
)
_IS_LISTED = re.compile(r":\s|\(|\b(?:namely|consist\w*|made up of|nämlich|und zwar)\b", re.IGNORECASE)
"""Words between a sum and its parts: "17 aircraft: 11 turboprops and 6 jets"."""
_BY = re.compile(r"\b(?:by|um)\s*$", re.IGNORECASE)
"""A word before a number that is a difference, even if the passage has the same number elsewhere."""
_BESIDE = re.compile(
    r"\s?(?:[^\W\d]+\s){0,1}(?:more|less|fewer|higher|lower|later|earlier|ahead|behind|mehr|weniger|höher|niedriger|später|"
    r"früher)\b",
    re.IGNORECASE,
)
"""Words after a number that is a difference: "11 fewer"."""
_REST = re.compile(
    r"\b(?:not|no|other|others|outside|elsewhere|rest|remain\w*|without|neither|un\w{4,}|nicht|kein\w*|übrig\w*|rest\w*|ander\w*|ohne)\b",
    re.IGNORECASE,
)
"""Words for the remainder of a hundred percent."""
_MOST_OPERANDS = 8
"""Most numbers of a quote that may be unstated operands, each with and without its magnitude: 8 give 28 pairs, whose
differences equal one in ten two-digit values by coincidence."""
_THOUSAND = 1000
_MOST_SUMMED = 5


Bound = Literal["", "about", "over", "under"]


@dataclass(frozen=True, slots=True)
class Stated:
    """A number as a claim states it."""

    text: str
    """The number as the claim writes it."""
    values: tuple[Decimal, ...]
    """Its possible values, including its magnitude."""
    step: Decimal
    """The value of its last digit."""
    start: int
    """Its start in the folded claim."""
    end: int
    """Its end there."""
    is_percent: bool = False
    """Whether a percent sign follows."""
    is_held: bool = False
    """Whether the quote has the same number."""
    bound: Bound = ""
    """Whether the claim says that the value is just over, just under or about it; "" for neither."""


def explained(text: str, stated: Sequence[Stated], lacking: Sequence[Stated], evidence: Evidence) -> set[str]:
    """Return the numbers that a calculation explains: its result, and operands that only the passage has.

    Args:
        text: The claim, folded, without names.
        stated: All numbers of the claim.
        lacking: Those that the quote does not support by themselves.
        evidence: Of the claim.
    """
    # A version ("3.1.2") has no value.
    stated = [one for one in stated if one.values]
    lacking = [one for one in lacking if one.values]
    passage = values_of(evidence.whole, evidence)
    has_shares = bool(_SHARES.search(evidence.exact))
    quote = evidence.quote or evidence.exact
    quoted = values_of(quote, evidence)
    found: set[str] = set()
    for result in lacking:
        others = [one for one in stated if one is not result]
        differs = has_shares or not result.is_percent  # 96 and 71 do not differ by 25 %
        operands = _stated_operands(text, result, others, (lacking, passage), differs)
        if operands is None and (_is_rest(text, result, quoted) or _is_remainder(text, result, quoted)):
            operands = []
        is_new = not set(result.values) & passage or bool(_BY.search(text[: result.start]))
        is_new = is_new or bool(_BESIDE.match(text[result.end :]))
        is_new = is_new or (result.is_percent and not _is_share_in(result, evidence.whole))
        if operands is None and is_new:
            near = sorted(quoted, reverse=True)
            if 2 <= len(near) <= 2 * _MOST_OPERANDS and (
                _follows(text, result, near, differs) or _is_compared_with(result, near, quote)
            ):
                operands = []
        if operands is not None:
            found |= {result.text, *operands}
    return found | _parts_of_sum(text, stated, lacking, passage)


def _is_share_in(one: Stated, passage: str) -> bool:
    """Return whether a passage has a percentage of this value."""
    found = (number[1].replace(",", ".") for number in _PER_CENT.finditer(passage))
    return any(Decimal(number) in one.values for number in found)


def _is_remainder(text: str, result: Stated, quoted: Collection[Decimal]) -> bool:
    """Return whether a number is the difference of two of the quote and called the rest: "the other 455"."""
    return bool(_REST.search(text)) and any(a - b in result.values for a, b in permutations(quoted, 2))


def _is_stated_remainder(text: str, quote: str) -> bool:
    """Return whether a claim calls a number the rest that is a difference of two of its quote and not in it."""
    said, held = (
        {
            *(value for one in find_numbers(fold(without_names(some))) for value in one.unscaled),
            *map(Decimal, spelled(some).values()),
        }
        for some in (text, quote)
    )
    return bool(_REST.search(text)) and any(a - b in said - held for a, b in permutations(held, 2))


def states_the_rest(text: str, quote: str) -> bool:
    """Return whether a claim states the rest: 455 where the quote has 545 of 1,000, or 30 % where it has 70 %."""
    if _is_stated_remainder(text, quote):
        return True
    held, said = ({Decimal(one[1].replace(",", ".")) for one in _PER_CENT.finditer(some)} for some in (quote, text))
    is_rest = bool(_REST.search(text) or _LITTLE.search(text))
    return is_rest and any(value not in held and 100 - value in held for value in said)


_LITTLE = re.compile(r"\b(?:only|just|merely|nur|lediglich|bloß)\b", re.IGNORECASE)
"""Words before the remainder of a hundred percent: "only 4 % did better"."""


_PER_CENT = re.compile(r"(?<![\w.,])(\d{1,2}(?:[.,]\d+)?)\s*(?:%|per ?cent|prozent)", re.IGNORECASE)


def _is_rest(text: str, result: Stated, quoted: Collection[Decimal]) -> bool:
    """Return whether a percentage and one of the quote add up to a hundred, and the claim calls it the rest."""
    return result.is_percent and bool(_REST.search(text)) and any(100 - value in quoted for value in result.values)


def _stated_operands(
    text: str,
    result: Stated,
    others: Sequence[Stated],
    lacking_of: tuple[Sequence[Stated], Collection[Decimal]],
    differs: bool,
) -> list[str] | None:
    """Return the operands of a result that the claim states and its passage has; None if none give the result."""
    lacking, passage = lacking_of
    known = [one for one in others if one not in lacking or set(one.values) & set(passage)]
    for one, other in combinations(known, 2):
        if _follows(text, result, [*one.values, *other.values], differs):
            return [one.text, other.text]
        is_listed = result.end < min(one.start, other.start) and _IS_LISTED.search(text[result.end : one.start])
        if is_listed and matches(result, min(one.values) + min(other.values)):
            return [one.text, other.text]
    for size in range(3, min(_MOST_SUMMED, len(known)) + 1):
        for some in combinations(known, size):
            if matches(result, sum((min(one.values) for one in some), Decimal(0))):
                return [one.text for one in some]
    return None


def _parts_of_sum(
    text: str, stated: Sequence[Stated], lacking: Sequence[Stated], passage: Collection[Decimal]
) -> set[str]:
    """Return the parts of a total in the quote, if the passage has all of them, or all but one."""
    if not _SUM.search(text):
        return set()
    for total in stated:
        if total in lacking:
            continue
        parts = [one for one in stated if one is not total and one in lacking]
        if len(parts) < 2 or len(parts) > _MOST_SUMMED:
            continue
        whole = sum((min(one.values) for one in parts), Decimal(0))
        unknown = [one for one in parts if not set(one.values) & set(passage)]
        if len(unknown) <= 1 and whole in total.values:
            return {one.text for one in parts}
    return set()


def _is_compared_with(result: Stated, operands: Sequence[Decimal], quote: str) -> bool:
    """Return whether a number is the earlier value implied by a comparison: 70 for "62, eight fewer than before"."""
    found = _COMPARED.search(quote)
    sign = 0 if not found else 1 if found["less"] else -1
    return sign != 0 and any(a > b and matches(result, a + sign * b) for a, b in permutations(operands, 2))


_COMPARED = re.compile(
    r"\b(?:(?P<less>fewer|less|lower|weniger|niedriger)|more|higher|mehr|höher)\s+(?:\w+\s+){0,2}(?:than|als)\b",
    re.IGNORECASE,
)
_SHARES = re.compile(r"%|\bper ?cent|prozent|percentage", re.IGNORECASE)


def _follows(text: str, result: Stated, operands: Sequence[Decimal], differs: bool) -> bool:
    """Return whether a result follows from two of the operands by an operation that the claim names.

    Differences count only with `differs`: a percentage is a difference of percentages only.
    """
    pairs = list(permutations(operands, 2))
    if differs and _DIFFERENCE.search(text) and any(matches(result, a - b) for a, b in pairs if a > b):
        return True
    if _SUM.search(text) and any(matches(result, a + b) for a, b in pairs):
        return True
    if _SUM.search(text) and len(operands) > 2 and matches(result, sum(operands, Decimal(0))):
        return True
    if _MEAN.search(text) and any(matches(result, value) for value in _means(operands)):
        return True
    if not _RATIO.search(text):
        return False
    return any(matches(result, value) for a, b in pairs if b for value in _ratios(text, a, b, result))


def _means(operands: Sequence[Decimal]) -> Iterable[Decimal]:
    """Return the means of all operands and of any two, since other numbers of the quote may measure something else."""
    return (sum(operands, Decimal(0)) / len(operands), *((a + b) / 2 for a, b in combinations(operands, 2)))


def _ratios(text: str, a: Decimal, b: Decimal, result: Stated) -> Iterable[Decimal]:
    """Return the notations of a ratio: a factor, or a share or change in percent."""
    if not result.is_percent:
        return (a / b,) if a > b and _TIMES.search(text) else ()
    return (a / b * 100, abs(a - b) / b * 100)


def matches(result: Stated, value: Decimal) -> bool:
    """Return whether a value equals a result, rounded to its digits, or is near it if the claim says "about"."""
    return any(abs(value - stated) * 2 <= result.step or _is_near(result, value, stated) for stated in result.values)


def _is_near(result: Stated, value: Decimal, stated: Decimal) -> bool:
    """Return whether a value is near a number, on the side that the claim says: "more than thirty times" for 33.3."""
    if result.bound == "over":
        return stated < value <= stated * (1 + _NEAR_BOUND)
    if result.bound == "under":
        return stated * (1 - _NEAR_BOUND) <= value < stated
    return result.bound == "about" and abs(value - stated) <= stated * _NEAR_ABOUT


_NEAR_BOUND, _NEAR_ABOUT = Decimal("0.2"), Decimal("0.03")
"""By how much a calculated number may differ from "more than" and from "about" the stated one."""


def values_of(text: str, evidence: Evidence) -> set[Decimal]:
    """Return the values of the numbers in a text, except those in names."""
    mark = decimal_mark(f"{evidence.exact} {evidence.whole}") or evidence.decimal
    shown = fold(without_names(text))
    given = amounts(shown, mark)
    found = {value for amount in given for value in (*amount.values, *amount.unscaled)}
    # "from 2.35 to 2.71 million": both numbers have the magnitude
    scales = {amount.scale for amount in given if amount.certain and amount.scale > 1}
    scales |= magnitudes(evidence.exact) if evidence.rows else set()
    bare = [value for amount in given if amount.scale == 1 for value in amount.unscaled]
    bare_values = {value for value in bare if value < _THOUSAND or evidence.rows}  # "2,439" under "($ million)"
    found |= {value * scale for scale in scales for value in bare_values}
    return found | {Decimal(value) for value in spelled(shown).values()}
