"""Heading paths: the open headings above a block."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from loaders.text.plain import plain
from loaders.types import Block

_NUMBER = re.compile(r"^(?:(\d{1,2}(?:\.\d{1,2}){0,4})\.?|([A-Z](?:\.\d{1,2}){1,4})\.?|([A-Z])\.)\s+\S")
_LEAF = re.compile(
    r"^(?:[\dA-Z.]+\s+)?(?:abstract|summary|(?:table of )?contents|references|bibliography|keywords)\W*$", re.I
)
"""Sections that contain no sections, also if their level is high: readers take a centred "Abstract" for a title."""


@dataclass(frozen=True, slots=True)
class _Entry:
    text: str
    level: int
    depth: int


@dataclass(slots=True)
class Outline:
    """The open headings. `title` is the document's title, which is left out of the path."""

    title: str = ""
    _entries: list[_Entry] = field(default_factory=list)

    @property
    def path(self) -> tuple[str, ...]:
        """The open headings, outermost first."""
        known = plain(self.title).casefold()
        return tuple(entry.text for entry in self._entries if entry.text.casefold() != known)

    def open(self, heading: Block) -> None:
        """Open a heading, and close those that it ends.

        Its number counts more than its Markdown level: readers and models give every heading of a paper the same level,
        but "2.2.1" always belongs under "2.2". Headings without numbers are compared by their levels.
        """
        entry = _Entry(plain(heading.text), 0 if heading.is_title else heading.level or 1, 0)
        number = _NUMBER.match(entry.text)
        if number:
            depth = (number[1] or number[2] or number[3]).count(".") + 1
            entry = _Entry(entry.text, entry.level, depth)
        for index, above in enumerate(self._entries):
            if _ends(entry, above):
                del self._entries[index:]
                break
        if entry.text:
            self._entries.append(entry)


def _ends(entry: _Entry, above: _Entry) -> bool:
    if _LEAF.match(above.text):
        return True
    if entry.depth and above.depth:
        return above.depth >= entry.depth
    return above.level >= entry.level
