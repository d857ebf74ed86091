"""Circled answers of a scan: the rings are removed before the print is read again, and the answers marked in words."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from loaders.geometry import bounding_box, centre
from loaders.ocr.ink import Ink
from loaders.ocr.lines import OcrLine
from loaders.ocr.tick_boxes import characters
from loaders.types import Box

Image = NDArray[np.uint8]

CIRCLED = "(circled)"

_HEIGHT, _WIDTH = (0.85, 3.0), (0.85, 14.0)  # of a line's height: rings around a digit to those around five words
_UPRIGHT = 0.7  # width by height at least
_INKED = 0.5  # share of ink in its box at most: rings 0.1-0.4
_HULL = (0.7, 0.87)  # share of its box in its outline: ellipses 0.785, drawn ones 0.74-0.84, frames 0.93 and more
_RIM, _RIM_WIDE = 0.72, 0.82  # of the radius from which ink is taken off; in a wide ring feet of letters are nearer
_WIDE_RING = 1.6  # width by height
_LIGHT = 40  # most grey levels between the background and the lightest pixel in a ring's box: light print has more
_BINS, _CLOSED = 48, 0.85  # directions in which a ring is checked; least share of them that it crosses
_MIDDLE = 0.6  # of the radius within which there must be print
_PRINT = 0.04  # share of ink there at least
_BESIDE = 9.0  # of a line's height: most distance of other print of the row
_FAR = 14.0  # of a line's height between the question and its answers
_PITCH = 1.15  # of a line's height: lines of prose are 0.9-1.1 apart
_MAX_RINGS = 40


class Ring(NamedTuple):
    """A drawn ring: its place without the page's skew, and its pixels there."""

    box: Box
    rim: NDArray[np.bool_]


def find_rings(lines: Sequence[OcrLine], image: Image, ink: Ink) -> list[Ring]:
    """Return the rings around words in a row of print; a number in a ring before its row is that of a list."""
    labels, stats = ink.components
    size, found = ink.size, list[Ring]()
    for index, (x, y, w, h, area) in enumerate(stats):
        fits = _HEIGHT[0] * size <= h <= _HEIGHT[1] * size and _WIDTH[0] * size <= w <= _WIDTH[1] * size
        if index == 0 or not fits or w < _UPRIGHT * h or area > _INKED * w * h:
            continue
        part = labels[y : y + h, x : x + w] == index
        rim = _rim(part)
        box = Box(x, y, x + w, y + h)
        if (
            rim is not None
            and _is_around_print(box, part, ink)
            and _is_choice(box, lines, size)
            and _is_dark(box, image, ink)
        ):
            found.append(Ring(box, rim))
    return found if len(found) <= _MAX_RINGS else []


