"""A check of superlatives and comparisons in a table: the highest value of a column, the greater of two rows.

All rows of the table are compared, quoted or not, except totals and means.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from graph.storage.rows import SentenceRow
from graph.verification.claims.assertions.negation import is_negation
from graph.verification.claims.comparisons.courses import stated_course
from graph.verification.claims.dates import MONTHS
from graph.verification.claims.evidence import Evidence
from graph.verification.claims.tables.names import Mention, columns, label, mentions, of_kind, tokens, without_units
from graph.verification.claims.tables.places import named_rows
from loaders.text.bands import is_total
from loaders.text.numbers import Mark, cell_values
from loaders.text.units import have_different_units, in_one_unit
from loaders.text.whole_periods import whole_periods

_TOP = r"highest|largest|greatest|biggest|most|maximum|longest|höchste\w*|größte\w*|meiste\w*|längste\w*"
_LOW = r"lowest|smallest|least|fewest|minimum|shortest|niedrigste\w*|kleinste\w*|wenigste\w*|geringste\w*|kürzeste\w*"
_SUPERLATIVE = re.compile(rf"^(?:(?P<top>{_TOP})|(?P<low>{_LOW}))$")
_RANKS = {"second": 2, "third": 3, "fourth": 4, "zweit": 2, "dritt": 3}
_NO_SUPERLATIVE = frozenset({"at", "one", "among"})
"""Words before "most" and "least" after which these are no superlatives."""
_LIMITED = re.compile(
    r"\b(?:among|except|apart from|other than|besides|excluding|after|unter den|außer|ohne|nach)\b", re.IGNORECASE
)
"""Words that exclude unknown rows, so that there is only a doubt."""
_MEAN = re.compile(r"\b(?:averages?|means?|median|durchschnitt\w*|mittelwert\w*|moyenne)\b", re.IGNORECASE)
_MORE = re.compile(
    r"^(?:more|higher|larger|greater|bigger|longer|exceed(?:s|ed)?|outnumber(?:s|ed)?|mehr|höher\w*|größer\w*|"
    r"länger\w*|"
    r"übersteigt|überstieg)$"
)
_LESS = re.compile(r"^(?:less|fewer|lower|smaller|shorter|weniger|niedriger\w*|kleiner\w*|geringer\w*|kürzer\w*)$")
_BETTER = re.compile(r"^(?:better|beats?|outperform(?:s|ed)?|surpass(?:es|ed)?|besser\w*|übertrifft|übertraf|schlägt)$")
_WORSE = re.compile(r"^(?:worse|underperform(?:s|ed)?|trail(?:s|ed)?|schlechter\w*)$")
_REACH = 6  # words between a superlative and its column


class OrderFindings(NamedTuple):
    """The reasons against a claim by the order of a table's values."""

    contradiction: str = ""
    doubt: str = ""


def wrong_order(text: str, evidence: Evidence, decimal: Mark = "") -> OrderFindings:
    """Return the reasons against the superlatives and comparisons of a claim on a table's rows."""
    if not evidence.rows or any(is_negation(token.text.lower()) for token in tokens(text)):
        return OrderFindings()
    found = mentions(text, evidence.table)
    reason = _wrong_superlative(text, found, evidence, decimal)
    if reason:
        return OrderFindings("", reason) if _LIMITED.search(text) else OrderFindings(reason)
    if reason := _wrong_course(text, found, evidence, decimal):
        return OrderFindings(reason)
    said = _wrong_comparison(text, found, evidence, decimal)
    return (
        said if said.contradiction or said.doubt else OrderFindings("", _of_no_column(text, found, evidence, decimal))
    )


