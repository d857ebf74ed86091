"""A plan for questions that one round does not answer: what it finds, its bounds, and what is left where it fails."""

from __future__ import annotations

import re
import threading
from typing import Any

import pytest

from graph.app import app
from graph.context import Context
from tests.conftest import FillHome, MakePdf
from tests.wire.gemini_server import Fault, GeminiServer, Recorded, Reply
from tests.wire.gemini_wire import Answer
from tests.wire.scripted_replies import Model, claim, kind, kinds, passages

CHAT, CHEAP = "gemini-3.8-flash", "gemini-3.5-flash-lite"
NORTH, SOUTH = "The Norrholm ferry takes 41 cars.", "The Suderoog boat has room for 57 cars."
BAYS = (
    "## Bays\n\nTable 1 | Boats in each bay\n\n<table><tr><th>Bay</th><th>Boats</th></tr>"
    "<tr><td>Alder</td><td>12</td></tr><tr><td>Birch</td><td>30</td></tr><tr><td>Cedar</td><td>9</td></tr></table>"
)
DIARY = "## Diary\n\nThe lamp of the Norrholm was cleaned. Fog came in June. The nets dried on the wall."
QUESTION = "Compare the Norrholm and the Suderoog: how many cars do they take?"


def step(tool: str = "search", query: str = "", document: str = "", page: int = 0, question: str = "a part") -> Any:
    return {"question": question, "tool": tool, "query": query, "document": document, "page": page}


@pytest.fixture
def ferries(
    model: Model, gemini: GeminiServer, make_pdf: MakePdf, fill_home: FillHome, monkeypatch: pytest.MonkeyPatch
) -> Model:
    """Three documents; the model claims what the passages that it is shown hold."""
    monkeypatch.delenv("PAGEWITNESS_MAX_PLAN_STEPS")

    def ingest() -> None:
        for name, pages in (("north", [NORTH, DIARY]), ("south", [DIARY, SOUTH]), ("bays", [BAYS])):
            model.pages = lambda page, pages=pages: pages[page - 1]  # type: ignore[misc]
            texts = (re.sub(r"(<[^>]*>)+", "\n", page) for page in pages)
            app.invoke({"sources": [str(make_pdf(f"{name}.pdf", *texts))]})

    fill_home(ingest)
    model.pages = lambda page: BAYS
    # The other side comes first, so that the second answer does not continue the first.
    sides = [claim("The Suderoog takes 57 cars.", SOUTH), claim("The Norrholm takes 41 cars.", NORTH)]

    def reply(request: Recorded) -> Answer:
        if kind(request) == "answer":
            shown = " ".join(passages(request).values())
            model.claims = [one for one in sides if one["quote"] in shown]
        return model(request)

    gemini.reply = reply
    gemini.requests.clear()
    return model


def ask(question: str = QUESTION, **context: Any) -> dict[str, Any]:
    return dict(app.invoke({"question": question}, context=Context(**{"top_k": 1, "max_rewrites": 0, **context})))


def notes(output: dict[str, Any], of: str = "planned") -> list[str]:
    return [note["text"] for note in output["notes"] if note["kind"] == of]


def test_a_side_that_one_search_missed_is_found_and_both_are_cited(ferries: Model, gemini: GeminiServer) -> None:
    ferries.plans = [[step(query="room for cars on the Suderoog", question="How many cars does the Suderoog take?")]]
    output = ask()
    assert kinds(gemini) == ["embed", "grade", "answer", "plan", "embed", "plan", "answer"]
    assert [request.model for request in gemini.chats] == [CHEAP, CHAT, CHEAP, CHEAP, CHAT]
    assert output["verdict"] == "proven"
    assert {citation["name"] for citation in output["citations"]} == {"north.pdf", "south.pdf"}
    assert "41" in output["answer"]
    assert "57" in output["answer"]
    plan = output["plan"]
    (taken,) = plan["steps"]
    assert (taken["tool"], taken["question"], taken["document"]) == (
        "search", "How many cars does the Suderoog take?", "",
    )  # fmt: skip
    assert taken["found"] > 0
    assert (plan["requests"], plan["max_steps"], plan["max_requests"], plan["stopped"]) == (3, 6, 8, "")
    assert output["usage"]["requests"] == 7
    assert notes(output) == [
        "One search did not suffice, so the question was planned: 1 step of at most 6, 3 requests of at most 8."
    ]


