"""The chunks of the DeepSeek-R1 paper as the offline reader sees it: nothing is cut that belongs together."""

from __future__ import annotations

import json
import re

import pytest

from loaders.chunking.chunker import chunk_pages
from loaders.text.plain import plain
from loaders.types import Block, Chunk
from tests.conftest import DATA
from tests.unit.loaders.conftest import PAGES

# From here on the paper lists its contributors: pages of names, without a sentence to be whole.
NAMES = 20
_ENDED = re.compile(r"[.!?:;…][\"'”’)\]*\d]*$")

pytestmark = pytest.mark.data


def squeezed(text: str) -> str:
    return re.sub(r"\W", "", text).lower()


@pytest.fixture(scope="module")
def chunks(paper: list[tuple[int, tuple[Block, ...]]]) -> list[Chunk]:
    assert len(paper) == PAGES
    return chunk_pages("DeepSeek-R1", paper)


def test_no_chunk_starts_or_ends_inside_a_sentence(
    paper: list[tuple[int, tuple[Block, ...]]], chunks: list[Chunk]
) -> None:
    blocks = [squeezed(plain(block.text)) for _, page in paper for block in page]
    for chunk in chunks:
        if chunk.kind != "text" or chunk.pages[-1] >= NAMES:
            continue
        first, last = chunk.sentences[0].text, chunk.sentences[-1].text
        assert _ENDED.search(last) or any(block.endswith(squeezed(last)) for block in blocks), last
        assert not first[0].islower() or any(block.startswith(squeezed(first)) for block in blocks), first


@pytest.mark.parametrize(("number", "page", "last_row"), [(4, 13, "C-SimpleQA"), (5, 14, "Llama-70B")])
def test_a_table_is_whole_with_its_caption(chunks: list[Chunk], number: int, page: int, last_row: str) -> None:
    (table,) = [chunk for chunk in chunks if chunk.kind == "table" and f"Table {number} |" in chunk.text]
    assert table.pages == (page,)
    assert last_row in table.text.rstrip().splitlines()[-1]
    rows = [sentence.text for sentence in table.sentences if sentence.kind == "row"]
    elsewhere = " ".join(chunk.text for chunk in chunks if chunk is not table and page in chunk.pages)
    assert not [row for row in rows if row in elsewhere]


def test_every_cell_of_tables_2_and_6_is_joined_to_its_row_and_column(chunks: list[Chunk]) -> None:
    wanted = [json.loads(line) for line in (DATA / "deepseek-r1" / "tables.jsonl").read_text().splitlines()]
    wrong = []
    for cell in wanted:
        (table,) = [c for c in chunks if c.kind == "table" and f"Table {cell['table']} |" in c.text]
        assert table.pages == (cell["page"],)
        rows = [dict(s.cells) for s in table.sentences if s.kind == "row" and s.cells[0][1] == cell["row"]]
        found = [value for row in rows for name, value in row.items() if squeezed(name) == squeezed(cell["col"])]
        if found != [cell["value"]]:
            wrong.append((cell, rows))
    assert (len(wanted), wrong) == (33, [])


@pytest.mark.parametrize(
    ("over", "begin", "end"),
    [
        ((9, 10), "Compared to DeepSeek-R1-Zero,", "cold start data include:"),
        ((13, 14), "This indicates that DeepSeek-R1 avoids", "robustness across multiple tasks."),
        ((15, 16), "First, unlike chess,", "exponentially larger search space."),
    ],
)
def test_a_sentence_over_a_page_break_is_whole(
    chunks: list[Chunk], over: tuple[int, int], begin: str, end: str
) -> None:
    (sentence,) = [s.text for chunk in chunks for s in chunk.sentences if s.pages == over]
    assert sentence.startswith(begin)
    assert sentence.endswith(end)
