"""Stores of a folder with the view of the local user, who sees everything."""

from __future__ import annotations

from pathlib import Path

from graph.access import Scope
from graph.storage.catalog import SqliteCatalog
from graph.storage.library import Library, LibraryVectors
from graph.storage.scoped import ScopedCatalog, ScopedVectors
from graph.storage.vectors import ChromaVectors


def whole(catalog: ScopedCatalog) -> Library:
    return Library(catalog, Scope.everything())


def whole_index(index: ScopedVectors) -> LibraryVectors:
    return LibraryVectors(index, Scope.everything())


def open_catalog(path: Path) -> Library:
    return whole(SqliteCatalog(path))


def open_vectors(folder: Path) -> LibraryVectors:
    return whole_index(ChromaVectors(folder))
