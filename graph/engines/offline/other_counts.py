"""Counts of a part of the things that a question counts, or of things that are only planned.

"22 volunteers who painted the boathouse" are not all volunteers that an association has, "eleven members of the public"
none of its members, two boats that were bought not all of its boats, and twelve houses for which somebody applied are
not there. "Two trees for each one that is felled" does not say how many there are.
"""

from __future__ import annotations

import re

from graph.engines.offline.asked_words import HOW_MANY, NUMBER, WORD
from graph.engines.offline.word_forms import is_named, stems
from graph.retrieval import terms

ASKS_ALL = re.compile(
    r"\bhow many (?P<what>[\w-]+(?: [\w-]+)?) (?:(?:is|are|were|was) there\b|(?:do|does|did) [\w' -]{1,60}? (?:have|own"
    r"|employ)\b|(?:has|have|had) )",
    re.IGNORECASE,
)
_NUMBER_BEFORE = re.compile(rf"(?:\b\d[\d.,]*|{NUMBER.pattern})(?: [\w-]+){{0,2}}? $", re.IGNORECASE)
# "The club has 40 members who row" tells all members of most clubs, and so does "there are".
_HAS = re.compile(
    r"\b(?:has|have|had|having|with|there (?:is|are|were|was)|employs?|employed|owns?|owned|comprises?|numbers?)"
    r"(?: \w+){0,2} *$",
    re.IGNORECASE,
)
_ASKS_HAS = re.compile(r"\bhow many [\w' -]{1,60}? (?:does|do) [\w' -]{1,60}? (?:have|own)\b", re.IGNORECASE)
# What somebody showed or bought is not what he has; "its 22 volunteers" are.
_DEEDS = (
    r"(?:show|display|exhibit|order|add|acquire|borrow|receive|plant|hire|rent|welcome|invite|train|repair|restore|clean"
    r"|paint|replace|buy|sell|lose|lend|get|give|win|build)(?:s|e?d)?|shown|bought|sold|lost|lent|got|gave|won|built"
)
_DID = re.compile(rf"\b(?:{_DEEDS})\b(?: (?!(?:its|his|her|their|our|all)\b)\w+){{0,2}} *$", re.IGNORECASE)
_WAS_DONE = re.compile(rf"(?: \w+)? (?:was|were) (?:{_DEEDS})\b", re.IGNORECASE)
_PLANNED = re.compile(
    r"\b(?:appl(?:y|ies|ied|ications?)|plans?|planned|propos(?:es|ed|als?)|requests?|requested|permission|quotations?"
    r"|hopes?|wants?|wishes|intends?)\b(?: \w+){0,2} (?:for|to|of)(?: \w+){0,2} *$",
    re.IGNORECASE,
)
# "How many eggs do I need?" may be answered by a rate, and a question that has one itself asks for it.
_MAY_BE_RATE = re.compile(
    r"\b(?:each|every|per|an?)\b|\b(?:do|should|must|can|may|shall) (?:i|we|you|one)\b", re.IGNORECASE
)
_FOR_EACH = re.compile(r"[^.,;]{0,40}?\bfor (?:each|every)\b(?! of (?:the|these|its)\b)", re.IGNORECASE)
# After a comma, "who" tells more of all of them.
_RESTRICTED = re.compile(r"(?: \w+)? (?:who|whom|which|that|whose)\b|(?: \w+)? of (?:the|this|our) (?P<of>\w+)")


def counts_other_things(question: str, quote: str, above: str) -> bool:
    """Return whether the numbers of things in a quote are all of some of them, of another's, or of planned ones.

    Args:
        question: A question, which may ask how many of a thing there are.
        quote: A sentence.
        above: The headings above it and the title of its document, whose words say whose the things are.
    """
    asked = ASKS_ALL.search(question)
    if asked is None:
        return is_rate(question, quote)
    what = asked["what"].split()
    counted = [word for word in what if word.lower() not in terms.STOP_WORDS][-1:]
    known = stems(f"{question} {above}")
    had = _ASKS_HAS.search(question) is not None
    found = [
        _is_of_part(quote[:start], quote[end:], known) or (had and _is_of_deed(quote[:start], quote[end:]))
        for word in counted
        for start, end in _counted(word, quote)
    ]
    return (bool(found) and all(found)) or is_rate(question, quote) or _is_conditional(quote)


_IF = re.compile(r"\b(?:if|unless|provided that|as soon as) .*", re.IGNORECASE)


def _is_conditional(quote: str) -> bool:
    """Return whether all numbers of a quote stand in a condition: "a quorum if at least 25 members are present"."""
    return bool(_IF.search(quote)) and not NUMBER.search(_IF.sub(" ", quote))


def is_rate(question: str, quote: str) -> bool:
    """Return whether a quote counts things for each of others only, where a question asks how many there are."""
    asked = HOW_MANY.search(question)
    if asked is None or _MAY_BE_RATE.search(question):
        return False
    things = [word for word in asked.groups() if word and word.lower() not in terms.STOP_WORDS]
    ends = {end for word in things for _, end in _counted(word, quote)}
    return bool(ends) and all(_FOR_EACH.match(quote[end:]) for end in ends)


def _counted(word: str, quote: str) -> list[tuple[int, int]]:
    """Return where a quote has a number and a thing that it counts, with two words between at most."""
    things = [one for one in WORD.finditer(quote) if is_named(word, stems(one.group()), frozenset())]
    numbers = [(_NUMBER_BEFORE.search(quote[: one.start()]), one.end()) for one in things]
    return [(number.start(), end) for number, end in numbers if number]


def _is_of_part(before: str, after: str, known: frozenset[str]) -> bool:
    """Return whether a restriction follows counted things, or they are what somebody plans."""
    limit = _RESTRICTED.match(after)
    if _PLANNED.search(before):
        return True
    if limit is None or _HAS.search(before):
        return False
    return not limit["of"] or not is_named(limit["of"], known, frozenset())


def _is_of_deed(before: str, after: str) -> bool:
    """Return whether counted things are what somebody showed, bought or sold, rather than has."""
    return bool(_DID.search(before) or _WAS_DONE.match(after))
