"""The comparison of answers with expected texts: which differences are ignored, and which are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.evaluation.matching import find, fold, holds_evidence, is_free, matches


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("They ask 18,450 euros for it. [1]", "18450"),
        ("They ask 18 450 euros for it.", "18,450"),
        ("They ask 18\u202f450 euros for it.", "18,450"),
        ("It grew by 5.3 per cent.", "5.3%"),
        ("It grew by 5.3 %.", "5.3 percent"),
        ("GDP growth (%): 5.3", "5.3%"),
        ("A day ticket is €14, boat included.", "14 euros"),
        ("Revenue was $2,018mn.", "2,018"),
        ("It was piłsudski who did.", "Pilsudski"),
        ("Café Zürich", "cafe zurich"),
        ("multi turn and role playing", "role-playing"),
        ("See https://aider.chat for more.", "aider.chat"),
        ("European storm petrel: 0.74", "european STORM petrel"),
        ("He was in the Scottish Parliament.", "The Scottish Parliament"),
        ("It does without critic models.", "critic model"),
        ("about 600k samples", "600,000|600k"),
        ("ﬁrst in line", "first"),
    ],
)
def test_differences_in_notation_are_ignored(answer: str, expected: str) -> None:
    assert matches(answer, [expected], "any")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("They ask 18,450 euros.", "450"),
        ("They ask 18,450 euros.", "18,45"),
        ("It was 47.3 metres.", "473"),
        ("It was 473 metres.", "47.3"),
        ("It was 47.3 metres.", "47"),
        ("It happened often.", "ten"),
        ("OpenAI o1-mini", "1"),
        ("It was raised. [10]", "10"),
        ("It was raised. [1]", "1"),
        ("in 1911", "1912"),
        ("", "1912"),
        ("critical models", "critic"),
    ],
)
def test_other_numbers_and_parts_of_words_do_not_match(answer: str, expected: str) -> None:
    assert not matches(answer, [expected], "any")


def test_numbers_side_by_side_stay_apart() -> None:
    assert not matches("In 2018 450 came.", ["18 450"], "any")
    assert matches("Instruments 12.4 29.8", ["29.8"], "any")
    assert not matches("Instruments 12.4 29.8", ["429.8"], "any")


def test_all_or_one_of_them_and_alternatives_in_an_item() -> None:
    said = "Edith Carrow founded it. It appeared in Nature."
    assert matches(said, ["Edith Carrow", "1911"], "any")
    assert not matches(said, ["Edith Carrow", "1911"], "all")
    assert matches(said, ["Edith Carrow", "Nat|Nature"], "all")
    assert not matches(said, [], "all")
    assert not matches(said, [], "any")


def test_free_answers_are_recognised_by_their_length() -> None:
    long = "AMCOR's Adj. EBITDA was $2,018mn in FY 2023"
    assert is_free([long], "any")
    assert is_free([long, "2,018"], "all"), "the long one is wanted too"
    assert not is_free([long, "2,018"], "any"), "the short one is enough"
    assert not is_free([f"{long}|2,018"], "all")
    assert not is_free(["maximum extension limit for each node"], "any")
    assert not is_free([], "any")


def test_evidence_is_compared_by_letters_and_digits_and_may_be_in_several_chunks() -> None:
    texts = [
        "| Species | 2025 |\n|---|---|\n| Storm  Petrel | 0.74 |",
        "In 1781 James Watt\npatented a **steam engine**.",
    ]
    assert holds_evidence(texts, ["in 1781 james watt patented a steam-engine"])
    assert holds_evidence(texts, ["Storm Petrel", "1781"])
    assert not holds_evidence(texts, ["Storm Petrel", "1782"])
    assert not holds_evidence(texts, ["74"])
    assert holds_evidence(["a foregoes the critic model"], ["oes the critic mod"]), "evidence need not be whole words"
    assert not holds_evidence([], ["x"])


@given(st.text(max_size=60))
def test_folding_is_idempotent_and_every_text_contains_itself(text: str) -> None:
    folded = fold(text)
    assert "".join(folded.tokens) == folded.text
    assert find(folded, folded, whole_words=True) or 0 not in folded.starts
    assert find(folded, folded, whole_words=False) is bool(folded.text)
