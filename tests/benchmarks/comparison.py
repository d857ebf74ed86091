"""Comparison of two implementations, measured in turns so that other load on the machine affects both alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

Measure = Callable[[], float]
"""One measurement; returns its value: seconds, rows per second, requests."""

Bound = Literal["most", "least", "none"]


@dataclass(frozen=True)
class Samples:
    """The values measured for one side of a comparison, in order of measurement."""

    name: str
    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def spread(self) -> tuple[float, float]:
        """The quartiles."""
        if len(self.values) == 1:
            return self.values[0], self.values[0]
        low, _, high = statistics.quantiles(self.values, n=4, method="inclusive")
        return low, high


@dataclass(frozen=True)
class Comparison:
    """The samples of one side compared with those of the other, or with a limit where there is no other side.

    Args:
        name: A word or two to find it by.
        what: A sentence: what is compared.
        unit: Of the values: "s", "ms", "rows/s", "pages/s", "MB", "requests".
        limit: The limit of the ratio of the medians, or of the one median; `bound` says from which side.
        note: A remark.
    """

    name: str
    what: str
    unit: str
    left: Samples
    right: Samples | None = None
    limit: float | None = None
    bound: Bound = "none"
    note: str = ""

    @property
    def figure(self) -> float:
        """The figure that the limit applies to: left over right, or the left median alone."""
        return self.left.median / self.right.median if self.right else self.left.median

    @property
    def holds(self) -> bool | None:
        """Whether the limit is kept; None where there is none."""
        if self.limit is None or self.bound == "none":
            return None
        return self.figure <= self.limit if self.bound == "most" else self.figure >= self.limit

    def row(self) -> dict[str, Any]:
        """Return the measurements and the verdict as JSON."""
        found = asdict(self)
        for place, side in (("left", self.left), ("right", self.right)):
            if side:
                low, high = side.spread
                values = [_short(value) for value in side.values]
                found[place] = {
                    "name": side.name, "median": _short(side.median), "low": _short(low), "high": _short(high),
                    "values": values,
                }  # fmt: skip
        return found | {"figure": _short(self.figure), "holds": self.holds}


@dataclass(frozen=True)
class Sizes:
    """How much is measured, in the long form or the short one; libraries lie in `folder`, all else in its `tmp`."""

    quick: bool
    folder: Path
    repeats: int = 0
    """How often each side is measured; 0 for the number of the form."""

    def of(self, long: int, short: int) -> int:
        """Return the number for the long or the short form."""
        return short if self.quick else long

    def limit(self, long: float, short: float) -> float:
        """Return the limit for the form: the short one is looser, since fixed costs weigh more in it."""
        return short if self.quick else long

    @property
    def times(self) -> int:
        """How often each side is measured."""
        return self.repeats or self.of(5, 2)

    @property
    def starts(self) -> int:
        """How often each side is measured where it is one process from start to end.

        Of five, the figure of `ask` was 1.44, 1.46 and 1.72 within a day, and that of `serve` 1.25, 1.31 and 1.01.
        """
        return self.repeats or self.of(9, 2)


WarmUp = bool | Sequence[Callable[[], object]]
"""What runs before measuring, so that all sides find models loaded and files in the cache: each of them once, or these.

A side that takes long for a large file has a warm-up with a small one.
"""


def alternate(*sides: Measure, times: int, warm: WarmUp = True) -> list[tuple[float, ...]]:
    """Measure each side `times` times, in alternating order."""
    for side in (sides if warm else ()) if isinstance(warm, bool) else warm:
        side()
    found: list[list[float]] = [[] for _ in sides]
    for turn in range(times):
        order = list(range(len(sides)))
        for index in order if turn % 2 == 0 else reversed(order):
            found[index].append(sides[index]())
    return [tuple(values) for values in found]


def timed(function: Callable[[], object]) -> Measure:
    """Return a measure of the seconds that a function takes."""

    def measure() -> float:
        start = time.perf_counter()
        function()
        return time.perf_counter() - start

    return measure


def compare(
    name: str,
    what: str,
    unit: str,
    sides: Sequence[tuple[str, Measure]],
    *,
    times: int,
    warm: WarmUp = True,
    **more: Any,
) -> Comparison:
    """Measure one side or two, and return their comparison."""
    values = alternate(*(measure for _, measure in sides), times=times, warm=warm)
    made = [Samples(label, found) for (label, _), found in zip(sides, values, strict=True)]
    return Comparison(name, what, unit, made[0], made[1] if len(made) > 1 else None, **more)


def _short(value: float) -> float:
    return float(f"{value:.4g}")
