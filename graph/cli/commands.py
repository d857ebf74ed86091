"""The commands of `pagewitness`: each function parses its arguments, does the work and prints the result.

Modules of the application are imported inside the functions, so that `--help` does not load them.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from graph.cli.exit_codes import BAD_INPUT, DONE, EXPLAINED, INCOMPLETE
from graph.cli.options import Function, Options, with_options, without_server

if TYPE_CHECKING:
    from graph.maintenance.graph import Task

_ANSWER_FIELDS = (
    "question", "answer", "refused", "reason", "citations", "retrieved", "queries", "rewrites", "engine", "usage",
    "questions_left", "seconds", "verdict", "verdicts", "notes", "plan",
)  # fmt: skip
_MAX_DEPTH = 20


class Depths(click.ParamType[tuple[int, ...]]):
    """Whole numbers joined by commas, such as `1,3,5`, sorted and each once."""

    name = "depths"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        """Return the numbers; fail on anything else, and on numbers above the most chunks that are retrieved."""
        parts = [part.strip() for part in str(value).split(",")]
        if wrong := [part for part in parts if not (part.isdecimal() and int(part))]:
            self.fail(f"{wrong[0]!r} is not a whole number from 1 on", param, ctx)
        depths = sorted({int(part) for part in parts})
        if depths[-1] > _MAX_DEPTH:
            self.fail(f"at most {_MAX_DEPTH} chunks are retrieved", param, ctx)
        return tuple(depths)


_count = click.IntRange(min=1)
_documents = click.option(
    "--document", "documents", multiple=True, metavar="NAME_OR_ID", show_default="all documents",
    help="Look only in this document; may be repeated.",
)  # fmt: skip


def _collection(purpose: str, by_default: str) -> Callable[[Function], Function]:
    """Return the option `--collection` with its help and what is used without it."""
    return click.option("--collection", metavar="NAME", default="", show_default=by_default, help=purpose)


def _wish(collection: str) -> dict[str, str]:
    """Return the setting of a run that is limited to a collection; none for "", which an older server takes too."""
    return {"collection": collection} if collection else {}


@click.command(epilog=EXPLAINED)
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--reread", is_flag=True, show_default="off", help="Read pages again that were read before.")
@click.option("--password", metavar="TEXT", show_default="none", help="The password of encrypted PDFs.")
@click.option(
    "--reader", type=click.Choice(["vision", "auto", "text"]), default="vision",
    help="The pages that a vision model reads: all, those that need it, or none.",
)  # fmt: skip
@click.option(
    "--attachments", type=click.Choice(["read", "skip"]), show_default="read",
    help="Whether files attached to PDFs and messages become documents of their own.",
)  # fmt: skip
@click.option(
    "--dry-run", is_flag=True, show_default="off",
    help="Print how many pages, requests and tokens it would take; send nothing.",
)  # fmt: skip
@_collection("Add the documents to this collection.", "your own")
@with_options
def ingest(
    options: Options, sources: tuple[str, ...], reread: bool, password: str | None, reader: str,
    attachments: str | None, dry_run: bool, collection: str,
) -> int:  # fmt: skip
    """Read PDFs, scans, office files and more into the library.

    A SOURCE is a file, a folder, a glob or an http(s) address.
    """
    options.begin_reading(sources)
    from graph.cli import output, progress

    given = {**({"attachments": attachments} if attachments else {}), **_wish(collection)}
    client = options.client(password=password, reader=reader, reread=reread, **given)
    if dry_run:
        plan = client.plan(sources)
        options.show(plan, output.plan)
        return INCOMPLETE if any(document["problem"] for document in plan["documents"]) else DONE
    with progress.progress_bars(quiet=options.json) as on_event:
        report = client.ingest(sources, on_event, options.asker())
    options.show(report, output.ingestion)
    complete = all(document["status"] in ("complete", "unchanged") for document in report["documents"])
    return DONE if complete else INCOMPLETE


@click.command(epilog=EXPLAINED)
@click.argument("question", nargs=-1, required=True, metavar="QUESTION")
@_documents
@click.option(
    "--thread", metavar="ID", default="", show_default="none",
    help="A conversation to continue, under any name; follow-up questions are understood.",
)  # fmt: skip
@click.option(
    "--proof", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.pdf", show_default="none",
    help="Write the cited pages to this file, with each quote as a numbered highlight annotation.",
)  # fmt: skip
@click.option(
    "--export", "exports", multiple=True, type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
    show_default="none", help="Write the answer with its citations to this file: .md, .json or .bib; may be repeated.",
)  # fmt: skip
@_collection("Look only in the documents of this collection.", "all that may be read")
@with_options
def ask(
    options: Options, question: tuple[str, ...], documents: tuple[str, ...], thread: str, proof: Path | None,
    exports: tuple[Path, ...], collection: str,
) -> int:  # fmt: skip
    """Answer a QUESTION, citing the pages that support the answer.

    Quotation marks around it keep the shell from reading its "?" and "'".
    """
    from graph.cli import exports as files
    from graph.cli import output, progress

    files.check(proof, exports)
    client = options.client(**_wish(collection))
    with progress.live_draft(quiet=options.json) as on_event:
        answer = client.ask(" ".join(question), documents, thread, on_event, options.asker())
    options.show({field: answer.get(field) for field in _ANSWER_FIELDS}, output.answer)
    for said in files.write(client, answer, proof, exports):
        click.echo(said, err=True)
    return BAD_INPUT if answer.get("reason") == "model_failed" else DONE


@click.command(epilog=EXPLAINED)
@_documents
@click.option(
    "--thread", metavar="ID", default="", show_default="a new conversation", help="A conversation to continue."
)
@with_options
def chat(options: Options, documents: tuple[str, ...], thread: str) -> None:
    """Ask questions in a conversation; /quit or Ctrl-D ends it.

    Each line of the input is a question. With --json each answer is one line of JSON.
    """
    import json
    import uuid

    from graph.cli import output, progress
    from graph.errors import BadInputError, ModelError, ServerError

    client, thread = options.client(), thread or str(uuid.uuid4())
    for question in _questions():
        try:
            with progress.live_draft(quiet=options.json) as on_event:
                answer = client.ask(question, documents, thread, on_event, options.asker())
        except (BadInputError, ModelError, ServerError) as error:
            if not sys.stdin.isatty():
                raise
            click.echo(f"pagewitness: {error}", err=True)  # a person can correct it and ask again
            continue
        shown = {field: answer.get(field) for field in _ANSWER_FIELDS}
        if options.json:
            click.echo(json.dumps(shown, ensure_ascii=False))
        else:
            output.answer(shown)
    click.echo(f"Continue this conversation with --thread {thread}", err=True)


def _questions() -> Iterator[str]:
    """Yield the lines of standard input that are not empty, up to `/quit`; prompt for them in a terminal."""
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401  # importing it gives input() line editing and a history
    while True:
        try:
            line = input("\n> " if sys.stdin.isatty() else "").strip()
        except EOFError:
            return
        if line == "/quit":
            return
        if line:
            yield line


@click.command(epilog=EXPLAINED)
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.jsonl")
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="DIR", show_default="a folder in the home folder",
    help="Where the results and the report are written.",
)  # fmt: skip
@click.option(
    "--compare", type=click.Path(path_type=Path), metavar="RESULTS", show_default="none",
    help="The results.json of an earlier run over the same questions.",
)  # fmt: skip
@click.option(
    "--limit", type=_count, metavar="N", show_default="all", help="Ask only N of the questions, spread over the file."
)
@click.option(
    "--k", type=Depths(), default="1,3,5", metavar="N,N",
    help="Depths of recall. As many chunks are retrieved as the largest says, at least 5.",
)  # fmt: skip
@click.option(
    "--scope", type=click.Choice(["all", "doc"]), default="all",
    help="Look in all documents, or only in the document that the row's `doc` names.",
)  # fmt: skip
@click.option(
    "--judge", metavar="PROVIDER:MODEL", default="", show_default="none: strings are compared",
    help="A model that judges free answers.",
)  # fmt: skip
@click.option(
    "--concurrency", type=_count, default=1, metavar="N",
    help="Questions asked at a time; the seconds of each answer grow with it.",
)  # fmt: skip
@without_server("`eval` needs more of the library than a server returns")
def eval(
    options: Options, file: Path, out: Path | None, compare: Path | None, limit: int | None, k: tuple[int, ...],
    scope: str, judge: str, concurrency: int,
) -> int:  # fmt: skip
    """Measure the answers to questions with known answers.

    FILE.jsonl holds one question a line with its answers; see docs/quality.md.
    """
    from graph.cli import output, progress
    from graph.evaluation.evaluation import Request, evaluate

    request = Request(file, out, compare, limit, k, scope == "doc", judge, concurrency)
    with progress.progress_bars(quiet=options.json) as on_event:
        results = evaluate(request, on_event)
    options.show(results, output.evaluation)
    return INCOMPLETE if results["summary"]["errors"] else DONE


@click.command(epilog=EXPLAINED)
@click.option(
    "--limit", type=click.IntRange(1, 500), metavar="N", show_default="all", help="List so many documents at most."
)
@click.option("--offset", type=click.IntRange(0), metavar="N", default=0, help="Leave out the first N documents.")
@_collection("List only this collection.", "all that may be read")
@with_options
def documents(options: Options, limit: int | None, offset: int, collection: str) -> None:
    """List the documents."""
    from graph.cli import output

    options.show(options.client(**_wish(collection)).documents(limit, offset), output.documents)


@click.command(epilog=EXPLAINED)
@click.argument("document")
@with_options
def pages(options: Options, document: str) -> None:
    """List a DOCUMENT's pages: how each was read, and its cost."""
    from graph.cli import output

    options.show(options.client().pages(document), output.pages)


