"""The answer of a table to a question in everyday words, where the table explains every word of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from graph.engines.offline.other_amounts import is_other_rate
from graph.retrieval import terms
from graph.storage.fulltext import stem
from graph.tables import results
from graph.tables.header_words import units_of
from graph.tables.matching import only
from graph.tables.operations import Asked, Operation, asked_of_table
from graph.tables.order_words import in_order_words, is_misjudged
from graph.tables.plain import claims, pairs
from graph.tables.plain.changes import most_changed
from graph.tables.plain.grid import AMOUNTS, IN_ORDER, TIMES, Column, Grid, Kind, build_grid
from graph.tables.plain.mentions import FREE, Named, columns_named, match_grid
from graph.tables.plain.question import Wanted, Way, asks_yes_or_no, changed_most, in_figures, is_negated, ways
from graph.tables.plain.steps import in_row_words
from graph.tables.plain.targets import (
    MONEY,
    WHEN,
    WHERE,
    WHO,
    beside,
    is_settled,
    one_of,
    says_when,
    target_of,
    values_of,
)
from graph.tables.question_words import is_other_measure, is_other_quantity, lacks_price
from graph.tables.sums import without_sums
from graph.tables.table_claims import adds_up_others, are_sorts
from graph.tables.views import Row, TableView
from graph.types import Claim

_PROFIT = re.compile(r"\b(?:profit|surplus|result|income|earnings)\b", re.IGNORECASE)
_LOSS = re.compile(
    r"\b(?:(?:ma[dk]e|makes|had|have|has|r[au]n|show(?:s|ed)?|report(?:s|ed)?|post(?:s|ed)?) (?:an? )?"
    r"(?:loss|losses|deficit)|lost money|(?:is|are|was|were) (?:in the red|unprofitable))\b",
    re.IGNORECASE,
)
_NO = re.compile(r"\b(?:had|have|has|with|recorded|reported|saw|was|were) no (?=[a-z]+\W*$)", re.IGNORECASE)
_ANY: tuple[Kind, ...] = (
    "number", "money", "date", "year", "clock", "duration", "measure", "mark", "person", "place", "text",
)  # fmt: skip
_LISTS = re.compile(
    r"^\W*(?:and )?(?:to |from |in )?(?:which|what) (?!(?:does|is|was|has)\b)[a-z]+(?:ies|[^s]s)\b", re.IGNORECASE
)
_ASKS_NUMBER = re.compile(r"^\W*(?:and )?how (?:many|much|often)\b", re.IGNORECASE)
_MOST_ROWS = 30
_OF_PERSON = re.compile(r"\bwho\b.*\b(?:oldest|youngest)\b", re.IGNORECASE)
_BIRTH = frozenset(map(stem, ("born", "birth", "age", "birthday")))
_IN_PRICE = re.compile(r"\b(?:cheap|dear|expensive|cost|pric)", re.IGNORECASE)
_MONEY_HEAD = re.compile(r"\b(?:prices?|costs?|fees?|fares?|charges?)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PlainAnswer:
    """The answer of one table."""

    claims: list[Claim]
    view: TableView
    explained: int
    """How many words of the question are explained by its cells and headers."""
    absence: str = ""
    """A sentence that says which cell is empty; "" if claims are given."""
    goes_first: bool = False
    """Whether it precedes other answers: for who, where, a step of a tariff, rows that are dates."""


def answer_plainly(question: str, views: Sequence[TableView]) -> PlainAnswer | None:
    """Return the answer of the table that explains all words of a question; None where none does, or answers differ."""
    if is_negated(question):
        return None
    found = [answer for view in views if (answer := _of_view(question, view))]
    found = [one for one in found if not is_other_rate(question, " ".join(claim["text"] for claim in one.claims))]
    found = [one for one in found if one.absence or says_when(question, one.claims)]
    most = max((one.explained for one in found), default=0)
    best = [one for one in found if one.explained == most]
    texts = {(one.absence, *(claim["text"] for claim in one.claims)) for one in best}
    return best[0] if len(texts) == 1 else None


def _of_view(question: str, view: TableView) -> PlainAnswer | None:
    if len(view.rows) < 2:
        return None
    grid = build_grid(view)
    question = in_row_words(in_figures(question, view.columns), [row.label for row in view.rows])
    question = in_order_words(question, view)
    asked = _loss_or_none(question) or _of_years(question, grid) or asked_of_table(question)
    if asked.has_condition and not _is_of_cell(question, grid, asked):
        for spans in (asked.spans, _to_number(question, asked)):  # "cars" of "more than 50 cars" is a header, no unit
            found = match_grid(question, grid, spans)
            if made := _with_condition(found, asked):
                return PlainAnswer(made, view, _weight(found))
        return None
    change = terms.stems(changed_most(question))
    if change and not any(change & column.stems for column in grid.columns):  # "lost most" of a column "Lost"
        made = most_changed(question, grid)
        return PlainAnswer(made, view, len(terms.content_terms(question))) if made else None
    for wanted in ways(question):
        found = match_grid(question, grid, wanted.spans)
        if made := _WAYS[wanted.way](found, wanted):
            named = bool(WHERE.search(question) or WHO.search(question) or found.in_step)
            first = grid.label.kind in TIMES if wanted.way == "extreme" else named
            return PlainAnswer(made, view, _weight(found), goes_first=first)
        if wanted.way == "look-up" and (absence := _empty(found)):
            return PlainAnswer([], view, _weight(found), absence)
    return None


def _loss_or_none(question: str) -> Asked | None:
    """Return the condition of "made a loss" and of "had no deaths"; None for other questions."""
    if not _ASKS_ROWS.match(question):
        return None
    operation: Operation = "count" if re.match(r"\W*how many\b", question, re.I) else "filter"
    if found := _LOSS.search(question):
        return Asked(operation, (found.span(),), high="0")
    if found := _NO.search(question):
        return Asked(operation, (found.span(),), low="0", high="0", inclusive=True)
    return None


_YEARS = re.compile(
    r"\b(?:(?P<before>before|prior to|earlier than)|(?P<since>since)|after|later than) (?P<year>(?:1[5-9]|20)\d\d)\b",
    re.I,
)


def _of_years(question: str, grid: Grid) -> Asked | None:
    """Return the condition of "built before 2010" for a table with one column of years; None for other questions."""
    found = _YEARS.search(question)
    if not found or not _ASKS_ROWS.match(question) or len(grid.of_kind("year")) != 1:
        return None
    operation: Operation = "count" if re.match(r"\W*how many\b", question, re.I) else "filter"
    if found["before"]:
        return Asked(operation, (found.span(),), high=found["year"])
    return Asked(operation, (found.span(),), low=found["year"], inclusive=bool(found["since"]))


_ASKS_ROWS = re.compile(r"^\W*(?:(?:in|on|at) )?(?:which|what|who|how many)\b", re.IGNORECASE)


def _is_of_cell(question: str, grid: Grid, asked: Asked) -> bool:
    """Return whether a condition is a row's label: "up to 5 kg" of a tariff."""
    mentions = match_grid(question, grid, ()).mentions
    return any(start <= word.start < end for one in mentions for word in one.words for start, end in asked.spans)


