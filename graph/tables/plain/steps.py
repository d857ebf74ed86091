"""Steps of a tariff as rows, found by an amount within them: "up to 5 kg" for a parcel of 4 kg."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from graph.tables.plain.grid import Column, Grid
from graph.tables.question_words import Word

_UPPER = re.compile(
    r"(?P<open>up to|to|≤|<=|max\.?|at most|under|below|<)\s*(?P<high>\d[\d.,]*)\s*(?P<unit>[^\W\d]{1,8})", re.I
)
_RANGE = re.compile(r"(?:from )?(?P<low>\d[\d.,]*)\s*(?:[–-]|to)\s*(?P<high>\d[\d.,]*)\s*(?P<unit>[^\W\d]{1,8})", re.I)
_OVER = re.compile(r"(?:over|above|more than|from|>)\s*(?P<low>\d[\d.,]*)\s*(?P<unit>[^\W\d]{1,8})", re.I)
_LEAST_STEPS = 2
_SPAN = re.compile(r"\D{0,12}?(?P<low>\d+)\s*(?:to|[–-]|bis)\s*(?P<high>\d+)\D{0,12}", re.I)
_SIDE = re.compile(
    r"(?:(?P<more>over|above|older than|more than|from)|(?P<less>under|below|younger than|less than|up to)) (?P<n>\d+)"
    r"|(?P<n2>\d+)(?:\+| ?(?:and|or) (?:(?P<more2>over|older|above|more|up)|(?P<less2>under|younger|below|less)))",
    re.I,
)


def in_row_words(question: str, labels: Sequence[str]) -> str:
    """Return a question with the label "40 to 59" for "between 40 and 59", where labels are such ranges."""
    spans = {(found["low"], found["high"]): label for label in labels if (found := _SPAN.fullmatch(label))}
    sides = {_side(found): label for label in labels if (found := _SIDE.fullmatch(label))}
    if len(spans) + len(sides) < _LEAST_STEPS:
        return question
    for (low, high), label in spans.items():
        asked = re.search(rf"\b(?:between|from) (?:the ages of )?{low} (?:and|to) {high}\b", question, re.IGNORECASE)
        if asked:
            return question.replace(asked[0], label)
    for asked in _SIDE.finditer(question):
        if label := sides.get(_side(asked), ""):
            return question.replace(asked[0], label)
    return question


def _side(found: re.Match[str]) -> tuple[bool, str]:
    return bool(found["more"] or found["more2"] or found[0].endswith("+")), found["n"] or found["n2"]


@dataclass(frozen=True, slots=True)
class Mention:
    """The cells of one column that the same words of a question name."""

    column: Column
    cells: frozenset[str]
    words: tuple[Word, ...]
    is_full: bool
    """Whether the question has the whole text of the cell."""


def steps_named(grid: Grid, question: str, words: Sequence[Word]) -> list[Mention]:
    """Return the row of a tariff whose step contains an amount of the question: "up to 5 kg" for "4 kg"."""
    limits = _limits(grid)
    if len(limits) < _LEAST_STEPS or len({unit for _, _, _, unit in limits}) > 1:
        return []
    unit = limits[0][3]
    asked = list(re.finditer(rf"(?<![\w.,])(\d+(?:\.\d+)?)\s?{re.escape(unit)}\b", question, re.IGNORECASE))
    if len(asked) != 1:
        return []
    amount = float(asked[0][1])
    rows = [label for label, low, high, _ in limits if low < amount <= high or (low == amount == 0)]
    words = tuple(word for word in words if asked[0].start() <= word.start < asked[0].end())
    return [Mention(grid.label, frozenset(rows[:1]), words, is_full=True)] if rows and words else []


def _limits(grid: Grid) -> list[tuple[str, float, float, str]]:
    """Return the label, the limits and the unit of each row; [] where a label is no step."""
    limits: list[tuple[str, float, float, str]] = []
    for row in grid.rows:
        step = _UPPER.fullmatch(row.label) or _RANGE.fullmatch(row.label) or _OVER.fullmatch(row.label)
        if not step:
            return []
        of = step.groupdict()
        low, high = (float(of[one].replace(",", "")) if of.get(one) else None for one in ("low", "high"))
        below = (of.get("open") or "").lower() in ("under", "below", "<")
        before = limits[-1][2] if limits else 0.0
        top = float("inf") if high is None else high - (1e-9 if below else 0)
        limits.append((row.label, before if low is None else low, top, step["unit"].lower()))
    return limits
