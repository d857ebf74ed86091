"""The runner and its journal: rows are on disk at once, an interrupted run goes on, errors are rows."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from graph import dependencies
from graph.context import Context
from graph.errors import BadInputError
from graph.evaluation import scores
from graph.evaluation.questions import Question
from graph.evaluation.runner import DONE, Journal, Plan, ask, ask_all

TICKET = "What does a day ticket to the island cost?"


def question(number: int, **values: Any) -> Question:
    given: dict[str, Any] = {
        "id": f"q{number}",
        "question": TICKET,
        "answers": ["14 euros"],
        "answerable": True,
        "pages": [6],
    }
    return Question(**(given | values))


def row(number: int, *, run: str = "key", error: str = "") -> scores.Row:
    made = scores.empty_row(run, question(number))
    made["error"] = error
    return made


def plan(**values: Any) -> Plan:
    context = Context()
    given: dict[str, Any] = {
        "key": "key",
        "context": context,
        "depths": (1, 3),
        "by_doc": False,
        "concurrency": 2,
        "judge": None,
    }
    return Plan(**(given | {"catalog": dependencies.for_context(context).stores.catalog} | values))


def test_an_interrupted_run_keeps_its_rows_and_asks_errors_again(tmp_path: Path) -> None:
    path = tmp_path / "run" / "rows.jsonl"
    first = Journal(path, "key")
    first.add(row(1))
    first.add(row(2, error="ModelError: no"))
    with path.open("a", encoding="utf-8") as file:
        file.write('{"run": "key", "id": "q3", "err')  # the process was killed here
    again = Journal(path, "key")
    assert set(again.rows) == {"q1"}
    assert [json.loads(line)["id"] for line in path.read_text("utf-8").splitlines()] == ["q1"]


def test_a_finished_run_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    Journal(path, "other").add(row(1, run="other"))
    (tmp_path / DONE).write_text("{}", "utf-8")
    assert Journal(path, "key").rows == {}
    assert not (tmp_path / DONE).exists(), "the new run is not finished"


def test_an_unfinished_run_with_other_settings_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    Journal(path, "other").add(row(1, run="other"))
    with pytest.raises(BadInputError, match="another folder with --out"):
        Journal(path, "key")
    assert set(Journal(path, "other").rows) == {"q1"}


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(BadInputError, match="name another folder with --out"):
        Journal(tmp_path / "file" / "rows.jsonl", "key")


@pytest.mark.usefixtures("library")
def test_only_missing_questions_are_asked_and_each_row_is_written_at_once(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    journal = Journal(path, "key")
    journal.add(row(1))
    written: list[tuple[int, int]] = []

    def on_row(count: int) -> None:
        written.append((count, len(path.read_text("utf-8").splitlines())))

    asyncio.run(ask_all([question(1), question(2), question(3)], plan(), journal, on_row))
    assert written == [(2, 2), (3, 3)]
    assert journal.rows["q1"]["scores"] == {}, "it was not asked again"
    done = journal.rows["q2"]
    assert "14 euros" in done["answer"]
    assert (done["scores"]["match"], done["scores"]["page@1"], done["scores"]["citations_valid"]) == (1.0, 1.0, 1.0)
    assert all(citation["found"] for citation in done["citations"])


@pytest.mark.usefixtures("library")
def test_a_question_that_cannot_be_asked_becomes_a_row_with_the_error() -> None:
    made, error = asyncio.run(ask(question(1, documents=["nowhere.pdf"]), plan()))
    assert error is not None
    assert made["error"].startswith("UnknownDocumentError: There is no document 'nowhere.pdf'")
    assert made["scores"]["match"] == 0.0


@pytest.mark.usefixtures("library")
def test_a_question_may_search_its_own_document_only() -> None:
    _, error = asyncio.run(ask(question(1, doc="nowhere.pdf"), plan()))
    assert error is None
    _, error = asyncio.run(ask(question(1, doc="nowhere.pdf"), plan(by_doc=True)))
    assert error is not None
