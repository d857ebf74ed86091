"""The first steps of a user in a fresh clone without key or network, through `langgraph_sdk` alone.

    unshare --net python -m tests.server.first_start FOLDER

FOLDER holds a copy of the code in `clone`. Prints the results as JSON, which test_first_start.py checks.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import httpx

from tests.dev_server import Server, run_server
from tests.loopback import raise_loopback

FIRST, NEXT = "How much was spent on instruments?", "And for it in 2024?"


async def visit(server: Server, clone: Path) -> dict[str, Any]:
    """Upload, watch, ask, follow up, open the page, delete."""
    client = server.client
    http = client.http.client  # the SDK's own, for what is no JSON
    content = (clone / "examples" / "sample.pdf").read_bytes()
    kept = (await http.post("/uploads", params={"name": "sample.pdf"}, content=content)).json()
    thread = (await client.threads.create())["thread_id"]
    events: list[Any] = []
    async for part in client.runs.stream(
        thread, "pagewitness", input={"sources": [kept["source"]]}, stream_mode=["custom"], stream_subgraphs=True
    ):
        if part.event.startswith("custom"):
            events.append(part.data)
    answers = [await ask(server, thread, question) for question in (FIRST, NEXT)]
    (page, boxes) = next((one["page"], one["boxes"]) for one in answers[1]["citations"])
    address = f"/documents/{kept['id']}/pages/{page}/image"
    highlight = ";".join(",".join(str(edge) for edge in box) for box in boxes)
    plain, marked = [
        (await http.get(address, params={"width": "600", **query})).content for query in ({}, {"highlight": highlight})
    ]
    await client.http.delete(f"/documents/{kept['id']}")
    stages = {event["stage"]: event for event in events if event.get("event") == "progress"}
    return {
        "pages": [event["page"] for event in events if event.get("stage") == "read"],
        "done": {name: event["done"] == event["of"] for name, event in stages.items()},
        "answers": [answer["messages"][-1]["content"] for answer in answers],
        "asked": answers[1]["queries"][0],
        "image": {"kind": plain[:8].hex(), "marked": plain != marked},
        "left": await client.http.get("/documents"),
        "afterwards": (await ask(server, None, FIRST))["reason"],
    }


async def ask(server: Server, thread: str | None, question: str) -> Any:
    messages: Any = [{"role": "user", "content": question}]
    return await server.client.runs.wait(thread, "pagewitness", input={"messages": messages})


def prompt(server: Server) -> str:
    """Return the prompt that Studio's form shows for answering."""
    (assistant,) = server.post("/assistants/search", {"graph_id": "query"})
    schemas = server.get(f"/assistants/{assistant['assistant_id']}/schemas")
    return str(schemas["context_schema"]["properties"]["answer_prompt"]["default"])


def edited(server: Server, clone: Path) -> bool:
    """Return whether the server uses a prompt that was edited on the disk, without a restart by hand."""
    path = clone / "prompts" / "answer.md"
    path.write_text(path.read_text("utf-8") + "\nBe brief.\n", "utf-8")
    end = time.monotonic() + 300
    while time.monotonic() < end:
        try:
            if prompt(server).endswith("Be brief."):
                return True
        except httpx.HTTPError:
            pass  # it is restarting
        time.sleep(0.2)
    return False


def terminated(server: Server) -> bool:
    """Return whether SIGTERM, as service managers send it, ends the server and not only the command."""
    os.kill(server.pid, signal.SIGTERM)
    end = time.monotonic() + 300
    while time.monotonic() < end:
        try:
            httpx.get(f"{server.url}/ok", timeout=1)
        except httpx.TransportError:
            return True
        time.sleep(0.2)
    return False


def main(folder: Path) -> None:
    raise_loopback()
    clone = folder / "clone"
    with run_server(folder, tree=clone) as server:
        seen = asyncio.run(visit(server, clone))
        said = server.log.read_text("utf-8", "replace").splitlines()
        seen |= {
            "seconds": round(server.start_s, 1),
            "warnings": [line for line in said if "[warning" in line or "[error" in line or "[critical" in line],
            "edited": edited(server, clone),
            "terminated": terminated(server),
        }
    print(json.dumps(seen))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