def _to_number(question: str, asked: Asked) -> list[tuple[int, int]]:
    """Return the spans of a condition in a question, up to the end of its number."""
    number = asked.high or asked.low
    return [(start, question.find(number, start, end) + len(number)) for start, end in asked.spans]


def _weight(found: Named) -> int:
    heads = frozenset[str]().union(*(column.stems for column in found.grid.columns))
    return len(found.used) + sum(word.stem in heads for word in found.rest())


def _look_up(found: Named, _: Wanted) -> list[Claim]:
    """Return cells of the rows that a question names."""
    rows, target = _cells_asked(found)
    if not rows or any(not found.grid.cell(row, target[0]) for row in rows):
        return []
    if _ASKS_NUMBER.search(found.question) and len(rows) > 1:
        by_label = any(one.column.is_label for one in found.mentions)
        return [] if by_label else one_of(claims.total(found.grid, rows, target[0]))
    mentioned = [one.column for one in found.mentions]
    return claims.looked_up(found.grid, rows, target, list(dict.fromkeys(mentioned)))


def _empty(found: Named) -> str:
    """Return the sentence that the one cell asked for is empty; "" where it is not."""
    rows, target = _cells_asked(found)
    if len(rows) != 1 or found.grid.cell(rows[0], target[0]):
        return ""
    view = found.grid.view
    where = f"{view.title[:1].upper()}{view.title[1:]} of {view.name} (page {rows[0].page})"
    return f"{where} gives no value of {target[0].shown} for {rows[0].name}."


