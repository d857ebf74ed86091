"""Raised signs in a vision model's transcripts, in each notation: the page is read, and its numbers are proven."""

from pathlib import Path
from typing import Any

import pymupdf
import pytest

from graph import dependencies
from graph.access import Scope
from graph.app import app
from tests.wire.scripted_replies import Model, ask, claim

# What `tests/unit/loaders/text/test_raised_signs.py` takes apart in each run, these tests send in `make long`.
NOTATIONS = [
    "<sup>{}</sup>", "[{}]", "({})",
    *(pytest.param(one, marks=pytest.mark.slow) for one in ("{raised}", "$^{{{}}}$", "$^{}$", "^{}^", "[^{}]")),
]  # fmt: skip
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_LINES = [
    ("The toll on the eastern bridge was raised to £415", "11", " in the spring, after two years without any change."),
    ("Altogether 31,870", "12", " lorries paid it in the month of August alone."),
    ("The keepers recorded 268", "13", " breakdowns, of which half were flat tyres on trailers."),
    ("Tolls on the western bridge", "", " remain as they were, and bicycles cross both bridges free of charge."),
]


@pytest.fixture
def bridges(tmp_path: Path) -> Path:
    """A page on which three numbers and a cell carry raised note marks."""
    document: Any = pymupdf.open()
    page = document.new_page(width=595, height=842)
    y = 100.0
    for before, mark, after in [*_LINES, ("Truck £64", "14", " 388")]:
        x = 60.0
        for text, size, rise in ((before, 11, 0), (mark, 6.5, 4), (after, 11, 0)):
            page.insert_text((x, y - rise), text, fontsize=size)
            x += pymupdf.get_text_length(text, "helv", size)
        y += 24
    path = tmp_path / "bridges.pdf"
    document.save(str(path))
    return path


def transcript(notation: str) -> str:
    def marked(number: str) -> str:
        return notation.format(number, raised=number.translate(_RAISED)) if number else ""

    text = "\n\n".join(before + marked(mark) + after for before, mark, after in _LINES)
    row = f"<tr><td>Truck</td><td>£64{marked('14')}</td><td>388</td></tr>"
    return f"{text}\n\n<table><tr><th>Kind</th><th>Toll</th><th>Crossings</th></tr>{row}</table>"


@pytest.mark.parametrize("notation", NOTATIONS)
def test_marks_of_notes_are_accepted_in_each_notation(model: Model, bridges: Path, notation: str) -> None:
    written = transcript(notation)
    model.pages = lambda page: written
    report = app.invoke({"sources": [str(bridges)]}, context={"check_replies": True})["report"]
    (row,) = dependencies.stores(Scope.everything()).catalog.pages(report["documents"][0]["id"])
    assert (row.status, row.detail) == ("read", "")
    sentences = written.split("\n\n")
    shown = "£64" + notation.format("14", raised="¹⁴")
    model.claims = [
        claim("The toll rose to £415.", sentences[0], on="The toll on the eastern"),
        claim("In August 31,870 lorries paid.", sentences[1], on="The toll on the eastern"),
        claim("A truck pays £64.", f"| Truck | {shown} | 388 |", on="Truck"),
    ]
    output = ask("What is the toll?")
    assert [verdict["failure"] for verdict in output["verdicts"]] == [""] * 3
    assert output["verdict"] == "proven"
    assert "41511" not in output["answer"]


@pytest.mark.parametrize("notation", NOTATIONS)
def test_a_changed_number_is_mended_beside_its_mark(model: Model, bridges: Path, notation: str) -> None:
    written = transcript(notation)
    model.pages = lambda page: written.replace("415", "451").replace("31,870", "31,780")
    report = app.invoke({"sources": [str(bridges)]}, context={"check_replies": True})["report"]
    (row,) = dependencies.stores(Scope.everything()).catalog.pages(report["documents"][0]["id"])
    assert (row.status, row.reason) == ("read", "")
    assert row.detail == "2 words were corrected from the text layer: “451” to “415”, “31,780” to “31,870”."
    stored = dependencies.stores(Scope.everything()).catalog.transcript(row.transcript)
    assert stored is not None
    assert stored.markdown == written


def test_other_numbers_are_still_refused(model: Model, bridges: Path) -> None:
    model.pages = lambda page: transcript("<sup>{}</sup>").replace("415", "96").replace("31,870", "31,780")
    report = app.invoke({"sources": [str(bridges)]}, context={"check_replies": True})["report"]
    (row,) = dependencies.stores(Scope.everything()).catalog.pages(report["documents"][0]["id"])
    assert (row.status, row.reason) == ("fallback", "garbled")


MARKED = [
    "The lock closes on **31 October 2025** at dusk.",
    "Methane (CH<sub>4</sub>) is measured every 9 days in the _upper_ basin.",
    "See [the rules](https://example.org/rules) for boats over 7 metres and for rafts.",
    "The weir is 3\\*4 metres wide and holds 10<sup>6</sup> litres of water.",
]


@pytest.mark.parametrize("sentence", MARKED)
def test_a_quote_copied_with_its_markdown_is_found(model: Model, bridges: Path, sentence: str) -> None:
    model.pages = lambda page: "\n\n".join(MARKED)
    app.invoke({"sources": [str(bridges)]}, context={"check_replies": False})
    model.claims = [claim("So it says.", sentence, on=sentence)]
    output = ask("What does it say?")
    assert [verdict["failure"] for verdict in output["verdicts"]] == [""]
    (citation,) = output["citations"]
    assert not set("*<[") & set(citation["quote"].replace("3*4", ""))
