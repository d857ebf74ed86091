"""Labels of several rows in a scanned table: a name in the first column, and the rows between two drawn lines."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from loaders.geometry import bounding_box
from loaders.ocr.ink import Ink
from loaders.ocr.lines import OcrLine
from loaders.ocr.table_cells import columns_of
from loaders.text.numbers import is_value
from loaders.types import Box

Rows = Sequence[Sequence[OcrLine]]

_ACROSS = 0.6  # of the table's width: a line that divides all its columns
_MIN_ROWS = 3  # cells of a row without its group's label: the label of the row, and values
_ALIGNED = 0.3  # of a line's height: edges that are one; the recogniser gives them 0.1-0.2 apart
_CENTRED = 0.75  # of the distance of rows: most distance of a label from the middle of its rows, or from the first one


def with_group_labels(rows: Rows, ink: Ink) -> Rows:
    """Return the rows of a table, each with the label that it shares with others between the same two drawn lines.

    The position of a label in the middle of its rows does not show which rows it applies to; the lines do.
    """
    rows = _parted(rows)
    parts = _sections(rows, ink)
    if len(parts) < 3 or (right := _labels_end(rows)) is None:
        return rows
    done: list[Sequence[OcrLine]] = list(parts[0])
    shared = 0
    for part in parts[1:]:
        labels = [line for row in part for line in row if _ends_before(line, right)]
        bare = [row for row in ([line for line in row if line not in labels] for row in part) if row]
        if not labels:
            done += bare
            continue
        if not _is_shared(labels, bare):
            return rows
        shared += len(bare) > 1
        box = bounding_box(line.box for line in labels)
        text = " ".join(line.text for line in labels)
        for row in bare:
            place = Box(box.x0, row[0].box.y0, box.x1, row[0].box.y1)
            done.append([replace(labels[0], text=text, box=place, places=()), *row])
    return done if shared else rows


def _parted(rows: Rows) -> Rows:
    """Split lines that have the labels of a group and of a row, where a word begins at the row labels' left edge."""
    columns = columns_of(rows)
    if len(columns) < _MIN_ROWS:
        return rows
    heads = [row[at] for row in rows for at in range(min(2, len(row)))]
    left = columns[1][0]
    aligned = sum(abs(line.box.x0 - left) < _ALIGNED * line.height for line in heads)
    return [_part(row, left) for row in rows] if aligned > len(rows) / 2 else rows


def _part(row: Sequence[OcrLine], left: float) -> Sequence[OcrLine]:
    first, words = row[0], row[0].level_words
    start = next((at for at in range(1, len(words)) if abs(words[at].box.x0 - left) < 2 * _ALIGNED * first.height), 0)
    if not start or first.box.x0 > left - first.height or (len(row) > 1 and row[1].box.x0 < left + first.height):
        return row
    cut = words[start].box.x0
    ends = Box(first.box.x0, first.box.y0, words[start - 1].box.x1, first.box.y1), first.box._replace(x0=cut)
    texts = " ".join(word.text for word in words[:start]), " ".join(word.text for word in words[start:])
    return [*(replace(first, text=text, box=box, places=()) for text, box in zip(texts, ends, strict=True)), *row[1:]]


def _ends_before(line: OcrLine, right: float) -> bool:
    """Return whether a line ends before a border; the recogniser's boxes are wide."""
    return (line.box.x0 + line.box.x1) / 2 < right and line.box.x1 <= right + _ALIGNED * line.height


def _sections(rows: Rows, ink: Ink) -> list[list[Sequence[OcrLine]]]:
    """Return the rows between the drawn lines that reach over most of the table."""
    around = bounding_box(line.box for row in rows for line in row)
    ys = sorted(
        y for y, x0, x1 in ink.rules.horizontal
        if min(x1, around.x1) - max(x0, around.x0) > _ACROSS * (around.x1 - around.x0)
    )  # fmt: skip
    parts: dict[int, list[Sequence[OcrLine]]] = {}
    for row in rows:
        parts.setdefault(bisect_right(ys, row[0].middle), []).append(row)
    return [parts[key] for key in sorted(parts)]


def _labels_end(rows: Rows) -> float | None:
    """Return the right edge of the column of shared labels: the first, if it is words and empty in most rows."""
    columns = columns_of(rows)
    if len(columns) < _MIN_ROWS:
        return None
    right = (columns[0][1] + columns[1][0]) / 2
    labels = [line for row in rows[1:] for line in row if _ends_before(line, right)]
    full = [row for row in rows[1:] if len([line for line in row if not _ends_before(line, right)]) >= _MIN_ROWS - 1]
    if not labels or 2 * len(labels) > len(full) or any(is_value(line.text) for line in labels):
        return None
    return right


def _is_shared(labels: Sequence[OcrLine], rows: Rows) -> bool:
    """Return whether labels are lines of one label, in the middle of rows or at the first of them."""
    if not rows or any(len(row) < _MIN_ROWS - 1 for row in rows):
        return False
    middles = [row[0].middle for row in rows]
    pitch = (middles[-1] - middles[0]) / max(1, len(rows) - 1) or labels[0].height
    spread = max(line.middle for line in labels) - min(line.middle for line in labels)
    middle = sum(line.middle for line in labels) / len(labels)
    near = min(abs(middle - (middles[0] + middles[-1]) / 2), abs(labels[0].middle - middles[0]))
    return near < _CENTRED * pitch and spread < 1.5 * labels[0].height * (len(labels) - 1) + 1
