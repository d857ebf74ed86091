"""The contract of chunks, for every implementation in `conftest.py`."""

from __future__ import annotations

import pytest

from graph.storage.base import Catalog
from graph.storage.cleanup_marks import PENDING
from graph.storage.page_leases import CHUNKS
from loaders.types import Chunk, Sentence
from tests.unit.graph.storage.rows import chunk, clean_up, document, found, publish


def test_staged_chunks_are_not_found_until_they_are_published(catalog: Catalog) -> None:
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


def test_a_staged_generation_that_was_never_published_is_replaced_by_the_next(catalog: Catalog) -> None:
    catalog.add_document(document("a"))
    lost = catalog.stage_chunks("a", [chunk(0, "Half done.")])
    kept = catalog.stage_chunks("a", [chunk(0, "Whole.")])
    assert catalog.chunk_ids("a", lost) == []
    assert len(catalog.chunk_ids("a", kept)) == 1


def test_published_chunks_are_listed_up_to_a_limit(catalog: Catalog) -> None:
    publish(catalog, document("a"), chunk(0, "Puffins nest in burrows."), chunk(1, "They return in spring."))
    publish(catalog, document("b"), chunk(0, "Gannets nest on ledges."))
    catalog.stage_chunks("b", [chunk(0, "Not published yet.")])
    expected = [*catalog.chunk_ids("a"), *catalog.chunk_ids("b")]
    assert (catalog.published_chunks(10), catalog.published_chunks(2)) == (expected, expected[:2])
    assert (catalog.published_chunks(1, offset=2), catalog.published_chunks(1, offset=3)) == (expected[2:], [])
    assert catalog.chunk_ids("a", limit=1) == expected[:1]


def test_a_library_that_shrinks_has_no_longer_more_chunks(catalog: Catalog) -> None:
    publish(catalog, document("a"), chunk(0, "Puffins nest in burrows."))
    assert not catalog.has_more_chunks(1)
    publish(catalog, document("b"), chunk(0, "Gannets nest on ledges."), chunk(1, "They dive."))
    assert [catalog.has_more_chunks(number) for number in (1, 2, 3, 2)] == [True, True, False, True]
    catalog.stage_chunks("b", [chunk(0, "Not published yet.")])
    assert not catalog.has_more_chunks(3)
    publish(catalog, document("b"), chunk(0, "Gannets nest on ledges."))
    assert not catalog.has_more_chunks(2)


def test_a_chunk_that_is_read_again_has_the_sentences_that_are_stored_now(catalog: Catalog) -> None:
    publish(catalog, document("a"), chunk(0, "Puffins nest in burrows."))
    before = catalog.chunks(catalog.chunk_ids("a"))
    assert catalog.chunks(catalog.chunk_ids("a")) == before
    publish(catalog, document("a"), chunk(0, "Gannets nest on ledges."))
    (after,) = catalog.chunks(catalog.chunk_ids("a"))
    assert [sentence.text for sentence in after.sentences] == ["Gannets nest on ledges."]


def test_chunks_come_back_in_the_order_asked_with_their_sentences(catalog: Catalog) -> None:
    row = Sentence(
        "Razorbill 412",
        "Nests. species: Razorbill; 2025: 412",
        "row",
        (2,),
        (("", "Razorbill"), ("2025", "412")),
        ("West cliff",),
    )
    table = Chunk(1, "table", "|Razorbill|412|", (1, 2), ("Birds", "Nests"), 9, (row,), ((0, 1),))
    publish(catalog, document("a"), chunk(0, "First."), table)
    second, first = catalog.chunks(list(reversed(catalog.chunk_ids("a"))))
    assert (first.ordinal, second.ordinal) == (0, 1)
    assert (second.kind, second.pages, second.headings, second.name) == ("table", (1, 2), ("Birds", "Nests"), "a.pdf")
    (sentence,) = second.sentences
    assert (sentence.text, sentence.search, sentence.kind, sentence.cells) == (row.text, row.search, "row", row.cells)
    assert sentence.band == ("West cliff",)
    assert [other.band for other in first.sentences] == [()] * len(first.sentences)
    assert sentence.id.startswith(second.id)
    assert catalog.chunks(["no-such-chunk"]) == []


def test_only_published_chunks_are_published(catalog: Catalog) -> None:
    publish(catalog, document("a"), chunk(0, "Puffins nest in burrows."))
    (seen,) = catalog.chunk_ids("a")
    (staged,) = catalog.chunk_ids("a", catalog.stage_chunks("a", [chunk(0, "Gannets nest on ledges.")]))
    assert catalog.published([staged, seen]) == [seen]
    assert [row.id for row in catalog.chunks([staged, seen])] == [staged, seen]
    assert [row.id for row in catalog.chunks([staged, seen], published=True)] == [seen]


