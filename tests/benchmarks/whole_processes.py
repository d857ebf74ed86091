"""Reading a file by a command: the seconds from its start to its end, and the CPU time of all its processes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from typing import NamedTuple

from tests.benchmarks.machine import ROOT

TO_MARKDOWN = """
import os, sys, pymupdf, pymupdf4llm
pymupdf.set_messages(path=os.devnull)
document = pymupdf.open(sys.argv[1])
for page in range(document.page_count):
    pymupdf4llm.to_markdown(document, pages=[page])
"""
"""A script of `pymupdf4llm`, page by page, with its own settings; it prints of each page that OCR would read it."""

OCR = """
import sys, pymupdf
from rapidocr import RapidOCR
engine = RapidOCR(params={"Global.log_level": "error"})
for page in pymupdf.open(sys.argv[1]):
    engine(page.get_pixmap(dpi=150).tobytes("png"))
"""
"""A script of RapidOCR over the images of all pages, with its own settings."""


class Spent(NamedTuple):
    """Seconds that a command took: by the clock, and of the processor, by all its processes."""

    clock: float
    cpu: float


def spent(arguments: list[str], environment: Mapping[str, str]) -> Spent:
    """Run a Python command and return what it takes with its children; raise RuntimeError if it fails."""
    before, start = os.times(), time.perf_counter()
    command, surroundings = [sys.executable, *arguments], os.environ | environment
    done = subprocess.run(command, cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False)
    clock, after = time.perf_counter() - start, os.times()
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments[:3])[:80]} failed: {done.stderr[-500:]}")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Spent(clock, cpu)
