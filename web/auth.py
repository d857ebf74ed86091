"""Authentication by one token, PAGEWITNESS_SERVER_TOKEN; without it the server is open. API and pages share it.

A program sends the token as `Authorization: Bearer ...`, or as `X-Api-Key` as LangGraph's own clients do. A browser
cannot send that with a link or an image, so the reading room trades the token for a cookie, which other sites can
neither read nor make the browser send.
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
_COOKIE_DAYS = 30
_MAX_TOKEN_BYTES = 4096
_TOKEN_REQUIRED = "This server asks for a token: send it as `Authorization: Bearer ...`, or sign in at /room."

auth = Auth()


@auth.authenticate
async def authenticate(headers: dict[bytes, bytes]) -> Auth.types.MinimalUserDict:
    """Accept requests that carry the token; LangGraph calls this before every request to its own routes."""
    if not is_authorized({key.decode("latin-1").lower(): value.decode("latin-1") for key, value in headers.items()}):
        raise Auth.exceptions.HTTPException(status_code=401, detail=_TOKEN_REQUIRED)
    return {"identity": "reader", "is_authenticated": True}


@auth.on
async def allow(ctx: Auth.types.AuthContext, value: dict[str, object]) -> None:
    """Allow everything to an authenticated user: all users share one library."""


def is_authorized(headers: Mapping[str, str]) -> bool:
    """Return whether these headers (names in lower case) carry the token or its cookie, or no token is needed."""
    token = settings().token
    if not token:
        return True
    scheme, _, given = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and _equal(given.strip(), token):
        return True
    if _equal(headers.get("x-api-key", ""), token):
        return True
    try:
        cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return False
    return cookie is not None and _equal(cookie.value, _session(token))


def unauthorized() -> Response:
    """Return the response to a request without the token."""
    return WebError(401, _TOKEN_REQUIRED, {"WWW-Authenticate": 'Bearer realm="PageWitness"'}).response()


async def sign_in(request: Request) -> Response:
    """Trade the token, which is the body of the request, for a cookie."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _MAX_TOKEN_BYTES:
            return WebError(413, "The token is too long.").response()
    token = settings().token
    if token and not _equal(body.decode("utf-8", "replace").strip(), token):
        return WebError(401, "The token is wrong.").response()
    response = JSONResponse({"signed_in": True})
    if token:
        response.set_cookie(
            COOKIE, _session(token), max_age=_COOKIE_DAYS * 86400, httponly=True, samesite="strict",
            secure=request.url.scheme == "https",
        )  # fmt: skip
    return response


def _session(token: str) -> str:
    """Return the cookie's value: it is valid as long as the token is, and does not reveal it."""
    return hmac.new(token.encode(), b"pagewitness reading room", hashlib.sha256).hexdigest()


def _equal(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())
