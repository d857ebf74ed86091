"""The nodes that answer a question, or decline to: claims, their proof, one repair, and the last word."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence

from langchain_core.messages import AIMessage, HumanMessage
from langgraph.config import get_stream_writer

from graph import context, deps
from graph.engines.base import PageRef, Passage, add_usage
from graph.engines.evidence import Objection, PageView
from graph.events import Draft
from graph.harmless import harmless
from graph.query import library, looking, proof, wording
from graph.query.state import AnswerVerdict, Citation, Note, QueryState, found
from graph.steps import step
from graph.storage.base import PageRow


@step
async def generate_answer(state: QueryState) -> QueryState:
    """Make claims, each with the passage and the words it rests on; nothing is believed yet.

    The claims are streamed as they come, as custom events {"event": "draft", "text": all claims so far}.
    """
    now, relevant = await deps.current(), _relevant(state)
    refs = await asyncio.to_thread(_pages_to_look_at, now, relevant)
    views = await asyncio.to_thread(_views, now, refs)
    reply = await now.engine.answer(state["standalone"], relevant, state["grades"], views, _drafts(get_stream_writer()))
    offered = [PageRef(document=view.document, page=view.page) for view in views]
    return {"claims": reply.value, "views": offered, "usage": add_usage(state["usage"], reply.usage)}


def verify_citations(state: QueryState) -> QueryState:
    """Look for every quote on its page, and for every number, date and name of a claim in its evidence."""
    run = context.current()
    catalog = deps.deps(run).stores.catalog
    offered = [passage["chunk"] for passage in _relevant(state)]
    prover = proof.Prover(catalog, offered, state["views"], [run.answer_prompt, run.repair_prompt])
    verdicts = prover.verdicts(state["claims"])
    if state["repairs"]:
        verdicts = proof.with_history(verdicts, state["verdicts"])
    proven = any(verdict["citation"] for verdict in verdicts)
    return {"verdicts": verdicts, "reason": None if proven else "fact_absent"}


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


def _drafts(write: Callable[[Draft], None]) -> Callable[[str], None]:
    return lambda text: write(Draft(event="draft", text=harmless(text)))


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
    reply = AIMessage(answer, additional_kwargs=said)
    return {
        "answer": answer,
        "refused": verdict == "declined",
        "verdict": verdict,
        "notes": [*state["notes"], *wording.notes_on_focus(focus), *notes, *unread],
        "citations": list(citations),
        "messages": [reply] if in_chat else [HumanMessage(state["question"]), reply],
        "seconds": round(time.time() - state["started"], 3),
    }
