"""The library as a LangChain vector store: nearest published chunks with their texts and pages, for reading only."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from langchain_core.embeddings import Embeddings

from graph.storage.rows import DocumentRow, VectorRow
from graph.storage.vector_store import LibraryVectorStore
from loaders.types import Chunk, Sentence
from tests.libraries import open_catalog, open_vectors

WORDS = ("storm", "tide", "gull", "winch")


class WordCounts(Embeddings):
    """A model that counts four words."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        return [0.1 + text.lower().count(word) for word in WORDS]


def chunk(ordinal: int, *sentences: str) -> Chunk:
    parts = tuple(Sentence(text, text, "prose", (ordinal + 1,)) for text in sentences)
    pages = (ordinal + 1, ordinal + 2)
    return Chunk(ordinal, "text", " ".join(sentences), pages, ("Log", "May"), 9, parts, ((0, len(parts)),))


@pytest.fixture
def store(tmp_path: Path) -> LibraryVectorStore:
    catalog, vectors, model = open_catalog(tmp_path / "c.sqlite3"), open_vectors(tmp_path / "chroma"), WordCounts()
    vectors.check("words/4")
    library = {
        "a": [chunk(0, "A storm came.", "The storm went.", "A storm, a tide."), chunk(1, "The winch broke.")],
        "b": [chunk(0, "A gull."), chunk(1, "A storm at high tide."), chunk(2, "A storm at low tide.")],
    }
    for document, chunks in library.items():
        catalog.add_document(DocumentRow(document, f"{document}.pdf", f"/{document}.pdf", "pdf", "", 3, 1000))
        catalog.publish(document, catalog.stage_chunks(document, chunks))
        for row in catalog.chunks(catalog.chunk_ids(document)):
            texts = [sentence.text for sentence in row.sentences]
            rows = [VectorRow(sentence.id) for sentence in row.sentences]
            vectors.add(rows, np.array(model.embed_documents(texts), np.float32))
    return LibraryVectorStore(vectors, catalog, model)


def test_results_are_whole_chunks_with_their_place(store: LibraryVectorStore) -> None:
    (found,) = store.similarity_search("winch", k=1)
    assert found.page_content == "The winch broke."
    assert found.metadata == {
        "document": "a", "name": "a.pdf", "page": 2, "pages": [2, 3], "heading": "Log › May", "kind": "text",
        "chunk": found.id,
    }  # fmt: skip
    assert store.get_by_ids([found.id or "", "no-such-chunk"]) == [found]


def test_a_chunk_with_several_near_sentences_is_found_once(store: LibraryVectorStore) -> None:
    found = store.similarity_search_with_score("storm", k=5)
    assert len(found) == 5
    assert len({one.id for one, _ in found}) == 5
    assert found[0][0].page_content.startswith("A storm came.")
    scores = [score for _, score in found]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] == pytest.approx(1.0, abs=1e-3)


def test_the_search_stays_within_the_documents_given(store: LibraryVectorStore) -> None:
    assert {one.metadata["name"] for one in store.similarity_search("storm", k=5, documents=["b"])} == {"b.pdf"}


async def test_as_retriever_works_in_each_of_its_ways(store: LibraryVectorStore) -> None:
    nearest = store.as_retriever(search_kwargs={"k": 2}).invoke("storm tide")
    assert len(nearest) == 2
    assert await store.as_retriever(search_kwargs={"k": 2}).ainvoke("storm tide") == nearest
    near = store.as_retriever(search_type="similarity_score_threshold", search_kwargs={"score_threshold": 0.9})
    assert [one.page_content for one in near.invoke("winch")] == ["The winch broke."]


def test_marginal_relevance_prefers_a_chunk_that_says_something_else(store: LibraryVectorStore) -> None:
    plain = {one.page_content for one in store.similarity_search("storm tide", k=2, documents=["b"])}
    assert plain == {"A storm at high tide.", "A storm at low tide."}
    mixed = store.as_retriever(search_type="mmr", search_kwargs={"k": 2, "documents": ["b"], "lambda_mult": 0.1})
    assert "A gull." in {one.page_content for one in mixed.invoke("storm tide")}


def test_writing_is_refused_with_the_command_that_does_it(store: LibraryVectorStore) -> None:
    with pytest.raises(NotImplementedError, match="pagewitness ingest"):
        store.add_texts(["A wave."])
    with pytest.raises(NotImplementedError, match="pagewitness ingest"):
        store.delete(["a"])
    with pytest.raises(NotImplementedError, match="pagewitness ingest"):
        LibraryVectorStore.from_texts(["A wave."], WordCounts())
