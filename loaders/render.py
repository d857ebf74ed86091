"""What a rendered page is, whichever library rendered it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

INK_CONTRAST = 40
"""Grey levels of 255 by which a pixel must differ from the background: the noise of an office scan stays below 30."""


class Rendering(NamedTuple):
    """A rendered page or part of one; sizes in pixels, `ink` is the share of pixels unlike the background."""

    png: bytes
    width: int
    height: int
    ink: float


def ink_share(grey: NDArray[Any]) -> float:
    """Return the share of pixels (0-1) that differ from the most frequent grey level; 0 for a blank page."""
    values = grey.astype(np.int16)
    background = int(np.bincount(values.ravel(), minlength=256).argmax())
    return float((np.abs(values - background) > INK_CONTRAST).mean())
