"""Asking all questions of a set, some at a time; each row is on the disk before the next question is asked."""

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
from graph.evaluation.citation_check import stands
from graph.evaluation.judge import Judge, wants_judge
from graph.evaluation.matching import matches
from graph.evaluation.questions import Question
from graph.evaluation.scores import Row
from graph.query.graph import app as query
from graph.storage.base import Catalog

# A service that failed so many questions one after another will fail the next one too: stop, and keep what is there.
_FAILURES_IN_A_ROW = 5
ROWS, DONE = "rows.jsonl", "results.json"


@dataclass(frozen=True)
class Plan:
    """How questions are asked. `key` names all that the rows depend on; `by_doc` looks only in a row's own document."""

    key: str
    context: Context
    depths: tuple[int, ...]
    by_doc: bool
    concurrency: int
    judge: Judge | None
    catalog: Catalog


class Journal:
    """The rows of a run in a file, one a line as they come; an interrupted run goes on after them."""

    def __init__(self, path: Path, key: str) -> None:
        """Take up the rows of an unfinished run with this key; rows of a finished one are replaced.

        Questions whose asking failed are asked again.

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
    """Whether the run that wrote these rows came to its end: then its results stand beside them."""
    return (path.parent / DONE).is_file()


async def ask_all(questions: Sequence[Question], plan: Plan, journal: Journal, tell: Callable[[int], None]) -> None:
    """Ask what the journal does not hold yet.

    Raises:
        ModelError: a model service failed several questions one after another.
    """
    waiting = iter([question for question in questions if question.id not in journal.rows])
    failed: list[ModelError] = []

    async def worker() -> None:
        for question in waiting:
            if len(failed) >= _FAILURES_IN_A_ROW:
                return
            row, error = await ask(question, plan)
            journal.add(row)
            tell(len(journal.rows))
            failed[:] = [*failed, error] if isinstance(error, ModelError) else []

    async with asyncio.TaskGroup() as group:
        for _ in range(plan.concurrency):
            group.create_task(worker())
    if len(failed) >= _FAILURES_IN_A_ROW:
        raise failed[-1]


async def ask(question: Question, plan: Plan) -> tuple[Row, Exception | None]:
    """A question's row. Whatever asking raises is in it, and given back."""
    row = scores.empty_row(plan.key, question)
    documents = list(question.documents) or ([question.doc] if plan.by_doc and question.doc else [])
    try:
        result = await query.ainvoke({"question": question.question, "documents": documents}, context=plan.context)
        await _fill(row, question, result, plan)
    except CancelledError:
        raise  # the process was told to stop
    except Exception as error:
        row["error"] = f"{type(error).__name__}: {' '.join(str(error).split())}"
        row["scores"] = scores.failed_scores(question, plan.depths)
        return row, error
    return row, None


async def _fill(row: Row, question: Question, result: Mapping[str, Any], plan: Plan) -> None:
    passages, refused = result["retrieved"], bool(result["refused"])
    row["answer"], row["refused"], row["reason"] = result["answer"], refused, result["reason"]
    row["retrieved"], row["usage"] = scores.kept(question, passages), result["usage"]
    found = await asyncio.to_thread(lambda: [stands(one, plan.catalog) for one in result["citations"]])
    row["citations"] = [
        {"name": one["name"], "pages": one.get("pages") or [one["page"]], "quote": one["quote"], "found": good}
        for one, good in zip(result["citations"], found, strict=True)
    ]
    matched = await _matched(row, question, plan) if question.answerable and not refused else None
    row["scores"] = {
        **scores.retrieval_scores(question, passages, plan.depths),
        **scores.answer_scores(question, result, matched, found),
        **scores.cost_scores(result, plan.depths),
    }


async def _matched(row: Row, question: Question, plan: Plan) -> bool | None:
    """Whether the answer is the expected one: by the judge where strings cannot tell, if there is a judge."""
    row["free"] = wants_judge(question)
    if plan.judge and row["free"]:
        reply = await plan.judge.judge(question, row["answer"])
        row["method"], row["verdict"], row["judge_usage"] = "judge", reply.value.reason, reply.usage
        return reply.value.correct
    row["method"] = "strings"
    return matches(row["answer"], question.answers, "all" if question.match == "all" else "any")


def _stored(path: Path) -> Iterator[Row]:
    """The rows of a file; a last line that was cut off is left out."""
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
