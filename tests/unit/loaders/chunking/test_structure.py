"""Names of pages, contents pages, lists of references, and the words that lines are found by."""

from __future__ import annotations

from loaders.chunking.chunker import chunk_pages
from loaders.chunking.page_names import page_names
from loaders.types import Block, Box, Chunk, Sentence

TOP = Box(0.6, 0.04, 0.9, 0.05)
FOOT = Box(0.47, 0.95, 0.5, 0.96)


def sentences(chunks: list[Chunk]) -> list[Sentence]:
    return [sentence for chunk in chunks for sentence in chunk.sentences]


def sheets(*headers: str, kind: str = "furniture") -> list[tuple[int, list[Block]]]:
    """Return one page for each header, with a heading, a sentence and a page number."""
    return [
        (
            number,
            [
                Block("furniture" if kind == "furniture" else "text", header, box=TOP),
                Block("heading", "## Data", 2, Box(0.1, 0.2, 0.4, 0.22)),
                Block("text", f"The rated voltage is {number * 12} volts.", box=Box(0.1, 0.3, 0.5, 0.32)),
                Block("furniture", str(number), box=FOOT),
            ],
        )
        for number, header in enumerate(headers, 1)
    ]


def test_a_header_that_changes_is_the_name_of_its_page_and_the_words_it_is_found_by() -> None:
    chunks = chunk_pages("", sheets("Pump P-11", "Pump P-11", "Pump P-27", "Pump P-27"))
    assert [chunk.headings for chunk in chunks] == [
        ("Pump P-11", "Data"), ("Pump P-11", "Data"), ("Pump P-27", "Data"), ("Pump P-27", "Data"),
    ]  # fmt: skip
    prose = [sentence for sentence in sentences(chunks) if sentence.kind == "prose"]
    assert prose[2].text == "The rated voltage is 36 volts."
    assert prose[2].search == "Pump P-27. The rated voltage is 36 volts."


def test_names_without_numbers_and_unmarked_headers_count_too() -> None:
    assert page_names(sheets("Anna Berg", "Jon Dahl", "Eva Lind", kind="text"))[0] == {
        1: "Anna Berg", 2: "Jon Dahl", 3: "Eva Lind"
    }  # fmt: skip


def test_constant_headers_page_numbers_and_every_other_page_are_no_names() -> None:
    assert page_names(sheets("Report 2024", "Report 2024", "Report 2024", "Report 2024"))[0] == {}
    assert page_names(sheets("Page 1 of 4", "Page 2 of 4", "Page 3 of 4", "Page 4 of 4"))[0] == {}
    assert page_names(sheets("Tides | 1", "Tides | 2", "Tides | 3", "Tides | 4"))[0] == {}
    assert page_names(sheets("The book", "Tides", "The book", "Fog", "The book", "Ice"))[0] == {
        2: "Tides", 4: "Fog", 6: "Ice"
    }  # fmt: skip


def test_a_number_that_counts_on_with_the_pages_stays_in_the_name() -> None:
    headers = [f"Delivery note no. {number}" for number in (4411, 4412, 4413)]
    assert list(page_names(sheets(*headers))[0].values()) == headers
    assert page_names(sheets("Lesson 1", "Lesson 2", "Lesson 3"))[0][2] == "Lesson 2"


def test_a_page_that_holds_only_its_header_keeps_it_as_text() -> None:
    pages = [(n, [Block("furniture", f"Slide title {word}.", box=TOP)]) for n, word in enumerate("abcd", 1)]
    assert [sentence.text for sentence in sentences(chunk_pages("", pages))] == [f"Slide title {x}." for x in "abcd"]


def kinds(*blocks: Block) -> dict[str, str]:
    return {sentence.text: sentence.kind for sentence in sentences(chunk_pages("", [(1, list(blocks))]))}


def test_lines_of_a_contents_page_are_known_as_such_with_and_without_leaders() -> None:
    found = kinds(
        Block("heading", "# Contents", 1),
        Block("text", "1 Firing stoneware ........ 8 2 Cooling ........ 9"),
        Block("heading", "## 3 Disposal 14", 2),
        Block("heading", "## 1 Firing stoneware", 2),
        Block("text", "Stoneware is fired to 1,240 degrees."),
    )
    assert (
        found["1 Firing stoneware ........ 8"] == found["2 Cooling ........ 9"] == found["3 Disposal 14"] == "contents"
    )
    assert found["1 Firing stoneware"] == "heading"
    assert found["Stoneware is fired to 1,240 degrees."] == "prose"


