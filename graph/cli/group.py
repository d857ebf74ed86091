"""The `pagewitness` group: a table of all commands with a line of help each, which imports none of them.

The module of a command is imported when the command is called: of the 46 ms of CPU that `--help` took with all of
them, 18 are a bare start of Python, 17 are click, and 6 were the commands with their options.
"""

from __future__ import annotations

from importlib import import_module

import click

from graph.cli.exit_codes import EXPLAINED

COMMANDS = {
    "ask": ("commands", "Answer a QUESTION, citing the pages that support the answer."),
    "chat": ("commands", "Ask questions in a conversation; /quit or Ctrl-D ends it."),
    "collections": ("team", "List collections of documents, or change who may see one."),
    "delete": ("commands", "Delete a DOCUMENT and everything stored of it."),
    "doctor": ("commands", "Check installation, home folder, key and models."),
    "documents": ("commands", "List the documents."),
    "eval": ("commands", "Measure the answers to questions with known answers."),
    "ingest": ("commands", "Read PDFs, scans, office files and more into the library."),
    "migrate": ("moving", "Copy the library or its files to another place."),
    "pages": ("commands", "List a DOCUMENT's pages: how each was read, and its cost."),
    "rechunk": ("commands", "Rebuild all chunks and vectors; no page is read again."),
    "reembed": ("commands", "Rebuild all vectors; no page is read again."),
    "serve": ("commands", "Start a LangGraph server with the web pages and the API."),
    "show": ("commands", "Print the text of a PAGE of a DOCUMENT as it was read."),
    "token": ("team", "Make a token for the user NAME, and print it once."),
    "watch": ("commands", "Read each FOLDER, and follow what changes there."),
}
"""For each command its module in `graph/cli/` and the first line of its docstring, which a test compares."""


def load(name: str) -> click.Command:
    """Import a command by its name: the function of this name in its module."""
    command: click.Command = getattr(import_module(f"graph.cli.{COMMANDS[name][0]}"), name)
    return command


class LazyGroup(click.Group):
    """A group whose commands are lines of help, each replaced by the command itself when that is called."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that is called, with its module loaded."""
        if args and args[0] in COMMANDS:
            self.add_command(load(args[0]), args[0])
        return super().resolve_command(ctx, args)


@click.group(
    cls=LazyGroup,
    commands={name: click.Command(name, help=line) for name, (_, line) in COMMANDS.items()},
    epilog=EXPLAINED,
    context_settings={"help_option_names": ["-h", "--help"], "show_default": True, "max_content_width": 100},
)
@click.version_option(package_name="pagewitness", message="%(prog)s %(version)s")
def pagewitness() -> None:
    """Ask your PDFs and scans questions; every statement of an answer cites the page that supports it."""