def test_steps_of_a_round_run_at_the_same_time_and_the_next_plan_sees_what_they_found(
    ferries: Model, gemini: GeminiServer
) -> None:
    ferries.plans = [[step(query="Suderoog cars"), step("open_page", document="D1", page=1), step(query="lamp")],
                     [step(query="fog in June")]]  # fmt: skip
    together, begin = threading.Barrier(2, timeout=60), gemini.begin

    def begin_together(request: Recorded) -> Answer | None:
        if set(request.texts) & {"task: search result | query: Suderoog cars", "task: search result | query: lamp"}:
            together.wait()  # breaks, and fails the request, if the other search does not come meanwhile
        return begin(request)

    gemini.begin = begin_together  # type: ignore[method-assign]
    context = Context(top_k=1, max_rewrites=0)
    events: Any = list(app.stream({"question": QUESTION}, context=context, stream_mode="custom", subgraphs=True))
    assert not together.broken
    second = [request for request in gemini.chats if kind(request) == "plan"][1].prompt
    assert SOUTH in second
    assert 'search "Suderoog cars": 4 passages' in second
    assert "open_page page 1 in D1: " in second
    told = [event for _, event in events if event["event"] == "plan"]
    assert [(len(one["steps"]), one["steps_left"], one["requests_left"]) for one in told] == [(3, 3, 5), (1, 2, 3),
                                                                                             (0, 2, 2)]  # fmt: skip
    labels = [event["label"] for _, event in events if event["event"] == "step"]
    assert labels.count("Planning the next steps") == 3
    assert labels.count("Looking for: a part") == 4


@pytest.mark.parametrize("check_claims", [True, False])
def test_the_reply_is_streamed_once_whichever_round_it_comes_from(ferries: Model, check_claims: bool) -> None:
    for plans in ([[step(query="Suderoog cars")]], []):
        ferries.plans = list(plans)
        context = Context(top_k=1, max_rewrites=0, check_claims=check_claims)
        given: Any = {"messages": [("user", QUESTION)]}
        streamed: dict[str, str] = {}
        for part in app.stream(given, context=context, stream_mode=["messages"], version="v2"):
            piece: Any = part["data"][0]
            streamed[str(piece.id)] = streamed.get(str(piece.id), "") + str(piece.text)
        (text,) = streamed.values()
        assert "41" in text
        assert ("57" in text) == bool(plans)


# Where no plan is made


@pytest.mark.parametrize(
    ("question", "context"),
    [
        (QUESTION, {"max_plan_steps": 0}),
        (QUESTION, {"max_plan_requests": 0}),
        (QUESTION, {"top_k": 5}),
        (QUESTION, {"whole_document_tokens": 5000}),
        ("How many cars does the Norrholm take?", {}),
        ("How many whales were seen?", {}),
    ],
)
def test_no_plan_is_made_where_it_is_off_or_one_round_suffices_or_the_question_has_one_part(
    ferries: Model, gemini: GeminiServer, question: str, context: dict[str, Any]
) -> None:
    output = ask(question, **context)
    assert "plan" not in kinds(gemini)
    assert output.get("plan") is None
    assert notes(output) == []


