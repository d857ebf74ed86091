"""Questions for what something is: which they are, and which sentences say it."""

from __future__ import annotations

import pytest

from graph.retrieval.definitions import BESIDE, CLEAR, SOME, defined, defines, is_undefined
from graph.storage.rows import SentenceRow


def sentence(text: str, kind: str = "prose") -> SentenceRow:
    return SentenceRow("c/0", text, text, kind, (1,))


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("What is GRPO?", "GRPO"),
        ("what's the Whimbrel", "Whimbrel"),
        ("So what is a deductible?", "deductible"),
        ("What does TLV stand for?", "TLV"),
        ("What is meant by Group Net?", "Group Net"),
        ("Explain rejection sampling", "rejection sampling"),
        ("What is distillation?", "distillation"),
        ("Who is Edith Carrow?", "Edith Carrow"),
        ("What is the price?", ""),
        ("What is the height of the tower?", ""),
        ("What is covered?", ""),
        ("What is new?", ""),
        ("What are the limitations?", ""),
        ("What is Warsaw's symbol?", ""),
        ("What is the highest score?", ""),
        ("What is it?", ""),
        ("How is GRPO defined?", ""),
    ],
)
def test_what_a_question_asks_what_it_is(question: str, asked: str) -> None:
    assert defined(question) == asked


@pytest.mark.parametrize(
    ("question", "text", "level"),
    [
        ("What is TLV?", "TLV is the highest load that the crane may lift.", CLEAR),
        ("What is TLV?", "The total load value (TLV) is printed on the plate.", CLEAR),
        ("What is TLV?", "TLV (total load value) is printed on the plate.", CLEAR),
        ("What does TLV mean?", "TLV stands for total load value.", CLEAR),
        ("What is a deductible?", "A deductible is the part of a loss that you bear.", CLEAR),
        ("What is the Whimbrel?", "The Whimbrel, a ferry of 40 metres, left at noon.", CLEAR),
        ("What is the Whimbrel?", "They met on the Whimbrel, a ferry of 40 metres.", BESIDE),
        ("What is Norvik-2?", "Compared to Norvik-2, the advantages are small.", 0),
        ("What is Norvik-2?", "In short, by using Norvik-2, the costs can be halved.", 0),
        ("What is Norvik-2?", "Here we introduce Norvik-2, which drops the second stage.", BESIDE),
        ("What is Norvik-2?", "Norvik-2 was tested in May.", SOME),
        ("What is Norvik-2?", "Norvik-2-Mini is a model for telephones.", 0),
        ("What is Norvik-2?", "Without it, Norvik-2 could be faster.", 0),
        ("What is Norvik-2?", "It is as fast as Norvik-2.", 0),
        ("What is TLV?", "The crane's tlv is the load.", 0),
        ("What is the price?", "The price is the sum of both.", 0),
    ],
)
def test_how_clearly_a_sentence_says_it(question: str, text: str, level: int) -> None:
    assert defines(question, sentence(text)) == level


def test_what_may_be_a_value_is_not_undefined() -> None:
    """A row with the value answers "What is net income?", and a deed tells who somebody is."""
    row = sentence("Net income 5,100", "row")
    assert not is_undefined("What is net income?", row)
    assert not is_undefined("Who is Edith Carrow?", sentence("Edith Carrow founded the observatory."))
    assert is_undefined("What is Norvik-2?", sentence("Norvik-2 71.0 86.7", "row"))


def test_what_a_sign_means_is_said_by_what_it_shows() -> None:
    question = "What does the orange light mean?"
    assert not is_undefined(question, sentence("The orange lamp shows that the water has to be changed."))
    assert is_undefined(question, sentence("The orange lamp is beside the tank."))
    assert is_undefined("What does GRPO mean?", sentence("Our test shows that GRPO is quick."))
