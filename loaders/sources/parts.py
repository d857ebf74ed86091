"""Files inside files: the attachments of a message, written to a folder as separate documents."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import NamedTuple

from loaders.sources.download import DOCUMENT_ID_DIGITS, safe_name
from loaders.sources.formats import format_of, sniff_suffix

MAX_PARTS = 100
"""Files that are taken out of one file."""

MAX_BYTES = 200 * 2**20
"""Bytes that are taken out of one file, all parts together."""

MARK = "!"
"""Separator between the source of a file and the name of a file in it: `mail.eml!report.pdf`."""


class Part(NamedTuple):
    """A file inside another."""

    name: str
    """Its name, unique among the parts of the same file."""
    path: str
    """Where it was written; "" for one that is not read."""
    problem: str
    """Why it is not read, as one sentence; "" for one that was written."""


def extract(path: Path, folder: Path, password: str | None = None) -> list[Part]:
    """Write the files inside a file to a folder, each under its hash and its name; [] for formats without any.

    Raises SourceError as opening the file does.
    """
    parts = format_of(path).parts
    found: list[Part] = []
    names: set[str] = set()
    left = MAX_BYTES
    for number, (given, content) in enumerate(parts(path, password) if parts else ()):
        name = _unused(safe_name(given, ""), names)
        suffix = sniff_suffix(io.BytesIO(content), Path(name).suffix)
        left -= len(content)
        problem = _problem(name, content, suffix, number, left)
        if problem:
            found.append(Part(name, "", problem))
            continue
        target = folder / hashlib.sha256(content).hexdigest()[:DOCUMENT_ID_DIGITS] / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        found.append(Part(name, str(target), ""))
    return found


def _problem(name: str, content: bytes, suffix: str, number: int, left: int) -> str:
    if number >= MAX_PARTS or left < 0:
        return f"The attachment {name!r} is not read: more than {MAX_PARTS} files or {MAX_BYTES >> 20} MB are attached."
    if not content:
        return f"The attachment {name!r} is empty."
    return "" if suffix else f"The attachment {name!r} is of a kind that is not read."


def _unused(name: str, used: set[str]) -> str:
    """Return the name, with a number where another part has it already."""
    stem, dot, suffix = name.rpartition(".")
    chosen, number = name, 1
    while chosen.casefold() in used:
        number += 1
        chosen = f"{stem} ({number}){dot}{suffix}" if dot else f"{name} ({number})"
    used.add(chosen.casefold())
    return chosen
