"""The relevance of a passage to a question: whether it may hold the answer.

A passage is relevant if its best sentence is similar enough to the question, or if a few sentences in a row name all
that is asked about. If the question has a name that is nowhere in the library, the sentence must be more similar; in a
small library less similar, since the best of few sentences about other things is less like a question than the best of
many.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from graph.engines.offline.everyday_words import asks_for_oneself, is_everyday
from graph.engines.offline.other_things import says
from graph.engines.offline.required_words import asked_kind, required_words
from graph.engines.offline.word_forms import initials_of, is_named, stems
from graph.retrieval import terms
from graph.retrieval.languages import language
from graph.retrieval.scoring import RELEVANT_FIT, Statistics
from graph.storage.rows import ChunkRow
from graph.types import RELEVANT_GRADE

# Added to the fit that is required, if a question has a name that is nowhere in the library. With it .940 of the
# questions about absent articles are refused instead of .925 (8 articles), and no more of the answerable ones.
_UNKNOWN_NAME = 0.5
# The least fit with which .94 of 100-200 questions about absent articles are refused grows with the library: 6.43 with
# one article (83 units), 6.58 with three (191), 7.88 with eight (564), where RELEVANT_FIT was chosen. With eight papers
# of a page (33 units) 27 of 33 answerable everyday questions reach 6.0, and of 280 about other papers 55, most of them
# on the same subject.
_MEASURED_UNITS = 564
_FIT_A_UNIT = 0.63  # by which the least fit grows where the logarithm of the number of units grows by one
_LEAST_UNITS = 24
LESS_OF_OTHERS = _FIT_A_UNIT * math.log(_MEASURED_UNITS / 150)
"""How much less the fit is reduced for a score of `graph/retrieval/multilingual.py`, whose thresholds are of 150 units.

So German and Spanish questions on 20 English articles (150 units) stay as measured. On three short texts, 25 of 31
questions in another language than the text find their sentence, 17 without; all 31 unrelated ones are refused.
"""
# "Who is the captain of the ferry?", with the last word of the role.
_WHO_IS = re.compile(
    r"^\W*(?:and |so )?who(?:['’]s| is| are| was| were) (?:currently |now )?(?:the|our|its|their|his|her|your|my|an?) "
    r"(?:[\w-]+ ){0,3}?([a-z][\w-]+)(?: (?:of|at|for|in|on|to|from)\b.*)?\W*$",
    re.IGNORECASE,
)
_MIN_NAMED = 2
# Sentences in a row that together may name all that is asked. In whole passages of 1,500 characters, .03 more of the
# questions about absent articles found their words somewhere; all answerable ones that it helps need three or fewer.
_IN_A_ROW = 3
# "The roofers" may be those of "Marlow Roofing". Such a passage may be about them, which does not mean that it answers.
_DOER = re.compile(r"([a-z]{4,})ers?")
_CODE = re.compile(r"[A-Z]{1,4}-?\d{1,4}")
_CAPITALISED = re.compile(r"(?<=\S )[^\W\d_a-z][^\W\d_]+")


def grade_of(fit: float, least: float = RELEVANT_FIT) -> float:
    """Return the grade of a fit, RELEVANT_GRADE if it is the least that is relevant; one point of fit is one grade."""
    return max(0.0, RELEVANT_GRADE + (fit - least))


def least_fit(question: str, chunks: Iterable[ChunkRow], statistics: Statistics) -> float:
    """Return the least fit of a sentence that is relevant to a question.

    Args:
        question: The question.
        chunks: The passages that were found for it, which may have its names in another form.
        statistics: The frequencies of words in the library.
    """
    return RELEVANT_FIT + _UNKNOWN_NAME * bool(unknown_names(question, chunks, statistics))


def fit_reduction(question: str, chunks: Sequence[ChunkRow], statistics: Statistics) -> float:
    """Return by how much the least fit is lowered in a small library, if no sentence reaches it.

    0.0 where the library does not have a name of the question, or the role for whose holder it asks.

    Args:
        question: The question.
        chunks: The passages that were found for it.
        statistics: The frequencies of words in the library, and its size.
    """
    units = max(_LEAST_UNITS, statistics.document_frequencies([])[1])
    if units >= _MEASURED_UNITS or unknown_names(question, chunks, statistics):
        return 0.0
    role = _WHO_IS.match(question)
    if role and not any(says(role[1], stems(" ".join([chunk.text, *chunk.headings]))) for chunk in chunks):
        return 0.0
    return _FIT_A_UNIT * math.log(_MEASURED_UNITS / units)


def unknown_names(question: str, chunks: Iterable[ChunkRow], statistics: Statistics) -> list[str]:
    """Return the names in an English question that the library has in no form; other languages have other capitals."""
    asked = [word for word in _CAPITALISED.findall(question) if word.lower() not in terms.STOP_WORDS]
    if not asked or question.isupper() or language(question) not in ("", "en"):
        return []
    counts: Mapping[str, int] = statistics.document_frequencies([word.lower() for word in asked])[0]
    missing = [word for word in asked if not counts.get(word.lower())]
    if not missing:
        return []
    text = " | ".join(" | ".join([chunk.name, *chunk.headings, chunk.text]) for chunk in chunks)
    if language(text) not in ("", "en"):  # which may have the name in other letters
        return []
    held, initials = stems(text), initials_of(text)
    return [word for word in missing if not is_named(word, held, initials)]


def names_all_asked(question: str, chunk: ChunkRow, title: str) -> bool:
    """Return whether a few sentences in a row name all words that a question asks about, two or more.

    One is enough if it is a code ("K4"), or if the question asks what its author may, must or gets. The
    headings of the chunk and the title of its document count too, but not they alone.
    """
    words, named = required_words(question, asked_kind(question)), _named_by(question)
    if len(words) < (1 if asks_for_oneself(question) or any(map(_CODE.fullmatch, words)) else _MIN_NAMED):
        return False
    above, whole = stems(" ".join([*chunk.headings, title])), stems(chunk.text)
    if not all(named(word, whole) or named(word, above) for word in words):
        return False
    own = [stems(sentence.search) for sentence in chunk.sentences]
    by_sentence = [{word for word in words if named(word, held)} for held in own]
    left = {word for word in words if not named(word, above)}
    runs = (set[str]().union(*by_sentence[at : at + _IN_A_ROW]) for at in range(len(own)))
    by_heading = any(named(word, stems(" ".join(chunk.headings))) for word in words)
    return any(left <= run and (run or by_heading) for run in runs)


def _named_by(question: str) -> Callable[[str, frozenset[str]], bool]:
    """Return a function that tests whether stems name a word of a question; a formal word names an everyday one."""
    everyday = is_everyday(question)

    def named(word: str, held: frozenset[str]) -> bool:
        doer = _DOER.fullmatch(word.lower()) if everyday else None
        by_deed = doer is not None and f"{doer[1]}ing" in held
        return by_deed or (says(word, held) if everyday else is_named(word, held, frozenset()))

    return named
