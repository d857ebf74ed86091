from __future__ import annotations

from loaders.chunking.headings import Outline
from loaders.types import Block


def path_after(*headings: tuple[str, int], title: str = "") -> tuple[str, ...]:
    outline = Outline(title)
    for text, level in headings:
        outline.open(Block("title" if level == 0 else "heading", text, level))
    return outline.path


def test_a_heading_closes_those_of_its_level_and_below() -> None:
    assert path_after(("A", 1), ("B", 2), ("C", 3), ("D", 2)) == ("A", "D")


def test_numbers_decide_over_levels() -> None:
    assert path_after(("2 Results", 1), ("2.2 Tables", 1), ("2.2.1 Rows", 1)) == (
        "2 Results",
        "2.2 Tables",
        "2.2.1 Rows",
    )
    assert path_after(("2.2.1 Rows", 1), ("2.3 Figures", 1)) == ("2.3 Figures",)
    assert path_after(("A. Proofs", 1), ("A.1 First", 1)) == ("A. Proofs", "A.1 First")


def test_an_abstract_contains_no_sections() -> None:
    assert path_after(("Abstract", 1), ("Method", 2)) == ("Method",)


def test_the_title_of_the_document_is_left_out() -> None:
    assert path_after(("On **Swell**", 0), ("Method", 2), title="On Swell") == ("Method",)
