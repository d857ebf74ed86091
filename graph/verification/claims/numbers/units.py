"""A check of units: a number of the claim must have the unit or noun of the same number in the quote.

Different known units are a contradiction: percent and percentage points, hours and minutes, euros and dollars. Other
nouns after a number ("tokens", "characters") may be paraphrased, so a difference is a doubt.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from graph.verification.claims.comparisons.directions import directions_of
from graph.verification.claims.evidence import Evidence
from graph.verification.claims.numbers.arithmetic import Stated
from graph.verification.claims.numbers.parsing import spelled
from graph.verification.claims.tables.places import columns_of
from graph.verification.claims.wording import content, language, same_language, words
from loaders.text.numbers import MAGNITUDES, Mark, find_numbers, fold

_KNOWN = {
    "percent": "% percent per-cent pc prozent pourcent pourcents pour-cent por-ciento procent",
    "percentage points": "percentage-points percentage-point pp ppt prozentpunkte prozentpunkten prozentpunkt",
    "basis points": "basis-points basis-point bps basispunkte basispunkten",
    "points": "points point punkte punkten puntos",
    "seconds": "s sec secs second seconds sekunde sekunden secondes segundos",
    "minutes": "min mins minute minutes minuten minutos",
    "hours": "h hr hrs hour hours stunde stunden heures horas",
    "days": "day days tag tage tagen jour jours día días",
    "weeks": "week weeks woche wochen semaines semanas",
    "months": "month months monat monate monaten mois mes meses",
    "years": "year years yr yrs jahr jahre jahren an ans années año años",
    "decades": "decade decades jahrzehnte jahrzehnten",
    "centuries": "century centuries jahrhundert jahrhunderte jahrhunderten",
    "millimetres": "mm millimetre millimetres millimeter millimeters",
    "centimetres": "cm centimetre centimetres centimeter centimeters zentimeter",
    "metres": "metre metres meter meters metern mètres metros",
    "kilometres": "km kilometre kilometres kilometer kilometers kilometern kilomètres kilómetros",
    "inches": "inch inches zoll",
    "feet": "ft foot feet fuß",
    "miles": "mi mile miles meilen",
    "hectares": "ha hectare hectares hektar",
    "acres": "acre acres",
    "square metres": "m2 m² sqm square-metre square-metres square-meter square-meters sq-m quadratmeter quadratmetern",
    "square kilometres": "km2 km² square-kilometre square-kilometres square-kilometer square-kilometers sq-km"
    " quadratkilometer quadratkilometern",
    "square miles": "square-mile square-miles sq-mi quadratmeilen",
    "grams": "g gram grams gramm grammes",
    "kilograms": "kg kilogram kilograms kilogramm kilo kilos",
    "tonnes": "t tonne tonnes ton tons tonnen",
    "pounds of weight": "lb lbs",
    "litres": "litre litres liter liters litern",
    "euros": "€ eur euro euros",
    "dollars": "$ us$ usd dollar dollars",
    "pounds": "£ gbp pound pounds pfund",
    "francs": "chf francs franken",
    "crowns": "crown crowns krone kronen kroner sek nok dkk czk",
    "zloty": "pln zloty zlotys złoty złotych zł",
    "yen": "¥ jpy yen",
    "yuan": "cny rmb yuan",
    "rupees": "₹ inr rupee rupees rupien",
    "degrees Celsius": "°c celsius",
    "degrees Fahrenheit": "°f fahrenheit",
    "horsepower": "hp horsepower ps pferdestärken",
    "watts": "w watt watts",
    "kilowatts": "kw kilowatt kilowatts",
    "megawatts": "mw megawatt megawatts",
    "tokens": "token tokens",
    "characters": "character characters zeichen",
    "words": "word words wörter worte",
}
UNITS = {form.replace("-", " "): unit for unit, forms in _KNOWN.items() for form in forms.split()}
"""Units by each of their written forms."""
_AFTER = re.compile(
    r"\s*-?\s*(?:(?:thousand|million|billion|trillion|bn|mn|mln|tausend|millionen|milliarden|mio\.?|mrd\.?|k|m|b)\b\.?\s*)?"
    r"(?P<unit>%|°\s?[CF]\b|€|\$|£|percentage[ -]points?|basis[ -]points?|per cent|pour cent|por ciento|"
    r"sq(?:uare)?[ -](?:kilomet(?:re|er)s?|met(?:re|er)s?|miles?|km|mi|m)\b|k?m[²2](?!\w)|[^\W\d_]+)?",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"(€|US\$|\$|£|\b(?:EUR|USD|GBP|CHF)\b)\s?$")
_LOOSE = {("percentage points", "points"), ("points", "percentage points"), ("points", "percent")}
"""Pairs that mean the same for scores."""


_DIFFERENCE = re.compile(r"\b(?:differ\w*|minus|unterschied\w*|differenz\w*)\b|[−–-]\s?\d", re.IGNORECASE)
_PEOPLE = frozenset("people men women children leute kinder".split())
_COMPOUND = re.compile(r"\s?([a-zA-Zµ]{1,4}/[a-zA-Zµ]{1,4})(?![\w/])")
"""A rate: "km/h"."""
_NEXT_WORD = re.compile(r"\s([^\W\d_]+)\b")
_TIMES = frozenset(
    form
    for unit in ("seconds", "minutes", "hours", "days", "weeks", "months", "years")
    for form in _KNOWN[unit].split()
    if len(form) > len("min")
)
"""Words of time that may follow an adjective after a number."""
_KELVIN = re.compile(r" (?:K|[Kk]elvins?)\b(?![-\w])")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")


_PER_CENT = frozenset({"%", "percent", "per cent", "Prozent"})
_SHARE_OF = re.compile(
    r" (?:of (?:the |its |all |their |his |her )?(?:total )?|der |aller |seiner )(?P<noun>[^\W\d_]+)"
)
"""The whole of which a percentage is a share."""


class Measured(NamedTuple):
    """The unit or noun after a number."""

    unit: str
    """A key of the known units; "" for none."""
    noun: str
    """The word that follows; "" for none."""


def other_units(text: str, stated: Sequence[Stated], evidence: Evidence, decimal: Mark = "") -> tuple[str, str]:
    """Return a contradiction and a doubt on the units of a claim's numbers, each "" if there is none.

    Args:
        text: The folded claim, to which the offsets of its numbers refer.
        stated: Its numbers.
        evidence: The evidence of the claim.
        decimal: The document's decimal separator.
    """
    source = fold(evidence.quote or evidence.exact)
    doubt = _other_rate(text, fold(evidence.exact) if evidence.rows else source) or _percent_of_points(
        text, stated, source
    )
    for one in stated:
        if _DIFFERENCE.search(text) and _is_difference(one, stated):
            continue
        claimed = measured(text, one.start, one.end)
        places = _places(one, source) if one.is_held else []
        if not places or not (claimed.unit or claimed.noun):
            continue
        quoted = [measured(source, start, end) for start, end in places]
        if claimed.unit:
            others = {one.unit for one in quoted}
            if evidence.rows:
                others = _header_units(one, evidence, decimal) or others
            others = {unit for unit in others if ("/" in unit) == ("/" in claimed.unit)} or {""}
            if all(others) and not any(_agree(claimed.unit, unit) for unit in others):
                return f"{one.text} is in {_listed(others)} in the quote, not in {claimed.unit}", ""
            if all(others) and not claimed.noun:
                continue
            doubt = doubt or _of_other_column(one, claimed.unit, evidence, decimal)
        doubt = doubt or _other_noun(one, claimed, quoted, text, evidence)
        doubt = doubt or _percent_added(one.text, claimed, quoted, evidence)
    return "", doubt


def invented_unit(text: str, stated: Sequence[Stated], evidence: Evidence) -> str:
    """Return a doubt where a claim gives a cell a unit that neither the table nor its surroundings name; else ""."""
    said = f"{evidence.exact} {evidence.above} {evidence.whole}"
    for one in stated if evidence.rows else ():
        unit = measured(text, one.start, one.end).unit
        is_share = all(value <= _WHOLE for value in one.values) or bool(_SHARES.search(said))
        if one.is_held and unit == "percent" and not is_share:
            return f"nothing around the table says that {one.text} is a percentage"
        if not one.is_held or unit not in _KNOWN or unit in _BARE:
            continue
        forms = "|".join(re.escape(form.replace("-", " ")) for form in _KNOWN[unit].split())
        if not re.search(rf"(?<![^\W\d])(?:{forms})(?![^\W\d])", said, re.IGNORECASE):
            return f"nothing around the table says that {one.text} are {unit}"
    return ""


def _of_other_column(one: Stated, unit: str, evidence: Evidence, decimal: Mark) -> str:
    """Return a doubt where a claim's value has the unit of another column: "395.6 hours" for 395.6 GWh."""
    if unit not in _KNOWN or unit in _BARE or not evidence.rows:
        return ""
    forms = "|".join(re.escape(form.replace("-", " ")) for form in _KNOWN[unit].split())
    head = re.compile(rf"[(\[](?:[^()\[\]]* )?(?:{forms})(?: [^()\[\]]*)?[)\]]", re.IGNORECASE)
    own = columns_of(one, evidence.rows, decimal)
    others = {column for row in evidence.rows for column, _ in row.cells[1:]} - own
    if own and all(_BRACKETS.search(column) and not head.search(column) for column in own):
        return next((f"{one.text} stands in a column of {min(own)}" for column in others if head.search(column)), "")
    return ""


