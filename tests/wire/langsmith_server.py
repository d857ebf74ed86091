"""A loopback server with the part of LangSmith's API that experiments and traces need."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

BATCHES = {"use_multipart_endpoint": False, "size_limit": 100, "size_limit_bytes": 20_971_520,
           "scale_up_nthreads_limit": 16, "scale_up_qsize_trigger": 1000, "scale_down_nempty_trigger": 4}  # fmt: skip


class LangSmithServer(ThreadingHTTPServer):
    """The part of LangSmith's API that an experiment needs; it records every request body."""

    def __init__(self, refuse: bool = False) -> None:
        self.sent: list[tuple[str, Any]] = []
        self.datasets: dict[str, Any] = {}
        self.refuse = refuse
        super().__init__(("127.0.0.1", 0), LangSmithHandler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def bodies(self, path: str) -> list[Any]:
        return [body for at, body in self.sent if at.startswith(path)]


class LangSmithHandler(BaseHTTPRequestHandler):
    server: LangSmithServer

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test output clean."""

    def do_GET(self) -> None:
        path = urlsplit(self.path)
        if path.path == "/info":
            flags = {"dataset_examples_multipart_enabled": False}
            self._send({"version": "0.12.0", "instance_flags": flags,
                        "batch_ingest_config": BATCHES})  # fmt: skip
        elif path.path == "/datasets":
            name = parse_qs(path.query)["name"][0]
            self._send([self.server.datasets[name]] if name in self.server.datasets else [])
        else:
            self._send({}, 404)

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length", 0)))
        body = json.loads(raw)
        if self.server.refuse:
            self._send({"detail": "Invalid token"}, 401)
            return
        self.server.sent.append((self.path, body))
        if self.path == "/datasets":
            made = {"id": "0b0f1a52-0000-4000-8000-000000000001", "created_at": "2026-11-22T00:00:00Z", **body}
            self.server.datasets[body["name"]] = made
            self._send(made)
        elif self.path.startswith("/sessions"):
            self._send({**body, "start_time": "2026-11-22T00:00:00Z", "tenant_id": body["id"]})
        elif self.path.startswith("/examples"):
            self._send(body)
        else:
            self._send({})

    def _send(self, value: Any, status: int = 200) -> None:
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
