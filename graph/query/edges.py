"""Where a question goes next: pure functions of the state."""

from __future__ import annotations

from typing import Literal

from graph import context
from graph.query.state import QueryState


def after_contextualize(state: QueryState) -> Literal["retrieve_chunks", "describe_library", "decline"]:
    """Retrieve, unless there is nothing to retrieve from, or the library itself is asked about."""
    if state.get("reason"):
        return "decline"
    return "describe_library" if state.get("about_library") else "retrieve_chunks"


def after_grading(state: QueryState) -> Literal["generate_answer", "widen_search", "rewrite_question", "decline"]:
    """Answer from what is relevant; when nothing is, look everywhere, ask anew as often as allowed, then decline.

    The offline engine asks nothing anew: it has no other words.
    """
    if any(passage["relevant"] for passage in state["retrieved"]):
        return "generate_answer"
    if state.get("focus"):
        return "widen_search"
    again = state.get("asks_again", True) and state["rewrites"] < context.current().max_rewrites
    return "rewrite_question" if again else "decline"


def after_rewriting(state: QueryState) -> Literal["retrieve_chunks", "decline"]:
    """Retrieve for the new query; decline when there was no other way to ask."""
    return "retrieve_chunks" if len(state["queries"]) == state["rewrites"] + 1 else "decline"


def after_verification(state: QueryState) -> Literal["repair_claims", "write_answer", "decline"]:
    """Ask once more for what was not proven; then answer with what was, or decline when nothing was."""
    failed = any(verdict["failure"] for verdict in state["verdicts"])
    if failed and state.get("asks_again", True) and not state.get("repairs"):
        return "repair_claims"
    proven = any(verdict["citation"] for verdict in state["verdicts"])
    return "write_answer" if proven else "decline"
