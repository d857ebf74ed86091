"""Lists: announced by a sentence with a colon or a number before items ("four stages"), or spread over a document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from graph.retrieval import terms
from graph.storage.base import ChunkRow, SentenceRow
from graph.storage.fulltext import stem

# So many items of a list are given at most; longer lists are said to go on.
MOST_ITEMS = 20
_NUMBERS = {
    word: number
    for number, word in enumerate(
        """two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
        eighteen nineteen twenty""".split(),  # noqa: SIM905 - a list of words reads best as text
        start=2,
    )
}
# "Three months' notice" and "nine weeks" are measures, of which no list follows.
_MEASURE = (
    r"(?:(?:calendar|working|business|full|whole|consecutive|square|cubic) )?(?:seconds?|minutes?|hours?|days?|nights?"
    r"|weeks?|months?|quarters?|years?|decades?|times|per ?cent|degrees?|[kcm]?m|kg|(?:kilo|centi|milli)?met(?:re|er)s?"
    r"|miles?|feet|foot|inch(?:es)?|(?:kilo)?grams?|tonnes?|tons?|pounds?|euros?|dollars?|cents?|pence|francs?|yen"
    r"|hundred|thousand|million|billion|dozen|volts?|amps?|watts?|lit(?:re|er)s?)\b"
)
_COUNT = re.compile(rf"(?<![\w.,-])(\d{{1,2}}|{'|'.join(_NUMBERS)})(?= [a-z])(?! {_MEASURE})(?![.,]\d)", re.IGNORECASE)
# Without a colon a list begins with its first item: "4. Parking" after a sentence is the next clause.
_LATER = re.compile(r"^\W*(?:(?!0*1[.)])\d{1,3}(?:\.\d{1,3})*[.)]|(?![ai][.)])[a-z][.)])\s", re.IGNORECASE)
COMMENT = re.compile(r"^Comment(?: \([^)]*\))?(?: on “|:)")
"""How the text of a comment begins that is fixed to a page, see `loaders/pdf/comments.py`."""
Items = list[tuple[str, SentenceRow]]


def announced(text: str) -> int:
    """Return how many items a sentence announces; 0 if it names no number."""
    found = _COUNT.findall(text)
    return _NUMBERS.get(found[0].lower(), 0) or int(found[0]) if len(found) == 1 else 0


def items_after(sentence: SentenceRow, chunk: ChunkRow, chunks: Iterable[ChunkRow]) -> tuple[Items, bool]:
    """Return the items of the list that a sentence announces, with their chunks, and whether the list's end was seen.

    Args:
        sentence: The sentence; without a colon or a number it announces nothing.
        chunk: Its chunk.
        chunks: Other chunks, in which the list may go on across a page break.
    """
    if sentence.kind == "row" or not (sentence.text.rstrip().endswith(":") or announced(sentence.text)):
        return [], True
    later = {one.ordinal: one for one in chunks if one.document == chunk.document}
    at = next((i for i, one in enumerate(chunk.sentences) if one.id == sentence.id), len(chunk.sentences)) + 1
    items: Items = []
    while True:
        rest = [one for one in chunk.sentences[at:] if not one.is_struck]
        run = _items(rest)
        if not items and run and _LATER.match(run[0].text) and not sentence.text.rstrip().endswith(":"):
            return [], True
        items += [(chunk.id, item) for item in run]
        if len(run) < len(rest):
            return items, True
        if chunk.ordinal + 1 not in later:
            return items, bool(items) and len(items) == announced(sentence.text)
        chunk, at = later[chunk.ordinal + 1], 0


def _items(sentences: Sequence[SentenceRow]) -> list[SentenceRow]:
    ends = (i for i, one in enumerate(sentences) if one.kind != "item" or COMMENT.match(one.text))
    end = next(ends, len(sentences))
    return list(sentences[:end])


def goes_on(before: ChunkRow, after: ChunkRow) -> bool:
    """Return whether a list at the end of one chunk goes on at the start of the next."""
    ends, starts = before.sentences[-1:], after.sentences[:1]
    return bool(ends and starts) and ends[0].kind == starts[0].kind == "item"


_ASKS_ALL = re.compile(
    r"\b(?:all|every|each|what|which|list|name) (?:of |are |the |its |possible |different )*(?:ways?|cases?"
    r"|circumstances|conditions|occasions|events|places|clauses|passages|sentences)\b",
    re.IGNORECASE,
)


def said_everywhere(question: str, best: SentenceRow, sentences: Iterable[SentenceRow]) -> list[SentenceRow]:
    """Return the sentences that hold the words which the best one shares with a question for all ways or cases."""
    if not _ASKS_ALL.search(question) or best.kind not in ("prose", "item"):
        return []
    shared = {stem(word) for word in terms.content_terms(_ASKS_ALL.sub("", question))} & terms.stems(best.text)
    return [one for one in sentences if shared and one.kind in ("prose", "item") and shared <= terms.stems(one.text)]
