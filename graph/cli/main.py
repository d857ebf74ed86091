"""The entry point of the `pagewitness` command: runs a command and returns its exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from graph.cli.commands import pagewitness
from graph.cli.exit_codes import INTERRUPTED
from graph.cli.options import Failure


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: The words after `pagewitness`; those of this process if None.

    Returns:
        The exit code, one of `graph.cli.exit_codes`.
    """
    words = sys.argv[1:] if arguments is None else list(arguments)
    try:
        return int(pagewitness.main(words, "pagewitness", standalone_mode=False, obj=words) or 0)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return error.exit_code
    except click.UsageError as error:
        failure = Failure(_sentence(error), "--json" in words)
    except click.ClickException as error:
        failure = error if isinstance(error, Failure) else Failure(error.format_message(), "--json" in words)
    except click.Abort:
        return INTERRUPTED
    failure.show()
    return failure.exit_code


def _sentence(error: click.UsageError) -> str:
    """Return a usage error as one sentence that ends with the help to look at."""
    command = error.ctx.command_path if error.ctx else "pagewitness"
    problem = " ".join(error.format_message().split())
    joint = " See" if problem.endswith("?") else ": see"  # click ends a near miss with "Did you mean --document?"
    return f"{problem.rstrip('.')}{joint} `{command} --help`."
