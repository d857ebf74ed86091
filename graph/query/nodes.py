"""The nodes of the query graph: each reads and writes a few named values of the state."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from graph import context, dependencies
from graph.engines.base import OnDraft
from graph.errors import ModelError, UnusableReplyError
from graph.events import Draft, step, writer
from graph.query import clarifying, daily_quota, messages, reasons, struck_text, whole_document
from graph.query.answers import (
    build_verifier,
    final_state,
    load_page_images,
    reply_stream,
    select_page_images,
    verified_beginning,
    verified_draft,
)
from graph.query.claim_checks import check_claims, is_model_asked
from graph.query.planning import budget
from graph.query.state import QueryState
from graph.query.streaming import ReplyStream
from graph.runtime.async_nodes import async_node
from graph.sanitize import sanitize_markdown
from graph.storage.base import Catalog
from graph.types import Claim, Objection, PageRef, PageView, Reply, RetrievedChunk, add_usage
from graph.verification import outcomes

_MAX_PREVIEW = 160  # characters of a chunk in the state before grading


@async_node
@step("Searching the pages")
async def retrieve_chunks(state: QueryState) -> QueryState:
    """Retrieve chunks for the newest query; several questions in it are searched one by one."""
    from graph.retrieval.retriever import round_robin  # imports numpy: 60 ms
    from graph.retrieval.terms import split_questions

    deps = await dependencies.current()
    limit = _chunk_limit(deps.engine.max_chunks)
    questions = split_questions(state["queries"][-1])
    searched = state["mentioned_documents"] or (state["allowed_documents"] if state.get("documents") else [])
    retriever = await asyncio.to_thread(deps.retriever)
    found = [await daily_quota.search(retriever, question, searched, limit) for question in questions]
    usage, notes = state["usage"], [note for note in state["notes"] if note["kind"] != "searched_by_words"]
    for reply, _ in found:
        usage = add_usage(usage, reply.usage)
    if any(by_words for _, by_words in found):
        notes.append(daily_quota.NOTE_ON_WORDS)
    chunks = round_robin([reply.value for reply, _ in found], limit)
    update: QueryState = {"retrieved": [_preview(chunk) for chunk in chunks], "usage": usage, "notes": notes}
    return {**update, **clarifying.of_chunks({**state, **update}, [chunk["text"] for chunk in chunks])}


def _chunk_limit(most: int | None) -> int:
    """Return how many chunks to retrieve: the run's `top_k`, or fewer if the model takes fewer by default."""
    run = context.current()
    return run.top_k if most is None or "top_k" in run.model_fields_set else min(run.top_k, most)


@async_node
@step("Judging what was found")
async def grade_chunks(state: QueryState) -> QueryState:
    """Grade all chunks in one request; where the grader fails, keep the order of the search and add a note."""
    deps = await dependencies.current()
    candidates = await asyncio.to_thread(_with_full_text, deps.stores.catalog, state["retrieved"])
    reply = await daily_quota.engine_of(deps, state).grade(state["standalone_question"], candidates)
    grades = {grade["chunk"]: grade for grade in reply.value}
    min_grade = context.current().min_grade
    # A chunk without a grade counts as relevant only if no graded one does: a failed grader must not cost an answer.
    passed = any(grade["score"] >= min_grade for grade in grades.values())
    retrieved: list[RetrievedChunk] = []
    for chunk in candidates:
        grade = grades.get(chunk["chunk"])
        graded = chunk.copy()
        graded["relevant"] = grade["score"] >= min_grade if grade else not passed
        if grade:
            graded["grade"], graded["reason"] = grade["score"], grade["reason"]
        retrieved.append(graded)
    notes = [note for note in state["notes"] if note["kind"] != "grading_failed"]
    if missing := sum(chunk["chunk"] not in grades for chunk in retrieved):
        notes.append(messages.note_on_grading(missing, len(retrieved)))
    usage = add_usage(state["usage"], reply.usage)
    return {"retrieved": retrieved, "grades": reply.value, "notes": notes, "usage": usage}


@step("Searching all documents")
def widen_search(state: QueryState) -> QueryState:
    """Search all documents next, because the mentioned ones hold nothing relevant."""
    notes = [*state["notes"], messages.note_on_widened_search(state["question"])]
    # Discard the attempt on documents that were given whole.
    started_again: QueryState = {"whole_documents": [], "claims": [], "verdicts": [], "repairs": 0, "reason": None}
    return {**started_again, "mentioned_documents": [], "notes": notes}


