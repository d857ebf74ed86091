"""Expansion of sources (files, folders, globs) to the files that can be read."""

from __future__ import annotations

import glob
import os
import re
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path

from loaders.errors import SourceError
from loaders.sources.formats import FORMAT_NAMES, is_supported

_GLOB = re.compile(r"[*?\[]")
_URL = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
_SPECIAL = (
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def expand(sources: Sequence[str]) -> list[Path]:
    """Return the files that `sources` (files, folders, globs) stand for: in order, each once, folders sorted.

    Raises SourceError for the first source without a readable file.
    """
    found: dict[Path, Path] = {}
    for source in sources:
        for path in _expand_one(source):
            # Two spellings of one file (a relative and an absolute one, a link) are one document.
            found.setdefault(path.resolve(), path)
    return list(found.values())


def check_source(path: Path) -> None:
    """Raise SourceError unless `path` is a regular, readable file of a supported kind."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise SourceError(f"{str(path)!r} does not exist: check the spelling, and the folder you are in.") from None
    except OSError as exc:
        raise SourceError(f"{str(path)!r} cannot be looked at ({exc.strerror}): check its permissions.") from exc
    for is_kind, name in _SPECIAL:
        if is_kind(mode):
            raise SourceError(f"{str(path)!r} is {name}, not a regular file: save its content as a file first.")
    if not is_supported(path):
        kind = path.suffix or "no ending"
        raise SourceError(f"{str(path)!r} has an unsupported format ({kind}): give a {FORMAT_NAMES} file.")
    if not os.access(path, os.R_OK):
        raise SourceError(f"{str(path)!r} may not be read by this user: change its permissions (chmod u+r).")


def _expand_one(source: str) -> list[Path]:
    """Return the files of one source; raise SourceError if none of them is readable."""
    if not source.strip():
        raise SourceError("An empty source was given: name a file, a folder or a glob such as 'papers/*.pdf'.")
    if _URL.match(source):
        raise SourceError(f"{source!r} is an address, not a path: download the file and give its path.")
    try:
        path = Path(source).expanduser()
        # A file whose name holds brackets is a file first, a glob second.
        if path.is_dir():
            return _in_folder(path)
        if path.exists() or not _GLOB.search(source):
            check_source(path)
            return [path]
    except SourceError:
        raise
    except (OSError, RuntimeError, ValueError) as exc:  # too long a name; no such home folder; a NUL in the name
        raise SourceError(f"{source!r} is not a usable path ({exc}): give another one.") from exc
    return _in_glob(source, path)


def _in_folder(folder: Path) -> list[Path]:
    if not os.access(folder, os.R_OK | os.X_OK):
        raise SourceError(f"The folder {str(folder)!r} may not be read by this user: change its permissions.")
    files = _files_below(folder)
    if not files:
        raise SourceError(f"The folder {str(folder)!r} is empty: put {FORMAT_NAMES} files into it, or name another.")
    readable = _readable(files)
    if not readable:
        raise SourceError(f"The folder {str(folder)!r} holds no {FORMAT_NAMES} file: name another folder, or files.")
    return readable


def _in_glob(source: str, pattern: Path) -> list[Path]:
    matches = [Path(match) for match in sorted(glob.glob(str(pattern), recursive=True))]
    files = _readable(path for path in matches if path.is_file())
    for folder in (path for path in matches if path.is_dir()):
        files += _readable(_files_below(folder))
    if files:
        return files
    if matches:
        raise SourceError(f"{source!r} matches {len(matches)} path(s), but no {FORMAT_NAMES} file: widen the pattern.")
    raise SourceError(f"{source!r} matches nothing: check the pattern, and quote it if the shell expands it.")


def _files_below(folder: Path) -> list[Path]:
    """Return all files of a folder and its folders, without hidden folders (.git, .venv, .pagewitness)."""
    found: list[Path] = []
    for path, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [Path(path) / name for name in sorted(files)]
    return [path for path in sorted(found) if path.is_file()]


def _readable(paths: Iterable[Path]) -> list[Path]:
    """Return the files of supported formats, without hidden ones (.DS_Store, ._scan.pdf of macOS)."""
    return [path for path in paths if is_supported(path) and not path.name.startswith(".")]
