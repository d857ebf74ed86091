"""Whole documents as evidence: those short enough for a prompt are given to the model in full, without a search.

A question then costs one request, and no retrieval can miss its answer. The state holds the ids of the documents; their
text is loaded from the catalog where it is needed, so that checkpoints stay small.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from graph import context
from graph.context import Context
from graph.providers import ANTHROPIC, GOOGLE, OPENAI, split_name
from graph.query.state import QueryState
from graph.settings import Settings, settings
from graph.storage.base import Catalog
from graph.storage.rows import ChunkRow
from graph.types import Claim, RetrievedChunk

HOSTED_LIMIT = 20_000
"""Tokens of documents that are given whole to a hosted model by default: a paper of twenty pages. The models take fifty
times as much, but each question would pay for it. A model on one's own server may hold 4,096, and cut the rest off."""

MAX_DOCUMENTS = 20
"""The most documents that are given together: each takes a query of the catalog."""

_LEAST_TOKENS = 40
"""The least average tokens of a chunk: documents with more chunks than fit at this size are not even loaded."""

_MAX_PREVIEW = 160  # characters of a chunk that is kept only as one of the closest
_CLOSEST = 5


def token_limit(run: Context, config: Settings) -> int:
    """Return how many tokens of documents may be given whole; by default none to a model on the user's own server."""
    if run.whole_document_tokens is not None:
        return run.whole_document_tokens
    return HOSTED_LIMIT if is_hosted(run, config) and run.prompts != "short" else 0


def is_hosted(run: Context, config: Settings) -> bool:
    """Return whether a hosted service answers, whose models are large; a server of one's own may have small ones."""
    provider = split_name(run.chat_model)[0]
    own_server = provider != GOOGLE and bool(config.addresses.get(provider))
    return provider in (GOOGLE, OPENAI, ANTHROPIC) and not own_server


def count_tokens(text: str) -> int:
    """Estimate the tokens of a text, rather high: one for a digit, for four letters, or for 1.5 other characters."""
    digits = sum(map(str.isdigit, text))
    others = sum(not character.isascii() for character in text)
    return math.ceil(digits + (len(text) - digits - others) / 4 + others / 1.5)


def short_enough(catalog: Catalog, documents: Sequence[str], limit: int) -> list[str]:
    """Return the documents in the order in which they are given, or [] if together they are longer than `limit` tokens.

    The order is the same for every question, so that the provider can cache the beginning of the prompt.
    """
    if not limit or not documents or len(documents) > MAX_DOCUMENTS:
        return []
    ids: list[str] = []
    for document in sorted(documents):
        ids += catalog.chunk_ids(document)
        if len(ids) > limit // _LEAST_TOKENS:
            return []
    tokens = sum(count_tokens(row.text) for row in catalog.chunks(ids, published=True))
    return sorted(documents) if 0 < tokens <= limit else []


def of_run(catalog: Catalog, documents: Sequence[str], engine: str) -> list[str]:
    """Return the documents to give whole to the model of this run; [] if they are too long, or there is no model."""
    return [] if engine == "offline" else short_enough(catalog, documents, token_limit(context.current(), settings()))


def offered_chunks(catalog: Catalog, state: QueryState) -> list[RetrievedChunk]:
    """Return the chunks that may be quoted: all of the documents given whole, else those found relevant.

    The state holds only the beginnings of the chunks that a plan found, so their text is loaded here too.
    """
    of_plan = state.get("plan") and state.get("engine") != "offline"
    if not state.get("whole_documents") and not of_plan:
        return [chunk for chunk in state["retrieved"] if chunk["relevant"]]
    ids = offered_ids(catalog, state)
    return [as_retrieved(row, relevant=True) for row in catalog.chunks(ids, published=True)]


def offered_ids(catalog: Catalog, state: QueryState) -> list[str]:
    """Return the ids of the chunks that may be quoted, without loading their text."""
    whole = state.get("whole_documents") or []
    if whole:
        return [chunk for document in whole for chunk in catalog.chunk_ids(document)]
    return [chunk["chunk"] for chunk in state["retrieved"] if chunk["relevant"]]


def by_words(catalog: Catalog, question: str, chunks: Sequence[RetrievedChunk]) -> list[RetrievedChunk]:
    """Return those chunks that share words with a question, best first, without any request."""
    from graph.retrieval import terms  # its patterns take 2 ms at import

    documents = list({chunk["document"] for chunk in chunks})
    found = catalog.search_text(terms.search_terms(question), documents, len(chunks))
    held = {chunk["chunk"]: chunk for chunk in chunks}
    return [held[key] for key, _ in found if key in held]


def cited_and_closest(
    catalog: Catalog, question: str, chunks: Sequence[RetrievedChunk], claims: Sequence[Claim]
) -> list[RetrievedChunk]:
    """Return what the state keeps of whole documents: the chunks that are quoted, then the closest of the others.

    Args:
        catalog: Where words are looked up.
        question: The standalone question.
        chunks: All chunks of the documents.
        claims: The claims of the answer.
    """
    quoted = {claim["chunk"] for claim in claims}
    cited = [chunk for chunk in chunks if chunk["chunk"] in quoted]
    others = [chunk for chunk in by_words(catalog, question, chunks) if chunk["chunk"] not in quoted]
    return [*cited, *map(preview, others[: max(0, _CLOSEST - len(cited))])]


def preview(chunk: RetrievedChunk) -> RetrievedChunk:
    """Return a chunk that is only one of the closest, with the beginning of its text."""
    text = chunk["text"]
    shown = text if len(text) <= _MAX_PREVIEW else text[:_MAX_PREVIEW] + "…"
    return {**chunk, "relevant": False, "score": 0.0, "text": shown}


def as_retrieved(row: ChunkRow, *, relevant: bool) -> RetrievedChunk:
    """Return a chunk of the catalog in the form of one that was retrieved, with its whole text."""
    found = RetrievedChunk(
        chunk=row.id, document=row.document, name=row.name, page=row.pages[0], score=1.0, relevant=relevant,
        heading=" › ".join(row.headings), kind=row.kind, text=row.text,
    )  # fmt: skip
    return {**found, "pages": list(row.pages)} if len(row.pages) > 1 else found
