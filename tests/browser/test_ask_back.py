"""Questions back in the reading room: a button for each option, and the answer goes on with the chosen one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.conftest import ReadingRoom
from tests.conftest import MakePdf

pytestmark = [pytest.mark.server, pytest.mark.browser]


@pytest.mark.slow
def test_a_question_that_fits_two_documents_is_asked_back(
    open_room: Callable[..., ReadingRoom], make_pdf: MakePdf
) -> None:
    room = open_room()
    room.read(make_pdf("north/ferry.pdf", "The northern ferry takes 41 cars."))
    content = make_pdf("south/ferry.pdf", "The southern ferry takes 57 cars.")
    room.page.set_input_files("#files", str(content))
    room.page.locator("#documents .name", has_text="ferry.pdf (").nth(1).wait_for()
    room.page.fill("#question", "How many cars does the ferry of ferry.pdf take?")
    room.page.keyboard.press("Enter")
    asked = room.page.locator(".ask-back")
    asked.wait_for()
    assert "The question fits 2 documents: which do you mean?" in asked.inner_text()
    room.check()
    assert asked.locator("button").count() == 2
    asked.locator("button").nth(1).click()  # the newest is the first
    room.page.locator(".turn .foot").wait_for()
    said = room.page.locator(".turn").inner_text()
    assert "41 cars" in said
    assert "57 cars" not in said
    assert asked.count() == 0
    room.check()
