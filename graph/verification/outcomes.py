"""What checked claims come to: their citations, their history over a repair, and how many were proven.

Apart from the verifier, which takes 12 ms to import and is needed only once there are claims.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from graph.types import Citation, ClaimCheck, is_verified


def citations_of(check: ClaimCheck) -> list[Citation]:
    """Return all citations of a checked claim."""
    return [*([check["citation"]] if check["citation"] else []), *check.get("further", [])]


def with_history(checks: Sequence[ClaimCheck], first: Sequence[ClaimCheck]) -> list[ClaimCheck]:
    """Return the checks after a repair; those of replaced claims hold the claim before and why it failed."""
    merged = []
    for check, before in zip(checks, first, strict=True):
        if before["failure"] and check["claim"] != before["claim"]:
            check = {**check, "repaired": True, "before": {"claim": before["claim"], "failure": before["failure"]}}
        merged.append(check)
    return merged


def count_outcomes(checks: Sequence[ClaimCheck]) -> Mapping[str, int]:
    """Return how many claims were verified (`proven`), only a model's word (`seen`), or left out (`dropped`)."""
    cited = [check["citation"] for check in checks]
    proven = sum(1 for citation in cited if citation and is_verified(citation))
    seen = sum(1 for citation in cited if citation and not is_verified(citation))
    return {"proven": proven, "seen": seen, "dropped": len(cited) - proven - seen}
