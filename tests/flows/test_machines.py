"""Two machines on one database: a path of one is not the other's, and what each has is told in one sentence.

The machines are played by this process under two names, with a home folder each.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from graph import app, dependencies
from graph.access import Scope
from graph.cli import main
from graph.export.proof import pdf_of
from graph.ingestion import access
from graph.retrieval.documents import find_document
from graph.storage.rows import DocumentRow
from loaders.errors import SourceError
from tests.conftest import MakePdf
from tests.machines import Move, several_machines


@pytest.fixture
def move(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Move]:
    """Make this process the machine of this name."""
    with several_machines(tmp_path, monkeypatch) as become:
        yield become


def read(path: Path) -> str:
    """Read a file; return the source that is reported for it."""
    report = app.app.invoke({"sources": [str(path)]})["report"]
    assert report["documents"][0]["status"] == "complete"
    return str(report["documents"][0]["source"])


def sources() -> list[str]:
    return sorted(row.source for row in dependencies.stores(Scope.everything()).catalog.documents())


def test_the_same_path_of_two_machines_is_two_documents(move: Move, make_pdf: MakePdf) -> None:
    move("a")
    path = make_pdf("data/report.pdf", "The ferry of the first machine costs 14 euros.")
    assert read(path) == f"host-a:{path}"
    move("b")
    make_pdf("data/report.pdf", "The ferry of the second machine costs 15 euros.")
    assert read(path) == f"host-b:{path}"
    assert sources() == [f"host-a:{path}", f"host-b:{path}"]
    labels = {row.label for row in dependencies.stores(Scope.everything()).catalog.documents()}
    assert labels == {"report.pdf (host-a)", "report.pdf (host-b)"}
    assert "14 euros" in app.app.invoke({"question": "What does the ferry of the first machine cost?"})["answer"]
    make_pdf("data/report.pdf", "The ferry of the second machine costs 16 euros.")
    read(path)
    assert sources() == [f"host-a:{path}", f"host-b:{path}"], "new bytes replace those of this machine"
    assert "16 euros" in app.app.invoke({"question": "What does the ferry of the second machine cost?"})["answer"]


def test_a_file_is_given_by_its_path_or_as_it_is_listed_on_its_machine_alone(
    move: Move, make_pdf: MakePdf, capsys: pytest.CaptureFixture[str]
) -> None:
    path = make_pdf("data/report.pdf", "A day ticket to the island costs 14 euros.")
    move("a")
    listed = read(path)
    assert find_document(dependencies.stores(Scope.everything()).catalog, str(path)).source == listed
    row = dependencies.stores(Scope.everything()).catalog.documents()[0]
    assert main.main(["ingest", "--reread", listed]) == 0
    assert pdf_of(dependencies.stores(Scope.everything()), row) == path
    capsys.readouterr()
    move("b")
    assert pdf_of(dependencies.stores(Scope.everything()), row) is None, "this machine's file of that path is another"
    path.unlink()
    for given in (listed, str(path)):
        assert main.main(["ingest", "--reread", given]) != 0
        told = " ".join(capsys.readouterr().err.split())
        assert f"{str(path)!r} is a file of the machine 'host-a', and this is 'host-b'" in told
    assert sources() == [listed]


def test_a_run_that_another_machine_takes_over_does_not_open_the_path_there(move: Move, make_pdf: MakePdf) -> None:
    path = make_pdf("data/report.pdf", "A day ticket to the island costs 14 euros.")
    move("a")
    assert access.path_here(f"host-a:{path}", "0" * 16) == path
    move("b")
    with pytest.raises(SourceError, match="of the machine 'host-a', and this is 'host-b': run the command there"):
        access.path_here(f"host-a:{path}", "0" * 16)


def test_documents_of_before_are_of_the_machine_that_gives_their_path_next(move: Move, make_pdf: MakePdf) -> None:
    path = make_pdf("data/report.pdf", "A day ticket to the island costs 14 euros.")
    move("a")
    read(path)
    stores = dependencies.stores(Scope.everything())
    (document,) = stores.catalog.documents()
    stores.catalog.forget_source(document.source)
    stores.catalog.add_document(DocumentRow(document.id, "report.pdf", str(path), "pdf", "", 1, document.size))
    assert sources() == [str(path)], "as versions without names of machines have stored it"
    read(path)
    assert sources() == [f"host-a:{path}"]
    make_pdf("data/report.pdf", "A day ticket to the island costs 15 euros.")
    read(path)
    assert sources() == [f"host-a:{path}"]


def test_one_machine_alone_lists_paths(home: Path, monkeypatch: pytest.MonkeyPatch, make_pdf: MakePdf) -> None:
    monkeypatch.setenv("PAGEWITNESS_ENGINE", "offline")
    monkeypatch.setenv("PAGEWITNESS_MACHINE", "host-a")
    path = make_pdf("data/report.pdf", "A day ticket to the island costs 14 euros.")
    assert read(path) == str(path)
    stores = dependencies.stores(Scope.everything())
    (document,) = stores.catalog.documents()
    stores.catalog.forget_source(str(path))
    stores.catalog.add_document(DocumentRow(document.id, "report.pdf", f"host-a:{path}", "pdf", "", 1, document.size))
    assert sources() == [f"host-a:{path}"], "as a library has it that was moved back from a database"
    read(path)
    assert sources() == [str(path)]
