"""Texts of ruled tables: the words in each drawn cell, headings and labels repeated over what their cells span."""

from __future__ import annotations

from collections.abc import Container, Sequence
from itertools import groupby

from loaders.geometry import centre
from loaders.pdf.ruled import RuledCell, RuledGrid
from loaders.pdf.text_layer import Line
from loaders.text.bands import is_value
from loaders.text.line_joining import join_lines
from loaders.text.stacked_headers import Extent, columns_under
from loaders.text.tables import EMPTY_CELL
from loaders.types import Word

MIN_SHARE = 0.7
"""Share of the layout model's rows and columns that drawn lines must divide: fewer, and they enclose whole sections."""

MAX_OUTSIDE = 0.1
"""Share of a table's words that may lie outside of all drawn cells; they join the nearest one."""

_INDENT = 3.0  # points by which labels under a band are indented

_SPACE = 0.6  # of the text size: words of one phrase are closer than this, columns further apart
_SPACE_OF_TYPEWRITERS = 0.9  # the same in fixed-width print: a space has 0.6, two have 1.2

Piece = tuple[float, str]
"""The height of a text on the page, and the text."""


def cell_text(pieces: Sequence[Piece], known: Container[str]) -> str:
    """Return the text of a cell, line by line from the top."""
    lines: dict[float, list[str]] = {}
    for y, text in sorted(pieces, key=lambda item: item[0]):
        near = next((line for line in lines if abs(line - y) < 2), y)
        lines.setdefault(near, []).append(text)
    return join_lines([" ".join(parts) for parts in lines.values()], known)


def ruled_rows(
    grid: RuledGrid, lines: Sequence[Line], shape: tuple[int, int], known: Container[str]
) -> list[list[str]] | None:
    """Return the texts of a ruled table, its header in one row; None if the lines do not divide all of its cells.

    `shape` is the number of rows and columns that the layout model found. Drawn empty cells of a row that does not look
    like a band are marked as empty (`EMPTY_CELL`).
    """
    if len(grid.ys) - 1 < MIN_SHARE * shape[0] or len(grid.xs) - 1 < MIN_SHARE * shape[1]:
        return None
    over = [line for line in lines if all(centre(word.box)[1] < grid.ys[0] for word in line.words)]
    headings = _headings_over(grid, over[-1], [line for line in lines if line not in over]) if over else {}
    if not fill(grid, [line for line in lines if line is not over[-1]] if headings else lines):
        return None
    table = _Texts(grid, known)
    title = [table.rows[0]] if table.is_title else []
    first = len(title)
    depth = table.header_depth(first)
    names = [table.heading(column, first, depth) for column in range(table.width)]
    header = [" ".join(filter(None, (headings.get(column), name))) for column, name in enumerate(names)]
    body = [table.body_row(row) for row in range(depth, table.height)]
    starts = table.left_edges(depth)
    marked = [
        [*row[:1], EMPTY_CELL, *row[2:]] if table.is_blank(index, row, body, starts, depth) else row
        for index, row in enumerate(body)
    ]
    return [*title, header, *marked]


def phrases(line: Line, cuts: Sequence[float] = ()) -> list[list[Word]]:
    """Cut a printed line at gaps that are wider than a space, and between the words beside a place in `cuts`."""
    found: list[list[Word]] = []
    space = (_SPACE_OF_TYPEWRITERS if line.mono else _SPACE) * line.size
    for word in line.words:
        end = found[-1][-1].box.x1 if found else 0.0
        wide = word.box.x0 - end > space or any(end <= cut <= word.box.x0 for cut in cuts)
        if found and line.upright and wide:
            found.append([])
        if not found:
            found.append([])
        found[-1].append(word)
    return found


def _headings_over(grid: RuledGrid, line: Line, below: Sequence[Line]) -> dict[int, str]:
    """Return by column the headings of a line over the uppermost drawn one, where they span columns; else none."""
    columns: dict[int, Extent] = {}
    names: dict[int, str] = {}
    for number, other in enumerate(below):
        for phrase in phrases(other):
            left, right = phrase[0].box.x0, phrase[-1].box.x1
            column = grid.column_at((left + right) / 2)
            old = columns.get(column, Extent(left, right))
            columns[column] = Extent(min(old.left, left), max(old.right, right))
            if number == 0:
                names[column] = " ".join(word.text for word in phrase)
    used = sorted(columns)
    parts = phrases(line)
    extents = [Extent(part[0].box.x0, part[-1].box.x1) for part in parts]
    ordinals = {used.index(column): name for column, name in names.items()}
    runs = columns_under(extents, ordinals, [columns[column] for column in used]) or []
    texts = [" ".join(word.text for word in part) for part in parts]
    return {used[index]: text for run, text in zip(runs, texts, strict=False) for index in run}


