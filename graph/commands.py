"""What each command does: call the graph or the catalog, then print. One function for each command, of its name."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any

from graph import console, deps
from graph.cli import BAD_INPUT, DONE, INCOMPLETE
from graph.context import Context
from graph.settings import settings

if TYPE_CHECKING:
    from graph.app import Input


def ingest(options: argparse.Namespace) -> int:
    """Read sources; a bar for each document shows how far it is."""
    context = Context(password=options.password, reader=options.reader, reread=options.reread)
    if options.dry_run:
        return _dry_run(options, context)
    from graph.app import app

    report: Mapping[str, Any] = {}
    with console.progress(quiet=options.json) as tell:
        for part in app.stream(
            {"sources": options.sources},
            context=context,
            stream_mode=["custom", "values"],
            subgraphs=True,
            version="v2",
        ):
            if part["type"] == "custom":
                tell(part["data"])
            elif part["type"] == "values" and not part["ns"]:
                report = part["data"].get("report") or report
    _print(options, report, console.ingestion)
    whole = all(document["status"] in ("complete", "unchanged") for document in report["documents"])
    return DONE if whole else INCOMPLETE


def ask(options: argparse.Namespace) -> int:
    """Answer a question, alone or as part of a conversation that is kept in the home folder."""
    request: Input = {"question": options.question, "documents": options.document}
    if options.thread:
        answer = _in_thread(request, options.thread)
    else:
        from graph.app import app

        answer = app.invoke(request, context=Context())
    fields = (
        "question", "answer", "refused", "reason", "citations", "retrieved", "queries", "rewrites", "engine", "usage",
        "seconds", "verdict", "notes",
    )  # fmt: skip
    _print(options, {field: answer.get(field) for field in fields}, console.answer)
    return DONE


def eval(options: argparse.Namespace) -> int:
    """Ask a set of questions with known answers, and measure what comes back."""
    from graph.evaluation.evaluate import Request, evaluate

    request = Request(
        options.file, options.out, options.compare, options.limit, options.k, options.scope == "doc",
        options.judge or "", options.concurrency,
    )  # fmt: skip
    with console.progress(quiet=options.json) as tell:
        results = evaluate(request, tell)
    _print(options, results, console.evaluation)
    return INCOMPLETE if results["summary"]["errors"] else DONE


def documents(options: argparse.Namespace) -> int:
    """List what has been ingested."""
    from graph import listing

    rows = listing.documents(deps.stores().catalog)
    _print(options, {"documents": rows}, console.documents)
    return DONE


def pages(options: argparse.Namespace) -> int:
    """Show the ledger of a document."""
    from graph import listing
    from graph.query.library import find_document

    catalog = deps.stores().catalog
    document = find_document(catalog, options.document)
    rows = listing.pages(catalog, document.id)
    _print(options, {"id": document.id, "name": document.name, "pages": rows}, console.pages)
    return DONE


def delete(options: argparse.Namespace) -> int:
    """Remove a document from the catalog, the vectors and the page images."""
    from graph.query.library import find_document
    from graph.storage.upkeep import remove

    stores = deps.stores()
    stores.take()
    document = find_document(stores.catalog, options.document)
    remove(stores, document.id)
    _print(options, {"deleted": {"id": document.id, "name": document.name}}, console.deleted)
    return DONE


def reembed(options: argparse.Namespace) -> int:
    """Rebuild all vectors with the embedding model that is now in use."""
    from graph.ingestion import rebuild

    return _rebuild(options, rebuild.reembed)


def rechunk(options: argparse.Namespace) -> int:
    """Rebuild all chunks as this version cuts them, and their vectors."""
    from graph.ingestion import rebuild

    return _rebuild(options, rebuild.rechunk)


def _rebuild(options: argparse.Namespace, rebuild: Callable[..., Coroutine[Any, Any, dict[str, Any]]]) -> int:
    from graph import steps

    with console.progress(quiet=options.json) as tell:
        done = steps.run(rebuild(deps.deps(Context()), tell))
    _print(options, done, console.reembedded)
    return DONE


def doctor(options: argparse.Namespace) -> int:
    """Check what can go wrong, and say what to do about it."""
    from graph.doctor import examine

    found = examine()
    _print(options, found, console.doctor)
    return DONE if found["ok"] else BAD_INPUT


def serve(options: argparse.Namespace) -> int:
    """Hand over to the LangGraph development server."""
    from graph.serve import serve as start

    return start(options.host, options.port)


def _dry_run(options: argparse.Namespace, context: Context) -> int:
    from graph import steps
    from graph.ingestion.planning import estimate

    plan = steps.run(estimate(options.sources, context))
    _print(options, plan, console.plan)
    return INCOMPLETE if any(document["problem"] for document in plan["documents"]) else DONE


def _in_thread(request: Input, thread: str) -> Mapping[str, Any]:
    from langgraph.checkpoint.sqlite import SqliteSaver

    from graph.app import compile_app
    from graph.storage.home import prepare

    with SqliteSaver.from_conn_string(str(prepare(settings().home) / "threads.sqlite3")) as saver:
        return compile_app(saver).invoke(request, {"configurable": {"thread_id": thread}}, context=Context())


def _print(options: argparse.Namespace, value: Mapping[str, Any], show: Any) -> None:
    if options.json:
        sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")
    else:
        show(value)
