"""Several names of one document, and documents of one name."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph import dependencies
from graph.access import Scope
from graph.app import app
from graph.errors import UnknownDocumentError
from graph.retrieval.document_mentions import mentioned_in
from graph.retrieval.documents import find_document
from tests.conftest import MakePdf
from tests.flows.test_ingestion import TICKET, ingest


def test_the_same_bytes_under_another_name_add_a_name_and_each_name_finds_the_document(
    home: Path, make_pdf: MakePdf, tmp_path: Path
) -> None:
    first = make_pdf("ticket.pdf", TICKET)
    (second := tmp_path / "crossing.pdf").write_bytes(first.read_bytes())
    ingest(first)
    (report,) = ingest(second)
    assert report["status"] == "unchanged"
    catalog = dependencies.stores(Scope.everything()).catalog
    (row,) = catalog.documents()
    assert (row.name, row.names) == ("ticket.pdf", ("ticket.pdf", "crossing.pdf"))
    for name in ("ticket.pdf", "crossing.pdf", "crossing", str(first)):
        assert find_document(catalog, name).id == row.id
    make_pdf("other.pdf", "The pier has 77 planks.")
    ingest(tmp_path / "other.pdf")
    question = "What does it cost according to crossing.pdf?"
    assert mentioned_in(catalog, question) == [row.id]


def test_two_documents_of_one_name_are_told_apart_wherever_they_are_shown(home: Path, make_pdf: MakePdf) -> None:
    make_pdf("march/invoice.pdf", "The total to be paid for the timber is 1,240.50 euros.")
    folder = make_pdf("april/invoice.pdf", "The total to be paid for the timber is 2,075.00 euros.").parent.parent
    ingest(folder / "march", folder / "april")
    answer = app.invoke({"question": "What is the total to be paid for the timber?"})
    shown = {citation["name"] for citation in answer["citations"]}
    assert shown <= {"invoice.pdf (march/)", "invoice.pdf (april/)"}
    assert shown
    catalog = dependencies.stores(Scope.everything()).catalog
    assert find_document(catalog, "invoice.pdf (march/)").source.endswith("march/invoice.pdf")
    with pytest.raises(UnknownDocumentError, match=r"Several documents.*march/invoice\.pdf"):
        find_document(catalog, "invoice.pdf")
    listed = app.invoke({"question": "What documents do you have?"})["answer"]
    assert "invoice.pdf (march/)" in listed


@pytest.mark.parametrize(
    ("name", "question", "answer"),
    [
        ("Küste – Entwurf (neu) 3.pdf", "How many steps has the tower?", "The tower has 412 steps."),
        ("b" * 180 + ".pdf", "How many berths has the quay?", "The quay has 58 berths."),
        ('that\'s "last" v2.PDF', "What colour is the buoy?", "The colour of the buoy is yellow."),
        ("-o.pdf", "How long is the boom?", "The boom is 6.3 metres long."),
        ("plan.final.pdf.pdf", "How many lamps has the mole?", "The mole has 31 lamps."),
        ("計画 7.pdf", "According to 計画 7.pdf, how wide is the lock?", "The lock is 9.2 metres wide."),
    ],
)
def test_a_file_of_any_name_is_read_listed_and_found_by_it(
    home: Path, make_pdf: MakePdf, name: str, question: str, answer: str
) -> None:
    make_pdf("other.pdf", "The pier has 77 planks.")
    path = make_pdf(name, answer)
    assert [document["name"] for document in ingest(path, path.parent / "other.pdf")] == [name, "other.pdf"]
    told = app.invoke({"question": question})
    assert answer in told["answer"]
    assert [citation["name"] for citation in told["citations"]] == [name]
    assert find_document(dependencies.stores(Scope.everything()).catalog, name).name == name
