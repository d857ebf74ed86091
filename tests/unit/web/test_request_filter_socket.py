"""Commands by web socket: files are removed from them too, and a refusal does not end the connection."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from web.request_filter import RequestFilter

PDF = base64.b64encode(b"%PDF-1.7 and more").decode()


def command(number: int, block: Any) -> dict[str, Any]:
    given = {"messages": [{"role": "user", "content": [block]}]}
    params = {"assistant_id": "pagewitness", "input": given}
    return {"type": "websocket.receive", "text": json.dumps({"id": number, "method": "run.start", "params": params})}


@pytest.mark.usefixtures("home")
async def test_websocket_messages_carry_references_and_refusals() -> None:
    coming = [command(1, {"type": "file"}), command(2, {"type": "file", "base64": PDF, "filename": "a.pdf"})]
    handed_on: list[Any] = []
    told: list[Any] = []

    async def receive() -> Any:
        return coming.pop(0)

    async def send(message: Any) -> None:
        told.append(json.loads(message["text"]))

    async def server(scope: Any, receive: Any, send: Any) -> None:
        handed_on.append(json.loads((await receive())["text"]))

    await RequestFilter(server)({"type": "websocket", "headers": [], "path": "/threads/x/stream/events"}, receive, send)
    assert [(said["id"], said["type"]) for said in told] == [(1, "error")]
    assert "neither bytes nor an address" in told[0]["message"]
    assert handed_on[0]["id"] == 2
    assert PDF not in json.dumps(handed_on)
    assert "Attached: a.pdf" in json.dumps(handed_on)
