"""A Gemini service on loopback for the real Google client, with scripted replies, faults and delays.

    with GeminiServer(reply=lambda request: "Hello") as server:
        chat = ChatGoogleGenerativeAI(model="gemini-3.8-flash", api_key="test", base_url=server.url)

As a program: `python -m tests.wire.gemini_server --port 8089`, then set GOOGLE_GEMINI_BASE_URL to the address it shows.
"""

from __future__ import annotations

import argparse
import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Collection
from types import TracebackType
from typing import TYPE_CHECKING, Literal

from tests.wire.gemini_http import Listener
from tests.wire.gemini_wire import (
    CHAT_VERBS,
    EMBED_VERBS,
    Answer,
    Fault,
    Recorded,
    Reply,
    bad_key,
    default_reply,
    no_such_model,
)

if TYPE_CHECKING:
    from tests.wire.gemini_quota import Quota

__all__ = ["Answer", "Fault", "GeminiServer", "Recorded", "Reply"]

MAX_BATCH = 100


class GeminiServer:
    """A scripted Gemini: runs in its own threads from `with` to its end, and records what it was asked.

    Scripted steps come first, then `reply` decides. An exception in `reply` (a failed assert, say) is answered with
    500 and raised again when the server is left.
    """

    def __init__(
        self,
        reply: Callable[[Recorded], Answer] = default_reply,
        *,
        latency: float = 0.0,
        key: str | None = None,
        retired: Collection[str] = (),
        port: int = 0,
        host: str = "127.0.0.1",
        quota: Quota | None = None,
    ) -> None:
        self.reply, self.latency, self.key, self.retired = reply, latency, key, retired
        self.quota = quota
        self.sees: Callable[[bytes], str] = lambda image: ""
        """The text whose vector an image gets."""
        self.requests: list[Recorded] = []
        self.errors: list[Exception] = []
        self.in_flight = self.peak_in_flight = 0
        self.lock, self.stopping = threading.Lock(), threading.Event()
        self._steps: dict[str, deque[Answer | None]] = {"chat": deque(), "embed": deque()}
        self._http = Listener((host, port), self)
        self.url = f"http://{host}:{self._http.server_address[1]}"

    @property
    def chats(self) -> list[Recorded]:
        """The chat requests so far, in order of arrival."""
        return [request for request in list(self.requests) if request.verb in CHAT_VERBS]

    @property
    def embeddings(self) -> list[Recorded]:
        """The embedding requests so far, in order of arrival."""
        return [request for request in list(self.requests) if request.verb in EMBED_VERBS]

    def script(self, *steps: Answer | None, on: Literal["chat", "embed"] = "chat") -> None:
        """Queue the answers to the next requests, one each; None leaves one to `reply`."""
        with self.lock:
            self._steps[on].extend(steps)

    def fail_next(self, fault: Fault, times: int = 1, on: Literal["chat", "embed"] = "chat") -> None:
        """Let the next requests fail."""
        self.script(*[fault] * times, on=on)

    def begin(self, request: Recorded) -> Answer | None:
        """Record a request and take its scripted step."""
        with self.lock:
            self.requests.append(request)
            self.in_flight += 1
            self.peak_in_flight = max(self.peak_in_flight, self.in_flight)
            steps = self._steps["chat" if request.verb in CHAT_VERBS else "embed"]
            return steps.popleft() if steps and request.verb in CHAT_VERBS + EMBED_VERBS else None

    def end(self, request: Recorded) -> None:
        """Note that a request is over, however it went."""
        with self.lock:
            self.in_flight -= 1
            request.finished = time.monotonic()

    def refusal(self, request: Recorded, key: str | None) -> Fault | None:
        """Return the service's own refusal: of a wrong key, a retired model, a batch too large, a spent quota."""
        if self.key not in (None, key):
            return bad_key()
        if request.model in self.retired or request.verb not in ("", *CHAT_VERBS, *EMBED_VERBS):
            return no_such_model(request.model, request.verb or "get")
        if request.verb == "batchEmbedContents" and len(request.embeds) > MAX_BATCH:
            return Fault(400, f"* BatchEmbedContentsRequest.requests: at most {MAX_BATCH} requests can be in one batch")
        return self.quota.check(request) if self.quota and request.verb in CHAT_VERBS else None

    def decide(self, request: Recorded) -> Answer:
        """Return the result of `reply`; record an exception in it."""
        try:
            return self.reply(request)
        except Exception as exc:
            self.errors.append(exc)
            return Fault(500, f"the reply function raised {exc!r}")

    def __enter__(self) -> GeminiServer:
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopping.set()
        self._http.shutdown()
        self._http.server_close()
        self._http.drop_connections()
        if self.errors and error is None:
            raise self.errors[0]


def main() -> None:
    """Serve the default reply until interrupted."""
    parser = argparse.ArgumentParser(description="A Gemini service on loopback, with a plain default reply.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    options = parser.parse_args()
    with GeminiServer(port=options.port, latency=options.latency) as server, contextlib.suppress(KeyboardInterrupt):
        print(f"GOOGLE_GEMINI_BASE_URL={server.url}", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
