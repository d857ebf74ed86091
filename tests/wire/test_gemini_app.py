"""Ingestion with a loopback Gemini, through the graph and the command line."""

import asyncio
import hashlib
import io
import json
from collections import Counter
from dataclasses import astuple
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from graph import dependencies
from graph.access import Scope
from graph.app import app
from graph.cli import main
from graph.context import Context
from graph.storage.rows import PageRow
from prompts import load
from tests.conftest import DATA, MakePdf
from tests.wire.conftest import SAMPLE, Ingested
from tests.wire.gemini_server import Fault, GeminiServer, Recorded, Reply
from tests.wire.scripted_replies import FOUNDED, SEEN, Model, claim, kinds, pages_asked

RECITATION = Reply("", finish_reason="RECITATION")
EVERYTHING = Context(top_k=20, whole_document_tokens=0, check_claims=False)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    """A command's exit code and its JSON; what went wrong is said on standard error too."""
    code = main.main([*arguments, "--json"])
    out, err = capsys.readouterr()
    value = json.loads(out)
    assert err == (f"pagewitness: {value['error']}\n" if "error" in value else "")
    return code, value


def ledger() -> list[PageRow]:
    catalog = dependencies.stores(Scope.everything()).catalog
    return [row for document in catalog.documents() for row in catalog.pages(document.id)]


def statuses() -> str:
    return " ".join(row.status for row in ledger())


def pixels(encoded: bytes) -> str:
    with Image.open(io.BytesIO(encoded)) as image:
        return hashlib.sha256(image.convert("RGB").tobytes()).hexdigest()


def sent_images(requests: list[Recorded]) -> Counter[str]:
    """The pixels of the images that were sent, in whatever format."""
    return Counter(pixels(image) for request in requests for image in request.images)


def stored_images() -> Counter[str]:
    return Counter(pixels(dependencies.home_stores().images.get(row.image)) for row in ledger())


def test_every_page_image_is_sent_once_with_its_text_layer(ingested: Ingested, library: Model) -> None:
    reading = [request for request in ingested.requests if request.images]
    assert sorted(map(pages_asked, reading)) == [[1, 2, 3, 4], [5, 6]]
    assert sent_images(reading) == stored_images()
    assert len(stored_images()) == 6
    for request in reading:
        for page in pages_asked(request):
            assert (f'<text-layer page="{page}">' in request.prompt) == (page != 5)
        assert request.system == load("transcribe").text
    assert "31\nmetres above the sea" in max(reading, key=lambda request: len(request.images)).prompt


def test_the_report_counts_pages_requests_and_tokens(ingested: Ingested, library: Model) -> None:
    (document,) = ingested.report["documents"]
    assert (document["status"], document["pages"], document["failures"]) == ("complete", 6, [])
    assert document["ledger"] == {"read": 6, "fallback": 0, "blank": 0, "failed": 0, "pending": 0}
    usage = ingested.report["usage"]
    assert usage["requests"] == len(ingested.requests) == 3, "two windows of pages and a batch of passages"
    assert usage["input_tokens"] > 6 * 258, "six images alone"
    assert usage["output_tokens"] > 100
    assert {(row.status, row.engine, row.model) for row in ledger()} == {("read", "llm", "gemini-3.5-flash-lite")}
    (embedding,) = [request for request in ingested.requests if request.embeds and request.texts[0]]
    assert len(embedding.texts) == document["chunks"]
    assert all(text.startswith("title: sample.pdf | text: ") for text in embedding.texts)


def test_what_is_found_comes_from_the_replies(library: Model) -> None:
    found = app.invoke({"question": "What was seen beside the observatory?"}, context=EVERYTHING)["retrieved"]
    for page, word in SEEN.items():
        assert page in {p["page"] for p in found if word in p["text"]}


def test_a_second_ingestion_sends_nothing(
    copied: Model, gemini: GeminiServer, capsys: pytest.CaptureFixture[str]
) -> None:
    code, report = run(capsys, "ingest", str(SAMPLE))
    assert (code, report["documents"][0]["status"], report["usage"]["requests"]) == (0, "unchanged", 0)
    assert gemini.requests == []