@async_node
@step("Rewording the question")
async def rewrite_question(state: QueryState) -> QueryState:
    """Add a reworded query; if the engine returns none, only the count of rewrites is increased."""
    deps = await dependencies.current()
    reply = await daily_quota.or_nothing(
        deps.engine.rewrite(state["standalone_question"], state["queries"], state["retrieved"])
    )
    tried = {query.casefold().strip() for query in state["queries"]}
    new = [reply.value] if reply.value.strip() and reply.value.casefold().strip() not in tried else []
    return {
        "queries": [*state["queries"], *new],
        "rewrites": state["rewrites"] + 1,
        "usage": add_usage(state["usage"], reply.usage),
    }


@async_node
@step("Writing an answer")
async def generate_answer(state: QueryState) -> QueryState:
    """Generate claims, each with a quote and its chunk; the next node verifies them.

    The claims are streamed as they arrive, as custom events {"event": "draft", "text": all claims so far}. Those that
    can already be verified are also streamed as message chunks of the reply.
    """
    deps = await dependencies.current()
    catalog, question = deps.stores.catalog, state["standalone_question"]
    whole = state.get("whole_documents") or []
    offered, views = await asyncio.to_thread(_evidence, deps, state)
    shown = [PageRef(document=view.document, page=view.page) for view in views]
    engine, stream = daily_quota.engine_of(deps, state), reply_stream(state)
    on_draft = _draft_writer({**state, "page_images": shown}, stream)
    failure: QueryState = {}
    try:
        reply = await engine.answer(question, offered, [] if whole else state["grades"], views, on_draft)
    except UnusableReplyError as error:
        reply, failure = Reply([], error.usage), {"reason": "model_failed", "absence": str(error)}
    except ModelError as error:
        if kept := budget.keep_first_answer(state, error):
            return kept
        if not daily_quota.is_exhausted(error):
            raise
        return daily_quota.go_offline(state)
    claims = budget.with_computed(reply.value, state)
    return {
        **(await asyncio.to_thread(_kept, catalog, state, offered, claims) if whole else {}),
        "claims": claims,
        "shortcut": "",
        "page_images": shown,
        "notes": [*state["notes"], *daily_quota.notes_on_model(reply.model)],
        "questions_left": await deps.engine.questions_left(),
        "usage": add_usage(state["usage"], reply.usage),
        "reply_id": stream.reply_id,
        "streamed_text": stream.text,
        **failure,
    }


def _evidence(deps: dependencies.Deps, state: QueryState) -> tuple[list[RetrievedChunk], list[PageView]]:
    """Return the chunks that may be quoted, and the images of pages that go with them."""
    catalog = deps.stores.catalog
    offered = whole_document.offered_chunks(catalog, state)
    whole = state.get("whole_documents") or []
    ranked = whole_document.by_words(catalog, state["standalone_question"], offered) if whole else offered
    return offered, load_page_images(deps, select_page_images(deps, ranked))


def _draft_writer(state: QueryState, stream: ReplyStream) -> OnDraft:
    """Return the handler of an answer's drafts: it emits each draft, and streams its verified beginning."""
    # Claims that a model may deny, or a plan replace, are not streamed: they could not be withdrawn.
    write, is_final = writer(), not is_model_asked(state) and not budget.may_plan(state)

    def draft(text: str, claims: Sequence[Claim]) -> None:
        write(Draft(event="draft", text=sanitize_markdown(text)))
        if claims and is_final:
            stream.push(verified_draft(build_verifier(state), claims, state["question"]))

    return draft


def _kept(
    catalog: Catalog, state: QueryState, offered: Sequence[RetrievedChunk], claims: Sequence[Claim]
) -> QueryState:
    """Return what the state keeps of documents that were given whole; {} where chunks were searched."""
    if not state.get("whole_documents"):
        return {}
    question = state["standalone_question"]
    return {"retrieved": whole_document.cited_and_closest(catalog, question, offered, claims)}


@async_node
@step("Checking every quote on its page")
async def verify_citations(state: QueryState) -> QueryState:
    """Look up every quote on its page, compare each claim with its quote, and ask a model whether they say the same.

    Cited pages that only a model has read are read by OCR before, once for all questions.
    """
    checks, usage, notes = await check_claims(state)
    stream, verified = reply_stream(state), any(check["citation"] for check in checks)
    # Before a repair the model has not been asked about all claims.
    is_checked = not is_model_asked(state) or state["repairs"] or not any(check["failure"] for check in checks)
    if is_checked and not budget.needs_plan({**state, "verdicts": checks}):
        stream.push(verified_beginning(checks, state["question"]))
    unusable = state.get("reason") == "model_failed"
    return {
        "verdicts": checks,
        "reason": None if verified else "model_failed" if unusable else "fact_absent",
        "usage": usage,
        "notes": notes,
        "reply_id": stream.reply_id,
        "streamed_text": stream.text,
    }


