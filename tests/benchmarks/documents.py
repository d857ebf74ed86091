"""PDFs for benchmarks: a research paper of the development data (or the sample), scans, fresh copies."""

from __future__ import annotations

import itertools
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pymupdf

from tests.benchmarks.machine import DATA, ROOT

SAMPLE = ROOT / "examples" / "sample.pdf"
_PAPER = DATA / "data" / "deepseek-r1" / "DeepSeek_R1.pdf"
_SCANNER = DATA / "tools" / "make_scanned.py"
_FILINGS = [
    DATA / "data" / "docqa" / "pdfs" / name
    for name in ("AMCOR_2023Q4_EARNINGS.pdf", "a5879805d70c854ea4361e43a84e3bb2.pdf")
]
"""With 12 of 29 pages of plain text, as a 10-K has 28 of 61."""
_REPEATS = 4
_THINGS = (
    "bridge harbour ledger engine orchard library tunnel market reservoir railway garden archive mill quarry".split()
)
_WHO = "surveyors,two engineers,harbour office,members of the council,new owners,night watch".split(",")
_DID = "measured,closed,described,paid for,repaired,bought back,drew a plan of,wrote a second report on".split(",")
_WHY = (
    "since the water had risen again in spring",
    "which nobody in the town had expected",
    "although the money for it was spent",
    "as the agreement with the railway company asked",
    "before the winter storms could damage it further",
)
_copies = itertools.count(1)


def digital(folder: Path, pages: int) -> tuple[Path, str]:
    """Write a PDF with a text layer of at most `pages` pages; return its path and a description."""
    source, what = (_PAPER, "a research paper") if _PAPER.is_file() else (SAMPLE, "the sample, four times over")
    made: Any = pymupdf.open()
    with pymupdf.open(source) as original:
        for _ in range(1 if source is _PAPER else _REPEATS):
            made.insert_pdf(original)
    if len(made) > pages:
        made.select(range(pages))
    path = folder / f"digital-{pages}.pdf"
    made.save(str(path), garbage=4, deflate=True)
    made.close()
    return path, what


def filings(folder: Path) -> tuple[Path, str]:
    """Write a PDF of an earnings release and a court filing; return its path and a description."""
    sources = [path for path in _FILINGS if path.is_file()]
    if not sources:
        return digital(folder, 40)
    made: Any = pymupdf.open()
    for source in sources:
        with pymupdf.open(source) as original:
            made.insert_pdf(original)
    path = folder / "filings.pdf"
    made.save(str(path), garbage=4, deflate=True)
    made.close()
    return path, "an earnings release and a court filing"


def report(folder: Path, pages: int) -> Path:
    """Write a PDF of so many pages of headings and paragraphs, no sentence of which is like another."""
    chance = random.Random(11)
    text = "".join(
        f"<h2>{number}. The {chance.choice(_THINGS)} in year {number}</h2>"
        + "".join(f"<p>{' '.join(_sentence(chance) for _ in range(5))}</p>" for _ in range(5))
        for number in range(1, 2 * pages)
    )
    whole = folder / "whole-report.pdf"
    story, writer, sheet = pymupdf.Story(text), pymupdf.DocumentWriter(str(whole)), pymupdf.paper_rect("a4")
    frame = sheet + pymupdf.Rect(72, 72, -72, -72)
    more = 1
    while more:
        device = writer.begin_page(sheet)
        more, _ = story.place(frame)
        story.draw(device)
        writer.end_page()
    writer.close()
    path = folder / f"report-{pages}.pdf"
    with pymupdf.open(whole) as made:
        made.select(range(pages))
        made.save(str(path), garbage=4, deflate=True)
    return path


def _sentence(chance: random.Random) -> str:
    one, two, three = chance.sample(_THINGS, 3)
    return (
        f"After {chance.randint(2, 90)} days the {chance.choice(_WHO)} {chance.choice(_DID)} the {one} that lay "
        f"between the {two} and the {three}, {chance.choice(_WHY)}."
    )


def scanned(folder: Path, source: Path) -> tuple[Path, str]:
    """Write the same pages as images only; return the path and how they were made."""
    path = source.with_name(f"scan-of-{source.name}")
    if _SCANNER.is_file():
        subprocess.run([sys.executable, str(_SCANNER), str(source), str(path)], check=True, stdout=subprocess.DEVNULL)
        return path, "an office scan (150 dpi, skewed, with noise)"
    made: Any = pymupdf.open()
    with pymupdf.open(source) as original:
        for page in original:
            shot = page.get_pixmap(dpi=150)
            made.new_page(width=page.rect.width, height=page.rect.height).insert_image(
                page.rect, stream=shot.tobytes("jpeg")
            )
    made.save(str(path))
    made.close()
    return path, "pictures of its pages (150 dpi)"


def part(path: Path) -> Path:
    """Write two to four pages of a PDF, from its beginning to its end, to load with them what reading it needs."""
    made: Any = pymupdf.open(path)
    made.select(range(0, len(made), max(2, len(made) // 3)))
    shorter = path.with_name(f"part-of-{path.name}")
    made.save(str(shorter), garbage=4, deflate=True)
    made.close()
    return shorter


def fresh_copy(path: Path) -> Path:
    """Copy a PDF with other bytes and the same pages, so that it counts as a new document."""
    number = next(_copies)
    copy = path.with_name(f"{path.stem}-{number}.pdf")
    copy.write_bytes(path.read_bytes() + b"\n%% copy %d\n" % number)
    return copy
