"""From rows to figures: all together and for each kind of question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from graph.evaluation.rows import Row
from graph.evaluation.statistics import mean_interval, quantile

LABELS = {
    "mrr": "MRR",
    "match": "answer match",
    "right_refusal": "right refusals",
    "false_refusal": "false refusals",
    "citations_valid": "citations valid",
    "cited_page": "right page cited",
    "requests": "requests",
    "input_tokens": "tokens in",
    "output_tokens": "tokens out",
    "seconds": "seconds",
}
"""The scores that are shown, under the names that they are shown by; recall comes before them, by depth."""

COSTS = ("requests", "input_tokens", "output_tokens", "seconds")
LESS_IS_BETTER = frozenset({"false_refusal", *COSTS})
_SHARES = ("mrr", "match", "right_refusal", "false_refusal", "citations_valid", "cited_page")
_CURVE = [step / 4 for step in range(41)]  # thresholds from 0 to 10


def label(name: str) -> str:
    """The name that a score is shown by."""
    kind, at, depth = name.partition("@")
    return f"{kind} recall@{depth}" if at else LABELS[name]


def share_names(depths: Sequence[int]) -> list[str]:
    """The scores from 0 to 1, in the order in which they are shown."""
    return [*(f"{kind}@{depth}" for kind in ("page", "evidence") for depth in depths), *_SHARES]


def values(rows: Sequence[Row], name: str) -> list[float]:
    """A score of all rows to which it applies."""
    return [value for row in rows if (value := row["scores"].get(name)) is not None]


def summary(rows: Sequence[Row], depths: Sequence[int]) -> dict[str, Any]:
    """The figures of some rows.

    `metrics` holds for each score its mean, the 95 % interval and the number of questions it applies to; citations
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
    """The figures of each kind, in the order in which kinds first come."""
    kinds = dict.fromkeys(row["kind"] for row in rows)
    return {kind: summary([row for row in rows if row["kind"] == kind], depths) for kind in kinds}


def refusal_curve(rows: Sequence[Row]) -> list[dict[str, float]]:
    """What the least grade would refuse, at each threshold: of the unanswerable questions, and of the answerable.

    It goes by the best grade that a passage got, so it leaves out what is refused for want of proof. Empty where
    there are not both kinds of questions, or no grades.
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
    """Why questions were refused: those that should have been answered, and those that should not."""
    refused = [row for row in rows if row["refused"]]
    return {
        "answerable": dict(Counter(str(row["reason"]) for row in refused if row["answerable"])),
        "unanswerable": dict(Counter(str(row["reason"]) for row in refused if not row["answerable"])),
    }
