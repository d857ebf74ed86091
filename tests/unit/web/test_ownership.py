"""What LangGraph's server keeps belongs to its user: every resource and action is known, and others are refused."""

from __future__ import annotations

from typing import Any

import pytest
from langgraph_sdk import Auth

from graph.access import LOCAL, Identity
from web.ownership import allow, restrict

ANN = Identity("ann.a@example.org", frozenset(), admin=False)
ADMIN = Identity("ada", frozenset(), admin=True)


def known() -> list[tuple[str, str]]:
    """Every resource with each of its actions that LangGraph's SDK can name a handler for."""
    on = Auth().on
    resources = {name: getattr(on, name, None) for name in type(on).__slots__ if not name.startswith("_")}
    return [
        (name, action)
        for name, resource in resources.items()
        for one in dir(resource)
        if not one.startswith("_") and isinstance(action := getattr(getattr(resource, one), "action", None), str)
    ]


@pytest.mark.parametrize("identity", [ANN, ADMIN])
def test_every_resource_and_action_is_restricted_to_its_owner(identity: Identity) -> None:
    assert len(known()) > 15
    for resource, action in known():
        value: dict[str, Any] = {"metadata": {"owner": "ben"}, "namespace": ("notes",)}
        found = restrict(identity, resource, action, value)
        if resource == "store":
            assert value["namespace"] == (identity.name.replace(".", "%2E"), "notes")
        elif resource == "assistants" and action in ("read", "search"):
            assert found == {"$or": [{"owner": identity.name}, {"created_by": "system"}]}
        else:
            assert found == {"owner": identity.name}, (resource, action)
        if action in ("create", "update", "create_run"):
            assert value["metadata"] == {"owner": identity.name}, (resource, action)


@pytest.mark.parametrize(("resource", "action"), [("threads", "publish"), ("documents", "read"), ("store", "create")])
def test_what_is_not_known_is_refused(resource: str, action: str) -> None:
    with pytest.raises(Auth.exceptions.HTTPException) as refused:
        restrict(ANN, resource, action, {})
    assert refused.value.status_code == 403
    with pytest.raises(Auth.exceptions.HTTPException):
        restrict(ANN, "threads", "create", None)


def test_metadata_may_be_none_or_missing() -> None:
    for value in ({"metadata": None}, {}):
        made, changed = dict(value), dict(value)
        restrict(ANN, "threads", "create", made)
        assert made == {"metadata": {"owner": ANN.name}}
        assert restrict(ANN, "threads", "update", changed) == {"owner": ANN.name}
        assert changed == value
    listed: dict[str, Any] = {"namespace": None}
    restrict(ANN, "store", "list_namespaces", listed)
    assert listed["namespace"] == ("ann%2Ea@example%2Eorg",)


def test_no_user_passes_for_the_system() -> None:
    value = {"metadata": {"created_by": "system"}}
    restrict(ANN, "assistants", "update", value)
    assert value == {"metadata": {"owner": ANN.name}}


def test_the_local_user_owns_everything() -> None:
    value = {"metadata": {"owner": "ann"}}
    assert restrict(LOCAL, "threads", "search", value) is None
    assert value == {"metadata": {"owner": "ann"}}


async def test_without_users_nothing_is_restricted_and_nothing_written() -> None:
    value: dict[str, Any] = {"metadata": {}}
    ctx: Any = type("Ctx", (), {"user": None, "resource": "threads", "action": "create"})
    assert await allow(ctx, value) is None
    assert value == {"metadata": {}}
