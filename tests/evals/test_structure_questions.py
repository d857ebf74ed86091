"""The questions on the structure of real documents, all of which come out right."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.evals.structure_questions import QUESTIONS, SHARED, run


@pytest.mark.slow
@pytest.mark.data
@pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared/data")
def test_questions_on_structure_are_answered(home: Path) -> None:
    assert len(QUESTIONS) >= 60
    wrong = [f"{asked.document}: {asked.question}: {problem}" for asked, problem, _ in run(str(home))]
    assert wrong == []
