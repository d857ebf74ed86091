"""Claims built from rows and columns of a table, for questions in everyday words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from graph.tables import results
from graph.tables.across import as_column
from graph.tables.matching import only
from graph.tables.open_values import is_settled_by_numbers, left_out
from graph.tables.operations import Asked
from graph.tables.plain.grid import TIMES, Column, Grid
from graph.tables.plain.question import Wanted
from graph.tables.views import Row
from graph.types import Claim, Operand
from loaders.text.dates import clock_minutes, date_number, minutes_between

_RANKS = {1: "", 2: "second ", 3: "third ", 4: "fourth ", 5: "fifth "}
_HOUR, _DAY = 60, 24 * 60


def named(grid: Grid, row: Row, columns: Sequence[Column], shown: Sequence[Column] = ()) -> Row:
    """Return a row labelled with its label and its cells of these columns, or with all its texts if it is a date.

    Columns that the answer shows anyway (`shown`) are left out.
    """
    if grid.label.kind in TIMES:
        columns = [*columns, *(column for column in grid.of_kind("text", "person", "place") if column not in shown)]
    cells = [grid.shown(row, column) for column in columns if not column.is_label]
    label = ", ".join(dict.fromkeys(filter(None, [*row.band, row.label, *cells])))
    return replace(row, label=label, band=())


def looked_up(grid: Grid, rows: Sequence[Row], columns: Sequence[Column], beside: Sequence[Column]) -> list[Claim]:
    """Return a claim for each row: its cells of these columns, labelled with its label and the cells `beside`."""
    claims = []
    for row in rows:
        cells = [column for column in columns if not column.is_label and grid.cell(row, column)]
        shown = cells or [column for column in beside if not column.is_label]
        who = named(grid, row, [column for column in beside if column not in shown], shown)
        said = ", ".join(f"{column.shown} {grid.shown(row, column)}" for column in shown)
        claims.append(
            results.claim(
                f"{who.name}: {said}" if said else who.name,
                "cell",
                [operand(grid, row, c) for c in shown or columns],
                "",
            )
        )
    return claims


def operand(grid: Grid, row: Row, column: Column) -> Operand:
    """Return a cell as an operand, with its sort key."""
    order = grid.order(row, column)
    return Operand(
        label=row.name, column=column.name, cell=grid.cell(row, column), value="" if order is None else str(order),
        chunk=row.chunk, quote=row.text,
    )  # fmt: skip


def extreme(grid: Grid, rows: Sequence[Row], column: Column, asked: Wanted, target: Sequence[Column]) -> Claim | None:
    """Return the rows with the highest or lowest value, the latest or earliest time, and the cells asked for.

    None for a column that only numbers the rows, and where several have the same hour.
    """
    if results.numbers_rows(grid.view, column.name) or (column.is_label and column.kind == "number"):
        return None
    known = [(row, value) for row in rows if (value := grid.order(row, column)) is not None]
    values = sorted({value for _, value in known}, reverse=asked.most)
    cells = [(grid.cell(row, column), grid.order(row, column)) for row in rows]
    if len(known) < 2 or len(values) < asked.rank or not is_settled_by_numbers(cells, most=asked.most):
        return None
    wanted = values[asked.rank - 1]
    winners = [row for row, value in known if value == wanted]
    if column.kind == "clock" and len(winners) > 1:
        return None
    beside = [one for one in target if one != column and not one.is_label]
    names = results.joined([named(grid, row, beside).name for row in winners])
    times = column.kind in TIMES
    order = ("latest" if asked.most else "earliest") if times else ("highest" if asked.most else "lowest")
    said = f"{column.shown} {grid.shown(winners[0], column)}" if not column.is_label else grid.shown(winners[0], column)
    tie = " (a tie)" if len(winners) > 1 else ""
    text = f"{names}{tie}: {said}, the {_RANKS[asked.rank]}{order} of {len(known)} {'times' if times else 'values'}"
    text += left_out(len(rows), len(known))
    rest = [row for row in rows if row not in winners]
    operands = [operand(grid, row, column) for row in [*winners, *rest]]
    return results.claim(text, f"extreme {'most' if asked.most else 'least'} {asked.rank}", operands, str(wanted))


def total(grid: Grid, rows: Sequence[Row], column: Column, operation: str = "sum") -> Claim | None:
    """Return the sum of a column over rows."""
    called = [named(grid, row, []) for row in rows]
    return results.total(only(grid.view, called), column.name, Asked("sum" if operation == "sum" else "mean"))


def counted(grid: Grid, rows: Sequence[Row], columns: Sequence[Column]) -> Claim:
    """Return how many rows there are, by name, with the cells that they share."""
    rows = [named(grid, row, []) for row in rows]
    said = ", ".join(f"{one.shown} {grid.shown(rows[0], one)}" for one in columns if not one.is_label)
    text = f"{len(rows)}: {results.joined([row.name for row in rows])}{f' ({said})' if said else ''}"
    return results.claim(text, "list", [results.operand(grid.view, row, "") for row in rows], str(len(rows)))


def trend(
    grid: Grid, rows: Sequence[Row], columns: tuple[Column, Column], *, more: bool, target: Sequence[Column]
) -> Claim | None:
    """Return the rows whose first column is above the second, or below it."""
    known = [row for row in rows if all(grid.order(row, column) is not None for column in columns)]
    if len(known) < 2:
        return None
    kept = [row for row in known if _is_more(grid, row, columns, more=more)]
    called = {row.name: named(grid, row, target).name for row in known}
    a, b = (column.shown for column in columns)
    pairs = [
        f"{called[row.name]} ({grid.shown(row, columns[0])} against {grid.shown(row, columns[1])})" for row in kept
    ]
    side = "above" if more else "below"
    text = f"{results.joined(pairs)}: {a} {side} {b}" if kept else f"None of {len(known)} has {a} {side} {b}"
    operands = [operand(grid, row, column) for row in known for column in columns]
    return results.claim(text, f"pairs {'more' if more else 'less'}", operands, " | ".join(row.name for row in kept))


def _is_more(grid: Grid, row: Row, columns: tuple[Column, Column], *, more: bool) -> bool:
    a, b = (grid.order(row, column) or Decimal(0) for column in columns)
    return a > b if more else a < b


def of_pair(grid: Grid, rows: Sequence[Row], columns: Sequence[Column], asked: Asked) -> Claim | None:
    """Return the difference, ratio or comparison of two rows in a column, or of two columns in a row."""
    if len(rows) == 2 and len(columns) == 1:
        if columns[0].kind in ("duration", "clock", "date") and asked.operation == "difference":
            return _apart(grid, rows, columns[0])
        return results.pair(grid.view, columns[0].name, rows, asked)
    if len(rows) == 1 and len(columns) == 2:
        view = as_column(grid.view, rows[0], [column.name for column in columns])
        made = results.pair(view, rows[0].name, view.rows, asked) if len(view.rows) == 2 else None
        return _by_row(made, rows[0].name, columns) if made else None
    return None


def _by_row(made: Claim, row: str, columns: Sequence[Column]) -> Claim:
    """Return a claim on two columns with the row's name put before it: "Glues: Revenue 2024 is 344.9"."""
    text = made["text"]
    for column in columns:
        text = text.replace(f"{row} of {column.name}", f"{row}: {column.name}").replace(
            f"that of {column.name}", column.name
        )
    return {**made, "text": text}


