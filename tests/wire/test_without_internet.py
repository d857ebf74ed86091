"""`pagewitness ingest` and `ask` without internet, with nothing set but the variables of a model server's provider.

Each runs two whole commands, 5 s of processor time: only a new process knows nothing but its variables.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.wire.compatible_app import EMBEDDING, first_of, skip_without_client
from tests.wire.compatible_server import DIMENSIONS, Format

PROGRAM = ["unshare", "--map-root-user", "--net", sys.executable, "-m", "tests.wire.without_internet"]


@cache
def why_not() -> str:
    """Why no network of its own can be had here; "" where it can."""
    try:
        run = subprocess.run(PROGRAM, cwd=ROOT, capture_output=True, text=True, check=False)
    except OSError as error:
        return str(error)
    return "" if run.stdout == "ready\n" else run.stderr[-200:] or "it ended without a word"


@pytest.mark.slow
@first_of(EMBEDDING)
def test_the_two_commands_use_a_server_on_this_machine(kind: Format, tmp_path: Path) -> None:
    skip_without_client(kind)
    if reason := why_not():
        pytest.skip(f"no network of its own: {reason}")
    home = tmp_path / "home"
    run = subprocess.run([*PROGRAM, kind, str(home)], cwd=ROOT, capture_output=True, text=True, check=True)
    told = json.loads(run.stdout)
    assert (told["ingest"]["code"], told["ask"]["code"]) == (0, 0), run.stdout
    (document,) = told["ingest"]["said"]["documents"]
    assert (document["status"], document["ledger"]["read"]) == ("complete", 6)
    answer = told["ask"]["said"]
    assert answer["engine"] == "llm"
    assert answer["citations"][0]["verdict"] == "proven"
    usage = told["ingest"]["said"]["usage"]["requests"] + answer["usage"]["requests"]
    assert usage == told["chats"] + told["embeddings"]
    assert told["embeddings"] >= 2
    with sqlite3.connect(home / "chroma" / "chroma.sqlite3") as index:
        assert {row[0] for row in index.execute("SELECT dimension FROM collections")} == {DIMENSIONS}
