"""Identities, roles and scopes: who asks, and which collections of documents they may see.

An identity comes from outside (a server that has authenticated a user, or the local user of this machine). A scope is
made from it in one place, `scope_of`, and every method of the stores that returns what is in documents takes one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from graph.errors import BadInputError

Role = Literal["reader", "writer", "manager"]
"""What a member may do: read; add and delete too; or change the members too."""
ROLES: tuple[Role, ...] = ("reader", "writer", "manager")
"""The roles, each of which may do what those before it may."""

DEFAULT = "default"
"""The id and name of the collection that the local user adds to."""
_PERSONAL, _GROUP = "user:", "group:"


class NotAllowedError(BadInputError):
    """The refusal to show or change a collection or document; one that may not be seen is reported as missing.

    Args:
        message: The sentence for the user.
        seen: Whether the identity may know that it exists.
    """

    def __init__(self, message: str, *, seen: bool) -> None:
        self.seen = seen
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Identity:
    """A user, named by what has authenticated them."""

    name: str
    """The user's name, without a colon; "" is the local user."""
    groups: frozenset[str]
    """The groups that they are in."""
    admin: bool
    """Whether they manage the server; this gives no access to documents."""

    @property
    def members(self) -> tuple[str, ...]:
        """The names of members that give this user access: the user's own, and `group:NAME` for each group."""
        return self.name, *sorted(_GROUP + group for group in self.groups)

    @property
    def personal(self) -> str:
        """The id of their personal collection."""
        return personal_collection(self.name)


def personal_collection(name: str) -> str:
    """Return the id of the personal collection of a user; no other collection's id holds a colon."""
    return _PERSONAL + name


LOCAL = Identity("", frozenset(), admin=True)
"""The one user of a home without users: the command line, Python, and a server that knows no users."""


@dataclass(frozen=True, slots=True)
class Membership:
    """A collection with what one identity may do in it."""

    collection: str
    """The collection's id."""
    name: str
    """Its name."""
    role: Role
    """The highest role of the identity, by its name or by a group."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The collections that one caller may read, write and manage; made by `scope_of` alone.

    A scope of everything has None for all three: the stores then apply no filter.
    """

    reads: frozenset[str] | None
    """Ids of the collections that may be read; None for the whole home."""
    writes: frozenset[str] | None
    """Ids of those that documents may be added to and removed from."""
    manages: frozenset[str] | None
    """Ids of those whose members may be changed."""
    into: str
    """The id of the collection that documents are added to."""
    who: str
    """The name of the user, "" for the local one."""

    @classmethod
    def everything(cls) -> Scope:
        """Return the scope of the whole home: that of the local user, and of maintenance tasks on all documents."""
        return _EVERYTHING

    @property
    def is_everything(self) -> bool:
        """Whether nothing is to be filtered."""
        return self.reads is None

    def may_read(self, collection: str) -> bool:
        """Return whether a collection may be read."""
        return self.reads is None or collection in self.reads

    def may_write(self, collection: str) -> bool:
        """Return whether documents may be added to a collection and removed from it."""
        return self.writes is None or collection in self.writes

    def may_manage(self, collection: str) -> bool:
        """Return whether the members of a collection may be changed."""
        return self.manages is None or collection in self.manages


_EVERYTHING = Scope(None, None, None, DEFAULT, "")


class Memberships(Protocol):
    """The part of a catalog that stores the members of collections."""

    def memberships(self, members: Sequence[str]) -> list[Membership]:
        """Return the collections that have one of these members (`NAME` or `group:NAME`), each once."""

    def collection_ids(self, name: str) -> list[str]:
        """Return the ids of the collections of this id, name or label, compared without regard to case."""


def scope_of(identity: Identity, catalog: Memberships, collection: str = "") -> Scope:
    """Return what an identity may see and change.

    Args:
        identity: The user.
        catalog: Where collections and their members are kept.
        collection: The id or name of the one collection that is wanted; "" for all that the identity may read.

    Raises:
        NotAllowedError: there is no such collection, or none that the identity may see.
        BadInputError: there are several of this name.
    """
    if identity is LOCAL:
        return _only(catalog.collection_ids(collection), collection) if collection else _EVERYTHING
    own = Membership(identity.personal, identity.name, "manager")
    found = [own, *(one for one in catalog.memberships(identity.members) if one.collection != own.collection)]
    into = own.collection
    if collection:
        into = _one(of_name(collection, [(one.collection, one.name) for one in found]), collection)
        found = [one for one in found if one.collection == into]
    reads, writes, manages = (
        frozenset(one.collection for one in found if ROLES.index(one.role) >= rank) for rank in range(len(ROLES))
    )
    return Scope(reads, writes, manages, into, identity.name)


def of_name(name: str, collections: Sequence[tuple[str, str]]) -> list[str]:
    """Return the ids of those of the collections, each an id and a name, that a name, id or label may stand for."""
    wanted = name.casefold()
    return (
        [one for one, _ in collections if one == name]
        or [one for one, called in collections if called.casefold() == wanted]
        or [one for one, called in collections if label(one, called).casefold() == wanted]
    )


def label(collection: str, name: str) -> str:
    """Return the label of a collection where others have the same name."""
    return f"{name} ({collection[:4]})"


def _only(ids: Sequence[str], name: str) -> Scope:
    one = frozenset([into := _one(ids, name)])
    return Scope(one, one, one, into, "")


def _one(ids: Sequence[str], name: str) -> str:
    if not ids:
        raise missing_collection(name)
    if len(ids) > 1:
        raise BadInputError(f"Several collections are called {name!r}: give the id of one, {' or '.join(ids)}.")
    return ids[0]


def missing_collection(name: str) -> NotAllowedError:
    """Return the error for a collection that does not exist or may not be seen: the message is the same for both."""
    return NotAllowedError(
        f"There is no collection {name!r}: give the name of one that you are a member of.", seen=False
    )


def require_writer(scope: Scope, collection: str, name: str = "") -> None:
    """Check that documents may be added to a collection and removed from it; `name` is what it is called.

    Raises:
        NotAllowedError: they may not; a collection that may not even be read is reported as missing.
    """
    _require(
        scope.may_write(collection), scope, collection, name,
        "You may read the collection {name!r}, not add to it or delete from it: ask one of its managers to make you a "
        "writer.",
    )  # fmt: skip


def require_manager(scope: Scope, collection: str, name: str = "") -> None:
    """Check that the members of a collection may be changed; `name` is what it is called.

    Raises:
        NotAllowedError: they may not; a collection that may not even be read is reported as missing.
    """
    _require(
        scope.may_manage(collection), scope, collection, name,
        "You do not manage the collection {name!r}: ask one of its managers to change its members.",
    )  # fmt: skip


def _require(allowed: bool, scope: Scope, collection: str, name: str, refusal: str) -> None:
    """Raise NotAllowedError unless `allowed`: with this refusal, or as missing if the collection may not be read."""
    if allowed:
        return
    if not scope.may_read(collection):
        raise missing_collection(name or collection)
    raise NotAllowedError(refusal.format(name=name or collection), seen=True)