def test_the_fingerprint_is_that_of_the_published_generation(catalog: Catalog) -> None:
    catalog.add_document(document("a"))
    assert catalog.chunks_fingerprint("a") == ""
    catalog.publish("a", catalog.stage_chunks("a", [chunk(0, "One.")]), "first")
    catalog.publish("a", catalog.stage_chunks("a", [chunk(0, "Two.")]), "second")
    assert catalog.chunks_fingerprint("a") == "second"


def test_publishing_returns_what_may_have_vectors_of_former_chunks(catalog: Catalog) -> None:
    assert publish(catalog, document("a"), chunk(0, "One.")) == [], "it is new"
    (former,) = catalog.chunk_ids("a")
    assert publish(catalog, document("a"), chunk(0, "Two.")) == ["a"]
    mark, ids = catalog.stale_vectors("a")
    assert ids == [former, f"{former}/0", f"{former}/p1"]
    catalog.cleanup_done("a", mark)
    assert publish(catalog, document("b"), chunk(0, "One.")) == []
    for killed in ("One, of a run that was killed.", "Two, of a run that was killed."):
        catalog.add_document(document("c"))
        catalog.stage_chunks("c", [chunk(0, killed)])
    last = catalog.stage_chunks("c", [chunk(0, "One, at last.")])
    catalog.stage_chunks("c", [chunk(0, "One, at last.")])
    assert catalog.publish("c", last) == ["c"], "no row tells of the first two any more"
    assert catalog.stale_vectors("c").ids is None
    clean_up(catalog, "c")
    assert catalog.publish("c", last) == ["c"], "of a run that only lost its lease, more may come"
    clean_up(catalog, "c")
    catalog.delete_document("c")
    assert publish(catalog, document("c"), chunk(0, "One.")) == []


def test_a_publication_during_a_clean_up_stays_marked(catalog: Catalog) -> None:
    for text in ("One.", "Two."):
        publish(catalog, document("a"), chunk(0, text))
    mark, first = catalog.stale_vectors("a")
    publish(catalog, document("a"), chunk(0, "Three."))
    catalog.cleanup_done("a", mark)
    mark, both = catalog.stale_vectors("a")
    assert (len(first or ()), len(both or ())) == (3, 6)
    for _ in range(2):  # of runs that lost their leases: both marks say only that other chunks may have vectors
        mark = catalog.stale_vectors("a").mark
        catalog.publish("a", "late", owner="late")
    catalog.cleanup_done("a", mark)
    assert catalog.pending_cleanup() == ["a"]
    clean_up(catalog, "a")
    assert catalog.pending_cleanup() == []


@pytest.mark.parametrize("older", ["", '[["a-old-0", 1, [1]]]'])
def test_a_mark_of_an_older_version_is_understood(catalog: Catalog, older: str) -> None:
    publish(catalog, document("a"), chunk(0, "One."))
    catalog.set_meta(f"{PENDING}a", older)
    rows = ["a-old-0", "a-old-0/0", "a-old-0/p1"] if older else None
    assert catalog.stale_vectors("a") == (older, rows)
    (former,) = catalog.chunk_ids("a")
    publish(catalog, document("a"), chunk(0, "Two."))
    assert catalog.stale_vectors("a").ids == (rows and [*rows, former, f"{former}/0", f"{former}/p1"])
    clean_up(catalog, "a")
    assert catalog.pending_cleanup() == []


def test_only_who_holds_the_lease_of_the_chunks_replaces_them(catalog: Catalog) -> None:
    catalog.add_document(document("a"))
    catalog.lease_pages("a", [CHUNKS], "late", -1)
    late = catalog.stage_chunks("a", [chunk(0, "Puffins nest in burrows.")], owner="late")
    catalog.lease_pages("a", [CHUNKS], "next", 60)
    held = catalog.stage_chunks("a", [chunk(0, "Gannets nest on ledges.")], owner="next")
    assert catalog.stage_chunks("a", [chunk(0, "Puffins nest in burrows.")], owner="late") == late
    catalog.publish("a", held, "of the next", owner="next")
    assert catalog.publish("a", late, "of the late", owner="late") == ["a"], "with vectors that came late"
    assert [row.text for row in catalog.chunks(catalog.chunk_ids("a"))] == ["Gannets nest on ledges."]
    assert catalog.chunks_fingerprint("a") == "of the next"
