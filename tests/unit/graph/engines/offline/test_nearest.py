"""A sentence that fits a short question by far best answers it, unless a rival or another thing speaks against it."""

from __future__ import annotations

import numpy as np
import pytest

from graph.engines.offline.claimed_answers import (
    Implied,
    answering_chunks,
    is_about_nothing,
    mark_related,
    nearest_answer,
)
from graph.engines.offline.nearest import may_be_nearest
from graph.engines.offline.row_fit import answers_another
from graph.retrieval import terms
from graph.retrieval.scoring import Query, ScoredSentence
from graph.storage.fulltext import stem
from graph.storage.rows import ChunkRow, SentenceRow
from graph.types import Claim, Encoded

QUESTION = "how large is the fee for the stall"


def query(question: str) -> Query:
    """A question each of whose words is one token."""
    found = terms.terms(question)
    spans = tuple((term.start, term.end) for term in found)
    encoded = Encoded(np.zeros(1, np.float32), np.zeros((len(found), 1), np.int8), spans)
    weights = np.full(len(found), 1 / len(found), np.float32)
    of_names = np.zeros(len(found), np.bool_)
    return Query(question, encoded, weights, {stem(word): 1.0 for word in terms.content_terms(question)}, of_names)


def chosen(question: str, *sentences: tuple[str, float]) -> str:
    """The sentence that is claimed to answer, of sentences each with its fit (0-1)."""
    rows = tuple(SentenceRow(f"c/{at}", text, text, "prose", (1,)) for at, (text, _) in enumerate(sentences))
    chunk = ChunkRow("c", "d", "a.pdf", 0, "text", " ".join(row.text for row in rows), (1,), (), rows)
    asked = query(question)
    scored = [
        ScoredSentence("c", row, at, 0, fit, fit)
        for at, (row, (_, fit)) in enumerate(zip(rows, sentences, strict=True))
    ]
    found = nearest_answer(asked, scored, {"c": chunk}, {"d": ""})
    if found is not None:
        assert answering_chunks(asked, scored, {"c": chunk}, {"d": ""}) == {"c"}
    return found.sentence.text if found else ""


FEE = "The fee for a stall equals two weeks of rent."
RIVAL = ("Stir it with a spoon.", 0.3)


def test_what_fits_by_far_best_answers_without_saying_how_large_something_is() -> None:
    assert chosen(QUESTION, (FEE, 0.7), RIVAL) == FEE
    back = "You hear from us within eight weeks."
    assert chosen("when will I hear back", (back, 0.7), RIVAL) == back


@pytest.mark.parametrize(
    ("question", "sentences"),
    [
        (QUESTION, ((FEE, 0.7), ("The stall has two weeks.", 0.69))),  # a rival is as near
        (QUESTION, ((FEE, 0.25), ("Stir it.", 0.0))),  # the best is far from the question
        (QUESTION, (("The fee for the stall is high.", 0.7), RIVAL)),  # no value of the kind
        (QUESTION, (("The fee for the stall is paid by two men.", 0.7), RIVAL)),  # the value is no measure
        ("how large is the fee for the tent", ((FEE, 0.7), RIVAL)),  # another thing
        ("how large is the old fee for the stall", ((FEE, 0.7), RIVAL)),  # a word that tells things apart
        ("when is the fee for the stall refunded", (("The fee for the stall is due in May.", 0.7), RIVAL)),  # a deed
        ("how hot does the steam iron get", (("The steam pipe becomes hotter than 120 °C.", 0.7), RIVAL)),
        ("how many stalls have a fee", ((FEE, 0.7), RIVAL)),  # a count
        ("what makes the fee for the stall", ((FEE, 0.7), RIVAL)),  # no kind of value
    ],
)
def test_otherwise_it_is_only_related(question: str, sentences: tuple[tuple[str, float], ...]) -> None:
    assert chosen(question, *sentences) == ""


def test_which_questions_may_be_answered_so() -> None:
    assert may_be_nearest("can i freeze it", "")
    assert may_be_nearest("what if i forget a dose", "")
    assert not may_be_nearest("do i have to pay", "")
    assert not may_be_nearest("What rises during sleep?", "")


