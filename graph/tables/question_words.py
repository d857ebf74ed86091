"""Words of a question with their stems, abbreviated as tables do, and whether it asks for rows or for a price."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from graph.engines.offline.asked_words import MEASURES
from graph.engines.offline.other_amounts import is_other_rate
from graph.retrieval import terms
from graph.storage.fulltext import stem
from graph.tables.header_words import units_of

# Headers write "the first half of 2024" as "H1", the third quarter as "Q3".
_PART_NAMED = re.compile(r"\b(first|second|third|fourth) (half|quarter)(?:[- ]years?)?\b", re.IGNORECASE)
_RANKS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_MONTHS = frozenset(
    """january february march april june july august sept september october november december
    """.split()
)

_MIN_PREFIX = 4  # letters that two forms of a word share ("Estonia", "Estonian")
_SOMEBODY = re.compile(r"(?:keep|hold|mak|own|writ|lead|driv|work|play|sell|scor|bear)(?:er)?|(?:wo)?m[ae]n|person")
_ASKS_ROWS = re.compile(
    r"^\W*(?:and |so )?(?:in |on |at |for )?(?:which|what) (?P<rows>(?:[a-z-]+ )?[a-z-]+)", re.IGNORECASE
)
_CHOOSES = re.compile(r"\b(?:or|than|both|between)\b|,", re.IGNORECASE)
_HOW_MUCH_IS = re.compile(
    r"\bhow (?:much|expensive) (?:is|are|was|were) (?!the (?:number|amount|value)\b)"
    r"|\bhow much (?:do|does|did) .* costs?\b",
    re.IGNORECASE,
)
_PRICE_HEAD = re.compile(r"\b(?:prices?|costs?|fees?|rents?|fares?|charges?|rates?)\b", re.IGNORECASE)


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


def begins(one: str, held: Iterable[str]) -> bool:
    """Return whether a stem is a prefix of one of others, or one of these is its prefix, of four or more letters.

    "Rain" begins "rainfall"; "goals" does not begin "goalkeeper", who is somebody.
    """
    if len(one) < _MIN_PREFIX or one.isdigit():
        return False
    return any(
        len(other) >= _MIN_PREFIX
        and not other.isdigit()
        and (other.startswith(one) or one.startswith(other))
        and not _SOMEBODY.fullmatch(max(one, other, key=len)[min(len(one), len(other)) :])
        for other in held
    )


def written(word: str) -> str:
    """Return a word in the form for comparison: months by three letters, since tables shorten them."""
    return word[:3] if word in _MONTHS else word


_MOST_ENDING = 2  # letters of the plural: "countries" of "country"; "department" is no form of "departs"


def is_same_noun(noun: str, word: str) -> bool:
    """Return whether a word of a header is a noun of a question, in the singular or plural."""
    return abs(len(noun) - len(word)) <= _MOST_ENDING and stem(noun.lower()) == stem(word.lower())


def asks_for_rows(question: str, header: str, label: str) -> bool:
    """Return whether a question asks for rows, by the header of their labels, and names the row with this label.

    The row that it names is then no answer: "Which rivers flow into the Senn?" is answered by other rivers.
    """
    asked = _ASKS_ROWS.match(question)
    heads, own = terms.stems(header), terms.stems(label)
    if not asked or not heads or not own or _CHOOSES.search(question):
        return False
    return heads <= terms.stems(asked["rows"]) and own <= terms.stems(question[asked.end() :])


def lacks_price(question: str, columns: Sequence[str], said: str) -> bool:
    """Return whether a price is asked for, and an answer names none of the table's columns of prices."""
    priced = [column for column in columns if _PRICE_HEAD.search(column)]
    return bool(priced) and _HOW_MUCH_IS.search(question) is not None and not any(column in said for column in priced)