@async_node
@step("Correcting statements that were not confirmed")
async def repair_claims(state: QueryState) -> QueryState:
    """Ask the engine once, in one request, to replace the claims that failed; the request says why each failed."""
    deps = await dependencies.current()
    failed = [check for check in state["verdicts"] if check["failure"]]
    objections = [Objection(claim=check["claim"], failure=check["failure"]) for check in failed]
    on_images = any("image" in objection["claim"] for objection in objections)
    views = await asyncio.to_thread(load_page_images, deps, state["page_images"]) if on_images else []
    offered = await asyncio.to_thread(whole_document.offered_chunks, deps.stores.catalog, state)
    failure: QueryState = {}
    try:
        reply = await deps.engine.repair(state["standalone_question"], offered, objections, views)
    except UnusableReplyError as error:
        reply = Reply([None] * len(objections), error.usage)
        failure = {"reason": "model_failed", "absence": str(error)}
    repaired = iter(reply.value)
    claims = [
        (next(repaired, None) or check["claim"]) if check["failure"] else check["claim"] for check in state["verdicts"]
    ]
    return {
        **await asyncio.to_thread(_kept, deps.stores.catalog, state, offered, claims),
        "claims": claims,
        "repairs": state["repairs"] + 1,
        "usage": add_usage(state["usage"], reply.usage),
        **failure,
    }


def write_answer(state: QueryState) -> QueryState:
    """Join the claims that passed, each with the marker of its citation; the others are left out."""
    kept = budget.checks_of_answer(state)
    checks = reasons.translated(kept, state["question"])
    passed = [check for check in checks if check["citation"]]
    citations, dropped = outcomes.cited(passed), len(checks) - len(passed)
    notes, verdict = messages.notes_on_claims(dropped, citations, state["question"]), outcomes.verdict_of_answer(passed)
    if state["engine"] == "offline" and state.get("shortcut") != "tables":
        kind = "" if state["mentioned_documents"] else state["understanding"]["kind"]
        notes += messages.notes_on_quotes(state["standalone_question"], kind, passed)
    text = messages.answer(passed, state["question"])
    if verdict == "related":  # what would have answered may be struck out
        catalog = dependencies.for_context(context.current()).stores.catalog
        struck = struck_text.struck_out(catalog, state["standalone_question"], state["retrieved"])
        text = "\n\n".join(filter(None, (text, struck)))
    written = final_state(state, text, verdict, notes, citations)
    if checks != state["verdicts"]:
        written = {**written, "verdicts": checks}
    return {**written, "reason": None} if kept is not state["verdicts"] else written


def decline(state: QueryState) -> QueryState:
    """Refuse to answer, with the reason, the closest pages and the pages that could not be read."""
    catalog = dependencies.for_context(context.current()).stores.catalog
    unread = messages.unread_pages(catalog, state["allowed_documents"])
    reason = state.get("reason") or messages.reason_for_no_answer(
        catalog, state["standalone_question"], state["mentioned_documents"] or state["allowed_documents"]
    )
    absence = sanitize_markdown(state.get("absence") or "")
    struck = "" if absence else struck_text.struck_out(catalog, state["standalone_question"], state["retrieved"])
    if struck and reason == "nothing_relevant":
        reason = "fact_absent"
    refusal = messages.refusal(reason, state["retrieved"], unread, state["question"])
    text = absence or (f"{struck} {refusal}" if struck else refusal)
    said = final_state(state, text, "refused", messages.notes_on_unread(unread), reason=reason)
    return {**said, "reason": reason}


def _preview(chunk: RetrievedChunk) -> RetrievedChunk:
    """Truncate a chunk's text, to keep checkpoints small; grading loads the rest."""
    text = chunk["text"]
    return {**chunk, "text": text if len(text) <= _MAX_PREVIEW else text[:_MAX_PREVIEW] + "…"}


def _with_full_text(catalog: Catalog, candidates: Sequence[RetrievedChunk]) -> list[RetrievedChunk]:
    """Load the whole text of chunks; those deleted in the meantime are left out."""
    texts = {row.id: row.text for row in catalog.chunks([chunk["chunk"] for chunk in candidates])}
    return [{**chunk, "text": texts[chunk["chunk"]]} for chunk in candidates if chunk["chunk"] in texts]
