"""PDFs for benchmarks: a research paper of the development data (or the sample), scans, fresh copies."""

from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path
from typing import Any

import pymupdf

from tests.benchmarks.machine import DATA, ROOT

SAMPLE = ROOT / "examples" / "sample.pdf"
_PAPER = DATA / "data" / "deepseek-r1" / "DeepSeek_R1.pdf"
_SCANNER = DATA / "tools" / "make_scanned.py"
_REPEATS = 4
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


def fresh_copy(path: Path) -> Path:
    """Copy a PDF with other bytes and the same pages, so that it counts as a new document."""
    number = next(_copies)
    copy = path.with_name(f"{path.stem}-{number}.pdf")
    copy.write_bytes(path.read_bytes() + b"\n%% copy %d\n" % number)
    return copy
