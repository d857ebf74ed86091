"""The reading room in Chromium: upload, ask, open citations, delete; by keyboard and on small screens."""

from __future__ import annotations

import base64
import io
import re
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image, ImageFilter

from graph.verdicts import SENTENCES
from loaders.ocr.engine import read_image
from tests.browser.conftest import ReadingRoom
from tests.conftest import MakePdf
from tests.dev_server import Server
from tests.evals.citation_boxes import HELD, share_held
from tests.flows.test_proof import highlights

pytestmark = [pytest.mark.browser, pytest.mark.server]

OpenRoom = Callable[..., ReadingRoom]
PASSWORD = "a password of the tests"
HEIGHT = "How high is the lighthouse of Tornholm?"


def marked_words(shot: bytes) -> str:
    """What OCR reads in that part of a screenshot that the highlighter has coloured."""
    with Image.open(io.BytesIO(shot)) as opened:
        seen = opened.convert("RGB")
    pixels = np.asarray(seen).astype(int)
    yellow = (pixels[..., 0] > 200) & (pixels[..., 1] > 170) & (pixels[..., 2] < 150)
    assert yellow.any(), "nothing is marked on the page"
    # Letters are holes in the colour: they are filled, and whatever is not marked is painted over.
    whole = Image.fromarray(yellow.astype(np.uint8) * 255).filter(ImageFilter.MaxFilter(13))
    mask = whole.filter(ImageFilter.MinFilter(13))
    left, top, right, bottom = mask.getbbox() or (0, 0, 0, 0)
    framed = Image.new("RGB", (right - left + 80, bottom - top + 80), "white")  # OCR wants paper around the words
    framed.paste(seen.crop((left, top, right, bottom)), (40, 40), mask.crop((left, top, right, bottom)))
    out = io.BytesIO()
    framed.resize((framed.width * 2, framed.height * 2)).save(out, "PNG")
    return " ".join(word.text for word in read_image(out.getvalue(), 1).words)


def wait_until_read(server: Server, document: str, times: int) -> None:
    """Wait until the only page of a document has been read so often: between two readings no row tells of them."""
    end = time.monotonic() + 300
    while True:
        (line,) = server.get(f"/documents/{document}")["ledger_pages"]
        if (line["status"], line["attempts"]) == ("read", times):
            return
        assert time.monotonic() < end, line
        time.sleep(0.2)


def letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def test_upload_ask_open_the_citation_and_delete(open_room: OpenRoom, letter: Path) -> None:
    room = open_room()
    page = room.page
    room.check()
    page.evaluate("""() => {
        const watched = document.getElementById('jobs');
        window.progress = [];
        // Events that arrive together are drawn in one frame: what was drawn between stays in the records.
        new MutationObserver(changes => window.progress.push(
            ...changes.flatMap(change => [...change.addedNodes]).map(node => node.textContent), watched.textContent))
          .observe(watched, { childList: true, subtree: true, characterData: true });
    }""")
    room.read(letter)
    page.locator("#batch").wait_for(state="hidden")  # the look for documents may list it before the last event comes
    progress = " ".join(page.evaluate("window.progress"))
    assert "pages read · 2 of 2" in progress
    assert "chunks indexed" in progress
    room.check()

    assert "43 metres" in room.ask(HEIGHT)
    assert "1874" in room.ask("And when was it lit for the first time?")
    room.check()
    page.reload()
    page.wait_for_selector("#engine:not(:empty)")
    assert page.locator(".turn").count() == 2, "the conversation is the server's: a reload shows it again"
    page.locator(".turn").first.locator(".marker").first.click()
    page.wait_for_selector("#sheet img[data-ready]")
    assert letters(marked_words(page.locator("#sheet").screenshot())) == letters(
        "The lighthouse of Tornholm is 43 metres high."
    )
    room.check()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.classList.contains('marker')")

    room.act("Delete", "lighthouse.pdf")
    room.check()
    page.get_by_role("button", name="Keep it").click()
    room.act("Delete", "lighthouse.pdf")
    page.get_by_role("button", name="Delete", exact=True).click()
    page.wait_for_selector("#none:not([hidden])")
    room.check()


