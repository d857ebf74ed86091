"""The command line: thin, over the graph. It parses, calls, prints; what happens is decided elsewhere.

Exit codes: 0 done (a refusal to answer is an answer); 2 the input, the key or the home folder must be mended first;
3 some page or document could not be read, or some question of an evaluation not be asked.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import signal
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graph.cli.exit_codes import BAD_INPUT

if TYPE_CHECKING:
    from graph.errors import HomeInUseError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    options = parser().parse_args(arguments)
    if options.home:
        os.environ["PAGEWITNESS_HOME"] = options.home
    if options.engine:
        os.environ["PAGEWITNESS_ENGINE"] = options.engine
    from graph.runtime import process
    from graph.settings import keep_arithmetic_single

    process.configure_gc(pause=True)
    keep_arithmetic_single()  # before anything imports numpy
    from graph.cli import commands
    from graph.errors import BadInputError, HomeError, HomeInUseError, ModelError, ServerError
    from loaders.errors import SourceError

    signal.signal(signal.SIGINT, _interrupt)
    try:
        return int(getattr(commands, options.command)(options))
    except HomeInUseError as error:
        return _complain(options, _through_the_server(error, sys.argv[1:] if arguments is None else arguments))
    except (BadInputError, SourceError, HomeError, ModelError, ServerError) as error:
        return _complain(options, str(error))
    except (KeyboardInterrupt, CancelledError):
        print("Stopped. What was done so far is kept: the same command goes on from there.", file=sys.stderr)
        return 130
    finally:
        process.freeze_gc()


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true", help="print JSON instead of text")
    common.add_argument("--home", metavar="DIR", help="where everything is kept (default: .pagewitness)")
    common.add_argument("--server", metavar="URL", help="do it through this running server, with its home folder")
    common.add_argument(
        "--engine", choices=["auto", "llm", "offline"], type=lambda name: "llm" if name == "gemini" else name,
        help="which engine reads and answers (default: auto)",
    )  # fmt: skip
    top = argparse.ArgumentParser(
        prog="pagewitness", description="Ask your PDFs and scans; every answer has a page as its witness."
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, text: str) -> Callable[..., Any]:
        return commands.add_parser(name, help=text, description=text, parents=[common]).add_argument

    add = command("ingest", "Read PDFs, books and images: files, folders, globs or http(s) addresses.")
    add("sources", nargs="+", metavar="SOURCE", help="a file, a folder, a glob or an http(s) address")
    add("--reread", action="store_true", help="read pages again that were read before")
    add("--password", metavar="TEXT", help="the password of encrypted PDFs")
    readers = {"choices": ["vision", "auto", "text"], "default": "vision"}
    add("--reader", **readers, help="pages that a vision model reads: all, those that need it, none (default: vision)")
    add("--dry-run", action="store_true", help="say how many pages, requests and tokens it would take; send nothing")
    add = command("ask", "Answer a question, citing the pages that prove the answer.")
    add("question", metavar="QUESTION")
    add("--document", action="append", default=[], metavar="NAME_OR_ID", help="look only in this one; may be repeated")
    add("--thread", metavar="ID", help="a conversation to go on with; follow-ups are understood")
    _measuring(command("eval", "Ask a set of questions with known answers, and measure what comes back."))
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


def _measuring(add: Callable[..., Any]) -> None:
    """The options of `eval`."""
    add("file", type=Path, metavar="FILE.jsonl", help="one question a line, with its answers; see docs/quality.md")
    add("--out", type=Path, metavar="DIR", help="where results and report go (default: in the home folder)")
    add("--compare", type=Path, metavar="RESULTS", help="the results.json of an earlier run over the same questions")
    add("--limit", type=_count, metavar="N", help="ask only N of the questions, spread evenly over the file")
    text = "depths of recall (default: 1,3,5); so many passages are retrieved as the largest says, at least 5"
    add("--k", type=_depths, default=(1, 3, 5), metavar="N,N", help=text)
    add("--scope", choices=["all", "doc"], default="all", help="look in all documents, or in the row's `doc` alone")
    add("--judge", metavar="PROVIDER:MODEL", help="a model that judges free answers (default: none, strings decide)")
    add("--concurrency", type=_count, default=1, metavar="N", help="questions at a time; seconds grow with it")


def _count(text: str) -> int:
    if not (text.isdecimal() and int(text)):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 on")
    return int(text)


def _depths(text: str) -> tuple[int, ...]:
    depths = sorted({_count(part.strip()) for part in text.split(",")})
    if depths[-1] > 20:
        raise argparse.ArgumentTypeError("at most 20 passages are retrieved")
    return tuple(depths)


def _interrupt(*_: object) -> None:
    """Ctrl-C: end the steps that other threads wait for, or they would finish the whole run first."""
    from graph.runtime import async_nodes

    async_nodes.stop()
    raise KeyboardInterrupt


def _through_the_server(error: HomeInUseError, arguments: Sequence[str]) -> str:
    """What to do when another process owns the home folder: the same command, through it if it is a server."""
    if not error.served_at or arguments[0] in ("eval", "serve"):
        return error.saying("wait until it ends")
    words = list(arguments)
    for at, word in enumerate(words):
        if word == "--home" or word.startswith("--home="):
            del words[at : at + 1 + (word == "--home")]
            break
    return error.saying(f"run `{shlex.join(['pagewitness', *words, '--server', error.served_at])}`")


def _complain(options: argparse.Namespace, message: str) -> int:
    if options.json:
        print(json.dumps({"error": message}, ensure_ascii=False))
    print(f"pagewitness: {message}", file=sys.stderr)
    return BAD_INPUT
