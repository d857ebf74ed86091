import time
from collections import Counter
from dataclasses import replace
from itertools import takewhile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.chunking.chunker import MAX_TABLE_TOKENS, chunk_pages
from loaders.chunking.headers_footers import drop_headers_footers
from loaders.chunking.packing import MAX_TOKENS, MIN_TOKENS
from loaders.text.markdown import parse_blocks
from loaders.text.plain import plain
from loaders.types import Block, Box, Chunk, Sentence

LONG = " ".join(f"This is sentence number {n} of a long paragraph about nothing at all." for n in range(40))

VOCABULARY = ["alpha", "Beta", "12", "3.5", "model,", "results", "of", "the", "(see)", "x_1", "rows;", "e.g.", "U.S."]
WORDS = st.lists(st.sampled_from(VOCABULARY), min_size=1)
TEXT = st.builds(lambda words, end: " ".join(words) + end, WORDS, st.sampled_from([".", "!", "", ":", "-", ","]))
CELL = st.sampled_from(["a", "7", "-", "", "two words"])
# One text in all cells is one cell that spans the row; test_bands.py has it.
ROW = st.lists(CELL, min_size=3, max_size=3).filter(lambda row: set(row) != {"two words"}).map(" | ".join)


def repeats_a_heading(rows: list[str]) -> bool:
    """Return whether two rows without a label under the header, which go on with it, say the same in a column."""
    unlabelled = takewhile(lambda row: not row[0], (row.split(" | ") for row in rows))
    return any(
        len(set(filled)) < len(filled)
        for filled in ([c for c in column if c] for column in zip(*unlabelled, strict=True))
    )


# One text in two header rows of a column is one cell over both, and said once; test_tables.py has it.
TABLE = (
    st.lists(ROW, min_size=1, max_size=40)
    .filter(lambda rows: not repeats_a_heading(rows))
    .map(lambda rows: "\n".join(f"| {row} |" for row in ["name | one | two", "--- | --- | ---", *rows]))
)
BLOCK = (
    st.builds(Block, st.sampled_from(["text", "text", "footnote", "figure", "formula"]), TEXT)
    | st.builds(lambda text, level: Block("heading", "#" * level + " " + text, level), TEXT, st.integers(1, 4))
    | st.builds(
        lambda items: Block("list", "\n".join(f"- {item}" for item in items)), st.lists(TEXT, min_size=1, max_size=4)
    )
    | st.builds(lambda text: Block("caption", f"Table 3 | {text}"), TEXT)
    | st.builds(lambda text: Block("table", text), TABLE)
    | st.just(Block("text", LONG))
    | st.just(Block("furniture", "footer zebra"))
)


def numbered(pages: list[list[Block]]) -> list[tuple[int, list[Block]]]:
    """Number the pages and their captions: a caption repeated over a table that goes on is said once."""
    return [
        (number, [replace(block, text=block.text.replace("Table 3 |", f"Table {number} |")) for block in blocks])
        for number, blocks in enumerate(pages, start=1)
    ]


PAGES = st.lists(st.lists(BLOCK, max_size=7), max_size=6).map(numbered)


def letters(texts: list[str]) -> Counter[str]:
    return Counter(c for text in texts for c in text if c.isalnum())


def prose(*texts: str) -> list[Block]:
    return [Block("text", text) for text in texts]


def sentences(chunks: list[Chunk]) -> list[Sentence]:
    return [sentence for chunk in chunks for sentence in chunk.sentences]


@settings(max_examples=60)
@given(PAGES)
def test_all_text_except_headers_and_footers_is_in_exactly_one_sentence(pages: list[tuple[int, list[Block]]]) -> None:
    chunks = chunk_pages("", pages)
    kept = [block for _, blocks in drop_headers_footers(pages) for block in blocks]
    rest = [plain(block.text) for block in kept if block.kind != "table"]
    found = [sentence.text for sentence in sentences(chunks) if sentence.kind not in ("row", "band")]
    assert letters(found) == letters(rest)
    rows = [plain(line) for block in kept if block.kind == "table" for line in block.text.splitlines()[2:]]
    shown = letters([chunk.text for chunk in chunks if chunk.kind == "table"])
    assert all(shown[c] >= n for c, n in letters(rows).items())
    assert all(not letters([s.text for s in chunk.sentences]) - letters([chunk.text]) for chunk in chunks)
    footers = [blocks for _, blocks in pages if any(block.kind == "furniture" for block in blocks)]
    if len(footers) > 1 and all(any(block.kind != "furniture" for block in blocks) for blocks in footers):
        assert all("zebra" not in chunk.text for chunk in chunks)


