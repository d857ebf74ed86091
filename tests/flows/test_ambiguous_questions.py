"""Questions that leave open what they are about: a pronoun for nothing, a value of several documents."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.app import app
from tests.conftest import FillHome

MILL_LANE = """# Lease of the flat in Mill Lane

between Ada Finch (landlord) and Bo Lund (tenant)

The rent is 740 euros a month. Heating costs are 110 euros a month.
"""
CHURCH_HILL = """# Lease of the house on Church Hill

between Cy Dorn (landlord) and Eva Pohl (tenant)

The rent is 1,260 euros a month. The deposit is 2,520 euros.
"""
SUPPLY = """# Supply agreement between Tern Ltd and Boreal plc

Either party may terminate the agreement with three months' notice.

Boreal may terminate the agreement at once if Tern is insolvent.

| Item | Price |
|---|---|
| Nails | 4.10 |
| Screws | 5.20 |

The stores are not heated.
"""


@pytest.fixture
def library(home: Path, tmp_path: Path, fill_home: FillHome) -> Path:
    for name, text in (("mill.md", MILL_LANE), ("hill.md", CHURCH_HILL), ("supply.md", SUPPLY)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    fill_home(lambda: app.invoke({"sources": [str(tmp_path / name) for name in ("mill.md", "hill.md", "supply.md")]}))
    return home


@pytest.mark.usefixtures("library")
def test_what_a_pronoun_without_a_noun_is_asked_of_is_not_proven() -> None:
    for question in ("How much does it cost?", "When did they sign it?", "What is its price?"):
        assert app.invoke({"question": question})["verdict"] in ("related", "refused"), question
    whole = app.invoke({"question": "How much does the heating cost?"})
    assert (whole["verdict"], "110 euros" in whole["answer"]) == ("proven", True)


@pytest.mark.usefixtures("library")
def test_a_value_of_two_documents_is_said_to_be_of_each() -> None:
    found = app.invoke({"question": "What is the rent?"})
    assert found["verdict"] == "proven"
    texts = [note["text"] for note in found["notes"]]
    assert any("[1] is of" in text and "mill.md" in text and "hill.md" in text for text in texts), texts
    named = app.invoke({"question": "What is the rent in Mill Lane?"})
    assert "740" in named["answer"]
    assert "1,260" not in named["answer"]
    assert not [note for note in named["notes"] if "names none" in note["text"]]


@pytest.mark.usefixtures("library")
def test_a_list_of_quotes_may_not_be_complete() -> None:
    found = app.invoke({"question": "List all the ways to terminate the agreement with Boreal"})
    assert "list_incomplete" in [note["kind"] for note in found["notes"]]


@pytest.mark.usefixtures("library")
def test_no_other_row_stands_below_the_right_one() -> None:
    found = app.invoke({"question": "What do nails cost?"})
    assert "4.10" in found["answer"]
    assert "5.20" not in found["answer"]


@pytest.mark.usefixtures("library")
def test_a_sentence_that_denies_what_is_asked_is_given_with_no() -> None:
    found = app.invoke({"question": "Are the stores heated?"})
    assert found["verdict"] == "proven"
    assert found["answer"].startswith("No: The stores are not heated. [1]")
