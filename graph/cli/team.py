"""Commands for servers that several people use: tokens of users, and collections with their members."""

from __future__ import annotations

from typing import Any

import click

from graph.cli.exit_codes import EXPLAINED
from graph.cli.options import Options, with_options, without_server


@click.command(epilog=EXPLAINED)
@click.argument("name")
@without_server("`token` makes a token and sends it nowhere")
def token(options: Options, name: str) -> None:
    """Make a token for the user NAME, and print it once.

    The lines that are printed with it belong in the file that PAGEWITNESS_USERS names; they do not hold the token.
    """
    from graph import users

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
    from graph import operations
    from graph.errors import BadInputError

    if (action != "list" and not collection) or (action in ("add", "remove") and not who):
        raise BadInputError(
            f"`collections {action}` needs a collection" + " and a user." * (action in ("add", "remove"))
        )
    client = options.client()
    if action == "list":
        listed = client.run(operations.own_collections)["collections"]
        options.show({"collections": {one["name"]: one["documents"] for one in listed}}, _print_collections)
        return
    if action == "create":
        found = client.run(operations.create_collection, collection=collection)
    elif action == "members":
        found = client.run(operations.members, collection=collection)
    else:
        given = role if action == "add" else None
        found = client.run(operations.set_member, collection=collection, who=who, role=given)
    options.show({"id": found["id"], "collection": collection, "members": found["members"]}, _print_members)


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
