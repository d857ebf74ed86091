"""Evaluation of places of quotes: which share of sentences has boxes on its page when a model has read the pages.

    python -m tests.evals.quote_places FILE.pdf ... [--scans N]

The transcripts are the reader's Markdown without places, as a model writes them; every sentence cut from them is quoted
verbatim. The witness is the text layer, or with `--scans` OCR of the rendered pages (N of each file, spread over it).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from graph.storage.library import Library
from graph.storage.rows import ChunkRow, DocumentRow, PageRow, Transcript, layer_key, ocr_key
from graph.verification import quotes
from graph.verification.witness import Witnesses
from loaders.chunking.chunker import chunk_pages
from loaders.pages import reader
from loaders.pages.rendering import ImageJob
from loaders.types import PageImage, PageJob, PageText
from tests.libraries import open_catalog


@dataclass
class Shares:
    """Counts of sentences."""

    sentences: int = 0
    found: int = 0
    boxed: int = 0
    agreed: int = 0

    def __str__(self) -> str:
        whole = max(1, self.sentences)
        return (
            f"{self.sentences} sentences, found {self.found / whole:.3f}, with boxes {self.boxed / whole:.3f}, "
            f"proven {self.agreed / whole:.3f}"
        )


def read_pages(path: Path, numbers: Sequence[int]) -> Iterator[tuple[PageText, PageImage]]:
    """Yield each page as the offline reader gives it, with its image and text layer; pages that fail are left out."""
    for number in numbers:
        text, image = reader.read(PageJob(str(path), number)), reader.render(PageJob(str(path), number))
        if isinstance(text, PageText) and isinstance(image, PageImage) and text.blocks:
            yield text, image


def store(catalog: Library, path: Path, pages: Sequence[tuple[PageText, PageImage]], *, scans: bool) -> list[ChunkRow]:
    """Store pages as if a model had read them, with their witness; return their chunks."""
    catalog.add_document(DocumentRow("d", path.name, str(path), "pdf", "", 9999, 1))
    blocks = []
    for text, image in pages:
        bare = tuple(replace(block, box=None) for block in text.blocks if block.kind not in ("figure", "chart"))
        transcript = Transcript(f"d:{text.page}:m", bare)
        row = PageRow("d", text.page, "read", model="m", image="i", legible=not scans, transcript=transcript.key)
        catalog.record_page(row, transcript)
        blocks.append((text.page, bare))
        if scans:
            read = reader.recognise(ImageJob(image.png, text.page))
            words = read.words if isinstance(read, PageText) else ()
            catalog.add_transcript(Transcript(ocr_key("d", text.page), (), words))
        else:
            catalog.add_transcript(Transcript(layer_key("d", text.page), (), image.words))
    catalog.publish("d", catalog.stage_chunks("d", chunk_pages("", blocks)))
    return catalog.chunks(catalog.chunk_ids("d"))


def measure(path: Path, numbers: Sequence[int], *, scans: bool, show: int = 0) -> Shares:
    """Return the shares of all sentences of these pages; `show` prints so many of those that are not proven."""
    shares = Shares()
    with TemporaryDirectory() as folder:
        catalog = open_catalog(Path(folder) / "catalog.sqlite3")
        chunks = store(catalog, path, list(read_pages(path, numbers)), scans=scans)
        witnesses = Witnesses(catalog)
        for chunk in chunks:
            transcripts = catalog.transcripts("d", chunk.pages)
            for sentence in chunk.sentences:
                if sentence.is_struck or sum(character.isalnum() for character in sentence.text) < 2:
                    continue  # struck-out text is searched and never quoted
                shares.sentences += 1
                place = quotes.locate(sentence.text, transcripts)
                if place is None:
                    print("  NOT FOUND", sentence.kind, repr(sentence.text[:100]))
                    continue
                finding = witnesses.judge(place.quote, chunk, place, transcripts)
                shares.found += 1
                shares.boxed += bool(finding.place.boxes)
                shares.agreed += finding.read_from in ("text", "ocr")
                if finding.reason and show:
                    show -= 1
                    boxes = "" if finding.place.boxes else "NO BOX "
                    print(f"  {boxes}p{place.pages} {sentence.kind} {sentence.text[:110]!r}: {finding.reason[:120]}")
        catalog.close()
    return shares


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--scans", type=int, default=0, metavar="N")
    parser.add_argument("--show", type=int, default=0, metavar="N")
    given = parser.parse_args()
    total = Shares()
    for path in given.files:
        pages = reader.inspect(path).pages
        step = max(1, pages // given.scans) if given.scans else 1
        numbers = list(range(1, pages + 1))[::step][: given.scans or None]
        shares = measure(path, numbers, scans=bool(given.scans), show=given.show)
        print(f"{path.name}: {len(numbers)} pages, {shares}", flush=True)
        for field in vars(total):
            setattr(total, field, getattr(total, field) + getattr(shares, field))
    print(f"all: {total}")


if __name__ == "__main__":
    main()
