"""Authentication: who sends a request, by a token or by a proxy that has authenticated its user.

A program sends its token as `Authorization: Bearer ...`, or as `X-Api-Key` as LangGraph's own clients do. A browser
cannot send that with a link or an image, so the reading room exchanges the token for a cookie, which other sites can
neither read nor make the browser send. `PAGEWITNESS_SERVER_TOKEN` is the token of the one local user, the manager of
everything; `graph/users.py` reads those of other users. Without either the server is open to all, as that user.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Mapping
from typing import Any, cast

from langgraph_sdk import Auth
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response

from graph import dependencies, users
from graph.access import LOCAL, Identity
from graph.errors import BadInputError
from graph.settings import settings
from graph.storage.stores import Stores
from web import ownership
from web.responses import WebError, body_of
from web.sessions import COOKIE, is_equal, of_cookie, session_of

IDENTITY = "pagewitness.identity"
"""The key of an ASGI scope under which the identity of the sender is stored once it is known."""
_COOKIE_DAYS = 30
_MAX_TOKEN_BYTES = 4096
_TOKEN_REQUIRED = "This server asks for a token: send it as `Authorization: Bearer ...`, or sign in at /room."

logger = logging.getLogger(__name__)
auth = Auth()


@auth.authenticate
async def authenticate(headers: dict[Any, Any], scope: dict[str, Any] | None = None) -> Auth.types.MinimalUserDict:
    """Return the user who sends a request; LangGraph calls this before every request to its own routes.

    Args:
        headers: The headers, as bytes or as texts.
        scope: The request, with the address that it comes from; None if the server does not pass it.
    """
    texts = {_text(key).lower(): _text(value) for key, value in headers.items()}
    try:
        identity = identify(texts, _address(scope or {}))
    except BadInputError as error:
        logger.error("All requests of users are refused: %s", error)
        raise Auth.exceptions.HTTPException(status_code=401, detail=users.UNREADABLE) from None
    if identity is None:
        raise Auth.exceptions.HTTPException(status_code=401, detail=_TOKEN_REQUIRED)
    return cast(Auth.types.MinimalUserDict, users.as_user(identity))


auth.on(ownership.allow)


def identify(headers: Mapping[str, str], address: str = "") -> Identity | None:
    """Return who sends a request, or None if no one may send it.

    Args:
        headers: Its headers, by names in lower case.
        address: The address that it comes from.

    Raises:
        BadInputError: the users of this server cannot be read.
    """
    token = settings().token
    if not (token or users.configured()):
        return LOCAL
    given = _tokens(headers)
    if token and any(is_equal(one, token) for one in given):
        return LOCAL
    if (proxy := users.proxy_headers()) and proxy[0] in headers:
        named, groups = _values(headers, proxy[0]), _values(headers, proxy[1])
        # Of two headers the client may have written one: a proxy that only adds its own does not show which.
        if len(named) > 1 or len(groups) > 1 or not _comes_from_proxy(headers, address):
            return None
        return users.of_proxy(named[0], ",".join(groups))
    for one in given if users.configured() else ():
        if user := users.of_token(one):
            return user.identity
    return of_cookie(headers.get("cookie", ""))


def identity_of(request: HTTPConnection) -> Identity:
    """Return who sends a request.

    Raises:
        WebError: no one may send it.
    """
    known = request.scope.get(IDENTITY)
    found = known or identify(request.headers, _address(request.scope))
    if not isinstance(found, Identity):
        raise WebError(401, _TOKEN_REQUIRED)
    return found


def stores_of(request: HTTPConnection) -> Stores:
    """Return the stores restricted to what the sender of a request may see; every route gets its stores here."""
    return dependencies.stores_of(identity_of(request))


def recognize(scope: Any, headers: Mapping[str, str]) -> Identity | None:
    """Identify the sender of a request, and store the identity in its scope for the routes; None if it is refused."""
    try:
        found = identify(headers, _address(scope))
    except BadInputError as error:
        logger.error("All requests of users are refused: %s", error)
        return None
    scope[IDENTITY] = found
    return found


def unauthorized() -> Response:
    """Return the response to a request without the token."""
    return WebError(401, _TOKEN_REQUIRED, {"WWW-Authenticate": 'Bearer realm="PageWitness"'}).response()


async def sign_in(request: Request) -> Response:
    """Exchange the token, which is the body of the request, for a cookie."""
    too_long = f"The token is longer than {_MAX_TOKEN_BYTES:,} bytes: send the token alone."
    try:
        body = await body_of(request, _MAX_TOKEN_BYTES, too_long)
    except WebError as error:
        return error.response()
    try:
        session = await asyncio.to_thread(session_of, body.decode("utf-8", "replace").strip())
    except BadInputError as error:
        logger.error("All requests of users are refused: %s", error)
        return WebError(503, users.UNREADABLE).response()
    if session is None:
        return WebError(401, "The token is wrong: check it, or ask the manager of this server for one.").response()
    response = JSONResponse({"signed_in": True})
    if session:
        response.set_cookie(
            COOKIE, session, max_age=_COOKIE_DAYS * 86400, httponly=True, samesite="strict",
            secure=request.url.scheme == "https",
        )  # fmt: skip
    return response


def _tokens(headers: Mapping[str, str]) -> list[str]:
    """Return the tokens that a program sends, in either of two headers."""
    scheme, _, given = headers.get("authorization", "").partition(" ")
    sent = (given.strip() if scheme.lower() == "bearer" else "", headers.get("x-api-key", ""))
    return [one for one in sent if one]


def _comes_from_proxy(headers: Mapping[str, str], address: str) -> bool:
    """Return whether a request comes from a trusted proxy, by an address that is not taken from a client's header."""
    forwarded = ",".join(_values(headers, "x-forwarded-for"))
    # A server may take the client's address from any of these headers, where it stands with a port or without.
    written = address and re.search(rf"(?<![\w.:]){re.escape(address)}(?![\w.])", forwarded)
    return not (written and address not in ("127.0.0.1", "::1")) and users.is_trusted_proxy(address)


def _values(headers: Mapping[str, str], name: str) -> list[str]:
    """Return the values of all headers of this name."""
    if isinstance(headers, Headers):
        return headers.getlist(name)
    return [headers[name]] if name in headers else []


def _address(scope: Mapping[str, Any]) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
