"""One evaluation from the question file to the results: `pagewitness eval` without its output."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import prompts
from graph import dependencies
from graph.context import Context
from graph.errors import BadInputError
from graph.evaluation import compare, langsmith_experiment, metrics, report, runner
from graph.evaluation.judge import build_judge
from graph.evaluation.matching import METHOD
from graph.evaluation.questions import Question, fingerprint, read_questions, spread
from graph.evaluation.scores import Row
from graph.events import Progress, progress
from graph.runtime import async_nodes
from graph.settings import langsmith, settings

_PROMPTS = ("contextualize", "grade", "rewrite", "answer")


@dataclass(frozen=True)
class Request:
    """The options of an evaluation."""

    file: Path
    """The question file."""
    out: Path | None = None
    """The folder for the results; one in the home folder by default."""
    other: Path | None = None
    """The results of an earlier run to compare with."""
    limit: int | None = None
    """The largest number of questions."""
    depths: tuple[int, ...] = (1, 3, 5)
    """The depths k of recall@k."""
    by_doc: bool = False
    """Whether each question searches only its own document."""
    judge: str = ""
    """The judge model, `provider:model`; "" for the one of the settings."""
    concurrency: int = 1
    """Questions that are asked at a time."""


def evaluate(request: Request, report_progress: Callable[[Progress], None]) -> dict[str, Any]:
    """Ask all questions, score, compare and write the reports; return the results with the paths of the files.

    Raises:
        BadInputError: the question file, the results to compare with, or the home folder cannot be used.
        ModelError: a model service cannot be used; the rows so far are kept.
    """
    questions = spread(read_questions(request.file), request.limit)
    before = compare.read_results(request.other) if request.other else None
    if before:
        compare.check_comparable(before, questions)
    context = Context(top_k=max(Context().top_k, *request.depths))
    run, plan = _prepared(request, questions, context)
    folder = request.out or settings().home / "evals" / f"{_plain(request.file.stem)}-{plan.key}"
    journal = runner.Journal(folder / runner.ROWS, plan.key)

    def asked(done: int) -> None:
        report_progress(progress("ask", "", request.file.name, done, len(questions)))

    started = datetime.now(UTC)
    async_nodes.run(runner.ask_all(questions, plan, journal, asked))
    rows = [journal.rows[question.id] for question in questions]
    run["started"] = started.isoformat(timespec="seconds")
    results = _results(run, rows, request.depths)
    results["comparison"] = compare.compare(before, rows) if before else None
    _write(folder, results, rows)
    results["experiment"] = langsmith_experiment.record(questions, rows, run) if langsmith() else None
    return results | {"files": {name: str(folder / name) for name in (runner.DONE, runner.ROWS, "report.html")}}


def _prepared(request: Request, questions: Sequence[Question], context: Context) -> tuple[dict[str, Any], runner.Plan]:
    """Return the settings that the results depend on, and the plan of the run.

    Raises:
        BadInputError: there is no document to ask.
        IndexMismatchError: the vectors are incomplete, or another model's.
    """
    deps = dependencies.for_context(context)
    documents = [row for row in deps.stores.catalog.documents() if row.generation]
    if not documents:
        raise BadInputError(
            f"{str(deps.stores.home)!r} holds no document to ask: run `pagewitness ingest FILE` first, or name another "
            "folder with --home."
        )
    deps.retriever()  # raises for vectors that are incomplete, or another model's
    judge = build_judge(name) if (name := request.judge or settings().judge_model) else None
    model = context.chat_model if deps.engine.name != "offline" else ""
    run = {
        "file": request.file.name,
        "questions": len(questions),
        "engine": deps.engine.name,
        "model": model,
        "embedder": deps.embedder.identity,
        "prompts": {name: prompts.load(name).version for name in _PROMPTS} if model else {},
        **{name: getattr(context, name) for name in ("top_k", "min_grade", "max_rewrites")},
        "depths": list(request.depths),
        "scope": "doc" if request.by_doc else "all",
        "judge": judge.name if judge else "",
        "documents": [{"name": row.name, "id": row.id, "generation": row.generation} for row in documents],
        "version": version("pagewitness"),
    }
    basis = json.dumps([run, [fingerprint(question) for question in questions]], sort_keys=True)
    key = hashlib.sha256(basis.encode()).hexdigest()[:10]
    run |= {"key": key, "concurrency": request.concurrency, "matching": METHOD}
    return run, runner.Plan(
        key, context, request.depths, request.by_doc, request.concurrency, judge, deps.stores.catalog
    )


def _results(run: dict[str, Any], rows: Sequence[Row], depths: Sequence[int]) -> dict[str, Any]:
    return {
        "run": run,
        "summary": metrics.summary(rows, depths),
        "kinds": metrics.by_kind(rows, depths),
        "refusal_curve": metrics.refusal_curve(rows),
        "comparison": None,
    }


def _write(folder: Path, results: dict[str, Any], rows: Sequence[Row]) -> None:
    """Write both reports; results.json comes last, because it marks the run as finished."""
    (folder / "report.html").write_text(report.page(results, rows), "utf-8")
    short = [{name: row[name] for name in ("id", "fingerprint", "kind", "scores")} for row in rows]
    part = folder / f"{runner.DONE}.part"
    part.write_text(json.dumps(results | {"rows": short}, ensure_ascii=False, indent=1), "utf-8")
    part.replace(folder / runner.DONE)


def _plain(name: str) -> str:
    return re.sub(r"[^\w.-]+", "-", name)[:60] or "questions"
