"""ASGI middleware around all routes, the LangGraph API included: Host check, cross-site check, token, headers.

- The Host header must hold an address, `localhost` or an allowed name; a name that an attacker points at this machine
  (DNS rebinding) is refused.
- A request with two headers that identify its sender or its target is refused: the routes would obey the first one and
  LangGraph's own routes the last one.
- A request that a browser sends for another site is refused, unless that site is allowed; links to a page may be
  followed from anywhere.
- If a token is set, every request needs it, except those for signing in.
- The development server's routes for its own tests and for publishing its code are closed: they ask for no user, and
  one of them deletes the threads of all users.
- Every response carries headers that restrict what a browser may do with it.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graph.settings import settings
from web.auth import recognize, unauthorized
from web.responses import WebError

# Paths open without a token: those for signing in; "/ok" and "/health" only say that the server is up.
PUBLIC = ("/", "/room", "/session", "/ok", "/health")
PUBLIC_PREFIX = "/room/static/"

_CLOSED = re.compile(r"/+(?:internal|deploy)(?:/.*)?")
"""Paths of routes that LangGraph's in-memory runtime adds outside of its authentication."""

_NO_ROUTE = "Not Found"  # what LangGraph's server says of a path without a route

_SINGLE = ("host", "authorization", "x-api-key", "cookie", "origin")
"""The headers that no request may hold twice."""
_HOST = re.compile(r"(?:\[(?P<inside>[\da-fA-F:.]+)\]|(?P<name>[\w.-]+))(?::\d{0,5})?", re.ASCII)
"""A Host header: a name or an address, that of IPv6 in brackets, and perhaps one port."""

_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_ROOM_POLICY = (
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


class SecurityMiddleware:
    """ASGI middleware around the whole server."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a request that fails a check, and pass on all others with security headers."""
        # The server calls itself under this root, which no request from outside can set.
        if scope["type"] not in ("http", "websocket") or scope.get("root_path", "").startswith("/noauth"):
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                set_headers(scope["path"], MutableHeaders(scope=message))
            await send(message)

        refusal = _refusal(scope, Headers(scope=scope))
        if refusal is None:
            await self.app(scope, receive, send_with_headers)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": "refused"})
        else:
            await refusal(scope, receive, send_with_headers)


def _refusal(scope: Scope, headers: Headers) -> ASGIApp | None:
    """Return the response to a request that fails a check, or None."""
    if doubled := next((name for name in _SINGLE if len(headers.getlist(name)) > 1), ""):
        return WebError(400, f"The header `{doubled}` is sent more than once: send it once.").response()
    host = headers.get("host", "")
    if not is_known_host(host):
        return WebError(
            421, "The server does not know this host name: add it to PAGEWITNESS_ALLOWED_HOSTS to allow it."
        ).response()
    if is_cross_site(scope, headers):
        return WebError(
            403,
            "Other sites may not use this server from a browser: PAGEWITNESS_ALLOWED_ORIGINS lists the allowed ones.",
        ).response()
    path = scope["path"]
    if _CLOSED.fullmatch(path.removeprefix(scope.get("root_path", ""))):
        return WebError(404, _NO_ROUTE).response()
    if path in PUBLIC or path.startswith(PUBLIC_PREFIX) or _is_preflight(scope, headers):
        return None
    if recognize(scope, headers):
        return None
    return unauthorized()


def is_known_host(host: str) -> bool:
    """Return whether a Host header names this server: an address, `localhost`, or a name that is allowed."""
    found = _HOST.fullmatch(host)
    if not found:
        return False
    name = (found["inside"] or found["name"]).lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost") or name in settings().allowed_hosts:
        return True
    try:
        return ipaddress.ip_address(name).version == (6 if found["inside"] else 4)
    except ValueError:
        return False


def is_cross_site(scope: Scope, headers: Mapping[str, str]) -> bool:
    """Return whether a browser sends this request for a site that is neither this server nor allowed."""
    origin = headers.get("origin", "").lower()
    if origin:
        same_site = origin.partition("://")[2] == headers.get("host", "").lower()
        return not same_site and origin not in settings().allowed_origins
    if headers.get("sec-fetch-site", "none") in ("none", "same-origin"):
        return False
    followed = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    return not (followed and scope.get("method") in ("GET", "HEAD"))


def _is_preflight(scope: Scope, headers: Mapping[str, str]) -> bool:
    """Return whether this is a CORS preflight request, which browsers send without a token."""
    return scope.get("method") == "OPTIONS" and "access-control-request-method" in headers


def set_headers(path: str, headers: MutableHeaders) -> None:
    """Add the security headers for this path to a response's headers."""
    for name, value in _HEADERS.items():
        headers[name] = value
    if path == "/docs":
        return  # LangGraph's own page loads its script from another host
    page = headers.get("content-type", "").startswith("text/html")
    headers["Content-Security-Policy"] = _ROOM_POLICY if page and path in ("/", "/room") else _POLICY
