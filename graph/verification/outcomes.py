"""What checked claims come to: the verdict of each with its reasons, its history over a repair, the answer's verdict.

Apart from the verifier, which takes 12 ms to import and is needed only once there are claims.
"""

from __future__ import annotations

from collections.abc import Sequence

from graph.types import Citation, ClaimCheck, is_verified
from graph.verdicts import AnswerVerdict, Verdict

_WORST_FIRST: Sequence[Verdict] = ("refused", "seen", "partly_proven", "related", "proven")


def citations_of(check: ClaimCheck) -> list[Citation]:
    """Return all citations of a checked claim."""
    return [*([check["citation"]] if check["citation"] else []), *check.get("further", [])]


def settled(check: ClaimCheck) -> ClaimCheck:
    """Return a check with its verdict and the reasons for it; its citations say the same."""
    verdict, reasons = _verdict(check)
    check = {**check, "verdict": verdict, "reasons": reasons}
    if check["citation"]:
        check["citation"] = _marked(check["citation"], verdict, reasons)
    if check.get("further"):
        check["further"] = [_marked(citation, verdict, reasons) for citation in check["further"]]
    return check


def verdict_of_claim(check: ClaimCheck) -> Verdict:
    """Return the verdict of a checked claim; a check of an older version has none yet."""
    return check.get("verdict") or _verdict(check)[0]


def verdict_of_answer(checks: Sequence[ClaimCheck]) -> AnswerVerdict:
    """Return how far an answer of these claims is proven; those that were left out do not count."""
    said = {verdict_of_claim(check) for check in checks} - {"refused"}
    claimed = said - {"related"}
    if len(claimed) == 1:
        return claimed.pop()
    return "partly_proven" if claimed else "related" if said else "refused"


def cited(checks: Sequence[ClaimCheck]) -> list[Citation]:
    """Return the citations of an answer, each marker once; one that several claims share says the worst of them."""
    found: dict[int, Citation] = {}
    for citation in (citation for check in checks for citation in citations_of(check)):
        known = found.setdefault(citation["marker"], citation)
        if _rank(citation) < _rank(known):
            found[citation["marker"]] = citation
    return list(found.values())


def with_history(checks: Sequence[ClaimCheck], first: Sequence[ClaimCheck]) -> list[ClaimCheck]:
    """Return the checks after a repair; those of replaced claims hold the claim before and why it failed."""
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
    if unproven:
        return "seen", [*unproven, *check.get("doubts", [])]
    if doubts := check.get("doubts"):
        return "partly_proven", list(doubts)
    return "proven", []


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
