"""The quality gate: metrics on the sample and on the business documents must not fall below `evals/thresholds.toml`."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from graph.cli import main
from graph.evaluation.metrics import label, share_names
from tests.conftest import ROOT
from tests.evals.business_questions import write_set

GATE = tomllib.loads((ROOT / "evals" / "thresholds.toml").read_text("utf-8"))


def missed(summary: dict[str, Any], gate: dict[str, Any]) -> list[str]:
    """Every figure that is not good enough, in words."""
    figures = {name: value["mean"] for name, value in summary["metrics"].items()} | {"errors": summary["errors"]}
    low = [f"{name} is {figures[name]}, less than {least}" for name, least in gate["least"].items()
           if figures[name] < least]  # fmt: skip
    high = [f"{name} is {figures[name]}, more than {most}" for name, most in gate["most"].items()
            if figures[name] > most]  # fmt: skip
    return low + high


@pytest.mark.usefixtures("library")
def test_quality_on_the_sample_does_not_fall(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _hold("sample", ROOT / GATE["sample"]["questions"], tmp_path, capsys)


@pytest.mark.usefixtures("home")
def test_quality_on_business_documents_does_not_fall(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    questions = write_set(tmp_path / "set")
    assert main.main(["ingest", *map(str, sorted((tmp_path / "set").glob("*.pdf")))]) == 0
    capsys.readouterr()
    _hold("business", questions, tmp_path, capsys)


def _hold(name: str, questions: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gate = GATE[name]
    code = main.main(["eval", str(questions), "--json", "--out", str(tmp_path / "out")])
    summary = json.loads(capsys.readouterr().out)["summary"]
    assert code == 0
    assert missed(summary, gate) == []
    assert summary["citations"]["count"] > 0
    assert summary["citations"]["valid"] == summary["citations"]["count"]


def test_the_gate_fails_below_a_threshold() -> None:
    good = {name: {"mean": least} for name, least in GATE["sample"]["least"].items()} | {"false_refusal": {"mean": 0}}
    assert missed({"metrics": good, "errors": 0}, GATE["sample"]) == []
    assert missed({"metrics": good | {"match": {"mean": 0.5}}, "errors": 1}, GATE["sample"]) == [
        "match is 0.5, less than 0.84", "errors is 1, more than 0"
    ]  # fmt: skip
    known = {*share_names((1, 5)), "errors"}
    assert all(set(gate["least"]) | set(gate["most"]) <= known for gate in GATE.values())
    assert all(label(name) for name in known - {"errors"})
