"""The query graph: find, judge, ask anew a counted number of times, answer, prove; or decline."""

from __future__ import annotations

from langgraph.graph import END, START, StateGraph

from graph.context import Context
from graph.query import edges, nodes
from graph.query.nodes import decline, describe_library, generate_answer, repair_claims, verify_citations, write_answer
from graph.query.state import QueryInput, QueryOutput, QueryState
from graph.runtime import tracing

tracing.redact_traces()


def build() -> StateGraph[QueryState, Context, QueryInput, QueryOutput]:
    """The graph from a question to an answer; not yet compiled."""
    builder = StateGraph(QueryState, context_schema=Context, input_schema=QueryInput, output_schema=QueryOutput)
    builder.add_node("contextualize", nodes.contextualize)
    builder.add_node("retrieve_chunks", nodes.retrieve_chunks)
    builder.add_node("grade_chunks", nodes.grade_chunks)
    builder.add_node("widen_search", nodes.widen_search)
    builder.add_node("rewrite_question", nodes.rewrite_question)
    builder.add_node("generate_answer", generate_answer)
    builder.add_node("verify_citations", verify_citations)
    builder.add_node("repair_claims", repair_claims)
    builder.add_node("write_answer", write_answer)
    builder.add_node("describe_library", describe_library)
    builder.add_node("decline", decline)
    builder.add_edge(START, "contextualize")
    builder.add_conditional_edges("contextualize", edges.after_contextualize)
    builder.add_edge("retrieve_chunks", "grade_chunks")
    builder.add_conditional_edges("grade_chunks", edges.after_grading)
    builder.add_edge("widen_search", "retrieve_chunks")
    builder.add_conditional_edges("rewrite_question", edges.after_rewriting)
    builder.add_edge("generate_answer", "verify_citations")
    builder.add_conditional_edges("verify_citations", edges.after_verification)
    builder.add_edge("repair_claims", "verify_citations")
    builder.add_edge("write_answer", END)
    builder.add_edge("describe_library", END)
    builder.add_edge("decline", END)
    return builder


# The longest way through is 8 steps, 3 where the search is widened, and 3 for each of at most 5 rewrites; more would be
# a loop.
app = build().compile(name="query").with_config(recursion_limit=30)
