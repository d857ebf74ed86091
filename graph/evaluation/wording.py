"""What is said of a run beside its figures: who answered, how answers were told, what to keep in mind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def notes(results: Mapping[str, Any]) -> Iterator[str]:
    """Plain sentences for under the tables."""
    run, summary = results["run"], results["summary"]
    model = f" ({run['model']})" if run["model"] else ""
    documents = len(run["documents"])
    yield (
        f"{summary['questions']} questions over {documents} {'document' if documents == 1 else 'documents'}, "
        f"answered by {run['engine']}{model}; vectors of {run['embedder']}."
    )
    yield matching(results)
    citations = summary["citations"]
    yield f"Citations found again on their pages by a second check: {citations['valid']} of {citations['count']}."
    spent = f"{summary['requests']} requests, {summary['input_tokens']} tokens in, {summary['output_tokens']} out"
    yield f"Spent: {spent}; the judge: {summary['judge_requests']} requests."
    if reasons := list(_reasons(summary)):
        yield f"Refused: {'; '.join(reasons)}."
    if summary["characters"]:
        yield f"The passages offered have {summary['characters']} characters together (median)."
    if summary["errors"]:
        yield f"Could not be asked, and counted as missed: {summary['errors']}; see `error` in rows.jsonl."
    if results["comparison"]:
        paired, alone = results["comparison"]["paired"], results["comparison"]["unpaired"]
        yield f"Compared question by question: {paired} pairs; {alone} stand in one of the runs only."


def matching(results: Mapping[str, Any]) -> str:
    """How it was told whether an answer is the expected one."""
    run, by = results["run"], results["summary"]["matched_by"]
    if run["judge"]:
        return f"Answers told by {run['matching']}: {by.get('strings', 0)}; by {run['judge']}: {by.get('judge', 0)}."
    free = results["summary"]["free_by_strings"]
    told = f"Answers told by {run['matching']}, without a judge model"
    return f"{told}; free answers among them, found only word for word: {free}." if free else f"{told}."


def _reasons(summary: Mapping[str, Any]) -> Iterator[str]:
    for name, counts in summary["reasons"].items():
        if counts:
            yield f"{name} " + ", ".join(f"{reason} {count}" for reason, count in sorted(counts.items()))
