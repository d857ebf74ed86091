"""OpenAI's chat API by the stock `openai` client on a real server: questions, streams, files, errors, the token."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.conftest import SERVER_TOKEN, MakePdf
from tests.dev_server import Server

openai = pytest.importorskip("openai")
pytestmark = pytest.mark.server

QUESTION = "What does the day ticket cost?"
NAME = "slipway fees.pdf"  # of no other document on this server


@pytest.fixture
def client(server: Server, ingested: Any) -> Iterator[Any]:
    with openai.OpenAI(base_url=f"{server.url}/v1", api_key="any", max_retries=0, timeout=300) as made:
        yield made


def ask(client: Any, *texts: Any, model: str = "pagewitness", **options: Any) -> Any:
    roles = ["user", "assistant"]
    messages = [{"role": roles[at % 2], "content": text} for at, text in enumerate(texts)]
    return client.chat.completions.create(model=model, messages=messages, **options)


def test_the_library_and_its_documents_are_listed_as_models(client: Any) -> None:
    names = [model.id for model in client.models.list()]
    assert names[0] == "pagewitness"
    assert "pagewitness:sample.pdf" in names


def test_a_question_is_answered_with_links_citations_and_verdict(client: Any, server: Server) -> None:
    reply = ask(client, QUESTION)
    (choice,) = reply.choices
    assert (choice.message.role, choice.finish_reason) == ("assistant", "stop")
    assert "14 euros" in choice.message.content
    assert f"]({server.url}/room" in choice.message.content, "a marker links to its page"
    assert (reply.verdict, reply.citations[0]["page"]) == ("proven", 6)
    assert reply.usage.total_tokens == 0, "the offline engine sends no tokens anywhere"


def test_a_stream_has_the_same_answer_in_pieces_and_its_proof_at_the_end(client: Any) -> None:
    whole = ask(client, QUESTION).choices[0].message.content
    chunks = list(ask(client, QUESTION, stream=True, stream_options={"include_usage": True}))
    assert chunks[0].choices[0].delta.role == "assistant"
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == whole
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-2].citations[0]["page"] == 6
    assert chunks[-1].usage.total_tokens == 0


def test_the_client_keeps_the_conversation(client: Any) -> None:
    first = ask(client, "Who founded the observatory?").choices[0].message.content
    second = ask(client, "Who founded the observatory?", first, "In which year?").choices[0].message.content
    assert "1911" in second


def test_a_conversation_is_one_thread_that_can_be_opened(client: Any, server: Server) -> None:
    """Not that of another user with the same words, nor that of a turn that is asked again."""

    def held(user: str) -> list[list[str]]:
        threads = server.post("/threads/search", {"limit": 1000})
        said = [[str(one["content"]) for one in (row.get("values") or {}).get("messages", ())] for row in threads]
        return [texts for texts in said if texts and texts[0].endswith(user)]

    for user in ("anna", "berta"):
        first = ask(client, f"Who founded the observatory? asks {user}", user=user).choices[0].message.content
        for _ in range(2):
            ask(client, f"Who founded the observatory? asks {user}", first, "In which year?", user=user)
        threads = held(user)
        assert sorted(len(texts) for texts in threads) == [4, 4], "the second time is a new thread, with all turns"
        assert all(texts[1] == first for texts in threads)


def test_what_the_documents_do_not_hold_is_refused(client: Any) -> None:
    reply = ask(client, "Which programming language is the fastest?")
    assert reply.refused
    assert reply.citations in ([], None)


def test_system_messages_and_unknown_fields_are_left_out(client: Any) -> None:
    messages = [
        {"role": "system", "content": "You are a pirate. Answer every question with 42."},
        {"role": "user", "content": QUESTION, "name": "anna"},
    ]
    reply = client.chat.completions.create(
        model="pagewitness",
        messages=messages,
        temperature=0.3,
        user="anna",
        extra_body={"chat_id": "x", "features": {}},
    )
    assert "14 euros" in reply.choices[0].message.content


def test_a_file_in_a_message_is_read_and_asked_about(client: Any, make_pdf: MakePdf, server: Server) -> None:
    data = base64.b64encode(
        make_pdf(NAME, "Laying up a boat on the slipway costs 73 euros a week.").read_bytes()
    ).decode()
    file = {"type": "file", "file": {"filename": NAME, "file_data": f"data:application/pdf;base64,{data}"}}
    content = [{"type": "text", "text": "What does laying up a boat cost?"}, file]
    reply = ask(client, content)
    assert "73 euros" in reply.choices[0].message.content
    assert {citation["name"] for citation in reply.citations} == {NAME}
    later = ask(client, content, reply.choices[0].message.content, "And what does the day ticket cost?")
    assert "14 euros" not in later.choices[0].message.content, "a conversation with a file is about that file"
    one = ask(client, "What does laying up a boat cost?", model=f"pagewitness:{NAME}")
    assert "73 euros" in one.choices[0].message.content
    for citation in reply.citations:
        httpx.delete(f"{server.url}/documents/{citation['document']}", timeout=300)


def test_a_model_is_one_document_or_a_collection_or_there_is_none(client: Any, server: Server) -> None:
    assert "14 euros" in ask(client, QUESTION, model="pagewitness:sample.pdf").choices[0].message.content
    (sample,) = [one for one in server.get("/documents")["documents"] if one["name"] == "sample.pdf"]
    collection = f"{server.url}/documents/{sample['id']}/collections"
    httpx.put(collection, json=["Yearly reports"], timeout=300).raise_for_status()
    assert "pagewitness:Yearly reports" in [model.id for model in client.models.list()]
    assert "14 euros" in ask(client, QUESTION, model="pagewitness:yearly reports").choices[0].message.content
    httpx.put(collection, json=[], timeout=300).raise_for_status()
    with pytest.raises(openai.NotFoundError, match="There is no model 'gpt'"):
        ask(client, QUESTION, model="gpt")
    with pytest.raises(openai.BadRequestError, match=r"nothing\.pdf"):
        ask(client, QUESTION, model="pagewitness:nothing.pdf")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", "JSON object"),
        (b"[]", "JSON object"),
        (b'{"model": "pagewitness"}', "`messages` must be a list"),
        (b'{"model": "pagewitness", "messages": ["hello"]}', "`messages` must be a list"),
        (b'{"messages": [{"role": "assistant", "content": "Hello."}]}', "last message must be the user's"),
        (b'{"messages": []}', "last message must be the user's"),
    ],
)
def test_malformed_requests_get_one_sentence(server: Server, body: bytes, said: str) -> None:
    reply = httpx.post(f"{server.url}/v1/chat/completions", content=body, timeout=300)
    assert reply.status_code == 400
    assert said in reply.json()["error"]["message"]


def test_half_an_emoji_is_answered_at_every_door(server: Server, ingested: Any) -> None:
    """What is left of one where a client shortens a text in its middle; it is neither UTF-8 nor searchable."""
    asked = rf"{QUESTION} \ud83d"
    messages = rf'"messages": [{{"role": "user", "content": "{asked}"}}]'
    call = rf'"params": {{"name": "ask", "arguments": {{"question": "{asked}"}}}}'
    doors = {
        "/v1/chat/completions": rf'{{"model": "pagewitness", {messages}}}',
        "/runs/wait": rf'{{"assistant_id": "pagewitness", "input": {{{messages}}}}}',
        "/mcp": rf'{{"jsonrpc": "2.0", "id": 1, "method": "tools/call", {call}}}',
    }
    headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    for door, body in doors.items():
        reply = httpx.post(f"{server.url}{door}", content=body.encode(), headers=headers, timeout=300)
        assert "14 euros" in reply.text, door
    (row,) = [one for one in server.get("/documents")["documents"] if one["name"] == "sample.pdf"]
    cited = json.dumps([{"marker": 1, "document": row["id"], "page": 1, "quote": "\ud83d", "boxes": []}])
    reply = httpx.post(f"{server.url}/proof", content=f'{{"citations": {cited}}}'.encode(), timeout=300)
    assert reply.headers["content-type"] == "application/pdf"


def test_options_of_a_wrong_shape_do_not_break_a_stream(client: Any) -> None:
    for options in ("usage", ["include_usage"], 1):
        chunks = list(ask(client, QUESTION, stream=True, extra_body={"stream_options": options}))
        assert chunks[-1].verdict


def test_a_file_that_is_none_is_refused_before_anything_runs(client: Any) -> None:
    file = {"type": "file", "file": {"filename": "a.exe", "file_data": "data:application/octet-stream;base64,AAAA"}}
    with pytest.raises(openai.APIStatusError) as raised:
        ask(client, [{"type": "text", "text": "What is it?"}, file])
    assert raised.value.status_code in (400, 422)


def test_many_clients_are_answered_at_once(client: Any) -> None:
    with ThreadPoolExecutor(30) as pool:
        replies = list(pool.map(lambda _: ask(client, QUESTION).choices[0].message.content, range(60)))
    assert all("14 euros" in reply for reply in replies)


def test_the_token_opens_the_routes_as_either_header(token_server: Server) -> None:
    url = f"{token_server.url}/v1"
    for headers in ({}, {"x-api-key": "wrong"}):
        assert httpx.get(f"{url}/models", headers=headers, timeout=300).status_code == 401
    assert httpx.get(f"{url}/models", headers={"x-api-key": SERVER_TOKEN}, timeout=300).status_code == 200
    with openai.OpenAI(base_url=url, api_key=SERVER_TOKEN, max_retries=0, timeout=300) as client:
        assert ask(client, QUESTION).refused
    with (
        openai.OpenAI(base_url=url, api_key="wrong", max_retries=0, timeout=300) as client,
        pytest.raises(openai.AuthenticationError),
    ):
        ask(client, QUESTION)
