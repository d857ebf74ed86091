"""A check of periods and of order: a quarter's value is not the year's, and "before" is not "after".

A finding is a doubt.
"""

from __future__ import annotations

import re

from graph.verification.claims.dates import MONTHS
from graph.verification.claims.wording import content, same_language

_KINDS = {
    "year": r"(?:full|fiscal|financial|whole|calendar|entire) years?\b|fiscal (?:year )?\d{4}|for the year|"
    r"annual(?:ly)?\b|twelve months|a year\b|yearly|geschäftsjahr\w*|gesamtjahr\w*|jährlich\w*|im ganzen jahr",
    "quarter": r"(?<!three[ -])quarters?\b(?! of an?\b)|Q[1-4]\b|three months|quarterly|quartals?\b|"
    r"quartalsweise|vierteljähr\w*",
    "half": r"(?:first|second) half|half[- ]year\w*|six months|H[12]\b|halbjahr\w*|halbjähr\w*",
    "month": r"monthly|a month\b|per month|(?:one|single) month|monatlich\w*|im monat",
    "week": r"weekly|a week\b|per week|wöchentlich\w*",
    "day": r"daily|a day\b|per day|täglich\w*",
}
_PERIODS = {name: re.compile(rf"\b(?:{pattern})", re.IGNORECASE) for name, pattern in _KINDS.items()}
_EARLIER = re.compile(r"\b(?:last|previous|prior|next|same|vor|each|every)\b[^.;,]{0,20}$", re.IGNORECASE)
_ORDER = re.compile(
    r"\b(?P<word>before|after|until|till|since|prior to|following|vor|nach|bis|seit)\s"
    r"(?:the |an? |its |his |her |their |de[mnr] |einem |einer )?(?P<what>[^\W\d][\w’'-]*(?:\s[^\W\d][\w’'-]*)?)",
    re.IGNORECASE,
)
_BEFORE = frozenset({"before", "until", "till", "prior to", "vor", "bis"})


def other_period(text: str, quote: str) -> str:
    """Return a doubt where a claim says of a year what its quote says of a quarter, or of other such periods."""
    said, held = _periods(text), _periods(quote)
    if len(said) != 1 or not held or said & held.keys() or not re.search(r"\d", text):
        return ""
    (name,) = said
    return f"the quote speaks of “{min(held.values())}”, the claim of “{said[name]}”"


def _periods(text: str) -> dict[str, str]:
    """Return the periods that a text names, except those that it compares with."""
    found: dict[str, str] = {}
    for name, pattern in _PERIODS.items():
        for one in pattern.finditer(text):
            if not _EARLIER.search(text[: one.start()]):
                found.setdefault(name, one[0])
    return found


def other_order(text: str, quote: str) -> str:
    """Return a doubt where a claim says "before" something and its quote "after" it, or vice versa; else ""."""
    if not same_language(text, quote):
        return ""
    held = [(found["word"].lower(), content(found["what"])) for found in _ORDER.finditer(quote)]
    words_held = {word for word, _ in held}
    for found in _ORDER.finditer(text):
        word, what = found["word"].lower(), content(found["what"])
        if not what or word in words_held or any(key in MONTHS for key in found["what"].lower().split()):
            continue
        for other, whole in held:
            if what == whole and (word in _BEFORE) != (other in _BEFORE) and _share_other_words(text, quote, whole):
                return f"the claim says “{found[0]}”, the quote “{other}” it"
    return ""


def _share_other_words(text: str, quote: str, what: frozenset[str]) -> bool:
    """Return whether claim and quote share content words besides `what`."""
    return bool((content(text) - what) & (content(quote) - what))