def test_an_answer_says_how_far_it_is_proven_and_its_pages_are_saved_with_the_quotes_marked(
    open_room: OpenRoom, letter: Path, tmp_path: Path
) -> None:
    room = open_room(accept_downloads=True)
    page = room.page
    room.read(letter, "proven.pdf")
    said = room.ask(HEIGHT)
    assert SENTENCES["proven"] in said
    assert page.locator(".marker.proven").count() > 0
    assert page.locator(".marker:not(.proven):not(.related)").count() == 0, "what does not answer says so"
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the cited pages as PDF").click()
    assert download.value.suggested_filename == "proof.pdf"
    proof = tmp_path / "proof.pdf"
    download.value.save_as(proof)
    (number, title, boxes, text), *_ = highlights(proof)
    assert (number, title) == (1, "[1]")
    assert "The lighthouse of Tornholm is 43 metres high." in text
    assert share_held("The lighthouse of Tornholm is 43 metres high.", {number: boxes}, proof) >= HELD
    room.check()
    page.reload()
    page.wait_for_selector(".verdict.proven")
    assert SENTENCES["catalog"] in room.ask("What documents do you have?")
    room.check()
    room.act("Delete", "proven.pdf")  # the next test reads the same bytes by another name
    page.get_by_role("button", name="Delete", exact=True).click()
    page.wait_for_selector("#none:not([hidden])")


def test_what_is_not_proven_is_told_apart_in_the_answer_and_below_it(open_room: OpenRoom) -> None:
    page = open_room().page
    shown = page.evaluate("""async () => {
        const { renderAnswer } = await import('/room/static/markdown.js');
        const { citationLine, citationVerdict, verdictOf } = await import('/room/static/verdicts.js');
        const text = 'Sales rose. [1]\\n\\nCosts fell. [2] (proven in part: the quote says (rather) more)\\n\\n' +
          'It is red. [3] (not proven: read by a model)\\n\\nA claim (not proven: so it says) [4]';
        const answer = renderAnswer(text, () => null);
        return {
          labels: [...answer.querySelectorAll('p')].map((one) => one.querySelector('.unproven')?.textContent ?? ''),
          lines: [{}, { verified: false, read_from: 'image' }, { verdict: 'partly_proven', reason: 'More.' },
            { verdict: 'related' }].map(citationLine),
          verdicts: [citationVerdict({}), citationVerdict({ verified: false }), verdictOf({ verdict: 'declined' })],
        };
    }""")
    assert shown["labels"] == [
        "", "(proven in part: the quote says (rather) more)", "(not proven: read by a model)", ""
    ]  # fmt: skip
    assert shown["lines"] == ["", "Not proven: image", "Proven in part: More.", ""]
    assert shown["verdicts"] == ["proven", "seen", "refused"]


def test_a_refusal_shows_the_closest_pages_and_each_page_opens(open_room: OpenRoom, letter: Path) -> None:
    """Dark, and with nothing but a keyboard; a file that was dropped, not chosen."""
    room = open_room(color_scheme="dark", reduced_motion="reduce")
    page = room.page
    drop = """(content) => {
        const bytes = Uint8Array.from(atob(content), (one) => one.charCodeAt(0));
        const dropped = new DataTransfer();
        dropped.items.add(new File([bytes], 'dropped.pdf', { type: 'application/pdf' }));
        document.getElementById('drop').dispatchEvent(new DragEvent('drop', { dataTransfer: dropped, bubbles: true }));
    }"""
    page.evaluate(drop, base64.b64encode(letter.read_bytes()).decode())
    page.locator("#documents .name", has_text="dropped.pdf").wait_for()
    said = room.ask("Which mountain railway goes to Zermatt in winter?")
    assert "The documents do not say" in said
    assert "dropped.pdf, page" in said
    room.check()
    page.get_by_role("button", name="More on dropped.pdf").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Page 1, read").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#sheet img[data-ready]")
    page.keyboard.press("ArrowRight")
    page.locator("#count", has_text="2 of 2").wait_for()
    page.get_by_role("button", name="As text").press("Enter")
    assert "12 euros" in page.locator("#sheet .reading").inner_text()
    room.check()
    page.keyboard.press("Escape")
    assert not page.locator("#viewer").is_visible()
    page.get_by_role("checkbox", name="Ask dropped.pdf").uncheck()
    page.fill("#question", "Is anybody there?")
    page.keyboard.press("Enter")
    assert (
        page.evaluate("document.getElementById('question').validationMessage") == "Tick at least one document to ask."
    )


