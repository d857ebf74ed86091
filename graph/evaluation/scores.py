"""What became of one question: the scores of a row. A score that does not apply is None and counts nowhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from typing_extensions import TypedDict

from graph.evaluation.matching import holds_evidence
from graph.evaluation.questions import Question, fingerprint
from graph.types import RetrievedChunk, Usage

Scores = dict[str, float | None]


class Found(TypedDict):
    """A retrieved passage as a row keeps it: without its text."""

    name: str
    pages: list[int]
    score: float
    grade: float | None
    characters: int
    gold: bool


class Cited(TypedDict):
    """A citation as a row keeps it, and whether the second check found its quote on its page."""

    name: str
    pages: list[int]
    quote: str
    found: bool


class Row(TypedDict):
    """A question that was asked, what came back, and the scores; `error` is "" unless asking raised.

    `free` marks an answer that strings cannot tell, `method` says how it was told all the same.
    """

    run: str
    id: str
    fingerprint: str
    kind: str
    question: str
    answerable: bool
    expected: list[str]
    pages: list[int]
    answer: str
    refused: bool
    reason: str | None
    free: bool
    method: Literal["strings", "judge", ""]
    verdict: str
    citations: list[Cited]
    retrieved: list[Found]
    usage: Usage
    judge_usage: Usage
    error: str
    scores: Scores


def hits(question: Question, passage: RetrievedChunk) -> set[int]:
    """The pages asked for that a passage stands on; none where it belongs to another document."""
    named = question.doc or (question.documents[0] if len(question.documents) == 1 else "")
    if named and not _same_document(named, passage):
        return set()
    return set(_pages(passage)) & set(question.pages)


def retrieval_scores(question: Question, passages: Sequence[RetrievedChunk], depths: Sequence[int]) -> Scores:
    """Whether the page and the evidence are among the first passages, for each depth, and the reciprocal rank."""
    pages = [hits(question, passage) for passage in passages]
    scores: Scores = {}
    for depth in depths:
        covered = set().union(*pages[:depth])
        hit = covered >= set(question.pages) if question.pages_mode == "all" else bool(covered)
        scores[f"page@{depth}"] = float(hit) if question.pages else None
        texts = [passage["text"] for passage in passages[:depth]]
        scores[f"evidence@{depth}"] = float(holds_evidence(texts, question.evidence)) if question.evidence else None
    first = next((rank for rank, held in enumerate(pages, 1) if held), None)
    scores["mrr"] = (1 / first if first else 0.0) if question.pages else None
    return scores


def answer_scores(question: Question, result: Mapping[str, Any], matched: bool | None, found: Sequence[bool]) -> Scores:
    """What was answered or refused, and how its citations stood the check.

    Args:
        question: What was asked.
        result: What the graph gave back.
        matched: Whether the answer is the expected one; None where nothing tells.
        found: For each citation, whether its quote stands on its page.
    """
    refused = bool(result["refused"])
    scores: Scores = {"match": None, "false_refusal": None, "right_refusal": None}
    if question.answerable:
        scores["false_refusal"] = float(refused)
        scores["match"] = 0.0 if refused else None if matched is None else float(matched)
    else:
        scores["right_refusal"] = float(refused)
    cited = [(one["name"], one["document"], page) for one in result["citations"] for page in _pages(one)]
    on_page = any(
        page in question.pages and (not question.doc or _is(question.doc, name, document))
        for name, document, page in cited
    )
    scores["citations"] = float(len(found)) if found else None
    scores["citations_valid"] = sum(found) / len(found) if found else None
    scores["cited_page"] = float(on_page) if question.pages and not refused else None
    return scores


def cost_scores(result: Mapping[str, Any], depths: Sequence[int]) -> Scores:
    """Seconds, requests, tokens, and how many characters the passages have that are offered."""
    usage, texts = result["usage"], [passage["text"] for passage in result["retrieved"][: max(depths)]]
    return {
        "seconds": float(result["seconds"]),
        "requests": float(usage["requests"]),
        "input_tokens": float(usage["input_tokens"]),
        "output_tokens": float(usage["output_tokens"]),
        "characters": float(sum(map(len, texts))) if texts else None,
    }


def failed_scores(question: Question, depths: Sequence[int]) -> Scores:
    """A question that could not be asked: everything that was wanted of it is missed."""
    scores = retrieval_scores(question, [], depths)
    return scores | ({"match": 0.0} if question.answerable else {"right_refusal": 0.0})


def kept(question: Question, passages: Sequence[RetrievedChunk]) -> list[Found]:
    """The retrieved passages for a row."""
    return [
        Found(
            name=passage["name"],
            pages=_pages(passage),
            score=passage["score"],
            grade=passage.get("grade"),
            characters=len(passage["text"]),
            gold=bool(hits(question, passage)),
        )
        for passage in passages
    ]


def empty_row(run: str, question: Question) -> Row:
    """The row of a question that was not yet asked."""
    nothing = Usage(requests=0, input_tokens=0, output_tokens=0)
    return Row(
        run=run, id=question.id, fingerprint=fingerprint(question), kind=question.kind, question=question.question,
        answerable=question.answerable, expected=list(question.answers), pages=list(question.pages), answer="",
        refused=False, reason=None, free=False, method="", verdict="", citations=[], retrieved=[], usage=nothing,
        judge_usage=nothing.copy(), error="", scores={},
    )  # fmt: skip


def _pages(place: Mapping[str, Any]) -> list[int]:
    return list(place.get("pages") or [place["page"]])


def _same_document(named: str, passage: RetrievedChunk) -> bool:
    return _is(named, passage["name"], passage["document"])


def _is(named: str, name: str, document: str) -> bool:
    """Whether a document is meant: by its name, with or without its ending, or its id."""
    wanted = named.strip().casefold()
    return wanted in (name.casefold(), name.casefold().rsplit(".", 1)[0], document)
