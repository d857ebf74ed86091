"""Batches of files: each file's state survives a reload at any moment, and equals the ledger."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, Route

from tests.browser.conftest import TIMEOUT_MS, ReadingRoom
from tests.conftest import MakePdf
from tests.dev_server import Server

pytestmark = [pytest.mark.browser, pytest.mark.server]

OpenRoom = Callable[..., ReadingRoom]
LOCKED, BROKEN = "locked.pdf", "broken.pdf"
GOOD = ("first.pdf", "second.pdf", "third.pdf", "fourth.pdf")
NAMES = {*GOOD, LOCKED, BROKEN}


@pytest.fixture
def six(make_pdf: MakePdf, tmp_path: Path) -> list[Path]:
    """Six files: one is locked, one is broken, one has many pages."""
    stamp = time.time_ns()  # other bytes in each test: what was read once is not read again
    made = [make_pdf(name, *[f"The {name} of {stamp} has {n} sails."] * n) for n, name in enumerate(GOOD, 1)]
    made[-1] = make_pdf(
        GOOD[-1], *(f"Page {number} of {stamp}: the fleet has {number} sails." for number in range(1, 25))
    )
    made.append(make_pdf(LOCKED, f"A sealed word of {stamp}.", password="a password"))
    (tmp_path / BROKEN).write_bytes(f"%PDF-1.7\nnothing follows {stamp}".encode())
    return [*made, tmp_path / BROKEN]


@pytest.fixture
def empty(room_server: Server) -> Server:
    room_server.delete_documents()
    for one in room_server.get("/uploads")["uploads"]:
        httpx.delete(f"{room_server.url}/uploads/{one['id']}", timeout=300)
    for one in room_server.post("/threads/search", {"metadata": {"room": "reading"}, "limit": 100}):
        httpx.delete(f"{room_server.url}/threads/{one['thread_id']}", timeout=300)
    return room_server


def wait_until_idle(server: Server) -> None:
    end = time.monotonic() + 300
    while server.post("/threads/search", {"metadata": {"room": "reading"}, "status": "busy"}):
        assert time.monotonic() < end, "the files are still being read"
        time.sleep(0.2)


def stored(server: Server) -> tuple[set[str], set[str]]:
    """The names of the documents and of the unread uploads that the server has."""
    return (
        {one["name"] for one in server.get("/documents")["documents"]},
        {one["name"] for one in server.get("/uploads")["uploads"]},
    )


def wait_until_stored(server: Server, documents: set[str], unread: set[str]) -> None:
    """Wait until the server has what the page shows already: a row goes away before its file is deleted."""
    end = time.monotonic() + 300
    while (found := stored(server)) != (documents, unread):
        assert time.monotonic() < end, found
        time.sleep(0.2)


def shown(room: ReadingRoom) -> tuple[set[str], set[str]]:
    """The names in the list of documents, and of the files that need attention."""
    page = room.page
    listed, attention = page.locator("#documents .name"), page.locator("#jobs .closed .name")
    return set(listed.all_inner_texts()), set(attention.all_inner_texts())


MOMENTS = ("while files are sent", "before they are read", "while they are opened", "while pages are read", "after it")


STALLED = {MOMENTS[0]: "**/uploads?name=third.pdf", MOMENTS[1]: "**/runs/stream"}
"""The request that never arrives at the server."""


def wait_for(room: ReadingRoom, moment: str) -> None:
    jobs = room.page.locator("#jobs li")
    if moment == MOMENTS[0]:
        jobs.filter(has_text="waiting to be read").nth(1).wait_for()
        room.page.wait_for_timeout(1500)  # the state of a batch is written once a second
    elif moment == MOMENTS[1]:
        jobs.filter(has_text="being opened").nth(5).wait_for()
    elif moment == MOMENTS[2]:
        jobs.filter(has_text="being opened").first.wait_for()
        room.page.wait_for_timeout(300)
    elif moment == MOMENTS[3]:
        jobs.filter(has_text="pages read").first.wait_for()
    else:
        room.page.locator("#batch-title", has_text="Needs attention").wait_for()


@pytest.mark.parametrize(
    "moment", [MOMENTS[3], *(pytest.param(MOMENTS[at], marks=pytest.mark.slow) for at in (0, 1, 2, 4))]
)
def test_a_reload_during_a_batch_forgets_no_file(
    open_room: OpenRoom, empty: Server, six: list[Path], moment: str
) -> None:
    room = open_room()
    page = room.page
    if moment in STALLED:
        page.route(STALLED[moment], lambda route: None)
    page.set_input_files("#files", six)
    wait_for(room, moment)
    page.reload()
    page.unroute_all()
    page.wait_for_selector("#engine:not(:empty)")
    wait_until_idle(empty)
    documents, unread = stored(empty)
    for name in documents:
        page.locator("#documents .name", has_text=name).wait_for()
    for name in unread:
        page.locator("#jobs .closed .name", has_text=name).wait_for()
    if moment == MOMENTS[0]:
        page.locator("#jobs .closed .name", has_text="third.pdf").wait_for()
        lost = page.locator("#jobs .closed", has_text="not sent completely").locator(".name").all_inner_texts()
        unread |= {"third.pdf", *lost}
    else:
        assert unread == (NAMES if moment == MOMENTS[1] else {LOCKED, BROKEN})
        page.get_by_label(f"Password of {LOCKED}").wait_for()
        room.check()
    assert documents | unread == NAMES
    assert shown(room) == (documents, unread)


def test_unread_uploads_can_be_read_and_deleted(open_room: OpenRoom, empty: Server, six: list[Path]) -> None:
    for path in (six[0], six[-1]):
        assert empty.upload(path.read_bytes(), path.name).status_code == 201
    room = open_room()
    page = room.page
    page.get_by_role("button", name=f"Read {GOOD[0]}").click()
    page.locator("#documents .name", has_text=GOOD[0]).wait_for()
    page.get_by_role("button", name=f"Delete {BROKEN}").click()
    page.locator("#batch").wait_for(state="hidden")
    wait_until_stored(empty, {GOOD[0]}, set())
    room.check()


@pytest.mark.slow
def test_many_unread_uploads_are_read_or_deleted_at_once(open_room: OpenRoom, empty: Server, six: list[Path]) -> None:
    for path in (*six[:3], six[4], six[-1]):
        assert empty.upload(path.read_bytes(), path.name).status_code == 201
    room = open_room()
    page = room.page
    page.locator("#batch-title", has_text="Needs attention · 5").wait_for()
    room.check()
    page.get_by_role("button", name="Read all").click()
    for name in GOOD[:3]:
        page.locator("#documents .name", has_text=name).wait_for()
    page.locator("#batch-title", has_text="Needs attention · 2").wait_for()
    assert page.get_by_role("button", name="Read all").is_hidden()
    page.get_by_role("button", name="Delete all").click()
    page.get_by_role("button", name="Delete", exact=True).last.click()
    page.locator("#batch").wait_for(state="hidden")
    wait_until_stored(empty, set(GOOD[:3]), set())
    room.check()


def wait_until_held(page: Page, routes: list[Route]) -> None:
    while not routes:
        page.wait_for_timeout(20)


def test_a_look_that_is_answered_late_shows_no_file_twice(open_room: OpenRoom, empty: Server, six: list[Path]) -> None:
    room = open_room()
    page = room.page
    threads, uploads, runs = list[Route](), list[Route](), list[Route]()
    page.route("**/threads", lambda route: threads.append(route))
    page.route("**/uploads", lambda route: uploads.append(route))  # the list; a file is sent to /uploads?name=
    page.route("**/runs/stream", lambda route: runs.append(route))
    page.reload()
    wait_until_held(page, uploads)
    page.set_input_files("#files", six[4])
    wait_until_held(page, threads)
    made = threads[0].fetch(timeout=TIMEOUT_MS)  # the server has the thread, and the page does not know it yet
    with page.expect_response("**/threads/search"):  # of the next look
        pass
    threads[0].fulfill(response=made)
    page.locator("#jobs li", has_text="being opened").wait_for()
    with page.expect_response("**/uploads"):
        uploads[0].continue_()
    page.unroute_all()  # what else was held goes on with it
    page.get_by_label(f"Password of {LOCKED}").first.wait_for()
    assert page.locator("#jobs .name").all_inner_texts() == [LOCKED]
    room.check()


@pytest.mark.slow
def test_a_batch_is_seen_in_another_window_too(open_room: OpenRoom, empty: Server, six: list[Path]) -> None:
    other = open_room()
    room = open_room()
    room.page.set_input_files("#files", six[3])
    other.page.locator("#documents .name", has_text=GOOD[3]).wait_for()
    assert other.page.locator("#documents .name").count() == 1


def test_a_folder_is_read_with_what_it_holds(open_room: OpenRoom, empty: Server, make_pdf: MakePdf) -> None:
    path = make_pdf("papers/inner/deep.pdf", "A paper from within the folder.")
    (path.parent / "program.bin").write_bytes(bytes(range(256)))
    room = open_room()
    room.page.set_input_files("#folder", path.parents[1])
    room.page.locator("#documents .name", has_text="deep.pdf").wait_for()
    assert stored(empty) == ({"deep.pdf"}, set())
    room.check()


def _without_notes(route: Route) -> None:
    if route.request.method == "PATCH":
        route.fulfill(json={})
    else:
        route.continue_()


def test_an_address_that_cannot_be_fetched_says_why_and_stays_until_it_is_dismissed(
    open_room: OpenRoom, empty: Server
) -> None:
    room = open_room()
    page = room.page
    page.get_by_role("button", name="Web address").click()
    page.fill("#address", "no address")
    page.get_by_role("button", name="Read", exact=True).click()
    assert "is no web address" in page.evaluate("document.getElementById('address').validationMessage")
    page.fill("#address", "http://127.0.0.1:1/report.pdf")
    page.get_by_role("button", name="Read", exact=True).click()
    page.get_by_text("is this machine or in a private network").wait_for()
    page.route("**/threads/*", _without_notes)  # as if the page were reloaded before the outcome is noted
    page.get_by_role("button", name="Web address").click()
    page.fill("#address", "http://127.0.0.1:1/other.pdf\nhttp://nowhere.invalid/third.pdf")
    page.get_by_role("button", name="Read", exact=True).click()
    page.get_by_text("nowhere.invalid/third.pdf' cannot be fetched").wait_for()
    for _ in range(2):
        page.locator("#batch-title", has_text="Needs attention · 3").wait_for()
        told = page.locator("#jobs .facts").all_inner_texts()
        assert sum("nowhere.invalid" in one for one in told) == 1, "each file has its own sentence"
        assert sum("private network" in one for one in told) == 2
        page.reload()
    page.unroute("**/threads/*")
    room.check()
    for _ in range(3):
        with page.expect_response(lambda reply: reply.request.method == "PATCH"):  # a reload would cut it off
            page.get_by_role("button", name="Dismiss").first.click()
    with page.expect_response("**/uploads"):  # which is asked for when the stored batches are on the page
        page.reload()
    assert page.locator("#jobs li").count() == 0
    assert page.locator("#batch").is_hidden()
