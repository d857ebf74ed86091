"""What any catalog must do. Another implementation joins by another parameter of the fixture."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from graph.storage.base import Catalog, DocumentRow, PageRow, Transcript, layer_key
from graph.storage.catalog import SqliteCatalog
from graph.storage.token_vectors import DIMENSIONS
from graph.types import Encoded
from loaders.types import Block, Box, Chunk, Sentence, Word


def document(name: str, source: str = "", pages: int = 2) -> DocumentRow:
    return DocumentRow(name, f"{name}.pdf", source or f"/papers/{name}.pdf", "pdf", f"Title of {name}", pages, 1000)


def chunk(ordinal: int, *texts: str, page: int = 1) -> Chunk:
    sentences = tuple(Sentence(text, text, "prose", (page,)) for text in texts)
    return Chunk(ordinal, "text", " ".join(texts), (page,), ("Birds",), 10, sentences, ((0, len(sentences)),))


def encoded(direction: int, tokens: int) -> Encoded:
    """A sentence whose vector is 1 in one direction, with some tokens."""
    vector = np.zeros(DIMENSIONS, np.float32)
    vector[direction] = 1.0
    return Encoded(vector, np.full((tokens, DIMENSIONS), direction + tokens, np.int8), ((0, 1),) * tokens)


def publish(catalog: Catalog, row: DocumentRow, *chunks: Chunk) -> list[str]:
    catalog.add_document(row)
    return catalog.publish(row.id, catalog.stage_chunks(row.id, chunks))


def found(catalog: Catalog, *words: str, documents: tuple[str, ...] = ()) -> list[str]:
    ids = [hit for hit, _ in catalog.search_text(words, documents, 10)]
    return [row.text for row in catalog.chunks(ids)]


@pytest.fixture(params=[SqliteCatalog])
def catalog(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Catalog]:
    made: Catalog = request.param(tmp_path / "catalog.sqlite3")
    yield made
    made.close()


def test_a_new_document_has_a_pending_line_for_each_page(catalog: Catalog) -> None:
    catalog.add_document(document("a", pages=3))
    assert [(row.page, row.status) for row in catalog.pages("a")] == [(1, "pending"), (2, "pending"), (3, "pending")]


def test_adding_a_document_again_keeps_its_ledger_and_takes_the_new_name(catalog: Catalog) -> None:
    catalog.add_document(document("a"))
    done = PageRow("a", 1, status="read", attempts=1, engine="offline", transcript="t", ink=0.25, legible=True)
    catalog.record_page(done)
    catalog.add_document(replace(document("a"), name="copy.pdf", source="/papers/copy.pdf"))
    assert catalog.pages("a")[0] == done
    kept = catalog.document("a")
    assert kept is not None
    assert (kept.name, kept.source) == ("copy.pdf", "/papers/copy.pdf")
    assert len(catalog.documents()) == 1


def test_a_page_of_an_unknown_document_is_not_recorded(catalog: Catalog) -> None:
    catalog.record_page(PageRow("gone", 1, status="read"))
    assert catalog.pages("gone") == []


def test_a_transcript_comes_back_as_it_was_and_is_never_overwritten(catalog: Catalog) -> None:
    first = Transcript(
        "key",
        (Block("heading", "# Ærø “1”", 1), Block("table", "|a|b|", 0, Box(0.1, 0.2, 0.3, 0.4))),
        (Word("Ærø", Box(0.1, 0.2, 0.3, 0.4)), Word("7.5", Box(0.5, 0.2, 0.6, 0.4))),
    )
    catalog.add_transcript(first)
    catalog.add_transcript(Transcript("key", (Block("text", "other"),)))
    assert catalog.transcript("key") == first
    assert catalog.transcript("nothing") is None


def test_transcripts_of_a_document_are_those_its_ledger_names(catalog: Catalog) -> None:
    catalog.add_document(document("a", pages=3))
    for page in (1, 3):
        catalog.add_transcript(Transcript(f"t{page}", (Block("text", f"page {page}"),)))
        catalog.record_page(PageRow("a", page, status="read", transcript=f"t{page}"))
    assert {page: one.markdown for page, one in catalog.transcripts("a").items()} == {1: "page 1", 3: "page 3"}


def test_staged_chunks_are_out_of_sight_until_they_are_published(catalog: Catalog) -> None:
    publish(catalog, document("a"), chunk(0, "Puffins nest in burrows."))
    generation = catalog.stage_chunks("a", [chunk(0, "Gannets nest on ledges.")])
    assert found(catalog, "nest") == ["Puffins nest in burrows."]
    assert [row.text for row in catalog.chunks(catalog.chunk_ids("a"))] == ["Puffins nest in burrows."]
    catalog.publish("a", generation)
    assert found(catalog, "nest") == ["Gannets nest on ledges."]
    assert found(catalog, "puffins") == []
    assert len(catalog.chunk_ids("a")) == 1


def test_staging_the_same_chunks_twice_changes_nothing(catalog: Catalog) -> None:
    publish(catalog, document("a"), chunk(0, "Puffins nest in burrows."))
    before = catalog.chunk_ids("a")
    again = catalog.stage_chunks("a", [chunk(0, "Puffins nest in burrows.")])
    catalog.publish("a", again)
    assert catalog.chunk_ids("a") == before
    assert found(catalog, "puffins") == ["Puffins nest in burrows."]
    assert catalog.document_frequencies(["puffins"])[1] == 1


def test_a_staged_generation_that_was_never_published_is_swept_by_the_next(catalog: Catalog) -> None:
    catalog.add_document(document("a"))
    lost = catalog.stage_chunks("a", [chunk(0, "Half done.")])
    kept = catalog.stage_chunks("a", [chunk(0, "Whole.")])
    assert catalog.chunk_ids("a", lost) == []
    assert len(catalog.chunk_ids("a", kept)) == 1


def test_chunks_come_back_in_the_order_asked_with_their_sentences(catalog: Catalog) -> None:
    row = Sentence(
        "Razorbill 412", "Nests. species: Razorbill; 2025: 412", "row", (2,), (("", "Razorbill"), ("2025", "412"))
    )
    table = Chunk(1, "table", "|Razorbill|412|", (1, 2), ("Birds", "Nests"), 9, (row,), ((0, 1),))
    publish(catalog, document("a"), chunk(0, "First."), table)
    second, first = catalog.chunks(list(reversed(catalog.chunk_ids("a"))))
    assert (first.ordinal, second.ordinal) == (0, 1)
    assert (second.kind, second.pages, second.headings, second.name) == ("table", (1, 2), ("Birds", "Nests"), "a.pdf")
    (sentence,) = second.sentences
    assert (sentence.text, sentence.search, sentence.kind, sentence.cells) == (row.text, row.search, "row", row.cells)
    assert sentence.id.startswith(second.id)
    assert catalog.chunks(["no-such-chunk"]) == []


def test_full_text_ranks_by_relevance_and_stays_within_the_documents_named(catalog: Catalog) -> None:
    publish(
        catalog, document("a"), chunk(0, "The storm closed the slipway."), chunk(1, "Tea was served after the storm.")
    )
    publish(catalog, document("b"), chunk(0, "A slipway and a storm: the storm broke the slipway."))
    assert found(catalog, "storm", "slipways")[-1] == "Tea was served after the storm."
    assert found(catalog, "slipway", documents=("a",)) == ["The storm closed the slipway."]
    assert found(catalog, "slipway", documents=("nobody",)) == []
    scores = [score for _, score in catalog.search_text(["storm", "slipway"], (), 10)]
    assert scores == sorted(scores, reverse=True)
    assert scores[-1] > 0


@pytest.mark.parametrize("word", ['"', "NEAR", "a*", "x:y", "(", "AND", "-1", "ünïcödé", "", "'; DROP TABLE units; --"])
def test_no_word_breaks_the_search(catalog: Catalog, word: str) -> None:
    publish(catalog, document("a"), chunk(0, "The storm closed the slipway."))
    assert "The storm closed the slipway." in found(catalog, word, "storm")


def test_document_frequencies_count_units_by_stem(catalog: Catalog) -> None:
    publish(catalog, document("a"), chunk(0, "Storms came."), chunk(1, "A storm came."), chunk(2, "Calm."))
    counts, total = catalog.document_frequencies(["storm", "calm", "absent"])
    assert (counts.get("storm"), counts.get("calm"), counts.get("absent", 0), total) == (2, 1, 0, 3)


def test_token_vectors_go_with_their_chunk(catalog: Catalog) -> None:
    publish(catalog, document("a"), chunk(0, "One."), chunk(1, "Two."))
    first, second = catalog.chunk_ids("a")
    catalog.add_token_vectors([(first, [encoded(0, 3), encoded(1, 0)]), (second, [encoded(2, 1)])])
    stored = catalog.token_vectors([second, first, "no-such-chunk"])
    assert set(stored) == {first, second}
    assert stored[first].lengths.tolist() == [3, 0]
    assert stored[first].tokens.tolist() == encoded(0, 3).tokens.tolist()
    assert np.argmax(stored[first].sentences, axis=1).tolist() == [0, 1]
    sentences = catalog.sentence_vectors([first, second, "no-such-chunk"])
    assert {chunk: vectors.tolist() for chunk, vectors in sentences.items()} == {
        chunk: vectors.sentences.tolist() for chunk, vectors in stored.items()
    }
    catalog.delete_document("a")
    assert (catalog.token_vectors([first, second]), catalog.sentence_vectors([first])) == ({}, {})


def test_prefetched_vectors_stay_until_their_document_is_published_or_deleted(catalog: Catalog) -> None:
    for name in ("a", "b", "c"):
        catalog.add_document(document(name))
        catalog.add_prefetched_vectors(name, [(f"{name}-1", b"\x00\x01"), (f"{name}-2", b"\x02")])
    catalog.add_prefetched_vectors("a", [("a-2", b"\x03")])
    assert catalog.prefetched_vectors(["a-2", "b-1", "d-1"]) == {"a-2": b"\x03", "b-1": b"\x00\x01"}
    publish(catalog, document("a"), chunk(0, "One."))
    catalog.delete_document("b")
    catalog.add_prefetched_vectors("b", [("b-1", b"\x00")])
    assert catalog.prefetched_vectors(["a-1", "a-2", "b-1", "b-2", "c-1"]) == {"c-1": b"\x00\x01"}


def test_publishing_replaces_documents_of_the_same_source_and_names_them(catalog: Catalog) -> None:
    publish(catalog, document("old", source="/papers/report.pdf"), chunk(0, "The old storm."))
    replaced = publish(catalog, document("new", source="/papers/report.pdf"), chunk(0, "The new storm."))
    assert replaced == ["old"]
    assert found(catalog, "storm") == ["The new storm."]
    assert publish(catalog, document("other"), chunk(0, "Another storm.")) == []


def test_deleting_leaves_nothing_and_names_images_that_nobody_else_needs(catalog: Catalog) -> None:
    for name in ("a", "b"):
        publish(catalog, document(name), chunk(0, f"The storm of {name}."))
        catalog.add_transcript(Transcript(f"t-{name}", (Block("text", name),)))
        catalog.add_transcript(Transcript(layer_key(name, 1), (Block("text", name),)))
        catalog.record_page(PageRow(name, 1, status="read", image=f"image-{name}", transcript=f"t-{name}"))
        catalog.record_page(PageRow(name, 2, status="read", image="shared", transcript="t-shared"))
    catalog.add_transcript(Transcript("t-shared", (Block("text", "shared"),)))
    assert catalog.delete_document("a") == ["image-a"]
    assert catalog.document("a") is None
    assert (catalog.pages("a"), catalog.chunk_ids("a")) == ([], [])
    assert found(catalog, "storm") == ["The storm of b."]
    assert (catalog.transcript("t-a"), catalog.transcript(layer_key("a", 1))) == (None, None)
    assert all(catalog.transcript(key) for key in ("t-b", "t-shared", layer_key("b", 1)))
    assert catalog.delete_document("b") == ["image-b", "shared"]
    assert catalog.delete_document("b") == []


def test_values_of_the_whole_catalog(catalog: Catalog) -> None:
    assert catalog.get_meta("embedder") is None
    catalog.set_meta("embedder", "one")
    catalog.set_meta("embedder", "two")
    assert catalog.get_meta("embedder") == "two"


def test_many_threads_write_and_read_at_once(catalog: Catalog) -> None:
    catalog.add_document(document("a", pages=64))

    def record(page: int) -> int:
        catalog.add_transcript(Transcript(f"t{page}", (Block("text", f"page {page}"),)))
        catalog.record_page(PageRow("a", page, status="read", transcript=f"t{page}"))
        return len(catalog.pages("a"))

    with ThreadPoolExecutor(16) as threads:
        assert set(threads.map(record, range(1, 65))) == {64}
    assert {row.status for row in catalog.pages("a")} == {"read"}
    assert len(catalog.transcripts("a")) == 64


def test_what_was_stored_is_there_after_closing(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite3"
    first = SqliteCatalog(path)
    publish(first, document("a"), chunk(0, "The storm."))
    first.close()
    second = SqliteCatalog(path)
    assert found(second, "storm") == ["The storm."]
    second.close()
