"""The tools of a plan's steps: search chunks, open a page, compute on tables."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from graph import dependencies
from graph.errors import ModelError
from graph.query import daily_quota
from graph.query.planning.budget import reason_to_stop
from graph.query.planning.state import Finding
from graph.query.table_nodes import answer_in
from graph.storage.base import Catalog
from graph.types import PlannedStep, no_usage

_FOUND = 4  # chunks of one search: four documents can then be compared within the twelve that are offered
_ON_PAGE = 6  # chunks of a page, of about 150 words each: a dense page


async def take(deps: dependencies.Deps, step: PlannedStep, searched: Sequence[str]) -> Finding:
    """Return the result of a step; if a service does not reply, only the step fails.

    Args:
        deps: The dependencies of the run.
        step: The step.
        searched: Ids of the documents to look into where the step names none; [] for all.
    """
    documents = [step["document"]] if step["document"] else list(searched)
    if step["tool"] == "search":
        return await _search(deps, step, documents)
    look = _open_page if step["tool"] == "open_page" else _compute
    return await asyncio.to_thread(look, deps.stores.catalog, step, documents)


async def _search(deps: dependencies.Deps, step: PlannedStep, documents: Sequence[str]) -> Finding:
    retriever = await asyncio.to_thread(deps.retriever)
    try:
        reply, by_words = await daily_quota.search(retriever, step["query"] or step["question"], documents, _FOUND)
    except ModelError as error:
        return _finding(step, said=reason_to_stop(error))
    return {**_finding(step, [c["chunk"] for c in reply.value]), "usage": reply.usage, "by_words": by_words}


def _open_page(catalog: Catalog, step: PlannedStep, documents: Sequence[str]) -> Finding:
    if len(documents) != 1:
        return _finding(step, said="it names no document")
    rows = catalog.chunks(catalog.chunk_ids(documents[0]), published=True)
    on_page = [row.id for row in rows if step["page"] in row.pages]
    return _finding(step, on_page[:_ON_PAGE], said="" if on_page else "there is no such page with text")


def _compute(catalog: Catalog, step: PlannedStep, documents: Sequence[str]) -> Finding:
    answer = answer_in(catalog, step["query"] or step["question"], documents)
    chunks = list(dict.fromkeys(chunk.id for chunk in answer.chunks))
    return {**_finding(step, chunks if answer.claims else [], said=answer.absence), "claims": answer.claims}


def _finding(step: PlannedStep, chunks: Sequence[str] = (), said: str = "") -> Finding:
    return Finding(step=step, chunks=list(chunks), claims=[], said=said, usage=no_usage(), by_words=False)
