"""Progress events with a model service: each has the number of requests so far."""

from __future__ import annotations

from typing import Any

from graph.app import app
from tests.conftest import MakePdf
from tests.wire.scripted_replies import Model


def test_requests_are_counted_as_they_are_made(model: Model, make_pdf: MakePdf) -> None:
    paths = [
        make_pdf(f"{name}.pdf", *(f"The tide was {number} metres high at {name}." for number in range(6)))
        for name in ("dawn", "dusk")
    ]
    events: list[Any] = []
    report: Any = None
    for part in app.stream(
        {"sources": [str(path) for path in paths]}, stream_mode=["custom", "values"], subgraphs=True, version="v2"
    ):  # fmt: skip
        if part["type"] == "custom":
            events.append(part["data"])
        elif not part["ns"]:
            report = part["data"].get("report")
    requests = [event["requests"] for event in events]
    assert requests == sorted(requests)
    last = {event["stage"]: event["requests"] for event in events}
    assert last["survey"] == 0
    # Six pages go in two requests; the document that is read first is indexed while the other is read.
    assert 4 <= last["read"] <= last["chunk"] <= 5
    assert last["embed"] == report["usage"]["requests"] == 6
