"""The files of the server's threads: written when something has changed, and so that other threads go on."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from graph.cli.thread_files import _Yielding
from tests import forked_python
from tests.conftest import ROOT

# In a process of its own: it replaces methods of the runtime for good.
SCRIPT = """
import sys, time
from pathlib import Path
from graph.cli import thread_files
from graph.runtime import process
home = Path(sys.argv[1])
thread_files.keep_in(home)
from langgraph.checkpoint.memory import PersistentDict
from langgraph_runtime_inmem import _persistence
_persistence.stop_flush_loop()  # begun by the import, it would wait ten seconds first
_persistence._flush_interval = 0.05
kept = PersistentDict(filename=".langgraph_api/values.pckl")
path = home / ".langgraph_api" / "values.pckl"
def written(key):
    again = PersistentDict(filename=".langgraph_api/values.pckl")
    try:
        again.load()
    except FileNotFoundError:
        return False
    return key in again
def wait(key):
    end = time.monotonic() + 60
    while not written(key):
        assert time.monotonic() < end, key
        time.sleep(0.02)
kept["first"] = 1
_persistence.register_persistent_dict(kept)
wait("first")
before = path.stat().st_mtime_ns
time.sleep(0.5)
assert path.stat().st_mtime_ns == before, "an idle server writes nothing"
kept["second"] = 2
process.note_change()
wait("second")
_persistence.stop_flush_loop()
kept["third"] = 3
kept.sync()
assert written("third"), "a server that stops writes in any case"
"""


@pytest.mark.heavy
def test_threads_are_written_after_a_change_and_at_the_end_only(tmp_path: Path) -> None:
    made = forked_python.run(
        ["-c", SCRIPT, str(tmp_path)], capture_output=True, cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": "", "DATABASE_URI": ":memory:", "REDIS_URI": "fake"},
    )  # fmt: skip
    assert made.returncode == 0, made.stderr


def test_a_large_file_is_handed_over_in_small_parts(tmp_path: Path) -> None:
    sizes: list[int] = []

    class File(_Yielding):
        def write(self, part: bytes | memoryview) -> int:
            sizes.append(len(part))
            return super().write(part)

    values = {number: f"{number}" * 50 for number in range(20_000)}
    with (tmp_path / "values").open("wb") as file:
        pickle.Pickler(File(file), protocol=5).dump(values)
    assert pickle.loads((tmp_path / "values").read_bytes()) == values
    assert max(sizes) < 200_000
