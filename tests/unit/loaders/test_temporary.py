"""Temporary folders: those of killed processes are removed, those in use stay."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest

from loaders.temporary import PREFIX, temporary_folder
from tests.conftest import ROOT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such locks")
WAITS = (
    "from loaders.temporary import temporary_folder\n"
    "with temporary_folder() as folder:\n"
    "    (folder / 'copy').write_text('x')\n    print(folder, flush=True)\n    input()"
)


def test_what_a_killed_process_leaves_is_removed_and_what_is_in_use_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "other").mkdir()
    (unmarked := tmp_path / f"{PREFIX}unmarked").mkdir()
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", WAITS], env={**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(3)
    ]  # fmt: skip
    killed, alive, new = (Path((one.stdout or sys.stdin).readline().strip()) for one in processes)
    for one in (processes[0], processes[2]):
        one.kill()
        one.wait(60)
    old = time.time() - 3600
    for folder in (killed, alive, unmarked):
        os.utime(folder, (old, old))
    with temporary_folder() as made:
        assert {one.name for one in tmp_path.iterdir()} == {"other", unmarked.name, alive.name, new.name, made.name}
    assert not made.exists()
    processes[1].communicate("\n", timeout=60)
    assert not alive.exists()


def test_a_folder_is_removed_after_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    modes = list[int]()

    def fail() -> None:
        with temporary_folder() as made:
            modes.append(made.stat().st_mode & 0o777)
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        fail()
    assert modes == [0o700]
    assert list(tmp_path.iterdir()) == []


def test_the_sockets_of_page_processes_lie_in_such_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from multiprocessing import current_process, util

    from loaders.pages.templates import Template

    here: Any = current_process()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setitem(here._config, "tempdir", None)
    del here._config["tempdir"]
    Template()
    folder = Path(util.get_temp_dir())
    assert (folder.parent, folder.name.startswith(PREFIX)) == (tmp_path, True)
