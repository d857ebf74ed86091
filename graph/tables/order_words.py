"""Superlatives in the words of a column's order: the best time is the lowest, the highest rank the first.

A table prints "Time", "Rank" or "Error rate", of which less is better, and columns that are extremes themselves
("Highest (°C)", "Min. flow"); a question says "the best time", "ranked highest", "the highest temperature".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from graph.engines.offline.asked_words import PERSONS
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
    r"\b(?:times?|delay|latency|errors?|mistakes?|faults?|failures?|defects?|complaints?|accidents?|incidents?"
    r"|injuries|loss(?:es)?|lost|dropout|absences?|waste|reaction|perplexity|wer|cer|rmse|mae|against|conceded"
    r"|waiting|unemployment)\b",
    re.IGNORECASE,
)
# Times of which more is better: a battery's.
_MORE_IS_BETTER = re.compile(
    r"\b(?:life|lifetime|lifespan|battery|endurance|warranty|guarantee|running|playing|playback|talk|standby|recording"
    r"|operating|flight|free|leisure)\b",
    re.IGNORECASE,
)
_EITHER_IS_BETTER = re.compile(
    r"\b(?:price|cost|fee|charge|rent|rate|return|death|penalty|penaltie)s?\b", re.IGNORECASE
)
_UNIT_OF_TIME = re.compile(r"[(\[]\s*(?:ms|s|secs?|seconds?|min(?:ute)?s?|h|hrs?|hours?|days?)\s*[)\]]", re.IGNORECASE)
_JUDGED = re.compile(
    r"\b(?:(?P<good>best|top|(?P<fast>fastest|quickest|swiftest))|(?P<bad>worst|(?P<slow>slowest)))\b"
    r"(?! (?:\d+|speed)\b)",
    re.IGNORECASE,
)
_RANKED = re.compile(
    r"\b(?:(?:ranks?|ranked|placed|positioned) (?:the )?(?P<side>highest|lowest|best|worst|first|last)"
    r"|(?P<before>highest|lowest|best|worst|top)(?=(?:[ -]ranked\b| (?:rank(?:ing)?|place|position)\b))"
    r"|(?:came|was|were|is|are|finished) (?:in )?(?P<end>first|last)(?: place)?(?=\W*$))",
    re.IGNORECASE,
)
_AT_THE_TOP = frozenset({"highest", "best", "first", "top"})


def in_order_words(question: str, view: TableView) -> str:
    """Return a question with "lowest" for the best of a column where less is better; unchanged where it means none."""
    for reword in (_of_rank, _of_growth, _of_judgement, _of_printed_extreme, _of_people, _of_goals):
        if (said := reword(question, view)) != question:
            return said
    return question


def _of_rank(question: str, view: TableView) -> str:
    """Return "lowest Rank" for "ranked highest" and "highest rank", where a table has one column of ranks."""
    columns = [column for column in view.columns if _is_rank(column, cells_of(view, column))]
    found = _RANKED.search(question)
    if not found or len(columns) != 1:
        return question
    order = "lowest" if (found["side"] or found["before"] or found["end"]).lower() in _AT_THE_TOP else "highest"
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
    better = {_better(found, column, cells_of(view, column), view.decimal) for column in named}
    if better != {"less"}:
        return question
    order = "lowest" if found["good"] else "highest"
    return f"{question[: found.start()]}{order}{question[found.end() :]}"


_OF_LENGTH = re.compile(
    r"\b(?:longest|shortest|oldest|newest|youngest|heaviest|lightest|fastest|slowest|deepest|tallest) ([a-z]+)", re.I
)
_LARGEST = re.compile(r"\b(?:largest|biggest|greatest|smallest)\b", re.IGNORECASE)
_DEVIATION = re.compile(r"\b(?:deviation|difference|variance|variation|change)s?\b", re.IGNORECASE)
_IS_NEGATIVE = re.compile(r"\W*[(−–-]\s*\W?\d")


def is_misjudged(question: str, column: str, cells: Sequence[str], decimal: Mark) -> bool:
    """Return whether a question does not mean the highest or lowest number of a column by its superlative.

    It asks for the best of a column of which less may be better, for the largest of deviations to both sides, or for
    the longest of things that the column counts: the longest stop is none of "Stops".
    """
    if (one := _OF_LENGTH.search(question)) and column.lower() in (f"{one[1]}s".lower(), f"{one[1]}es".lower()):
        return True
    if _LARGEST.search(question) and _DEVIATION.search(column) and any(map(_IS_NEGATIVE.match, cells)):
        return True
    found = _JUDGED.search(question)
    return found is not None and _better(found, column, cells, decimal) != "more"


def cells_of(view: TableView, column: str) -> list[str]:
    """Return the filled cells of a column."""
    return [row.cells[column] for row in view.rows if column in row.cells]


def _better(judged: re.Match[str], column: str, cells: Sequence[str], decimal: Mark) -> Literal["less", "more", "open"]:
    """Return which values of a column are better, by its header and cells, for a word such as "best" or "slowest"."""
    is_speed = bool(judged["fast"] or judged["slow"])
    if _MORE_IS_BETTER.search(column):
        return "open" if is_speed else "more"
    if _LESS_IS_BETTER.search(column) or _is_rank(column, cells):
        return "less"
    if _UNIT_OF_TIME.search(column) or any(_is_time(cell, decimal) for cell in cells):
        return "less" if is_speed else "open"
    return "open" if _EITHER_IS_BETTER.search(column) else "more"


def _is_rank(column: str, cells: Sequence[str]) -> bool:
    """Return whether a column has ranks: "Place" may also hold names."""
    return _RANK.match(column) is not None and all(any(map(str.isdigit, cell)) for cell in cells)


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


_MOST_WORDS, _LEAST_WORDS = "highest maximum max peak longest largest", "lowest minimum min shortest smallest"
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


_PEOPLE = re.compile(r"\b(?P<order>most|fewest|least) (?:people|persons)\b", re.IGNORECASE)


def _of_people(question: str, view: TableView) -> str:
    """Return "most Visitors" for "most people", where one column, or else the caption alone, counts persons."""
    found = _PEOPLE.search(question)
    columns = [column for column in view.columns if _bare(column) & PERSONS]
    over = [term.text for term in terms.terms(view.caption) if stem(term.text) in PERSONS]
    label = " ".join(UNITS.sub(" ", columns[0]).split()) if columns else (over or [""])[0]
    if not found or len(columns) > 1 or not label:
        return question
    return f"{question[: found.start()]}{found['order']} {label}{question[found.end() :]}"


_GOALS = re.compile(
    r"\b(?:(?P<scored>scored?|shot|got)|(?:conceded?|let in|allowed)) (?:the )?(?P<order>most|fewest|least)"
    r" (?:goals|points)\b",
    re.IGNORECASE,
)
_GOALS_FOR = re.compile(r"^\W*(?:(?:goals|points) (?:for|scored)|for|GF|PF)\W*$", re.IGNORECASE)
_GOALS_AGAINST = re.compile(r"^\W*(?:(?:goals|points) (?:against|conceded)|against|GA|PA)\W*$", re.IGNORECASE)


def _of_goals(question: str, view: TableView) -> str:
    """Return "most Goals for" for "scored the most goals", "Goals against" for those that a team let in."""
    found = _GOALS.search(question)
    both = [[column for column in view.columns if one.match(column)] for one in (_GOALS_FOR, _GOALS_AGAINST)]
    if not found or any(len(columns) != 1 for columns in both):
        return question
    column = both[0 if found["scored"] else 1][0]
    return f"{question[: found.start()]}had the {found['order']} {column}{question[found.end() :]}"