def fill(grid: RuledGrid, lines: Sequence[Line]) -> bool:
    """Put the words into their cells; return whether nearly all of them are in one."""
    inside = outside = 0
    for line in lines:
        placed = [(grid.cell_at(*centre(word.box)), word) for word in line.words]
        for key, group in groupby(placed, key=lambda pair: id(pair[0])):
            words = [word for _, word in group]
            cell = next(cell for cell, _ in placed if id(cell) == key)
            if cell is None:
                outside += len(words)
                cell = grid.nearest(*centre(words[0].box))
            inside += len(words)
            y = sum(centre(word.box)[1] for word in words) / len(words)
            cell.pieces.append((y, " ".join(word.text for word in words)))
            cell.left = min(cell.left, words[0].box.x0)
            cell.bold = cell.bold and line.bold
    return outside <= MAX_OUTSIDE * inside


class _Texts:
    """The texts of a filled grid, row by row."""

    def __init__(self, grid: RuledGrid, known: Container[str]) -> None:
        texts = {id(cell): cell_text(cell.pieces, known) for cell in grid.cells.values()}
        self.width = len(grid.xs) - 1
        filled = [
            row
            for row in range(len(grid.ys) - 1)
            if any(texts[id(grid.cells[row, column])] for column in range(self.width))
        ]
        self.cells = [[grid.cells[row, column] for column in range(self.width)] for row in filled]
        self._place = filled
        self._texts = texts
        self.height = len(filled)
        self.rows = [self.body_row(row) for row in range(self.height)]

    def text(self, cell: RuledCell) -> str:
        """Return the text of a cell."""
        return self._texts[id(cell)]

    @property
    def is_title(self) -> bool:
        """Whether the first row is one cell over the whole table, with a header under it."""
        return self.height > 2 and len(self.cells[0][0].columns) == self.width and not self._has_values(1)

    def header_depth(self, first: int) -> int:
        """Return the row after the header, which continues under headings over columns and beside those over rows."""
        depth = first + 1
        row = first
        while row < depth < self.height - 1:
            for cell in self.cells[row]:
                ends = sum(place < cell.rows.stop for place in self._place)
                depth = max(depth, min(ends, self.height - 1)) if len(cell.columns) < self.width else depth
            if row == depth - 1 and self._spans(row) and self._is_second(row + 1):
                depth += 1
            row += 1
        return depth

    def _spans(self, row: int) -> bool:
        return any(1 < len(cell.columns) < self.width and self.text(cell) for cell in self.cells[row])

    def _is_second(self, row: int) -> bool:
        """Return whether a row continues the header above it: it is empty beside the spanning headings."""
        for column, (cell, above) in enumerate(zip(self.cells[row], self.cells[row - 1], strict=True)):
            beside = len(above.columns) == 1 and cell is not above
            if beside and self.text(cell) and (self.text(above) or column > 0):
                return False
        return not self._has_values(row)

    def _has_values(self, row: int) -> bool:
        texts = [self.text(cell) for cell in self.cells[row][1:] if self.text(cell)]
        return any(is_value(text) for text in texts)

    def heading(self, column: int, first: int, depth: int) -> str:
        """Return the words of all header rows over a column."""
        texts = [self.text(self.cells[row][column]) for row in range(first, depth)]
        return " ".join(dict.fromkeys(text for text in texts if text))

    def body_row(self, row: int) -> list[str]:
        """Return the texts of a row: a cell over several columns is in its first, a lone one in that of labels."""
        cells = self.cells[row]
        texts = [self.text(cell) if cell.columns.start == x else "" for x, cell in enumerate(cells)]
        filled = [x for x, text in enumerate(texts) if text]
        if len(filled) == 1 and filled[0] and len(cells[filled[0]].columns) > 1:
            return [texts[filled[0]], *[""] * (self.width - 1)]
        return texts

    def left_edges(self, depth: int) -> list[float]:
        """Return the left edge of the label of each body row."""
        return [self.cells[row][0].left for row in range(depth, self.height)]

    def is_blank(
        self, index: int, row: Sequence[str], body: Sequence[Sequence[str]], starts: Sequence[float], depth: int
    ) -> bool:
        """Return whether a row with a label alone has empty cells, and is not the name of the rows under it."""
        if self.width < 2 or not row[0] or any(row[1:]) or len(self.cells[depth + index][0].columns) > 1:
            return False
        with_values = [at for at, other in enumerate(body) if any(other[1:])]
        bold = sum(self.cells[depth + at][0].bold for at in with_values)
        if self.cells[depth + index][0].bold and 2 * bold < len(with_values):
            return False
        after = next((at for at in with_values if at > index), None)
        if after is not None and starts[after] > starts[index] + _INDENT:
            return False
        labels = [body[at][0] for at in with_values]
        return len(set(labels)) > 0.75 * len(labels)  # the same species under each port
