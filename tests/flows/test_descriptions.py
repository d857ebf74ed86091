"""Questions about a document itself: greetings, pages, outline, tables, places and a summary, without a search."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pymupdf
import pytest

from graph.app import app
from tests.conftest import FillHome

TEXT = """# The lock keeper's handbook

## Introduction

This handbook tells the keepers of the Orra canal how the locks are worked in summer and winter.

## Gates

The gates of a lock are opened by hand when the levels on both sides are equal.

Table 1: Locks of the canal

| Lock | Lift (m) | Boats |
| --- | --- | --- |
| Upper | 2.4 | 310 |
| Middle | 3.1 | 295 |
| Lower | 1.9 | 402 |

## Conclusion

A keeper who looks after the gates every week will seldom need the help of the workshop.

## Bibliography

Marn, T. (1988). What a keeper has to know about locks. Wick Press.
"""


@pytest.fixture
def handbook(tmp_path: Path, fill_home: FillHome) -> Path:
    path = tmp_path / "handbook.md"
    path.write_text(TEXT, "utf-8")
    fill_home(lambda: app.invoke({"sources": [str(path)]}, context={"engine": "offline"}))
    return path


def ask(question: str) -> dict[str, Any]:
    return app.invoke({"question": question}, context={"engine": "offline"})


@pytest.mark.usefixtures("handbook")
def test_a_greeting_is_returned_without_a_search() -> None:
    result = ask("Hello!")
    assert result["answer"].startswith("Hello. Ask me about handbook.md")
    assert not result["refused"]
    assert result["retrieved"] == []
    assert ask("Thanks a lot")["answer"].startswith("You are welcome.")


@pytest.mark.usefixtures("handbook")
def test_a_document_is_described_from_its_structure() -> None:
    assert ask("How many pages does it have?")["answer"] == "handbook.md has 1 page."
    outline = ask("What chapters does the book have?")["answer"]
    assert [name for name in ("Introduction", "Gates", "Conclusion") if f"{name} (page 1)" in outline] != []
    assert "Table 1: Locks of the canal (page 1)" in ask("List all tables")["answer"]
    assert ask("List the figures")["answer"] == "No figures with a caption were found in handbook.md."


@pytest.mark.usefixtures("handbook")
def test_every_sentence_of_a_summary_is_quoted() -> None:
    result = ask("Summarise this document.")
    assert result["verdict"] == "proven"
    quotes = [citation["quote"] for citation in result["citations"]]
    assert any("Orra canal" in quote for quote in quotes)
    assert any("seldom need" in quote for quote in quotes)
    assert all(citation["boxes"] for citation in result["citations"])
    assert "Wick Press" not in result["answer"]


@pytest.mark.usefixtures("handbook")
def test_places_are_shown_or_said_to_be_missing() -> None:
    page = ask("What is on page 1?")
    assert page["verdict"] == "proven"
    assert "lock keeper's handbook" in page["answer"].replace("’", "'")
    assert "Upper 2.4 310" in ask("What does Table 1 show?")["answer"]
    missing = ask("What is on page 7?")
    assert missing["refused"]
    assert missing["answer"] == "There is no page 7 with text: handbook.md has 1."


@pytest.mark.usefixtures("handbook")
def test_a_table_is_computed_and_every_row_is_cited() -> None:
    result = ask("What is the sum of boats over all locks of the canal?")
    assert "310 + 295 + 402 = 1,007" in result["answer"]
    assert result["verdict"] == "proven"
    assert {number for c in result["citations"] for number in ("310", "295", "402") if number in c["quote"]} == {
        "310",
        "295",
        "402",
    }
    assert all(citation["boxes"] for citation in result["citations"])
    missing = ask("What is the lift of Upper Bend?")
    assert missing["refused"]
    assert missing["answer"].startswith("There is no Upper Bend in Table 1 of handbook.md (page 1); there are Upper,")


SLIDES = [
    ["Rust on the Orra bridge", "Meeting of 4 March 2024", "Mirka Stadel, head of works"],
    ["What was found", "Eleven of forty bolts are loose.", "The north pier has a crack of two metres."],
    ["What it costs", "A new set of bolts costs 310 crowns.", "Scaffolding costs 1,200 crowns."],
    ["What comes next", "The bridge is closed in April.", "The bolts are ordered from Tarn."],
]


def slides(path: Path) -> Path:
    document: Any = pymupdf.open()
    for head, *lines in SLIDES:
        page = document.new_page(width=720, height=405)
        page.insert_text((60, 80), head, fontsize=26, fontname="hebo")
        for at, line in enumerate(lines):
            page.insert_text((60, 140 + 34 * at), line, fontsize=15)
    document.save(str(path))
    return path


@pytest.fixture
def talk(tmp_path: Path, fill_home: FillHome) -> Path:
    path = slides(tmp_path / "talk.pdf")
    fill_home(lambda: app.invoke({"sources": [str(path)]}, context={"engine": "offline"}))
    return path


@pytest.mark.usefixtures("talk")
@pytest.mark.parametrize(
    ("question", "held"),
    [
        ("How many slides are there?", ["talk.pdf has 4 pages"]),
        ("What is the presentation called?", ["Rust on the Orra bridge"]),
        ("When was the presentation made?", ["4 March 2024"]),
        ("What is on slide 3?", ["310 crowns", "Scaffolding"]),
        ("What is on the last slide?", ["closed in April", "Tarn"]),
        ("What is this presentation about?", ["Rust on the Orra bridge", "bolts"]),
        ("On which page is what it costs?", ["What it costs (page 3"]),
        ("Which heading is on page 2?", ["What was found"]),
    ],
)
def test_slides_are_described_in_many_wordings(question: str, held: list[str]) -> None:
    answer = ask(question)["answer"]
    assert [part for part in held if part not in answer] == []


@pytest.mark.usefixtures("talk")
def test_a_line_of_the_title_page_only_may_name_the_author() -> None:
    result = ask("Who gave the presentation?")
    assert result["verdict"] == "related"
    assert "Mirka Stadel" in result["answer"]


REGULATION = """# Rules of the pier

