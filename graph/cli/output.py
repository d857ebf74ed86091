"""Text output of the commands: each function prints one kind of result on standard output."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Column, Table

from graph.citation_markers import marker
from graph.types import counted, page_in_words
from graph.verdicts import LABEL, citation_line, verdict_of

_out = Console(highlight=False)
# Lines are not wrapped in a pipe or a file, so that grep sees whole sentences.
_out.soft_wrap = not _out.is_terminal
_STATUS = {"complete": "green", "unchanged": "green", "partial": "yellow", "failed": "red"}
_VERDICT = {"proven": "green", "catalog": "dim"}
_LABEL = re.compile(rf"(?<=\]) {LABEL}", re.MULTILINE)
_PAGE = {"read": "green", "blank": "dim", "fallback": "yellow", "failed": "red", "pending": "red"}


def ingestion(report: Mapping[str, Any]) -> None:
    """Print a line for each document with its ledger counts, its failures below it, then the other files."""
    for document in report["documents"]:
        counts = ", ".join(f"{count} {status}" for status, count in document["ledger"].items() if count)
        status = document["status"]
        summary = f"{counted(document['pages'], 'page')} ({counts}), {counted(document['chunks'], 'chunk')}"
        summary = summary if counts else ""
        if older := document.get("older_pages"):
            summary += f", {counted(older, 'page')} read by an earlier version: --reread reads them again"
        name, known = document["name"], document.get("label") or document["name"]
        if not known.startswith(name):
            summary += f", the same document as {escape(known)}"  # read before under another name
        else:
            name = known
        _out.print(f"[{_STATUS[status]}]{status:9}[/] [bold]{escape(name)}[/]  {summary}")
        for failure in document["failures"]:
            if failure["page"] and report["unfinished"] and failure["reason"] == report["unfinished"]["reason"]:
                continue  # one line below reports all pages that are due
            where = f"page {failure['page']}: " if failure["page"] else ""
            _indented(f"{where}{failure['reason']}: {escape(failure['detail'])}", 10)
    _others(report)
    if rest := report["unfinished"]:
        _out.print(f"[yellow]{_still_due(rest)}[/]")
    usage = report["usage"]
    spent = f", {counted(usage['requests'], 'request')}" if usage["requests"] else ""
    _out.print(f"[dim]{report['seconds']:.1f} s{spent}[/]")


_MOST_SKIPPED = 20
"""Skipped files that are listed one by one; `--json` lists all."""


def _others(report: Mapping[str, Any]) -> None:
    """Print the files that were given and are no documents of their own: duplicates and skipped ones."""
    sources = {each["source"]: (each["name"], each.get("label") or each["name"]) for each in report["documents"]}
    for one in report.get("duplicates", ()):
        name, label = sources.get(one["of"], (one["of"], one["of"]))
        of = label if name != one["name"] else one["of"]
        _out.print(f"[dim]duplicate[/] [bold]{escape(one['name'])}[/]  the same document as {escape(of)}")
    skipped = report.get("skipped", ())
    hidden = [one for one in skipped if one["name"].startswith(".")]
    shown = [one for one in skipped if not one["name"].startswith(".")]
    for one in shown[:_MOST_SKIPPED]:
        _out.print(f"[dim]skipped[/]   [bold]{escape(one['name'])}[/]  {escape(one['detail'])}")
    if len(shown) > _MOST_SKIPPED:
        _out.print(f"[dim]skipped[/]   {len(shown) - _MOST_SKIPPED} more files: --json lists all")
    if hidden:
        names = ", ".join(one["name"] for one in hidden[:3]) + (", ..." if len(hidden) > 3 else "")
        what = "1 hidden file or folder" if len(hidden) == 1 else f"{len(hidden)} hidden files and folders"
        _out.print(f"[dim]skipped[/]   {what}: {escape(names)}")


_WHY_DUE = {
    "quota_day": "the day's requests are used up",
    "quota_minute": "the requests of the minute were used up for too long",
    "overloaded": "the model service was overloaded or out of order",
    "timeout": "the model service did not answer in time",
    "network": "the model service could not be reached",
    "files": "the store of files could not be reached",
}


def _still_due(rest: Mapping[str, Any]) -> str:
    """Return the line about the pages that the next run reads."""
    count = rest["pages"]
    pages = f"{count} page{' is' if count == 1 else 's are'} left to read" if count else "The index is not finished"
    why = f": {_WHY_DUE[rest['reason']]}" if rest["reason"] in _WHY_DUE else ""
    when = f"{_clock(rest['continue_at']):%H:%M on %d %B}"
    return f"{pages}{why}. All other pages are saved; run the same command again after {when}."


def _indented(text: str, columns: int) -> None:
    """Print text with a left margin; a terminal wraps the lines within the margin."""
    _out.print(Padding(text, (0, 0, 0, columns)) if _out.is_terminal else " " * columns + text)


def _clock(moment: str) -> datetime:
    return datetime.fromisoformat(moment).astimezone()


def plan(value: Mapping[str, Any]) -> None:
    """Print the estimate of an ingestion, a row for each document."""
    table = Table("Document", "Pages", "Done", "To send", "Requests", "Tokens in", "out", box=None, header_style="bold")
    for row in [*value["documents"], {"name": "Together", "problem": "", **value["total"]}]:
        if row["problem"]:
            table.add_row(escape(row["name"]), "[red]unusable[/]")
            continue
        counts = (row[key] for key in ("pages", "done", "send", "requests", "input_tokens", "output_tokens"))
        table.add_row(escape(row["name"]), *(f"{count:,}" for count in counts))
    _out.print(table)
    for row in value["documents"]:
        if row["problem"]:
            _out.print(escape(row["problem"]), style="red")
    _out.print(f"[dim]{escape(value['basis'])}[/]")


def answer(result: Mapping[str, Any]) -> None:
    """Print an answer, how far it is proven, and its citations: page and quote; what is not proven is coloured."""
    from graph.query.wording import verdict_sentence

    _out.print(_coloured(result["answer"]), style="yellow" if result["refused"] else "")
    if verdict := verdict_of(result):
        said = escape(verdict_sentence(verdict, result.get("question") or ""))
        _out.print(f"[{_VERDICT.get(verdict, 'yellow')}]{said}[/]")
    if result["citations"]:
        _out.print("\n[bold]Citations[/]")
    for citation in result["citations"]:
        _out.print(escape(f"{marker(citation['marker'])} {citation['name']}, {page_in_words(citation)}"), style="cyan")
        quote = escape(f"“{citation['quote']}”")
        _indented(f"[dim]{quote}[/]", 4)
        if said := citation_line(citation):
            _indented(f"[yellow]{escape(said)}[/]", 4)
    for note in result["notes"] or []:
        _out.print(escape(note["text"]), style="yellow")
    left = result.get("questions_left")
    today = "" if left is None else f", {left} more question{'' if left == 1 else 's'} today"
    _out.print(f"\n[dim]{result['engine']}, {result['seconds']:.2f} s{today}[/]")


def _coloured(answer: str) -> str:
    """Return an answer as markup, with the labels of statements that are not proven in colour."""
    return _LABEL.sub(lambda found: f"[yellow]{found[0]}[/]", escape(answer))


def documents(value: Mapping[str, Any]) -> None:
    """Print a table of documents."""
    if not value["documents"]:
        _out.print("No document has been ingested yet: run `pagewitness ingest FILE`.")
        return
    table = Table(
        Column("Id", no_wrap=True, min_width=16), "Name", "Status", "Pages", "Chunks", box=None, header_style="bold"
    )
    for row in value["documents"]:
        status = f"[{_STATUS[row['status']]}]{row['status']}[/]"
        label = row.get("label") or row["name"]  # an older server has no labels
        others = [name for name in row.get("names", ()) if name != row["name"]]
        label += f"\nalso: {', '.join(others)}" if others else ""
        name = f"{escape(label)}{_front_matter(row)}"
        table.add_row(row["id"], name, status, str(row["pages"]), str(row["chunks"]))
    _out.print(table)


def _front_matter(row: Mapping[str, Any]) -> str:
    """Return a line with a document's title, authors and date as far as they are known; it stands under the name."""
    known = [row.get("title", ""), ", ".join(row.get("authors", ())), row.get("date", "")]
    line = " · ".join(part for part in known if part)
    return f"\n[dim]{escape(line)}[/]" if line else ""


