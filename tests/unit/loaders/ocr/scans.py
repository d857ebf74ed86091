"""Scans made of drawn pages: turned a little, blurred, with the noise of a sensor, as a JPEG."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from PIL import Image, ImageFilter


def scanned(page: Any, dpi: int = 150, turn: float = 0.4, noise: float = 6.0, quality: int = 60) -> bytes:
    """Return a page of the PDF library as an office scanner would give it, turned by `turn` degrees."""
    pixmap = page.get_pixmap(dpi=dpi)
    image = Image.frombytes("RGB", (pixmap.width, pixmap.height), pixmap.samples)
    image = image.rotate(turn, resample=Image.Resampling.BICUBIC, fillcolor=(255, 255, 255))
    levels = np.asarray(image.filter(ImageFilter.GaussianBlur(0.4))).astype(np.float32)
    levels += np.random.default_rng(7).normal(0, noise, (*levels.shape[:2], 1))
    buffer = io.BytesIO()
    Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8)).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()