@click.command(epilog=EXPLAINED)
@click.argument("document")
@click.argument("page", type=_count)
@click.option(
    "--image", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.png", show_default="none",
    help="Write the page's image to this file in place of printing its text.",
)  # fmt: skip
@with_options
def show(options: Options, document: str, page: int, image: Path | None) -> None:
    """Print the text of a PAGE of a DOCUMENT as it was read.

    Pages are counted from 1.
    """
    from graph.cli import output
    from graph.errors import BadInputError

    client = options.client()
    if image is None:
        options.show(client.page(document, page), output.page)
        return
    content, found = client.page_image(document, page), client.pages(document)
    try:
        image.write_bytes(content)
    except OSError as error:
        raise BadInputError(f"{str(image)!r} cannot be written ({error.strerror}): name another file.") from error
    options.show({"id": found["id"], "name": found["name"], "page": page, "file": str(image)}, output.page_image)


@click.command(epilog=EXPLAINED)
@click.argument("document")
@with_options
def delete(options: Options, document: str) -> None:
    """Delete a DOCUMENT and everything stored of it."""
    from graph import operations
    from graph.cli import output

    options.show(options.client().run(operations.delete_document, document=document), output.deleted)


@click.command(epilog=EXPLAINED)
@with_options
def reembed(options: Options) -> None:
    """Rebuild all vectors; no page is read again.

    Needed after a change of the embedding model.
    """
    _rebuild(options, "reembed")


