"""Late interaction: comparing in batches, in threads and from the cache gives the same scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from graph.engines.offline.minilm import MiniLM
from graph.retrieval import late_interaction, scoring
from graph.runtime.caching import LRUCache
from graph.storage.library import Library
from graph.storage.rows import TokenVectors
from tests.libraries import open_catalog
from tests.unit.graph.storage.rows import chunk, document

TEXTS = [f"The keeper wrote down tide {number} of the {number % 5}th storm." for number in range(12)]
QUESTION = "Who wrote down the tide of the third storm?"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> tuple[Library, MiniLM, list[str]]:
    catalog, model = open_catalog(tmp_path_factory.mktemp("comparing") / "catalog.sqlite3"), MiniLM()
    catalog.add_document(document("a"))
    generation = catalog.stage_chunks("a", [chunk(at, text) for at, text in enumerate(TEXTS)])
    ids = catalog.chunk_ids("a", generation)
    rows = catalog.chunks(ids)
    catalog.add_token_vectors((row.id, model.encode([s.search for s in row.sentences])) for row in rows)
    catalog.publish("a", generation)
    return catalog, model, ids


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(late_interaction, "_cache", LRUCache(100))


def test_scores_come_in_the_order_of_the_ids(library: tuple[Library, MiniLM, list[str]]) -> None:
    catalog, model, ids = library
    query = scoring.prepare_query(QUESTION, model.encode_query(QUESTION), catalog)
    asked = [*reversed(ids), "a-none-0001"]
    chunks, scored = late_interaction.score_sentences(catalog, query, asked)
    scored = late_interaction.with_ranks(scored, [row.id for row in chunks])
    wanted = catalog.chunks(asked)
    assert [row.id for row in chunks] == [row.id for row in wanted] == asked[:-1]
    together = scoring.score(query, wanted, catalog.token_vectors(asked))
    assert [(one.sentence, one.rank) for one in scored] == [(one.sentence, one.rank) for one in together]
    assert [one.fit for one in scored] == pytest.approx([one.fit for one in together], abs=1e-4)


def test_a_chunk_that_is_deleted_after_the_caller_has_read_it_has_no_sentences(
    library: tuple[Library, MiniLM, list[str]],
) -> None:
    catalog, model, ids = library
    query = scoring.prepare_query(QUESTION, model.encode_query(QUESTION), catalog)
    (deleted,) = (replace(row, id="a-gone-0001") for row in catalog.chunks(ids[:1]))
    chunks, scored = late_interaction.score_sentences(catalog, query, [deleted.id, ids[1]], [deleted])
    assert [row.id for row in chunks] == [deleted.id, ids[1]]
    assert {one.chunk for one in scored} == {ids[1]}


def test_cached_chunks_are_not_read_again(
    library: tuple[Library, MiniLM, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog, model, ids = library
    query = scoring.prepare_query(QUESTION, model.encode_query(QUESTION), catalog)
    late_interaction.score_sentences(catalog, query, ids)
    read: list[str] = []
    vectors = catalog.token_vectors

    def listening(chosen: Sequence[str]) -> dict[str, TokenVectors]:
        read.extend(chosen)
        return vectors(chosen)

    monkeypatch.setattr(catalog, "token_vectors", listening)
    some = [ids[7], ids[2]]
    _, scored = late_interaction.score_sentences(catalog, query, some)
    assert not read
    assert [(one.chunk, one.rank) for one in late_interaction.with_ranks(scored, some)] == [(ids[7], 0), (ids[2], 1)]
    other = scoring.prepare_query("What is a storm?", model.encode_query("What is a storm?"), catalog)
    late_interaction.score_sentences(catalog, other, some)
    assert sorted(read) == sorted(some)


def test_a_renamed_document_is_returned_with_its_new_name(library: tuple[Library, MiniLM, list[str]]) -> None:
    catalog, model, ids = library
    query = scoring.prepare_query(QUESTION, model.encode_query(QUESTION), catalog)
    late_interaction.score_sentences(catalog, query, ids)
    for row in catalog.documents():
        catalog.add_document(replace(row, name="renamed.pdf", source=f"{row.source}/renamed.pdf"))
        catalog.forget_source(row.source)
    assert {chunk.name for chunk in late_interaction.score_sentences(catalog, query, ids)[0]} == {"renamed.pdf"}


def test_vectors_that_are_stored_later_are_used(library: tuple[Library, MiniLM, list[str]]) -> None:
    catalog, model, _ = library
    catalog.add_document(document("late"))
    ids = catalog.chunk_ids("late", catalog.stage_chunks("late", [chunk(0, TEXTS[3])]))
    query = scoring.prepare_query(QUESTION, model.encode_query(QUESTION), catalog)
    assert late_interaction.score_sentences(catalog, query, ids)[1] == []
    (row,) = catalog.chunks(ids)
    catalog.add_token_vectors([(row.id, model.encode([s.search for s in row.sentences]))])
    assert late_interaction.score_sentences(catalog, query, ids)[1]
