"""Dates in short notations, spelled out for the search."""

from __future__ import annotations

import pytest

from loaders.text.charts import spelled_out
from loaders.text.dates import date_number, has_year, minutes_between, spelled_dates


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ("12 Mar | Rent", "12 March | Rent"),
        ("01 MAR", "1 March"),
        ("Mar 3", "3 March"),
        ("May 5, 2024", "5 May 2024"),
        ("03-Sept-24", "3 September-24"),
        ("2024-03-12", "12 March 2024"),
        ("12.03.2024", "12 March 2024"),
        ("25/3/24", "25 March 2024"),
        ("3/25/2024", "25 March 2024"),
    ],
)
def test_dates_are_spelled_out(written: str, spelled: str) -> None:
    assert spelled_dates(written) == spelled


@pytest.mark.parametrize("text", ["3/4/24", "1 may be", "31.02", "version 3.5.1", "Mar 12.5", "45.13.2024", "Mars 12"])
def test_what_may_be_two_dates_or_none_stays(text: str) -> None:
    assert spelled_dates(text) == text


def test_months_of_a_chart_are_spelled_out() -> None:
    assert [spelled_out(text) for text in ("Jul 2024", "Sept", "July", "Juno")] == [
        "July 2024", "September", "July", "Juno",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("earlier", "later", "days"),
    [
        ("28 February 2024", "1 March 2024", 2), ("14.02.2025", "2025-03-01", 15), ("07/2020", "August 2020", 31),
        ("3 May", "9 May", 6),
    ],
)  # fmt: skip
def test_dates_are_counted_in_days(earlier: str, later: str, days: int) -> None:
    first, last = date_number(earlier), date_number(later)
    assert first is not None
    assert last is not None
    assert last - first == days
    assert has_year(earlier) == has_year(later)


@pytest.mark.parametrize("text", ["31 April 2024", "3/4/2025", "2024", "12", "from 3 May", "03:15"])
def test_what_is_no_one_date_has_no_number(text: str) -> None:
    assert date_number(text) is None


def test_minutes_go_past_midnight() -> None:
    assert minutes_between("23:40", "01:10") == 90
    assert minutes_between("06:10", "07:05") == 55
    assert minutes_between("06:10", "7 May") is None
