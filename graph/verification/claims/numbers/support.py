"""A check of a claim's numbers: each must be in its evidence, in any notation, or follow from it.

A number is supported by the same value (1,800 and 1800, 71 and 71.0, 3.2 million and 3,200,000, ninety-seven and 97),
by a value that rounds to it, by the items of a list or the rows that are quoted, by the time between two dates, or by a
calculation that code can repeat (`graph/verification/claims/numbers/arithmetic.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from graph.retrieval import terms
from graph.verification.claims import dates
from graph.verification.claims.comparisons.directions import poles
from graph.verification.claims.evidence import Evidence
from graph.verification.claims.numbers import arithmetic
from graph.verification.claims.numbers.arithmetic import Bound, Stated
from graph.verification.claims.numbers.conversions import converted
from graph.verification.claims.numbers.counts import counts_or_lasts
from graph.verification.claims.numbers.implied import is_implied
from graph.verification.claims.numbers.parsing import (
    amounts,
    magnitudes,
    names_with_digits,
    spelled,
    without_names,
)
from graph.verification.claims.numbers.results import follows_from_quote
from graph.verification.claims.tables.names import without_names as without_table_names
from graph.verification.claims.wording import language, same_language
from loaders.text.numbers import Mark, Number, decimal_mark, find_numbers, fold, spaced_numbers

_SMALLEST_ROUNDED = 1000  # the zeros of smaller numbers count as exact, unless the claim says "about"
_UNCOUNTED = {"one", "a", "an"}  # "one of them" counts nothing
_EXACTLY = re.compile(r"\b(?:versions?|release|v\.?|section|clause|chapter|abschnitt|kapitel|§)\s*$", re.IGNORECASE)
_REFERENCE = re.compile(
    r"\b(?:table|figure|fig\.?|section|chapter|appendix|page|equation|eq\.?|step|tabelle|abb(?:ildung|\.)|abschnitt|"
    r"kapitel|seite|anhang)\s+\(?$",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"(?:\b(?:about|around|approximately|approx\.?|roughly|some|circa|ca\.?|nearly|almost|close to|just (?:over|under)|"
    r"etwa|ungefähr|rund|zirka|knapp|fast|gut|environ|près de|presque|unos|unas|casi|aproximadamente)|[~≈∼])\s*"
    r"(?:[$€£]\s*)?$",
    re.IGNORECASE,
)
_OVER = re.compile(
    r"\b(?:over|more than|above|exceed(?:s|ed|ing)?|upwards of|just over|über|mehr als|gut|plus de|más de)"
    r"\s*(?:[$€£]\s*)?$",
    re.IGNORECASE,
)
_UNDER = re.compile(
    r"\b(?:under|less than|fewer than|below|nearly|almost|just under|unter|weniger als|knapp|fast|moins de|"
    r"menos de|casi)"
    r"\s*(?:[$€£]\s*)?$",
    re.IGNORECASE,
)
_MAX_ERROR, _MAX_ERROR_ABOUT, _MAX_ERROR_BOUND = Decimal("0.05"), Decimal("0.1"), Decimal("0.2")
"""Largest relative error of a rounded number: 15.6 for 16 is 2.6 %, "about 10" for 9.3 is 7.5 %; "over 800" for 871."""


@dataclass(frozen=True, slots=True)
class Held:
    """The numbers of evidence."""

    readings: frozenset[str]
    """All readings of their digits."""
    values: frozenset[Decimal]
    """Their values, with the named magnitudes."""
    copied: frozenset[tuple[str, int]]
    """Their digits as written, each with its magnitude."""
    mark: Mark
    """The decimal separator."""
    text: str
    """The quotation."""

    def supports(self, amount: Number, *, exactly: bool = False) -> bool:
        """Return whether the evidence has a number of the same value; with `exactly`, 3.10 is not version 3.1."""
        if (amount.written, amount.scale) in self.copied:
            return True
        if exactly:
            return not self.readings.isdisjoint(amount.readings)
        if amount.scale == 1:
            return not self.readings.isdisjoint(amount.readings) or any(v in self.values for v in amount.values)
        in_digits = not amount.certain and not self.readings.isdisjoint(amount.readings)
        return in_digits or any(value in self.values for value in amount.values)


def unsupported_numbers(text: str, evidence: Evidence) -> tuple[list[str], bool]:
    """Return the unsupported numbers as the claim writes them, and whether the claim calculates."""
    text = dates.without_figures(without_table_names(text, evidence.table))
    held = held_numbers(evidence.exact, evidence, text)
    bare, fractions = _without_fractions(fold(without_names(text)), held)
    stated = stated_numbers(bare, held)
    lacking = [one for one in stated if not _is_supported(one, bare, held, evidence)]
    found = arithmetic.explained(bare, stated, lacking, evidence) if lacking else set()
    found |= {one.text for one in lacking if one.text not in found and follows_from_quote(one, evidence)}
    return sorted({*fractions, *(one.text for one in lacking if one.text not in found)}), bool(found)


_FRACTION = re.compile(
    r"\b(?P<top>an?|one|two|three|four|five|six|seven|eight|nine|eine?|zwei|drei|vier)[ -]"
    r"(?P<part>hal(?:f|ves)|thirds?|quarters?|fifths?|sixths?|sevenths?|eighths?|ninths?|tenths?|drittel|viertel|fünftel)\b"
    r"(?= (?:of|the|der|des|aller)\b)",
    re.IGNORECASE,
)
_PARTS = {"hal": 2, "thi": 3, "qua": 4, "fif": 5, "six": 6, "sev": 7, "eig": 8, "nin": 9, "ten": 10,
          "dri": 3, "vie": 4, "fün": 5}  # fmt: skip
_FRACTION_ERROR = Decimal("0.04")
_RATIO_ERROR = Decimal("0.02")


def _without_fractions(text: str, held: Held) -> tuple[str, list[str]]:
    """Return a claim without fractions ("two thirds of"), and those that are near no percentage of the quote."""
    lacking = []
    for found in _FRACTION.finditer(text):
        top = next(iter(spelled(f"die {found['top'].lower()}").values()), 1)
        value = Decimal(top) / _PARTS[found["part"].lower()[:3]]
        near = any(
            min(abs(one - part), abs(one / 100 - part)) <= _FRACTION_ERROR
            for one in held.values
            for part in (value, *((1 - value,) if _is_of_the_rest(text, held.text) else ()))
        )
        other = next((one for one in _FRACTION.finditer(held.text) if one["part"] != found["part"]), None)
        whole = max(held.values, default=Decimal(0))  # "three quarters of the 402 people" for 307 of them
        near = near or any(whole and abs(one / whole - value) <= _RATIO_ERROR for one in held.values)
        if not near and (other or found["part"].lower() not in held.text.lower()):
            lacking.append(found[0])
    return _FRACTION.sub("…", text), lacking


def _is_of_the_rest(text: str, quote: str) -> bool:
    """Return whether a claim has a word of the direction opposite to its quote's: "older" for "younger"."""
    held = {(pole.axis, -pole.sign) for pole in poles(quote)}
    return any((pole.axis, pole.sign) in held for pole in poles(text))


