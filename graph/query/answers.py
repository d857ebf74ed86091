"""Shared steps of the answering nodes: pages to show the engine, claim checks, the streamed reply, the final state."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import takewhile
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from langchain_core.messages import AIMessage, HumanMessage

from graph import context, dependencies
from graph.query import citation_links, messages
from graph.query.state import Note, QueryState
from graph.query.streaming import ReplyStream
from graph.query.whole_document import offered_ids
from graph.settings import settings
from graph.storage.rows import PageRow
from graph.types import Citation, Claim, ClaimCheck, PageRef, PageView, RetrievedChunk
from graph.verdicts import AnswerVerdict
from graph.verification import outcomes

if TYPE_CHECKING:
    from graph.verification.verifier import ClaimVerifier


def select_page_images(deps: dependencies.Deps, relevant: Sequence[RetrievedChunk]) -> list[PageRef]:
    """Return the pages whose images go to the engine with the question; none if that is off or unsupported."""
    from graph.verification import image_evidence

    run = context.current()
    if run.look_again == "off" or not deps.engine.reads_images:
        return []
    rows = _page_rows(deps, {chunk["document"] for chunk in relevant})
    return image_evidence.pages_to_inspect(relevant, rows, run.max_images)


def load_page_images(deps: dependencies.Deps, refs: Sequence[PageRef]) -> list[PageView]:
    """Load the images of pages from disk; pages whose image was deleted are left out."""
    rows = _page_rows(deps, {ref["document"] for ref in refs})
    names = {row.id: row.label for row in deps.stores.catalog.documents({ref["document"] for ref in refs})}
    views = []
    for ref in refs:
        row = rows.get((ref["document"], ref["page"]))
        try:
            png = deps.stores.images.get(row.image if row else "")
        except KeyError:
            continue
        views.append(PageView(ref["document"], names.get(ref["document"], ""), ref["page"], png))
    return views


def _page_rows(deps: dependencies.Deps, documents: set[str]) -> dict[tuple[str, int], PageRow]:
    return {(row.document, row.page): row for document in documents for row in deps.stores.catalog.pages(document)}


def build_verifier(state: QueryState) -> ClaimVerifier:
    """Return a verifier over the offered chunks and the page images that the engine was shown."""
    from graph.verification.verifier import ClaimVerifier

    run = context.current()
    catalog = dependencies.for_context(run).stores.catalog
    return ClaimVerifier(
        catalog, offered_ids(catalog, state), state["page_images"], [run.answer_prompt, run.repair_prompt]
    )


def reply_stream(state: QueryState) -> ReplyStream:
    """Return the stream of the reply, continued where the last node stopped."""
    # A checkpoint of an older version holds neither value.
    return ReplyStream(state.get("reply_id") or str(uuid4()), state.get("streamed_text", ""))


def verified_beginning(checks: Sequence[ClaimCheck], asked: str = "") -> str:
    """Return the reply up to the first claim that failed, which is final: a repair changes only what follows.

    It also ends before quotes that are not claimed to answer, since these come last in the answer.
    """
    passed = list(takewhile(lambda check: check["citation"] and not check["claim"].get("related"), checks))
    return citation_links.add_links(messages.answer(passed, asked), outcomes.cited(passed), settings().public_url)


def verified_draft(verifier: ClaimVerifier, claims: Sequence[Claim], asked: str = "") -> str:
    """Return the reply up to the first claim of a draft that failed, or whose page OCR must read first."""
    known = list(takewhile(lambda claim: not verifier.pages_without_witness([claim]), claims))
    return verified_beginning(verifier.check(known), asked)


_MAX_CLOSEST = 4
_MAX_CLOSEST_TEXT = 240


def final_state(
    state: QueryState,
    answer: str,
    verdict: AnswerVerdict,
    notes: Sequence[Note] = (),
    citations: Sequence[Citation] = (),
    reason: str = "",
) -> QueryState:
    """Return the state's last update: the answer, its notes, and the reply as a message.

    The reply is streamed to its end here. An answer that was requested again after an interruption may differ from
    what was streamed; it then becomes a new message.
    """
    catalog = dependencies.for_context(context.current()).stores.catalog
    cited_pages = {(one["document"], page) for one in citations for page in one.get("pages") or [one["page"]]}
    mentioned = state["mentioned_documents"]
    searched = [row.label for row in catalog.documents(mentioned)] if mentioned else []
    conversation = list(state.get("messages") or [])
    in_chat = bool(conversation) and isinstance(conversation[-1], HumanMessage)
    base_url, stream = settings().public_url, reply_stream(state)
    text = citation_links.add_links(answer, citations, base_url) + citation_links.source_list(citations, base_url)
    continues = stream.push(text) if stream.text else True
    told: QueryState = {
        "answer": answer,
        "refused": verdict == "refused",
        "verdict": verdict,
        "notes": [
            *state["notes"],
            *messages.notes_on_mentions(searched, state["question"]),
            *notes,
            *messages.notes_on_pages(catalog, cited_pages),
            *(messages.notes_on_lists(catalog, state.get("claims") or []) if verdict != "refused" else []),
        ],
        "citations": list(citations),
        "seconds": round(time.time() - state["started_at"], 3),
    }
    metadata = _metadata(state, told, reason)
    reply = AIMessage(text, additional_kwargs=metadata, id=stream.reply_id if continues else str(uuid4()))
    return {**told, "messages": [reply] if in_chat else [HumanMessage(state["question"]), reply]}


def _metadata(state: QueryState, told: QueryState, reason: str) -> dict[str, Any]:
    """Return the metadata of a reply, for clients that show an old conversation: the state holds the last turn only.

    A refusal carries the closest pages, each with the beginning of its text: about a kilobyte.
    """
    closest = [
        {**{key: chunk[key] for key in ("document", "name", "page", "pages") if key in chunk},
         "text": chunk["text"][:_MAX_CLOSEST_TEXT]}
        for chunk in state.get("retrieved") or []
    ][:_MAX_CLOSEST]  # fmt: skip
    kept = {
        "citations": told["citations"],
        "notes": told["notes"],
        "reason": reason,
        "closest": closest if told["refused"] else [],
    }
    return {"verdict": told["verdict"], "seconds": told["seconds"], **{key: one for key, one in kept.items() if one}}
