"""Blobs at an address and page images in them: what two machines see of each other, faults, the bound of the cache."""

from __future__ import annotations

import hashlib
import os
import pickle
import time
from datetime import timedelta
from pathlib import Path

import pytest

from graph.errors import BadInputError, FilesError
from graph.storage import shared_images
from graph.storage.blobs import Blobs
from graph.storage.page_images import FilePageImages
from graph.storage.pool_files import PoolFiles
from graph.storage.shared_derived import SharedDerived
from graph.storage.shared_images import SharedPageImages
from graph.storage.shared_uploads import SharedUploads
from tests.azure_store import new_container
from tests.object_store import Fault, failing_store, new_bucket, s3_server, use_endpoint

pytest.importorskip("obstore", reason="the extra `team` is not installed")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
KEY = hashlib.sha256(PNG).hexdigest()


@pytest.fixture(params=["folder", "bucket", "container"])
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the address of an empty store: a folder, a bucket of S3 and a container of Azure."""
    make = {"bucket": new_bucket, "container": new_container}.get(request.param)
    return make(monkeypatch) if make else (tmp_path / "shared").as_uri()


@pytest.fixture
def sweeps_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measure the cache after 20 images in place of 200, each of which is a request or two."""
    monkeypatch.setattr(shared_images, "_SWEPT_EVERY", 20)


def machine(url: str, home: Path, cache_bytes: int = 1 << 20) -> SharedPageImages:
    return SharedPageImages(
        Blobs(url, lambda: "ours"), home / "cache", FilePageImages(home / "pages"), cache_bytes, young=timedelta(0)
    )


def test_a_machine_shows_what_another_has_read(url: str, tmp_path: Path) -> None:
    key = machine(url, tmp_path / "a").put(PNG)
    other = machine(url, tmp_path / "b")
    assert other.get(key) == PNG
    other.delete(key)
    with pytest.raises(KeyError):
        machine(url, tmp_path / "c").get(key)


def test_the_same_image_of_two_machines_is_stored_once(url: str, tmp_path: Path) -> None:
    for name in ("a", "b"):
        machine(url, tmp_path / name).put(PNG)
    assert [key for key, _ in Blobs(url, lambda: "ours").listed("pages")] == [KEY]


def test_images_of_before_the_address_are_still_shown(url: str, tmp_path: Path) -> None:
    key = FilePageImages(tmp_path / "pages").put(PNG)
    assert machine(url, tmp_path).get(key) == PNG


def test_tidying_one_machine_leaves_what_is_shared(url: str, tmp_path: Path) -> None:
    images = machine(url, tmp_path / "a")
    images.put(PNG)
    images.keep_only(())
    assert machine(url, tmp_path / "b").get(KEY) == PNG


def test_what_another_library_has_is_refused_for_reading_and_writing(url: str) -> None:
    Blobs(url, lambda: "theirs").put("pages", PNG)
    ours = Blobs(url, lambda: "ours")
    for act in (lambda: ours.put("pages", PNG), lambda: ours.get("pages", KEY), ours.check, ours.claim):
        with pytest.raises(BadInputError, match=r"files of another library .* set a prefix or folder for this library"):
            act()
    with pytest.raises(BadInputError, match="another library"):
        ours.delete("pages", KEY, timedelta(0))
    assert Blobs(url, lambda: "theirs").get("pages", KEY) == PNG


def test_looking_at_an_address_does_not_take_it(url: str) -> None:
    Blobs(url, lambda: "ours").check()
    Blobs(url, lambda: "theirs").claim()


def test_a_young_image_stays_when_a_document_with_it_is_deleted(url: str, tmp_path: Path) -> None:
    blobs = Blobs(url, lambda: "ours")
    images = SharedPageImages(blobs, tmp_path / "cache", FilePageImages(tmp_path / "pages"))
    images.delete(images.put(PNG))
    assert blobs.get("pages", KEY) == PNG


