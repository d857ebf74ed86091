"""The root graph: its input decides what runs, and its state stays small."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import HumanMessage
from langgraph.checkpoint.memory import InMemorySaver

from graph.app import app, build
from graph.errors import BadInputError
from tests.conftest import MakePdf

TICKET, FACT = "What does a day ticket to the island cost?", "14 euros"
WINCH = (
    "The winch cable was tested in March and holds 1,200 kilograms. It had been new in 2019 and has never been "
    "overloaded since then. The drum is greased twice a year by the keeper of the light."
)
LARGEST_CHECKPOINT = 100_000


def thread(name: str = "t") -> Any:
    return {"configurable": {"thread_id": name}}


@pytest.mark.usefixtures("library")
def test_invoke() -> None:
    result = app.invoke({"question": TICKET})
    assert FACT in result["answer"]
    assert result["citations"][0]["page"] == 6
    assert [message.type for message in result["messages"]] == ["human", "ai"]


@pytest.mark.usefixtures("library")
async def test_ainvoke() -> None:
    assert FACT in (await app.ainvoke({"question": TICKET}))["answer"]


@pytest.mark.usefixtures("library")
def test_stream() -> None:
    parts = list(app.stream({"question": TICKET}, stream_mode="values"))
    assert FACT in parts[-1]["answer"]
    updates: Any = app.stream({"question": TICKET}, stream_mode="updates", subgraphs=True)
    nodes = [next(iter(update)) for _, update in updates]
    assert nodes[0] == "route_request"
    assert nodes[-2:] == ["write_answer", "query"]


@pytest.mark.usefixtures("library")
async def test_astream() -> None:
    parts = [part async for part in app.astream({"question": TICKET}, stream_mode="values")]
    assert FACT in parts[-1]["answer"]


@pytest.mark.usefixtures("library")
def test_messages_are_answered_like_a_question() -> None:
    result = app.invoke({"messages": [HumanMessage(TICKET)]})
    assert FACT in result["answer"]
    assert [message.text for message in result["messages"]] == [TICKET, result["answer"]]
    as_json = app.invoke({"messages": [{"role": "user", "content": TICKET}]})
    assert as_json["answer"] == result["answer"]


@pytest.mark.usefixtures("library")
def test_messages_may_hold_blocks_as_chat_pages_send_them() -> None:
    result = app.invoke({"messages": [HumanMessage([{"type": "text", "text": TICKET}])]})
    assert FACT in result["answer"]


def test_sources_and_a_question_together(home: Path, make_pdf: MakePdf) -> None:
    path = make_pdf("winch.pdf", WINCH)
    result = app.invoke({"sources": [str(path)], "question": "When was the winch cable tested?"})
    assert result["report"]["documents"][0]["status"] == "complete"
    assert "March" in result["answer"]


async def test_sources_alone_asynchronously(home: Path, make_pdf: MakePdf) -> None:
    result = await app.ainvoke({"sources": [str(make_pdf("winch.pdf", WINCH))]})
    assert result["report"]["documents"][0]["status"] == "complete"
    assert "answer" not in result


@pytest.mark.parametrize("given", [{}, {"sources": []}, {"documents": ["sample.pdf"]}])
def test_nothing_to_do(given: Any) -> None:
    with pytest.raises(BadInputError, match="nothing to do"):
        app.invoke(given)


def test_an_empty_question_is_reported_as_empty() -> None:
    with pytest.raises(BadInputError, match="question is empty"):
        app.invoke({"question": " "})


def test_sources_of_an_earlier_turn_are_not_ingested_again(home: Path, make_pdf: MakePdf) -> None:
    graph = build().compile(checkpointer=InMemorySaver())
    path = make_pdf("winch.pdf", WINCH)
    first = graph.invoke({"sources": [str(path)], "question": "When was the winch cable tested?"}, thread())
    path.unlink()  # a second ingestion of the same sources would fail
    second = graph.invoke({"question": "How often is the drum greased?"}, thread())
    assert first["report"]["documents"][0]["status"] == "complete"
    assert second.get("report") is None
    assert "twice" in second["answer"]
    assert second["queries"] == ["How often is the drum greased?"]
    third = graph.invoke({"sources": [str(make_pdf("other.pdf", WINCH.replace("March", "June")))]}, thread())
    assert third["report"]["documents"][0]["name"] == "other.pdf"
    assert third.get("answer") is None
    assert not third.get("citations")


@pytest.mark.usefixtures("library")
def test_a_document_filter_lasts_for_one_run() -> None:
    graph = build().compile(checkpointer=InMemorySaver())
    graph.invoke({"question": TICKET, "documents": ["sample.pdf"]}, thread())
    assert not graph.get_state(thread()).values.get("documents")
    assert graph.invoke({"question": TICKET}, thread())["refused"] is False


@pytest.mark.usefixtures("library")
def test_a_thread_is_a_conversation() -> None:
    graph = build().compile(checkpointer=InMemorySaver())
    graph.invoke({"question": "How much was spent on instruments in 2025?"}, thread())
    second = graph.invoke({"messages": [HumanMessage("And for it in 2024?")]}, thread())
    assert "instruments" in second["queries"][0]
    assert len(second["messages"]) == 4
    other = graph.invoke({"messages": [HumanMessage("And for it in 2024?")]}, thread("another"))
    assert "instruments" not in other["queries"][0]


def plain(values: dict[str, Any]) -> str:
    """The state as JSON; messages, which LangGraph serialises itself, by their text."""
    rest = {key: value for key, value in values.items() if key not in ("messages", "__pregel_tasks")}
    return json.dumps([rest, [str(message.text) for message in values.get("messages", [])]])


def test_checkpoints_are_small_plain_and_hold_no_bytes(home: Path, make_pdf: MakePdf) -> None:
    saver = InMemorySaver()
    graph = build().compile(checkpointer=saver)
    result = graph.invoke({"sources": [str(make_pdf("winch.pdf", *[WINCH] * 4))], "question": TICKET}, thread())
    json.loads(plain(result))
    seen = 0
    for saved in saver.list(None):
        kind, packed = saver.serde.dumps_typed(saved.checkpoint["channel_values"])
        assert kind == "msgpack"
        assert len(packed) < LARGEST_CHECKPOINT
        plain(
            {key: value for key, value in saved.checkpoint["channel_values"].items() if not key.startswith("branch:")}
        )
        for _, channel, value in saved.pending_writes or []:
            assert not isinstance(value, bytes), channel
        seen += 1
    assert seen >= 10  # the root's, and those of both subgraphs


@pytest.mark.usefixtures("library")
def test_a_long_conversation_stays_small() -> None:
    saver = InMemorySaver()
    graph = build().compile(checkpointer=saver)
    for _ in range(6):
        graph.invoke({"question": TICKET}, thread())
    latest = saver.get_tuple(thread())
    assert latest is not None
    assert len(saver.serde.dumps_typed(latest.checkpoint["channel_values"])[1]) < LARGEST_CHECKPOINT


def test_schemas_describe_every_field() -> None:
    taken, given = app.get_input_jsonschema(), app.get_output_jsonschema()
    assert set(taken["properties"]) == {"sources", "question", "documents", "messages"}
    assert set(given["properties"]) >= {"answer", "refused", "reason", "citations", "retrieved", "report", "messages"}


@pytest.mark.heavy
def test_a_script_without_a_main_guard_works(home: Path, tmp_path: Path, make_pdf: MakePdf) -> None:
    """Worker processes must not run the caller's script again."""
    script = tmp_path / "three_lines.py"
    script.write_text(
        "from graph.app import app\n"
        f"app.invoke({{'sources': [{str(make_pdf('winch.pdf', WINCH))!r}]}})\n"
        "print(app.invoke({'question': 'When was the winch cable tested?'})['answer'])\n"
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("March") == 1
