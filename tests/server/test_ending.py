"""The end of `pagewitness serve` by SIGTERM: what is under way is finished or handed back, and nothing new is taken."""

from __future__ import annotations

import signal
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import SAMPLE, write_pdf
from tests.flows.killed_runs import transcribe
from tests.server.test_serve import ASKED, STOP_SECONDS, Started, forked, stopped, wait_for
from tests.wire.gemini_server import GeminiServer, Recorded

pytestmark = [pytest.mark.server, pytest.mark.processes]


def giving(seconds: float) -> tuple[str, str]:
    """Return how to run the command so that a stopping server gives its runs so many seconds."""
    patched = f"draining._RUNS_S, draining._END_S = {seconds}, {seconds + 11}"
    return "-c", f"import sys; from web import draining; {patched}; from graph.cli.main import main; {_RUN}"


_RUN = "sys.exit(main(sys.argv[1:]))"


def model(gemini: GeminiServer) -> dict[str, str]:
    """Return the settings of a server that reads with this model."""
    return {"PAGEWITNESS_ENGINE": "auto", "GOOGLE_API_KEY": "test", "GOOGLE_GEMINI_BASE_URL": gemini.url}


def begin(one: Started, source: str) -> tuple[str, str]:
    """Let the server read a file, in a run of a thread of its own; return both ids once it has begun to."""
    thread = one.server.post("/threads", {})["thread_id"]
    given: dict[str, Any] = {"assistant_id": "ingestion", "input": {"sources": [source]}}
    run = one.server.post(f"/threads/{thread}/runs", given)["run_id"]
    wait_for(lambda: one.family())
    return thread, run


def lines(one: Started, *, stops: str = "") -> list[str]:
    first = [
        f"PageWitness starts, with the home folder {one.server.home}.",
        f"The reading room: {one.server.url}/room  (Ctrl-C stops the server)",
    ]
    return [*first, *([f"PageWitness stops, and finishes {stops} first."] if stops else [])]


def test_a_run_is_finished_while_new_ones_are_sent_elsewhere(tmp_path: Path) -> None:
    """A model holds its reply back until the server has refused what is new, however long that takes."""
    refusals = threading.Event()

    def reply(request: Recorded) -> str:
        refusals.wait(300)
        return transcribe(request)

    paper = write_pdf(tmp_path / "papers" / "ferry.pdf", "A day ticket to the island costs 14 euros.")
    with (
        GeminiServer(reply=reply) as gemini,
        forked(tmp_path / "busy", run=giving(200), **model(gemini)) as one,
    ):
        wait_for(lambda: "/room" in one.said)
        thread, run = begin(one, str(paper))
        wait_for(lambda: gemini.chats)
        answers: list[httpx.Response] = []
        path = f"{one.server.url}/threads/{thread}/runs/{run}/join"
        waiting = threading.Thread(target=lambda: answers.append(httpx.get(path, timeout=300)))
        waiting.start()
        one.process.send_signal(signal.SIGTERM)
        wait_for(lambda: "PageWitness stops" in one.said)
        refused = httpx.post(f"{one.server.url}/runs/wait", json={"assistant_id": "query", "input": ASKED}, timeout=300)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
        ready = httpx.get(f"{one.server.url}/health", timeout=300)
        assert (ready.status_code, ready.json()["ok"]) == (503, False)
        assert httpx.get(f"{one.server.url}/ok", timeout=300).status_code == 200
        refusals.set()
        waiting.join(300)
        assert answers[0].json()["report"]["documents"][0]["status"] == "complete"
        assert one.process.wait(STOP_SECONDS) == 0
        assert one.said.splitlines() == lines(one, stops="1 run")


@pytest.mark.slow
def test_a_run_that_takes_too_long_is_carried_out_by_the_next_server(tmp_path: Path) -> None:
    with forked(tmp_path / "handed", run=giving(0.2)) as one:
        wait_for(lambda: "/room" in one.said)
        thread, run = begin(one, str(SAMPLE))
        begun = time.monotonic()
        assert stopped(one, signal.SIGTERM) == 0
        assert time.monotonic() - begun < 30
        assert one.said.splitlines() == lines(one, stops="1 run")
    with forked(tmp_path / "handed") as one:
        wait_for(lambda: one.server.get(f"/threads/{thread}/runs/{run}")["status"] == "success")
        (document,) = one.server.get("/documents")["documents"]
        assert document["status"] == "complete"
