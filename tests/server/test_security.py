"""Security of the HTTP API: paths, addresses, origins, hosts, uploads and headers."""

from __future__ import annotations

import os
import shutil

import httpx
import pytest

from tests.conftest import MakePdf
from tests.dev_server import Server

pytestmark = pytest.mark.server

EVIL, STUDIO = "https://evil.example", "https://smith.langchain.com"
REFUSED = "is not in a folder that this server may read"
PDF = b"%PDF-1.7\n"


@pytest.mark.parametrize(
    "source",
    ["/etc/hostname", "{}/outside.pdf", "{}/allowed/../outside.pdf", "{}/allowed/link.pdf", "{}/allowed/linked",
     "{}/allowed/*/../../outside.pdf", "~/x.pdf", "~root/x.pdf", "/dev/zero", "/proc/self/environ",
     "{}/allowed/pipe.pdf", "{}/no/such/file.pdf",
     "{}/allowed/link*.pdf", "{}", "/", "file:///etc/hostname", "outside.pdf", "a\x00b"],
)  # fmt: skip
def test_nothing_outside_the_allowed_folders_is_read(server: Server, make_pdf: MakePdf, source: str) -> None:
    outside = server.folder / "outside.pdf"
    if not outside.exists():
        shutil.copy(make_pdf("outside.pdf", "A secret."), outside)
        (server.folder / "allowed" / "link.pdf").symlink_to(outside)
        (server.folder / "allowed" / "linked").symlink_to(server.home)
        os.mkfifo(server.folder / "allowed" / "pipe.pdf")
    said = server.run_error("ingestion", sources=[source.format(server.folder)])
    assert REFUSED in said or "is an address, not a path" in said or "is a named pipe" in said
    assert "secret" not in said


@pytest.mark.parametrize("reference", ["upload:../../outside.pdf", "upload:0123456789abcdef/../../../etc/passwd",
                                       "upload:0123456789abcdef/no.pdf", "upload:"])  # fmt: skip
def test_an_upload_reference_cannot_name_another_path(server: Server, reference: str) -> None:
    assert "is not an uploaded file" in server.run_error("ingestion", sources=[reference])


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/a.pdf", "http://[::1]/a.pdf", "http://169.254.169.254/a.pdf",
                                 "http://10.0.0.1/a.pdf", "http://0/a.pdf", "http://localhost/a.pdf"])  # fmt: skip
def test_no_private_address_is_fetched(server: Server, url: str) -> None:
    assert "is this machine or in a private network" in server.run_error("ingestion", sources=[url])


@pytest.mark.parametrize("way", ["as if a node had written it", "as the update of a command", "past the first nodes"])
def test_a_forged_state_does_not_open_a_file(server: Server, way: str) -> None:
    """A client of the API can set a thread's state after the first node, or skip that node."""
    document = {"id": "0" * 16, "name": "x.pdf", "source": "x", "path": "/etc/hostname", "pages": [1]}
    state = {"documents": [document], "batch_size": 1, "rejected_sources": [], "started": 0.0}
    batch = {**document, "total": 1, "text_only": True}
    with httpx.Client(base_url=server.url, timeout=300) as http:
        thread = http.post("/threads", json={}).json()["thread_id"]
        run = {"assistant_id": "ingestion"}
        http.post(f"/threads/{thread}/runs/wait", json={**run, "input": {"sources": ["nothing.pdf"]}})
        forged = {"values": state, "as_node": "load_sources"}
        assert http.post(f"/threads/{thread}/state", json=forged).status_code == 200
        then: dict[str, object] = {"input": None}
        if way == "as the update of a command":
            then = {"command": {"update": state, "goto": "survey_pages"}}
        elif way == "past the first nodes":
            then = {"command": {"goto": {"node": "read_pages", "input": batch}}}
        reply = http.post(f"/threads/{thread}/runs/wait", json={**run, **then}).json()
        assert REFUSED in str(reply["__error__"])


def test_a_webhook_does_not_reach_into_a_private_network(server: Server) -> None:
    for url in ("http://127.0.0.1:9/x", "http://169.254.169.254/x", "http://10.0.0.1/x", "/runs"):
        body = {"assistant_id": "query", "input": {"question": "x?"}, "webhook": url}
        assert httpx.post(f"{server.url}/runs", json=body, timeout=300).status_code in (400, 403, 422)


def test_an_upload_is_stored_under_its_hash_and_a_safe_name(server: Server) -> None:
    names = {"../../etc/x.pdf": "x.pdf", "<img src=x onerror=alert(1)>.pdf": "img src=x onerror=alert(1).pdf",
             ".hidden.pdf": "hidden.pdf", "a\u202efdp.exe": "a fdp.exe.pdf", "x" * 900: "x" * 120 + ".pdf"}  # fmt: skip
    for given, kept in names.items():
        reply = server.upload(PDF + given.encode(), given)
        assert reply.status_code == 201
        assert reply.json()["name"] == kept
        path = server.uploads / reply.json()["id"] / kept
        assert path.read_bytes() == PDF + given.encode()
        assert not path.stat().st_mode & 0o111


