"""Content of a PDF page as the PDF library reads it: blocks, words, and what is drawn, each unpacked once.

Three steps of a text layer look at the same blocks: to unpack them for each took 3 of 10 ms a page.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from loaders.types import Box, Word

Key = tuple[int, int]
"""Number of a block, and of a line in it."""


class PageContent:
    """A page read with some flags of the PDF library; what it returns is shared and must not be changed."""

    def __init__(self, page: Any, flags: int, shown: list[tuple[str, Any]] | None = None) -> None:
        """Read a page; `shown` is what it draws if that is known, which does not depend on the flags."""
        self._page, self._flags = page, flags
        self._textpage = page.get_textpage(flags=flags)
        if shown is not None:
            self.shown = shown

    @cached_property
    def shown(self) -> list[tuple[str, Any]]:
        """The kind ("fill-text", "stroke-path") and the box of all that is drawn, in its order."""
        found: list[tuple[str, Any]] = self._page.get_bboxlog()
        return found

    @cached_property
    def blocks(self) -> list[dict[str, Any]]:
        """The blocks with their lines and spans; with the flag for vectors, shapes are blocks too."""
        found: list[dict[str, Any]] = self._textpage.extractDICT()["blocks"]
        return found

    @cached_property
    def raw_words(self) -> list[tuple[Any, ...]]:
        """The words as the library gives them: edges, text, numbers of block, line and word."""
        found: list[tuple[Any, ...]] = self._textpage.extractWORDS()
        return found

    @cached_property
    def words(self) -> dict[Key, list[Word]]:
        """The words of each line, without those of white space alone."""
        grouped: dict[Key, list[Word]] = {}
        for x0, y0, x1, y1, text, block, line, _ in self.raw_words:
            if clean := text.replace("\x00", "").strip():
                grouped.setdefault((block, line), []).append(Word(clean, Box(x0, y0, x1, y1)))
        return grouped

    def characters(self) -> list[dict[str, Any]]:
        """Return the blocks with single characters in their spans."""
        found: list[dict[str, Any]] = self._textpage.extractRAWDICT()["blocks"]
        return found

    @property
    def draws_text_alone(self) -> bool:
        """Whether the page draws no lines, areas and pictures."""
        return all(kind.endswith("text") for kind, _ in self.shown)

    def also_with(self, flags: int) -> PageContent:
        """Return the page read with further flags."""
        return PageContent(self._page, self._flags | flags, self.shown)

    def with_vectors(self, flag: int) -> PageContent:
        """Return the page read with its drawn shapes too; of a page that draws text alone, the same again."""
        return self if self.draws_text_alone else self.also_with(flag)
