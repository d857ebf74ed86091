"""Helpers of the routes: errors without paths of this machine, bodies, numbers in queries, and lone surrogates."""

from __future__ import annotations

import json
import logging
import re
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from graph.access import NotAllowedError
from graph.errors import HomeError, IndexMismatchError

logger = logging.getLogger(__name__)
LIBRARY_UNAVAILABLE = (
    "The library cannot be used just now: `pagewitness doctor --server ...`, with this address, says why."
)
_MAX_DIGITS = 7
_HALF_CHARACTER = re.compile(rb"\\u[dD][89a-fA-F]")


class WebError(Exception):
    """A request that cannot be answered.

    Args:
        status: The HTTP status.
        detail: One sentence for the user: what is wrong, and what to do.
        headers: Headers of the response.
    """

    def __init__(self, status: int, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, headers

    def response(self) -> JSONResponse:
        """Return the error as JSON, in the form of the LangGraph API's own errors."""
        return JSONResponse({"detail": self.detail}, self.status, self.headers)


def error_response(error: Exception) -> Response:
    """Return the response for an exception; messages that name folders of this machine are only logged."""
    if isinstance(error, WebError):
        return error.response()
    if isinstance(error, NotAllowedError):
        return WebError(403 if error.seen else 404, str(error)).response()
    logger.exception("A request to the reading room failed", exc_info=error)
    if isinstance(error, HomeError | IndexMismatchError | OSError):
        return WebError(503, LIBRARY_UNAVAILABLE).response()
    return WebError(500, "Something went wrong on the server; its log says what.").response()


def without_half_characters(body: bytes) -> bytes:
    """Return JSON with "?" for each half of a surrogate pair, which cannot be stored, searched for or sent.

    Clients that shorten a text in the middle of an emoji send one.

    Raises:
        ValueError, RecursionError: It is no JSON, or nested too deeply.
    """
    if not _HALF_CHARACTER.search(body):
        return body
    return json.dumps(json.loads(body), ensure_ascii=False).encode("utf-8", "replace")


async def body_of(request: Request, most: int, otherwise: str) -> bytes:
    """Return the body of a request.

    Args:
        request: The request.
        most: Its largest size in bytes; not much more is read.
        otherwise: What is said of a larger one, a sentence.

    Raises:
        WebError: It is larger.
    """
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > most:
            raise WebError(413, otherwise)
    return bytes(body)


async def json_of(request: Request, most: int, otherwise: str) -> Any:
    """Return the body of a request as JSON, or None if it is not JSON; see `body_of`."""
    try:
        return json.loads(await body_of(request, most, otherwise))
    except (ValueError, RecursionError):
        return None


def query_number(request: Request, name: str, least: int, most: int) -> int | None:
    """Return a whole number of the query, or None if it is not given.

    Raises:
        WebError: It is not a whole number from `least` to `most`.
    """
    text = request.query_params.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS and least <= int(text) <= most):
        raise WebError(422, f"`{name}` must be a whole number from {least} to {most}.")
    return int(text)
