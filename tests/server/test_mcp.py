"""The tools of `/mcp` through the stock MCP client and as plain messages: results, links, images, errors."""

from __future__ import annotations

import base64
import io
from typing import Any

import httpx
import pytest
from mcp import Client
from PIL import Image

from tests.conftest import SERVER_TOKEN, MakePdf
from tests.dev_server import Server

pytestmark = pytest.mark.server

ASKED = {"question": "What does a day ticket to the island cost?"}


async def call(server: Server, name: str, **arguments: Any) -> Any:
    async with Client(f"{server.url}/mcp") as client:
        return await client.call_tool(name, arguments)


def post(server: Server, body: Any, **headers: str) -> httpx.Response:
    sent = {"json": body} if not isinstance(body, bytes) else {"content": body}
    return httpx.post(f"{server.url}/mcp", headers=headers, timeout=300, **sent)


async def test_four_tools_are_described_and_none_for_administrators(server: Server) -> None:
    async with Client(f"{server.url}/mcp") as client:
        tools: dict[str, Any] = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert set(tools) == {"ask", "ingest", "list", "page"}
    assert "page" in str(tools["ask"].description)
    fields: Any = {name: tool.input_schema["properties"] for name, tool in tools.items()}
    assert set(fields["ask"]) == {"question", "documents"}
    assert all(field["description"] for one in fields.values() for field in one.values())
    assert tools["ask"].input_schema["required"] == ["question"]
    assert [name for name, tool in tools.items() if not tool.annotations.read_only_hint] == ["ingest"]


async def test_an_answer_has_its_quote_and_a_link_to_it(server: Server, ingested: Any) -> None:
    result = await call(server, "ask", **ASKED)
    (source,) = result.structured_content["sources"]
    assert (result.is_error, source["page"], source["verdict"]) == (False, 6, "proven")
    said = result.content[0].text
    assert "14 euros" in said
    assert source["quote"] in said
    assert source["link"].startswith(f"{server.url}/room#page={ingested['documents'][0]['id']}/6&boxes=")
    assert source["link"] in said
    assert "Proven: the quote of every statement stands on its page." in said


async def test_a_refusal_is_an_answer_and_not_an_error(server: Server, ingested: Any) -> None:
    result = await call(server, "ask", question="Which programming language is the fastest?")
    assert (result.is_error, result.structured_content["refused"]) == (False, True)
    assert "Not answered." in result.content[0].text


async def test_the_library_is_listed_with_links(server: Server, ingested: Any) -> None:
    result = await call(server, "list", contains="SAMPLE")
    (row,) = result.structured_content["documents"]
    assert (row["pages"], row["status"]) == (6, "complete")
    assert row["link"] == f"{server.url}/room#page={row['id']}/1"
    assert row["link"] in result.content[0].text
    none = await call(server, "list", contains="no such name")
    assert none.content[0].text == "There are no such documents."


async def test_a_page_has_its_text_and_its_image(server: Server, ingested: Any) -> None:
    result = await call(server, "page", document="sample.pdf", page=6)
    text, image = result.content
    assert "14 euros" in text.text
    assert f"{server.url}/room#page=" in text.text
    with Image.open(io.BytesIO(base64.b64decode(image.data))) as shown:
        assert (shown.format, image.mime_type) == ("PNG", "image/png")
        assert 500 < shown.width <= 1200
    assert len((await call(server, "page", document="sample", page=6, image=False)).content) == 1


async def test_a_document_is_read_and_asked(server: Server, ingested: Any, make_pdf: MakePdf) -> None:
    path = server.folder / "allowed" / "pier rules.pdf"
    path.write_bytes(make_pdf("pier rules.pdf", "Fishing from the pier ends at nine in the evening.").read_bytes())
    result = await call(server, "ingest", sources=[str(path)])
    assert not result.is_error
    (outcome,) = result.structured_content["outcome"]
    assert outcome.startswith("pier rules.pdf: complete")
    assert f"{server.url}/room#page=" in outcome
    answer = await call(server, "ask", question="When does fishing from the pier end?", documents=["pier rules.pdf"])
    assert "nine in the evening" in answer.content[0].text
    listed = await call(server, "list", contains="pier")
    for row in listed.structured_content["documents"]:
        httpx.delete(f"{server.url}/documents/{row['id']}", timeout=300)


@pytest.mark.parametrize(
    ("tool", "given", "said"),
    [
        ("ask", {"question": "Why?", "documents": ["nope.pdf"]}, "There is no document 'nope.pdf'"),
        ("ask", {"question": " "}, "The question is empty"),
        ("ask", {}, "The argument `question` is wrong"),
        ("ask", {"question": 5}, "The argument `question` is wrong"),
        ("ingest", {"sources": ["no-such-file.pdf"]}, "'no-such-file.pdf' is not in a folder that this server may"),
        ("ingest", {"sources": ["http://127.0.0.1/a.pdf"]}, "is this machine or in a private network"),
        ("ingest", {"sources": []}, "The argument `sources` is wrong"),
        ("page", {"document": "x" * 5000, "page": 1}, "There is no document"),
        ("page", {"document": "sample.pdf", "page": 7}, "There is no page 7"),
        ("page", {"document": "sample.pdf", "page": 0}, "The argument `page` is wrong"),
        ("page", {"document": "sample.pdf", "page": "../1"}, "The argument `page` is wrong"),
    ],
)
async def test_what_the_user_has_to_correct_is_marked_as_an_error(
    server: Server, ingested: Any, tool: str, given: Any, said: str
) -> None:
    result = await call(server, tool, **given)
    assert result.is_error
    assert said in result.content[0].text
    for secret in (str(server.folder), "Traceback", ".py"):
        assert secret not in result.content[0].text


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, -32700),
        (b"[" * 100_000, 400, -32700),
        (b"[]", 400, -32600),
        (b" " * 2**21, 413, -32600),
        ({"id": 1, "method": "ping"}, 400, -32600),
        ({"jsonrpc": "2.0", "id": 1, "method": "nothing"}, 200, -32601),
        ({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "upkeep"}}, 200, -32602),
        ({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": ["ask"]}}, 200, -32602),
        ({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": []}, 200, -32602),
    ],
)
def test_malformed_messages_get_an_error(server: Server, body: Any, status: int, code: int) -> None:
    reply = post(server, body)
    assert (reply.status_code, reply.json()["error"]["code"]) == (status, code)


def test_versions_notifications_and_other_methods(server: Server) -> None:
    for wanted, agreed in (("2025-03-26", "2025-03-26"), ("1999-01-01", "2025-11-25"), (7, "2025-11-25")):
        hello = {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {"protocolVersion": wanted}}
        result = post(server, hello).json()["result"]
        assert (result["protocolVersion"], result["serverInfo"]["name"]) == (agreed, "pagewitness")
    assert post(server, {"jsonrpc": "2.0", "method": "notifications/initialized"}).status_code == 202
    assert post(server, {"jsonrpc": "2.0", "id": 4, "method": "ping"}).json()["result"] == {}
    for method in ("GET", "DELETE"):
        assert httpx.request(method, f"{server.url}/mcp", timeout=300).status_code == 405


def test_the_token_and_the_site_are_checked(server: Server, token_server: Server) -> None:
    asked = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    assert post(server, asked, Origin="https://evil.example").status_code == 403
    assert post(server, asked, Host="evil.example").status_code in (400, 421)
    assert post(token_server, asked).status_code == 401
    for headers in ({"Authorization": f"Bearer {SERVER_TOKEN}"}, {"x-api-key": SERVER_TOKEN}):
        assert post(token_server, asked, **headers).status_code == 200
