"""The reading room where a stream ends in the middle, and where the server does not have the conversation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Route

from tests.browser.conftest import TIMEOUT_MS, ReadingRoom
from tests.dev_server import Server

pytestmark = [pytest.mark.browser, pytest.mark.server]

OpenRoom = Callable[..., ReadingRoom]
HEIGHT, LIT = "How high is the lighthouse of Tornholm?", "When was it lit for the first time?"
GONE = "The server that answers now does not have this conversation"


def cut(route: Route) -> None:
    """Let the server carry out the run, and give the browser the first event of its stream alone."""
    reply = route.fetch(timeout=TIMEOUT_MS)
    route.fulfill(response=reply, body=reply.text().replace("\r\n", "\n").partition("\n\n")[0] + "\n\n")


def test_an_answer_and_a_reading_are_found_again_after_their_stream_was_cut(
    open_room: OpenRoom, room_server: Server, letter: Path
) -> None:
    room_server.delete_documents()
    room = open_room()
    page = room.page
    page.route("**/runs/stream", cut)
    room.read(letter)
    page.locator("#batch").wait_for(state="hidden")
    assert "43 metres" in room.ask(HEIGHT)
    assert page.input_value("#question") == ""
    assert "Proven" in page.inner_text(".turn")
    room.check()


@pytest.mark.slow
def test_a_conversation_that_the_server_does_not_have_stays_and_goes_on_in_a_new_one(
    open_room: OpenRoom, library: Server
) -> None:
    room = open_room()
    page = room.page
    threads = []
    for _ in range(2):
        page.get_by_role("button", name="New conversation").click()
        room.ask(HEIGHT)
        threads.append(thread := str(page.evaluate("location.hash.match(/thread=([^&]*)/)[1]")))
    page.get_by_role("tab", name="Conversations").click()
    page.locator(".conversation").nth(1).wait_for()
    room.expect("404")
    for one in threads:
        httpx.delete(f"{library.url}/threads/{one}", timeout=300).raise_for_status()
    page.fill("#question", LIT)
    page.keyboard.press("Enter")
    page.get_by_text(GONE).wait_for()
    page.get_by_text("2 conversations listed before: the server that answers now does not have them.").wait_for()
    assert page.locator(".gone").count() == 1
    assert "43 metres" in page.locator(".turn").first.inner_text()
    assert "was deleted" in page.locator(".turn").last.inner_text()
    assert page.input_value("#question") == LIT
    room.check()
    page.get_by_role("button", name="Go on in a new conversation").click()
    assert page.evaluate("location.hash") == ""
    page.get_by_role("button", name="Ask", exact=True).click()
    page.locator(".turn").last.locator(".citation").first.wait_for()
    page.reload()
    page.locator(".turn").nth(1).locator(".citation").first.wait_for()
    turns = page.locator(".turn").all_inner_texts()
    assert len(turns) == 2
    assert "43 metres" in turns[0]
    assert "1874" in turns[1], "the question is understood by the conversation before it"
    assert "Proven" in turns[0]
    assert "thread=" in page.url
    assert thread not in page.url