def pages(value: Mapping[str, Any]) -> None:
    """Print a table of the pages of a document."""
    labels = any(row.get("label") for row in value["pages"])  # a server of an earlier version has none
    columns = ["Page", *(["Printed"] if labels else []), "Status", "Read by", "Tries", "Tokens", "Seconds", "Why"]
    table = Table(*columns, box=None, header_style="bold")
    for row in value["pages"]:
        status = f"[{_PAGE[row['status']]}]{row['status']}[/]"
        why = escape(": ".join(filter(None, (row["reason"], row["detail"]))))
        tokens = f"{row['input_tokens'] + row['output_tokens']:,}" if row["requests"] else ""
        table.add_row(
            str(row["page"]),
            *([escape(row["label"])] if labels else []),
            status,
            escape(row["model"]),
            str(row["attempts"]),
            tokens,
            f"{row['seconds']:.1f}",
            why,
        )
    _out.print(table)


def page(value: Mapping[str, Any]) -> None:
    """Print the text of a page as it was read, without wrapping; for a page without text, print the reason."""
    if value["text"]:
        _out.print(escape(value["text"]), soft_wrap=True)
    else:
        why = value["detail"] or f"the page is {value['status']}"
        _out.print(escape(f"There is no text of page {value['page']} of {value['name']}: {why}"), style="yellow")


