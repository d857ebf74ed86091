"""Evaluation results as a LangSmith experiment, with LangSmith's own client against loopback."""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import forked_python
from tests.conftest import ROOT
from tests.wire.conftest import PROXIES
from tests.wire.langsmith_server import LangSmithServer
from tests.wire.test_evaluation import FERRY, TICKET


@pytest.fixture
def smith(_sample_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LangSmithServer]:
    shutil.copytree(_sample_home, tmp_path / "copied")  # this process owns the other one
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
    with LangSmithServer() as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


def traced(smith: LangSmithServer, folder: Path, *rows: dict[str, Any], tracing: str = "true") -> tuple[int, Any]:
    """The command in a process of its own: LangSmith's client keeps what it once read from the environment."""
    (folder / "set.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    variables = {"LANGSMITH_TRACING": tracing, "LANGSMITH_API_KEY": "test", "LANGSMITH_ENDPOINT": smith.url}
    command = ["-m", "graph.cli", "eval", str(folder / "set.jsonl"), "--engine", "offline", "--json"]
    command += ["--home", str(folder / "copied"), "--out", str(folder / "out")]
    done = forked_python.run(command, cwd=ROOT, env=os.environ | variables, capture_output=True, timeout=600)
    return done.returncode, json.loads(done.stdout)


def test_an_experiment_is_written_where_langsmith_is_configured(smith: LangSmithServer, tmp_path: Path) -> None:
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


def test_results_are_written_even_if_langsmith_refuses_them(smith: LangSmithServer, tmp_path: Path) -> None:
    smith.refuse = True
    code, value = traced(smith, tmp_path, FERRY)
    assert code == 2
    assert "The results are written, but not to LangSmith" in value["error"]
    assert (tmp_path / "out" / "results.json").exists()


def test_nothing_is_sent_unless_tracing_is_on(smith: LangSmithServer, tmp_path: Path) -> None:
    code, value = traced(smith, tmp_path, FERRY, tracing="false")
    assert (code, value["experiment"], smith.sent) == (0, None, [])
