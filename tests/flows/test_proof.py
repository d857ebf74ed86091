"""Proofs of answers: cited pages as a PDF whose annotations lie on the quoted words, and exports as texts."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pymupdf
import pytest
from click.testing import CliRunner

from graph.app import app
from graph.cli.group import pagewitness
from graph.errors import BadInputError
from graph.export import texts
from graph.export.proof import proof_pdf
from tests.evals.citation_boxes import HELD, share_held
from tests.evals.proofs import highlights

WEIR = "The weir keeper Ansgar Tolle closes the gate at 41 centimetres."
LAMPS = "Nine lamps burn on the mole until the last boat is in."


def drawn(path: Path, rotation: int, kind: str) -> Path:
    """A page with two sentences: as text, turned by `rotation`; or as an image file."""
    document: Any = pymupdf.open()
    page = document.new_page(width=500, height=700)
    page.insert_text((60, 120), WEIR, fontsize=12)
    page.insert_text((60, 420), LAMPS, fontsize=12)
    if kind == "image":
        page.get_pixmap(dpi=150).save(str(path))
        return path
    if rotation:  # set sideways in the file, and shown upright by its rotation
        turned: Any = pymupdf.open()
        sheet = turned.new_page(width=700, height=500)
        sheet.show_pdf_page(sheet.rect, document, 0, rotate=rotation)
        sheet.set_rotation(rotation)
        document = turned
    document.save(str(path))
    return path


@pytest.mark.parametrize(("name", "rotation"), [("plain.pdf", 0), ("turned.pdf", 90), ("photo.png", 0)])
def test_annotations_lie_on_the_quoted_words(tmp_path: Path, name: str, rotation: int) -> None:
    source = drawn(tmp_path / name, rotation, "image" if name.endswith("png") else "text")
    app.invoke({"sources": [str(source)]})
    answer = app.invoke({"question": "At how many centimetres does the weir keeper close the gate?"})
    assert answer["citations"]
    proof = tmp_path / "proof.pdf"
    proof.write_bytes(proof_pdf(answer))
    (page, number, boxes, text) = highlights(proof)[0]
    assert (page, number) == (1, "[1]")
    assert answer["citations"][0]["quote"] in text
    assert share_held(answer["citations"][0]["quote"], {page: boxes}, proof) >= HELD
    with pymupdf.open(str(proof)) as document:
        assert [title for _, title, _ in document.get_toc()] == [f"[1] {name}, page 1"]
        assert not document.is_repaired
        assert [mark.info["title"] for mark in document[0].annots(types=[pymupdf.PDF_ANNOT_FREE_TEXT])] == ["[1]"]


def test_a_page_whose_file_is_gone_is_shown_by_its_image(tmp_path: Path) -> None:
    source = drawn(tmp_path / "gone.pdf", 0, "text")
    app.invoke({"sources": [str(source)]})
    answer = app.invoke({"question": "At how many centimetres does the weir keeper close the gate?"})
    source.write_bytes(b"%PDF-1.4 something else")
    proof = tmp_path / "proof.pdf"
    proof.write_bytes(proof_pdf(answer))
    ((page, _, boxes, _),) = highlights(proof)
    assert share_held(WEIR, {page: boxes}, proof) >= HELD


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"citations": []},
        {"citations": "all"},
        {"citations": [{"document": "none", "page": 1, "quote": "x", "marker": 1, "boxes": []}]},
        {"citations": [{"document": "none", "page": "a", "quote": "x", "marker": 1}]},
        {"citations": [{"document": "none", "page": 1, "quote": "x", "marker": 1, "boxes": [["a"]]}]},
        {"citations": [{"document": "none", "page": 1, "quote": "x", "marker": 1, "boxes": 7}]},
    ],
)
def test_what_is_no_answer_is_refused_in_a_sentence(answer: dict[str, Any]) -> None:
    with pytest.raises(BadInputError, match=r"^[^\n]+[.:] ?[^\n]*$"):
        proof_pdf(answer)


def test_the_command_writes_the_proof_and_the_exports(tmp_path: Path) -> None:
    app.invoke({"sources": [str(drawn(tmp_path / "weir_1.pdf", 0, "text"))]})
    files = {ending: tmp_path / f"answer{ending}" for ending in (".md", ".json", ".bib")}
    exports = [part for path in files.values() for part in ("--export", str(path))]
    arguments = ["ask", "At how many centimetres does the weir keeper close the gate?", "--json", *exports]
    ran = CliRunner().invoke(pagewitness, [*arguments, "--proof", str(tmp_path / "proof.pdf")], catch_exceptions=False)
    assert ran.exit_code == 0
    assert highlights(tmp_path / "proof.pdf")
    written = json.loads(files[".json"].read_text("utf-8"))
    assert (written["citations"][0]["quote"], written["citations"][0]["read_from"]) == (WEIR, "text")
    assert f"> {WEIR}" in files[".md"].read_text("utf-8")
    assert r"title = {weir\_1.pdf}" in files[".bib"].read_text("utf-8")
    wrong = CliRunner().invoke(pagewitness, ["ask", "x", "--export", str(tmp_path / "answer.docx")])
    assert wrong.exit_code != 0


def test_a_quote_cannot_leave_its_field_or_line() -> None:
    citation = {"marker": 1, "name": "a}{b.pdf", "page": 2, "quote": "50 % of #1 }\n\n# Head <img src=x>", "boxes": []}
    answer = {"question": "Q", "answer": "A [1]", "citations": [citation, citation]}
    entry = texts.bibtex(answer)
    assert entry.count("@misc") == 1
    assert not re.search(r"(?<!\\)[%#]", entry)
    assert entry.replace(r"\{", "").count("{") == entry.replace(r"\}", "").count("}")
    assert "\n# Head" not in texts.markdown(answer)
    assert "<img" not in texts.markdown(answer)
