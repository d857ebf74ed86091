"""Abbreviations of a question that the library spells out."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from graph.retrieval.abbreviations import spelled_out, typed_out


class Library:
    """A library with these words, each in one unit."""

    def __init__(self, text: str) -> None:
        self.words = text.split()

    def document_frequencies(self, words: Sequence[str]) -> tuple[dict[str, int], int]:
        return {word: self.words.count(word) for word in words}, len(self.words)


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("What was capex in 2024?", "capital expenditure", "What was capital expenditure in 2024?"),
        ("What was capex in 2024?", "capital expenditure capex", "What was capex in 2024?"),
        ("What was capex in 2024?", "working capital", "What was capex in 2024?"),
        ("How many hrs did it take?", "hours labour", "How many hours did it take?"),
        ("What was COGS?", "cost of sales", "What was cost of sales?"),
        ("How much was spent on R&D?", "research and development", "How much was spent on research and development?"),
        ("Who is the CEO?", "chief executive", "Who is the chief executive?"),
        ("What were net sales in FY23?", "net sales 2023", "What were net sales in 2023?"),
        ("What were net sales in FY2023?", "net sales fy2023", "What were net sales in FY2023?"),
        ("Is it a concept-ceo-x?", "chief executive", "Is it a concept-ceo-x?"),
    ],
)
def test_what_the_library_has_only_in_full_is_spelled_out(question: str, text: str, expected: str) -> None:
    assert spelled_out(question, Library(text)) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("whats the rent", "what's the rent"),
        ("Whats the rent, and i cant find it", "what's the rent, and i can't find it"),
        ("who payed for it pls", "who paid for it please"),
        ("What did Whats say?", "What did Whats say?"),
        ("what is in whats.pdf", "what is in whats.pdf"),
        ("when does it open", "when does it open"),
    ],
)
def test_words_typed_in_haste_are_written_in_full_in_questions_without_capitals(question: str, expected: str) -> None:
    assert typed_out(question) == expected
