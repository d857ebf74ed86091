"""Bands over rows: which rows are bands, which rows they hold for, and what becomes of spanning cells in HTML."""

import pytest

from loaders.chunking.chunker import chunk_pages
from loaders.text.tables import EMPTY_CELL, Table, parse_table
from loaders.types import Block, Sentence

CATCH = (
    "|Species|2023|2024|\n|---|---|---|\n|Harbour of Tarn|||\n|Cod|11|12|\n|Ling|13|14|\n"
    "|Harbour of Wick|||\n|Cod|21|22|\n|Ling|23|24|"
)


def bands_of(text: str) -> list[tuple[str, ...]]:
    table = parse_table(text)
    assert table is not None
    return [table.band(index) for index in range(len(table.rows)) if index not in table.band_rows]


def table_of(text: str) -> Table:
    table = parse_table(text)
    assert table is not None
    return table


def rows_of(*texts: str) -> list[Sentence]:
    pages = [(number, [Block("table", text)]) for number, text in enumerate(texts, start=1)]
    return [sentence for chunk in chunk_pages("", pages) for sentence in chunk.sentences]


def test_a_row_with_a_name_alone_holds_for_the_rows_under_it_until_the_next() -> None:
    assert bands_of(CATCH) == [("Harbour of Tarn",)] * 2 + [("Harbour of Wick",)] * 2
    table = table_of(CATCH)
    assert table.band_rows == {0, 3}
    assert table.row_search(4, "Catch") == "Catch. Harbour of Wick Cod | 2023: 21; 2024: 22"
    assert table.row_text(4) == "Cod 21 22"


@pytest.mark.parametrize(
    "spanning",
    [
        '<td colspan="3">{}</td>',
        '<th colspan="3" scope="rowgroup">{}</th>',
        "<td>{}</td><td></td><td></td>",
        "<td><b>{}</b></td><td colspan='2'></td>",
    ],
)
def test_a_band_of_an_html_table(spanning: str) -> None:
    def row(*cells: str) -> str:
        return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"

    tarn, wick = ("<tr>" + spanning.format(name) + "</tr>" for name in ("Tarn", "Wick"))
    head = "<tr><th>Species</th><th>2023</th><th>2024</th></tr>"
    html = f"<table>{head}{tarn}{row('Cod', '11', '12')}{wick}{row('Cod', '21', '22')}</table>"
    assert bands_of(html) == [("Tarn",), ("Wick",)]
    assert table_of(html).columns == ["Species", "2023", "2024"]


def test_a_band_that_a_model_wrote_into_each_cell() -> None:
    assert bands_of("|A|B|C|\n|-|-|-|\n|Tarn|Tarn|Tarn|\n|Cod|1|2|\n|Ling|-|-|") == [("Tarn",), ("Tarn",)]


def test_bands_directly_under_each_other_are_levels() -> None:
    above = "|Assets|||\n|Current assets|||\n|Cash|1|2|\n|Fixed assets|||\n|Land|3|4|\n|Total assets|4|6|"
    assert bands_of(f"|Item|2023|2024|\n|-|-|-|\n{above}\n|Debts|||\n|Loan|5|6|") == [
        ("Assets", "Current assets"), ("Assets", "Fixed assets"), ("Assets", "Fixed assets"), ("Debts",),
    ]  # fmt: skip


def test_totals_are_no_bands_and_the_grand_total_has_none() -> None:
    rows = ["|Tarn|||", "|Cod|1|2|", "|Total|||", "|Wick|||", "|Cod|3|4|", "|Total catch|4|6|"]
    assert bands_of("|A|B|C|\n|-|-|-|\n" + "\n".join(rows)) == [("Tarn",), ("Tarn",), ("Wick",), ("Wick",)]
    sections = ["|Tarn|||", "|Cod|1|2|", "|Total|1|2|", "|Wick|||", "|Cod|3|4|", "|Total|3|4|", "|Grand total|4|6|"]
    assert bands_of("|A|B|C|\n|-|-|-|\n" + "\n".join(sections)) == [("Tarn",)] * 2 + [("Wick",)] * 2 + [()]
    whole = ["|Tarn|||", "|Cod|1|2|", "|Wick|||", "|Cod|3|4|", "|Total|4|6|"]
    assert bands_of("|A|B|C|\n|-|-|-|\n" + "\n".join(whole)) == [("Tarn",), ("Wick",), ()]


@pytest.mark.parametrize(
    "row",
    [
        "|12|||",
        "|* provisional|||",
        "|Note: provisional|||",
        f"|Cod|{EMPTY_CELL}|{EMPTY_CELL}|",
        "|" + "word " * 15 + "|||",
    ],
)
def test_rows_that_are_no_bands(row: str) -> None:
    assert bands_of(f"|A|B|C|\n|-|-|-|\n|Ling|1|2|\n{row}\n|Hake|3|4|\n|Tusk|5|6|") == [()] * 4


