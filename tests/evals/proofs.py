"""Evaluation of proofs, the PDFs with marked quotes, of a file as it is, as a scan and with its pages turned.

    python -m tests.evals.proofs FILE.pdf ... [--pages N]

reads the first pages offline, asks for every tenth of their sentences, and writes the proof of each answer. The
highlights are cut out of the rendered proof and read by OCR; the file is opened with MuPDF, and checked with qpdf where
that is installed. Returns 1 if anything is wrong.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pymupdf

from tests.evals.changed_transcripts import prepared, sentences
from tests.evals.citation_boxes import HELD, share_held

TURN = 90
STEP = 10  # one of so many sentences is asked for


def highlights(path: Path) -> list[tuple[int, str, list[list[float]], str]]:
    """Page, number, boxes as fractions and text of each highlight annotation."""
    found = []
    with pymupdf.open(str(path)) as document:
        for at, page in enumerate(document, 1):
            width, height = page.rect.width, page.rect.height
            for mark in page.annots(types=[pymupdf.PDF_ANNOT_HIGHLIGHT]):
                points = mark.vertices
                quads = [points[start : start + 4] for start in range(0, len(points), 4)]
                boxes = [
                    [min(x for x, _ in quad) / width, min(y for _, y in quad) / height,
                     max(x for x, _ in quad) / width, max(y for _, y in quad) / height]
                    for quad in quads
                ]  # fmt: skip
                found.append((at, mark.info["title"], boxes, mark.info["content"]))
    return found


def turned(path: Path, pages: int, folder: Path) -> Path:
    """Return the first pages set sideways in the file, and shown upright by their rotation."""
    source: Any = pymupdf.open(str(path))
    made: Any = pymupdf.open()
    for number in range(min(pages, len(source))):
        size = source[number].rect
        sheet = made.new_page(width=size.height, height=size.width)
        sheet.show_pdf_page(sheet.rect, source, number, rotate=TURN)
        sheet.set_rotation(TURN)
    made.save(str(folder / "turned.pdf"))
    return folder / "turned.pdf"


MAKERS: dict[str, Callable[[Path, int, Path], Path]] = {
    "as it is": lambda path, pages, folder: prepared(path, pages, False, folder),
    "scan": lambda path, pages, folder: prepared(path, pages, True, folder),
    "turned": turned,
}


def faults(path: Path) -> list[str]:
    """Return what MuPDF and qpdf find wrong with a file."""
    with pymupdf.open(str(path)) as document:
        found = ["MuPDF repaired it"] if document.is_repaired else []
    if qpdf := shutil.which("qpdf"):
        ran = subprocess.run([qpdf, "--check", str(path)], capture_output=True, text=True, check=False)
        found += [f"qpdf: {ran.stdout}{ran.stderr}"] if ran.returncode else []
    return found


def run(path: Path, pages: int, make: Callable[[Path, int, Path], Path]) -> Counter[str]:
    """Read a form of a file, ask for its sentences, and check each proof."""
    from graph.app import app
    from graph.export.proof import proof_pdf

    with pymupdf.open(str(path)) as document:
        asked = [one for page in range(min(pages, len(document))) for one in sentences(document[page])][::STEP]
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        read = app.invoke({"sources": [str(make(path, pages, Path(folder)))]})
        within = [one["id"] for one in read["report"]["documents"]]
        proof = Path(folder) / "proof.pdf"
        for sentence in asked:
            answer = app.invoke({"question": sentence, "documents": within})
            if not answer["citations"]:
                counts["refused"] += 1
                continue
            proof.write_bytes(proof_pdf(answer))
            marks, quotes = highlights(proof), {f"[{one['marker']}]": one["quote"] for one in answer["citations"]}
            counts.update(f"FAULT {fault}" for fault in faults(proof))
            counts["valid files"] += not faults(proof)
            for number, quote in quotes.items():
                boxes: dict[int, list[list[float]]] = {}
                for page, title, some, _ in marks:
                    if title == number:
                        boxes.setdefault(page, []).extend(some)
                share = share_held(quote, boxes, proof) if boxes else 0.0
                counts["quotes whose highlights hold their words"] += share >= HELD
                if share < HELD:
                    counts["QUOTES BESIDE THEIR HIGHLIGHTS"] += 1
                    print(f"  {share:.2f} {quote[:120]!r}", flush=True)
    return counts


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--pages", type=int, default=6)
    given = parser.parse_args()
    bad = 0
    print("checked with MuPDF" + (" and qpdf" if shutil.which("qpdf") else "; qpdf is not installed"))
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"PAGEWITNESS_HOME": home, "PAGEWITNESS_ENGINE": "offline"}
        for path in given.files:
            for name, make in MAKERS.items():
                counts = run(path, given.pages, make)
                print(
                    f"{path.name}, {name}: " + ", ".join(f"{count} {what}" for what, count in counts.items() if count)
                )
                bad += sum(count for what, count in counts.items() if what[:5] in ("FAULT", "QUOTE"))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
