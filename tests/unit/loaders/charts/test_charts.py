from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from loaders.charts.bars import join_bars
from loaders.charts.labels import Label, has_scale, labels_of, magnitude, scale_of
from loaders.charts.legend import Entry, series_of
from loaders.charts.pixels import Mark
from loaders.chunking.chunker import chunk_pages
from loaders.pages.reader import read
from loaders.text.charts import chart_line, parse_chart_line
from loaders.types import Block, Box, PageJob, PageText, Word
from tests.conftest import DATA
from tests.drawn_charts import LOOKS, Drawn, bars, is_joined, save, stated

SAMPLE = Path(__file__).parents[4] / "examples" / "sample.pdf"
PAPER = DATA / "deepseek-r1" / "DeepSeek_R1.pdf"
MODELS = ("DeepSeek-R1", "OpenAI-o1-1217", "DeepSeek-R1-32B", "OpenAI-o1-mini", "DeepSeek-V3")
FIGURE_1 = {
    "AIME 2024 (Pass@1)": "79.8 79.2 72.6 63.6 39.2",
    "Codeforces (Percentile)": "96.3 96.6 90.6 93.4 58.7",
    "GPQA Diamond (Pass@1)": "71.5 75.7 62.1 60.0 59.1",
    "MATH-500 (Pass@1)": "97.3 96.4 94.3 90.0 90.2",
    "MMLU (Pass@1)": "90.8 91.8 87.4 85.2 88.5",
    "SWE-bench Verified (Resolved)": "49.2 48.9 36.8 41.6 42.0",
}


@pytest.mark.parametrize(
    "look", [pytest.param(look, marks=[pytest.mark.slow] if look == "10,000 points" else []) for look in LOOKS]
)
def test_a_drawn_chart_gives_each_value_with_its_labels(look: str, tmp_path: Path) -> None:
    document, truth = LOOKS[look]()
    path = save(document, tmp_path / "chart.pdf")
    assert stated(path) == truth


@pytest.mark.parametrize(
    "look",
    [
        "bars, three series, legend",
        "pie, legend",
        *(pytest.param(look, marks=pytest.mark.slow) for look in ("lying bars", "stacked bars")),
    ],
)
@pytest.mark.heavy
def test_a_picture_of_a_chart_gives_its_values_by_ocr(look: str, tmp_path: Path) -> None:
    document, truth = LOOKS[look]()
    found = stated(save(document, tmp_path / "chart.pdf", "picture"))
    assert [item for item in found.items() if not is_joined(item, truth, 0.8)] == []
    assert len(found) == len(truth)


@pytest.mark.slow
@pytest.mark.parametrize(
    "draw",
    [
        pytest.param(lambda: bars(("2023", "2024"), seed=2), id="standing", marks=pytest.mark.slow),
        pytest.param(LOOKS["lying bars, two series"], id="lying"),
    ],
)
@pytest.mark.heavy
def test_a_chart_in_a_scan_is_found_and_read(tmp_path: Path, draw: Callable[[], Drawn]) -> None:
    document, truth = draw()
    assert stated(save(document, tmp_path / "chart.pdf", "scan")) == truth


def test_powers_of_ten_are_a_scale() -> None:
    labels = [Label(f"10{power}", Box(0, 90 - 30 * at, 20, 100 - 30 * at)) for at, power in enumerate("⁰¹²³")]
    assert [label.is_value for label in labels] == [True] * 4
    assert has_scale(labels)
    assert magnitude("10⁻²") == pytest.approx(0.01)


def test_values_that_contradict_their_bars_are_not_stated(tmp_path: Path) -> None:
    """Labels put on the wrong bars (moved along by one) fit no lengths: the chart is not understood."""
    document, _ = bars(labelled=False)
    page = document[0]
    for at, value in enumerate(("91.0", "12.0", "55.0", "23.0", "78.0")):
        page.insert_text((LEFT_OF_BARS + 78 * at, 200 + 30 * at), value, fontsize=8)
    assert stated(save(document, tmp_path / "chart.pdf")) == {}


LEFT_OF_BARS = 140.0


