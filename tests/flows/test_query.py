"""The query graph with the offline engine and the sample: answers with citations, and refusals."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import pytest
from langchain_core.messages import AIMessage, HumanMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, StateGraph

from graph import dependencies
from graph.access import Scope
from graph.context import Context
from graph.errors import BadInputError, IndexMismatchError, UnknownDocumentError
from graph.ingestion.graph import app as ingestion
from graph.maintenance.rebuild import reembed
from graph.query.graph import app as query
from graph.query.graph import build
from graph.query.state import QueryInput
from graph.storage.cleanup import remove
from graph.verification import quotes
from tests.conftest import SAMPLE, MakePdf

QUESTIONS = {
    row["id"]: row for row in map(json.loads, SAMPLE.with_name("questions.jsonl").read_text("utf-8").splitlines())
}
# Kinds that the offline engine answers: prose, a row of a table, a scanned page, a sentence over a page break.
ANSWERED = ("s01", "s02", "s03", "s04", "s05", "s08", "s12", "s13")
GULLS = (
    "Three pairs of great black-backed gulls nested on the Whimbrel's mooring in 2031. They were counted twice, at "
    "dawn and at dusk, by the same two people. The keeper fed none of them, whatever the children may say."
)


def ask(question: str, **values: Any) -> dict[str, Any]:
    given: Any = {"question": question, **values.pop("state", {})}
    return cast(dict[str, Any], query.invoke(given, context=Context(**values)))


@pytest.mark.parametrize("number", ANSWERED)
@pytest.mark.usefixtures("library")
def test_a_question_is_answered_from_the_page_that_holds_it(number: str) -> None:
    wanted = QUESTIONS[number]
    result = ask(wanted["question"])
    assert (result["refused"], result["reason"]) == (False, None)
    said = [answer in result["answer"] for answer in wanted["answers"]]
    assert all(said) if wanted["match"] == "all" else any(said), result["answer"]
    cited = {page for one in result["citations"] for page in one.get("pages", [one["page"]])}
    assert cited & set(wanted["pages"])


@pytest.mark.usefixtures("library")
def test_every_citation_stands_on_its_page_and_has_its_marker_in_the_answer() -> None:
    catalog = dependencies.stores(Scope.everything()).catalog
    for number in ANSWERED:
        result = ask(QUESTIONS[number]["question"])
        markers = [citation["marker"] for citation in result["citations"]]
        assert markers == list(range(1, len(markers) + 1))
        for citation in result["citations"]:
            assert f"[{citation['marker']}]" in result["answer"]
            transcripts = catalog.transcripts(citation["document"])
            pages = citation.get("pages", [citation["page"]])
            place = quotes.locate(citation["quote"], {page: transcripts[page] for page in pages})
            assert place is not None
            assert list(place.pages) == pages
            assert citation["boxes"], citation
            assert all(x0 < x1 and y0 < y1 for x0, y0, x1, y1 in citation["boxes"])


@pytest.mark.usefixtures("library")
def test_a_sentence_over_a_page_break_cites_both_pages() -> None:
    result = ask(QUESTIONS["s13"]["question"])
    (crossing,) = [citation for citation in result["citations"] if "pages" in citation]
    assert (crossing["page"], crossing["pages"]) == (2, [2, 3])


@pytest.mark.usefixtures("library")
def test_what_was_found_is_in_rank_order_with_what_was_dropped() -> None:
    result = ask(QUESTIONS["s04"]["question"], top_k=4)
    scores = [passage["score"] for passage in result["retrieved"]]
    assert len(scores) == 4
    assert scores == sorted(scores, reverse=True)
    assert result["retrieved"][0]["page"] == 4
    assert {passage["relevant"] for passage in result["retrieved"]} == {True, False}
    assert all(passage["reason"] for passage in result["retrieved"])
    cited = {citation["chunk"] for citation in result["citations"]}
    assert cited <= {passage["chunk"] for passage in result["retrieved"] if passage["relevant"]}


@pytest.mark.parametrize(
    "question", [QUESTIONS["s16"]["question"], "How do I bake sourdough bread?", "What is the boiling point of xenon?"]
)
@pytest.mark.usefixtures("library")
def test_what_the_documents_do_not_hold_is_declined(question: str) -> None:
    result = ask(question)
    assert (result["refused"], result["reason"], result["citations"]) == (True, "nothing_relevant", [])
    assert "sample.pdf, page" in result["answer"]
    assert "[1]" not in result["answer"]


@pytest.mark.usefixtures("library")
def test_min_grade_decides_what_is_relevant() -> None:
    grades = [passage["grade"] for passage in ask(QUESTIONS["s04"]["question"])["retrieved"]]
    strict = ask(QUESTIONS["s04"]["question"], min_grade=max(grades))
    assert [passage["relevant"] for passage in strict["retrieved"]] == [grade == max(grades) for grade in grades]
    lax = ask(QUESTIONS["s16"]["question"], min_grade=0)
    assert all(passage["relevant"] for passage in lax["retrieved"])


def test_nothing_ingested_yet() -> None:
    result = ask("Why?")
    assert (result["refused"], result["reason"], result["retrieved"]) == (True, "nothing_ingested", [])
    assert "add one first (in a terminal, `pagewitness ingest FILE`)" in result["answer"]  # a browser has a button


@pytest.mark.parametrize("question", ["", "  \n"])
@pytest.mark.usefixtures("library")
def test_an_empty_question(question: str) -> None:
    with pytest.raises(BadInputError, match="question is empty"):
        ask(question)


@pytest.mark.usefixtures("library")
def test_an_unknown_document() -> None:
    with pytest.raises(UnknownDocumentError, match=r"'nope'.*sample\.pdf"):
        ask("Why?", state={"documents": ["sample.pdf", "nope"]})


def test_only_the_documents_named_are_looked_in(make_pdf: MakePdf) -> None:
    question = "How many gulls nested on the mooring of the Whimbrel?"
    paths = [
        make_pdf("gulls.pdf", GULLS),
        make_pdf("other.pdf", GULLS.replace("Three", "Nine").replace("2031", "2032")),
    ]
    report = ingestion.invoke({"sources": [str(path) for path in paths]})["report"]
    ids = {document["name"]: document["id"] for document in report["documents"]}
    for name, number in (("gulls.pdf", "Three"), ("OTHER", "Nine"), (ids["gulls.pdf"], "Three")):
        result = ask(question, state={"documents": [name]})
        assert number in result["answer"]
        assert len({passage["document"] for passage in result["retrieved"]}) == 1
    assert len({passage["document"] for passage in ask(question)["retrieved"]}) == 2


def test_two_documents_with_the_same_name_are_selected_by_id(make_pdf: MakePdf) -> None:
    paths = [make_pdf("a/gulls.pdf", GULLS), make_pdf("b/gulls.pdf", GULLS.replace("Three", "Nine"))]
    report = ingestion.invoke({"sources": [str(path) for path in paths]})["report"]
    with pytest.raises(UnknownDocumentError, match="Several documents") as told:
        ask("How many gulls?", state={"documents": ["gulls.pdf"]})
    assert all(document["id"] in str(told.value) for document in report["documents"])


def test_a_document_that_is_gone_is_not_found_any_more(make_pdf: MakePdf) -> None:
    report = ingestion.invoke({"sources": [str(make_pdf("gulls.pdf", GULLS))]})["report"]
    assert ask("How many gulls nested?")["refused"] is False
    remove(dependencies.stores(Scope.everything()), report["documents"][0]["id"])
    assert ask("How many gulls nested?")["reason"] == "nothing_ingested"


@pytest.mark.usefixtures("library")
def test_two_questions_asked_at_once_are_both_answered() -> None:
    result = ask(f"{QUESTIONS['s05']['question']} {QUESTIONS['s04']['question']}")
    assert "14 euros" in result["answer"]
    assert "47.3" in result["answer"]
    assert {citation["page"] for citation in result["citations"]} >= {4, 6}


@pytest.mark.usefixtures("library")
def test_a_follow_up_in_messages_is_understood() -> None:
    history = [
        HumanMessage("How much was spent on instruments in 2025?"),
        AIMessage("Instruments: 2025 29.8 [1]"),
        HumanMessage("And for it in 2024?"),
    ]
    result = query.invoke({"messages": history})
    assert "instruments" in result["queries"][0]
    assert any("Instruments" in citation["quote"] for citation in result["citations"])
    assert [message.type for message in result["messages"]] == ["human", "ai", "human", "ai"]
    assert result["messages"][-1].text == result["answer"]
    assert result["messages"][-1].additional_kwargs["citations"] == result["citations"]


@pytest.mark.usefixtures("library")
def test_a_follow_up_in_a_thread_is_understood() -> None:
    graph = build().compile(checkpointer=InMemorySaver())
    config: Any = {"configurable": {"thread_id": "t"}}
    graph.invoke({"question": "How much was spent on instruments in 2025?"}, config)
    second = graph.invoke({"question": "And for it in 2024?"}, config)
    assert "instruments" in second["queries"][0]
    assert len(second["messages"]) == 4
    third = graph.invoke({"question": "What does a day ticket to the island cost?"}, config)
    assert third["queries"] == ["What does a day ticket to the island cost?"]
    assert "14 euros" in third["answer"]


class OldState(QueryInput, total=False):
    """The private values of a version whose names have changed since."""

    scope: list[str]
    focus: list[str]
    standalone: str
    views: list[Any]
    reply: str
    said: str
    asks_again: bool


@pytest.mark.usefixtures("library")
def test_a_thread_with_the_state_names_of_an_older_version_still_works() -> None:
    saver, config = InMemorySaver(), cast(Any, {"configurable": {"thread_id": "t"}})
    old: dict[str, Any] = {
        "question": "How much was spent on instruments in 2025?", "scope": ["d"], "focus": [], "views": [],
        "standalone": "How much was spent on instruments in 2025?", "reply": "r", "said": "29.8", "asks_again": False,
        "messages": [HumanMessage("How much was spent on instruments in 2025?"), AIMessage("Instruments: 29.8 [1]")],
    }  # fmt: skip
    before = StateGraph(OldState).add_node("write_answer", lambda state: {}).add_edge(START, "write_answer")
    before.compile(checkpointer=saver).invoke(cast(Any, old), config)
    graph = build().compile(checkpointer=saver)
    assert [message.type for message in graph.get_state(config).values["messages"]] == ["human", "ai"]
    result = graph.invoke({"question": "And for it in 2024?"}, config)
    assert "instruments" in result["queries"][0]
    assert len(result["messages"]) == 4


@pytest.mark.usefixtures("library")
def test_vectors_of_another_model_are_refused_with_the_command_to_run(
    make_pdf: MakePdf, home: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGEWITNESS_HOME", str(home))
    ingestion.invoke({"sources": [str(make_pdf("gulls.pdf", GULLS))]})
    embedder = dependencies.for_context(Context()).embedder
    monkeypatch.setattr(type(embedder), "identity", "another-model/384")
    with pytest.raises(IndexMismatchError, match="pagewitness reembed"):
        ask("How many gulls nested?")


@pytest.mark.heavy
def test_a_question_on_a_small_library_loads_no_chroma(library: Path, home: Path) -> None:
    shutil.copytree(library, home)
    asks = (
        "import sys; from graph.cli.main import main; "
        "status = main(['ask', 'What does a day ticket to the island cost?', '--engine', 'offline']); "
        "sys.exit(status or 10 * ('chromadb' in sys.modules))"
    )
    environment = os.environ | {"PAGEWITNESS_HOME": str(home)}
    done = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


async def test_an_index_is_looked_at_again_after_another_model_had_it(
    make_pdf: MakePdf, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingestion.invoke({"sources": [str(make_pdf("gulls.pdf", GULLS))]})
    first = dependencies.for_context(Context())
    assert not ask("How many pairs of gulls nested?")["refused"]
    monkeypatch.setattr(type(first.embedder), "identity", "another-model/384")
    await reembed(dependencies.for_context(Context()), lambda event: None)
    monkeypatch.undo()
    with pytest.raises(IndexMismatchError, match="another-model/384"):
        first.stores.check("all-MiniLM-L6-v2-w8a8/384")


@pytest.mark.usefixtures("library")
async def test_thirty_questions_at_once() -> None:
    wanted = [QUESTIONS[number] for number in ("s03", "s04", "s05")] * 10
    results = await asyncio.gather(*(query.ainvoke({"question": row["question"]}) for row in wanted))
    for row, result in zip(wanted, results, strict=True):
        assert any(answer in result["answer"] for answer in row["answers"])


@pytest.mark.parametrize(
    ("question", "last"),
    [
        (QUESTIONS["s05"]["question"], ["grade_chunks", "generate_answer", "verify_citations", "write_answer"]),
        (QUESTIONS["s16"]["question"], ["grade_chunks", "decline"]),
        ("Which seabird fledged the most chicks per nest?", ["compute_on_tables", "verify_citations", "write_answer"]),
    ],
)
@pytest.mark.usefixtures("library")
def test_nodes_run_in_the_order_of_the_graph(question: str, last: list[str]) -> None:
    parts = query.stream({"question": question}, stream_mode="updates")
    assert [next(iter(part)) for part in parts] == ["contextualize", "retrieve_chunks", *last]
