"""The retriever on a small library: each weight of the score decides a question, and near-duplicates are left out."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from graph.access import Identity, scope_of
from graph.engines.offline.minilm import MiniLM
from graph.errors import IndexMismatchError
from graph.retrieval import late_interaction, scoring, vector_search
from graph.retrieval.embedder import Embedder
from graph.retrieval.retriever import Retriever, round_robin
from graph.retrieval.vector_search import nearest_chunks
from graph.runtime.caching import LRUCache
from graph.storage import library as storage
from graph.storage.base import Catalog
from graph.storage.catalog import SqliteCatalog
from graph.storage.rows import VectorRow
from graph.storage.vectors import ChromaVectors
from graph.types import Reply, RetrievedChunk
from loaders.types import Chunk, Sentence
from tests.libraries import open_catalog, open_vectors
from tests.unit.graph.storage.rows import document

TEXTS = {
    "lighthouse": ["The lighthouse on Skerry Point was lit in 1887."],
    "puffins": ["Puffins nest in burrows above the north cliff."],
    "ferry": ["The ferry to the island leaves at nine.", "It takes bicycles free of charge."],
    "bicycles": ["Bicycles can be rented at the pier.", "A day costs 12 crowns."],
    "mooring": ["Boats under six metres pay half the mooring fee."],
    "toll": ["A toll on carts financed the digging of the tunnel."],
    "attention": ["No one paid attention to the tunnel."],
    "winter": ["The swallows fly to Africa before winter."],
    "mornings": ["Swallows spend their mornings on the roof."],
    "clause": ["4.2 The keeper may close it in a storm."],
    "fees": ["The fee of the harbour is due on Fridays, as the harbour master says."],
    "kestrel": ["The Kestrel is a boat of six metres, built of oak."],
    "sails": ["Kestrel: sails of the Kestrel."],
    "fleet": ["How many boats the village of Ness once had is not known."],
}
ROWS = {"Ness": "14", "Carrow": "9"}
# A question, the chunk that answers it, and the weight without which another chunk comes first.
DECIDED = {
    "bm25": ("How much does it cost to hire a bike?", "bicycles", "BM25_WEIGHT"),
    "cosine": ("How was the tunnel paid for?", "toll", "COSINE_WEIGHT"),
    "maxsim": ("Where do the swallows spend the cold season?", "winter", "MAXSIM_WEIGHT"),
    "named clause": ("What does clause 4.2 say of the fee of the harbour?", "clause", "NAMED_WEIGHT"),
    "definition": ("What is the Kestrel?", "kestrel", "DEFINITION_WEIGHT"),
    "row label": ("How many boats has Ness?", "table", "ROW_WEIGHT"),
}
# The same for one vector a chunk.
DECIDED_BY_CHUNK = {
    "text": ("How many boats has Ness?", "table", "TEXT_SHARE"),
    "vector": ("When does the vessel depart?", "ferry", "VECTOR_SHARE"),
}


class ChunkEmbedder:
    """The local model as an embedder that gives each chunk one vector, as those of model services do."""

    identity = "one-vector-a-chunk/384"

    def __init__(self, model: MiniLM) -> None:
        self._model = model

    async def embed_query(self, text: str) -> Reply[NDArray[np.float32]]:
        return await self._model.embed_query(text)

    def embed_chunks(self, titles: Sequence[str], texts: Sequence[str]) -> AsyncIterator[Reply[NDArray[np.float32]]]:
        return self._model.embed_chunks(titles, texts)


class Library:
    """A catalog and a vector index with chunks of one document; `names` are the chunks' keys by their ids."""

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        self.catalog: Catalog = open_catalog(folder / "catalog.sqlite3")
        self.index = open_vectors(folder / "vectors")
        self.index.check(embedder.identity)
        self.embedder = embedder
        self.names: dict[str, str] = {}

    def add(self, name: str, chunks: dict[str, list[Sentence]]) -> None:
        made = [
            Chunk(at, "text", " ".join(s.text for s in ones), ones[0].pages, (), 10, tuple(ones), ((0, len(ones)),))
            for at, ones in enumerate(chunks.values())
        ]
        self.catalog.add_document(document(name))
        generation = self.catalog.stage_chunks(name, made)
        ids = self.catalog.chunk_ids(name, generation)
        self.names |= dict(zip(ids, chunks, strict=True))
        if isinstance(self.embedder, MiniLM):
            for row in self.catalog.chunks(ids):
                encoded = self.embedder.encode([sentence.search for sentence in row.sentences])
                self.catalog.add_token_vectors([(row.id, encoded)])
                self.index.add([VectorRow(s.id) for s in row.sentences], np.stack([one.vector for one in encoded]))
        else:
            vectors = MiniLM().encode([chunk.text for chunk in made])
            self.index.add([VectorRow(one) for one in ids], np.stack([one.vector for one in vectors]))
        self.catalog.publish(name, generation)

    def search(self, question: str, documents: Sequence[str] = (), limit: int = 5) -> list[str]:
        retriever = Retriever(self.catalog, self.index, self.embedder)
        reply = asyncio.run(retriever.search(question, documents, limit))
        return [self.names[chunk["chunk"]] for chunk in reply.value]


