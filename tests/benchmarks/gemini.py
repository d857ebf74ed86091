"""The loopback Gemini in a process of its own, so that it does not share the interpreter with what is measured."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from types import TracebackType

from tests.flows.killed_runs import transcribe
from tests.wire.gemini_server import Answer, GeminiServer, Recorded, Reply
from tests.wire.gemini_wire import CHAT_VERBS
from tests.wire.scripted_replies import TRUE, Model, kind

PIECES = 3
"""Of a streamed answer: the first holds the first words of its first claim."""


@dataclass(frozen=True)
class Asked:
    """A request: its kind and prompt, and when it came, was first answered and ended, by the monotonic clock."""

    kind: str
    started: float
    told: float
    finished: float
    prompt: str


@dataclass(frozen=True)
class Reading:
    """Replies to a page with its text layer, after `delay` seconds for each page."""

    delay: float

    def __call__(self, request: Recorded) -> Answer:
        pages = max(1, len(request.images))
        return Reply(transcribe(request), delay=self.delay * pages)


@dataclass(frozen=True)
class Answering:
    """Reads the sample, and answers `scripted_replies.QUESTION` about it, its pieces `pause` seconds apart."""

    pause: float = 0.0

    def __call__(self, request: Recorded) -> Answer:
        said = Model(claims=[TRUE])(request)
        reply = said if isinstance(said, Reply) else Reply(str(said))
        return replace(reply, pieces=PIECES, pause=self.pause) if kind(request) == "answer" else reply


class Apart:
    """A Gemini server in another process, from `with` to its end."""

    def __init__(self, reply: Callable[[Recorded], Answer]) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, reply), daemon=True)

    def __enter__(self) -> Apart:
        self._process.start()
        self.url = str(self._pipe.recv())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pipe.send("end")
        self._process.join(10)

    def asked(self) -> list[Asked]:
        """Return the requests since this was last called."""
        self._pipe.send("asked")
        return list(self._pipe.recv())


def _serve(pipe: Connection, reply: Callable[[Recorded], Answer]) -> None:
    told: dict[int, float] = {}

    def noted(request: Recorded) -> Answer:
        answer = reply(request)
        told[id(request)] = time.monotonic() + (answer.delay if isinstance(answer, Reply) else 0.0)
        return answer

    with GeminiServer(noted) as server:
        pipe.send(server.url)
        while pipe.recv() == "asked":
            found = [
                Asked(_kind(one), one.started, told.get(id(one), one.finished), one.finished, one.prompt)
                for one in list(server.requests)
            ]
            server.requests.clear()
            told.clear()
            pipe.send(found)


def _kind(request: Recorded) -> str:
    return kind(request) if request.verb in CHAT_VERBS else "embed"
