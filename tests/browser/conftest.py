"""Fixtures: Chromium, driven by Playwright, on the reading room of a development server."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pymupdf
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.dev_server import Server, print_log

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
# axe's rules for WCAG 2.2 at the levels A and AA, and its good practices.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

TIMEOUT_MS = int(os.environ.get("BROWSER_TIMEOUT_MS", "300000"))  # high: a busy machine must not fail a test

expect.set_options(timeout=TIMEOUT_MS)

LETTER = (
    "The lighthouse of Tornholm is 43 metres high. It was lit for the first time in 1874, by the keeper Agnes Lund.",
    "The harbour is open from April to October. A berth costs 12 euros a night, water included.",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if CHROMIUM is None:
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.skip(reason="no Chromium here: apt-get install chromium"))


_KEEP_TOASTS = """
window.toasts = [];
addEventListener('DOMContentLoaded', () => {
  const shown = document.getElementById('toast');
  if (shown) new MutationObserver(() => window.toasts.push(shown.textContent)).observe(shown, { childList: true });
});
"""


@dataclass
class ReadingRoom:
    """A page of the reading room, with its errors and requests to other hosts."""

    page: Page
    url: str
    wrong: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def expect(self, text: str) -> None:
        """Let errors with this text come from now on.

        Chromium notes each refused request in its console, and that may arrive after what the page shows of it.
        """
        self.expected.append(text)

    def watch(self) -> None:
        """Record errors in the console and requests to other hosts."""
        ours = urlsplit(self.url).netloc

        def said(message: Any) -> None:
            if message.type in ("error", "warning") and not any(text in message.text for text in self.expected):
                self.wrong.append(f"{message.type}: {message.text}")

        def asked(request: Any) -> None:
            if urlsplit(request.url).netloc not in (ours, "") or urlsplit(request.url).scheme not in ("http", "data"):
                self.wrong.append(f"request to {request.url}")

        def interrupted(dialog: Any) -> None:
            self.wrong.append(f"dialog: {dialog.message}")
            dialog.dismiss()

        self.page.add_init_script(_KEEP_TOASTS)
        self.page.on("console", said)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("request", asked)
        self.page.on("dialog", interrupted)

    def enter(self) -> None:
        self.page.goto(f"{self.url}/room")
        self.page.wait_for_selector("#engine:not(:empty), #login[open]", state="attached")

    def read(self, path: Path, name: str | None = None, shown: str = "") -> None:
        """Upload a file and wait until it is in the list."""
        content: Any = {"name": name or path.name, "mimeType": "application/pdf", "buffer": path.read_bytes()}
        self.page.set_input_files("#files", content)
        self.page.locator("#documents .name", has_text=shown or name or path.name).wait_for(state="attached")

    def act(self, action: str, document: str) -> None:
        """Choose an action from the menu of a document in the list."""
        self.page.get_by_role("button", name=f"More on {document}").click()
        self.page.get_by_role("menuitem", name=action, exact=True).click()

    def ask(self, question: str) -> str:
        """Ask with the keyboard; return the text of the turn."""
        turns = self.page.locator(".turn").count()
        self.page.fill("#question", question)
        self.page.keyboard.press("Enter")
        self.page.locator(".turn").nth(turns).locator(".foot").wait_for()
        return self.page.locator(".turn").nth(turns).inner_text()

    def wait_for_toast(self, text: str) -> None:
        """Wait until a message with this text has been shown, even if it has faded already: it does after 4 s."""
        self.page.wait_for_function("text => window.toasts.some(one => one.includes(text))", arg=text)

    def check(self) -> None:
        """Fail on an error, a request to another host, a finding of axe, or content wider than its place."""
        found = Axe().run(self.page, options={"runOnly": RULES, "resultTypes": ["violations"]})
        assert not found.response["violations"], found.generate_report()
        assert self.wrong == []
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        too_wide = "[...document.querySelectorAll('.panel')].some(one => one.scrollWidth > one.clientWidth)"
        assert not self.page.evaluate(too_wide)


@pytest.fixture(scope="module")
def room_server(shared_server: Server) -> Server:
    """The shared development server with an empty library."""
    shared_server.delete_documents()
    return shared_server


# For one module: while it is open, its event loop counts as running, and no other test can start one.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def profile(browser: Browser) -> BrowserContext:
    """The browser profile of each test's first room, if that has no options."""
    return browser.new_context()


def empty_page(profile: BrowserContext, origin: str) -> Page:
    """Open a page in a profile that keeps nothing of a server but its files, as in a fresh one."""
    page = profile.new_page()
    profile.clear_cookies()
    session = profile.new_cdp_session(page)
    session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all"})
    session.detach()
    return page


@pytest.fixture
def open_room(room_server: Server, browser: Browser, profile: BrowserContext) -> Iterator[Callable[..., ReadingRoom]]:
    """Open a reading room in an empty browser profile; any recorded error in it fails the test.

    The first one without options is a page of a profile that is emptied: .5 CPU seconds, and 1.4 in a new profile.
    """
    rooms: list[ReadingRoom] = []

    def opened(server: Server = room_server, expected: str = "", **options: Any) -> ReadingRoom:
        page = empty_page(profile, server.url) if not (rooms or options) else browser.new_context(**options).new_page()
        page.context.set_default_timeout(TIMEOUT_MS)
        made = ReadingRoom(page, server.url)
        if expected:
            made.expect(expected)
        made.watch()
        made.enter()
        rooms.append(made)
        return made

    with print_log(room_server):
        yield opened
    for one in rooms:
        if one.page.context is profile:
            for page in profile.pages:
                page.close()
        else:
            one.page.context.close()
    assert [wrong for one in rooms for wrong in one.wrong] == []


@pytest.fixture(scope="session")
def letter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two pages of text."""
    path = tmp_path_factory.mktemp("letter") / "lighthouse.pdf"
    document: Any = pymupdf.open()
    for text in LETTER:
        page = document.new_page(width=420, height=595)
        page.insert_textbox((40, 120, 380, 555), text, fontsize=13)
    document.save(str(path))
    document.close()
    return path


@pytest.fixture
def library(room_server: Server, letter: Path) -> Server:
    """A library of one document, lighthouse.pdf."""
    kept = room_server.upload(letter.read_bytes(), letter.name).json()
    room_server.post("/runs/wait", {"assistant_id": "ingestion", "input": {"sources": [kept["source"]]}})
    for one in room_server.get("/documents")["documents"]:
        if one["id"] != kept["id"]:
            httpx.delete(f"{room_server.url}/documents/{one['id']}", timeout=300)
    for one in room_server.post("/threads/search", {"metadata": {"room": "conversation"}, "limit": 100}):
        httpx.delete(f"{room_server.url}/threads/{one['thread_id']}", timeout=300)
    return room_server
