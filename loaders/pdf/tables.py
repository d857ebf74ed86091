"""Tables of the text layer: from a grid of boxes and the words in it to a Markdown table."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence

from loaders.geometry import centre
from loaders.pdf.text_layer import Line
from loaders.text.line_joining import join_lines
from loaders.types import Box, Word

Grid = Sequence[Sequence[Box]]

_NUMBER = re.compile(r"[(\-–—+$€£]*\d[\d.,]*[%)*†]*|[-–—]+|n/?a", re.IGNORECASE)
_SPACE = 0.6  # of the text size: words of one phrase stand closer than this, columns further apart
_TORN = 0.12  # share of a word that must lie on either side of a column line before the line counts as cutting it


def table_text(cells: Grid, rows: Sequence[Line], known: Container[str]) -> str:
    """Return a Markdown pipe table; words are assigned to cells by their centres, so that none is split or lost.

    A heading that runs over several columns ("AIME 2024" over pass@1 and cons@64) is repeated in each of them.
    """
    tops = [row[0].y0 for row in cells]
    lefts = [cell.x0 for cell in cells[0]]
    grid: list[list[list[tuple[float, str]]]] = [[[] for _ in lefts] for _ in tops]
    spans: list[tuple[int, range, float, str]] = []
    for line in rows:
        for phrase in _phrases(line):
            y = sum(centre(word.box)[1] for word in phrase) / len(phrase)
            row = _slot(tops, y)
            if line.upright and (columns := _torn_columns(phrase, lefts)):
                spans.append((row, columns, y, " ".join(word.text for word in phrase)))
                continue
            for column, words in _by_column(phrase, lefts):
                grid[row][column].append((y, " ".join(words)))
    for row, columns, y, text in spans:
        for column in columns[:1] if _is_numeric(grid[row]) else columns:
            grid[row][column].append((y, text))
    return markdown_table([[_cell_text(cell, known) for cell in row] for row in grid])


def markdown_table(rows: Sequence[Sequence[str]]) -> str:
    """Return rows of cell texts as a pipe table; the first row is its header. Columns without any text are dropped."""
    used = [index for index in range(len(rows[0])) if any(row[index] for row in rows)]
    lines = ["|" + "|".join(row[index].replace("|", "\\|") for index in used) + "|" for row in rows if any(row)]
    return "\n".join([*lines[:1], "|" + "---|" * len(used), *lines[1:]])


def _phrases(line: Line) -> list[list[Word]]:
    """Cut a printed line at gaps that are wider than a space."""
    phrases: list[list[Word]] = []
    for word in line.words:
        if phrases and line.upright and word.box.x0 - phrases[-1][-1].box.x1 > _SPACE * line.size:
            phrases.append([])
        if not phrases:
            phrases.append([])
        phrases[-1].append(word)
    return phrases


def _torn_columns(phrase: Sequence[Word], lefts: Sequence[float]) -> range | None:
    """Return the columns that a phrase covers if a column line cuts through one of its words."""
    for word in phrase:
        slack = _TORN * (word.box.x1 - word.box.x0)
        if any(word.box.x0 + slack < left < word.box.x1 - slack for left in lefts):
            return range(_slot(lefts, phrase[0].box.x0), _slot(lefts, phrase[-1].box.x1 - slack) + 1)
    return None


def _by_column(phrase: Sequence[Word], lefts: Sequence[float]) -> list[tuple[int, list[str]]]:
    placed: dict[int, list[str]] = {}
    for word in phrase:
        placed.setdefault(_slot(lefts, centre(word.box)[0]), []).append(word.text)
    return list(placed.items())


def _slot(starts: Sequence[float], value: float) -> int:
    """Return the index of the last start at or before `value`; 0 if `value` is before all of them."""
    return max((index for index, start in enumerate(starts) if start <= value), default=0)


def _is_numeric(row: Sequence[Sequence[tuple[float, str]]]) -> bool:
    """Return whether most cells after the label are numbers: then a long label in the row is not a heading."""
    texts = [" ".join(text for _, text in cell) for cell in row[1:] if cell]
    return bool(texts) and 2 * sum(bool(_NUMBER.fullmatch(text)) for text in texts) > len(texts)


def _cell_text(cell: Sequence[tuple[float, str]], known: Container[str]) -> str:
    lines: dict[float, list[str]] = {}
    for y, text in sorted(cell, key=lambda item: item[0]):
        near = next((line for line in lines if abs(line - y) < 2), y)
        lines.setdefault(near, []).append(text)
    return join_lines([" ".join(parts) for parts in lines.values()], known)
