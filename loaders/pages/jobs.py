"""Page functions for worker processes, which import the reader when called: it takes 0.32 s, this module 0.04."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from loaders.pages.models import uses_models
from loaders.sources.parts import Part
from loaders.types import DocumentInfo, Failure, PageImage, PageJob, PageProfile, PageText

if TYPE_CHECKING:
    from loaders.pages.rendering import ImageJob
    from loaders.pdf.proof import ProofPage


def inspect(path: Path, password: str | None = None) -> DocumentInfo:
    """Call `reader.inspect`."""
    from loaders.pages import reader

    return reader.inspect(path, password)


def extract(path: Path, folder: Path, password: str | None = None) -> list[Part]:
    """Call `parts.extract`."""
    from loaders.sources import parts

    return parts.extract(path, folder, password)


def profile(job: PageJob) -> PageProfile | Failure:
    """Call `reader.profile`."""
    from loaders.pages import reader

    return reader.profile(job)


def render(job: PageJob) -> PageImage | Failure:
    """Call `reader.render`."""
    from loaders.pages import reader

    return reader.render(job)


@uses_models
def read(job: PageJob) -> PageText | Failure:
    """Call `reader.read`."""
    from loaders.pages import reader

    return reader.read(job)


@uses_models
def recognise(job: ImageJob) -> PageText | Failure:
    """Call `reader.recognise`."""
    from loaders.pages import reader

    return reader.recognise(job)


def write_proof(title: str, pages: Sequence[ProofPage]) -> bytes:
    """Call `document.write_proof`."""
    from loaders.pdf import document

    return document.write_proof(title, pages)
