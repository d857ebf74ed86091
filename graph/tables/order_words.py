"""Superlatives in the words of a column's order: the best time is the lowest, the highest rank the first.

A table prints "Time", "Rank" or "Error rate", of which less is better, and columns that are extremes themselves
("Highest (°C)", "Min. flow"); a question says "the best time", "ranked highest", "the highest temperature".
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from graph.retrieval import terms
from graph.storage.fulltext import stem
from graph.tables.header_words import units_of
from graph.tables.row_names import FRAME_STEMS, UNITS
from graph.tables.views import TableView
from loaders.text.dates import duration_seconds
from loaders.text.numbers import Mark
from loaders.text.units import measured

_RANK = re.compile(r"^\W*(?:rank(?:ing)?|place|placing|position|pos|standing|finish)\b\W*$", re.IGNORECASE)
_LESS_IS_BETTER = re.compile(
    r"\b(?:times?|duration|delay|latency|errors?|mistakes?|faults?|failures?|defects?|complaints?|accidents?|incidents?"
    r"|injuries|deaths?|loss(?:es)?|lost|penalt(?:y|ies)|dropout|absences?|waste|reaction|costs?|price|fee|perplexity"
    r"|wer|cer|rmse|mae|against|conceded|waiting|unemployment)\b",
    re.IGNORECASE,
)
_UNIT_OF_TIME = re.compile(r"[(\[]\s*(?:ms|s|secs?|seconds?|min(?:ute)?s?|h|hrs?|hours?|days?)\s*[)\]]", re.IGNORECASE)
_JUDGED = re.compile(
    r"\b(?:(?P<good>best|fastest|quickest|swiftest|top)|(?P<bad>worst|slowest))\b(?! (?:\d+|speed)\b)", re.IGNORECASE
)
_RANKED = re.compile(
    r"\b(?:(?:ranks?|ranked|placed|positioned) (?:the )?(?P<side>highest|lowest|best|worst|first|last)"
    r"|(?P<before>highest|lowest|best|worst|top)(?=(?:[ -]ranked\b| (?:rank(?:ing)?|place|position)\b)))",
    re.IGNORECASE,
)
_AT_THE_TOP = frozenset({"highest", "best", "first", "top"})


def in_order_words(question: str, view: TableView) -> str:
    """Return a question with "lowest" for the best of a column where less is better; unchanged where it means none."""
    for reword in (_of_rank, _of_growth, _of_judgement, _of_printed_extreme):
        if (said := reword(question, view)) != question:
            return said
    return question


def _of_rank(question: str, view: TableView) -> str:
    """Return "lowest Rank" for "ranked highest" and "highest rank", where a table has one column of ranks."""
    columns = [column for column in view.columns if _RANK.match(column)]
    found = _RANKED.search(question)
    if not found or len(columns) != 1:
        return question
    order = "lowest" if (found["side"] or found["before"]).lower() in _AT_THE_TOP else "highest"
    rest = re.sub(r"^[ -](?:ranked|rank(?:ing)?|place|position)\b", "", question[found.end() :], flags=re.IGNORECASE)
    return f"{question[: found.start()]}{order} {columns[0]}{rest}"


def _of_judgement(question: str, view: TableView) -> str:
    """Return "lowest time" for "best time", where less is better in all columns that the question names."""
    found = _JUDGED.search(question)
    if not found:
        return question
    asked = terms.stems(_JUDGED.sub(" ", question)) - FRAME_STEMS
    named = [column for column in view.columns if _bare(column) & asked]
    in_full = [column for column in named if UNITS.sub(" ", column).strip().lower() in question.lower()]
    named = in_full or [column for column in named if _bare(column) <= asked] or named
    if not named or not all(_is_less_better(column, cells_of(view, column), view.decimal) for column in named):
        return question
    order = "lowest" if found["good"] else "highest"
    return f"{question[: found.start()]}{order}{question[found.end() :]}"


def is_misjudged(question: str, column: str, cells: Sequence[str], decimal: Mark) -> bool:
    """Return whether a question asks for the best or worst of a column of which less may be better."""
    return _JUDGED.search(question) is not None and _is_less_better(column, cells, decimal)


def cells_of(view: TableView, column: str) -> list[str]:
    """Return the filled cells of a column."""
    return [row.cells[column] for row in view.rows if column in row.cells]


def _is_less_better(column: str, cells: Sequence[str], decimal: Mark) -> bool:
    of_time = _UNIT_OF_TIME.search(column) is not None or any(_is_time(cell, decimal) for cell in cells)
    return of_time or _RANK.match(column) is not None or _LESS_IS_BETTER.search(column) is not None


def _is_time(cell: str, decimal: Mark) -> bool:
    whole = measured(cell, decimal)
    return duration_seconds(cell) is not None or (whole is not None and whole.is_time)


_CHANGE = re.compile(r"^\W*(?:change|growth|increase|rise)s?\b", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_GREW = r"grew|grown|rose|risen|increased|expanded"
_SHRANK = r"shrank|shrunk|fell|fallen|declined|decreased|dropped|contracted"
_CHANGED_MOST = re.compile(
    rf"\b(?:(?P<up>{_GREW})|(?P<down>{_SHRANK})) (?:the )?(?:fastest|quickest|strongest|(?P<most>most))\b",
    re.IGNORECASE,
)
_CHANGED = re.compile(rf"^\W*(?:in )?which (?:\w+ ){{1,2}}(?P<did>(?P<up>{_GREW})|(?:{_SHRANK}))\W*$", re.IGNORECASE)


def _of_growth(question: str, view: TableView) -> str:
    """Return "highest Change" for "grew fastest", "Change below 0" for "shrank", of one column of changes in percent.

    "Grew most" may mean the amount where a table has the values of two years.
    """
    columns = [column for column in view.columns if _CHANGE.match(column) and _is_percent(column, view)]
    if len(columns) != 1:
        return question
    label = " ".join(UNITS.sub(" ", columns[0]).split())
    if found := _CHANGED_MOST.search(question):
        is_open = found["most"] and sum(bool(_YEAR.search(column)) for column in view.columns) > 1
        order = "highest" if found["up"] else "lowest"
        said = f"{question[: found.start()]}had the {order} {label}{question[found.end() :]}"
        return question if is_open else said
    if found := _CHANGED.match(question):
        return f"{question[: found.start('did')]}have a {label} {'above' if found['up'] else 'below'} 0?"
    return question


def _is_percent(column: str, view: TableView) -> bool:
    return "%" in column or all("%" in row.cells[column] for row in view.rows if column in row.cells)


_MOST_WORDS, _LEAST_WORDS = "highest maximum max peak", "lowest minimum min"
_EXTREMES = tuple(
    (re.compile(rf"\b(?:{'|'.join(words.split())})\b\.?(?: (?P<noun>[a-z]+))", re.IGNORECASE), words.split()[0],
     frozenset(map(stem, words.split())))
    for words in (_MOST_WORDS, _LEAST_WORDS)
)  # fmt: skip


_MEANS = terms.stems("mean average median daily monthly")


def _of_printed_extreme(question: str, view: TableView) -> str:
    """Return "highest Maximum" for "highest temperature" where "Maximum (°C)" stands beside "Mean temperature (°C)".

    A table with such a column prints what the question asks for; a mean is no highest temperature.
    """
    for pattern, order, words in _EXTREMES:
        found = pattern.search(question)
        if not found:
            continue
        noun = stem(found["noun"].lower())
        of_noun = [column for column in view.columns if noun in terms.stems(column)]
        units = frozenset[str]().union(*map(units_of, of_noun))
        printed = [column for column in view.columns if words & (own := _bare(column)) and own <= {*words, noun}]
        fitting = [column for column in printed if noun in _bare(column) or (units and units_of(column) == units)]
        others = [column for column in of_noun if column not in printed]
        plain = all(_bare(column) <= {*_MEANS, noun} for column in others)  # "water temperature" is no mean
        if len(fitting) == 1 and others and plain and not _MEANS & terms.stems(question):
            label = " ".join(UNITS.sub(" ", fitting[0]).split())
            return f"{question[: found.start()]}{order} {label}{question[found.end() :]}"
    return question


def _bare(column: str) -> frozenset[str]:
    return terms.stems(UNITS.sub(" ", column))
