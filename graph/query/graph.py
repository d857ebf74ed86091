"""The query graph: retrieve, grade, rewrite a limited number of times, answer, verify; plan once; or decline."""

from __future__ import annotations

from langgraph.graph import END, START, StateGraph

from graph.context import Context
from graph.query import clarifying, description_nodes, edges, library_nodes, nodes, table_nodes
from graph.query.planning import graph as planning
from graph.query.state import QueryInput, QueryOutput, QueryState
from graph.runtime import tracing

tracing.redact_traces()


def build() -> StateGraph[QueryState, Context, QueryInput, QueryOutput]:
    """Return the uncompiled graph from a question to an answer."""
    builder = StateGraph(QueryState, context_schema=Context, input_schema=QueryInput, output_schema=QueryOutput)
    builder.add_node("contextualize", nodes.contextualize)
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
    builder.add_node("describe_library", nodes.describe_library)
    builder.add_node("greet", description_nodes.greet)
    builder.add_node("describe_document", description_nodes.describe_document)
    builder.add_node("search_each_document", library_nodes.search_each_document)
    builder.add_node("decline", nodes.decline)
    builder.add_edge(START, "contextualize")
    builder.add_conditional_edges("contextualize", edges.after_contextualize)
    builder.add_conditional_edges("clarify", edges.after_contextualize)
    builder.add_conditional_edges("retrieve_chunks", edges.after_retrieval)
    builder.add_conditional_edges("compute_on_tables", edges.after_tables)
    builder.add_conditional_edges("grade_chunks", edges.after_grading)
    builder.add_edge("widen_search", "retrieve_chunks")
    builder.add_conditional_edges("rewrite_question", edges.after_rewriting)
    builder.add_conditional_edges("generate_answer", edges.after_generation)
    builder.add_conditional_edges("verify_citations", edges.after_verification)
    builder.add_edge("repair_claims", "verify_citations")
    builder.add_conditional_edges("follow_plan", edges.after_plan)
    builder.add_edge("write_answer", END)
    builder.add_conditional_edges("describe_document", edges.after_description)
    builder.add_conditional_edges("search_each_document", edges.after_description)
    builder.add_edge("describe_library", END)
    builder.add_edge("greet", END)
    builder.add_edge("decline", END)
    return builder


# The longest path has 43 steps: 12, 3 where the search is widened, 3 for each of at most 5 rewrites, 5 where a plan is
# followed, and 8 where no model has requests left and the question starts again offline.
app = build().compile(name="query").with_config(recursion_limit=45)
