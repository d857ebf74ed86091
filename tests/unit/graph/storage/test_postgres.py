"""The catalog and the vectors in Postgres beyond the contracts: vectors, several writers, versions, addresses."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, nullcontext
from pathlib import Path

import numpy as np
import psycopg
import pytest

from graph.errors import BadInputError, HomeError, IndexMismatchError
from graph.storage.base import PageRow, Transcript, VectorRow
from graph.storage.library import Library, LibraryVectors
from graph.storage.postgres import schema
from graph.storage.postgres.catalog import PostgresCatalog
from graph.storage.postgres.database import Database, place_of
from graph.storage.postgres.stores import PostgresStores
from graph.storage.postgres.vectors import PostgresVectors
from graph.storage.transcript_rows import packed
from loaders.types import Block
from tests.libraries import whole, whole_index
from tests.unit.graph.storage.rows import chunk, document, encoded, found, publish

AXES = np.eye(3, dtype=np.float32)


@pytest.fixture
def catalog(database: Database) -> Library:
    return whole(PostgresCatalog(database))


@pytest.fixture
def index(database: Database) -> LibraryVectors:
    made = whole_index(PostgresVectors(database))
    made.check("model/3")
    return made


def test_a_chunk_and_its_vectors_change_in_one_transaction(catalog: Library, index: LibraryVectors) -> None:
    def add(*ids: str) -> None:
        index.add([VectorRow(f"{one}/0") for one in ids], np.stack([AXES[0]] * len(ids)))

    publish(catalog, document("a"), chunk(0, "The first."))
    (first,) = catalog.chunk_ids("a")
    add(first)
    staged = catalog.stage_chunks("a", [chunk(0, "The second.")])
    (second,) = catalog.chunk_ids("a", staged)
    add(second)
    index.delete_stale("a", first.split("-")[1])
    assert index.stored_ids([f"{first}/0", f"{second}/0"]) == {f"{first}/0", f"{second}/0"}, "staged by another process"
    catalog.publish("a", staged)
    assert index.stored_ids([f"{first}/0", f"{second}/0"]) == {f"{second}/0"}
    catalog.delete_document("a")
    assert index.count() == 0


def test_a_clean_up_that_comes_late_keeps_the_vectors_of_a_document_that_was_added_again(
    catalog: Library, index: LibraryVectors
) -> None:
    publish(catalog, document("a"), chunk(0, "One."))
    (key,) = catalog.chunk_ids("a")
    index.add([VectorRow(f"{key}/0"), VectorRow("a-gone-0000/0")], AXES[:2])
    index.delete_stale("a", "")
    assert index.stored_ids([f"{key}/0", "a-gone-0000/0"]) == {f"{key}/0"}


def test_a_deletion_inside_a_transaction_sees_what_it_did(catalog: Library) -> None:
    catalog.add_document(document("a"))
    catalog.record_page(PageRow("a", 1, status="read", image="own"), Transcript("t", (Block("text", "x"),)))
    assert catalog.delete_document("a") == ["own"]


def test_sentence_vectors_are_read_without_those_of_tokens(catalog: Library) -> None:
    publish(catalog, document("a"), chunk(0, "One.", "Two."))
    (key,) = catalog.chunk_ids("a")
    catalog.add_token_vectors([(key, [encoded(5, 100), encoded(7, 2)])])
    assert np.argmax(catalog.sentence_vectors([key])[key], axis=1).tolist() == [5, 7]


def test_a_scope_of_many_vectors_is_searched_as_exactly_as_a_small_one(
    index: LibraryVectors, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(3)
    vectors = rng.normal(size=(900, 3)).astype(np.float32)
    names = [f"{'abc'[at % 3]}-g1-{at:04d}" for at in range(900)]
    monkeypatch.setattr("graph.storage.postgres.vectors._MAX_EXACT", 700)
    index.add([VectorRow(name) for name in names], vectors)
    cosines = vectors @ AXES[0] / np.linalg.norm(vectors, axis=1)
    inside = [name for name in np.array(names)[np.argsort(-cosines)] if name[0] in "ac"]
    exact = [row for row, *_ in index.search(AXES[0], ["a", "c"], 20)]
    monkeypatch.setattr("graph.storage.postgres.vectors._MAX_EXACT", 1)
    near = [row for row, *_ in index.search(AXES[0], ["a", "c"], 20)]
    assert len(set(exact) & set(inside[:20])) >= 18, "halves may change the order of neighbours"
    assert len(set(near) & set(inside[:20])) >= 18
    assert {row[0] for row in near} <= {"a", "c"}


def test_a_scope_far_from_a_question_is_searched_though_the_index_gives_up_before_it(
    new: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graph.storage.postgres.vectors._MAX_EXACT", 20)
    with psycopg.connect(new, autocommit=True) as connection:
        name = connection.info.dbname
        connection.execute(f"ALTER DATABASE {name} SET hnsw.max_scan_tuples = 50".encode())  # 20,000 by default
        connection.execute(f"ALTER DATABASE {name} SET enable_sort = off".encode())  # so few rows need no index
    rng = np.random.default_rng(3)
    near, far = (axis + rng.normal(scale=0.05, size=(900, 3)).astype(np.float32) for axis in (AXES[0], AXES[1]))
    with closing(Database(new)) as database:
        index = whole_index(PostgresVectors(database))
        index.check("model/3")
        index.add([VectorRow(f"a-g1-{at:04d}") for at in range(900)], near)
        index.add([VectorRow(f"b-g1-{at:04d}") for at in range(60)], far[:60])
        hits = index.search(AXES[0], ["b"], 10)
    best = np.argsort(-(far[:60] @ AXES[0] / np.linalg.norm(far[:60], axis=1)))[:10]
    assert {row for row, *_ in hits} >= {f"b-g1-{at:04d}" for at in best[:8]}, "halves may change the order"


def test_an_empty_index_that_two_processes_take_keeps_what_the_first_has_stored(
    new: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(Database(new)) as one, closing(Database(new)) as two:
        first, second, writing = PostgresVectors(one), PostgresVectors(two), two.writing

        def later(*, alone: bool = True) -> object:
            monkeypatch.setattr(two, "writing", writing)
            first.check("model/3")
            first.add([VectorRow("a-g1-0000")], AXES[:1])
            return writing(alone=alone)

        monkeypatch.setattr(two, "writing", later)
        second.check("model/3")
        assert second.count() == 1
        monkeypatch.setattr(two, "writing", later)
        first.reset("")
        with pytest.raises(IndexMismatchError, match="model/3"):
            second.check("other/3")
        assert second.count() == 1


def test_a_process_with_the_former_model_does_not_take_an_index_that_is_rebuilt(tmp_path: Path, new: str) -> None:
    with closing(PostgresStores(tmp_path, new)) as stores:
        stores.check("former/3")
        stores.catalog.set_meta(stores.REEMBEDDING, "new/3")
        stores.vectors.reset("new/3")
        with pytest.raises(IndexMismatchError, match="at work"):
            stores.check("former/3")
        assert stores.vectors.embedder() == "new/3"


def test_vectors_can_be_read_after_another_process_has_changed_their_length(new: str) -> None:
    with closing(Database(new)) as one, closing(Database(new)) as two:
        writer, reader = whole_index(PostgresVectors(one)), whole_index(PostgresVectors(two))
        for length in (3, 4):
            writer.reset(f"model/{length}")
            writer.add([VectorRow("a-g1-0000")], np.eye(length, dtype=np.float32)[:1])
            for _ in range(8):  # psycopg prepares a statement that is repeated
                assert len(reader.vectors(["a-g1-0000"])["a-g1-0000"]) == length


def test_a_process_that_stores_vectors_and_one_that_deletes_them_do_not_wait_for_each_other(
    catalog: Library, index: LibraryVectors, database: Database
) -> None:
    publish(catalog, document("a"), chunk(0, "One.", "Two."))
    (key,) = catalog.chunk_ids("a")
    for row in (f"{key}/1", f"{key}/0"):  # deleted in this order where they are not locked in the order of ids
        index.add([VectorRow(row)], AXES[:1])
    update = "UPDATE chunk_vectors SET vector = vector WHERE id = ?"
    with ThreadPoolExecutor(1) as threads:
        with database.writing(alone=False) as transaction:
            transaction.execute(update, [f"{key}/0"])
            published = threads.submit(publish, catalog, document("a"), chunk(0, "Other."))
            while not transaction.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone():
                assert not published.done()
            transaction.execute(update, [f"{key}/1"])
        published.result()
    assert index.count() == 0


def test_processes_that_start_together_make_the_tables_once(new: str) -> None:
    def start(_: int) -> int:
        with closing(Database(new)) as database:
            return len(database.rows("SELECT version FROM pagewitness"))

    with ThreadPoolExecutor(6) as threads:
        assert set(threads.map(start, range(6))) == {1}


def test_tables_of_a_newer_version_are_refused(new: str) -> None:
    with closing(Database(new)) as database, database.writing() as transaction:
        transaction.execute("UPDATE pagewitness SET version = ?", [len(schema.STEPS) + 1])
    with pytest.raises(HomeError, match=r"of version \d+.*upgrade PageWitness"):
        Database(new)


def test_a_step_that_fails_leaves_the_version_before(new: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "STEPS", (*schema.STEPS[:1], "CREATE TABLE half (id INTEGER); SELECT 1 / 0"))
    with pytest.raises(BadInputError, match="division by zero"):
        Database(new)
    monkeypatch.undo()
    with closing(Database(new)) as database:
        assert database.rows("SELECT to_regclass('half') IS NULL, version FROM pagewitness") == [
            (True, len(schema.STEPS))
        ]


def test_connections_that_the_server_has_ended_are_replaced(database: Database, catalog: Library) -> None:
    def end_all() -> None:
        database.rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    with ThreadPoolExecutor(8) as threads:  # so that the pool has several connections
        list(threads.map(lambda at: catalog.set_meta("key", str(at)), range(64)))
    end_all()
    assert catalog.get_meta("key") is not None
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda at: catalog.set_meta("key", str(at)), range(64)))
    end_all()
    catalog.set_meta("key", "after")
    assert catalog.get_meta("key") == "after"


def test_a_write_does_not_fail_because_one_of_the_connections_was_cut(new: str) -> None:
    with closing(Database(new)) as database, psycopg.connect(new, autocommit=True) as other:
        catalog = PostgresCatalog(database)
        database._pool.resize(3, 3)
        database._pool.wait(300)
        for at in range(3):  # with each of them in turn
            (cut, *_) = [connection.info.backend_pid for connection in database._pool._pool][at:]
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [cut])
            catalog.set_meta("key", str(at))
            database._pool.wait(300)
        assert catalog.get_meta("key") == "2"


@pytest.mark.parametrize(
    "change", ["ALTER TABLE meta RENAME TO moved", "ALTER DATABASE {} SET default_transaction_read_only = on"]
)
def test_a_database_that_was_changed_meanwhile_is_told_in_a_sentence(new: str, change: str) -> None:
    with closing(Database(new)) as database, psycopg.connect(new, autocommit=True) as other:
        catalog = PostgresCatalog(database)
        other.execute(change.format(other.info.dbname).encode())
        other.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        with pytest.raises(HomeError, match=r"cannot be used as it is now \([^:]*\): put its tables back"):
            catalog.set_meta("key", "")
        if "RENAME" in change:
            with pytest.raises(HomeError, match=r"relation \"meta\" does not exist\)"):
                catalog.get_meta("key")


@pytest.mark.parametrize("limit", ["IDLE_S", "TRANSACTION_S"])
def test_a_process_that_stops_in_a_transaction_does_not_stop_the_others(
    new: str, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(f"graph.storage.postgres.database.{limit}", 1)
    with closing(Database(new)) as database, closing(Database(new)) as another:
        stopped, other = PostgresCatalog(database), PostgresCatalog(another)

        def stop_in_a_transaction() -> None:
            sending = limit == "TRANSACTION_S"
            with database.writing() as transaction, transaction._connection.pipeline() if sending else nullcontext():
                transaction.execute("INSERT INTO meta (key, value) VALUES ('of', 'the stopped')")
                other.set_meta("key", "of the other")  # waits until the transaction is ended
                transaction.execute("SELECT 1")

        with pytest.raises(HomeError, match="run the same command again"):
            stop_in_a_transaction()
        assert (other.get_meta("key"), other.get_meta("of")) == ("of the other", None)
        stopped.set_meta("of", "a later one")


@pytest.mark.parametrize("url", ["mysql://host/db", "postgresql://[half/db", "somewhere", "host=here dbname=x"])
def test_what_is_no_address_of_postgres_is_refused(url: str) -> None:
    with pytest.raises(BadInputError, match=r"PAGEWITNESS_STORE_URL is not the address.*set one such as"):
        place_of(url)


def test_no_message_holds_the_password(tmp_path: Path) -> None:
    url = "postgresql://someone:hunter2@127.0.0.1:9/papers"
    assert place_of(url) == "postgresql://someone@127.0.0.1:9/papers"
    stores = PostgresStores(tmp_path, url)
    with pytest.raises(BadInputError, match=r"postgresql://someone@127.0.0.1:9/papers.*cannot be used") as caught:
        _ = stores.catalog
    assert "hunter2" not in str(caught.value)


def test_two_processes_keep_the_rule_of_one_source(new: str) -> None:
    """Documents that take each other's source at the same moment: one of them is left, whichever comes last."""
    with closing(Database(new)) as one, closing(Database(new)) as two:
        catalogs = [whole(PostgresCatalog(one)), whole(PostgresCatalog(two))]

        def add(at: int) -> None:
            row = document(f"d{at}", source="/papers/same.pdf")
            publish(catalogs[at % 2], row, chunk(0, f"Version {at} of the storm."))

        with ThreadPoolExecutor(6) as threads:
            list(threads.map(add, range(24)))
        (left,) = catalogs[0].documents()
        assert found(catalogs[1], "storm") == [f"Version {left.id[1:]} of the storm."]
        assert [row.id for row in catalogs[1].named([f"={left.id} pdf"])] == [left.id]


