"""Results computed from a table, as claims that show the arithmetic and name every cell used."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal

from graph.storage.rows import ChunkRow
from graph.tables.label_forms import are_of_different_kinds
from graph.tables.matching import Match
from graph.tables.measures import IS_PERIOD
from graph.tables.open_values import is_settled_by_numbers, left_out
from graph.tables.operations import Asked
from graph.tables.sums import counts_rows
from graph.tables.views import Row, TableView
from graph.types import Claim, Computation, Operand
from loaders.text.numbers import cell_values
from loaders.text.raised_signs import without_notes

_GROUPED = 1000  # from this number on thousands are separated
MAX_SHOWN = 30
"""Operands that a sum writes out; a longer one shows the first and the last."""
PAIRS = frozenset({"difference", "change", "ratio", "comparison", "yes-no"})
"""Operations on two rows."""
NO_PROSE = ("row", "heading", "caption", "struck")
"""Kinds of sentences that are not running text."""
MEAN = re.compile(r"\b(?:averages?|mean|avg|durchschnitt|mittelwert|moyenne|promedio|media)\b", re.IGNORECASE)
"""The label of the row that a table prints for its own mean."""


@dataclass(slots=True)
class TableAnswer:
    """The answer of tables to a question: claims and their chunks, or what is missing; empty where no table decides."""

    claims: list[Claim] = field(default_factory=list)
    chunks: list[ChunkRow] = field(default_factory=list)
    absence: str = ""
    """A sentence that says which row, column or value is missing; "" if there are claims, or nothing is known."""


def operand(view: TableView, row: Row, column: str) -> Operand:
    """Return a cell as an operand of a computation."""
    value = view.order(row, column)
    return Operand(
        label=row.name, column=column, cell=row.cells.get(column, ""), value="" if value is None else str(value),
        chunk=row.chunk, quote=row.text,
    )  # fmt: skip


def shown(row: Row, column: str) -> str:
    """Return a cell as an answer shows it: as it is printed, without its note marks."""
    return without_notes(row.cells[column])


def claim(
    text: str, operation: str, operands: Sequence[Operand], result: str, limits: tuple[str, str] | None = None
) -> Claim:
    """Return a claim with a result, quoted from the row of its first operand."""
    low, high = limits or ("", "")
    computation = Computation(
        operation=operation, operands=list(operands), result=result, low=low, high=high, table="",
    )  # fmt: skip
    return Claim(text=text, chunk=operands[0]["chunk"], quote=operands[0]["quote"], computation=computation)


def cells(found: Match, columns: Sequence[str]) -> list[Claim]:
    """Return a claim for each row that is asked for, with its cells of these columns."""
    claims = []
    for row in found.rows:
        said = [f"{column} {shown(row, column)}".strip() for column in columns if column in row.cells]
        if said:
            claims.append(
                claim(f"{row.name}: {', '.join(said)}", "cell", [operand(found.view, row, c) for c in columns], "")
            )
    return claims


_ORDER = re.compile(
    r"\b(?:rank|place|position|pos|order|level|stage|grade|score|rating|year|\w+[^\Ws]s)\b", re.IGNORECASE
)
"""Headers of columns whose numbers from 1 on are values and do not only number rows: an order, a count ("Bedrooms")."""


def extreme(view: TableView, column: str, asked: Asked) -> Claim | None:
    """Return which row has the highest or lowest value, or the second one; all rows that share the value are named.

    None where too few values are known, and for a column that only numbers the rows: the smallest plot is not "Plot 1".
    """
    if numbers_rows(view, column) or view.has_unread(column):
        return None
    orders = [(row, view.order(row, column)) for row in view.rows]
    cells = [(row.cells.get(column, ""), value) for row, value in orders]
    known = [(row, value) for row, value in orders if value is not None]
    without = left_out(len(orders), len(known))
    if asked.of_losses and any(value < 0 for _, value in known):  # the largest loss is the lowest number
        known = [(row, value) for row, value in known if value < 0]
        asked = replace(asked, most=not asked.most)
    values = sorted({value for _, value in known}, reverse=asked.most)
    if len(known) < 2 or len(values) < asked.rank or not is_settled_by_numbers(cells, most=asked.most):
        return None
    wanted = values[asked.rank - 1]
    winners = [row for row, value in known if value == wanted]
    order = {1: "", 2: "second ", 3: "third ", 4: "fourth ", 5: "fifth "}[asked.rank]
    how = f"the {order}{'highest' if asked.most else 'lowest'} of {len(known)} values"
    tie = " (a tie)" if len(winners) > 1 else ""
    names = joined([named_in_words(view, row) for row in winners])
    text = f"{names}{tie}: {column} {shown(winners[0], column)}, {how}{without}"
    rest = [row for row, _ in known if row not in winners] + [row for row, value in orders if value is None]
    operands = [operand(view, row, column) for row in [*winners, *rest]]
    return claim(text, f"extreme {_order(asked)} {asked.rank}", operands, str(wanted))


_ORDINAL = re.compile(r"\W*\d+(?:st|nd|rd|th)?\W*", re.IGNORECASE)


def named_in_words(view: TableView, row: Row) -> str:
    """Return a row's name; of rows that are only numbered ("4th") with its first cell of words: "4th, Nora Finch"."""
    if not all(_ORDINAL.fullmatch(one.label) or not one.label.strip(" -–—") for one in view.rows):
        return row.name
    words = [column for column in view.columns if all(view.order(one, column) is None for one in view.rows)]
    cell = next((shown(row, column) for column in words if column in row.cells), "")
    return f"{row.name}, {cell}" if cell else row.name


