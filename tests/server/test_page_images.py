"""Page images, pages and transcripts over HTTP."""

from __future__ import annotations

import io
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from tests.conftest import write_pdf
from tests.dev_server import Server

pytestmark = pytest.mark.server

TEXT = "The weir at Lunby holds back 700 tons of water."


@pytest.fixture(scope="module")
def weir(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """One file for all tests, which is read once unless a test has deleted it."""
    return write_pdf(tmp_path_factory.mktemp("weir") / "weir.pdf", TEXT).read_bytes()


@pytest.fixture
async def page(server: Server, weir: bytes) -> str:
    """The address of a page that was read."""
    kept = server.upload(weir, "weir <b>.pdf").json()
    report = (await server.run("ingestion", sources=[kept["source"]]))["report"]
    assert report["documents"][0]["status"] in ("complete", "unchanged")
    return f"{server.url}/documents/{kept['id']}/pages/1"


def pixels(reply: httpx.Response) -> Any:
    return np.asarray(Image.open(io.BytesIO(reply.content)).convert("RGB")).astype(int)


def test_a_page_image_has_the_requested_width_and_format(page: str) -> None:
    for width, form, media in ((300, "png", "image/png"), (500, "webp", "image/webp")):
        reply = httpx.get(f"{page}/image", params={"width": width, "format": form}, timeout=300)
        assert reply.headers["content-type"] == media
        assert pixels(reply).shape[1] == width
    whole = pixels(httpx.get(f"{page}/image", timeout=300))
    assert pixels(httpx.get(f"{page}/image?width=3000", timeout=300)).shape == whole.shape, (
        "never larger than it was rendered"
    )


def test_only_the_highlight_is_coloured(page: str) -> None:
    plain = pixels(httpx.get(f"{page}/image", timeout=300))
    marked = pixels(httpx.get(f"{page}/image?highlight=0.1,0.1,0.4,0.2;0.1,0.15,0.4,0.3", timeout=300))
    changed = (plain != marked).any(axis=2)
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    height, width = changed.shape
    edges = (rows[0] / height, rows[-1] / height, columns[0] / width, columns[-1] / width)
    assert edges == pytest.approx((0.1, 0.3, 0.1, 0.4), abs=0.01)
    assert marked[int(0.12 * height), int(0.2 * width), 2] < 150 < marked[int(0.12 * height), int(0.2 * width), 0]
    both = marked[int(0.17 * height), int(0.2 * width)]
    assert (both == marked[int(0.12 * height), int(0.2 * width)]).all(), "colour laid on twice where rectangles overlap"


def test_a_page_image_is_cached_by_its_hash(page: str) -> None:
    first = httpx.get(f"{page}/image?width=200", timeout=300)
    assert "no-cache" in first.headers["cache-control"]
    again = httpx.get(f"{page}/image?width=200", headers={"If-None-Match": first.headers["etag"]}, timeout=300)
    assert (again.status_code, again.content) == (304, b"")
    other = httpx.get(f"{page}/image?width=201", headers={"If-None-Match": first.headers["etag"]}, timeout=300)
    assert other.status_code == 200
    fixed = httpx.get(
        f"{page}/image", params={"width": 200, "hash": httpx.get(page, timeout=300).json()["image"]}, timeout=300
    )
    assert "immutable" in fixed.headers["cache-control"]


@pytest.mark.parametrize(
    "query",
    ["width=0", "width=-1", "width=99999", "width=abc", "width=1e3", "width=٣٠٠", "width=", "format=svg", "format=html",
     "highlight=1", "highlight=0,0,1", "highlight=0,0,2,2", "highlight=0.5,0,0.1,1", "highlight=nan,0,1,1",
     "highlight=0,0,inf,1", "highlight=" + ";".join(["0,0,1,1"] * 101)],
)  # fmt: skip
def test_the_error_names_the_bad_parameter(page: str, query: str) -> None:
    reply = httpx.get(f"{page}/image?{query}", timeout=300)
    assert reply.status_code == 422
    assert query.partition("=")[0] in reply.json()["detail"]


def test_the_transcript_is_markdown_without_html(page: str) -> None:
    reply = httpx.get(page.replace("/pages/1", "/transcript"), timeout=300)
    assert reply.headers["content-type"] == "text/markdown; charset=utf-8"
    assert TEXT in reply.text
    assert "<" not in reply.text
    assert httpx.get(page.replace("/pages/1", "/transcript?page=2"), timeout=300).status_code == 422


def test_a_page_has_its_status_and_text(page: str) -> None:
    said = httpx.get(page, timeout=300).json()
    assert (said["page"], said["status"], said["blocks"][0]["text"]) == (1, "read", TEXT)
    for wrong in ("0", "2", "x", "1e9", "-1", "1" * 400):
        reply = httpx.get(page[:-1] + wrong, timeout=300)
        assert reply.status_code == 404
        assert "pages 1 to 1" in reply.json()["detail"]


def test_the_servers_openapi_schema_has_our_routes(server: Server) -> None:
    ours, all_of_it = server.get("/room/openapi.json"), server.get("/openapi.json")
    for path, methods in ours["paths"].items():
        for method, operation in methods.items():
            assert all_of_it["paths"][path][method]["summary"] == operation["summary"]