def _cells_asked(found: Named) -> tuple[list[Row], list[Column]]:
    """Return the rows and the one column that a question asks for; ([], []) where it asks for no cells."""
    if asks_yes_or_no(found.question):
        return [], []
    rows = found.rows() if found.mentions else []
    mentioned = [one.column for one in found.mentions]
    target = target_of(found)
    values = values_of(found, _ANY)
    if _ASKS_NUMBER.search(found.question):
        target = [column for column in values if column.kind in AMOUNTS] or values_of(found)
    elif not target:
        target = values
    target = [column for column in target if column not in mentioned]
    if target and target[0].kind in ("number", "money") and _NO_AMOUNT.match(found.question):
        return [], []
    if target and lacks_price(found.question, [one.name for one in found.grid.columns], target[0].name):
        return [], []
    if rows and target and all(_is_other(found, row, target[0]) for row in rows):
        return [], []
    if len(rows) > 1 and any(one.column.is_label and not one.is_full for one in found.mentions):
        return [], []  # "the price of a bucket", of which there are two
    if not rows and len(target) == 1 and not target[0].is_label and _LISTS.match(found.question):
        rows = found.grid.rows
    settled = len(target) == 1 and 0 < len(rows) <= _MOST_ROWS and is_settled(found, beside(found, target), target)
    return (rows, target) if settled else ([], [])


def _is_other(found: Named, row: Row, column: Column) -> bool:
    cell = found.grid.cell(row, column)
    return bool(cell) and is_other_measure(found.question, column.name, cell)


# "Who abstained?" is not answered by how many did, nor "When must it be paid?" by how much.
_NO_AMOUNT = re.compile(r"^\W*(?:and |so )?(?:who|whom|when|where)\b", re.IGNORECASE)


def _extreme(found: Named, wanted: Wanted) -> list[Claim]:
    grid = found.grid
    rows = found.rows()
    target = target_of(found)
    order = _ordering(found, wanted, target)
    if order is None:
        ends = _ends(grid)
        fast = ends and wanted.heads and "duration" in (*wanted.kinds, *wanted.heads)
        if fast and ends and is_settled(found, [], ends):
            return one_of(claims.extreme_span(grid, rows, ends, wanted))
        return []
    cells = [grid.cell(row, order) for row in grid.rows]
    if wanted.by_header_alone and is_misjudged(found.question, order.name, cells, grid.view.decimal):
        return []
    if is_other_quantity(found.question, order.name) or any((grid.order(row, order) or 0) < 0 for row in grid.rows):
        return []  # the largest loss or payment is the lowest number, which `operations` handles
    asks_when = bool(WHEN.search(found.question)) and order.kind in TIMES
    target = [] if asks_when or target == [order] else target
    if len(target) > 1 or not is_settled(found, [order], target):
        return []
    return one_of(claims.extreme(grid, _without_sums(found, rows, order), order, wanted, target))


def _ordering(found: Named, wanted: Wanted, target: Sequence[Column]) -> Column | None:
    """Return the one column by which rows are ordered; None where the question leaves that open."""
    grid = found.grid
    among = [column for column in grid.columns if column.kind in (wanted.kinds or tuple(IN_ORDER))]
    if _OF_PERSON.search(found.question):  # the oldest by birth, not by when they joined
        among = [column for column in among if column.stems & _BIRTH]
    if wanted.by_header_alone:
        among = [column for column in among if column.kind not in TIMES]
    if WHEN.search(found.question) and set(wanted.kinds) & TIMES:
        among = [column for column in among if column in target]  # "when does the last train leave"
    else:
        among = [column for column in among if column not in target or len(target) == len(among)]
    if wanted.heads:
        among = [
            column
            for column in among
            if any(one.text.startswith(head) for one in terms.terms(column.name) for head in wanted.heads)
        ]
        return among[0] if len(among) == 1 else None
    named = columns_named(found, among)
    if not named and not wanted.by_header_alone and not _is_open_amount(found, wanted, among):
        named = among
    if not named and MONEY.search(found.question):
        named = grid.of_kind("money")
    if len(named) != 1:
        return None
    others = [column for column in grid.columns if not column.is_label and column not in target]
    return named[0] if named[0] in (columns_named(found, others) or named) else None


def _without_sums(found: Named, rows: Sequence[Row], column: Column) -> list[Row]:
    """Return rows without those that are sums of others; all where a question names rows."""
    kept = found.grid.view if found.mentions else without_sums(found.grid.view, column.name)
    return [row for row in rows if any(row is one for one in kept.rows)]


def _is_open_amount(found: Named, wanted: Wanted, among: Sequence[Column]) -> bool:
    """Return whether the only amounts of money of a table are not all that a question may mean.

    It has another price (a setup fee that is "none" in a row), or the question names neither money nor anything of
    the table: "which value was the highest".
    """
    if "money" not in wanted.kinds:
        return False
    of_price = _IN_PRICE.search(found.question) or MONEY.search(found.question)
    own = found.grid.view.scope | found.grid.label.stems
    about = of_price or found.mentions or any(word.stem in own and word.text not in FREE for word in found.rest())
    priced = [column for column in found.grid.columns if _MONEY_HEAD.search(column.name) and column not in among]
    return not about or bool(priced)