def test_a_row_at_the_end_and_a_label_on_two_lines_are_no_bands() -> None:
    assert bands_of("|A|B|C|\n|-|-|-|\n|Cod|1|2|\n|Ling|1|2|\n|Provisional figures|||") == [(), (), ()]
    rows = "|Cod|1|2|\n|Proceeds from the sale of|||\n|boats and nets|3|4|\n|Ling|5|6|"
    assert bands_of(f"|A|B|C|\n|-|-|-|\n{rows}") == [()] * 4


def test_a_list_with_a_stray_column_has_no_bands() -> None:
    assert set(bands_of("|A|B|\n|-|-|\n|one||\n|two||\n|three||\n|four|x|")) == {()}


def test_a_table_without_a_header_may_begin_with_a_band() -> None:
    table = table_of("|Tarn|||\n|-|-|-|\n|Cod|1|2|\n|Wick|||\n|Cod|3|4|")
    assert table.columns == ["", "", ""]
    assert [table.band(index) for index in (1, 3)] == [("Tarn",), ("Wick",)]


def test_a_first_row_alone_above_a_header_is_the_title() -> None:
    table = table_of("|Catch in tonnes|||\n|-|-|-|\n|Species|2023|2024|\n|Cod|1|2|")
    assert (table.caption, table.columns, table.rows) == (
        "Catch in tonnes",
        ["Species", "2023", "2024"],
        [["Cod", "1", "2"]],
    )


def test_a_label_over_several_rows_is_given_to_each_and_stands_once() -> None:
    body = "<tr><td rowspan=2>Cod</td><td>2023</td><td>1</td></tr><tr><td>2024</td><td>2</td></tr>"
    body += "<tr><td>Ling</td><td>2024</td><td>3</td></tr><tr><td>Hake</td><td>2024</td><td>4</td></tr>"
    table = table_of(f"<table><tr><th>Species</th><th>Year</th><th>Tonnes</th></tr>{body}</table>")
    assert table.row_text(1) == "2024 2"
    assert "Cod" in table.row_search(1, "")
    assert "Cod" not in table.row_search(2, "")


def test_a_value_over_several_rows_holds_for_each_and_stands_once() -> None:
    body = "<tr><td>A</td><td rowspan=2>7</td></tr><tr><td>B</td></tr>"
    table = table_of(f"<table><tr><th>Name</th><th>n</th></tr>{body}</table>")
    assert table.row_cells(1) == (("Name", "B"), ("n", "7"))
    assert table.row_text(1) == "B"


def test_a_band_holds_on_the_next_page_without_a_header() -> None:
    second = "|Hake|25|26|\n|---|---|---|\n|Tusk|27|28|\n|Harbour of Ullock|||\n|Cod|31|32|"
    found = {s.text: (s.band, s.pages, s.cells) for s in rows_of(CATCH, second)}
    assert found["Hake 25 26"] == (("Harbour of Wick",), (2,), (("Species", "Hake"), ("2023", "25"), ("2024", "26")))
    assert found["Tusk 27 28"][0] == ("Harbour of Wick",)
    assert found["Cod 31 32"][0] == ("Harbour of Ullock",)


def test_a_band_at_the_foot_of_a_page_holds_for_the_next_and_may_be_repeated() -> None:
    second = "|Species|2023|2024|\n|---|---|---|\n|Harbour of Ullock (continued)|||\n|Cod|31|32|\n|Ling|33|34|"
    found = {s.text: s for s in rows_of(CATCH + "\n|Harbour of Ullock|||", second)}
    assert found["Ling 33 34"].band == ("Harbour of Ullock",)
    assert found["Harbour of Ullock"].kind == "band"
    assert found["Cod 31 32"].band[-1] == "Harbour of Ullock"


@pytest.mark.parametrize("mark", ["", " (continued)", ", cont'd", " – Fortsetzung"])
def test_a_band_holds_over_a_caption_that_is_repeated(mark: str) -> None:
    second = "|Species|2023|2024|\n|---|---|---|\n|Hake|25|26|\n|Tusk|27|28|"
    pages = [
        (1, [Block("caption", "Table 2: Catch by harbour"), Block("table", CATCH)]),
        (2, [Block("caption", f"Table 2: Catch by harbour{mark}"), Block("table", second)]),
    ]
    rows = {s.text: s.band for chunk in chunk_pages("", pages) for s in chunk.sentences if s.kind == "row"}
    assert rows["Tusk 27 28"] == ("Harbour of Wick",)
    pages[1][1][0] = Block("caption", "Table 3: Catch by month")
    rows = {s.text: s.band for chunk in chunk_pages("", pages) for s in chunk.sentences if s.kind == "row"}
    assert rows["Tusk 27 28"] == ()


def test_each_part_of_a_long_table_repeats_the_band_that_holds_for_it() -> None:
    rows = "".join(f"|Harbour {n}|||\n" + "".join(f"|Fish {n} {k}|{k}|{n}|\n" for k in range(60)) for n in range(50))
    chunks = chunk_pages("", [(1, [Block("table", f"|Species|2023|2024|\n|---|---|---|\n{rows}")])])
    assert len(chunks) > 50
    for chunk in chunks:
        for row in (s for s in chunk.sentences if s.kind == "row"):
            number = row.text.split()[1]
            assert row.band == (f"Harbour {number}",)
            assert f"| Harbour {number} |" in chunk.text