def test_a_chart_that_is_not_understood_keeps_its_words_and_loses_its_loose_numbers(tmp_path: Path) -> None:
    document, _ = LOOKS["bars, values only on the axis"]()
    page = read(PageJob(str(save(document, tmp_path / "chart.pdf")), 1))
    assert isinstance(page, PageText)
    (figure,) = [block for block in page.blocks if block.is_figure]
    assert "Plymouth" in figure.text
    assert not any(word.isdigit() for word in figure.text.split())
    assert "80" in [word.text for word in page.words], "the words of the page stay complete"


@pytest.mark.data
def test_figure_1_of_the_paper_gives_all_thirty_bars() -> None:
    found = stated(PAPER)
    assert found == {
        (name, model): value
        for name, values in FIGURE_1.items()
        for model, value in zip(MODELS, values.split(), strict=True)
    }


@pytest.mark.heavy
def test_the_chart_of_the_sample_gives_month_and_value() -> None:
    page = read(PageJob(str(SAMPLE), 4))
    assert isinstance(page, PageText)
    (chart,) = [block for block in page.blocks if block.is_chart]
    values = ["21.4", "18.2", "33.9", "47.1", "83.6", "112.3", "138.7", "96.5", "52.8", "38.4", "26.6", "17.3"]
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    assert chart.text.splitlines() == [f"{month}: {value}" for month, value in zip(months, values, strict=True)]


def test_a_line_of_a_chart_is_a_row_that_is_found_by_its_caption_and_its_month() -> None:
    blocks = [Block("chart", "Jul: Fog 138.7, Rain 12\nAug: Fog 96.5, Rain 8"), Block("caption", "Figure 1 | Weather.")]
    (chunk,) = chunk_pages("", [(4, blocks)])
    rows = [sentence for sentence in chunk.sentences if sentence.kind == "row"]
    assert chunk.kind == "figure"
    assert rows[0].text == "Jul: Fog 138.7, Rain 12"
    assert rows[0].search == "Figure 1 | Weather. July: Fog 138.7, Rain 12"
    assert rows[0].cells == (("", "July"), ("Fog", "138.7"), ("Rain", "12"))
    assert "Aug: Fog 96.5, Rain 8" in chunk.text.splitlines()


@pytest.mark.parametrize(
    ("category", "values"),
    [
        ("AIME 2024 (Pass@1)", [("OpenAI o1", "79.2"), ("R1", "79.8")]),
        ("Haddock, cod: all", [("2023", "12 480,1"), ("2024", "1,234.5")]),
        ("Jan", [("", "−5.2 °C")]),
    ],
)
def test_what_is_written_as_a_line_is_parsed_from_it(category: str, values: list[tuple[str, str]]) -> None:
    cells = parse_chart_line(chart_line(category, values))
    assert cells is not None
    assert list(cells[1:]) == values
    assert cells[0][1].split() == category.replace(",", "").replace(":", "").split()


def test_magnitudes() -> None:
    numbers = {
        "1,234": 1234,
        "12.5%": 12.5,
        "1.234,5": 1234.5,
        "−7": -7,
        "(1,930)": -1930,
        "$0.75": 0.75,
        "12 480,1": 12480.1,
    }
    assert {text: magnitude(text) for text in numbers} == numbers


def test_neighbouring_values_are_labels_of_their_own() -> None:
    words = [Word("96.3", Box(0, 0, 20, 10)), Word("96.6", Box(21, 0, 41, 10)), Word("GPQA", Box(0, 20, 30, 30))]
    labels = labels_of([*words, Word("Diamond", Box(33, 20, 70, 30))])
    assert sorted(label.text for label in labels) == ["96.3", "96.6", "GPQA Diamond"]


def test_a_scale_is_numbers_in_equal_steps_along_an_edge() -> None:
    scale = [Label(str(20 * at), Box(0, 50 * at, 20, 50 * at + 10)) for at in range(5)]
    assert has_scale(scale)
    assert not has_scale(
        [Label(text, label.box) for text, label in zip(("3", "9", "10", "40", "41"), scale, strict=True)]
    )


