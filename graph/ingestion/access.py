"""Access control of files: a server reads only below allowed folders, a user's own process reads every file.

A source is checked before the file system is, so that the answer does not reveal which files exist. The files it stands
for are checked again with links resolved, and so is every path that a node opens: a client of the API can also write
the state of a thread.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from graph import dependencies
from graph.settings import settings
from graph.storage import local_sources
from graph.storage.stores import Stores
from loaders.errors import SourceError
from loaders.sources.files import check_source as check_file

UPLOAD = "upload:"
"""The prefix of a reference to an uploaded file: `upload:<document id>/<name>`."""

ATTACHED = "attached"
"""The folder, in that of the files made from a document, of those attached to it."""
UPLOADED_ID = re.compile(r"[0-9a-f]{16}")
_UPLOADED = re.compile(rf"{UPLOAD}({UPLOADED_ID.pattern})/([^/\\\x00]+)")
_GLOB = re.compile(r"[*?\[]")


def uploaded(source: str) -> Path:
    """Return the path of an uploaded file from its reference, `upload:<document id>/<name>`.

    Raises:
        SourceError: the reference is malformed, or the file is gone.
    """
    found = _UPLOADED.fullmatch(source)
    stores = dependencies.stores(dependencies.run_scope())
    path = stores.uploads / found[1] / found[2] if found and found[2] not in (".", "..") else None
    if found and path and not path.is_file():
        stores.fetch_upload(found[1], found[2])
    if not path or not path.is_file():
        raise SourceError(f"{source!r} is not an uploaded file: upload it again, and give the source that is returned.")
    check_file(path)
    return check_path(path, source)


def check_source(source: str) -> None:
    """Refuse a path or glob that a server may not follow, whether the file exists or not.

    Raises:
        SourceError: the source does not begin below an allowed folder, or leaves it by "..".
    """
    if not settings().served or not source.strip():
        return
    fixed = _GLOB.split(source, maxsplit=1)[0]
    if source.startswith("~") or ".." in Path(source).parts or "\x00" in source or not _allowed(Path(fixed)):
        raise _refused(source)


def check_path(path: Path | str, named: str = "", stores: Stores | None = None) -> Path:
    """Return the path to open; on a server with links resolved, and only for a file below an allowed folder.

    Args:
        path: The path of the file.
        named: What the user gave for it, which the error message repeats; the file's name by default.
        stores: The stores whose files may be opened; those of the run's user by default.

    Raises:
        SourceError: this process may not read the file, or on a server there is none.
    """
    if not settings().served:
        return Path(path)
    real = Path(os.path.realpath(path))
    try:
        regular = stat.S_ISREG(real.stat().st_mode)
    except (OSError, ValueError):
        regular = False
    if not (regular and _allowed(real, stores)):
        raise _refused(named or Path(path).name)
    return real


def path_here(path: str, document: str) -> Path:
    """Return the path of a document's file on this machine, which may be read.

    A run that another machine began has the path that the file has there: an upload, or a file attached to a message,
    is copied from the store that machines share.

    Args:
        path: The path, with the machine that has it (`laptop:/data/report.pdf`) where several share the catalog.
        document: The id of the document.

    Raises:
        SourceError: this process may not read the file, or on a server there is none, or another machine has it.
        FilesError: the store that machines share does not give the copy.
    """
    given, others = Path(local_sources.path_of(path)), local_sources.is_elsewhere(path)
    with suppress(SourceError):
        if not others and (found := check_path(given)).is_file():
            return found
    copied = _copied(given, document)
    if others and not (copied and copied.is_file()):
        raise local_sources.elsewhere(path)
    return check_path(copied or given)


def _copied(given: Path, document: str) -> Path | None:
    """Return a copy, on this machine, of a file in the home folder of another one; None if it lies elsewhere there."""
    stores = dependencies.stores(dependencies.run_scope())
    if not UPLOADED_ID.fullmatch(document) or given.parent.name != document:
        return None
    if made := _made_path(given, stores.derived):
        if stores.catalog.document(document):  # else its bytes are nothing that the user may have
            (stores.fetch_pdf if made.parent.parent == stores.derived else stores.fetch_part)(document, made)
        return made
    if given.parent.parent.name == stores.uploads.name:
        here = stores.uploads / document / given.name
        if not here.is_file():
            stores.fetch_upload(document, given.name)
        return here
    if given.parent.parent.name == stores.downloads.name:
        stores.fetch_attachment(f"{document}/{given.name}")
        return stores.downloads / document / given.name
    return None


def _made_path(given: Path, derived: Path) -> Path | None:
    """Return where this machine has a file made from a document, from its path on another one; None if it is none.

    Args:
        given: The PDF of an Office file, `derived/<id>/<name>`, or an attachment, `derived/<id>/attached/<id>/<name>`.
        derived: The folder of such files of this machine.
    """
    for levels in (3, 5):
        folder, *inside = given.parts[-levels:]
        if len(inside) < levels - 1 or given.name in (".", ".."):
            return None
        if folder == derived.name and UPLOADED_ID.fullmatch(inside[0]) and (levels == 3 or inside[1] == ATTACHED):
            return derived.joinpath(*inside)
    return None


def check_bytes(path: str, document: str) -> None:
    """Check that a file is the document that its pages are to be recorded for, which the run's user may see.

    A client of the API can write the state of a thread, and pages of one document into that of another.

    Raises:
        SourceError: it is not.
    """
    stores = dependencies.stores(dependencies.run_scope())
    if stores.scope.is_everything:
        return  # a scope of the whole home may write every document
    made = Path(os.path.realpath(path)).is_relative_to(os.path.realpath(stores.derived / document))
    if not stores.catalog.document(document) or not (made or _digest(path, os.stat(path)[6:9]).startswith(document)):
        raise _other_file(Path(path).name)


def check_document(document: str) -> None:
    """Check that the run's user may see a document, where its file cannot be had.

    Raises:
        SourceError: it is not there, or another user's.
    """
    if not dependencies.stores(dependencies.run_scope()).catalog.document(document):
        raise _other_file(document)


def _other_file(name: str) -> SourceError:
    return SourceError(f"{name!r} is not the file of this document: read it again in a new thread.")


@lru_cache(maxsize=64)
def _digest(path: str, told: tuple[int, ...]) -> str:
    """Return the SHA-256 of a file; `told`, its size and times, is only part of the cache's key."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _allowed(path: Path, stores: Stores | None = None) -> bool:
    stores = stores or dependencies.stores(dependencies.run_scope())
    real = Path(os.path.realpath(path))
    given = settings().allowed_folders
    if stores.scope.is_everything:
        given = (*given, *settings().watch_folders)  # what is in them belongs to the local user, as in the library
    derived = Path(os.path.realpath(stores.derived))
    if real.is_relative_to(derived) and not stores.scope.is_everything:
        # Made from a document: only for those who may see it.
        return real != derived and stores.catalog.document(real.relative_to(derived).parts[0]) is not None
    folders = (stores.uploads, stores.downloads, stores.derived, *given)
    if stores.scope.is_everything:
        folders = (*folders, stores.opened.originals, *stores.opened.of_users())
    return any(real.is_relative_to(os.path.realpath(folder)) for folder in folders)


def is_kept(path: Path) -> bool:
    """Return whether a file was uploaded, attached or fetched, or made from a document: it lies in the home folder."""
    stores = dependencies.home_stores()
    folders = (stores.uploads, stores.downloads, stores.derived, *stores.of_users())
    return any(path.is_relative_to(one) or path.is_relative_to(os.path.realpath(one)) for one in folders)


def _refused(source: str) -> SourceError:
    return SourceError(
        f"{source!r} is not in a folder that this server may read: upload the file, or have its folder added to "
        "PAGEWITNESS_ALLOWED_FOLDERS."
    )
