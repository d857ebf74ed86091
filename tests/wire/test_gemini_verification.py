"""Claims that fail verification: requested once more, then left out; and how verified claims are streamed."""

import json
import time
from itertools import pairwise
from typing import Any

import pytest

from graph.app import app
from graph.context import Context
from tests.wire.gemini_server import Fault, GeminiServer, Reply
from tests.wire.gemini_wire import Answer
from tests.wire.scripted_replies import FOUNDED, QUESTION, TICKET, TRUE, Model, ask, claim, kind, kinds, passages

ANN = claim("Ann Carrow founded it in 1911.", FOUNDED)
UNHELD = "the quote does not hold {}: quote the words with it, or leave it out"
UNNAMED = "the passage does not name {}: leave it out, or cite the passage that does"
LATE = claim("It was founded in 1912.", FOUNDED)
ELSEWHERE = claim("She founded it in Kelderness.", FOUNDED)


def failures(output: dict[str, Any]) -> list[str]:
    return [verdict["failure"] for verdict in output["verdicts"]]


def test_a_name_or_a_number_that_differs_is_left_out_and_said_to_be(library: Model, gemini: GeminiServer) -> None:
    library.claims = [ANN, TRUE, LATE, ELSEWHERE]
    output = ask()
    assert output["answer"] == "Edith Carrow founded it in 1911. [1]"
    assert failures(output) == [
        UNNAMED.format("Ann"),
        "",
        UNHELD.format("1912"),
        UNNAMED.format("Kelderness"),
    ]
    assert [verdict["repaired"] for verdict in output["verdicts"]] == [False] * 4
    assert {"kind": "claims_dropped", "text": "3 statements were left out, because no page supports them."} in (
        output["notes"]
    )
    assert output["verdict"] == "proven"


def test_all_that_failed_is_repaired_in_one_request_that_names_each_failure(
    library: Model, gemini: GeminiServer
) -> None:
    library.claims = [ANN, TRUE, claim("A ticket is 14 euros.", "The ticket is 14 euros", on=TICKET), LATE]
    library.repairs = {1: claim("Edith Carrow did it.", FOUNDED), 2: claim("A ticket is 14 euros.", TICKET), 3: LATE}
    output = ask()
    assert kinds(gemini) == ["embed", "grade", "answer", "repair"]
    asked = gemini.chats[-1].prompt
    for number, problem in enumerate([UNNAMED.format("Ann"), "its quote is not on the page", UNHELD.format("1912")], 1):
        (part,) = [part for part in asked.split("<claim ") if part.startswith(f'number="{number}"')]
        assert f"problem: {problem}" in part
    assert output["answer"].split("\n\n") == [
        "Edith Carrow did it. [1]", "Edith Carrow founded it in 1911. [1]", "A ticket is 14 euros. [2]"
    ]  # fmt: skip
    assert [verdict["repaired"] for verdict in output["verdicts"]] == [True, False, True, False]
    before = output["verdicts"][0]["before"]
    assert (before["claim"]["text"], before["failure"]) == (ANN["text"], UNNAMED.format("Ann"))
    assert output["usage"]["requests"] == 4


@pytest.mark.parametrize(
    "reply",
    [
        json.dumps({"repairs": [{"number": 1, "text": "In 1913.", "quote": FOUNDED, "passage": "P1"}]}),
        json.dumps({"repairs": [{"number": 1, "text": "In 1911.", "quote": "never printed", "passage": "P1"}]}),
        json.dumps({"repairs": [{"number": 1, "text": "In 1911.", "quote": FOUNDED, "passage": "P77"}]}),
        json.dumps({"repairs": [{"number": 9, "text": "In 1911.", "quote": FOUNDED, "passage": "P1"}]}),
        json.dumps({"repairs": [{"number": "one"}, None, 7]}),
        '{"repairs": null}',
    ],
)
def test_a_repair_that_fails_again_is_not_asked_for_a_third_time(
    library: Model, gemini: GeminiServer, reply: Answer
) -> None:
    library.claims, library.instead = [LATE], {"repair": reply}
    output = ask()
    assert kinds(gemini) == ["embed", "grade", "answer", "repair"]
    assert (output["refused"], output["reason"], output["citations"]) == (True, "fact_absent", [])
    library.claims = [TRUE, LATE]
    assert ask()["answer"] == "Edith Carrow founded it in 1911. [1]"


