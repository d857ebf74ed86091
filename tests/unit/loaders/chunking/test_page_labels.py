"""Printed page numbers, and what only looks like one."""

from __future__ import annotations

from loaders.chunking.page_labels import printed_labels, roman
from loaders.types import Block


def labels(*footers: str | None, first: int = 1) -> dict[int, str]:
    """Return the labels of pages with a paragraph and one of these marked footers each, None for none."""
    pages = []
    for number, footer in enumerate(footers, first):
        blocks = [Block("text", f"Paragraph of page {number}.")]
        pages.append((number, [*blocks, Block("furniture", footer)] if footer else blocks))
    return printed_labels(pages)


def test_numbers_that_count_on_are_labels() -> None:
    assert labels("12", "13", "14", "15") == {1: "12", 2: "13", 3: "14", 4: "15"}


def test_front_matter_in_roman_numbers_and_a_body_that_starts_again() -> None:
    found = labels("i", "ii", "iii", "iv", "1", "2", "3")
    assert list(found.values()) == ["i", "ii", "iii", "iv", "1", "2", "3"]


def test_a_page_without_its_number_is_counted_between_two_that_have_one() -> None:
    assert labels("5", None, "7", "8")[2] == "6"


def test_words_around_the_number_do_not_hide_it() -> None:
    assert list(labels("Page 4 of 9", "Page 5 of 9", "Page 6 of 9").values()) == ["4", "5", "6"]
    assert list(labels("Tides | 31", "32 | Fog", "Ferries | 33").values()) == ["31", "32", "33"]


def test_years_and_lone_numbers_are_no_labels() -> None:
    assert labels("Report 2024", "Report 2024", "Report 2024", "Report 2024") == {}
    assert labels("7", None, "12", None) == {}
    assert labels("4", "5") == {}


def test_numbers_that_name_something_are_no_labels() -> None:
    assert labels("Delivery note no. 4411", "Delivery note no. 4412", "Delivery note no. 4413") == {}
    assert labels("Invoice INV-311", "Invoice INV-312", "Invoice INV-313") == {}
    assert labels("Rechnung Nr. 71", "Rechnung Nr. 72", "Rechnung Nr. 73") == {}
    assert list(labels("Order no. 7 | 4", "Order no. 8 | 5", "Order no. 9 | 6").values()) == ["4", "5", "6"]


def test_numbered_headings_are_no_labels() -> None:
    pages = [(page, [Block("heading", f"## {page - 2} Chapter"), Block("text", "Text.")]) for page in range(3, 9)]
    assert printed_labels(pages) == {}


def test_roman_numbers() -> None:
    assert [roman(value) for value in (1, 4, 9, 14, 40, 99, 390)] == ["i", "iv", "ix", "xiv", "xl", "xcix", "cccxc"]