_WHOLE = 100  # percent
_BARE = frozenset({"percent", "percentage points", "basis points", "points"})
"""Units of scores and shares, which tables leave out."""


def _header_units(one: Stated, evidence: Evidence, decimal: Mark) -> set[str]:
    """Return the known units in brackets in the headers of a quoted row's value; empty if one column has none."""
    units = []
    for column in columns_of(one, evidence.rows, decimal):
        compound = [one for one in _BRACKETS.findall(column) if _COMPOUND.match(one)]
        words_of = compound or re.findall(r"[^\W\d_]+|[%€$£]", " ".join(_BRACKETS.findall(column)).lower())
        units.append(compound[0].lower() if compound else next((UNITS[word] for word in words_of if word in UNITS), ""))
    return set(units) if all(units) else set()


def _percent_added(number: str, claimed: Measured, quoted: Sequence[Measured], evidence: Evidence) -> str:
    """Return a doubt where a number is a percentage only in the claim."""
    quote = evidence.quote or evidence.exact
    if claimed.unit != "percent" or evidence.rows or _SHARES.search(quote) or any(one.unit for one in quoted):
        return ""
    return f"{number} is a percentage in the claim, and none in the quote"


def _percent_of_points(text: str, stated: Sequence[Stated], source: str) -> str:
    """Return a doubt where a difference of two percentages is given in percent and not in percentage points."""
    held = [value for number in find_numbers(source) for value in number.values]
    quoted = {
        value
        for value in held
        if re.search(
            rf"(?<![\d.,]){value}\s*(?:(?:to|auf|bis|and|und)\s+[\d.,]+\s*)?(?:%|per ?cent|prozent)", source, re.I
        )
    }
    for one in stated:
        is_share = measured(text, one.start, one.end).unit == "percent"
        if not is_share or one.is_held or not _CHANGED.search(f"{text[: one.start]}|{text[one.end :]}"):
            continue
        pairs = [(a, b) for a in quoted for b in quoted if a > b > 0]
        differs = any(a - b in one.values for a, b in pairs)
        is_relative = any(
            abs((a - b) / c * 100 - value) * 2 <= one.step for a, b in pairs for c in (a, b) for value in one.values
        )
        if differs and not is_relative:
            return f"{one.text} is a difference of percentages, which is in percentage points"
    return ""


