"""Replies of the server: no path of this machine in any of them, and a sentence for a state that does not fit."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.conftest import MakePdf
from tests.dev_server import Server

pytestmark = pytest.mark.server


def huge_png(side: int) -> bytes:
    """A black image of `side` pixels squared, in a few kilobytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    packing = zlib.compressobj(9)
    rows = b"".join(packing.compress(b"\0" * (side // 8 + 1)) for _ in range(side)) + packing.flush()
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def huge_epub(megabytes: int) -> bytes:
    """A book whose only file unpacks to so much."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("mimetype", "application/epub+zip")
        book.writestr("META-INF/container.xml", "<container/>")
        with book.open("a.opf", "w") as file:
            for _ in range(megabytes):
                file.write(b" " * 2**20)
    return packed.getvalue()


def test_no_reply_holds_a_path_of_the_server(server: Server, make_pdf: MakePdf) -> None:
    """Of files in a folder that the server may read: the client has no need to know where it is."""
    inner = server.folder / "allowed" / "kept here"
    inner.mkdir()
    (inner / "tide.pdf").write_bytes(make_pdf("tide.pdf", "The tide turns at six.").read_bytes())
    (inner / "locked.pdf").write_bytes(make_pdf("locked.pdf", "Hidden.", password="x").read_bytes())
    (inner / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")
    with httpx.Client(base_url=server.url, timeout=300) as http:
        thread = http.post("/threads", json={}).json()["thread_id"]
        run: dict[str, Any] = {"assistant_id": "pagewitness", "input": {"sources": [str(inner)]}}
        streamed = http.post(f"/threads/{thread}/runs/stream", json={**run, "stream_mode": ["values", "custom"]})
        replies = [streamed, http.get("/documents"), http.get(f"/threads/{thread}/state"),
                   http.get(f"/threads/{thread}/history"), http.post("/threads/search", json={}),
                   http.post("/runs/wait", json={**run, "input": {"sources": [str(inner / "broken.pdf")]}}),
                   http.post("/runs/wait", json={**run, "input": {"sources": [str(inner / "none.pdf")]}})]  # fmt: skip
        assert "tide.pdf: complete" not in streamed.text
        assert "allowed/kept here/tide.pdf" in streamed.text
        assert "allowed/kept here/broken.pdf' is damaged" in streamed.text
        for reply in replies:
            assert reply.text
            assert str(server.folder) not in reply.text, reply.request.url
            assert int(reply.headers.get("content-length", len(reply.content))) == len(reply.content)
        for row in http.get("/documents").json()["documents"]:
            if row["name"] == "tide.pdf":
                http.delete(f"/documents/{row['id']}")


@pytest.mark.parametrize(
    "values", [{"request": 5}, {"citations": "x"}, None, {"verdicts": 3, "usage": "x"}, [1, 2], "text", {"messages": 5}]
)
@pytest.mark.parametrize("node", ["", "route_request", "query", "none"])
def test_a_state_of_the_wrong_shape_is_told_in_a_sentence(server: Server, values: Any, node: str) -> None:
    with httpx.Client(base_url=server.url, timeout=300) as http:
        thread = http.post("/threads", json={}).json()["thread_id"]
        run = {"assistant_id": "pagewitness", "input": {"question": "Is there anything?"}}
        http.post(f"/threads/{thread}/runs/wait", json=run)
        given = {"values": values, **({"as_node": node} if node else {})}
        reply = http.post(f"/threads/{thread}/state", json=given)
        assert reply.status_code in (200, 400, 422)
        assert "detail" in reply.json() or reply.status_code == 200
        if values in ("text", [1, 2]):
            assert reply.json()["detail"].startswith("The state does not fit the graph: change only")
        again = http.post(f"/threads/{thread}/runs/wait", json=run)
        assert "answer" in again.json(), "the thread can still be used"


@pytest.mark.parametrize(
    ("name", "make"), [("big.png", lambda: huge_png(40_000)), ("big.epub", lambda: huge_epub(600))]
)
def test_what_unpacks_to_too_much_is_called_too_large(server: Server, name: str, make: Callable[[], bytes]) -> None:
    kept = server.upload(make(), name)
    assert kept.status_code == 201
    said = server.run_error("ingestion", sources=[kept.json()["source"]])
    assert f"'{name}' is too large" in said
    assert "damaged" not in said
