"""The nodes that answer from a document's structure (its pages, outline, tables, places, a summary), and greetings."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence

from graph import context, dependencies
from graph.events import step
from graph.query import front_matter, messages, named_parts, places
from graph.query.answers import final_state
from graph.query.places import chunks_of
from graph.query.state import QueryState
from graph.query.summary import summary
from graph.query.table_nodes import with_chunks
from graph.query.wording import say
from graph.retrieval.documents import in_scope
from graph.runtime.async_nodes import async_node
from graph.sanitize import sanitize_markdown
from graph.storage.base import Catalog
from graph.storage.rows import DocumentRow
from graph.types import Claim

_MAX_PAGES = 2  # documents in which a page of a given number is shown; with more, the question has to name one
_MAX_LISTED = 60  # headings, tables or figures of a document
_MIN_NUMBERED = 3  # numbered headings from which on a section that is not among them is missing
_MAX_LOOKED_AT = 200  # documents in which a place is looked for, at 5 ms each
_MAX_NAMED = 3  # documents that a greeting names
_ONE_HEADING = re.compile(r"\b(?:title|heading|name|called|titled)\b(?!s)", re.IGNORECASE)
_THANKS = re.compile(r"\b(thank|thanks|thx|cheers|danke|merci|gracias)", re.IGNORECASE)


def greet(state: QueryState) -> QueryState:
    """Answer a greeting or thanks with one, and with what can be asked."""
    catalog = dependencies.for_context(context.current()).stores.catalog
    rows, count = in_scope(catalog, state["allowed_documents"], _MAX_NAMED)
    asked = state["question"]
    first = say("welcome" if _THANKS.search(asked) else "hello", asked)
    names = ", ".join(row.label for row in rows)
    if count > _MAX_NAMED:
        names = say("more", asked, names=names, count=count - _MAX_NAMED)
    about = say("ask", asked, names=names) if rows else say("add", asked)
    return final_state(state, sanitize_markdown(f"{first} {about}"), "catalog")


@async_node
@step("Looking at the document's structure")
async def describe_document(state: QueryState) -> QueryState:
    """Answer a question about a document or a place in it; leave it to the search where the structure has no answer."""
    deps = await dependencies.current()
    return await asyncio.to_thread(_describe, deps.stores.catalog, state)


def _describe(catalog: Catalog, state: QueryState) -> QueryState:
    asked = state["understanding"]
    found, count = in_scope(catalog, state["mentioned_documents"] or state["allowed_documents"], _MAX_LOOKED_AT)
    rows = [row for row in found if row.generation]
    if count > len(found):  # too many to look into each
        return {"shortcut": ""} if asked["aspect"] == "location" or asked["kind"] == "place" else _all(catalog, state)
    if asked["aspect"] == "location":
        return _location(catalog, state, rows)
    if asked["kind"] == "place":
        return _place(catalog, state, rows, asked["place"])
    if asked["aspect"] == "titles":
        return _titles(catalog, state, rows)
    if asked["aspect"] == "part":
        return _part(catalog, state, rows)
    if asked["aspect"] == "pages":
        return _said(state, "\n".join(_page_count(row, state["question"]) for row in rows))
    if len(rows) > 1:
        return _which(catalog, state, rows)
    return _describe_one(catalog, state, rows[0]) if rows else {"shortcut": ""}


def _describe_one(catalog: Catalog, state: QueryState, row: DocumentRow) -> QueryState:
    aspect = state["understanding"]["aspect"]
    if aspect in ("title", "authors", "date"):
        return _front_matter(catalog, state, row, aspect)
    if aspect == "summary":
        return _quoted(state, catalog, summary(chunks_of(catalog, row), row.title))
    if aspect == "outline":
        return _outline(catalog, state, row)
    return _captions(catalog, state, row) if aspect in ("tables", "figures") else {"shortcut": ""}


def _said(state: QueryState, text: str) -> QueryState:
    return {**final_state(state, sanitize_markdown(text), "catalog"), "shortcut": "structure"}


def _page_count(row: DocumentRow, asked: str) -> str:
    pages = say("page" if row.pages == 1 else "pages", asked)
    return say("has_pages", asked, name=row.label, count=row.pages, pages=pages)


def _all(catalog: Catalog, state: QueryState) -> QueryState:
    listed = messages.document_list(catalog, state["allowed_documents"], state["question"])
    return _said(state, f"{say('name', state['question'])} {listed}")


def _which(catalog: Catalog, state: QueryState, rows: Sequence[DocumentRow]) -> QueryState:
    listed = messages.document_list(catalog, [row.id for row in rows], state["question"])
    return _said(state, f"{say('name', state['question'])} {listed}")


def _quoted(state: QueryState, catalog: Catalog, found: places.Found, *, related: bool = False) -> QueryState:
    """Return claims that quote sentences, to be verified like any; related ones do not claim to answer."""
    if not found:
        return {"shortcut": ""}
    claims = [Claim(text=sentence.text, chunk=chunk.id, quote=sentence.text) for chunk, sentence in found]
    if related:
        claims = [{**claim, "related": True} for claim in claims]
    chunks = list({chunk.id: chunk for chunk, _ in found}.values())
    retrieved = with_chunks(state["retrieved"], chunks, "the part of the document that was asked for")
    return {"shortcut": "quotes", "claims": claims, "page_images": [], "retrieved": retrieved, "grades": []}


def _front_matter(catalog: Catalog, state: QueryState, row: DocumentRow, aspect: str) -> QueryState:
    """Answer with title, authors or date as they stand on the first pages; else as the catalog has them."""
    chunks = chunks_of(catalog, row)
    if (found := front_matter.of_catalog(chunks, row, aspect)) or (
        found := front_matter.printed(chunks, row, aspect, state["standalone_question"])
    ):
        return _quoted(state, catalog, found)
    value = {"title": row.title, "authors": row.authors, "date": row.date}[aspect]
    said = {"title": "The title of", "authors": "The authors of", "date": "The date of"}[aspect]
    if value:
        return _said(state, f"{said} {row.label}: {value}")
    return _quoted(state, catalog, front_matter.likely(chunks, aspect), related=True)


def _place(catalog: Catalog, state: QueryState, rows: Sequence[DocumentRow], place: str) -> QueryState:
    """Answer a question about a page, section, figure or table; say so if it does not exist."""
    kind, _, number = place.partition(" ")
    kind = "figure" if kind == "chart" else kind
    if kind == "page" and len(rows) > _MAX_PAGES:
        return _which(catalog, state, rows)
    found: places.Found = []
    for row in rows:
        if kind == "page":
            on_page = places.on_page(catalog, row, state["standalone_question"], number)
            found += on_page or places.of_page(catalog, row, number)
        elif kind in ("figure", "table"):
            found += places.of_caption(chunks_of(catalog, row), kind, number)
        elif kind not in ("equation", "footnote"):
            found += places.of_section(catalog, row, kind, number)[: places.MOST_QUOTES]
    if found:
        return _quoted(state, catalog, found[: 2 * places.MOST_QUOTES])
    absence = _absence(catalog, rows, kind, number)
    return {"shortcut": "", "absence": absence, "reason": "fact_absent"} if absence else {"shortcut": ""}


def _absence(catalog: Catalog, rows: Sequence[DocumentRow], kind: str, number: str) -> str:
    """Return the sentence that a place does not exist, with the places that do; "" where that is not known."""
    if kind == "page":
        has = "; ".join(f"{row.label} has {row.pages}" for row in rows[:3])
        return f"There is no page {number} with text: {has}."
    if len(rows) != 1:
        return ""
    if kind in ("figure", "table"):
        there = places.numbers_of(chunks_of(catalog, rows[0]), kind)
    else:
        there = places.section_numbers(catalog, rows[0])
        if number.partition(".")[0] in there or len(there) < _MIN_NUMBERED:
            return ""
    listed = ", ".join(there[:_MAX_LISTED])
    has = f"there is {kind} {listed}" if len(there) == 1 else f"there are {kind}s {listed}"
    return f"There is no {kind} {number} in {rows[0].label}; {has}." if there else ""


def _location(catalog: Catalog, state: QueryState, rows: Sequence[DocumentRow]) -> QueryState:
    """Say on which page a numbered place or a heading is; leave it to the search where none is found."""
    asked = state["understanding"]
    found = [
        f"{text} (page {page} of {row.label})"
        for row in rows
        for text, page in places.pages_of(catalog, row, state["standalone_question"], asked["place"])
    ]
    return _said(state, "\n".join(found)) if found else {"shortcut": ""}


def _titles(catalog: Catalog, state: QueryState, rows: Sequence[DocumentRow]) -> QueryState:
    """Quote the headings of numbered parts; leave it to the search where one of them has none."""
    from graph.query.document_questions import places_in  # its patterns take 10 ms at import

    found: places.Found = []
    for place in places_in(state["standalone_question"]):
        titles = [one for row in rows for one in places.title_of(catalog, row, place)]
        if not titles:
            return {"shortcut": ""}
        found += titles
    return _quoted(state, catalog, found[: 2 * places.MOST_QUOTES])


def _part(catalog: Catalog, state: QueryState, rows: Sequence[DocumentRow]) -> QueryState:
    """Quote the section of that name; leave it to the search where there is none, or several documents have one."""
    name = named_parts.part_asked(state["standalone_question"])
    found = [one for row in rows if name and (one := named_parts.of_part(catalog, row, name))]
    return _quoted(state, catalog, found[0]) if len(found) == 1 else {"shortcut": ""}


def _outline(catalog: Catalog, state: QueryState, row: DocumentRow) -> QueryState:
    """List the headings with their pages, indented by level: all, or those on a page or below a section."""
    place = state["understanding"]["place"]
    kind, _, number = place.partition(" ")
    listed = places.headings(catalog, row)
    if place:
        listed = places.under(listed, kind, number)
        if _ONE_HEADING.search(state["standalone_question"]):
            listed = listed[:1]
    if not listed:
        return {"shortcut": ""} if place else _said(state, f"No headings were found in {row.label}.")
    lowest = min(level for level, _, _ in listed)
    lines = [f"{'  ' * (level - lowest)}- {text} (page {page})" for level, text, page in listed[:_MAX_LISTED]]
    return _said(state, "\n".join([f"{_has(row, place, len(listed), 'heading')}:", *lines]))


def _captions(catalog: Catalog, state: QueryState, row: DocumentRow) -> QueryState:
    """List the captions of tables or figures with their pages, and the pages with tables or figures without one."""
    asked = state["understanding"]
    kind, place = asked["aspect"].removesuffix("s"), asked["place"] if asked["place"].startswith("page ") else ""
    listed = places.captions(catalog, row, kind)
    bare = places.pages_without_caption(catalog, row, kind, {page for _, page in listed})
    if place:
        number = str(row.pages) if place == "page last" else place.removeprefix("page ")
        listed, bare = [one for one in listed if str(one[1]) == number], [page for page in bare if str(page) == number]
    without = (
        f"{kind.capitalize()}s without a caption: {messages.page_ranges(bare, state['question'])}." if bare else ""
    )
    if not listed:
        none = f"No {kind}s with a caption were found{f' on {place}' if place else ''} in {row.label}."
        return _said(state, f"{none} {without}".strip())
    lines = [f"- {text} (page {page})" for text, page in listed[:_MAX_LISTED]]
    named = f"{_has(row, place, len(listed), kind)} with a caption:"
    return _said(state, "\n".join([named, *lines, *([without] if without else [])]))


def _has(row: DocumentRow, place: str, count: int, kind: str) -> str:
    where = f"{place.capitalize()} of {row.label}" if place else row.label
    return f"{where} has {count} {kind}{'' if count == 1 else 's'}"
