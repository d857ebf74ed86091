"""Commands for servers that several people use: tokens of users."""

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

    The lines that are printed with it belong into the file that PAGEWITNESS_USERS names; they do not hold the token.
    """
    from graph import users

    options.reject_server("`token` makes a token and sends it nowhere")
    made = users.new_token()
    options.show({"name": name, "token": made, "entry": users.entry(name, made)}, _print_token)


def _print_token(made: Any) -> None:
    click.echo(f"The token of {made['name']}, which is stored nowhere and not shown again:\n\n  {made['token']}\n")
    click.echo(
        f"For the file that PAGEWITNESS_USERS names; a server sees the change at once:\n\n{made['entry']}", nl=False
    )
