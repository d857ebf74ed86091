"""A store of blobs at an address: objects of a bucket or files of a shared folder, named `<kind>/<sha256>`.

A blob never changes, so that it may be created by several processes at once and kept in a cache without asking again.
The client of the service takes keys and addresses of endpoints from the environment, as the service's own tools do.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from graph.errors import BadInputError, FileDamagedError, FilesError

SCHEMES = ("s3", "gs", "az", "file")
_NO_BUCKET = "NoSuchBucket"
_PART_BYTES = 5 << 20  # the least that S3 takes: 20 s are enough at 2 Mbit/s
_OWNER, _CLOCK = "library", "clock"
YOUNG = timedelta(days=1)
"""The age under which a blob is never deleted."""
_KEY = re.compile(r"[0-9a-f]{64}")
# A page image is 0.2 MB: a store that takes longer is out of order, and a person waits for some of these requests.
_REQUEST_S, _CONNECT_S, _RETRIES, _RETRIED_S = 20, 3, 2, 10


class Blobs:
    """Blobs of one library below one address.

    Methods raise FilesError when the store refuses, fails or does not answer in time, and BadInputError when another
    library has the address, since each would delete the other's blobs.

    Args:
        url: `s3://bucket/prefix`, `gs://…`, `az://…` or `file:///folder`.
        library: Returns the id of the library that owns the blobs; called once.
        request_s: How long a request may take, in seconds.
        named: The setting or option that holds the address.

    Raises:
        BadInputError: the address is none of these.
    """

    def __init__(
        self, url: str, library: Callable[[], str], request_s: float = _REQUEST_S, named: str = "PAGEWITNESS_FILES_URL"
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in SCHEMES or not (parts.path.strip("/") if parts.scheme == "file" else parts.hostname):
            raise BadInputError(
                f"{named} is not the address of a bucket or a folder: give one such as s3://bucket/prefix, "
                "gs://bucket/prefix, az://container/prefix or file:///folder, or nothing for the home folder."
            )
        self.place = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
        """Where it is, without a password."""
        self._store, self._named = _opened(url, parts.scheme, request_s, named), named
        self._library, self._is_ours = library, False
        self._clock_is_ahead: timedelta | None = None

    def claim(self) -> None:
        """Mark the store as this library's unless it has a mark; raise BadInputError if it is another library's."""
        import obstore
        from obstore.exceptions import AlreadyExistsError

        if self._is_ours:
            return
        ours = self._library()
        try:
            obstore.put(self._store, _OWNER, ours.encode(), mode="create", use_multipart=False)
        except AlreadyExistsError:
            self._compare(ours)
        except Exception as error:
            raise self._failed(error) from None
        self._is_ours = True

    def _compare(self, ours: str) -> None:
        if (owner := self._owner()) not in (ours, ""):
            raise BadInputError(
                f"{self._named} leads to the files of another library ({self.place} holds those of "
                f"{owner[:40]!r}, this one is {ours!r}): set a prefix or folder for this library alone."
            )

    def _owner(self) -> str:
        """Return the id of the library that the store is marked with, or ""."""
        import obstore

        try:
            return bytes(obstore.get(self._store, _OWNER).bytes()).decode(errors="replace")
        except Exception as error:
            if isinstance(error, FileNotFoundError) and _NO_BUCKET not in str(error):
                return ""
            raise self._failed(error) from None

    def put(self, kind: str, content: bytes) -> str:
        """Store a blob unless it is there; return its key, the SHA-256 of its bytes."""
        import obstore
        from obstore.exceptions import AlreadyExistsError

        self.claim()
        key = hashlib.sha256(content).hexdigest()
        try:
            obstore.put(self._store, _name(kind, key), content, mode="create", use_multipart=False)
        except AlreadyExistsError:
            self._renew(kind, key, content)
        except Exception as error:
            raise self._failed(error) from None
        return key

    def _renew(self, kind: str, key: str, content: bytes) -> None:
        """Store a blob again that is old enough to be swept, since the catalog has no row for its new owner yet."""
        import obstore

        if (self.age(kind, key) or YOUNG) < YOUNG / 2:
            return
        try:
            obstore.put(self._store, _name(kind, key), content, use_multipart=False)
        except Exception as error:
            raise self._failed(error) from None

    def age(self, kind: str, key: str) -> timedelta | None:
        """Return how long ago a blob was stored, by the store's clock; None if it is not stored."""
        import obstore

        try:
            stored: datetime = obstore.head(self._store, _name(kind, key))["last_modified"]
        except Exception as error:
            if isinstance(error, KeyError):
                raise
            if isinstance(error, FileNotFoundError) and _NO_BUCKET not in str(error):
                return None
            raise self._failed(error) from None
        return self.now() - stored

    def now(self) -> datetime:
        """Return the time by the store's clock: that of this machine may be days off."""
        import obstore

        if self._clock_is_ahead is None:
            try:
                obstore.put(self._store, _CLOCK, b"", use_multipart=False)
                now: datetime = obstore.head(self._store, _CLOCK)["last_modified"]
            except Exception as error:
                raise self._failed(error) from None
            self._clock_is_ahead = now - datetime.now(UTC)
        return datetime.now(UTC) + self._clock_is_ahead

    def get(self, kind: str, key: str) -> bytes:
        """Return a blob; KeyError if it is not stored."""
        import obstore

        self.claim()
        try:
            content = bytes(obstore.get(self._store, _name(kind, key)).bytes())
        except KeyError:
            raise
        except Exception as error:
            if isinstance(error, FileNotFoundError) and _NO_BUCKET not in str(error):
                raise KeyError(key) from None
            raise self._failed(error) from None
        if hashlib.sha256(content).hexdigest() != key:
            raise FileDamagedError(f"{kind}/{key} in {self.place} holds other bytes than its name says: delete it.")
        return content

    def delete(self, kind: str, key: str, young: timedelta = YOUNG) -> None:
        """Delete a blob unless it is younger than this: the process that stored it may not have written its row yet."""
        import obstore

        self.claim()
        if (age := self.age(kind, key)) is None or age < young:
            return
        try:
            obstore.delete(self._store, _name(kind, key))
        except FileNotFoundError:
            pass
        except Exception as error:
            raise self._failed(error) from None

    def put_file(self, kind: str, path: Path, key: str) -> None:
        """Store a file of this SHA-256 in parts, unless it is there; it becomes visible when it is complete."""
        import obstore

        self.claim()
        if (age := self.age(kind, key)) is not None and age < YOUNG / 2:
            return
        with self._failing():
            obstore.put(self._store, _name(kind, key), path, chunk_size=_PART_BYTES, max_concurrency=2)

    def get_file(self, kind: str, key: str, to: Path) -> None:
        """Copy a blob to a file, in parts; KeyError if it is not stored."""
        import obstore

        self.claim()
        path = _name(kind, key)
        to.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(".part", "", to.parent)
        digest = hashlib.sha256()
        try:
            with os.fdopen(handle, "wb") as file, self._failing(key):
                # Each part is a request of its own, whose time is limited.
                size = obstore.head(self._store, path)["size"]
                for start in range(0, size, _PART_BYTES):
                    part = obstore.get_range(self._store, path, start=start, end=min(size, start + _PART_BYTES))
                    digest.update(part)
                    file.write(part)
            if digest.hexdigest() != key:
                raise FileDamagedError(f"{kind}/{key} in {self.place} holds other bytes than its name says: delete it.")
            os.replace(temporary, to)
        finally:
            Path(temporary).unlink(missing_ok=True)

    def write(self, path: str, content: bytes) -> None:
        """Write a small blob at a path that is not a hash of its contents."""
        import obstore

        self.claim()
        with self._failing():
            obstore.put(self._store, path, content, use_multipart=False)

    def read(self, path: str) -> bytes:
        """Return the blob at a path; b"" if there is none."""
        import obstore

        self.claim()
        try:
            with self._failing(path):
                return bytes(obstore.get(self._store, path).bytes())
        except KeyError:
            return b""

    def remove(self, path: str) -> None:
        """Delete the blob at a path."""
        import obstore

        with suppress(KeyError), self._failing(path):
            obstore.delete(self._store, path)

    def first(self, kind: str, start: str) -> str:
        """Return the first key of a kind with this prefix; "" if there is none."""
        found = (path.rpartition("/")[2] for path, _ in self._paths(kind, f"{kind}/{start}"))
        return next((key for key in found if key.startswith(start)), "")

    def listed(self, kind: str) -> Iterator[tuple[str, datetime]]:
        """Yield the key of each blob of a kind and when it was stored, by the store's clock."""
        for path, stored in self._paths(kind):
            if _KEY.fullmatch(key := path.rpartition("/")[2]):
                yield key, stored

    def old(self, kind: str, young: timedelta = YOUNG) -> list[str]:
        """Return the keys of the blobs of a kind that are not younger than this."""
        now = self.now()
        return [key for key, stored in self.listed(kind) if now - stored >= young]

    def old_paths(self, folder: str) -> list[str]:
        """Return the paths of blobs below a folder that were written a day ago or before."""
        now = self.now()
        return [path for path, stored in self._paths(folder) if now - stored >= YOUNG]

    def written(self, folder: str) -> list[tuple[str, datetime]]:
        """Return the paths of blobs below a folder, each with when it was written, by the store's clock."""
        return list(self._paths(folder))

    def _paths(self, prefix: str, after: str | None = None) -> Iterator[tuple[str, datetime]]:
        import obstore

        with self._failing():
            for page in obstore.list(self._store, prefix=prefix, offset=after):
                yield from ((one["path"], one["last_modified"]) for one in page)

    @contextmanager
    def _failing(self, key: str = "") -> Iterator[None]:
        """Raise errors of the client as FilesError; with a key, KeyError where nothing is stored under it."""
        try:
            yield
        except (KeyError, FilesError):
            raise
        except Exception as error:
            if key and isinstance(error, FileNotFoundError) and _NO_BUCKET not in str(error):
                raise KeyError(key) from None
            raise self._failed(error) from None

    def check(self, claimed_at: str = "") -> None:
        """Check that the store answers, and that no other library has it; nothing is written.

        Args:
            claimed_at: The address at which the library has found its files before.
        """
        next(self.listed("pages"), None)
        self._compare(self._library())
        self.ask(claimed=claimed_at == self.place)

    def ask(self, *, claimed: bool = False) -> None:
        """Check that the store answers and, if `claimed`, that its mark is there; the catalog is not asked."""
        if not self._owner() and (claimed or self._is_ours):
            raise FilesError(
                f"The files in {self.place} are gone (the mark of their library is missing): mount or restore the "
                f"store, or correct {self._named}."
            )

    def _failed(self, error: Exception) -> FilesError:
        return FilesError(
            f"The files in {self.place} cannot be reached ({_cause(error)}): look whether the store runs and its keys "
            "are right, then run the same command again; pages that were read are saved."
        )


