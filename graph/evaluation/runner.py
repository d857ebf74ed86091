"""The runner: asks all questions of a set, some at a time, and writes each row to disk at once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graph.context import Context
from graph.errors import BadInputError, ModelError
from graph.evaluation import scores
from graph.evaluation.citation_check import is_on_page
from graph.evaluation.judge import Judge, wants_judge
from graph.evaluation.matching import matches
from graph.evaluation.questions import Question
from graph.evaluation.scores import Row
from graph.query.graph import app as query
from graph.storage.base import Catalog

# After this many failures of a model service in a row the run stops; the rows so far are kept.
_MAX_FAILURES_IN_A_ROW = 5
ROWS, DONE = "rows.jsonl", "results.json"


@dataclass(frozen=True)
class Plan:
    """How the questions of a run are asked and scored."""

    key: str
    """A hash of everything that the rows depend on."""
    context: Context
    """The context of the query graph."""
    depths: tuple[int, ...]
    """The depths k of recall@k."""
    by_doc: bool
    """Whether each question searches only its own document."""
    concurrency: int
    """Questions that are asked at a time."""
    judge: Judge | None
    """The judge of free answers, if there is one."""
    catalog: Catalog
    """Where citations are looked up again."""


class Journal:
    """The rows of a run in a JSON lines file, from which an interrupted run continues."""

    def __init__(self, path: Path, key: str) -> None:
        """Load the rows of an unfinished run with this key; those of a finished run are replaced.

        Rows with an error are dropped, so that their questions are asked again.

        Raises:
            BadInputError: the file holds the unfinished rows of a run with other questions or settings, or it cannot
                be written.
        """
        self._path = path
        stored = [] if finished(path) else list(_stored(path))
        if stored and not any(row["run"] == key for row in stored):
            raise BadInputError(
                f"{str(path)!r} holds an unfinished run with other questions or settings: name another folder with "
                "--out, or delete this file."
            )
        self.rows: dict[str, Row] = {row["id"]: row for row in stored if row["run"] == key and not row["error"]}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            (path.parent / DONE).unlink(missing_ok=True)
            path.write_text("".join(_line(row) for row in self.rows.values()), "utf-8")
        except OSError as error:
            raise BadInputError(f"{str(path)!r} cannot be written: name another folder with --out.") from error

    def add(self, row: Row) -> None:
        """Keep a row, in memory and on the disk."""
        self.rows[row["id"]] = row
        with self._path.open("a", encoding="utf-8") as file:
            file.write(_line(row))


def finished(path: Path) -> bool:
    """Return whether the run of these rows is finished: then its results are in the same folder."""
    return (path.parent / DONE).is_file()


async def ask_all(questions: Sequence[Question], plan: Plan, journal: Journal, on_row: Callable[[int], None]) -> None:
    """Ask the questions that are not in the journal yet; `on_row` gets the number of rows after each.

    Raises:
        ModelError: a model service failed for five questions in a row.
    """
    waiting = iter([question for question in questions if question.id not in journal.rows])
    failed: list[ModelError] = []

    async def worker() -> None:
        for question in waiting:
            if len(failed) >= _MAX_FAILURES_IN_A_ROW:
                return
            row, error = await ask(question, plan)
            journal.add(row)
            on_row(len(journal.rows))
            failed[:] = [*failed, error] if isinstance(error, ModelError) else []

    async with asyncio.TaskGroup() as group:
        for _ in range(plan.concurrency):
            group.create_task(worker())
    if len(failed) >= _MAX_FAILURES_IN_A_ROW:
        raise failed[-1]


async def ask(question: Question, plan: Plan) -> tuple[Row, Exception | None]:
    """Ask a question; return its row, and the exception that is noted in it, if any."""
    row = scores.empty_row(plan.key, question)
    documents = list(question.documents) or ([question.doc] if plan.by_doc and question.doc else [])
    try:
        result = await query.ainvoke({"question": question.question, "documents": documents}, context=plan.context)
        if result["reason"] == "model_failed":  # no answer, and no refusal either: it is asked again by the next run
            raise ModelError(result["answer"])
        await _fill(row, question, result, plan)
    except CancelledError:
        raise  # the process is stopping
    except Exception as error:  # one question that fails is a row, not the end of the run
        row["error"] = f"{type(error).__name__}: {' '.join(str(error).split())}"
        row["scores"] = scores.failed_scores(question, plan.depths)
        return row, error
    return row, None


async def _fill(row: Row, question: Question, result: Mapping[str, Any], plan: Plan) -> None:
    chunks, refused = result["retrieved"], bool(result["refused"])
    row["answer"], row["refused"], row["reason"] = result["answer"], refused, result["reason"]
    row["retrieved"], row["usage"] = scores.retrieved_rows(question, chunks), result["usage"]
    found = await asyncio.to_thread(lambda: [is_on_page(one, plan.catalog) for one in result["citations"]])
    row["citations"] = [
        {"name": one["name"], "pages": one.get("pages") or [one["page"]], "quote": one["quote"], "found": good}
        for one, good in zip(result["citations"], found, strict=True)
    ]
    row["said"] = str(result.get("verdict") or "")
    matched = await _matched(row, question, plan) if question.answerable and not refused else None
    row["scores"] = {
        **scores.retrieval_scores(question, chunks, plan.depths),
        **scores.answer_scores(question, result, matched, found, _claimed(question, result, matched)),
        **scores.cost_scores(result, plan.depths),
    }


async def _matched(row: Row, question: Question, plan: Plan) -> bool | None:
    """Return whether the answer is the expected one: by the judge if it is needed and there is one, else by strings."""
    row["free"] = wants_judge(question)
    if plan.judge and row["free"]:
        reply = await plan.judge.judge(question, row["answer"])
        row["method"], row["verdict"], row["judge_usage"] = "judge", reply.value.reason, reply.usage
        return reply.value.correct
    row["method"] = "strings"
    return matches(row["answer"], question.answers, "all" if question.match == "all" else "any")


def _claimed(question: Question, result: Mapping[str, Any], matched: bool | None) -> bool | None:
    """Return whether the statements of an answer are the expected one, without quotes that are only related.

    Equal to `matched` if the answer has no such quotes, or is not the expected one.
    """
    checks = [check for check in result.get("verdicts") or [] if check["citation"]]
    kept = [check["claim"]["text"] for check in checks if not check["claim"].get("related")]
    if not matched or not question.answerable or len(kept) == len(checks):
        return matched
    return matches("\n\n".join(kept), question.answers, "all" if question.match == "all" else "any")


def _stored(path: Path) -> Iterator[Row]:
    """Yield the rows of a file; an incomplete last line is skipped."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(f"{str(path)!r} cannot be read: name another folder with --out.") from error
    for line in text.split("\n"):
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if isinstance(value, dict) and {"run", "id", "error", "scores"} <= value.keys():
            yield value  # type: ignore[misc]  # written by `_line`, and of this shape if it has these keys


def _line(row: Row) -> str:
    return json.dumps(row, ensure_ascii=False) + "\n"
