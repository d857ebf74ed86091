"""The search for quotes on pages: which differences are ignored, and which quotes are not found."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.storage.rows import ChunkRow, SentenceRow, Transcript
from graph.types import Claim
from graph.verification.claims.check import check_claim, contradictions_of
from graph.verification.claims.evidence import evidence_for
from graph.verification.quotes import failure_reason, locate
from loaders.types import Block, BlockKind, Box, Word

HEIGHT = 0.02


def page(*lines: str, kind: BlockKind = "text") -> Transcript:
    """A page whose lines stand one under the other, each word a tenth of the page wide."""
    words = [
        Word(word, Box(0.1 * column, 0.05 * row, 0.1 * column + 0.09, 0.05 * row + HEIGHT))
        for row, line in enumerate(lines)
        for column, word in enumerate(line.split())
    ]
    block = Block(kind, "\n".join(lines), 0, Box(0, 0, 1, 0.5))
    return Transcript("key", (block,), tuple(words))


def stands(quote: str, *lines: str) -> bool:
    return locate(quote, {1: page(*lines)}) is not None


def test_the_dots_of_a_contents_line_are_not_tried_in_every_way() -> None:
    dots = "." * 2000  # with 60 dots this did not end within nine minutes
    assert stands(f"Appendices {dots} 17", f"Appendices {dots} 17")
    assert not stands(f"Annexes {dots} 17", f"Appendices {dots} 17")


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        pytest.param("Of 160 planned crossings", "Of  160\n planned\tcrossings were made", id="white space"),
        pytest.param("the observatory stands", "the observa-\ntory stands", id="hyphen at a line end"),
        pytest.param("the observa-tory stands", "the observatory stands", id="hyphen in the quote"),
        pytest.param("the first field office", "the ﬁrst ﬁeld oﬃce", id="ligatures"),
        pytest.param('he said "it\'s shut"', "he said “it’s shut”", id="curly quotes"),
        pytest.param("from 2019-2024", "from 2019–2024", id="dashes"),
        pytest.param("wind, and then rain", "wind\u200b, and\u00a0then rain", id="invisible characters"),
        pytest.param("soft hyphen", "soft hy\u00adphen", id="soft hyphen"),
        pytest.param("Razorbill 412 0.66", "| Razorbill | 412 | 0.66 |", id="table cells"),
        pytest.param("Razorbill | 412 | 0.66", "| Razorbill | 412 | 0.66 |", id="table cells with borders"),
        pytest.param("the GPT-4 model", "the **GPT-4** model", id="bold"),
        pytest.param("a change of -5 points", "a change of −5 points", id="minus sign"),
        pytest.param("H2O at 20 m2", "H₂O at 20 m²", id="raised and lowered digits"),
    ],
)
def test_differences_from_typesetting_are_ignored(quote: str, text: str) -> None:
    assert stands(quote, *text.split("\n"))


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        pytest.param("a score of 71.1", "a score of 71.0", id="changed digit"),
        pytest.param("a score of 710", "a score of 71.0", id="dropped decimal point"),
        pytest.param("a score of 7.10", "a score of 71.0", id="moved decimal point"),
        pytest.param("a change of 5 points", "a change of -5 points", id="dropped sign"),
        pytest.param("a change of -5 points", "a change of 5 points", id="added sign"),
        pytest.param("it was not shut", "it was shut", id="added word"),
        pytest.param("it was shut", "it was not shut", id="dropped word"),
        pytest.param("Edith Carrov founded", "Edith Carrow founded", id="changed letter"),
        pytest.param("edith carrow founded", "Edith Carrow founded", id="changed case"),
        pytest.param("412 Razorbill", "| Razorbill | 412 |", id="changed order"),
        pytest.param("", "anything", id="nothing"),
        pytest.param("5", "page 5", id="a single character"),
        pytest.param("... | ---", "... | ---", id="no letter or digit"),
    ],
)
def test_a_quote_that_differs_in_a_letter_or_digit_is_not_found(quote: str, text: str) -> None:
    assert not stands(quote, text)


@pytest.mark.parametrize(
    ("quote", "text"),
    [("rose to 18", "rose to 18.5 million"), ("450 euros", "paid 18,450 euros"), ("since 19", "since 1911")],
)
def test_a_quote_may_not_end_inside_a_number(quote: str, text: str) -> None:
    assert not stands(quote, text)


@given(st.integers(0, 99_999), st.integers(0, 99_999))
def test_one_number_is_never_taken_for_another(one: int, other: int) -> None:
    assert stands(f"were {one} nests", f"there were {other} nests") == (one == other)


def test_the_pages_are_tried_in_the_order_given() -> None:
    pages = {7: page("the same words"), 3: page("the same words")}
    place = locate("the same words", pages)
    assert place is not None
    assert place.pages == (7,)


def test_a_quote_over_two_pages_names_both_and_has_boxes_on_each() -> None:
    pages = {2: page("first line", "had silted up since 2016,"), 3: page("and every level", "was raised")}
    place = locate("had silted up since 2016, and every level was raised", pages)
    assert place is not None
    assert place.pages == (2, 3)
    assert [round(box.y0, 3) for box in place.boxes] == [0.05]
    assert [round(box.y0, 3) for box in place.next_boxes] == [0.0, 0.05]


@pytest.mark.parametrize("second", [4, 1])
def test_a_quote_over_pages_that_are_not_consecutive_is_not_found(second: int) -> None:
    pages = {2: page("had silted up,"), second: page("and every level")}
    assert locate("had silted up, and every level", pages) is None


def test_both_parts_of_a_split_quote_must_be_on_their_pages() -> None:
    pages = {2: page("had silted up,"), 3: page("and every level")}
    assert locate("had silted up, and every bevel", pages) is None
    assert locate("has silted up, and every level", pages) is None


def test_there_is_a_box_for_each_line_around_its_words_only() -> None:
    place = locate("C D E F G", {1: page("A B C", "D E F", "G H")})
    assert place is not None
    assert [tuple(round(edge, 3) for edge in box) for box in place.boxes] == [
        (0.2, 0.0, 0.29, 0.02), (0.0, 0.05, 0.29, 0.07), (0.0, 0.1, 0.09, 0.12),
    ]  # fmt: skip


def test_the_whole_block_is_marked_if_its_words_are_in_another_order() -> None:
    block = Block("table", "| Razorbill | 412 |", 0, Box(0.1, 0.2, 0.9, 0.4))
    words = (Word("412", Box(0, 0, 0.1, 0.1)), Word("Razorbill", Box(0.2, 0, 0.3, 0.1)))
    place = locate("Razorbill 412", {1: Transcript("key", (block,), words)})
    assert place is not None
    assert place.boxes == (Box(0.1, 0.2, 0.9, 0.4),)


def chunk(*sentences: SentenceRow) -> ChunkRow:
    return ChunkRow("c", "d", "n", 0, "table", "", (1,), (), sentences)


ROW = SentenceRow(
    "c/0", "Razorbill 412 0.66", "Table 1 | Nests in 2025. 2024: 398; 2025: 412", "row", (1,),
    (("", "Razorbill"), ("2024", "398"), ("2025", "412")),
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "quote", "missing"),
    [
        ("412 nests", "Razorbill 412 0.66", ""),
        ("In 2025 there were 412 nests", "Razorbill 412 0.66", ""),
        ("In 2023 there were 412 nests", "Razorbill 412 0.66", "2023"),
        ("There were 413 nests, or 0.67", "Razorbill 412 0.66", "0.67, 413"),
        ("There were 412 nests in 2025", "412 nests", "2025"),
    ],
)
def test_every_number_of_a_claim_must_be_in_its_evidence(text: str, quote: str, missing: str) -> None:
    said = contradictions_of(check_claim(text, evidence_for(quote, chunk(ROW))))
    assert said.startswith(f"the quote does not hold {missing}:" if missing else "")
    assert bool(said) == bool(missing)


def test_a_claim_needs_a_chunk_that_was_offered_and_a_quote_on_its_page() -> None:
    claim = Claim(text="words", chunk="c", quote="words")
    place = locate("words", {1: page("words")})
    assert "not offered" in failure_reason(claim, None, place)
    assert "not on the page" in failure_reason(claim, chunk(), None)
    assert failure_reason(claim, chunk(), place) == ""


def test_headers_are_evidence_for_the_row_that_is_quoted_only() -> None:
    other = SentenceRow("c/1", "Puffin 77", "Table 1. 2021: 77", "row", (1,))
    held = evidence_for("Razorbill 412 0.66", chunk(ROW, other)).exact
    assert "2025" in held
    assert "2021" not in held


def test_rows_that_are_not_quoted_support_no_names() -> None:
    other = SentenceRow("c/1", "Puffin 77", "Table 1. 2021: 77", "row", (1,))
    whole = replace(chunk(ROW, other), text="Table 1 Razorbill 412 0.66 Puffin 77")

    def said(text: str) -> str:
        return contradictions_of(check_claim(text, evidence_for("Razorbill 412 0.66", whole)))

    assert said("There were 412 nests of the Razorbill.") == ""
    assert said("There were 412 nests of the Puffin.").startswith("the quote does not name Puffin: quote its row")
    assert said("Razorbill and Puffin: 412 − 77 = 335.") == "", "a difference that is right names both rows"
    assert said("Razorbill and Puffin: 412 − 77 = 345.") != ""


def test_a_word_that_the_page_break_cuts_is_found_on_both_pages() -> None:
    pages = {
        1: Transcript("a", (Block("text", "The ferry shows a steady improve-"),)),
        2: Transcript("b", (Block("text", "ment since the spring."),)),
    }
    place = locate("The ferry shows a steady improvement since the spring.", pages)
    assert place
    assert place.pages == (1, 2)
    assert locate("The ferry shows a steady impairment since the spring.", pages) is None