def numbers_rows(view: TableView, column: str) -> bool:
    """Return whether a column only numbers the rows."""
    return counts_rows(view, column) and not _ORDER.search(column)


def filtered(view: TableView, column: str, asked: Asked) -> Claim | None:
    """Return which rows fulfil a condition, or how many do; None if its numbers cannot be parsed."""
    limits = _limits(view, column, asked)
    known = _known(view, column)
    if limits is None or not known or view.has_unread(column):
        return None
    rows = [row for row, value in known if _is_inside(value, limits, inclusive=asked.inclusive)]
    counts, condition = asked.operation == "count", _condition(asked)
    if not rows:
        text = f"{0 if counts else 'None'}: no row has {column} {condition}"
    elif counts:
        text = f"{len(rows)}: {joined([row.name for row in rows])} {_have(rows)} {column} {condition}"
    else:
        named = [f"{row.name} ({shown(row, column)})" for row in rows]
        text = f"{joined(named)} {_have(rows)} {column} {condition}"
    result = str(len(rows)) if counts else " | ".join(row.name for row in rows)
    operands = [operand(view, row, column) for row, _ in known]
    return claim(text, _how(asked), operands, result, limits)


def fulfils(view: TableView, column: str, row: Row, asked: Asked) -> Claim | None:
    """Return yes or no, with the cell, for whether a cell fulfils a condition."""
    limits, value = _limits(view, column, asked), view.value(row, column)
    if limits is None or value is None:
        return None
    yes = "Yes" if _is_inside(value, limits, inclusive=asked.inclusive) else "No"
    text = f"{yes}: {column} of {row.name} is {shown(row, column)}"
    return claim(text, _how(asked), [operand(view, row, column)], yes, limits)


def _how(asked: Asked) -> str:
    return f"{asked.operation} inclusive" if asked.inclusive else asked.operation


_GROUPED_NUMBER = re.compile(r"\W*\d{1,3}(?:,\d{3})+\W*")
_THREE_PLACES = re.compile(r"(?<![\d.,])\d+,\d{3}(?![\d.,])")


def _limits(view: TableView, column: str, asked: Asked) -> tuple[str, str] | None:
    """Return the limits of a condition in canonical notation; None if one cannot be parsed.

    A comma before three digits separates thousands, even where the table has decimal commas, unless its column has
    three decimals: a question in English says "above 1,808" of 2.950.
    """
    decimal = view.decimal
    places = any(_THREE_PLACES.search(row.cells.get(column, "")) for row in view.rows)
    marks = [
        "." if decimal == "," and _GROUPED_NUMBER.fullmatch(text) and not places else decimal
        for text in (asked.low, asked.high)
    ]
    found = [cell_values(text, mark) if text else () for text, mark in zip((asked.low, asked.high), marks, strict=True)]
    if (asked.low and not found[0]) or (asked.high and not found[1]):
        return None
    low, high = (str(values[0]) if values else "" for values in found)
    return low, high


def _is_inside(value: Decimal, limits: tuple[str, str], *, inclusive: bool) -> bool:
    low, high = limits
    if inclusive and value in [Decimal(limit) for limit in limits if limit]:
        return True
    return (not low or value > Decimal(low)) and (not high or value < Decimal(high))


def _have(rows: Sequence[Row]) -> str:
    return "has" if len(rows) == 1 else "have"


def _condition(asked: Asked) -> str:
    if asked.low == asked.high:
        return f"of {asked.low}"
    if asked.low and asked.high:
        return f"between {asked.low} and {asked.high}"
    if asked.inclusive:
        return f"of at least {asked.low}" if asked.low else f"of at most {asked.high}"
    return f"above {asked.low}" if asked.low else f"below {asked.high}"


def total(view: TableView, column: str, asked: Asked) -> Claim | None:
    """Return the sum or the mean of a column, without its total rows; None where rows measure different things."""
    known = _known(view, column)
    by_period = IS_PERIOD.search(column) is not None
    if len(known) < 2 or view.has_unread(column) or (by_period and are_of_different_kinds(view.rows)):
        return None
    added = sum((value for _, value in known), Decimal(0))
    summands = [shown(row, column) for row, _ in known]
    if len(summands) > MAX_SHOWN:
        summands = [*summands[:3], "...", summands[-1]]
    terms = " + ".join(summands)
    operands = [operand(view, row, column) for row in view.rows]
    without = len(view.rows) - len(known)
    note = f" ({without} without a value left out)" if without else ""
    if asked.operation == "sum":
        result = written(added, view)
        text = f"The sum of {column} over {len(known)} rows{note}: {terms} = {result}"
    else:
        digits = max(1, 1 + max(_places(value) for _, value in known))
        mean = (added / len(known)).quantize(Decimal(1).scaleb(-min(digits, 4)), ROUND_HALF_UP)
        result = written(mean, view)
        text = f"The mean of {column} over {len(known)} rows{note}: ({terms}) / {len(known)} = {result}"
    return claim(text, asked.operation, operands, result)


