"""The selection of pages: which are done, and which are read without a vision model."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Literal

import pytest

from graph.context import Context
from graph.ingestion.page_selection import TEXT_LAYER, is_done, needs_vision, text_only_pages
from graph.storage.rows import PageRow, PageStatus
from loaders.types import PageProfile
from tests.conftest import MakePdf
from tests.unit.graph.ingestion.conftest import DOCUMENT, in_run

Reader = Literal["vision", "auto", "text"]


def row(status: PageStatus, engine: str = "") -> PageRow:
    return PageRow(DOCUMENT, 1, status, engine=engine)


@pytest.mark.parametrize(
    ("page", "settings", "engine", "done"),
    [
        (row("read", "offline"), Context(engine="auto"), "llm", True),
        (row("blank", "offline"), Context(engine="auto"), "llm", True),
        (row("failed", "llm"), Context(engine="auto"), "llm", False),
        (row("pending"), Context(engine="auto"), "llm", False),
        (row("read", "offline"), Context(engine="llm"), "llm", False),
        (row("read", "llm"), Context(engine="llm"), "llm", True),
        (row("read", "llm"), Context(engine="offline"), "offline", False),
        (row("read", TEXT_LAYER), Context(engine="llm", reader="auto"), "llm", True),
        (row("read", TEXT_LAYER), Context(engine="llm", reader="vision"), "llm", False),
        (row("read", TEXT_LAYER), Context(engine="offline"), "offline", False),
        (row("read", "llm"), Context(engine="auto", reread=True), "llm", False),
    ],
)
def test_a_page_is_done(page: PageRow, settings: Context, engine: str, done: bool) -> None:
    assert is_done(page, settings, engine) is done


@pytest.mark.parametrize(
    ("needs", "empty", "vision"), [(True, False, True), (True, True, False), (False, False, False)]
)
def test_a_page_needs_vision_unless_it_is_empty(needs: bool, empty: bool, vision: bool) -> None:
    profile = PageProfile(1, legible=True, has_figures=False, needs_vision=needs, empty=empty, characters=10)
    assert needs_vision(profile) is vision


@pytest.mark.parametrize(
    ("reader", "reads_images", "expected"),
    [("vision", True, []), ("text", True, [1, 2]), ("auto", True, [1, 2]), ("auto", False, []), ("text", False, [])],
)
def test_the_reader_setting_chooses_the_text_only_pages(
    make_pdf: MakePdf, reader: Reader, reads_images: bool, expected: list[int]
) -> None:
    path = make_pdf("a.pdf", "A day ticket to the island costs 14 euros. " * 4, "The cable holds 1,200 kilograms. " * 4)
    engine: Any = SimpleNamespace(reads_images=reads_images)
    document: Any = {"id": DOCUMENT, "path": str(path), "pages": [1, 2]}
    assert in_run(lambda: text_only_pages(engine, document), Context(reader=reader)) == expected


def test_a_page_whose_profile_fails_is_not_a_text_only_page(make_pdf: MakePdf) -> None:
    document: Any = {"id": DOCUMENT, "path": str(make_pdf("a.pdf", "A day ticket costs 14 euros.")), "pages": [7]}
    engine: Any = SimpleNamespace(reads_images=True)
    assert in_run(lambda: text_only_pages(engine, document), Context(reader="auto")) == []