def test_a_narrow_screen_and_a_hostile_document(open_room: OpenRoom, make_pdf: MakePdf) -> None:
    """A name and a text that would run as markup anywhere are words here."""
    room = open_room(viewport={"width": 320, "height": 640}, has_touch=True)
    text = "The <script>alert(1)</script> gate <table><tr><td onclick=alert(2)>of</td></tr></table> Norvik weighs 9 t."
    room.read(make_pdf("hostile.pdf", text), "<img src=x onerror=alert(3)>.pdf", shown="img src=x onerror=alert(3)")
    said = room.ask("How much does the gate of Norvik weigh?")
    assert "9 t" in said
    room.check()
    room.page.locator(".citation").first.click()
    room.page.wait_for_selector("#sheet img[data-ready]")
    room.check()
    room.page.get_by_role("button", name="As text").click()
    assert "<script>" in room.page.locator("#sheet .reading").inner_text()
    assert room.page.locator("script:not([src]), img[src=x], [onclick], [onerror]").count() == 0
    room.check()


def test_an_unsupported_file_is_reported(open_room: OpenRoom, tmp_path: Path) -> None:
    room = open_room()
    room.expect("415")
    (tmp_path / "noise.xyz").write_bytes(bytes(range(256)) * 4)
    room.page.set_input_files("#files", tmp_path / "noise.xyz")
    room.page.get_by_text("has an unsupported format").wait_for()
    room.check()
    # Files that earlier tests could not add stay in view as well.
    job = room.page.locator("#jobs li", has_text="noise.xyz")
    job.get_by_role("button", name="Dismiss").click()
    job.wait_for(state="detached")


def test_an_encrypted_file_asks_for_its_password_and_a_page_is_read_again(
    open_room: OpenRoom, room_server: Server, make_pdf: MakePdf
) -> None:
    """A wrong password is said to be wrong; the right one opens the file, and is written down nowhere."""
    room = open_room()
    page = room.page
    sealed = make_pdf("sealed.pdf", "The seal of Norvik weighs 2 kg.", password=PASSWORD)
    page.set_input_files("#files", sealed)
    field = page.get_by_label("Password of sealed.pdf")
    first = field.element_handle()
    page.set_input_files("#files", sealed)  # sent again, it has one row
    first.wait_for_element_state("hidden")
    assert field.count() == 1
    form = page.locator("form", has=field)  # files of other tests may ask for theirs
    open_it = form.get_by_role("button", name="Open", exact=True)
    field.fill("wrong")
    room.check()
    room.expect("422")
    field.press("Enter")
    page.get_by_text("The password is wrong").wait_for()
    assert field.input_value() == ""
    field.fill(PASSWORD)
    open_it.click()
    page.locator("#documents .name", has_text="sealed.pdf").wait_for()
    assert "2 kg" in room.ask("How much does the seal of Norvik weigh?")
    room.check()

    # Its password has been forgotten, so that reading it again asks for it.
    room.act("Read again", "sealed.pdf")
    field.fill(PASSWORD)
    open_it.click()
    (document,) = [one for one in room_server.get("/documents")["documents"] if one["name"] == "sealed.pdf"]
    wait_until_read(room_server, document["id"], times=2)
    page.locator("#jobs li", has_text="sealed.pdf").wait_for(state="detached")
    assert page.locator("#documents li", has_text="sealed.pdf").count() == 1

    kept = page.evaluate("JSON.stringify([localStorage, sessionStorage, document.cookie, document.body.innerHTML])")
    threads = room_server.post("/threads/search", {})
    stored = [room_server.post(f"/threads/{one['thread_id']}/history", {}) for one in threads]
    runs = [room_server.get(f"/threads/{one['thread_id']}/runs") for one in threads]
    for written in (kept, str(stored), str(runs), room_server.log.read_text("utf-8", "replace")):
        assert PASSWORD not in written


def test_a_citation_link_opens_the_page_with_the_quote_highlighted(
    open_room: OpenRoom, letter: Path, tmp_path: Path
) -> None:
    room = open_room()
    page = room.page
    copy = tmp_path / letter.name  # other bytes: the same ones keep the name under which another test dropped them
    copy.write_bytes(letter.read_bytes() + b"\n% a copy\n")
    room.read(copy)
    room.ask(HEIGHT)
    thread = page.url.partition("#thread=")[2]
    origin = page.url.partition("/room")[0]
    reply = httpx.get(f"{origin}/threads/{thread}/state", timeout=300).json()["values"]["messages"][-1]["content"]
    link = re.findall(r"\[\[1\]\]\(([^)]*)\)", reply)[0]
    page.reload()
    page.wait_for_selector(".marker")
    assert "room#page" not in page.inner_text("#talk"), "the room shows its own markers"
    page.goto("about:blank")
    page.goto(link)
    page.wait_for_selector("#sheet img[data-ready]")
    assert letters("lighthouse of Tornholm is 43") in letters(marked_words(page.locator("#sheet").screenshot()))
    room.check()
