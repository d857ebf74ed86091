"""Moves of files with `pagewitness migrate`: from the home folder into a bucket, to another bucket, and back."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from graph import dependencies
from graph.cli import main
from graph.storage.blobs import Blobs
from graph.storage.shared_uploads import ATTACHED, UPLOADED, SharedUploads
from tests.conftest import SAMPLE
from tests.flows.test_migration import migrate, old
from tests.object_store import new_bucket

pytest.importorskip("obstore", reason="the extra `team` is not installed")
__all__ = ["old"]
ANN = hashlib.sha256(b"ann").hexdigest()[:16]
LETTER, NOTE = b"%PDF- a letter", b"A ticket costs 14 euros."


def place(home: Path, folder: str, content: bytes, name: str) -> Path:
    path = home / folder / hashlib.sha256(content).hexdigest()[:16] / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@pytest.fixture
def sent(old: Path) -> list[Path]:
    """Files that users have sent, below the home folder, with their sources' names."""
    made = [
        place(old, "uploads", SAMPLE.read_bytes(), "sample.pdf"),
        place(old, "uploads", LETTER, "a letter.pdf"),
        place(old, "downloads", NOTE, "fares.txt"),
        place(old, f"users/{ANN}/uploads", LETTER, "Fähre.pdf"),
        place(old, f"users/{ANN}/downloads", NOTE, "fares.txt"),
    ]
    return [path.relative_to(old) for path in made]


def images(home: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (home / "pages").rglob("*.png")}


def stored(url: str) -> dict[str, list[str]]:
    """Return the keys of each kind in a store."""
    paths = [path for path, _ in Blobs(url, lambda: "").written("")]
    return {kind: sorted(path for path in paths if path.startswith(f"{kind}/"))
            for kind in ("pages", "uploads", UPLOADED, ATTACHED)}  # fmt: skip


@pytest.mark.slow
@pytest.mark.heavy
def test_files_go_into_a_bucket_to_another_one_and_back(
    old: Path, sent: list[Path], postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    first, second = (new_bucket(monkeypatch) for _ in range(2))
    assert migrate(old, postgres_url, "--files", first, "--verify") == 3, "nothing is there yet"
    assert migrate(old, postgres_url, "--files", first) == 0
    assert migrate(old, postgres_url, "--files", first, "--verify") == 0
    there = stored(first)
    assert [len(there[kind]) for kind in ("uploads", UPLOADED, ATTACHED)] == [3, 3, 2]
    assert len(there["pages"]) == len(images(old)) > 0

    monkeypatch.setenv("PAGEWITNESS_STORE_URL", postgres_url)
    monkeypatch.setenv("PAGEWITNESS_FILES_URL", first)
    away = tmp_path / "away"  # another machine
    assert migrate(away, "", "--files", second) == 0
    assert stored(second) == there
    library = dependencies.home_stores().catalog.get_meta("library") or ""
    shared = SharedUploads(Blobs(second, lambda: library), tmp_path)
    assert shared.fetch(ANN, sent[3].parts[-2], "Fähre.pdf", tmp_path / "fetched")
    assert (tmp_path / "fetched").read_bytes() == LETTER

    monkeypatch.setenv("PAGEWITNESS_FILES_URL", second)
    back = tmp_path / "back"
    assert migrate(away, f"home:{back}") == 0
    capsys.readouterr()
    assert migrate(away, f"home:{back}", "--verify") == 0
    assert "5 were compared" in capsys.readouterr().out
    assert {path: (back / path).read_bytes() for path in sent} == {path: (old / path).read_bytes() for path in sent}
    assert images(back) == images(old)


def spoil(path: Path) -> None:
    path.write_bytes(b"other bytes")


@pytest.mark.parametrize(
    ("harm", "kind", "said"),
    [
        (Path.unlink, "pages", "1 of its page images are not there"),
        (spoil, "pages", "1 of its page images have other bytes there (SHA-256)"),
        (Path.unlink, "uploads", "the file that a user sent is not there"),
        (Path.unlink, UPLOADED, "the file that a user sent is not there"),
        (spoil, "uploads", "the file that a user sent has other bytes there (SHA-256)"),
    ],
)
def test_what_a_store_lost_or_changed_is_told_and_sent_again(
    harm: Callable[[Path], None], kind: str, said: str, old: Path, sent: list[Path], tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    shared = tmp_path / "shared"
    files = ("--files", shared.as_uri())
    assert migrate(old, "", *files) == 0
    assert migrate(old, "", *files, "--verify") == 0
    one = next(path for path in sorted((shared / kind).rglob("*")) if path.is_file())
    harm(one)
    capsys.readouterr()
    assert migrate(old, "", *files, "--verify") == 3
    assert said in capsys.readouterr().out
    one.unlink(missing_ok=True)  # bytes that differ are for the operator to delete
    assert migrate(old, "", *files) == 0
    assert migrate(old, "", *files, "--verify") == 0


def test_a_library_whose_files_alone_move_is_not_left(
    old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shared, here = (tmp_path / "shared").as_uri(), images(old)
    assert migrate(old, "", "--files", shared) == 0
    assert "files in file://" in capsys.readouterr().out
    monkeypatch.setenv("PAGEWITNESS_FILES_URL", shared)
    for path in (old / "pages").rglob("*.png"):
        path.unlink()
    dependencies.home_stores().acquire_for_writing()
    assert migrate(old, "", "--files", "home") == 0
    assert images(old) == here
    assert migrate(old, "", "--files", shared) == 2
    assert "The library is there already" in capsys.readouterr().err


@contextmanager
def small_disk(tmp_path: Path, size: str) -> Iterator[Path]:
    """A folder on a file system of this size, which root can make."""
    folder = tmp_path / "small"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.processes
def test_a_full_disk_is_told_in_a_sentence_and_leaves_no_part_of_a_file(
    old: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A part of a file under its own name would be newer than the file, and kept by the next copy."""
    sent = place(old, "uploads", os.urandom(8 << 20), "large.pdf").relative_to(old)
    with small_disk(tmp_path, "4m") as small:
        assert migrate(old, f"home:{small / 'home'}") == 2
        told = capsys.readouterr().err
        assert f"{small / 'home' / sent} cannot be written (No space left on device)" in told
        assert len(told.splitlines()) == 1
        assert not any((small / "home" / "uploads").rglob("*.p*"))
        assert migrate(old, "", "--files", (small / "files").as_uri()) == 2
        assert "cannot be reached (no space left on device)" in capsys.readouterr().err
        subprocess.run(["mount", "-o", "remount,size=64m", small], check=True)
        assert migrate(old, f"home:{small / 'home'}") == 0
        assert (small / "home" / sent).read_bytes() == (old / sent).read_bytes()
        dependencies.home_stores().close()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--files", "file:///proc/files"), "file:///proc/files (--files) cannot be made (No such file"),
        (("--home", "nowhere", "--files", "file:///tmp/files"), "There is no library in "),
        (("--files", "ftp://files"), "--files is not the address of a bucket or a folder"),
    ],
)
def test_where_no_files_can_go_or_come_from_is_told(
    options: tuple[str, ...], sentence: str, old: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(["migrate", *options]) == 2
    told = capsys.readouterr().err
    assert sentence in told
    assert len(told.splitlines()) == 1
    assert not Path("nowhere").exists()
