"""A check of computed results: every cell must be in its quoted row, and the result must follow from the cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

from graph.types import Claim, Computation, Operand
from loaders.text.dates import clock_minutes, date_number, duration_seconds, minutes_between
from loaders.text.numbers import cell_values, find_numbers
from loaders.text.units import measured

_FAILURE = "its result does not follow from the cells that it names"


def failure_of_result(claim: Claim, computation: Computation) -> str:
    """Return the reason why a computed claim fails; "" if its cells are in the quoted rows and give its result."""
    operands = computation["operands"]
    for one in operands:
        if one["cell"] and one["cell"] not in one["quote"]:
            return f"{one['cell']} is not in the row that it is quoted from"
        if one["value"] and Decimal(one["value"]) not in _readings(one["cell"]):
            return f"{one['cell']} is not {one['value']}"
    operation, *rest = computation["operation"].split()
    holds = _RULES.get(operation)
    if holds is None or not holds(computation, rest):
        return _FAILURE
    unknown = _numbers_without_source(claim["text"], computation)
    return f"its cells do not hold {', '.join(unknown)}" if unknown else ""


def _readings(cell: str) -> tuple[Decimal | int | None, ...]:
    """Return the possible sort keys of a cell: its number, its value in the smallest unit, duration, day and time."""
    whole = measured(cell)
    return (
        *cell_values(cell), whole and whole.amount, duration_seconds(cell), date_number(cell), clock_minutes(cell)
    )  # fmt: skip


def _numbers_without_source(text: str, computation: Computation) -> list[str]:
    """Return the numbers of a text that are no cell, label, column, condition, count or result."""
    operands = computation["operands"]
    known = [part for one in operands for part in (one["cell"], one["column"], one["label"], one["quote"])]
    known += [computation["result"], computation["low"], computation["high"], computation["table"]]
    held = {reading for part in known for number in find_numbers(part) for reading in number.readings}
    filled = sum(bool(one["value"]) for one in operands)
    rows = len({(one["quote"], one["label"]) for one in operands})
    held |= {str(count) for count in (0, filled, rows, len(operands), len(operands) - filled)}
    return [number.text for number in find_numbers(text) if held.isdisjoint(number.readings)]


def _values(operands: Sequence[Operand]) -> list[Decimal]:
    return [Decimal(one["value"]) for one in operands if one["value"]]


def _same(result: str, value: Decimal) -> bool:
    """Return whether a written result equals a value rounded to the result's decimals."""
    for read in cell_values(result):
        exponent = read.as_tuple().exponent
        places = Decimal(1).scaleb(exponent) if isinstance(exponent, int) else Decimal(1)
        if read == value.quantize(places, ROUND_HALF_UP):
            return True
    return False


def _sum(computation: Computation, _: Sequence[str]) -> bool:
    return _same(computation["result"], sum(_values(computation["operands"]), Decimal(0)))


def _mean(computation: Computation, _: Sequence[str]) -> bool:
    values = _values(computation["operands"])
    return bool(values) and _same(computation["result"], sum(values, Decimal(0)) / len(values))


def _difference(computation: Computation, _: Sequence[str]) -> bool:
    values = _values(computation["operands"])
    return len(values) == 2 and _same(computation["result"], abs(values[0] - values[1]))


def _ratio(computation: Computation, _: Sequence[str]) -> bool:
    values = _values(computation["operands"])
    return len(values) == 2 and values[1] != 0 and _same(computation["result"], values[0] / values[1])


def _change(computation: Computation, _: Sequence[str]) -> bool:
    values = _values(computation["operands"])
    return len(values) == 2 and values[0] > 0 and _same(computation["result"], (values[1] / values[0] - 1) * 100)


def _time(computation: Computation, rest: Sequence[str]) -> bool:
    """Return whether the first cell is the earliest or the latest of all times."""
    times = [clock_minutes(one["cell"]) for one in computation["operands"]]
    known = [time for time in times if time is not None]
    wanted = min(known, default=None) if rest == ["earliest"] else max(known, default=None)
    return (
        len(known) == len(times) and times[0] == wanted and computation["operands"][0]["cell"] == computation["result"]
    )


def _extreme(computation: Computation, rest: Sequence[str]) -> bool:
    order, rank = rest[0], int(rest[1])
    values = sorted(set(_values(computation["operands"])), reverse=order == "most")
    first = computation["operands"][0]["value"]
    return len(values) >= rank and bool(first) and Decimal(first) == values[rank - 1] == Decimal(computation["result"])


def _yes_no(computation: Computation, rest: Sequence[str]) -> bool:
    if computation["low"] or computation["high"]:
        inside = _is_inside(computation["operands"][0], computation, rest)
        return computation["result"] == ("Yes" if inside else "No")
    a, b = _values(computation["operands"])
    return computation["result"] == ("Yes" if (a > b if rest[0] == "most" else a < b) else "No")


