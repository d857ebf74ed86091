"""Words of a question: content words, stems, years, and the type of answer that it asks for."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from graph.retrieval.languages import language, stop_words
from graph.storage.fulltext import stem
from loaders.text.raised_signs import TO_ORDINARY

# English stop words. Without them a full-text search over 100,000 rows is four times as fast and ranks better.
STOP_WORDS = frozenset(
    """a about all also am an and any are as at be been being but by can could did do does doing done for from get gets
    give given gives had has have having he her his how i if in into is it its itself many me much my no nor not of on
    or our out over own per please she should so some such tell than that the their them then there these they this
    those through to too under up us very was we were what when where whether which while who whom whose why will with
    would you your according mentioned state stated say says said describe explain list name named called show
    document paper report text page isn aren wasn weren doesn didn hasn hadn couldn wouldn
    shouldn""".split()
)

# Letters and digits with marks between them: o1-mini, 86.7, R&D, don't, cons@64.
_WORD = re.compile(r"[^\W_]+(?:[-.,'’&@/+][^\W_]+)*", re.UNICODE)
_PIECE = re.compile(r"[^\W_]+", re.UNICODE)
_MAX_QUESTIONS = 6  # each is a search of its own
_INSTRUCTS = re.compile(
    r"(?:please )?(?:answer|reply|respond|express|round|format)\b(?!.*\?)|(?:in )?[\w$€£]+\.?$",
    re.IGNORECASE,
)
_NEXT_QUESTION = re.compile(r"(?<=\?)\s+(?=\S)")
_INVERTED = r"\s+(?:do|does|did|is|are|was|were|can|must)\b"
# "When do the quiet hours begin, when does music end?"; "When the storm came, who was mayor?" is one question, and
# so is "Who is Ann Weber, who was born in Kiel?".
_TWO_QUESTIONS = re.compile(
    rf"((?:when|where|why|what|who|how(?: \w+)?){_INVERTED}[^,?]+),\s+(?:and\s+)?"
    rf"((?:(?:when|where|why|how(?: \w+)?){_INVERTED}|(?:what|who)\s+(?:do|does|did)\b)[^,?]+\??)",
    re.IGNORECASE,
)


class Term(NamedTuple):
    """A word of a text, lower case, and the range of its characters."""

    text: str
    start: int
    end: int


def terms(text: str) -> list[Term]:
    """Return the words of a text, lower case, split at inner marks as the full-text index splits them."""
    return [Term(found.group().lower(), *found.span()) for found in _PIECE.finditer(text.translate(TO_ORDINARY))]


def words(text: str) -> list[str]:
    """Return the words of a text with their inner marks, lower case."""
    return [found.group().lower() for found in _WORD.finditer(text.translate(TO_ORDINARY))]


def content_terms(text: str) -> list[str]:
    """Return the distinct words without stop words; all words if every one is a stop word ("What is it?")."""
    return list(_content_terms(text))


@lru_cache(maxsize=256)  # called ten times for one question
def _content_terms(text: str) -> tuple[str, ...]:
    found = [term.text for term in terms(text)]
    ignored = STOP_WORDS | stop_words(language(text))
    kept = [word for word in found if word not in ignored and (len(word) > 1 or word.isdigit())]
    return tuple(dict.fromkeys(kept or found))


def search_terms(text: str) -> list[str]:
    """Return the search terms of a text: its content terms, and numbers with points and codes ("6.2", "KX-204").

    FTS5 finds these whole, as phrases of their parts.
    """
    return list(dict.fromkeys([*content_terms(text), *_DOTTED.findall(text), *identifiers(text)]))


_DOTTED = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3})+(?![\w]|\.\d)")


def identifiers(text: str) -> list[str]:
    """Return the codes of a text, lower case: words of several parts with a digit in one ("kx-204", "gpt-4o-0513")."""
    return [word for word in words(text) if re.search(r"\d", word) and re.search(r"[^\W\d_].*[-/.]|[-/].*", word)]


def stems(text: str) -> frozenset[str]:
    """Return the stems of all words of a text."""
    return frozenset(map(stem, map(str.lower, _PIECE.findall(text.translate(TO_ORDINARY)))))


def split_questions(question: str) -> list[str]:
    """Split a text into the questions that it asks; a text with more than six stays whole."""
    parts = [part.strip() for part in _NEXT_QUESTION.split(question.strip())]
    two = [match.groups() if (match := _TWO_QUESTIONS.fullmatch(part)) else (part,) for part in parts]
    found = list(dict.fromkeys(part for some in two for part in some if part))
    if len(found) > 1 and _INSTRUCTS.match(found[-1]):  # "How much did it earn? Answer in millions."
        found[-2:] = [f"{found[-2]} {found[-1]}"]
    return found if 1 < len(found) <= _MAX_QUESTIONS and all(map(content_terms, found)) else [question.strip()]


_YEAR = re.compile(r"\b(?:1[0-9]{3}|20[0-9]{2})\b")


PART_OF_YEAR = re.compile(
    r"\b(?:quarters?|Q[1-4]|[1-4]Q|(?:three|six|nine|[369]) months?|half[- ]years?|(?:first|second) half|H[12])\b", re.I
)
"""A part of a year, as reports name it."""
WHOLE_YEAR = re.compile(
    r"\b(?:full[- ]year|(?:twelve|12) months|(?:fiscal |financial )?years? ended|fiscal years?|annual)\b", re.IGNORECASE
)
"""A whole year, as reports name it beside its parts."""


def years(text: str) -> frozenset[str]:
    """Return the years that a text names.

    A question whose year is in none of the retrieved chunks is unlikely to be answered by them: this held for none of
    26 answerable questions with a year, and for 8 of 29 that only look answerable.
    """
    return frozenset(_YEAR.findall(text))


_YEARS_LONG = 60
_RANGE = re.compile(
    r"\b(1[0-9]{3}|20[0-9]{2}) ?(?:[-–—]|to|until|till) ?(?:[A-Z][a-z]+ )?(1[0-9]{3}|20[0-9]{2}|[0-9]{2})\b"
)


def years_within(text: str) -> frozenset[str]:
    """Return the years inside the periods that a text names, of up to 60 years: 2017 of "2016-2021"."""
    found: set[int] = set()
    for first, last in _RANGE.findall(text):
        start, end = int(first), int(last if len(last) == len(first) else first[:2] + last)
        if start < end <= start + _YEARS_LONG:
            found.update(range(start + 1, end))
    return frozenset(map(str, found))


_NUMBER = re.compile(r"\d")
_DATE = re.compile(
    r"\b(1[0-9]{3}|20[0-9]{2})\b|\b(january|february|march|april|may|june|july|august|september|october|november"
    r"|december|century|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<![.!?]\s)(?<!^)\b[A-Z][\w'’-]+")
_TYPES = (
    (re.compile(r"\b(when|what (year|date|day|month|century)|which (year|date|day|month|century))\b", re.I), _DATE),
    (
        re.compile(
            r"\b(how (many|much|long|often|old|far|large|big|tall|high|fast|deep)|what (percent|percentage|number"
            r"|amount|proportion|share|score|rating|rate|price|cost|population|fraction))\b",
            re.I,
        ),
        _NUMBER,
    ),
    (re.compile(r"\b(who|whom|whose|where|which (city|country|place|person|company|state))\b", re.I), _NAME),
)


def has_answer_type(question: str, text: str) -> bool:
    """Return whether a text holds the type of answer asked for: a date, a number, a name; True for other types."""
    for asks, answers in _TYPES:
        if asks.search(question):
            return bool(answers.search(text))
    return True
