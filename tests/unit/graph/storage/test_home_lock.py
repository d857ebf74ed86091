"""The home folder: made when needed, owned by one process, clear about what is wrong with it."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from graph.errors import HomeError
from graph.storage import home_lock as homes

TAKE = "import sys; from pathlib import Path; from graph.storage import home_lock; home_lock.own(Path(sys.argv[1]))"


def take_elsewhere(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", TAKE, str(folder)], capture_output=True, text=True, check=False)


def test_it_is_made_with_its_parents(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    assert homes.prepare(folder) == folder
    assert homes.prepare(folder).is_dir()


def test_a_second_process_is_told_who_has_it(tmp_path: Path) -> None:
    homes.own(homes.prepare(tmp_path / "home"))  # nobody need keep what it returns
    gc.collect()
    try:
        refused = take_elsewhere(tmp_path / "home")
        assert refused.returncode == 1
        assert f"in use by process {os.getpid()}" in refused.stderr
        assert "--home" in refused.stderr
    finally:
        homes.own(tmp_path / "home").release(force=True)
    assert take_elsewhere(tmp_path / "home").returncode == 0


def test_where_a_server_is_to_be_asked_is_told_as_long_as_it_is_the_owner(tmp_path: Path) -> None:
    folder, url = homes.prepare(tmp_path / "home"), "http://127.0.0.1:2024"
    lock = homes.own(folder, url)
    refused = take_elsewhere(folder).stderr
    assert f"in use by the server at {url} (process {os.getpid()}): add `--server {url}` to the command" in refused
    lock.release(force=True)
    assert take_elsewhere(folder).returncode == 0  # another owner, which has ended
    homes.own(folder)
    try:
        refused = take_elsewhere(folder).stderr
        assert f"in use by process {os.getpid()}" in refused
        assert url not in refused
    finally:
        lock.release(force=True)


def test_the_same_process_may_take_it_twice(tmp_path: Path) -> None:
    folder = homes.prepare(tmp_path / "home")
    locks = [homes.own(folder), homes.own(folder)]
    assert all(lock.is_locked for lock in locks)
    locks[0].release(force=True)


def test_a_process_that_died_holds_nothing(tmp_path: Path) -> None:
    folder = homes.prepare(tmp_path / "home")
    code = TAKE + "; import os; os._exit(9)"
    assert subprocess.run([sys.executable, "-c", code, str(folder)], check=False).returncode == 9
    homes.own(folder).release(force=True)


def test_a_file_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    with pytest.raises(HomeError, match=r"cannot be made.*--home"):
        homes.prepare(tmp_path / "home")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_is_not_writable(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    folder.mkdir(mode=0o555)
    with pytest.raises(HomeError, match=r"not writable.*--home"):
        homes.prepare(folder)


def test_threads_that_take_a_folder_at_the_same_moment_all_have_it(tmp_path: Path) -> None:
    problems: list[Exception] = []
    for number in range(30):
        folder = homes.prepare(tmp_path / str(number))
        together = threading.Barrier(4)

        def take(folder: Path = folder, together: threading.Barrier = together) -> None:
            together.wait()
            try:
                homes.own(folder)
            except HomeError as error:
                problems.append(error)

        threads = [threading.Thread(target=take) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert problems == []
