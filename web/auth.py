"""Who may come in: everybody, unless PAGEWITNESS_SERVER_TOKEN is set. API and pages ask the same door.

A program sends the token as `Authorization: Bearer ...`. A browser cannot send that with a link or an image, so the
reading room trades the token for a cookie, which other sites can neither read nor have sent.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie

from langgraph_sdk import Auth
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from graph.settings import settings
from web.responses import WebError

COOKIE = "pagewitness_session"
_DAYS = 30
_LONGEST = 4096
_REFUSED = "This server asks for a token: send it as `Authorization: Bearer ...`, or sign in at /room."

auth = Auth()


@auth.authenticate
async def authenticate(headers: dict[bytes, bytes]) -> Auth.types.MinimalUserDict:
    """Let in whoever has the token; LangGraph asks this before every request to its own routes."""
    if not welcome({key.decode("latin-1").lower(): value.decode("latin-1") for key, value in headers.items()}):
        raise Auth.exceptions.HTTPException(status_code=401, detail=_REFUSED)
    return {"identity": "reader", "is_authenticated": True}


@auth.on
async def allow(ctx: Auth.types.AuthContext, value: dict[str, object]) -> None:
    """Whoever is in may do everything: there is one library, and it is theirs."""


def welcome(headers: Mapping[str, str]) -> bool:
    """Whether these headers (names in lower case) carry the token or the cookie that stands for it."""
    token = settings().server_token
    if not token:
        return True
    scheme, _, given = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and _same(given.strip(), token):
        return True
    try:
        cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return False
    return cookie is not None and _same(cookie.value, _session(token))


def refusal() -> Response:
    """What everybody else is told."""
    return WebError(401, _REFUSED, {"WWW-Authenticate": 'Bearer realm="PageWitness"'}).response()


async def sign_in(request: Request) -> Response:
    """Trade the token, as the body of the request, for a cookie."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _LONGEST:
            return WebError(413, "That is too long for a token.").response()
    token = settings().server_token
    if token and not _same(body.decode("utf-8", "replace").strip(), token):
        return WebError(401, "That is not the token of this server.").response()
    response = JSONResponse({"signed_in": True})
    if token:
        response.set_cookie(
            COOKIE, _session(token), max_age=_DAYS * 86400, httponly=True, samesite="strict",
            secure=request.url.scheme == "https",
        )  # fmt: skip
    return response


def _session(token: str) -> str:
    """What the cookie holds: it lasts as long as the token does, and the token cannot be had from it."""
    return hmac.new(token.encode(), b"pagewitness reading room", hashlib.sha256).hexdigest()


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())