def test_a_row_of_unlike_cells_counts_no_things_of_its_label() -> None:
    row = SentenceRow(
        "c/0", "Suite 2 190", "Suite 2 190", "row", (1,), (("Room", "Suite"), ("Beds", "2"), ("Price", "190"))
    )
    assert answers_another(query("How many suites are there?"), row, "Suite: Beds 2, Price 190", [row])
    assert not answers_another(query("How many beds does the suite have?"), row, "Suite: Beds 2", [row])


def test_who_does_something_is_told_by_who_does_it() -> None:
    told = "The hoist of the mill will be replaced by Holm Lifts."
    assert chosen("who will replace the hoist", (told, 0.7), RIVAL) == told
    assert chosen("who repairs the hoist", (told, 0.7), RIVAL) == ""
    repairs = "The tenant repairs the shop window and the ovens."
    assert chosen("who cleans the shop window", (repairs, 0.7), RIVAL) == ""


def test_a_row_among_the_fourth_to_twelfth_sentences_is_no_answer_beside_a_name() -> None:
    cells = (("Feature", "Tank capacity (litres)"), ("D35", "5.5"))
    row = SentenceRow("c/1", "Tank capacity (litres) 5.5", "Tank capacity (litres): D35 5.5", "row", (1,), cells)
    told = SentenceRow("c/0", "The shop sells the D35.", "The shop sells the D35.", "prose", (1,))
    price = SentenceRow("c/2", "The D35 costs 90 pounds.", "The D35 costs 90 pounds.", "prose", (1,))
    asked = query("How much does the D35 cost?")

    def answers(*rows: SentenceRow) -> list[str]:
        chunk = ChunkRow("c", "d", "a.pdf", 0, "text", " ".join(one.text for one in rows), (1,), (), rows)
        scored = [ScoredSentence("c", one, at, 0, 0.7, 0.7) for at, one in enumerate(rows)]
        claim = Claim(text=told.text, chunk="c", quote=told.text)
        marked = mark_related(asked, [claim], scored, {"c": chunk}, {"d": ""})
        return [one["quote"] for one in marked if "related" not in one]

    assert answers(told, row) == []
    assert answers(told, row, price) == [price.text]


def test_a_sentence_that_names_what_is_asked_answers_rather_than_one_under_a_title_that_does() -> None:
    told = "We expect the work to last eleven weeks."
    others = [
        "The courtyard windows stay closed, which will take four days.",
        "After the work, open the taps for two days.",
    ]
    asked = query("How long will the works take?")

    def answers(*texts: str) -> list[str]:
        rows = [SentenceRow(f"c/{at}", text, text, "prose", (1,)) for at, text in enumerate(texts)]
        chunk = ChunkRow("c", "d", "a.pdf", 0, "text", " ".join(texts), (1,), (), tuple(rows))
        scored = [ScoredSentence("c", one, at, 0, 0.7, 0.7) for at, one in enumerate(rows)]
        claims = [Claim(text=text, chunk="c", quote=text) for text in others]
        marked = mark_related(asked, claims, scored, {"c": chunk}, {"d": "Notice: works at Elm House"})
        return [one["quote"] for one in marked if "related" not in one]

    assert answers(*others, told) == [told]
    assert answers(*others) == others[1:]


def test_the_head_of_a_noun_and_the_deed_that_is_dated_have_to_be_named() -> None:
    club = "The chess club meets on Mondays at 3 pm."
    assert chosen("when is the chess tournament", (club, 0.7), RIVAL) == ""
    made = "This lease of the house was signed on 3 May 2021."
    assert chosen("when was the house built", (made, 0.7), RIVAL) == ""
    shut = "The windows of the hall stay closed for four days in May."
    assert chosen("when will the windows be replaced", (shut, 0.7), RIVAL) == ""


@pytest.mark.parametrize(
    ("question", "answering"),
    [("How much energy was used in 2020?", []), ("How much gas was used in 2020?", ["Gas 104"])],
)
def test_rows_that_are_parts_of_what_is_asked_in_whole_do_not_answer(question: str, answering: list[str]) -> None:
    rows = tuple(
        SentenceRow(f"c/{at}", f"{label} {value}", f"Energy used in GWh | {label}: 2020 {value}", "row", (1,),
                    (("Source of energy used", label), ("2020", value)))
        for at, (label, value) in enumerate((("Gas", "104"), ("Oil", "52"), ("Solar", "14")))
    )  # fmt: skip
    chunk = ChunkRow("c", "d", "a.pdf", 0, "table", "Energy used in GWh", (1,), ("Energy used in GWh",), rows)
    asked = query(question)
    claims = [Claim(text=row.search, chunk="c", quote=row.text) for row in rows[:2]]
    scored = [ScoredSentence("c", row, at, 0, 0.7, 0.7) for at, row in enumerate(rows)]
    marked = mark_related(asked, claims, scored, {"c": chunk}, {"d": ""})
    assert [one["quote"] for one in marked if "related" not in one] == answering