@click.command(epilog=EXPLAINED)
@with_options
def rechunk(options: Options) -> None:
    """Rebuild all chunks and vectors; no page is read again.

    Needed after an update that cuts pages into other chunks.
    """
    _rebuild(options, "rechunk")


def _rebuild(options: Options, task: Task) -> None:
    from graph.cli import output, progress

    with progress.progress_bars(quiet=options.json) as on_event:
        result = options.client().maintain(task, on_event)
    options.show(result, output.rebuilt)


@click.command(epilog=EXPLAINED)
@click.option(
    "--ask",
    is_flag=True,
    show_default="off",
    help="Send each configured model a text, an image, a schema and a text to embed.",
)
@with_options
def doctor(options: Options, ask: bool) -> int:
    """Check installation, home folder, key and models.

    With --ask, a model that gives no reply is a problem too.
    """
    from graph.cli import output

    client = options.client()
    asked = client.maintain("models", lambda event: None) if ask else {}
    report = {**client.maintain("doctor", lambda event: None), **asked}
    options.show(report, output.doctor)
    replies = [one["text"] or one["vector"] for one in report.get("models", ())]
    return DONE if report["ok"] and all(said.startswith("yes") for said in replies) else BAD_INPUT


@click.command(epilog=EXPLAINED)
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FOLDER...")
@with_options
def watch(options: Options, folders: tuple[Path, ...]) -> int:
    """Read each FOLDER, and follow what changes there.

    Ctrl-C ends it; the next start follows what has changed meanwhile. A drive that vanishes deletes nothing.
    """
    from graph.cli import output
    from graph.cli.watching import watch as follow

    return follow(options.client(), options.server, folders, lambda one: options.show_line(one, output.followed))


@click.command(epilog=EXPLAINED)
@click.option("--host", default="127.0.0.1", metavar="ADDRESS", help="The address to listen at.")
@click.option("--port", type=click.IntRange(1, 65535), default=2024, metavar="N", help="The port to listen at.")
@click.option("--reload", is_flag=True, show_default="off", help="Restart when the code of a checkout changes.")
@click.option("--verbose", is_flag=True, show_default="off", help="Print the log of LangGraph's server too.")
@without_server("`serve` starts a server, and needs none")
def serve(options: Options, host: str, port: int, reload: bool, verbose: bool) -> int:
    """Start a LangGraph server with the web pages and the API."""
    from graph.cli.serve import serve as run_server

    return run_server(host, port, reload=reload, verbose=verbose)
