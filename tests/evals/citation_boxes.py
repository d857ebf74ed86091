"""A check of citation boxes: each is cut out of the rendered page, read by OCR and compared with the quote.

    python -m tests.evals.citation_boxes HOME QUESTIONS.jsonl [--limit N]

asks the questions of a home folder, offline, and prints every citation whose boxes do not hold what it quotes. The
page is rendered again from the file, so that no stored image is trusted.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pymupdf
from PIL import Image

DPI = 200
HELD = 0.85
"""Share of a quote's letters and digits that OCR must find in its boxes: it misreads one in a hundred of plain text,
and more of small print, of formulas and of what is drawn."""


_LONG = 20
"""Letters from which a word is an address, and compared by its parts: one misread letter would lose half of it."""


_LEAST_SIDE = 736
"""Pixels to which the search for lines enlarges the shorter side: a strip took seconds as 13,000 pixels by 736."""


def share_held(quote: str, boxes: Mapping[int, Sequence[Sequence[float]]], source: Path) -> float:
    """Return the share (0-1) of the quote's letters and digits that OCR reads in the boxes, in any order of the boxes.

    Args:
        quote: The quoted words.
        boxes: By page (from 1): fractions of the page, origin top left.
        source: The file.
    """
    pages = {page: _page(source, page) for page in boxes}
    cuts = [_cut(pages[page], box) for page, ones in boxes.items() for box in ones]
    read: list[str] = []
    held = 0.0
    # Finding lines takes far longer than reading one: it is left out where the boxes are seen to hold the words.
    for finding in (False, True):
        read += [_bare(_reading(cut, finding)) for cut in cuts]
        found = sum(max((_overlap(word, text) for text in read), default=0.0) * len(word) for word in _words(quote))
        held = found / max(1, sum(map(len, _words(quote))))
        if held >= HELD:
            break
    return held


def _words(quote: str) -> list[str]:
    parts = [part for word in quote.split() for part in (re.split(r"\W", word) if len(word) > _LONG else [word])]
    return [bare for part in parts if (bare := _bare(part))]


def _overlap(word: str, text: str) -> float:
    """1 where the word stands in the text, less where OCR has misread some of its letters."""
    if word in text:
        return 1.0
    match = SequenceMatcher(None, word, text, autojunk=False).find_longest_match()
    return match.size / len(word)


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())


def _reading(cut: Image.Image, finding: bool) -> str:
    """Return the text that OCR reads in a cut: as one line, or with a search for lines, which misses thin strips."""
    if finding:
        framed = Image.new("RGB", (max(_LEAST_SIDE, cut.width + 40), max(_LEAST_SIDE, cut.height + 40)), "white")
        framed.paste(cut, (20, 20))
        cut = framed
    # Both options are given each time, since the reader keeps those of the last call.
    found: Any = _ocr()(np.asarray(cut)[:, :, ::-1], use_det=finding, use_cls=False)
    return " ".join(found.txts or ())


@cache
def _ocr() -> Any:
    from rapidocr import RapidOCR

    # One thread: the threads of all cores wait for each other by spinning: 34 CPU seconds of a test, now 27.
    threads = {f"EngineConfig.onnxruntime.{kind}_op_num_threads": 1 for kind in ("intra", "inter")}
    return RapidOCR(params={"Global.log_level": "error", **threads})


def _page(source: Path, page: int) -> Image.Image:
    with pymupdf.open(source) as document:
        pixmap = document[page - 1].get_pixmap(dpi=DPI, alpha=False)
        return Image.frombytes("RGB", (pixmap.width, pixmap.height), pixmap.samples)


def _cut(image: Image.Image, box: Sequence[float]) -> Image.Image:
    x0, y0, x1, y1 = (edge * side for edge, side in zip(box, (image.width, image.height) * 2, strict=True))
    return image.crop((max(0, int(x0) - 5), max(0, int(y0) - 4), int(x1) + 6, int(y1) + 5))


def check(result: Mapping[str, Any], sources: Mapping[str, Path]) -> Iterator[tuple[Mapping[str, Any], float]]:
    """Yield each citation of an answer, with the share of it that its boxes hold."""
    for citation in result["citations"]:
        pages = citation.get("pages") or [citation["page"]]
        boxes = dict(zip(pages, [citation["boxes"], citation.get("next_boxes", [])], strict=False))
        yield citation, share_held(citation["quote"], boxes, sources[citation["document"]])


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the citations that fail and how many were checked; return 1 if any failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home")
    parser.add_argument("questions", type=Path)
    parser.add_argument("--limit", type=int, default=0, help="so many questions, spread over the file")
    options = parser.parse_args(arguments)
    os.environ |= {"PAGEWITNESS_HOME": options.home, "PAGEWITNESS_ENGINE": "offline"}
    from graph import dependencies
    from graph.access import Scope
    from graph.app import app

    sources = {row.id: Path(row.source) for row in dependencies.stores(Scope.everything()).catalog.documents()}
    rows = [json.loads(line) for line in options.questions.read_text("utf-8").splitlines() if line.strip()]
    step = max(1, len(rows) // options.limit) if options.limit else 1
    total = bad = 0
    for row in rows[::step]:
        for citation, share in check(app.invoke({"question": row["question"]}), sources):
            total += 1
            if share < HELD:
                bad += 1
                print(
                    f"{share:.2f}  {citation['name']}, page {citation['page']}: {citation['quote'][:150]}", flush=True
                )
    print(f"{total - bad} of {total} citations: their boxes hold their words")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