class Numbers(NamedTuple):
    """The numbers of a claim outside of names and dates in figures."""

    text: str
    """The folded claim, to which their offsets refer."""
    stated: list[Stated]
    mark: Mark
    """The document's decimal separator."""


def numbers_of(text: str, evidence: Evidence) -> Numbers:
    """Return the numbers of a claim."""
    held = held_numbers(evidence.exact, evidence, text)
    bare = _joined(fold(without_names(dates.without_figures(without_table_names(text, evidence.table)))), held.readings)
    return Numbers(bare, stated_numbers(bare, held), held.mark)


def held_numbers(exact: str, evidence: Evidence, text: str = "") -> Held:
    """Return the numbers of an exact quotation; magnitudes that only the claim states count ("in millions")."""
    mark = decimal_mark(f"{exact} {evidence.whole}") or evidence.decimal
    given = amounts(exact, mark)
    in_names = {one.text for name, *_ in names_with_digits(exact) for one in find_numbers(name)}
    in_names -= {one.text for one in amounts(without_names(exact), mark)}
    given = [one for one in given if one.text not in in_names or one.scale != 1]
    # A claim is read folded: "seven² million" is "seven million" there.
    in_words = {*spelled(exact).values(), *spelled(" ".join(fold(exact).split())).values()}
    values = {value for amount in given for value in amount.values} | set(map(Decimal, in_words))
    # "14.2 million, 3.5 percent less": the million is not the percentage's.
    plain = [
        amount
        for amount in given
        if not re.search(rf"{re.escape(amount.text)}\s*(?:%|per ?cent|prozent)", exact, re.IGNORECASE)
    ]
    values |= {value * scale for amount in plain for scale in _scales(exact, evidence) for value in amount.unscaled}
    held = {reading for amount in given if amount.scale == 1 or not amount.certain for reading in amount.readings}
    held |= set(map(str, in_words)) | dates.numbers(exact) | terms.years(evidence.above)
    # "Revenue in millions was 3.2": the claim states the magnitude elsewhere.
    held |= {reading for amount in given if amount.scale in magnitudes(text) for reading in amount.readings}
    copied = {(amount.written, amount.scale) for amount in given}
    return Held(frozenset(held), frozenset(values), frozenset(copied), mark, exact)


