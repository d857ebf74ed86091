"""A check of statements that a quote calls wrong, reports, makes conditional or leaves open.

A claim that states them as facts says more than its quote. English and German words are known. A finding
is a doubt.
"""

from __future__ import annotations

import re

from graph.verification.claims.assertions.modality import is_hedge
from graph.verification.claims.assertions.negation import is_negation
from graph.verification.claims.wording import content, same_language, share, words

_SHARED = 0.5
"""Least share of a claim's words in the part of the quote whose condition it leaves out."""
_REPORTED, _WHOLE = 0.6, 0.8
"""Least share of a claim's words in the reported statement, and of the statement's words in the claim."""
_FALSELY = r"(?:incorrectly|wrongly|falsely|mistakenly)\s+\w+"
_SAYS = (
    r"suggest(?:s|ed)?|claim(?:s|ed)?|alleg(?:es|ed)|argu(?:es|ed)|believe[sd]?|propos(?:es|ed)|"
    r"behaupte(?:t|te|ten|n)|mein(?:t|te|ten|en)"
)
_DENIES = (
    r"den(?:y|ies|ied)\s+that|disput(?:es|ed)\s+(?:that|the\s+\w+\s+that)|reject(?:s|ed)\s+the\s+\w+\s+that|"
    r"(?:widersprach|bestritt|bestreitet)\b[^.;,]{0,40},"
)
_OPINION = re.compile(
    rf"\b(?P<how>(?:{_FALSELY}|{_SAYS})(?:\s+that|,\s+dass)|(?:believe[sd]?|thinks?|thought)(?=\s+(?:[A-Z]|"
    rf"the\b|it\b))|"
    rf"{_DENIES}|schl[äu]gt?\b[^.;,]{{0,30}}\bvor,)(?P<said>[^.;]+)",
    re.IGNORECASE,
)
_SPEAKING = re.compile(
    r"^(?:accord\w*|argu\w*|alleg\w*|suggest\w*|propos\w*|claim\w*|belie[fv]\w*|think|thinks|thought|stat(?:es|ed)|"
    r"say|says|said|opinion|incorrect\w*|wrong\w*|false\w*|mistaken\w*|laut|zufolge|vorschl\w*|schlägt|schlug|meint\w*|"
    r"behaupt\w*|fälschlich\w*|irrtümlich\w*)$"
)
"""Words of a claim that is itself a report."""
_CONDITION = re.compile(
    r"^(?:when|where|once|above|below|beyond|over|bei|ab|über|depend\w*|subject|condition\w*|bedingung|"
    r"voraus\w*|ohne|without|need\w*)$"
)
"""Words of a claim that is itself conditional."""
_ALLOWED = frozenset("may can kann können darf dürfen".split())
_IF = re.compile(
    r"\b(?P<if>if|provided that|provided(?! by\b)|falls|sofern|vorausgesetzt)\s(?P<what>(?:(?!\sthen\b)[^,.;])+)",
    re.IGNORECASE,
)
_OPEN = re.compile(
    r"\b(?:not (?:clear|known|certain)|unclear|unknown|uncertain|undecided|unklar|ungewiss|"
    r"fraglich),?\s+(?:whether|if|ob)\s|"
    r"^Ob\s",
    re.IGNORECASE,
)


def opinion_stated(text: str, quote: str) -> str:
    """Return a doubt where a claim states as a fact what its quote calls wrong, or only reports as said or proposed."""
    keys = {word.key for word in words(text)}
    if not same_language(text, quote) or any(is_negation(key) for key in keys):
        return ""
    for found in _OPINION.finditer(quote):
        said, how = content(found["said"]), {word.key for word in words(found["how"])}
        if not said or keys & how or any(is_hedge(key) or _SPEAKING.match(key) for key in keys):
            continue
        if share(content(text), said) >= _REPORTED or share(said, content(text)) >= _WHOLE:
            return f"the quote says “{found['how']}”, the claim states it as a fact"
    return ""


def _is_met(text: str, condition: str) -> bool:
    """Return whether a claim says that a condition is met: it has the condition's subject and half of its words."""
    said, held = ([word.stem for word in words(some) if word.is_content] for some in (text, condition))
    return bool(held) and said[:1] == held[:1] and share(held, said) >= _SHARED


def condition_dropped(text: str, quote: str) -> str:
    """Return a doubt where a claim leaves out the "if" of its quote, or decides what the quote leaves open."""
    keys = {word.key for word in words(text)}
    keys -= _ALLOWED & {word.key for word in words(quote)}  # "may" and "can" of the quote still depend on the condition
    if not same_language(text, quote) or any(is_hedge(key) or _CONDITION.match(key) for key in keys):
        return ""
    for found in _IF.finditer(quote):
        rest = content(f"{quote[: found.start()]} {quote[found.end() :]}")
        if share(content(found["what"]), content(text)) < _SHARED <= share(content(text), rest):
            return f"the quote says “{found['if']}”, the claim does not"
        if _is_met(text, found["what"]):
            return f"the quote says “{found['if']} {found['what'].strip()}”, the claim states it as a fact"
    left_open = _OPEN.search(quote)
    if left_open and share(content(text), content(quote[left_open.end() :])) >= _SHARED:
        return f"the quote says “{left_open[0].strip()}”, the claim states it as a fact"
    return ""


def other_speaker(text: str, quote: str) -> str:
    """Return a doubt where a claim attributes to one speaker what its quote attributes to another."""
    said, held = _SPEAKER.search(text), _SPEAKER.search(quote)
    if not said or not held or not same_language(text, quote):
        return ""
    own, known = content(said["one"] or said["other"]), content(held["one"] or held["other"])
    if own and known and not own & known and own & (content(quote) - known):
        return f"the quote says “{held[0].strip()}”, the claim “{said[0].strip()}”"
    return ""


_SPEAKER = re.compile(
    r"\b(?:according to|laut|nach angaben (?:de[rs]|von))\s(?P<one>[^,.;]{1,40}?)(?=[,.;]|$)|"
    r"(?:^|[.;,]\s)(?P<other>[^,.;]{1,40}?)\s(?:says?|said|states?|stated|claims?|claimed|reports?|reported|sagt|sagte|"
    r"erklärte?|behauptete?)\b(?:,|\s(?:that|dass)\b)?",
    re.IGNORECASE,
)
