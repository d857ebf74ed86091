"""Conversations with attached files in every form that clients send; no file is stored in a thread."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage
from langgraph.checkpoint.memory import InMemorySaver
from PIL import Image

from graph import dependencies
from graph.access import Scope
from graph.app import compile_app
from graph.attachments import MAX_FILES
from graph.compiled import Application
from graph.errors import BadInputError
from tests.conftest import MakePdf

TICKET = "A day ticket to the island costs 14 euros, boat included. Children under twelve travel free."
QUESTION = "What does a day ticket to the island cost?"
PDF, NAME = "application/pdf", "tickets.pdf"

SHAPES: dict[str, Callable[[str, str], dict[str, Any]]] = {
    "LangChain 1": lambda data, mime: {
        "type": "file", "base64": data, "mime_type": mime, "extras": {"filename": NAME},
    },
    "LangChain 0.3": lambda data, mime: {
        "type": "file", "source_type": "base64", "data": data, "mime_type": mime, "filename": NAME,
    },
    "agent chat UI": lambda data, mime: {
        "type": "file", "mimeType": mime, "data": data, "metadata": {"filename": NAME},
    },
    "media": lambda data, mime: {"type": "media", "data": data, "mime_type": mime},
    "OpenAI file": lambda data, mime: {
        "type": "file", "file": {"filename": NAME, "file_data": f"data:{mime};base64,{data}"},
    },
    "OpenAI responses": lambda data, mime: {
        "type": "input_file", "filename": NAME, "file_data": f"data:{mime};base64,{data}",
    },
    "OpenAI image": lambda data, mime: {"type": "image_url", "image_url": {"url": f"data:{mime};base64,{data}"}},
    "image address": lambda data, mime: {"type": "image_url", "image_url": f"data:{mime};base64,{data}"},
    "Anthropic": lambda data, mime: {
        "type": "document", "source": {"type": "base64", "media_type": mime, "data": data}, "title": NAME,
    },
    "image": lambda data, mime: {"type": "image", "base64": data, "mime_type": mime},
    "agent chat UI image": lambda data, mime: {
        "type": "image", "mimeType": mime, "data": data, "metadata": {"name": NAME},
    },
}  # fmt: skip


@pytest.fixture
def saver() -> InMemorySaver:
    return InMemorySaver()


@pytest.fixture
def chat(saver: InMemorySaver) -> Application:
    return compile_app(saver)


@pytest.fixture
def ticket(make_pdf: MakePdf) -> bytes:
    return make_pdf(NAME, TICKET).read_bytes()


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def human(*blocks: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": list(blocks)}]}


def on(thread: str) -> Any:
    return {"configurable": {"thread_id": thread}}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_a_file_of_any_shape_is_read_and_asked(
    shape: Callable[[str, str], dict[str, Any]], chat: Application, saver: InMemorySaver, ticket: bytes
) -> None:
    data = encoded(ticket)
    parts = list(
        chat.stream(
            human({"type": "text", "text": QUESTION}, shape(data, PDF)), on("t"),
            stream_mode=["values", "updates", "custom", "debug"], subgraphs=True,
        )
    )  # fmt: skip
    result = chat.get_state(on("t")).values
    assert "14 euros" in result["messages"][-1].content
    assert result["messages"][-2].content[0] == {"type": "text", "text": QUESTION}
    assert result["citations"][0]["page"] == 1
    held = repr(parts) + repr(list(saver.list(None))) + repr(saver.blobs) + repr(saver.writes)
    assert data[:200] not in held
    assert encoded(ticket[:200]) not in held


@pytest.mark.parametrize("form", [
    lambda blocks: HumanMessage(blocks),
    lambda blocks: ("user", blocks),
    lambda blocks: {"type": "human", "content": blocks},
], ids=["message", "pair", "dict"])  # fmt: skip
async def test_messages_of_any_form_are_taken(form: Callable[[Any], Any], chat: Application, ticket: bytes) -> None:
    blocks = [{"type": "text", "text": QUESTION}, SHAPES["LangChain 1"](encoded(ticket), PDF)]
    result = await chat.ainvoke({"messages": [form(blocks)]}, on("t"))
    assert "14 euros" in result["answer"]


def test_the_next_question_uses_the_attached_file_too(chat: Application, ticket: bytes, make_pdf: MakePdf) -> None:
    other = make_pdf("other.pdf", "A day ticket to the castle costs 99 euros, guide included.")
    chat.invoke({"sources": [str(other)]}, on("before"))
    file = SHAPES["agent chat UI"](encoded(ticket), PDF)
    first = chat.invoke(human(file), on("t"))
    assert "tickets.pdf: 1 page (1 read)." in first["messages"][-1].content
    assert isinstance(first["messages"][-1], AIMessage)
    then = chat.invoke({"messages": [HumanMessage("What does a day ticket cost?")]}, on("t"))
    assert "14 euros" in then["answer"]
    assert {citation["name"] for citation in then["citations"]} == {NAME}


def test_an_image_is_read(chat: Application) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (80, 80), "white").save(buffer, "PNG")
    result = chat.invoke(human(SHAPES["image"](encoded(buffer.getvalue()), "image/png")), on("t"))
    assert result["report"]["documents"][0]["name"] == "attachment.png"
    assert result["report"]["documents"][0]["ledger"]["blank"] == 1


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ({"type": "file", "base64": "%%%", "filename": "a.pdf"}, "'a.pdf' is not valid base64"),
        ({"type": "file", "base64": encoded(b"MZ\0 program"), "filename": "a.exe"}, "unsupported format"),
        ({"type": "file", "file": {"file_id": "file-123"}}, "neither bytes nor an address"),
        ({"type": "file", "url": "file:///etc/passwd"}, "not an address that can be fetched"),
        ({"type": "text", "text": "x", "attachment": "../../etc/passwd"}, "not there"),
        ({"type": "text", "text": "x", "attachment": "0123456789abcdef/..pdf"}, "not there"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_one_sentence(
    block: dict[str, Any], words: str, chat: Application, home: Path
) -> None:
    with pytest.raises(BadInputError, match=words) as caught:
        chat.invoke(human({"type": "text", "text": QUESTION}, block), on("t"))
    assert "\n" not in str(caught.value)
    assert [path for path in home.rglob("*") if path.suffix in (".exe", ".part")] == []


def test_too_many_files_are_refused(chat: Application, ticket: bytes) -> None:
    block = SHAPES["image"](encoded(ticket), PDF)
    with pytest.raises(BadInputError, match=f"at most {MAX_FILES}"):
        chat.invoke(human(*[block] * (MAX_FILES + 1)), on("t"))


def test_the_same_file_twice_is_one_document_and_deleting_it_removes_the_file(
    chat: Application, ticket: bytes, home: Path
) -> None:
    from graph.storage.cleanup import remove

    for thread in ("a", "b"):
        chat.invoke(human(SHAPES["media"](encoded(ticket), PDF)), on(thread))
    stores = dependencies.stores(Scope.everything())
    (document,) = stores.catalog.documents()
    assert len(list(stores.downloads.rglob("*.pdf"))) == 1
    remove(stores, document.id)
    assert list(stores.downloads.rglob("*.pdf")) == []


async def test_update_state_stores_no_file(chat: Application, saver: InMemorySaver, ticket: bytes) -> None:
    data = encoded(ticket)
    chat.update_state(on("t"), human(SHAPES["LangChain 1"](data, PDF)), as_node="query")
    await chat.aupdate_state(on("t"), human(SHAPES["agent chat UI"](data, PDF)), as_node="query")
    held = repr(list(saver.list(None))) + repr(saver.blobs) + repr(saver.writes)
    assert data[:200] not in held
    assert held.count("Attached: tickets.pdf") >= 2


def test_an_invalid_message_is_refused_in_one_sentence(chat: Application) -> None:
    for messages in ([5], [{"role": "nobody", "content": "?"}], {"content": "?"}):
        with pytest.raises(BadInputError, match="`messages` cannot be understood"):
            chat.invoke({"messages": messages}, on("t"))


def test_the_conversation_keeps_no_checkpoints_of_reading(
    chat: Application, saver: InMemorySaver, ticket: bytes
) -> None:
    chat.invoke(human({"type": "text", "text": QUESTION}, SHAPES["media"](encoded(ticket), PDF)), on("t"))
    names = {kept.config["configurable"]["checkpoint_ns"].split(":")[0] for kept in saver.list(None)}
    assert names == {"", "query"}
    assert any(node.endswith("transcribe_pages") for node in chat.get_graph(xray=True).nodes), "and yet it is drawn"
