"""A check of rates: "0.85 crowns per tonne" is not "per ship", and a single payment is not one "a year".

English and German words are known. A finding is a doubt.
"""

from __future__ import annotations

import re

from graph.verification.claims.wording import same_language, stem_of
from loaders.text.numbers import fold

_RATE = re.compile(
    r"(?P<number>\d[\d.,]*\d|\d)\s?(?:thousand |million |billion |tausend |Millionen |Mio\. )?"
    r"(?P<unit>[^\W\d]+|[$€£])\s"
    r"(?:per|a|an|each|every|pro|je|im)\s(?P<per>[^\W\d]{3,})",
    re.IGNORECASE,
)
_TIME = re.compile(r"^(?:year|month|week|day|hour|minute|second|jahr|monat|woche|tag|stunde|sekunde)", re.IGNORECASE)
_REPEATED = re.compile(
    r"\b(?:(?:per|a|an|each|every|pro|je|im|in the)\s"
    r"(?:year|month|week|day|hour|minute|second|jahr|monat|woche|tag|stunde)|"
    r"annual\w*|yearly|monthly|weekly|daily|hourly|jährlich\w*|monatlich\w*|wöchentlich\w*|täglich\w*|stündlich\w*|"
    r"jahres\w+|monats\w+|tages\w+|(?:1[5-9]|20)\d\d)\b",
    re.IGNORECASE,
)
"""Words of a quote for a frequency or a year."""


def other_rate(text: str, quote: str) -> str:
    """Return a doubt where the unit after "per" is not the quote's, or the claim adds a time that the quote lacks."""
    if not same_language(text, quote):
        return ""
    folded = fold(quote)
    held = {found["number"]: found["per"] for found in _RATE.finditer(folded)}
    for found in _RATE.finditer(fold(text)):
        number, per = found["number"], found["per"]
        other = held.get(number)
        if other and stem_of(per.lower()) != stem_of(other.lower()) and not (_TIME.match(per) and _TIME.match(other)):
            return f"the claim says it “per {per}”, the quote “per {other}”"
        is_there = re.search(rf"(?<![\w.,]){re.escape(number)}(?!\w)", folded)
        if not other and is_there and _TIME.match(per) and not _REPEATED.search(folded):
            return f"the claim says it “per {per}”, the quote does not"
    return ""
