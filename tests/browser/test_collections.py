"""Collections in the reading room, and what a conversation keeps: what was ticked, and the words of its answers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Route

from tests.browser.conftest import ReadingRoom
from tests.dev_server import Server

pytestmark = [pytest.mark.browser, pytest.mark.server]

OpenRoom = Callable[..., ReadingRoom]
LOAVES = "How many loaves does the bakery of Orrin bake?"


@pytest.fixture
def bakeries(library: Server) -> Server:
    """Three short documents beside the one of the library."""
    sources = []
    for name, loaves in (("east", 310), ("west", 420), ("north", 530)):
        text = f"# Bakery {name}\n\nThe bakery of Orrin {name} bakes {loaves} loaves."
        sources.append(library.upload(text.encode(), f"bakery {name}.md").json()["source"])
    library.post("/runs/wait", {"assistant_id": "ingestion", "input": {"sources": sources}}, timeout_s=600)
    return library


def test_documents_are_put_into_collections_and_filtered_by_them(open_room: OpenRoom, bakeries: Server) -> None:
    room = open_room()
    page = room.page
    assert page.locator("#collection").is_hidden()
    page.get_by_role("button", name="None", exact=True).click()
    for name in ("east", "west"):
        page.get_by_role("checkbox", name=f"Ask bakery {name}.md").check()
    page.get_by_role("button", name="Collect", exact=True).click()
    room.check()
    names = page.get_by_role("combobox", name="Names, with commas")
    names.fill("<b>Bread</b>, Towns")
    page.keyboard.press("Enter")
    page.locator("#documents .facts", has_text="<b>Bread</b>").first.wait_for()
    page.get_by_label("Collection of documents").select_option("Towns")
    page.locator("#documents .name", has_text="lighthouse").wait_for(state="detached")
    assert sorted(page.locator("#documents .name").all_inner_texts()) == ["bakery east.md", "bakery west.md"]
    room.check()
    held = list[Route]()
    page.route(lambda url: "order=name" in url and "q=" not in url, lambda route: held.append(route))
    with page.expect_request("**/documents?*order=name*"):
        page.get_by_label("Order of documents").select_option("name")
    page.get_by_role("searchbox", name="Filter documents by name").fill("east")
    page.locator("#documents .name", has_text="bakery west.md").wait_for(state="detached")
    with page.expect_response(lambda reply: "order=name" in reply.url):  # to a question that is no longer asked
        held[0].continue_()
    page.unroute_all()
    assert page.locator("#documents .name").all_inner_texts() == ["bakery east.md"]
    page.get_by_role("searchbox", name="Filter documents by name").fill("")
    page.locator("#documents .name", has_text="bakery west.md").wait_for()
    room.act("Collections", "bakery east.md")
    assert names.input_value() == "<b>Bread</b>, Towns"
    room.expect("422")
    names.fill("x" * 80)
    page.keyboard.press("Enter")
    page.get_by_text("cannot be the name of a collection").wait_for()
    names.fill("")
    page.keyboard.press("Enter")
    page.locator("#documents .name", has_text="bakery east.md").wait_for(state="detached")
    page.reload()
    page.locator("#collection").wait_for()
    assert page.locator("#collection option").all_inner_texts() == ["All collections", "<b>Bread</b> (1)", "Towns (1)"]
    room.check()


@pytest.mark.slow
def test_a_menu_of_the_list_stays_open_when_documents_come(open_room: OpenRoom, library: Server) -> None:
    page = open_room().page
    page.get_by_role("button", name="More on lighthouse.pdf").click()
    sent = library.upload(b"# Quay\n\nThe quay is long.", "quay.md").json()["source"]
    library.post("/runs/wait", {"assistant_id": "ingestion", "input": {"sources": [sent]}})
    for _ in range(2):  # the list is drawn, if it is, before the look for documents after the next
        page.wait_for_event("response", lambda reply: "/documents?limit=1" in reply.url)
    page.get_by_role("menuitem", name="Collections", exact=True).click()
    page.get_by_role("combobox", name="Names, with commas").press("Escape")
    page.locator("#documents .name", has_text="quay.md").wait_for()


def test_a_conversation_keeps_what_was_ticked_and_is_found_by_words_of_its_answers(
    open_room: OpenRoom, bakeries: Server
) -> None:
    room = open_room()
    page = room.page
    page.get_by_role("button", name="None", exact=True).click()
    page.get_by_role("checkbox", name="Ask bakery west.md").check()
    assert "420" in room.ask(LOAVES)
    first = page.url
    page.get_by_role("button", name="New conversation").click()
    page.wait_for_selector("#welcome")
    page.get_by_role("button", name="All", exact=True).click()
    page.get_by_role("checkbox", name="Ask bakery west.md").uncheck()
    room.ask("How high is the lighthouse of Tornholm?")
    assert page.inner_text("#chosen") == "3 of 4 asked"
    page.go_back()
    page.locator(".asked", has_text=LOAVES).wait_for()
    page.locator("#chosen", has_text="1 of 4 asked").wait_for()
    page.reload()
    page.locator("#chosen", has_text="1 of 4 asked").wait_for()
    assert page.url == first
    assert page.get_by_role("checkbox", name="Ask bakery west.md").is_checked()
    page.get_by_role("tab", name="Conversations").click()
    page.get_by_role("searchbox", name="Search conversations").fill("43 metres")
    page.locator("#conversations-note", has_text="1 conversation").wait_for()
    assert page.locator(".conversation span").all_inner_texts() == ["How high is the lighthouse of Tornholm?"]
