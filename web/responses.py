"""What the routes answer with: JSON, and errors that say what to do and nothing of the machine."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from graph.errors import HomeError, IndexMismatchError

logger = logging.getLogger(__name__)
UNUSABLE = "The library cannot be used just now: `pagewitness doctor --server ...`, with this address, says why."


class WebError(Exception):
    """A request that cannot be answered: a status, and one sentence for whoever asked."""

    def __init__(self, status: int, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, headers

    def response(self) -> JSONResponse:
        """The error as JSON, in the form that the API's own errors have."""
        return JSONResponse({"detail": self.detail}, self.status, self.headers)


def answered(endpoint: Callable[[Request], Response]) -> Callable[[Request], Response]:
    """Decorate a route that reads the stores; Starlette runs it in a thread, since it is no coroutine."""

    @wraps(endpoint)
    def route(request: Request) -> Response:
        try:
            return endpoint(request)
        except Exception as error:
            return failed(error)

    return route


def failed(error: Exception) -> Response:
    """What to say of an error. Messages of the stores name folders of this machine: they go to the log."""
    if isinstance(error, WebError):
        return error.response()
    logger.exception("A page of the reading room failed", exc_info=error)
    if isinstance(error, HomeError | IndexMismatchError | OSError):
        return WebError(503, UNUSABLE).response()
    return WebError(500, "Something went wrong on the server; its log says what.").response()


def number(request: Request, name: str, least: int, most: int, default: int | None = None) -> int | None:
    """A whole number of the query, within limits.

    Raises:
        WebError: it is none.
    """
    text: Any = request.query_params.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdecimal() and len(text) < 8 and least <= int(text) <= most):
        raise WebError(422, f"`{name}` must be a whole number from {least} to {most}.")
    return int(text)
