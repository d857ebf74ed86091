"""The contract of a store of page images, tested with a folder of files, a shared folder and a bucket."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from graph.errors import HomeError
from graph.storage.base import PageImages
from graph.storage.blobs import Blobs
from graph.storage.page_images import FilePageImages
from graph.storage.shared_images import SharedPageImages
from tests.object_store import new_bucket

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


@pytest.fixture(params=["home", "folder", "bucket"])
def images(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PageImages:
    local = FilePageImages(tmp_path / "pages")
    if request.param == "home":
        return local
    pytest.importorskip("obstore", reason="the extra `team` is not installed")
    url = new_bucket(monkeypatch) if request.param == "bucket" else (tmp_path / "shared").as_uri()
    return SharedPageImages(Blobs(url, lambda: "a"), tmp_path / "cache", local, young=timedelta(0))


def test_an_image_is_kept_under_the_hash_of_its_bytes(images: PageImages) -> None:
    key = images.put(PNG)
    assert key == hashlib.sha256(PNG).hexdigest()
    assert images.get(key) == PNG


def test_the_same_bytes_are_one_image(images: PageImages, tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(images.put, [PNG] * 32))) == 1
    for folder in ("pages", "cache", "shared/pages"):  # the cache holds one copy, and the shared folder one image
        assert len([path for path in (tmp_path / folder).rglob("*") if path.is_file()]) <= 1


def test_a_missing_image_raises_a_key_error(images: PageImages) -> None:
    with pytest.raises(KeyError):
        images.get("0" * 64)


def test_a_deleted_image_is_gone_and_may_be_deleted_again(images: PageImages) -> None:
    key = images.put(PNG)
    images.delete(key)
    images.delete(key)
    with pytest.raises(KeyError):
        images.get(key)


@pytest.mark.parametrize("key", ["", "../../../etc/passwd", "0" * 63, "G" * 64, "0" * 64 + "/x"])
def test_only_hashes_are_keys(images: PageImages, key: str) -> None:
    for act in (images.get, images.delete):
        with pytest.raises(KeyError):
            act(key)


def test_a_folder_that_cannot_be_created_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "pages").write_text("a file where the folder should be")
    images = FilePageImages(tmp_path / "pages")
    with pytest.raises(HomeError, match="pages"):
        images.put(PNG)
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".part"] == []


def test_all_images_but_the_ones_to_keep_are_deleted_with_partly_written_files(tmp_path: Path) -> None:
    # Only of a home folder: what is shared may be another installation's.
    images = FilePageImages(tmp_path / "pages")
    kept, other = images.put(PNG), images.put(PNG + b"other")
    partial = tmp_path / "pages" / kept[:2] / "half.part"
    partial.write_bytes(b"half")
    images.keep_only({kept})
    assert images.get(kept) == PNG
    assert not partial.exists()
    with pytest.raises(KeyError):
        images.get(other)
