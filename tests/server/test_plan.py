"""A plan through a server: its progress, its bounds and both cited sides, as the SDK's client gets them."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import pytest

from tests.dev_server import Server, run_server
from tests.wire.gemini_server import GeminiServer, Recorded
from tests.wire.gemini_wire import Answer
from tests.wire.scripted_replies import Model, claim, kind, kinds, passages

pytestmark = pytest.mark.server

WEST, EAST = "The Halmstrand crane lifts 41 tonnes.", "The Oddervik hoist lifts 57 tonnes."
DIARY = "The lamp of the Halmstrand yard was cleaned. Fog came in June. The nets dried on the wall."
QUESTION = "Compare the Halmstrand and the Oddervik: how many tonnes do they lift?"
# Whichever of the two the first search has found, the plan finds the other.
STEPS = [
    {"question": f"What does the {name} lift?", "tool": "search", "query": f"tonnes lifted by the {name}",
     "document": "", "page": 0}
    for name in ("Halmstrand crane", "Oddervik hoist")
]  # fmt: skip


class Yard(NamedTuple):
    """A server whose model is scripted."""

    server: Server
    gemini: GeminiServer
    model: Model


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yard]:
    model = Model()
    sides = [claim("The Oddervik lifts 57 tonnes.", EAST), claim("The Halmstrand lifts 41 tonnes.", WEST)]

    def reply(request: Recorded) -> Answer:
        if kind(request) == "answer":
            offered = " ".join(passages(request).values())
            model.claims = [one for one in sides if one["quote"] in offered]
        return model(request)

    with GeminiServer(reply=reply) as gemini:
        settings: Any = {
            "GOOGLE_API_KEY": "test", "GOOGLE_GEMINI_BASE_URL": gemini.url, "NO_PROXY": "*",
            "PAGEWITNESS_WHOLE_DOCUMENT_TOKENS": "0", "LANGSMITH_TRACING": "false",
        }  # fmt: skip
        with run_server(tmp_path_factory.mktemp("plan"), **settings) as server:
            asyncio.run(_ingest(server, model))
            yield Yard(server, gemini, model)


async def _ingest(server: Server, model: Model) -> None:
    for name, text in (("west.md", WEST), ("east.md", EAST), ("diary.md", DIARY)):
        model.pages = lambda page, text=text: text  # type: ignore[misc]
        sent = server.upload(text.encode(), name).raise_for_status().json()
        await server.run("pagewitness", sources=[sent["source"]])


async def ask(yard: Yard, plans: Iterable[Sequence[Any]], **context: Any) -> tuple[dict[str, Any], list[Any]]:
    """Ask in a new thread of the SDK's client; return its state at the end and the events of the plan."""
    yard.model.plans = plans
    yard.gemini.requests.clear()
    chat = yard.server.client
    thread = (await chat.threads.create())["thread_id"]
    given: Any = {"question": QUESTION}
    settings: Any = {"top_k": 1, "max_rewrites": 0, **context}
    events = [
        part.data
        async for part in chat.runs.stream(
            thread, "pagewitness", input=given, context=settings, stream_mode=["custom"], stream_subgraphs=True
        )
        if isinstance(part.data, dict) and part.data.get("event") == "plan"
    ]
    state: Any = await chat.threads.get_state(thread)
    return state["values"], events


async def test_a_plan_finds_the_other_side_and_shows_its_steps_to_the_client(yard: Yard) -> None:
    output, events = await ask(yard, [STEPS])
    assert kinds(yard.gemini).count("plan") == 2
    assert {citation["name"] for citation in output["citations"]} == {"west.md", "east.md"}
    assert output["verdict"] == "proven"
    assert [len(event["steps"]) for event in events] == [2, 0]
    assert events[0]["steps_left"] == 4
    plan = output["plan"]
    assert [(one["tool"], one["question"]) for one in plan["steps"]] == [("search", step["question"]) for step in STEPS]
    assert (plan["max_steps"], plan["stopped"]) == (6, "")
    assert "planned" in {note["kind"] for note in output["notes"]}


async def test_a_model_that_always_asks_for_more_is_stopped_at_the_bound_of_the_request(yard: Yard) -> None:
    endless = ([{**STEPS[0], "query": f"fog of year {number}"}] for number in itertools.count())
    output, events = await ask(yard, endless, max_plan_steps=2)
    assert len(output["plan"]["steps"]) == output["plan"]["max_steps"] == 2
    assert output["plan"]["stopped"] == "its steps are used up"
    assert kinds(yard.gemini).count("plan") <= 3
    assert events


async def test_no_plan_is_made_for_a_request_that_turns_it_off(yard: Yard) -> None:
    output, events = await ask(yard, [STEPS], max_plan_steps=0)
    assert "plan" not in kinds(yard.gemini)
    assert not events
    assert not output.get("plan")
