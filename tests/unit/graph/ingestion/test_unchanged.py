"""Files that are given again: those that did not change are not opened, and every change is found."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pymupdf
import pytest

from graph import dependencies
from graph.access import Scope
from graph.app import app
from graph.ingestion import sources, unchanged


def write(path: Path, *pages: str, attached: str = "") -> Path:
    """Write a PDF with a line of text on each page, last changed an hour ago."""
    document = pymupdf.open()
    for text in pages:
        document.new_page().insert_text((72, 72), text)
    if attached:
        inner = pymupdf.open()
        inner.new_page().insert_text((72, 72), attached)
        document.embfile_add("annex.pdf", inner.tobytes())
    document.save(path, no_new_id=True)
    return settle(path)


def settle(path: Path) -> Path:
    """Let a file have changed an hour ago."""
    hour_ago = time.time() - 3600
    os.utime(path, (hour_ago, hour_ago))
    return path


@pytest.fixture
def folder(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of two documents, whose files count as settled as soon as they are written."""
    monkeypatch.setenv("PAGEWITNESS_ENGINE", "offline")
    monkeypatch.setattr(unchanged, "SETTLED_NS", 0)  # the clock of the drive here is finer than a test's steps
    folder = tmp_path / "papers"
    folder.mkdir()
    write(folder / "one.pdf", "The ferry leaves at nine.", "It costs four crowns.")
    write(folder / "two.pdf", "The mill was built of oak.")
    return folder


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were opened."""
    names: list[str] = []
    kept = sources._open

    async def noting(path: Path, source: str, password: str | None) -> sources.Found:
        names.append(path.name)
        return await kept(path, source, password)

    monkeypatch.setattr(sources, "_open", noting)
    return names


def ingest(*given: Path, **context: Any) -> dict[str, Any]:
    report: dict[str, Any] = app.invoke({"sources": [str(one) for one in given]}, context=context)["report"]
    return report


def without_time(report: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in report.items() if name != "seconds"}


def states(report: dict[str, Any]) -> Sequence[tuple[str, str]]:
    return sorted((one["name"], one["status"]) for one in report["documents"])


def test_what_is_as_it_was_is_not_opened_and_reported_as_if_it_were(folder: Path, opened: list[str]) -> None:
    assert states(ingest(folder)) == [("one.pdf", "complete"), ("two.pdf", "complete")]
    assert sorted(opened) == ["one.pdf", "two.pdf"]
    opened.clear()
    skimmed = ingest(folder)
    assert opened == []
    assert states(skimmed) == [("one.pdf", "unchanged"), ("two.pdf", "unchanged")]
    unchanged.files(dependencies.stores(Scope.everything())).add(
        [unchanged.KnownFile(str(folder / name), "other", ()) for name in ("one.pdf", "two.pdf")]
    )
    assert without_time(ingest(folder)) == without_time(skimmed)
    assert sorted(opened) == ["one.pdf", "two.pdf"]


def test_a_change_that_keeps_size_and_time_is_found(folder: Path, opened: list[str]) -> None:
    ingest(folder)
    path = folder / "two.pdf"
    before = path.stat()
    path.write_bytes(path.read_bytes().replace(b"%PDF-1.7", b"%PDF-1.6"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    opened.clear()
    assert states(ingest(folder)) == [("one.pdf", "unchanged"), ("two.pdf", "complete")]
    assert opened == ["two.pdf"]


def test_two_files_that_changed_names_are_found(folder: Path, opened: list[str]) -> None:
    write(folder / "one.pdf", "The mill was built of ash.")
    moment = (folder / "one.pdf").stat()
    os.utime(folder / "two.pdf", ns=(moment.st_atime_ns, moment.st_mtime_ns))
    ingest(folder)
    (folder / "one.pdf").rename(folder / "aside")
    (folder / "two.pdf").rename(folder / "one.pdf")
    (folder / "aside").rename(folder / "two.pdf")
    opened.clear()
    report = ingest(folder)
    assert sorted(opened) == ["one.pdf", "two.pdf"]
    assert "oak" in dependencies.stores(Scope.everything()).catalog.transcripts(_id(report, "one.pdf"))[1].markdown


def _id(report: dict[str, Any], name: str) -> str:
    return next(str(one["id"]) for one in report["documents"] if one["name"] == name)


def test_a_file_that_changed_just_before_it_was_opened_is_opened_once_more(
    folder: Path, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unchanged, "SETTLED_NS", 3_600_000_000_000)
    ingest(folder)
    opened.clear()
    ingest(folder)
    assert sorted(opened) == ["one.pdf", "two.pdf"], "another change might have left the same stamp"
    monkeypatch.setattr(unchanged, "SETTLED_NS", 0)
    ingest(folder)
    opened.clear()
    ingest(folder)
    assert opened == []


def test_what_is_left_to_do_is_done(folder: Path, opened: list[str]) -> None:
    report = ingest(folder)
    catalog, document = dependencies.stores(Scope.everything()).catalog, _id(report, "two.pdf")
    (row,) = catalog.pages(document)
    catalog.record_page(type(row)(document, 1))  # as after a run that was killed
    opened.clear()
    assert states(ingest(folder)) == [("one.pdf", "unchanged"), ("two.pdf", "complete")]
    assert opened == ["two.pdf"]
    catalog.publish(document, catalog.document(document).generation, "of another chunker")  # type: ignore[union-attr]
    opened.clear()
    assert states(ingest(folder)) == [("one.pdf", "unchanged"), ("two.pdf", "complete")]
    opened.clear()
    assert states(ingest(folder, reread=True)) == [("one.pdf", "complete"), ("two.pdf", "complete")]
    assert sorted(opened) == ["one.pdf", "two.pdf"]


def test_a_deleted_document_is_read_again(folder: Path) -> None:
    from graph.storage.cleanup import remove

    report = ingest(folder)
    remove(dependencies.stores(Scope.everything()), _id(report, "one.pdf"))
    assert states(ingest(folder)) == [("one.pdf", "complete"), ("two.pdf", "unchanged")]


def test_a_file_takes_its_place_back_from_another(folder: Path, tmp_path: Path) -> None:
    ingest(folder)
    kept = tmp_path / "kept.pdf"
    (folder / "one.pdf").rename(kept)
    write(folder / "one.pdf", "The ferry does not run.")
    assert states(ingest(folder)) == [("one.pdf", "complete"), ("two.pdf", "unchanged")]
    kept.replace(folder / "one.pdf")
    report = ingest(folder)
    assert "nine" in dependencies.stores(Scope.everything()).catalog.transcripts(_id(report, "one.pdf"))[1].markdown
    assert len(dependencies.stores(Scope.everything()).catalog.documents()) == 2


def test_attached_files_come_along(folder: Path, opened: list[str]) -> None:
    write(folder / "two.pdf", "See the annex.", attached="The annex names three ports.")
    first = ingest(folder)
    assert len(first["documents"]) == 3
    opened.clear()
    second = ingest(folder)
    assert opened == []
    assert {one["id"] for one in second["documents"]} == {one["id"] for one in first["documents"]}
    skipping = ingest(folder, attachments="skip")
    assert [one["name"] for one in skipping["skipped"]] == ["annex.pdf"]


def test_files_of_the_same_bytes_and_links_are_told_as_before(folder: Path, opened: list[str]) -> None:
    (folder / "copy.pdf").write_bytes((folder / "two.pdf").read_bytes())
    settle(folder / "copy.pdf")
    (folder / "link.pdf").symlink_to(folder / "one.pdf")
    first = ingest(folder)
    opened.clear()
    second = ingest(folder)
    assert opened == []
    assert second["duplicates"] == first["duplicates"] != []


def test_a_dry_run_opens_nothing_that_is_done(folder: Path, opened: list[str]) -> None:
    from graph.context import Context
    from graph.ingestion.estimate import estimate
    from graph.runtime import async_nodes

    ingest(folder)
    opened.clear()
    plan = async_nodes.run(estimate([str(folder)], Context()))
    assert opened == []
    assert (plan["total"]["pages"], plan["total"]["done"]) == (3, 3)
