"""Ownership of what LangGraph's server keeps: threads, runs, assistants, crons and items of the store.

What a user makes carries the user's name as `owner` in its metadata, and is filtered by it wherever it is read, changed
or run; items of the store have no metadata and stand below a namespace of their user. The ready-made assistants, one
for each graph, can be read and run by all. The local user owns everything. Other resources and actions are refused.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, MutableMapping
from typing import Any

from langgraph_sdk import Auth

from graph import users
from graph.access import LOCAL, Identity

OWNER = "owner"
_SYSTEM = "created_by"
"""The key in the metadata of assistants by which the server marks ready-made ones, with the value "system"."""
Filter = dict[str, Any]
_WRITES = frozenset({"create", "update", "create_run"})
_ACTIONS = {
    "threads": frozenset({"create", "read", "update", "delete", "search", "create_run"}),
    "assistants": frozenset({"create", "read", "update", "delete", "search"}),
    "crons": frozenset({"create", "read", "update", "delete", "search"}),
    "store": frozenset({"put", "get", "search", "delete", "list_namespaces"}),
}
_REFUSED = "Users of this server may not do this: ask its manager."


def restrict(identity: Identity, resource: str, action: str, value: Any) -> Filter | None:
    """Write the owner into what a request makes or changes; return the filter for what it may see.

    Args:
        identity: Who sends the request.
        resource: What it is about: `threads` (and their runs), `assistants`, `crons` or `store`.
        action: What it does.
        value: Its content, which is changed.

    Raises:
        HTTPException: the resource or the action is not known.
    """
    if identity is LOCAL:
        return None
    if action not in _ACTIONS.get(resource, ()) or not isinstance(value, MutableMapping):
        raise Auth.exceptions.HTTPException(status_code=403, detail=_REFUSED)
    if resource == "store":
        value["namespace"] = (_label(identity.name), *(value.get("namespace") or ()))
        return None
    if action in _WRITES:
        _claim(identity, value, makes=action != "update")
    own: Filter = {OWNER: identity.name}
    if resource == "assistants" and action in ("read", "search"):
        return {"$or": [own, {_SYSTEM: "system"}]}
    return own


def _claim(identity: Identity, value: MutableMapping[str, Any], *, makes: bool) -> None:
    """Write the owner into the metadata of `value` in place, since the server goes on with that object."""
    metadata = value.get("metadata")
    if metadata is None and not makes:
        return
    if not isinstance(metadata, MutableMapping):
        metadata = value["metadata"] = {}
    metadata[OWNER] = identity.name
    metadata.pop(_SYSTEM, None)  # else all users could read it as a ready-made assistant


def _label(name: str) -> str:
    """Return a user's name as a label of a namespace, which has no dots; different names have different labels."""
    return name.replace(".", "%2E")  # no name has a percent sign


async def allow(ctx: Auth.types.AuthContext, value: Any) -> Filter | None:
    """Restrict a request to what its user owns; LangGraph calls this for every one to its own routes."""
    return restrict(users.of_user(ctx.user), ctx.resource, ctx.action, value) if users.configured() else None


@contextlib.asynccontextmanager
async def acting_as(identity: Identity) -> AsyncIterator[None]:
    """Send the requests of this process to its own server as a user, who then owns their runs and threads.

    Such requests carry no token. The server takes their user from a variable of the context in which they are sent,
    which no header, input or setting of a client can change.
    """
    if not users.configured():
        yield
        return
    from langgraph_api.auth.custom import normalize_user
    from langgraph_api.utils import with_user

    async with with_user(normalize_user(users.as_user(identity)), []):
        yield


def run_config(identity: Identity) -> dict[str, Any]:
    """Return the configuration for a graph that a route calls itself for a user, as the server makes it for runs."""
    if not users.configured():
        return {}
    from langgraph_api.auth.custom import normalize_user

    return {"configurable": {"langgraph_auth_user": normalize_user(users.as_user(identity))}}
