"""Edges of the ingestion graph: which batches are read, and what follows a batch."""

from __future__ import annotations

from typing import Literal

from langgraph.types import Send

from graph.ingestion.progress import tally_of
from graph.ingestion.state import IngestionState, Next, WindowState, Work


def each_window(state: IngestionState) -> list[Send] | Literal["chunk_documents"]:
    """Send the pages to be read, a window at a time; straight on where all have been read before."""
    size, run = state["window"], state.get("tally", "")
    windows = []
    for work in state["work"]:
        tally_of(state).expect(work["id"], work["pages"])
        without, parts = set(work.get("plain", ())), list[WindowState]()
        for plain in (False, True):
            pages = [page for page in work["pages"] if (page in without) == plain]
            starts = range(0, len(pages), size)
            parts += [_window(run, work, pages[start : start + size], plain) for start in starts]
        windows += sorted(parts, key=lambda part: part["pages"][0])  # what is read without a gap is embedded ahead
    return [Send("read_pages", window) for window in windows] or "chunk_documents"


def _window(run: str, work: Work, pages: list[int], plain: bool) -> WindowState:
    return WindowState(
        id=work["id"], name=work["name"], path=work["path"], tally=run, total=len(work["pages"]), pages=pages,
        plain=plain,
    )  # fmt: skip


def after_reading(state: WindowState) -> Next:
    """What there is time for while pages are being read: to index this document, or to embed what is read of it."""
    return state.get("next", "__end__")
