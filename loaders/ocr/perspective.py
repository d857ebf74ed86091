"""Photographs of pages: a sheet at an angle on a darker background is straightened, and boxes are mapped back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from loaders.types import Box

_SIDE = 600  # pixels of the longer side at which the sheet is searched for: 5 ms a page
_MIN_SHARE, _MAX_SHARE = 0.25, 0.98  # of the photograph that a sheet covers
_DARKER = 35.0  # grey levels by which the background is darker than the sheet
_ASKEW = 0.015  # of the sheet's size by which a corner is off a rectangle; a straight sheet needs no second picture
_STEP, _STEPPED = 15.0, 0.7  # grey levels between both sides of the sheet's edge, on this share of it
_ACROSS = 4  # pixels on either side of the edge
_SOLID = 0.94  # share of the four corners' area that the sheet fills: a blot or two sheets fill less


@dataclass(frozen=True, slots=True)
class Straightened:
    """A photograph with its sheet made rectangular, and the way back to the photograph."""

    image: NDArray[np.uint8]
    back: NDArray[np.float64]

    def box_in_photograph(self, box: Box) -> Box:
        """Return the box in the photograph around a box of the sheet, in pixels."""
        corners = np.array([[(box.x0, box.y0), (box.x1, box.y0), (box.x1, box.y1), (box.x0, box.y1)]], np.float64)
        points = cv2.perspectiveTransform(corners, self.back)[0]
        (x0, y0), (x1, y1) = points.min(0), points.max(0)
        return Box(float(x0), float(y0), float(x1), float(y1))


def straighten(photograph: NDArray[np.uint8]) -> Straightened | None:
    """Return a photograph with its sheet straightened; None if it shows no tilted sheet on a darker background."""
    corners = _corners(photograph)
    if corners is None:
        return None
    top, right, bottom, left = (float(np.linalg.norm(corners[i] - corners[(i + 1) % 4])) for i in range(4))
    width, height = round(max(top, bottom)), round(max(left, right))
    target = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), target)
    image = cv2.warpPerspective(photograph, matrix, (width, height), flags=cv2.INTER_CUBIC)
    return Straightened(image.astype(np.uint8), np.linalg.inv(matrix).astype(np.float64))


def _corners(photograph: NDArray[np.uint8]) -> NDArray[Any] | None:
    """Return the sheet's corners in pixels: top left, top right, bottom right, bottom left."""
    height, width = photograph.shape[:2]
    scale = _SIDE / max(height, width)
    small = cv2.resize(photograph, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    grey = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), (5, 5), 0)
    _, light = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    light = cv2.morphologyEx(light, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))  # print is no edge of the sheet
    outlines, _ = cv2.findContours(light, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    outline = max(outlines, key=cv2.contourArea, default=None)
    if outline is None:
        return None
    hull = cv2.convexHull(outline)
    found = cv2.approxPolyDP(hull, 0.02 * cv2.arcLength(hull, closed=True), closed=True)
    share = cv2.contourArea(outline) / grey.size
    if len(found) != 4 or not _MIN_SHARE < share < _MAX_SHARE:
        return None
    corners = _ordered(found.reshape(4, 2).astype(np.float64))
    inside = cv2.fillConvexPoly(np.zeros_like(grey), corners.astype(np.int32), 1) > 0
    if inside.all():
        return None
    darker = float(np.median(grey[inside])) - float(grey[~inside].mean()) >= _DARKER
    solid = cv2.contourArea(outline) >= _SOLID * cv2.contourArea(corners.astype(np.float32))
    if not darker or not solid or not _is_askew(corners) or not _has_edges(grey, corners):
        return None
    return np.asarray(corners / scale)


def _has_edges(grey: NDArray[Any], corners: NDArray[np.float64]) -> bool:
    """Return whether the background begins at the sheet's edge: a shadow on the paper has no such edge.

    A side along the edge of the photograph has nothing beyond it.
    """
    height, width = grey.shape
    middle = corners.mean(0)
    size = np.array([width, height])
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        along = (end - start) / max(1.0, float(np.linalg.norm(end - start)))
        out = np.array([along[1], -along[0]])
        out = -out if float(out @ (middle - start)) > 0 else out
        points = start + np.linspace(0.05, 0.95, 60)[:, None] * (end - start)
        inner, outer = ((points + way * _ACROSS * out).astype(int) for way in (-1, 1))
        seen = ((inner >= 0) & (inner < size) & (outer >= 0) & (outer < size)).all(axis=1)
        steps = [
            float(grey[y0, x0]) - float(grey[y1, x1])
            for (x0, y0), (x1, y1) in zip(inner[seen], outer[seen], strict=True)
        ]
        if len(steps) > len(points) / 4 and sum(step >= _STEP for step in steps) < _STEPPED * len(steps):
            return False
    return True


def _ordered(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    sums, differences = corners.sum(1), corners[:, 1] - corners[:, 0]
    return corners[[sums.argmin(), differences.argmin(), sums.argmax(), differences.argmax()]]


def _is_askew(corners: NDArray[np.float64]) -> bool:
    """Return whether a corner is off the upright rectangle around the sheet; corners that coincide are none."""
    (x0, y0), (x1, y1) = corners.min(0), corners.max(0)
    upright = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])
    distinct = len({tuple(corner) for corner in corners}) == 4
    return distinct and float(np.abs(corners - upright).max()) > _ASKEW * max(x1 - x0, y1 - y0)
