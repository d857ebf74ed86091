"""Words of a page as a list of texts and an array of their edges.

A page of 570 words is sent to another process and stored in this form: made as objects there, and taken apart again to
be stored, its words took 3 ms of the 20 in which a page of running text is rendered and read.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import chain
from typing import overload

from loaders.types import Box, Word


class PackedWords(Sequence[Word]):
    """Words in reading order, which become `Word`s when one is first used; equal to a tuple of the same words.

    Args:
        texts: The text of each word.
        edges: The edges of all boxes as doubles of this machine: x0, y0, x1, y1 of the first word, and so on.
    """

    def __init__(self, texts: Sequence[str], edges: bytes) -> None:
        self.texts = texts
        self.edges = edges

    @classmethod
    def of(cls, words: Sequence[Word]) -> PackedWords:
        """Return words in this form; as they are where they have it."""
        if isinstance(words, PackedWords):
            return words
        edges = array("d", chain.from_iterable([word.box for word in words]))
        return cls([word.text for word in words], edges.tobytes())

    @cached_property
    def _words(self) -> tuple[Word, ...]:
        numbers = iter(memoryview(self.edges).cast("d").tolist())
        return tuple(map(Word, self.texts, map(Box, numbers, numbers, numbers, numbers)))

    def __len__(self) -> int:
        return len(self.texts)

    @overload
    def __getitem__(self, at: int) -> Word: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Word, ...]: ...
    def __getitem__(self, at: int | slice) -> Word | tuple[Word, ...]:
        return self._words[at]

    def __iter__(self) -> Iterator[Word]:
        return iter(self._words)

    def __eq__(self, other: object) -> bool:
        return self._words == (other._words if isinstance(other, PackedWords) else other)

    def __hash__(self) -> int:
        return hash(self._words)

    def __repr__(self) -> str:
        return repr(self._words)

    def __reduce__(self) -> tuple[type[PackedWords], tuple[Sequence[str], bytes]]:
        return PackedWords, (self.texts, self.edges)


def joined(*parts: Sequence[Word]) -> Sequence[Word]:
    """Return the words of several sequences as one; where only one of them has words, that one as it is."""
    given = [part for part in parts if part]
    return given[0] if len(given) == 1 else tuple(chain.from_iterable(given))
