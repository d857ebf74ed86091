"""Downloads from a real HTTP server on loopback, which `allow_private=True` permits."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from loaders.errors import SourceError
from loaders.sources import download
from loaders.sources.download import DownloadLimits, fetch, is_public

PDF = b"%PDF-1.7\n" + b"x" * 5000
Page = Callable[[BaseHTTPRequestHandler], None]


def send(request: BaseHTTPRequestHandler, body: bytes, **headers: str) -> None:
    request.send_response(200)
    for name, value in {"Content_Length": str(len(body)), **headers}.items():
        request.send_header(name.replace("_", "-"), value)
    request.end_headers()
    request.wfile.write(body)


def redirect(request: BaseHTTPRequestHandler, to: str) -> None:
    request.send_response(302)
    request.send_header("Location", to)
    request.end_headers()


def drip(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.end_headers()
    for _ in range(100):
        request.wfile.write(b"%PDF-")
        request.wfile.flush()
        time.sleep(0.1)
    SENT_TO_THE_END.append(request.path)


SENT_TO_THE_END: list[str] = []
PAGES: dict[str, Page] = {
    "/papers/r%C3%A9port.pdf": lambda r: send(r, PDF),
    "/download": lambda r: send(r, PDF, Content_Disposition="attachment; filename*=UTF-8''../../%2e%2e/a%00b%2fc.PDF"),
    "/image": lambda r: send(r, b"\x89PNG\r\n\x1a\nrest", Content_Type="application/pdf"),
    "/page.pdf": lambda r: send(r, b"<html>Please log in</html>", Content_Type="text/html"),
    "/short.pdf": lambda r: send(r, PDF, Content_Length="9999999"),
    "/moved": lambda r: redirect(r, "/papers/r%C3%A9port.pdf"),
    "/loop": lambda r: redirect(r, "/loop"),
    "/to-file": lambda r: redirect(r, "file:///etc/passwd"),
    "/slow.pdf": drip,
}


@pytest.fixture(params=["127.0.0.1"])
def server(request: pytest.FixtureRequest) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = PAGES.get(self.path, lambda r: r.send_error(404))
            try:
                page(self)
            except OSError:
                return

        def log_message(self, format: str, *args: Any) -> None:
            return

    with ThreadingHTTPServer((request.param, 0), Handler) as made:
        threading.Thread(target=made.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://{request.param}:{made.server_address[1]}"
        made.shutdown()


def test_a_file_is_saved_by_its_hash_under_its_name(server: str, tmp_path: Path) -> None:
    path = fetch(f"{server}/papers/réport.pdf#page=2", tmp_path, DownloadLimits(allow_private=True))
    assert path.read_bytes() == PDF
    assert path.name == "réport.pdf"
    assert path == fetch(f"{server}/moved", tmp_path, DownloadLimits(allow_private=True))
    assert [p.name for p in tmp_path.iterdir()] == [path.parent.name]
    assert len(path.parent.name) == 16


def test_a_name_from_the_server_is_no_path(server: str, tmp_path: Path) -> None:
    path = fetch(f"{server}/download", tmp_path, DownloadLimits(allow_private=True))
    assert path.parent.parent == tmp_path
    assert path.name == "c.pdf"


def test_the_content_of_a_file_decides_its_format(server: str, tmp_path: Path) -> None:
    assert fetch(f"{server}/image", tmp_path, DownloadLimits(allow_private=True)).name == "image.png"
    with pytest.raises(SourceError, match=r"not a document.*text/html"):
        fetch(f"{server}/page.pdf", tmp_path, DownloadLimits(allow_private=True))


@pytest.mark.parametrize(
    ("path", "limits", "wrong"),
    [
        ("/missing.pdf", DownloadLimits(allow_private=True), "404"),
        ("/papers/r%C3%A9port.pdf", DownloadLimits(allow_private=True, max_bytes=5000), "larger than"),
        ("/loop", DownloadLimits(allow_private=True), "redirects more than 5"),
        ("/to-file", DownloadLimits(allow_private=True), "not an http"),
        ("/short.pdf", DownloadLimits(allow_private=True), "cannot be fetched"),
        ("/slow.pdf", DownloadLimits(allow_private=True, timeout_s=0.5), "longer than 0.5 s"),
        ("/papers/r%C3%A9port.pdf", DownloadLimits(), "PAGEWITNESS_ALLOW_PRIVATE_URLS"),
    ],
)
def test_limits_leave_nothing_behind(
    server: str, tmp_path: Path, path: str, limits: DownloadLimits, wrong: str
) -> None:
    with pytest.raises(SourceError, match=wrong):
        fetch(server + path, tmp_path / "downloads", limits)
    assert not list(tmp_path.rglob("*.*"))
    assert SENT_TO_THE_END == [], "it waited for a server that sends a little now and then"


@pytest.mark.parametrize("host", ["localhost", "[::1]", "0.0.0.0", "127.1"])
def test_every_spelling_of_a_local_address_is_refused(host: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="PAGEWITNESS_ALLOW_PRIVATE_URLS"):
        fetch(f"http://{host}:9/a.pdf", tmp_path)


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "0.0.0.0", "::1", "::",
        "fe80::1%eth0", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "ff02::1",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34"])
def test_addresses_that_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("server", ["127.0.0.2"], indirect=True)
def test_the_target_of_a_redirect_is_checked_too(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "is_public", lambda address: address == "127.0.0.2")
    assert fetch(f"{server}/moved", tmp_path).name == "réport.pdf"
    monkeypatch.setitem(PAGES, "/inside", lambda r: redirect(r, server.replace("127.0.0.2", "127.0.0.1")))
    with pytest.raises(SourceError, match="this machine or in a private network"):
        fetch(f"{server}/inside", tmp_path)


def test_a_host_whose_address_changes_is_still_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(["93.184.216.34", "127.0.0.1"])

    def lookup(host: str, port: int, *args: Any, **kwargs: Any) -> list[Any]:
        address = host if host[0].isdigit() else next(answers)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    with pytest.raises(AssertionError, match=r"93\.184\.216\.34"):  # the guard of all tests: nothing leaves
        fetch("http://rebinding.example/a.pdf", tmp_path)


@pytest.mark.parametrize("url", ["http://", "http://user:secret@127.0.0.1/a.pdf", "http://[::1/a.pdf"])
def test_invalid_addresses_are_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        fetch(url, tmp_path)
    assert "secret" not in str(caught.value)
