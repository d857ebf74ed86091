"""Answers of several sentences, asked offline: under a heading, in the clauses of an agreement, after a colon."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from graph.app import app
from tests.conftest import FillHome

AGREEMENT = """# Mooring agreement

This agreement is made between Wick Harbour Trust ("the Harbour") and Ola Brandt ("the Owner").

## 1 Berth

1.1 The Harbour lets berth 9 at Wick Quay to the Owner.

1.2 The berth is cleaned in the last week of May, at the end of the season.

## 2 Term

2.1 The agreement begins on 1 April 2025.

2.2 Either party may end it by three months' notice.

## 3 Breach

3.1 If the fee is late, the Harbour may terminate the berth within a week.

3.2 Should the boat sink, the Harbour can terminate at once.

## 4 Deductions

Deductions may be made for:

- unpaid fees;
- damage to the quay;
- the cost of towing.

## 5 Dangers

Ice in January.

Swell from the east.

## Section 6: Night contact

Name: Ida Holm

Telephone: 4417
"""


@pytest.fixture
def agreement(tmp_path: Path, fill_home: FillHome) -> None:
    path = tmp_path / "mooring.md"
    path.write_text(AGREEMENT, "utf-8")
    fill_home(lambda: app.invoke({"sources": [str(path)]}, context={"engine": "offline"}))


def ask(question: str) -> tuple[str, list[str]]:
    result: dict[str, Any] = app.invoke({"question": question}, context={"engine": "offline"})
    claimed = [check["claim"]["quote"] for check in result["verdicts"] if check["verdict"] == "proven"]
    return result["verdict"], claimed


@pytest.mark.usefixtures("agreement")
@pytest.mark.parametrize(
    "question",
    [
        "How can it be terminated?",
        "In what ways can the agreement be ended?",
        "List all ways to terminate the agreement.",
    ],
)
def test_all_clauses_that_say_how_are_given_and_no_others(question: str) -> None:
    verdict, claimed = ask(question)
    assert verdict == "proven"
    assert sorted(quote[:3] for quote in claimed) == ["2.2", "3.1", "3.2"]


@pytest.mark.usefixtures("agreement")
@pytest.mark.parametrize("question", ["What are the dangers?", "List the dangers.", "What dangers are there?"])
def test_a_short_section_is_the_answer_to_its_heading(question: str) -> None:
    assert ask(question) == ("proven", ["Ice in January.", "Swell from the east."])


@pytest.mark.usefixtures("agreement")
def test_a_heading_is_no_answer_but_what_stands_under_it() -> None:
    verdict, claimed = ask("Who is the night contact?")
    assert verdict == "proven"
    assert any("Ida Holm" in quote for quote in claimed)
    assert not any("Night contact" in quote for quote in claimed)


@pytest.mark.usefixtures("agreement")
def test_a_party_is_told_by_the_sentence_that_defines_it() -> None:
    verdict, claimed = ask("Who is the owner?")
    assert verdict == "proven"
    assert [("Ola Brandt" in quote) for quote in claimed] == [True]


@pytest.mark.usefixtures("agreement")
def test_what_a_party_does_says_not_who_it_is() -> None:
    _, claimed = ask("Who is the harbour master?")
    assert claimed == []


@pytest.mark.usefixtures("agreement")
def test_a_list_after_a_colon_is_given_whole() -> None:
    _, claimed = ask("What may deductions be made for?")
    assert [quote for quote in claimed if "fees" in quote or "quay" in quote or "towing" in quote] != []
    assert all(any(part in quote for quote in claimed) for part in ("unpaid fees", "damage", "towing"))


REPORT = """# The ferry survey

We asked forty passengers of the Orra ferry.

Table 1: Fares of the routes by season (crowns)

| Route | Summer | Winter |
| --- | --- | --- |
| Wick | 12 | 9 |
| Tarn | 15 | 11 |

## Discussion

Our survey has three limitations. First, it was made in one week. The weather was fair. Second, no children were asked.
Third, the answers were not checked.
"""


@pytest.fixture
def report(tmp_path: Path) -> None:
    path = tmp_path / "survey.md"
    path.write_text(REPORT, "utf-8")
    app.invoke({"sources": [str(path)]}, context={"engine": "offline"})


@pytest.mark.usefixtures("report")
def test_sentences_that_count_themselves_are_the_items_of_a_list() -> None:
    _, claimed = ask("What are the limitations of the survey?")
    assert [quote.split(",")[0] for quote in claimed] == [
        "Our survey has three limitations.",
        "First",
        "Second",
        "Third",
    ]


@pytest.mark.usefixtures("report")
def test_rows_are_not_counted_for_what_only_the_caption_names() -> None:
    assert (
        "lists 2"
        in app.invoke({"question": "How many routes does the ferry have?"}, context={"engine": "offline"})["answer"]
    )
    answer = app.invoke({"question": "How many seasons does the survey have?"}, context={"engine": "offline"})["answer"]
    assert "lists 2" not in answer


FORM = """# Membership application

Full name: Ada Lind

Date of birth: 17 November 1991

Town: Rye

Telephone: 4711
"""


@pytest.mark.usefixtures("home")
def test_the_title_of_a_form_answers_for_none_of_its_lines(tmp_path: Path) -> None:
    (tmp_path / "form.md").write_text(FORM, "utf-8")
    app.invoke({"sources": [str(tmp_path / "form.md")]}, context={"engine": "offline"})
    assert ask("What kind of membership does she apply for?")[1] == []
    assert ask("What is her date of birth?")[1] == ["Date of birth: 17 November 1991"]