def _rim(part: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
    """Return the pixels of a shape that are a ring's, None if it is no ring."""
    height, width = part.shape
    ys, xs = np.nonzero(part)
    hull = cv2.contourArea(cv2.convexHull(np.stack([xs, ys], 1).astype(np.int32))) / ((width - 1) * (height - 1))
    if not _HULL[0] <= hull <= _HULL[1]:
        return None
    across, down = (xs - (width - 1) / 2) / (width / 2), (ys - (height - 1) / 2) / (height / 2)
    outer = np.hypot(across, down) >= _RIM
    bins = ((np.arctan2(down, across)[outer] + np.pi) / (2 * np.pi) * _BINS).astype(int) % _BINS
    if len(np.unique(bins)) < _CLOSED * _BINS:
        return None
    taken = np.hypot(across, down) >= (_RIM_WIDE if width > _WIDE_RING * height else _RIM)
    rim = np.zeros_like(part)
    rim[ys[taken], xs[taken]] = True
    return rim


def _is_around_print(box: Box, part: NDArray[np.bool_], ink: Ink) -> bool:
    """Return whether there is other ink in the middle of a ring: a letter O has none."""
    height, width = part.shape
    ys, xs = np.mgrid[:height, :width]
    off = np.hypot((xs - (width - 1) / 2) / (width / 2), (ys - (height - 1) / 2) / (height / 2))
    x, y = round(box.x0), round(box.y0)
    other = ink.mask[y : y + height, x : x + width].astype(bool) & ~part
    return bool(other[off < _MIDDLE].mean() >= _PRINT)


def _is_dark(box: Box, image: Image, ink: Ink) -> bool:
    """Return whether a ring is darker than the background: the background around light print looks like a ring."""
    place = bounding_box(Box(x, y, x, y) for x, y in ink.on_page(box))
    x0, y0 = max(0, round(place.x0) - 5), max(0, round(place.y0) - 5)
    part = image[y0 : round(place.y1) + 5, x0 : round(place.x1) + 5]
    grey = part.mean(2) if part.ndim == 3 else part
    frame = np.concatenate([grey[:2].ravel(), grey[-2:].ravel(), grey[:, :2].ravel(), grey[:, -2:].ravel()])
    return bool(np.percentile(grey, 95) - np.median(frame) < _LIGHT)


def _is_choice(box: Box, lines: Sequence[OcrLine], size: float) -> bool:
    """Return whether the row has other print before a ring, or after a ring around more than a number."""
    row = [line for line in lines if line.box.y0 < centre(box)[1] < line.box.y1]
    spots = [x for line in row for _, x in characters(line)]
    if any(box.x0 - 3 * _BESIDE * size < x < box.x0 - 2 for x in spots):
        return True
    inside = sum(box.x0 < x < box.x1 for x in spots)
    return inside > 1 and any(box.x1 + 2 < x < box.x1 + _BESIDE * size for x in spots)


def without_rings(image: Image, rings: Sequence[Ring], ink: Ink) -> Image:
    """Return a page's image, skewed as it is, with the paper's colour where rings are drawn."""
    drawn = np.zeros(ink.mask.shape, np.uint8)
    for box, rim in rings:
        x, y = round(box.x0), round(box.y0)
        drawn[y : y + rim.shape[0], x : x + rim.shape[1]] |= rim.astype(np.uint8)
    around = cv2.dilate(drawn, np.ones((5, 5), np.uint8)).astype(bool)
    print_beside = cv2.dilate(ink.mask & ~drawn & 1, np.ones((3, 3), np.uint8)).astype(bool)
    turned = ink.skewed((drawn.astype(bool) | (around & ~print_beside)).astype(np.uint8)).astype(bool)
    clean = image.copy()
    clean[turned] = np.median(image.reshape(-1, *image.shape[2:])[::97], axis=0)
    return clean


def with_circled(lines: Sequence[OcrLine], rings: Sequence[Ring], ink: Ink) -> tuple[list[OcrLine], list[OcrLine]]:
    """Return lines, read without the rings, with `(circled)` after each answer; and the rows of forms separately.

    A row of a form is one line, "Insured? Yes (circled) No", and no row of a table.
    """
    left, rows = [_marked(line, [ring.box for ring in rings]) for line in lines], list[OcrLine]()
    for ring in rings:
        middle = centre(ring.box)[1]
        row = sorted((line for line in left if abs(line.middle - middle) < 0.5 * ink.size), key=lambda each: each.box)
        if not any(CIRCLED in line.text for line in row) or not _is_form(ring.box, row, left, ink):
            continue
        left = [line for line in left if not any(line is other for other in row)]
        box = bounding_box(line.box for line in row)
        rows.append(OcrLine(" ".join(line.text for line in row), 1.0, ink.on_page(box), box))
    return left, rows


def _is_form(ring: Box, row: Sequence[OcrLine], lines: Sequence[OcrLine], ink: Ink) -> bool:
    """Return whether a row is isolated: no print close above or below, no table, no distant column."""
    size, middle = ink.size, centre(ring)[1]
    around = bounding_box(line.box for line in row)
    if any(around.x0 < x < around.x1 and top < middle < bottom for x, top, bottom in ink.rules.vertical):
        return False
    if any(after.box.x0 - before.box.x1 > _FAR * size for before, after in itertools.pairwise(row)):
        return False
    return not any(
        line not in row
        and abs(line.middle - middle) < _PITCH * size
        and line.box.x0 < around.x1
        and line.box.x1 > around.x0
        for line in lines
    )


def _marked(line: OcrLine, boxes: Sequence[Box]) -> OcrLine:
    """Return a line with a mark after each word that is in a ring; the text in a ring is a separate word."""
    spots = characters(line)
    starts, ends = set[int](), set[int]()
    for box in boxes:
        inside = [at for at, (_, x) in enumerate(spots) if box.x0 < x < box.x1]
        named = [at for at in inside if spots[at][0].isalnum()]
        if named and box.y0 < line.middle < box.y1:
            starts.add(named[0])
            ends.add(named[-1] if spots[inside[-1]][0] in "/|)" else inside[-1])
    if not ends:
        return line
    text, places, at = "", list[float](), 0
    for char in line.text:
        if char.isspace():
            text += char
            continue
        text += f" {unicodedata.normalize('NFKC', char)}" if at in starts else char
        places += line.places[at : at + 1]
        if at in ends:
            text += f" {CIRCLED} "
            places += list(line.places[at : at + 1]) * len(CIRCLED)
        at += 1
    return replace(line, text=" ".join(text.split()), places=tuple(places))