@pytest.mark.parametrize(
    ("content", "name", "status", "sentence"),
    [
        (b"\x00\x01<script>alert(1)</script>\x00", "a.html", 415, "has an unsupported format"),
        (b"<svg onload=alert(1)>", "a.pdf", 415, "'a.pdf' is not in PDF format but"),
        (b"\x7fELF\x02\x01\x01", "a.pdf", 415, "has an unsupported format"),
        (bytes(range(256)), "a.sh", 415, "has an unsupported format"),
        (b"", "a.pdf", 422, "is empty"),
        (PDF, "", 422, "`name` must be"),
        (PDF, "x" * 1001, 422, "`name` must be"),
    ],
)
def test_only_documents_can_be_uploaded(server: Server, content: bytes, name: str, status: int, sentence: str) -> None:
    reply = server.upload(content, name)
    assert reply.status_code == status
    assert sentence in reply.json()["detail"]


def test_cross_site_requests_are_refused(server: Server) -> None:
    with httpx.Client(base_url=server.url, timeout=300) as http:
        for request in ("POST /threads", "POST /runs/wait", "GET /documents", "POST /uploads?name=a.pdf",
                        "DELETE /documents/x", "POST /session", "GET /openapi.json", "GET /ok", "GET /uploads",
                        "DELETE /uploads/x", "GET /documents/x/file", "GET /documents/x/overview",
                        "GET /documents/x/pages/1/words", "PUT /documents/x/collections", "POST /collections",
                        "POST /mcp",
                        "POST /v1/chat/completions", "GET /v1/models", "POST /proof",
                        "GET /room/sample.pdf"):  # fmt: skip
            method, path = request.split()
            for origin in (EVIL, "null", "http://localhost:1", server.url.replace("http", "https") + "0"):
                reply = http.request(method, path, headers={"Origin": origin})
                assert reply.status_code == 403
                assert "access-control-allow-origin" not in reply.headers
        asks = {"Access-Control-Request-Method": "DELETE"}
        assert http.options("/threads", headers={"Origin": EVIL, **asks}).status_code == 403
        assert http.options("/threads", headers={"Origin": STUDIO, **asks}).status_code == 200
        assert http.get("/info", headers={"Origin": STUDIO}).status_code == 200
        assert http.get("/documents", headers={"Origin": server.url}).status_code == 200
        cross = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
        assert http.get("/documents", headers=cross).status_code == 403
        link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
        assert http.get("/documents", headers=link).status_code == 200
        assert http.get("/documents", headers={**link, "Sec-Fetch-Dest": "iframe"}).status_code == 403


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:2024", "127.0.0.1.evil.example", "localhost.evil.example", "[", "127.0.0.1:1:2"],
)
def test_an_unknown_host_name_is_refused(server: Server, host: str) -> None:
    for path in ("/", "/room", "/documents", "/threads", "/ok"):
        assert httpx.get(f"{server.url}{path}", headers={"Host": host}, timeout=300).status_code in (400, 421)
    for good in ("localhost", "127.0.0.1", "[::1]:2024", "192.168.1.7:80"):
        assert httpx.get(f"{server.url}/ok", headers={"Host": good}, timeout=300).status_code == 200


def test_websockets_check_the_origin_too(server: Server) -> None:
    thread = httpx.post(f"{server.url}/threads", json={}, timeout=300).json()["thread_id"]
    headers = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    headers["Sec-WebSocket-Key"] = "dGhlIHNhbXBsZSBub25jZQ=="
    for origin, status in ((EVIL, 403), (server.url, 101)):
        sent = {**headers, "Origin": origin}
        with httpx.stream("GET", f"{server.url}/threads/{thread}/stream/events", headers=sent, timeout=300) as reply:
            assert reply.status_code == status


def test_every_response_has_security_headers(server: Server) -> None:
    for path in ("/", "/room", "/room/static/app.js", "/documents", "/health", "/ok", "/openapi.json", "/nothing"):
        headers = httpx.get(f"{server.url}{path}", headers={"Accept": "text/html"}, timeout=300).headers
        assert headers["x-content-type-options"] == "nosniff", path
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy, path
        assert "frame-ancestors 'none'" in policy, path
        assert "unsafe" not in policy, path
        assert "http" not in policy, path


def test_errors_reveal_nothing_about_the_machine(server: Server) -> None:
    paths = ["/documents/x", "/documents/..%2f..%2fetc/transcript", "/documents/x/pages/1/image?width=9999999999999",
             "/room/static/..%2f..%2fapp.py", "/room/static/%2e%2e/app.py",
             "/documents/x/pages/1/image?highlight=1,2,3", "/documents/x/file", "/documents/..%2f..%2fetc/file",
             "/documents/x/overview", "/documents/x/pages/1/words"]  # fmt: skip
    for path in paths:
        reply = httpx.get(f"{server.url}{path}", timeout=300)
        assert 400 <= reply.status_code < 500, path
        assert not [word for word in ("Traceback", str(server.folder), "/root", ".py", "sqlite") if word in reply.text]
