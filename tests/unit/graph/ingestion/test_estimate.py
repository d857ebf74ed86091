"""Estimates: pages, requests and tokens of an ingestion, without a key and without a home folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from graph.context import Context
from graph.errors import BadInputError
from graph.ingestion.estimate import IMAGE_TOKENS, estimate
from graph.ingestion.graph import app
from loaders.errors import SourceError
from tests.conftest import MakePdf

TEXT = "A day ticket to the island costs 14 euros, boat included. " * 4


async def test_pages_requests_and_tokens_are_added_up(home: Path, make_pdf: MakePdf) -> None:
    sources = [str(make_pdf("a.pdf", *[TEXT] * 5)), str(make_pdf("b.pdf", *[TEXT + "And more."] * 2))]
    found = await estimate(sources, Context(engine="llm", pages_per_request=4))
    assert [(one["pages"], one["send"], one["requests"]) for one in found["documents"]] == [(5, 5, 2), (2, 2, 1)]
    total = found["total"]
    assert (found["engine"], total["pages"], total["done"], total["requests"]) == ("llm", 7, 0, 3)
    assert total["input_tokens"] > 7 * IMAGE_TOKENS
    assert 7 * len(TEXT) / 4 < total["output_tokens"] < 7 * len(TEXT) / 2
    assert not home.exists(), "an estimate leaves nothing behind"


@pytest.mark.parametrize(
    ("settings", "sent"),
    [
        (Context(engine="offline"), 0),
        (Context(engine="llm", reader="text"), 0),
        (Context(engine="llm", reader="auto"), 1),
        (Context(engine="llm", reader="vision"), 2),
    ],
    ids=["offline", "text", "auto", "vision"],
)
async def test_pages_are_sent_as_the_reader_setting_says(
    make_pdf: MakePdf, tmp_path: Path, settings: Context, sent: int
) -> None:
    """A page with a text layer, and a scan, which only a vision model can read well."""
    scan = tmp_path / "scan.png"
    Image.linear_gradient("L").save(scan)
    found = await estimate([str(make_pdf("a.pdf", TEXT)), str(scan)], settings)
    assert found["total"]["send"] == sent


async def test_pages_that_were_read_are_not_counted_again(home: Path, make_pdf: MakePdf) -> None:
    path = str(make_pdf("a.pdf", TEXT))
    app.invoke({"sources": [path]}, context=Context(engine="offline"))
    assert (await estimate([path], Context(engine="auto")))["total"]["done"] == 1
    assert (await estimate([path], Context(engine="llm")))["total"]["done"] == 0


async def test_the_same_bytes_count_once_and_a_broken_file_has_a_problem(make_pdf: MakePdf, tmp_path: Path) -> None:
    path, copy, broken = make_pdf("a.pdf", TEXT), tmp_path / "copy.pdf", tmp_path / "broken.pdf"
    copy.write_bytes(path.read_bytes())
    broken.write_bytes(b"%PDF-1.7\nnothing else")
    found = await estimate([str(path), str(copy), str(broken)], Context(engine="llm"))
    assert [(one["pages"], bool(one["problem"])) for one in found["documents"]] == [(1, False), (0, True)]


async def test_an_estimate_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="No sources were given"):
        await estimate([], Context())
    with pytest.raises(SourceError, match="does not exist"):
        await estimate([str(tmp_path / "missing.pdf")], Context())