def test_batch_size_and_reading_prompt_are_settings(model: Model, gemini: GeminiServer) -> None:
    context = {"pages_per_request": 5, "transcribe_prompt": "Read aloud."}
    output: Any = asyncio.run(app.ainvoke({"sources": [str(SAMPLE)]}, context=context))
    assert output["report"]["documents"][0]["status"] == "complete"
    reading = [request for request in gemini.chats if request.images]
    assert sorted(map(pages_asked, reading)) == [[1, 2, 3, 4, 5], [6]]
    assert {request.system for request in reading} == {"Read aloud."}


def test_a_page_that_the_model_refuses_is_read_from_the_file_or_by_ocr_and_the_others_by_the_model(
    model: Model, gemini: GeminiServer, capsys: pytest.CaptureFixture[str]
) -> None:
    model.unread = {1: RECITATION, 5: RECITATION}
    code, report = run(capsys, "ingest", str(SAMPLE))
    (document,) = report["documents"]
    assert (code, document["status"], document["failures"]) == (0, "complete", [])
    assert document["ledger"] == {"read": 4, "fallback": 2, "blank": 0, "failed": 0, "pending": 0}
    for page, reader, said in ((1, "text-layer", "Its text layer was taken"), (5, "ocr", "OCR read the page instead.")):
        row = ledger()[page - 1]
        assert (row.status, row.reason, row.model) == ("fallback", "recitation", reader)
        assert "RECITATION" in row.detail
        assert said in row.detail
    # Each window once, then in halves: one page that is refused takes the others' reply with it.
    assert sorted(map(pages_asked, gemini.chats)) == [
        [1],
        [1],
        [1, 2],
        [1, 2, 3, 4],
        [2],
        [3, 4],
        [5],
        [5],
        [5, 6],
        [6],
    ]
    assert report["usage"]["requests"] == len(gemini.requests)

    model.claims = [claim("Four wardens filed 2,914 reports.", "The four wardens filed 2,914 weather")]
    code, answer = run(capsys, "ask", "How many weather reports did the wardens file?")
    assert (code, answer["refused"], answer["citations"][0]["page"]) == (0, False, 1)
    gemini.requests.clear()
    model.unread = {}
    code, report = run(capsys, "ingest", str(SAMPLE))
    assert (code, report["documents"][0]["status"]) == (0, "unchanged")
    assert gemini.chats == []
    assert "18,450 euros" in run(capsys, "show", "sample.pdf", "5")[1]["text"]


def test_a_page_that_fails_again_is_counted(
    model: Model, gemini: GeminiServer, make_pdf: MakePdf, capsys: pytest.CaptureFixture[str]
) -> None:
    model.unread = {1: Fault(400, "Unable to process input image.")}
    path = make_pdf("scan.pdf", "")
    draw_on(path)
    for attempt in (1, 2):
        code, report = run(capsys, "ingest", str(path))
        assert (code, report["documents"][0]["status"]) == (3, "failed")
        assert (ledger()[0].status, ledger()[0].reason, ledger()[0].attempts) == ("failed", "request_error", attempt)
    assert len(gemini.chats) == 2
    answer = run(capsys, "ask", "What does it say?")[1]
    assert (answer["refused"], answer["reason"]) == (True, "page_unreadable")