def test_models_on_a_server_of_ones_own_get_no_plan_unless_told(
    ferries: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    from graph.query.planning import budget
    from graph.query.whole_document import is_hosted
    from graph.settings import settings

    assert is_hosted(Context(), settings())
    assert not is_hosted(Context(chat_model="ollama:small"), settings())
    for given, steps in (
        (Context(chat_model="ollama:small"), 0),
        (Context(chat_model="ollama:b", max_plan_steps=3), 3),
    ):
        monkeypatch.setattr(budget.context, "current", lambda given=given: given)
        assert budget.max_steps() == steps


# Bounds


@pytest.mark.parametrize(
    ("bounds", "steps", "requests", "stopped"),
    [
        ({}, 5, 8, "its requests are used up"),
        ({"max_plan_steps": 2}, 2, 3, "its steps are used up"),
        ({"max_plan_requests": 1}, 0, 1, "its requests are used up"),
        ({"max_plan_requests": 4}, 2, 4, "its requests are used up"),
        ({"max_plan_steps": 20, "max_plan_requests": 50}, 20, 30, "its steps are used up"),
    ],
)
def test_a_model_that_always_asks_for_more_is_bounded(
    ferries: Model, gemini: GeminiServer, bounds: Any, steps: int, requests: int, stopped: str
) -> None:
    ferries.plans = ([step(query=f"more {at}"), step(query=f"and more {at}")] for at in range(1000))
    output = ask(**bounds)
    plan = output["plan"]
    assert (len(plan["steps"]), plan["requests"], plan["stopped"]) == (steps, requests, stopped)
    first, last = kinds(gemini).index("plan"), len(gemini.requests) - 1 - (kinds(gemini)[-1] == "answer")
    assert last - first + 1 == requests
    assert stopped in notes(output)[0]
    assert output["answer"]


@pytest.mark.parametrize(
    "reply",
    [
        [],
        [step("fly", query="x"), step("open_page", document="D77", page=1), step("open_page", document="D1", page=99),
         step("open_page", document="D1", page=-1), step(query="", question=""), "nothing", None,
         step("compute", query="zzz")],
        Reply("no JSON at all"),
        Reply('{"steps": "all of them"}'),
        Reply("", block_reason="SAFETY"),
        Reply('{"steps": [{"question": "a", "to', finish_reason="MAX_TOKENS"),
    ],
)  # fmt: skip
def test_a_plan_that_makes_no_sense_leaves_the_answer_as_it_was(
    ferries: Model, gemini: GeminiServer, reply: Any
) -> None:
    if isinstance(reply, list):
        ferries.plans = [reply]
    else:
        ferries.instead["plan"] = reply
    output = ask()
    assert kinds(gemini)[:4] == ["embed", "grade", "answer", "plan"]
    assert kinds(gemini).count("answer") == 1, "nothing new was found"
    assert output["answer"] == "The Norrholm takes 41 cars. [1]"
    assert output["verdict"] == "proven"
    assert not any(one["found"] for one in output["plan"]["steps"])


def test_a_step_that_was_taken_is_not_taken_again(ferries: Model) -> None:
    ferries.plans = [[step(query="Suderoog cars"), step(query="suderoog cars")], [step(query="Suderoog Cars")]]
    assert len(ask()["plan"]["steps"]) == 1


# Other tools


def test_a_refusal_is_planned_too_and_a_page_is_opened(ferries: Model, gemini: GeminiServer) -> None:
    ferries.relevant = lambda text: False
    ferries.plans = [[step("open_page", document="D2", page=page) for page in (1, 2)],
                     [step("open_page", document="D1", page=page) for page in (1, 2)]]  # fmt: skip
    output = ask()
    assert kinds(gemini) == ["embed", "grade", "plan", "plan", "plan", "answer"]
    assert {one["page"] for one in output["plan"]["steps"]} == {1, 2}
    assert len({citation["name"] for citation in output["citations"]}) == 2


def test_what_is_computed_from_a_table_is_cited_by_its_cells_whatever_the_model_says(
    ferries: Model, gemini: GeminiServer
) -> None:
    ferries.plans = [[step("compute", query="What is the sum of boats?", document="D1"),
                      step("compute", query="What is the sum of boats?")]]  # fmt: skip
    output = ask("Which takes more cars, the Norrholm or the Suderoog, and are there as many boats in all bays?")
    assert "51" in output["answer"]
    computed = [check for check in output["verdicts"] if check["claim"].get("computation")]
    assert len(computed) == 1
    assert computed[0]["verdict"] == "proven"
    assert "bays.pdf" in {citation["name"] for citation in output["citations"]}
    assert "embed" not in kinds(gemini)[1:]


# Where it fails


@pytest.mark.parametrize("at", ["plan", "second plan", "answer"])
@pytest.mark.parametrize("fault", ["day", "down"])
def test_a_service_that_gives_out_in_the_middle_leaves_an_honest_answer(
    ferries: Model, gemini: GeminiServer, at: str, fault: str
) -> None:
    ferries.plans = [[step(query="Suderoog cars")], [step(query="Suderoog boat")]]
    scripted, seen = gemini.reply, []

    def reply(request: Recorded) -> Answer:
        seen.append(kind(request))
        wanted = {"plan": ("plan", 1), "second plan": ("plan", 2), "answer": ("answer", 2)}[at]
        if kind(request) == wanted[0] and seen.count(wanted[0]) >= wanted[1]:
            return Fault(429, quota="PerDay") if fault == "day" else Fault(400, "Something else.")
        return scripted(request)

    gemini.reply = reply
    output = ask()
    assert "41" in output["answer"]
    assert output["engine"] == "llm"
    assert output["verdict"] == "proven"
    reason = "the day's requests to the models are used up" if fault == "day" else "the service gave no reply"
    assert reason in notes(output)[-1]
    if at == "second plan":
        assert "57" in output["answer"], "what was found before is used"
    else:
        assert [check["claim"]["text"] for check in output["verdicts"]] == ["The Norrholm takes 41 cars."]


def test_spent_embeddings_are_replaced_by_words(ferries: Model, gemini: GeminiServer) -> None:
    ferries.plans = [[step(query="Suderoog cars")]]
    scripted = gemini.reply

    def reply(request: Recorded) -> Answer:
        if kind(request) == "answer" and "plan" not in kinds(gemini):
            gemini.fail_next(Fault(429, quota="PerDay"), 9, on="embed")
        return scripted(request)

    gemini.reply = reply
    output = ask()
    assert "57" in output["answer"]
    assert notes(output, "searched_by_words")


def test_without_a_first_answer_a_spent_day_ends_offline(ferries: Model, gemini: GeminiServer) -> None:
    ferries.relevant = lambda text: False
    ferries.plans = [[step(query="Suderoog cars")]]
    scripted = gemini.reply
    gemini.reply = lambda request: Fault(429, quota="PerDay") if kind(request) == "answer" else scripted(request)
    output = ask(top_k=3)
    assert output["engine"] == "offline"
    assert notes(output, "day_spent")
    assert output["plan"]["steps"]


def test_the_state_of_a_plan_stays_small_and_the_next_question_starts_without_it(ferries: Model) -> None:
    from langgraph.checkpoint.memory import InMemorySaver

    from graph.app import compile_app

    ferries.plans = [[step(query="Suderoog cars"), step(query="lamp"), step(query="fog")]]
    chat, thread = compile_app(InMemorySaver()), {"configurable": {"thread_id": "1"}}
    output: Any = chat.invoke({"question": QUESTION}, thread, context=Context(top_k=1, max_rewrites=0))  # type: ignore[call-overload]
    assert len(output["plan"]["steps"]) == 3
    assert max(len(chunk["text"]) for chunk in output["retrieved"]) < 170
    output = chat.invoke({"question": "How many cars does the Norrholm take?"}, thread, context=Context(top_k=1))  # type: ignore[call-overload]
    assert not output["plan"]
    assert not notes(output)