def _comparison(computation: Computation, rest: Sequence[str]) -> bool:
    (a, b), (first, second) = _values(computation["operands"]), (one["label"] for one in computation["operands"])
    winner = "Neither" if a == b else first if (a > b) == (rest[0] == "most") else second
    return computation["result"] == winner


def _condition(computation: Computation, rest: Sequence[str]) -> bool:
    """Return whether the result names or counts exactly the rows whose values fulfil the condition."""
    inside = [one for one in computation["operands"] if one["value"] and _is_inside(one, computation, rest)]
    return computation["result"] in (" | ".join(one["label"] for one in inside), str(len(inside)))


def _is_inside(one: Operand, computation: Computation, rest: Sequence[str]) -> bool:
    value, low, high = Decimal(one["value"]), computation["low"], computation["high"]
    if "inclusive" in rest and value in [Decimal(limit) for limit in (low, high) if limit]:
        return True
    return (not low or value > Decimal(low)) and (not high or value < Decimal(high))


def _same_text(computation: Computation, _: Sequence[str]) -> bool:
    """Return whether the result is the number of cells that equal the text of the condition."""
    return computation["result"] == str(sum(one["cell"] == computation["low"] for one in computation["operands"]))


def _list(computation: Computation, _: Sequence[str]) -> bool:
    return computation["result"] == str(len({one["label"] for one in computation["operands"]}))


def _pairs(computation: Computation, rest: Sequence[str]) -> bool:
    """Return whether the result names exactly the rows whose first cell is above, or below, their second."""
    pairs = zip(computation["operands"][::2], computation["operands"][1::2], strict=True)
    kept = [a["label"] for a, b in pairs if _is_above(a, b, more=rest == ["more"])]
    return computation["result"] == " | ".join(kept)


def _is_above(a: Operand, b: Operand, *, more: bool) -> bool:
    first, second = Decimal(a["value"]), Decimal(b["value"])
    return first > second if more else first < second


def _changes(computation: Computation, rest: Sequence[str]) -> bool:
    """Return whether the first row has the largest rise or fall, as an amount and as a share of its first cell."""
    values = _values(computation["operands"])
    sign = 1 if rest == ["rise"] else -1
    changes = [(sign * (after - before), before) for before, after in zip(values[::2], values[1::2], strict=True)]
    if len(values) != len(computation["operands"]) or any(before <= 0 for _, before in changes):
        return False
    (change, whole), *others = changes
    most = all(change > other and change / whole > other / before for other, before in others)
    return bool(others) and change > 0 and most and _same(computation["result"], change)


def _span(computation: Computation, _: Sequence[str]) -> bool:
    start, end = computation["operands"]
    return _is_length(computation["result"], _length(start["cell"], end["cell"]))


def _spans(computation: Computation, rest: Sequence[str]) -> bool:
    """Return whether the first two cells are the shortest or longest time apart, and the result is that time."""
    pairs = zip(computation["operands"][::2], computation["operands"][1::2], strict=True)
    lengths = [_length(start["cell"], end["cell"]) for start, end in pairs]
    known = sorted({length for length in lengths if length is not None}, reverse=rest[0] == "most")
    rank = int(rest[1])
    return len(known) >= rank and lengths[0] == known[rank - 1] and _is_length(computation["result"], lengths[0])


def _length(first: str, last: str) -> int | None:
    """Return the minutes between two clock times, or the days between two dates."""
    minutes = minutes_between(first, last)
    if minutes is not None:
        return minutes
    a, b = date_number(first), date_number(last)
    return None if a is None or b is None else int(b - a)


def _is_length(result: str, length: int | None) -> bool:
    return length is not None and str(length) in re.findall(r"\d+", result)


def _share(computation: Computation, _: Sequence[str]) -> bool:
    part, *whole = _values(computation["operands"])
    return bool(whole) and sum(whole) > 0 and _same(computation["result"], part / sum(whole, Decimal(0)) * 100)


def _cell(computation: Computation, _: Sequence[str]) -> bool:
    return any(one["cell"] for one in computation["operands"])


_RULES: Mapping[str, Callable[[Computation, Sequence[str]], bool]] = {
    "sum": _sum, "mean": _mean, "difference": _difference, "change": _change, "ratio": _ratio, "extreme": _extreme,
    "yes-no": _yes_no, "comparison": _comparison, "filter": _condition, "count": _condition, "same": _same_text,
    "list": _list, "cell": _cell, "time": _time, "pairs": _pairs, "changes": _changes,
    "span": _span, "spans": _spans, "share": _share,
}  # fmt: skip
