"""Filings printed by a browser: page numbers right under the text, headings of sentences or capitals, ends of texts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.unit.loaders.pdf.test_plain_pages import blocks_of, doubt, paragraphs, prose, saved, set_rows, wrapped


def test_a_number_apart_from_the_text_ends_a_page_at_any_height(tmp_path: Path) -> None:
    def numbered(page: Any) -> None:
        y = paragraphs(page, 60, 90, 470, 3)
        page.insert_text((290, y + 20), "17", fontsize=9)

    path = saved(tmp_path, numbered)
    assert doubt(path) == ""
    assert [(block.kind, block.text) for block in blocks_of(path)][-2:] == [
        ("text", prose(60, 22)),
        ("furniture", "17"),
    ]


def test_a_number_close_to_the_text_is_no_page_number(tmp_path: Path) -> None:
    def numbered(page: Any) -> None:
        y = paragraphs(page, 60, 90, 470, 3)
        page.insert_text((290, y - 8), "17", fontsize=9)

    assert blocks_of(saved(tmp_path, numbered))[-1].kind != "furniture"


def test_a_bold_sentence_over_a_text_is_a_heading(tmp_path: Path) -> None:
    risk = wrapped(prose(30, 3), 470)

    def risks(page: Any) -> None:
        for at in range(2):
            y = set_rows(page, 60, 90 + 250 * at, risk, font="hebo") + 8
            paragraphs(page, 60, y, 470, 2, 5 * at)

    path = saved(tmp_path, risks)
    assert doubt(path) == ""
    blocks = blocks_of(path)
    assert [block.kind for block in blocks] == ["heading", "text", "text"] * 2
    assert blocks[0].text.lstrip("# ") == prose(30, 3)


def test_a_bold_sentence_at_the_end_is_no_heading(tmp_path: Path) -> None:
    def notice(page: Any) -> None:
        y = paragraphs(page, 60, 90, 470, 3)
        set_rows(page, 60, y, wrapped(prose(30, 3), 470), font="hebo")

    assert [block.kind for block in blocks_of(saved(tmp_path, notice))] == ["text"] * 4


def test_the_end_of_a_text_on_a_page_of_its_own_is_no_doubt(tmp_path: Path) -> None:
    def end(page: Any) -> None:
        set_rows(page, 60, 90, wrapped(prose(32), 470))

    def number(page: Any) -> None:
        page.insert_text((290, 815), "18", fontsize=9)

    def cover(page: Any) -> None:
        for at, text in enumerate(("The ledger of", "the harbour office", "for the winter")):
            page.insert_text((200, 200 + 40 * at), text, fontsize=12)

    path = saved(tmp_path, end, number, cover)
    assert [doubt(path, page) for page in (1, 2, 3)] == ["", "", "few rows"]
    assert [(block.kind, block.text) for block in blocks_of(path, 2)] == [("furniture", "18")]


def test_a_short_line_in_capitals_over_text_is_a_heading(tmp_path: Path) -> None:
    def draw(last: str, font: str = "helv") -> Callable[[Any], object]:
        def page(page: Any) -> None:
            y = set_rows(page, 60, paragraphs(page, 60, 100, 470, 2) + 4, ["FOREIGN EXCHANGE EARNINGS"]) + 8
            set_rows(page, 60, paragraphs(page, 60, y, 470, 2) + 4, [last] if last else [], font=font)

        return page

    path = saved(
        tmp_path, draw(""), draw("FIXED DEPOSITS"), draw("Fixed deposits", "hebo"), draw("FIXED DEPOSITS", "hebo")
    )
    assert [block.kind for block in blocks_of(path)] == ["text", "text", "heading", "text", "text"]
    assert [doubt(path, page) for page in (2, 3)] == ["a short line", "a heading without text"]
    assert [block.text for block in blocks_of(path, 4) if block.is_heading][1:] == ["### FIXED DEPOSITS"]
