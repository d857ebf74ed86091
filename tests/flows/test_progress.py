"""Progress events of an ingestion: every stage of every document, from the first page to the last."""

from __future__ import annotations

from typing import Any

import pytest

from graph.app import app
from graph.events import Progress
from tests.conftest import MakePdf

TEXTS = ("The storm closed the slipway.", "A day ticket costs 14 euros.", "The cable holds 1,200 kilograms.")


def progress_events(*sources: str) -> list[Any]:
    return [part["data"] for part in app.stream({"sources": list(sources)}, stream_mode=["custom"], version="v2")]


@pytest.mark.heavy
def test_every_stage_of_every_document_is_reported_to_its_end(make_pdf: MakePdf) -> None:
    long, short = make_pdf("long.pdf", *TEXTS * 3), make_pdf("short.pdf", TEXTS[0])
    events = progress_events(str(long), str(short))
    assert all(event.keys() == Progress.__annotations__.keys() for event in events)
    for name, pages in (("long.pdf", 9), ("short.pdf", 1)):
        own = [event for event in events if event["name"] == name]
        assert list(dict.fromkeys(event["stage"] for event in own)) == ["survey", "read", "chunk", "embed"]
        for stage in ("survey", "read", "chunk", "embed"):
            done = [event["done"] for event in own if event["stage"] == stage]
            assert done == sorted(done)
            of = {event["of"] for event in own if event["stage"] == stage}
            assert of == {done[-1]}
            assert stage == "embed" or of == {pages}
            assert stage not in ("survey", "chunk") or done == [0, pages]
        read = [event for event in own if event["stage"] == "read"]
        assert sorted(event["page"] for event in read) == list(range(1, pages + 1))
        assert {event["status"] for event in read} == {"read"}
        assert {event["page"] for event in own if event["stage"] != "read"} == {None}
    assert {event["requests"] for event in events} == {0}
    assert progress_events(str(long)) == [], "there was nothing to do"
