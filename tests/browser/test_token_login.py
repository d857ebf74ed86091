"""The reading room of a server with an access token."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.conftest import ReadingRoom
from tests.conftest import SERVER_TOKEN as TOKEN
from tests.dev_server import Server

pytestmark = [pytest.mark.browser, pytest.mark.server]


def test_the_reading_room_asks_for_the_token(open_room: Callable[..., ReadingRoom], token_server: Server) -> None:
    room = open_room(server=token_server, expected="401")
    page = room.page
    page.locator("#login[open]").wait_for()
    room.check()
    page.keyboard.press("Escape")
    page.get_by_label("Token").fill("wrong")
    page.keyboard.press("Enter")
    page.get_by_text("The token is wrong").wait_for()
    page.get_by_label("Token").fill(TOKEN)
    page.keyboard.press("Enter")
    page.wait_for_selector("#none:not([hidden])")
    assert "no document" in room.ask("Is anybody there?").lower()
    page.reload()
    page.wait_for_selector("#engine:not(:empty)")
    assert not page.locator("#login").is_visible()
    room.check()
