"""A connection to a server: every way in which it can fail comes out as one sentence."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any
from urllib.parse import urlsplit

import httpx

from graph.errors import BadInputError, ServerError

_CONNECT, _SILENCE = 5.0, 300.0  # seconds; a run that is streamed sends a sign of life every few seconds
_TITLE = "PageWitness"


class Connection:
    """Requests to a PageWitness server.

    Args:
        url: Its address.
        token: What it asks for, if it asks for one.

    Raises:
        BadInputError: the address is none.
        ServerError: nobody is there, or somebody else, or another version, or the token is wrong.
    """

    def __init__(self, url: str, token: str) -> None:
        self.url, self._token = _address(url), token
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        limits = httpx.Timeout(_SILENCE, connect=_CONNECT)
        self.http = httpx.Client(
            base_url=self.url, headers=headers, timeout=limits, event_hooks={"response": [_stay_here]}
        )
        self._check()

    def get(self, path: str) -> Any:
        """What a route says."""
        return self.send("GET", path)

    def send(self, method: str, path: str, **given: Any) -> Any:
        """What a route answers; `given` is what httpx takes."""
        with self.speaking():
            reply = self.http.request(method, path, **given)
        if reply.is_success:
            return _json(reply)
        raise self.refusal(reply)

    def refusal(self, reply: httpx.Response) -> ServerError:
        """What to tell the user of an answer that is none."""
        detail = _json(reply).get("detail")
        if reply.status_code == 401:
            how = "does not take the token in" if self._token else "asks for a token: set"
            return ServerError(f"The server at {self.url} {how} PAGEWITNESS_SERVER_TOKEN.")
        return Refused(
            reply.status_code,
            str(detail) if detail else f"The server at {self.url} answered {reply.status_code}; its log may say why.",
        )

    @contextlib.contextmanager
    def speaking(self) -> Iterator[None]:
        """Say so when nobody answers (any more)."""
        try:
            yield
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise ServerError(
                f"Nobody answers at {self.url} ({error}): start the server (`pagewitness serve`), or mend --server."
            ) from error
        except httpx.TransportError as error:
            why = str(error) or type(error).__name__
            raise ServerError(
                f"The connection to {self.url} broke ({why}): what was done so far is kept; run the command again."
            ) from error

    def _check(self) -> None:
        """See who is there, before anything is sent."""
        with self.speaking():
            reply = self.http.get("/room/openapi.json")
        if reply.status_code in (401, 403, 421, 503):
            raise self.refusal(reply)
        said = _json(reply).get("info") if reply.is_success else None
        if not isinstance(said, dict) or said.get("title") != _TITLE:
            raise ServerError(f"The server at {self.url} is not PageWitness: mend the address in --server.")
        ours, theirs = version("pagewitness"), str(said.get("version"))
        if ours.split(".")[:2] != theirs.split(".")[:2]:
            raise ServerError(
                f"The server at {self.url} is PageWitness {theirs} and this command {ours}: install the same for both."
            )


class Refused(ServerError):
    """The server understood, and does not want to; the message is its own."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


def _stay_here(reply: httpx.Response) -> None:
    """Where a stream breaks, the SDK would look for its rest there, for half a minute; but the run ended with it."""
    reply.headers.pop("location", None)


def _address(url: str) -> str:
    try:
        parts = urlsplit(url.strip())
        usable = parts.scheme in ("http", "https") and parts.hostname and not parts.query and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise BadInputError(f"{url!r} is no address of a server: give one such as http://127.0.0.1:2024.")
    return url.strip().rstrip("/")


def _json(reply: httpx.Response) -> dict[str, Any]:
    try:
        said = reply.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
