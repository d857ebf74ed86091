"""Changed words of a transcript over the wire: what is proven of a file that a loopback Gemini has read.

    python -m tests.evals.changed_transcripts FILE.pdf [--pages N] [--scan] [--yes]

Pages are read by a server that gives back the text layer's own words, then with a digit, a name, a word and an equation
changed and a description added. Every sentence is quoted by a claim that repeats it; each changed one that is proven is
printed, and the boxes of every tenth proven one are cut out and read by OCR. With `--yes` the claims say "it is so",
and the check of claims says yes to everything.
"""

from __future__ import annotations

import argparse
import os
import re
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pymupdf

from tests.evals.citation_boxes import HELD, share_held
from tests.wire.gemini_server import GeminiServer
from tests.wire.scripted_replies import Model, ask, claim

DESCRIBED = "The figure suggests that the zorbal curve climbs quickly on page {page}."
CHANGES = {
    "digit": lambda text: re.sub(r"(\d)(?!.*\d)", lambda found: str((int(found[1]) + 3) % 10), text),
    "name": lambda text: re.sub(r"(?<=[a-z] )([A-Z][a-z]{3,})\b", lambda found: found[1][:-1] + "q", text, count=1),
    "word": lambda text: re.sub(r" (is|are|was|were|with|without|not) ", " hardly ", text, count=1),
    "sign": lambda text: re.sub(r" ?[=+×%] ?", " − ", text, count=1),
}


def prepared(path: Path, pages: int, scan: bool, folder: Path) -> Path:
    """The first pages of a file, as they are or as pictures."""
    source: Any = pymupdf.open(str(path))
    made: Any = pymupdf.open()
    made.insert_pdf(source, to_page=pages - 1)
    if scan:
        printed, made = made, pymupdf.open()
        for page in printed:
            sheet = made.new_page(width=page.rect.width, height=page.rect.height)
            sheet.insert_image(sheet.rect, stream=page.get_pixmap(dpi=150).tobytes("png"))
    made.save(str(folder / "read.pdf"))
    return folder / "read.pdf"


def sentences(page: Any) -> list[str]:
    """Whole sentences of a page's text layer, in its own words; lines that a hyphen cuts are left out."""
    text = " ".join(block[4].replace("\n", " ") for block in page.get_text("blocks") if block[6] == 0)
    found = re.findall(r"(?<=[.] )[A-Z](?:[^.|]|\.(?=\w)){40,220}\.(?= |$)", " ".join(text.split()))
    return [one for one in dict.fromkeys(found) if "- " not in one and "<" not in one]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--pages", type=int, default=6)
    parser.add_argument("--scan", action="store_true")
    parser.add_argument("--yes", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, GeminiServer(reply=Model()) as server:
        os.environ |= {
            "PAGEWITNESS_HOME": f"{folder}/home", "GOOGLE_API_KEY": "test", "PAGEWITNESS_ENGINE": "llm",
            "GOOGLE_GEMINI_BASE_URL": server.url, "PAGEWITNESS_CHECK_REPLIES": "off",
        }  # fmt: skip
        run(given.file, given.pages, given.scan, Path(folder), server, yes=given.yes)


def run(path: Path, pages: int, scan: bool, folder: Path, server: GeminiServer, *, yes: bool) -> None:
    from graph.app import app

    source = prepared(path, pages, scan, folder)
    with pymupdf.open(str(path)) as document:
        own = {number: sentences(document[number - 1])[:12] for number in range(1, pages + 1)}
    changed = {
        number: [(kind, other) for one in ones for kind, change in CHANGES.items() if (other := change(one)) != one]
        for number, ones in own.items()
    }
    described = {number: DESCRIBED.format(page=number) for number in own}

    def written(page: int) -> str:
        parts = [*own[page], *(text for _, text in changed[page]), f"<figure>{described[page]}</figure>"]
        return f"# Page {page}\n\n" + "\n\n".join(parts)

    model = Model(pages=written, rules=(lambda asked: "yes") if yes else None)
    server.reply = model
    print(app.invoke({"sources": [str(source)]})["report"]["documents"][0]["ledger"], flush=True)
    counts: Counter[str] = Counter()
    for page in own:
        quotes = [("own", one) for one in own[page]] + changed[page] + [("description", described[page])]
        model.relevant = lambda text, page=page: True  # type: ignore[misc]
        for start in range(0, len(quotes), 12):
            some = quotes[start : start + 12]
            model.claims = [claim("It is so." if yes else quote, quote, on=quote) for _, quote in some]
            cited = {
                one["quote"]: one for one in ask(f"What does page {page} say?", top_k=20, look_again="off")["citations"]
            }
            for kind, quote in some:
                one = cited.get(quote) or cited.get(" ".join(quote.split()))
                counts[
                    f"{kind}: {one['read_from'] if one else 'not cited'}, {one['verdict'] if one else 'refused'}"
                ] += 1
                proven = one is not None and (one["verdict"] == "proven" or one.get("verified", True))
                if proven and kind != "own":
                    print(f"PROVEN {kind}: {quote}")
                if proven and one and not one["boxes"]:
                    print(f"NO BOXES: {quote}")
                if proven and one and sum(counts.values()) % 10 == 0:
                    share = share_held(quote, {page: one["boxes"]}, source)
                    counts["boxes hold their words" if share >= HELD else f"boxes hold {share:.2f}"] += 1
    for name, count in sorted(counts.items()):
        print(f"{count:5} {name}")


if __name__ == "__main__":
    main()
