"""What the structure of a document adds to its answers: labels of pages, page names, headings, clauses, sections."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import pymupdf
import pytest

from graph import dependencies
from graph.app import app
from graph.cli import output
from graph.context import Context
from graph.query.citation_links import source_list
from graph.query.graph import app as query
from graph.storage import summaries

Line = tuple[float, float, str, float, str]
"""A line of print: x, y, text, size, font."""


def heading(text: str, y: float = 90) -> Line:
    return (72, y, text, 15, "hebo")


def line(text: str, y: float = 130) -> Line:
    return (72, y, text, 11, "helv")


def foot(text: str) -> Line:
    return (290, 810, text, 9, "helv")


def write(path: Path, *pages: Sequence[Line], labels: list[dict[str, Any]] | None = None) -> Path:
    document: Any = pymupdf.open()
    for lines in pages:
        page = document.new_page(width=595, height=842)
        for x, y, text, size, font in lines:
            page.insert_text((x, y), text, fontsize=size, fontname=font)
    if labels:
        document.set_page_labels(labels)
    path.parent.mkdir(parents=True, exist_ok=True)
    document.save(str(path))
    document.close()
    return path


def ingest(*paths: Path) -> None:
    report = app.invoke({"sources": [str(path) for path in paths]}, context=Context(engine="offline"))["report"]
    assert all(document["status"] == "complete" for document in report["documents"]), report


def ask(question: str) -> dict[str, Any]:
    given: Any = {"question": question}
    return cast(dict[str, Any], query.invoke(given, context=Context(engine="offline")))


@pytest.mark.parametrize("in_file", [True, False])
def test_a_citation_says_the_printed_page_where_it_differs(
    in_file: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    body = [
        ("Foreword", "The chair thanks the volunteers."), ("Terms", "A skep is a basket for bees."),
        ("Summary", "The year was wet and cold."), ("Hives", "The society keeps 214 hives on the heath."),
        ("Honey", "The harvest came to 3.1 tonnes of honey."), ("Swarms", "Eleven swarms were caught in May."),
    ]  # fmt: skip
    names = ["i", "ii", "iii", "1", "2", "3"]
    pages = [[heading(head), line(text), foot(name)] for (head, text), name in zip(body, names, strict=True)]
    tree = [{"startpage": 0, "style": "r", "firstpagenum": 1}, {"startpage": 3, "style": "D", "firstpagenum": 1}]
    ingest(write(tmp_path / "bees.pdf", *pages, labels=tree if in_file else None))

    result = ask("How many tonnes of honey was the harvest?")
    (citation,) = result["citations"][:1]
    assert (citation["page"], citation["label"]) == (5, "2")
    assert "page 5 (printed 2)" in source_list([citation], "http://room")
    output.answer(result)
    assert "page 5 (printed 2)" in " ".join(capsys.readouterr().out.split())

    catalog = dependencies.stores().catalog
    listed = summaries.pages(catalog, catalog.documents()[0].id)
    assert [row["label"] for row in listed] == names
    output.pages({"pages": listed})
    assert "Printed" in capsys.readouterr().out


def test_pages_that_are_called_by_their_numbers_have_no_label(tmp_path: Path) -> None:
    pages = [[heading(f"Part {n}"), line(f"The keeper of part {n} is called Bo."), foot(str(n))] for n in (1, 2, 3, 4)]
    ingest(write(tmp_path / "plain.pdf", *pages))
    result = ask("What is the keeper of part 2 called?")
    assert all("label" not in citation for citation in result["citations"])
    catalog = dependencies.stores().catalog
    assert [row["label"] for row in summaries.pages(catalog, catalog.documents()[0].id)] == [""] * 4