@settings(max_examples=60)
@given(PAGES)
def test_chunks_keep_to_pages_sizes_and_order(pages: list[tuple[int, list[Block]]]) -> None:
    chunks = chunk_pages("", pages)
    assert [chunk.ordinal for chunk in chunks] == list(range(len(chunks)))
    assert [chunk.pages[0] for chunk in chunks] == sorted(chunk.pages[0] for chunk in chunks)
    for chunk in chunks:
        assert list(chunk.pages) == sorted({page for s in chunk.sentences for page in s.pages})
        assert chunk.sentences
        assert chunk.tokens <= (MAX_TABLE_TOKENS + MAX_TOKENS if chunk.kind == "table" else MAX_TOKENS)
        if chunk.kind == "text" and len(chunk.pages) > 1:
            assert any(len(s.pages) > 1 for s in chunk.sentences)
        covered = {i for start, stop in chunk.units for i in range(start, stop)}
        assert covered == set(range(len(chunk.sentences)))
    assert chunks == chunk_pages("", pages)


def test_a_long_page_is_cut_at_sentences_into_chunks_of_good_size() -> None:
    chunks = chunk_pages("", [(1, prose(LONG, LONG))])
    assert all(MIN_TOKENS <= chunk.tokens <= MAX_TOKENS for chunk in chunks)
    assert all(chunk.text.endswith(".") for chunk in chunks)


def test_a_chunk_begins_at_a_heading_rather_than_in_a_paragraph() -> None:
    half = " ".join(LONG.split(". ")[:18]) + "."
    pages = [(1, [Block("heading", "# One", 1), *prose(half), Block("heading", "# Two", 1), *prose(half)])]
    assert [chunk.text.split("\n")[0] for chunk in chunk_pages("", pages)] == ["# One", "# Two"]


def test_a_sentence_over_a_page_break_is_one_and_knows_both_pages() -> None:
    first = [*prose("It begins here. The advantages of cold start data"), Block("footnote", "A note at the foot.")]
    second = [
        Block("figure", "bars 1 2 3"),
        Block("caption", "Figure 2 | Bars."),
        *prose("include: reading. Then more."),
    ]
    chunks = chunk_pages("", [(9, first), (10, second)])
    broken = [sentence for sentence in sentences(chunks) if len(sentence.pages) > 1]
    assert [(s.text, s.pages) for s in broken] == [("The advantages of cold start data include: reading.", (9, 10))]
    assert [chunk.pages for chunk in chunks] == [(9, 10), (10,), (10,)]
    assert [chunk.text for chunk in chunks if chunk.kind == "text"][1] == "Then more."


def test_a_word_hyphenated_at_the_page_break_is_mended() -> None:
    chunks = chunk_pages("", [(1, prose("We saw an improve-")), (2, prose("ment in all tests."))])
    assert [(s.text, s.pages) for s in sentences(chunks)] == [("We saw an improvement in all tests.", (1, 2))]


@pytest.mark.parametrize(
    ("tail", "head"),
    [("It ends here.", "lower case goes on"), ("A slide", "Another slide"), ("What follows:", "a list")],
)
def test_paragraphs_that_are_not_cut_are_not_joined(tail: str, head: str) -> None:
    assert all(len(s.pages) == 1 for s in sentences(chunk_pages("", [(1, prose(tail)), (2, prose(head))])))


def test_a_paragraph_may_run_over_three_pages() -> None:
    chunks = chunk_pages("", [(1, prose("One sentence that")), (2, prose("runs on and")), (3, prose("ends. Next."))])
    assert [s.pages for s in sentences(chunks)] == [(1, 2, 3), (3,)]


def test_repeated_headers_and_page_numbers_are_dropped_but_never_a_whole_page() -> None:
    names = ["Alpha", "Beta", "Gamma", "Delta"]
    pages = [(n, prose("Annual Report 2023", f"Text about {name}.", str(n))) for n, name in enumerate(names, start=1)]
    pages.append((5, prose("Annual Report 2023")))
    texts = [chunk.text for chunk in chunk_pages("", pages)]
    assert texts == [
        "Text about Alpha.",
        "Text about Beta.",
        "Text about Gamma.",
        "Text about Delta.",
        "Annual Report 2023",
    ]


def test_a_table_is_one_chunk_with_its_caption_and_rows_are_found_with_both() -> None:
    markdown = "Before.\n\n| Model | MATH |\n|---|---|\n| o1 | 90.0 |\n\nTable 2 | Scores. More words.\n\nAfter."
    chunks = chunk_pages("", [(7, parse_blocks(markdown))])
    table = next(chunk for chunk in chunks if chunk.kind == "table")
    assert table.text == "Table 2 | Scores. More words.\n\n| Model | MATH |\n| --- | --- |\n| o1 | 90.0 |"
    assert table.sentences[-1].text == "o1 90.0"
    assert table.sentences[-1].search == "Table 2 | Scores. o1 | MATH: 90.0"
    assert table.sentences[-1].cells == (("Model", "o1"), ("MATH", "90.0"))
    assert [chunk.text for chunk in chunks if chunk.kind == "text"] == ["Before.\n\nAfter."]