def page_image(value: Mapping[str, Any]) -> None:
    """Print where the image of a page was written."""
    _out.print(escape(f"Page {value['page']} of {value['name']} is now in {value['file']}."))


def deleted(value: Mapping[str, Any]) -> None:
    """Print the document that was deleted."""
    _out.print(f"Deleted {escape(value['deleted']['name'])} ({value['deleted']['id']}).")


def followed(value: Mapping[str, Any]) -> None:
    """Print what a watcher did."""
    _out.print(f"[bold]{value['event']}[/] {escape(value['path'])}: {escape(value['detail'])}", soft_wrap=True)


def rebuilt(value: Mapping[str, Any]) -> None:
    """Print how many chunks were rebuilt, and with which embedding model."""
    chunks, documents = counted(value["chunks"], "chunk"), counted(value["documents"], "document")
    have = "has" if value["chunks"] == 1 else "have"
    _out.print(f"{chunks} of {documents} now {have} vectors of {value['embedder']}.")


def evaluation(value: Mapping[str, Any]) -> None:
    """Print the figures of an evaluation, in total and by kind, the comparison, and the paths of the reports."""
    from graph.evaluation import terminal

    for part in terminal.parts(value):
        _out.print(part)


def doctor(value: Mapping[str, Any]) -> None:
    """Print each check with its result, and what the models can do if they were asked."""
    for check in value["checks"]:
        mark = "[green]ok[/]     " if check["ok"] else "[red]problem[/]"
        _out.print(f"{mark} [bold]{check['name']}[/]: {escape(check['detail'])}")
    if "models" in value:
        _models(value["models"])


def _models(models: Sequence[Mapping[str, Any]]) -> None:
    """Print a table of what each model can do, and below it what went wrong in full."""
    heads = ("Model", "Used for", "Text", "Image", "Schema", "Streams", "Vectors", "Size", "Seconds")
    table = Table(*heads, box=None, header_style="bold")
    asked = ("text", "image", "schema", "stream", "vector")
    for one in models:
        cells = ["-" if not one[name] else "yes" if one[name].startswith("yes") else "no" for name in asked]
        sizes = [f"{one['billions']:.2g}B"] * bool(one["billions"]) + [f"{one['context']:,} tokens"] * bool(
            one["context"]
        )
        cells += [", ".join(sizes) or "-", f"{one['seconds']:.1f}"]
        table.add_row(escape(one["model"]), ", ".join(one["purposes"]), *cells)
    _out.print(table)
    for one, name in ((one, name) for one in models for name in asked):
        if one[name] not in ("", "yes"):
            _out.print(escape(f"{one['model']}, {name}: {one[name]}"))