def _apart(grid: Grid, rows: Sequence[Row], column: Column) -> Claim | None:
    """Return the distance of two times of a column: seconds of results, minutes of clock times, days of dates."""
    values = [grid.order(row, column) for row in rows]
    if any(value is None for value in values):
        return None
    a, b = (value for value in values if value is not None)
    unit = {"duration": "seconds", "clock": "minutes", "date": "days"}[column.kind]
    high, low = (rows[0], rows[1]) if a >= b else (rows[1], rows[0])
    shown = f"{grid.shown(high, column)} − {grid.shown(low, column)} = {abs(a - b)} {unit}"
    text = f"The difference in {column.shown} between {rows[0].name} and {rows[1].name}: {shown}"
    return results.claim(text, "difference", [operand(grid, row, column) for row in rows], str(abs(a - b)))


def span(grid: Grid, start: tuple[Row, Column], end: tuple[Row, Column]) -> Claim | None:
    """Return the time from one cell to another: of clock times in hours and minutes, of dates in days."""
    first, last = grid.shown(*start), grid.shown(*end)
    length = length_of_span(first, last)
    if length is None:
        return None
    ends = [f"{_place(grid, start, end)} {first}", f"{_place(grid, end, start)} {last}"]
    who = start[0].name if start[0] is end[0] else start[1].shown
    result = spelled(length) if clock_minutes(first) is not None else f"{length} {'day' if length == 1 else 'days'}"
    text = f"{who}: {result} ({' to '.join(ends)})"
    return results.claim(text, "span", [operand(grid, *start), operand(grid, *end)], result)


