"""The routers of the graphs: pure functions whose targets all exist."""

from __future__ import annotations

from typing import Any, get_args, get_type_hints

import pytest
from langgraph.graph import END
from langgraph.types import Send

from graph import app as root
from graph import context
from graph.context import Context
from graph.errors import BadInputError
from graph.query import graph
from graph.query.understanding import understand


def chunks(*relevant: bool) -> list[Any]:
    return [{"chunk": str(number), "relevant": value} for number, value in enumerate(relevant)]


@pytest.mark.parametrize(("reason", "way"), [(None, "retrieve_chunks"), ("nothing_ingested", "decline")])
def test_after_contextualize(reason: Any, way: str) -> None:
    assert graph.after_contextualize({"reason": reason}) == way


def test_documents_given_whole_need_no_retrieval_and_a_spent_day_starts_again_offline() -> None:
    state: Any = {"reason": None, "engine": "llm", "whole_documents": ["a"]}
    assert graph.after_contextualize(state) == "generate_answer"
    assert graph.after_generation(state) == "verify_citations"
    offline: Any = {"reason": None, "engine": "offline", "whole_documents": [], "shortcut": "offline"}
    assert graph.after_generation(offline) == "retrieve_chunks"
    offline["understanding"] = understand("How many pages does it have?")
    assert graph.after_generation(offline) == "describe_document"


def test_a_question_about_the_library_needs_no_retrieval() -> None:
    asked = understand("What documents do you have?")
    assert graph.after_contextualize({"reason": None, "understanding": asked}) == "describe_library"
    assert graph.after_contextualize({"reason": "nothing_ingested", "understanding": asked}) == "decline"


@pytest.mark.parametrize(
    ("kind", "question", "engine", "way"),
    [
        ("text", "Who keeps the lamp?", "offline", "grade_chunks"),
        ("table", "Who keeps the lamp?", "offline", "compute_on_tables"),
        ("text", "Which lamp has the highest power?", "offline", "compute_on_tables"),
        ("table", "Which lamp has the highest power?", "llm", "grade_chunks"),
    ],
)
def test_tables_are_looked_into_where_one_was_found_or_is_needed(
    kind: str, question: str, engine: str, way: str
) -> None:
    state: Any = {"retrieved": [{"kind": kind}], "engine": engine, "understanding": understand(question)}
    assert graph.after_retrieval(state) == way


def test_the_search_is_widened_before_the_question_is_rewritten() -> None:
    state: Any = {"retrieved": chunks(False), "rewrites": 0, "mentioned_documents": ["d"]}
    assert graph.after_grading(state) == "widen_search"
    state["retrieved"] = chunks(True)
    assert graph.after_grading(state) == "generate_answer"


@pytest.mark.parametrize(
    ("failures", "repairs", "way"),
    [
        (["", ""], 0, "write_answer"),
        (["", "no"], 0, "repair_claims"),
        (["", "no"], 1, "write_answer"),
        (["no"], 0, "repair_claims"),
        (["no"], 1, "decline"),
        ([], 0, "decline"),
    ],
)
def test_failed_claims_are_repaired_once(failures: list[str], repairs: int, way: str) -> None:
    verdicts: Any = [{"failure": failure, "citation": None if failure else {"marker": 1}} for failure in failures]
    assert graph.after_verification({"verdicts": verdicts, "repairs": repairs}) == way


@pytest.mark.parametrize(("failures", "way"), [(["no"], "decline"), (["", "no"], "write_answer")])
def test_an_engine_that_cannot_rewrite_is_not_asked_to(failures: list[str], way: str) -> None:
    verdicts: Any = [{"failure": failure, "citation": None if failure else {"marker": 1}} for failure in failures]
    assert graph.after_verification({"verdicts": verdicts, "can_rewrite": False}) == way
    assert graph.after_grading({"retrieved": chunks(False), "rewrites": 0, "can_rewrite": False}) == "decline"


@pytest.mark.parametrize(
    ("relevant", "rewrites", "allowed", "way"),
    [
        ([True], 0, 2, "generate_answer"),
        ([False, True], 2, 2, "generate_answer"),
        ([False], 0, 2, "rewrite_question"),
        ([], 1, 2, "rewrite_question"),
        ([False], 2, 2, "decline"),
        ([], 0, 0, "decline"),
    ],
)
def test_after_grading(
    relevant: list[bool], rewrites: int, allowed: int, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context, "current", lambda: Context(max_rewrites=allowed))
    assert graph.after_grading({"retrieved": chunks(*relevant), "rewrites": rewrites}) == way


@pytest.mark.parametrize(
    ("queries", "rewrites", "way"),
    [(["a", "b"], 1, "retrieve_chunks"), (["a"], 1, "decline"), (["a", "b"], 2, "decline")],
)
def test_after_rewriting_only_a_new_query_is_searched(queries: list[str], rewrites: int, way: str) -> None:
    assert graph.after_rewriting({"queries": queries, "rewrites": rewrites}) == way


@pytest.mark.parametrize(("proven", "way"), [([], "decline"), ([False], "decline"), ([False, True], "write_answer")])
def test_after_verification(proven: list[bool], way: str) -> None:
    claim = {"text": "t", "chunk": "c", "quote": "q"}
    verdicts: Any = [{"claim": claim, "failure": "", "citation": {"marker": 1} if one else None} for one in proven]
    assert graph.after_verification({"verdicts": verdicts}) == way
    whole: Any = {"verdicts": verdicts, "whole_documents": ["a"]}
    assert graph.after_verification(whole) == way
    named = "widen_search" if way == "decline" else way
    whole["mentioned_documents"] = ["a"]
    assert graph.after_verification(whole) == named
    whole["understanding"] = understand("Summarise a.pdf")
    assert graph.after_verification(whole) == way


@pytest.mark.parametrize("node", sorted(graph.build().branches))
def test_every_target_of_a_router_is_a_node_and_is_drawn(node: str) -> None:
    (router,) = graph.build().branches[node]
    ways = set(get_args(get_type_hints(getattr(graph, router))["return"]))
    assert {edge.target for edge in graph.app.get_graph().edges if edge.source == node} == ways


@pytest.mark.parametrize(
    ("state", "node"),
    [
        ({"sources": ["a.pdf"], "question": "", "documents": []}, "ingestion"),
        ({"sources": ["a.pdf"], "question": "Why?", "documents": []}, "ingestion"),
        ({"sources": [], "question": "Why?", "documents": ["a"]}, "query"),
    ],
)
def test_the_root_graph_ingests_first(state: Any, node: str) -> None:
    send = root.after_routing({"request": state})
    assert isinstance(send, Send)
    assert send.node == node
    if node == "ingestion":
        assert send.arg == {"sources": ["a.pdf"]}


def test_the_root_graph_answers_after_ingesting_if_there_is_a_question() -> None:
    request: Any = {"sources": ["a.pdf"], "question": "Why?", "documents": ["a"]}
    send = root.after_ingestion({"request": request})
    assert isinstance(send, Send)
    assert (send.node, send.arg["question"], send.arg["documents"]) == ("query", "Why?", ["a"])
    request["question"] = ""
    assert root.after_ingestion({"request": request}) == END


@pytest.mark.parametrize("state", [{}, {"sources": []}, {"documents": ["a"]}, {"messages": []}])
def test_the_root_graph_refuses_an_empty_input(state: Any) -> None:
    with pytest.raises(BadInputError, match="nothing to do"):
        root.route_request(state)
