"""Questions that are answered while a long document is ingested."""

from __future__ import annotations

import asyncio
import io
import time
from typing import Any

import pymupdf
import pytest
from PIL import Image, ImageDraw

from tests.conftest import MakePdf
from tests.dev_server import Server

pytestmark = pytest.mark.server

PAGES, QUESTIONS = 200, 10


def scan() -> bytes:
    """Two hundred scanned pages, no two alike: reading them takes minutes, unless it is stopped."""
    document: Any = pymupdf.open()
    for number in range(PAGES):
        picture = Image.new("L", (900, 700), 255)
        for line in range(12):
            ImageDraw.Draw(picture).text(
                (60, 50 + 50 * line), f"Sheet {number}, line {line} of the roll.", font_size=26
            )
        out = io.BytesIO()
        picture.save(out, "PNG")
        page = document.new_page(width=450, height=350)
        page.insert_image(page.rect, stream=out.getvalue())
    return bytes(document.tobytes())


@pytest.mark.slow
async def test_ten_questions_are_answered_while_two_hundred_pages_are_read(server: Server, make_pdf: MakePdf) -> None:
    client = server.client
    lamp = server.upload(make_pdf("lamp.pdf", "The lamp of Skerry was lit at dusk by its keeper.").read_bytes()).json()
    await server.run("ingestion", sources=[lamp["source"]])
    roll = server.folder / "allowed" / "roll.pdf"
    roll.write_bytes(scan())
    thread = (await client.threads.create())["thread_id"]
    given: Any = {"sources": [str(roll)]}
    reading = await client.runs.create(thread, "pagewitness", input=given)
    end = time.monotonic() + 300
    while PAGES not in [document["pages"] for document in server.get("/documents")["documents"]]:
        assert time.monotonic() < end, "the reading does not begin"
        await asyncio.sleep(0.1)
    try:
        asked = (server.run("query", question="When was the lamp of Skerry lit?") for _ in range(QUESTIONS))
        answers = await asyncio.gather(*asked)
        assert ["dusk" in answer["answer"] for answer in answers] == [True] * QUESTIONS
        assert (await client.runs.get(thread, reading["run_id"]))["status"] == "running", (
            "no question waited for the ingestion"
        )
    finally:
        await client.runs.cancel(thread, reading["run_id"], wait=True)
        roll.unlink()