def test_contents_that_a_list_of_figures_or_an_index_has() -> None:
    figures = kinds(Block("heading", "# List of figures", 1), Block("list", "Figure of a hull 4\nFigure of a mast 9"))
    assert figures["Figure of a hull 4"] == figures["Figure of a mast 9"] == "contents"
    assert kinds(Block("heading", "# Index", 1), Block("list", "- anchor, 4, 9\n- mast, 12"))["mast, 12"] == "contents"


def test_a_heading_called_contents_over_prose_is_no_contents_page() -> None:
    found = kinds(Block("heading", "# Contents", 1), Block("text", "The box contains one pump and two hoses."))
    assert found["The box contains one pump and two hoses."] == "prose"


def test_further_reading_is_a_list_of_references_only_if_it_lists_works() -> None:
    work = "Hale, R. (2009). Replacing the elements of kilns. Clay Review 12, 44-51."
    assert kinds(Block("heading", "# Further reading", 1), Block("text", work))[work] == "reference"
    prose = "Ask the librarian, who knows the shelves."
    assert kinds(Block("heading", "# Further reading", 1), Block("text", prose))[prose] == "prose"


def searches(*blocks: Block) -> dict[str, str]:
    return {sentence.text: sentence.search for sentence in sentences(chunk_pages("", [(1, list(blocks))]))}


def test_short_lines_are_found_by_the_heading_above_them_and_prose_is_not() -> None:
    found = searches(
        Block("heading", "## Languages", 2),
        Block("text", "Norwegian, English, Spanish"),
        Block("heading", "## 4 Results", 2),
        Block("text", "The harvest was better than in any year before."),
        Block("heading", "# Invoice INV-311", 1),
        Block("text", "The total to be paid is 1,240.50 euros."),
    )
    assert found["Norwegian, English, Spanish"] == "Languages. Norwegian, English, Spanish"
    assert found["The harvest was better than in any year before."].startswith("The harvest")
    assert found["The total to be paid is 1,240.50 euros."].startswith("Invoice INV-311. The total")


def test_every_sentence_of_a_clause_is_found_by_its_number() -> None:
    found = searches(Block("text", "2.3.1.2 The lessee insures the boat. He shows the policy each year."))
    assert found["He shows the policy each year."] == "2.3.1.2 He shows the policy each year."


def test_the_name_over_the_contacts_of_a_first_page_is_a_line_that_answers() -> None:
    name = Block("heading", "# Ingrid Solheim", 1)
    (first, *_) = sentences(chunk_pages("", [(1, [name, Block("text", "i.solheim@example.org")])]))
    assert first.kind == "item"
    assert first.search.startswith("Name: Ingrid Solheim. Whose curriculum vitae")
    (first, *_) = sentences(chunk_pages("", [(1, [name, Block("text", "A life at sea.")])]))
    assert first.kind == "heading"


def test_a_name_beside_its_contacts_is_told_by_the_address_and_finds_all_lines() -> None:
    found = sentences(
        chunk_pages(
            "",
            [
                (
                    1,
                    [
                        Block("heading", "## Contact details", 2),
                        Block("text", "j.okafor@example.org"),
                        Block("heading", "## Languages", 2),
                        Block("text", "English, Igbo, Dutch"),
                        Block("heading", "# Jude Okafor", 1),
                        Block("text", "Marine engineer"),
                    ],
                )
            ],
        )
    )
    assert {sentence.text: sentence.kind for sentence in found}["Jude Okafor"] == "item"
    (line,) = (sentence for sentence in found if sentence.text == "English, Igbo, Dutch")
    assert line.search == "Languages that Jude Okafor speaks. English, Igbo, Dutch"


def test_meant_line_breaks_separate_lines() -> None:
    found = searches(Block("text", "2014 MSc in ecology  \n2011 BSc in biology"))
    assert list(found) == ["2014 MSc in ecology", "2011 BSc in biology"]
