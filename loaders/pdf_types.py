"""What a PDF page holds, as plain values: the seam between the PDF library and the layout code.

Units are points of the page as it is shown (rotation undone), origin top left.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from loaders.types import Box, Word


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the text layer: its words from left to right, and how it is set."""

    words: tuple[Word, ...]
    block: int
    size: float
    upright: bool
    mono: bool


@dataclass(frozen=True, slots=True)
class TextLayer:
    """Everything a page's content stream says, without any layout analysis.

    `drawings` are the boxes of what is drawn in lines and areas; `math` counts the characters in mathematical fonts.
    """

    width: float
    height: float
    lines: tuple[Line, ...]
    images: tuple[Box, ...]
    drawings: tuple[Box, ...] = ()
    math: int = 0

    @property
    def words(self) -> list[Word]:
        """All words in the order of the content stream."""
        return [word for line in self.lines for word in line.words]

    @property
    def text(self) -> str:
        """All lines, one under the other."""
        return "\n".join(" ".join(word.text for word in line.words) for line in self.lines)


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the page with a role, in reading order; `cells` is the grid of a table, rows of boxes."""

    role: str
    box: Box
    cells: tuple[tuple[Box, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the neighbouring pages teach: words seen inside lines, and the size of the running text in points."""

    known: frozenset[str] = field(default_factory=frozenset)
    body_size: float = 0.0
