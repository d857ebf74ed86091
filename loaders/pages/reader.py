"""Reading of files and pages, as worker processes do it: inspect, profile, render, read, recognise.

`profile`, `render`, `read` and `recognise` never raise: any error of a page becomes a Failure, so that any
executor can run them.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

import loaders.pages.pickling  # noqa: F401  # how the pages that are returned are sent to another process
from loaders.errors import SourceError
from loaders.packed_words import joined
from loaders.pages.models import OCR, expect, want
from loaders.pages.rendering import ImageJob, ink_share
from loaders.sources.formats import DocumentReader, format_of
from loaders.text.charts import note_of_gaps
from loaders.types import (
    MIN_INK,
    DocumentInfo,
    Failure,
    PageImage,
    PageJob,
    PageProfile,
    PageText,
    placed_words,
)


def inspect(path: Path, password: str | None = None) -> DocumentInfo:
    """Return the properties of a file; raise SourceError, or PasswordError if it is locked."""
    name = str(path)
    try:
        before = path.stat()
        size = before.st_size
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as exc:
        raise SourceError(f"{name!r} cannot be read ({exc.strerror}): check the path and its permissions.") from exc
    if not size:
        raise SourceError(f"{name!r} is empty (0 bytes): get a new copy of it.")
    found = format_of(path)
    reader = found.open(path, password)
    expect(reader.models())
    info = DocumentInfo(name, digest, found.kind, reader.page_count(), reader.title, size, reader.page_labels)
    after = path.stat()
    if (after.st_size, after.st_mtime_ns) != (size, before.st_mtime_ns):
        raise SourceError(f"{name!r} was changed while it was opened: give it again when it is written completely.")
    return info


def profile(job: PageJob) -> PageProfile | Failure:
    """Return the profile of a page without rendering it: about 20 ms a page."""
    try:
        return _open(job).profile(job.page)
    except Exception as exc:  # of PyMuPDF, Pillow or another reader: a page that fails is a row of the ledger
        return Failure("render_error", job.could_not_be("looked at", exc))


def render(job: PageJob) -> PageImage | Failure:
    """Render a page, and return it with its text layer."""
    try:
        return _open(job).render(job)
    except Exception as exc:  # as in `profile`
        return Failure("render_error", job.could_not_be("rendered", exc))


def read(job: PageJob) -> PageText | Failure:
    """Read a page: its own text if that can be trusted, else by OCR."""
    try:
        text = _open(job).read(job)
    except Exception as exc:  # as in `profile`
        return Failure("render_error", job.could_not_be("read", exc))
    if text is not None:
        return _with_gaps(text)
    image = render(replace(job, small=False))
    found = image if isinstance(image, Failure) else _ocr(image.png, image.ink, job)
    if isinstance(image, Failure) or isinstance(found, Failure):
        return found
    found = _with_gaps(found)
    return replace(found, blocks=found.blocks + image.comments, words=joined(found.words, placed_words(image.comments)))


def _with_gaps(page: PageText) -> PageText:
    """Return the page; if charts were read in part, its detail says so."""
    return replace(page, detail=f"{page.detail} {note_of_gaps(page.blocks)}".strip())


def recognise(job: ImageJob) -> PageText | Failure:
    """Read the stored image of a page by OCR, whatever the file holds."""
    try:
        ink = ink_share(np.asarray(Image.open(io.BytesIO(job.png)).convert("L")))
    except Exception as exc:  # as in `profile`
        return Failure("ocr_error", f"The image of page {job.page} cannot be decoded: {exc}")
    page = PageJob("the stored image", job.page, ocr_languages=job.ocr_languages)
    return _ocr(job.png, ink, page)


def _open(job: PageJob) -> DocumentReader:
    path = Path(job.path)
    if job.size and path.stat().st_size != job.size:
        raise SourceError("the file was changed while it was read. Give it again when it is written completely.")
    return format_of(path).open(path, job.password)


def _ocr(png: bytes, ink: float, job: PageJob) -> PageText | Failure:
    if ink < MIN_INK:
        return PageText(job.page, (), (), "ocr")
    want(OCR)
    try:
        from loaders.ocr.engine import read_page  # imported here: pages with a text layer save 1 s and 300 MB

        return read_page(png, job.page, job.ocr_languages)
    except ModuleNotFoundError as exc:
        missing = ModuleNotFoundError(f"{exc.name} is not installed; run `pip install 'pagewitness[offline]'`")
        return Failure("ocr_error", job.could_not_be("read by OCR", missing))
    except Exception as exc:  # as in `profile`
        return Failure("ocr_error", job.could_not_be("read by OCR", exc), retry=True)
