"""Watched folders: files that come, change, move, go, are half written, or are on a drive that vanishes."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import pytest

from graph.cli.clients.local import LocalClient
from graph.errors import ModelError
from graph.watching.folders import look
from graph.watching.library import LocalLibrary, store_file
from graph.watching.watcher import QUIET_S, UNFINISHED_S, Followed, Read, Watcher
from tests.conftest import MakePdf

LOCK, WEIR = "The lock opens at seven in the morning.", "The weir was rebuilt in the year 1934."


class Watch:
    """A watcher of one folder, on a clock that the test moves, with what it said."""

    def __init__(self, root: Path, library: LocalLibrary | None = None) -> None:
        self.client, self.root, self.now = LocalClient({}), root, 0.0
        self.said: list[Followed] = []
        own = LocalLibrary(lambda sources: self.client.ingest(sources, lambda event: None, None))
        self.library = library or own
        self.start()

    def start(self) -> None:
        """Start as a new process does."""
        self.watcher = Watcher([self.root], self.library, store_file(""), self.said.append, lambda: self.now)

    def settle(self) -> list[str]:
        """Look twice, far enough apart; return what was said as `event name`."""
        self.said.clear()
        for _ in range(2):
            self.watcher.step()
            self.now += QUIET_S
        self.watcher.step()
        return [f"{one['event']} {Path(one['path']).name}" for one in self.said if one["event"] != "watching"]

    @property
    def names(self) -> list[str]:
        return sorted(row["name"] for row in self.client.documents()["documents"])


@pytest.fixture
def watch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watch:
    monkeypatch.setenv("PAGEWITNESS_ENGINE", "offline")
    (tmp_path / "watched" / "inner").mkdir(parents=True)
    return Watch(tmp_path / "watched")


@pytest.fixture
def filled(watch: Watch, make_pdf: MakePdf) -> Watch:
    make_pdf("watched/lock.pdf", LOCK)
    make_pdf("watched/inner/weir.pdf", WEIR)
    assert watch.settle() == ["read weir.pdf", "read lock.pdf"]
    return watch


def asked(watch: Watch, question: str) -> str:
    return str(watch.client.ask(question, [], "", lambda event: None)["answer"])


def test_what_comes_is_read_and_what_goes_is_forgotten(filled: Watch) -> None:
    assert filled.names == ["lock.pdf", "weir.pdf"]
    assert "1934" in asked(filled, "When was the weir rebuilt?")
    (filled.root / "inner" / "weir.pdf").unlink()
    assert filled.settle() == ["removed weir.pdf"]
    assert filled.names == ["lock.pdf"]
    assert filled.settle() == []


def test_a_changed_file_takes_the_place_of_what_it_was(filled: Watch, make_pdf: MakePdf) -> None:
    make_pdf("watched/lock.pdf", "The lock opens at nine in the morning, since April.")
    assert filled.settle() == ["read lock.pdf"]
    assert filled.names == ["lock.pdf", "weir.pdf"]
    assert "nine" in asked(filled, "When does the lock open?")


def test_a_moved_file_keeps_its_document_and_has_its_new_name(filled: Watch) -> None:
    before = {row["id"] for row in filled.client.documents()["documents"]}
    (filled.root / "lock.pdf").rename(filled.root / "inner" / "opening hours.pdf")
    assert sorted(filled.settle()) == ["read opening hours.pdf", "removed lock.pdf"]
    assert filled.names == ["opening hours.pdf", "weir.pdf"]
    assert {row["id"] for row in filled.client.documents()["documents"]} == before
    assert "[1]" in asked(filled, "When does the lock open?")


def test_a_half_written_copy_is_waited_for(watch: Watch, make_pdf: MakePdf, tmp_path: Path) -> None:
    whole = make_pdf("lock.pdf", LOCK).read_bytes()
    copy = watch.root / "lock.pdf"
    for part in (len(whole) // 3, len(whole) - 10):
        copy.write_bytes(whole[:part])
        assert watch.settle() == []
    copy.write_bytes(whole)
    os.utime(copy, ns=(1, 1))  # as copies that keep the time do
    assert watch.settle() == ["read lock.pdf"]
    assert "complete" in watch.said[-1]["detail"]


def test_a_file_that_stays_damaged_is_reported_once(watch: Watch) -> None:
    (watch.root / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing more")
    assert watch.settle() == []
    watch.now += UNFINISHED_S
    assert watch.settle() == ["read broken.pdf"]
    assert "broken.pdf" in watch.said[-1]["detail"] or "failed" in watch.said[-1]["detail"]
    watch.now += UNFINISHED_S
    assert watch.settle() == []


@pytest.mark.parametrize("leaves", ["nothing", "an empty folder", "a folder that may not be read"])
def test_a_drive_that_vanishes_deletes_nothing(filled: Watch, leaves: str, tmp_path: Path) -> None:
    filled.root.rename(tmp_path / "away")
    if leaves != "nothing":
        filled.root.mkdir(mode=0o755 if leaves == "an empty folder" else 0o000)
    assert filled.settle() == ["unreachable watched"]
    filled.watcher.save()
    filled.start()
    assert filled.settle() == ["unreachable watched"], "a new start does not know better"
    assert filled.names == ["lock.pdf", "weir.pdf"]
    shutil.rmtree(filled.root, ignore_errors=True)
    (tmp_path / "away").rename(filled.root)
    (filled.root / "lock.pdf").unlink()
    assert filled.settle() == ["reachable watched", "removed lock.pdf"]


def test_what_changes_while_nothing_watches_is_followed_at_the_next_start(filled: Watch, make_pdf: MakePdf) -> None:
    filled.watcher.save()
    (filled.root / "lock.pdf").unlink()
    make_pdf("watched/new.pdf", "The ferry carries twelve cars at a time.")
    filled.start()
    assert sorted(filled.settle()) == ["read new.pdf", "removed lock.pdf"]
    assert filled.names == ["new.pdf", "weir.pdf"]


def test_a_document_that_is_there_for_another_reason_stays(filled: Watch, tmp_path: Path) -> None:
    copy = Path(shutil.copy(filled.root / "lock.pdf", tmp_path / "kept.pdf"))
    filled.client.ingest([str(copy)], lambda event: None)
    (filled.root / "lock.pdf").unlink()
    assert filled.settle() == ["removed lock.pdf"]
    assert filled.names == ["kept.pdf", "weir.pdf"]


def test_one_bad_file_does_not_keep_the_others_from_being_read(watch: Watch, make_pdf: MakePdf) -> None:
    make_pdf("watched/lock.pdf", LOCK)
    make_pdf("watched/secret.pdf", WEIR, password="heron")
    (watch.root / "noise.pdf").write_bytes(b"\x00\x01\x02" * 1000)
    (watch.root / "notes.xyz").write_text("of no format")
    (watch.root / ".hidden.pdf").write_bytes(b"%PDF-1.7\n%%EOF")
    assert sorted(watch.settle()) == ["read lock.pdf", "read noise.pdf", "read secret.pdf"]
    told = {Path(one["path"]).name: one["detail"] for one in watch.said}
    assert told["lock.pdf"].startswith("complete")
    assert "password" in told["secret.pdf"]
    assert "noise.pdf" in told["noise.pdf"]


def test_links_in_a_circle_end(watch: Watch, make_pdf: MakePdf) -> None:
    make_pdf("watched/inner/lock.pdf", LOCK)
    (watch.root / "inner" / "loop").symlink_to(watch.root)
    (watch.root / "itself.pdf").symlink_to(watch.root / "itself.pdf")
    (watch.root / "nowhere.pdf").symlink_to(watch.root / "missing.pdf")
    assert watch.settle() == ["read lock.pdf"]


def test_a_service_that_cannot_be_used_is_asked_again(watch: Watch, make_pdf: MakePdf) -> None:
    class Tired(LocalLibrary):
        tries = 0

        def read(self, paths: Sequence[Path]) -> dict[Path, Read]:
            self.tries += 1
            if self.tries == 1:
                raise ModelError("The service is overloaded.")
            return super().read(paths)

    make_pdf("watched/lock.pdf", LOCK)
    tired = Watch(watch.root, Tired(lambda sources: watch.client.ingest(sources, lambda event: None, None)))
    assert tired.settle() == ["problem watched"]
    assert tired.settle() == []
    tired.now += 60
    assert tired.settle() == ["read lock.pdf"]


def test_the_next_look_does_not_wait_for_the_time_that_reading_took(watch: Watch, make_pdf: MakePdf) -> None:
    class Slow(LocalLibrary):
        def read(self, paths: Sequence[Path]) -> dict[Path, Read]:
            slow.now += 30
            return super().read(paths)

    class Stop(threading.Event):
        """Moves the clock in place of waiting, and is set after the pause that follows a reading."""

        pauses: ClassVar[list[float | None]] = []

        def wait(self, timeout: float | None = None) -> bool:
            self.pauses.append(timeout)
            slow.now += timeout or 0
            if any(one["event"] == "read" for one in slow.said):
                self.set()
            return self.is_set()

    make_pdf("watched/lock.pdf", LOCK)
    slow = Watch(watch.root, Slow(lambda sources: watch.client.ingest(sources, lambda event: None, None)))
    slow.watcher.run(Stop())
    assert set(Stop.pauses) == {1.0}


@pytest.mark.slow
@pytest.mark.heavy
def test_a_hundred_thousand_files_are_seen(tmp_path: Path) -> None:
    """Their number alone; what a look costs stands in graph/watching/folders.py."""
    source = tmp_path / "many" / "0"
    source.mkdir(parents=True)
    for number in range(1000):
        (source / f"{number}.pdf").touch()
    for number in range(1, 100):
        folder = tmp_path / "many" / str(number)
        folder.mkdir()
        for file in range(1000):
            os.link(source / f"{file}.pdf", folder / f"{file}.pdf")
    seen = look(tmp_path / "many")
    assert seen is not None
    assert len(seen.files) == 100_000