def _place(grid: Grid, one: tuple[Row, Column], other: tuple[Row, Column]) -> str:
    return one[1].shown if one[0] is other[0] else grid.shown(one[0], grid.label)


def length_of_span(first: str, last: str) -> int | None:
    """Return the minutes between two clock times, or the days between two dates; None for other texts."""
    minutes = minutes_between(first, last)
    if minutes is not None:
        return minutes
    a, b = date_number(first), date_number(last)
    return int(b - a) if a is not None and b is not None and b >= a else None


def spelled(minutes: int) -> str:
    """Return minutes as hours and minutes."""
    hours, rest = divmod(minutes, _HOUR)
    return f"{hours} h {rest} min ({minutes} minutes)" if hours else f"{rest} minutes"


def extreme_span(grid: Grid, rows: Sequence[Row], ends: tuple[Column, Column], asked: Wanted) -> Claim | None:
    """Return the row with the shortest or longest time between two columns."""
    start, end = ends
    known = [(row, length_of_span(grid.shown(row, start), grid.shown(row, end))) for row in rows]
    known = [(row, length) for row, length in known if length is not None]
    lengths = sorted({length for _, length in known if length is not None}, reverse=asked.most)
    if len(known) < 2 or len(lengths) < asked.rank:
        return None
    wanted = lengths[asked.rank - 1]
    winners = [row for row, length in known if length == wanted]
    clock = clock_minutes(grid.shown(winners[0], start)) is not None
    result = spelled(wanted) if clock else f"{wanted} days"
    order = f"{_RANKS[asked.rank]}{'longest' if asked.most else 'shortest'}"
    shown = f"{start.shown} {grid.shown(winners[0], start)}, {end.shown} {grid.shown(winners[0], end)}"
    text = f"{results.joined([row.name for row in winners])}: {result} ({shown}), the {order} of {len(known)}"
    ordered = [*winners, *(row for row, _ in known if row not in winners)]
    operands = [operand(grid, row, column) for row in ordered for column in ends]
    return results.claim(text, f"spans {'most' if asked.most else 'least'} {asked.rank}", operands, result)


def share(grid: Grid, row: Row, column: Column) -> Claim | None:
    """Return the share of a row in a column's total, in percent: of the printed total, else of the sum."""
    printed = [one for one in grid.view.totals if grid.order(one, column) is not None]
    whole = printed[:1] if len(printed) == 1 else [one for one in grid.rows if grid.order(one, column) is not None]
    part, values = grid.order(row, column), [grid.order(one, column) or Decimal(0) for one in whole]
    if part is None or len(printed) > 1 or sum(values) <= 0 or min(values) < 0 or part < 0:
        return None
    result = str((part / sum(values) * 100).quantize(Decimal("0.1"), ROUND_HALF_UP))
    below = grid.shown(whole[0], column) if printed else f"({' + '.join(grid.shown(one, column) for one in whole)})"
    text = f"{row.name}: {column.shown} {grid.shown(row, column)} / {below} = {result} %"
    return results.claim(text, "share", [operand(grid, one, column) for one in (row, *whole)], result)
