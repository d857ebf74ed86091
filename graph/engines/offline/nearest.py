"""The sentence that fits a short question by far best, though it does not say how large, far or much something is.

"How large is the deposit?" and "The deposit equals two months' rent" share one word. Where no other sentence comes
near, the value is of the asked kind, and every thing and deed of the question is named, it is an answer.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Mapping, Sequence

from graph.engines.offline.asked_words import MEASURES, NUMBER
from graph.engines.offline.everyday_words import is_everyday
from graph.engines.offline.permissions import asks_permission
from graph.retrieval import scoring
from graph.storage.rows import ChunkRow

_MARGIN = 1.0  # of the answer's score, before the next sentence
_MIN_COSINE = 0.3
_COMPARED = 8  # sentences, those that fit best: the others score less
# Words that say how something is given or whether it may be, not what is: a sentence with a value need not repeat them.
# Things and deeds need names: while a likeness of word vectors (0.2) stood for them, 15 of 23 questions with one word
# changed got the old answer as proven ("How hot does the steam iron get?" that of the steam pipe).
_MANNER = frozenset("away back off cost costs allowed possible responsible".split())
_DEGREE = re.compile(r"\bhow (large|big|long|far|high)\b", re.IGNORECASE)
_UNITS = "|".join(units.pattern for _, units in MEASURES)
_MEASURED = re.compile(rf"(?:\d ?|\b{NUMBER.pattern} )(?:{_UNITS}|[kMGT]i?B\b|[a-z]{{1,2}}[²³])|[$€£¥] ?\d|\buntil\b")
_WHAT_IF = re.compile(r"^\W*what (?:happens |do i do |should i do )?(?:if|when)\b", re.IGNORECASE)
_KINDS = ("number", "date", "name", "place", "frequency", "reason")


def may_be_nearest(question: str, kind: str) -> bool:
    """Return whether a question may be answered by its nearest sentence: a short one for a value, rule or case."""
    is_fitting = kind in _KINDS or asks_permission(question) or _WHAT_IF.match(question) is not None
    return is_everyday(question) and is_fitting


def nearest(
    query: scoring.Query, scored: Sequence[scoring.ScoredSentence], chunks: Mapping[str, ChunkRow]
) -> scoring.ScoredSentence | None:
    """Return the sentence that fits by far best, if there is one."""
    top = heapq.nlargest(_COMPARED, scored, key=lambda one: one.fit)
    coverages = {key: scoring.coverage(query, chunks[key]) for key in {one.chunk for one in top}}
    ranked = sorted(
        ((scoring.answer_score(query, one, coverages[one.chunk][one.number]), one) for one in top),
        key=lambda pair: -pair[0],
    )
    if not ranked:
        return None
    best = ranked[0][1]
    rival = next((score for score, one in ranked[1:] if one.sentence.text != best.sentence.text), 0.0)
    clear = ranked[0][0] - rival >= _MARGIN and best.cosine >= _MIN_COSINE
    return best if clear and best.sentence.kind != "heading" else None


def may_stay_unsaid(question: str, missing: Sequence[str], quote: str) -> bool:
    """Return whether a sentence may leave out the words of a question that it does not name.

    "Large" of "how large" may be, where it holds a measure: two months' rent or 2 GB, and not two bicycles.
    """
    degrees = {degree.lower() for degree in _DEGREE.findall(question)} if _MEASURED.search(quote) else set[str]()
    return all(word.lower() in _MANNER | degrees for word in missing)
