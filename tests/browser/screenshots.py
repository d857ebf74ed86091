"""Screenshots for docs/reading-room.md: `python -m tests.browser.screenshots` takes them again."""

from __future__ import annotations

import io
import os
import tempfile
import time
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import CHROMIUM
from tests.dev_server import ROOT, run_server

IMAGES = ROOT / "docs" / "images"
LOAD = "What is the greatest load for the winch cable until it has been tested?"
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
    page.wait_for_selector("#engine:not(:empty)")


def take(opened: Any, url: str) -> None:
    page = opened(1180, 760)
    look(page, url)
    page.set_input_files("#files", ROOT / "examples" / "sample.pdf")
    end = time.monotonic() + 120
    while "pages read" not in page.locator("#jobs").inner_text():  # waiting for it looks too seldom, and may miss it
        assert time.monotonic() < end, "no page was read"
        page.wait_for_timeout(30)
    keep(page, "room-reading")
    page.locator("#documents .name").wait_for(timeout=120_000)
    ask(page, LOAD)
    ask(page, PETREL)
    keep(page, "room-answer")
    page.locator(".turn").first.locator(".citation").first.click()
    page.wait_for_selector("#sheet img[data-ready]")
    keep(page, "room-page")
    dark = opened(1180, 760, color_scheme="dark")
    look(dark, url)
    dark.get_by_role("button", name="Pages of").click()
    ask(dark, FERRY)
    keep(dark, "room-refusal-dark")
    narrow = opened(360, 740, device_scale_factor=1.5)
    look(narrow, url)
    ask(narrow, PETREL)
    narrow.locator(".turn").scroll_into_view_if_needed()
    keep(narrow, "room-narrow")
    narrow.locator(".citation").first.click()
    narrow.wait_for_selector("#sheet img[data-ready]")
    keep(narrow, "room-narrow-page")
    page.get_by_role("button", name="As text").click()
    page.locator("#sheet .reading").wait_for()
    keep(page, "room-text")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Delete sample.pdf").click()
    keep(page, "room-delete")


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
