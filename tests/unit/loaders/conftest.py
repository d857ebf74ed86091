"""A paper of 22 pages, read once for all tests that look at it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from loaders.pages.pool import ProcessPagePool
from loaders.pages.reader import read
from loaders.types import Block, PageJob, PageText
from tests.conftest import DATA

_PAPER = DATA / "deepseek-r1" / "DeepSeek_R1.pdf"
PAGES = 22


@pytest.fixture(scope="session")
def paper() -> list[tuple[int, tuple[Block, ...]]]:
    """The pages of the DeepSeek-R1 paper with their blocks; only for tests marked `data`."""
    pool = ProcessPagePool()
    try:
        jobs = [PageJob(str(_PAPER), number) for number in range(1, PAGES + 1)]
        found: list[Any] = asyncio.run(pool.map(read, jobs))
    finally:
        pool.close()
    return [(page.page, page.blocks) for page in found if isinstance(page, PageText)]
