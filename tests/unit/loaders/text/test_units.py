"""Values with units in the cells of a column: their size in one unit, and columns with several."""

from __future__ import annotations

from decimal import Decimal

import pytest

from loaders.text.units import have_different_units, in_one_unit, measured


@pytest.mark.parametrize(
    ("cell", "amount"),
    [("1 h 50 min", 6600), ("45 min", 2700), ("2 years and 6 months", 30), ("2 GB", 2 * 10**9), ("3 ft 2 in", 38)],
)
def test_a_cell_of_numbers_with_units_has_a_size(cell: str, amount: int) -> None:
    found = measured(cell)
    assert found is not None
    assert found.amount == amount


@pytest.mark.parametrize("cell", ["12", "12 (3)", "50 min 1 h", "1 h 2 km", "1,240 euros", "1,240 kg", "July 3 in 5 m"])
def test_other_cells_have_none(cell: str) -> None:
    assert measured(cell) is None


@pytest.mark.parametrize(
    ("cells", "different"),
    [
        (["45 min", "1 h"], True),
        (["1 h 5 min", "1 h 50 min"], True),
        (["45 min", "50 minutes"], False),
        (["850 kg", "14 bags"], True),
        (["$4", "€9"], True),
        (["$4", "US$ 9"], False),
        (["500M", "7B", "2 bn"], False),
        (["12", "14 %"], False),
    ],
)
def test_a_column_has_several_units(cells: list[str], *, different: bool) -> None:
    assert have_different_units(cells) == different


def test_values_of_several_kinds_have_no_common_unit() -> None:
    assert in_one_unit(["45 min", "1 h"]) == {"45 min": Decimal(2700), "1 h": Decimal(3600)}
    assert in_one_unit(["45 min", "1 km"]) == {}
    assert in_one_unit(["45 min", "soon"]) == {}
