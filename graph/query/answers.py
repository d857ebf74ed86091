"""Parts of the nodes that answer a question: pages to look at, the streamed reply, the final state."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import takewhile
from uuid import uuid4

from langchain_core.messages import AIMessage, HumanMessage

from graph import context, dependencies
from graph.query import citation_links, messages
from graph.query.messages import notes_on_pages
from graph.query.state import AnswerVerdict, Note, QueryState
from graph.query.streaming import Voice
from graph.settings import settings
from graph.storage.base import PageRow
from graph.types import Citation, ClaimCheck, PageRef, PageView, RetrievedChunk
from graph.verification import image_evidence, verifier


def _relevant(state: QueryState) -> list[RetrievedChunk]:
    return [passage for passage in state["retrieved"] if passage["relevant"]]


def _pages_to_look_at(now: dependencies.Deps, relevant: Sequence[RetrievedChunk]) -> list[PageRef]:
    run = context.current()
    if run.look_again == "off" or not now.engine.reads_images:
        return []
    return image_evidence.pages_to_inspect(
        relevant, _ledger(now, {passage["document"] for passage in relevant}), run.max_images
    )


def _ledger(now: dependencies.Deps, documents: set[str]) -> dict[tuple[str, int], PageRow]:
    return {(row.document, row.page): row for document in documents for row in now.stores.catalog.pages(document)}


def _views(now: dependencies.Deps, refs: Sequence[PageRef]) -> list[PageView]:
    """The images of pages, from disk; a page whose image is gone is left out."""
    ledger = _ledger(now, {ref["document"] for ref in refs})
    names = {row.id: row.name for row in now.stores.catalog.documents()}
    views = []
    for ref in refs:
        row = ledger.get((ref["document"], ref["page"]))
        try:
            png = now.stores.images.get(row.image if row else "")
        except KeyError:
            continue
        views.append(PageView(ref["document"], names.get(ref["document"], ""), ref["page"], png))
    return views


def _verifier(state: QueryState) -> verifier.ClaimVerifier:
    run = context.current()
    offered = [passage["chunk"] for passage in _relevant(state)]
    catalog = dependencies.for_context(run).stores.catalog
    return verifier.ClaimVerifier(catalog, offered, state["views"], [run.answer_prompt, run.repair_prompt])


def _voice(state: QueryState) -> Voice:
    # A thread that an older version began has neither.
    return Voice(state.get("reply") or str(uuid4()), state.get("said", ""))


def _spoken(verdicts: Sequence[ClaimCheck]) -> str:
    """The reply up to the first claim that is not proven: what comes before it will not change any more."""
    passed = list(takewhile(lambda verdict: verdict["citation"], verdicts))
    cited = [verdict["citation"] for verdict in passed if verdict["citation"]]
    return citation_links.linked(messages.answer(passed), cited, settings().public_url)


def _finished(
    state: QueryState,
    answer: str,
    verdict: AnswerVerdict,
    notes: Sequence[Note] = (),
    citations: Sequence[Citation] = (),
) -> QueryState:
    """The last word, with what else is to be known of it."""
    catalog = dependencies.for_context(context.current()).stores.catalog
    cited = {(one["document"], page) for one in citations for page in one.get("pages") or [one["page"]]}
    unread = notes_on_pages(catalog, cited)
    focus = [row.name for row in catalog.documents() if row.id in state["focus"]] if state["focus"] else []
    conversation = list(state.get("messages") or [])
    in_chat = bool(conversation) and isinstance(conversation[-1], HumanMessage)
    said = {"verdict": verdict, **({"citations": list(citations)} if citations else {})}
    base, voice = settings().public_url, _voice(state)
    text = citation_links.linked(answer, citations, base) + citation_links.sources(citations, base)
    # A reply that broke off and was asked for again may have begun otherwise: then this is another message.
    known = voice.say(text) if voice.said else True
    reply = AIMessage(text, additional_kwargs=said, id=voice.reply if known else str(uuid4()))
    return {
        "answer": answer,
        "refused": verdict == "declined",
        "verdict": verdict,
        "notes": [*state["notes"], *messages.notes_on_focus(focus), *notes, *unread],
        "citations": list(citations),
        "messages": [reply] if in_chat else [HumanMessage(state["question"]), reply],
        "seconds": round(time.time() - state["started"], 3),
    }
