"""The LangChain tools for agents: ingest, list and ask."""

from __future__ import annotations

from pathlib import Path

from graph.tools import TOOLS
from tests.conftest import MakePdf

ask, ingest, list_documents = TOOLS


def test_the_tools_ingest_list_and_ask(home: Path, make_pdf: MakePdf) -> None:
    path = make_pdf("tickets.pdf", "A day ticket to the island costs 14 euros, boat included.")
    assert ingest.invoke({"sources": [str(path)]}) == ["tickets.pdf: complete, 1 page (1 read)."]
    (line,) = list_documents.invoke({})
    assert line.startswith("tickets.pdf (id ")
    found = ask.invoke({"question": "What does a day ticket cost?", "documents": ["tickets.pdf"]})
    assert "14 euros" in found["answer"]
    assert found["sources"][0]["document"] == "tickets.pdf"
    assert "14 euros" in found["sources"][0]["quote"]
    assert not found["refused"]


def test_the_tools_account_for_every_file(home: Path, make_pdf: MakePdf) -> None:
    folder = make_pdf("day/tickets.pdf", "A day ticket to the island costs 14 euros, boat included.").parent
    (folder / "copy.pdf").write_bytes((folder / "tickets.pdf").read_bytes())
    (folder / "linked.pdf").symlink_to(folder / "tickets.pdf")
    (folder / "tool.py").write_text("print('no document')")
    said = ingest.invoke({"sources": [str(folder)]})
    assert [line.split(":")[0] for line in said] == ["copy.pdf", "linked.pdf", "tickets.pdf", "tool.py"]
    assert said[2] == "tickets.pdf: the same document as copy.pdf, found by both names."
    for name in ("copy.pdf", "linked.pdf", "tickets.pdf"):
        assert "14 euros" in ask.invoke({"question": "What does a day ticket cost?", "documents": [name]})["answer"]


def test_tools_return_error_messages(home: Path) -> None:
    (problem,) = ingest.invoke({"sources": ["no-such-file.pdf"]})
    assert "'no-such-file.pdf' does not exist" in problem
    assert "no document 'x.pdf'" in ask.invoke({"question": "What?", "documents": ["x.pdf"]})["problem"]
