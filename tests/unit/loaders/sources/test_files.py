from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from loaders.errors import SourceError
from loaders.sources.files import check_source, expand


def make(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\0x")


def test_a_folder_is_read_recursively_and_sorted_without_foreign_files(tmp_path: Path) -> None:
    make(tmp_path, "b.pdf", "a/c.PDF", "a/d.Jpeg", "notes.bin", ".hidden.pdf", "z.tiff", "y.webp")
    assert [p.relative_to(tmp_path).as_posix() for p in expand([str(tmp_path)])] == [
        "a/c.PDF",
        "a/d.Jpeg",
        "b.pdf",
        "y.webp",
        "z.tiff",
    ]


def test_order_is_kept_and_duplicates_are_removed(tmp_path: Path) -> None:
    make(tmp_path, "a.pdf", "b.pdf")
    twice = [str(tmp_path / "b.pdf"), str(tmp_path), str(tmp_path / "sub" / ".." / "a.pdf")]
    (tmp_path / "sub").mkdir()
    assert [p.name for p in expand(twice)] == ["b.pdf", "a.pdf"]


def test_globs_are_expanded_and_brackets_in_a_file_name_are_no_glob(tmp_path: Path) -> None:
    make(tmp_path, "q1.pdf", "q2.pdf", "r[1].pdf", "deep/er/q3.pdf")
    assert [p.name for p in expand([str(tmp_path / "q*.pdf")])] == ["q1.pdf", "q2.pdf"]
    assert [p.name for p in expand([str(tmp_path / "**" / "q*.pdf")])] == ["q3.pdf", "q1.pdf", "q2.pdf"]
    assert [p.name for p in expand([str(tmp_path / "r[1].pdf")])] == ["r[1].pdf"]


def test_the_home_folder_may_be_written_as_a_tilde(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "papers/a.pdf")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert expand(["~/papers/*.pdf"]) == expand(["~/papers"]) == [tmp_path / "papers" / "a.pdf"]


@pytest.mark.parametrize(
    ("source", "wrong", "advice"),
    [
        ("missing.pdf", "does not exist", "spelling"),
        ("empty", "is empty", "put"),
        ("foreign", "holds no PDF", "another folder"),
        ("none*.pdf", "matches nothing", "pattern"),
        ("foreign/*", "no PDF", "widen"),
        ("foreign/notes.bin", "unsupported format (.bin)", "give a PDF"),
        ("pipe", "named pipe", "save its content"),
        ("socket", "socket", "save its content"),
        ("https://example.org/a.pdf", "is an address", "download"),
        ("", "empty source", "name a file"),
        ("a\0.pdf", "not a usable path", "another one"),
    ],
)
def test_a_source_that_cannot_be_used_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, wrong: str, advice: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    make(tmp_path, "foreign/notes.bin")
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind("socket")
        with pytest.raises(SourceError) as caught:
            expand([source])
    message = str(caught.value)
    assert wrong in message
    assert advice in message
    assert "\n" not in message
    assert message.endswith((".", ")."))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_says_how_to_mend_it(tmp_path: Path) -> None:
    make(tmp_path, "a.pdf")
    (tmp_path / "a.pdf").chmod(0)
    with pytest.raises(SourceError, match="may not be read"):
        check_source(tmp_path / "a.pdf")


def test_hidden_folders_are_never_searched(tmp_path: Path) -> None:
    for name in ("a.pdf", ".venv/logo.png", ".pagewitness/pages/ab/x.png", "scans/b.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    assert [path.name for path in expand([str(tmp_path)])] == ["a.pdf", "b.png"]


def test_too_long_a_name_is_one_sentence() -> None:
    with pytest.raises(SourceError, match="not a usable path"):
        expand(["a" * 300])
