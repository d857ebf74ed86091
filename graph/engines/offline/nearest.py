"""The sentence that fits a short question by far best, though it expresses some of its words differently.

"How long does it stay fresh" and "It keeps for three days" share few words. Where no other sentence comes near, the
value is of the asked kind, and what is not named is like something in the sentence, it is an answer.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from graph.engines.offline.asked_words import NUMBER
from graph.engines.offline.everyday_words import is_everyday
from graph.engines.offline.permissions import asks_permission
from graph.engines.offline.unnamed_words import has_opposite, is_replaced
from graph.retrieval import scoring, terms
from graph.storage.fulltext import stem
from graph.storage.rows import ChunkRow

# A looser form of this rule proved 16 more of 114 short questions over sixteen small documents, and nothing wrong of 19
# without an answer; on 1,000 questions over articles one right and four wrong. This one: see docs/quality.md.
_MARGIN = 1.0  # of the answer's score, before the next sentence
_LIKE = 0.2  # of a token that is not named
# From this likeness on of each word that is not named, and cosine of the whole, nothing has to be named. Of 50 short
# questions over six documents that no rule had seen 22 were right and proven without it, 25 with it, and none was wrong
# by it; of 1,000 over articles none is decided by it. With .45 one of these is wrong.
_CLOSE = 0.5
_LEAST_NAMED = 0.3  # of the question's weight
_MIN_COSINE = 0.3
_COMPARED = 8  # sentences, those that fit best: the others score less
_WHAT_IF = re.compile(r"^\W*what (?:happens |do i do |should i do )?(?:if|when)\b", re.IGNORECASE)
# "The harbour" of "a ticket to the harbour" is a thing of which there may be others; their likeness does not tell them
# apart.
_THING = (
    r"\b(?:an?|the|my|your|our|his|her|its|their|this|that|these|those|each|every|any|some|which|of|in|at|on|from|for|with|by"
    r"|into) (?:(\w+) )?"
)
# "When is the chess tournament?", with no word after the noun that may be a verb or an adjective.
_OF_NOUN = re.compile(
    r"^\W*(?:and |so )?(?:when|where|who|how much)(?:['’]s| is| are| was| were) (?:the|our|its|their|your|my|this)"
    r" (?:[\w-]+ )+(?P<head>(?!\w+(?:ed|en|ing)\b|(?:held|sold|paid|made|done|kept|sent|shut|built|due|over|open|free"
    r"|out|off|on|up|in|put|set|cut|told|found|left|lost|won|met|run|about|like|now|today)\b)[\w-]+)\W*$",
    re.IGNORECASE,
)
_PLACED = r"\b(?:to|into|in|at|on|from|for|of|with|by) (?:the |an? |my |your |our )?(?:\w+ )?"
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
    return best if clear and best.likeness is not None and best.sentence.kind != "heading" else None


def is_like(query: scoring.Query, one: scoring.ScoredSentence, required: Sequence[str], missing: Sequence[str]) -> bool:
    """Return whether a sentence has something like each word that it does not name, and names enough of the others."""
    likeness = _likeness_of(query, one, missing)
    if one.cosine >= _CLOSE and likeness and min(likeness) >= _CLOSE:
        return not any(
            _is_opposed(word, query.text, one.sentence.text) or _is_placed(word, query.text) for word in missing
        )
    named_words = {word.lower() for word in required} - {word.lower() for word in missing}
    if any(_may_differ(word, query.text, one.sentence.text, named_words) for word in missing):
        return False
    weight = {word: query.term_weights.get(stem(word.lower()), 0.0) for word in required}
    named = sum(value for word, value in weight.items() if word not in missing)
    if one.likeness is None or named < _LEAST_NAMED * sum(weight.values()):
        return False
    return all(found >= _LIKE for found in likeness)


def _likeness_of(query: scoring.Query, one: scoring.ScoredSentence, words: Sequence[str]) -> list[float]:
    """Return how like something in a sentence each of some words of the question is; one without tokens is left out."""
    if one.likeness is None:
        return []
    spans = [query.encoded.spans[at] for at in np.flatnonzero(query.token_weights)]
    lower = {word.lower() for word in words}
    found = []
    for term in terms.terms(query.text):
        if term.text in lower:
            tokens = [at for at, (start, end) in enumerate(spans) if start < term.end and term.start < end]
            found += [float(np.mean(one.likeness[tokens]))] if tokens else []
    return found


def _may_differ(word: str, question: str, quote: str, named: Collection[str]) -> bool:
    """Return whether a word that a quote does not name may be another thing than the one the quote is about.

    After "the jam", which it names, "stay" is no thing; "the chess tournament" is no chess.
    """
    if _is_opposed(word, question, quote):
        return True
    if (asked := _OF_NOUN.match(question)) and asked["head"].lower() == word.lower():
        return True
    found = re.search(rf"{_THING}{re.escape(word)}\b", question, re.IGNORECASE)
    return found is not None and (found[1] or "").lower() not in named


def _is_opposed(word: str, question: str, quote: str) -> bool:
    return bool(has_opposite(word) or NUMBER.fullmatch(word) or is_replaced(question, word, quote))


def _is_placed(word: str, question: str) -> bool:
    """Return whether a word is a thing after a preposition, of which there are others: "a ticket to the harbour"."""
    return bool(re.search(rf"{_PLACED}{re.escape(word)}\b", question, re.IGNORECASE))
