"""Parts of a document that questions ask for by name."""

from __future__ import annotations

import pytest

from graph.retrieval import terms
from graph.retrieval.asked_parts import holds_evidence, is_evidence, named_sentences
from graph.storage.rows import ChunkRow, SentenceRow


def chunk(*sentences: tuple[str, str], headings: tuple[str, ...] = ()) -> ChunkRow:
    """Return a chunk of (kind, text) sentences."""
    rows = tuple(SentenceRow(f"c/{n}", text, text, kind, (1,)) for n, (kind, text) in enumerate(sentences))
    return ChunkRow("c", "d", "d.pdf", 0, "text", "", (1,), headings, rows)


@pytest.mark.parametrize(
    ("question", "kind", "expected"),
    [
        ("What temperature is stoneware fired to?", "contents", False),
        ("What temperature is stoneware fired to?", "reference", False),
        ("What does section 4.1 say?", "contents", False),
        ("What is in the table of contents?", "contents", True),
        ("How many appendices are there?", "contents", True),
        ("In which journal did it appear?", "reference", True),
        ("Who wrote about kilns?", "reference", True),
        ("What is in the table of contents?", "heading", False),
        ("Anything", "prose", True),
    ],
)
def test_contents_and_references_are_evidence_for_what_asks_for_them(question: str, kind: str, expected: bool) -> None:
    one = chunk((kind, "x"))
    assert is_evidence(question, one.sentences[0]) is holds_evidence(question, one) is expected


CLAUSES = chunk(
    ("prose", "4.1 A failed store is attended to."),
    ("prose", "6.2 Should the cover lapse, notice is ten days."),
    ("heading", "Article 7 Law"),
    ("prose", "The law of Ireland governs."),
)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What happens under clause 6.2?", {1}),
        ("What does 4.1 say?", {0}),
        ("Explain section 6", {1}),
        ("What does Article 7 say?", {3}),
        ("What grew by 6.2 % in 2024?", set()),
        ("What happens if the cover lapses?", set()),
        ("What does clause 1 say?", set()),
    ],
)
def test_a_clause_is_named_by_its_number(question: str, expected: set[int]) -> None:
    assert named_sentences(question, CLAUSES) - {2} == expected


def test_what_stands_under_an_appendix_is_named_by_its_letter() -> None:
    own = chunk(("prose", "Two surveys."), ("heading", "Appendix F"), ("prose", "A map."), headings=("Appendix E",))
    assert named_sentences("What is in Appendix E?", own) == {0}


def test_numbers_with_points_are_searched_whole() -> None:
    assert "6.2" in terms.search_terms("What happens under clause 6.2?")
    assert terms.search_terms("No numbers here") == terms.content_terms("No numbers here")