def test_a_colour_that_two_entries_share_is_told_by_the_order_or_not_at_all() -> None:
    box = Box(0, 0, 1, 1)
    legend = [Entry(Label(name, box), colour, box) for name, colour in (("A", 1), ("B", 1), ("C", 2))]
    assert series_of([[1, 1, 2], [1, 1, 2]], legend) == [["A", "B", "C"]] * 2
    assert series_of([[1, 1, 2], [1, 2]], legend) == [[None, None, "C"], [None, "C"]]
    assert series_of([[2, 1, 1]], legend) == [["C", None, None]]


def test_the_value_of_a_hanging_bar_is_nearer_to_it_than_its_year() -> None:
    bars = {"2020": 14.0, "2021": -9.0, "2022": -22.0, "2023": 31.0}
    marks, labels = [], []
    for at, (year, value) in enumerate(bars.items()):
        left, end = 100.0 * at, 200 - 4 * value
        marks.append(Mark(Box(left, min(end, 200.0), left + 60, max(end, 200.0)), 1))
        top = end - 24 if value > 0 else end
        labels.append(Label(f"{value:g}", Box(left + 20, top, left + 40, top + 24)))
        labels.append(Label(year, Box(left + 5, 300, left + 55, 324)))
    joined = join_bars(labels, marks, [], lying=False)
    assert joined is not None
    assert {item.category: float(item.value.text) for item in joined} == bars


def test_what_a_legend_over_the_bars_hides_is_said_and_not_left_out() -> None:
    values = {"2021": (40, 30), "2022": (50, 20), "2023": (45, 35), "2024": (60, 25)}
    box = Box(0, 0, 5, 5)
    marks, labels = [], []
    for at, (year, pair) in enumerate(values.items()):
        labels.append(Label(year, Box(100.0 * at + 10, 300, 100.0 * at + 60, 324)))
        for order, value in enumerate(pair):
            left, end = 100.0 * at + 35 * order, 290.0 - 4 * value
            marks.append(Mark(Box(left, end, left + 34, 290), order + 1))
            labels.append(Label(str(value), Box(left + 5, end - 24, left + 30, end)))
    names = [Label(name, Box(500, 20.0 * at, 560, 20.0 * at + 16)) for at, name in enumerate(("Cod", "Crab"))]
    legend = [Entry(name, at + 1, box) for at, name in enumerate(names)]
    hidden = labels[4]  # the 50 of 2022
    joined = join_bars([label for label in labels if label is not hidden], marks, legend, lying=False)
    assert joined is not None
    told = {(item.category, item.series): item.value.text for item in joined}
    assert told == {
        (year, series): "?" if (year, series) == ("2022", "Cod") else str(value)
        for year, pair in values.items()
        for series, value in zip(("Cod", "Crab"), pair, strict=True)
    }
    one_key = join_bars([*labels, names[1]], marks, legend[:1], lying=False)
    assert one_key is not None
    assert {(item.series, item.is_unread) for item in one_key} == {("Cod", False), ("other", True)}


def test_a_page_with_a_chart_that_was_joined_in_part_says_so(tmp_path: Path) -> None:
    document, _ = bars(("2023", "2024"), seed=2)
    page = document[0]
    value = next(word for word in page.get_text("words") if word[4].replace(".", "").isdigit() and word[0] > 120)
    page.add_redact_annot(value[:4])
    page.apply_redactions()
    read_page = read(PageJob(str(save(document, tmp_path / "chart.pdf")), 1))
    assert isinstance(read_page, PageText)
    assert " ?" in next(block.text for block in read_page.blocks if block.is_chart)
    assert "joined in part: ? stands for 1 of its values" in read_page.detail


def test_the_numbers_of_a_vertical_axis_are_no_values() -> None:
    scale = [Label(str(number), Box(10, 300 - 20 * number, 30, 312 - 20 * number)) for number in (4, 6, 8, 10)]
    value = Label("5", Box(60, 200, 70, 212))
    assert scale_of([*scale, value]) == {id(label) for label in scale}
