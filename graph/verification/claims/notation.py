"""Notations in which a claim and its quote may differ: halves in words, quarters of a year.

Both are unified before the comparison: "two and a half hours" as 2.5, and, beside a table with a column Q2,
"the second quarter" as Q2.
"""

from __future__ import annotations

import re

_ONES = "one two three four five six seven eight nine ten eleven twelve".split()
_EINER = "ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf".split()
_HALF = re.compile(rf"\b(?:(?P<whole>{'|'.join(_ONES)}|\d{{1,3}}) and a half)\b", re.IGNORECASE)
_HALB = re.compile(rf"\b(?:anderthalb|(?P<whole>{'|'.join(_EINER)})einhalb)\b", re.IGNORECASE)
_QUARTER = re.compile(
    r"\b(?:(?P<number>first|second|third|fourth|[1-4](?:st|nd|rd|th)) quarter\b|"
    r"(?P<nummer>erste|zweite|dritte|vierte|[1-4]\.)(?:[nsr])? quartal(?:e?s)?\b)(?! of (?:the|all|its|their|an?)\b)",
    re.IGNORECASE,
)
_HALF_COLUMN = re.compile(r"\bH[12]\b")
_HALF_YEAR = re.compile(
    r"\b(?:the )?(?:(?P<first>first|1st)|second|2nd) half(?: of (?:the year )?(?=(?:19|20)\d\d))?|"
    r"\b(?:(?P<erste>erste[nsr]?|1\.)|zweite[nsr]?|2\.) (?:halbjahr(?:es)?|hälfte)\b",
    re.IGNORECASE,
)
_ONE_IN = re.compile(
    rf"\bone (?:in|out of) (?:every )?(?P<of>{'|'.join(_ONES[1:])}|20|50|100)\b(?: of(?= the| these))?", re.IGNORECASE
)
_COLUMN = re.compile(r"\bQ[1-4]\b")
_RANKS = {"f": "1", "s": "2", "t": "3", "e": "1", "z": "2", "d": "3", "v": "4"}


def with_halves(text: str) -> str:
    """Return a text with fractions in words as numbers: 2.5 for "two and a half", 33% for "one in three"."""
    if "half" in text or "alb" in text:
        text = _HALB.sub(_decimal_comma, _HALF.sub(_decimal_point, text))
    text = _PART_OF_TIME.sub(_in_smaller_unit, text)
    return _ONE_IN.sub(_per_cent, text) if "one " in text.lower() else text


def with_quarters(text: str, table: str) -> str:
    """Return a claim with quarters as Q1 to Q4 and halves as H1 and H2, if the table has them."""
    text = _QUARTER.sub(_quarter, text) if _COLUMN.search(table) else text
    return _HALF_YEAR.sub(_half_year, text) if _HALF_COLUMN.search(table) else text


def _per_cent(found: re.Match[str]) -> str:
    of = found["of"].lower()
    count = int(of) if of.isdigit() else _ONES.index(of) + 1
    return f"{100 / count:g}% of" if 1000 % count == 0 else f"{100 / count:.0f}% of"


_PART_OF_TIME = re.compile(
    r"\b(?P<part>half an|a quarter of an?|(?:a )?three[- ]quarters of an?|half a|eine halbe|ein halbes|eine viertel|"
    r"eine dreiviertel)[ -]?(?P<whole>hour|year|day|dozen|stunde|jahr)\b",
    re.IGNORECASE,
)
_SMALLER = {
    "hour": (60, "minutes"), "stunde": (60, "Minuten"), "year": (12, "months"), "jahr": (12, "Monate"),
    "day": (24, "hours"), "dozen": (12, ""),
}  # fmt: skip


def _in_smaller_unit(found: re.Match[str]) -> str:
    """Return a fraction of an hour, day or year in the next smaller unit: three quarters of an hour are 45 minutes."""
    part = found["part"].lower()
    quarters = 3 if "three" in part or "drei" in part else 1 if "quarter" in part or "viertel" in part else 2
    count, unit = _SMALLER[found["whole"].lower()]
    return f"{count * quarters // 4} {unit}".strip()


def _decimal_point(found: re.Match[str]) -> str:
    whole = found["whole"].lower()
    return f"{whole if whole.isdigit() else _ONES.index(whole) + 1}.5"


def _decimal_comma(found: re.Match[str]) -> str:
    return f"{_EINER.index(found['whole'].lower()) + 1 if found['whole'] else 1},5"


def _half_year(found: re.Match[str]) -> str:
    return "H1 " if found["first"] or found["erste"] else "H2 "


def _quarter(found: re.Match[str]) -> str:
    rank = (found["number"] or found["nummer"]).lower()
    if rank[0].isdigit():
        return f"Q{rank[0]}"
    return "Q4" if rank.startswith("fo") else f"Q{_RANKS[rank[0]]}"
