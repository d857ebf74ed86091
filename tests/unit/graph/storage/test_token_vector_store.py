"""The contract of token vectors, for every implementation in `conftest.py`."""

from __future__ import annotations

import numpy as np

from graph.storage.base import Catalog
from graph.storage.token_codes import columns, levels
from tests.unit.graph.storage.rows import chunk, document, encoded, publish


def test_token_vectors_go_with_their_chunk(catalog: Catalog) -> None:
    publish(catalog, document("a"), chunk(0, "One."), chunk(1, "Two."))
    first, second = catalog.chunk_ids("a")
    catalog.add_token_vectors([(first, [encoded(0, 3), encoded(1, 0)]), (second, [encoded(2, 1)])])
    stored = catalog.token_vectors([second, first, "no-such-chunk"])
    assert set(stored) == {first, second}
    assert stored[first].lengths.tolist() == [3, 0]
    assert len(stored[first].tokens) == 3
    likeness = levels(stored[first].tokens.view(np.uint8)) @ columns(encoded(0, 3).tokens)
    assert likeness[0, 0] > 0, "the same direction"
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
