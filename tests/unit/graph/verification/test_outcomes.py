"""Tests of verdicts: of a claim, of an answer, of a citation that several claims share, and of older versions."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from graph import verdicts
from graph.query import messages, wording
from graph.types import Citation, ClaimCheck
from graph.verification import outcomes

ROOM = Path(__file__).parents[4] / "web" / "static" / "verdicts.js"
NOT_READ = "Only the model that read the page gives these words."


def check(marker: int = 1, **more: Any) -> ClaimCheck:
    """Return a settled check of a claim whose quote stands on its page, changed by `more`."""
    citation = Citation(
        marker=marker, document="d", name="a.pdf", page=1, quote="It is so.", boxes=[], chunk="c", read_from="text"
    )
    seen, related = more.pop("seen", ""), more.pop("related", False)
    if seen:
        citation["verified"], citation["read_from"], citation["reason"] = False, "transcript", seen
    claim: Any = {"text": "It is so.", "chunk": "c", "quote": "It is so."} | ({"related": True} if related else {})
    made: Any = {"claim": claim, "failure": "", "citation": citation, "repaired": False, **more}
    return outcomes.settled(made)


@pytest.mark.parametrize(
    ("more", "verdict", "reasons"),
    [
        ({}, "proven", []),
        ({"doubts": ["it says less"]}, "partly_proven", ["it says less"]),
        ({"seen": NOT_READ}, "seen", [NOT_READ]),
        ({"seen": NOT_READ, "doubts": ["it says less"]}, "seen", [NOT_READ, "it says less"]),
        ({"related": True}, "related", []),
        ({"related": True, "doubts": ["it says less"]}, "related", []),
        ({"failure": "it is empty", "citation": None}, "refused", ["it is empty"]),
    ],
)
def test_a_claim_has_one_verdict_with_its_reasons(more: dict[str, Any], verdict: str, reasons: list[str]) -> None:
    settled = check(**more)
    assert (settled["verdict"], settled["reasons"]) == (verdict, reasons)
    if settled["citation"]:
        assert settled["citation"]["verdict"] == verdict


def test_a_doubt_becomes_the_reason_of_the_citation_and_keeps_the_words_verified() -> None:
    citation = check(doubts=["the quote says more, the claim less"])["citation"]
    assert citation
    assert citation["reason"] == "The quote says more, the claim less."
    assert "verified" not in citation


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ([{}, {}], "proven"),
        ([{}, {"failure": "no", "citation": None}], "proven"),
        ([{}, {"doubts": ["x"]}], "partly_proven"),
        ([{"doubts": ["x"]}, {"doubts": ["x"]}], "partly_proven"),
        ([{"seen": NOT_READ}, {"seen": NOT_READ}], "seen"),
        ([{"seen": NOT_READ}, {}], "partly_proven"),
        ([{"seen": NOT_READ}, {"doubts": ["x"]}], "partly_proven"),
        ([{"related": True}, {"related": True}], "related"),
        ([{}, {"related": True}], "proven"),
        ([{"failure": "no", "citation": None}], "refused"),
        ([], "refused"),
    ],
)
def test_an_answer_is_no_surer_than_its_claims(said: list[dict[str, Any]], verdict: str) -> None:
    assert outcomes.verdict_of_answer([check(**more) for more in said]) == verdict


def test_a_citation_that_claims_share_says_the_worst_of_them() -> None:
    shared = outcomes.cited([check(), check(doubts=["x"]), check(2)])
    assert [(one["marker"], verdicts.citation_verdict(one)) for one in shared] == [(1, "partly_proven"), (2, "proven")]


def test_answers_of_earlier_versions_keep_their_meaning() -> None:
    old: Any = {"claim": {"text": "x", "chunk": "c", "quote": "x"}, "failure": "", "repaired": False}
    old["citation"] = {"marker": 1, "verified": False, "read_from": "image"}
    assert outcomes.verdict_of_claim(old) == "seen"
    assert verdicts.citation_verdict(old["citation"]) == "seen"
    assert verdicts.citation_verdict({"marker": 1}) == "proven"
    assert verdicts.verdict_of({"verdict": "declined"}) == "refused"
    assert verdicts.verdict_of({"verdict": None}) == verdicts.verdict_of({}) == ""


def test_the_reading_room_says_the_same() -> None:
    said = dict(re.findall(r'^  (\w+): "([^"]+)",$', ROOM.read_text(encoding="utf-8"), re.MULTILINE))
    assert said == dict(verdicts.SENTENCES)
    assert f"/{verdicts.LABEL}/;" in ROOM.read_text(encoding="utf-8")


ASKED = {
    "en": "How high is the tower of the harbour?",
    "de": "Wie hoch ist der Turm am Hafen?",
    "fr": "Quelle est la hauteur de la tour du port ?",
    "es": "¿Cuál es la altura de la torre del puerto?",
}


@pytest.mark.parametrize("language", ASKED)
def test_what_is_not_proven_says_so_in_the_language_of_the_question(language: str) -> None:
    asked = ASKED[language]
    seen, doubted = check(seen=NOT_READ), check(doubts=["the quote says less"])
    lines = messages.answer([seen], asked).split("] "), messages.answer([doubted], asked).split("] ")
    assert all(re.fullmatch(verdicts.LABEL, label) for _, label in lines)
    assert ("proven" in lines[0][1]) == ("proven" in lines[1][1]) == (language == "en")


def test_each_verdict_has_a_sentence_in_each_language() -> None:
    said = {
        one: [wording.verdict_sentence(verdict, asked) for verdict in verdicts.SENTENCES]
        for one, asked in ASKED.items()
    }
    assert said["en"] == list(verdicts.SENTENCES.values())
    assert len({sentence for sentences in said.values() for sentence in sentences}) == 4 * len(verdicts.SENTENCES)
