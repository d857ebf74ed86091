"""The query graph: retrieve, grade, rewrite a limited number of times, answer, verify; plan once; or decline.

The routers are pure functions from the state to the next node.
"""

from __future__ import annotations

from typing import Literal

from langgraph.graph import END, START, StateGraph

from graph import context
from graph.compiled import REOPEN_HOME
from graph.context import Context
from graph.query import clarifying, description_nodes, library_nodes, nodes, question_nodes, table_nodes
from graph.query.planning import budget
from graph.query.planning import graph as planning
from graph.query.state import QueryInput, QueryOutput, QueryState
from graph.runtime import tracing

tracing.redact_traces()


FirstNode = Literal[
    "retrieve_chunks", "describe_library", "greet", "describe_document", "decline", "search_each_document",
    "generate_answer", "clarify",
]  # fmt: skip
"""The node that a question goes to once it is understood."""


def after_contextualize(state: QueryState) -> FirstNode:
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


def after_generation(state: QueryState) -> Literal["verify_citations", FirstNode]:
    """Verify the answer; where no model has requests left today, start again with the offline engine."""
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
    """Offline, compute on tables before chunks are graded, if a table was found or the question asks to compute."""
    if state.get("ambiguity"):
        return "clarify"
    asked = state.get("understanding")
    computes = asked is not None and asked["kind"] in ("table", "value")
    on_tables = computes or any(chunk["kind"] == "table" for chunk in state["retrieved"])
    return "compute_on_tables" if on_tables and state.get("engine") == "offline" else "grade_chunks"


def after_tables(state: QueryState) -> Literal["verify_citations", "decline", "grade_chunks"]:
    """Verify an answer from tables, decline if they lack the value, or continue with the chunks."""
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
    """Answer from the plan's findings; without new ones, keep the answer from before, or decline."""
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
    the question is about the document itself. Where claims from tables or a place fail, chunks are searched.
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


def build() -> StateGraph[QueryState, Context, QueryInput, QueryOutput]:
    """Return the uncompiled graph from a question to an answer."""
    builder = StateGraph(QueryState, context_schema=Context, input_schema=QueryInput, output_schema=QueryOutput)
    builder.set_node_defaults(retry_policy=REOPEN_HOME)
    builder.add_node("contextualize", question_nodes.contextualize)
    builder.add_node("clarify", clarifying.clarify)
    builder.add_node("retrieve_chunks", nodes.retrieve_chunks)
    builder.add_node("compute_on_tables", table_nodes.compute_on_tables)
    builder.add_node("grade_chunks", nodes.grade_chunks)
    builder.add_node("widen_search", nodes.widen_search)
    builder.add_node("rewrite_question", nodes.rewrite_question)
    builder.add_node("generate_answer", nodes.generate_answer)
    builder.add_node("verify_citations", nodes.verify_citations)
    builder.add_node("repair_claims", nodes.repair_claims)
    builder.add_node("follow_plan", planning.app)
    builder.add_node("write_answer", nodes.write_answer)
    builder.add_node("describe_library", library_nodes.describe_library)
    builder.add_node("greet", description_nodes.greet)
    builder.add_node("describe_document", description_nodes.describe_document)
    builder.add_node("search_each_document", library_nodes.search_each_document)
    builder.add_node("decline", nodes.decline)
    builder.add_edge(START, "contextualize")
    builder.add_conditional_edges("contextualize", after_contextualize)
    builder.add_conditional_edges("clarify", after_contextualize)
    builder.add_conditional_edges("retrieve_chunks", after_retrieval)
    builder.add_conditional_edges("compute_on_tables", after_tables)
    builder.add_conditional_edges("grade_chunks", after_grading)
    builder.add_edge("widen_search", "retrieve_chunks")
    builder.add_conditional_edges("rewrite_question", after_rewriting)
    builder.add_conditional_edges("generate_answer", after_generation)
    builder.add_conditional_edges("verify_citations", after_verification)
    builder.add_edge("repair_claims", "verify_citations")
    builder.add_conditional_edges("follow_plan", after_plan)
    builder.add_edge("write_answer", END)
    builder.add_conditional_edges("describe_document", after_description)
    builder.add_conditional_edges("search_each_document", after_description)
    builder.add_edge("describe_library", END)
    builder.add_edge("greet", END)
    builder.add_edge("decline", END)
    return builder


# The longest path has 43 steps: 12, 3 where the search is widened, 3 for each of at most 5 rewrites, 5 where a plan is
# followed, and 8 where no model has requests left and the question starts again offline.
app = build().compile(name="query").with_config(recursion_limit=45)