## 1 Mooring

1.1 A boat is moored with two lines.

1.2 A mooring costs nine crowns a night.

## 2 Fire

2.1 Open fire is forbidden.

### 2.1.1 Stoves

A stove may be lit in the cabin.

## 3 Closing

The pier is closed in January.

Table 1: Fees

| Boat | Fee |
| --- | --- |
| Skiff | 4 |
| Sloop | 9 |

## Annex A

The harbour master is named by the council.
"""


@pytest.fixture
def rules(tmp_path: Path, fill_home: FillHome) -> Path:
    path = tmp_path / "rules.md"
    path.write_text(REGULATION, "utf-8")
    fill_home(lambda: app.invoke({"sources": [str(path)]}, context={"engine": "offline"}))
    return path


@pytest.mark.usefixtures("rules")
@pytest.mark.parametrize(
    ("question", "held", "never"),
    [
        ("What does section 2 say?", ["Open fire", "A stove may be lit"], ["two lines", "January"]),
        ("section 3", ["closed in January"], ["fire"]),
        ("What does clause 1.2 regulate?", ["nine crowns"], ["two lines", "Open fire"]),
        ("Show me annex A", ["named by the council"], ["January"]),
        ("What are the subsections of section 2?", ["2.1.1 Stoves"], ["Mooring", "Closing"]),
        ("Where is section 3?", ["3 Closing (page 1"], []),
        ("What does section 9 say?", ["There is no section 9 in rules.md; there are sections 1, 2, 3."], []),
        ("What does Table 4 show?", ["There is no table 4 in rules.md; there is table 1."], []),
    ],
)
def test_sections_are_given_by_their_number(question: str, held: list[str], never: list[str]) -> None:
    answer = ask(question)["answer"]
    assert [part for part in held if part not in answer] == []
    assert [part for part in never if part in answer] == []


LETTER = """# Application for a berth

Name: Ada Lind

Date of birth: 17 November 1991

Signed on: 2 August 2025

Revised May 2016
"""


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("question", "right"), [("When was the form signed?", "2 August 2025"), ("When was it revised?", "May 2016")]
)
def test_a_date_is_the_one_of_what_was_done_and_no_birthday(question: str, right: str, tmp_path: Path) -> None:
    (tmp_path / "letter.md").write_text(LETTER, "utf-8")
    app.invoke({"sources": [str(tmp_path / "letter.md")]}, context={"engine": "offline"})
    answer = ask(question)["answer"]
    assert right in answer
    assert "1991" not in answer


NOTES = """# The weir

## Flow

Flow (FL) of the Tarn;

The weir holds back four metres of water in spring.

## Fish

(1) Fish are counted by hand, see the annex.

Two thousand salmon pass the weir each year.

## Repairs

The sluice was repaired by divers in a week.
"""


@pytest.mark.usefixtures("home")
def test_fragments_and_footnotes_are_in_no_summary(tmp_path: Path) -> None:
    (tmp_path / "weir.md").write_text(NOTES, "utf-8")
    app.invoke({"sources": [str(tmp_path / "weir.md")]}, context={"engine": "offline"})
    answer = ask("What is it about?")["answer"]
    assert all(part in answer for part in ("four metres", "salmon", "divers"))
    assert "(FL)" not in answer
    assert "by hand" not in answer
