"""Operations on the library that both a command and a route of the server carry out, each written once.

`Client.run` in `graph/cli/clients/` calls an operation in this process or sends a request to its route, and
`web/operations.py` makes the routes of all of them.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Concatenate, Generic, ParamSpec, TypeVar
from urllib.parse import quote

from pydantic import Field
from typing_extensions import TypedDict

from graph import dependencies
from graph.access import LOCAL, Identity, Membership, Role, label, scope_of
from graph.errors import BadInputError, UnknownDocumentError
from graph.storage.cleanup import remove

P = ParamSpec("P")
R = TypeVar("R", bound=Mapping[str, Any], covariant=True)

_WHO = re.compile(r"(?:group:)?[^\s,:][^,:\x00-\x1f]{0,99}")  # identities have no commas, and colons for groups only


@dataclass(frozen=True, slots=True)
class Operation(Generic[P, R]):
    """A function of the library with the route that it has on a server."""

    function: Callable[Concatenate[Identity, P], R]
    """Takes who asks, then named parameters of JSON values; `document` is an id. Returns a JSON object.

    The parameters that `path` names come from the path of a request, the others from its query or its JSON body. It
    raises UnknownDocumentError (status 404), NotAllowedError (403 or 404) and other BadInputErrors (422).
    """
    method: str
    path: str
    """The path, with parameters in braces."""
    status: int
    """The status of a response without an error."""
    errors: Sequence[int]
    """The statuses of errors besides those that every route may answer with."""

    @property
    def has_body(self) -> bool:
        """Whether parameters outside the path are sent as JSON, and not in the query."""
        return self.method in ("POST", "PUT")

    def split(self, parameters: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """Return the path of a request with these parameters, and those of them that are not in it."""
        in_path = {name: quote(str(value), safe="") for name, value in parameters.items() if f"{{{name}}}" in self.path}
        return self.path.format(**in_path), {name: value for name, value in parameters.items() if name not in in_path}


OPERATIONS: list[Operation[Any, Any]] = []
"""All operations, in the order of this file."""


def operation(
    method: str, path: str, status: int = 200, errors: Sequence[int] = ()
) -> Callable[[Callable[Concatenate[Identity, P], R]], Operation[P, R]]:
    """Decorate a function: make it an operation with this route, and list it in `OPERATIONS`."""

    def decorate(function: Callable[Concatenate[Identity, P], R]) -> Operation[P, R]:
        made = Operation(function, method, path, status, errors)
        OPERATIONS.append(made)
        return made

    return decorate


DocumentId = Annotated[str, Field(description="The document's id.")]
CollectionName = Annotated[str, Field(description="The collection's name or id.")]


class DocumentName(TypedDict):
    """The name of a deleted document."""

    id: str
    name: str


class Deleted(TypedDict):
    """The result of a deletion."""

    deleted: DocumentName


class OwnCollection(TypedDict):
    """A collection that the user is a member of."""

    id: str
    name: str
    """Its name, with the beginning of its id where the user is a member of several with that name."""
    role: Role
    """What the user may do in it: read; add and delete too; or change the members too."""
    documents: int
    """How many documents it has."""


class OwnCollections(TypedDict):
    """The collections that the user is a member of, without the personal one."""

    user: str
    """The user's name; empty on a server without users, and for the token of the server itself."""
    personal: str
    """The id of the user's personal collection; empty where there is no user."""
    collections: list[OwnCollection]


class Members(TypedDict):
    """The members of a collection."""

    id: str
    name: str
    members: dict[str, Role]
    """The role of each user, and of each group as `group:NAME`."""


deletion = threading.Lock()
"""Held while a document is removed: of two requests, the second finds nothing."""


@operation("DELETE", "/documents/{document}", errors=[404])
def delete_document(identity: Identity, *, document: DocumentId) -> Deleted:
    """Remove a document from all stores.

    If two requests come at the same time, the second one gets 404.
    """
    with deletion:
        stores = dependencies.stores_of(identity)
        row = stores.catalog.document(document)
        if row is None or not row.source:
            raise UnknownDocumentError("There is no such document: it may have been deleted. Look at the list again.")
        stores.acquire_for_writing()
        remove(stores, row.id)
    return {"deleted": {"id": row.id, "name": row.name}}


@operation("GET", "/collections")
def own_collections(identity: Identity) -> OwnCollections:
    """List the collections that the user is a member of, with what the user may do in each."""
    counts = {name: len(ids) for name, ids in dependencies.stores_of(identity).catalog.collections().items()}
    found: list[OwnCollection] = []
    for one in _memberships(identity, counts):
        longer = label(one.collection, one.name)
        name = longer if longer in counts else one.name
        found.append({"id": one.collection, "name": name, "role": one.role, "documents": counts.get(name, 0)})
    return {
        "user": identity.name, "personal": "" if identity is LOCAL else identity.personal, "collections": found
    }  # fmt: skip


def _memberships(identity: Identity, names: Mapping[str, int]) -> list[Membership]:
    catalog = dependencies.home_stores().catalog
    if identity is not LOCAL:
        return [one for one in catalog.memberships(identity.members) if one.collection != identity.personal]
    return [Membership(ids[0], name, "manager") for name in names if (ids := catalog.collection_ids(name))]


@operation("POST", "/collections/{collection}", status=201, errors=[422])
def create_collection(identity: Identity, *, collection: CollectionName) -> Members:
    """Create an empty collection, whose manager is the user."""
    name = " ".join(collection.split())
    stores = dependencies.stores_of(identity)
    stores.acquire_for_writing()
    made = stores.catalog.create_collection(name)
    return {**members.function(identity, collection=made), "name": name}


@operation("GET", "/collections/{collection}/members", errors=[404])
def members(identity: Identity, *, collection: CollectionName) -> Members:
    """List the members of a collection; for its managers."""
    into = scope_of(identity, dependencies.home_stores().catalog, collection).into
    return {"id": into, "name": collection, "members": dependencies.stores_of(identity).catalog.members(into)}


@operation("PUT", "/collections/{collection}/members", errors=[404, 413, 422])
def set_member(
    identity: Identity,
    *,
    collection: CollectionName,
    who: Annotated[str, Field(description="The user, or `group:NAME` for everyone in a group.")],
    role: Annotated[Role | None, Field(description="What they may do; null takes what they had.")],
) -> Members:
    """Give a user or group a role in a collection, or take it with null; for its managers."""
    opened = dependencies.stores_of(identity, collection)  # first, since it raises if the collection may not be seen
    if not _WHO.fullmatch(who):
        raise BadInputError(f"`who` is {who[:80]!r}: give the name of a user, or group:NAME for everyone in a group.")
    opened.acquire_for_writing()
    into = opened.scope.into
    opened.catalog.set_member(into, who, role)
    after = dependencies.stores_of(identity)  # the user may have given up managing it, and then sees no members
    listed = after.catalog.members(into) if after.scope.may_manage(into) else {}
    return {"id": into, "name": collection, "members": listed}