def _wrong_course(text: str, found: Sequence[Mention], evidence: Evidence, decimal: Mark) -> str:
    """Return the contradiction between a rise or fall of a row and its columns of two years; "" if there is none."""
    rows, names = named_rows(found, evidence.rows), {at for one in of_kind(found, "row") for at in one.places}
    course = stated_course(" ".join(token.text for at, token in enumerate(tokens(text)) if at not in names))
    keys = {token.key for token in tokens(text)}
    is_years = all(_YEAR.fullmatch(column.strip()) for column in columns(evidence.table))
    measures: dict[frozenset[str], dict[str, Decimal]] = {}
    for column, value in _cells(rows[0], decimal) if course and len(rows) == 1 else ():
        words = [token.key for token in tokens(without_units(column))]
        years = [key for key in words if _YEAR.fullmatch(key)]
        measure = frozenset(words) - {*years}
        if len(years) == 1 and measure <= keys and (measure or is_years):
            measures.setdefault(measure, {})[years[0]] = value
    for values in measures.values() if len(measures) == 1 else ():
        said = sorted(set(values) & keys) or sorted(values)
        if len(said) == 2 and (values[said[1]] - values[said[0]]) * course < 0:
            return f"the row has {values[said[0]]} for {said[0]} and {values[said[1]]} for {said[1]}"
    return ""


def _of_no_column(text: str, found: Sequence[Mention], evidence: Evidence, decimal: Mark) -> str:
    """Return a doubt where a claim calls a row the highest of something, and it is that in no column; else ""."""
    rows, said = named_rows(found, evidence.rows), tokens(text)
    named = [name for one in of_kind(found, "column") for name in one.names] or columns(evidence.table)
    if len(rows) != 1 or (len(named) == 1 and _is_extreme_cell(rows[0], named[0], decimal)):
        return ""
    for at, token in enumerate(said):
        kind = _SUPERLATIVE.match(token.text.lower())
        before = [one.text.lower() for one in said[max(0, at - 2) : at]]
        is_other = bool(_OTHER_SUPERLATIVE.fullmatch(token.text)) and _is_predicate(before)
        if token.text.lower() in _BEST and before[-1:] == ["the"] and (best := _not_first(found, rows, decimal)):
            return f"“{token.text}” is not right: {best}"
        if not kind and not is_other:
            continue
        wanted = (bool(kind["top"]),) if kind else (True, False)
        lines = [_column(evidence.table, column, decimal) for column in named]
        if not any(_leads(rows[0], line, is_top) for line in lines for is_top in wanted if line):
            return f"“{token.text}” is true of no column of the table"
    return ""


def _not_first(found: Sequence[Mention], rows: Sequence[SentenceRow], decimal: Mark) -> str:
    """Return which columns of a row have more and less than the column that a claim calls the best."""
    names = {name for one in of_kind(found, "column") for name in one.names}
    if len(rows) != 1 or len(names) != 1:
        return ""
    values = _cells(rows[0], decimal)
    own = [value for column, value in values if column in names]
    higher, lower = ([(v, c) for c, v in values if own and (v - own[0]) * sign > 0] for sign in (1, -1))
    if len(own) != 1 or not higher or not lower:
        return ""
    return f"{max(higher)[1]} has {max(higher)[0]}, against {own[0]}"


_BEST = frozenset({"best", "worst"})


def _is_extreme_cell(row: SentenceRow, column: str, decimal: Mark) -> bool:
    """Return whether a column has the highest or lowest value of a row, for tables with a competitor per column."""
    values = dict(_cells(row, decimal))
    return column in values and values[column] in (max(values.values()), min(values.values()))


def _is_predicate(before: Sequence[str]) -> bool:
    """Return whether the words before a superlative make it a predicate of the row: "was the", "ist am"."""
    return len(before) > 1 and before[0] in _IS and before[1] in _BEFORE


def _leads(row: SentenceRow, line: Sequence[tuple[Decimal, SentenceRow]], is_top: bool) -> bool:
    best = max(value for value, _ in line) if is_top else min(value for value, _ in line)
    return any(value == best and one is row for value, one in line)


