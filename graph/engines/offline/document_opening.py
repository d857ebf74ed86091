"""The first lines of a short document, which name what all of it is about.

Each sentence of a letter, a bill or a leaflet is about whom and what its first lines name ("Marlow Roofing Ltd",
"Animal: Poppy, tabby cat"), and no later one names that again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from graph.engines.offline.asked_words import NAME_RUN
from graph.engines.offline.required_words import asked_kind, deed_asked, required_words
from graph.engines.offline.word_forms import is_named, stems
from graph.retrieval import terms
from graph.storage.rows import ChunkRow

SHORT_DOCUMENT = 3
"""Chunks of a document whose opening holds for all of it: a long one tells of other things too."""
_OPENING_WORDS = 60
# Of 717 questions on 53 short papers 11 more are right and proven by what is left to the first lines, and none wrong;
# with two things left, or one of yes or no beside an adjective, two wrong. "The cat", "of the Marlow
# roofers": a thing. What somebody does ("where does the choir sing") is told by the quote.
_JUST_A_THING = r"\b(?:an?|the|my|your|our|his|her|its|their|this|that|of|in|at|on|from|for|by|with) "
_THING = rf"{_JUST_A_THING}(?:[\w'’-]+ |(?-i:[A-Z][\w'’-]* [A-Z][\w'’-]* ))?"
# "Did the council agree to it?": the word after the thing is what it does.
_WITH_VERB = re.compile(r"\b(?:do|does|did|will|would|can|could|should|must|may|have|has|had)\b", re.IGNORECASE)


def opening_of(chunks: Sequence[ChunkRow]) -> str:
    """Return the first lines of a document, of which these are all chunks, up to the heading after them."""
    told: list[str] = []
    for sentence in (one for chunk in chunks for one in chunk.sentences):
        if (told and sentence.kind == "heading") or sum(len(text.split()) for text in told) > _OPENING_WORDS:
            break
        told += [sentence.text] if sentence.kind in ("prose", "item") else []
    return " ".join(told)


def left_to_opening(question: str, opening: str, quote: str) -> str:
    """Return the names and things of a question that a quote may leave to the first lines of its document.

    None where the quote names nothing of the question itself, and no name where it tells of somebody else.
    """
    kind = asked_kind(question)
    own, above = stems(quote), stems(opening)
    required = required_words(question, kind)
    unsaid = [word for word in required if not is_named(word, own, frozenset())]
    if not opening or len(unsaid) == len(required):
        return ""
    told_of = {word for name in NAME_RUN.findall(quote) if " " in name for word in terms.words(name)}
    another = kind != "name" and not told_of <= above | terms.STOP_WORDS
    thing = _JUST_A_THING if _WITH_VERB.search(question) else _THING
    left = [word for word in unsaid if word != deed_asked(question) and is_named(word, above, frozenset())]
    if kind == "count" and len(left) > 1:
        return ""
    things = [w for w in left if not w[0].isupper() and re.search(rf"{thing}{re.escape(w)}\b", question, re.IGNORECASE)]
    names = [word for word in left if word[0].isupper() and not another]
    return " ".join([*names, *(things if len(things) == 1 else [])])
