"""The command line: thin, over the graph. It parses, calls, prints; what happens is decided elsewhere.

Exit codes: 0 done (a refusal to answer is an answer); 2 the input, the key or the home folder must be mended first;
3 some page or document could not be read.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError
from typing import Any

DONE, BAD_INPUT, INCOMPLETE = 0, 2, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    options = parser().parse_args(arguments)
    if options.home:
        os.environ["PAGEWITNESS_HOME"] = options.home
    if options.engine:
        os.environ["PAGEWITNESS_ENGINE"] = options.engine
    from graph import commands
    from graph.errors import BadInputError, HomeError, ModelError
    from loaders.errors import SourceError

    signal.signal(signal.SIGINT, _interrupt)
    try:
        return int(getattr(commands, options.command)(options))
    except (BadInputError, SourceError, HomeError, ModelError) as error:
        return _complain(options, str(error))
    except (KeyboardInterrupt, CancelledError):
        print("Stopped. What was read so far is kept: the same command goes on from there.", file=sys.stderr)
        return 130


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true", help="print JSON instead of text")
    common.add_argument("--home", metavar="DIR", help="where everything is kept (default: .pagewitness)")
    common.add_argument("--engine", choices=["auto", "gemini", "offline"], help="who reads and answers (default: auto)")
    top = argparse.ArgumentParser(
        prog="pagewitness", description="Ask your PDFs and scans; every answer has a page as its witness."
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, text: str) -> Callable[..., Any]:
        return commands.add_parser(name, help=text, description=text, parents=[common]).add_argument

    add = command("ingest", "Read PDFs, books and images: files, folders, globs or http(s) addresses.")
    add("sources", nargs="+", metavar="SOURCE", help="a file, a folder, a glob or an http(s) address")
    add("--password", metavar="TEXT", help="the password of encrypted PDFs")
    readers = {"choices": ["vision", "auto", "text"], "default": "vision"}
    add("--reader", **readers, help="pages that a vision model reads: all, those that need it, none (default: vision)")
    add("--dry-run", action="store_true", help="say how many pages, requests and tokens it would take; send nothing")
    add = command("ask", "Answer a question, citing the pages that prove the answer.")
    add("question", metavar="QUESTION")
    add("--document", action="append", default=[], metavar="NAME_OR_ID", help="look only in this one; may be repeated")
    add("--thread", metavar="ID", help="a conversation to go on with; follow-ups are understood")
    command("documents", "List the documents.")
    command("pages", "Show what became of each page of a document.")("document", metavar="DOCUMENT")
    command("delete", "Remove every trace of a document.")("document", metavar="DOCUMENT")
    command("reembed", "Rebuild all vectors from what is stored; no page is read again.")
    command("rechunk", "Cut all documents anew from what is stored; no page is read again.")
    command("doctor", "Check the installation, the home folder, the key and the models.")
    add = command("serve", "Start the LangGraph development server on this project.")
    add("--host", default="127.0.0.1")
    add("--port", type=int, default=2024)
    return top


def _interrupt(*_: object) -> None:
    """Ctrl-C: end the steps that other threads wait for, or they would finish the whole run first."""
    from graph import steps

    steps.stop()
    raise KeyboardInterrupt


def _complain(options: argparse.Namespace, message: str) -> int:
    if options.json:
        print(json.dumps({"error": message}, ensure_ascii=False))
    print(f"pagewitness: {message}", file=sys.stderr)
    return BAD_INPUT


if __name__ == "__main__":
    sys.exit(main())
