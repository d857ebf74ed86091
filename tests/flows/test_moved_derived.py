"""Moves of attachments and PDFs of Office files with `pagewitness migrate`, into a bucket, to another one, and back."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from graph.storage.blobs import Blobs
from tests.conftest import MakePdf
from tests.flows.test_derived_files import mail, office, read
from tests.flows.test_migration import migrate, old
from tests.object_store import new_bucket

pytest.importorskip("obstore", reason="the extra `team` is not installed")
__all__ = ["office", "old"]


def made(home: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (home / "derived").rglob("*") if path.is_file()}


def keys(url: str) -> list[str]:
    """Return the paths of all blobs but those that belong to the store itself."""
    return sorted(path for path, _ in Blobs(url, lambda: "").written("") if path not in ("library", "clock"))


def test_files_made_from_documents_go_into_a_bucket_to_another_one_and_back(
    old: Path, office: Path, make_pdf: MakePdf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    read(mail(tmp_path, make_pdf), office)
    before, back = made(old), tmp_path / "back"
    assert sorted(before) == ["letter.pdf", "prices.pdf"]
    first, second = (new_bucket(monkeypatch) for _ in range(2))
    assert migrate(old, "", "--files", first) == 0
    assert migrate(old, "", "--files", first, "--verify") == 0
    assert {key.partition("/")[0] for key in keys(first)} == {"pages", "uploads", "derived", "made"}

    shutil.rmtree(old / "derived")  # as on a machine that did not make them
    monkeypatch.setenv("PAGEWITNESS_FILES_URL", first)
    assert migrate(old, "", "--files", second) == 0
    assert keys(second) == keys(first)
    monkeypatch.setenv("PAGEWITNESS_FILES_URL", second)
    assert migrate(old, f"home:{back}") == 0
    assert made(back) == before
    assert migrate(old, f"home:{back}", "--verify") == 0

    one, other = sorted((back / "derived").rglob("*.pdf"))
    one.unlink()
    other.write_bytes(b"other bytes")
    capsys.readouterr()
    assert migrate(old, f"home:{back}", "--verify") == 3
    said = capsys.readouterr().out
    assert "the file that was made of it is not there" in said
    assert "the file that was made of it has other bytes there (SHA-256)" in said