@pytest.mark.parametrize(
    "reply",
    [
        "I stand by what I said.",
        Reply("", block_reason="SAFETY"),
        Reply('{"repairs": [{"number": 1, "text"', "MAX_TOKENS"),
        Fault(400, "no"),
    ],
)
def test_a_repair_without_a_usable_reply_is_the_model_s_fault_where_nothing_else_is_proven(
    library: Model, gemini: GeminiServer, reply: Answer
) -> None:
    library.claims, library.instead = [LATE], {"repair": reply}
    output = ask()
    assert kinds(gemini) == ["embed", "grade", "answer", "repair"]
    assert (output["refused"], output["reason"], output["citations"]) == (True, "model_failed", [])
    library.claims = [TRUE, LATE]
    mended = ask()
    assert (mended["answer"], mended["reason"]) == ("Edith Carrow founded it in 1911. [1]", None)


def test_an_unreachable_grader_does_not_prevent_an_answer(
    library: Model, gemini: GeminiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.claims, library.instead = [TRUE], {"grade": Fault(400, "The schema is too complex.")}
    output = ask()
    assert output["answer"] == "Edith Carrow founded it in 1911. [1]"
    assert [note["kind"] for note in output["notes"]] == ["grading_failed"]


def test_chunks_without_a_grade_count_only_if_no_graded_chunk_passes(library: Model, gemini: GeminiServer) -> None:
    library.claims = [TRUE]
    library.instead = {"grade": json.dumps({"grades": [{"id": "P1", "score": 1, "reason": "no"}]})}
    output = ask()
    assert output["refused"] is False
    assert output["retrieved"][0]["relevant"] is False
    assert [note["text"] for note in output["notes"]] == [
        f"{len(output['retrieved']) - 1} of {len(output['retrieved'])} chunks could not be graded; "
        "their order is that of the search."
    ]


@pytest.mark.parametrize("cap", [0, 1, 2, 5])
def test_rewriting_stops_at_its_cap_whatever_the_server_says(library: Model, gemini: GeminiServer, cap: int) -> None:
    library.relevant = lambda text: False
    library.queries = (f"another way to ask, number {number}" for number in range(100))
    output = ask(max_rewrites=cap)
    assert kinds(gemini).count("rewrite") == output["rewrites"] == cap
    assert len(set(output["queries"])) == len(output["queries"]) == cap + 1
    assert (output["refused"], output["reason"]) == (True, "nothing_relevant")
    rewrites = [chat.prompt for chat in gemini.chats if kind(chat) == "rewrite"]
    assert all('judged="as told"' in prompt for prompt in rewrites), "what was missing is the guide"
    assert "sample.pdf, page" in output["answer"]


@pytest.mark.parametrize("said", [QUESTION, QUESTION.upper(), "", "   "])
def test_rewriting_ends_when_the_model_has_no_new_query(library: Model, gemini: GeminiServer, said: str) -> None:
    library.relevant = lambda text: False
    library.queries = [said] * 10
    assert ask(max_rewrites=5)["refused"] is True
    assert kinds(gemini).count("rewrite") == 1


# Streaming


def drafts(gemini: GeminiServer) -> tuple[list[tuple[float, str]], dict[str, Any]]:
    """Each draft with its time, and the answer."""
    told: list[tuple[float, str]] = []
    output: dict[str, Any] = {}
    for part in app.stream(
        {"question": QUESTION},
        context=Context(top_k=20),
        stream_mode=["custom", "values"],
        subgraphs=True,
        version="v2",
    ):
        if part["type"] == "custom" and part["data"]["event"] == "draft":
            told.append((time.monotonic(), part["data"]["text"]))
        elif part["type"] == "values" and not part["ns"]:
            output = dict(part["data"])
    return told, output


def answered(*claims: Any, **reply: Any) -> Reply:
    said = [{"passage": "P1", "quote": one["quote"], "text": one["text"]} for one in claims]
    return Reply(json.dumps({"answerable": True, "claims": said}), **reply)


def test_the_draft_comes_while_the_reply_does(library: Model, gemini: GeminiServer) -> None:
    library.relevant = lambda text: FOUNDED in text
    library.instead = {"answer": answered(TRUE, LATE, pieces=12, pause=0.1)}
    told, output = drafts(gemini)
    texts = [text for _, text in told]
    assert len(texts) > 3
    assert texts[-1] == f"{TRUE['text']}\n\n{LATE['text']}"
    assert all(later.startswith(earlier) for earlier, later in pairwise(texts))
    request = next(chat for chat in gemini.chats if chat.verb == "streamGenerateContent")
    assert told[0][0] < request.finished, "the first words were there before the last ones were sent"
    assert output["answer"] == "Edith Carrow founded it in 1911. [1]", "the draft was no promise"


def test_a_draft_restarts_when_the_reply_broke_off(library: Model, gemini: GeminiServer) -> None:
    gemini.script(None, answered(LATE, pieces=6, pause=0.05, cut=True), None)
    library.claims = [TRUE]
    told, output = drafts(gemini)
    texts = [text for _, text in told]
    assert texts[0] in LATE["text"]
    assert texts[-1] == TRUE["text"]
    assert output["answer"] == "Edith Carrow founded it in 1911. [1]"
    assert output["usage"]["requests"] == 4


def test_a_reply_cut_off_without_an_error_is_requested_again(library: Model, gemini: GeminiServer) -> None:
    gemini.script(None, Reply('{"answerable": true, "claims": [{"passage": "P1", "qu', finish_reason=None), None)
    library.claims = [TRUE]
    assert ask()["answer"] == "Edith Carrow founded it in 1911. [1]"


def test_no_draft_of_what_is_not_answerable_or_no_json(library: Model, gemini: GeminiServer) -> None:
    told = json.dumps({"answerable": False, "claims": [{"passage": "P1", "quote": "x", "text": "I guess 1911."}]})
    for reply in (told, "Edith Carrow, in 1911."):
        library.instead = {"answer": reply}
        assert drafts(gemini)[0] == []
    assert passages(gemini.chats[-1])


def test_verified_claims_are_streamed_while_the_reply_arrives(library: Model, gemini: GeminiServer) -> None:
    """As pieces of the reply: each statement once it is proven, never one that is not, and no JSON."""
    library.relevant = lambda text: FOUNDED in text
    library.instead = {"answer": answered(TRUE, LATE, TRUE, pieces=24, pause=0.1)}
    told = []
    for part in app.stream({"messages": [("user", QUESTION)]}, context=Context(top_k=20), stream_mode="messages"):
        told.append((time.monotonic(), part[0]))
    request = next(chat for chat in gemini.chats if kind(chat) == "answer")
    assert "".join(piece.content for _, piece in told) == "Edith Carrow founded it in 1911. [1]"
    assert told[0][0] < request.finished, "the first statement was there before the last one was sent"
    assert len({piece.id for _, piece in told}) == 1


def test_a_restarted_reply_is_another_message(library: Model, gemini: GeminiServer) -> None:
    other = {"quote": TRUE["quote"], "text": "The observatory was founded in 1911."}
    gemini.script(None, answered(other, TRUE, pieces=24, pause=0.05, cut=True), None)
    library.claims = [TRUE]
    parts = list(
        app.stream({"messages": [("user", QUESTION)]}, context=Context(top_k=20), stream_mode=["messages", "values"])
    )
    told = [part[0] for mode, part in parts if mode == "messages"]
    reply = parts[-1][1]["messages"][-1]
    assert reply.content == "Edith Carrow founded it in 1911. [1]"
    assert "".join(piece.content for piece in told if piece.id == reply.id) == reply.content
    assert {piece.content for piece in told if piece.id != reply.id} <= {f"{other['text']} ", "[1]"}
