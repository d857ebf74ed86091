"""Radio buttons of a scan: small drawn rings of one size beside print, and which of a group has a mark in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from loaders.geometry import bounding_box, centre, contains
from loaders.ocr.ink import Ink
from loaders.ocr.lines import OcrLine
from loaders.ocr.tick_boxes import characters, with_labelled, without_characters
from loaders.pdf.forms import CHECK_BOX, RADIO, Widget
from loaders.types import Box

Image = NDArray[np.uint8]

UNCLEAR = "not clear which is chosen"
_STATE = re.compile(r"none chosen \(of|[^:?]*\(chosen of")
_UNTITLED = re.compile(rf"(?:[^:?]* \(chosen of|none chosen|{UNCLEAR})")
_LOST = re.compile(r"(?<![^\s(?])[O0o○●◯◉@©®⊙⊗](?=\s|[A-Z][a-z])")  # a ring read as a letter, in a label

_SIDE = (0.45, 1.15)  # of a line's height: rings of 0.6-1.5 times the text size
_SKEW = 1.2  # longest side by shortest: a zero has 1.4 and more
_SMALLEST = 7  # pixels: in smaller rings a mark cannot be seen
_UNLIKE = 0.14  # of an ellipse's area: most difference of the outline from it; rings 0.03-0.1, letters D, U, B 0.2
_AROUND, _CLOSED = 32, 0.93  # directions in which a ring is checked; least share that it crosses: C, G and e have a gap
_INSIDE = 0.45  # of the radius within which a mark is searched for
_EMPTY, _MARKED = 0.1, 0.25  # share of ink there: rings have 0.0-0.05, dots and crosses 0.5 and more
_FULL = 0.88  # share of ink in the whole ellipse from which it is a disc
_ALIKE = 0.2  # of a ring's size: difference of those of one group
_ASIDE = 0.1  # of a line's height at the left and right that is empty: letters of a word are nearer
_AFTER = 0.2  # of a ring's width before its label
_WIDE = 0.5  # of a line's height at one side that is empty: spaces of prose have 0.2-0.3
_LABEL = 1.3  # of a line's height: most distance of a label from its ring
_TITLE = 25.0  # of a line's height: most distance of a question from its buttons
_ROW, _COLUMN, _NEXT = 0.4, 0.5, 2.5  # of a line's height: difference in a row, in a column, to the next row
_LEAST_EMPTY = 2  # on a page with discs: one ring and one disc are a legend
_SPECKS = 0.03  # share of ink beside a ring that is dirt
_ODD, _FAR = (0.7, 1.6), 12.0  # of a ring's width: a mark that may be the chosen one; line heights beside the rings
_MAX_RINGS = 200
_SIGNS = "OoQ0GCce86Xx"  # letters and digits that a ring, with or without a mark, is taken for
_REACH = 0.35  # of a ring's width: most distance outside of it at which its sign may be placed


class _Ring(NamedTuple):
    box: Box
    on: bool | None
    """Whether it is chosen; None if that is not clear."""
    full: bool


def with_round_buttons(lines: Sequence[OcrLine], ink: Ink) -> tuple[list[OcrLine], list[OcrLine]]:
    """Return the lines without radio buttons and their labels, and a line for each group: "Yes (chosen of Yes, No)".

    Rings are bullets, letters or points of a chart unless two or more of one size, each with a label, are in a row, or
    in a column in which one has a mark.
    """
    groups = [group for group in _groups(_rings(ink), lines, ink.size) if _is_choice(group, ink.size)]
    if sum(ring.on is False for group in groups for ring in group) < _LEAST_EMPTY:
        groups = [group for group in groups if not any(ring.full for ring in group)]
    groups = [group for group in groups if _are_labelled(group, _bare(lines, group), ink.size)]
    if not groups:
        return list(lines), []
    bare = _bare(lines, [ring for group in groups for ring in group])
    widgets, unclear = [], list[Box]()
    for number, group in enumerate(groups):
        kind = CHECK_BOX if sum(bool(ring.on) for ring in group) > 1 else RADIO
        if any(ring.on is None for ring in group) or (kind == RADIO and _has_odd_mark(group, ink)):
            unclear += [ring.box for ring in group] if kind == CHECK_BOX else [group[0].box]
        widgets += [Widget(kind, str(number), ring.box, "", bool(ring.on), "", ()) for ring in group]
    found = with_labelled(bare, widgets, ink)
    if found is None:
        return list(lines), []
    return _with_far_titles(found[0], [_with_doubt(each, unclear) for each in found[1]], ink)


def _has_odd_mark(group: Sequence[_Ring], ink: Ink) -> bool:
    """Return whether no ring of a group is chosen, and an isolated shape as large is in a row of it."""
    if any(ring.on for ring in group):
        return False
    side = group[0].box.x1 - group[0].box.x0
    left, right = min(ring.box.x0 for ring in group), max(ring.box.x1 for ring in group)

    def is_odd(box: Box) -> bool:
        sides = sorted((box.x1 - box.x0, box.y1 - box.y0))
        in_row = any(abs(centre(box)[1] - centre(ring.box)[1]) < _ROW * ink.size for ring in group)
        near = left - _FAR * ink.size < box.x0 < right + _FAR * ink.size
        return near and in_row and _ODD[0] * side <= sides[0] and sides[1] <= _ODD[1] * side and _is_apart(box, ink)

    return any(is_odd(box) for box in ink.shapes if not any(contains(ring.box, centre(box)) for ring in group))


def _with_doubt(field: OcrLine, unclear: Sequence[Box]) -> OcrLine:
    """Return a group's line, with a remark if it is not clear which button is chosen."""
    if not _LOST.search(field.text) and not any(contains(field.box, centre(box)) for box in unclear):
        return field
    if field.text.endswith("ticked)"):
        return replace(field, text=f"{field.text.rpartition(': ')[0]}: {UNCLEAR}")
    return replace(field, text=_STATE.sub(f" {UNCLEAR} (of", field.text).strip().replace("  ", " "))


