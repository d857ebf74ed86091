"""Dates of documents that are told from other dates, and words by which a question means the whole document."""

from __future__ import annotations

import pytest

from graph.query import document_questions, front_matter
from graph.storage.rows import ChunkRow, DocumentRow, SentenceRow


@pytest.mark.parametrize(
    ("line", "is_date"),
    [
        ("Published on 16 August 2023.", True),
        ("Revised May 2016", True),
        ("The record date will be September 7, 2023, and the payment date will be September 27, 2023.", False),
        ("June 2023 quarter:", False),
        ("Patient: Ewa Kowal, born 12 May 1978.", False),
        ("Sample taken: 3 May 2024", False),
        ("Wick, 12 May 2024", True),
        ("Invoice date: 3 May 2024", True),
        ("Rechnungsdatum: 22. August 2025.", True),
        ("Geburtsdatum: 12.05.1978", False),
    ],
)
def test_dates_of_payments_and_periods_are_not_those_of_the_document(line: str, is_date: bool) -> None:
    sentence = SentenceRow("d/0", line, line, "prose", (1,))
    chunk = ChunkRow("d", "doc", "a.pdf", 0, "text", line, (1,), (), (sentence,))
    row = DocumentRow("doc", "a.pdf", "", "pdf", "", 3, 10)
    found = front_matter.printed([chunk], row, "date", "When was this published?")
    assert [one.text for _, one in found] == ([line] if is_date else [])


def test_a_report_of_a_kind_and_the_caption_of_a_figure_are_understood() -> None:
    assert document_questions.aspect_of("Summarize the earnings report") == "summary"
    assert document_questions.aspect_of("What is the annual report of Tesla about?") == ""
    assert document_questions.asks_for_place("What's the caption of Figure 3?")
    assert not document_questions.asks_for_place("Who drew the caption of Figure 3?")