def _ends(grid: Grid) -> tuple[Column, Column] | None:
    """Return the two columns of clock times at which a row starts and ends; None where there are not two."""
    clocks = grid.of_kind("clock")
    return (clocks[0], clocks[1]) if len(clocks) == 2 else None


def _count(found: Named, _: Wanted) -> list[Claim]:
    """Return how many rows have the cells that a question names."""
    columns = list(dict.fromkeys(one.column for one in found.mentions))
    rows = found.rows() if found.mentions else []
    if not rows or any(column.is_label for column in columns) or not is_settled(found, columns):
        return []
    return [claims.counted(found.grid, rows, columns)]


def _sum(found: Named, wanted: Wanted) -> list[Claim]:
    columns = _newest(found, values_of(found))
    if len(columns) != 1 or not is_settled(found, columns):
        return []
    rows = _without_sums(found, found.rows(), columns[0])
    if wanted.way == "mean":
        return one_of(claims.total(found.grid, rows, columns[0], "mean"))
    if any("%" in found.grid.cell(row, columns[0]) for row in rows) or _is_no_count(found, columns[0]):
        return []
    printed = [row for row in found.grid.view.totals if found.grid.order(row, columns[0]) is not None]
    if not found.mentions and any(adds_up_others(found.question, found.grid.view, row) for row in printed):
        return []
    if not found.mentions and len(printed) == 1:
        return claims.looked_up(found.grid, printed, columns, [])
    if not found.mentions and found.grid.view.totals:
        return []
    return one_of(claims.total(found.grid, rows, columns[0]))


_HOW_MANY_OF = re.compile(r"\bhow many (?P<what>[a-z-]+s|people|children|women|men)\b", re.IGNORECASE)


def _is_no_count(found: Named, column: Column) -> bool:
    """Return whether a column cannot be added up to a count: prices, numbers of cabins, the beds of sorts of rooms."""
    asked = _HOW_MANY_OF.search(found.question)
    if asked is None:
        return False
    singular = any(
        word.text != asked["what"].lower() and stem(word.text) == stem(asked["what"].lower())
        for word in terms.terms(column.bare)
    )
    priced = any(_is_other(found, row, column) for row in found.rows())
    return singular or priced or are_sorts(found.grid.view, of_things=True)


_NOW = re.compile(r"\b(?:does|do|has|have|is|are)\b", re.IGNORECASE)


def _newest(found: Named, columns: list[Column]) -> list[Column]:
    """Return the column of the last year where a question in the present names no year: "Members 2024" of now."""
    years = {column.name: re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", column.name) for column in columns}
    bare = {re.sub(r"\d{4}", "", column.bare).strip() for column in columns}
    if len(bare) != 1 or found.years or not _NOW.search(found.question) or any(len(y) != 1 for y in years.values()):
        return columns
    return [max(columns, key=lambda column: years[column.name][0])]


def _with_condition(found: Named, asked: Asked) -> list[Claim]:
    """Return the rows with a number above or below a limit, or how many there are."""
    columns = values_of(found)
    if not columns:
        columns = found.grid.of_kind("year") if _YEARS.search(found.question) else _of_unit(found)
    if _LOSS.search(found.question) and not columns:
        columns = [one for one in found.grid.columns if _PROFIT.search(one.name) and one.kind in ("number", "money")]
        dated = [one for one in columns if found.years & set(re.findall(r"\b(?:19|20)\d\d\b", one.name))]
        columns = dated or columns
    target = [column for column in target_of(found) if column not in columns and not column.is_label]
    if len(columns) != 1 or len(target) > 1 or asked.operation not in ("filter", "count"):
        return []
    if not is_settled(found, columns, target):
        return []
    rows = [claims.named(found.grid, row, target) for row in _without_sums(found, found.rows(), columns[0])]
    return one_of(results.filtered(only(found.grid.view, rows), columns[0].name, asked)) if rows else []


def _of_unit(found: Named) -> list[Column]:
    """Return the only column in the unit that a question names: "hectares" for "Area (ha)"."""
    asked = {word.stem for word in found.rest()}
    of_unit = [one for one in found.grid.of_kind("number", "money") if not asked.isdisjoint(units_of(one.name))]
    return of_unit if len(of_unit) == 1 else []


_WAYS: dict[Way, Callable[[Named, Wanted], list[Claim]]] = {
    "look-up": _look_up, "extreme": _extreme, "trend": pairs.trend, "span": pairs.span, "share": pairs.share,
    "difference": pairs.pair, "ratio": pairs.pair, "yes-no": pairs.pair, "comparison": pairs.pair, "count": _count,
    "sum": _sum, "mean": _sum,
}  # fmt: skip