def _other_rate(text: str, source: str) -> str:
    """Return a doubt where a claim says "per thousand" or "per day", and its quote only "per" something else."""
    said, held = ({_rate(found[1]) for found in _PER.finditer(some)} - {""} for some in (text, source))
    if said and held and said.isdisjoint(held):
        return f"the claim counts per {min(said)}, the quote per {min(held)}"
    return ""


def _rate(word: str) -> str:
    return UNITS.get(word.lower(), "") or (word.lower() if word.lower() in MAGNITUDES else "")


_BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_SHARES = re.compile(
    r"%|\bper ?cent|prozent|\b(?:shares?|rates?|ratios?|proportion|out of|anteil\w*|quote)\b|/\s?100\b", re.IGNORECASE
)
"""Words of a quote that may make a number a percentage."""
_CHANGED = re.compile(
    r"\b(?:by|um)\s*\||\|\s*(?:%|per ?cent|prozent)\s*(?:lower|higher|less|more|fewer|below|above|niedriger|"
    r"höher|weniger|mehr)\b",
    re.IGNORECASE,
)
_PER = re.compile(
    r"\b(?:per|je|pro|for (?:each|every)|an?(?= (?:second|minute|hour|day|week|month|year)\b))\s+([^\W\d_]+)",
    re.IGNORECASE,
)


