"""Copies of a library to a place that was changed since it was copied there, or that is being copied to."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from graph import dependencies
from graph.access import Scope
from graph.cli import main
from graph.maintenance import migration
from graph.maintenance.moved_documents import NOT_COPIED_FROM_HERE
from graph.storage.cleanup import remove
from graph.storage.stores import HomeStores
from tests.conftest import SAMPLE, MakePdf
from tests.flows.test_migration import migrate, old

__all__ = ["old"]


def test_what_was_changed_there_since_it_was_copied_stays_unless_it_is_overwritten(
    old: Path, postgres_url: str, make_pdf: MakePdf, capsys: pytest.CaptureFixture[str]
) -> None:
    """Read again there, deleted there, and deleted here while it was read again there."""
    notes = {name: make_pdf(f"{name}.pdf", f"The {name} burned 4 litres of oil.") for name in ("lamp", "lens", "horn")}
    assert main.main(["ingest", "--home", str(old), *map(str, notes.values())]) == 0
    here = dependencies.home_stores()
    ids = {row.name.removesuffix(".pdf"): row.id for row in here.within(Scope.everything()).catalog.documents()}
    there = migration.target_of(postgres_url, here)
    assert migration.copy(here, there, lambda *_: None)["copied"] == 4
    with psycopg.connect(postgres_url) as connection:
        for name in ("lamp", "horn"):
            connection.execute("UPDATE pages SET attempts = 9 WHERE document = %s", [ids[name]])
    remove(there.within(Scope.everything()), ids["lens"])
    here.leave_for("")
    remove(here.within(Scope.everything()), ids["horn"])
    assert main.main(["ingest", "--home", str(old), str(make_pdf("rope.pdf", "The rope is 4 m long."))]) == 0

    capsys.readouterr()
    assert migrate(old, postgres_url) == 3
    said = capsys.readouterr().out
    assert "4 documents: 1 copied, 1 there before." in said
    assert f"lamp.pdf ({ids['lamp'][:12]}): it was changed there" in said
    assert f"horn.pdf ({ids['horn'][:12]}): it was changed there" in said
    assert f"lens.pdf ({ids['lens'][:12]}): it was deleted there" in said
    assert there.catalog.copies.read(ids["lamp"])["pages"][0][5] == 9
    assert ids["lens"] not in there.catalog.copies.documents()
    assert not here.catalog.get_meta(HomeStores.MOVED_TO), "it has not left"

    assert migrate(old, postgres_url, "--overwrite") == 0
    assert migrate(old, postgres_url, "--verify") == 0
    assert set(there.catalog.copies.documents()) == set(here.catalog.copies.documents())
    there.close()


def test_what_both_places_have_read_is_not_replaced(old: Path, library: Path, tmp_path: Path) -> None:
    """The new place has read the same file itself: what it has was not copied from here."""
    here, there = dependencies.home_stores(), HomeStores(tmp_path / "there", "")
    assert main.main(["ingest", "--home", str(there.home), str(SAMPLE)]) == 0
    moved = migration.copy(here, there, lambda *_: None)
    assert [one["what"] for one in moved["differences"]] == [NOT_COPIED_FROM_HERE]
    assert (moved["copied"], moved["kept"]) == (0, 1)
    assert migration.copy(here, there, lambda *_: None, overwrite=True)["copied"] == 1
    there.close()


def test_members_that_were_changed_there_stay(old: Path, tmp_path: Path) -> None:
    here, there = dependencies.home_stores(), HomeStores(tmp_path / "there", "")
    with here.catalog._db.writing() as connection:
        connection.execute("INSERT INTO collection VALUES ('birds', 'birds', '')")
        connection.execute("INSERT INTO member VALUES ('birds', 'ann', 'reader'), ('birds', 'bob', 'reader')")
    migration.copy(here, there, lambda *_: None)
    with there.catalog._db.writing() as connection:
        connection.execute("DELETE FROM member WHERE who = 'bob'")
    moved = migration.copy(here, there, lambda *_: None)
    assert [one["name"] for one in moved["differences"]] == ["the collection 'birds'"]
    assert there.catalog.copies.read_shared()["member"] == [("birds", "ann", "reader")]
    assert migration.copy(here, there, lambda *_: None, overwrite=True)["differences"] == []
    assert len(there.catalog.copies.read_shared()["member"]) == 2
    there.close()


def test_a_home_that_was_left_is_not_copied_elsewhere(
    old: Path, postgres_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert migrate(old, postgres_url) == 0
    capsys.readouterr()
    assert migrate(old, f"home:{tmp_path / 'other'}") == 2
    assert "was moved (postgresql://" in capsys.readouterr().err
    assert main.main(["migrate", "--home", str(old), "--reopen"]) == 0
    assert migrate(old, f"home:{tmp_path / 'other'}") == 0


def test_a_second_copy_at_the_same_time_is_refused(
    old: Path, postgres_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    turn = migration.target_of(postgres_url, dependencies.home_stores()).turn(alone=False)
    assert turn
    assert turn.is_only_mover()
    assert migrate(old, postgres_url) == 2
    assert "Another `migrate` is copying to postgresql://" in capsys.readouterr().err
    turn.end()
    assert migrate(old, postgres_url) == 0