def _scales(exact: str, evidence: Evidence) -> set[int]:
    """Return the magnitudes that a quote names; for a table row also those in brackets in the headings above it."""
    above = " ".join(found for found in _BRACKETS.findall(evidence.above)) if evidence.rows else ""
    if evidence.rows:  # the line above a table may be its caption: "Costs (thousand crowns)"
        above += " ".join(_UNIT_IN_BRACKETS.findall(evidence.around))
    return magnitudes(f"{exact} {above}")


_BRACKETS = re.compile(r"\([^()]*\)")
_UNIT_IN_BRACKETS = re.compile(
    r"\((?:in |[$€£] ?|US\$ ?)?(?:thousands?|millions?|billions?|tausend|mio\.?|millionen|mrd\.?)\b[^()]{0,30}\)",
    re.IGNORECASE,
)


def stated_numbers(text: str, held: Held) -> list[Stated]:
    """Return the numbers of a folded claim without names, those in digits and those in words."""
    text = _joined(text, held.readings)
    # In another language than the quote, "32.768" may be what the quote writes as "32,768".
    mark = decimal_mark(text) or (held.mark if _is_written_alike(text, held.text) else "")
    found, at = [], 0
    for amount in find_numbers(text, mark):
        at = max(text.find(amount.text, at), at)
        end = at + len(amount.text)
        values = tuple(dict.fromkeys((*amount.values, *(amount.unscaled if not amount.certain else ()))))
        percent = bool(re.match(r"\s*(?:%|percent|per cent|prozent|pour cent|por ciento)", text[end:], re.IGNORECASE))
        step = Decimal(1).scaleb(-_decimals(amount)) * amount.scale
        same = held.supports(amount, exactly=bool(_EXACTLY.search(text[:at])))
        found.append(Stated(amount.text, values, step, at, end, percent, same, _bound(text[:at])))
        at = end
    for word, value in spelled(text).items():
        if word.lower() not in _UNCOUNTED:
            at = text.find(word)
            known = Decimal(value) in held.values  # no "seven" of "7B"
            bound = _bound(text[:at])
            found.append(Stated(word, (Decimal(value),), Decimal(1), at, at + len(word), is_held=known, bound=bound))
    return found


def _bound(before: str) -> Bound:
    """Return the bound in the words before a number: over, under or about; "" for none."""
    if _OVER.search(before):
        return "over"
    return "under" if _UNDER.search(before) else "about" if _ABOUT.search(before) else ""


def _is_written_alike(text: str, held: str) -> bool:
    """Return whether claim and quote use the same decimal separator, judged by their languages."""
    said = language(text)
    return said == language(held) if said == "en" else same_language(text, held)


def _joined(text: str, held: Iterable[str]) -> str:
    """Return a text in which spaced groups are joined to a number that the evidence has ("12 480,1")."""
    known = set(held)
    for number in spaced_numbers(text):
        if not known.isdisjoint(number.readings):
            text = text.replace(number.text, number.text.replace(" ", "'"))
    return text


def _decimals(amount: Number) -> int:
    """Return how many decimals a number shows."""
    return len(amount.digits.partition(".")[2]) if amount.digits.count(".") == 1 else 0


