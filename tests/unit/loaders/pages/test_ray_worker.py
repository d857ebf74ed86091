"""Copies of files on the machines of a Ray cluster, without a cluster."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import pytest

from graph.storage.pool_files import PoolFiles
from loaders.pages import ray_worker
from loaders.types import Failure, PageImage


def test_copies_are_bounded_in_age_and_bytes_but_for_those_in_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(ray_worker, "_KEPT_BYTES", 250)
    for name, hours in (("in-use", 0.1), ("recent", 2), ("older", 3), ("old", 25)):
        folder = tmp_path / ".cache" / "pagewitness" / "pages" / name
        folder.mkdir(parents=True)
        (folder / "report.pdf").write_bytes(bytes(120))
        os.utime(folder, (time.time() - hours * 3600,) * 2)
    ray_worker._sweep()
    assert {folder.name for folder in (tmp_path / ".cache" / "pagewitness" / "pages").iterdir()} == {"in-use", "recent"}
    monkeypatch.setattr(ray_worker, "_KEPT_BYTES", 0)
    ray_worker._sweep()
    assert {folder.name for folder in (tmp_path / ".cache" / "pagewitness" / "pages").iterdir()} == {"in-use"}


def test_a_file_of_the_shared_store_is_copied_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    copied = list[str]()

    class Folder:
        def key_of(self, path: Path) -> str:
            return path.name

        def copy(self, key: str, to: Path) -> None:
            copied.append(key)
            to.write_bytes(b"%PDF")

        def put_image(self, png: bytes) -> str:
            return ""

    file = ray_worker.File("0" * 64, "report.pdf", [], Folder())
    assert ray_worker._fetch(file) == ray_worker._fetch(file)
    assert copied == ["0" * 64]


def test_images_of_pages_go_into_the_shared_store_or_to_the_caller(tmp_path: Path) -> None:
    pytest.importorskip("obstore", reason="the extra `team` is not installed")
    page, shared = PageImage(1, b"PNG", 9, 9, "", (), 0.1, False), PoolFiles(tmp_path.as_uri(), "ours")
    sent = ray_worker._stored(page, shared)
    assert (sent.png, sent.stored) == (b"", hashlib.sha256(b"PNG").hexdigest())
    assert (tmp_path / "pages" / sent.stored).read_bytes() == b"PNG"
    for other in (PoolFiles(tmp_path.as_uri(), "another library"), PoolFiles("file:///proc/none", "ours")):
        assert ray_worker._stored(page, other) == page
    failure = Failure("timeout", "Late.")
    assert ray_worker._stored(failure, shared) is failure
