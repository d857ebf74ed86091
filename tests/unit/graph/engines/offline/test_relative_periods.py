"""Values of last year and of the year before, which a sentence may only compare with another."""

from __future__ import annotations

import pytest

from graph.engines.offline.relative_periods import is_of_another_period

FAIR = "The fair raised £1,942, which is £310 more than last year."
CAMP = "Last year 45 children came, two more than the year before."


@pytest.mark.parametrize(
    ("question", "quote", "other"),
    [
        ("How much did last year's fair raise?", FAIR, True),
        ("How much did last year's fair raise?", "The fair raised £1,942 (last year £1,632).", False),
        ("How much did last year's fair raise?", "It raised £1,942, more than last year's £1,632.", False),
        ("How much more than last year did the fair raise?", FAIR, False),
        ("How much did the fair raise?", FAIR, False),
        ("How many children came last year?", CAMP, False),
        ("How many children came the year before last?", CAMP, True),
        ("How many rowers came in 2023?", "The race drew 480 rowers, 60 more than in 2023.", True),
        ("How many rowers came in 2023?", "The race drew 480 rowers, 60 more than in 2023 (420).", False),
        ("How many rowers came in 2023?", "From 2023 to 2024 the race drew 480 rowers.", False),
        ("How many came in August 2023?", "6,120 came in August, 310 more than in August 2023.", True),
        ("How many more rowers came than in 2023?", "It drew 480 rowers, 60 more than in 2023.", False),
        ("How many children came two years ago?", "Two years ago 43 children came, last year 45.", False),
    ],
)
def test_a_period_that_is_only_compared_is_another_one(question: str, quote: str, other: bool) -> None:
    assert is_of_another_period(question, quote) is other
