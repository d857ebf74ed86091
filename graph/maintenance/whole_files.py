"""Copies of single files that are whole or not there, and their hashes."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from graph.errors import HomeError


def copy_whole(file: Path, to: Path) -> None:
    """Copy a file with its times; a copy that is stopped leaves no part of it under its name, which would be kept.

    Raises:
        HomeError: it cannot be written.
    """
    with writing(to):
        to.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(".part", "", to.parent)
        os.close(handle)
        try:
            shutil.copy2(file, part)
            os.replace(part, to)
        finally:
            Path(part).unlink(missing_ok=True)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Raise an error of the file system as HomeError."""
    try:
        yield
    except OSError as error:
        raise HomeError(
            f"{path} cannot be written ({error.strerror}): free some space on the disk, or correct the permissions, "
            "then run the same command again."
        ) from error


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file as hex."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
