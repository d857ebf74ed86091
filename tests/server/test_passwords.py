"""Encrypted uploads: a route takes their passwords, so that no run and no thread stores them."""

from __future__ import annotations

import httpx
import pytest

from tests.conftest import MakePdf
from tests.dev_server import Server

pytestmark = pytest.mark.server

PASSWORD = "sésame of the tests"


async def test_a_password_is_checked_and_used_for_one_ingestion(server: Server, make_pdf: MakePdf) -> None:
    path = make_pdf("sealed.pdf", "The seal of Norvik weighs 2 kg.", password=PASSWORD)
    kept = server.upload(path.read_bytes(), "sealed.pdf").json()
    problem = server.run_error("ingestion", sources=[kept["source"]])
    assert "'sealed.pdf' is encrypted" in problem
    assert str(server.folder) not in problem

    def give(document: str, password: str) -> httpx.Response:
        return httpx.post(f"{server.url}/uploads/{document}/password", content=password.encode(), timeout=300)

    for document, password, status in (
        (kept["id"], "wrong", 422), (kept["id"], "", 422), (kept["id"], "x" * 2000, 413), ("0" * 16, PASSWORD, 404),
        ("..", PASSWORD, 404), (kept["id"], PASSWORD, 200),
    ):  # fmt: skip
        assert give(document, password).status_code == status, password
    (report,) = (await server.run("ingestion", sources=[kept["source"]]))["report"]["documents"]
    assert report["status"] == "complete"
    assert "is encrypted" in server.run_error("ingestion", sources=[kept["source"]]), "it was kept for longer"
    assert PASSWORD not in server.log.read_text("utf-8", "replace")