def pair(view: TableView, column: str, rows: Sequence[Row], asked: Asked) -> Claim | None:
    """Return the difference, the ratio or the comparison of two cells."""
    rows = list(rows[::-1] if asked.inverted else rows)
    read = view.order if asked.operation in ("comparison", "yes-no") else view.value
    values = [read(row, column) for row in rows]
    if any(value is None for value in values):
        return None
    a, b = (value for value in values if value is not None)
    make = {"difference": _difference, "change": _change, "ratio": _ratio, "yes-no": _yes_no}.get(
        asked.operation, _comparison
    )
    return make(_Pair(view, column, rows[0], rows[1], a, b), asked)


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two cells of one column."""

    view: TableView
    column: str
    first: Row
    second: Row
    a: Decimal
    b: Decimal

    @property
    def shown(self) -> tuple[str, str]:
        """The two cells as they are printed."""
        return shown(self.first, self.column), shown(self.second, self.column)

    @property
    def operands(self) -> list[Operand]:
        """The two cells as operands of a computation."""
        return [operand(self.view, row, self.column) for row in (self.first, self.second)]


def _difference(two: _Pair, _: Asked) -> Claim:
    result = written(abs(two.a - two.b), two.view)
    high, low = two.shown if two.a >= two.b else two.shown[::-1]
    text = f"The difference in {two.column} between {two.first.name} and {two.second.name}: {high} − {low} = {result}"
    return claim(text, "difference", two.operands, result)


def _ratio(two: _Pair, _: Asked) -> Claim | None:
    if two.b == 0:
        return None
    ratio = (two.a / two.b).quantize(Decimal("0.01"), ROUND_HALF_UP)
    result = written(ratio, two.view) if ratio >= _GROUPED else format(ratio, "f")
    text = f"{two.column} of {two.first.name} to that of {two.second.name}: {' / '.join(two.shown)} = {result}"
    return claim(text, "ratio", two.operands, result)


def _change(two: _Pair, _: Asked) -> Claim | None:
    """Return the change from the earlier value to the later one in percent; None from zero, or between two signs."""
    if two.first.label.isdigit() and two.second.label.isdigit() and int(two.first.label) > int(two.second.label):
        two = _Pair(two.view, two.column, two.second, two.first, two.b, two.a)
    if two.a <= 0 or two.b < 0:
        return None
    change = ((two.b - two.a) / two.a * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)
    result = written(change, two.view)
    before, after = two.shown
    text = f"{two.column} of {two.first.name} to {two.second.name}: ({after} − {before}) / {before} = {result} %"
    return claim(text, "change", two.operands, result)


def _yes_no(two: _Pair, asked: Asked) -> Claim:
    yes = "Yes" if (two.a > two.b if asked.most else two.a < two.b) else "No"
    text = f"{yes}: {two.column} of {two.first.name} is {two.shown[0]}, that of {two.second.name} {two.shown[1]}"
    return claim(text, f"yes-no {_order(asked)}", two.operands, yes)


def _comparison(two: _Pair, asked: Asked) -> Claim:
    if two.a == two.b:
        text = f"Neither: {two.column} of {two.first.name} and {two.second.name} is {two.shown[0]} for both"
        return claim(text, "comparison most", two.operands, "Neither")
    wins = (two.a > two.b) == asked.most
    winner, cells_shown = (two.first, two.shown) if wins else (two.second, two.shown[::-1])
    text = f"{winner.name} has the {'higher' if asked.most else 'lower'} {two.column}: {' against '.join(cells_shown)}"
    return claim(text, f"comparison {_order(asked)}", two.operands, winner.name)


def _order(asked: Asked) -> str:
    return "most" if asked.most else "least"


def listed(view: TableView) -> Claim:
    """Return all rows of a table by name."""
    operands = [operand(view, row, "") for row in view.rows]
    names = list(dict.fromkeys(row.name for row in view.rows))
    made = claim(f"{view.title} lists {len(names)}: {', '.join(names)}", "list", operands, str(len(names)))
    return named_by(made, view.title)


def named_by(made: Claim, table: str, text: str = "") -> Claim:
    """Return a claim with its table's name added, and another text if one is given."""
    return {**made, "text": text or made["text"], "computation": {**made["computation"], "table": table}}


def written(value: Decimal, view: TableView) -> str:
    """Return a number with the table's separators of decimals and thousands."""
    text = f"{value:,f}"
    if view.decimal == ",":
        return text.replace(",", "\0").replace(".", ",").replace("\0", ".")
    return text


def _known(view: TableView, column: str) -> list[tuple[Row, Decimal]]:
    return [(row, value) for row in view.rows if (value := view.value(row, column)) is not None]


def _places(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def joined(names: Sequence[str]) -> str:
    """Return names as one text: "A, B and C"."""
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]
