"""Misspelt words of questions, and codes as terms of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from graph import dependencies
from graph.access import Scope
from graph.app import app
from graph.engines.offline.minilm import MiniLM
from graph.retrieval.spelling import corrected, distance, with_names
from graph.retrieval.terms import search_terms
from tests.conftest import FillHome

OFFLINE: Any = {"engine": "offline"}
TEXT = """The Whimbrelton brewery spends 4,100 euros a year on advertising. Its drivers are paid by the kilometre.

The inspectors of the brewery come twice a year. The Wheatears nest in the yard of the Pemberley cooperage.
The lamps were hung by Tern Electrical.
"""


@pytest.fixture
def brewery(tmp_path: Path, fill_home: FillHome) -> Any:
    (tmp_path / "brewery.txt").write_text(TEXT, "utf-8")
    fill_home(lambda: app.invoke({"sources": [str(tmp_path / "brewery.txt")]}, context=OFFLINE))
    return dependencies.stores(Scope.everything()).catalog


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ("How much does Whimbelton spend on advertsing?", "How much does Whimbrelton spend on advertising?"),
        ("Where is the Pemberly coperage?", "Where is the Pemberley cooperage?"),
        ("How often do the inspetcors come?", "How often do the inspectors come?"),
        ("Which inspections failed?", "Which inspections failed?"),
        ("What does the injection cost?", "What does the injection cost?"),
        ("What is owed to the electrician?", "What is owed to the electrician?"),
        ("What is owed to the elctrical firm?", "What is owed to the electrical firm?"),
        ("Wo liegt die Brauerei Whimbelton in der Nähe?", "Wo liegt die Brauerei Whimbelton in der Nähe?"),
        ("What is in whimbelton.pdf?", "What is in whimbelton.pdf?"),
    ],
)
def test_words_that_nothing_knows_are_spelt_as_the_library_does(brewery: Any, asked: str, wanted: str) -> None:
    assert corrected(asked, brewery, MiniLM().is_word) == wanted


def test_a_misspelt_question_is_answered(brewery: Any) -> None:
    result = app.invoke({"question": "How much does the Whimbelton brewry spend on advertsing?"}, context=OFFLINE)
    assert "4,100" in result["answer"]
    assert result["queries"] == ["How much does the Whimbrelton brewery spend on advertising?"]


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ("where is the pemberley cooperage?", "where is the Pemberley cooperage?"),
        ("and the whimbrelton?", "and the Whimbrelton?"),
        ("And the pemberley of Ann?", "And the pemberley of Ann?"),
        ("who pays the drivers?", "who pays the drivers?"),
        ("what is in pemberley.pdf?", "what is in pemberley.pdf?"),
    ],
)
def test_names_of_the_library_get_their_capitals_in_questions_without_any(
    brewery: Any, asked: str, wanted: str
) -> None:
    assert with_names(asked, brewery, MiniLM().is_word) == wanted


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [("pump", "pump", 0), ("pump", "pmup", 1), ("pump", "pum", 1), ("pump", "plump", 1), ("pump", "damp", 2),
     ("pump", "barge", 3), ("pump", "pumphouse", 3)],
)  # fmt: skip
def test_mistakes_are_counted_up_to_a_limit(one: str, other: str, apart: int) -> None:
    assert distance(one, other, 2) == apart


def test_codes_and_numbers_with_points_are_searched_whole() -> None:
    assert {"kx-204", "6.2"} <= set(search_terms("What does clause 6.2 say of the KX-204?"))
    assert "well-known" not in search_terms("Which well-known code is it?")
