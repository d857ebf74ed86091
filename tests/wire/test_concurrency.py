"""The number of concurrent requests: as many as PAGEWITNESS_CONCURRENCY allows, and no more."""

from __future__ import annotations

import time

import pytest

from graph.app import app
from graph.context import Context
from tests.conftest import MakePdf
from tests.wire.gemini_server import Answer, GeminiServer, Recorded
from tests.wire.scripted_replies import Model

SECONDS = 300.0
LATER = 0.3
"""Long enough for one request too many to arrive."""


@pytest.mark.parametrize(("pages_per_request", "pages"), [(1, 60), (4, 100)])
def test_requests_in_flight_reach_what_is_configured(
    model: Model,
    gemini: GeminiServer,
    make_pdf: MakePdf,
    monkeypatch: pytest.MonkeyPatch,
    pages_per_request: int,
    pages: int,
) -> None:
    many = 24
    monkeypatch.setenv("PAGEWITNESS_CONCURRENCY", str(many))
    model.pages = "The tide gauge stands at pier {}.".format
    path = make_pdf("long.pdf", *[f"The tide gauge stands at pier {page}." for page in range(1, pages + 1)])

    end = time.monotonic() + SECONDS

    def reply(request: Recorded) -> Answer:
        while request.images and gemini.peak_in_flight < many and time.monotonic() < end:
            time.sleep(0.02)
        time.sleep(LATER if request.images else 0)
        return model(request)

    gemini.reply = reply
    report = app.invoke({"sources": [str(path)]}, context=Context(pages_per_request=pages_per_request, dpi=50))
    assert report["report"]["documents"][0]["status"] == "complete"
    assert gemini.peak_in_flight == many
