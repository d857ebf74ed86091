"""The library that a watcher of this process updates: files are read in place and keep their paths as sources."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from graph import dependencies
from graph.access import Scope
from graph.ingestion.report import pages_in_words
from graph.settings import settings
from graph.storage.cleanup import remove_stale
from graph.storage.local_sources import on_machine, path_of, this_machine
from graph.watching.watcher import Read

Ingest = Callable[[Sequence[str]], Mapping[str, Any]]
"""Reads sources and returns the report of the ingestion."""


class LocalLibrary:
    """The library in the home folder.

    Args:
        ingest: Reads sources and returns the report.
    """

    def __init__(self, ingest: Ingest) -> None:
        self._ingest = ingest

    def read(self, paths: Sequence[Path]) -> dict[Path, Read]:
        """Read files; a changed file replaces its former document."""
        return outcomes(self._ingest([str(path) for path in paths]))

    def forget(self, gone: Sequence[tuple[Path, str]], held: Collection[str]) -> None:
        """Remove the documents that have no source besides these files; the catalog knows them all."""
        stores = dependencies.stores(Scope.everything())
        stores.acquire_for_writing()
        for path, _ in gone:
            for source in {str(path), on_machine(str(path), this_machine())}:
                for document in stores.catalog.forget_source(source):
                    remove_stale(stores, document)


def outcomes(report: Mapping[str, Any]) -> dict[Path, Read]:
    """Return a sentence for each file of a report of an ingestion."""
    found: dict[Path, Read] = {}
    for one in (*report.get("duplicates", ()), *report.get("skipped", ())):
        said = f"skipped. {one['detail']}" if "detail" in one else f"the same document as {one['of']}"
        found[Path(path_of(one["source"]))] = Read(said)
    for document in report["documents"]:
        reasons = " ".join(failure["detail"] for failure in document["failures"][:3])
        said = f"{document['status']}, {pages_in_words(document)}. {reasons}".strip()
        found[Path(path_of(document["source"]))] = Read(said)
    return found


def store_file(target: str) -> Path:
    """Return the file that holds what was followed for a library: this home folder, or a server."""
    name = "".join(letter if letter.isalnum() else "-" for letter in target).strip("-") or "home"
    return settings().home / "watched" / f"{name[:100]}.json"
