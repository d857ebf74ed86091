"""Outcomes of checked claims: each claim's verdict, reasons and history over a repair, and the answer's verdict.

Separate from the verifier, which takes 12 ms to import and is needed only once there are claims.
"""

from __future__ import annotations

from collections.abc import Sequence

from graph.types import Citation, ClaimCheck, is_verified
from graph.verdicts import AnswerVerdict, Verdict

_PART = "the quote says only a part of it"
_WEAK_NO = "the model that checks statements denies this one, and also one that repeats its quote"
_WORST_FIRST: Sequence[Verdict] = ("refused", "seen", "partly_proven", "related", "proven")


def citations_of(check: ClaimCheck) -> list[Citation]:
    """Return all citations of a checked claim."""
    return [*([check["citation"]] if check["citation"] else []), *check.get("further", [])]


def settled(check: ClaimCheck) -> ClaimCheck:
    """Return a check with its verdict and the reasons for it, which its citations repeat."""
    verdict, reasons = _verdict(check)
    check = {**check, "verdict": verdict, "reasons": reasons}
    if check["citation"]:
        check["citation"] = _marked(check["citation"], verdict, reasons)
    if check.get("further"):
        check["further"] = [_marked(citation, verdict, reasons) for citation in check["further"]]
    return check


def verdict_of_claim(check: ClaimCheck) -> Verdict:
    """Return the verdict of a checked claim, computed for checks of older versions, which have none."""
    return check.get("verdict") or _verdict(check)[0]


def verdict_of_answer(checks: Sequence[ClaimCheck]) -> AnswerVerdict:
    """Return the verdict of an answer with these claims; claims that were left out do not count."""
    said = {verdict_of_claim(check) for check in checks} - {"refused"}
    claimed = said - {"related"}
    if len(claimed) == 1:
        return claimed.pop()
    return "partly_proven" if claimed else "related" if said else "refused"


def cited(checks: Sequence[ClaimCheck]) -> list[Citation]:
    """Return the citations of an answer, each marker once; of claims that share one, the worst verdict."""
    found: dict[int, Citation] = {}
    for citation in (citation for check in checks for citation in citations_of(check)):
        known = found.setdefault(citation["marker"], citation)
        if _rank(citation) < _rank(known):
            found[citation["marker"]] = citation
    return list(found.values())


def numbered(checks: Sequence[ClaimCheck]) -> list[ClaimCheck]:
    """Return checks with their citations numbered in order; the same quote of a chunk gets the same number."""
    markers: dict[tuple[str, str], int] = {}
    for citation in (citation for check in checks for citation in citations_of(check)):
        citation["marker"] = markers.setdefault((citation["chunk"], citation["quote"]), len(markers) + 1)
    return list(checks)


def with_history(checks: Sequence[ClaimCheck], first: Sequence[ClaimCheck]) -> list[ClaimCheck]:
    """Return the checks after a repair; those of replaced claims have the earlier claim and its failure."""
    merged = []
    for check, before in zip(checks, first, strict=True):
        if before["failure"] and check["claim"] != before["claim"]:
            check = {**check, "repaired": True, "before": {"claim": before["claim"], "failure": before["failure"]}}
        merged.append(check)
    return merged


def _verdict(check: ClaimCheck) -> tuple[Verdict, list[str]]:
    citation = check["citation"]
    if check["failure"] or citation is None:
        return "refused", [check["failure"]] if check["failure"] else []
    unproven = [] if is_verified(citation) else [citation.get("reason") or "Only a model gives these words."]
    if check["claim"].get("related"):
        return "related", unproven
    doubts = _doubts(check)
    if unproven:
        return "seen", [*unproven, *doubts]
    return ("partly_proven", doubts) if doubts else ("proven", [])


def _doubts(check: ClaimCheck) -> list[str]:
    """Return the remaining doubts: a trusted model's yes removes those of the rules."""
    said, doubts = check.get("entailment"), check.get("doubts", [])
    if said is None or not said.get("trusted", True):
        weak = [_WEAK_NO] if said and said["answer"] != "yes" else []
        return [*doubts, *weak]
    return [] if said["answer"] == "yes" else [said["reason"] or _PART, *doubts]


def _marked(citation: Citation, verdict: Verdict, reasons: Sequence[str]) -> Citation:
    """Return a citation with the verdict of its claim; a doubt becomes its reason unless it has one already."""
    citation = {**citation, "verdict": verdict}
    if reasons and "reason" not in citation:
        citation["reason"] = _sentence(reasons[0])
    return citation


def _sentence(reason: str) -> str:
    return reason[:1].upper() + reason[1:].rstrip(".") + "."


def _rank(citation: Citation) -> int:
    return _WORST_FIRST.index(citation.get("verdict", "proven"))
