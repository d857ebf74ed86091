"""Lists that a sentence announces, asked for offline: given whole across page breaks, or said to be incomplete."""

from pathlib import Path
from typing import Any

import pymupdf
import pytest

from graph.app import app
from graph.retrieval.lists import MOST_ITEMS, announced

ITEMS = ("the tide table", "the life rafts", "the radio", "the bow door", "the fire pumps")
QUESTION = "What does the master check before each crossing?"


def handbook(path: Path, announcement: str, first: list[str], second: list[str]) -> None:
    """Write a handbook with a list that starts at the foot of one page and goes on at the head of the next."""
    document: Any = pymupdf.open()
    washing = ["The deck is washed each morning by the boatswain, who keeps a log of it."] * 22
    fares = ["", "Fares", "A car costs 21 euros one way."]
    before = ["Crew", "The Tern has been in service since 1988.", *washing, "", "Safety", announcement]
    for lines in (["Handbook of the Tern ferry", "", *before, *first], [*second, *fares]):
        page, y = document.new_page(width=595, height=842), 60.0
        for line in lines:
            size = 14 if line in ("Handbook of the Tern ferry", "Crew", "Safety", "Fares") else 11
            page.insert_text((72, y), line, fontsize=size)
            y += 1.6 * size
    document.save(str(path))


def asked(tmp_path: Path, announcement: str, first: list[str], second: list[str]) -> Any:
    handbook(tmp_path / "handbook.pdf", announcement, first, second)
    app.invoke({"sources": [str(tmp_path / "handbook.pdf")]})
    return app.invoke({"question": QUESTION})


@pytest.mark.usefixtures("home")
def test_a_list_is_given_whole_across_a_page_break(tmp_path: Path) -> None:
    bullets = [f"- {item}" for item in ITEMS]
    found = asked(
        tmp_path, "The master checks the following five things before each crossing:", bullets[:3], bullets[3:]
    )
    assert found["verdict"] == "proven"
    assert all(item in found["answer"] for item in ITEMS)
    assert "21 euros" not in found["answer"]
    assert [c["page"] for c in found["citations"] if c["quote"] in ITEMS] == [1, 1, 1, 2, 2]
    assert "list_incomplete" not in [note["kind"] for note in found["notes"]]


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("announcement", ["nine things", "25 things"])
def test_a_list_with_fewer_items_than_announced_is_said_to_be_incomplete(tmp_path: Path, announcement: str) -> None:
    bullets = [f"- {item}" for item in ITEMS]
    text = f"The master checks the following {announcement} before each crossing:"
    notes = asked(tmp_path, text, bullets[:3], bullets[3:])["notes"]
    (said,) = [note["text"] for note in notes if note["kind"] == "list_incomplete"]
    assert f"5 of at least {9 if 'nine' in announcement else 25}" in said


@pytest.mark.usefixtures("home")
def test_a_list_that_is_too_long_is_said_to_go_on(tmp_path: Path) -> None:
    bullets = [f"- the seal of hatch number {number}" for number in range(101, 101 + MOST_ITEMS + 4)]
    found = asked(tmp_path, "The master checks before each crossing:", bullets[:2], bullets[2:])
    assert found["answer"].count("seal of hatch") == MOST_ITEMS
    (said,) = [note["text"] for note in found["notes"] if note["kind"] == "list_incomplete"]
    assert f"{MOST_ITEMS} of at least {MOST_ITEMS + 4}" in said


@pytest.mark.parametrize(
    ("text", "count"),
    [("There are four stages.", 4), ("the following 15 persons", 15), ("It costs 4.50 euros.", 0),
     ("Two boats or three boats", 0), ("On 3 May, 12 boats", 0), ("on three months' notice", 0),
     ("for nine full weeks", 0)],
)  # fmt: skip
def test_only_a_single_number_announces(text: str, count: int) -> None:
    assert announced(text) == count


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("question", ["List all the ways it can be cancelled.", "In which cases is it cancelled?"])
def test_a_question_for_all_ways_gets_each_clause_that_has_one(tmp_path: Path, question: str) -> None:
    document: Any = pymupdf.open()
    clauses = {
        "Term": ["The berth is let for a year.", "It may be cancelled by the owner with a month's notice."],
        "Fees": ["The fee is 300 pounds.", "Should the fee be late, the harbour may cancel at once."],
        "Boats": ["The boat is at most 9 metres long.", "A longer boat may be towed.", "Ropes are doubled in winter."],
        "Insurance": ["The boat is insured.", "Without cover the harbour may cancel within ten days."],
    }
    for heading, sentences in {"Berth agreement": [], **clauses}.items():
        page = document.new_page(width=595, height=842)
        page.insert_text((72, 60), heading, fontsize=15)
        for at, sentence in enumerate(sentences):
            page.insert_text((72, 100 + 30 * at), sentence, fontsize=11)
    document.save(str(tmp_path / "berth.pdf"))
    app.invoke({"sources": [str(tmp_path / "berth.pdf")]})
    found = app.invoke({"question": question})
    quotes = [citation["quote"] for citation in found["citations"]]
    assert sorted(quotes) == sorted(s for own in clauses.values() for s in own if "cancel" in s)


@pytest.mark.usefixtures("home")
def test_the_next_clause_is_no_item_of_what_a_sentence_counts(tmp_path: Path) -> None:
    document: Any = pymupdf.open()
    page = document.new_page()
    lines = ("3. Mooring. The jetty has two berths for visitors.", "4. Water. Water is free.", "5. Dogs. Dogs are led.")
    for row, line in enumerate(lines):
        page.insert_text((72, 100 + 30 * row), line)
    page.add_text_annot((500, 100), "Ask Mr Havel about the paint.")
    document.save(str(tmp_path / "jetty.pdf"))
    app.invoke({"sources": [str(tmp_path / "jetty.pdf")]})
    answer = app.invoke({"question": "How many berths does the jetty have for visitors?"})["answer"]
    assert "two berths" in answer
    assert not any(word in answer for word in ("Water", "Dogs", "Havel"))
