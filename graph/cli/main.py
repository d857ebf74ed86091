"""The entry point of the `pagewitness` command: runs a command and returns its exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from graph.runtime import process

if TYPE_CHECKING:
    import click


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: The words after `pagewitness`; those of this process if None.

    Returns:
        The exit code, one of `graph.cli.exit_codes`.
    """
    process.configure_gc(pause=True)  # before click is loaded: `--help` takes 38 ms instead of 39.5
    if arguments is None:
        return process.QuickExit().with_code(main(sys.argv[1:]))
    try:
        return _run(list(arguments))
    finally:
        process.freeze_gc()


def _run(words: list[str]) -> int:
    import click

    from graph.cli.exit_codes import INTERRUPTED
    from graph.cli.group import pagewitness

    try:
        return int(pagewitness.main(words, "pagewitness", standalone_mode=False, obj=words) or 0)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return error.exit_code
    except click.Abort as error:
        if isinstance(error.__cause__, EOFError):  # click takes each for the end of the user's input
            raise error.__cause__ from None
        return INTERRUPTED
    except click.ClickException as error:
        from graph.cli.options import Failure  # after the command line was read: `--help` needs none of it

        said = _sentence(error) if isinstance(error, click.UsageError) else error.format_message()
        failure = error if isinstance(error, Failure) else Failure(said, "--json" in words)
    failure.show()
    return failure.exit_code


def _sentence(error: click.UsageError) -> str:
    """Return a usage error as one sentence that ends with the help to look at."""
    command = error.ctx.command_path if error.ctx else "pagewitness"
    problem = " ".join(error.format_message().split())
    joint = " See" if problem.endswith("?") else ": see"  # click ends a near miss with "Did you mean --document?"
    return f"{problem.rstrip('.')}{joint} `{command} --help`."
