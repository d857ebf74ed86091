"""Number of requests of an ingestion: batches, pages without a model, blank pages, and the estimate before it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pymupdf
import pytest
from PIL import Image

from graph import dependencies
from graph.access import Scope
from graph.cli import main
from graph.cli.exit_codes import INCOMPLETE
from graph.engines.base import Engine
from graph.storage.rows import PageRow
from loaders.types import FILE_READER
from tests.conftest import DATA, MakePdf
from tests.wire.engine_helpers import asked, page, read, read_pages, texts
from tests.wire.gemini_server import GeminiServer, Reply
from tests.wire.scripted_replies import Model, kinds, pages_asked

PAPER = DATA / "deepseek-r1" / "DeepSeek_R1.pdf"
TEXT = "The winch cable was tested in March and holds 1,200 kilograms. It had been new in 2019. " * 6


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    code = main.main([*arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


def ledger() -> list[PageRow]:
    catalog = dependencies.stores(Scope.everything()).catalog
    return catalog.pages(catalog.documents()[0].id)


def sent(gemini: GeminiServer) -> list[list[int]]:
    return sorted(pages_asked(request) for request in gemini.chats)


@pytest.fixture
def mixed(make_pdf: MakePdf) -> Path:
    """Twelve pages: plain text, but for a table (3), a drawing (6), a scan (11) and nothing at all (5)."""
    path = make_pdf("mixed.pdf", *("" if number in (5, 11) else TEXT for number in range(1, 13)))
    document: Any = pymupdf.open(path)
    for y in (60, 80, 100, 120):
        document[2].draw_line((40, y), (380, y))
    for x in range(40, 380, 20):
        document[5].draw_circle((x, 90), 7)
    document[10].insert_image(document[10].rect, stream=_scan(ink=True))
    document.saveIncr()
    document.close()
    return path


# Windows


async def test_missing_pages_go_together_in_halves(engine: Engine, gemini: GeminiServer) -> None:
    gemini.script(Reply(""))
    assert texts(await read(engine, [page(n) for n in (1, 2, 3, 4)])) == [f"Text {n}." for n in (1, 2, 3, 4)]
    assert [asked(request) for request in gemini.chats] == [[1, 2, 3, 4], [1, 2], [3, 4]]


async def test_only_what_is_missing_is_asked_for_again(engine: Engine, gemini: GeminiServer) -> None:
    gemini.script(Reply('<page number="1">One</page><page number="2">Two</page>'))
    assert texts(await read(engine, [page(n) for n in (1, 2, 3, 4)])) == ["One", "Two", "Text 3.", "Text 4."]
    assert [asked(request) for request in gemini.chats] == [[1, 2, 3, 4], [3, 4]]


@pytest.mark.parametrize("size", [1, 2, 3, 4, 7, 16])
async def test_splitting_is_bounded(engine: Engine, gemini: GeminiServer, size: int) -> None:
    gemini.reply = lambda request: Reply("")
    assert texts(await read(engine, [page(n) for n in range(1, size + 1)])) == ["empty"] * size
    assert len(gemini.chats) <= 3 * size
    gemini.requests.clear()
    gemini.reply = lambda request: Reply("") if 1 in asked(request) else read_pages(request)
    outcomes = texts(await read(engine, [page(n) for n in range(1, size + 1)]))
    assert outcomes == ["empty", *(f"Text {n}." for n in range(2, size + 1))]
    assert len(gemini.chats) <= 3 * size


# Pages that take no model


def test_a_document_of_plain_text_takes_no_request_for_reading(
    model: Model, gemini: GeminiServer, make_pdf: MakePdf, capsys: pytest.CaptureFixture[str]
) -> None:
    model.pages = lambda page: f"Read by the model: {page}."
    path = str(make_pdf("plain.pdf", *[TEXT] * 9))
    code, report = run(capsys, "ingest", "--reader", "auto", path)
    assert (code, report["documents"][0]["status"], report["documents"][0]["ledger"]["read"]) == (0, "complete", 9)
    assert set(kinds(gemini)) == {"embed"}
    assert {(row.engine, row.model, row.prompt, row.requests) for row in ledger()} == {
        ("text-layer", "text-layer", FILE_READER, 0)
    }
    gemini.requests.clear()
    for arguments in (["--reader", "auto"], [], ["--reader", "auto", "--engine", "llm"]):
        assert run(capsys, "ingest", *arguments, path)[1]["documents"][0]["status"] == "unchanged"
    assert gemini.requests == []
    # By name: this engine, and every page.
    run(capsys, "ingest", "--reader", "vision", "--engine", "llm", path)
    assert sent(gemini) == [[1, 2, 3, 4], [5, 6, 7, 8], [9]]
    assert {row.engine for row in ledger()} == {"llm"}


def test_only_pages_that_need_it_are_sent_and_they_share_batches(
    model: Model, gemini: GeminiServer, mixed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model.pages = lambda page: f"Read by the model: {page}."
    plan = run(capsys, "ingest", "--dry-run", "--reader", "auto", str(mixed))[1]
    code, report = run(capsys, "ingest", "--reader", "auto", str(mixed))
    assert code == 0
    assert sent(gemini) == [[3, 6, 11]]
    assert [row.page for row in ledger() if row.engine == "llm"] == [3, 6, 11]
    assert report["documents"][0]["ledger"] == {"read": 11, "fallback": 0, "blank": 1, "failed": 0, "pending": 0}
    assert (plan["total"]["pages"], plan["total"]["send"], plan["total"]["requests"]) == (12, 3, 1)


def test_with_text_nothing_is_sent_and_scans_are_read_here(
    model: Model, gemini: GeminiServer, mixed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(capsys, "ingest", "--reader", "text", str(mixed))[0] == 0
    assert sent(gemini) == []
    assert ledger()[10].model == "ocr"


def test_the_empty_back_of_a_scanned_page_takes_no_request(
    model: Model, gemini: GeminiServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "back.png"
    path.write_bytes(_scan(ink=False))
    code, report = run(capsys, "ingest", str(path))
    assert (code, report["documents"][0]["ledger"]["blank"]) == (0, 1)
    assert gemini.requests == []


# Before a run


def test_a_dry_run_sends_and_stores_nothing_and_needs_no_key(
    gemini: GeminiServer, home: Path, make_pdf: MakePdf, capsys: pytest.CaptureFixture[str]
) -> None:
    good, broken = make_pdf("in/good.pdf", *[TEXT] * 5), make_pdf("in/locked.pdf", TEXT, password="secret")
    code, plan = run(capsys, "ingest", "--dry-run", "--engine", "llm", str(good.parent))
    assert code == INCOMPLETE
    first, second = plan["documents"]
    assert (first["name"], first["pages"], first["done"], first["send"], first["requests"]) == (good.name, 5, 0, 5, 2)
    assert first["input_tokens"] > 5 * 1000
    assert first["output_tokens"] > 100
    assert (second["name"], second["requests"]) == (broken.name, 0)
    assert "--password" in second["problem"]
    assert "tokens for an image" in plan["basis"]
    offline = run(capsys, "ingest", "--dry-run", "--engine", "auto", str(good))[1]
    assert offline["total"]["requests"] == 0, "without a key nothing is sent"
    assert gemini.requests == []
    assert not home.exists()
    assert main.main(["ingest", "--dry-run", "--engine", "llm", str(good)]) == 0
    assert "good.pdf" in capsys.readouterr().out


def test_a_dry_run_knows_what_was_read_before(
    library: Model, gemini: GeminiServer, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.wire.conftest import SAMPLE

    total = run(capsys, "ingest", "--dry-run", str(SAMPLE), str(SAMPLE))[1]["total"]
    assert (total["pages"], total["done"], total["send"], total["requests"]) == (6, 6, 0, 0)


@pytest.mark.data
@pytest.mark.parametrize(("reader", "requests"), [pytest.param("vision", 6, marks=pytest.mark.slow), ("auto", 3)])
def test_the_paper_takes_six_requests_at_most_and_none_again(
    model: Model, gemini: GeminiServer, capsys: pytest.CaptureFixture[str], reader: str, requests: int
) -> None:
    model.pages = lambda page: f"## Part {page}\n\n" + " ".join(f"word{page}x{n}" for n in range(30))
    plan = run(capsys, "ingest", "--dry-run", "--reader", reader, str(PAPER))[1]
    code, report = run(capsys, "ingest", "--reader", reader, str(PAPER))
    assert (code, report["documents"][0]["ledger"]["read"]) == (0, 22)
    assert len(gemini.chats) == plan["total"]["requests"] == requests
    gemini.requests.clear()
    assert run(capsys, "ingest", "--reader", reader, str(PAPER))[1]["documents"][0]["status"] == "unchanged"
    assert gemini.requests == []


def _scan(ink: bool) -> bytes:
    """A page from a scanner: grey, noisy, a shadow at its edge, specks; with or without a line of text-like strokes."""
    noise = np.random.default_rng(3)
    grey = noise.normal(238, 5, (1754, 1240))
    grey[:, :12] -= np.linspace(180, 0, 12)
    for y, x in noise.integers(0, 1200, (80, 2)):
        grey[y, x : x + 2] = 90
    if ink:
        grey[400:420, 200:1000:8] = 30
        grey[400:404, 200:1000] = 30
    buffer = io.BytesIO()
    Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()
