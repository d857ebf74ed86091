"""Words of a question that a heading or title says for the sentences under it."""

from __future__ import annotations

import re

import numpy as np

from graph.engines.offline.named_above import with_named_above
from graph.retrieval import terms
from graph.retrieval.scoring import Query, ScoredSentence
from graph.storage.rows import ChunkRow, SentenceRow
from graph.types import Encoded

QUESTION = "last keeper of Gorse Point"


def asking(question: str) -> Query:
    spans = tuple(found.span() for found in re.finditer(r"\w+", question))
    weights = np.array([word not in terms.STOP_WORDS for word in question.split()], np.float32)
    encoded = Encoded(np.zeros(1, np.float32), np.zeros((len(spans), 1), np.int8), spans)
    return Query(question, encoded, weights / weights.sum(), {}, np.zeros(len(spans), np.bool_))


def scored(text: str, headings: tuple[str, ...], likeness: list[float]) -> float:
    """The likeness of a sentence under headings in a document titled "Lights of the coast"."""
    sentence = SentenceRow("s", text, text, "prose", (1,))
    chunk = ChunkRow("c", "d", "a.pdf", 0, "text", text, (1,), headings, (sentence,))
    query, own = asking(QUESTION), np.array(likeness, np.float32)
    weights = query.token_weights[query.token_weights > 0]
    one = ScoredSentence("c", sentence, 0, 0, 0.5, float(own @ weights), likeness=own)
    return with_named_above(query, [one], {"c": chunk}, {"d": "Lights of the coast"})[0].maxsim


def test_a_sentence_under_a_heading_with_the_name_comes_before_one_that_says_the_name() -> None:
    # The likeness of "last", "keeper", "Gorse" and "Point".
    told = scored("Its last keeper was Ann Moy.", ("Gorse Point",), [0.9, 0.9, 0.1, 0.1])
    other = scored("Gorse Point was bought from a farmer.", ("Gorse Point",), [0.2, 0.2, 0.9, 0.9])
    assert told > other


def test_nothing_is_raised_under_another_heading() -> None:
    assert scored("Its last keeper was Ann Moy.", ("Wick Head",), [0.9, 0.9, 0.1, 0.1]) == np.float32(0.5)
