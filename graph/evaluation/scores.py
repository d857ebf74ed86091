"""The row of one question with its scores; a score that does not apply is None and is not counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from typing_extensions import TypedDict

from graph.evaluation.matching import holds_evidence
from graph.evaluation.questions import Question, fingerprint
from graph.types import RetrievedChunk, Usage

Scores = dict[str, float | None]


class Found(TypedDict):
    """A retrieved chunk in a row, without its text."""

    name: str
    """Its document's name."""
    pages: list[int]
    """Its pages."""
    score: float
    """Its retrieval score."""
    grade: float | None
    """Its grade, 0-10."""
    characters: int
    """The length of its text."""
    gold: bool
    """Whether it is on a page that holds the answer."""


class Cited(TypedDict):
    """A citation in a row."""

    name: str
    """Its document's name."""
    pages: list[int]
    """Its pages."""
    quote: str
    """The quoted words."""
    found: bool
    """Whether the second check found the quote on its page."""


class Row(TypedDict):
    """A question with its answer and scores."""

    run: str
    """The key of the run."""
    id: str
    """The question's id."""
    fingerprint: str
    """The question's fingerprint."""
    kind: str
    """The question's kind."""
    question: str
    """The question."""
    answerable: bool
    """Whether the documents answer it."""
    expected: list[str]
    """The expected answers."""
    pages: list[int]
    """The pages that hold the answer."""
    answer: str
    """The answer that came."""
    refused: bool
    """Whether it was refused."""
    reason: str | None
    """Why it was refused."""
    free: bool
    """Whether a judge is needed to decide if the answer is right."""
    method: Literal["strings", "judge", ""]
    """How that was decided; "" if not at all."""
    verdict: str
    """The judge's reason."""
    said: str
    """How far the answer is proven: its verdict."""
    citations: list[Cited]
    """The citations of the answer."""
    retrieved: list[Found]
    """The retrieved chunks, best first."""
    usage: Usage
    """The cost of the answer."""
    judge_usage: Usage
    """The cost of the judge."""
    error: str
    """The exception that was raised, or ""."""
    scores: Scores
    """The scores by name."""


def hits(question: Question, chunk: RetrievedChunk) -> set[int]:
    """Return those of the question's pages that a chunk is on; none for a chunk of another document."""
    named = question.doc or (question.documents[0] if len(question.documents) == 1 else "")
    if named and not _same_document(named, chunk):
        return set()
    return set(_pages(chunk)) & set(question.pages)


def retrieval_scores(question: Question, chunks: Sequence[RetrievedChunk], depths: Sequence[int]) -> Scores:
    """Return for each depth whether the page and the evidence are among the first chunks, and the reciprocal rank."""
    pages = [hits(question, chunk) for chunk in chunks]
    scores: Scores = {}
    for depth in depths:
        covered = set().union(*pages[:depth])
        hit = covered >= set(question.pages) if question.pages_mode == "all" else bool(covered)
        scores[f"page@{depth}"] = float(hit) if question.pages else None
        texts = [chunk["text"] for chunk in chunks[:depth]]
        scores[f"evidence@{depth}"] = float(holds_evidence(texts, question.evidence)) if question.evidence else None
    first = next((rank for rank, held in enumerate(pages, 1) if held), None)
    scores["mrr"] = (1 / first if first else 0.0) if question.pages else None
    return scores


def answer_scores(
    question: Question,
    result: Mapping[str, Any],
    matched: bool | None,
    found: Sequence[bool],
    claimed: bool | None = None,
) -> Scores:
    """Return the scores of the answer or refusal and of its citations.

    Args:
        question: The question.
        result: The output of the query graph.
        matched: Whether the answer is the expected one, with quotes that are only related; None if undecided.
        found: For each citation, whether its quote is on its page.
        claimed: The same without those quotes; equal to `matched` if there are none.
    """
    refused, related = bool(result["refused"]), result.get("verdict") == "related"
    claimed = matched if claimed is None else claimed
    scores: Scores = {"match": None, "false_refusal": None, "right_refusal": None}
    if question.answerable:
        scores["false_refusal"] = float(refused)
        scores["match"] = 0.0 if refused else None if matched is None else float(matched)
    else:
        scores["right_refusal"] = float(refused)
    scores["related"] = float(related)
    if not question.answerable or refused or matched is not None:
        right, proven = bool(question.answerable and claimed), result.get("verdict") == "proven"
        scores["wrong_proven"] = float(proven and not refused and not right)
        if question.answerable:
            scores["right_proven"] = float(proven and right)
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
    """Return seconds, requests, tokens, and the number of characters of the chunks up to the largest depth."""
    usage, texts = result["usage"], [chunk["text"] for chunk in result["retrieved"][: max(depths)]]
    return {
        "seconds": float(result["seconds"]),
        "requests": float(usage["requests"]),
        "input_tokens": float(usage["input_tokens"]),
        "output_tokens": float(usage["output_tokens"]),
        "characters": float(sum(map(len, texts))) if texts else None,
    }


def failed_scores(question: Question, depths: Sequence[int]) -> Scores:
    """Return the scores of a question that could not be asked: everything is missed."""
    scores = retrieval_scores(question, [], depths)
    return scores | ({"match": 0.0} if question.answerable else {"right_refusal": 0.0})


def retrieved_rows(question: Question, chunks: Sequence[RetrievedChunk]) -> list[Found]:
    """Return the retrieved chunks for a row."""
    return [
        Found(
            name=chunk["name"],
            pages=_pages(chunk),
            score=chunk["score"],
            grade=chunk.get("grade"),
            characters=len(chunk["text"]),
            gold=bool(hits(question, chunk)),
        )
        for chunk in chunks
    ]


def empty_row(run: str, question: Question) -> Row:
    """Return the row of a question before it is asked."""
    nothing = Usage(requests=0, input_tokens=0, output_tokens=0)
    return Row(
        run=run, id=question.id, fingerprint=fingerprint(question), kind=question.kind, question=question.question,
        answerable=question.answerable, expected=list(question.answers), pages=list(question.pages), answer="",
        refused=False, reason=None, free=False, method="", verdict="", said="",
        citations=[], retrieved=[], usage=nothing,
        judge_usage=nothing.copy(), error="", scores={},
    )  # fmt: skip


def _pages(place: Mapping[str, Any]) -> list[int]:
    return list(place.get("pages") or [place["page"]])


def _same_document(named: str, chunk: RetrievedChunk) -> bool:
    return _is(named, chunk["name"], chunk["document"])


def _is(named: str, name: str, document: str) -> bool:
    """Return whether `named` is the document's name, with or without its ending, or its id."""
    wanted = named.strip().casefold()
    return wanted in (name.casefold(), name.casefold().rsplit(".", 1)[0], document)
