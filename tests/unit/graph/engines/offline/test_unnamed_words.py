"""The words of a question that an answer may leave out, and those that it may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.app import app
from graph.engines.offline.evidence_rules import why_related
from graph.engines.offline.other_things import Evidence
from graph.engines.offline.unnamed_words import implied_by_document

MILL = "The water wheel was a key part of the mill at Dalgarven, and drove 14 looms from 1820."


def why(question: str, quote: str = MILL) -> str:
    """The rule for a quote near the question, with equal weights of words."""
    return why_related(question, Evidence(quote, ""), {})


@pytest.mark.parametrize(
    "question",
    [
        "What was a notable part of the mill at Dalgarven?",
        "What is an example of a part of the mill at Dalgarven?",
        "What typically drove the looms of the mill at Dalgarven along with the water?",
    ],
)
def test_general_words_and_few_others_need_not_be_named(question: str) -> None:
    assert why(question) == ""
    assert why_related(question, Evidence(MILL, "")) != ""  # without weights every word has to be named


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("What part of the mill at Stewarton drove the looms with water?", "Stewarton"),
        ("What drove sixteen looms of the water mill at Dalgarven?", "sixteen"),
        ("What drove the looms of the mill at Dalgarven before the water wheel of 1820?", "before"),
        ("What drove the smaller looms of the water mill at Dalgarven?", "smaller"),
        ("How many weavers and looms did the water wheel of the mill at Dalgarven have?", "weavers"),
        ("What did the wheel of the water mill at Dalgarven with its looms cost?", "cost"),
        ("What was the weight of the water wheel of the mill at Dalgarven?", "weight"),
        ("What was the inscription on the water wheel of the mill at Dalgarven with the looms?", "inscription"),
        ("What drove the unmarked looms of the cotton mill at Dalgarven by water?", "unmarked"),
        ("What drove the looms of the saw mill at Dalgarven with a water wheel?", "saw"),
    ],
)
def test_what_tells_one_thing_from_another_has_to_be_named(question: str, says: str) -> None:
    quote = "A water wheel drove the 14 looms of the cotton mill at Dalgarven from 1820."
    assert says in why(question, quote)


def test_a_name_alone_does_not_answer_what_is_asked_of_it() -> None:
    assert "call" in why("What did Dalgarven call it?")
    assert "loom" in why("What does the Dalgarven loom belong to?", "Dalgarven was founded in 1820.")


def test_many_words_cannot_be_left_out() -> None:
    assert "patterns" in why("What carved patterns at the mill?")


def test_the_only_row_of_a_common_noun_is_meant() -> None:
    row = "Catches. Common herrings | 2024: 71"
    alone = Evidence(row, "", "Common herrings", "Catches", is_alone=True)
    assert why_related("How many herrings were in the catches of 2024?", alone) == ""
    one_of_two = Evidence(row, "", "Common herrings", "Catches")
    assert "Common herrings" in why_related("How many herrings were in the catches of 2024?", one_of_two)
    name = Evidence("Catches. North Gannet | 2024: 71", "", "North Gannet", "Catches", is_alone=True)
    assert "North Gannet" in why_related("What were the catches of Gannet in 2024?", name)


def test_a_quote_leaves_the_place_of_its_document_out_but_no_other() -> None:
    question = "What does a ticket to the museum cost?"
    assert implied_by_document(question, ["museum"], "A ticket costs 4 euros.") == "museum"
    assert implied_by_document(question, [], "A ticket costs 4 euros.") == ""
    assert implied_by_document(question, ["museum"], "A ticket to the castle costs 4 euros.") == ""


@pytest.mark.parametrize(
    ("question", "verdict"),
    [
        ("What does a day ticket to the island cost?", "proven"),
        ("What does a day ticket to the lighthouse cost?", "related"),
        ("What does a day ticket to the harbour cost?", "related"),
        ("How many kittiwake nests were occupied in 2025?", "proven"),
        ("What did the radar tide gauge cost?", "related"),
        ("Which seabird fledged the most chicks per nest?", "proven"),
    ],
)
def test_the_sample_proves_what_it_says_and_no_more(library: Path, question: str, verdict: str) -> None:
    assert app.invoke({"question": question}, context={"engine": "offline"})["verdict"] == verdict
