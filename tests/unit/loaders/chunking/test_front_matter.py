"""Title, authors and date told from a first page, and what must not be taken for them."""

from __future__ import annotations

import pytest

from loaders.chunking.front_matter import FrontMatter, front_matter, is_title
from loaders.text.dates import single_date
from loaders.types import Block, Box

PROSE = Block(
    "text",
    "The eel passes the weir at night, between the last week of August and the first frost, when the water is high and "
    "the moon is new, as the keepers have written down for sixty years.",
    box=Box(0.1, 0.5, 0.9, 0.6),
)


def head(text: str, level: int = 1, y: float = 0.1) -> Block:
    return Block("heading", f"{'#' * level} {text}", level, Box(0.1, y, 0.9, y + 0.03))


def text(words: str, y: float = 0.2) -> Block:
    return Block("text", words, box=Box(0.3, y, 0.7, y + 0.02))


def told(*blocks: Block, title: str = "", name: str = "x.pdf") -> FrontMatter:
    return front_matter(title, [name], [(1, blocks), (2, [head("Second page")])])


def test_a_paper_has_title_authors_and_no_date() -> None:
    page = [
        head("Counting eels at night"), text("Mara Lindqvist¹, Tom de Vries*², and J. K. Osei", 0.16),
        text("¹University of Uppsala, ²Weir Trust", 0.19), head("Abstract", 1, 0.3), PROSE,
    ]  # fmt: skip
    assert told(*page) == FrontMatter("Counting eels at night", ("Mara Lindqvist", "Tom de Vries", "J. K. Osei"), "")


def test_a_report_has_its_names_and_its_date_under_the_title() -> None:
    page = [
        head("Annual report of the weir"),
        text("Mara Lindqvist + Tom de Vries"),
        text("Uppsala, 3 May 2024"),
        PROSE,
    ]
    assert told(*page) == FrontMatter("Annual report of the weir", ("Mara Lindqvist", "Tom de Vries"), "2024-05-03")
    page = [head("Annual report of the weir"), text("Prepared by: Dr. Mara Lindqvist"), PROSE]
    assert told(*page).authors == ("Mara Lindqvist",)


def test_a_team_over_its_own_address_is_an_author() -> None:
    page = [head("Counting eels"), text("Weirwatch Team", 0.16), text("post@weirwatch.example", 0.19), PROSE]
    assert told(*page).authors == ("Weirwatch Team",)
    page = [head("Counting eels"), text("Night Edition", 0.16), text("post@weirwatch.example", 0.19), PROSE]
    assert told(*page).authors == ()


def test_the_title_of_the_metadata_counts_if_it_is_one() -> None:
    page = [head("Counting eels at night"), PROSE]
    assert told(*page, title="Eels of the Weir").title == "Eels of the Weir"
    for nonsense in (
        "Microsoft Word - draft3.doc",
        "untitled",
        "x",
        "Final_v2",
        "My eels.docx",
        "PowerPoint Presentation",
    ):
        assert told(*page, title=nonsense).title == "Counting eels at night"
    assert not is_title("Eel report", ["Eel report.pdf"])


def test_the_largest_print_of_a_cover_is_the_title() -> None:
    cover = [
        Block("text", "Plan for the Weir 2016-2018", box=Box(0.2, 0.3, 0.8, 0.5)),
        Block("text", "Ann Moor GOVERNOR", box=Box(0.5, 0.7, 0.7, 0.73)),
    ]
    assert told(*cover) == FrontMatter("Plan for the Weir 2016-2018", (), "")
    alike = [
        Block("text", words, box=Box(0.2, y, 0.6, y + 0.1))
        for words, y in (("Weir and lock", 0.2), ("Lock, weir", 0.5))
    ]
    assert told(*alike).title == ""


@pytest.mark.parametrize(
    "page",
    [
        [PROSE, head("Results")],
        [head("1 Introduction"), PROSE],
        [head("Contents"), PROSE],
        [head("00000000000 HOURS"), head("Group CRISIS", 1, 0.2), PROSE],
        [text("Dear members,"), PROSE],
        [text("Short note."), head("Low on the page", 1, 0.8)],
    ],
)
def test_no_title_is_better_than_a_wrong_one(page: list[Block]) -> None:
    assert told(*page).title == ""


def test_officers_places_and_other_lines_are_no_authors() -> None:
    for line in (
        "New York Office",
        "Board of Directors",
        "Ann Moor",
        "Ann Moor opened the weir",
        "High Street, Lower Town",
    ):
        assert told(head("Annual report of the weir"), text(line), PROSE).authors == (), line


def test_two_dates_are_none_and_dates_in_sentences_do_not_count() -> None:
    assert told(head("Weir"), text("3 May 2024"), text("5 May 2024", 0.3)).date == ""
    assert told(head("Weir"), text("For the year ended 31 March 2003")).date == ""


@pytest.mark.parametrize(
    ("line", "date"),
    [
        ("12 March 2024", "2024-03-12"), ("Date: 11th August, 2003", "2003-08-11"),
        ("Bergen, den 3. Mai 2024", "2024-05-03"),
        ("le 4 juillet 2021", "2021-07-04"), ("Version 2.1, March 2024", "2024-03"),
        ("Published: 2024-03-12", "2024-03-12"),
        ("3/4/24", ""), ("June 2023 quarter:", ""), ("May we meet", ""),
    ],
)  # fmt: skip
def test_a_line_that_is_a_date(line: str, date: str) -> None:
    assert single_date(line) == date
