"""The sample document is what its script makes, and holds the traps it promises."""

import html
import json
import re
import runpy
import unicodedata
from pathlib import Path
from typing import Any

import pymupdf
import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
SCAN_PAGE = 5
BREAK = (
    "because the well in which it hangs had silted up through its inlet pipe during the winter of 2016, and every "
    "level that we have published",
    "since then has been raised by that amount.",
)


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    return runpy.run_path(str(EXAMPLES / "make_sample.py"))


@pytest.fixture(scope="module")
def sample() -> bytes:
    return (EXAMPLES / "sample.pdf").read_bytes()


def texts(pdf: bytes) -> list[str]:
    """The text of each page in one line, with typographic ligatures taken apart."""
    with pymupdf.open("pdf", pdf) as document:
        return [" ".join(unicodedata.normalize("NFKC", page.get_text()).split()) for page in document]


def image_sizes(pdf: bytes) -> list[tuple[int, int, int]]:
    with pymupdf.open("pdf", pdf) as document:
        return [(page.number + 1, image[2], image[3]) for page in document for image in page.get_images()]


def questions() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (EXAMPLES / "questions.jsonl").read_text("utf-8").splitlines()]


def test_the_script_makes_the_committed_file_and_the_same_bytes_twice(
    script: dict[str, Any], sample: bytes, tmp_path: Path
) -> None:
    made = []
    for name in ("first.pdf", "second.pdf"):
        script["make"](tmp_path / name)
        made.append((tmp_path / name).read_bytes())
    assert made[0] == made[1]
    # Encoders differ between library versions, so the committed file is held to its words and picture sizes.
    assert texts(made[0]) == texts(sample)
    assert image_sizes(made[0]) == image_sizes(sample)


def test_it_is_small_and_has_six_pages(sample: bytes) -> None:
    assert len(texts(sample)) == 6
    assert len(sample) < 400_000


def test_no_word_is_lost_in_typesetting(script: dict[str, Any], sample: bytes) -> None:
    """A story that exactly fills its page has been seen to drop what follows."""
    sheets = script["read_sheets"]()
    words = re.sub(
        r"<[^>]+>", " ", " ".join(sheets[name] for name in ("cover", "brief", "station", "weather", "money"))
    )
    wanted = unicodedata.normalize("NFKC", html.unescape(words)).split()
    assert len(wanted) > 1000
    printed = "".join(texts(sample)).replace(" ", "")
    assert [word for word in wanted if word not in printed] == []


def test_the_values_of_the_chart_are_only_in_its_picture(script: dict[str, Any], sample: bytes) -> None:
    text = " ".join(texts(sample))
    assert "Figure 1 | Hours of fog in each month of 2025" in text
    assert [hours for hours in script["FOG_HOURS"].values() if str(hours) in text] == []
    assert (4, 1353, 600) in image_sizes(sample)


def test_the_letter_is_a_picture_without_a_text_layer(sample: bytes) -> None:
    assert texts(sample)[SCAN_PAGE - 1] == ""
    assert [page for page, *_ in image_sizes(sample)].count(SCAN_PAGE) == 1


def test_a_sentence_runs_over_the_page_break(sample: bytes) -> None:
    before, after = texts(sample)[1:3]
    assert before.removesuffix(" Ardveyra Island Observatory · Annual Report 2025 2").endswith(BREAK[0])
    assert after.startswith(BREAK[1])


@pytest.mark.parametrize(("sheet", "added"), [("station", 3), ("money", 2)])
def test_totals_of_the_tables_add_up(script: dict[str, Any], sheet: str, added: int) -> None:
    rows = re.findall(r'<tr(?: class="sum")?><td.*', script["read_sheets"]()[sheet])
    cells = [[float(cell.replace(",", "")) for cell in re.findall(r"<td>([\d.,]+)<", row)] for row in rows]
    *parts, total = cells
    assert len(parts) >= 5
    for column in range(added):
        assert sum(row[column] for row in parts) == pytest.approx(total[column], abs=0.05)


@pytest.mark.parametrize("question", questions(), ids=lambda question: question["id"])
def test_each_answer_stands_on_its_pages(question: dict[str, Any], script: dict[str, Any], sample: bytes) -> None:
    pages = texts(sample)
    pages[SCAN_PAGE - 1] = " ".join(script["read_sheets"]()["letter"].split())
    pages[3] += " ".join(map(str, script["FOG_HOURS"].values()))
    held = " ".join(pages[number - 1] for number in question["pages"])
    held = held.replace("Ardveyra Island Observatory · Annual Report 2025 2 ", "")
    found = [answer in held for answer in question["answers"]]
    assert question["answerable"] is bool(question["pages"])
    assert (all if question["match"] == "all" else any)(found) or not question["answerable"]
    assert all(evidence in held for evidence in question["evidence"])
