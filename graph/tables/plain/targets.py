"""The columns that a question asks for: by "who", "where" and "when", by a noun, by the quantity that they measure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from graph.engines.offline.asked_words import DATE
from graph.retrieval import terms
from graph.storage.fulltext import stem
from graph.tables.plain.grid import AMOUNTS, Column, Kind
from graph.tables.plain.mentions import Named, columns_named, says, unexplained
from graph.tables.question_words import begins, is_same_noun
from graph.types import Claim

WHO = re.compile(r"\b(?:who|whom|whose)\b", re.IGNORECASE)
"""A question for a person."""
WHERE = re.compile(r"^\W*(?:and )?(?:where|(?:at|in) (?:which|what) places?)\b", re.IGNORECASE)
"""A question for a place."""
WHEN = re.compile(r"^\W*(?:and )?(?:when|(?:at |on |in )?(?:what|which) (?:date|day|time|year|month))\b", re.IGNORECASE)
"""A question for a time."""
_WHEN_OF = re.compile(r"\W*(?:and )?(?:\w+ )?(?:what|which) (year|date|day|time)\b", re.IGNORECASE)
_TIME = re.compile(rf"\d|{DATE.pattern}", re.IGNORECASE)
_NOUN = re.compile(
    r"^\W*(?:and |so )?(?:(?:in|on|at|for|of|from|to|with|under|by|up to) )?(?:which|what)(?: of the)?"
    r" (?P<noun>[\w-]+(?: [\w-]+)?)",
    re.IGNORECASE,
)
MONEY = re.compile(
    r"\b(?:how much (?!time)(?:money|is|are|was|were|does|do|did|has|have|had)?|costs?|prices?|paid|pay|pays|spen[dt]"
    r"|money|expenses?|charges?)\b",
    re.IGNORECASE,
)
"""A question for an amount of money."""
_OF_MONEY = "money spend spent expense expensive cost price pay paid charge".split()
_PRICED = "budget price prices cost costs tariff fee fees rent expenses pounds euros dollars".split()
_LEADS = "run runs head heads lead leads led manage manages charge responsible teach teaches".split()
_ROLE = re.compile(
    r"\b(?:librarian|captain|skipper|manager|head|director|leader|chair|keeper|warden|teacher|master|responsible)\w*\b",
    re.IGNORECASE,
)


def says_when(question: str, claims: Sequence[Claim]) -> bool:
    """Return whether there are claims, and one with a time where a question asks when: "with sea view" is none."""
    times = (_TIME.search(claim["text"]) or _SAYS_WHEN.search(claim["text"]) for claim in claims)
    return bool(claims) and (not WHEN.search(question) or any(times))


def one_of(claim: Claim | None) -> list[Claim]:
    """Return a claim as a list, [] for none."""
    return [claim] if claim else []


# Headers over texts that say when: "quarterly in advance", "Mondays and Thursdays".
_SAYS_WHEN = re.compile(r"\b(?:due|when|dates?|days?|times?|hours|period|payable|deadline)\b", re.IGNORECASE)


def target_of(found: Named) -> list[Column]:
    """Return the columns that the question word asks for ("who", "when", "which town"); [] where it implies none."""
    question, grid = found.question, found.grid
    for pattern, kinds in ((WHO, ("person",)), (WHERE, ("place",)), (WHEN, ("date", "year", "clock"))):
        if pattern.search(question):
            among = [column for column in grid.columns if column.kind in kinds]
            if pattern is WHEN and (word := _WHEN_OF.match(question)):
                among = [column for column in grid.columns if _is_of(word[1].lower(), column)]
            if pattern is WHEN and not among:
                among = [column for column in grid.columns if _SAYS_WHEN.search(column.name) and column.kind == "text"]
            return columns_named(found, among) or among
    if noun := _NOUN.match(question):
        return _by_noun(noun["noun"], found)
    return []


def _is_of(word: str, column: Column) -> bool:
    if word == "time":
        return column.kind == "clock" or (column.kind == "duration" and "time" in column.stems)
    return column.kind == ("year" if word == "year" else "date")


def _by_noun(noun: str, found: Named) -> list[Column]:
    """Return the columns that "which NOUN" asks for; the labels where the noun is the kind of the rows."""
    for words in (noun.split(), noun.split()[:1]):
        heads = [(column, [one.text for one in terms.terms(column.bare)]) for column in found.grid.columns]
        of_header = [c for c, own in heads if all(any(is_same_noun(word, one) for one in own) for word in words)]
        if of_header:
            return of_header
    first = next((word for word in found.words if word.raw == noun.split()[0]), None)
    if first is None or first.text in terms.STOP_WORDS:
        return []
    # "Departs" over clock times is no form of "department".
    alike = [column for column in found.grid.columns if column.kind != "clock" and says(first, column.stems)]
    if alike:
        return alike[:1]
    over = found.grid.view.scope
    return [found.grid.label] if first.stem in over or begins(first.stem, over) else []


def values_of(found: Named, kinds: Sequence[Kind] = AMOUNTS) -> list[Column]:
    """Return the columns of values that a question names, by their header or as the only amounts of money."""
    among = [column for column in found.grid.columns if column.kind in kinds and not _names_rows(found, column)]
    named = columns_named(found, among)
    if not named and MONEY.search(found.question):
        named = found.grid.of_kind("money")
    return named


def _names_rows(found: Named, column: Column) -> bool:
    """Return whether a column only identifies rows: it numbers them, or the question names rows by its cells."""
    mentioned = any(one.column == column for one in found.mentions)
    return mentioned or all(found.grid.cell(row, column) in row.band for row in found.grid.rows)


def is_settled(found: Named, columns: Sequence[Column], target: Sequence[Column] = ()) -> bool:
    """Return whether the table explains every word of a question about these columns."""
    also: list[str] = []
    priced = not found.grid.view.scope.isdisjoint(map(stem, _PRICED))
    if priced or any(column.kind == "money" for column in (*columns, *target)):
        also += map(stem, _OF_MONEY)
    if any(column.kind == "person" and _ROLE.search(column.name) for column in target):
        also += map(stem, _LEADS)
    mentioned = [one.column for one in found.mentions]
    return not unexplained(found, [*columns, *target, *mentioned], also)


def beside(found: Named, target: Sequence[Column]) -> list[Column]:
    """Return the columns whose headers a question may name besides what it asks for: "where is it installed"."""
    if not (WHERE.search(found.question) or WHO.search(found.question)):
        return []
    others = [column for column in found.grid.columns if column not in target and column.kind in ("date", "year")]
    return others if len(target) == 1 else []