def _with_far_titles(
    lines: Sequence[OcrLine], fields: Sequence[OcrLine], ink: Ink
) -> tuple[list[OcrLine], list[OcrLine]]:
    """Return the lines, and the groups with the questions in their row further to the left."""
    left, named = list(lines), list[OcrLine]()
    for field in fields:
        before = [line for line in left if abs(line.middle - field.middle) < _ROW * ink.size
                  and 0 < field.box.x0 - line.box.x1 < _TITLE * ink.size]  # fmt: skip
        if before and _UNTITLED.match(field.text):
            title = max(before, key=lambda line: line.box.x1)
            left = [line for line in left if line is not title]
            box = bounding_box((title.box, field.box))
            text = title.text if title.text.endswith(("?", "!")) else f"{title.text.rstrip(':.…_ ')}:"
            field = OcrLine(f"{text} {field.text}", 1.0, ink.on_page(box), box)
        named.append(field)
    return left, named


def _rings(ink: Ink) -> list[_Ring]:
    """Return the round frames and discs that touch no other ink."""
    low, high = max(_SMALLEST, _SIDE[0] * ink.size), _SIDE[1] * ink.size
    labels, stats = ink.components
    found = []
    for index, (x, y, w, h, _) in enumerate(stats):
        if index == 0 or not (low <= min(w, h) and max(w, h) <= min(high, _SKEW * min(w, h) + 1)):
            continue
        box = Box(x, y, x + w, y + h)
        if not _is_apart(box, ink) or not _is_round(labels[y : y + h, x : x + w] == index):
            continue
        part = ink.mask[y : y + h, x : x + w].astype(bool)
        share = float(part[_ellipse(h, w, _INSIDE)].mean())
        full = float(part[_ellipse(h, w, 1.0)].mean()) > _FULL
        found.append(_Ring(box, True if share > _MARKED else False if share < _EMPTY else None, full))
    return found if len(found) <= _MAX_RINGS else []


def _is_apart(box: Box, ink: Ink) -> bool:
    """Return whether a ring has free space at its left and right, and wide free space on one side."""
    near, wide = _ASIDE * ink.size, _WIDE * ink.size

    def bare(x0: float, x1: float) -> bool:
        return ink.share(Box(x0, box.y0, x1, box.y1)) < _SPECKS

    if not bare(box.x0 - near, box.x0) or not bare(box.x1, box.x1 + max(near, _AFTER * (box.x1 - box.x0))):
        return False
    return bare(box.x0 - wide, box.x0) or bare(box.x1, box.x1 + wide)


def _is_round(part: NDArray[np.bool_]) -> bool:
    """Return whether a shape is a closed ring or a disc: its outline is an ellipse, and it is inked all around."""
    height, width = part.shape
    left = np.asarray(np.argmax(part, axis=1))
    right = width - np.asarray(np.argmax(part[:, ::-1], axis=1))
    columns = np.arange(width)
    outline = (columns >= left[:, None]) & (columns < right[:, None]) & np.asarray(part.any(axis=1))[:, None]
    whole = _ellipse(height, width, 1.0)
    if np.count_nonzero(outline != whole) > _UNLIKE * np.count_nonzero(whole):
        return False
    angles = np.linspace(0, 2 * np.pi, _AROUND, endpoint=False)
    seen = np.zeros(_AROUND, bool)
    for radius in np.linspace(0.68, 1.0, 6):
        xs = np.clip((width - 1) / 2 * (1 + radius * np.cos(angles)), 0, width - 1).round().astype(int)
        ys = np.clip((height - 1) / 2 * (1 + radius * np.sin(angles)), 0, height - 1).round().astype(int)
        seen |= part[ys, xs]
    return bool(seen.mean() >= _CLOSED)


