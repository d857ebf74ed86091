"""The `step` events of a question: what the reading room shows while an answer is being prepared."""

from __future__ import annotations

from typing import Any

import pytest

from graph import app as root
from graph.query.graph import app

pytestmark = pytest.mark.usefixtures("library")

LAST_NODES = {"write_answer", "describe_library", "greet", "decline"}  # they end the run, which shows the answer itself


def steps(question: str, graph: Any = app, **how: Any) -> list[tuple[str, str]]:
    """Return node and label of each step event, in order."""
    parts = graph.stream({"question": question}, stream_mode=["custom"], version="v2", **how)
    events = (part["data"] for part in parts)
    return [(event["node"], event["label"]) for event in events if event["event"] == "step"]


def test_each_node_says_what_it_does_when_it_begins() -> None:
    assert steps("Who founded the observatory?") == [
        ("contextualize", "Understanding the question"),
        ("retrieve_chunks", "Searching the pages"),
        ("grade_chunks", "Judging what was found"),
        ("generate_answer", "Writing an answer"),
        ("verify_citations", "Checking every quote on its page"),
    ]


def test_the_root_tells_the_steps_of_its_inner_graph_once_whether_subgraphs_are_asked_for_or_not() -> None:
    question = "Who founded the observatory?"
    assert steps(question) == steps(question, root.app) == steps(question, root.app, subgraphs=True)


def test_every_node_but_the_last_ones_has_a_label() -> None:
    nodes = {name: node.bound for name, node in app.nodes.items() if not name.startswith("__")}
    functions = {name: getattr(node, "_function", None) or getattr(node, "func", None) for name, node in nodes.items()}
    without = {name for name, function in functions.items() if not hasattr(function, "__wrapped__")}
    # The nodes of a plan, a subgraph, tell of themselves: `tests/wire/test_plans.py`.
    assert without == LAST_NODES | {"follow_plan"}
