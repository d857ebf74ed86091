"""The home folder is created when needed, owned by one process, and refused with a clear message."""

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

ACQUIRE = (
    "import sys; from pathlib import Path; from graph.storage import home_lock; home_lock.acquire(Path(sys.argv[1]))"
)


def acquire_elsewhere(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", ACQUIRE, str(folder)], capture_output=True, text=True, check=False)


def test_it_is_created_with_its_parents(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    assert homes.prepare(folder) == folder
    assert homes.prepare(folder).is_dir()


def test_a_second_process_gets_the_name_of_the_owner(tmp_path: Path) -> None:
    homes.acquire(homes.prepare(tmp_path / "home"))  # the caller need not hold the lock object
    gc.collect()
    try:
        refused = acquire_elsewhere(tmp_path / "home")
        assert refused.returncode == 1
        assert f"in use by process {os.getpid()}" in refused.stderr
        assert "--home" in refused.stderr
    finally:
        homes.acquire(tmp_path / "home").release(force=True)
    assert acquire_elsewhere(tmp_path / "home").returncode == 0


def test_a_folder_is_held_from_its_lock_to_its_release(tmp_path: Path) -> None:
    folder = homes.prepare(tmp_path / "home")
    assert not homes.is_held(folder)
    homes.acquire(folder)
    assert homes.is_held(folder)
    homes.release(folder)
    assert not homes.is_held(folder)


def test_the_message_names_a_servers_address_as_long_as_the_server_is_the_owner(tmp_path: Path) -> None:
    folder, url = homes.prepare(tmp_path / "home"), "http://127.0.0.1:2024"
    lock = homes.acquire(folder, url)
    refused = acquire_elsewhere(folder).stderr
    assert f"in use by the server at {url} (process {os.getpid()}): add `--server {url}` to the command" in refused
    lock.release(force=True)
    assert acquire_elsewhere(folder).returncode == 0  # another owner, which has ended
    homes.acquire(folder)
    try:
        refused = acquire_elsewhere(folder).stderr
        assert f"in use by process {os.getpid()}" in refused
        assert url not in refused
    finally:
        lock.release(force=True)


def test_the_same_process_may_acquire_it_twice(tmp_path: Path) -> None:
    folder = homes.prepare(tmp_path / "home")
    locks = [homes.acquire(folder), homes.acquire(folder)]
    assert all(lock.is_locked for lock in locks)
    locks[0].release(force=True)


def test_a_killed_process_holds_no_lock(tmp_path: Path) -> None:
    folder = homes.prepare(tmp_path / "home")
    code = ACQUIRE + "; import os; os._exit(9)"
    assert subprocess.run([sys.executable, "-c", code, str(folder)], check=False).returncode == 9
    homes.acquire(folder).release(force=True)


def test_a_file_in_place_of_the_home_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    with pytest.raises(HomeError, match=r"cannot be created.*--home"):
        homes.prepare(tmp_path / "home")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_is_not_writable(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    folder.mkdir(mode=0o555)
    with pytest.raises(HomeError, match=r"not writable.*--home"):
        homes.prepare(folder)


def test_threads_that_acquire_a_folder_at_the_same_moment_all_succeed(tmp_path: Path) -> None:
    problems: list[Exception] = []
    for number in range(30):
        folder = homes.prepare(tmp_path / str(number))
        together = threading.Barrier(4)

        def acquire(folder: Path = folder, together: threading.Barrier = together) -> None:
            together.wait()
            try:
                homes.acquire(folder)
            except HomeError as error:
                problems.append(error)

        threads = [threading.Thread(target=acquire) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert problems == []


def test_too_little_free_space_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free = homes.free_bytes(tmp_path)
    monkeypatch.setattr(homes, "MIN_FREE_BYTES", 2 * free)
    with pytest.raises(HomeError, match=r"Only \d+ MB are left on the disk"):
        homes.free_bytes(tmp_path)
