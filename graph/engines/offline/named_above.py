"""Words of a heading or title that also hold for the sentences under it.

Under "Skerry Point" a page says "Its last keeper was ...", so that a question about the last keeper of Skerry Point is
answered by a sentence without that name, and not by one with it that says something else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from graph.engines.offline.other_things import headings_above
from graph.retrieval import scoring, terms
from graph.storage.fulltext import stem
from graph.storage.rows import ChunkRow

# The least likeness of a question's word that a heading or the title has. On 400 questions over eight articles .895 of
# the answers hold the expected text with 0.6 and with 0.8, .892 without it.
_NAMED_ABOVE = 0.7


def with_named_above(
    query: scoring.Query,
    scored: Sequence[scoring.ScoredSentence],
    chunks: Mapping[str, ChunkRow],
    titles: Mapping[str, str],
) -> list[scoring.ScoredSentence]:
    """Return sentences scored again: question words in a heading or title count at least `_NAMED_ABOVE`."""
    asked = _stems_of_tokens(query)
    weights = query.token_weights[np.flatnonzero(query.token_weights)]
    named: dict[tuple[str, tuple[str, ...]], NDArray[np.bool_]] = {}
    result = []
    for one in scored:
        if one.likeness is None or len(one.likeness) != len(asked):
            result.append(one)
            continue
        chunk = chunks[one.chunk]
        key = (chunk.document, tuple(headings_above(one.sentence, chunk)))
        if key not in named:
            above = terms.stems(" | ".join([*key[1], titles.get(chunk.document, "")]))
            named[key] = np.array([word in above for word in asked])
        if not named[key].any():
            result.append(one)
            continue
        raised = np.where(named[key], np.maximum(one.likeness, _NAMED_ABOVE), one.likeness)
        result.append(replace(one, maxsim=float(raised @ weights)))
    return result


def _stems_of_tokens(query: scoring.Query) -> list[str]:
    """Return for each weighing token the stem of its word, "" for a stop word."""
    found = terms.terms(query.text)
    result = []
    for at in np.flatnonzero(query.token_weights):
        start, end = query.encoded.spans[at]
        word = next((term.text for term in found if term.start < end and start < term.end), "")
        result.append("" if word in terms.STOP_WORDS else stem(word))
    return result
