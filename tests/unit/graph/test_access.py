"""Scopes are made of an identity and its memberships, and of nothing else."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace

import pytest

from graph.access import LOCAL, Identity, Membership, NotAllowedError, Scope, require_manager, require_writer, scope_of
from tests.conftest import ROOT

ANA = Identity("ana", frozenset({"law"}), admin=False)


class Members:
    """The members of a few collections, by who is let in."""

    def __init__(self, **by_member: Membership) -> None:
        self._by_member = by_member

    def memberships(self, members: Sequence[str]) -> list[Membership]:
        return [self._by_member[one] for one in members if one in self._by_member]

    def collection_ids(self, name: str) -> list[str]:
        return [
            one.collection
            for one in self._by_member.values()
            if name == one.collection or name.casefold() == one.name.casefold()
        ]


CASES = Members(**{"ana": Membership("c1", "Cases", "reader"), "group:law": Membership("c2", "Laws", "writer")})
OTHERS = Members(bea=Membership("c3", "Payroll", "manager"))


def test_the_local_user_sees_everything() -> None:
    assert scope_of(LOCAL, CASES) is Scope.everything()


def test_a_user_who_looks_like_the_local_one_does_not() -> None:
    forged = replace(LOCAL)
    assert forged == LOCAL
    assert scope_of(forged, CASES).reads == frozenset({"user:"})


def test_an_administrator_sees_no_more_documents() -> None:
    assert scope_of(replace(ANA, admin=True), CASES) == scope_of(ANA, CASES)


def test_a_scope_holds_the_personal_collection_and_those_by_name_and_group() -> None:
    scope = scope_of(ANA, CASES)
    assert scope.reads == frozenset({"user:ana", "c1", "c2"})
    assert scope.writes == frozenset({"user:ana", "c2"})
    assert scope.manages == frozenset({"user:ana"})
    assert (scope.into, scope.who) == ("user:ana", "ana")


def test_a_wish_narrows_the_scope_by_id_or_name() -> None:
    for wish in ("c2", "laws", "Laws"):
        scope = scope_of(ANA, CASES, wish)
        laws = frozenset({"c2"})
        assert (scope.reads, scope.writes, scope.manages, scope.into) == (laws, laws, frozenset(), "c2")


def test_a_foreign_collection_is_told_to_be_missing_in_the_same_words() -> None:
    told = []
    for catalog in (OTHERS, Members()):
        with pytest.raises(NotAllowedError) as error:
            scope_of(ANA, catalog, "Payroll")
        told.append((str(error.value), error.value.seen))
    assert told[0] == told[1]
    assert not told[0][1]


def test_a_user_cannot_name_the_personal_collection_of_another() -> None:
    with pytest.raises(NotAllowedError):
        scope_of(ANA, Members(), "user:bea")


def test_roles_allow_what_they_say_and_no_more() -> None:
    scope = scope_of(ANA, CASES)
    require_writer(scope, "c2")
    require_manager(scope, "user:ana")
    with pytest.raises(NotAllowedError, match="You may read the collection 'Cases', not add to it") as reader:
        require_writer(scope, "c1", "Cases")
    with pytest.raises(NotAllowedError, match="do not manage the collection 'Laws'") as writer:
        require_manager(scope, "c2", "Laws")
    assert reader.value.seen
    assert writer.value.seen
    for check in (require_writer, require_manager):
        with pytest.raises(NotAllowedError, match="There is no collection") as stranger:
            check(scope, "c3", "c3")
        assert not stranger.value.seen


def test_a_scope_is_made_in_one_place_and_what_answers_never_asks_for_everything() -> None:
    answering = ("graph/query", "graph/retrieval", "graph/engines", "graph/verification", "graph/tables")
    made, whole = [], []
    for path in sorted((ROOT / "graph").rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Scope":
                made.append(name)
            if isinstance(node, ast.Attribute) and node.attr == "everything" and name.startswith(answering):
                whole.append(name)
    assert set(made) == {"graph/access.py"}
    assert whole == []
