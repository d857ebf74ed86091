"""What a claim on a table row may say of the band that it stands under, and how a row is quoted with its band."""

from __future__ import annotations

import pytest

from graph.storage.rows import ChunkRow, SentenceRow, Transcript
from graph.verification.claims.check import check_claim, contradictions_of
from graph.verification.claims.evidence import evidence_for
from graph.verification.quotes import locate_row
from loaders.chunking.chunker import chunk_pages
from loaders.types import Block, Box, Word

CAPTION = "Table 1: Landings by harbour, in tonnes"
TABLE = """|Species|2023|2024|
|---|---|---|
|Harbour of Tarn|||
|Cod|412|388|
|Ling|96|104|
|Harbour of Wick|||
|Cod|731|702|
|Ling|155|149|
|Total|1,394|1,343|"""
ASSETS = """|Item|2023|2024|
|---|---|---|
|Current assets|||
|Cash|11|12|
|Fixed assets|||
|Land|21|22|"""


def chunk_of(table: str) -> ChunkRow:
    chunk = chunk_pages("", [(1, [Block("caption", CAPTION), Block("table", table)])])[0]
    rows = [
        SentenceRow(f"c/{n}", s.text, s.search, s.kind, s.pages, s.cells, s.band) for n, s in enumerate(chunk.sentences)
    ]
    return ChunkRow("c", "d", "catch.pdf", 0, "table", chunk.text, (1,), (), tuple(rows))


def failure(text: str, quote: str, table: str = TABLE) -> str:
    return contradictions_of(check_claim(text, evidence_for(quote, chunk_of(table))))


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("At Wick 702 tonnes of cod were landed in 2024.", "| Cod | 731 | 702 |"),
        ("At Tarn 96 tonnes of ling were landed in 2023.", "Ling 96 104"),
        ("Harbour of Tarn, Cod: 2024 388", "Harbour of Tarn | Cod | 412 | 388"),
        ("Cod: 388 at Tarn, 702 at Wick.", "Cod 412 388 Ling 96 104 Harbour of Wick Cod 731 702"),
        ("In 2024 the total was 1,343 tonnes.", "Total 1,394 1,343"),
    ],
)
def test_a_claim_may_name_the_band_of_its_row(text: str, quote: str) -> None:
    assert failure(text, quote) == ""


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("At Tarn 155 tonnes of ling were landed in 2023.", "| Ling | 155 | 149 |"),
        ("At Tarn 702 tonnes of cod were landed in 2024.", "Cod"),
        ("At Tarn 702 tonnes of cod were landed.", "Cod 412 388 Ling 96 104 Harbour of Wick Cod 731 702"),
        ("At Tarn 1,343 tonnes were landed in 2024.", "Total 1,394 1,343"),
        ("Tarn landed 155 tonnes of ling in 2023.", "Ling 155 149"),
    ],
)
def test_a_value_is_not_proven_for_another_band(text: str, quote: str) -> None:
    assert failure(text, quote)


def test_bands_in_ordinary_words_are_told_apart() -> None:
    assert failure("Land is 22 among the fixed assets.", "Land 21 22", ASSETS) == ""
    assert failure("Land is 22 among the current assets.", "Land 21 22", ASSETS)
    assert failure("Land is currently 22.", "Land 21 22", ASSETS) == ""


def test_a_row_is_found_with_the_band_above_it_and_both_are_marked() -> None:
    lines = ["Harbour of Tarn", "Cod 412 388", "Ling 96 104", "Harbour of Wick", "Cod 731 702"]
    words = tuple(
        Word(word, Box(0.1 * x, 0.1 * y, 0.1 * x + 0.08, 0.1 * y + 0.05))
        for y, line in enumerate(lines)
        for x, word in enumerate(line.split())
    )
    page = Transcript("key", (Block("table", TABLE),), words)
    chunk = chunk_of(TABLE)
    place = locate_row("Harbour of Wick | Cod | 731 | 702", chunk, {1: page})
    assert place is not None
    assert [round(box.y0, 1) for box in place.boxes] == [0.3, 0.4]
    assert locate_row("Harbour of Tarn | Cod | 731 | 702", chunk, {1: page}) is None
