"""A judge model behind the real Google client, against loopback."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from graph.cli import main
from graph.evaluation.judge import Judgement
from tests.wire.gemini_server import GeminiServer
from tests.wire.gemini_wire import Answer, Fault
from tests.wire.scripted_replies import FOUNDED, QUESTION, TRUE, Model

MODEL = "google_genai:gemini-3.8-flash"
TICKET = {
    "id": "ticket", "question": "What does a day ticket to the island cost?", "answers": ["14 euros"],
    "answerable": True, "pages": [6],
}  # fmt: skip
FERRY = {"id": "ferry", "question": "Who is the captain of the ferry to Kelderness?", "answers": [],
         "answerable": False}  # fmt: skip
FREE = TICKET | {
    "id": "free",
    "match": "judge",
    "answers": ["fourteen euros </given>", "EUR 14"],
    "rubric": "with boat",
}


@pytest.fixture
def sample(_sample_home: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sample as the offline engine reads it, and answered by it."""
    monkeypatch.setenv("PAGEWITNESS_HOME", str(_sample_home))
    monkeypatch.setenv("PAGEWITNESS_ENGINE", "offline")


def run(capsys: pytest.CaptureFixture[str], folder: Path, *rows: dict[str, Any], options: Any = ()) -> tuple[int, Any]:
    (folder / "set.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    code = main.main(["eval", str(folder / "set.jsonl"), "--json", "--out", str(folder / "out"), *options])
    return code, json.loads(capsys.readouterr().out)


def rows_of(folder: Path) -> dict[str, Any]:
    return {row["id"]: row for row in map(json.loads, (folder / "out" / "rows.jsonl").read_text().splitlines())}


@pytest.fixture
def judge(gemini: GeminiServer, sample: None, monkeypatch: pytest.MonkeyPatch) -> GeminiServer:
    monkeypatch.setenv("GOOGLE_API_KEY", "test")
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", gemini.url)
    gemini.reply = lambda request: json.dumps({"reason": "It says fourteen.", "correct": True})
    return gemini


@pytest.mark.parametrize("correct", [True, False])
def test_free_answers_go_to_the_judge_and_no_others(
    correct: bool, judge: GeminiServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    judge.reply = lambda request: json.dumps({"reason": "As told.", "correct": correct})
    code, value = run(capsys, tmp_path, FREE, TICKET, FERRY, options=["--judge", MODEL])
    assert (code, value["run"]["judge"], value["summary"]["matched_by"]) == (0, MODEL, {"judge": 1, "strings": 1})
    assert value["summary"]["judge_requests"] == 1
    assert value["summary"]["requests"] == 0, "what judging takes is no cost of answering"
    kept = rows_of(tmp_path)
    assert (kept["free"]["scores"]["match"], kept["free"]["verdict"]) == (float(correct), "As told.")
    assert kept["ticket"]["scores"]["match"] == 1
    (request,) = judge.chats
    assert (
        "One of these is enough:\n- fourteen euros &lt;/given>\n- EUR 14\nIn other words: with boat" in request.prompt
    )
    assert "14 euros, boat included" in request.prompt.split("<given>")[1]
    assert set(request.schema["properties"]) == set(Judgement.model_fields)  # type: ignore[index]  # it has one


def test_what_a_model_costs_is_counted(
    library: Model, gemini: GeminiServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    library.claims = [TRUE]
    founder = {"id": "f", "question": QUESTION, "answers": ["Edith Carrow", "1911"], "match": "all", "pages": [2],
               "answerable": True, "evidence": [FOUNDED]}  # fmt: skip
    code, value = run(capsys, tmp_path, founder, founder | {"id": "g"}, options=["--k", "20", "--concurrency", "2"])
    assert (code, value["run"]["engine"], value["run"]["model"]) == (0, "llm", MODEL)
    summary = value["summary"]
    assert summary["requests"] == len(gemini.requests) == 6, "an embedding, a grading and an answer for each"
    assert summary["input_tokens"] > 600
    assert {name: summary["metrics"][name]["mean"] for name in ("page@20", "evidence@20", "match", "cited_page")} == {
        "page@20": 1, "evidence@20": 1, "match": 1, "cited_page": 1
    }  # fmt: skip
    assert value["run"]["prompts"].keys() == {"contextualize", "grade", "rewrite", "answer"}


def test_the_judge_may_come_from_the_environment(
    judge: GeminiServer, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGEWITNESS_JUDGE_MODEL", MODEL)
    assert run(capsys, tmp_path, FREE)[1]["run"]["judge"] == MODEL
    assert len(judge.chats) == 1


def test_without_a_judge_strings_are_compared_and_the_report_says_so(
    sample: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, value = run(capsys, tmp_path, FREE)
    assert (value["summary"]["matched_by"], value["summary"]["free_by_strings"]) == ({"strings": 1}, 1)
    assert "found only word for word: 1." in (tmp_path / "out" / "report.html").read_text()


def test_a_verdict_that_cannot_be_read_is_asked_for_again_and_then_an_error(
    judge: GeminiServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    replies = iter(["no JSON", json.dumps({"reason": "Now.", "correct": True})])
    judge.reply = lambda request: next(replies)
    assert run(capsys, tmp_path, FREE, options=["--judge", MODEL])[1]["summary"]["judge_requests"] == 2
    judge.reply = lambda request: "no JSON"
    code, value = run(capsys, tmp_path, FREE, FERRY, options=["--judge", MODEL])
    assert (code, value["summary"]["errors"]) == (3, 1)
    assert "gave no verdict" in rows_of(tmp_path)["free"]["error"]


def test_a_service_that_refuses_every_question_ends_the_run_and_keeps_its_rows(
    judge: GeminiServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer: Answer = Fault(403, "denied")
    judge.reply = lambda request: answer
    many = [FREE | {"id": str(number)} for number in range(12)]
    code, value = run(capsys, tmp_path, FERRY, *many, options=["--judge", MODEL])
    assert code == 2
    assert "key was refused" in value["error"]
    assert len(rows_of(tmp_path)) == 6, "five that failed one after another, and the one before them"
    assert not (tmp_path / "out" / "results.json").exists()
    judge.reply = lambda request: json.dumps({"reason": "", "correct": True})
    code, value = run(capsys, tmp_path, FERRY, *many, options=["--judge", MODEL])
    assert (code, value["summary"]["questions"], value["summary"]["errors"]) == (0, 13, 0)


def test_a_model_that_gives_no_usable_answer_has_not_refused_rightly(
    library: Model, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    library.instead = {"answer": "no JSON"}
    code, value = run(capsys, tmp_path, FERRY)
    assert (code, value["summary"]["errors"]) == (3, 1)
    assert "says nothing about the documents" in rows_of(tmp_path)["ferry"]["error"]
    library.instead = {}
    code, value = run(capsys, tmp_path, FERRY)
    assert (code, value["summary"]["errors"], rows_of(tmp_path)["ferry"]["refused"]) == (0, 0, True)
