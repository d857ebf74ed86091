"""Measures that a claim converts to another unit of the same kind: 2,400 kg for 2.4 tonnes, 150 minutes for 2.5 hours.

Only units with a fixed relation are converted: no currencies, and no months to days.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from graph.verification.claims.numbers.arithmetic import Stated
from graph.verification.claims.numbers.parsing import spelled
from graph.verification.claims.numbers.units import measured
from loaders.text.numbers import Mark, find_numbers, fold

_KINDS: tuple[dict[str, str], ...] = (
    {
        "millimetres": "0.001", "centimetres": "0.01", "metres": "1", "kilometres": "1000", "inches": "0.0254",
        "feet": "0.3048", "miles": "1609.344",
    },
    {
        "square metres": "1", "hectares": "10000", "square kilometres": "1000000", "acres": "4046.8564",
        "square miles": "2589988.11",
    },
    {"grams": "1", "kilograms": "1000", "tonnes": "1000000"},
    {"seconds": "1", "minutes": "60", "hours": "3600", "days": "86400", "weeks": "604800"},
    {"months": "1", "years": "12", "decades": "120", "centuries": "1200"},
    {"watts": "1", "kilowatts": "1000", "megawatts": "1000000"},
    {"megabytes": "1", "gigabytes": "1000", "terabytes": "1000000"},
)  # fmt: skip
_FACTORS = {unit: (kind, Decimal(factor)) for kind, units in enumerate(_KINDS) for unit, factor in units.items()}
_BYTES = {"mb": "megabytes", "gb": "gigabytes", "tb": "terabytes"}
_ALWAYS = re.compile(r"\b(?:(?:a)?round the clock|day and night|rund um die uhr|tag und nacht)\b", re.IGNORECASE)
_HOURS_A_DAY = Decimal(24)


def converted(one: Stated, text: str, quote: str, decimal: Mark = "") -> set[Decimal]:
    """Return the values of a quote in other units, converted to the unit of a claim's number."""
    unit = _unit(text, one.start, one.end)
    if unit not in _FACTORS:
        return set()
    kind, factor = _FACTORS[unit]
    found = {_HOURS_A_DAY} if unit == "hours" and _ALWAYS.search(quote) else set()
    for value, other in _measures(quote, decimal):
        if other != unit and other in _FACTORS and _FACTORS[other][0] == kind:
            found.add(value * _FACTORS[other][1] / factor)
    return found


def _unit(text: str, start: int, end: int) -> str:
    unit, noun = measured(text, start, end)
    return unit or _BYTES.get(noun, noun.removesuffix("s") + "s")


def _measures(quote: str, decimal: Mark) -> Iterator[tuple[Decimal, str]]:
    """Yield the values of a quote with their units."""
    source = fold(quote)
    at = 0
    for number in find_numbers(source, decimal):
        at = max(source.find(number.text, at), at)
        unit = _unit(source, at, at + len(number.text))
        at += len(number.text)
        yield from ((value, unit) for value in number.values)
    for word, value in spelled(source).items():
        for found in re.finditer(rf"\b{re.escape(word)}\b", source):
            yield Decimal(value), _unit(source, *found.span())
