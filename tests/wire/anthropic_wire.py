"""The wire format of Anthropic's Messages API, for the loopback server: images, replies, streams, errors."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from typing import Any

Json = dict[str, Any]
ENDS = {"stop": "end_turn", "length": "max_tokens"}
KINDS = {400: "invalid_request_error", 401: "authentication_error", 404: "not_found_error", 429: "rate_limit_error",
         413: "request_too_large", 500: "api_error", 529: "overloaded_error"}  # fmt: skip


def images(message: Json) -> list[bytes]:
    """Return the images of a message, decoded."""
    content = message.get("content")
    parts = content if isinstance(content, list) else []
    return [base64.b64decode(part["source"]["data"]) for part in parts if part.get("type") == "image"]


def schema(body: Json) -> Json | None:
    """Return the schema that is asked of the reply; None without one."""
    wanted = (body.get("output_config") or {}).get("format") or body.get("output_format") or {}
    return wanted.get("schema") if isinstance(wanted, dict) else None


def error(status: int, message: str) -> str:
    """Return an error body."""
    return json.dumps({"type": "error", "error": {"type": KINDS.get(status, "api_error"), "message": message}})


def reply(model: str, text: str, tokens: tuple[int, int], end: str) -> Json:
    """Return a whole reply; `tokens` are those of the prompt and of the reply, `end` is "stop" or "length"."""
    content = [{"type": "text", "text": text}]
    return {**_head(model), "content": content, "stop_reason": ENDS[end], "usage": _usage(*tokens)}


def events(model: str, pieces: Sequence[str], tokens: tuple[int, int], end: str) -> Iterator[str]:
    """Yield a reply as a stream of server-sent events."""
    yield _event("message_start", message={**_head(model), "content": [], "usage": _usage(tokens[0], 1)})
    yield _event("content_block_start", index=0, content_block={"type": "text", "text": ""})
    for piece in pieces:
        yield _event("content_block_delta", index=0, delta={"type": "text_delta", "text": piece})
    yield _event("content_block_stop", index=0)
    delta = {"stop_reason": ENDS[end], "stop_sequence": None}
    yield _event("message_delta", delta=delta, usage={"output_tokens": tokens[1]})
    yield _event("message_stop")


def _head(model: str) -> Json:
    head = {"id": "msg_1", "type": "message", "role": "assistant", "model": model}
    return {**head, "stop_reason": None, "stop_sequence": None}


def _usage(told: int, said: int) -> Json:
    return {"input_tokens": told, "output_tokens": said}


def _event(kind: str, **body: Any) -> str:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **body})}\n\n"
