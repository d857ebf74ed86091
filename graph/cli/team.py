"""Commands for servers that several people use: tokens of users, and collections with their members."""

from __future__ import annotations

from typing import Any

import click

from graph.cli.exit_codes import EXPLAINED
from graph.cli.options import Options, with_options


@click.command(epilog=EXPLAINED)
@click.argument("name")
@with_options
def token(options: Options, name: str) -> None:
    """Make a token for the user NAME, and print it once.

    The lines that are printed with it belong in the file that PAGEWITNESS_USERS names; they do not hold the token.
    """
    from graph import users

    options.reject_server("`token` makes a token and sends it nowhere")
    made = users.new_token()
    options.show({"name": name, "token": made, "lines": users.toml_table(name, made)}, _print_token)


def _print_token(made: Any) -> None:
    click.echo(f"The token of {made['name']}, which is stored nowhere and not shown again:\n\n  {made['token']}\n")
    click.echo(
        f"For the file that PAGEWITNESS_USERS names; a server sees the change at once:\n\n{made['lines']}", nl=False
    )


@click.command(epilog=EXPLAINED)
@click.argument("action", type=click.Choice(["list", "create", "members", "add", "remove"]), default="list")
@click.argument("collection", default="")
@click.argument("who", default="")
@click.option(
    "--role", type=click.Choice(["reader", "writer", "manager"]), default="reader",
    help="What a member that is added may do: read; add and delete too; or change the members too.",
)  # fmt: skip
@with_options
def collections(options: Options, action: str, collection: str, who: str, role: Any) -> None:
    """List collections of documents, or change who may see one.

    `create COLLECTION`, `members COLLECTION`, `add COLLECTION WHO`, `remove COLLECTION WHO`; WHO is a user or, as
    group:NAME, everyone in a group.
    """
    from graph.errors import BadInputError

    if (action != "list" and not collection) or (action in ("add", "remove") and not who):
        raise BadInputError(
            f"`collections {action}` needs a collection" + " and a user." * (action in ("add", "remove"))
        )
    if options.server:
        found = _through_server(options.server, action, collection, who, role)
        options.show(found, _print_collections if action == "list" else _print_members)
        return
    catalog = _catalog()
    if action == "list":
        found = {name: len(documents) for name, documents in catalog.collections().items()}
        options.show({"collections": found}, _print_collections)
        return
    identity = catalog.create_collection(collection) if action == "create" else _id(collection)
    if action in ("add", "remove"):
        catalog.set_member(identity, who, role if action == "add" else None)
    shown = {"id": identity, "collection": collection, "members": catalog.members(identity)}
    options.show(shown, _print_members)


def _through_server(server: str, action: str, collection: str, who: str, role: str) -> dict[str, Any]:
    """Carry out an action for the user whose token is set; return what is shown of it."""
    from urllib.parse import quote

    from graph.cli.clients.connection import Connection
    from graph.settings import settings

    connection, path = Connection(server, settings().token), f"/collections/{quote(collection, safe='')}"
    if action == "list":
        listed = connection.get("/collections")["collections"]
        return {"collections": {one["name"]: one["documents"] for one in listed}}
    if action == "create":
        found = connection.request("POST", path).json()
    elif action == "members":
        found = connection.get(f"{path}/members")
    else:
        given = {"who": who, "role": role if action == "add" else None}
        found = connection.request("PUT", f"{path}/members", json=given).json()
    return {"id": found["id"], "collection": collection, "members": found["members"]}


def _catalog() -> Any:
    """Return the catalog of the home folder, as the local user sees it, who manages every collection."""
    from graph import dependencies
    from graph.access import Scope

    return dependencies.stores(Scope.everything()).catalog


def _id(collection: str) -> str:
    """Return the id of a collection by its name or id."""
    from graph import dependencies
    from graph.access import missing_collection

    found = dependencies.home_stores().catalog.collection_ids(collection)
    if not found:
        raise missing_collection(collection)
    return found[0]


def _print_collections(found: Any) -> None:
    for name, count in found["collections"].items():
        click.echo(f"{name}  {count}")
    if not found["collections"]:
        click.echo("There are no collections: `pagewitness collections create NAME` makes one.")


def _print_members(found: Any) -> None:
    for who, role in found["members"].items():
        click.echo(f"{who}  {role}")
    if not found["members"]:
        click.echo(f"{found['collection']!r} has no members: `pagewitness collections add` lets some in.")
