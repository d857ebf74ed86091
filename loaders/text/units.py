"""Values with units in the cells of one table column: "28 min" beside "1 h 50 min", "500 MB" beside "2 GB"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from loaders.text.numbers import LETTERS, MAGNITUDES, Mark, fold, readings

_OF_TIME = {
    "s": 1, "sec": 1, "secs": 1, "second": 1, "seconds": 1, "min": 60, "mins": 60, "minute": 60, "minutes": 60,
    "h": 3600, "hr": 3600, "hrs": 3600, "hour": 3600, "hours": 3600, "day": 86_400, "days": 86_400,
    "week": 604_800, "weeks": 604_800,
}  # fmt: skip
_OF_MONTHS = {"month": 1, "months": 1, "year": 12, "years": 12, "yr": 12, "yrs": 12}
_OF_BYTES = {"B": 1, "kB": 10**3, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_OF_MASS: dict[str, Decimal | int] = {"mg": Decimal("0.001"), "g": 1, "kg": 1000, "t": 1_000_000}
_OF_LENGTH = {"mm": 1, "cm": 10, "m": 1000, "km": 1_000_000}
_OF_VOLUME = {"ml": 1, "cl": 10, "dl": 100, "l": 1000, "L": 1000}
_OF_FEET = {"in": 1, "ft": 12, "yd": 36}
_OF_POUNDS = {"oz": 1, "lb": 16, "lbs": 16}
_KINDS: tuple[Mapping[str, Decimal | int], ...] = (
    _OF_TIME,
    _OF_MONTHS,
    _OF_BYTES,
    _OF_MASS,
    _OF_LENGTH,
    _OF_VOLUME,
    _OF_FEET,
    _OF_POUNDS,
)
_UNITS = {unit: number for number, kind in enumerate(_KINDS) for unit in kind}
_NAMES = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_PARTS = re.compile(rf"(?P<digits>\d[\d.,']*)\s?(?P<unit>{_NAMES})\.?(?![^\W\d_])")
_ONE = rf"\d[\d.,']*\s?(?:{_NAMES})\.?(?![^\W\d_])"
_WHOLE = re.compile(rf"\s*{_ONE}(?:,?(?: and)? {_ONE})*\s*")

_OTHER = re.compile(r"[~≈<>≤≥+±\s]*\d[\d.,']*\s?(?P<unit>[^\W\d_]{1,4})\.?")
_NO_UNITS = {*MAGNITUDES, *map(str.lower, LETTERS), "th", "st", "nd", "rd", "est"}
_CURRENCY = re.compile(r"[$€£¥₹]|(?<![^\W_])(?:USD|EUR|GBP|CHF|JPY|INR)(?![^\W\d_])")
_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹"}


class Measured(NamedTuple):
    """A value in the smallest unit of its kind, with the units that it is written in."""

    kind: int
    amount: Decimal
    units: frozenset[Decimal]
    """The sizes of its units in the smallest one: minutes and "min" are the same unit."""

    @property
    def is_time(self) -> bool:
        """Whether it is a time in seconds."""
        return _KINDS[self.kind] is _OF_TIME


def measured(cell: str, decimal: Mark = "") -> Measured | None:
    """Return the value of a cell that is numbers with units alone ("1 h 50 min"); None for any other cell."""
    text = fold(cell)
    if not _WHOLE.fullmatch(text):
        return None
    amount, kinds, units = Decimal(0), set(), []
    for part in _PARTS.finditer(text):
        kind = _UNITS[part["unit"]]
        values = readings(part["digits"].rstrip(".,"), decimal)
        if len(values) > 1:
            return None
        kinds.add(kind)
        units.append(Decimal(_KINDS[kind][part["unit"]]))
        amount += Decimal(values[0]) * units[-1]
    falling = all(before > after for before, after in pairwise(units))
    return Measured(kinds.pop(), amount, frozenset(units)) if len(kinds) == 1 and falling else None


def have_different_units(cells: Sequence[str], decimal: Mark = "") -> bool:
    """Return whether cells are values in several units or currencies: their numbers alone say nothing of their order.

    Short words after a number count as units too ("850 kg" beside "14 bags"), but for magnitudes ("3 bn").
    """
    if len({sign for cell in cells for sign in _currencies(cell)}) > 1:
        return True
    units: set[object] = set()
    for cell in cells:
        if one := measured(cell, decimal):
            units.add((one.kind, one.units))
            if len(one.units) > 1:
                return True
        elif (found := _OTHER.fullmatch(fold(cell))) and found["unit"].lower() not in _NO_UNITS:
            units.add(found["unit"])
    return len(units) > 1


def _currencies(cell: str) -> list[str]:
    return [_SIGNS.get(sign, sign) for sign in _CURRENCY.findall(cell)]


def in_one_unit(cells: Sequence[str], decimal: Mark = "") -> dict[str, Decimal]:
    """Return each cell's value in the smallest unit of their kind; nothing where one is not of the others' kind."""
    found = {cell: measured(cell, decimal) for cell in cells}
    known = {cell: one.amount for cell, one in found.items() if one}
    return known if len({one.kind if one else None for one in found.values()}) == 1 and len(known) == len(found) else {}
