"""Transcripts as rows: what is read back is what was stored, with the edges of words to five decimals."""

from __future__ import annotations

import json
import zlib

from graph.storage.rows import Transcript
from graph.storage.transcript_rows import packed, unpacked
from loaders.types import Block, Box, Word

TEXTS = ("plain", 'a "quoted" \\ one', "two\nlines\t", "日本語 ﬁ é", "")


def test_words_come_back_as_they_were_stored() -> None:
    words = tuple(Word(text, Box(number / 7, -0.00002, 1.0, 0.12345)) for number, text in enumerate(TEXTS))
    blocks = (Block("text", "Plain.", box=Box(0.1, 0.2, 0.3, 0.4)), Block("heading", "One", 2))
    found = unpacked(*packed(Transcript("key", blocks, words)))
    assert (found.key, found.blocks) == ("key", blocks)
    assert found.words == tuple(Word(word.text, Box(*(round(side, 5) for side in word.box))) for word in words)
    assert unpacked(*packed(Transcript("empty", ()))) == Transcript("empty", ())


def test_rows_that_an_earlier_version_wrote_are_read() -> None:
    stored = zlib.compress(json.dumps([["word", 0.1, 0, 1, 0.25]]).encode())
    assert unpacked("earlier", "[]", stored).words == (Word("word", Box(0.1, 0.0, 1.0, 0.25)),)
