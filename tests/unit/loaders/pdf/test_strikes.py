"""Struck text: lines through words are told from underlines, rules, grids and fraction bars."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pymupdf
import pytest

from loaders.chunking.chunker import chunk_pages
from loaders.pages.reader import read
from loaders.pdf.strikes import join_struck, strike_out
from loaders.text.plain import plain
from loaders.types import Box, PageJob, PageText, Word

OLD, NEW = "The monthly rent is 2,450 euros.", "The monthly rent is 2,900 euros."


def _through(page: Any, rise: float, width: float = 0.8, beyond: float = 0.0) -> object:
    """Draw a line over the old sentence, `rise` points above its baseline."""
    (box,) = page.search_for(OLD)
    return page.draw_line((box.x0 - beyond, 100 - rise), (box.x1 + beyond, 100 - rise), width=width)


def _wave(page: Any, rise: float, draw: str) -> object:
    (box,) = page.search_for(OLD)
    ends = (box.x0, 100 - rise), (box.x1, 100 - rise)
    return getattr(page, draw)(*ends, breadth=1.4, width=0.8)


def _slanted(page: Any, beyond: float) -> object:
    (box,) = page.search_for(OLD)
    return page.draw_line((box.x0, 102), (box.x1 + beyond, 91 - 0.3 * beyond), width=0.8)


def _curve(page: Any) -> object:
    """Draw the line of a chart that passes a label: it goes on beyond it."""
    shape = page.new_shape()
    shape.draw_polyline([(20, 96), (80, 99), (140, 95), (200, 99), (300, 94), (400, 60)])
    shape.finish(width=0.8, closePath=False)
    return shape.commit()


def _bar(page: Any) -> None:
    for box in page.search_for(OLD):
        page.draw_rect((box.x0, 96.2, box.x1, 97.2), fill=(1, 0, 0), width=0)


def _all_in_one_path(page: Any) -> None:
    shape = page.new_shape()
    for box in page.search_for(OLD):
        shape.draw_line((box.x0, 97), (box.x1, 97))
    shape.draw_line((50, 400), (350, 400))
    shape.finish(width=0.7)
    shape.commit()


STRIKES: dict[str, Callable[[Any], object]] = {
    "a line": lambda page: _through(page, 3),
    "two lines": lambda page: (_through(page, 2.4, 0.4), _through(page, 4, 0.4)),
    "a thin area": _bar,
    "one of many lines of a path": _all_in_one_path,
    "a wave": lambda page: _wave(page, 3, "draw_squiggle"),
    "a zigzag": lambda page: _wave(page, 3, "draw_zigzag"),
    "a slanted line": lambda page: _slanted(page, 0),
    "an annotation": lambda page: [page.add_strikeout_annot(box) for box in page.search_for(OLD)],
}
NO_STRIKES: dict[str, Callable[[Any], object]] = {
    "an underline": lambda page: _through(page, -1.5),
    "an underline that touches": lambda page: _through(page, 0),
    "a wavy underline": lambda page: _wave(page, -1.5, "draw_squiggle"),
    "a slanted line that goes on": lambda page: _slanted(page, 60),
    "the line of a chart": _curve,
    "a line above": lambda page: _through(page, 9),
    "a rule that reaches further": lambda page: _through(page, 3, beyond=60),
    "an underline annotation": lambda page: [page.add_underline_annot(box) for box in page.search_for(OLD)],
    "a marker": lambda page: [page.add_highlight_annot(box) for box in page.search_for(OLD)],
    "a frame": lambda page: page.draw_rect((45, 85, 260, 105)),
    "a white line": lambda page: page.draw_line((50, 97), (210, 97), color=(1, 1, 1)),
}


def _page(tmp_path: Path, draw: Callable[[Any], object]) -> PageText:
    document: Any = pymupdf.open()
    page = document.new_page(width=420, height=595)
    page.insert_text((50, 100), OLD, fontsize=11)
    page.insert_text((50, 130), NEW, fontsize=11)
    draw(page)
    path = tmp_path / "lease.pdf"
    document.save(str(path))
    found = read(PageJob(str(path), 1))
    assert isinstance(found, PageText), found
    return found


@pytest.mark.parametrize("way", STRIKES)
def test_struck_text_is_marked_and_never_live(tmp_path: Path, way: str) -> None:
    page = _page(tmp_path, STRIKES[way])
    assert f"~~{OLD}~~" in page.markdown
    chunks = chunk_pages("", [(1, page.blocks)])
    sentences = [(sentence.text, sentence.kind) for chunk in chunks for sentence in chunk.sentences]
    assert sentences == [(OLD, "struck"), (NEW, "prose")], "what is struck is found, and never quoted as live"
    assert "2,450" not in {word.text for word in page.words}


@pytest.mark.parametrize("way", NO_STRIKES)
def test_other_lines_strike_nothing(tmp_path: Path, way: str) -> None:
    page = _page(tmp_path, NO_STRIKES[way])
    assert "~~" not in page.markdown
    assert OLD in page.markdown


def test_a_sentence_is_quoted_without_its_struck_words(tmp_path: Path) -> None:
    def draw(page: Any) -> None:
        for box in page.search_for("2,450 euros."):
            page.draw_line((box.x0, 97), (box.x1, 97))
        page.insert_text((215, 100), "2,500 euros.", fontsize=11)

    page = _page(tmp_path, draw)
    sentence = chunk_pages("", [(1, page.blocks)])[0].sentences[0]
    assert sentence.text == "The monthly rent is 2,500 euros."


@pytest.mark.parametrize("drawn", ["between the words", "after both"])
def test_a_change_within_a_word_is_told_from_what_it_replaces(drawn: str, tmp_path: Path) -> None:
    """Word processors print tracked changes so: the deleted word in a colour and struck, the new one right after it."""

    def draw(page: Any) -> None:
        x = 50 + pymupdf.get_text_length("The well is ", "helv", 11)
        ends = [x + pymupdf.get_text_length("open", "helv", 11), x + pymupdf.get_text_length("openclosed", "helv", 11)]
        page.insert_text((50, 200), "The well is ", fontsize=11)
        page.insert_text((x, 200), "open", fontsize=11, color=(0.8, 0.5, 0))
        if drawn == "between the words":
            page.draw_line((x, 197), (ends[0], 197), color=(0.8, 0.5, 0))
        page.insert_text((ends[0], 200), "closed", fontsize=11, color=(0.8, 0.5, 0.1))
        page.insert_text((ends[1], 200), " until the summer.", fontsize=11)
        if drawn == "after both":
            page.draw_line((x, 197), (ends[0], 197), color=(0.8, 0.5, 0))

    page = _page(tmp_path, draw)
    assert "The well is ~~open~~ closed until the summer." in page.markdown
    assert {"closed"} == {word.text for word in page.words if "closed" in word.text or "open" in word.text}


def test_a_fraction_bar_strikes_neither_of_its_numbers() -> None:
    above, below = Word("12", Box(50, 80, 62, 92)), Word("25", Box(50, 93, 62, 105))
    words = [(above, 11.0, 90.0), (below, 11.0, 103.0)]
    assert strike_out(words, [Box(49, 92.4, 63, 92.9)]) == set()


@pytest.mark.parametrize(
    ("text", "live"),
    [
        ("The fee is ~~85~~ 90 euros.", "The fee is 90 euros."),
        ("~~Dogs are allowed.~~", ""),
        ("The fee is <del>85</del> 90 euros.", "The fee is 90 euros."),
        ("The fee is <s>85</s><strike>86</strike> 90 euros.", "The fee is 90 euros."),
        ("About ~~ 5 of them ~~ 6", "About ~~ 5 of them ~~ 6"),
        ("a ~ b and ~c", "a ~ b and ~c"),
        ("<small>small print</small>", "small print"),
        (r"literal \~\~text\~\~", "literal ~~text~~"),
    ],
)
def test_plain_text_holds_nothing_struck(text: str, live: str) -> None:
    assert plain(text) == live


def test_the_marks_of_neighbouring_words_are_joined() -> None:
    assert join_struck("~~a~~ ~~b~~ c ~~d~~\n~~e~~") == "~~a b~~ c ~~d\ne~~"


@pytest.mark.parametrize("beyond", [0, 12, 30])
def test_a_strike_mark_of_a_viewer_strikes_however_far_it_reaches(tmp_path: Path, beyond: float) -> None:
    document: Any = pymupdf.open()
    page = document.new_page(width=595, height=842)
    page.insert_text((72, 100), OLD, fontsize=11)
    page.insert_text((72, 130), NEW, fontsize=11)
    (box,) = page.search_for(OLD)
    page.add_strikeout_annot(
        pymupdf.Quad((box.x0, box.y0), (box.x1 + beyond, box.y0), box.bl, (box.x1 + beyond, box.y1))
    )
    document.save(str(tmp_path / "lease.pdf"))
    found = read(PageJob(str(tmp_path / "lease.pdf"), 1))
    assert isinstance(found, PageText)
    text = " ".join(block.text for block in found.blocks)
    assert f"~~{OLD}~~" in text
    assert f"~~{NEW}" not in text
