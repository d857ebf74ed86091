"""The contract of a vector index, for every implementation in `conftest.py`."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from graph.access import Identity, Scope, scope_of
from graph.errors import BadInputError, IndexMismatchError
from graph.storage.base import VectorIndex
from graph.storage.library import Library, LibraryVectors
from graph.storage.rows import VectorRow
from graph.storage.scoped import ScopedCatalog
from graph.storage.vectors import ChromaVectors
from tests.unit.graph.storage.conftest import OpenIndex
from tests.unit.graph.storage.rows import document


def unit(*values: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    vector = np.array(values, np.float32)
    return vector / np.float32(np.linalg.norm(vector))


def rows(*names: str) -> list[VectorRow]:
    """`a-g1-0000/0` is a sentence of chunk `a-g1-0000` of document `a`."""
    return [VectorRow(name) for name in names]


@pytest.fixture
def index(empty_index: VectorIndex) -> VectorIndex:
    empty_index.check("model/3")
    return empty_index


@pytest.fixture
def precision(scoped_index: OpenIndex) -> float:
    """How much a component may lose: Chroma keeps floats, Postgres halves of them (11 bits)."""
    return 1e-6 if isinstance(scoped_index.vectors, ChromaVectors) else 2**-11


def test_scores_are_cosines_best_first(index: VectorIndex) -> None:
    vectors = np.stack([unit(1, 0, 0), unit(1, 1, 0), unit(-1, 0, 0)])
    index.add(rows("a-g1-0000/0", "a-g1-0000/1", "a-g1-0001/0"), vectors)
    found = index.search(unit(1, 0, 0) * 5, (), 3)
    assert [(row, chunk) for row, chunk, _ in found] == [
        ("a-g1-0000/0", "a-g1-0000"), ("a-g1-0000/1", "a-g1-0000"), ("a-g1-0001/0", "a-g1-0001"),
    ]  # fmt: skip
    assert [score for *_, score in found] == pytest.approx([1.0, 0.5**0.5, -1.0], abs=1e-3)


def test_only_the_documents_named_are_searched_and_no_more_than_asked(index: VectorIndex) -> None:
    index.add(rows("a-g1-0000/0", "b-g1-0000/0", "c-g1-0000/0"), np.stack([unit(1, 0, 0)] * 3))
    assert {row for row, *_ in index.search(unit(1, 0, 0), ["a", "c"], 5)} == {"a-g1-0000/0", "c-g1-0000/0"}
    assert len(index.search(unit(1, 0, 0), (), 2)) == 2
    assert index.search(unit(1, 0, 0), ["no-such-document"], 5) == []


def test_a_scope_finds_its_own_rows_alone_and_as_many_as_are_asked(
    scoped_index: OpenIndex, scoped_catalog: ScopedCatalog
) -> None:
    """Those of others are nearer: filtered after the search, they would take all places."""
    ann, bea = (Identity(name, frozenset(), admin=False) for name in ("ann", "bea"))
    for name, user in (("a", ann), *((f"b{number}", bea) for number in range(9))):
        Library(scoped_catalog, scope_of(user, scoped_catalog)).add_document(document(name))
    LibraryVectors(scoped_index.vectors, Scope.everything()).check("model/3")
    own = rows("a-g1-0000/0", "a-g1-0000/1", "a-g1-0001/0")
    foreign = rows(*(f"b{number}-g1-000{at}/0" for number in range(9) for at in range(9)))
    scoped_index.vectors.add(own, np.stack([unit(1, 1, 0), unit(0, 1, 0), unit(0, 0, 1)]))
    scoped_index.vectors.add(foreign, np.stack([unit(1, 0, 0)] * len(foreign)))
    seen, ids = scope_of(ann, scoped_catalog), [row.id for row in own]
    index = LibraryVectors(scoped_index.vectors, seen)
    every = [*ids, foreign[0].id]
    assert [row for row, *_ in index.search(unit(1, 0.1, 0), (), 2)] == ids[:2]
    assert index.search(unit(1, 0, 0), ["b0", "b1"], 2) == []
    assert [row for row, *_ in index.search(unit(1, 0.1, 0), ["a", "b0"], 9)] == ids
    assert set(index.vectors(every)) == set(ids)
    assert {row for row, *_ in index.search_among(unit(1, 0, 0), every)} == set(ids)
    stranger = LibraryVectors(scoped_index.vectors, scope_of(replace(ann, name="eve"), scoped_catalog))
    assert stranger.search(unit(1, 0, 0), (), 9) == []
    assert stranger.search_among(unit(1, 0, 0), every) == []
    assert stranger.vectors(every) == {}


def test_an_empty_index_finds_nothing(index: VectorIndex) -> None:
    assert index.search(unit(1, 0, 0), (), 5) == []
    assert index.count() == 0


def test_a_row_stored_again_replaces_the_first(index: VectorIndex) -> None:
    index.add(rows("a-g1-0000/0"), np.stack([unit(1, 0, 0)]))
    index.add(rows("a-g1-0000/0"), np.stack([unit(0, 1, 0)]))
    assert index.count() == 1
    assert index.search(unit(0, 1, 0), (), 1)[0][2] == pytest.approx(1.0, abs=1e-3)


def test_more_rows_than_one_call_takes(index: VectorIndex) -> None:
    names = [f"a-g1-{number:04d}/0" for number in range(2_500)]
    index.add(rows(*names), np.tile(unit(1, 0, 0), (len(names), 1)))
    assert index.count() == len(names)
    index.delete_document("a")
    assert index.count() == 0


def test_stored_vectors_come_back_by_id(index: VectorIndex, precision: float) -> None:
    index.add(rows("a-g1-0000/0", "a-g1-0001/0"), np.stack([unit(1, 0, 0), unit(0, 1, 1)]))
    assert index.stored_ids(["a-g1-0000/0", "b-g1-0000/0"]) == {"a-g1-0000/0"}
    vectors = index.vectors(["a-g1-0001/0", "b-g1-0000/0"])
    assert list(vectors) == ["a-g1-0001/0"]
    assert vectors["a-g1-0001/0"] == pytest.approx(unit(0, 1, 1), abs=precision)
    assert index.vectors([]) == {}


def test_chroma_keeps_the_document_alone_beside_a_vector(tmp_path: Path) -> None:
    """Each further key is a row of its database: a sixth of the time in which vectors are stored."""
    index = ChromaVectors(tmp_path)
    index.check("model/3")
    index.add(rows("a-g1-0000/0"), np.stack([unit(1, 0, 0)]))
    assert index._collection.get(include=["metadatas"])["metadatas"] == [{"document": "a"}]
    index.close()


def test_rows_given_by_id_are_ranked_alone(index: VectorIndex, precision: float) -> None:
    index.add(rows("a-g1-0000", "a-g1-0001", "a-g1-0002"), np.stack([unit(1, 0, 0), unit(1, 1, 0), unit(0, 0, 1)]))
    found = index.search_among(unit(1, 0, 0) * 3, ["a-g1-0002", "a-g1-0001", "no-such-row"])
    assert [row for row, *_ in found] == ["a-g1-0001", "a-g1-0002"]
    assert [score for *_, score in found] == pytest.approx([0.5**0.5, 0.0], abs=precision)
    assert index.search_among(unit(1, 0, 0), ["no-such-row"]) == []


def test_threads_that_add_together_each_store_their_own_vectors(index: VectorIndex, precision: float) -> None:
    def add(number: int) -> None:
        index.add(rows(*(f"d{number}-g1-{at:04d}" for at in range(40))), np.tile(unit(1, number, 0), (40, 1)))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(add, range(8)))
    assert index.count() == 8 * 40
    for number in range(8):
        assert index.vectors([f"d{number}-g1-0039"])[f"d{number}-g1-0039"] == pytest.approx(
            unit(1, number, 0), abs=precision
        )


def test_the_number_of_vectors_must_match_the_rows(index: VectorIndex) -> None:
    with pytest.raises(ValueError, match="2 texts but 1 vectors"):
        index.add(rows("a-g1-0000/0", "a-g1-0000/1"), np.stack([unit(1, 0, 0)]))
    assert index.count() == 0


def test_deleting_a_document_spares_the_others(index: VectorIndex) -> None:
    index.add(rows("a-g1-0000/0", "b-g1-0000/0"), np.stack([unit(1, 0, 0), unit(0, 1, 0)]))
    index.delete_document("a")
    assert [row for row, *_ in index.search(unit(1, 0, 0), (), 5)] == ["b-g1-0000/0"]


def test_stale_generations_are_deleted_and_the_new_one_stays(index: VectorIndex) -> None:
    index.add(rows("a-g1-0000/0", "a-g2-0000/0", "b-g1-0000/0"), np.stack([unit(1, 0, 0)] * 3))
    index.delete_stale("a", "g2")
    assert {row for row, *_ in index.search(unit(1, 0, 0), (), 5)} == {"a-g2-0000/0", "b-g1-0000/0"}
    index.add(rows("a-g1-0000", "a-g1-0001/0"), np.stack([unit(1, 0, 0)] * 2))
    index.delete_stale("a", "g2", ["a-g1-0000", "a-g1-0000/p1", "a-g1-0001/0", "a-g2-0000/0"])
    assert {row for row, *_ in index.search(unit(1, 0, 0), (), 5)} == {"a-g2-0000/0", "b-g1-0000/0"}


def test_another_embedder_is_refused_with_the_command_to_run(index: VectorIndex) -> None:
    index.add(rows("a-g1-0000/0"), np.stack([unit(1, 0, 0)]))
    index.check("model/3")
    with pytest.raises(IndexMismatchError, match=r"model/3.*other/3.*pagewitness reembed"):
        index.check("other/3")
    assert index.count() == 1


def test_an_empty_or_reset_index_accepts_any_embedder(index: VectorIndex) -> None:
    index.check("other/2")
    index.add(rows("a-g1-0000/0"), np.stack([unit(1, 0)]))
    index.reset("model/3")
    assert index.count() == 0
    index.add(rows("a-g1-0000/0"), np.stack([unit(1, 0, 0)]))
    index.check("model/3")


def test_the_embedder_is_remembered_by_the_index(index: VectorIndex, again: Callable[[], VectorIndex]) -> None:
    index.add(rows("a-g1-0000/0"), np.stack([unit(1, 0, 0)]))
    with pytest.raises(IndexMismatchError, match="model/3"):
        again().check("other/3")


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "ftp://host", "http://"])
def test_an_invalid_address_is_refused(url: str) -> None:
    with pytest.raises(BadInputError, match="PAGEWITNESS_CHROMA_URL"):
        ChromaVectors(url=url)


def test_a_server_that_does_not_answer() -> None:
    with pytest.raises(BadInputError, match=r"No Chroma server answers at http://127.0.0.1:9.*chroma run"):
        ChromaVectors(url="http://127.0.0.1:9")