def _ellipse(height: int, width: int, radius: float) -> NDArray[np.bool_]:
    """Return a mask of the ellipse that fills a picture, scaled to a share of its radius."""
    ys, xs = np.mgrid[:height, :width]
    off = ((xs - (width - 1) / 2) / (width / 2)) ** 2 + ((ys - (height - 1) / 2) / (height / 2)) ** 2
    return np.asarray(off <= radius**2)


def _groups(rings: Sequence[_Ring], lines: Sequence[OcrLine], size: float) -> list[list[_Ring]]:
    """Return the rings of each question: those of a row, and of rows below that begin at the same place."""
    rows = list[list[_Ring]]()
    for ring in sorted(rings, key=lambda each: each.box.y0 + each.box.y1):
        if rows and abs(centre(rows[-1][0].box)[1] - centre(ring.box)[1]) < _ROW * size and _alike(rows[-1][0], ring):
            rows[-1].append(ring)
        else:
            rows.append([ring])
    groups = list[list[_Ring]]()
    last: _Ring | None = None  # the first of the row above
    for row in ([ring for ring in sorted(row) if _has_label(ring, row, lines, size)] for row in rows):
        if not row:
            continue
        if last and _continues(last, row[0], lines, size):
            groups[-1] += row
        else:
            groups.append(row)
        last = row[0]
    return groups


def _continues(above: _Ring, first: _Ring, lines: Sequence[OcrLine], size: float) -> bool:
    """Return whether a row belongs to the question of the row above: aligned, close, no print before or between."""
    if not _alike(above, first) or abs(above.box.x0 - first.box.x0) > _COLUMN * size:
        return False
    top, bottom = centre(above.box)[1], centre(first.box)[1]
    if bottom - top > _NEXT * size:
        return False
    return not any(
        top + _ROW * size < line.middle < bottom + _ROW * size and line.box.x0 < first.box.x0 - 0.3 * size
        for line in lines
    ) and not any(
        top + _ROW * size < line.middle < bottom - _ROW * size and line.box.x0 < first.box.x1 for line in lines
    )


def _alike(one: _Ring, other: _Ring) -> bool:
    side, beside = one.box.x1 - one.box.x0, other.box.x1 - other.box.x0
    return abs(side - beside) <= max(2.0, _ALIKE * max(side, beside))


def _has_label(ring: _Ring, row: Sequence[_Ring], lines: Sequence[OcrLine], size: float) -> bool:
    """Return whether there is a word at the right of a ring, before the next one."""
    _, y0, x1, y1 = ring.box
    after = min((other.box.x0 for other in row if other.box.x0 > x1), default=1e9)
    return any(
        x1 < x < min(after, x1 + _LABEL * size)
        for line in lines
        if line.box.y0 < (y0 + y1) / 2 < line.box.y1
        for _, x in characters(line)
    )


def _is_choice(group: Sequence[_Ring], size: float) -> bool:
    """Return whether rings are radio buttons: at least one is empty, and one has a mark or two are in a row."""
    empty = [ring for ring in group if ring.on is False]
    marked = [ring for ring in group if ring.on]
    if not empty or len(group) < 2:
        return False
    rows = {round(centre(ring.box)[1] / (_ROW * size)) for ring in group}
    if not marked:
        return len(rows) < len(group)
    return True


def _are_labelled(group: Sequence[_Ring], bare: Sequence[OcrLine], size: float) -> bool:
    """Return whether a word begins at the right of each ring: otherwise labels would go to the wrong rings."""
    words = [word.box for line in bare for word in line.level_words]
    return all(
        any(
            -0.15 * size < word.x0 - ring.box.x1 < _LABEL * size and word.y0 < centre(ring.box)[1] < word.y1
            for word in words
        )
        for ring in group
    )


def _bare(lines: Sequence[OcrLine], rings: Sequence[_Ring]) -> list[OcrLine]:
    return [line for line in (_without(line, rings) for line in lines) if line.text]


def _without(line: OcrLine, rings: Sequence[_Ring]) -> OcrLine:
    """Return a line without the signs as which rings were read."""
    own = [ring.box for ring in rings if line.box.y0 < centre(ring.box)[1] < line.box.y1]
    if not own:
        return line
    inside = []
    for char, x in characters(line):
        near = any(abs(x - centre(box)[0]) < (0.5 + _REACH) * (box.x1 - box.x0) for box in own)
        inside.append(near and (not char.isalnum() or char in _SIGNS))
    first = next((x for (_, x), sign in zip(characters(line), inside, strict=True) if not sign), line.box.x1)
    first = max(first, line.box.x0 + 0.5 * line.height)  # of a short line the places may be off
    starts = [box for box in own if centre(box)[0] < first]
    return without_characters(line, inside, own, max([line.box.x0, *(box.x1 for box in starts)]))
