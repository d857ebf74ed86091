"""Expansion of sources (files, folders, globs) to the files that can be read."""

from __future__ import annotations

import glob
import os
import re
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from loaders.errors import SourceError
from loaders.sources.formats import FORMAT_NAMES, identify, is_supported, unsupported

PROGRAM_FILES = frozenset(
    """.c .cc .cfg .conf .cpp .cs .css .env .go .h .hpp .ini .java .js .json .jsonl .jsx .kt .lock .lua .m .mjs .php .pl
    .ps1 .py .pyi .r .rb .rs .scss .sh .sql .srt .svg .swift .toml .ts .tsx .vue .xml .yaml
    .yml""".split()
)
"""Endings of texts that are written for programs: in folders they are skipped, and read where they are named."""

HIDDEN = "{} is hidden (its name begins with a dot): give its own path to read it."
"""Why a hidden file or folder is skipped."""

_GLOB = re.compile(r"[*?\[]")
_URL = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
_SPECIAL = (
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


class Skipped(NamedTuple):
    """A file in a folder that is not read, and why, as one sentence."""

    path: Path
    reason: str


class Expansion(NamedTuple):
    """The files of some sources, and the files in their folders that are not read."""

    files: list[Path]
    skipped: list[Skipped]
    links: Sequence[tuple[Path, Path]] = ()
    """Links to files that are among `files`, each with its target."""


def expand(sources: Sequence[str]) -> list[Path]:
    """Return the files of `sources` (files, folders, globs): in order, each once, folders sorted.

    Raises SourceError for the first source without a readable file.
    """
    return expand_all(sources).files


def expand_all(sources: Sequence[str]) -> Expansion:
    """Return the files as `expand` does, and each file of the folders and globs that is skipped.

    Hidden files and folders are among the skipped, a folder as one entry. Raises SourceError as `expand` does.
    """
    found: dict[Path, Path] = {}
    skipped: dict[Path, Skipped] = {}
    links: dict[str, tuple[Path, Path]] = {}
    for source in sources:
        expanded = _expand_one(source)
        for path in expanded.files:
            # Two spellings of one file (a relative and an absolute one, a link) are one document.
            first = found.setdefault(path.resolve(), path)
            if os.path.abspath(first) != os.path.abspath(path):
                links[os.path.abspath(path)] = (path, first)
        for one in expanded.skipped:
            skipped.setdefault(one.path.resolve(), one)
    left_out = [one for path, one in skipped.items() if path not in found]
    return Expansion(list(found.values()), left_out, list(links.values()))


def check_source(path: Path) -> None:
    """Raise SourceError unless `path` is a regular, readable file of a supported kind."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise SourceError(f"{str(path)!r} does not exist: check the spelling, and the folder you are in.") from None
    except OSError as exc:
        raise SourceError(f"{str(path)!r} cannot be accessed ({exc.strerror}): check its permissions.") from exc
    for is_kind, name in _SPECIAL:
        if is_kind(mode):
            raise SourceError(f"{str(path)!r} is {name}, not a regular file: save its content as a file first.")
    if not os.access(path, os.R_OK):
        raise SourceError(f"{str(path)!r} may not be read by this user: change its permissions (chmod u+r).")
    if not is_supported(path) and not path.is_dir() and not _is_known(path):
        raise unsupported(path)


def _is_known(path: Path) -> bool:
    """Return whether a file's content is of a format that is read, whatever its name is."""
    try:
        with path.open("rb") as file:
            return identify(file, path.suffix) is not None
    except OSError as exc:
        raise SourceError(f"{str(path)!r} cannot be read ({exc.strerror}): check its permissions.") from exc


def _expand_one(source: str) -> Expansion:
    """Return the files of one source; raise SourceError if there is none that can be read."""
    if not source.strip():
        raise SourceError("An empty source was given: name a file, a folder or a glob such as 'papers/*.pdf'.")
    if _URL.match(source):
        raise SourceError(f"{source!r} is an address, not a path: download the file and give its path.")
    try:
        path = Path(source).expanduser()
        # A name with brackets is tried as a file first, then as a glob.
        if path.is_dir():
            return _in_folder(path)
        if path.exists() or not _GLOB.search(source):
            check_source(path)
            return Expansion([path], [])
    except SourceError:
        raise
    except (OSError, RuntimeError, ValueError) as exc:  # too long a name; no such home folder; a NUL in the name
        raise SourceError(f"{source!r} is not a usable path ({exc}): give another one.") from exc
    return _in_glob(source, path)


def _in_folder(folder: Path) -> Expansion:
    if not os.access(folder, os.R_OK | os.X_OK):
        raise SourceError(f"The folder {str(folder)!r} may not be read by this user: change its permissions.")
    files, hidden = _files_below(folder)
    if not files:
        raise SourceError(f"The folder {str(folder)!r} is empty: put {FORMAT_NAMES} files into it, or name another.")
    sorted_out = _sorted_out(files)
    if not sorted_out.files:
        raise SourceError(f"The folder {str(folder)!r} holds no {FORMAT_NAMES} file: name another folder, or files.")
    return Expansion(sorted_out.files, sorted_out.skipped + hidden)


def _in_glob(source: str, pattern: Path) -> Expansion:
    matches = [Path(match) for match in sorted(glob.glob(str(pattern), recursive=True))]
    below, hidden = list[Path](), list[Skipped]()
    for folder in (path for path in matches if path.is_dir()):
        files, left_out = _files_below(folder)
        below += files
        hidden += left_out
    sorted_out = _sorted_out([*(path for path in matches if path.is_file()), *below])
    if sorted_out.files:
        return Expansion(sorted_out.files, sorted_out.skipped + hidden)
    if matches:
        raise SourceError(f"{source!r} matches {len(matches)} path(s), but no {FORMAT_NAMES} file: widen the pattern.")
    raise SourceError(f"{source!r} matches nothing: check the pattern, and quote it if the shell expands it.")


def _files_below(folder: Path) -> tuple[list[Path], list[Skipped]]:
    """Return all files below a folder, and what is skipped.

    Skipped are hidden folders (.git, .venv, .pagewitness), folders that this user may not list, pipes and sockets, and
    links to nothing.
    """
    found: list[Path] = []
    skipped: list[Skipped] = []

    def refused(error: OSError) -> None:
        path = Path(str(error.filename))
        skipped.append(Skipped(path, f"The folder {path.name!r} may not be read by this user: change its permissions."))

    for path, folders, files in os.walk(folder, onerror=refused):
        hidden = sorted(name for name in folders if name.startswith("."))
        skipped += [Skipped(Path(path) / name, HIDDEN.format(f"The folder {name!r}")) for name in hidden]
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for entry in (Path(path) / name for name in files):
            if entry.is_file():
                found.append(entry)
            else:
                skipped.append(Skipped(entry, f"{entry.name!r} is no regular file, or a link that leads nowhere."))
    return sorted(found), skipped


def _sorted_out(paths: Iterable[Path]) -> Expansion:
    """Separate the files that are read from those that are not, such as hidden ones (.DS_Store, ._scan.pdf of macOS).

    A file with the suffix of a format is left to its reader, which reports what is wrong with it; others are opened.
    """
    found, skipped = list[Path](), list[Skipped]()
    for path in paths:
        if path.name.startswith("."):
            skipped.append(Skipped(path, HIDDEN.format(repr(path.name))))
            continue
        if path.suffix.lower() in PROGRAM_FILES:
            reason = f"{path.name!r} is a text for programs ({path.suffix}): name the file itself if it is to be read."
            skipped.append(Skipped(path, reason))
            continue
        try:
            known = is_supported(path) or _is_known(path)
        except SourceError as error:
            skipped.append(Skipped(path, str(error)))
            continue
        if known:
            found.append(path)
        else:
            reason = (
                "is empty"
                if not path.stat().st_size
                else f"is of a kind that is not read ({path.suffix or 'no ending'})"
            )
            skipped.append(Skipped(path, f"{path.name!r} {reason}."))
    return Expansion(found, skipped)