_BEFORE_PERIOD = frozenset("in during the im in der dem".split())
_PERIOD = re.compile(
    rf"(?:Q[1-4]|H[12])?[ /-]?(?:FY ?)?(?:(?:1[5-9]|20)\d\d)?|{'|'.join(one for one in MONTHS)}", re.IGNORECASE
)
"""The name of a column that is a time: "Q3", "2024", "May"."""
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_IS = frozenset({"is", "was", "are", "were", "remains", "ist", "war", "bleibt", "blieb"})
_BEFORE = frozenset({"the", "der", "die", "das", "am"})
_OTHER_SUPERLATIVE = re.compile(r"[a-zäöü]{3,}(?:(?<!r)(?<!qu)est|ste[nrms]?)")


def _wrong_superlative(text: str, found: Sequence[Mention], evidence: Evidence, decimal: Mark) -> str:
    """Return the contradiction of a superlative; "" if there is none, or if its column is undecided."""
    said = tokens(text)
    for at, token in enumerate(said):
        kind = _SUPERLATIVE.match(token.text.lower())
        before = said[at - 1].text.lower() if at else ""
        if not kind or before in _NO_SUPERLATIVE or (at > 1 and said[at - 2].text.lower() in ("one", "among")):
            continue
        measure = next((one for one in found if at < one.start <= at + _REACH and one.kind != "band"), None)
        if measure is None and len(columns := of_kind(found, "column")) == 1:
            measure = columns[0]
        if measure and measure.kind == "column" and _PERIOD.fullmatch(measure.name.strip()):
            of_row = [one for one in of_kind(found, "row") if one.is_full]
            between = {one.text.lower() for one in said[at + 1 : measure.start]}
            is_of_row = len(of_row) == 1 and between <= _BEFORE_PERIOD
            measure = of_row[0] if is_of_row else measure  # "revenue was highest in the fourth quarter"
        rank = _RANKS.get(before.removesuffix("e").removesuffix("r"), 1)
        if measure and (reason := _not_extreme(measure, found, evidence, (bool(kind["top"]), rank), decimal)):
            return f"“{token.text}” is not right: {reason}"
    return ""


def _not_extreme(
    measure: Mention, found: Sequence[Mention], evidence: Evidence, wanted: tuple[bool, int], decimal: Mark
) -> str:
    """Return which value is more extreme than the one that a claim names; "" if none is."""
    is_top, rank = wanted
    if measure.kind == "column":
        rows = named_rows(found, evidence.rows)
        if len(rows) != 1 or len(measure.names) > 1:
            return ""
        line = _column(evidence.table, measure.name, decimal)
        own = [value for value, row in line if row is rows[0]]
        band = [(value, label(row)) for value, row in line if row.band == rows[0].band]
        groups = [[(value, label(row)) for value, row in line], *([band] if rows[0].band else [])]
    else:
        rows = [row for row in evidence.rows if label(row) in measure.names]
        named = {name for one in of_kind(found, "column") for name in one.names}
        if len(rows) != 1 or not named:
            return ""
        line_of_row = [(value, column) for column, value in _cells(rows[0], decimal)]
        own = [value for value, column in line_of_row if column in named]
        groups = [line_of_row]
    if len(own) != 1:
        return ""
    return _reason_by_rank(own[0], groups, is_top, rank)


def _reason_by_rank(own: Decimal, groups: Sequence[Sequence[tuple[Decimal, str]]], is_top: bool, rank: int) -> str:
    """Return the reason why a value lacks its rank, with a better value; "" if the rank is right in one group."""
    reason = ""
    for group in groups:
        before = sorted({(v, name) for v, name in group if (v > own if is_top else v < own)}, reverse=is_top)
        if len({value for value, _ in before}) == rank - 1:
            return ""
        if len({value for value, _ in before}) >= rank and not reason:
            reason = f"{before[0][1]} has {before[0][0]}, against {own}"
    return reason


