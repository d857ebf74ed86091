"""Page images as files, named by the hash of their bytes."""

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
    """PNG files in subfolders by the first two digits of their SHA-256."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, png: bytes) -> str:
        """Store an image atomically and return its key; the same bytes are stored once."""
        key = hashlib.sha256(png).hexdigest()
        path = self._path(key)
        if not path.exists():
            try:
                _write(path, png)
            except OSError as error:
                raise HomeError(
                    f"The page image {path} cannot be written ({error.strerror}): free some space on the disk, then "
                    "run the same command again; pages that were read are saved."
                ) from error
        return key

    def get(self, key: str) -> bytes:
        """Return an image; KeyError if it is not stored."""
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            raise KeyError(key) from None

    def delete(self, key: str) -> None:
        """Delete an image if it is stored."""
        self._path(key).unlink(missing_ok=True)

    def keep_only(self, keys: Collection[str]) -> None:
        """Delete all images but these, and partly written files."""
        for path in self._folder.glob("??/*"):
            if path.suffix == ".part" or (path.suffix == ".png" and path.stem not in keys):
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
