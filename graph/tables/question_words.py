"""Words of a question with their stems, abbreviated as tables do, to be matched with a table."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from graph.retrieval import terms
from graph.storage.fulltext import stem

# Headers write "the first half of 2024" as "H1", the third quarter as "Q3".
_PART_NAMED = re.compile(r"\b(first|second|third|fourth) (half|quarter)(?:[- ]years?)?\b", re.IGNORECASE)
_RANKS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_MONTHS = frozenset(
    """january february march april june july august sept september october november december
    """.split()
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the question."""

    text: str
    raw: str
    stem: str
    start: int
    end: int

    @property
    def is_name_like(self) -> bool:
        """Whether it is written like a name or a code: with a capital or a digit."""
        return self.raw[:1].isupper() or any(map(str.isdigit, self.raw))


def words_of(question: str, columns: Iterable[str]) -> list[Word]:
    """Return the words of a question about a table with these columns."""
    text = question.replace("’s ", "   ").replace("'s ", "   ")
    headed = frozenset[str]().union(*(terms.stems(column) for column in columns))
    text = _PART_NAMED.sub(lambda found: _abbreviated(found, headed), text)
    return [
        Word(written(term.text), text[term.start : term.end], stem(term.text), term.start, term.end)
        for term in terms.terms(text)
    ]


def _abbreviated(found: re.Match[str], headed: frozenset[str]) -> str:
    """Return a quarter or half as a header abbreviates it, padded to its length; unchanged if no header has it."""
    short = f"{found[2][0].upper()}{_RANKS[found[1].lower()]}"
    return short.ljust(len(found[0])) if short.lower() in headed else found[0]


def written(word: str) -> str:
    """Return a word in the form for comparison: months by three letters, since tables shorten them."""
    return word[:3] if word in _MONTHS else word