_COUNTED = re.compile(r"\bhow many (?P<what>(?:of )?(?:the )?[a-z-]+(?: [a-z-]+)?)", re.IGNORECASE)
_OF_SCALE = frozenset(map(stem, "thousand million billion number count k m bn hundred".split()))
_MONEY = re.compile(
    r"[$€£¥₹]|\b(?:dollars?|euros?|pounds?|francs?|yen|rupees?|crowns?|cents?|pence|USD|EUR|GBP|CHF|prices?|costs?|fees?)\b",
    re.IGNORECASE,
)
_HOW_MUCH_OF = re.compile(r"\bhow much (?!is\b|are\b|was\b|were\b|do\b|does\b|did\b)(?P<what>[a-z]+)", re.IGNORECASE)
_COUNT_HEAD = re.compile(r"^(?:days?|nights?|hours?|weeks?|months?|number|no\.?|count) (?:of|with)\b", re.IGNORECASE)
_HOW_LONG = re.compile(r"\bhow long\b", re.IGNORECASE)
_LENGTH_HEAD = re.compile(
    r"\b(?:length|long|duration|time|distance|period|seconds?|minutes?|hours?|days?|weeks?|months?|years?|min|km|m|cm|mm"
    r"|ft|h|miles?|since|from|until|term|validity)\b",
    re.IGNORECASE,
)


def is_other_measure(question: str, column: str, cell: str) -> bool:
    """Return whether a number answers another question: days for an amount, a count for a length, a rate for another.

    Args:
        question: A question.
        column: The header over the number.
        cell: The number as it is printed, with its unit.
    """
    said = f"{column} {cell}"
    if is_other_rate(question, said):
        return True
    if counted := _COUNTED.search(question):
        named = terms.stems(counted["what"])
        return (
            bool(_MONEY.search(said)) and not named & (units_of(column) - _OF_SCALE) and not _MONEY.search(counted[0])
        )
    if (much := _HOW_MUCH_OF.search(question)) and much["what"].lower() not in ("time", "money"):
        return _COUNT_HEAD.search(column) is not None
    return _HOW_LONG.search(question) is not None and not (_LENGTH_HEAD.search(said) or re.search(r"\d:\d|[a-z]", cell))


_SUPERLATIVE = r"\b(?:highest|lowest|greatest|largest|smallest|longest|shortest|maximum|minimum|max|min|most|least)"
_MOST_OF = tuple(
    (re.compile(rf"{_SUPERLATIVE} (?:[a-z-]+ )?(?:{names.pattern})", re.IGNORECASE), names, units)
    for names, units in MEASURES
)


def is_other_quantity(question: str, column: str) -> bool:
    """Return whether the most or least of one measure is asked for, and a header names another one alone.

    "The lowest temperature" is none of the prices of temperature sensors.
    """
    asked = [found.search(question) is not None for found, _, _ in _MOST_OF]
    said = [bool(names.search(column) or units.search(column)) for _, names, units in _MOST_OF]
    return any(asked) and any(said) and not any(one and other for one, other in zip(asked, said, strict=True))


_IS_START = re.compile(r"\W*(?:from|origin|start|departure (?:place|airport|station|port|city))\W*", re.IGNORECASE)
_IS_END = re.compile(r"\W*(?:to|destination|end|arrival (?:place|airport|station|port|city))\W*", re.IGNORECASE)


def is_other_end(question: str, column: str, named: str) -> bool:
    """Return whether a question names a place as one end of a way, and a column has the other ends.

    Args:
        question: The question: "When does the flight to Oslo leave?"
        column: The name of a column: "From".
        named: What the question names of its cell: "Oslo".
    """
    before = rf"(?:the )?{re.escape(named)}(?!\w)"
    ends = re.search(rf"\b(?:to|into|towards|for|reach\w*) {before}", question, re.IGNORECASE) is not None
    starts = re.search(rf"\b(?:from|leav\w+|out of) {before}", question, re.IGNORECASE) is not None
    if _IS_START.fullmatch(column):
        return ends and not starts
    return starts and not ends and _IS_END.fullmatch(column) is not None
