"""The nodes that answer a question, or decline to: claims, their proof, one repair, and the last word."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from itertools import takewhile
from uuid import uuid4

from langchain_core.messages import AIMessage, HumanMessage
from langgraph.config import get_stream_writer

from graph import context, deps
from graph.events import Draft
from graph.harmless import harmless
from graph.query import library, links, looking, proof, wording
from graph.query.state import AnswerVerdict, Citation, Note, QueryState, Verdict, found
from graph.query.voice import Voice
from graph.runtime.async_nodes import step
from graph.settings import settings
from graph.storage.base import PageRow
from graph.types import Claim, Objection, PageRef, PageView, Passage, add_usage


@step
async def generate_answer(state: QueryState) -> QueryState:
    """Make claims, each with the passage and the words it rests on; nothing is believed yet.

    The claims are streamed as they come, as custom events {"event": "draft", "text": all claims so far}; those that
    are proven already, as pieces of the reply.
    """
    now, relevant = await deps.current(), _relevant(state)
    refs = await asyncio.to_thread(_pages_to_look_at, now, relevant)
    views = await asyncio.to_thread(_views, now, refs)
    offered = [PageRef(document=view.document, page=view.page) for view in views]
    voice, write = _voice(state), get_stream_writer()

    def draft(text: str, claims: Sequence[Claim]) -> None:
        write(Draft(event="draft", text=harmless(text)))
        if claims:
            voice.say(_spoken(_prover({**state, "views": offered}).verdicts(claims)))

    reply = await now.engine.answer(state["standalone"], relevant, state["grades"], views, draft)
    usage = add_usage(state["usage"], reply.usage)
    return {"claims": reply.value, "views": offered, "usage": usage, "reply": voice.reply, "said": voice.said}


def verify_citations(state: QueryState) -> QueryState:
    """Look for every quote on its page, and for every number, date and name of a claim in its evidence."""
    verdicts, voice = _prover(state).verdicts(state["claims"]), _voice(state)
    if state["repairs"]:
        verdicts = proof.with_history(verdicts, state["verdicts"])
    proven = any(verdict["citation"] for verdict in verdicts)
    voice.say(_spoken(verdicts))
    reason = None if proven else "fact_absent"
    return {"verdicts": verdicts, "reason": reason, "reply": voice.reply, "said": voice.said}


@step
async def repair_claims(state: QueryState) -> QueryState:
    """Ask once more, in one request, for the claims that were not proven, naming what is wrong with each."""
    now = await deps.current()
    failed = [verdict for verdict in state["verdicts"] if verdict["failure"]]
    objections = [Objection(claim=verdict["claim"], failure=verdict["failure"]) for verdict in failed]
    on_images = any("image" in objection["claim"] for objection in objections)
    views = await asyncio.to_thread(_views, now, state["views"]) if on_images else []
    reply = await now.engine.repair(state["standalone"], _relevant(state), objections, views)
    new = iter(reply.value)
    claims = [
        (next(new, None) or verdict["claim"]) if verdict["failure"] else verdict["claim"]
        for verdict in state["verdicts"]
    ]
    return {"claims": claims, "repairs": state["repairs"] + 1, "usage": add_usage(state["usage"], reply.usage)}


def write_answer(state: QueryState) -> QueryState:
    """Put the claims that passed together, each followed by the number of its citation; the others are left out."""
    passed = [verdict for verdict in state["verdicts"] if verdict["citation"]]
    cited = {citation["marker"]: citation for verdict in passed if (citation := verdict["citation"])}
    count = proof.counted(state["verdicts"])
    verdict: AnswerVerdict = "proven" if not count["seen"] else "partly_proven" if count["proven"] else "seen"
    notes = wording.notes_on_claims(count["dropped"], [one for one in cited.values() if not found(one)])
    return _finished(state, wording.answer(passed), verdict, notes, list(cited.values()))


def describe_library(state: QueryState) -> QueryState:
    """Answer from the catalog what can be asked; no model is needed for that."""
    catalog = deps.deps(context.current()).stores.catalog
    return _finished(state, harmless(library.described(catalog, state["scope"])), "catalog")


def decline(state: QueryState) -> QueryState:
    """Say that the documents do not answer, why, and where the closest pages are."""
    catalog = deps.deps(context.current()).stores.catalog
    holes = library.unreadable(catalog, state["scope"])
    reason = state.get("reason") or ("page_unreadable" if holes else "nothing_relevant")
    said = wording.refusal(reason, state["retrieved"], holes)
    return {**_finished(state, said, "declined", library.unread_notes(holes)), "reason": reason}


def _relevant(state: QueryState) -> list[Passage]:
    return [passage for passage in state["retrieved"] if passage["relevant"]]


def _pages_to_look_at(now: deps.Deps, relevant: Sequence[Passage]) -> list[PageRef]:
    run = context.current()
    if run.look_again == "off" or not now.engine.reads_images:
        return []
    return looking.pages(relevant, _ledger(now, {passage["document"] for passage in relevant}), run.max_images)


def _ledger(now: deps.Deps, documents: set[str]) -> dict[tuple[str, int], PageRow]:
    return {(row.document, row.page): row for document in documents for row in now.stores.catalog.pages(document)}


def _views(now: deps.Deps, refs: Sequence[PageRef]) -> list[PageView]:
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


def _prover(state: QueryState) -> proof.Prover:
    run = context.current()
    offered = [passage["chunk"] for passage in _relevant(state)]
    catalog = deps.deps(run).stores.catalog
    return proof.Prover(catalog, offered, state["views"], [run.answer_prompt, run.repair_prompt])


def _voice(state: QueryState) -> Voice:
    # A thread that an older version began has neither.
    return Voice(state.get("reply") or str(uuid4()), state.get("said", ""))


def _spoken(verdicts: Sequence[Verdict]) -> str:
    """The reply up to the first claim that is not proven: what comes before it will not change any more."""
    passed = list(takewhile(lambda verdict: verdict["citation"], verdicts))
    cited = [verdict["citation"] for verdict in passed if verdict["citation"]]
    return links.linked(wording.answer(passed), cited, settings().public_url)


def _finished(
    state: QueryState,
    answer: str,
    verdict: AnswerVerdict,
    notes: Sequence[Note] = (),
    citations: Sequence[Citation] = (),
) -> QueryState:
    """The last word, with what else is to be known of it."""
    catalog = deps.deps(context.current()).stores.catalog
    cited = {(one["document"], page) for one in citations for page in one.get("pages") or [one["page"]]}
    unread = library.notes_on_pages(catalog, cited)
    focus = [row.name for row in catalog.documents() if row.id in state["focus"]] if state["focus"] else []
    messages = list(state.get("messages") or [])
    in_chat = bool(messages) and isinstance(messages[-1], HumanMessage)
    said = {"verdict": verdict, **({"citations": list(citations)} if citations else {})}
    base, voice = settings().public_url, _voice(state)
    text = links.linked(answer, citations, base) + links.sources(citations, base)
    # A reply that broke off and was asked for again may have begun otherwise: then this is another message.
    known = voice.say(text) if voice.said else True
    reply = AIMessage(text, additional_kwargs=said, id=voice.reply if known else str(uuid4()))
    return {
        "answer": answer,
        "refused": verdict == "declined",
        "verdict": verdict,
        "notes": [*state["notes"], *wording.notes_on_focus(focus), *notes, *unread],
        "citations": list(citations),
        "messages": [reply] if in_chat else [HumanMessage(state["question"]), reply],
        "seconds": round(time.time() - state["started"], 3),
    }
