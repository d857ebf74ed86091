"""Scores and metrics, compared with values calculated by hand."""

from __future__ import annotations

from typing import Any

import pytest

from graph.evaluation import metrics, scores
from graph.evaluation.questions import Question
from graph.evaluation.scores import Row

DEPTHS = (1, 3)


def question(**values: Any) -> Question:
    return Question(**{"id": "q", "question": "Why?", "answers": ["so"], "answerable": True, "pages": [4], **values})


def passage(*pages: int, name: str = "a.pdf", text: str = "words", grade: float = 6.0) -> Any:
    return {"chunk": "c", "document": "d1", "name": name, "page": pages[0], "pages": list(pages), "score": 1.0,
            "relevant": True, "grade": grade, "heading": "", "kind": "text", "text": text}  # fmt: skip


def result(passages: Any = (), **values: Any) -> dict[str, Any]:
    return {"answer": "so", "refused": False, "reason": None, "citations": [], "retrieved": list(passages),
            "usage": {"requests": 3, "input_tokens": 200, "output_tokens": 20}, "seconds": 1.5, **values}  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "found", "at_1", "at_3", "mrr"),
    [
        ({}, [(4,), (9,)], 1, 1, 1),
        ({}, [(9,), (3, 4)], 0, 1, 0.5),
        ({}, [(9,), (8,), (7,), (4,)], 0, 0, 0.25),
        ({}, [(9,)], 0, 0, 0),
        ({}, [], 0, 0, 0),
        ({"pages": [4, 5]}, [(9,), (5,)], 0, 1, 0.5),
        ({"pages": [4, 5], "pages_mode": "all"}, [(5,), (9,)], 0, 0, 1),
        ({"pages": [4, 5], "pages_mode": "all"}, [(5,), (9,), (4,)], 0, 1, 1),
        ({"pages": [4, 5], "pages_mode": "all"}, [(4, 5)], 1, 1, 1),
        ({"doc": "b.pdf"}, [(4,)], 0, 0, 0),
        ({"doc": "A"}, [(4,)], 1, 1, 1),
        ({"doc": "d1"}, [(4,)], 1, 1, 1),
        ({"documents": ["b"]}, [(4,)], 0, 0, 0),
        ({"pages": []}, [(4,)], None, None, None),
    ],
)
def test_page_recall_and_reciprocal_rank(asked: Any, found: Any, at_1: Any, at_3: Any, mrr: Any) -> None:
    got = scores.retrieval_scores(question(**asked), [passage(*pages) for pages in found], DEPTHS)
    assert (got["page@1"], got["page@3"], got["mrr"]) == (at_1, at_3, mrr)


def test_evidence_recall_needs_every_piece() -> None:
    found = [passage(1, text="The cat | sat."), passage(2, text="On *the* mat.")]
    for evidence, expected in ((["the cat sat"], (1, 1)), (["the cat sat", "on the mat"], (0, 1)), (["dog"], (0, 0))):
        got = scores.retrieval_scores(question(evidence=evidence), found, DEPTHS)
        assert (got["evidence@1"], got["evidence@3"]) == expected
    assert scores.retrieval_scores(question(), found, DEPTHS)["evidence@1"] is None


@pytest.mark.parametrize(
    ("answerable", "refused", "matched", "expected"),
    [
        (True, False, True, (1, 0, None)),
        (True, False, False, (0, 0, None)),
        (True, True, None, (0, 1, None)),
        (False, True, None, (None, None, 1)),
        (False, False, None, (None, None, 0)),
    ],
)
def test_answers_and_refusals(answerable: bool, refused: bool, matched: Any, expected: Any) -> None:
    asked = question() if answerable else question(answerable=False, answers=[], pages=[])
    got = scores.answer_scores(asked, result(refused=refused), matched, [])
    assert (got["match"], got["false_refusal"], got["right_refusal"]) == expected
    assert (got["citations"], got["citations_valid"]) == (None, None)


def test_a_wrong_answer_that_says_proven_is_counted() -> None:
    proven = {**result(refused=False), "verdict": "proven"}
    absent = question(answerable=False, answers=[], pages=[])
    assert scores.answer_scores(question(), proven, False, [])["wrong_proven"] == 1
    assert scores.answer_scores(question(), proven, True, [])["wrong_proven"] == 0
    assert "wrong_proven" not in scores.answer_scores(question(), proven, None, [])
    assert scores.answer_scores(absent, proven, None, [])["wrong_proven"] == 1
    assert scores.answer_scores(absent, result(refused=True), None, [])["wrong_proven"] == 0
    assert scores.answer_scores(absent, {**proven, "verdict": "seen"}, None, [])["wrong_proven"] == 0


