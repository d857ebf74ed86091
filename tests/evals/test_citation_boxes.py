"""Citation boxes of the sample: each covers its quote; `citation_boxes` checks larger sets."""

from __future__ import annotations

import json
from pathlib import Path

from graph.access import Scope
from graph.app import app
from tests.conftest import ROOT, SAMPLE
from tests.evals.citation_boxes import HELD, check, share_held

QUESTIONS = [json.loads(line) for line in (ROOT / "examples" / "questions.jsonl").read_text("utf-8").splitlines()]


def test_every_box_of_every_answer_holds_its_words(library: Path) -> None:
    from graph import dependencies

    sources = {row.id: SAMPLE for row in dependencies.stores(Scope.everything()).catalog.documents()}
    answers = [app.invoke({"question": question["question"]}) for question in QUESTIONS[::2]]
    shares = [(citation, share) for answer in answers for citation, share in check(answer, sources)]
    assert len(shares) > 5
    assert all(citation["boxes"] for citation, _ in shares)
    assert [(citation["quote"], share) for citation, share in shares if share < HELD] == []


def test_a_box_beside_the_words_is_noticed(library: Path) -> None:
    (citation,) = app.invoke({"question": "What does a day ticket to the island cost?"})["citations"][:1]
    x0, y0, x1, y1 = citation["boxes"][0]
    beside = {citation["page"]: [[x0, 1 - y1, x1, 1 - y0]]}
    assert share_held(citation["quote"], beside, SAMPLE) < HELD
