"""Attachments and PDFs of Office files of one instance, on another with the same database and store of files.

LibreOffice is played by a command that writes other bytes each time, as LibreOffice does.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from langchain_core.runnables import RunnableConfig, RunnableLambda
from langgraph.checkpoint.memory import InMemorySaver
from starlette.applications import Starlette
from starlette.testclient import TestClient

from graph import app, dependencies
from graph.access import Scope
from graph.cli import main
from graph.errors import FilesError
from graph.ingestion import access, nodes
from graph.ingestion import graph as ingestion
from graph.storage.rows import DONE
from graph.storage.stores import Stores
from loaders.errors import SourceError
from tests.conftest import MakePdf
from tests.machines import Move, several_machines
from tests.object_store import Fault, failing_store, new_bucket, s3_server, store_that_ends, use_endpoint
from tests.unit.loaders.sources.test_office import docx
from web.app import ROUTES

pytest.importorskip("obstore", reason="the extra `team` is not installed")


@pytest.fixture
def move(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Move]:
    """Make this process the instance of this name, on a machine of its own."""
    monkeypatch.setenv("PAGEWITNESS_FILES_URL", new_bucket(monkeypatch))
    with several_machines(tmp_path, monkeypatch) as become:
        yield become


def stores() -> Stores:
    return dependencies.stores(Scope.everything())


def documents() -> dict[str, str]:
    """Return the ids of all documents by name."""
    return {row.name: row.id for row in stores().catalog.documents()}


def mail(tmp_path: Path, make_pdf: MakePdf) -> Path:
    """Write a message with a PDF."""
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = "Ferry", "ann@example.org", "bob@example.org"
    message.set_content("The new prices are attached.")
    pdf = make_pdf("prices.pdf", "A day ticket to the island costs 14 euros.")
    message.add_attachment(pdf.read_bytes(), maintype="application", subtype="pdf", filename="prices.pdf")
    path = tmp_path / "mail.eml"
    path.write_bytes(message.as_bytes())
    return path


@pytest.fixture
def office(tmp_path: Path, make_pdf: MakePdf, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An Office file, and a command that converts it."""
    pdf = make_pdf("converted.pdf", "The winch cable holds 1,200 kilograms.")
    command = tmp_path / "convert"
    # The last three arguments are --outdir, the folder and the file.
    command.write_text(
        f"#!/bin/sh\nwhile [ $# -gt 2 ]; do shift; done\ncp '{pdf}' \"$1/document.pdf\"\n"
        'echo "% $$ $(date +%s%N)" >> "$1/document.pdf"\n'
    )
    command.chmod(0o755)
    monkeypatch.setenv("PAGEWITNESS_OFFICE_CONVERTER", str(command))
    return docx(tmp_path / "letter.docx")


def read(*paths: Path, **given: bool) -> None:
    report = app.app.invoke({"sources": [str(path) for path in paths]}, context=given)["report"]
    assert all(one["status"] == "complete" for one in report["documents"])


def of_other_machine(path: Path) -> str:
    """Return a path in the home folder of `a` as a run's state has it; the file itself is not there any more."""
    path.unlink()
    return f"host-a:{path}"