def test_an_old_image_that_is_stored_again_becomes_young(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path.as_uri(), lambda: "ours")
    blobs.put("pages", PNG)
    long_ago = time.time() - 30 * 3600
    os.utime(tmp_path / "pages" / KEY, (long_ago, long_ago))
    blobs.put("pages", PNG)
    blobs.delete("pages", KEY)
    assert blobs.get("pages", KEY) == PNG
    os.utime(tmp_path / "pages" / KEY, (long_ago, long_ago))
    blobs.delete("pages", KEY)
    with pytest.raises(KeyError):
        blobs.get("pages", KEY)


def test_the_sweep_deletes_what_is_old_and_has_no_page(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path.as_uri(), lambda: "ours")
    images = SharedPageImages(blobs, tmp_path / "cache", FilePageImages(tmp_path / "images"))
    young, orphan, known = (images.put(PNG + end) for end in (b"1", b"2", b"3"))
    for key in (orphan, known):
        os.utime(tmp_path / "pages" / key, (time.time() - 25 * 3600,) * 2)
    assert images.sweep(lambda: [known]) == 1
    assert {key for key, _ in blobs.listed("pages")} == {young, known}


def test_an_image_that_gets_a_page_while_others_are_listed_stays(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path.as_uri(), lambda: "ours")
    images = SharedPageImages(blobs, tmp_path / "cache", FilePageImages(tmp_path / "images"))
    key = images.put(PNG)
    os.utime(tmp_path / "pages" / key, (time.time() - 25 * 3600,) * 2)

    def stored_again() -> list[str]:
        images.put(PNG)  # by a process whose page is not recorded yet
        return []

    images.sweep(stored_again)
    assert blobs.get("pages", key) == PNG


@pytest.mark.usefixtures("sweeps_often")
def test_copies_that_are_a_month_old_leave_the_cache(url: str, tmp_path: Path) -> None:
    images = machine(url, tmp_path)
    old = images.put(PNG)
    (copy,) = (tmp_path / "cache").rglob("*.png")
    os.utime(copy, (time.time() - 31 * 86400,) * 2)
    for number in range(20):
        images.put(PNG + str(number).encode())
    assert not copy.exists()
    assert images.get(old) == PNG


def test_a_store_that_failed_is_not_asked_again_for_each_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with failing_store("500", monkeypatch) as url:
        images = SharedPageImages(Blobs(url, lambda: "ours"), tmp_path / "cache", FilePageImages(tmp_path / "pages"))
        with pytest.raises(FilesError, match="status 500"):
            images.put(PNG)
    # Nothing listens there any more: an attempt would say that there is no connection.
    with pytest.raises(FilesError, match="status 500"):
        images.put(PNG + b"other")


@pytest.mark.usefixtures("sweeps_often")
def test_the_cache_is_bounded_and_what_left_it_is_read_again(url: str, tmp_path: Path) -> None:
    images = machine(url, tmp_path, cache_bytes=2_500)
    keys = [images.put(PNG + str(number).encode() * 100) for number in range(25)]
    kept = sum(file.stat().st_size for file in (tmp_path / "cache").rglob("*.png"))
    assert kept < 5_000  # swept after 20 images, so that 5 of them may lie above the bound; all have 10,900
    assert all(images.get(key).startswith(PNG) for key in keys)


def test_other_bytes_under_a_name_are_never_given_out(tmp_path: Path) -> None:
    images = machine((tmp_path / "shared").as_uri(), tmp_path / "a")
    images.put(PNG)
    (tmp_path / "shared" / "pages" / KEY).write_bytes(b"other bytes")
    with pytest.raises(FilesError, match="holds other bytes than its name says: delete it"):
        machine((tmp_path / "shared").as_uri(), tmp_path / "b").get(KEY)


