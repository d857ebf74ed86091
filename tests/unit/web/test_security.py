"""The security middleware: host names, cross-site requests, tokens and headers, one check at a time."""

from __future__ import annotations

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from web.security import PUBLIC, SecurityMiddleware, is_cross_site, is_known_host

TOKEN = "a token of the tests"
EVIL, STUDIO = "https://evil.example", "https://smith.langchain.com"
LINK = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
IMAGE = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"}


def answer(request: Request) -> Response:
    if request.url.path in ("/room", "/docs"):
        return HTMLResponse("<p>page</p>")
    return PlainTextResponse("passed")


app = SecurityMiddleware(
    Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST", "DELETE", "OPTIONS"])])
)


async def send(method: str = "GET", path: str = "/documents", **headers: str) -> httpx.Response:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:2024") as client:
        return await client.request(method, path, headers={name.replace("_", "-"): headers[name] for name in headers})


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:2024", "a.localhost", "127.0.0.1:2024", "[::1]:2024", "10.0.0.7"]
)
def test_addresses_and_localhost_name_the_server(host: str) -> None:
    assert is_known_host(host)


@pytest.mark.parametrize(
    "host",
    ["", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "[", "evillocalhost", "[::1",
     "127.0.0.1:1:2", "127.0.0.1:port", "[::1]:1:2", "::1", "[127.0.0.1]", "[localhost]", "evil@127.0.0.1",
     "127.0.0.1/evil", "127.0.0.1#", "127.0.0.1, evil.example", "127.0.0.1 ", ":2024", "."],
)  # fmt: skip
def test_other_names_do_not(host: str) -> None:
    assert not is_known_host(host)


def test_an_allowed_name_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGEWITNESS_ALLOWED_HOSTS", "papers.example.org")
    assert is_known_host("papers.example.org:443")
    assert is_known_host("PAPERS.example.org.")
    assert not is_known_host("other.example.org")


def cross(method: str = "GET", **headers: str) -> bool:
    given = {"host": "localhost:2024", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return is_cross_site({"method": method}, given)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE"])
@pytest.mark.parametrize("origin", [EVIL, "null", "http://localhost:1", "http://localhost:20240"])
def test_a_request_of_another_origin_is_cross_site_whatever_its_method(method: str, origin: str) -> None:
    assert cross(method, origin=origin)


@pytest.mark.parametrize("origin", ["http://localhost:2024", "HTTP://LOCALHOST:2024", STUDIO])
def test_the_servers_own_origin_and_allowed_ones_are_not(origin: str) -> None:
    assert not cross("POST", origin=origin)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_get_that_a_browser_sends_for_another_site_is_cross_site(site: str, method: str) -> None:
    """A page of another site may embed an image or fetch without an Origin header: that must not reach documents."""
    assert cross(method, sec_fetch_site=site, sec_fetch_mode="no-cors", sec_fetch_dest="image")
    assert cross(method, sec_fetch_site=site, sec_fetch_mode="cors", sec_fetch_dest="empty")
    assert cross(method, sec_fetch_site=site, sec_fetch_mode="navigate", sec_fetch_dest="iframe")
    assert cross(method, sec_fetch_site=site)


def test_a_followed_link_is_not_but_a_sent_form_is() -> None:
    headers = {name.replace("-", "_"): value for name, value in LINK.items()}
    assert not cross("GET", **headers)
    assert not cross("HEAD", **headers)
    assert cross("POST", **headers)


@pytest.mark.parametrize("site", ["none", "same-origin"])
def test_requests_of_the_user_and_of_the_page_itself_are_not(site: str) -> None:
    assert not cross("POST", sec_fetch_site=site)


def test_a_client_that_is_no_browser_is_not() -> None:
    assert not cross("DELETE")


async def test_refused_requests_do_not_reach_the_server() -> None:
    assert (await send()).text == "passed"
    for headers, status in (({"host": "evil.example"}, 421), ({"origin": EVIL}, 403), (IMAGE, 403)):
        reply = await send(**headers)
        assert reply.status_code == status
        assert "passed" not in reply.text
        assert reply.headers["x-content-type-options"] == "nosniff"


async def test_the_token_is_asked_for_everywhere_but_where_signing_in_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGEWITNESS_SERVER_TOKEN", TOKEN)
    for path in (*PUBLIC, "/room/static/app.js"):
        assert (await send(path=path)).status_code == 200, path
    for path in ("/documents", "/threads", "/room/other", "/okay"):
        reply = await send(path=path)
        assert reply.status_code == 401, path
        assert reply.headers["www-authenticate"].startswith("Bearer")
        assert (await send(path=path, authorization=f"Bearer {TOKEN}")).status_code == 200, path
        assert (await send(path=path, authorization=f"Bearer {TOKEN}x")).status_code == 401, path


@pytest.mark.parametrize("name", ["Authorization", "X-Api-Key", "Cookie", "Host", "Origin"])
async def test_a_header_sent_twice_is_refused_at_every_path(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("PAGEWITNESS_SERVER_TOKEN", TOKEN)
    value = {"Authorization": f"Bearer {TOKEN}", "Host": "localhost:2024", "Origin": "http://localhost:2024"}
    given = [("Authorization", value["Authorization"])] if name != "Authorization" else []
    for second in (value.get(name, TOKEN), "other"):
        headers = [*given, (name, value.get(name, TOKEN)), (name.lower(), second)]
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost:2024") as client:
            for path in ("/documents", "/threads", "/room"):
                reply = await client.get(path, headers=headers)
                assert reply.status_code == 400, path
                assert f"`{name.lower()}` is sent more than once" in reply.json()["detail"]
            once = await client.get("/threads", headers=[*given, *headers[-2:-1]])
            assert once.status_code == 200, "the same header once"


async def test_a_preflight_needs_no_token_but_an_allowed_origin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGEWITNESS_SERVER_TOKEN", TOKEN)
    assert (await send("OPTIONS", origin=STUDIO, access_control_request_method="POST")).status_code == 200
    assert (await send("OPTIONS", origin=EVIL, access_control_request_method="POST")).status_code == 403
    assert (await send("OPTIONS", origin=STUDIO)).status_code == 401


async def test_every_response_has_the_security_headers() -> None:
    for path in ("/room", "/documents", "/docs"):
        headers = (await send(path=path)).headers
        assert headers["x-frame-options"] == "DENY"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-resource-policy"] == "same-origin"


async def test_only_the_reading_room_may_run_scripts_of_this_server() -> None:
    room = (await send(path="/room")).headers["content-security-policy"]
    assert "script-src 'self'" in room
    assert "unsafe" not in room
    other = (await send(path="/documents")).headers["content-security-policy"]
    assert "default-src 'none'" in other
    assert "script-src" not in other
    assert "content-security-policy" not in (await send(path="/docs")).headers, "LangGraph's page loads its own script"


async def test_a_websocket_of_another_site_is_closed() -> None:
    sent = []

    async def send_message(message: object) -> None:
        sent.append(message)

    async def receive() -> dict[str, str]:
        return {"type": "websocket.connect"}

    headers = [(b"host", b"localhost:2024"), (b"origin", EVIL.encode())]
    await app({"type": "websocket", "path": "/threads/x/stream/events", "headers": headers}, receive, send_message)
    assert sent == [{"type": "websocket.close", "code": 1008, "reason": "refused"}]
