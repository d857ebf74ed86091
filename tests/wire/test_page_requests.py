"""Requests for pages: WebP, bounded replies, thinking, no warnings; and replies with a few misread words."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import Any

import pymupdf
import pytest
from PIL import Image

from graph import dependencies
from graph.access import Scope
from graph.app import app
from graph.engines.llm.page_requests import MIN_BYTES_FOR_WEBP
from graph.storage.rows import PageRow, Transcript
from tests.conftest import MakePdf
from tests.wire.conftest import SAMPLE
from tests.wire.gemini_server import GeminiServer, Reply
from tests.wire.scripted_replies import Model, pages_asked
from tests.wire.test_reply_checks import prose

PRINT = (
    "The meter o1 of the lock at Hasselt was read by Ingrid Vermeulen in 2019. She counted 1,204 barges in spring and "
    "987 in autumn, and the toll rose to 12.5 guilders for a barge of 97.3 tonnes, as the office wrote to its clerks."
)


def ingest(path: Path, **context: Any) -> tuple[list[PageRow], dict[int, Transcript]]:
    report: Any = app.invoke({"sources": [str(path)]}, context=context)["report"]
    document, catalog = report["documents"][0]["id"], dependencies.stores(Scope.everything()).catalog
    return catalog.pages(document), catalog.transcripts(document)


def test_large_images_are_sent_as_webp_with_the_same_pixels(model: Model, gemini: GeminiServer) -> None:
    rows, _ = ingest(SAMPLE)
    sent, stored = [], 0
    for request in gemini.chats:
        parts = [part["inlineData"] for part in request.parts if "inlineData" in part]
        for page, part, data in zip(pages_asked(request), parts, request.images, strict=True):
            png = dependencies.home_stores().images.get(rows[page - 1].image)
            assert len(png) >= MIN_BYTES_FOR_WEBP
            assert (part.get("mimeType") or part.get("mime_type")) == "image/webp"
            with Image.open(io.BytesIO(data)) as image, Image.open(io.BytesIO(png)) as other:
                assert image.convert("RGB").tobytes() == other.convert("RGB").tobytes()
            sent.append(len(data))
            stored += len(png)
    assert len(sent) == 6
    assert sum(sent) < 0.75 * stored  # one of the six is a noisy scan


def test_a_small_image_is_sent_as_it_is(model: Model, gemini: GeminiServer, make_pdf: MakePdf) -> None:
    rows, _ = ingest(make_pdf("note.pdf", PRINT))
    png = dependencies.home_stores().images.get(rows[0].image)
    assert len(png) < MIN_BYTES_FOR_WEBP
    assert gemini.chats[0].images == [png]


def test_the_reader_thinks_minimally_has_no_temperature_and_warns_of_nothing(
    model: Model, gemini: GeminiServer, make_pdf: MakePdf, monkeypatch: pytest.MonkeyPatch
) -> None:
    model.pages = lambda number: ""  # so that the page is requested a second time
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        ingest(make_pdf("note.pdf", PRINT))
    assert [request.config["thinkingConfig"] for request in gemini.chats] == [{"thinking_level": "MINIMAL"}] * 2
    assert not any("temperature" in request.config for request in gemini.chats)
    assert "it held no text for this page" in gemini.chats[1].prompt
    gemini.requests.clear()
    monkeypatch.setenv("PAGEWITNESS_READER_THINKING", "medium")
    model.pages = lambda number: PRINT
    ingest(make_pdf("other.pdf", PRINT + " More."))
    assert gemini.chats[0].config["thinkingConfig"] == {"thinking_level": "MEDIUM"}
    assert "maxOutputTokens" not in gemini.chats[0].config


def test_a_reply_that_the_bound_cuts_is_requested_with_more_and_nothing_is_lost(
    model: Model, gemini: GeminiServer, make_pdf: MakePdf
) -> None:
    long = "\n\n".join(f"Line {number} of the description of what is shown there." for number in range(400))
    model.pages = lambda number: f"{PRINT}\n\n<figure>{long}</figure>" if number == 2 else f"Page {number}. {PRINT}"
    rows, transcripts = ingest(make_pdf("book.pdf", *[PRINT] * 3))
    assert [row.status for row in rows] == ["read"] * 3
    assert "Line 399 of" in transcripts[2].markdown
    assert transcripts[3].markdown.startswith("Page 3.")
    assert [pages_asked(request) for request in gemini.chats] == [[1, 2, 3], [2], [3]]
    first, *more = [request.config["maxOutputTokens"] for request in gemini.chats]
    assert first == 2048
    assert more == [16384, 16384]


def test_a_single_page_that_is_cut_is_requested_again_and_may_still_be_doubted_once(
    model: Model, gemini: GeminiServer, make_pdf: MakePdf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGEWITNESS_CHECK_REPLIES", "on")
    lines = " ".join(f"Line {number} of what is shown." for number in range(500))
    replies = [f"{prose(1)}\n\n<figure>{lines}</figure>", prose(50), prose(1)]
    gemini.reply = lambda request: Reply(replies[min(len(gemini.chats), 3) - 1]) if request.images else "{}"
    (row,), transcripts = ingest(make_pdf("note.pdf", prose(1)))
    assert (row.status, row.requests) == ("read", 3)
    assert [request.config["maxOutputTokens"] for request in gemini.chats] == [2048, 16384, 16384]
    assert transcripts[1].markdown == prose(1)


def test_a_few_misread_words_are_mended_noted_and_searched(
    model: Model, gemini: GeminiServer, make_pdf: MakePdf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGEWITNESS_CHECK_REPLIES", "on")
    said = PRINT.replace("97.3", "97.8").replace("o1", "01").replace("Vermeulen", "Vermeulin")
    model.pages = lambda number: said
    (row,), transcripts = ingest(make_pdf("note.pdf", PRINT))
    assert (row.status, row.reason, row.requests) == ("read", "", 1)
    assert row.detail == (
        "3 words were corrected from the text layer: “01” to “o1”, “Vermeulin” to “Vermeulen”, “97.8” to “97.3”."
    )
    assert transcripts[1].markdown == PRINT
    model.claims = [
        {"text": "The barge has 97.3 tonnes.", "quote": "a barge of 97.3 tonnes", "on": "97.3", "passage": ""}
    ]
    answer = app.invoke({"question": "How heavy is a barge?"})
    assert answer["citations"][0]["quote"] == "a barge of 97.3 tonnes"
    assert "page_partly_read" not in {note["kind"] for note in answer["notes"]}


def test_comments_are_kept_where_words_are_mended(
    model: Model, gemini: GeminiServer, tmp_path: Path, make_pdf: MakePdf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGEWITNESS_CHECK_REPLIES", "on")
    document: Any = pymupdf.open(make_pdf("note.pdf", PRINT))
    note = document[0].add_text_annot((300, 60), "Ask Mrs Brandt about the 12.9 guilders.")
    note.set_info(title="Tolls office")
    note.update()
    document.save(tmp_path / "noted.pdf")
    document.close()
    model.pages = lambda number: PRINT.replace("987", "937")
    (row,), transcripts = ingest(tmp_path / "noted.pdf")
    assert row.detail == "1 word was corrected from the text layer: “937” to “987”."
    (comment,) = [block for block in transcripts[1].blocks if block.is_comment]
    assert comment.text == "Comment (Tolls office): Ask Mrs Brandt about the 12.9 guilders."
    assert PRINT in transcripts[1].markdown


def test_what_the_model_describes_is_stored_and_found_as_a_description(
    model: Model, gemini: GeminiServer, make_pdf: MakePdf
) -> None:
    model.pages = lambda number: f"{PRINT}\n\nFigure 1: Barges\n\n<figure>Columns rise from May to August.</figure>"
    _, transcripts = ingest(make_pdf("note.pdf", PRINT))
    (described,) = [block for block in transcripts[1].blocks if block.is_description]
    assert (described.kind, described.text) == ("description", "Figure description: Columns rise from May to August.")
    model.claims = [
        {"text": "They rise from May on.", "quote": "Columns rise from May to August.", "on": "Columns", "passage": ""}
    ]
    answer = app.invoke({"question": "When do the columns rise?"}, context={"top_k": 20})
    passage = next(chunk for chunk in answer["retrieved"] if "Columns" in chunk["text"])
    assert "Figure description: Columns rise" in passage["text"]