@pytest.mark.parametrize("fault", ["refused", "500", "slow"])
def test_a_store_that_fails_is_told_in_one_sentence_without_its_keys(
    fault: Fault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with failing_store(fault, monkeypatch) as url:
        blobs = Blobs(url, lambda: "ours", request_s=0.2)
        images = SharedPageImages(blobs, tmp_path / "cache", FilePageImages(tmp_path / "pages"))
        for act in (lambda: images.put(PNG), lambda: images.get(KEY), lambda: blobs.delete("pages", KEY), blobs.check):
            with pytest.raises(
                FilesError, match=r"The files in s3://bucket/library cannot be reached .*run the same"
            ) as told:
                act()
            assert "hunter2" not in str(told.value)
            assert "\n" not in str(told.value)
    assert not list(tmp_path.rglob("*.png")), "an image that is not shared must not look stored"


def big_file(folder: Path) -> tuple[Path, str]:
    """Return a file of three parts, and its SHA-256."""
    path = folder / "report.pdf"
    path.write_bytes(b"%PDF-1.7" + bytes(range(256)) * 50_000)
    return path, hashlib.sha256(path.read_bytes()).hexdigest()


def uploads(url: str, home: Path) -> SharedUploads:
    return SharedUploads(Blobs(url, lambda: "ours"), home / "cache")


def test_an_upload_is_there_on_another_machine_for_who_uploaded_it(url: str, tmp_path: Path) -> None:
    path, digest = big_file(tmp_path)
    uploads(url, tmp_path / "a").put("ann", path, "report.pdf", digest)
    uploads(url, tmp_path / "a").put("ann", path, "report.pdf", digest)
    other, copy = uploads(url, tmp_path / "b"), tmp_path / "b" / "copy"
    assert not other.fetch("bob", digest[:16], "report.pdf", copy)
    assert not other.fetch("ann", digest[:16], "other.pdf", copy)
    assert not copy.exists()
    assert other.fetch("ann", digest[:16], "report.pdf", copy)
    assert copy.read_bytes() == path.read_bytes()
    assert [key for key, _ in Blobs(url, lambda: "ours").listed("uploads")] == [digest]
    assert [file.name for file in (tmp_path / "b").iterdir()] == ["copy"]


def test_the_original_of_a_document_is_found_by_its_id(url: str, tmp_path: Path) -> None:
    path, digest = big_file(tmp_path)
    blobs = Blobs(url, lambda: "ours")
    for other in (b"another upload", b"and one more"):
        (tmp_path / "other").write_bytes(other)
        blobs.put_file("uploads", tmp_path / "other", hashlib.sha256(other).hexdigest())
    assert uploads(url, tmp_path).original(digest[:16]) is None
    blobs.put_file("uploads", path, digest)
    copy = uploads(url, tmp_path).original(digest[:16])
    assert copy
    assert copy.read_bytes() == path.read_bytes()


@pytest.mark.parametrize("fault", ["refused", "500", "slow"])
def test_made_files_that_a_store_does_not_take_or_give_are_told_in_one_sentence(
    fault: Fault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, _ = big_file(tmp_path)
    to, identity = tmp_path / "there" / "report.pdf", "0" * 16
    with failing_store(fault, monkeypatch) as url:
        made = SharedDerived(Blobs(url, lambda: "ours", request_s=0.2))
        acts = (
            lambda: made.put_attachment(path),
            lambda: made.put_pdf(identity, path),
            lambda: made.fetch_attachment(identity, to),
            lambda: made.fetch_pdf(identity, to),
        )
        for act in acts:
            with pytest.raises(FilesError, match=r"The files in s3://bucket/library cannot be reached .*run the same"):
                act()
    assert not list(tmp_path.glob("there/*"))


@pytest.mark.parametrize("fault", ["refused", "500"])
def test_a_pdf_that_was_half_stored_is_not_there(fault: Fault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, _ = big_file(tmp_path)
    good = new_bucket(monkeypatch)
    with failing_store(fault, monkeypatch), pytest.raises(FilesError):
        SharedDerived(Blobs(good, lambda: "ours")).put_pdf("0" * 16, path)
    use_endpoint(s3_server(), monkeypatch)
    made = SharedDerived(Blobs(good, lambda: "ours"))
    made.fetch_pdf("0" * 16, tmp_path / "copy.pdf")
    assert not (tmp_path / "copy.pdf").exists()
    made.put_pdf("0" * 16, path)
    made.fetch_pdf("0" * 16, tmp_path / "copy.pdf")
    assert (tmp_path / "copy.pdf").read_bytes() == path.read_bytes()


def test_a_pool_on_other_machines_copies_what_is_shared(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, digest = big_file(tmp_path)
    shared = pickle.loads(pickle.dumps(PoolFiles(url, "ours")))
    assert shared.key_of(path) == "", "it is not shared yet"
    uploads(url, tmp_path).put("ann", path, "report.pdf", digest)
    pdf = tmp_path / "letter.pdf"
    pdf.write_bytes(b"%PDF-1.7 of an Office file")
    SharedDerived(Blobs(url, lambda: "ours")).put_pdf("0" * 16, pdf)
    for file in (path, pdf):
        to = tmp_path / "there" / file.name
        shared.copy(shared.key_of(file), to)
        assert to.read_bytes() == file.read_bytes()
    with pytest.raises(KeyError):
        shared.copy("0" * 64, tmp_path / "none")
    assert url not in repr(shared)
    with failing_store("refused", monkeypatch) as other:
        assert PoolFiles(other, "ours").key_of(path) == ""


def test_an_upload_of_no_document_is_swept_after_a_day_with_its_note(tmp_path: Path) -> None:
    shared, kept = uploads((tmp_path / "shared").as_uri(), tmp_path), set()
    for name in ("young", "orphan", "known"):
        path, digest = tmp_path / name, hashlib.sha256(name.encode()).hexdigest()
        path.write_text(name)
        shared.put("ann", path, name, digest)
        if name != "young":
            for file in (tmp_path / "shared").rglob("*"):
                if digest in str(file) or digest[:16] in str(file):
                    os.utime(file, (time.time() - 25 * 3600,) * 2)
        if name != "orphan":
            kept.add(digest[:16])
    known = hashlib.sha256(b"known").hexdigest()[:16]
    shared.sweep({known})
    assert {file.name[:16] for file in (tmp_path / "shared" / "uploads").iterdir()} == kept
    assert {file.parent.name for file in (tmp_path / "shared" / "uploaded").rglob("*") if file.is_file()} == kept


@pytest.mark.parametrize("fault", ["refused", "500"])
def test_a_half_upload_leaves_nothing(fault: Fault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, digest = big_file(tmp_path)
    good = new_bucket(monkeypatch)
    with failing_store(fault, monkeypatch), pytest.raises(FilesError):
        uploads(good, tmp_path).put("ann", path, "report.pdf", digest)
    use_endpoint(s3_server(), monkeypatch)
    assert not uploads(good, tmp_path / "b").fetch("ann", digest[:16], "report.pdf", tmp_path / "b" / "copy")
    assert list(Blobs(good, lambda: "ours").listed("uploads")) == []


def test_an_upload_whose_bytes_were_changed_is_not_read(tmp_path: Path) -> None:
    path, digest = big_file(tmp_path)
    shared = uploads((tmp_path / "shared").as_uri(), tmp_path)
    shared.put("ann", path, "report.pdf", digest)
    (tmp_path / "shared" / "uploads" / digest).write_bytes(b"other bytes")
    with pytest.raises(FilesError, match="holds other bytes than its name says"):
        shared.fetch("ann", digest[:16], "report.pdf", tmp_path / "b" / "copy")
    assert list((tmp_path / "b").iterdir()) == []


@pytest.mark.parametrize("url", ["ftp://host/folder", "s3://", "file:///", "folder", "https://bucket/prefix"])
def test_another_address_is_refused_with_examples(url: str) -> None:
    with pytest.raises(BadInputError, match=r"PAGEWITNESS_FILES_URL is not the address.*s3://bucket/prefix"):
        Blobs(url, str)


def test_an_address_is_shown_without_its_key(tmp_path: Path) -> None:
    assert Blobs("s3://someone:hunter2@bucket/prefix?token=hunter2", str).place == "s3://bucket/prefix"
