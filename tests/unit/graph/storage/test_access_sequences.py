"""Random sequences of what three users do with documents, against a model of sets.

After each step, what each user lists, finds and is told of names is what the model says. The suite tries 100
sequences, and 15 in Postgres; `make long` 500 of each.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.access import Identity, NotAllowedError, Scope, scope_of
from graph.storage.catalog import SqliteCatalog
from graph.storage.library import Library
from graph.storage.scoped import ScopedCatalog
from tests.unit.graph.storage.conftest import empty
from tests.unit.graph.storage.rows import chunk, document

if TYPE_CHECKING:
    from graph.storage.postgres.database import Database

USERS = {name: Identity(name, frozenset(), admin=False) for name in ("ana", "bea", "cid")}
TEAM = "Team"
BYTES = ("d0", "d1", "d2")
WORDS = {"d0": "winch", "d1": "crane", "d2": "tides"}

_user, _bytes, _place = st.sampled_from(sorted(USERS)), st.sampled_from(BYTES), st.sampled_from(["own", "team"])
_step = st.one_of(
    # A source holds other bytes from step to step: "replace" is adding them where the others were.
    st.tuples(st.just("add"), _user, _bytes, _place, st.sampled_from(["x", "y"])),
    st.tuples(st.just("delete"), _user, _bytes),
    st.tuples(st.just("share"), _user, _bytes),
    st.tuples(st.just("unshare"), _user, _bytes),
    st.tuples(st.just("role"), _user, st.sampled_from(["reader", "writer", "manager", None])),
    st.tuples(st.just("reread"), _user, _bytes),
)


class Model:
    """What should be: entries (collection, source) -> (bytes, name), in the order of their adding; and roles."""

    def __init__(self) -> None:
        self.entries: dict[tuple[str, str, str], str] = {}
        self.roles: dict[str, str | None] = {"ana": "manager"}

    def reads(self, user: str) -> set[str]:
        return {user} | ({TEAM} if self.roles.get(user) else set())

    def writes(self, user: str) -> set[str]:
        return {user} | ({TEAM} if self.roles.get(user) in ("writer", "manager") else set())

    def seen(self, user: str) -> dict[str, set[str]]:
        """The documents that a user sees, each with the names that it has there."""
        found: dict[str, set[str]] = defaultdict(set)
        for (collection, _, held), name in self.entries.items():
            if collection in self.reads(user):
                found[held].add(name)
        return found

    def add(self, collection: str, source: str, held: str, name: str) -> None:
        for key in [key for key in self.entries if key[:2] == (collection, source) and key[2] != held]:
            del self.entries[key]
        self.entries[collection, source, held] = name


class Home:
    """The catalog, with a model beside it."""

    def __init__(self, raw: ScopedCatalog) -> None:
        self.raw, self.model = raw, Model()
        self.team = Library(raw, self.scope("ana")).create_collection(TEAM)

    def scope(self, user: str, wish: str = "") -> Scope:
        return scope_of(USERS[user], self.raw, wish)

    def library(self, user: str, wish: str = "") -> Library:
        return Library(self.raw, self.scope(user, wish))

    def add(self, user: str, held: str, place: str, source: str) -> None:
        name, path = f"{user}-{source}.pdf", f"/{source}/{place}"
        row = replace(document(held), name=name, source=path, title="")
        collection = user if place == "own" else TEAM
        try:
            library = self.library(user, "" if place == "own" else TEAM)
            library.add_document(row)
        except NotAllowedError:
            assert collection not in self.model.writes(user)
            return
        assert collection in self.model.writes(user)
        library.publish(held, library.stage_chunks(held, [chunk(0, WORDS[held])]))
        self.model.add(collection, path, held, name)

    def delete(self, user: str, held: str) -> None:
        visible, mine = held in self.model.seen(user), self.model.writes(user)
        keys = [key for key in self.model.entries if key[2] == held and key[0] in mine]
        try:
            gone = self.library(user).retire(held)
        except NotAllowedError:
            assert visible
            assert not keys
            return
        for key in keys:
            del self.model.entries[key]
        assert gone == (bool(keys) and all(key[2] != held for key in self.model.entries))

    def share(self, user: str, held: str) -> None:
        if TEAM not in self.model.reads(user):
            return
        seen = held in self.model.seen(user)
        try:
            self.library(user).add_to([held], [TEAM])
        except NotAllowedError:
            assert TEAM not in self.model.writes(user)
            return
        if seen and not any(key[0] == TEAM and key[2] == held for key in self.model.entries):
            (_, source, _), name = next(
                (key, name) for key, name in self.model.entries.items() if key[2] == held and key[0] == user
            )
            self.model.entries[TEAM, source, held] = name

    def unshare(self, user: str, held: str) -> None:
        keys = [key for key in self.model.entries if key[0] == TEAM and key[2] == held]
        if TEAM not in self.model.writes(user) or not keys:
            return
        self.library(user).put_in(held, [])
        if not any(key[0] == user and key[2] == held for key in self.model.entries):
            self.model.entries[user, keys[0][1], held] = self.model.entries[keys[0]]
        for key in keys:
            del self.model.entries[key]

    def role(self, user: str, role: str | None) -> None:
        if user != "ana":
            self.library("ana").set_member(self.team, user, role)  # type: ignore[arg-type]
            self.model.roles[user] = role

    def reread(self, user: str, held: str) -> None:
        if held in self.model.seen(user):
            self.raw.publish(held, self.raw.stage_chunks(held, [chunk(0, WORDS[held], f"{user} again")]))

    def check(self) -> None:
        for user in USERS:
            seen, library = self.model.seen(user), self.library(user)
            rows = {row.id: row for row in library.documents()}
            assert set(rows) == set(seen)
            assert {held: set(row.names) for held, row in rows.items()} == seen
            assert {row.id for row in library.searchable(9)} == set(seen)
            assert library.count_searchable() == len(seen)
            for held, word in WORDS.items():
                found = {one.partition("-")[0] for one, _ in library.search_text([word], (), 9)}
                assert found == {held} & set(seen)
            for other in USERS:
                named = {row.id for row in library.named([other])}
                assert named == {held for held, names in seen.items() if any(n.startswith(other) for n in names)}
        held_by_any = {key[2] for key in self.model.entries}
        assert {row.id for row in self.raw.documents(Scope.everything())} == held_by_any


@contextmanager
def embedded() -> Iterator[ScopedCatalog]:
    with TemporaryDirectory() as folder, closing(SqliteCatalog(Path(folder) / SqliteCatalog.FILE_NAME)) as raw:
        yield raw


def try_sequences(number: int, opened: Callable[[], AbstractContextManager[ScopedCatalog]]) -> None:
    @settings(max_examples=number, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(_step, min_size=3, max_size=12))
    def sequence(steps: list[tuple[str, ...]]) -> None:
        with opened() as raw:
            home = Home(raw)
            for what, *details in steps:
                getattr(home, what)(*details)
                home.check()

    sequence()


@pytest.mark.parametrize("number", [100, pytest.param(500, marks=pytest.mark.slow)])
@pytest.mark.heavy
def test_what_users_see_is_what_a_model_of_sets_says(number: int) -> None:
    try_sequences(number, embedded)


@pytest.mark.parametrize("number", [15, pytest.param(500, marks=pytest.mark.slow)])
def test_the_same_holds_in_postgres(database: Database, number: int) -> None:
    from graph.storage.postgres.catalog import PostgresCatalog

    @contextmanager
    def opened() -> Iterator[ScopedCatalog]:
        empty(database)
        yield PostgresCatalog(database)

    try_sequences(number, opened)
