"""Words that a header implies: "tonnes per hectare" for "(t/ha)", "a year" for "Annual cost"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from graph.retrieval import terms
from graph.storage.fulltext import stem
from graph.verification.claims.numbers.units import UNITS

# Units that are ambiguous in prose, but clear within the parentheses of a header.
_IN_HEADERS = """
l litre litres liter liters
hl hectolitre hectolitres
ml millilitre millilitres
m metre metres meter meters
m³ m3 cubic metre metres meter meters
kwh kilowatt hour hours
mwh megawatt hour hours
gwh gigawatt hour hours
twh terawatt hour hours
kn knot knots
ct cent cents
p pence
mm millimetre millimetres
mg milligram milligrams
teu containers
db decibel decibels
mbit megabit megabits
gb gigabyte gigabytes
mb megabyte megabytes
k thousand
m million millions
bn billion billions
% percent per cent percentage share proportion part fraction rate
"""
_PERIODS = """
annual annually yearly year years
daily day days
weekly week weeks
monthly month months
hourly hour hours
quarterly quarter quarters
"""
_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|,\s*([^,]{1,8})$")
_PARTS = re.compile(r"[^\W\d_]+[²³23]?|[%€$£¥°]")
_MOST_PARTS = 4  # parentheses with more words are no unit: "(EUR per t)", "(as far as they are known)"


def _by_form() -> dict[str, frozenset[str]]:
    """Return the stems of all forms of a unit, by each of its forms."""
    found: dict[str, set[str]] = {}
    for form, unit in UNITS.items():
        found.setdefault(form, set()).update(stem(part) for part in unit.split())
        found[form].update(stem(part) for other, its in UNITS.items() if its == unit for part in other.split())
    for line in filter(None, _IN_HEADERS.split("\n")):
        forms = line.split()
        for form in forms[:1] if len(forms[0]) < 2 else forms[:2]:
            found.setdefault(form, set()).update(map(stem, forms))
    return {form: frozenset(stems) for form, stems in found.items()}


_FORMS = _by_form()
_PERIOD_WORDS = [frozenset(map(stem, line.split())) for line in filter(None, _PERIODS.split("\n"))]


@lru_cache(maxsize=512)
def units_of(header: str) -> frozenset[str]:
    """Return the stems of the words by which a question may name the unit of a header; none if it has no unit."""
    found: set[str] = set()
    for inner in (next(filter(None, groups), "") for groups in _BRACKETS.findall(header)):
        parts = [part.lower() for part in _PARTS.findall(inner)]
        if len(parts) <= _MOST_PARTS:
            found.update(*(_FORMS.get(part, {stem(part)}) for part in parts if part not in terms.STOP_WORDS))
    if "%" in header:
        found |= _FORMS["%"]
    return frozenset(found)


@lru_cache(maxsize=512)
def implied_by(header: str) -> frozenset[str]:
    """Return the stems of words that a header implies: its unit, and the period of "annual" or "per day"."""
    own = terms.stems(header)
    periods = [words for words in _PERIOD_WORDS if not words.isdisjoint(own)]
    return units_of(header).union(*periods)


def implied_by_any(headers: Iterable[str]) -> frozenset[str]:
    """Return the stems of words that any of the headers implies."""
    return frozenset[str]().union(*map(implied_by, headers))


# What is measured in a unit: "the volume of timber sawn" is "Timber sawn (m³)".
_MEASURED = tuple(
    (frozenset(map(stem, units.split())), frozenset(map(stem, words.split())))
    for units, words in (
        ("litre hectolitre cubic", "volume"),
        ("tonne kilogram kg gram", "weight mass"),
        ("hectare ha sqm m²", "area"),
        ("kilometre km", "length distance"),
    )
)


def measured_by_any(headers: Iterable[str]) -> frozenset[str]:
    """Return the stems of words for the quantities that the units of headers measure."""
    found: set[str] = set()
    for header in headers:
        own = units_of(header)
        found.update(*(words for units, words in _MEASURED if not own.isdisjoint(units)))
    return frozenset(found)


_HOW_MANY = re.compile(r"\bhow many (?:of the |the )?([^\W\d_]+)", re.IGNORECASE)
_UNIT_STEMS = frozenset[str]().union(*(_FORMS[form] for form in _FORMS if form != "%"))


def unit_asked(question: str) -> str:
    """Return the stem of the unit that a question counts ("how many weeks"); "" if it counts anything else."""
    found = _HOW_MANY.search(question)
    counted = stem(found[1].lower()) if found else ""
    return counted if counted in _UNIT_STEMS else ""
