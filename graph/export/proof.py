"""The proof of an answer: the pages that it cites as one PDF, with each quote as a numbered highlight annotation.

    from graph.export.proof import proof_pdf
    Path("proof.pdf").write_bytes(proof_pdf(app.invoke({"question": "..."})))

A page is taken from its PDF file where that still has the bytes that were read, else from its stored image, which shows
it as it was. Rotated pages are turned upright, as they are shown everywhere.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from graph import context, dependencies
from graph.access import Scope
from graph.errors import BadInputError, no_such_page
from graph.runtime import async_nodes
from graph.storage.local_sources import path_here
from graph.storage.rows import DocumentRow, PageRow
from graph.storage.stores import Stores
from graph.types import page_in_words
from graph.verdicts import citation_line, citation_verdict
from loaders.pages import jobs
from loaders.pdf.proof import Mark, ProofPage
from loaders.types import Box

MAX_CITATIONS = 500
"""Citations of one proof; an answer has at most a few dozen."""

_INVALID = "A citation has no valid page, marker or boxes: give the answer as it was returned."
_MAX_NOTE = 2000  # characters of an annotation


def proof_pdf(answer: Mapping[str, Any]) -> bytes:
    """Return the proof of an answer, as `app.invoke` or `pagewitness ask --json` gives it, as the bytes of a PDF.

    Raises:
        BadInputError: it cites nothing, or what is no longer in the library.
    """
    return async_nodes.run(write_proof(answer, dependencies.stores(Scope.everything())))


async def write_proof(answer: Mapping[str, Any], stores: Stores) -> bytes:
    """Return the proof of an answer, of pages that may be seen in these stores, as a PDF; see `proof_pdf`."""
    pages = await asyncio.to_thread(_pages, stores, answer)
    title = str(answer.get("question") or "Cited pages")[:200]
    return await dependencies.pool().call(jobs.write_proof, title, pages)


def _pages(stores: Stores, answer: Mapping[str, Any]) -> list[ProofPage]:
    """Return the cited pages in the order in which the answer cites them, each with all its marks."""
    marks: dict[tuple[str, int], list[Mark]] = {}
    titles: dict[tuple[str, int], str] = {}
    for citation in _citations(answer):
        text = "\n\n".join(filter(None, (f"“{citation['quote']}”", _witness(citation))))[:_MAX_NOTE]
        numbers = citation.get("pages") or [citation["page"]]
        for at, page in enumerate(numbers):
            boxes = _boxes(citation, "next_boxes" if at else "boxes")
            key = (str(citation["document"]), int(page))
            mark = Mark(
                int(citation["marker"]), boxes, text, citation_verdict(citation) not in ("seen", "partly_proven")
            )
            marks.setdefault(key, []).append(mark)
            titles[key] = f"{titles.get(key, '')}[{mark.number}] "
    found: dict[str, tuple[DocumentRow, Path | None]] = {}
    pages = []
    for (document, number), each in marks.items():
        if document not in found:
            row = _document(stores, document)
            found[document] = (row, pdf_of(stores, row))
        row, path = found[document]
        title = f"{titles[document, number]}{row.label or row.name}, page {number}"
        pages.append(_page(stores, _row(stores, row, number), title, path, each))
    return pages


def _citations(answer: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return the citations of an answer, which may come from a client: anything else is refused in a sentence."""
    given = answer.get("citations") if isinstance(answer, Mapping) else None
    if not given:
        raise BadInputError("The answer cites no page, so there is nothing to prove: ask another question.")
    needed = {"document", "page", "quote", "marker"}
    if not isinstance(given, list) or not all(isinstance(one, Mapping) and needed <= one.keys() for one in given):
        raise BadInputError("`citations` must be those of an answer: give the answer as it was returned.")
    if len(given) > MAX_CITATIONS:
        raise BadInputError(f"The answer has {len(given)} citations: at most {MAX_CITATIONS} can be marked.")
    try:
        for one in given:
            _boxes(one, "boxes"), _boxes(one, "next_boxes"), [int(n) for n in one.get("pages") or [one["page"]]]
            int(one["marker"])
    except (TypeError, ValueError):
        raise BadInputError(_INVALID) from None
    return given


def _boxes(citation: Mapping[str, Any], key: str) -> tuple[Box, ...]:
    boxes = [Box(*(min(1.0, max(0.0, float(edge))) for edge in box)) for box in citation.get(key) or []]
    return tuple(box for box in boxes if box.x0 < box.x1 and box.y0 < box.y1)


def _witness(citation: Mapping[str, Any]) -> str:
    where = f"{citation.get('name', '')}, {page_in_words(citation)}"
    known = {"text": "Found in the text of the page.", "ocr": "Found by OCR of the page."}
    return f"{where}. {citation_line(citation) or known.get(str(citation.get('read_from')), '')}".strip()


def _document(stores: Stores, document: str) -> DocumentRow:
    for row in stores.catalog.documents():
        if row.id == document:
            return row
    raise BadInputError(f"There is no document {document[:40]!r} in the library any more: ingest it again.")


def _row(stores: Stores, document: DocumentRow, number: int) -> PageRow:
    for row in stores.catalog.pages(document.id, [number]):
        return row
    raise no_such_page(number, document.name, document.pages)


def pdf_of(stores: Stores, row: DocumentRow) -> Path | None:
    """Return the PDF file of a document if it is there with the bytes that were read; None for other formats."""
    if row.kind != "pdf":
        return None
    folders = [one / row.id for one in (stores.uploads, stores.downloads, *stores.opened.of_users())]
    folders += stores.derived.glob(f"*/attached/{row.id}")
    given = [path] if (path := path_here(row.source)) else []
    for path in [*given, *(path for folder in folders for path in folder.glob("*"))]:
        try:
            with path.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest().startswith(row.id):
                    return path
        except (OSError, ValueError):
            continue
    shared = stores.opened.shared_uploads
    return shared.original(row.id) if shared else None


def _page(stores: Stores, row: PageRow, title: str, path: Path | None, marks: Sequence[Mark]) -> ProofPage:
    try:
        png = stores.images.get(row.image)
    except KeyError:
        png = b""
    if path is None and not png:
        raise BadInputError(f"{title} has neither its file nor its image any more: read the document again.")
    return ProofPage(title, str(path or ""), row.page, png, context.Context().dpi, tuple(marks))
