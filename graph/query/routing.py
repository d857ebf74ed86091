"""Where a question goes next: pure functions of the state."""

from __future__ import annotations

from typing import Literal

from graph import context
from graph.query.state import QueryState


def after_contextualize(state: QueryState) -> Literal["retrieve_passages", "decline"]:
    """Retrieve, unless there is nothing to retrieve from."""
    return "decline" if state.get("reason") else "retrieve_passages"


def after_grading(state: QueryState) -> Literal["generate_answer", "rewrite_question", "decline"]:
    """Answer from what is relevant; when nothing is, ask anew as often as allowed, then decline."""
    if any(passage["relevant"] for passage in state["retrieved"]):
        return "generate_answer"
    return "rewrite_question" if state["rewrites"] < context.current().max_rewrites else "decline"


def after_rewriting(state: QueryState) -> Literal["retrieve_passages", "decline"]:
    """Retrieve for the new query; decline when there was no other way to ask."""
    return "retrieve_passages" if len(state["queries"]) == state["rewrites"] + 1 else "decline"


def after_verification(state: QueryState) -> Literal["write_answer", "decline"]:
    """Answer with what was proven; decline when nothing was."""
    proven = any(verdict["citation"] for verdict in state["verdicts"])
    return "write_answer" if proven else "decline"
