"""The `pagewitness` group: the names of all commands with a line of help each, in a table that loads none of them.

`graph.cli.commands` defines the commands. It is imported when one of them is called: of the 46 ms of CPU that `--help`
took with them, 18 are a bare start of Python, 17 are click, and 6 were the commands with their options.
"""

from __future__ import annotations

import click

from graph.cli.exit_codes import EXPLAINED

HELP = {
    "ask": "Answer a QUESTION, citing the pages that support the answer.",
    "chat": "Ask questions in a conversation; /quit or Ctrl-D ends it.",
    "collections": "List collections of documents, or change who may see one.",
    "delete": "Delete a DOCUMENT and everything stored of it.",
    "doctor": "Check installation, home folder, key and models.",
    "documents": "List the documents.",
    "eval": "Measure the answers to questions with known answers.",
    "ingest": "Read PDFs, books and images.",
    "migrate": "Copy the library into Postgres, back, or into a folder.",
    "pages": "List a DOCUMENT's pages: how each was read, and its cost.",
    "rechunk": "Rebuild all chunks and vectors; no page is read again.",
    "reembed": "Rebuild all vectors; no page is read again.",
    "serve": "Start a LangGraph server with the web pages and the API.",
    "show": "Print the text of a PAGE of a DOCUMENT as it was read.",
    "token": "Make a token for the user NAME, and print it once.",
    "watch": "Read each FOLDER, and follow what changes there.",
}
"""The first line of each command's docstring, which a test compares."""


class LazyGroup(click.Group):
    """A group whose commands are replaced by those of `graph.cli.commands` when one is looked up by its name."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Load the commands in place of their lines of help, and return the one that is called."""
        from graph.cli.commands import registry

        self.commands = registry.commands
        return super().resolve_command(ctx, args)


@click.group(
    cls=LazyGroup,
    commands={name: click.Command(name, help=line) for name, line in HELP.items()},
    epilog=EXPLAINED,
    context_settings={"help_option_names": ["-h", "--help"], "show_default": True, "max_content_width": 100},
)
@click.version_option(package_name="pagewitness", message="%(prog)s %(version)s")
def pagewitness() -> None:
    """Ask your PDFs and scans questions; every statement of an answer cites the page that supports it."""
