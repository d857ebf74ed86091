"""Routers of the query graph: pure functions from the state to the next node."""

from __future__ import annotations

from typing import Literal

from graph import context
from graph.query.planning import budget
from graph.query.state import QueryState


def after_contextualize(
    state: QueryState,
) -> Literal["retrieve_chunks", "describe_library", "greet", "describe_document", "decline", "search_each_document",
             "generate_answer", "clarify"]:  # fmt: skip
    """Choose the node that answers this kind of question; most are searched for.

    Without a model, greetings and questions about documents have nodes of their own. With one, short documents are
    given to it whole.
    """
    asked = state.get("understanding")  # missing in a checkpoint of an older version
    kind = asked["kind"] if asked else "other"
    without_model = state.get("engine") == "offline"
    if kind == "greeting" and without_model:
        return "greet"
    if state.get("reason"):
        return "decline"
    if state.get("ambiguity"):
        return "clarify"
    if kind == "library":
        return "describe_library"
    if kind in ("document", "place") and without_model:
        return "describe_document"
    if kind == "documents" and without_model:
        return "search_each_document"
    return "generate_answer" if state.get("whole_documents") else "retrieve_chunks"


def after_generation(
    state: QueryState,
) -> Literal["verify_citations", "retrieve_chunks", "describe_library", "greet", "describe_document", "decline",
             "search_each_document", "generate_answer", "clarify"]:  # fmt: skip
    """Check what was answered; where no model has requests left today, start again as the offline engine does."""
    return after_contextualize(state) if state.get("shortcut") == "offline" else "verify_citations"


def after_description(
    state: QueryState,
) -> Literal["verify_citations", "decline", "retrieve_chunks", "__end__"]:
    """End with what the structure says, verify what it quotes, or search."""
    if state.get("shortcut") == "structure":
        return "__end__"
    if state.get("shortcut") == "quotes":
        return "verify_citations"
    return "decline" if state.get("absence") else "retrieve_chunks"


def after_retrieval(state: QueryState) -> Literal["compute_on_tables", "grade_chunks", "clarify"]:
    """Look into the tables before chunks are graded, without a model: if one was found, or the question computes."""
    if state.get("ambiguity"):
        return "clarify"
    asked = state.get("understanding")
    computes = asked is not None and asked["kind"] == "table"
    on_tables = computes or any(chunk["kind"] == "table" for chunk in state["retrieved"])
    return "compute_on_tables" if on_tables and state.get("engine") == "offline" else "grade_chunks"


def after_tables(state: QueryState) -> Literal["verify_citations", "decline", "grade_chunks"]:
    """Check what tables answer, say what they lack, or go on with the passages."""
    if state.get("shortcut") == "tables":
        return "verify_citations"
    return "decline" if state.get("absence") else "grade_chunks"


def after_grading(
    state: QueryState,
) -> Literal["generate_answer", "widen_search", "rewrite_question", "follow_plan", "decline"]:
    """Answer from the relevant chunks; without any, search all documents, then rewrite, then plan, or else decline.

    The question is rewritten at most `max_rewrites` times, and only by an engine that can.
    """
    if any(chunk["relevant"] for chunk in state["retrieved"]):
        return "generate_answer"
    if state.get("mentioned_documents"):
        return "widen_search"
    may_rewrite = state.get("can_rewrite", True) and state["rewrites"] < context.current().max_rewrites
    return "rewrite_question" if may_rewrite else _plan_or_decline(state)


def after_rewriting(state: QueryState) -> Literal["retrieve_chunks", "follow_plan", "decline"]:
    """Retrieve for the new query; plan or decline when the rewrite brought none."""
    return "retrieve_chunks" if len(state["queries"]) == state["rewrites"] + 1 else _plan_or_decline(state)


def after_plan(state: QueryState) -> Literal["generate_answer", "write_answer", "decline"]:
    """Answer from what the plan found; where it found nothing new, keep the answer from before, or decline."""
    if state.get("shortcut") == "plan":
        return "generate_answer"
    return "write_answer" if budget.has_answer(state.get("first_checks") or []) else "decline"


def _plan_or_decline(state: QueryState) -> Literal["follow_plan", "decline"]:
    return "follow_plan" if budget.needs_plan(state) else "decline"


def after_verification(
    state: QueryState,
) -> Literal[
    "repair_claims", "write_answer", "grade_chunks", "retrieve_chunks", "widen_search", "follow_plan", "decline"
]:
    """Repair failed claims once; then answer with the verified ones, or decline when there are none.

    A question with several parts that these do not settle is planned, once.

    Where a mentioned document was given whole and does not hold the answer, all documents are searched before, unless
    the question is about the document itself. Where what tables or a place gave fails, the passages are searched.
    """
    failed = any(check["failure"] for check in state["verdicts"])
    if failed and state.get("can_rewrite", True) and not state.get("repairs"):
        return "repair_claims"
    if any(check["citation"] for check in state["verdicts"]):
        return "follow_plan" if budget.needs_plan(state) else "write_answer"
    asked = state.get("understanding")
    about_document = asked is not None and asked["kind"] in ("document", "place")
    if state.get("whole_documents") and state.get("mentioned_documents") and not about_document:
        return "widen_search"
    if state.get("shortcut") == "quotes":
        return "retrieve_chunks"
    if state.get("shortcut") == "tables":
        return "grade_chunks"
    return "write_answer" if budget.has_answer(state.get("first_checks") or []) else _plan_or_decline(state)
