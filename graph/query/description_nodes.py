"""The nodes that answer from a document's structure (its pages, outline, tables, places, a summary), and greetings."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence

from graph import context, dependencies
from graph.events import step
from graph.query import messages
from graph.query.answers import final_state
from graph.query.state import QueryState
from graph.query.table_nodes import with_chunks
from graph.query.wording import say
from graph.runtime.async_nodes import async_node
from graph.sanitize import sanitize_markdown
from graph.storage.base import Catalog, ChunkRow, DocumentRow, SentenceRow
from graph.types import Claim

_MAX_QUOTES = 6  # sentences of a page or a summary: as many as fit on a screen
_MAX_PAGES = 2  # documents whose page of one number is shown; of more, the question has to name one
_MAX_LISTED = 60  # headings, tables or figures of a document
_MAX_NAMED = 3  # documents that a greeting names
_FIRST_CHUNKS = 3  # among which title and authors stand
_SENTENCE = range(40, 420)  # characters of a sentence that says something by itself
_LEAD = re.compile(r"\b(abstract|introduction|summary|overview|conclusions?|purpose|background|scope)\b", re.IGNORECASE)
_APART = re.compile(
    r"\b(references|bibliography|contents|index|acknowledge?ments?|appendix|annex|glossary|imprint|authors?|contributions)\b",
    re.IGNORECASE,
)
_NUMBERED = {
    "figure": re.compile(r"^\W*(?:figure|fig\.?|abbildung|abb\.?|chart)\s*(\w+(?:\.\d+)*)", re.IGNORECASE),
    "table": re.compile(r"^\W*(?:table|tab\.?|tabelle|tableau|tabla)\s*(\w+(?:\.\d+)*)", re.IGNORECASE),
}
_THANKS = re.compile(r"\b(thank|thanks|thx|cheers|danke|merci|gracias)", re.IGNORECASE)


def greet(state: QueryState) -> QueryState:
    """Answer a greeting or thanks with one, and with what can be asked."""
    catalog = dependencies.for_context(context.current()).stores.catalog
    rows = [row for row in catalog.documents() if row.id in state["allowed_documents"]]
    asked = state["question"]
    first = say("welcome" if _THANKS.search(asked) else "hello", asked)
    names = ", ".join(row.label for row in rows[:_MAX_NAMED])
    if len(rows) > _MAX_NAMED:
        names = say("more", asked, names=names, count=len(rows) - _MAX_NAMED)
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
    ids = state["mentioned_documents"] or state["allowed_documents"]
    rows = [row for row in catalog.documents() if row.id in ids and row.generation]
    if asked["kind"] == "place":
        return _place(catalog, state, rows, asked["place"])
    if asked["aspect"] == "pages":
        return _said(state, "\n".join(_page_count(row, state["question"]) for row in rows))
    if len(rows) > 1:
        return _which(catalog, state, rows)
    if not rows:
        return {"shortcut": ""}
    if asked["aspect"] in ("title", "authors", "date"):
        return _front_matter(catalog, state, rows[0], asked["aspect"])
    if asked["aspect"] == "summary":
        return _quoted(state, catalog, _summary(_chunks(catalog, rows[0])))
    lines = {"outline": _outline, "tables": _captions, "figures": _captions}.get(asked["aspect"])
    if lines is None:
        return {"shortcut": ""}
    found = lines(catalog, rows[0], asked["aspect"])
    if not found:
        return _said(state, f"No {_KINDS[asked['aspect']]} were found in {rows[0].label}.")
    return _said(
        state, "\n".join([f"{rows[0].label} has {len(found)} {_KINDS[asked['aspect']]}:", *found[:_MAX_LISTED]])
    )


_KINDS = {"outline": "headings", "tables": "tables with a caption", "figures": "figures with a caption"}


def _said(state: QueryState, text: str) -> QueryState:
    return {**final_state(state, sanitize_markdown(text), "catalog"), "shortcut": "structure"}


def _page_count(row: DocumentRow, asked: str) -> str:
    pages = say("page" if row.pages == 1 else "pages", asked)
    return say("has_pages", asked, name=row.label, count=row.pages, pages=pages)


def _which(catalog: Catalog, state: QueryState, rows: Sequence[DocumentRow]) -> QueryState:
    listed = messages.document_list(catalog, [row.id for row in rows], state["question"])
    return _said(state, f"{say('name', state['question'])} {listed}")


def _quoted(state: QueryState, catalog: Catalog, found: Sequence[tuple[ChunkRow, SentenceRow]]) -> QueryState:
    """Return claims that quote sentences, to be verified like any."""
    if not found:
        return {"shortcut": ""}
    claims = [Claim(text=sentence.text, chunk=chunk.id, quote=sentence.text) for chunk, sentence in found]
    chunks = list({chunk.id: chunk for chunk, _ in found}.values())
    retrieved = with_chunks(state["retrieved"], chunks, "the part of the document that was asked for")
    return {"shortcut": "quotes", "claims": claims, "page_images": [], "retrieved": retrieved, "grades": []}


def _front_matter(catalog: Catalog, state: QueryState, row: DocumentRow, aspect: str) -> QueryState:
    """Answer with title, authors or date as they stand on the first pages; else as the catalog has them."""
    from graph.retrieval.terms import stems

    value = {"title": row.title, "authors": row.authors, "date": row.date}[aspect]
    parts = [stems(part) for part in value.split("; ") if part]
    first = [
        (chunk, s) for chunk in _chunks(catalog, row)[:_FIRST_CHUNKS] for s in chunk.sentences if s.pages[:1] == (1,)
    ]
    held = [next(((c, s) for c, s in first if part and part <= stems(s.text)), None) for part in parts]
    if parts and all(held) and aspect != "date":
        found = {s.id: (c, s) for one in held if one for c, s in [one]}
        return _quoted(state, catalog, list(found.values()))
    said = {"title": "The title of", "authors": "The authors of", "date": "The date of"}[aspect]
    return _said(state, f"{said} {row.label}: {value}") if value else {"shortcut": ""}


def _place(catalog: Catalog, state: QueryState, rows: Sequence[DocumentRow], place: str) -> QueryState:
    """Answer a question about a page, a figure or a table; clauses and sections are found by the search."""
    kind, _, number = place.partition(" ")
    if kind not in ("page", "figure", "table", "chart"):
        return {"shortcut": ""}
    if kind == "page" and len(rows) > _MAX_PAGES:
        return _which(catalog, state, rows)
    found: list[tuple[ChunkRow, SentenceRow]] = []
    for row in rows:
        if kind == "page":
            found += _of_page(catalog, row, number)
        else:
            found += _of_caption(_chunks(catalog, row), "figure" if kind == "chart" else kind, number)
    if found:
        return _quoted(state, catalog, found[: 2 * _MAX_QUOTES])
    if kind == "page":
        has = "; ".join(f"{row.label} has {row.pages}" for row in rows[:3])
        return {"shortcut": "", "absence": f"There is no {place} with text: {has}.", "reason": "fact_absent"}
    return {"shortcut": ""}


def _of_page(catalog: Catalog, row: DocumentRow, number: str) -> list[tuple[ChunkRow, SentenceRow]]:
    """Return the first sentences of the page of this number, and of the one on which the number is printed."""
    ledger = catalog.pages(row.id)
    sheets = [page.page for page in ledger if str(page.page) == number]
    sheets += [page.page for page in ledger if page.label.casefold() == number.casefold() and page.page not in sheets]
    chunks = _chunks(catalog, row)
    found: list[tuple[ChunkRow, SentenceRow]] = []
    for sheet in sheets:
        on_page = [
            (c, s)
            for c in chunks
            if sheet in c.pages
            for s in c.sentences
            if s.pages[:1] == (sheet,) and s.text.strip()
        ]
        found += on_page[:_MAX_QUOTES]
    return found


def _of_caption(chunks: Sequence[ChunkRow], kind: str, number: str) -> list[tuple[ChunkRow, SentenceRow]]:
    """Return the caption with this number and what stands in its table or figure."""
    for chunk in chunks:
        for sentence in chunk.sentences:
            told = _NUMBERED[kind].match(sentence.text) if sentence.kind == "caption" else None
            if told and told[1].casefold().rstrip(".") == number.casefold():
                rest = [s for s in chunk.sentences if s.kind in ("row", "chart") and chunk.kind != "text"]
                return [(chunk, one) for one in (sentence, *rest[: 2 * _MAX_QUOTES])]
    return []


def _summary(chunks: Sequence[ChunkRow]) -> list[tuple[ChunkRow, SentenceRow]]:
    """Return sentences from abstract, introduction, sections and conclusion, spread over the document."""
    found = list(_first_sentences(chunks).items())
    leads = [at for at, (title, _) in enumerate(found) if at == 0 or _LEAD.search(title)]
    others = [at for at in range(len(found)) if at not in leads]
    room = max(0, _MAX_QUOTES - len(leads))
    step_ = max(1, -(-len(others) // room)) if room else 1
    chosen = sorted([*leads[:_MAX_QUOTES], *(others[::step_] if room else [])])
    return [found[at][1] for at in chosen]


def _first_sentences(chunks: Sequence[ChunkRow]) -> dict[str, tuple[ChunkRow, SentenceRow]]:
    """Return by the heading of each section the first sentence that says something; lists of sources are left out."""
    firsts: dict[str, tuple[ChunkRow, SentenceRow]] = {}
    for chunk in chunks:
        path = chunk.headings[1:] or chunk.headings
        title = path[0] if path else ""
        apart = any(_APART.search(one) for one in path)
        for sentence in chunk.sentences:
            if sentence.kind == "heading":
                apart = bool(_APART.search(sentence.text))
                title = title if sentence.text in path[1:] else sentence.text
            elif not apart and title not in firsts and _says(sentence):
                firsts[title] = chunk, sentence
    return firsts


def _says(sentence: SentenceRow) -> bool:
    text = sentence.text.strip()
    whole = text[:1].isupper() and text.endswith((".", "!", "”")) and "@" not in text
    return sentence.kind == "prose" and len(text) in _SENTENCE and whole and sentence.may_answer


def _outline(catalog: Catalog, row: DocumentRow, _: str) -> list[str]:
    """Return the headings with their pages, set in by their level."""
    headings = [
        (page, block)
        for page, blocks in catalog.blocks(row.id)
        for block in blocks
        if block.is_heading and not block.is_title
    ]
    lowest = min((block.level for _, block in headings), default=1)
    return [
        f"{'  ' * (block.level - lowest)}- {block.text.lstrip('# ').strip()} (page {page})" for page, block in headings
    ]


def _captions(catalog: Catalog, row: DocumentRow, aspect: str) -> list[str]:
    """Return the captions of tables or figures with their pages."""
    kind = _NUMBERED[aspect.removesuffix("s")]
    blocks = [(page, block) for page, blocks in catalog.blocks(row.id) for block in blocks if block.is_caption]
    return [f"- {block.text.strip()} (page {page})" for page, block in blocks if kind.match(block.text.strip("*# "))]


def _chunks(catalog: Catalog, row: DocumentRow) -> list[ChunkRow]:
    return catalog.chunks(catalog.chunk_ids(row.id))
