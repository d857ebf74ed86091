"""Metrics of a run: means with confidence intervals over all rows and for each kind of question, and notes on them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from graph.evaluation.scores import Row

LABELS = {
    "mrr": "MRR",
    "match": "answer match",
    "right_refusal": "right refusals",
    "false_refusal": "false refusals",
    "right_proven": "right and proven",
    "wrong_proven": "wrong and proven",
    "related": "only related",
    "citations_valid": "citations valid",
    "cited_page": "right page cited",
    "requests": "requests",
    "input_tokens": "tokens in",
    "output_tokens": "tokens out",
    "seconds": "seconds",
}
"""The names of the scores in reports; recall comes before them, by depth."""

COSTS = ("requests", "input_tokens", "output_tokens", "seconds")
LESS_IS_BETTER = frozenset({"false_refusal", "wrong_proven", *COSTS})
_SHARES = (
    "mrr", "match", "right_proven", "wrong_proven", "related", "right_refusal", "false_refusal", "citations_valid",
    "cited_page",
)  # fmt: skip
_CURVE = [step / 4 for step in range(41)]  # thresholds from 0 to 10
_Z = 1.959963984540054  # standard deviations around the mean that hold 95 % of a normal distribution
_RESAMPLES, _SEED, _BLOCK = 10_000, 20261122, 500

Interval = tuple[float, float]


def label(name: str) -> str:
    """Return the name of a score in reports."""
    kind, at, depth = name.partition("@")
    return f"{kind} recall@{depth}" if at else LABELS[name]


def share_names(depths: Sequence[int]) -> list[str]:
    """Return the scores from 0 to 1 in the order of the reports."""
    return [*(f"{kind}@{depth}" for kind in ("page", "evidence") for depth in depths), *_SHARES]


def values(rows: Sequence[Row], name: str) -> list[float]:
    """Return a score of all rows to which it applies."""
    return [value for row in rows if (value := row["scores"].get(name)) is not None]


def summary(rows: Sequence[Row], depths: Sequence[int]) -> dict[str, Any]:
    """Return the metrics of some rows.

    `metrics` holds for each score its mean, the 95 % interval and the number of questions that it applies to. Citations
    are counted one by one. A question that could not be asked counts as missed, and is left out of times.
    """
    metrics = {}
    for name in share_names(depths):
        if held := values(rows, name):
            low, high = mean_interval(held)
            metrics[name] = {
                "mean": round(sum(held) / len(held), 4), "low": round(low, 4), "high": round(high, 4), "n": len(held)
            }  # fmt: skip
    citations = [one["found"] for row in rows for one in row["citations"]]
    seconds, characters = values(rows, "seconds"), values(rows, "characters")
    return {
        "questions": len(rows),
        "answerable": sum(row["answerable"] for row in rows),
        "unanswerable": sum(not row["answerable"] for row in rows),
        "errors": sum(bool(row["error"]) for row in rows),
        "metrics": metrics,
        "reasons": _reasons(rows),
        "outcomes": _outcome_counts(rows),
        "citations": {"count": len(citations), "valid": sum(citations)},
        "matched_by": dict(Counter(row["method"] for row in rows if row["method"])),
        "free_by_strings": sum(row["free"] and row["method"] == "strings" for row in rows),
        "requests": int(sum(values(rows, "requests"))),
        "input_tokens": int(sum(values(rows, "input_tokens"))),
        "output_tokens": int(sum(values(rows, "output_tokens"))),
        "judge_requests": sum(row["judge_usage"]["requests"] for row in rows),
        "seconds": {"median": round(quantile(seconds, 0.5), 3), "p95": round(quantile(seconds, 0.95), 3)}
        if seconds
        else None,
        "characters": round(quantile(characters, 0.5)) if characters else None,
    }


def by_kind(rows: Sequence[Row], depths: Sequence[int]) -> dict[str, dict[str, Any]]:
    """Return the metrics of each kind, in the order of their first rows."""
    kinds = dict.fromkeys(row["kind"] for row in rows)
    return {kind: summary([row for row in rows if row["kind"] == kind], depths) for kind in kinds}


def refusal_curve(rows: Sequence[Row]) -> list[dict[str, float]]:
    """Return the shares of unanswerable (`right`) and answerable (`false`) questions refused at each minimum grade.

    They are computed from the best grade of a question's chunks; refusals for lack of a verified quote are not
    counted. Empty without both kinds of questions, or without grades.
    """
    best = [
        (row["answerable"], max((found["grade"] or 0.0 for found in row["retrieved"]), default=0.0))
        for row in rows
        if not row["error"]
    ]
    graded = any(found["grade"] is not None for row in rows for found in row["retrieved"])
    answerable = [grade for is_answerable, grade in best if is_answerable]
    unanswerable = [grade for is_answerable, grade in best if not is_answerable]
    if not (graded and answerable and unanswerable):
        return []
    return [
        {
            "threshold": threshold,
            "right": round(sum(grade < threshold for grade in unanswerable) / len(unanswerable), 4),
            "false": round(sum(grade < threshold for grade in answerable) / len(answerable), 4),
        }
        for threshold in _CURVE
    ]


def _reasons(rows: Sequence[Row]) -> dict[str, dict[str, int]]:
    """Return the reasons of refusals with their counts, for answerable and unanswerable questions."""
    refused = [row for row in rows if row["refused"]]
    return {
        "answerable": dict(Counter(str(row["reason"]) for row in refused if row["answerable"])),
        "unanswerable": dict(Counter(str(row["reason"]) for row in refused if not row["answerable"])),
    }


def mean_interval(values: Sequence[float]) -> Interval:
    """Return the 95 % interval of a mean: Wilson's for shares (values of 0 and 1), a percentile bootstrap otherwise.

    A bootstrap of values that are all 1 would claim certainty; Wilson's interval does not.
    """
    if set(values) <= {0.0, 1.0}:
        return wilson(sum(values), len(values))
    return bootstrap(values)


def wilson(successes: float, count: int) -> Interval:
    """Return Wilson's 95 % interval of a share; `count` must not be 0."""
    share, squared = successes / count, _Z * _Z
    middle = (share + squared / (2 * count)) / (1 + squared / count)
    half = _Z * math.sqrt(share * (1 - share) / count + squared / (4 * count * count)) / (1 + squared / count)
    # Exact at the ends, where the formula has rounding errors.
    return (0.0 if successes == 0 else max(0.0, middle - half), 1.0 if successes == count else min(1.0, middle + half))