def test_citations_are_counted_and_their_pages_compared() -> None:
    cited = [{"name": "a.pdf", "document": "d1", "page": page, "quote": "q"} for page in (2, 4)]
    got = scores.answer_scores(question(), result(citations=cited), True, [True, False])
    assert (got["citations"], got["citations_valid"], got["cited_page"]) == (2, 0.5, 1)
    assert scores.answer_scores(question(), result(citations=cited[:1]), True, [True])["cited_page"] == 0
    assert scores.answer_scores(question(doc="b"), result(citations=cited), True, [True] * 2)["cited_page"] == 0


def row(number: int, given: scores.Scores, **values: Any) -> Row:
    blank = scores.empty_row("run", question(id=str(number)))
    return {**blank, **{"scores": given, **values}}  # type: ignore[typeddict-item]  # given by the tests below


def test_a_summary_counts_what_applies_and_misses_what_failed() -> None:
    made = [
        row(1, {"page@1": 1.0, "match": 1.0, "seconds": 1.0, "requests": 2.0}, method="strings"),
        row(2, {"page@1": 0.0, "match": 0.0, "seconds": 3.0, "requests": 3.0}, refused=True, reason="fact_absent"),
        row(3, {"right_refusal": 1.0, "seconds": 2.0}, answerable=False, refused=True, reason="nothing_relevant"),
        row(4, {"page@1": 0.0, "match": 0.0}, error="ModelError: no"),
    ]
    made[0]["citations"] = [
        {"name": "a", "pages": [1], "quote": "x", "found": True},
        {"name": "a", "pages": [1], "quote": "y", "found": False},
    ]
    found = metrics.summary(made, (1,))
    assert {name: (value["mean"], value["n"]) for name, value in found["metrics"].items()} == {
        "page@1": (0.3333, 3), "match": (0.3333, 3), "right_refusal": (1, 1)
    }  # fmt: skip
    counted = ("questions", "answerable", "unanswerable", "errors", "requests", "matched_by", "free_by_strings")
    assert [found[name] for name in counted] == [4, 3, 1, 1, 5, {"strings": 1}, 0]
    assert found["citations"] == {"count": 2, "valid": 1}
    assert found["seconds"] == {"median": 2.0, "p95": 2.9}
    assert found["reasons"] == {"answerable": {"fact_absent": 1}, "unanswerable": {"nothing_relevant": 1}}


def test_kinds_are_counted_separately() -> None:
    made = [row(1, {"mrr": 1.0}, kind="b"), row(2, {"mrr": 0.5}, kind="a"), row(3, {"mrr": 0.0}, kind="b")]
    found = metrics.by_kind(made, (1,))
    assert list(found) == ["b", "a"]
    assert [found[kind]["metrics"]["mrr"]["mean"] for kind in found] == [0.5, 0.5]
    assert found["b"]["questions"] == 2


def test_the_refusal_curve_goes_by_the_best_grade() -> None:
    def graded(number: int, answerable: bool, *grades: float) -> Row:
        found = scores.retrieved_rows(question(), [passage(1, grade=grade) for grade in grades])
        return row(number, {}, retrieved=found, answerable=answerable)

    made = [graded(1, True, 3, 8), graded(2, True, 4.5), graded(3, False, 5, 1), graded(4, False)]
    points = {point["threshold"]: (point["right"], point["false"]) for point in metrics.refusal_curve(made)}
    assert len(points) == 41
    assert [points[at] for at in (0, 0.25, 4.5, 4.75, 5, 5.25, 8, 10)] == [
        (0, 0), (0.5, 0), (0.5, 0), (0.5, 0.5), (0.5, 0.5), (1, 0.5), (1, 0.5), (1, 1)
    ]  # fmt: skip
    assert metrics.refusal_curve(made[:2]) == metrics.refusal_curve([made[3]]) == []


def test_intervals() -> None:
    # Wilson, by hand: n=10, s=8, z=1.96: middle .716706, half .226392
    assert metrics.wilson(8, 10) == pytest.approx((0.490161, 0.943318), abs=1e-5)
    assert metrics.wilson(10, 10) == pytest.approx((0.722467, 1.0), abs=1e-5)
    assert metrics.wilson(0, 10) == pytest.approx((0.0, 0.277533), abs=1e-5)
    low, high = metrics.bootstrap([0.0, 1.0] * 50)
    assert low == pytest.approx(0.40, abs=0.015)
    assert high == pytest.approx(0.60, abs=0.015)
    assert metrics.bootstrap([0.25] * 9) == (0.25, 0.25)
    assert metrics.bootstrap([0.0, 1.0, 0.5]) == metrics.bootstrap([0.0, 1.0, 0.5]), "the seed is fixed"
    assert metrics.quantile([1.0, 2.0, 3.0, 4.0], 0.5) == 2.5
