"""Questions about a document itself: greetings, pages, outline, tables, places and a summary, without a search."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from graph.app import app

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
def handbook(tmp_path: Path) -> Path:
    path = tmp_path / "handbook.md"
    path.write_text(TEXT, "utf-8")
    app.invoke({"sources": [str(path)]}, context={"engine": "offline"})
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
