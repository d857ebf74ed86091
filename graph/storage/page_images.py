"""Page images on disk, named by the hash of their bytes."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Collection
from pathlib import Path

from graph.errors import HomeError

_KEY = re.compile(r"[0-9a-f]{64}")


class FilePageImages:
    """A folder of PNG files, fanned out by the first two digits of their SHA-256."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, png: bytes) -> str:
        """Store an image; returns its key. The same bytes are stored once, and never half."""
        key = hashlib.sha256(png).hexdigest()
        path = self._path(key)
        if not path.exists():
            try:
                _write(path, png)
            except OSError as error:
                raise HomeError(
                    f"The page image {path} cannot be written ({error.strerror}): make room on the disk, then give the "
                    "same command again; what was read is kept."
                ) from error
        return key

    def get(self, key: str) -> bytes:
        """The image's bytes; KeyError for a key that is not stored."""
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            raise KeyError(key) from None

    def delete(self, key: str) -> None:
        """Forget an image; a key that is not stored is no error."""
        self._path(key).unlink(missing_ok=True)

    def sweep(self, kept: Collection[str]) -> None:
        """Forget all images but these, and what was left half-written."""
        for path in self._folder.glob("??/*"):
            if path.suffix == ".part" or (path.suffix == ".png" and path.stem not in kept):
                path.unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise KeyError(key)
        return self._folder / key[:2] / f"{key}.png"


def _write(path: Path, png: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(png)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
