"""Units of a diagram: the text of each frame with its title, the texts beside them, and the arrows as "A -> B"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from loaders.diagrams.frames import find_arrows, find_frames
from loaders.geometry import area, bounding_box, centre, contains
from loaders.text.line_joining import join_lines
from loaders.types import Box

MIN_FRAMES = 2
"""Fewest frames with text in a diagram; a single one is a note beside a picture."""
MIN_PAGE_FRAMES = 3
"""The same for a whole scanned page, where two frames are boxes beside the text."""
MAX_WORDS = 60
"""Words of the longest text in a frame: a longer one is a page of prose with a border."""
LEAST_WORDS = 1.5
"""Lowest mean number of words in a diagram's frames: bars with values inside, keys and buttons have one."""
_NAME_WORDS = 8  # of a frame's name in the text of an arrow
_ONE_ROW = 0.5  # of the lower line's height: overlap from which two pieces are on one line
_APART = 1.0  # times its height: the distance from which a line below is another unit

Piece = tuple[str, Box]
"""A piece of a line of print, cut at frames, with its box in pixels."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A text of a diagram with the indices of its pieces; `name` is its first line, the title of its box."""

    text: str
    name: str
    pieces: tuple[int, ...]
    box: Box
    framed: bool


@dataclass(frozen=True, slots=True)
class Diagram:
    """The units of a diagram from the top, and its arrows in words."""

    units: tuple[Unit, ...]
    arrows: tuple[str, ...]

    def without_text_around(self) -> Diagram:
        """Return a page's diagram without the page's other text: that outside the frames and not between them."""
        around = bounding_box(unit.box for unit in self.units if unit.framed)
        kept = (unit for unit in self.units if unit.framed or (_is_label(unit) and contains(around, centre(unit.box))))
        return Diagram(tuple(kept), self.arrows)


def read_diagram(pieces: Sequence[Piece], rgb: NDArray[Any], *, least: int = MIN_FRAMES) -> Diagram | None:
    """Return the units and arrows of a picture; None where fewer than `least` frames hold text."""
    frames = find_frames(rgb)
    homes = [_frame_around(box, frames) for _, box in pieces]
    held = {home: [at for at, other in enumerate(homes) if other == home] for home in homes if home is not None}
    sizes = [_words(pieces, own) for own in held.values()]
    if len(held) < least or max(sizes) > MAX_WORDS or sum(sizes) < LEAST_WORDS * len(sizes):
        return None
    inside = [pieces[at][0] for own in held.values() for at in own]
    if 2 * sum(map(_is_number, inside)) > len(inside):  # a chart that could not be read
        return None
    loose = [at for at, home in enumerate(homes) if home is None]
    around = bounding_box(frames[home] for home in held)
    between = [pieces[at][0] for at in loose if contains(around, centre(pieces[at][1]))]
    if sum(map(_is_number, between)) > len(held):  # rows of a table whose bands are shaded
        return None
    units = {home: _unit(pieces, own, framed=True) for home, own in held.items()}
    found = [*units.values(), *(_unit(pieces, own, framed=False) for own in _clusters(pieces, loose))]
    arrows = find_arrows(rgb, frames, [box for _, box in pieces])
    texts = [f"{units[a].name} -> {units[b].name}" for a, b in arrows if a in units and b in units]
    return Diagram(tuple(_in_rows(found)), tuple(texts))


def _in_rows(units: Sequence[Unit]) -> list[Unit]:
    """Return units row by row; those that begin within half the height of the first one are a row."""
    ordered: list[Unit] = []
    row: list[Unit] = []
    for unit in sorted(units, key=lambda unit: unit.box.y0):
        if row and unit.box.y0 > (row[0].box.y0 + row[0].box.y1) / 2:
            ordered += sorted(row, key=lambda each: each.box.x0)
            row = []
        row.append(unit)
    return ordered + sorted(row, key=lambda each: each.box.x0)


def _frame_around(box: Box, frames: Sequence[Box]) -> int | None:
    """Return the smallest frame around a piece."""
    around = [index for index, frame in enumerate(frames) if contains(frame, centre(box))]
    return min(around, key=lambda index: area(frames[index])) if around else None


def _is_number(text: str) -> bool:
    return any(map(str.isdigit, text)) and not any(map(str.isalpha, text))


def _words(pieces: Sequence[Piece], own: Sequence[int]) -> int:
    return sum(any(map(str.isalpha, word)) for at in own for word in pieces[at][0].split())


def _is_label(unit: Unit) -> bool:
    return len(unit.text.split()) <= _NAME_WORDS


def _unit(pieces: Sequence[Piece], own: Sequence[int], *, framed: bool) -> Unit:
    """Return the text of some pieces, read row by row; words at the ends of lines are joined."""
    rows: list[list[int]] = []
    for at in sorted(own, key=lambda at: centre(pieces[at][1])[1]):
        if rows and _on_one_row(pieces[rows[-1][0]][1], pieces[at][1]):
            rows[-1].append(at)
        else:
            rows.append([at])
    rows = [sorted(row, key=lambda at: pieces[at][1].x0) for row in rows]
    lines = [" ".join(pieces[at][0] for at in row) for row in rows]
    text = join_lines(lines, ())
    title = _title(lines, [max(pieces[at][1].y1 - pieces[at][1].y0 for at in row) for row in rows])
    name = title if title else " ".join(text.split()[:_NAME_WORDS])
    ordered = tuple(at for row in rows for at in row)
    return Unit(text, name, ordered, bounding_box(pieces[at][1] for at in ordered), framed)


def _title(lines: Sequence[str], heights: Sequence[float]) -> str:
    """Return the lines with which a box begins that are larger than the rest or in capitals."""
    upper = [line.isupper() for line in lines]
    large = [height > 1.15 * min(heights) for height in heights]
    marks = upper if upper[0] and not all(upper) else large
    count = next((at for at, marked in enumerate(marks) if not marked), 0)
    return join_lines(list(lines[:count]), ())


def _on_one_row(one: Box, other: Box) -> bool:
    shared = min(one.y1, other.y1) - max(one.y0, other.y0)
    return shared > _ONE_ROW * min(one.y1 - one.y0, other.y1 - other.y0)


def _clusters(pieces: Sequence[Piece], loose: Sequence[int]) -> list[list[int]]:
    """Group the pieces outside all frames: those under each other, and those on one line with a space between."""
    groups: list[list[int]] = []
    for at in sorted(loose, key=lambda at: (pieces[at][1].y0, pieces[at][1].x0)):
        near = next((group for group in groups if any(_near(pieces[other][1], pieces[at][1]) for other in group)), None)
        if near is None:
            groups.append([at])
        else:
            near.append(at)
    return groups


def _near(one: Box, other: Box) -> bool:
    height = min(one.y1 - one.y0, other.y1 - other.y0)
    across = min(one.x1, other.x1) - max(one.x0, other.x0)
    down = min(one.y1, other.y1) - max(one.y0, other.y0)
    return (across > 0 and -down < _APART * height) or (down > 0 and -across < _APART * height)
