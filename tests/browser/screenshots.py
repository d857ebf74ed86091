"""Screenshots for docs/reading-room.md: `python -m tests.browser.screenshots` takes them again."""

from __future__ import annotations

import io
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import CHROMIUM
from tests.dev_server import ROOT, run_server

IMAGES = ROOT / "docs" / "images"
LETTER = "What is the greatest load for the winch cable until it has been tested?"
PETREL, FERRY = "Which seabird fledged the most chicks per nest?", "Who is the captain of the ferry to Kelderness?"


def keep(page: Page, name: str) -> None:
    with Image.open(io.BytesIO(page.screenshot())) as shot:
        shot.convert("RGB").save(IMAGES / f"{name}.webp", quality=72, method=6)


def ask(page: Page, question: str) -> None:
    turns = page.locator(".turn").count()
    page.fill("#question", question)
    page.keyboard.press("Enter")
    page.locator(".turn").nth(turns).locator(".foot").wait_for()
    page.wait_for_timeout(200)


def look(page: Page, url: str) -> None:
    page.goto(f"{url}/room")
    page.wait_for_selector("#engine:not(:empty)", state="attached")


def open_mark(page: Page) -> None:
    page.locator(".marker").first.click()
    page.wait_for_selector("#sheet img[data-ready]")
    page.wait_for_selector(".text-layer", state="attached")


def take(opened: Any, url: str) -> None:
    page = opened(1440, 900)
    look(page, url)
    page.set_input_files("#files", ROOT / "examples" / "sample.pdf")
    end = time.monotonic() + 120
    while "pages read" not in page.locator("#jobs").inner_text():  # waiting for it looks too seldom, and may miss it
        assert time.monotonic() < end, "no page was read"
        page.wait_for_timeout(30)
    keep(page, "room-reading")
    page.locator("#documents .name").wait_for(timeout=120_000)
    ask(page, LETTER)
    open_mark(page)
    keep(page, "room-page")
    page.get_by_role("button", name="As text").click()
    page.locator("#sheet .reading").wait_for()
    keep(page, "room-text")
    page.go_back()
    page.get_by_role("button", name="New conversation").click()
    page.wait_for_selector("#welcome")
    ask(page, PETREL)
    open_mark(page)
    keep(page, "room-answer")
    dark = opened(1024, 768, color_scheme="dark")
    look(dark, url)
    ask(dark, FERRY)
    keep(dark, "room-refusal-dark")
    narrow = opened(390, 844, device_scale_factor=1.5)
    look(narrow, url)
    ask(narrow, PETREL)
    keep(narrow, "room-narrow")
    open_mark(narrow)
    keep(narrow, "room-narrow-page")
    take_library(opened(1440, 900), url)


def take_library(page: Page, url: str) -> None:
    """Take the picture of a library of many small documents, filtered, one of them with its contents."""
    sources = []
    for number in range(1, 121):
        text = f"# Log of week {number}\n\nThe lamp burned {number * 3} hours. {number % 7} ships passed.".encode()
        reply = httpx.post(f"{url}/uploads", params={"name": f"log week {number:03}.md"}, content=text, timeout=60)
        sources.append(reply.json()["source"])
    body = {"assistant_id": "ingestion", "input": {"sources": sources}}
    httpx.post(f"{url}/runs/wait", json=body, timeout=900)
    look(page, url)
    page.get_by_label("Order of documents").select_option("name")
    page.fill("#filter", "week 1")
    page.wait_for_timeout(800)
    page.get_by_role("button", name="None", exact=True).click()
    for number in (101, 102):
        page.get_by_role("checkbox", name=f"Ask log week {number}.md").check()
    page.get_by_role("button", name="Collect", exact=True).click()
    page.fill("#collection-names", "Logs of the year")
    page.keyboard.press("Enter")
    page.locator("#collection").wait_for()
    ask(page, "How many ships passed?")
    page.get_by_role("button", name="log week 101.md", exact=True).click()
    page.locator("#sheet .overview").wait_for()
    keep(page, "room-library")


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory() as folder, run_server(Path(folder)) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=options)

        def opened(width: int, height: int, **more: Any) -> Page:
            page = browser.new_context(viewport={"width": width, "height": height}, **more).new_page()
            page.set_default_timeout(60_000)
            return page

        take(opened, server.url)
        browser.close()


if __name__ == "__main__":
    main()
