"""The contract of scopes: what a caller finds, lists and reads of documents is in collections that they may read.

Every test that takes `raw` runs with each implementation of `graph.storage.scoped.ScopedCatalog`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from graph.access import LOCAL, Identity, NotAllowedError, Scope, scope_of
from graph.errors import BadInputError
from graph.storage.document_names import words_of
from graph.storage.library import Library
from graph.storage.rows import DocumentRow, PageRow, Transcript, layer_key
from graph.storage.scoped import ScopedCatalog, ScopedVectors
from loaders.types import Block
from tests.unit.graph.storage.rows import chunk, document, encoded

ANA, BEA = (Identity(name, frozenset(), admin=False) for name in ("ana", "bea"))


@pytest.fixture
def raw(scoped_catalog: ScopedCatalog) -> ScopedCatalog:
    return scoped_catalog


def of(raw: ScopedCatalog, identity: Identity, wish: str = "") -> Library:
    return Library(raw, scope_of(identity, raw, wish))


def read(library: Library, row: DocumentRow, *texts: str) -> str:
    """Add a document and read it, as an ingestion does; return the id of its first chunk."""
    library.add_document(row)
    blocks = tuple(Block("text", text, 0, None) for text in texts)
    library.record_page(
        PageRow(row.id, 1, "read", transcript=f"{row.id}:1:key", image=f"{row.id}.png"),
        Transcript(f"{row.id}:1:key", blocks),
    )
    library.add_transcript(Transcript(layer_key(row.id, 1), blocks))
    library.record_page(PageRow(row.id, 2, "failed", reason="timeout"))
    generation = library.stage_chunks(row.id, [chunk(0, *texts)])
    library.publish(row.id, generation)
    ids = library.chunk_ids(row.id)
    library.add_token_vectors([(one, [encoded(1, 2)] * len(texts)) for one in ids])
    return ids[0]


def looks(library: Library, row: DocumentRow, chunk_id: str, word: str) -> dict[str, Any]:
    """Everything that a library says when it is asked for one document in every way that there is."""
    return {
        "document": library.document(row.id),
        "documents": library.documents(),
        "of ids": library.documents([row.id]),
        "searchable": library.searchable(9),
        "newest": library.searchable(9, newest=True),
        "count": library.count_searchable(),
        "named": library.named([*words_of(row.name), *words_of(row.title), f"@{row.source.casefold()}"]),
        "pages": library.pages(row.id),
        "numbered": library.pages(row.id, [1, 2]),
        "failed": library.failed_pages(),
        "failed of": library.failed_pages([row.id]),
        "images": library.images(),
        "transcript": library.transcript(f"{row.id}:1:key"),
        "layer": library.transcript(layer_key(row.id, 1)),
        "transcripts": library.transcripts(row.id),
        "blocks": library.blocks(row.id),
        "chunk ids": library.chunk_ids(row.id),
        "chunks": library.chunks([chunk_id]),
        "published chunks": library.chunks([chunk_id], published=True),
        "published": library.published([chunk_id]),
        "more": library.has_more_chunks(0),
        "all chunks": library.published_chunks(9),
        "text": library.search_text([word], (), 9),
        "text of": library.search_text([word], [row.id], 9),
        "stems": library.near_stems(word, 1, 30),
        "tokens": library.token_vectors([chunk_id]),
        "sentences": library.sentence_vectors([chunk_id]),
        "multilingual": library.multilingual_vectors([chunk_id], 3),
        "collections": library.collections(),
    }


def test_every_method_that_reads_takes_a_scope_first() -> None:
    """A new method of the protocols is listed here, or takes a scope: none without it returns what is in documents."""
    without = {
        *("memberships", "collection_ids", "pending_cleanup", "cleanup_done", "delete_document", "record_page"),
        *("stale_vectors", "lease_pages", "renew_leases", "release_leases", "forget_leases", "count_attempt"),
        *("add_transcript", "stage_chunks", "publish", "chunks_fingerprint"),
        *("document_frequencies", "holds_other_scripts", "add_token_vectors", "add_multilingual_vectors"),
        *("add_prefetched_vectors", "prefetched_vectors", "count_request", "requests_sent", "get_meta", "set_meta"),
        *("keep_meta", "embedder"),
        *(
            "was_replaced",
            "leave_path",
            "close",
            "check",
            "add",
            "stored_ids",
            "bulk_load",
            "delete_stale",
            "reset",
            "count",
        ),
    }
    for protocol in (ScopedCatalog, ScopedVectors):
        for name, method in inspect.getmembers(protocol, inspect.isfunction):
            if name.startswith("_"):
                continue
            given = [one for one in inspect.signature(method).parameters.values() if one.name != "self"]
            scoped = bool(given) and given[0].name == "scope" and given[0].default is inspect.Parameter.empty
            assert scoped != (name in without), name


def test_a_stranger_sees_nothing_in_any_way(raw: ScopedCatalog) -> None:
    row = document("a")
    ana = of(raw, ANA)
    first = read(ana, row, "winch cable tested")
    ana.put_in(row.id, ["Tools"])
    own = looks(of(raw, ANA), row, first, "winch")
    assert [name for name, said in own.items() if not said] == ["multilingual"]
    foreign = looks(of(raw, BEA), row, first, "winch")
    assert {name: said for name, said in foreign.items() if said} == {}
    missing = looks(of(raw, BEA), document("z"), "z-0-0000", "winch")
    assert foreign == missing


def test_a_stranger_changes_nothing_that_is_told_of_a_document(raw: ScopedCatalog) -> None:
    row, ana, bea = document("a"), of(raw, ANA), of(raw, BEA)
    read(ana, row, "winch cable tested")
    before = ana.document("a"), ana.pages("a")
    bea.set_front_matter("a", "Taken over", ["Bea"], "2027", ",")
    bea.set_labels("a", {1: "xvii"}, printed=True)
    bea.set_labels("a", {1: "xviii"}, printed=False)
    assert (ana.document("a"), ana.pages("a")) == before
    ana.set_front_matter("a", "Winches", [], "", "")
    ana.set_labels("a", {1: "iv"}, printed=True)
    assert (ana.documents()[0].title, ana.pages("a")[0].label) == ("Winches", "iv")


def test_a_document_is_held_by_others_where_one_may_not_write(raw: ScopedCatalog) -> None:
    row, ana, bea = document("a"), of(raw, ANA), of(raw, BEA)
    read(ana, row, "winch cable tested")
    assert [one.is_held_by_others("a") for one in (ana, bea, of(raw, LOCAL))] == [False, True, False]
    bea.add_document(row)
    assert [one.is_held_by_others("a") for one in (ana, bea, of(raw, LOCAL))] == [True, True, False]
    assert not ana.is_held_by_others("z")


def test_the_local_user_sees_everything(raw: ScopedCatalog) -> None:
    first = read(of(raw, ANA), document("a"), "winch cable tested")
    assert all(looks(of(raw, LOCAL), document("a"), first, "winch")[name] for name in ("document", "text", "tokens"))


def test_what_is_foreign_takes_no_place_among_the_best(raw: ScopedCatalog) -> None:
    """Filtered after the ranking, the better foreign hits would leave too few."""
    ana, bea = of(raw, ANA), of(raw, BEA)
    for number in range(40):
        read(bea, document(f"b{number}"), "winch winch winch")
    mine = [read(ana, document(f"a{number}"), f"one winch and many other words {number}") for number in range(3)]
    assert {one for one, _ in ana.search_text(["winch"], (), 3)} == set(mine)
    assert {one for one, _ in ana.search_text(["winch"], ["a1", "b1"], 3)} == {mine[1]}
    assert ana.published_chunks(2) == sorted(mine)[:2]
    assert [row.id for row in ana.documents(limit=2)] == ["a0", "a1"]
    assert [row.id for row in ana.searchable(2, newest=True)] == ["a1", "a2"]
    assert [ana.count_searchable(most) for most in (0, 2, 3, 9)] == [0, 2, 3, 3]
    assert (ana.count_searchable(), ana.has_more_chunks(2), ana.has_more_chunks(3)) == (3, True, False)


def test_each_user_has_a_name_of_their_own_for_the_same_bytes(raw: ScopedCatalog) -> None:
    row = replace(document("a"), title="", name="secret-plan.pdf", source="/ana/secret-plan.pdf")
    other = replace(row, name="brochure.pdf", source="/bea/brochure.pdf")
    first = read(of(raw, ANA), row, "winch cable tested")
    bea = of(raw, BEA)
    bea.add_document(other)
    said = repr(looks(bea, other, first, "winch"))
    assert "brochure.pdf" in said
    assert "secret" not in said
    assert "/ana" not in said
    assert "brochure" not in repr(looks(of(raw, ANA), row, first, "winch"))
    assert bea.named(["secret", "=secret plan", "@/ana/secret-plan.pdf"]) == []
    assert [one.id for one in bea.named(["brochure"])] == ["a"]
    assert bea.search_text(["secret"], (), 9) == []


def test_a_name_that_the_local_user_gave_is_not_searched_by_others(raw: ScopedCatalog) -> None:
    row = replace(document("a"), title="", name="secretplan.pdf")
    read(of(raw, LOCAL), row, "winch")
    assert of(raw, LOCAL).search_text(["secretplan"], (), 9)  # a document without a title is found by its name
    bea, mine = of(raw, BEA), replace(row, name="b.pdf", source="/bea/b.pdf")
    raw.publish("a", raw.stage_chunks("a", [chunk(0, "winch")]), "made of this")
    bea.add_document(mine)
    assert raw.chunks_fingerprint("a") == ""  # so that reading it goes on to cut it again
    bea.publish("a", bea.stage_chunks("a", [chunk(0, "winch")]))
    assert bea.search_text(["secretplan", "pdf"], (), 9) == []
    assert bea.search_text(["winch"], (), 9)


def test_names_of_others_do_not_make_a_label_ambiguous_or_a_word_common(raw: ScopedCatalog) -> None:
    for number in range(5):
        read(of(raw, BEA), replace(document(f"b{number}"), name="report.pdf"), "winch")
    ana = of(raw, ANA)
    read(ana, replace(document("a"), name="report.pdf"), "winch")
    assert [row.label for row in ana.documents()] == ["report.pdf"]
    assert [one.name for one in ana.chunks(ana.chunk_ids("a"))] == ["report.pdf"]
    for who, count in ((BEA, 5), (LOCAL, 6)):  # documents of one name that one may see are told apart in their chunks
        seen = of(raw, who)
        chunks = seen.chunks([key for row in seen.documents() for key in seen.chunk_ids(row.id)])
        assert len({one.name for one in chunks}) == len(chunks) == count


def test_new_bytes_at_a_source_take_the_place_of_the_old_in_one_collection(raw: ScopedCatalog) -> None:
    old, new = (replace(document(name), name="a.pdf", source="/shared/a.pdf") for name in ("old", "new"))
    ana, bea = of(raw, ANA), of(raw, BEA)
    read(ana, old, "winch")
    read(bea, old, "winch")
    read(ana, new, "crane")
    assert [row.id for row in ana.documents()] == ["new"]
    assert [row.id for row in bea.documents()] == ["old"]
    assert raw.pending_cleanup() == []
    read(bea, new, "crane")
    assert [row.id for row in bea.documents()] == ["new"]
    assert raw.pending_cleanup() == ["old"]
    assert of(raw, LOCAL).documents(["old"]) == []  # the last entry is gone, and the document with it


def test_deleting_takes_the_entry_and_the_last_one_takes_the_document(raw: ScopedCatalog) -> None:
    row = document("a")
    for identity in (ANA, BEA):
        read(of(raw, identity), row, "winch")
    assert not of(raw, ANA).retire("a")
    assert of(raw, ANA).document("a") is None
    assert of(raw, BEA).document("a") is not None
    assert of(raw, BEA).retire("a")
    assert of(raw, LOCAL).documents() == []


def test_a_shared_collection_is_read_by_its_readers_and_written_by_its_writers(raw: ScopedCatalog) -> None:
    ana = of(raw, ANA)
    ours = ana.create_collection("Ours")
    assert of(raw, ANA).members(ours) == {"ana": "manager"}
    of(raw, ANA).set_member(ours, "bea", "reader")
    read(of(raw, ANA, "ours"), document("a"), "winch")
    bea = of(raw, BEA)
    assert [row.id for row in bea.documents()] == ["a"]
    for change in (lambda: bea.retire("a"), lambda: bea.put_in("a", ["Ours"]), lambda: bea.add_to(["a"], ["Ours"])):
        with pytest.raises(NotAllowedError, match="You may read the collection 'Ours', not") as error:
            change()
        assert error.value.seen
    with pytest.raises(NotAllowedError, match="the collection 'Ours', not add to it"):
        of(raw, BEA, "Ours").add_document(document("b"))
    with pytest.raises(NotAllowedError, match="do not manage"):
        bea.set_member(ours, "bea", "manager")
    with pytest.raises(NotAllowedError, match="do not manage"):
        bea.members(ours)
    of(raw, ANA).set_member(ours, "bea", "writer")
    read(of(raw, BEA, "Ours"), document("b"), "crane")
    assert [row.id for row in of(raw, ANA).documents()] == ["a", "b"]
    of(raw, ANA).set_member(ours, "bea", None)
    assert of(raw, BEA).documents() == []


def test_groups_let_their_members_in_with_the_highest_role(raw: ScopedCatalog) -> None:
    ours = of(raw, ANA).create_collection("Ours")
    of(raw, ANA).set_member(ours, "group:law", "reader")
    of(raw, ANA).set_member(ours, "group:staff", "writer")
    bea = Identity("bea", frozenset({"law", "staff"}), admin=False)
    scope = scope_of(bea, raw)
    assert scope.may_write(ours)
    assert not scope.may_manage(ours)
    assert not scope_of(Identity("law", frozenset(), admin=False), raw).may_read(ours)


@pytest.mark.parametrize(
    "change",
    [
        lambda library, id_: library.members(id_),
        lambda library, id_: library.set_member(id_, "bea", "manager"),
        lambda library, id_: library.set_member("nowhere", "bea", "manager"),
    ],
)
def test_a_foreign_collection_is_missing_to_strangers(
    raw: ScopedCatalog, change: Callable[[Library, str], object]
) -> None:
    ours = of(raw, ANA).create_collection("Ours")
    with pytest.raises(NotAllowedError, match="There is no collection") as error:
        change(of(raw, BEA), ours)
    assert not error.value.seen


def test_two_users_may_give_a_collection_the_same_name(raw: ScopedCatalog) -> None:
    ids = {of(raw, identity).create_collection("Cases") for identity in (ANA, BEA)}
    assert len(ids) == 2
    with pytest.raises(BadInputError, match="already"):
        of(raw, ANA).create_collection("cases")
    assert of(raw, ANA).collections() == {"Cases": []}


def test_a_member_of_two_collections_of_one_name_has_to_say_which(raw: ScopedCatalog) -> None:
    cid = Identity("cid", frozenset(), admin=False)
    ids = sorted(of(raw, identity).create_collection("Cases") for identity in (ANA, BEA))
    for identity, one in ((owner, one) for owner in (ANA, BEA) for one in ids if scope_of(owner, raw).may_manage(one)):
        of(raw, identity).set_member(one, "cid", "manager")
    for identity in (cid, LOCAL):
        with pytest.raises(BadInputError, match=f"Several collections are called 'cases': .* {ids[0]} or {ids[1]}"):
            scope_of(identity, raw, "cases")
        named = list(of(raw, identity).collections())
        assert named == [f"Cases ({one[:4]})" for one in ids]
        assert [scope_of(identity, raw, name).into for name in (*named, *ids)] == [*ids, *ids]


def test_a_role_is_one_of_three_and_a_personal_collection_is_not_shared(raw: ScopedCatalog) -> None:
    ana = of(raw, ANA)
    ours = ana.create_collection("Ours")
    with pytest.raises(BadInputError, match="'owner' is not a role"):
        of(raw, ANA).set_member(ours, "bea", "owner")  # type: ignore[arg-type]
    read(ana, document("a"), "winch")
    with pytest.raises(BadInputError, match="personal collection"):
        ana.set_member(ANA.personal, "bea", "reader")


def test_the_local_users_marks_are_kept_by_new_bytes(raw: ScopedCatalog) -> None:
    local = of(raw, LOCAL)
    old, new = (replace(document(name), name="a.pdf", source="/docs/a.pdf") for name in ("old", "new"))
    read(local, old, "winch")
    local.put_in("old", ["Bills"])
    read(local, new, "crane")
    assert local.collections() == {"Bills": ["new"]}
    assert [row.id for row in local.documents()] == ["new"]


def test_a_document_that_is_taken_out_of_its_last_collection_stays_with_its_user(raw: ScopedCatalog) -> None:
    ana = of(raw, ANA)
    ana.create_collection("Ours")
    read(of(raw, ANA, "Ours"), document("a"), "winch")
    assert of(raw, ANA).put_in("a", []) == []
    assert [row.id for row in of(raw, ANA).documents()] == ["a"]
    assert of(raw, ANA).collections() == {"Ours": []}  # it has a member, and is kept although it is empty


def test_a_document_nobody_may_see_cannot_be_put_anywhere(raw: ScopedCatalog) -> None:
    """Sharing copies the entry that the caller sees: with none there is nothing to copy."""
    read(of(raw, ANA), document("a"), "winch")
    of(raw, BEA).add_to(["a"], ["Mine"])
    of(raw, BEA).put_in("a", ["Mine"])
    assert of(raw, BEA).documents() == []


def test_maintenance_sees_what_every_user_has(raw: ScopedCatalog) -> None:
    for identity, name in ((ANA, "a"), (BEA, "b")):
        read(of(raw, identity), document(name), "winch")
    assert [row.id for row in raw.documents(Scope.everything())] == ["a", "b"]
    assert raw.images(Scope.everything()) == {"a.png", "b.png"}
