"""The reading room as a workplace: addresses, conversations, a large library, what is done with answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pymupdf
import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import ReadingRoom
from tests.dev_server import Server

pytestmark = [pytest.mark.browser, pytest.mark.server]

OpenRoom = Callable[..., ReadingRoom]
HEIGHT, LIT = "How high is the lighthouse of Tornholm?", "When was the lighthouse of Tornholm lit?"
UNKNOWN = "Which mountain railway goes to Zermatt in winter?"
# The layout changes at 896 pixels, the colours only with the scheme: both layouts in both schemes, and a size between.
SIZES = [
    (1440, 900, "dark"),
    (390, 844, "light"),
    pytest.param(1024, 768, "light", marks=pytest.mark.slow),
    pytest.param(390, 844, "dark", marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("width", "height", "scheme"), SIZES)
def test_every_view_is_whole_at_every_size(
    open_room: OpenRoom, library: Server, width: int, height: int, scheme: str
) -> None:
    room = open_room(viewport={"width": width, "height": height}, color_scheme=scheme)
    page = room.page
    room.check()
    room.ask(HEIGHT)
    room.ask(UNKNOWN)
    room.check()
    box = page.locator("#question").bounding_box()
    assert box
    assert box["y"] + box["height"] <= height, "the question field is always in view"
    if page.locator("#library").is_hidden():
        page.get_by_role("button", name="Library").click()
        room.check()
    page.get_by_role("tab", name="Conversations").click()
    page.locator(".conversation").first.wait_for()
    room.check()
    page.get_by_role("tab", name="Documents").click()
    page.get_by_role("button", name="More on lighthouse.pdf").click()
    room.check()
    page.keyboard.press("Escape")
    if width < 600:
        page.get_by_role("button", name="Library").click()
    page.locator(".marker").first.click()
    page.wait_for_selector("#sheet img[data-ready]")
    room.check()
    for view in ("As text", "Contents", "All pages"):
        page.get_by_role("button", name=view).click()
        page.wait_for_selector("#sheet[aria-busy=false]")
        room.check()
    page.go_back()
    page.locator("#viewer").wait_for(state="hidden")
    assert page.locator(".turn").count() == 2, "Back closes the page and stays in the conversation"


@pytest.mark.slow
def test_every_view_has_an_address_that_back_and_forward_obey(open_room: OpenRoom, library: Server) -> None:
    room = open_room()
    page = room.page
    room.ask(HEIGHT)
    first = page.url
    page.get_by_role("button", name="New conversation").click()
    page.wait_for_selector("#welcome")
    room.ask(LIT)
    second = page.url
    assert first != second
    page.locator(".marker").first.click()
    page.wait_for_selector("#sheet img[data-ready]")
    opened, quote = page.url, page.inner_text("#quote")
    assert quote.startswith("“")
    page.go_back()
    page.locator("#viewer").wait_for(state="hidden")
    assert page.url == second
    page.go_back()
    page.locator(".asked", has_text=HEIGHT).wait_for()
    assert page.url == first
    page.go_forward()
    page.locator(".asked", has_text=LIT).wait_for()
    page.go_forward()
    page.locator("#viewer").wait_for()
    assert page.url == opened
    elsewhere = open_room()
    elsewhere.page.goto(opened)
    elsewhere.page.wait_for_selector("#sheet img[data-ready]")
    elsewhere.page.locator(".asked", has_text=LIT).wait_for()
    assert elsewhere.page.inner_text("#quote") == quote


def test_conversations_are_named_found_renamed_saved_and_deleted(
    open_room: OpenRoom, library: Server, tmp_path: Path
) -> None:
    room = open_room(accept_downloads=True)
    page = room.page
    room.ask(HEIGHT)
    room.ask("And who was the first keeper?")
    page.get_by_role("button", name="New conversation").click()
    page.wait_for_selector("#welcome")
    room.ask(UNKNOWN)
    page.get_by_role("tab", name="Conversations").click()
    names = page.locator(".conversation span")
    expect(names).to_have_text([UNKNOWN, HEIGHT])
    page.get_by_role("searchbox", name="Search conversations").fill("first keeper")
    expect(names, "later questions are searched too").to_have_text([HEIGHT])
    page.get_by_role("button", name=f"More on {HEIGHT}").click()
    page.get_by_role("menuitem", name="Rename").click()
    page.get_by_role("textbox", name="Name").fill("Lighthouses")
    page.keyboard.press("Enter")
    page.locator(".conversation span", has_text="Lighthouses").wait_for()
    for action, name in (("Save as Markdown", "Lighthouses.md"), ("Save the cited pages as PDF", "Lighthouses.pdf")):
        page.get_by_role("button", name="More on Lighthouses").click()
        with page.expect_download() as download:
            page.get_by_role("menuitem", name=action).click()
        assert download.value.suggested_filename == name
        download.value.save_as(tmp_path / name)
    text = (tmp_path / "Lighthouses.md").read_text("utf-8")
    assert text.startswith("# Lighthouses\n\n## " + HEIGHT)
    assert "43 metres" in text
    assert "[lighthouse.pdf, page 1](" in text
    assert "first keeper" in text
    with pymupdf.open(tmp_path / "Lighthouses.pdf") as proof:
        assert proof.page_count == 1
    page.get_by_role("button", name="More on Lighthouses").click()
    page.get_by_role("menuitem", name="Delete").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.locator("#conversations-note", has_text="0 conversations").wait_for()
    page.get_by_role("searchbox", name="Search conversations").fill("")
    page.locator(".conversation").first.wait_for()
    expect(names).to_have_text([UNKNOWN])
    room.check()


def test_a_reload_shows_refusals_verdicts_times_and_closest_pages_again(open_room: OpenRoom, library: Server) -> None:
    room = open_room()
    page = room.page
    room.ask(UNKNOWN)
    room.ask(HEIGHT)
    page.reload()
    page.locator(".turn").nth(1).locator(".foot").wait_for()
    refused, proven = page.locator(".turn").all()
    assert "The documents do not say" in refused.inner_text()
    assert "lighthouse.pdf, page" in refused.locator(".citations").inner_text()
    assert proven.locator(".verdict.proven").count() == 1
    for turn in (refused, proven):
        assert re.search(r"\d s$", turn.locator(".facts").inner_text())
    room.check()


def test_a_question_that_is_asked_before_the_new_view_is_drawn_is_not_lost(
    open_room: OpenRoom, library: Server
) -> None:
    room = open_room()
    page = room.page
    room.ask(UNKNOWN)
    held: list[Route] = []
    page.route("**/overview", lambda route: held.append(route))
    page.get_by_role("button", name="New conversation").click()
    room.ask(HEIGHT)
    assert held
    for route in held:
        route.continue_()
    page.wait_for_timeout(500)
    assert page.locator(".asked").all_inner_texts() == [HEIGHT]


@pytest.mark.slow
def test_two_windows_see_each_others_turns(open_room: OpenRoom, library: Server) -> None:
    one = open_room()
    one.ask(HEIGHT)
    other = open_room()
    other.page.goto(one.page.url)
    other.page.locator(".turn .foot").wait_for()
    one.ask(LIT)
    other.page.locator(".asked", has_text=LIT).wait_for()
    other.page.locator(".turn").nth(1).locator(".foot").wait_for()
    assert other.page.locator(".turn").count() == 2


def test_a_new_answer_is_in_view_and_a_refusal_names_its_pages_once(open_room: OpenRoom, library: Server) -> None:
    room = open_room(viewport={"width": 1024, "height": 700})
    page = room.page
    for _ in range(3):
        room.ask(HEIGHT)
    said = room.ask(UNKNOWN)
    assert said.count("lighthouse.pdf, page") == page.locator(".turn").last.locator(".citation").count()
    page.wait_for_function("""() => {
        const shown = document.querySelector('#talk').getBoundingClientRect();
        const foot = [...document.querySelectorAll('.turn .foot')].at(-1).getBoundingClientRect();
        return foot.bottom <= shown.bottom + 1;
    }""")  # else the answer is hidden behind the question field


def test_an_answer_comes_without_the_conversation_before_it(open_room: OpenRoom, library: Server) -> None:
    room = open_room()
    # Chromium does not keep what it streamed.
    room.page.evaluate("""() => {
        const plain = window.fetch;
        window.fetch = async (...given) => {
          const reply = await plain(...given);
          if (given[0].endsWith('/runs/stream')) window.streamed = reply.clone().text();
          return reply;
        };
    }""")
    sizes = []
    for question in (HEIGHT, LIT, HEIGHT):
        assert "Proven" in room.ask(question)
        sent = room.page.evaluate("window.streamed")
        assert "metres" in sent or "1874" in sent
        assert (LIT in sent) == (question == LIT), "an earlier question is in the events of a later one"
        sizes.append(len(sent))
    assert sizes[2] < 1.1 * sizes[0], "the second answer to a question is larger than the first one"
    room.check()


def test_a_failed_question_stays_in_the_field_and_can_be_tried_again(open_room: OpenRoom, library: Server) -> None:
    room = open_room()
    page = room.page
    room.expect("ERR_FAILED")
    page.route("**/runs/stream", lambda route: route.abort())
    page.fill("#question", HEIGHT)
    page.keyboard.press("Enter")
    page.get_by_text("The server does not answer").wait_for()
    assert page.input_value("#question") == HEIGHT
    room.check()
    page.unroute_all()
    page.get_by_role("button", name="Try again").click()
    page.locator(".turn .facts").wait_for()
    assert page.locator(".turn").count() == 1
    assert "43 metres" in page.inner_text(".turn")
    assert page.input_value("#question") == ""


def test_an_answer_is_copied_with_its_sources_and_has_a_link(open_room: OpenRoom, library: Server) -> None:
    room = open_room(permissions=["clipboard-read", "clipboard-write"])
    page = room.page
    room.ask(UNKNOWN)
    room.ask(HEIGHT)
    turn = page.locator(".turn").nth(1)
    turn.get_by_role("button", name="Copy the answer").click()
    room.wait_for_toast("Copied with its sources")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "43 metres" in copied
    (link,) = re.findall(
        r"\[1\] \[lighthouse.pdf, page 1\]\((\S+)\): “The lighthouse of Tornholm is 43 metres high.”", copied
    )
    turn.get_by_role("button", name="Copy a link").click()
    room.wait_for_toast("The link is copied")
    to_answer = page.evaluate("navigator.clipboard.readText()")
    page.goto("about:blank")
    page.goto(to_answer)
    page.wait_for_selector("#turn-2:focus")
    page.goto("about:blank")
    page.goto(link)
    page.wait_for_selector("#sheet img[data-ready]")


def test_a_quote_that_the_answer_repeats_is_not_shown_twice(open_room: OpenRoom, library: Server) -> None:
    room = open_room()
    room.ask(HEIGHT)
    shown = room.page.locator(".turn").inner_text()
    assert shown.count("43 metres high") == 1


def test_an_overview_offers_questions_that_are_asked_of_its_document(open_room: OpenRoom, library: Server) -> None:
    room = open_room()
    page = room.page
    excerpts = page.locator(".overview .excerpt")
    excerpts.first.wait_for()
    page.locator(".suggestion").first.click()
    page.locator(".turn .facts").wait_for()
    said = page.inner_text(".turn")
    assert "lighthouse.pdf" in page.inner_text(".asked")
    assert "43 metres" in said
    page.get_by_role("button", name="lighthouse.pdf", exact=True).click()
    page.locator("#sheet .overview").wait_for()
    page.locator("#sheet .excerpt").first.click()
    page.wait_for_selector("#sheet img[data-ready]")
    room.check()


def test_the_empty_room_offers_the_sample_and_an_example_question_reads_and_asks_it(
    open_room: OpenRoom, room_server: Server
) -> None:
    room_server.delete_documents()
    room, other = open_room(), open_room()
    examples = other.page.locator("#welcome .suggestion")
    examples.first.wait_for()
    question = examples.first.inner_text()
    room.check()
    # Both at once: two runs that are given one file read each page once, which takes 5 CPU seconds.
    room.page.get_by_role("button", name="Try the sample").click()
    with other.page.expect_request(lambda sent: sent.method == "POST" and "/uploads" in sent.url):
        examples.first.click()
    room.page.locator("#documents .name", has_text="sample.pdf").wait_for()
    room.page.locator("#welcome .overview .suggestion").first.wait_for()
    assert room.page.locator(".asked").count() == 0
    room.check()
    other.page.locator(".turn .verdict.proven").wait_for()
    assert other.page.inner_text(".asked") == question
    other.check()


@pytest.mark.slow
def test_a_large_library_is_filtered_paged_and_chosen_from(open_room: OpenRoom, library: Server) -> None:
    sources = []
    for n in range(1, 56):
        text = f"# Mill {n}\n\nThe windmill number {n} grinds {n * 7} sacks a day."
        sources.append(library.upload(text.encode(), f"mill {n:02}.md").json()["source"])
    library.post("/runs/wait", {"assistant_id": "ingestion", "input": {"sources": sources}}, timeout_s=600)
    room = open_room()
    page = room.page
    listed = page.locator("#documents .name")
    assert listed.count() == 50
    assert page.inner_text("#range") == "1–50 of 56"
    page.get_by_role("button", name="Next documents").click()
    page.locator("#range", has_text="51–56").wait_for()
    assert listed.count() == 6
    page.get_by_label("Order of documents").select_option("name")
    page.locator("#documents .name", has_text="lighthouse.pdf").wait_for()
    page.get_by_role("searchbox", name="Filter documents by name").fill("mill 1")
    page.locator("#paging").wait_for(state="hidden")
    assert listed.all_inner_texts() == [f"mill {n:02}.md" for n in range(1, 56) if "1" in str(n)]
    page.get_by_role("button", name="Only these").click()
    page.locator("#chosen", has_text="15 of 56 asked").wait_for()
    page.get_by_role("button", name="None", exact=True).click()
    page.fill("#question", "How many sacks does windmill number 12 grind?")
    page.keyboard.press("Enter")
    message = "document.getElementById('question').validationMessage"
    assert page.evaluate(message) == "Tick at least one document to ask."
    for name in ("mill 12.md", "mill 13.md"):
        page.get_by_role("checkbox", name=f"Ask {name}").check()
    assert page.inner_text("#chosen") == "2 of 56 asked"
    page.get_by_role("button", name="2 of 56 asked").click()
    page.locator("#documents .name", has_text="mill 10.md").wait_for(state="detached")
    assert listed.all_inner_texts() == ["mill 12.md", "mill 13.md"], "only what is ticked is listed"
    room.check()
    page.get_by_role("button", name="2 of 56 asked").click()
    page.locator("#documents .name", has_text="mill 10.md").wait_for()
    assert "84 sacks" in room.ask("How many sacks does windmill number 12 grind?")
    assert "mill 12.md, mill 13.md" in page.inner_text(".limited")
    assert "not" in room.ask("How high is the lighthouse of Tornholm?")
    turns = page.locator(".turn").count()
    page.get_by_role("button", name="Ask all documents").last.click()
    page.locator(".turn").nth(turns).locator(".foot").wait_for()
    assert "43 metres" in page.locator(".turn").last.inner_text()
    assert page.inner_text("#chosen") == "56 documents, all asked"
    assert page.locator(".turn").last.get_by_role("button", name="Ask all documents").count() == 0
    page.reload()
    page.locator(".limited").first.wait_for()
    assert "mill 12.md, mill 13.md" in page.locator(".limited").first.inner_text(), "a reload tells what was asked of"
    page.get_by_role("searchbox", name="Filter documents by name").fill("lighthouse")
    page.locator("#documents .name", has_text="lighthouse").wait_for()
    room.act("Ask only this one", "lighthouse.pdf")
    assert page.inner_text("#chosen") == "1 of 56 asked"
    page.get_by_role("button", name="All", exact=True).click()
    page.get_by_role("checkbox", name="Ask lighthouse.pdf").uncheck()
    assert page.inner_text("#chosen") == "55 of 56 asked"
    assert "43 metres" not in room.ask(HEIGHT)
    room.check()


def test_words_of_the_servers_library_never_reach_the_user(open_room: OpenRoom, library: Server) -> None:
    room = open_room()
    page = room.page
    room.ask(HEIGHT)
    shown = page.inner_text("body") + page.evaluate(
        "[...document.querySelectorAll('[aria-label], [title]')].map(one => one.ariaLabel + one.title).join(' ')"
    )
    room.expect("404")
    page.goto(f"{room.url}/room#thread=00000000-0000-0000-0000-000000000000")
    page.get_by_text("This conversation is not on the server any more").wait_for()
    shown += page.inner_text("body")
    assert not re.search(r"\b(thread|run|assistant|checkpoint|graph)s?\b", shown, re.IGNORECASE)
