"""What each command does: have it done, here or by a server, then print. One function for each command, of its name."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from typing import Any

from graph.cli import output, progress
from graph.cli.clients.base import Client, RebuildTask
from graph.cli.exit_codes import BAD_INPUT, DONE, INCOMPLETE
from graph.errors import BadInputError
from graph.runtime import process

_ANSWER = (
    "question", "answer", "refused", "reason", "citations", "retrieved", "queries", "rewrites", "engine", "usage",
    "seconds", "verdict", "notes",
)  # fmt: skip


def ingest(options: argparse.Namespace) -> int:
    """Read sources; a bar for each document shows how far it is."""
    place = _place(options, password=options.password, reader=options.reader, reread=options.reread)
    if options.dry_run:
        plan = place.plan(options.sources)
        _print(options, plan, output.plan)
        return INCOMPLETE if any(document["problem"] for document in plan["documents"]) else DONE
    with progress.progress_bars(quiet=options.json) as on_event:
        report = place.ingest(options.sources, on_event)
    _print(options, report, output.ingestion)
    whole = all(document["status"] in ("complete", "unchanged") for document in report["documents"])
    return DONE if whole else INCOMPLETE


def ask(options: argparse.Namespace) -> int:
    """Answer a question, alone or as part of a conversation."""
    with progress.live_draft(quiet=options.json) as on_event:
        answer = _place(options).ask(options.question, options.document, options.thread or "", on_event)
    _print(options, {field: answer.get(field) for field in _ANSWER}, output.answer)
    return DONE


def eval(options: argparse.Namespace) -> int:
    """Ask a set of questions with known answers, and measure what comes back."""
    from graph.evaluation.evaluation import Request, evaluate

    _only_here(options, "`eval` asks more of the library than a server tells")
    request = Request(
        options.file, options.out, options.compare, options.limit, options.k, options.scope == "doc",
        options.judge or "", options.concurrency,
    )  # fmt: skip
    with progress.progress_bars(quiet=options.json) as on_event:
        results = evaluate(request, on_event)
    _print(options, results, output.evaluation)
    return INCOMPLETE if results["summary"]["errors"] else DONE


def documents(options: argparse.Namespace) -> int:
    """List what has been ingested."""
    _print(options, _place(options).documents(), output.documents)
    return DONE


def pages(options: argparse.Namespace) -> int:
    """Show the ledger of a document."""
    _print(options, _place(options).pages(options.document), output.pages)
    return DONE


def delete(options: argparse.Namespace) -> int:
    """Remove a document from the catalog, the vectors and the page images."""
    _print(options, _place(options).delete(options.document), output.deleted)
    return DONE


def reembed(options: argparse.Namespace) -> int:
    """Rebuild all vectors with the embedding model that is now in use."""
    return _rebuild(options, "reembed")


def rechunk(options: argparse.Namespace) -> int:
    """Rebuild all chunks as this version cuts them, and their vectors."""
    return _rebuild(options, "rechunk")


def _rebuild(options: argparse.Namespace, task: RebuildTask) -> int:
    with progress.progress_bars(quiet=options.json) as on_event:
        done = _place(options).rebuild(task, on_event)
    _print(options, done, output.reembedded)
    return DONE


def doctor(options: argparse.Namespace) -> int:
    """Check what can go wrong, and say what to do about it."""
    found = _place(options).doctor()
    _print(options, found, output.doctor)
    return DONE if found["ok"] else BAD_INPUT


def serve(options: argparse.Namespace) -> int:
    """Hand over to the LangGraph development server."""
    from graph.cli.serve import serve as start

    _only_here(options, "`serve` starts a server, and needs none")
    process.freeze_gc()  # the server is a process of its own; this one only waits
    return start(options.host, options.port)


def _place(options: argparse.Namespace, **given: Any) -> Client:
    """Where the command is carried out; `given` are settings of the run."""
    if not options.server:
        from graph.cli.clients.local import LocalClient

        return LocalClient(given)
    from graph.cli.clients.remote import RemoteClient

    if options.home:
        raise BadInputError("--home and --server exclude each other: the server has a home folder of its own.")
    process.freeze_gc()
    # What stands in this process's environment is not meant for the server, which has its own.
    return RemoteClient(options.server, {**given, "engine": options.engine} if options.engine else given)


def _only_here(options: argparse.Namespace, why: str) -> None:
    if options.server:
        raise BadInputError(f"{why}: leave out --server.")


def _print(options: argparse.Namespace, value: Mapping[str, Any], show: Any) -> None:
    if options.json:
        sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")
    else:
        show(value)
