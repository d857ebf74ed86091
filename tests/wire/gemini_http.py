"""The HTTP side of the loopback Gemini: connections, bodies, server-sent events, and their faults."""

from __future__ import annotations

import json
import math
import os
import re
import socket
import struct
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from tests.wire.gemini_wire import CHAT_VERBS, Answer, Fault, Json, Recorded, Reply, chat_bodies, embedding_body

if TYPE_CHECKING:
    from tests.wire.gemini_server import GeminiServer

PATH = re.compile(r"/v1(?:beta|alpha)?/models/([^:/?]+)(?::(\w+))?(?:\?.*)?$")


class Listener(ThreadingHTTPServer):
    """One thread for each connection; knows its connections, so that none outlives the server."""

    request_queue_size = 512
    block_on_close = False

    def __init__(self, address: tuple[str, int], gemini: GeminiServer) -> None:
        self.gemini = gemini
        self.open: set[socket.socket] = set()
        super().__init__(address, Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self.open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self.open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay silent: a client that hangs up early is what many tests are about."""

    def drop_connections(self) -> None:
        """Wake every thread that still waits for its client."""
        for connection in list(self.open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:  # already gone
                continue


class Handler(BaseHTTPRequestHandler):
    """Reads one request after another from a kept connection, and sends the server's answers on it."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body in one packet
    server: Listener
    current: Recorded | None = None

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test output clean."""

    def do_GET(self) -> None:
        self._handle({})

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length", 0)))
        try:
            body = json.loads(raw)
        except ValueError:
            self._send(400, Fault(400, "Invalid JSON payload received.").body(""))
            return
        self._handle(body)

    def _handle(self, body: Json) -> None:
        gemini, match = self.server.gemini, PATH.match(self.path)
        if match is None:
            self._send(404, Fault(404, "Requested entity was not found.").body(""))
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        key = headers.pop("x-goog-api-key", None)
        headers["x-goog-api-key"] = "redacted" if key else ""
        request = self.current = Recorded(match[1], match[2] or "", body, headers, time.monotonic())
        step = gemini.begin(request)
        try:
            gemini.stopping.wait(gemini.latency)
            self._play(request, gemini.refusal(request, key) or step)
        finally:
            self._done()

    def _done(self) -> None:
        """Record the end of a request before its last byte is sent: after it the client may already send another."""
        if self.current is not None:
            self.server.gemini.end(self.current)
            self.current = None

    def _play(self, request: Recorded, step: Answer | None) -> None:
        """Carry out a step; without one, the ordinary answer."""
        if step is None and request.verb in CHAT_VERBS:
            step = self.server.gemini.decide(request)
        if isinstance(step, Fault):
            self._fail(request, step)
            return
        reply = step if isinstance(step, Reply) else Reply(step or "")
        self.server.gemini.stopping.wait(reply.delay)
        if request.verb == "streamGenerateContent":
            self._stream(request, reply)
        elif request.verb == "generateContent":
            self._send(200, chat_bodies(request, reply, pieces=1)[0], cut=reply.cut)
        elif request.verb:
            self._send(200, embedding_body(request, reply.vector, self.server.gemini.sees), cut=reply.cut)
        else:
            self._send(200, {"name": f"models/{request.model}", "supportedGenerationMethods": CHAT_VERBS})

    def _fail(self, request: Recorded, fault: Fault) -> None:
        self.server.gemini.stopping.wait(fault.stall)
        if not fault.reset:
            self._send(fault.status, fault.body(request.model), retry_after=fault.retry_delay)
            return
        # Closing with a linger time of zero sends RST instead of FIN: "connection reset by peer".
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())
        self.close_connection = True

    def _send(self, status: int, body: Json, *, cut: bool = False, retry_after: str | None = None) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=UTF-8")
        self.send_header("Content-Length", str(len(data)))
        if retry_after:
            self.send_header("Retry-After", str(math.ceil(float(retry_after.rstrip("s")))))
        self.end_headers()
        self._done()
        self.wfile.write(data[: len(data) // 2] if cut else data)
        self.close_connection = self.close_connection or cut

    def _stream(self, request: Recorded, reply: Reply) -> None:
        """Send server-sent events; a stream that is cut lacks its last piece and its proper end."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        bodies = chat_bodies(request, reply, reply.pieces)
        for body in bodies[:-1] if reply.cut else bodies:
            event = b"data: " + json.dumps(body).encode() + b"\r\n\r\n"
            self.wfile.write(b"%x\r\n%s\r\n" % (len(event), event))
            self.wfile.flush()
            self.server.gemini.stopping.wait(reply.pause)
        if reply.cut:
            self.close_connection = True
        else:
            self._done()
            self.wfile.write(b"0\r\n\r\n")
