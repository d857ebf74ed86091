"""Frames and arrows of a diagram, found in its pixels, so that drawings, pictures and scans need one method.

A frame is a drawn or filled rectangle that touches no other; rectangles that touch are the cells of a table. An arrow
is a line that touches two frames and is thicker at one of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from loaders.geometry import area, overlap
from loaders.types import Box

_INK = 10  # levels by which a pixel differs from the background: pale fills of slides differ by 15 and more
_RIM = 0.03  # of the shorter side: the edge whose colour is taken for the background
_LINE = 9  # pixels: thinner parts are lines, and no part of a filled frame
_SQUARE = 0.85  # share of its bounding box that a frame fills; rounded corners leave 0.95
_SMALLEST, _LARGEST = 0.003, 0.6  # share of the picture
_SAME = 0.7  # share from which two overlapping rectangles are the outer and inner edge of one frame
_TOUCH = 0.012  # of the picture's longer side: the distance of an arrow's end from its frame, and of cells
_BORDER = 5  # pixels of a drawn border outside its inner edge
_TIP = 12  # pixels around an arrow's end in which its head lies
_HEAVIER = 1.3  # ink at an arrow's head, as a multiple of that at its other end
_MAX_FRAMES = 60
"""Frames that are examined, the largest first: a map or a drawing with more is no diagram."""


class Arrow(NamedTuple):
    """An arrow from one frame to another, by their indices."""

    start: int
    end: int


def find_frames(rgb: NDArray[Any]) -> list[Box]:
    """Return the frames of a picture in pixels, without those that are cells of a table."""
    mask = _ink(rgb)
    filled = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((_LINE, _LINE), np.uint8)).astype(np.uint8)
    found = _rectangles(filled, cv2.RETR_EXTERNAL) + _rectangles(mask, cv2.RETR_CCOMP)
    frames: list[Box] = []
    for box in sorted(found, key=area, reverse=True):
        if not any(overlap(box, other) > _SAME * max(area(box), area(other)) for other in frames):
            frames.append(box)
    near = _TOUCH * max(mask.shape)
    alone = [box for box in frames if not any(_are_cells(box, other, near) for other in frames if other is not box)]
    return sorted(alone[:_MAX_FRAMES], key=lambda box: (box.y0, box.x0))


def find_arrows(rgb: NDArray[Any], frames: Sequence[Box], texts: Sequence[Box]) -> list[Arrow]:
    """Return the arrows between frames; `texts` are the boxes of print, which is no part of an arrow.

    Lines without a head at one end, which have no direction, and lines that touch three frames are left out.
    """
    mask = _ink(rgb)
    for box in texts:
        _fill(mask, box, 1)
    for box in frames:
        _fill(mask, box, _BORDER)
    count, labels, _, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    near = _TOUCH * max(mask.shape)
    arrows: list[Arrow] = []
    for label in range(1, min(count, _MAX_LINES)):
        ys, xs = np.nonzero(labels == label)
        touched = [(index, _contact(box, xs, ys, near)) for index, box in enumerate(frames)]
        ends = [(index, point) for index, point in touched if point is not None]
        if len(ends) == 2 and (arrow := _directed(ends, xs, ys)):
            arrows.append(arrow)
    return list(dict.fromkeys(arrows))


_MAX_LINES = 300
"""Lines and marks that are examined."""


def _ink(rgb: NDArray[Any]) -> NDArray[np.uint8]:
    """Return a mask of the pixels unlike the background, the colour of the picture's edge: frames may fill the rest."""
    rim = max(2, round(_RIM * min(rgb.shape[:2])))
    edge = [part.reshape(-1, 3) >> 3 for part in (rgb[:rim], rgb[-rim:], rgb[:, :rim], rgb[:, -rim:])]
    colours = np.concatenate(edge).astype(np.int32)
    common = int(np.bincount((colours[:, 0] << 10) | (colours[:, 1] << 5) | colours[:, 2]).argmax())
    ground = [((common >> shift) & 31) * 8 + 4 for shift in (10, 5, 0)]
    lowest, highest = (np.array(ground) + away for away in (-_INK, _INK))
    # Comparing takes 10 ms for a page, the differences of numpy 90.
    paper = cv2.inRange(np.ascontiguousarray(rgb), lowest.clip(0, 255), highest.clip(0, 255))
    ink: NDArray[np.uint8] = (np.asarray(paper) == 0).astype(np.uint8)
    return ink


def _rectangles(mask: NDArray[np.uint8], mode: int) -> list[Box]:
    whole = mask.size
    found = []
    for outline in cv2.findContours(_large_shapes(mask), mode, cv2.CHAIN_APPROX_SIMPLE)[0]:
        x, y, width, height = cv2.boundingRect(outline)
        size = width * height
        if _SMALLEST * whole < size < _LARGEST * whole and cv2.contourArea(outline) > _SQUARE * size:
            found.append(Box(x, y, x + width, y + height))
    return found


def _large_shapes(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a mask without the shapes whose places are smaller than a frame: print, and the noise of a scan.

    A page of an office scan has 24,000 outlines; its frames took 74 ms, and take 19.
    """
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    large = stats[:, cv2.CC_STAT_WIDTH].astype(np.int64) * stats[:, cv2.CC_STAT_HEIGHT] > _SMALLEST * mask.size
    large[0] = False  # the background
    return large.astype(np.uint8)[labels] if large.any() else np.zeros_like(mask)


def _are_cells(one: Box, other: Box, near: float) -> bool:
    """Return whether two rectangles lie side by side with no more than a line between them."""
    across = min(one.x1, other.x1) - max(one.x0, other.x0)
    down = min(one.y1, other.y1) - max(one.y0, other.y0)
    return max(across, down) > near and -near < min(across, down) <= 2


def _fill(mask: NDArray[np.uint8], box: Box, margin: int) -> None:
    x0, y0 = max(int(box.x0) - margin, 0), max(int(box.y0) - margin, 0)
    mask[y0 : int(box.y1) + margin + 1, x0 : int(box.x1) + margin + 1] = 0


def _contact(box: Box, xs: NDArray[Any], ys: NDArray[Any], near: float) -> tuple[float, float] | None:
    """Return the point of a line that is nearest to a frame, None if it does not reach it."""
    away = np.maximum(np.maximum(box.x0 - xs, xs - box.x1), 0) + np.maximum(np.maximum(box.y0 - ys, ys - box.y1), 0)
    at = int(away.argmin())
    return (float(xs[at]), float(ys[at])) if away[at] <= near else None


def _directed(ends: list[tuple[int, tuple[float, float]]], xs: NDArray[Any], ys: NDArray[Any]) -> Arrow | None:
    (first, one), (second, other) = ends
    weights = [int(((np.abs(xs - x) < _TIP) & (np.abs(ys - y) < _TIP)).sum()) for x, y in (one, other)]
    if max(weights) < _HEAVIER * min(weights):
        return None
    return Arrow(first, second) if weights[1] > weights[0] else Arrow(second, first)
