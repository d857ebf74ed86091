"""The vectors in Postgres beyond the contract: how they are stored, and when their index is made."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np
import pytest

from graph.errors import IndexMismatchError
from graph.storage.base import VectorRow
from graph.storage.library import LibraryVectors
from graph.storage.postgres.database import Database
from graph.storage.postgres.vectors import PostgresVectors
from tests.libraries import whole_index

if TYPE_CHECKING:
    from numpy.typing import NDArray

AXES = np.eye(3, dtype=np.float32)


@pytest.fixture
def index(database: Database) -> LibraryVectors:
    made = whole_index(PostgresVectors(database))
    made.check("model/3")
    return made


def test_vectors_are_stored_as_the_nearest_16_bit_floats(index: LibraryVectors) -> None:
    vectors = np.random.default_rng(3).normal(size=(260, 3)).astype(np.float32)  # two statements
    ids = [f"a-g1-{at:04d}/0" for at in range(260)]
    index.add([VectorRow(one) for one in ids], vectors)
    stored = index.vectors(ids)
    assert [stored[one].tolist() for one in ids] == vectors.astype(np.float16).tolist()


def test_vectors_are_indexed_before_there_are_more_than_are_compared_one_by_one(
    index: LibraryVectors, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graph.storage.postgres.vectors._MAX_EXACT", 20)
    vectors = np.random.default_rng(3).normal(size=(40, 3)).astype(np.float32)
    best = np.argsort(-(vectors @ AXES[0]) / np.linalg.norm(vectors, axis=1))
    for first, indexed in ((0, False), (20, True)):
        index.add([VectorRow(f"a-g1-{at:04d}") for at in range(first, first + 20)], vectors[first : first + 20])
        assert bool(database.rows("SELECT to_regclass('chunk_vectors_near')")[0][0]) is indexed
        expected = [f"a-g1-{at:04d}" for at in best if at < first + 20]
        assert [row for row, *_ in index.search(AXES[0], (), 5)] == expected[:5]
    index.reset("model/3")
    assert not database.rows("SELECT to_regclass('chunk_vectors_near')")[0][0]


def test_a_bulk_load_indexes_its_vectors_at_its_end_and_what_a_stopped_one_left_is_indexed_next(
    index: LibraryVectors, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graph.storage.postgres.vectors._MAX_EXACT", 20)
    vectors = np.random.default_rng(3).normal(size=(60, 3)).astype(np.float32)
    order = np.argsort(-(vectors @ AXES[0]) / np.linalg.norm(vectors, axis=1))
    raw, stopped = PostgresVectors(database), RuntimeError("stopped")

    def is_indexed(first: int, last: int, by: PostgresVectors | LibraryVectors) -> bool:
        """Add these vectors; return whether there is an index, after a search that finds the nearest of all."""
        by.add([VectorRow(f"a-g1-{at:04d}") for at in range(first, last)], vectors[first:last])
        best = [f"a-g1-{at:04d}" for at in order if at < last]
        assert [row for row, *_ in index.search(AXES[0], (), 5)] == best[:5]
        return bool(database.rows("SELECT to_regclass('chunk_vectors_near')")[0][0])

    with suppress(RuntimeError), raw.bulk_load():
        assert not is_indexed(0, 30, raw)
        raise stopped
    with raw.bulk_load():
        assert not is_indexed(30, 40, raw)
    assert is_indexed(40, 50, index)
    index.reset("model/3")
    with suppress(RuntimeError), raw.bulk_load():
        assert not is_indexed(0, 50, raw)
        raise stopped
    assert is_indexed(50, 60, index), "by whoever adds vectors next"


@pytest.mark.parametrize("act", ["add", "search"])
def test_vectors_of_another_length_are_refused_with_the_command_to_run(index: LibraryVectors, act: str) -> None:
    index.add([VectorRow("a-g1-0000")], AXES[:1])
    longer: NDArray[np.float32] = np.ones(4, np.float32)
    with pytest.raises(IndexMismatchError, match=r"another length.*pagewitness reembed"):
        index.add([VectorRow("a-g1-0001")], longer[np.newaxis]) if act == "add" else index.search(longer, (), 5)
