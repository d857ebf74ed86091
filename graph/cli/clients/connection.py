"""An HTTP connection to a PageWitness server; reports every failure as one sentence."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any
from urllib.parse import urlsplit

import httpx
from langgraph_sdk.errors import APIStatusError

from graph.errors import BadInputError, ServerError

_CONNECT_TIMEOUT_S = 5.0
_READ_TIMEOUT_S = 300.0  # a streamed run sends a heartbeat every few seconds
_TITLE = "PageWitness"


class Connection:
    """Requests to a PageWitness server.

    Args:
        url: The server's address.
        token: The server's token; "" if it requires none.

    Raises:
        BadInputError: `url` is not an http(s) address.
        ServerError: no server answers, it is another program or another version, or the token is wrong.
    """

    def __init__(self, url: str, token: str) -> None:
        self.url, self._token = _address(url), token
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        timeout = httpx.Timeout(_READ_TIMEOUT_S, connect=_CONNECT_TIMEOUT_S)
        self.http = httpx.Client(
            base_url=self.url, headers=headers, timeout=timeout, event_hooks={"response": [_drop_location]}
        )
        self._check()

    def get(self, path: str) -> Any:
        """Return the JSON that a route answers to GET."""
        return _json(self.request("GET", path))

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send a request and return its successful response; `options` are those of `httpx.Client.request`.

        Raises:
            ServerRejected: the server answered with an error.
            ServerError: the connection failed.
        """
        with self.translate_errors():
            reply = self.http.request(method, path, **options)
        if not reply.is_success:
            raise self._error(reply)
        return reply

    def send(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        """Send a request as `request` does, and return the JSON object of the response."""
        return _json(self.request(method, path, **options))

    @contextlib.contextmanager
    def translate_errors(self) -> Iterator[None]:
        """Raise errors of httpx and of the LangGraph SDK as ServerError, with a sentence for the user."""
        try:
            yield
        except APIStatusError as error:
            raise self._error(error.response) from error
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise ServerError(
                f"No server answers at {self.url} ({error}): start it (`pagewitness serve`), or correct --server."
            ) from error
        except httpx.TransportError as error:
            why = str(error) or type(error).__name__
            raise ServerError(
                f"The connection to {self.url} broke ({why}): finished work is saved; run the command again."
            ) from error

    def _error(self, reply: httpx.Response) -> ServerError:
        """Return the error for a response with an error status."""
        detail = _json(reply).get("detail")
        if reply.status_code == 401:
            how = "does not take the token in" if self._token else "asks for a token: set"
            return ServerError(f"The server at {self.url} {how} PAGEWITNESS_SERVER_TOKEN.")
        return ServerRejected(
            reply.status_code,
            str(detail) if detail else f"The server at {self.url} answered {reply.status_code}; its log may say why.",
        )

    def _check(self) -> None:
        """Check that the server is PageWitness of this version before anything is sent to it."""
        with self.translate_errors():
            reply = self.http.get("/room/openapi.json")
        if reply.status_code in (401, 403, 421, 503):
            raise self._error(reply)
        info = _json(reply).get("info") if reply.is_success else None
        if not isinstance(info, dict) or info.get("title") != _TITLE:
            raise ServerError(f"The server at {self.url} is not PageWitness: correct the address in --server.")
        own, remote = version("pagewitness"), str(info.get("version"))
        if own.split(".")[:2] != remote.split(".")[:2]:
            raise ServerError(
                f"The server at {self.url} is PageWitness {remote} and this command {own}: install the same for both."
            )


class ServerRejected(ServerError):
    """An error response of the server, with the server's own message.

    Args:
        status: The HTTP status.
        detail: The message.
    """

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


def _drop_location(reply: httpx.Response) -> None:
    """Remove the Location header: the SDK would retry a broken stream there for 30 s, but the run ended with it."""
    reply.headers.pop("location", None)


def _address(url: str) -> str:
    try:
        parts = urlsplit(url.strip())
        usable = parts.scheme in ("http", "https") and parts.hostname and not parts.query and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise BadInputError(f"{url!r} is not the address of a server: give one such as http://127.0.0.1:2024.")
    return url.strip().rstrip("/")


def _json(reply: httpx.Response) -> dict[str, Any]:
    """Return the JSON object of a response; an empty one if it holds anything else."""
    try:
        value = reply.json()
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
