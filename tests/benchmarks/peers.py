"""Loops over what a user would take in place of PageWitness, each as its own documentation calls it."""

from __future__ import annotations

import functools
import os
import time
import uuid
from pathlib import Path
from typing import Any

import pymupdf

_CHUNK, _OVERLAP = 1000, 200  # characters, as LangChain's tutorials have them
_DPI = 150  # of a page that OCR reads


def to_markdown(path: Path) -> float:
    """Return the seconds of `pymupdf4llm.to_markdown`, page by page, with its own settings."""
    import pymupdf4llm

    document: Any = pymupdf.open(path)
    start = time.perf_counter()
    pymupdf.set_messages(path=os.devnull)  # it tells of each page that it would be read by OCR
    for page in range(document.page_count):
        pymupdf4llm.to_markdown(document, pages=[page])
    return time.perf_counter() - start


def ocr(path: Path) -> float:
    """Return the seconds of RapidOCR over the images of all pages, with its own settings and loaded models."""
    engine, document = _rapidocr(), pymupdf.open(path)
    start = time.perf_counter()
    for page in document:
        engine(page.get_pixmap(dpi=_DPI).tobytes("png"))
    return time.perf_counter() - start


@functools.cache
def _rapidocr() -> Any:
    from rapidocr import RapidOCR

    return RapidOCR(params={"Global.log_level": "error"})


def langchain(path: Path) -> float:
    """Return the seconds for a document a page, chunks of 1,000 characters, LangChain's Chroma and our embedder."""
    from langchain_chroma import Chroma
    from langchain_core.documents import Document

    folder = path.with_name(f"chroma-{uuid.uuid4().hex}")
    start = time.perf_counter()
    store = Chroma("pages", _embeddings(), persist_directory=str(folder))
    with pymupdf.open(path) as document:
        pages = [Document(page.get_text(), metadata={"page": page.number + 1}) for page in document]
    pieces = [
        Document(page.page_content[at : at + _CHUNK], metadata=page.metadata)
        for page in pages
        for at in range(0, max(1, len(page.page_content) - _OVERLAP), _CHUNK - _OVERLAP)
    ]
    store.add_documents([piece for piece in pieces if piece.page_content.strip()])
    return time.perf_counter() - start


@functools.cache
def _embeddings() -> Any:
    from langchain_core.embeddings import Embeddings

    from graph.engines.offline.minilm import MiniLM

    model = MiniLM()

    class Same(Embeddings):
        """The model that PageWitness embeds with, as LangChain's interface has it."""

        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return [encoded.vector.tolist() for encoded in model.encode(texts)]

        def embed_query(self, text: str) -> list[float]:
            return self.embed_documents([text])[0]

    return Same()