def test_a_models_summary_of_a_table_stays_with_it_and_is_not_prose() -> None:
    markdown = "Table 1: A\n<table><tr><th>a</th></tr><tr><td>x</td></tr></table>\n\nTable summary: One row.\n\nText."
    chunks = chunk_pages("", [(1, parse_blocks(markdown))])
    assert [chunk.kind for chunk in chunks] == ["table", "text"]
    assert [s.kind for s in chunks[0].sentences] == ["caption", "row", "description"]
    assert chunks[0].text.endswith("Table summary: One row.")


def test_a_tables_summary_at_the_top_of_a_page_does_not_end_the_sentence_before() -> None:
    after = "<table><tr><th>a</th></tr><tr><td>x</td></tr></table>\nTable summary: One row.\n\n$3 million."
    chunks = chunk_pages("", [(1, prose("Revenue rose to")), (2, parse_blocks(after))])
    assert "Revenue rose to $3 million." in [s.text for s in sentences(chunks)]


def test_a_captions_label_is_not_a_separate_sentence() -> None:
    chunk = chunk_pages("", [(1, [Block("figure", "bars"), Block("caption", "Figure 2. Growth. In percent.")])])[0]
    assert [s.text for s in chunk.sentences] == ["Figure 2. Growth.", "In percent.", "bars"]


def test_captions_go_to_the_tables_they_stand_above() -> None:
    markdown = "Table 1: A\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nTable 2: B\n\n| c | d |\n|---|---|\n| 3 | 4 |"
    texts = [chunk.text for chunk in chunk_pages("", [(1, parse_blocks(markdown))])]
    assert [text.split("\n")[0] for text in texts] == ["Table 1: A", "Table 2: B"]


def test_a_table_that_continues_on_the_next_page_is_one_with_both_pages() -> None:
    first = "Table 1: A\n\n| a | b |\n|---|---|\n| x | 2 |"
    second = "| a | b |\n|---|---|\n| y | 4 |\n\nText."
    table = chunk_pages("", [(1, parse_blocks(first)), (2, parse_blocks(second))])[0]
    assert table.pages == (1, 2)
    assert [(s.text, s.pages) for s in table.sentences[1:]] == [("x 2", (1,)), ("y 4", (2,))]
    assert table.sentences[-1].search == "Table 1: A. y | b: 4"


WEIGHTS = "| Boat | Berth | Weight |\n|---|---|---|\n| Skua | A | 12 |\n| Tern | B | 8 |\n| Dunlin | A | 10 |"


@pytest.mark.parametrize(
    ("after", "joined"),
    [
        ("| Puffin | C | 31 |\n|---|---|---|\n| Petrel | A | 44 |\n| Knot | B | 40 |", True),
        ("| Puffin | A | sunk |\n|---|---|---|\n| Petrel | A | 44 |\n| Knot | B | 40 |", True),  # a word of the column
        ("| Puffin | C | n/a |\n|---|---|---|\n| Petrel | A | 44 |\n| Knot | B | 40 |", True),
        ("| Crew | Rank | Age |\n|---|---|---|\n| Orla | mate | 31 |\n| Finn | cook | 44 |", False),
        ("| Crew | Rank | 2024 |\n|---|---|---|\n| Orla | mate | 31 |\n| Finn | cook | 44 |", False),
    ],
)
def test_a_table_with_a_header_of_its_own_continues_no_other(after: str, *, joined: bool) -> None:
    chunks = chunk_pages("", [(1, parse_blocks(WEIGHTS)), (2, parse_blocks(after))])
    assert len(chunks) == (1 if joined else 2)
    first = [s.cells[0] for s in sentences(chunks) if s.kind == "row"][3]
    assert first == (("Boat", "Puffin") if joined else ("Crew", "Orla"))


def test_a_column_of_notes_that_is_empty_on_a_page_stays_a_column() -> None:
    first = "| Boat | Fee | Remarks |\n|---|---|---|\n| Skua | 12 | moved |"
    chunks = chunk_pages("", [(1, parse_blocks(first)), (2, parse_blocks("|Tern|8||\n|---|---|---|\n|Knot|9||"))])
    assert [s.search for s in sentences(chunks)] == [
        "Skua | Fee: 12; Remarks: moved", "Tern | Fee: 8", "Knot | Fee: 9",
    ]  # fmt: skip


