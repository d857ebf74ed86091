"""What lies in people's folders, through the whole application: read, cited, skipped with a reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pymupdf
import pytest
from PIL import Image

from graph.app import app
from graph.context import Context
from graph.errors import BadInputError
from graph.ingestion.graph import app as ingestion
from graph.maintenance.health import run_checks
from loaders.sources.office import find_converter
from tests.conftest import MakePdf
from tests.flows.test_ingestion import TICKET
from tests.unit.loaders.reflow.test_reader import mail
from tests.unit.loaders.sources.test_office import docx, needs_office


def report_of(*sources: Path) -> Any:
    return ingestion.invoke({"sources": [str(source) for source in sources]}, context=Context())["report"]


def test_every_file_of_a_folder_is_accounted_for(home: Path, make_pdf: MakePdf, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    make_pdf("in/ticket", TICKET)
    (folder / "notes").write_text("The lido was closed for 41 days.")
    (folder / "page.htm").write_text("<html><p>The pier has 77 planks.</p>")
    (folder / "run.py").write_text("print(1)")
    (folder / "program.exe").write_bytes(bytes(range(256)))
    (folder / "empty").write_bytes(b"")
    (folder / "junk.txt").write_bytes(bytes(range(256)))
    (folder / ".DS_Store").write_bytes(b"\0")
    report = report_of(folder)
    assert {one["name"]: one["status"] for one in report["documents"]} == {
        "notes": "complete", "page.htm": "complete", "ticket": "complete", "junk.txt": "failed",
    }  # fmt: skip
    assert {one["name"] for one in report["skipped"]} == {"run.py", "program.exe", "empty", ".DS_Store"}
    assert all(one["name"] in one["detail"] and one["detail"].endswith(".") for one in report["skipped"])
    answer = app.invoke({"question": "How many planks does the pier have?"})
    assert "77 planks" in answer["answer"]
    (citation,) = answer["citations"]
    assert (citation["name"], citation["page"]) == ("page.htm", 1)
    assert citation["boxes"]


def test_the_attachments_of_a_message_are_documents_of_their_own(home: Path, make_pdf: MakePdf, tmp_path: Path) -> None:
    inner = mail()
    inner.add_attachment(
        make_pdf("deep.pdf", TICKET).read_bytes(), maintype="application", subtype="pdf", filename="d.pdf"
    )
    message = mail()
    message.add_attachment(b"The pier has 77 planks.", maintype="text", subtype="plain", filename="../pier.txt")
    message.add_attachment(b"The pier has 78 planks.", maintype="text", subtype="plain", filename="pier.txt")
    message.add_attachment(bytes(range(256)), maintype="application", subtype="x", filename="tool.exe")
    message.add_attachment(inner)
    (tmp_path / "mail.eml").write_bytes(message.as_bytes())
    report = report_of(tmp_path / "mail.eml")
    source = str(tmp_path / "mail.eml")
    assert {one["source"]: one["status"] for one in report["documents"]} == {
        source: "complete",
        f"{source}!pier.txt": "complete",
        f"{source}!pier (2).txt": "complete",
        f"{source}!Größe der Pumpe.eml": "complete",
        f"{source}!Größe der Pumpe.eml!d.pdf": "complete",
    }
    assert [one["name"] for one in report["skipped"]] == ["tool.exe"]
    assert report_of(tmp_path / "mail.eml")["documents"][1]["status"] == "unchanged"


def test_the_files_of_a_pdf_are_documents_of_their_own_unless_they_are_skipped(
    home: Path, make_pdf: MakePdf, monkeypatch: pytest.MonkeyPatch
) -> None:
    annex = make_pdf("annex.pdf", "The annex says that the mast is 23 metres high.").read_bytes()
    cover: Any = pymupdf.open(str(make_pdf("plain.pdf", "The annex is attached.")))
    cover.embfile_add("annex", annex, filename="annex.pdf")
    cover[0].add_file_annot((300, 300), b"A pinned note about 9 sails.", "note.txt")
    path = home.parent / "cover.pdf"
    cover.save(str(path))
    names = {"annex.pdf", "note.txt"}
    skipped = app.invoke({"sources": [str(path)]}, context={"attachments": "skip"})["report"]
    assert [one["name"] for one in skipped["documents"]] == ["cover.pdf"]
    assert {one["name"] for one in skipped["skipped"]} == names
    assert all("attached to 'cover.pdf'" in one["detail"] for one in skipped["skipped"])
    read = report_of(path)
    assert {one["name"]: one["status"] for one in read["documents"]} == {
        "cover.pdf": "unchanged", **dict.fromkeys(names, "complete")
    }  # fmt: skip
    assert "23 metres" in app.invoke({"question": "How high is the mast?"})["answer"]
    monkeypatch.setenv("PAGEWITNESS_ATTACHMENTS", "skip")
    assert len(report_of(path)["documents"]) == 1


@needs_office
@pytest.mark.heavy
def test_an_office_file_is_read_as_the_pages_of_its_pdf_and_converted_once(home: Path, tmp_path: Path) -> None:
    report = report_of(docx(tmp_path / "letter.docx"))
    (document,) = report["documents"]
    assert (document["name"], document["status"], document["pages"]) == ("letter.docx", "complete", 1)
    (converted,) = (home / "derived").rglob("*.pdf")
    before = converted.stat().st_mtime_ns
    assert report_of(tmp_path / "letter.docx")["documents"][0]["status"] == "unchanged"
    assert converted.stat().st_mtime_ns == before
    answer = app.invoke({"question": "How many kilograms does the winch cable hold?"})
    assert "1,200 kilograms" in answer["answer"]
    assert answer["citations"][0]["name"] == "letter.docx"


def test_office_files_are_skipped_where_nothing_converts_them(
    home: Path, make_pdf: MakePdf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGEWITNESS_OFFICE_CONVERTER", "off")
    make_pdf("in/ticket.pdf", TICKET)
    report = report_of(docx(tmp_path / "in" / "letter.docx").parent)
    assert [one["name"] for one in report["documents"]] == ["ticket.pdf"]
    assert "LibreOffice" in report["skipped"][0]["detail"]
    with pytest.raises(BadInputError, match="LibreOffice"):
        report_of(tmp_path / "in" / "letter.docx")
    check = next(one for one in run_checks()["checks"] if one["name"] == "office files")
    assert (check["ok"], check["detail"]) == (True, "skipped: PAGEWITNESS_OFFICE_CONVERTER is off")


def test_doctor_says_what_converts_office_files(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check = next(one for one in run_checks()["checks"] if one["name"] == "office files")
    found = find_converter("auto")
    assert check["detail"] == (f"converted by {found}" if found else "skipped: LibreOffice is not installed")
    monkeypatch.setenv("PAGEWITNESS_OFFICE_CONVERTER", "/none/soffice")
    check = next(one for one in run_checks()["checks"] if one["name"] == "office files")
    assert not check["ok"]
    assert "/none/soffice" in check["detail"]


@pytest.mark.parametrize("kind", ["GIF", "BMP", "HEIF"])
def test_photographs_of_every_kind_are_read(home: Path, make_pdf: MakePdf, tmp_path: Path, kind: str) -> None:
    import pymupdf

    if kind == "HEIF":
        pytest.importorskip("pillow_heif").register_heif_opener()
    with pymupdf.open(make_pdf("a.pdf", TICKET)) as document:
        pixmap = document[0].get_pixmap(dpi=150)
    picture = Image.frombytes("RGB", (pixmap.width, pixmap.height), pixmap.samples)
    picture.save(tmp_path / "photo", kind)
    (document,) = report_of(tmp_path / "photo")["documents"]
    assert (document["status"], document["ledger"]["read"]) == ("complete", 1)
