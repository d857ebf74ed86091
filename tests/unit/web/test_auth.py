"""Who sends a request: by a token as a header for programs, as a cookie for browsers, or by a trusted proxy."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from langgraph_sdk import Auth
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.routing import Route

from graph import users
from graph.access import LOCAL, Identity
from web.auth import COOKIE, authenticate, identify, sign_in

TOKEN = "a token of the tests"
ANN = Identity("ann", frozenset(), admin=False)
app = Starlette(routes=[Route("/session", sign_in, methods=["POST"])])


async def post(body: str, scheme: str = "http") -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"{scheme}://localhost") as client:
        return await client.post("/session", content=body)


def test_without_a_token_everyone_identify() -> None:
    assert identify({})


def test_the_token_is_accepted_as_bearer_or_as_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGEWITNESS_SERVER_TOKEN", TOKEN)
    assert identify({"authorization": f"Bearer {TOKEN}"})
    assert identify({"authorization": f"bearer  {TOKEN} "})
    assert identify({"x-api-key": TOKEN})
    for key in ("", TOKEN[:-1], f"Bearer {TOKEN}"):
        assert not identify({"x-api-key": key})
    for header in ("", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN[:-1]}", "Bearer ", f"Bearer {TOKEN}é"):
        assert not identify({"authorization": header})


async def test_signing_in_sets_a_cookie_that_does_not_hold_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGEWITNESS_SERVER_TOKEN", TOKEN)
    assert (await post("wrong")).status_code == 401
    assert (await post("x" * 5000)).status_code == 413
    reply = await post(TOKEN, scheme="https")
    header = reply.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=strict", "Secure"} <= {part.strip() for part in header.split(";")}
    assert TOKEN not in header
    cookie = f"{COOKIE}={reply.cookies[COOKIE]}"
    assert identify({"cookie": cookie})
    assert not identify({"cookie": f"{cookie}0"})
    monkeypatch.setenv("PAGEWITNESS_SERVER_TOKEN", "another token")
    assert not identify({"cookie": cookie}), "a new token ends all sessions"


async def test_langgraphs_own_routes_ask_for_the_same_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGEWITNESS_SERVER_TOKEN", TOKEN)
    assert (await authenticate({b"Authorization": f"Bearer {TOKEN}".encode()}))["identity"] == "local"
    with pytest.raises(Auth.exceptions.HTTPException):
        await authenticate({b"authorization": b"Bearer wrong"})


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of one user, Ann, in use beside the server's token."""
    path = tmp_path / "users.toml"
    path.write_text(users.toml_table("ann", "Ann's token"), "utf-8")
    monkeypatch.setenv("PAGEWITNESS_USERS", str(path))
    monkeypatch.setenv("PAGEWITNESS_SERVER_TOKEN", TOKEN)
    return path


def test_each_token_is_of_its_user(file: Path) -> None:
    assert identify({"authorization": "Bearer Ann's token"}) == ANN
    assert identify({"x-api-key": "Ann's token"}) == ANN
    assert identify({"authorization": f"Bearer {TOKEN}"}) is LOCAL
    for headers in ({}, {"authorization": "Bearer Ben's token"}, {"x-user": "ann"}, {"cookie": f"{COOKIE}=ann"}):
        assert identify(headers, "127.0.0.1") is None, headers
    file.write_text(users.toml_table("ben", "Ben's token"), "utf-8")
    assert identify({"authorization": "Bearer Ann's token"}) is None


async def test_a_cookie_is_void_once_the_token_of_its_user_is_another(file: Path) -> None:
    reply = await post("Ann's token")
    cookie = reply.cookies[COOKIE]
    assert "Ann's token" not in cookie
    assert identify({"cookie": f"{COOKIE}={cookie}"}) == ANN
    for forged in (f"{cookie}0", cookie.partition(".")[0], f"{cookie.partition('.')[0]}.", "bG9jYWw" + cookie[3:]):
        assert identify({"cookie": f"{COOKIE}={forged}"}) is None, forged
    file.write_text(users.toml_table("ann", "Ann's new token"), "utf-8")
    assert identify({"cookie": f"{COOKIE}={cookie}"}) is None


async def test_who_reads_the_file_of_users_cannot_make_cookies_of_it(file: Path) -> None:
    import hashlib
    import hmac

    cookie = (await post("Ann's token")).cookies[COOKIE]
    name, digest = cookie.partition(".")[0], users.sha256("Ann's token")
    for key in (digest.encode(), bytes.fromhex(digest), b""):
        forged = hmac.new(key, f"{name} {digest}".encode(), hashlib.sha256).hexdigest()
        assert identify({"cookie": f"{COOKIE}={name}.{forged}"}) is None


async def test_a_file_that_cannot_be_used_lets_no_one_in(file: Path) -> None:
    file.write_text("[[user]", "utf-8")
    users._read.clear()
    assert (await post("Ann's token")).status_code == 503
    with pytest.raises(Auth.exceptions.HTTPException):
        await authenticate({"authorization": "Bearer Ann's token"})
    assert (await authenticate({"authorization": f"Bearer {TOKEN}"}))["identity"] == "local", "the server's own token"


async def test_headers_of_a_request_come_as_bytes_or_as_texts(file: Path) -> None:
    for headers in ({"Authorization": "Bearer Ann's token"}, {b"authorization": b"Bearer Ann's token"}):
        user = dict(await authenticate(headers))
        assert (user["identity"], user["groups"], user["admin"]) == ("ann", [], False)


async def test_only_a_trusted_proxy_names_its_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGEWITNESS_USERS", "header:X-User,X-Groups")
    monkeypatch.setenv("PAGEWITNESS_TRUSTED_PROXIES", "10.0.0.5")
    named = {"x-user": "ann", "x-groups": "law"}
    assert identify(named, "10.0.0.5") == Identity("ann", frozenset({"law"}), admin=False)
    assert identify({**named, "x-forwarded-for": "192.0.2.1"}, "10.0.0.5") == Identity(
        "ann", frozenset({"law"}), admin=False
    )
    for address in ("10.0.0.6", "127.0.0.1", ""):
        assert identify(named, address) is None, address
    assert identify({**named, "x-forwarded-for": "10.0.0.5"}, "10.0.0.5") is None, "an address that the client wrote"
    for written in ("10.0.0.5:4711", "192.0.2.1, 10.0.0.5:1", "[10.0.0.5]:1"):
        assert identify({**named, "x-forwarded-for": written}, "10.0.0.5") is None, "the same with a port"
    near = {**named, "x-forwarded-for": "10.0.0.55, 110.0.0.5"}
    assert identify(near, "10.0.0.5") is not None, "addresses that only look like it"
    twice = (("x-forwarded-for", "10.0.0.5"), ("x-user", "ben"), ("x-groups", "board"))
    for name, value in twice:
        for listed in ([*named.items(), ("x-forwarded-for", "192.0.2.1"), (name, value)],
                       [(name, value), *named.items(), ("x-forwarded-for", "192.0.2.1")]):  # fmt: skip
            sent = Headers(raw=[(key.encode(), text.encode()) for key, text in listed])
            assert identify(sent, "10.0.0.5") is None, f"two headers {name}, of which the client wrote one"
    assert identify({"x-groups": "law"}, "10.0.0.5") is None, "a proxy that names no user"
    assert identify({"x-user": "local"}, "10.0.0.5") is None
    with pytest.raises(Auth.exceptions.HTTPException):
        await authenticate(named)  # a server that does not tell the address
    user = dict(await authenticate(named, {"client": ("10.0.0.5", 4711)}))
    assert user["groups"] == ["law"]
