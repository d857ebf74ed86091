"""What is said to the user: an answer with its markers, a refusal with its reason, and what else is to be known."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import groupby

from graph.query.state import Note, RefusalReason
from graph.sanitize import sanitize_markdown
from graph.storage.base import Catalog
from graph.types import Citation, ClaimCheck, RetrievedChunk, is_verified

_REASONS = {
    "nothing_ingested": "No document has been ingested yet, so there is nothing to answer from: "
    "run `pagewitness ingest FILE` first.",
    "nothing_relevant": "The documents do not answer this: nothing in them was found to be about it.",
    "fact_absent": "The documents touch on this, but the answer could not be proven from any page.",
    "page_unreadable": "The documents do not answer this, as far as they could be read.",
}
_SEEN = " (read from the image of the page, not proven by its text)"
_NAMED = 3  # documents that are named one by one in a note


def answer(passed: Sequence[ClaimCheck]) -> str:
    """The claims one after another, each with the marker of its citation; table rows on lines of their own.

    A claim that was only read from an image says so. Nothing in a claim can set a marker, load an image or hide a link.
    """
    lines = [
        f"{sanitize_markdown(verdict['claim']['text']).strip()} [{citation['marker']}]"
        + ("" if is_verified(citation) else _SEEN)
        for verdict in passed
        if (citation := verdict["citation"])
    ]
    return "\n\n".join(dict.fromkeys(lines))


def refusal(reason: str, passages: Sequence[RetrievedChunk], holes: Mapping[str, Sequence[int]]) -> str:
    """Why there is no answer, where to look, and which pages were never read."""
    said = [_REASONS[reason]]
    closest = list(dict.fromkeys(f"{passage['name']}, page {passage['page']}" for passage in passages))[:3]
    if closest:
        said.append(f"The closest pages are: {'; '.join(closest)}.")
    said += [f"Not read in {name}: {_ranges(pages)}." for name, pages in holes.items()]
    return sanitize_markdown(" ".join(said))


def notes_on_claims(dropped: int, seen: Sequence[Citation]) -> list[Note]:
    """That statements were left out, or stand on what a model saw in an image."""
    notes: list[Note] = []
    if dropped:
        which = "1 statement was" if dropped == 1 else f"{dropped} statements were"
        notes.append(Note(kind="claims_dropped", text=f"{which} left out, because the pages do not prove it."))
    for citation in seen:
        where = f"page {citation['page']} of {citation['name']}"
        text = f"[{citation['marker']}] was read from the image of {where}; no text of the page proves it."
        notes.append(Note(kind="read_from_image", text=text))
    return notes


def notes_on_focus(names: Sequence[str]) -> list[Note]:
    """That only the documents were searched that the question names."""
    if not names:
        return []
    named = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
    text = f"Only {named} {'was' if len(names) == 1 else 'were'} searched, as the question names it."
    return [Note(kind="document_recognised", text=text)]


def pages_named(pages: Sequence[int]) -> str:
    """`page 3`, `pages 3 and 7`, `pages 3, 7-9 and 12`."""
    runs = _runs(pages)
    listed = " and ".join([", ".join(runs[:-1]), runs[-1]]) if len(runs) > 1 else runs[0]
    return ("page " if len(pages) == 1 else "pages ") + listed


def _ranges(pages: Sequence[int]) -> str:
    """`pages 3, 7-9`."""
    return ("page " if len(pages) == 1 else "pages ") + ", ".join(_runs(pages))


def _runs(pages: Sequence[int]) -> list[str]:
    runs = []
    for _, group in groupby(enumerate(sorted(pages)), key=lambda pair: pair[1] - pair[0]):
        run = [page for _, page in group]
        runs.append(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]))
    return runs


_LISTED = 50  # documents in an answer; a library of thousands is listed by `pagewitness documents`

_NOTED = 3  # documents whose unread pages are named in notes; more would bury the answer


def nothing_to_ask(catalog: Catalog) -> RefusalReason:
    """Why no document can be asked: none was ingested, or none of their pages could be read."""
    return "page_unreadable" if unreadable(catalog, []) else "nothing_ingested"


def unreadable(catalog: Catalog, documents: Collection[str]) -> dict[str, list[int]]:
    """The pages that could not be read, by document name; of all documents where none is named."""
    failed = catalog.failed_pages(documents)
    return {row.name: failed[row.id] for row in catalog.documents() if row.id in failed} if failed else {}


def unread_notes(holes: Mapping[str, Sequence[int]]) -> list[Note]:
    """That pages of documents could not be read."""
    listed = list(holes.items())
    notes = [
        Note(kind="pages_unread", text=f"{pages_named(pages).capitalize()} of {name} could not be read.")
        for name, pages in listed[:_NOTED]
    ]
    if rest := listed[_NOTED:]:
        count = sum(len(pages) for _, pages in rest)
        text = f"{count} pages of {len(rest)} other documents could not be read either."
        notes.append(Note(kind="pages_unread", text=text))
    return notes


def notes_on_pages(catalog: Catalog, cited: Collection[tuple[str, int]]) -> list[Note]:
    """What of the documents that are cited could not be read: whole pages, and parts of the pages that are cited."""
    if not cited:
        return []
    notes = unread_notes(unreadable(catalog, {document for document, _ in cited}))
    for document in sorted({document for document, _ in cited}):
        for row in catalog.pages(document, sorted(page for owner, page in cited if owner == document)):
            if row.status == "read" and row.detail:
                notes.append(Note(kind="page_partly_read", text=row.detail))
    return notes


def described(catalog: Catalog, documents: Sequence[str]) -> str:
    """What can be asked: each document with its pages, and those of them that could not be read."""
    rows = [row for row in catalog.documents() if row.id in documents]
    head = "There is 1 document" if len(rows) == 1 else f"There are {len(rows)} documents"
    lines, failed = [], catalog.failed_pages(documents)
    for row in rows[:_LISTED]:
        unread = f"; {pages_named(failed[row.id])} could not be read" if row.id in failed else ""
        lines.append(f"- {row.name} ({row.pages} {'page' if row.pages == 1 else 'pages'}{unread})")
    if len(rows) > _LISTED:
        lines.append(f"- and {len(rows) - _LISTED} more: `pagewitness documents` lists them all")
    return "\n".join([f"{head} to ask:", *lines])
