"""Requests of the server's process to its own API: LangGraph's, or Aegra's, which speaks the same protocol."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any

import httpx
from starlette.requests import HTTPConnection

from graph.access import Identity
from graph.settings import settings
from web.ownership import acting_as

if TYPE_CHECKING:
    from langgraph_sdk.client import LangGraphClient

_NOT_PASSED_ON = frozenset({"host", "content-length", "content-type", "connection", "accept-encoding"})
_TIMEOUT = httpx.Timeout(5, read=300, write=300)


def is_langgraph() -> bool:
    """Return whether LangGraph's server runs in this process, and not Aegra; both may be installed."""
    return "langgraph_api" in sys.modules and "aegra_api" not in sys.modules


@contextlib.asynccontextmanager
async def client_of(identity: Identity, request: HTTPConnection | None = None) -> AsyncIterator[LangGraphClient]:
    """Open a client of this server that acts for a user.

    LangGraph's server takes the user from a variable of this process. Aegra has no such variable: the client sends it
    the credentials of the given request, or the server's token.

    Args:
        identity: The user.
        request: The request during which the client is used; None for the server's own work.
    """
    from langgraph_sdk import get_client
    from langgraph_sdk.client import LangGraphClient

    if is_langgraph():
        async with acting_as(identity):
            yield get_client()
        return
    transport = httpx.ASGITransport(app=_aegra(), client=_address(request))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://127.0.0.1", headers=_credentials(request), timeout=_TIMEOUT
    ) as http:
        yield LangGraphClient(http)


def _aegra() -> Any:
    from aegra_api.main import app  # type: ignore[import-not-found]  # needs Python 3.12

    return app


def _address(request: HTTPConnection | None) -> tuple[str, int]:
    return (request.client.host, request.client.port) if request and request.client else ("127.0.0.1", 0)


def _credentials(request: HTTPConnection | None) -> Mapping[str, str]:
    if request is None:
        return {"authorization": f"Bearer {settings().token}"} if settings().token else {}
    return {name: value for name, value in request.headers.items() if name not in _NOT_PASSED_ON}
