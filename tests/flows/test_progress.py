"""What a run tells while it goes on: every stage of every document, from nothing done to all of it."""

from __future__ import annotations

from typing import Any

from graph.app import app
from graph.events import Progress
from graph.ingestion.progress import Tally
from graph.types import Usage
from tests.conftest import MakePdf

TEXTS = ("The storm closed the slipway.", "A day ticket costs 14 euros.", "The cable holds 1,200 kilograms.")


def told(*sources: str) -> list[Any]:
    return [
        part["data"]
        for part in app.stream({"sources": list(sources)}, stream_mode=["custom"], subgraphs=True, version="v2")
    ]


def test_every_stage_of_every_document_is_told_to_its_end(make_pdf: MakePdf) -> None:
    long, short = make_pdf("long.pdf", *TEXTS * 3), make_pdf("short.pdf", TEXTS[0])
    events = told(str(long), str(short))
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
    assert told(str(long)) == [], "nothing was done, so nothing is told"


def test_a_page_is_counted_once_and_not_while_it_waits_for_another_day() -> None:
    tally = Tally()
    tally.spend(Usage(requests=2, input_tokens=0, output_tokens=0))
    events = [
        tally.page("d", "d.pdf", 3, page, status, "")
        for page, status in ((1, "read"), (1, "read"), (2, "pending"), (3, "failed"))
    ]
    assert [(event["done"], event["of"], event["page"], event["requests"]) for event in events] == [
        (1, 3, 1, 2), (1, 3, 1, 2), (1, 3, 2, 2), (2, 3, 3, 2)
    ]  # fmt: skip
