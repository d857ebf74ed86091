"""Evaluation of changed transcripts: what is proven of a file that a loopback Gemini has read with changed words.

    python -m tests.evals.changed_transcripts FILE.pdf [--pages N] [--scan] [--yes]

Pages are read by a server that gives back the text layer's own words, then with a digit, a name, a word and a sign
changed, equations with another operator, letter or term, and a description added. Every sentence and equation is quoted
by a claim that repeats it; each changed one that is proven is printed, and the boxes of every proven one are cut out
and read by OCR. With `--yes` the claims say "it is so", and the check of claims says yes to everything. Returns 1 if
anything was proven that was changed, or has boxes that do not hold its words.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pymupdf

from tests.evals.citation_boxes import HELD, share_held
from tests.wire.gemini_server import GeminiServer
from tests.wire.scripted_replies import Model, ask, claim

DESCRIBED = "The figure suggests that the zorbal curve climbs quickly on page {page}."
CHANGES: dict[str, Callable[[str], str]] = {
    "digit": lambda text: re.sub(r"(\d)(?!.*\d)", lambda found: str((int(found[1]) + 3) % 10), text),
    "name": lambda text: re.sub(r"(?<=[a-z] )([A-Z][a-z]{3,})\b", lambda found: found[1][:-1] + "q", text, count=1),
    "word": lambda text: re.sub(r" (is|are|was|were|with|without|not) ", " hardly ", text, count=1),
    "sign": lambda text: re.sub(r" ?[=+×%] ?", " − ", text, count=1),
}
EQUATIONS: dict[str, Callable[[str], str]] = {
    "operator": lambda text: re.sub(r"[+×/<>≤≥−]", lambda found: "+" if found[0] != "+" else "−", text, count=1),
    "letter": lambda text: re.sub(
        r"(?<!\w)([a-y𝑎-𝑦])(?!\w)(?=.*\w)", lambda found: chr(ord(found[1]) + 1), text, count=1
    ),
    "exponent": lambda text: re.sub(r"(?<=[^\W\d_])[2-9]", "1", text, count=1),
    "term": lambda text: re.sub(r"(=.*?) ?[+×−-] ?[^\s+×−-]+(?= \S+ \S)", r"\1", text, count=1),
}
AROUND = 5  # words on each side of an equals sign that are quoted with it


def prepared(path: Path, pages: int, scan: bool, folder: Path) -> Path:
    """Return the first pages of a file, as they are or as pictures."""
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
    """Return whole sentences of a page's text layer, in its own words; lines that a hyphen cuts are left out."""
    text = " ".join(block[4].replace("\n", " ") for block in page.get_text("blocks") if block[6] == 0)
    found = re.findall(r"(?<=[.] )[A-Z](?:[^.|]|\.(?=\w)){40,220}\.(?= |$)", " ".join(text.split()))
    return [one for one in dict.fromkeys(found) if "- " not in one and "<" not in one]


def equations(page: Any) -> list[str]:
    """Return the words around the equals signs of a page's text layer, as parts that do not overlap."""
    words = [word for block in page.get_text("blocks") if block[6] == 0 for word in block[4].split()]
    found, end = [], 0
    for at, word in enumerate(words):
        if "=" in word and at >= end:
            found.append(" ".join(words[max(end, at - AROUND) : at + AROUND + 1]))
            end = at + AROUND + 1
    return [one for one in dict.fromkeys(found) if "<" not in one and len(one) > 12]


def changes_of(quote: str, of: Mapping[str, Callable[[str], str]], kind: str = "{}") -> list[tuple[str, str]]:
    """Return each changed form of a quote, with its kind."""
    return [(kind.format(name), other) for name, change in of.items() if (other := change(quote)) != quote]


def main() -> int:
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
        return run(given.file, given.pages, given.scan, Path(folder), server, yes=given.yes)


def run(path: Path, pages: int, scan: bool, folder: Path, server: GeminiServer, *, yes: bool) -> int:
    from graph.app import app

    source = prepared(path, pages, scan, folder)
    with pymupdf.open(str(path)) as document:
        pages = min(pages, len(document))
        own = {number: sentences(document[number - 1])[:12] for number in range(1, pages + 1)}
        equal = {number: equations(document[number - 1])[:12] for number in range(1, pages + 1)}
    given: dict[int, list[tuple[str, str]]] = {}
    for number in own:
        given[number] = [("own", one) for one in own[number]] + [("own equation", one) for one in equal[number]]
        given[number] += [change for one in own[number] for change in changes_of(one, CHANGES)]
        given[number] += [change for one in equal[number] for change in changes_of(one, EQUATIONS, "equation, {}")]
    described = {number: DESCRIBED.format(page=number) for number in own}

    def written(page: int) -> str:
        return "\n\n".join(
            [f"# Page {page}", *(text for _, text in given[page]), f"<figure>{described[page]}</figure>"]
        )

    model = Model(pages=written, rules=(lambda asked: "yes") if yes else None)
    server.reply = model
    print(app.invoke({"sources": [str(source)]})["report"]["documents"][0]["ledger"], flush=True)
    counts: Counter[str] = Counter()
    wrong = 0
    model.relevant = lambda text: True
    for page in own:
        quotes = [*given[page], ("description", described[page])]
        for start in range(0, len(quotes), 12):
            some = quotes[start : start + 12]
            model.claims = [claim("It is so." if yes else quote, quote, on=quote) for _, quote in some]
            cited = {
                one["quote"]: one for one in ask(f"What does page {page} say?", top_k=20, look_again="off")["citations"]
            }
            for kind, quote in some:
                one = cited.get(quote) or cited.get(" ".join(quote.split()))
                counts[told(kind, one)] += 1
                if one is None or not (one["verdict"] == "proven" or one.get("verified", True)):
                    continue
                share = share_held(quote, {page: one["boxes"]}, source) if kind == "own" else 1.0
                if not kind.startswith("own") or not one["boxes"] or share < HELD:
                    print(f"PROVEN {kind}, {len(one['boxes'])} boxes that hold {share:.2f}: {quote}")
                    wrong += 1
                counts["boxes hold their words"] += kind == "own" and share >= HELD
    for name, count in sorted(counts.items()):
        print(f"{count:5} {name}")
    return 1 if wrong else 0


def told(kind: str, citation: Mapping[str, Any] | None) -> str:
    """Return the outcome of a quote."""
    return f"{kind}: " + (f"{citation['read_from']}, {citation['verdict']}" if citation else "not cited, refused")


if __name__ == "__main__":
    sys.exit(main())