def test_what_is_attached_to_a_message_is_read_and_shown_by_another_instance(
    move: Move, tmp_path: Path, make_pdf: MakePdf, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = TestClient(Starlette(routes=ROUTES), base_url="http://127.0.0.1")
    move("a")
    read(mail(tmp_path, make_pdf))
    pdf = (tmp_path / "prices.pdf").read_bytes()
    identity = documents()["prices.pdf"]
    assert client.get(f"/documents/{identity}/file").content == pdf
    (there,) = (tmp_path / "homes" / "a" / "derived").glob(f"*/attached/{identity}/prices.pdf")
    given = of_other_machine(there)
    move("b")
    assert client.get(f"/documents/{identity}/file").content == pdf
    here = access.path_here(given, identity)
    assert here.read_bytes() == pdf
    assert here.is_relative_to(tmp_path / "homes" / "b" / "derived")
    move("c")
    for other in (f"{'0' * 16}/attached/{'0' * 16}/prices.pdf", f"../attached/{identity}/.."):
        with pytest.raises(SourceError, match="is a file of the machine 'host-a'"):
            access.path_here(f"host-a:/x/derived/{other}", identity)
    answer = app.app.invoke({"question": "What does a day ticket to the island cost?"})
    assert "14 euros" in answer["answer"]
    assert client.get(f"/documents/{identity}/pages/1/image").status_code == 200


def test_the_pdf_of_an_office_file_is_made_once_for_all_instances(
    move: Move, tmp_path: Path, office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    move("a")
    read(office)
    identity = documents()["letter.docx"]
    there = tmp_path / "homes" / "a" / "derived" / identity / "letter.pdf"
    made = there.read_bytes()
    given = of_other_machine(there)
    move("b")
    assert access.path_here(given, identity).read_bytes() == made
    move("c")
    read(office, reread=True)
    assert (tmp_path / "homes" / "c" / "derived" / identity / "letter.pdf").read_bytes() == made
    monkeypatch.setenv("PAGEWITNESS_OFFICE_CONVERTER", "auto")
    monkeypatch.setenv("PATH", "")
    move("d")
    read(office, reread=True)  # where nothing converts Office files
    assert (tmp_path / "homes" / "d" / "derived" / identity / "letter.pdf").read_bytes() == made
    assert "1,200 kilograms" in app.app.invoke({"question": "How much does the winch cable hold?"})["answer"]


def test_made_files_of_documents_that_are_deleted_are_swept_after_a_day(
    move: Move, tmp_path: Path, make_pdf: MakePdf, office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = tmp_path / "shared"
    monkeypatch.setenv("PAGEWITNESS_FILES_URL", shared.as_uri())
    move("a")
    kept = docx(tmp_path / "kept.docx", "Another text.")
    read(office, kept, mail(tmp_path, make_pdf))
    ids = documents()
    for name in ("letter.docx", "prices.pdf"):
        assert main.main(["delete", ids[name]]) == 0

    def stored() -> dict[str, int]:
        return {kind: len([one for one in (shared / kind).rglob("*") if one.is_file()])
                for kind in ("uploads", "derived", "made")}  # fmt: skip

    stores().opened.catalog.set_meta(stores().opened.SWEPT, "0")
    stores().acquire_for_writing()
    assert stored() == {"uploads": 1, "derived": 2, "made": 2}, "they are young"
    for file in (one for one in shared.rglob("*") if one.is_file()):
        os.utime(file, (time.time() - 25 * 3600,) * 2)
    stores().opened.catalog.set_meta(stores().opened.SWEPT, "0")
    dependencies._stores_at.cache_clear()
    stores().acquire_for_writing()
    assert stored() == {"uploads": 0, "derived": 1, "made": 1}
    move("b")
    to = tmp_path / "copy.pdf"
    stores().fetch_pdf(ids["letter.docx"], to)
    assert not to.exists()
    stores().fetch_pdf(ids["kept.docx"], to)
    assert to.exists()


@pytest.mark.parametrize("kind", ["uploads", "derived"])
def test_a_store_that_takes_no_made_file_ends_the_run_with_a_sentence_and_the_next_run_goes_on(
    move: Move, tmp_path: Path, make_pdf: MakePdf, office: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str], kind: str,
) -> None:  # fmt: skip
    given = mail(tmp_path, make_pdf) if kind == "uploads" else office
    move("a")
    with store_that_ends(0, monkeypatch, kind) as url:
        monkeypatch.setenv("PAGEWITNESS_FILES_URL", url)
        move("a")
        assert main.main(["ingest", str(given)]) != 0
        told = " ".join(capsys.readouterr().err.split())
        assert "cannot be reached (it answers with status 500)" in told
        assert "Traceback" not in told
        assert not documents(), "nothing is read of what another machine could not read"
    dependencies.home_stores().close()
    dependencies._stores_at.cache_clear()
    use_endpoint(s3_server(), monkeypatch)
    assert main.main(["ingest", str(given)]) == 0
    for identity in documents().values():
        assert {page.status for page in stores().catalog.pages(identity)} <= DONE


@pytest.mark.parametrize("fault", ["refused", "500"])
def test_a_store_that_fails_while_another_instance_fetches_a_file_is_told_in_a_sentence(
    move: Move, tmp_path: Path, make_pdf: MakePdf, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    move("a")
    read(mail(tmp_path, make_pdf))
    identity = documents()["prices.pdf"]
    (there,) = (tmp_path / "homes" / "a" / "derived").glob(f"*/attached/{identity}/prices.pdf")
    given = of_other_machine(there)
    move("b")
    with failing_store(fault, monkeypatch), pytest.raises(FilesError, match="cannot be reached") as told:
        access.path_here(given, identity)
    assert "hunter2" not in str(told.value)
    assert not [one for one in (tmp_path / "homes" / "b" / "derived").rglob("*") if one.is_file()]
    use_endpoint(s3_server(), monkeypatch)
    dependencies.home_stores().close()
    dependencies._stores_at.cache_clear()
    move("b")
    assert access.path_here(given, identity).is_file()


def _end(_: object) -> None:
    raise RuntimeError("the process ends")


def test_an_instance_that_takes_over_a_reading_and_gets_no_file_says_so_of_each_page(
    move: Move, make_pdf: MakePdf, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = TestClient(Starlette(routes=ROUTES), base_url="http://127.0.0.1")
    pdf = make_pdf("prices.pdf", "A day ticket to the island costs 14 euros.", "A week costs 70 euros.").read_bytes()
    move("a")
    sent = client.post("/uploads", params={"name": "prices.pdf"}, content=pdf).json()
    kept, thread = InMemorySaver(), RunnableConfig(configurable={"thread_id": "1"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nodes, "render_pages", RunnableLambda(_end))
        ending = ingestion.build().compile(checkpointer=kept)
    with pytest.raises(RuntimeError, match="the process ends"):
        ending.invoke({"sources": [sent["source"]]}, thread)
    move("b")
    with failing_store("500", monkeypatch):
        unfinished = ingestion.build().compile(checkpointer=kept).invoke(None, thread)["report"]["unfinished"]
        assert (unfinished["reason"], unfinished["pages"]) == ("files", 2)
        for page in stores().catalog.pages(sent["id"]):
            assert (page.status, page.reason, page.attempts) == ("pending", "files", 0)
            assert "cannot be reached (it answers with status 500)" in page.detail
    dependencies.home_stores().close()
    dependencies._stores_at.cache_clear()
    use_endpoint(s3_server(), monkeypatch)
    move("b")
    read(Path(sent["source"]))
    assert {page.status for page in stores().catalog.pages(sent["id"])} <= DONE
