"""A real S3 server in this process (moto), and one that fails, both on the loopback address."""

from __future__ import annotations

import socketserver
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from http.server import BaseHTTPRequestHandler
from threading import Event, Thread
from typing import Any, Literal

import pytest

Fault = Literal["refused", "500", "slow"]
SLOW_S = 3.0


@lru_cache(maxsize=1)
def s3_server() -> str:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    return f"http://{host}:{port}"


def use_endpoint(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the environment variables that an S3 client reads."""
    for name, value in {
        "AWS_ENDPOINT_URL": address, "AWS_ALLOW_HTTP": "true", "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "someone", "AWS_SECRET_ACCESS_KEY": "hunter2",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)


def new_bucket(monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the address of an empty bucket, which the environment of this test leads to."""
    import httpx

    pytest.importorskip("moto", reason="moto is not installed")
    use_endpoint(s3_server(), monkeypatch)
    name = f"b{uuid.uuid4().hex[:12]}"
    httpx.put(f"{s3_server()}/{name}", headers={"Host": "s3.amazonaws.com"}, timeout=300).raise_for_status()
    return f"s3://{name}/library"


@contextmanager
def store_that_ends(after: int, monkeypatch: pytest.MonkeyPatch, kind: str = "pages") -> Iterator[str]:
    """Yield the address of a bucket whose server stores so many blobs of a kind, and then answers 500."""
    import httpx

    url, stored = new_bucket(monkeypatch), [0]

    class Handler(BaseHTTPRequestHandler):
        def _forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            stored[0] += self.command == "PUT" and f"/{kind}/" in self.path
            if stored[0] > after:
                self.send_error(500)
                return
            headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
            answer = httpx.request(self.command, s3_server() + self.path, content=body, headers=headers, timeout=300)
            self.send_response(answer.status_code)
            for name, value in answer.headers.items():
                if name.lower() not in ("connection", "transfer-encoding", "server", "date"):
                    self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.content)

        do_GET = do_PUT = do_DELETE = do_HEAD = _forward

        def log_message(self, *_: Any) -> None:
            """Print nothing."""

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        use_endpoint(f"http://127.0.0.1:{server.server_address[1]}", monkeypatch)
        Thread(target=server.serve_forever, daemon=True).start()
        yield url
        server.shutdown()


@contextmanager
def failing_store(fault: Fault, monkeypatch: pytest.MonkeyPatch, answers: Event | None = None) -> Iterator[str]:
    """Yield the address of a bucket whose server refuses connections, answers 500 or does not answer in time.

    The slow one answers after SLOW_S, or once `answers` is set.
    """

    class Handler(BaseHTTPRequestHandler):
        def _fail(self) -> None:
            if fault == "slow":
                (answers or Event()).wait(300 if answers else SLOW_S)
            self.send_response(500)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_PUT = do_DELETE = do_HEAD = _fail

        def log_message(self, *_: Any) -> None:
            """Print nothing."""

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        use_endpoint(f"http://127.0.0.1:{server.server_address[1]}", monkeypatch)
        if fault == "refused":
            server.server_close()
            yield "s3://bucket/library"
            return
        Thread(target=server.serve_forever, daemon=True).start()
        yield "s3://bucket/library"
        server.shutdown()
