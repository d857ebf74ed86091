"""Lists that a sentence announces: with a colon, or a number before items or before "First, ..." ("four stages")."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from graph.storage.rows import ChunkRow, SentenceRow

# The most items of a list that are given; a note says that a longer list goes on.
MOST_ITEMS = 20
_NUMBERS = {
    word: number
    for number, word in enumerate(
        """two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
        eighteen nineteen twenty""".split(),
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
"""The beginning of the text of a page's comment, see `loaders/pdf/comments.py`."""
# "The study has three limitations. First, ...": the items are sentences of the text.
_ORDINAL = re.compile(
    r"^(?:first|second|third|fourth|fifth|sixth|finally|last)(?:ly)?\b[, ]|^\(?(?:[1-9]|[a-h]|i{1,3}|iv|vi?)\)\s",
    re.IGNORECASE,
)
# "List all the ways to end it": further answers may stand in places that were not found.
_ASKS_FOR_ALL = re.compile(
    r"^\W*(?:(?:please|can you|could you|and|so) )*(?:list|enumerate|name|give|show|tell)\b.{0,12}?\b"
    r"(?:all|every|each)\b"
    r"|^\W*(?:please )?(?:list|enumerate)\b"
    r"|^\W*(?:and |so )?(?:what|which|who) (?:are|were) all\b|^\W*(?:in )?(?:what|which) (?:\w+ )?ways\b",
    re.IGNORECASE,
)
Items = list[tuple[str, SentenceRow]]


def asks_for_all(question: str) -> bool:
    """Return whether a question asks for all of several things: "List all the ways to end it"."""
    return bool(_ASKS_FOR_ALL.search(question))


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
    colon = sentence.text.rstrip().endswith(":")
    # What follows an item without a colon is the next item of the same list.
    if sentence.kind == "row" or not (colon or (sentence.kind != "item" and announced(sentence.text))):
        return [], True
    later = {one.ordinal: one for one in chunks if one.document == chunk.document}
    at = next((i for i, one in enumerate(chunk.sentences) if one.id == sentence.id), len(chunk.sentences)) + 1
    items: Items = []
    while True:
        rest = [one for one in chunk.sentences[at:] if not one.is_struck]
        run = _items(rest, after_colon=colon)
        if not items and run and _LATER.match(run[0].text) and not colon:
            return [], True
        if not items and not run and not colon:
            numbered = [one for one in rest if one.kind == "prose" and _ORDINAL.match(one.text)]
            return [(chunk.id, one) for one in numbered[: announced(sentence.text)]], True
        items += [(chunk.id, item) for item in run]
        if len(run) < len(rest):
            return items, True
        if chunk.ordinal + 1 not in later:
            return items, bool(items) and len(items) == announced(sentence.text)
        chunk, at = later[chunk.ordinal + 1], 0


def _items(sentences: Sequence[SentenceRow], *, after_colon: bool) -> list[SentenceRow]:
    """Return the items at the beginning; after a colon also lines that go on with its sentence ("fees;")."""
    run: list[SentenceRow] = []
    for one in sentences:
        goes_on_with = after_colon and one.kind == "prose" and (
            one.text[:1].islower() or one.text.endswith(";") or (bool(run) and run[-1].text.endswith((";", ",")))
        )  # fmt: skip
        if COMMENT.match(one.text) or not (one.kind == "item" or goes_on_with):
            break
        run.append(one)
    return run


def goes_on(before: ChunkRow, after: ChunkRow) -> bool:
    """Return whether a list at the end of one chunk goes on at the start of the next."""
    ends, starts = before.sentences[-1:], after.sentences[:1]
    return bool(ends and starts) and ends[0].kind == starts[0].kind == "item"