def test_a_wrong_key_or_a_retired_reader_leaves_nothing_half_stored(
    model: Model, gemini: GeminiServer, make_pdf: MakePdf, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    path = str(make_pdf("two.pdf", "One page.", "Another page."))
    monkeypatch.setenv("PAGEWITNESS_READER_MODEL", "google_genai:gemini-2.0-flash")
    for key, retired, words in (
        ("another", "", ["Gemini key was refused", "GOOGLE_API_KEY", "400"]),
        ("test", "gemini-2.0-flash", ["gemini-2.0-flash", "retired", "PAGEWITNESS_READER_MODEL"]),
    ):
        gemini.key, gemini.retired = key, {retired}
        code, said = run(capsys, "ingest", path)
        assert (code, said.keys()) == (2, {"error"})
        assert [word for word in words if word not in said["error"]] == []
        assert statuses() == "pending pending"
        assert dependencies.stores(Scope.everything()).catalog.documents()[0].generation == ""
        assert dependencies.stores(Scope.everything()).vectors.count() == 0
        assert run(capsys, "ask", "Who founded it?")[1]["reason"] == "nothing_ingested"
    monkeypatch.delenv("PAGEWITNESS_READER_MODEL")
    code, report = run(capsys, "ingest", path)
    assert (code, report["documents"][0]["status"]) == (0, "complete")
    assert statuses() == "read read"


def test_when_only_the_vectors_failed_no_page_is_read_again(
    model: Model, gemini: GeminiServer, make_pdf: MakePdf, capsys: pytest.CaptureFixture[str]
) -> None:
    path = make_pdf("note.pdf", "A short note.")
    gemini.retired = {"gemini-embedding-2"}
    code, said = run(capsys, "ingest", str(path))
    assert code == 2
    assert "PAGEWITNESS_EMBEDDING_MODEL" in said["error"]
    assert (statuses(), dependencies.stores(Scope.everything()).catalog.documents()[0].generation) == ("read", "")
    gemini.retired = set()
    gemini.requests.clear()
    code, report = run(capsys, "ingest", str(path))
    assert (code, report["documents"][0]["status"]) == (0, "complete")
    assert kinds(gemini) == ["embed"]


def test_vectors_of_another_engine_are_refused_and_rebuilt_without_reading(
    model: Model, gemini: GeminiServer, make_pdf: MakePdf, capsys: pytest.CaptureFixture[str]
) -> None:
    path = make_pdf("founding.pdf", f"{FOUNDED} in the old fog signal house.")
    assert run(capsys, "ingest", str(path), "--engine", "offline")[0] == 0
    before = [astuple(row) for row in ledger()]
    for command in (["ask", "Who founded it?"], ["ingest", str(path)]):
        code, said = run(capsys, *command, "--engine", "auto")
        assert code == 2
        assert "pagewitness reembed" in said["error"]
    assert gemini.requests == []
    code, done = run(capsys, "reembed")
    assert (code, done["documents"], done["chunks"], done["embedder"]) == (0, 1, 1, "gemini-embedding-2/768")
    assert done["usage"]["requests"] == 1
    assert kinds(gemini) == ["embed"]
    assert [astuple(row) for row in ledger()] == before
    model.claims = [claim("Edith Carrow did, in 1911.", FOUNDED)]
    answer = run(capsys, "ask", "Who founded the observatory?")[1]
    assert (answer["engine"], answer["citations"][0]["page"]) == ("llm", 1)


def test_engines_that_take_turns_read_a_page_once_each(
    model: Model, gemini: GeminiServer, make_pdf: MakePdf, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(make_pdf("note.pdf", "A short note."))
    for engine in ("llm", "offline", "llm"):
        if ledger():
            run(capsys, "reembed", "--engine", engine)
        assert run(capsys, "ingest", path, "--engine", engine)[1]["documents"][0]["status"] == "complete"
        assert (ledger()[0].engine, ledger()[0].status) == (engine, "read")
    assert [pages_asked(request) for request in gemini.chats] == [[1]]


@pytest.mark.data
def test_each_page_of_the_paper_is_sent_once(
    model: Model, gemini: GeminiServer, capsys: pytest.CaptureFixture[str]
) -> None:
    model.pages = lambda page: f"## Part {page}\n\n" + " ".join(f"word{page}x{n}" for n in range(30))
    code, report = run(capsys, "ingest", str(DATA / "deepseek-r1" / "DeepSeek_R1.pdf"))
    assert (code, report["documents"][0]["ledger"]["read"]) == (0, 22)
    assert sent_images(gemini.chats) == stored_images()
    assert sorted(page for request in gemini.chats for page in pages_asked(request)) == list(range(1, 23))
    assert len(gemini.chats) == 6


def draw_on(path: Path) -> None:
    """Make a page that has ink and no text."""
    import pymupdf

    document: Any = pymupdf.open(path)
    document[0].draw_rect((50, 50, 200, 300), fill=(0, 0, 0))
    document.saveIncr()
    document.close()
