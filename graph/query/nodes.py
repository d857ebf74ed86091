"""The nodes that find evidence for a question: each reads and writes a few named values of the state."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from uuid import uuid4

from langchain_core.messages import AnyMessage, HumanMessage
from langgraph.config import get_stream_writer

from graph import context, dependencies
from graph.attachments import said
from graph.errors import BadInputError, as_list
from graph.events import Draft
from graph.query import messages
from graph.query.answers import _finished, _pages_to_look_at, _relevant, _spoken, _verifier, _views, _voice
from graph.query.citation_links import unlinked
from graph.query.messages import described, nothing_to_ask, unread_notes, unreadable
from graph.query.state import AnswerVerdict, Note, QueryState
from graph.retrieval import document_mentions, documents, terms
from graph.retrieval.retriever import round_robin
from graph.runtime.async_nodes import async_node
from graph.sanitize import sanitize_markdown
from graph.storage.base import Catalog
from graph.types import Claim, Objection, PageRef, Reply, RetrievedChunk, Turn, add_usage, is_verified, no_usage
from graph.verification import verifier

# So many of the last messages are looked at to understand a follow-up.
_HISTORY = 6
_GLIMPSE = 160  # characters of a candidate that can be read in the state before it is graded
_LONGEST = 4000  # characters of a question: two pages of text; more is a document, to be ingested


@async_node
async def contextualize(state: QueryState) -> QueryState:
    """Find out what is asked, and of which documents; make a follow-up stand alone."""
    now = await dependencies.current()
    question, history = asked(state.get("question"), state.get("messages"))
    if not question.strip():
        raise BadInputError("The question is empty: say what you want to know.")
    if len(question) > _LONGEST:
        raise BadInputError(f"The question has {len(question):,} characters: ask in at most {_LONGEST:,}.")
    catalog, given = now.stores.catalog, as_list(state.get("documents") or [], "documents")
    scope = await asyncio.to_thread(documents.resolve, catalog, given)
    about_library = document_mentions.asks_about_library(question)
    reply = Reply(question) if about_library else await now.engine.contextualize(question, history)
    known = [] if given else await asyncio.to_thread(catalog.documents)
    return {
        "question": question,
        "started": time.time(),
        "scope": scope,
        "focus": document_mentions.mentioned_documents(reply.value, [row for row in known if row.generation]),
        "about_library": about_library,
        "standalone": reply.value,
        "queries": [reply.value],
        "asks_again": now.engine.can_rewrite,
        "rewrites": 0,
        "retrieved": [],
        "repairs": 0,
        "verdicts": [],
        "reply": str(uuid4()),
        "said": "",
        "notes": [],
        "reason": None if scope else await asyncio.to_thread(nothing_to_ask, catalog),
        "engine": now.engine.name,
        "usage": add_usage(no_usage(), reply.usage),
    }


@async_node
async def retrieve_chunks(state: QueryState) -> QueryState:
    """Find passages for the newest query; questions asked together are looked up one by one."""
    now = await dependencies.current()
    limit = context.current().top_k
    queries = terms.split_questions(state["queries"][-1])
    searched = state["focus"] or (state["scope"] if state.get("documents") else [])
    retriever = await asyncio.to_thread(now.retriever)
    replies = [await retriever.search(query, searched, limit) for query in queries]
    usage = state["usage"]
    for reply in replies:
        usage = add_usage(usage, reply.usage)
    found = round_robin([reply.value for reply in replies], limit)
    return {"retrieved": [_glimpsed(passage) for passage in found], "usage": usage}


@async_node
async def grade_chunks(state: QueryState) -> QueryState:
    """Judge all passages at once; where the grader fails, what was found counts as it was found, and that is said."""
    now = await dependencies.current()
    candidates = await asyncio.to_thread(_whole, now.stores.catalog, state["retrieved"])
    reply = await now.engine.grade(state["standalone"], candidates)
    grades = {grade["chunk"]: grade for grade in reply.value}
    least = context.current().min_grade
    # What the grader left out is believed to be relevant only where it found nothing else: a failure to grade must not
    # cost an answer, and no more than that.
    passed = any(grade["score"] >= least for grade in grades.values())
    retrieved: list[RetrievedChunk] = []
    for passage in candidates:
        grade = grades.get(passage["chunk"])
        graded = passage.copy()
        graded["relevant"] = grade["score"] >= least if grade else not passed
        if grade:
            graded["grade"], graded["reason"] = grade["score"], grade["reason"]
        retrieved.append(graded)
    notes = [note for note in state["notes"] if note["kind"] != "grading_failed"]
    if missing := sum(passage["chunk"] not in grades for passage in retrieved):
        notes.append(_ungraded(missing, len(retrieved)))
    usage = add_usage(state["usage"], reply.usage)
    return {"retrieved": retrieved, "grades": reply.value, "notes": notes, "usage": usage}


def widen_search(state: QueryState) -> QueryState:
    """Look in all documents, when nothing was found in those that the question names."""
    text = "The documents that the question names hold nothing relevant, so all were searched."
    return {"focus": [], "notes": [*state["notes"], Note(kind="documents_widened", text=text)]}


@async_node
async def rewrite_question(state: QueryState) -> QueryState:
    """Ask in another way than before; where there is none, the count goes up and the queries stay."""
    now = await dependencies.current()
    reply = await now.engine.rewrite(state["standalone"], state["queries"], state["retrieved"])
    tried = {query.casefold().strip() for query in state["queries"]}
    new = [reply.value] if reply.value.strip() and reply.value.casefold().strip() not in tried else []
    return {
        "queries": [*state["queries"], *new],
        "rewrites": state["rewrites"] + 1,
        "usage": add_usage(state["usage"], reply.usage),
    }


def asked(question: str | None, messages: Sequence[AnyMessage] | None) -> tuple[str, list[Turn]]:
    """The question and the conversation before it: the last message of the user, or else the question given."""
    messages = list(messages or [])
    if messages and isinstance(messages[-1], HumanMessage):
        return said(messages[-1]), _turns(messages[:-1])
    if question is not None and not isinstance(question, str):
        raise BadInputError(f"`question` must be a text, not {question!r}.")
    return question or "", _turns(messages)


def _glimpsed(passage: RetrievedChunk) -> RetrievedChunk:
    """A candidate with the beginning of its text: each step's state is kept, and the whole text need be there once."""
    text = passage["text"]
    return {**passage, "text": text if len(text) <= _GLIMPSE else text[:_GLIMPSE] + "…"}


