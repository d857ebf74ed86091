"""The page view of the reading room: zoom, page numbers, words to select, the page as text; formulas and tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pymupdf
import pytest

from loaders.ocr.engine import read_image
from tests.browser.conftest import ReadingRoom
from tests.dev_server import Server

pytestmark = [pytest.mark.browser, pytest.mark.server]

OpenRoom = Callable[..., ReadingRoom]
HEIGHT = "How high is the lighthouse of Tornholm?"


def make_book(path: Path) -> Path:
    """Six pages: a cover, a contents page iv, then pages whose printed numbers begin at 1."""
    document: Any = pymupdf.open()
    for number in range(1, 7):
        page = document.new_page(width=420, height=595)
        page.insert_textbox((40, 100, 380, 300), f"Leaf number {number} tells of windmill {number * 11}.", fontsize=12)
    document.set_page_labels(
        [{"startpage": 0, "style": "r", "firstpagenum": 3}, {"startpage": 2, "style": "D", "firstpagenum": 1}]
    )
    document.save(str(path))
    document.close()
    return path


@pytest.mark.slow
def test_a_page_is_zoomed_turned_and_found_by_its_number(open_room: OpenRoom, library: Server, tmp_path: Path) -> None:
    room = open_room(accept_downloads=True)
    page = room.page
    room.read(make_book(tmp_path / "book.pdf"))
    page.get_by_role("button", name="book.pdf", exact=True).click()
    page.get_by_role("button", name="All pages").click()
    thumbnails = page.locator(".thumbnail")
    thumbnails.nth(5).wait_for()
    thumbnails.nth(4).click()
    page.wait_for_selector("#sheet img[data-ready]")
    assert page.input_value("#number") == "5"
    for given, wanted in (("iv", "2"), ("6", "6"), ("1", "1")):
        page.fill("#number", given)
        page.keyboard.press("Enter")
        page.locator("#count", has_text=f"{wanted} of 6").wait_for()
    page.fill("#number", "99")
    page.keyboard.press("Enter")
    room.wait_for_toast("There is no page “99”")
    page.locator("#sheet").focus()
    page.keyboard.press("ArrowRight")
    page.locator("#count", has_text="2 of 6").wait_for()
    page.wait_for_selector("#sheet img[data-ready]")

    width = page.locator(".leaf").evaluate("leaf => leaf.clientWidth")
    page.get_by_role("button", name="Zoom in").click()
    assert page.locator(".leaf").evaluate("leaf => leaf.clientWidth") > 1.2 * width
    page.locator("#sheet").hover()
    page.keyboard.down("Control")
    page.mouse.wheel(0, -300)
    page.keyboard.up("Control")
    page.wait_for_function(f"document.querySelector('.leaf').clientWidth > {2 * width}")
    page.get_by_role("button", name="Fit the width").click()
    assert page.locator(".leaf").evaluate("leaf => leaf.clientWidth") == width
    page.get_by_role("button", name="More on this page").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="Save the PDF").click()
    assert Path(download.value.path()).read_bytes() == (tmp_path / "book.pdf").read_bytes()
    room.check()


def test_two_fingers_zoom_the_page_and_not_the_room(open_room: OpenRoom, library: Server) -> None:
    room = open_room(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = room.page
    room.ask(HEIGHT)
    page.locator(".marker").first.tap()
    page.wait_for_selector("#sheet img[data-ready]")
    width = page.locator(".leaf").evaluate("leaf => leaf.clientWidth")
    fingers = page.context.new_cdp_session(page)

    def touch(kind: str, apart: int = 0) -> None:
        points = [{"x": 195 - apart, "y": 500, "id": 0}, {"x": 195 + apart, "y": 500, "id": 1}] if apart else []
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 40)
    for apart in range(45, 121, 5):
        touch("touchMove", apart)
    touch("touchEnd")
    page.wait_for_function(f"document.querySelector('.leaf').clientWidth > {2 * width}")
    assert page.evaluate("visualViewport.scale") == 1
    assert page.inner_text("#fit") != "100 %"


def test_the_words_of_a_page_are_selected_and_found_on_its_image(open_room: OpenRoom, library: Server) -> None:
    room = open_room()
    page = room.page
    page.get_by_role("button", name="lighthouse.pdf", exact=True).click()
    page.locator("#sheet .excerpt").first.click()
    page.wait_for_selector(".text-layer span")
    selected = page.evaluate("""() => {
        getSelection().selectAllChildren(document.querySelector('.text-layer'));
        return getSelection().toString();
    }""")
    assert " ".join(selected.split()) == (
        "The lighthouse of Tornholm is 43 metres high. It was lit for the first time in 1874, by the keeper Agnes Lund."
    )
    # Each line of the layer lies over its line on the page: within the text box of the letter, one below the other.
    boxes = page.evaluate("""() => {
        const leaf = document.querySelector('.leaf').getBoundingClientRect();
        return [...document.querySelectorAll('.text-layer span')].map((one) => {
          const { left, top, right } = one.getBoundingClientRect();
          return [(left - leaf.left) / leaf.width, (top - leaf.top) / leaf.height, (right - leaf.left) / leaf.width];
        });
    }""")
    for left, _, right in boxes:
        assert left == pytest.approx(40 / 420, abs=0.01)
        assert right <= 380 / 420 + 0.01
    assert [top for _, top, _ in boxes] == sorted(top for _, top, _ in boxes)
    assert page.evaluate("getSelection().removeAllRanges() ?? window.find('lighthouse of', false, false, true)"), (
        "the browser's own search finds the words"
    )


def test_the_page_as_text_marks_the_quote(open_room: OpenRoom, library: Server) -> None:
    room = open_room()
    page = room.page
    room.ask(HEIGHT)
    page.locator(".marker").first.click()
    page.wait_for_selector("#sheet img[data-ready]")
    page.get_by_role("button", name="As text").click()
    page.locator("#sheet mark").wait_for()
    assert page.locator("#sheet mark").all_inner_texts() == ["The lighthouse of Tornholm is 43 metres high."]
    room.check()


def make_table(path: Path) -> Path:
    """A table of thirty rows under a caption, each with two numbers."""
    rows = [
        ["Harbour", "Berths", "Depth"],
        *([f"Port {chr(65 + n % 26)}{n}", str(100 + n * 7), str(3 + n)] for n in range(30)),
    ]
    document: Any = pymupdf.open()
    page = document.new_page(width=420, height=595)
    page.insert_text((40, 50), "Table 1: Harbours of the coast with their berths and depth in metres", fontsize=9)
    for number, row in enumerate(rows):
        y = 62 + number * 16
        for column, cell in enumerate(row):
            page.insert_text((44 + column * 110, y + 11), cell, fontsize=8)
        for line in range(2):
            page.draw_line((40, y + line * 16), (370, y + line * 16), width=0.4)
        for column in range(4):
            page.draw_line((40 + column * 110, y), (40 + column * 110, y + 16), width=0.4)
    document.save(str(path))
    document.close()
    return path


def test_of_a_table_row_the_stated_cell_is_framed_and_the_heads_stay_in_view(
    open_room: OpenRoom, library: Server, tmp_path: Path
) -> None:
    room = open_room()
    page = room.page
    room.read(make_table(tmp_path / "harbours.pdf"))
    assert "303" in room.ask("How many berths does Port D29 have?")
    page.locator(".marker").first.click()
    page.wait_for_selector("#sheet img[data-ready]")
    page.locator(".cell").wait_for()
    assert page.locator(".cell").count() == 1
    left, top = page.evaluate("""() => {
        const leaf = document.querySelector('.leaf').getBoundingClientRect();
        const cell = document.querySelector('.cell').getBoundingClientRect();
        return [(cell.left - leaf.left) / leaf.width, (cell.top - leaf.top) / leaf.height];
    }""")
    assert left == pytest.approx(154 / 420, abs=0.02), "the column of berths"
    assert top == pytest.approx((62 + 30 * 16) / 595, abs=0.02), "the row of the port"
    page.get_by_role("button", name="Zoom in").click()
    page.locator("#sheet").evaluate("sheet => { sheet.scrollTop = sheet.scrollHeight; }")
    page.locator(".heads").wait_for()
    strip, sheet = page.locator(".heads").bounding_box(), page.locator("#sheet").bounding_box()
    assert strip
    assert sheet
    assert strip["y"] == pytest.approx(sheet["y"], abs=2), "at the top of what is seen of the page"
    page.evaluate("""() => {
        const strip = new Image();
        strip.src = document.querySelector('.heads').style.backgroundImage.slice(5, -2);
        return strip.decode();
    }""")  # nothing else tells that a background is loaded
    words = read_image(page.locator(".heads").screenshot(), 1).words
    assert {"Harbour", "Berths", "Depth"} <= {word.text for word in words}


def test_formulas_and_tables_are_typeset_and_money_is_not(open_room: OpenRoom) -> None:
    page = open_room().page
    shown = page.evaluate("""async () => {
        const { renderAnswer } = await import('/room/static/markdown.js');
        const text = 'Sales fell from $17,846 to $16,200 and $x_1^2 = \\\\frac{a}{b}$ holds.\\n\\n' +
          '| Year | Sum |\\n|---|---|\\n| 2023 | $5 |\\n\\n1. one\\n2. two\\n\\n' +
          '\\\\[ \\\\sqrt{\\\\alpha} \\\\le 3 \\\\]';
        const answer = renderAnswer(text, () => null);
        return {
          text: answer.querySelector('p').firstChild.textContent,
          parts: [...answer.querySelectorAll('math *')].map((part) => part.localName),
          shown: [...answer.querySelectorAll('math')].map((one) => one.textContent),
          cells: [...answer.querySelectorAll('th, td')].map((one) => one.textContent),
          items: [...answer.querySelectorAll('ol li')].map((one) => one.textContent),
        };
    }""")
    assert shown["text"] == "Sales fell from $17,846 to $16,200 and "
    assert {"msubsup", "mfrac", "msqrt"} <= set(shown["parts"])
    assert shown["shown"] == ["x12=ab", "α≤3"]
    assert shown["cells"] == ["Year", "Sum", "2023", "$5"]
    assert shown["items"] == ["one", "two"]
