"""The comparison of two runs: only common questions are compared, and differences have intervals."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from graph.errors import BadInputError
from graph.evaluation.compare import check_comparable, compare, differences, read_results
from graph.evaluation.questions import Question, fingerprint


def rows(values: Sequence[float | None], name: str = "match", kind: str = "text") -> list[dict[str, Any]]:
    return [
        {"id": str(number), "fingerprint": "f", "kind": kind, "scores": {name: value}}
        for number, value in enumerate(values)
    ]


def test_the_difference_with_its_wins_and_losses() -> None:
    before, after = [0.0, 0.0, 1.0, 1.0, None], [1.0, 1.0, 0.0, 1.0, 1.0]
    found = compare({"run": {"key": "k"}, "rows": rows(before)}, rows(after))
    assert (found["paired"], found["unpaired"], found["before"]) == (5, 0, {"key": "k"})
    only = found["metrics"]["match"]
    assert {name: only[name] for name in ("before", "after", "difference", "better", "worse", "n")} == {
        "before": 0.5, "after": 0.75, "difference": 0.25, "better": 2, "worse": 1, "n": 4
    }  # fmt: skip
    assert (only["low"], only["high"]) == (-0.5, 1.0), "with four pairs the interval is wide"
    assert found["kinds"]["text"] == found["metrics"]


def test_pairing_makes_a_constant_gain_certain() -> None:
    pairs = [({"mrr": number / 10}, {"mrr": number / 10 + 0.1}) for number in range(9)]
    found = differences(pairs)["mrr"]
    assert (found["difference"], found["low"], found["high"], found["better"]) == (0.1, 0.1, 0.1, 9)


def test_fewer_refusals_of_answerable_questions_are_better() -> None:
    found = differences([({"false_refusal": 1.0, "seconds": 2.0}, {"false_refusal": 0.0, "seconds": 3.0})])
    assert (found["false_refusal"]["better"], found["seconds"]["worse"]) == (1, 1)
    assert list(found) == ["false_refusal", "seconds"]


def test_only_the_same_questions_are_paired() -> None:
    old, new = rows([1.0, 1.0, 1.0]), rows([0.0, 0.0])
    new[1]["fingerprint"] = "another"
    found = compare({"run": {}, "rows": old}, new)
    assert (found["paired"], found["unpaired"], found["metrics"]["match"]["n"]) == (1, 3, 1)


def test_runs_without_a_common_question_are_told_before_any_is_asked() -> None:
    asked = Question(id="0", question="Why?", answers=("so",), answerable=True)
    before: dict[str, Any] = {"run": {}, "rows": rows([1.0])}
    with pytest.raises(BadInputError, match="no question in common"):
        check_comparable(before, [asked])
    before["rows"][0]["fingerprint"] = fingerprint(asked)
    check_comparable(before, [asked])


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("{", "cannot be read"),
        ("[]", "holds no results"),
        ("{}", "no results"),
        ('{"run": {}, "rows": [{}]}', "no results"),
    ],
)
def test_a_file_without_results_is_refused(content: str, what: str, tmp_path: Path) -> None:
    (tmp_path / "results.json").write_text(content)
    for path in (tmp_path / "results.json", tmp_path):
        with pytest.raises(BadInputError, match=f"{what}.*name the results.json"):
            read_results(path)
    with pytest.raises(BadInputError, match="cannot be read"):
        read_results(tmp_path / "none.json")


def test_results_are_read_from_their_folder_too(tmp_path: Path) -> None:
    (tmp_path / "results.json").write_text(json.dumps({"run": {}, "rows": []}))
    assert read_results(tmp_path) == read_results(tmp_path / "results.json") == {"run": {}, "rows": []}