def bootstrap(values: Sequence[float]) -> Interval:
    """Return the 95 % percentile interval of the mean over resamples; reproducible, with a fixed seed.

    Given the differences of two runs question by question, this is the paired interval of their difference.
    """
    given, random = np.asarray(values, float), np.random.default_rng(_SEED)
    means = [
        given[random.integers(0, len(given), (_BLOCK, len(given)))].mean(axis=1) for _ in range(_RESAMPLES // _BLOCK)
    ]
    low, high = np.percentile(np.concatenate(means), [2.5, 97.5])
    return float(low), float(high)


def quantile(values: Sequence[float], share: float) -> float:
    """Return the quantile of the values, interpolated; `share` is 0-1."""
    return float(np.quantile(np.asarray(values, float), share))


def notes(results: Mapping[str, Any]) -> Iterator[str]:
    """Yield the sentences below the tables."""
    run, summary = results["run"], results["summary"]
    model = f" ({run['model']})" if run["model"] else ""
    documents = len(run["documents"])
    yield (
        f"{summary['questions']} questions over {documents} {'document' if documents == 1 else 'documents'}, "
        f"answered by {run['engine']}{model}; vectors of {run['embedder']}."
    )
    yield matching(results)
    citations = summary["citations"]
    yield f"Citations that a second check found on their pages: {citations['valid']} of {citations['count']}."
    spent = f"{summary['requests']} requests, {summary['input_tokens']} tokens in, {summary['output_tokens']} out"
    yield f"Spent: {spent}; the judge: {summary['judge_requests']} requests."
    yield from _outcomes(summary["outcomes"])
    if reasons := list(_refusal_reasons(summary)):
        yield f"Refused: {'; '.join(reasons)}."
    if summary["characters"]:
        yield f"The retrieved chunks have {summary['characters']} characters in total (median)."
    if summary["errors"]:
        yield f"Could not be asked, and counted as missed: {summary['errors']}; see `error` in rows.jsonl."
    if results["comparison"]:
        paired, alone = results["comparison"]["paired"], results["comparison"]["unpaired"]
        yield f"Compared question by question: {paired} pairs; {alone} are in one of the runs only."


def matching(results: Mapping[str, Any]) -> str:
    """Return the sentence on how answers were compared with the expected ones."""
    run, by = results["run"], results["summary"]["matched_by"]
    if run["judge"]:
        return (
            f"Answers compared by {run['matching']}: {by.get('strings', 0)}; by {run['judge']}: {by.get('judge', 0)}."
        )
    free = results["summary"]["free_by_strings"]
    method = f"Answers compared by {run['matching']}, without a judge model"
    return f"{method}; free answers among them, found only word for word: {free}." if free else f"{method}."


def _outcome_counts(rows: Sequence[Row]) -> dict[str, dict[str, int]]:
    """Return how many questions got an answer, only related quotes, or a refusal.

    For each of these: `all`, and `right`: answers with the expected text; related quotes and refusals to a question
    that the documents do not answer.
    """
    counts = {name: {"all": 0, "right": 0} for name in ("answered", "related", "refused")}
    for row in rows:
        if not row["error"]:
            name = "refused" if row["refused"] else "related" if row["scores"].get("related") else "answered"
            counts[name]["all"] += 1
            right = row["scores"].get("match") == 1 if name == "answered" else not row["answerable"]
            counts[name]["right"] += bool(right)
    return counts


def _outcomes(counts: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    """Yield a sentence on the precision of answers, of related quotes and of refusals."""
    said = [f"{name} {held['all']}, rightly {held['right']}" for name, held in counts.items() if held["all"]]
    yield f"Questions by outcome: {'; '.join(said)}. It is right to refuse, or to claim nothing, where no page answers."


def _refusal_reasons(summary: Mapping[str, Any]) -> Iterator[str]:
    for name, counts in summary["reasons"].items():
        if counts:
            yield f"{name} " + ", ".join(f"{reason} {count}" for reason, count in sorted(counts.items()))
