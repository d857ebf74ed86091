"""Route of a document's overview: title, outline, a few quoted sentences, and questions to begin with."""

from __future__ import annotations

import re
from collections.abc import Sequence

from starlette.requests import Request
from typing_extensions import TypedDict

from graph.storage.base import Catalog
from graph.storage.rows import DocumentRow
from loaders.text.plain import plain
from web.auth import stores_of
from web.documents import find_document
from web.openapi import DocumentPath, endpoint

_MAX_OUTLINE = 200
_MAX_QUOTES = 3
_QUESTIONS = 3
_WORDS = range(2, 8)  # words of a heading that names a subject
_NUMBER = re.compile(r"^[\W\d_]*(?:[ivxlc]+\.|[a-z]\)|[a-z]\.)?[\W\d_]*", re.IGNORECASE)
_GENERAL = re.compile(
    r"\b(abstract|introduction|summary|overview|conclusions?|contents|references|bibliography|index|appendix|annex|"
    r"acknowledge?ments?|preface|foreword|glossary|chapter|part|section|figures?|tables?|page)\b",
    re.IGNORECASE,
)


class OutlineEntry(TypedDict):
    """A heading."""

    text: str
    level: int
    """0 for the highest level of this document."""
    page: int


class Quote(TypedDict):
    """A sentence of the document."""

    text: str
    page: int


class Overview(TypedDict):
    """What a document is about."""

    id: str
    name: str
    title: str
    authors: list[str]
    date: str
    pages: int
    outline: list[OutlineEntry]
    """Its headings; the first of them, if there are very many."""
    quotes: list[Quote]
    """A few sentences from its beginning and its sections, verbatim."""
    questions: list[str]
    """Questions to begin with."""


@endpoint(path=DocumentPath, errors=[404])
def overview(request: Request) -> Overview:
    """Return what a document is about: its title, outline, a few of its sentences, and questions to begin with."""
    from graph.query.places import headings as headings_of
    from graph.query.summary import summary

    row, catalog = find_document(request), stores_of(request).catalog
    headings = headings_of(catalog, row)[:_MAX_OUTLINE] if row.generation else []
    said = summary(catalog.chunks(catalog.chunk_ids(row.id)), row.title) if row.generation else []
    known = {_letters(text) for text in (row.title, row.label, *(text for _, text, _ in headings))}
    quotes: list[Quote] = [{"text": plain(one.text), "page": one.pages[0]} for _, one in said]
    lowest = min((level for level, _, _ in headings), default=0)
    return {
        "id": row.id,
        "name": row.label,
        "title": row.title,
        "authors": row.authors.split("; ") if row.authors else [],
        "date": row.date,
        "pages": row.pages,
        "outline": [{"text": plain(text), "level": level - lowest, "page": page} for level, text, page in headings],
        # Slides may hold headings only, which are then quoted.
        "quotes": ([one for one in quotes if _letters(one["text"]) not in known] or quotes)[:_MAX_QUOTES],
        "questions": _questions(catalog, row, [plain(text) for _, text, _ in headings]) if row.generation else [],
    }


def _letters(text: str) -> str:
    """Return the letters and digits of a text, by which a quote is compared with the titles and headings."""
    return re.sub(r"[\W_]+", "", plain(text)).casefold()


def _questions(catalog: Catalog, row: DocumentRow, headings: Sequence[str]) -> list[str]:
    """Return questions that the document is likely to answer: first on its subjects, then on all of it."""
    subjects = [_NUMBER.sub("", heading).rstrip(" .:") for heading in headings if not _GENERAL.search(heading)]
    named = list(dict.fromkeys(subject for subject in subjects if len(subject.split()) in _WORDS))
    spread = named[:: max(1, len(named) // 2)][: _QUESTIONS - 1]
    whole = [f"What is {row.label} about?", *(f"Which headings does {row.label} have?" for _ in headings[:1])]
    whole.append(f"How many pages does {row.label} have?")
    return [*whole[:1], *(f"What does it say about “{subject}”?" for subject in spread), *whole[1:]][:_QUESTIONS]
