"""Sources: what paths, folders, globs, addresses and uploads stand for, and what is wrong with single files."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph import dependencies
from graph.context import Context
from graph.ingestion.sources import Found, find
from loaders.errors import PasswordError, SourceError
from loaders.types import DocumentInfo
from tests.conftest import MakePdf
from tests.unit.graph.ingestion.conftest import in_run


async def find_all(folder: Path, *sources: str, password: str | None = None) -> list[Found]:
    return await find(sources, folder / "downloads", password)


async def test_files_folders_and_globs_stand_for_absolute_paths(
    make_pdf: MakePdf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = {str(make_pdf(f"papers/{name}.pdf", "A")) for name in "abc"}
    monkeypatch.chdir(tmp_path)
    for sources in (["papers"], ["papers/*.pdf"], sorted(paths), ["papers/a.pdf", "papers/b.pdf", "papers/[c].pdf"]):
        found = await find_all(tmp_path, *sources)
        assert {one.source for one in found} == paths
        assert all(isinstance(one.info, DocumentInfo) and one.info.pages == 1 for one in found)


async def test_a_path_that_matches_nothing_ends_the_run(make_pdf: MakePdf, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="does not exist"):
        await find_all(tmp_path, str(make_pdf("a.pdf", "A")), str(tmp_path / "missing.pdf"))


async def test_a_file_that_cannot_be_opened_does_not_hide_the_others(make_pdf: MakePdf, tmp_path: Path) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7\nnothing else")
    good, locked = make_pdf("good.pdf", "A"), make_pdf("locked.pdf", "A", password="secret")
    found = {one.path.name: one.info for one in await find_all(tmp_path, *map(str, (good, locked, broken)))}
    assert isinstance(found["good.pdf"], DocumentInfo)
    assert isinstance(found["locked.pdf"], PasswordError)
    assert isinstance(found["broken.pdf"], SourceError)
    (opened,) = await find_all(tmp_path, str(locked), password="secret")
    assert isinstance(opened.info, DocumentInfo)


async def test_an_address_that_cannot_be_downloaded_is_part_of_the_result(tmp_path: Path) -> None:
    url = "http://127.0.0.1:9/a.pdf"
    (found,) = await find_all(tmp_path, url, url)
    assert (found.source, isinstance(found.info, SourceError)) == (url, True)
    assert "private network" in str(found.info)


async def test_a_file_that_was_attached_or_fetched_is_named_without_its_folder(tmp_path: Path) -> None:
    given = tmp_path / "given" / "minutes.pdf"
    kept = dependencies.home_stores().home / "users" / "0f" / "downloads" / ("0" * 16) / "minutes.pdf"
    for path in (given, kept):
        path.parent.mkdir(parents=True)
        path.write_bytes(b"%PDF-1.7\nnothing else")
    first, second = (str(found.info) for found in await find_all(tmp_path, str(given), str(kept)))
    assert first.startswith(f"{str(given)!r} is damaged"), "a path that its user gave stays one"
    assert second.startswith("'minutes.pdf' is damaged")


def test_an_upload_keeps_its_reference_and_its_path_is_not_revealed(make_pdf: MakePdf, tmp_path: Path) -> None:
    references = []
    for identity, password in (("0" * 16, ""), ("1" * 16, "secret")):
        folder = dependencies.home_stores().uploads / identity
        folder.mkdir(parents=True)
        make_pdf(f"{identity}.pdf", "A", password=password).rename(folder / "a.pdf")
        references.append(f"upload:{identity}/a.pdf")
    opened, locked = in_run(lambda: find_all(tmp_path, *references), Context())
    assert [opened.source, locked.source] == references
    assert isinstance(opened.info, DocumentInfo)
    assert isinstance(locked.info, PasswordError)
    assert str(tmp_path) not in str(locked.info)