def _whole(catalog: Catalog, candidates: Sequence[RetrievedChunk]) -> list[RetrievedChunk]:
    """The candidates with all of their text; one that was deleted meanwhile is none any more."""
    rows = {row.id: row.text for row in catalog.chunks([passage["chunk"] for passage in candidates])}
    return [{**passage, "text": rows[passage["chunk"]]} for passage in candidates if passage["chunk"] in rows]


def _turns(messages: Sequence[AnyMessage]) -> list[Turn]:
    roles = {"human": "user", "ai": "assistant"}
    turns = [Turn(role=roles[m.type], text=unlinked(said(m))) for m in messages if m.type in roles]
    return turns[-_HISTORY:]


def _ungraded(missing: int, total: int) -> Note:
    which = "The passages" if missing == total else f"{missing} of {total} passages"
    text = f"{which} could not be graded; they were taken as the search found them."
    return Note(kind="grading_failed", text=text)


@async_node
async def generate_answer(state: QueryState) -> QueryState:
    """Make claims, each with the passage and the words it rests on; nothing is believed yet.

    The claims are streamed as they come, as custom events {"event": "draft", "text": all claims so far}; those that
    are proven already, as pieces of the reply.
    """
    now, relevant = await dependencies.current(), _relevant(state)
    refs = await asyncio.to_thread(_pages_to_look_at, now, relevant)
    views = await asyncio.to_thread(_views, now, refs)
    offered = [PageRef(document=view.document, page=view.page) for view in views]
    voice, write = _voice(state), get_stream_writer()

    def draft(text: str, claims: Sequence[Claim]) -> None:
        write(Draft(event="draft", text=sanitize_markdown(text)))
        if claims:
            voice.say(_spoken(_verifier({**state, "views": offered}).verdicts(claims)))

    reply = await now.engine.answer(state["standalone"], relevant, state["grades"], views, draft)
    usage = add_usage(state["usage"], reply.usage)
    return {"claims": reply.value, "views": offered, "usage": usage, "reply": voice.reply, "said": voice.said}


def verify_citations(state: QueryState) -> QueryState:
    """Look for every quote on its page, and for every number, date and name of a claim in its evidence."""
    verdicts, voice = _verifier(state).verdicts(state["claims"]), _voice(state)
    if state["repairs"]:
        verdicts = verifier.with_history(verdicts, state["verdicts"])
    proven = any(verdict["citation"] for verdict in verdicts)
    voice.say(_spoken(verdicts))
    reason = None if proven else "fact_absent"
    return {"verdicts": verdicts, "reason": reason, "reply": voice.reply, "said": voice.said}


@async_node
async def repair_claims(state: QueryState) -> QueryState:
    """Ask once more, in one request, for the claims that were not proven, naming what is wrong with each."""
    now = await dependencies.current()
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
    count = verifier.count_outcomes(state["verdicts"])
    verdict: AnswerVerdict = "proven" if not count["seen"] else "partly_proven" if count["proven"] else "seen"
    notes = messages.notes_on_claims(count["dropped"], [one for one in cited.values() if not is_verified(one)])
    return _finished(state, messages.answer(passed), verdict, notes, list(cited.values()))


def describe_library(state: QueryState) -> QueryState:
    """Answer from the catalog what can be asked; no model is needed for that."""
    catalog = dependencies.for_context(context.current()).stores.catalog
    return _finished(state, sanitize_markdown(described(catalog, state["scope"])), "catalog")


def decline(state: QueryState) -> QueryState:
    """Say that the documents do not answer, why, and where the closest pages are."""
    catalog = dependencies.for_context(context.current()).stores.catalog
    holes = unreadable(catalog, state["scope"])
    reason = state.get("reason") or ("page_unreadable" if holes else "nothing_relevant")
    said = messages.refusal(reason, state["retrieved"], holes)
    return {**_finished(state, said, "declined", unread_notes(holes)), "reason": reason}
