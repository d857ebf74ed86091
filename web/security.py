"""The door before everything: the server's own API, its documents and our pages alike.

- The name that the server was called by must be an address, `localhost` or one that is allowed: a name that an
  attacker lets point to this machine (DNS rebinding) is not.
- A request that a browser sends for another site is refused, unless that site is allowed; links to a page may be
  followed from anywhere.
- With a token set, nobody gets further without it.
- Every answer says what a browser may do with it.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graph.settings import settings
from web.auth import refusal, welcome
from web.responses import WebError

# What has to be there before one can sign in. "/ok" and "/health" say that the server is up, and nothing else.
PUBLIC = ("/", "/room", "/session", "/ok", "/health")
PUBLIC_BELOW = "/room/static/"

_NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
}


class Guard:
    """ASGI middleware around the whole server."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that may not pass, and hand on all others."""
        # The server calls itself under this root, which no request from outside can set.
        if scope["type"] not in ("http", "websocket") or scope.get("root_path", "").startswith("/noauth"):
            await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                _mark(scope["path"], MutableHeaders(scope=message))
            await send(message)

        problem = _problem(scope, Headers(scope=scope))
        if problem is None:
            await self.app(scope, receive, guarded)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": "refused"})
        else:
            await problem(scope, receive, guarded)


def _problem(scope: Scope, headers: Headers) -> ASGIApp | None:
    """The answer to a request that may not pass."""
    host = headers.get("host", "")
    if not _known(host):
        return WebError(
            421, "This server does not go by that name: add it to PAGEWITNESS_ALLOWED_HOSTS if it should."
        ).response()
    if _foreign(scope, headers, host):
        return WebError(
            403, "Another site may not use this server from a browser: add it to PAGEWITNESS_ALLOWED_ORIGINS if it may."
        ).response()
    path = scope["path"]
    if path in PUBLIC or path.startswith(PUBLIC_BELOW) or _asks(scope, headers) or welcome(headers):
        return None
    return refusal()


def _known(host: str) -> bool:
    """Whether a Host header names this server."""
    try:
        name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return False
    if name == "localhost" or name.endswith(".localhost") or name in settings().allowed_hosts:
        return True
    try:
        return bool(ipaddress.ip_address(name))
    except ValueError:
        return False


def _foreign(scope: Scope, headers: Mapping[str, str], host: str) -> bool:
    """Whether a browser sends this for a site that is neither our own nor allowed."""
    origin = headers.get("origin", "").lower()
    if origin:
        return origin not in settings().allowed_origins and origin.partition("://")[2] != host.lower()
    if headers.get("sec-fetch-site", "none") in ("none", "same-origin"):
        return False
    followed = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    return not (followed and scope.get("method") in ("GET", "HEAD"))


def _asks(scope: Scope, headers: Mapping[str, str]) -> bool:
    """Whether this only asks, for an allowed site, what it may send: browsers ask that without a token."""
    return scope.get("method") == "OPTIONS" and "access-control-request-method" in headers


def _mark(path: str, headers: MutableHeaders) -> None:
    for name, value in _HEADERS.items():
        headers[name] = value
    if path == "/docs":
        return  # LangGraph's own page, which loads its script from elsewhere, as it says
    page = headers.get("content-type", "").startswith("text/html")
    headers["Content-Security-Policy"] = _PAGE if page and path in ("/", "/room") else _NOTHING
