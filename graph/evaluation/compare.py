"""A paired comparison of two runs over the same questions; pairing removes the questions' own difficulty."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from graph.errors import BadInputError
from graph.evaluation.metrics import COSTS, LESS_IS_BETTER, bootstrap, share_names
from graph.evaluation.questions import Question, fingerprint
from graph.settings import FORMER_ENGINE_NAMES

_FIELDS = frozenset({"id", "fingerprint", "kind", "scores"})


def read_results(path: Path) -> dict[str, Any]:
    """Read the results of an earlier run.

    Raises:
        BadInputError: the file cannot be read, or holds no results.
    """
    try:
        value = json.loads((path / "results.json" if path.is_dir() else path).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise BadInputError(
            f"{str(path)!r} cannot be read as results: name the results.json of an earlier run."
        ) from error
    rows = value.get("rows") if isinstance(value, dict) and isinstance(value.get("run"), dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) and row.keys() >= _FIELDS for row in rows):
        raise BadInputError(f"{str(path)!r} holds no results: name the results.json of an earlier run.")
    assert isinstance(value, dict)
    run = value["run"]
    if run.get("engine") in FORMER_ENGINE_NAMES:
        run["engine"] = FORMER_ENGINE_NAMES[run["engine"]]
    return value


def check_comparable(before: Mapping[str, Any], questions: Sequence[Question]) -> None:
    """Raise BadInputError if an earlier run has none of these questions; called before any is asked."""
    if not {(row["id"], row["fingerprint"]) for row in before["rows"]} & {(q.id, fingerprint(q)) for q in questions}:
        raise BadInputError("The two runs have no question in common: compare runs over the same question set.")


def compare(before: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the differences of this run from an earlier one, over all questions and for each kind.

    Args:
        before: The results of the earlier run.
        rows: This run's rows, with `id`, `fingerprint`, `kind` and `scores`; `check_comparable` found some in both.
    """
    earlier = {(row["id"], row["fingerprint"]): row["scores"] for row in before["rows"]}
    pairs = [
        (row["kind"], earlier[place], row["scores"])
        for row in rows
        if (place := (row["id"], row["fingerprint"])) in earlier
    ]
    kinds = dict.fromkeys(kind for kind, *_ in pairs)
    return {
        "before": before["run"],
        "paired": len(pairs),
        "unpaired": len(rows) + len(earlier) - 2 * len(pairs),
        "metrics": differences([(old, new) for _, old, new in pairs]),
        "kinds": {kind: differences([(old, new) for its, old, new in pairs if its == kind]) for kind in kinds},
    }


def differences(pairs: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> dict[str, dict[str, float]]:
    """Return for each score of both runs: both means, their difference, its 95 % interval, wins and losses.

    A question counts for a score only if the score applies to it in both runs.
    """
    depths = sorted({int(name.partition("@")[2]) for old, _ in pairs for name in old if "@" in name})
    found = {}
    for name in [*share_names(depths), *COSTS]:
        both = [(old[name], new[name]) for old, new in pairs if None not in (old.get(name), new.get(name))]
        if not both:
            continue
        changes = [new - old for old, new in both]
        low, high = bootstrap(changes)
        sign = -1 if name in LESS_IS_BETTER else 1
        found[name] = {
            "before": round(sum(old for old, _ in both) / len(both), 4),
            "after": round(sum(new for _, new in both) / len(both), 4),
            "difference": round(sum(changes) / len(changes), 4),
            "low": round(low, 4),
            "high": round(high, 4),
            "better": sum(sign * change > 0 for change in changes),
            "worse": sum(sign * change < 0 for change in changes),
            "n": len(both),
        }
    return found
