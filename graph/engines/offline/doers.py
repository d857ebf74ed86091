"""The one who does something, by a verb in the question and a noun on the page, or the other way round.

"Who owns the mill?" is answered by "Owner: Ann Lee", "Who runs the school?" by "The manager is Ann Lee", and "Who was
the architect of the hall?" by "designed by Ann Lee".
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from graph.engines.offline.everyday_words import is_written_formally
from graph.retrieval import terms
from graph.storage.fulltext import stem

# What somebody may be called who does something, with other words than the verb's own.
_AGENTS = {
    stem(verb): frozenset(map(stem, agents.split()))
    for verb, agents in (
        ("teaches", "lecturer tutor instructor professor"),
        ("taught", "lecturer tutor instructor professor teacher"),
        ("leads", "head director chair"),
        ("led", "head director chair leader"),
        ("runs", "manager director operator head"),
        ("built", "contractor builder"),
        ("wrote", "author"),
        ("written", "author writer"),
        ("drawn", "illustrator artist"),
        ("painted", "artist"),
        ("treats", "doctor physician consultant therapist"),
        ("treated", "doctor physician consultant therapist"),
        ("made", "manufacturer maker producer"),
        ("makes", "manufacturer producer"),
        ("designed", "architect"),
        ("inspected", "surveyor"),
    )
}
_WHO_IS_ROLE = re.compile(
    r"^\W*(?:and |so )?who(?:['’]s| is| are| was| were) (?:the |its |their )"
    r"(?:\w+ )?(?P<role>[a-z]{4,}) (?:of|for|behind)\b(?P<thing>.*)",
    re.IGNORECASE,
)
_DONE_BY_NAME = re.compile(r"\b(?P<verb>[a-z]{3,}) by (?:the [a-z]+ )?[A-Z]")
_CLAUSE = re.compile(r"[.;:!?]")
_BESIDE = re.compile(r"\b(?:in|of|for|at|on|to|with|from|beside|near|behind|around|under|over)\b", re.IGNORECASE)
_IS_NAMED = re.compile(
    r"^(?:The|Our|Its|Your) (?:[a-z]+ )?(?P<role>[a-z]+) (?:is|was) (?:called )?(?:Dr |Prof |M(?:r|r?s) )?[A-Z]"
)


def doers_of(verb: str) -> frozenset[str]:
    """Return the stems of what somebody may be called who does something: "owner" of "owns"."""
    own = (stem(f"{stem(verb.lower())}{end}") for end in ("er", "or", "r"))
    return frozenset(own) | _AGENTS.get(stem(verb.lower()), frozenset())


def is_done_by_name(question: str, word: str, quote: str) -> bool:
    """Return whether a quote says by whom something was done, and a word is that role: "architect", "designed"."""
    asked = _WHO_IS_ROLE.match(question)
    if asked is None or asked["role"].lower() != word.lower():
        return False
    role = stem(word.lower())
    things = {stem(one.text) for one in terms.terms(asked["thing"]) if one.text not in terms.STOP_WORDS}
    return any(
        role in doers_of(found["verb"]) and _is_said_of(things, _CLAUSE.split(quote[: found.start()])[-1])
        for found in _DONE_BY_NAME.finditer(quote)
    )


def _is_said_of(things: set[str], before: str) -> bool:
    """Return whether words before "designed by" are about a thing, or name none: "the chairs in the hall" are not."""
    own = terms.terms(before)
    first = next((one for one in own if stem(one.text) in things), None)
    if first is None:
        return not any(one.text not in terms.STOP_WORDS for one in own)
    return not _BESIDE.search(before[: first.start])


def is_done_by_nobody(verb: str, quote: str) -> bool:
    """Return whether a sentence says that something was done, and not by whom: "which was founded in 1989"."""
    done = re.compile(
        r"\b(?:was|were|been|being|be|is|are) (?:[a-z]+ly )?(?P<verb>[a-z]{3,})\b(?P<after>[^;]*)", re.IGNORECASE
    )
    own = [one for one in re.findall(r"[a-z]+", quote.lower()) if is_same_verb(verb, one)]
    passive = [found for found in done.finditer(quote) if is_same_verb(verb, found["verb"])]
    return bool(passive) and len(own) == len(passive) and not any(re.search(r"\bby\b", one["after"]) for one in passive)


def is_done_to_part(verb: str, others: Sequence[str], quote: str) -> bool:
    """Return whether a sentence says only of something in or of a thing by whom it was done: "the chairs in the hall".

    `others` are the words of a question besides its verb.
    """
    things = {stem(word.lower()) for word in others}
    done = [found for found in _DONE_BY_NAME.finditer(quote) if is_same_verb(verb, found["verb"])]
    return bool(done) and not any(_is_said_of(things, _CLAUSE.split(quote[: found.start()])[-1]) for found in done)


_THINGS = re.compile(r"\b(?:the|these|those|its|our|their|new|old|\d+) (?P<thing>[a-z]+s)\b", re.IGNORECASE)


def is_named_by_things(verb: str, quote: str) -> bool:
    """Return whether a sentence has a verb only in things of that name: "the chairs" chair or run nothing."""
    words = re.findall(r"[a-z]+", quote.lower())
    if any(is_same_verb(verb, word) for word in words):
        return False
    naming = {word for word in words if is_written_formally(verb, frozenset((word, stem(word))))}
    return bool(naming) and naming <= {found["thing"].lower() for found in _THINGS.finditer(quote)}


# "Emil sold his shares" says who bought them only with "to", and "they bought the mill" who sold it with "from".
_REVERSED = {
    "buy": (r"(?:sold|sells?|selling)", "to"), "bought": (r"(?:sold|sells?|selling)", "to"),
    "sell": (r"(?:bought|buys?|purchased|acquired)", "from"), "sold": (r"(?:bought|buys?|purchased|acquired)", "from"),
    "lend": (r"(?:borrow(?:s|ed)?)", "from"), "lent": (r"(?:borrow(?:s|ed)?)", "from"),
    "borrow": (r"(?:lends?|lent)", "to"), "borrowed": (r"(?:lends?|lent)", "to"),
}  # fmt: skip


def is_by_other_side(verb: str, quote: str) -> bool:
    """Return whether a sentence names the other side of a deal than the one who does what a verb says."""
    other, way = _REVERSED.get(verb.lower().removesuffix("s"), ("(?!)", ""))
    said = re.search(
        rf"\b(?i:{other})\b(?P<side>(?: (?!and\b)[\w'’-]+){{0,6}} {way} (?:the |an? |[a-z]+ ){{0,3}}[A-Z])?", quote
    )
    own = any(is_same_verb(verb, one) for one in re.findall(r"[a-z]+", quote.lower()))
    return said is not None and not own and not said["side"]


def is_same_verb(verb: str, other: str) -> bool:
    """Return whether two words are forms of one verb."""
    return stem(verb.lower()) == stem(other.lower())


def names_doer(verb: str, quote: str) -> bool:
    """Return whether a sentence begins with the name of who does what a verb says: "The manager is Ann Lee"."""
    found = _IS_NAMED.match(quote) if verb else None
    return found is not None and stem(found["role"]) in doers_of(verb)
