"""A judge model behind the real Google client, and LangSmith's own client: both against loopback."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from graph import cli
from graph.evaluation.judge import Judgement
from tests.conftest import ROOT
from tests.wire.conftest import PROXIES
from tests.wire.gemini_server import GeminiServer
from tests.wire.gemini_wire import Answer, Fault

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
    code = cli.main(["eval", str(folder / "set.jsonl"), "--json", "--out", str(folder / "out"), *options])
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


def test_the_judge_may_come_from_the_environment(
    judge: GeminiServer, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGEWITNESS_JUDGE_MODEL", MODEL)
    assert run(capsys, tmp_path, FREE)[1]["run"]["judge"] == MODEL
    assert len(judge.chats) == 1


def test_without_a_judge_strings_tell_and_the_report_says_so(
    sample: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, value = run(capsys, tmp_path, FREE)
    assert (value["summary"]["matched_by"], value["summary"]["free_by_strings"]) == ({"strings": 1}, 1)
    assert "1 of them are free answers" in (tmp_path / "out" / "report.html").read_text()


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


# LangSmith

BATCHES = {"use_multipart_endpoint": False, "size_limit": 100, "size_limit_bytes": 20_971_520,
           "scale_up_nthreads_limit": 16, "scale_up_qsize_trigger": 1000, "scale_down_nempty_trigger": 4}  # fmt: skip


class Smith(ThreadingHTTPServer):
    """As much of LangSmith's API as an experiment needs; it keeps every body that it is sent."""

    def __init__(self, refuse: bool = False) -> None:
        self.sent: list[tuple[str, Any]] = []
        self.datasets: dict[str, Any] = {}
        self.refuse = refuse
        super().__init__(("127.0.0.1", 0), SmithHandler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def bodies(self, path: str) -> list[Any]:
        return [body for at, body in self.sent if at.startswith(path)]


class SmithHandler(BaseHTTPRequestHandler):
    server: Smith

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test output clean."""

    def do_GET(self) -> None:
        path = urlsplit(self.path)
        if path.path == "/info":
            flags = {"dataset_examples_multipart_enabled": False}
            self._send({"version": "0.12.0", "instance_flags": flags,
                        "batch_ingest_config": BATCHES})  # fmt: skip
        elif path.path == "/datasets":
            name = parse_qs(path.query)["name"][0]
            self._send([self.server.datasets[name]] if name in self.server.datasets else [])
        else:
            self._send({}, 404)

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length", 0)))
        body = json.loads(raw)
        if self.server.refuse:
            self._send({"detail": "Invalid token"}, 401)
            return
        self.server.sent.append((self.path, body))
        if self.path == "/datasets":
            made = {"id": "0b0f1a52-0000-4000-8000-000000000001", "created_at": "2026-11-22T00:00:00Z", **body}
            self.server.datasets[body["name"]] = made
            self._send(made)
        elif self.path.startswith("/sessions"):
            self._send({**body, "start_time": "2026-11-22T00:00:00Z", "tenant_id": body["id"]})
        elif self.path.startswith("/examples"):
            self._send(body)
        else:
            self._send({})

    def _send(self, value: Any, status: int = 200) -> None:
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@pytest.fixture
def smith(_sample_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Smith]:
    shutil.copytree(_sample_home, tmp_path / "copied")  # this process owns the other one
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
    with Smith() as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


def traced(smith: Smith, folder: Path, *rows: dict[str, Any], tracing: str = "true") -> tuple[int, Any]:
    """The command in a process of its own: LangSmith's client keeps what it once read from the environment."""
    (folder / "set.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    variables = {"LANGSMITH_TRACING": tracing, "LANGSMITH_API_KEY": "test", "LANGSMITH_ENDPOINT": smith.url}
    command = [sys.executable, "-m", "graph.cli", "eval", str(folder / "set.jsonl"), "--engine", "offline", "--json"]
    command += ["--home", str(folder / "copied"), "--out", str(folder / "out")]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | variables, capture_output=True, text=True, timeout=240)
    return done.returncode, json.loads(done.stdout)


def test_an_experiment_is_written_where_langsmith_is_configured(smith: Smith, tmp_path: Path) -> None:
    code, value = traced(smith, tmp_path, TICKET, FERRY)
    assert code == 0, value
    (dataset,), (examples,), (project,) = (smith.bodies(at) for at in ("/datasets", "/examples", "/sessions"))
    assert dataset["name"].startswith("pagewitness set.jsonl ")
    assert value["experiment"] == project["name"]
    assert project["reference_dataset_id"] == smith.datasets[dataset["name"]]["id"]
    assert project["extra"]["metadata"]["engine"] == "offline"
    assert [one["inputs"]["question"] for one in examples] == [TICKET["question"], FERRY["question"]]
    assert examples[0]["outputs"] == {"answers": ["14 euros"], "answerable": True, "pages": [6]}
    posted = [run for batch in smith.bodies("/runs/batch") for run in batch["post"]]
    ours = {run["reference_example_id"]: run for run in posted if run.get("reference_example_id")}
    assert list(ours) == [one["id"] for one in examples]
    ticket, ferry = ours.values()
    assert {run["session_name"] for run in ours.values()} == {project["name"]}
    assert "14 euros" in ticket["outputs"]["answer"]
    assert (ferry["outputs"]["refused"], ferry["outputs"]["citations"]) == (True, [])
    scores = {(one["run_id"], one["key"]): one["score"] for one in smith.bodies("/feedback")}
    assert scores[ticket["id"], "match"] == scores[ticket["id"], "page@1"] == scores[ferry["id"], "right_refusal"] == 1
    assert (ferry["id"], "match") not in scores
    traced(smith, tmp_path, TICKET, FERRY)
    assert len(smith.bodies("/datasets")) == 1, "the same questions are one dataset"
    assert len(smith.bodies("/sessions")) == 2


def test_langsmith_that_refuses_costs_no_results(smith: Smith, tmp_path: Path) -> None:
    smith.refuse = True
    code, value = traced(smith, tmp_path, FERRY)
    assert code == 2
    assert "The results are written, but not to LangSmith" in value["error"]
    assert (tmp_path / "out" / "results.json").exists()


def test_nothing_is_sent_unless_tracing_is_on(smith: Smith, tmp_path: Path) -> None:
    code, value = traced(smith, tmp_path, FERRY, tracing="false")
    assert (code, value["experiment"], smith.sent) == (0, None, [])