def prose(*texts: str) -> list[Sentence]:
    return [Sentence(text, text, "prose", (1,)) for text in texts]


def row(label: str, value: str) -> Sentence:
    text = f"{label} {value}"
    return Sentence(
        text, f"Fishing boats. Village: {label}, boats: {value}", "row", (1,), (("Village", label), ("Boats", value))
    )


def chunks() -> dict[str, list[Sentence]]:
    return {name: prose(*texts) for name, texts in TEXTS.items()} | {"table": [row(*one) for one in ROWS.items()]}


@pytest.fixture(scope="module")
def model() -> MiniLM:
    return MiniLM()


@pytest.fixture(scope="module")
def library(model: MiniLM, tmp_path_factory: pytest.TempPathFactory) -> Library:
    made = Library(tmp_path_factory.mktemp("by-sentence"), model)
    made.add("a", chunks())
    return made


@pytest.fixture(scope="module")
def by_chunk(model: MiniLM, tmp_path_factory: pytest.TempPathFactory) -> Library:
    made = Library(tmp_path_factory.mktemp("by-chunk"), ChunkEmbedder(model))
    made.add("a", chunks())
    return made


@pytest.fixture(autouse=True)
def empty_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(late_interaction, "_cache", LRUCache(100))


@pytest.mark.parametrize(("question", "answer", "weight"), DECIDED.values(), ids=DECIDED)
def test_the_chunk_that_answers_comes_first_and_a_weight_decides_it(
    library: Library, question: str, answer: str, weight: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert library.search(question)[0] == answer
    monkeypatch.setattr(scoring, weight, 0.0)
    assert library.search(question)[0] != answer, f"the question does not depend on {weight}: choose another one"


@pytest.mark.parametrize(("question", "answer", "weight"), DECIDED_BY_CHUNK.values(), ids=DECIDED_BY_CHUNK)
def test_text_and_vectors_of_whole_chunks_both_decide(
    by_chunk: Library, question: str, answer: str, weight: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert by_chunk.search(question)[0] == answer
    monkeypatch.setattr(scoring, weight, 0.0)
    assert by_chunk.search(question)[0] != answer, f"the question does not depend on {weight}: choose another one"


@pytest.mark.parametrize("asked", ["on page 2", "on the second page", "on the last page"])
def test_the_page_that_a_question_names_is_among_the_first_of_each_document(
    model: MiniLM, tmp_path: Path, asked: str
) -> None:
    library = Library(tmp_path, model)
    for name in "ab":
        first = {f"{name}{at}": prose(f"In 19{at}5 the {name} ducks were counted.") for at in range(3, 9)}
        last = f"The {name} owls bred until 7 May."
        library.add(name, first | {f"{name} second": [Sentence(last, last, "prose", (2,))]})
    found = library.search(f"Which date is given {asked}?")
    assert set(found[:2]) == {"a second", "b second"}
    assert "second" not in " ".join(library.search("Which year is given?", limit=3))


TERN = "The Arctic tern returns to the same cliff every May and raises one chick there in a bare scrape."


def test_a_near_duplicate_is_left_out_and_a_variant_stays(model: MiniLM, tmp_path: Path) -> None:
    library = Library(tmp_path, model)
    library.add("a", {"first": prose(TERN), "other": prose("The tern is a bird of the coast.")})
    library.add("b", {"copy": prose(TERN.replace("every May", "each May"), "Chicks fledge in July, most years.")})
    library.add("c", {"same": prose(f"{TERN} Indeed.")})
    found = library.search("Where does the Arctic tern raise its chick?")
    assert len({"first", "same"} & set(found)) == 1, "they differ by one word"
    assert {"copy", "other"} <= set(found), "they differ by more than a tenth of their words"


def test_duplicates_do_not_use_up_the_limit(model: MiniLM, tmp_path: Path) -> None:
    library = Library(tmp_path, model)
    for name in "abc":
        library.add(name, {f"copy {name}": prose(TERN)})
    library.add("d", {"other": prose("Terns dive for sand eels.")})
    found = library.search("What do we know of the Arctic tern?", limit=2)
    assert len(found) == 2
    assert "other" in found


def test_only_the_given_documents_are_searched(model: MiniLM, tmp_path: Path) -> None:
    library = Library(tmp_path, model)
    library.add("a", {"here": prose("The tern nests on the cliff.")})
    library.add("b", {"there": prose("The tern nests on the roof.")})
    assert set(library.search("Where does the tern nest?")) == {"here", "there"}
    assert library.search("Where does the tern nest?", ["b"]) == ["there"]
    assert library.search("Where does the tern nest?", ["nowhere"]) == []


def test_the_page_is_that_of_the_best_sentence(model: MiniLM, tmp_path: Path) -> None:
    library = Library(tmp_path, model)
    sentences = [
        Sentence("The ferry leaves at nine.", "The ferry leaves at nine.", "prose", (4,)),
        Sentence("Dogs travel free.", "Dogs travel free.", "prose", (5,)),
    ]
    library.catalog.add_document(document("a", pages=5))
    made = Chunk(0, "text", "The ferry leaves at nine. Dogs travel free.", (4, 5), (), 10, tuple(sentences), ((0, 2),))
    generation = library.catalog.stage_chunks("a", [made])
    (row,) = library.catalog.chunks(library.catalog.chunk_ids("a", generation))
    encoded = model.encode([sentence.search for sentence in row.sentences])
    library.catalog.add_token_vectors([(row.id, encoded)])
    library.index.add([VectorRow(s.id) for s in row.sentences], np.stack([one.vector for one in encoded]))
    retriever = Retriever(library.catalog, library.index, model)
    question = "What does a dog pay?"
    assert asyncio.run(retriever.search(question, [], 5)).value == [], "the generation is not published yet"
    library.catalog.publish("a", generation)
    (found,) = asyncio.run(retriever.search(question, [], 5)).value
    assert (found["page"], found["pages"], found["chunk"]) == (5, [4, 5], row.id)


def test_vectors_of_another_model_are_refused(library: Library, model: MiniLM) -> None:
    retriever = Retriever(library.catalog, library.index, ChunkEmbedder(model))
    with pytest.raises(IndexMismatchError):
        asyncio.run(retriever.search("Where?", [], 5))


@pytest.mark.parametrize("question", ["Where do puffins nest?", "How many boats has Kelder?", "When does it rain?"])
def test_a_small_library_is_compared_as_the_index_compares_it(
    library: Library, model: MiniLM, question: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    vector = model.encode_query(question).vector
    exact = nearest_chunks(library.catalog, library.index, model, vector, [], 8)
    monkeypatch.setattr(vector_search, "_MAX_EXACT", 0)
    indexed = nearest_chunks(library.catalog, library.index, model, vector, [], 8)
    assert list(exact) == list(indexed)
    assert list(exact.values()) == pytest.approx(list(indexed.values()), abs=1e-3)  # stored with 16 bits


def test_what_one_user_may_see_is_compared_without_the_filter_of_the_index(
    model: MiniLM, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = Library(tmp_path, model)
    library.add("a", chunks())
    library.add("b", {"own": prose("Puffins nest under the old pier.", "The pier has a lamp.")})
    raw, ann = SqliteCatalog(tmp_path / "catalog.sqlite3"), Identity("ann", frozenset(), admin=False)
    storage.Library(raw, scope_of(ann, raw)).add_document(document("b"))
    catalog = storage.Library(raw, scope_of(ann, raw))
    index = storage.LibraryVectors(ChromaVectors(tmp_path / "vectors", entries=raw), scope_of(ann, raw))
    vector = model.encode_query("Where do puffins nest?").vector
    monkeypatch.setattr(vector_search, "_first_search", threading.Lock())
    vector_search._first_search.acquire()
    monkeypatch.setattr(vector_search, "_MAX_EXACT", 0)
    exact, opened = nearest_chunks(catalog, index, model, vector, [], 8), index.is_open
    monkeypatch.setattr(vector_search, "_MAX_EXACT_OF_SCOPE", 0)
    indexed = nearest_chunks(catalog, index, model, vector, [], 8)
    assert (opened, index.is_open) == (False, True)
    assert list(exact) == list(indexed) == catalog.published_chunks(9)
    assert list(exact.values()) == pytest.approx(list(indexed.values()), abs=1e-3)
    index.close()


def test_the_first_search_of_a_process_spares_itself_the_opening_of_the_index(
    model: MiniLM, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library, vector = Library(tmp_path, model), model.encode_query("Where do puffins nest?").vector
    library.add("a", chunks())
    library.index.close()
    index = open_vectors(tmp_path / "vectors")
    monkeypatch.setattr(vector_search, "_MAX_EXACT", 0)
    monkeypatch.setattr(vector_search, "_first_search", threading.Lock())
    first = nearest_chunks(library.catalog, index, model, vector, [], 8)
    opened = [index.is_open]
    second = nearest_chunks(library.catalog, index, model, vector, [], 8)
    opened.append(index.is_open)
    assert opened == [False, True]
    assert list(first) == list(second)
    index.close()


def ranking(*names: str) -> list[RetrievedChunk]:
    return [
        RetrievedChunk(
            chunk=name, document="a", name="a.pdf", page=1, score=1, relevant=False, heading="", kind="text", text=""
        )
        for name in names
    ]


def test_rankings_are_merged_in_turns_and_each_chunk_once() -> None:
    merged = round_robin([ranking("a", "b", "c"), ranking("x", "b"), ranking()], 4)
    assert [chunk["chunk"] for chunk in merged] == ["a", "x", "b", "c"]
    assert len(round_robin([ranking("a", "b"), ranking("x", "y")], 3)) == 3
    assert round_robin([], 3) == []
