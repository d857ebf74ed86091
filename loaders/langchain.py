"""LangChain document loader over the page reader."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from langchain_core.document_loaders import BaseLoader
from langchain_core.documents import Document

from loaders.errors import SourceError
from loaders.pages.reader import inspect, read
from loaders.sources.files import expand
from loaders.types import Failure, PageJob


class PageLoader(BaseLoader):
    """Loads each page as a document of Markdown: text layers with their tables, scans by OCR.

    Metadata: `source`, `page` (from 1), `total_pages`, `title`, `engine`. Reading happens in this process;
    `pagewitness ingest` does it in parallel and keeps a ledger.
    """

    def __init__(self, *sources: str, password: str | None = None, dpi: int = 150) -> None:
        """Take files, folders or globs, as `pagewitness ingest` does."""
        self._sources: Sequence[str] = sources
        self._password = password
        self._dpi = dpi

    def lazy_load(self) -> Iterator[Document]:
        """Read the pages of all sources one after the other.

        Raises:
            SourceError: a source cannot be used, or one of its pages cannot be read; the message says which and why.
        """
        for path in expand(self._sources):
            info = inspect(path, self._password)
            for number in range(1, info.pages + 1):
                page = read(PageJob(str(path), number, dpi=self._dpi, password=self._password))
                if isinstance(page, Failure):
                    raise SourceError(page.detail)
                metadata = {
                    "source": str(path),
                    "page": number,
                    "total_pages": info.pages,
                    "title": info.title,
                    "engine": page.engine,
                }
                yield Document(page.markdown, metadata=metadata)
