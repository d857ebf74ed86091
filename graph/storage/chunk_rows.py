"""Rows of the table of chunks: sentences and lists as JSON, and the units of full-text search."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import fields
from functools import lru_cache
from typing import Any, NamedTuple

from graph.storage.rows import SentenceRow
from loaders.text.raised_signs import without_marks
from loaders.types import Chunk, Sentence


class Unit(NamedTuple):
    """A small text that full-text search ranks; the units of a chunk overlap."""

    chunk: str
    """The id of its chunk."""
    title: str
    """Title or name, and authors, of its document."""
    heading: str
    """The headings above it."""
    body: str
    """Its sentences as they are searched."""


def units_of_chunk(key: str, title: str, chunk: Chunk) -> Iterator[Unit]:
    """Yield the units of a chunk."""
    heading = without_marks(" ".join(chunk.headings))
    for start, end in chunk.units:
        yield Unit(key, title, heading, " ".join(sentence.search for sentence in chunk.sentences[start:end]))


def values_of(one: Chunk | Sentence) -> list[object]:
    """Return the values of a dataclass for JSON; `astuple` gives the same text in 2.5 times the time."""
    return [getattr(one, field.name) for field in fields(one)]


def dump_sentences(sentences: Sequence[Sentence]) -> str:
    """Return sentences as JSON lists; the band is left out where there is none, as in catalogs of earlier versions."""
    return json.dumps(
        [
            [s.text, "" if s.search == s.text else s.search, s.kind, s.pages, s.cells, *([s.band] if s.band else [])]
            for s in sentences
        ],
        ensure_ascii=False,
    )


# Chunks share pages and headings: most of the 86 lists that a question reads are equal to earlier ones.
@lru_cache(maxsize=1024)
def items(dumped: str) -> tuple[Any, ...]:
    """Return a stored list."""
    return tuple(json.loads(dumped))


# A question reads 32 chunks, its closest ones five times: 1.5 ms of 20. The chunks of a library of some papers all
# stay here, at 12 kB each. The JSON is a part of the key, so that no value is ever stale.
@lru_cache(maxsize=512)
def sentences_of(chunk: str, dumped: str) -> tuple[SentenceRow, ...]:
    """Return the sentences of a chunk, given by its id, that `dump_sentences` returned."""
    return tuple(
        SentenceRow(
            f"{chunk}/{number}",
            text,
            search or text,
            kind,
            tuple(pages),
            tuple((name, cell) for name, cell in cells),
            tuple(band[0]) if band else (),
        )
        for number, (text, search, kind, pages, cells, *band) in enumerate(json.loads(dumped))
    )
