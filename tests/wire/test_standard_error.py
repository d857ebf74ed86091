"""What a command with a model leaves on standard error: nothing after it worked, one sentence where it did not."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests import forked_python
from tests.conftest import ROOT, MakePdf
from tests.forked_python import ForkedProcess
from tests.wire.gemini_server import Answer, Fault, GeminiServer, Recorded, Reply
from tests.wire.scripted_replies import Model, claim

pytestmark = pytest.mark.processes
TEXT = "The keeper of the light wrote down the wind and the weather of that day in the blue book by the door."
STOPPED = "Stopped. Finished work is saved: run the same command again to continue.\n"


@pytest.fixture
def note(model: Model, make_pdf: MakePdf) -> Path:
    model.pages = lambda page: TEXT
    model.claims = [claim("The keeper wrote in a blue book.", TEXT)]
    return make_pdf("note.pdf", TEXT)


def start(*arguments: str) -> ForkedProcess:
    command = ["-m", "graph.cli", *arguments, "--engine", "llm"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return forked_python.start(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


def run(*arguments: str) -> tuple[int, str]:
    process = start(*arguments)
    _, said = process.communicate(timeout=300)
    return process.wait(), str(said)


def slow(reply: Callable[[Recorded], Answer]) -> Callable[[Recorded], Answer]:
    """Answer a chat only after a minute."""

    def wait(request: Recorded) -> Answer:
        given = reply(request)
        return replace(given if isinstance(given, Reply) else Reply(str(given)), delay=60.0)

    return wait


def test_nothing_is_left_after_a_command_that_worked_and_one_sentence_after_an_error(
    model: Model, gemini: GeminiServer, note: Path
) -> None:
    assert run("ingest", str(note)) == (0, "")
    assert run("ask", "Where did the keeper write?") == (0, "")
    gemini.reply = lambda request: Fault(403)
    code, said = run("ask", "Who wrote in the book?")
    assert (code, said.count("\n")) == (2, 1)
    assert said.startswith("pagewitness: The Gemini key was refused")


def test_nothing_is_said_of_pages_that_the_safety_filter_refused(gemini: GeminiServer, note: Path) -> None:
    gemini.reply = lambda request: Reply(block_reason="SAFETY", candidates=False)
    assert run("ingest", str(note)) == (0, "")


@pytest.mark.slow  # it tries each request again, with pauses
def test_nothing_of_the_client_is_left_after_a_run_in_which_the_service_was_down(
    gemini: GeminiServer, note: Path
) -> None:
    gemini.reply = lambda request: Fault(503)
    assert run("ingest", str(note)) == (3, "")


def test_ctrl_c_during_a_request_ends_with_130_and_a_sentence(model: Model, gemini: GeminiServer, note: Path) -> None:
    gemini.reply = slow(model)
    process = start("ingest", str(note))
    end = time.monotonic() + 240
    while not gemini.chats:
        assert time.monotonic() < end, "no request was sent"
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=240)
    assert (process.returncode, said) == (130, "note.pdf: 0 of 1 page was read and saved.\n" + STOPPED)
