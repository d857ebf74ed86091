"""The rules of page images as evidence: which pages are shown, and which quotes are accepted."""

from __future__ import annotations

from typing import Any

import pytest

from graph.storage.rows import PageRow, Transcript
from graph.types import RetrievedChunk
from graph.verification import image_evidence
from loaders.types import Block


def passage(page: int, kind: str = "text", grade: float = 8, **more: Any) -> RetrievedChunk:
    given: Any = {
        "chunk": f"c{page}", "document": "d", "name": "n", "page": page, "score": 1.0, "relevant": True,
        "grade": grade, "heading": "", "kind": kind, "text": "", **more,
    }  # fmt: skip
    return given  # type: ignore[no-any-return]  # a passage made of keywords, to name only what matters


def ledger(*scans: int, without_image: int = 0) -> dict[tuple[str, int], PageRow]:
    rows = [
        PageRow("d", page, "read", image="" if page == without_image else "x", legible=page not in scans)
        for page in range(1, 10)
    ]
    return {(row.document, row.page): row for row in rows}


def looked_at(passages: list[RetrievedChunk], *scans: int, limit: int = 4, without_image: int = 0) -> list[int]:
    return [
        ref["page"]
        for ref in image_evidence.pages_to_inspect(passages, ledger(*scans, without_image=without_image), limit)
    ]


def test_images_of_tables_figures_and_scans_are_shown_but_not_of_text() -> None:
    assert looked_at([passage(1), passage(2, "table"), passage(3, "figure")]) == [2, 3]
    assert looked_at([passage(1), passage(2)], 2) == [2]
    assert looked_at([passage(1), passage(2)]) == []
    assert looked_at([]) == []


def test_the_best_graded_come_first_and_only_they_decide() -> None:
    few = [passage(1, grade=9), passage(2, grade=8), passage(3, grade=7), passage(4, "table", grade=6)]
    assert looked_at(few) == []
    assert looked_at([passage(1, "table", grade=6), passage(2, "table", grade=9)]) == [2, 1]


@pytest.mark.parametrize(("limit", "pages"), [(0, []), (1, [2]), (2, [2, 3]), (4, [2, 3])])
def test_no_more_than_the_limit(limit: int, pages: list[int]) -> None:
    assert looked_at([passage(2, "table", pages=[2, 3])], limit=limit) == pages


def test_a_page_is_looked_at_once_and_only_if_it_has_an_image() -> None:
    assert looked_at([passage(2, "table"), passage(2, "figure")]) == [2]
    assert looked_at([passage(2, "table")], without_image=2) == []
    assert looked_at([passage(77, "table")]) == []


def said(quote: str, *blocks: Block, legible: bool = True) -> str:
    return image_evidence.rejection_reason(quote, PageRow("d", 1, "read", legible=legible), [Transcript("k", blocks)])


TEXT = Block("text", "The naturalist Edith Carrow founded the observatory in 1911. Depth 12 m.")
FIGURE = Block("figure", "<figure>July 138.7, December 17.3</figure>")


def test_quotes_from_images_are_accepted_only_for_scans_and_pages_with_figures() -> None:
    assert "no figure" in said("No. 7731", TEXT)
    assert said("No. 7731", TEXT, legible=False) == ""
    assert said("March 88.2", TEXT, FIGURE) == ""


@pytest.mark.parametrize(
    "quote",
    [
        pytest.param("December 71.3", id="another value at a label"),
        pytest.param("Depth 13 m", id="another number in text"),
        pytest.param("Edith Carrow founded the observatory in 1912", id="another year"),
        pytest.param("The naturalist Ann Carrow founded the observatory", id="another word"),
    ],
)
def test_a_quote_that_the_text_states_differently_is_rejected(quote: str) -> None:
    assert "something else" in said(quote, TEXT, FIGURE)
    assert "something else" in said(quote, TEXT, FIGURE, legible=False)


@pytest.mark.parametrize("quote", ["", ".", "7", "| |"])
def test_a_quote_without_words_is_rejected(quote: str) -> None:
    assert "is empty" in said(quote, FIGURE)
