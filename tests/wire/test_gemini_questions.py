"""Questions with a loopback Gemini, through every way to call the graph, and with wrong answers of the model."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from graph import dependencies
from graph.access import Scope
from graph.app import app
from graph.cli import main
from graph.context import Context
from graph.verification.quotes import normalised, page_text
from tests.wire.gemini_server import GeminiServer, Reply
from tests.wire.gemini_wire import Answer
from tests.wire.scripted_replies import (
    FOUNDED,
    LETTER,
    OVER_THE_BREAK,
    QUESTION,
    TABLE_ROW,
    TICKET,
    TRUE,
    Claim,
    Model,
    ask,
    claim,
    kind,
    kinds,
    passages,
)

EVERYTHING = Context(top_k=20, whole_document_tokens=0, check_claims=False)


def ask_asynchronously() -> dict[str, Any]:
    return dict(asyncio.run(app.ainvoke({"question": QUESTION}, context=EVERYTHING)))


def ask_streaming() -> dict[str, Any]:
    *_, last = app.stream({"question": QUESTION}, context=EVERYTHING, stream_mode="values")
    return dict(last)


def ask_streaming_asynchronously() -> dict[str, Any]:
    async def last() -> Any:
        return [part async for part in app.astream({"question": QUESTION}, context=EVERYTHING, stream_mode="values")][
            -1
        ]

    return asyncio.run(last())


@pytest.mark.parametrize("door", [ask, ask_asynchronously, ask_streaming, ask_streaming_asynchronously])
def test_a_question_is_one_embedding_one_grading_and_one_answer(
    library: Model, gemini: GeminiServer, door: Callable[[], dict[str, Any]]
) -> None:
    library.claims = [TRUE]
    output = door()
    assert kinds(gemini) == ["embed", "grade", "answer"]
    assert output["answer"] == "Edith Carrow founded it in 1911. [1]"
    assert (output["refused"], output["reason"], output["engine"]) == (False, None, "llm")
    (citation,) = output["citations"]
    assert (citation["name"], citation["page"], citation["quote"]) == ("sample.pdf", 2, FOUNDED)
    assert [len(box) for box in citation["boxes"]] == [4, 4], "the quote runs over two lines of the page"
    transcript = dependencies.stores(Scope.everything()).catalog.transcripts(citation["document"])[2]
    assert normalised(FOUNDED) in page_text(transcript).text
    assert (output["queries"], output["rewrites"]) == ([QUESTION], 0)
    assert output["usage"]["requests"] == 3
    assert output["usage"]["input_tokens"] > 300


def test_the_command_line_prints_the_same(
    library: Model, gemini: GeminiServer, capsys: pytest.CaptureFixture[str]
) -> None:
    library.claims = [TRUE]
    assert main.main(["ask", QUESTION, "--document", "sample", "--json"]) == 0
    output = json.loads(capsys.readouterr().out)
    expected = ask(top_k=5)
    for field in ("answer", "citations", "retrieved", "queries", "usage"):
        assert output[field] == expected[field]
    assert {passage["grade"] for passage in output["retrieved"]} == {9}
    assert kinds(gemini) == ["embed", "grade", "answer"] * 2


def test_each_kind_of_evidence_is_cited_where_it_stands(library: Model) -> None:
    quotes = {"text": TICKET, "scan": LETTER, "break": OVER_THE_BREAK, "figure": "July 138.7"}
    library.claims = [claim(f"About the {name}.", quote) for name, quote in quotes.items()]
    library.claims = [*library.claims, claim("In 2025 it was 29.8.", TABLE_ROW, on="Spending in thousand euros\n")]
    text, scan, over, figure, row = ask()["citations"]
    assert [text["page"], scan["page"], over["page"], figure["page"], row["page"]] == [6, 5, 2, 4, 6]
    assert over["pages"] == [2, 3]
    assert text["boxes"]
    assert over["boxes"]
    assert row["boxes"]
    assert scan["boxes"], "OCR read the page when it was cited"
    assert figure["boxes"] == [], "a description has no place"
    assert [each["read_from"] for each in (text, scan, over, figure, row)] == [
        "text", "ocr", "text", "description", "text"
    ]  # fmt: skip


def test_only_the_answer_is_streamed_as_a_message(library: Model) -> None:
    library.claims = [TRUE]
    stream: Any = app.stream({"question": QUESTION}, context=EVERYTHING, stream_mode="messages", subgraphs=True)
    said: dict[str, str] = {}
    for _, (message, _) in stream:
        if message.type.startswith(("ai", "AI")):
            said[message.id] = said.get(message.id, "") + message.text
    assert list(said.values()) == ["Edith Carrow founded it in 1911. [1]"], "the pieces of one message add up to it"


LIES: dict[str, Claim] = {
    "a quote that stands nowhere": claim("Ann did, in 1911.", "Ann Carrow founded it in 1911", on=FOUNDED),
    "a quote with one digit changed": claim("In 1911.", FOUNDED.replace("1911", "1921"), on=FOUNDED),
    "a quote of another page": claim("A day ticket is 14 euros.", TICKET, on=FOUNDED),
    "two pieces joined": claim("In a house.", "Edith Carrow founded the old fog signal house", on=FOUNDED),
    "a number without evidence": claim("She founded it in 1912.", FOUNDED),
    "one number of two without evidence": claim("Founded in 1911, with 73 hectares.", FOUNDED),
    "a number that the table row lacks": claim("In 2025 it was 31.9.", TABLE_ROW, on="Table 2"),
    "an unknown passage": claim("In 1911.", FOUNDED, passage="P99"),
    "no passage": claim("In 1911.", FOUNDED, passage="the station and its people"),
    "no quote": {**claim("In 1911.", "", on=FOUNDED)},
    "a quote of nothing but marks": claim("In 1911.", " … | “ ”", on=FOUNDED),
    "a quote of one letter": claim("Someone.", "E", on=FOUNDED),
    "nothing but a quote": claim("  ", FOUNDED),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
def test_a_false_claim_is_left_out_and_alone_it_is_declined(library: Model, lie: Claim) -> None:
    library.claims = [lie, TRUE]
    output = ask()
    assert output["answer"] == "Edith Carrow founded it in 1911. [1]"
    assert [citation["quote"] for citation in output["citations"]] == [FOUNDED]
    library.claims = [lie]
    declined = ask()
    assert (declined["refused"], declined["reason"], declined["citations"]) == (True, "fact_absent", [])
    assert lie["text"].strip() == "" or lie["text"] not in declined["answer"]


@pytest.mark.parametrize(
    ("reply", "requests"),
    [
        ('{"answerable": false, "claims": []}', 1),
        ('{"answerable": false, "claims": [{"text": "1911.", "passage": "P1", "quote": "1911"}]}', 1),
    ],
)
def test_an_answer_that_claims_nothing_is_declined(
    library: Model, gemini: GeminiServer, reply: Answer, requests: int
) -> None:
    library.instead = {"answer": reply}
    output = ask()
    assert (output["refused"], output["reason"], output["citations"]) == (True, "fact_absent", [])
    assert kinds(gemini).count("answer") == requests
    assert output["usage"]["requests"] == 2 + requests


@pytest.mark.parametrize(
    ("reply", "requests", "why"),
    [
        ('{"answerable": true, "claims": [{"text": "Edith Carrow."}, {"passage": "P1"}, 7]}', 2, "not in the form"),
        ('{"answerable": true, "claims": "Edith Carrow, in 1911."}', 2, "not in the form"),
        ('{"claims": [', 2, "cut off"),
        ("{}", 2, "not in the form"),
        ("Edith Carrow, in 1911.", 2, "not in the form"),
        ("", 2, "empty"),
        (Reply("", candidates=False), 2, "empty"),
        (Reply('{"claims": [{"passage": "P1", "quote": "Ed', "MAX_TOKENS"), 2, "cut off"),
        (Reply("", "RECITATION"), 2, "would not repeat"),
        (Reply("", "SAFETY"), 1, "safety filter"),
        (Reply("", block_reason="SAFETY"), 1, "safety filter"),
    ],
)
def test_a_reply_that_cannot_be_used_is_the_model_s_fault(
    library: Model, gemini: GeminiServer, capsys: pytest.CaptureFixture[str], reply: Answer, requests: int, why: str
) -> None:
    library.instead = {"answer": reply}
    output = ask()
    assert (output["refused"], output["reason"], output["citations"]) == (True, "model_failed", [])
    assert (output["verdict"], output["verdicts"]) == ("refused", [])
    assert why in output["answer"]
    assert "says nothing about the documents" in output["answer"]
    assert kinds(gemini).count("answer") == requests
    assert output["usage"]["requests"] == 2 + requests
    assert main.main(["ask", QUESTION, "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["reason"] == "model_failed"


def test_a_second_reply_that_can_be_used_is_an_answer(library: Model, gemini: GeminiServer) -> None:
    library.claims = [TRUE]
    replies = iter(["Edith Carrow, in 1911."])
    gemini.reply = lambda request: (
        next(replies, None) or library(request) if kind(request) == "answer" else library(request)
    )
    assert ask()["verdict"] == "proven"


@pytest.mark.parametrize(
    "grading", ['{"grades": []}', '{"grades": null}', "I like P1 best.", Reply('{"grades": [{"id', "MAX_TOKENS")]
)
def test_without_grades_all_chunks_are_offered_and_claims_are_verified(
    library: Model, gemini: GeminiServer, grading: Answer
) -> None:
    library.instead = {"grade": grading}
    library.claims = [LIES["a number without evidence"], TRUE]
    output = ask()
    assert output["answer"] == "Edith Carrow founded it in 1911. [1]"
    assert len(passages(gemini.chats[-1])) == len(output["retrieved"])
    assert kinds(gemini) == ["embed", "grade", "answer", "repair"]
    (note,) = [note for note in output["notes"] if note["kind"] == "grading_failed"]
    assert note["text"].startswith("The chunks could not be graded")


def test_only_relevant_chunks_are_offered_and_only_those_can_be_cited(library: Model, gemini: GeminiServer) -> None:
    library.relevant = lambda text: FOUNDED in text
    library.claims = [claim("A day ticket is 14 euros.", TICKET, passage="P2"), TRUE]
    output = ask()
    assert list(passages(gemini.chats[-2])) == list(passages(gemini.chats[-1])) == ["P1"]
    assert [passage["relevant"] for passage in output["retrieved"]].count(True) == 1
    assert output["answer"] == "Edith Carrow founded it in 1911. [1]"
