"""Runs of conversations that a client of OpenAI's API keeps, each on a thread that LangGraph Studio can open.

Such a client sends the whole conversation each time. The thread is found by the text of the earlier turns, so that one
conversation is one thread; an edited or repeated turn begins another one.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request

from graph.access import Identity
from web.own_server import client_of
from web.turnstile import Turnstile

_MAX_KNOWN = 5000
"""Conversations whose threads are remembered; older ones continue on a new thread that gets all their turns."""
_threads: OrderedDict[str, str] = OrderedDict()
_requests = Turnstile()


async def run(given: Mapping[str, Any], user: str, identity: Identity, request: Request) -> dict[str, Any]:
    """Run the graph on the conversation's thread; return its state, or `__error__` with the error's name and message.

    Args:
        given: The graph's input: the whole conversation under `messages`, and the chosen documents.
        user: What the client calls its user, or "": equal conversations of two users are two threads.
        identity: Who sends the request; conversations of others are never found.
        request: The request.
    """
    messages: list[dict[str, Any]] = given["messages"]
    speaker = [identity.name, user]
    thread = _threads.pop(_key(speaker, messages[:-1]), "")
    new = messages[-1:] if thread else messages
    thread = thread or str(uuid.uuid4())
    sent: Any = {**given, "messages": new}
    async with _requests.turn(), client_of(identity, request) as client:
        values: Any = await client.runs.wait(
            thread, "pagewitness", input=sent, context={"ask_back": "off"}, if_not_exists="create",
            on_disconnect="cancel", raise_error=False,
            durability="exit",  # the state after each turn, 23 kB; all steps of one take 99 kB
        )  # fmt: skip
    state = dict(values or {})
    if replied := state.get("messages"):
        _threads[_key(speaker, [*messages, {"role": "assistant", "content": replied[-1]["content"]}])] = thread
        if len(_threads) > _MAX_KNOWN:
            _threads.popitem(last=False)
    return state


def _key(speaker: Sequence[str], messages: Sequence[Mapping[str, Any]]) -> str:
    said = [*speaker, *([one["role"], _trimmed(one["content"])] for one in messages)]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _trimmed(content: Any) -> Any:
    return content.strip() if isinstance(content, str) else content
