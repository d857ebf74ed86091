"""The command and the server freeze the garbage collector after loading; a user's process keeps the defaults."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

LOADED = 100_000
"""Objects; a process that can answer a question has loaded more than these."""


def run(program: str, home: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={"PAGEWITNESS_HOME": str(home), "PAGEWITNESS_ENGINE": "offline", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.heavy
def test_a_users_process_keeps_the_defaults(tmp_path: Path) -> None:
    program = (
        "import gc; from graph.app import app; from graph import dependencies; from graph.context import Context\n"
        "dependencies.for_context(Context()); print(gc.isenabled(), gc.get_freeze_count(), gc.get_threshold()[0])"
    )
    assert run(program, tmp_path).split() == ["True", "0", "700"]


def test_a_command_pauses_the_collector_until_it_has_loaded(tmp_path: Path) -> None:
    program = (
        "import gc; from graph.cli import main\n"
        "from graph import dependencies; from graph.context import Context\n"
        "from graph.cli.clients.local import LocalClient\n"
        "def documents(self, limit, offset):\n"
        "    from graph.app import app\n"
        "    print(gc.isenabled(), gc.get_threshold()[0]); dependencies.for_context(Context())\n"
        "    print(gc.isenabled(), gc.get_freeze_count(), gc.get_threshold()[0])\n"
        "    return {'documents': []}\n"
        "LocalClient.documents = documents; main.main(['documents'])"
    )
    before, often, after, kept, seldom = run(program, tmp_path).split()[:5]
    assert (before, after) == ("False", "True")
    assert int(seldom) > int(often)
    assert int(kept) > LOADED


def test_a_command_without_an_engine_leaves_the_collector_on(tmp_path: Path) -> None:
    program = (
        "import gc; from graph.cli import main\n"
        "for _ in 1, 2: main.main(['documents', '--json']); print(gc.isenabled())"
    )
    assert run(program, tmp_path).count("True") == 2


def test_a_command_that_asks_a_server_leaves_the_collector_on(tmp_path: Path) -> None:
    program = (
        "import gc; from graph.cli import main; from graph.cli.clients.remote import RemoteClient\n"
        "RemoteClient.__init__ = lambda self, url, given: None\n"
        "RemoteClient.documents = lambda self, limit, offset: print(gc.isenabled()) or {'documents': []}\n"
        "main.main(['documents', '--server', 'http://127.0.0.1:9'])"
    )
    assert run(program, tmp_path).startswith("True")


@pytest.mark.heavy
def test_a_server_within_the_commands_process_ends_the_pause_and_freezes_later(tmp_path: Path) -> None:
    program = (
        "import gc; from graph.runtime import process; process.configure_gc(pause=True); print(gc.isenabled())\n"
        "import web.app; from graph import dependencies; from graph.context import Context; print(gc.isenabled())\n"
        "process.end_pause(); print(gc.isenabled(), gc.get_freeze_count())\n"
        "dependencies.for_context(Context()); print(gc.isenabled(), gc.get_freeze_count())"
    )
    paused, loading, serving, loaded, after, kept = run(program, tmp_path).split()
    assert (paused, loading, serving, after) == ("False", "False", "True", "True")
    assert LOADED < int(loaded) < int(kept)


@pytest.mark.heavy
def test_the_server_freezes_without_a_pause(tmp_path: Path) -> None:
    program = (
        "import gc; import web.app; from graph import dependencies; from graph.context import Context\n"
        "print(gc.isenabled()); dependencies.for_context(Context()); print(gc.isenabled(), gc.get_freeze_count())"
    )
    before, after, kept = run(program, tmp_path).split()
    assert (before, after) == ("True", "True")
    assert int(kept) > LOADED


_ENDS = """
import atexit, sys
from graph.runtime.process import QuickExit

class Freed:
    def __del__(self):
        print("freed")

if "within" in sys.argv:
    atexit.register(print, "the program's own handler")
freed, end = Freed(), QuickExit()
atexit.register(print, "handlers run")
sys.exit(4 if "usually" in sys.argv else end.with_code(3))
"""


@pytest.mark.parametrize(
    ("word", "code", "said"),
    [
        ("quickly", 3, ""), ("usually", 4, "freed\n"), ("within", 3, "the program's own handler\nfreed\n"),
    ],
)  # fmt: skip
def test_a_command_ends_with_its_code_and_takes_nothing_apart(word: str, code: int, said: str) -> None:
    done = subprocess.run([sys.executable, "-c", _ENDS, word], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (code, f"handlers run\n{said}", "")