def _wrong_comparison(text: str, found: Sequence[Mention], evidence: Evidence, decimal: Mark) -> OrderFindings:
    """Return the reasons against a claim that one row or column has more than another."""
    said = tokens(text)
    for at, token in enumerate(said):
        word = token.text.lower()
        sign = 1 if _MORE.match(word) or _BETTER.match(word) else -1 if _LESS.match(word) or _WORSE.match(word) else 0
        pair = _sides(found, at) if sign else None
        values = _values_of(pair, found, evidence, decimal) if pair else None
        if not pair or not values or (values[0] - values[1]) * sign >= 0:
            continue
        reason = f"“{token.text}” is not right: {pair[0].name} has {values[0]}, {pair[1].name} {values[1]}"
        return OrderFindings(reason) if _MORE.match(word) or _LESS.match(word) else OrderFindings("", reason)
    return OrderFindings()


def _sides(found: Sequence[Mention], at: int) -> tuple[Mention, Mention] | None:
    """Return the two rows or columns before and after a word of comparison."""
    for kind in ("row", "column"):
        of_this = [one for one in found if one.kind == kind and len(one.names) == 1]
        left, right = [one for one in of_this if one.start < at], [one for one in of_this if one.start > at]
        single = len({one.names for one in left}) == len({one.names for one in right}) == 1
        if single and left[0].names != right[0].names:
            return left[0], right[0]
    return None


def _values_of(
    pair: tuple[Mention, Mention], found: Sequence[Mention], evidence: Evidence, decimal: Mark
) -> tuple[Decimal, Decimal] | None:
    """Return the values of two rows in the column that a claim names, or of two columns in its row."""
    other = "column" if pair[0].kind == "row" else "row"
    measures = {one.names for one in found if one.kind == other}
    if len(measures) != 1 or len(next(iter(measures))) != 1:
        return None
    (measure,) = next(iter(measures))
    cells = {
        (name, column): value
        for row, values in _sort_keys(evidence.table, decimal)
        for name in [label(row)]
        for column, value in values
        if sum(label(one) == name for one in evidence.table) == 1
    }
    keys = [(one.name, measure) if other == "column" else (measure, one.name) for one in pair]
    return (cells[keys[0]], cells[keys[1]]) if all(key in cells for key in keys) else None


def _column(table: Sequence[SentenceRow], name: str, decimal: Mark) -> list[tuple[Decimal, SentenceRow]]:
    """Return the values of a column with their rows; totals, means and the year of its months are left out."""
    wholes = whole_periods([label(row) for row in table])
    return [
        (value, row)
        for at, (row, values) in enumerate(_sort_keys(table, decimal))
        if not is_total(label(row)) and not _MEAN.search(label(row)) and at not in wholes
        for column, value in values
        if column == name
    ]


def _sort_keys(table: Sequence[SentenceRow], decimal: Mark) -> list[tuple[SentenceRow, list[tuple[str, Decimal]]]]:
    """Return the rows with the values of their cells by column, of a column with several units in the smallest one."""
    cells: dict[str, list[str]] = {}
    for row in table:
        for column, cell in row.cells[1:]:
            cells.setdefault(column, []).append(cell)
    mixed = {
        column: in_one_unit([cell for cell in filled if cell.strip()], decimal)
        for column, filled in cells.items()
        if have_different_units(filled, decimal)
    }
    found = []
    for row in table:
        keys = ((column, _sort_key(cell, mixed.get(column), decimal)) for column, cell in row.cells[1:])
        found.append((row, [(column, key) for column, key in keys if key is not None]))
    return found


def _cells(row: SentenceRow, decimal: Mark) -> list[tuple[str, Decimal]]:
    """Return the values of a row's cells by column, in one unit where it has several; none that cannot be compared."""
    cells = [cell for _, cell in row.cells[1:] if cell.strip()]
    in_units = in_one_unit(cells, decimal) if have_different_units(cells, decimal) else None
    keys = ((column, _sort_key(cell, in_units, decimal)) for column, cell in row.cells[1:])
    return [(column, key) for column, key in keys if key is not None]


def _sort_key(cell: str, in_units: Mapping[str, Decimal] | None, decimal: Mark) -> Decimal | None:
    if in_units is not None:
        return in_units.get(cell)
    read = cell_values(cell, decimal)
    return read[0] if read else None
