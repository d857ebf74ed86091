"""LangGraph Studio: the configuration form, forks of a run, threads of older versions."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from graph.context import Context
from tests.dev_server import Server

pytestmark = [pytest.mark.server, pytest.mark.usefixtures("ingested")]

QUESTION = "What does a day ticket to the island cost?"
BOUNDED = {
    "embedding_dimensions", "dpi", "pages_per_request", "top_k", "min_grade", "max_rewrites", "max_images",
    "whole_document_tokens", "confirm_requests", "max_plan_steps", "max_plan_requests",
}  # fmt: skip


def is_bounded(field: Any) -> bool:
    """Whether a field has bounds; those of one that may be empty stand beside the null."""
    return any("minimum" in one and "maximum" in one for one in (field, *field.get("anyOf", ())))


@pytest.mark.parametrize("graph", ["pagewitness", "query", "ingestion"])
def test_the_schema_has_bounds_choices_examples_and_prompts(server: Server, graph: str) -> None:
    (assistant,) = server.post("/assistants/search", {"graph_id": graph})
    where = f"/assistants/{assistant['assistant_id']}"
    schemas, drawn = server.get(f"{where}/schemas"), server.get(f"{where}/graph?xray=true")
    fields = schemas["context_schema"]["properties"]
    assert set(fields) == set(Context.model_fields)
    assert {name for name, field in fields.items() if is_bounded(field)} == BOUNDED
    assert all("enum" in fields[name] for name in ("engine", "reader", "look_again"))
    prompts = {name for name, field in fields.items() if field.get("langgraph_type") == "prompt"}
    assert prompts == {name for name in fields if name.endswith("_prompt")}
    nodes = {str(node["id"]).rpartition(":")[2] for node in drawn["nodes"]}
    named = {node for name in prompts for node in fields[name]["langgraph_nodes"]}
    assert named & nodes, "the prompts belong to nodes that are drawn"
    assert graph != "pagewitness" or named <= nodes
    given = schemas["input_schema"]["properties"]
    assert [name for name in given if name != "messages" and not given[name].get("examples")] == []


def test_a_run_can_be_forked_at_each_step(server: Server) -> None:
    """As Studio forks: the state at a checkpoint is edited, and a run goes on from there."""
    thread = server.post("/threads", {})["thread_id"]
    run = {"assistant_id": "query", "input": {"question": QUESTION}}
    first = server.post(f"/threads/{thread}/runs/wait", run)
    steps = server.get(f"/threads/{thread}/history?limit=20")
    following = {state["next"][0]: state for state in steps if state["next"]}
    assert set(following) >= {"retrieve_chunks", "grade_chunks", "generate_answer", "verify_citations"}
    assert following["retrieve_chunks"]["values"]["standalone_question"] == QUESTION
    graded = following["generate_answer"]["values"]["retrieved"][0]
    assert graded["grade"] >= 5
    assert graded["reason"]
    assert following["write_answer"]["values"]["verdicts"][0]["failure"] == ""
    for node, state in following.items():
        if node != "__start__":
            body = {"assistant_id": "query", "input": None, "checkpoint": state["checkpoint"]}
            again = server.post(f"/threads/{thread}/runs/wait", body)
            assert again["answer"] == first["answer"], node
    edited = server.post(
        f"/threads/{thread}/state",
        {"values": {"queries": ["Who founded the observatory?"], "standalone_question": "Who founded the observatory?"},
         "checkpoint": following["retrieve_chunks"]["checkpoint"], "as_node": "contextualize"},
    )  # fmt: skip
    body = {"assistant_id": "query", "input": None, "checkpoint": edited["checkpoint"]}
    assert "Edith Carrow" in server.post(f"/threads/{thread}/runs/wait", body)["answer"]


def test_a_thread_of_an_older_version_still_works(server: Server) -> None:
    """Values that are gone, of another kind or not there: an answer or one sentence, and the server goes on."""
    thread = server.post("/threads", {"metadata": {"graph_id": "pagewitness"}})["thread_id"]
    where = f"{server.url}/threads/{thread}"
    old = {"answer": "It was so.", "citations": None, "report": None, "reason": None}
    written = httpx.post(f"{where}/state", json={"values": old, "as_node": "query"}, timeout=300)
    assert written.status_code == 200, written.text
    gone = httpx.post(f"{where}/state", json={"values": {"a_channel_of_old": 1}, "as_node": "query"}, timeout=300)
    assert gone.status_code < 500
    said = {"messages": [{"role": "user", "content": QUESTION}]}
    told = server.post(f"/threads/{thread}/runs/wait", {"assistant_id": "pagewitness", "input": said})
    assert "14 euros" in told["answer"]
    half = server.post("/threads", {"metadata": {"graph_id": "query"}})["thread_id"]
    values = {"question": QUESTION, "standalone_question": QUESTION, "queries": [QUESTION]}
    written = httpx.post(
        f"{server.url}/threads/{half}/state", json={"values": values, "as_node": "contextualize"}, timeout=300
    )
    assert written.status_code == 200, written.text
    stuck = server.post(f"/threads/{half}/runs/wait", {"assistant_id": "query", "input": None})
    assert "older version" in stuck["__error__"]["message"]
    assert "14 euros" in server.post("/runs/wait", {"assistant_id": "query", "input": {"question": QUESTION}})["answer"]
