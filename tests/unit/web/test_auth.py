"""The server's token: as a header for programs, as a cookie for browsers."""

from __future__ import annotations

import httpx
import pytest
from langgraph_sdk import Auth
from starlette.applications import Starlette
from starlette.routing import Route

from web.auth import COOKIE, authenticate, is_authorized, sign_in

TOKEN = "a token of the tests"
app = Starlette(routes=[Route("/session", sign_in, methods=["POST"])])


async def post(body: str, scheme: str = "http") -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"{scheme}://localhost") as client:
        return await client.post("/session", content=body)


def test_without_a_token_everyone_is_authorized() -> None:
    assert is_authorized({})


def test_the_token_is_accepted_as_bearer_or_as_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGEWITNESS_SERVER_TOKEN", TOKEN)
    assert is_authorized({"authorization": f"Bearer {TOKEN}"})
    assert is_authorized({"authorization": f"bearer  {TOKEN} "})
    assert is_authorized({"x-api-key": TOKEN})
    for key in ("", TOKEN[:-1], f"Bearer {TOKEN}"):
        assert not is_authorized({"x-api-key": key})
    for header in ("", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN[:-1]}", "Bearer ", f"Bearer {TOKEN}é"):
        assert not is_authorized({"authorization": header})


async def test_signing_in_sets_a_cookie_that_does_not_hold_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGEWITNESS_SERVER_TOKEN", TOKEN)
    assert (await post("wrong")).status_code == 401
    assert (await post("x" * 5000)).status_code == 413
    reply = await post(TOKEN, scheme="https")
    header = reply.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=strict", "Secure"} <= {part.strip() for part in header.split(";")}
    assert TOKEN not in header
    cookie = f"{COOKIE}={reply.cookies[COOKIE]}"
    assert is_authorized({"cookie": cookie})
    assert not is_authorized({"cookie": f"{cookie}0"})
    monkeypatch.setenv("PAGEWITNESS_SERVER_TOKEN", "another token")
    assert not is_authorized({"cookie": cookie}), "a new token ends all sessions"


async def test_langgraphs_own_routes_ask_for_the_same_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGEWITNESS_SERVER_TOKEN", TOKEN)
    assert (await authenticate({b"Authorization": f"Bearer {TOKEN}".encode()}))["identity"] == "reader"
    with pytest.raises(Auth.exceptions.HTTPException):
        await authenticate({b"authorization": b"Bearer wrong"})
