"""The functions that worker processes run, by name: whoever only sends the jobs does not load what they need.

`profile`, `render` and `read` never raise: whatever goes wrong with a page is a Failure, so that any executor can run
them.
"""

from __future__ import annotations

from pathlib import Path

from loaders.types import DocumentInfo, Failure, PageImage, PageJob, PageProfile, PageText


def inspect(path: Path, password: str | None = None) -> DocumentInfo:
    """Return what a file says of itself; raise SourceError, or PasswordError if it is locked."""
    from loaders.pages import reader

    return reader.inspect(path, password)


def profile(job: PageJob) -> PageProfile | Failure:
    """Say what reading a page will take, without rendering it. About 20 ms a page."""
    from loaders.pages import reader

    return reader.profile(job)


def render(job: PageJob) -> PageImage | Failure:
    """Render a page and say what its text layer holds."""
    from loaders.pages import reader

    return reader.render(job)


def read(job: PageJob) -> PageText | Failure:
    """Read a page: its text layer where that can be trusted, else by OCR."""
    from loaders.pages import reader

    return reader.read(job)
