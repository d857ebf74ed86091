"""Elliptical sentences, which do not repeat a verb or unit: "A is paid 5, and B 7", "3 million, of which 2 went to it".

A claim about the second part has the verb or unit of the first one. It is compared with the second part alone, in which
the shared words are filled in.
"""

from __future__ import annotations

import re

from graph.verification.claims.wording import content, words

_VERB = (
    r"(?:(?:is|are|was|were|has been|have been|will be)(?: [a-z]+(?:ed|en|id|lt|ld|nt))?|costs?|ha(?:ve|s|d)|"
    r"earn(?:s|ed)?|holds?|held|take|takes|took|last|lasts|lasted|carry|carries|carried|use|uses|used|need|needs|needed|"
    r"reach|reaches|reached|weigh|weighs|weighed|measure|measures|measured|get|gets|got|pay|pays|paid)"
)
_TEXT = r"(?:[^,.;]|[.,](?=\d))+"
_GAPPED = re.compile(
    rf"^(?P<one>{_TEXT}?) (?P<verb>{_VERB}) (?P<first>{_TEXT}?)(?:,? (?:and|but|while)|[,;]) (?P<other>{_TEXT}?)[.;]?$"
)
_ONE_AT = re.compile(r"(?:the ones?|that|those) (?P<where>(?:at|in|of|on|from|for|to|with) (?:the )?[A-Z0-9][\w’'-]*)")
_LAST_NAME = re.compile(r"(?:at|in|of|on|from|for|to|with) (?:the )?[A-Z0-9][\w’'-]*$")
"""What "the one at Vance" replaces in "the pier at Holm"."""
_PART = re.compile(
    r"(?P<main>(?:[^.;]|\.(?=\d))*?),? of (?:which|whom|these|those),?(?P<part>(?:[^,.;]|[.,](?=\d))*?)"
    r"(?P<rest>,? (?:and|while|but) (?:the )?(?:rest|others?|remainder|remaining)\b[^.;]*)?(?=[.;](?!\d)|$)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w.,])(?!(?:1[5-9]|20)\d\d\b)\d[\d.,]*")


def filled_in(text: str, quote: str) -> str:
    """Return the part of a quote that a claim is about, with the shared verb filled in; else the quote.

    "Night shifts are paid 1.5 times the rate, and Sunday shifts twice the rate" is "Sunday shifts are paid twice the
    rate" for a claim about Sunday shifts: the last word of both subjects is the same.
    """
    found = _GAPPED.match(quote.strip())
    if not found:
        return quote
    if pointed := _ONE_AT.match(found["other"]):
        subject = _LAST_NAME.sub(pointed["where"], found["one"])
        filled = f"{subject} {found['verb']} {found['other'][pointed.end() :].strip()}."
        own = content(pointed["where"]) - content(found["one"])
        return filled if own and _is_about(text, own, filled, found["verb"]) else quote
    head = words(found["one"])[-1:]
    other = words(found["other"])
    at = next((place for place, word in enumerate(other[:6]) if head and word.stem == head[0].stem), None)
    if at is None or at == 0 or at + 1 >= len(other):
        return quote
    end = other[at].end
    filled = f"{found['other'][:end].strip()} {found['verb']} {found['other'][end:].strip()}."
    own = content(found["other"][:end]) - content(found["one"])
    return filled if own and _is_about(text, own, filled, found["verb"]) else quote


def _is_about(text: str, own: frozenset[str], filled: str, verb: str) -> bool:
    """Return whether a claim is about a part, and has only its words and numbers."""
    numbers = {word.key for word in words(text) if word.key[0].isdigit()}
    return own <= content(text) <= content(filled) | content(verb) and numbers <= {word.key for word in words(filled)}


def is_about_part(text: str, quote: str) -> bool:
    """Return whether a claim states the part after an "of which", without the subject or other words of the whole."""
    found = _PART.search(quote)
    if not found:
        return False
    number = _NUMBER.search(found["main"])
    before = found["main"][: number.start()] if number else found["main"]
    said, own = content(text), content(found["part"]) - content(found["main"])
    return bool(own & said) and said.isdisjoint((content(before) | content(found["rest"] or "")) - own)