def measured(text: str, start: int, end: int) -> Measured:
    """Return the unit or noun of a number in a text."""
    if rate := _COMPOUND.match(text, end):
        return Measured(rate[1].lower(), "")
    if before := _BEFORE.search(text[:start]):
        return Measured(UNITS[before[1].lower()], "")
    found = _AFTER.match(text, end)
    if found and found["unit"] in _PER_CENT and (counted := _SHARE_OF.match(text, found.end())):
        return Measured("percent", counted["noun"].lower())
    shown = " ".join((found["unit"] or "").lower().replace("-", " ").split()) if found else ""
    shown = re.sub(r"^° ?", "°", shown)
    if shown in ("percentage", "a", "an", "per", "each", "every", "pro", "je", "im", "ein"):
        shown = ""  # "550 a year earlier" is no time
    unit = UNITS.get(shown, "")
    following = _NEXT_WORD.match(text, found.end()) if found and shown and not unit else None
    if following and following[1].lower() in _TIMES:  # "200 operating hours"
        unit = UNITS[following[1].lower()]
    if _KELVIN.match(text, end):
        unit = "kelvins"
    if unit == "points" and re.match(r"\s*percentage", text[end:], re.IGNORECASE):
        unit = "percentage points"
    if shown == "m":
        unit = "metres"
    return Measured(unit, shown if not unit else "")


def _places(one: Stated, source: str) -> list[tuple[int, int]]:
    """Return the ranges at which a quote has the value of a number, in any notation."""
    places: list[tuple[int, int]] = []
    at = 0
    for number in find_numbers(source):
        at = max(source.find(number.text, at), at)
        in_name = re.search(r"[\w@/-]$", source[:at])
        if not in_name and set(number.values) & set(one.values):
            places.append((at, at + len(number.text)))
        at += len(number.text)
    for word, value in spelled(source).items():
        if value in one.values:
            places += [found.span() for found in re.finditer(rf"\b{re.escape(word)}\b", source)]
    return places


def _is_difference(one: Stated, stated: Sequence[Stated]) -> bool:
    """Return whether a number is the difference of two others of the claim: 1 point between 2 % and 1 %."""
    others = [value for other in stated if other is not one for value in other.values[:1]]
    return any(abs(a - b) == one.values[0] for a in others for b in others if a != b) if one.values else False


def _agree(one: str, other: str) -> bool:
    return one == other or (one, other) in _LOOSE


def _listed(units: set[str]) -> str:
    return " or ".join(sorted(units))


def _other_noun(one: Stated, claimed: Measured, quoted: Sequence[Measured], text: str, evidence: Evidence) -> str:
    """Return a doubt where another noun follows the number; "" across languages, or if the quote has the noun."""
    said, number = claimed.noun or claimed.unit, one.text
    if language(text) == "de" and text[one.end :].lstrip(" -")[:1].islower():
        return ""  # a German noun has a capital
    if claimed.unit == "percent":
        quoted = [other for other in quoted if other.unit == "percent" and other.noun]
    if (
        not said
        or not quoted
        or _YEAR.fullmatch(number)
        or re.search(rf"[A-Z]\w*\.? {re.escape(number)}", text)
        or any(not other.noun and not other.unit for other in quoted)
        or not same_language(text, evidence.quote)
    ):
        return ""
    held, claim = content(evidence.exact), content(text)
    known = [word for word in words(said) if word.is_content]
    others = sorted({other.noun or other.unit for other in quoted})
    # "In 2024 it rises": a number counts only plurals or known units.
    if not all(_counts(one) for one in (said, *others)) or not known or any(word.stem in held for word in known):
        return ""
    if any(word.stem in claim for other in others for word in words(other) if word.is_content):
        return ""
    return f"{number} is followed by “{others[0]}” in the quote, not by “{said}”"


def _counts(noun: str) -> bool:
    return noun in _KNOWN or noun in _PEOPLE or (noun.endswith(("s", "en", "er")) and not directions_of(noun))
