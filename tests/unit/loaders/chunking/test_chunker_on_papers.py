"""The chunker on real documents: shares of whole tables and sentences."""

import json
import re
import unicodedata
from pathlib import Path

import pytest

from loaders.chunking.chunker import chunk_pages
from loaders.types import Block, Chunk, PageJob, PageText, Sentence
from tests.conftest import DATA


def sentences(chunks: list[Chunk]) -> list[Sentence]:
    return [sentence for chunk in chunks for sentence in chunk.sentences]


def normal(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def read_document(path: Path) -> list[Chunk]:
    reading = pytest.importorskip("loaders.pages.reader")
    count = reading.inspect(path).pages
    pages = [reading.read(PageJob(str(path), number)) for number in range(1, count + 1)]
    return chunk_pages(path.stem, [(page.page, page.blocks) for page in pages if isinstance(page, PageText)])


@pytest.mark.slow
@pytest.mark.data
@pytest.mark.heavy
def test_the_paper_keeps_its_tables_and_the_sentences_over_its_page_breaks(
    paper: list[tuple[int, tuple[Block, ...]]],
) -> None:
    chunks = chunk_pages("DeepSeek_R1", paper)
    over = {s.pages: s.text for s in sentences(chunks) if len(s.pages) > 1}
    assert re.match(r"Compared to DeepSeek-R1-Zero, the advantages of cold start data include:", over[9, 10])
    assert over[13, 14].startswith("This indicates that DeepSeek-R1 avoids introducing length bias")
    assert over[15, 16].endswith("token generation presents an exponentially larger search space.")
    for number, page, rows in ((4, 13, 22), (5, 14, 10), (6, 15, 3)):
        found = [chunk for chunk in chunks if chunk.kind == "table" and f"Table {number} |" in chunk.text]
        assert [chunk.pages for chunk in found] == [(page,)]
        assert sum(s.kind == "row" for s in found[0].sentences) >= rows


@pytest.mark.data
def test_evidence_sentences_stay_whole_and_alone() -> None:
    lines = (DATA / "squad2" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    asked = [row for row in map(json.loads, lines) if row["answerable"] and row["doc"] == "Warsaw.pdf"]
    chunks = read_document(DATA / "squad2" / "pdfs" / "Warsaw.pdf")
    alone = {normal(s.text) for s in sentences(chunks)}
    whole = [normal(chunk.text) for chunk in chunks]
    evidence = [normal(text) for row in asked for text in row["evidence"]]
    assert sum(any(text in chunk for chunk in whole) for text in evidence) >= 0.98 * len(evidence)
    # All eight articles together: 1.000 and .953; this one has four evidence sentences that were cut wrongly.
    assert sum(text in alone for text in evidence) >= 0.9 * len(evidence)
