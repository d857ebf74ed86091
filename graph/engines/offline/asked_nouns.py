"""Nouns of a question in whose place a quote has another: the one after "what" or "which", and those of the title.

"What dividend is expected?" is not answered by "The board expects sales of 152 million", nor "Which product grew
fastest?" by "The garden division grew fastest". A name in the quote may be a case of the noun: "supplied by Hart Ltd"
says which company.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from graph.engines.offline.asked_words import FRAME, MEASURES, WORD
from graph.engines.offline.everyday_words import is_written_formally
from graph.engines.offline.other_things import Evidence, says
from graph.engines.offline.unnamed_words import GENERAL, is_followed_by_other
from graph.engines.offline.word_forms import is_named, stems
from graph.retrieval import terms

_ASKED = re.compile(
    r"^\W*(?:(?:and|so|in|at|on|by|for|from|to|with|of|under|through|until|till|within|into|during|after|before) )*"
    r"(?:what|which) (?:(?:other|kinds? of|types? of|sorts? of) )?(?P<noun>[a-z][a-z-]+)\b",
    re.IGNORECASE,
)
# What is said without the noun: the kind shows in the value.
_SHOWN_BY_VALUE = frozenset("colour color colours colors language languages material materials era size".split())
_COLOURS = re.compile(
    r"\b(?:red|green|blue|yellow|white|black|brown|grey|gray|orange|purple|violet|pink|silver|gold(?:en)?|beige|turquoise"
    r"|cream|ochre|crimson|scarlet|navy)\b",
    re.IGNORECASE,
)
# A capital letter inside a sentence, but no day or month.
_NAME = re.compile(
    r"(?<=[\w,;:)] )(?:the )?(?!(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|January|February|March|April|May|June|July"
    r"|August|September|October|November|December)(?P<name>[A-Z][\w'’-]+)"
)


def other_noun(question: str, kind: str, required: Sequence[str], evidence: Evidence) -> str:
    """Return why a quote is about another noun than a question, as a clause; "" if there is no sign of it.

    Args:
        question: The question.
        kind: The kind of value that it asks for (`asked_kind`); a date, place or number shows what it is.
        required: The words that an answer has to name.
        evidence: The quote with its context.
    """
    if word := _replaced_below(question, required, evidence):
        return f"the quote has another word in the place of {word}"
    noun = _unnamed_noun(question, kind, evidence)
    return f"the quote does not name {noun}" if noun else ""


def _replaced_below(question: str, required: Sequence[str], evidence: Evidence) -> str:
    """Return a word that only the title or a heading names, and in whose place the quote has another; "" for none."""
    if evidence.label:
        return ""
    own, above = stems(evidence.quote), stems(evidence.above)
    unsaid = [word for word in required if says(word, above) and not says(word, own)]
    return next((word for word in unsaid if _has_other(question, word, evidence.quote)), "")


def _has_other(question: str, word: str, quote: str) -> bool:
    """Return whether a quote has another thing in the place of a word: before or after its neighbour, as a subject."""
    return (
        _is_means(question, word)
        or is_followed_by_other(question, word, quote)
        or _is_done_to_other(question, word, quote)
    )


_WAS_DONE = re.compile(
    r"\b(?:was|were|is|are|been) (?:the|an?|our|its|their|this) (?:[\w-]+ )*?(?P<head>[\w-]+) (?P<done>[a-z]+)\W*$",
    re.IGNORECASE,
)
_SUBJECT = r"(?:^|[.;,] )(?:The|An?|Our|Its|Their|the|an?) (?:[\w-]+ )?[\w-]+ (?:was|were|is|are|will be)"


def _is_done_to_other(question: str, word: str, quote: str) -> bool:
    """Return whether something was done to another subject: "The ferry was repaired", where it is asked of a pier."""
    asked = _WAS_DONE.search(question)
    if asked is None or asked["head"].lower() != word.lower():
        return False
    done = rf"{_SUBJECT} (?:[a-z]+ly )?{re.escape(asked['done'])}\b"
    return bool(re.search(done, quote))


def _is_means(question: str, word: str) -> bool:
    """Return whether something is to be done with a thing: "descale with coffee" under "Coffee machine"."""
    return bool(re.search(rf"\b(?:with|without|using) (?:(?:an?|the) )?{re.escape(word)}\b", question, re.IGNORECASE))


def _unnamed_noun(question: str, kind: str, evidence: Evidence) -> str:
    """Return the noun after "what" or "which" that a quote neither names nor gives a case of; "" if there is none."""
    asked = _ASKED.match(question) if not kind else None
    noun = asked["noun"].lower() if asked else ""
    if not noun or noun in terms.STOP_WORDS | FRAME | GENERAL:
        return ""
    if noun in _SHOWN_BY_VALUE:
        is_colour = noun.startswith("colo")
        return noun if is_colour and not _COLOURS.search(evidence.quote) else ""
    held = stems(f"{evidence.quote} {evidence.above}")
    if is_named(noun, held, frozenset()) or is_written_formally(noun, held):
        return ""
    if any(names.fullmatch(noun) and units.search(evidence.quote) for names, units in MEASURES):
        return ""
    known = {word.lower() for word in WORD.findall(question)}
    new = any(one["name"].lower() not in known for one in _NAME.finditer(evidence.quote))
    return "" if new and not evidence.label else noun