@pytest.mark.parametrize(
    ("question", "fits"),
    [
        ("How deep is the Senn?", False),
        ("How long is the Senn?", True),
        ("Which rivers flow into the Senn?", False),
        ("How long is the Upper Senn?", True),
        ("How long is the Arve canal?", False),
        ("How much is a boat trip on the Senn?", False),
    ],
)
def test_a_row_fits_what_is_asked_of_it(question: str, fits: bool) -> None:
    labels = ("Senn", "Arve canal, west", "Arve canal, east")
    rows = [
        SentenceRow(f"c/{at}", label, label, "row", (1,), (("River", label), ("Length", "9"), ("Fare", "4")))
        for at, label in enumerate(labels)
    ]  # fmt: skip
    row = rows[1] if "canal" in question else rows[0]
    assert answers_another(query(question), row, f"{row.cells[0][1]}: Length 9", rows) is not fits


def test_his_number_is_that_of_the_person_whose_paper_it_is() -> None:
    chunk = ChunkRow("c", "d", "a.pdf", 0, "text", "Call 0800 555 0121.", (1,), (), ())

    def stands_for_nothing(title: str, *, alone: bool = False) -> bool:
        return is_about_nothing("what's his phone number", {"c": chunk}, {"d": title}, Implied(alone=alone))

    assert stands_for_nothing("Notice to policyholders | Beacon Home Insurance notice")
    assert not stands_for_nothing("Notice to policyholders", alone=True)
    assert not stands_for_nothing("cv | Jonas Whitaker")
    assert not stands_for_nothing("Curriculum vitae: Dr Ida Holm")


@pytest.mark.parametrize(
    ("question", "cells", "fits"),
    [
        ("Who abstained on motion 5?", (("No.", "5"), ("Abstained", "1")), False),
        ("Who abstained on the fence?", (("Motion", "Mend the fence of the yard"), ("Abstained", "1")), False),
        ("Who led motion 5?", (("No.", "5"), ("Leader", "Ms Roe")), True),
        ("When is the high season?", (("Room", "Double"), ("High season", "134")), False),
        ("When was the barn built?", (("House", "Barn"), ("Built", "1907")), True),
        ("How many parking spaces are there?", (("Charge", "Parking space"), ("Pounds a month", "85")), False),
        ("How many parking spaces are there?", (("Place", "Parking space"), ("Number", "85")), True),
        ("Who has the most goals?", (("Player", "Lena Brandt"), ("Goals", "96")), True),
        ("How much is the parking space a year?", (("Charge", "Parking space"), ("Pounds a month", "85")), False),
        ("How long is a lesson of yoga?", (("Course", "Yoga"), ("Lessons", "10")), False),
        ("How long is the course of yoga?", (("Course", "Yoga"), ("Duration (weeks)", "10")), True),
        ("How wide is the Arve?", (("River", "Arve"), ("Length (m)", "84")), False),
        ("Who is the head teacher?", (("Class", "3A"), ("Teacher", "Mr Petrov")), False),
        ("Who is the teacher of 3A?", (("Class", "3A"), ("Teacher", "Mr Petrov")), True),
        ("Which results are below the reference range?", (("Test", "TSH"), ("Reference range", "below 4")), False),
        ("Is the cholesterol too high?", (("Test", "HDL cholesterol"), ("Result", "1.6")), False),
        ("Is the HDL cholesterol too high?", (("Test", "HDL cholesterol"), ("Result", "1.6")), True),
    ],
)
def test_a_row_gives_the_kind_of_value_that_is_asked_for(
    question: str, cells: tuple[tuple[str, str], ...], fits: bool
) -> None:
    other = (cells[0][0], "Cholesterol"), cells[1]
    rows = [
        SentenceRow(f"c/{at}", label[1], label[1], "row", (1,), (label, value))
        for at, (label, value) in enumerate((cells, other))
    ]
    said = f"{cells[0][1]}: {' '.join(cells[1])}"
    assert answers_another(query(question), rows[0], said, rows) is not fits
