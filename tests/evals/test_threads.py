"""Twenty conversations of five turns, asked offline."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.evals.threads import THREADS, run

LEAST = 95  # of 100 turns


@pytest.mark.slow
def test_conversations_of_five_turns_are_followed(home: Path) -> None:
    assert [len(thread) for thread in THREADS] == [5] * 20
    wrong = run(str(home))
    told = [f"{number}: {turn.question} -> {result['answer'][:100]!r}" for number, turn, result in wrong]
    assert 100 - len(wrong) >= LEAST, "\n".join(told)
