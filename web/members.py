"""Routes of collections and their members: which ones a user may see, and who may see, change and manage them."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Annotated, Any

from pydantic import Field
from starlette.requests import Request
from typing_extensions import TypedDict

from graph import dependencies
from graph.access import LOCAL, ROLES, Membership, NotAllowedError, Role, scope_of
from graph.errors import BadInputError
from web.auth import identity_of, stores_of
from web.openapi import endpoint
from web.responses import WebError

_MAX_BYTES = 4096
# A user or a group as identities name them: no commas, and a colon only after `group`.
_WHO = re.compile(r"(?:group:)?[^\s,:][^,:\x00-\x1f]{0,99}")
_BODY = 'The body must be a JSON object: {"who": "ann" or "group:law", "role": "reader", "writer", "manager" or null}.'


class CollectionPath(TypedDict):
    """The parameter of paths below a collection."""

    collection: Annotated[str, Field(description="The collection's name or id.")]


class OwnCollection(TypedDict):
    """A collection that the user is a member of."""

    id: str
    name: str
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


@endpoint()
def collections(request: Request) -> OwnCollections:
    """List the collections that the user is a member of, with what the user may do in each."""
    identity = identity_of(request)
    held = stores_of(request).catalog.collections()
    counts = {name: len(documents) for name, documents in held.items()}
    found: list[OwnCollection] = [
        {"id": one.collection, "name": one.name, "role": one.role, "documents": counts.get(one.name, 0)}
        for one in _memberships(request)
    ]
    return {
        "user": identity.name, "personal": "" if identity is LOCAL else identity.personal, "collections": found
    }  # fmt: skip


@endpoint(path=CollectionPath, status=201, errors=[422])
def create(request: Request) -> Members:
    """Create an empty collection, whose manager is the user."""
    name = " ".join(request.path_params["collection"].split())
    stores = stores_of(request)
    stores.acquire_for_writing()
    try:
        identity = stores.catalog.create_collection(name)
    except BadInputError as error:
        raise WebError(422, str(error)) from error
    return _members(request, identity, name)


@endpoint(path=CollectionPath, errors=[404])
def members(request: Request) -> Members:
    """List the members of a collection; for its managers."""
    return _members(request, request.path_params["collection"])


@endpoint(path=CollectionPath, body="application/json", errors=[404, 413, 422])
async def change(request: Request) -> Members:
    """Give a user or group a role in a collection, or take it with null; for its managers."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _MAX_BYTES:
            raise WebError(413, _BODY)
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        given = None
    return await asyncio.to_thread(_change, request, given)


def _change(request: Request, given: Any) -> Members:
    wanted = request.path_params["collection"]
    opened = dependencies.stores_of(identity_of(request), wanted)  # first of all: whether it may be seen
    who, role = (given.get("who"), given.get("role", "")) if isinstance(given, dict) else ("", "")
    if not (isinstance(who, str) and _WHO.fullmatch(who) and (role is None or role in ROLES)):
        raise WebError(422, _BODY)
    opened.acquire_for_writing()
    try:
        opened.catalog.set_member(opened.scope.into, who, role)
    except NotAllowedError:
        raise
    except BadInputError as error:
        raise WebError(422, str(error)) from error
    return {"id": opened.scope.into, "name": wanted, "members": _listed(request, opened.scope.into)}


def _members(request: Request, collection: str, name: str = "") -> Members:
    scope = scope_of(identity_of(request), dependencies.home_stores().catalog, collection)
    return {"id": scope.into, "name": name or collection, "members": _listed(request, scope.into)}


def _listed(request: Request, collection: str) -> dict[str, Role]:
    """Return the members of the collection of this id; none where the user has just given up managing it."""
    stores = stores_of(request)
    if request.method == "PUT" and not stores.scope.may_manage(collection):
        return {}
    return stores.catalog.members(collection)


def _memberships(request: Request) -> list[Membership]:
    identity, catalog = identity_of(request), dependencies.home_stores().catalog
    if identity is not LOCAL:
        return [one for one in catalog.memberships(identity.members) if one.collection != identity.personal]
    names = stores_of(request).catalog.collections()
    return [
        Membership(catalog.collection_ids(name)[0], name, "manager") for name in names if catalog.collection_ids(name)
    ]
