"""Line breaks that were meant, and those of running text."""

from __future__ import annotations

from loaders.text.printed_lines import Measure, break_lines, separate_lines
from loaders.types import Box

WIDTH = 600.0


def printed(*texts: str, x: float = 60.0, y: float = 0.0) -> list[tuple[str, Box]]:
    """Return lines under each other, 10 high and 5 wide a letter."""
    return [(text, Box(x, y + 14.0 * at, x + 5 * len(text), y + 14.0 * at + 10)) for at, text in enumerate(texts)]


def groups(lines: list[tuple[str, Box]], *others: list[tuple[str, Box]]) -> list[list[int]]:
    return break_lines(lines, Measure.of([lines, *others], WIDTH))


PROSE = printed(
    "The ringing group met nine times between the first of May and the last week of",
    "August. On each evening the nets stood open for three hours at least, and birds",
    "were weighed before they were let go.",
    y=300.0,
)


def test_running_text_is_one_line_whatever_its_lines_begin_with() -> None:
    assert groups(PROSE) == [[0, 1, 2]]
    capitals = printed(
        "The nets were mended by the Society for the Study of Birds, and the boat of the",
        "Harbour Office brought them over. They were put up again in March by Hanne Lund",
        "Petersen, who has the licence.",
    )
    assert groups(capitals, PROSE) == [[0, 1, 2]]


def test_lines_of_a_curriculum_of_contacts_and_of_an_address_are_lines_of_their_own() -> None:
    for lines in (
        ["2018-2024 Warden, Holm Observatory", "2012-2018 Ranger, Skarv Reserve"],
        ["Ornithologist", "a.lund@example.org", "+45 00 00 00 00"],
        ["Rent: 2,900", "Deposit: 5,800", "Notice: three months"],
        ["14 Quay Street", "Holm", "8990 Skarv"],
    ):
        assert groups(printed(*lines), PROSE) == [[at] for at in range(len(lines))]


def test_an_entry_that_runs_over_its_line_goes_on_in_the_next() -> None:
    lines = printed(
        "2018-2024 Warden, Holm Observatory, in charge of the nets, of the boats and the",
        "guest house",
        "2012-2018 Ranger, Skarv Reserve",
    )
    assert groups(lines, PROSE) == [[0, 1], [2]]


def test_words_that_go_on_are_not_broken_though_there_was_room() -> None:
    assert groups(printed("The head of the", "Observatory"), PROSE) == [[0, 1]]
    assert groups(printed("Nets, boats", "and ropes"), PROSE) == [[0, 1]]


def test_lines_of_a_narrow_column_that_its_neighbour_ends_run_on() -> None:
    narrow = printed("Director of the Division", "Quality and Training")
    beside = printed("Head of the Office", "Holm", x=185.0)
    assert groups(narrow, beside) == [[0, 1]]


def test_line_breaks_of_a_transcript_are_kept_where_they_were_meant() -> None:
    assert separate_lines("Norwegian, English  \nSome Danish") == ["Norwegian, English", "Some Danish"]
    assert separate_lines("14 Quay Street\nHolm\n8990 Skarv") == ["14 Quay Street", "Holm", "8990 Skarv"]
    assert separate_lines("2018 Warden, Holm\n2012 Ranger, Skarv") == ["2018 Warden, Holm", "2012 Ranger, Skarv"]
    wrapped = "The nets were mended by the Society for the Study of Birds, and\nHanne Lund has the licence for them."
    assert separate_lines(wrapped) == [wrapped]
    assert separate_lines("") == []


def test_a_paragraph_on_a_page_without_other_running_text_has_a_measure() -> None:
    assert break_lines(printed("14 Quay Street", "Holm"), Measure.of([], WIDTH)) == [[0], [1]]


def test_labels_and_names_of_companies_do_not_go_on() -> None:
    assert groups(printed("Sold to", "Kari Moen", "Bakkeveien 3", "7046 Trondheim")) == [[0], [1], [2], [3]]
    assert groups(printed("2012-2014 Chemist, Vann AS", "2007-2012 Master of chemistry")) == [[0], [1]]


def test_named_values_are_lines_of_their_own_at_the_right_margin_too() -> None:
    lines = printed("Invoice no.: 2041-7", "Date: 14 March 2026", "Due: 28 March 2026", x=440.0)
    assert groups(lines, PROSE) == [[0], [1], [2]]
