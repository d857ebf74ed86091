"""Removal of headers and footers, with lines that only look like them."""

from __future__ import annotations

from loaders.chunking.headers_footers import drop_headers_footers
from loaders.types import Block

BODIES = ["The tide was high.", "Nobody came by boat.", "Fog lay on the island.", "The library has a new roof."]


def texts(*pages: list[Block]) -> list[list[str]]:
    return [[block.text for block in blocks] for _, blocks in drop_headers_footers(list(enumerate(pages, 1)))]


def furniture(text: str) -> Block:
    return Block("furniture", text)


def test_running_headers_and_page_numbers_are_removed() -> None:
    pages = [[furniture("Report"), Block("text", body), furniture(str(n))] for n, body in enumerate(BODIES, 1)]
    assert texts(*pages) == [[body] for body in BODIES]


def test_the_only_line_of_a_slide_is_its_text() -> None:
    lines = ["Revenue grew by twelve percent", "Our mission is clear", "The budget is 45 million", "Thank you"]
    kept = drop_headers_footers([(n, [furniture(line)]) for n, line in enumerate(lines, 1)])
    assert [[(block.kind, block.text) for block in blocks] for _, blocks in kept] == [[("text", x)] for x in lines]


def test_a_line_of_one_page_is_text_although_it_is_marked() -> None:
    pages = [[furniture("Report"), Block("text", body)] for body in BODIES]
    pages[2].append(furniture("The figures of this page are provisional."))
    assert texts(*pages)[2] == [BODIES[2], "The figures of this page are provisional."]


def test_a_single_page_loses_its_header_but_never_its_only_text() -> None:
    assert texts([furniture("Acme Ltd."), Block("text", "Body.")]) == [["Body."]]
    assert texts([furniture("Acme Ltd."), furniture("1")]) == [["Acme Ltd."]]


def test_what_a_single_page_says_at_its_edge_is_text() -> None:
    body = Block("text", "Body.")
    for line in ("Invoice no. 2025-117", "The keeper closed the gate early.", "Customer 4471, page 1 of 1"):
        assert texts([furniture(line), body]) == [[line, "Body."]]
    for line in ("Acme Ltd.", "Page 1 of 2", "Acme Ltd. | Seite 1", "- 1 -"):
        assert texts([furniture(line), body]) == [["Body."]]


def test_repeated_lines_without_a_mark_are_removed_too() -> None:
    pages = [[Block("text", f"Acme, page {n}"), Block("text", body)] for n, body in enumerate(BODIES, 1)]
    assert texts(*pages) == [[body] for body in BODIES]


def test_headings_that_differ_by_their_number_stay() -> None:
    pages = [[Block("heading", f"## Part {n}", 2), Block("text", body)] for n, body in enumerate(BODIES, 1)]
    assert [lines[0] for lines in texts(*pages)] == [f"## Part {n}" for n in range(1, 5)]
    pages = [[Block("heading", "## Acme report", 2), Block("text", body)] for body in BODIES]
    assert texts(*pages) == [[body] for body in BODIES]


def test_pages_that_differ_in_their_heading_alone_keep_their_text() -> None:
    text = [Block("text", "The barge may have sunk near Tolm."), Block("text", "No other barge was missed.")]
    pages = [(number, [Block("heading", f"Page {number}", 1), *text]) for number in range(1, 7)]
    assert [[block.text for block in blocks][1:] for _, blocks in drop_headers_footers(pages)] == [
        [block.text for block in text]
    ] * 6