def _name(kind: str, key: str) -> str:
    if not _KEY.fullmatch(key):
        raise KeyError(key)
    return f"{kind}/{key}"


def _opened(url: str, scheme: str, request_s: float, named: str) -> Any:
    from obstore.store import from_url

    if scheme == "file":
        try:
            return from_url(url, mkdir=True)
        except Exception as error:
            raise BadInputError(
                f"The folder {url} ({named}) cannot be made ({error}): name another, or correct the "
                "rights of the one above it."
            ) from error
    return from_url(
        url,
        # These options replace AWS_ALLOW_HTTP; HTTP is used only where the operator's endpoint begins with it.
        client_options={
            "timeout": timedelta(seconds=request_s),
            "connect_timeout": timedelta(seconds=_CONNECT_S),
            "allow_http": True,
        },
        retry_config={"max_retries": _RETRIES, "retry_timeout": timedelta(seconds=_RETRIED_S)},
    )


def _cause(error: Exception) -> str:
    """Return the cause of an error, without the client's text, which holds the request and may hold a signature."""
    said = str(error)
    if _NO_BUCKET in said:
        return "there is no such bucket"
    if isinstance(error, PermissionError) or type(error).__name__ in ("PermissionDeniedError", "UnauthenticatedError"):
        return "its keys are refused"
    if status := re.search(r"status code: (\d{3})", said):
        return f"it answers with status {status[1]}"
    if system := re.search(r"([A-Z][\w -]+) \(os error \d+\)", said):  # of a folder
        return system[1].lower()
    return "there is no connection, or no answer in time"