def test_a_column_without_a_name_and_a_cell_is_none() -> None:
    (chunk,) = chunk_pages("", [(1, parse_blocks("|Boat|Fee||\n|---|---|---|\n|Tern|8||\n|Knot|9||"))])
    assert chunk.text.splitlines()[0] == "| Boat | Fee |"


def test_a_long_table_is_split_by_rows_under_caption_and_header() -> None:
    rows = "\n".join(f"| Item number {n} | {n}.5 | {n}.7 | some words |" for n in range(120))
    markdown = f"Table 1: Many\n\n| Name | one | two | note |\n|---|---|---|---|\n{rows}"
    chunks = chunk_pages("", [(1, parse_blocks(markdown))])
    assert len(chunks) > 2
    assert all(chunk.text.startswith("Table 1: Many\n\n| Name | one | two | note |") for chunk in chunks)
    assert all(chunk.tokens <= MAX_TOKENS for chunk in chunks)
    assert [s.text.split()[2] for s in sentences(chunks) if s.kind == "row"] == [str(n) for n in range(120)]


def test_a_figure_keeps_its_caption_and_is_searched_with_it() -> None:
    figure = Block("figure", "R1 o1\n97.3 96.4", box=Box(0, 0, 1, 0.5))
    chunk = chunk_pages("", [(1, [figure, Block("caption", "Figure 1 | Scores.")])])[0]
    assert (chunk.kind, chunk.pages) == ("figure", (1,))
    assert [(s.text, s.kind) for s in chunk.sentences] == [
        ("Figure 1 | Scores.", "caption"),
        ("R1 o1 97.3 96.4", "figure"),
    ]
    assert chunk.sentences[1].search == "Figure 1 | Scores. R1 o1 97.3 96.4"


def test_a_heading_with_only_a_table_under_it_stays_with_the_table() -> None:
    chunks = chunk_pages("", [(1, parse_blocks("# Costs\n\n| a | b |\n|---|---|\n| x | 2 |"))])
    assert [(chunk.kind, chunk.headings) for chunk in chunks] == [("table", ("Costs",))]
    assert chunks[0].text.startswith("# Costs\n\n| a | b |")


def test_headings_follow_their_numbers_and_leave_the_title_out() -> None:
    names = ["A Paper", "Abstract", "2. Approach", "2.2. Method", "2.2.1. Detail", "2.3. Next"]
    pages = [(n, [Block("heading", f"# {name}", 1), *prose(f"Text {n}.")]) for n, name in enumerate(names, start=1)]
    paths = [chunk.headings for chunk in chunk_pages("A paper", pages)]
    assert paths == [
        (),
        ("Abstract",),
        ("2. Approach",),
        ("2. Approach", "2.2. Method"),
        ("2. Approach", "2.2. Method", "2.2.1. Detail"),
        ("2. Approach", "2.3. Next"),
    ]


def test_a_heading_that_is_a_whole_sentence_may_answer() -> None:
    names = [
        "The lock keeper closed the gate at 21:40.",
        "2. Notice of termination.",
        "When does the lock keeper go home?",
    ]
    blocks = [
        block
        for name in names
        for block in (Block("heading", f"# {name}", 1), Block("table", "| a | b |\n|---|---|\n| x | 2 |"))
    ]
    kinds = {one.text: one.may_answer for one in sentences(chunk_pages("", [(1, blocks)])) if one.text in names}
    assert kinds == {names[0]: True, names[1]: False, names[2]: False}


def test_references_and_short_items_are_one_sentence_each() -> None:
    markdown = "# References\n\n- A. Smith. Some title. In Venue, 2020.\n- B. Jones. Another. 2021."
    assert [s.kind for s in sentences(chunk_pages("", [(1, parse_blocks(markdown))]))] == [
        "heading",
        "reference",
        "reference",
    ]


def test_a_table_without_lines_is_cut_like_text() -> None:
    block = Block("table", "<table>" + "word " * 2000 + "</table>")
    assert all(chunk.tokens <= MAX_TOKENS for chunk in chunk_pages("", [(1, [block])]))


def test_no_pages_and_empty_pages_give_no_chunks() -> None:
    assert chunk_pages("", []) == []
    assert chunk_pages("", [(1, []), (2, [Block("text", "  ")])]) == []


def test_a_paper_of_22_full_pages_is_cut_quickly() -> None:
    started = time.process_time()
    chunk_pages("", [(n, prose(LONG, LONG)) for n in range(1, 23)])
    assert time.process_time() - started < 1  # about 0.05 s of a processor, however busy the machine is
