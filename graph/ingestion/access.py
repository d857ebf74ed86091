"""Which files may be read. A process that serves others reads below allowed folders only; the user's own reads all.

A source is checked before anything is looked at, so that the answer does not tell what is on the machine; what it
comes to is checked again, links resolved; and so is every path that a step opens, since whoever can reach the API can
also set the state of a thread.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from graph import dependencies
from graph.settings import settings
from loaders.errors import SourceError
from loaders.sources.files import check_source as check_file

UPLOAD = "upload:"
"""What a source begins with that names an uploaded file: `upload:<document id>/<name>`."""

UPLOADED_ID = re.compile(r"[0-9a-f]{16}")
_UPLOADED = re.compile(rf"{UPLOAD}({UPLOADED_ID.pattern})/([^/\\\x00]+)")
_GLOB = re.compile(r"[*?\[]")


def uploaded(source: str) -> Path:
    """The file that an upload's reference stands for.

    Raises:
        SourceError: it is no such reference, or the file is gone.
    """
    found = _UPLOADED.fullmatch(source)
    path = dependencies.stores().uploads / found[1] / found[2] if found and found[2] not in (".", "..") else None
    if not path or not path.is_file():
        raise SourceError(f"{source!r} is no uploaded file: upload it again, and give the source that is returned.")
    check_file(path)
    return check_path(path, source)


def check_source(source: str) -> None:
    """Refuse a path or glob that a served graph may not follow, without looking whether anything is there.

    Raises:
        SourceError: it does not begin below an allowed folder, or steps out of it.
    """
    if not settings().served or not source.strip():
        return
    fixed = _GLOB.split(source, maxsplit=1)[0]
    if source.startswith("~") or ".." in Path(source).parts or "\x00" in source or not _allowed(Path(fixed)):
        raise _refused(source)


def check_path(path: Path | str, named: str = "") -> Path:
    """The path to open, links resolved; in a process that serves others only a file below an allowed folder.

    Raises:
        SourceError: it is none; the message names what the user named.
    """
    if not settings().served:
        return Path(path)
    real = Path(os.path.realpath(path))
    try:
        regular = stat.S_ISREG(real.stat().st_mode)
    except (OSError, ValueError):
        regular = False
    if not (regular and _allowed(real)):
        raise _refused(named or Path(path).name)
    return real


def _allowed(path: Path) -> bool:
    stores = dependencies.stores()
    real = Path(os.path.realpath(path))
    folders = (stores.uploads, stores.downloads, *settings().allowed_folders)
    return any(real.is_relative_to(os.path.realpath(folder)) for folder in folders)


def _refused(source: str) -> SourceError:
    return SourceError(
        f"{source!r} is not in a folder that this server may read: upload the file, or have its folder added to "
        "PAGEWITNESS_ALLOWED_FOLDERS."
    )
