"""Questions to a library of many documents: the same answers, a list that ends, and a state that does not grow."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver

from graph import dependencies
from graph.access import Scope
from graph.app import app, build
from graph.cli.main import main
from graph.storage.rows import DocumentRow, PageRow

TICKET = "What does a day ticket to the island cost?"
MANY = 300


@pytest.fixture
def few(library: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy of the library with ten documents beside the sample, with names alone."""
    shutil.copytree(library, home)
    monkeypatch.setenv("PAGEWITNESS_HOME", str(home))
    add(0, 10)


def add(first: int, count: int) -> None:
    catalog = dependencies.stores(Scope.everything()).catalog
    for number in range(first, first + count):
        name = f"Ledger-{number}.pdf"
        catalog.add_document(DocumentRow(f"{number:016x}", name, f"/papers/{name}", "pdf", "", 1, 1))
        catalog.publish(f"{number:016x}", "g")


def ask(question: str, **given: Any) -> dict[str, Any]:
    asked: Any = {"question": question, **given}
    return dict(app.invoke(asked))


def stored_bytes(question: str) -> int:
    """What the checkpoints of a question take."""
    saver: Any = InMemorySaver()
    asked: Any = {"question": question}
    build().compile(checkpointer=saver).invoke(asked, {"configurable": {"thread_id": "1"}})
    return sum(len(blob) for _, blob in saver.blobs.values())


@pytest.mark.usefixtures("few")
def test_more_documents_change_neither_answer_nor_state() -> None:
    before, size = ask(TICKET), stored_bytes(TICKET)
    add(10, MANY)
    after = ask(TICKET)
    assert (after["answer"], after["citations"]) == (before["answer"], before["citations"])
    assert before["verdict"] == "proven"
    assert stored_bytes(TICKET) <= size, "all documents are no list in the state"


@pytest.mark.usefixtures("few")
def test_questions_about_a_large_library_are_answered_with_its_size_and_a_list_that_ends() -> None:
    add(10, MANY)
    count = MANY + 11
    listed = ask("What documents do you have?")["answer"]
    assert f"{count} documents" in listed
    assert len(listed.splitlines()) < 60
    assert "more: `pagewitness documents` lists them all" in listed
    assert f"{count - 3} more" in ask("Hello!")["answer"]
    counted = ask("How many documents mention a boulder?")["answer"]
    assert counted.startswith(f"At least 1 of {count} documents")
    assert "sample.pdf" in counted


@pytest.mark.usefixtures("few")
def test_a_named_document_of_many_is_asked_alone() -> None:
    add(10, MANY)
    assert ask(TICKET, documents=["sample"])["verdict"] == "proven"
    assert ask(TICKET, documents=["Ledger-77.pdf"])["refused"]
    assert ask("What does Ledger-77.pdf say about a day ticket?")["notes"], "it was searched first"
    assert ask("How many pages does Ledger-205.pdf have?")["answer"].startswith("Ledger-205.pdf has 1 page")


@pytest.mark.usefixtures("few")
def test_the_command_lists_documents_in_pages(capsys: pytest.CaptureFixture[str]) -> None:
    catalog = dependencies.stores(Scope.everything()).catalog
    for row in catalog.documents():
        if row.name.startswith("Ledger-"):
            catalog.record_page(PageRow(row.id, 1, "read"))

    def listed(*options: str) -> list[str]:
        assert main(["documents", "--json", *options]) == 0
        return [one["name"] for one in json.loads(capsys.readouterr().out)["documents"]]

    everything = listed()
    assert len(everything) == 11
    pages = [listed("--limit", "4", "--offset", str(start)) for start in (0, 4, 8)]
    assert [len(page) for page in pages] == [4, 4, 3]
    assert [name for page in pages for name in page] == everything
    assert listed("--offset", "10") == everything[10:]
