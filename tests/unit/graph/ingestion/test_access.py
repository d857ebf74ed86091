"""Access control: which files a server and a user's own process may open."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph import dependencies
from graph.access import LOCAL, Identity
from graph.ingestion import access
from loaders.errors import SourceError
from tests.conftest import MakePdf


@pytest.fixture
def allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "allowed"
    folder.mkdir()
    monkeypatch.setenv("PAGEWITNESS_SERVED", "1")
    monkeypatch.setenv("PAGEWITNESS_ALLOWED_FOLDERS", str(folder))
    return folder


def test_the_users_own_process_reads_everything(make_pdf: MakePdf) -> None:
    path = make_pdf("a.pdf", "A")
    access.check_source(str(path))
    access.check_source("../*.pdf")
    assert access.check_path(path) == path


def test_a_server_reads_below_its_folders_with_links_resolved(allowed: Path, make_pdf: MakePdf) -> None:
    inside = make_pdf("allowed/deep/a.pdf", "A")
    link = allowed / "link.pdf"
    link.symlink_to(inside)
    access.check_source(str(allowed / "**" / "*.pdf"))
    assert access.check_path(inside) == inside
    assert access.check_path(link) == inside
    assert (
        access.check_path(dependencies.home_stores().uploads.parent / "uploads" / ".." / ".." / "allowed" / "link.pdf")
        == inside
    )


def test_everything_else_is_refused_in_one_sentence(allowed: Path, make_pdf: MakePdf) -> None:
    outside = make_pdf("outside.pdf", "A")
    (allowed / "out.pdf").symlink_to(outside)
    (allowed / "loop.pdf").symlink_to(allowed / "loop.pdf")
    said = set()
    for path in (outside, allowed / "out.pdf", allowed / "loop.pdf", allowed, allowed / "none.pdf", Path("/dev/null")):
        with pytest.raises(SourceError, match="is not in a folder that this server may read") as refused:
            access.check_path(path, "x")
        said.add(str(refused.value))
    assert len(said) == 1
    for source in (str(outside), f"{allowed}/../outside.pdf", f"{allowed}x/a.pdf", "~/a.pdf", "a.pdf", "*.pdf"):
        with pytest.raises(SourceError, match="is not in a folder"):
            access.check_source(source)


def test_a_followed_folder_is_not_read_by_the_paths_that_other_users_give(
    allowed: Path, make_pdf: MakePdf, monkeypatch: pytest.MonkeyPatch
) -> None:
    followed, inside = make_pdf("followed/a.pdf", "A"), make_pdf("allowed/a.pdf", "A")
    monkeypatch.setenv("PAGEWITNESS_WATCH_FOLDERS", str(followed.parent))
    ann, local = (dependencies.stores_of(one) for one in (Identity("ann", frozenset(), admin=True), LOCAL))
    assert access.check_path(followed, stores=local) == followed
    for stores in (ann, local):
        assert access.check_path(inside, stores=stores) == inside
    with pytest.raises(SourceError, match="is not in a folder that this server may read"):
        access.check_path(followed, stores=ann)


def test_an_upload_is_found_by_its_reference(allowed: Path, make_pdf: MakePdf) -> None:
    folder = dependencies.home_stores().uploads / "0123456789abcdef"
    folder.mkdir(parents=True)
    make_pdf("a.pdf", "A").rename(folder / "a.pdf")
    assert access.uploaded("upload:0123456789abcdef/a.pdf") == folder / "a.pdf"
    (folder / "out.pdf").symlink_to("/etc/hostname")
    for reference in (
        "0123456789abcdef/b.pdf",
        "0123456789abcdef/..",
        "0123456789ABCDEF/a.pdf",
        "0123456789abcdef/out.pdf",
    ):
        with pytest.raises(SourceError):
            access.uploaded(f"upload:{reference}")
