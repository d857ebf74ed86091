"""Labels of documents: their names, with an addition that tells documents of one name apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import PurePath

from graph.storage.local_sources import parted, path_of

ID_DIGITS = 6
"""Digits of the id that tell documents apart whose folders do not."""


def distinct_labels(documents: Sequence[tuple[str, str, str]]) -> dict[str, str]:
    """Return a label by document id for (id, name, source) of documents; a name that only one has stays as it is.

    Documents of one name are told apart by their folder ("invoice.pdf (march/)") or the message that they are attached
    to, by two folders, by the machine that has the file, or by the beginning of the id.
    """
    by_name: dict[str, list[tuple[str, str]]] = {}
    for identity, name, source in documents:
        by_name.setdefault(name, []).append((identity, source))
    labels: dict[str, str] = {}
    for name, group in by_name.items():
        if len(group) == 1:
            labels[group[0][0]] = name
            continue
        for identity, mark in zip((identity for identity, _ in group), _marks(group), strict=True):
            labels[identity] = f"{name} ({mark})"
    return labels


def _marks(group: Sequence[tuple[str, str]]) -> list[str]:
    ways: tuple[Callable[[str, str], str], ...] = (
        lambda identity, source: _folders(source, 1),
        lambda identity, source: _folders(source, 2),
        lambda identity, source: parted(source)[0],
    )
    for way in ways:
        marks = [way(identity, source) for identity, source in group]
        if all(marks) and len(set(marks)) == len(marks):
            return marks
    return [identity[:ID_DIGITS] for identity, _ in group]


def _folders(source: str, count: int) -> str:
    """Return the last folders of a source, "march/", or its message, "mail.eml"; "" for an upload."""
    if source.startswith("upload:"):
        return ""
    source = path_of(source)
    container, attached, _ = source.rpartition("!")
    if attached and "/" not in source[len(container) :]:
        return "/".join(PurePath(container).parts[-count:])
    parts = [part for part in PurePath(source).parent.parts if part not in ("/", "\\")]
    return "/".join(parts[-count:]) + "/" if parts else ""
