"""Files that need not be opened again: unchanged since they were read, with all their pages read and indexed.

A folder is given again to read what is new in it. Opening each of its files, with a query for each, took 5.7 ms a file
of one page; all are looked up in a few statements instead. A file counts as unchanged if its size, its times and its
number on the drive are the same. One that changed less than two seconds before it was opened is opened again: the
clock of a drive may not distinguish a later change from that one.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from graph.context import Context
from graph.ingestion import report
from graph.ingestion.indexing import chunks_fingerprint
from graph.ingestion.page_selection import is_done
from graph.ingestion.sources import Files, Found, Unchanged
from graph.ingestion.state import DocumentReport, PendingDocument
from graph.storage.known_files import KnownFile, KnownFiles, Origin
from graph.storage.stores import Stores
from loaders.sources.download import DOCUMENT_ID_DIGITS
from loaders.sources.parts import MARK
from loaders.types import DocumentInfo

SETTLED_NS = 2_000_000_000
"""How long a file must be unchanged before it is opened: FAT, the coarsest of common drives, counts steps of 2 s."""


def stamp_of(path: Path, *, settled: bool = False) -> str:
    """Return the stamp of a file: PageWitness's version, and the file's size, times and number on the drive.

    Args:
        path: The file.
        settled: Whether to return "" for a file that changed within the last two seconds, as for one that cannot be
            read: another change now might leave the same stamp.
    """
    try:
        status = os.stat(path)
    except OSError:
        return ""
    last = max(status.st_mtime_ns, status.st_ctime_ns)
    if settled and last > time.time_ns() - SETTLED_NS:
        return ""
    told = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    return ":".join(map(str, (_version(), *told)))


@lru_cache
def _version() -> str:
    """Return the version of PageWitness, as another version may find more in a file."""
    try:
        return version("pagewitness")
    except PackageNotFoundError:
        return ""


def files(stores: Stores) -> KnownFiles:
    """Return the files that the catalog remembers."""
    return stores.opened.catalog.files


def find_unchanged(stores: Stores, run: Context, engine: str, paths: Files) -> dict[str, list[Found]]:
    """Return what comes from each file that need not be opened, by source: the file, and what is attached to it.

    Args:
        stores: The stores of the run.
        run: The settings of the run.
        engine: The engine that reads pages.
        paths: The files, each with its source.
    """
    if run.reread:
        return {}
    known = files(stores).get([source for _, source in paths])
    same = {
        source: (path, file)
        for path, source in paths
        if (file := known.get(source)) and file.stamp == stamp_of(path)
        if len(file.origins) == 1 or run.attachments == "read"
    }
    origins = [origin for _, file in same.values() for origin in file.origins]
    complete = _complete(stores, run, engine, list(dict.fromkeys(origin.document for origin in origins)))
    held = files(stores).holders(stores.scope, [origin.source for origin in origins])
    return {
        source: [Found(path, one.source, Unchanged(one.document), one.name) for one in file.origins]
        for source, (path, file) in same.items()
        if all(one.document in complete and held.get(one.source) == {(one.document, one.name)} for one in file.origins)
    }


def _complete(stores: Stores, run: Context, engine: str, documents: Sequence[str]) -> set[str]:
    """Return those of the documents of which a run would read no page, and whose chunks are up to date."""
    fingerprints = files(stores).fingerprints(documents)
    return {
        document
        for document, rows in files(stores).pages(documents).items()
        if all(is_done(row, run, engine) for row in rows) and fingerprints.get(document) == chunks_fingerprint(rows)
    }


def remember(stores: Stores, found: Sequence[Found]) -> None:
    """Store the files that were opened, each with the documents that came from it, in the order of `sources.find`.

    A file of which something could not be opened, or was left out, is opened again by the next run.
    """
    opened = list[KnownFile]()
    at = 0
    while at < len(found):
        first, inside = found[at], f"{found[at].source}{MARK}"
        group = [first]
        while (at := at + 1) < len(found) and found[at].source.startswith(inside):
            group.append(found[at])
        origins = [_origin(one, one.info) for one in group if isinstance(one.info, DocumentInfo)]
        if first.stamp and len(origins) == len(group):
            opened.append(KnownFile(first.source, first.stamp, tuple(origins)))
    if opened:
        files(stores).add(opened)


def _origin(found: Found, info: DocumentInfo) -> Origin:
    return Origin(info.sha256[:DOCUMENT_ID_DIGITS], found.source, found.name)


def reports(stores: Stores, documents: Sequence[PendingDocument]) -> dict[str, DocumentReport]:
    """Return the reports of those documents that were not opened, by id; without those deleted meanwhile."""
    pending = {one["id"]: one for one in documents if one.get("unchanged")}
    ids = list(pending)
    rows, chunks = files(stores).pages(ids), files(stores).chunks(ids)
    made: dict[str, DocumentReport] = {}
    for listed in stores.catalog.documents(ids):
        if listed.id in rows:
            made[listed.id] = report.document_report(pending[listed.id], rows[listed.id], chunks.get(listed.id, 0))
            made[listed.id]["label"] = listed.label or listed.name
    return made
