"""Changed words of a transcript are never proven, on digital pages and on scans; what is left as it is has boxes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pymupdf
import pytest

from graph import dependencies
from graph.access import Scope
from graph.app import app
from graph.storage.rows import ocr_key
from tests.evals.citation_boxes import HELD, share_held
from tests.wire.gemini_server import GeminiServer
from tests.wire.scripted_replies import Model, ask, claim, kinds

LINES = [
    "The harbour of Skarvik lost 97.3 percent of its eel traps in the storm.",
    "Pilot Henrike Aalund has counted 412 of them on the eastern shore.",
    "For each trap the pool pays 6.5 x 2 + 4 = 17 crowns to the owner.",
    "Fishing was not allowed again before the end of that winter.",
]
CHANGED = [
    LINES[0].replace("97.3", "97.8"),
    LINES[1].replace("Aalund", "Aalberg"),
    LINES[2].replace("2 + 4", "2 - 4"),
    LINES[3].replace("not ", ""),
]
DESCRIBED = "The drawing shows traps that were washed ashore."


def drawn(path: Path, scan: bool) -> Path:
    """A page with the four sentences, as text or as the picture of it."""
    document: Any = pymupdf.open()
    page = document.new_page(width=595, height=842)
    for row, line in enumerate(LINES):
        page.insert_text((60, 100 + 60 * row), line, fontsize=13)
    if scan:
        picture, document = page.get_pixmap(dpi=150).tobytes("png"), pymupdf.open()
        page = document.new_page(width=595, height=842)
        page.insert_image(page.rect, stream=picture)
    document.save(str(path))
    return path


@pytest.mark.parametrize("scan", [False, True], ids=["digital", "scan"])
def test_only_what_the_page_holds_is_proven(model: Model, gemini: GeminiServer, tmp_path: Path, scan: bool) -> None:
    source = drawn(tmp_path / "traps.pdf", scan)
    written = "\n\n".join([*CHANGED, *LINES, f"<figure>{DESCRIBED}</figure>"])
    model.pages = lambda page: written
    report: Any = app.invoke({"sources": [str(source)]})["report"]
    model.claims = [claim("So it says.", quote, on=quote) for quote in [*LINES, *CHANGED, DESCRIBED]]
    output = ask("What happened to the traps?", look_again="off")
    assert kinds(gemini)[-2:] == ["grade", "answer"]
    cited = {citation["quote"]: citation for citation in output["citations"]}
    assert set(cited) == {*LINES, *CHANGED, DESCRIBED}
    own = "ocr" if scan else "text"
    assert [cited[line]["read_from"] for line in LINES] == [own] * 4
    assert [cited[line]["read_from"] for line in CHANGED] == ["transcript"] * 4
    assert cited[DESCRIBED]["read_from"] == "description"
    assert [quote for quote, citation in cited.items() if citation.get("verified", True)] == LINES
    assert "97.3 where the transcript has 97.8" in cited[CHANGED[0]]["reason"]
    assert output["verdict"] == "partly_proven"
    assert sum(note["kind"] == "not_proven" for note in output["notes"]) == 5
    for line in LINES:
        assert share_held(line, {1: cited[line]["boxes"]}, source) >= HELD
    stored = dependencies.stores(Scope.everything()).catalog.transcript(ocr_key(report["documents"][0]["id"], 1))
    assert (stored is not None) == scan, "a page with a legible text layer needs no OCR, a scan is read once"


def test_an_answer_of_changed_words_alone_is_seen(model: Model, tmp_path: Path) -> None:
    model.pages = lambda page: "\n\n".join(CHANGED)
    app.invoke({"sources": [str(drawn(tmp_path / "traps.pdf", False))]})
    model.claims = [claim("It lost 97.8 percent.", CHANGED[0])]
    output = ask("What happened to the traps?")
    assert (output["verdict"], output["refused"]) == ("seen", False)
    assert output["answer"].endswith("[1] (not proven: read by a model; the page's text does not confirm it)")