def _is_supported(one: Stated, text: str, held: Held, evidence: Evidence) -> bool:
    if one.is_held:
        return True
    before = text[: one.start]
    if _REFERENCE.search(before):
        return bool(re.search(rf"(?<![\w.]){re.escape(one.text)}(?![\w]|\.\d)", fold(evidence.whole)))
    if _EXACTLY.search(before) or not one.values:
        return False
    if _in_name(one, text, evidence):
        return True
    return (
        _rounds(one, before, held.values)
        or _as_share(one, held.values)
        or _as_fraction(one, held.text)
        or (bool(_TIMES.match(text[one.end :])) and _as_multiple(one, held.values))
        or counts_or_lasts(one, text, evidence)
        or is_implied(one, text, evidence)
        or _is_converted(one, text, held)
    )


def _is_converted(one: Stated, text: str, held: Held) -> bool:
    values = converted(one, text, held.text, held.mark)
    return not values.isdisjoint(one.values) or _rounds(one, text[: one.start], values)


def _in_name(one: Stated, text: str, evidence: Evidence) -> bool:
    """Return whether a number is part of a name that the evidence has too: "Apollo 11", "AIME 2024"."""
    found = re.search(r"([A-Z][\w’'&.-]*) $", text[: one.start])
    if not found or found.start() == 0:
        return False
    name = rf"\b{re.escape(found[1])}[\s\u00a0-]{re.escape(one.text)}(?![\w]|[.,]\d)"
    return bool(re.search(name, fold(f"{evidence.exact} {evidence.above} {evidence.around}")))


def _rounds(one: Stated, before: str, values: Iterable[Decimal]) -> bool:
    """Return whether a value of the evidence rounds to the number, or is just over or under it as the claim says."""
    about, over, under = (pattern.search(before) for pattern in (_ABOUT, _OVER, _UNDER))
    for stated in one.values:
        if stated <= 0:
            continue
        for value in values:
            if (over and stated < value <= stated * (1 + _MAX_ERROR_BOUND)) or (
                under and stated * (1 - _MAX_ERROR_BOUND) <= value < stated
            ):
                return True
            error = abs(value - stated)
            step = one.step if stated != stated.to_integral_value() else max(one.step, Decimal(1))
            near = error <= stated * (_MAX_ERROR_ABOUT if about else _MAX_ERROR)
            if error and near and error * 2 <= _rounding_step(replace(one, step=step), stated, bool(about)):
                return True
    return False


def _rounding_step(one: Stated, stated: Decimal, about: bool) -> Decimal:
    """Return the value of the last significant digit: zeros at the end of a whole number may come from rounding."""
    if one.step < 1 or (not about and stated < _SMALLEST_ROUNDED):
        return one.step
    if one.step == 1 and 1000 <= stated <= 2100 and not about:  # a year
        return one.step
    step, scaled = one.step, stated / one.step
    while scaled and scaled % 10 == 0 and scaled / 10 >= (1 if about else 10):
        step, scaled = step * 10, scaled / 10
    return step


_TIMES = re.compile(r"[- ]?(?:times|fold|mal|fach)\b")
_MULTIPLE_ERROR = Decimal("0.1")


_FRACTIONS = {
    "quarter": 25, "viertel": 25, "half": 50, "hälfte": 50, "fifth": 20, "fünftel": 20, "tenth": 10, "zehntel": 10,
    "third": 33, "drittel": 33, "three quarters": 75, "three-quarters": 75, "drei viertel": 75, "dreiviertel": 75,
    "two thirds": 67, "two-thirds": 67, "zwei drittel": 67,
}  # fmt: skip


def _as_fraction(one: Stated, quote: str) -> bool:
    """Return whether a quote has a percentage as a fraction in words: 25 % for "a quarter"."""
    wanted = {round(value) for value in one.values}
    held = quote.lower()
    return one.is_percent and any(
        share in wanted
        and re.search(rf"\b(?:an?|one|by|um|ein(?:e[nms]?)?|die|the)\s{word}\b|\b{word}\b(?= (?:of|der))", held)
        for word, share in _FRACTIONS.items()
    )


def _as_multiple(one: Stated, values: Iterable[Decimal]) -> bool:
    """Return whether the evidence has a multiple as a percentage: three times for 301 %."""
    return any(abs(value / 100 - stated) <= _MULTIPLE_ERROR for value in values for stated in one.values)


def _as_share(one: Stated, values: Iterable[Decimal]) -> bool:
    """Return whether the evidence has a percentage as a share of one: 71 % for 0.71."""
    return one.is_percent and any(
        0 < value < 1 and abs(value * 100 - stated) * 2 <= one.step for value in values for stated in one.values
    )