def test_files_in_a_home_folder_belong_to_no_process(tmp_path: Path, new: str) -> None:
    with closing(PostgresStores(tmp_path / "home", new)) as one, closing(PostgresStores(tmp_path / "home", new)) as two:
        one.acquire_for_writing()
        two.acquire_for_writing()
        publish(whole(one.catalog), document("a"), chunk(0, "The storm."))
        assert found(whole(two.catalog), "storm") == ["The storm."]
        assert two.sizes()["database"] > 2**20
        assert two.place == place_of(new)


def test_transcripts_stay_compressed_as_they_are(catalog: Library, database: Database) -> None:
    catalog.add_transcript(Transcript("t", (Block("text", "x"),)))
    ((words,),) = database.rows("SELECT words FROM transcripts")
    assert words == packed(Transcript("t", ()))[2]


def test_many_add_or_one_rebuilds_and_who_waits_to_rebuild_is_next(new: str) -> None:
    from graph.storage.postgres.turns import Turn

    first, second, rebuild, late = (Turn(new, alone=alone) for alone in (False, False, True, False))
    assert first.try_to_begin()
    assert second.try_to_begin()
    assert not rebuild.try_to_begin()
    assert not late.try_to_begin(), "behind who waits to rebuild"
    first.end()
    assert not rebuild.try_to_begin()
    second.end()
    assert rebuild.try_to_begin()
    assert not late.try_to_begin()
    rebuild.end()
    assert late.try_to_begin()
    late.end()


@pytest.mark.parametrize("alone", [False, True])
def test_a_turn_that_the_server_has_forgotten_is_told_in_a_sentence(new: str, alone: bool) -> None:
    from graph.storage.postgres.turns import Turn

    turn = Turn(new, alone=alone)
    assert turn.try_to_begin()
    turn.check()
    with psycopg.connect(new) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    for act in (turn.check, turn.try_to_begin):
        with pytest.raises(HomeError, match=r"does not answer .*: start it again"):
            act()
    turn.end()
