"""A check of a value's owner: the noun that it counts, the subject that has it, and a part for its whole.

"Took over 80% of the country and defeated most of the warlords" does not say "80% of the warlords", and turnover is not
profit. To give a number of the quote to another thing of the same passage is a doubt.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from graph.verification.claims.numbers.units import UNITS
from graph.verification.claims.values.context import Value, values_in
from graph.verification.claims.wording import Word, content, same_language, share, words
from loaders.text.numbers import fold

_ENDS_PHRASE = frozenset(
    """in on at by for from with to and or than as while when who which that were was is are had has have it they during
    after before since between among but against about into over under within without respectively also each per a
    im am bei mit nach vor gegen für über unter auf aus seit durch ohne um zu zum zur den dem ein eine einem und oder
    als die der das war waren ist sind hat hatte haben hatten wurden wurde""".split()
)
_PASSED_OVER = frozenset(
    "the all its their these those total percent cent prozent million billion thousand crore of der des".split()
)
_LONGEST = 5  # most words of the noun phrase that a number counts
_NO_THING = frozenset("time times mal men man cps fold folds".split())
"""Nouns of frequency, and nouns that other notations replace."""
_PERSONS = frozenset("people persons individuals men women menschen personen leute".split())
_PERSON = re.compile(r"(?:ers|ors|ists|ants|ents|ians|ees|men|women|children|families|population)$")
"""Endings of nouns for persons, which "people" may replace."""
_FOLLOWING = 10  # words after a number that may have the noun counted
_COPIED = 0.8
"""Share of a claim's other words that its quote must have before a noun of the passage alone is a doubt: with .6 as
many true claims as false ones are doubted."""
_SUBJECT = re.compile(
    r"(?:the |an? |its )*(?P<what>[^\W\d][\w’'-]*(?:\s[\w’'-]+){0,4}?)\s"
    r"(?:was|were|is|are|came to|amounted to|stood at|totall?ed|reached|rose to|fell to|betrug|beträgt|lag bei)\b",
    re.IGNORECASE,
)
_ITSELF = re.compile(r"\b(?:itself|proper|selbst)\b", re.IGNORECASE)
_WIDER = re.compile(
    r"\b(?:metropolitan|greater|region|county|including|together with|consolidated|großraum|ballungsraum|"
    r"einschließlich)\b",
    re.IGNORECASE,
)
_NEAR = 60  # characters before a value that may have the words for its whole


def of_other_thing(text: str, quote: str, passage: str) -> str:
    """Return a doubt where a claim gives a number of its quote to another thing of the passage; else ""."""
    if not same_language(text, quote):
        return ""
    said = [one for one in values_in(text, "") if one.kind not in ("year", "month")]
    held = [one for one in values_in(quote, "") if one.kind not in ("year", "month")]
    for one in said:
        own = [other for other in held if other.values & one.values]
        if found := _counts_other(one, own, text, quote, passage) or _of_the_whole(own, text, quote):
            return found
    return ""


def _counts_other(one: Value, own: Sequence[Value], text: str, quote: str, passage: str) -> str:
    """Return a doubt where the noun after a number is not the quote's, but another one of the passage."""
    mine = _phrase(fold(text), one.end)
    others = [_phrase(fold(quote), other.end) for other in own]
    if not mine or not others or not all(others) or _is_unit(mine) or any(_is_no_thing(other) for other in others):
        return ""
    noun, quoted = mine[-1], {stem for other in own for stem in _following(fold(quote), other.end)}
    quoted |= {word.stem for other in others for word in other}
    if quoted & {word.stem for word in mine} or any(other[-1].stem in content(text) for other in others):
        return ""
    if _PERSON.search(noun.key) and any(other[-1].key in _PERSONS for other in others):
        return ""
    rest = content(text) - {word.stem for word in mine}
    is_copy = noun.stem in content(passage) and share(rest, content(quote)) >= _COPIED
    if noun.stem in content(quote) or is_copy:
        return f"in the quote, {one.text} counts “{' '.join(word.text for word in others[0])}”"
    return ""


def _phrase(folded: str, end: int) -> list[Word]:
    """Return the noun phrase that a number counts: the words after it up to a comma, a verb or a preposition."""
    found: list[Word] = []
    last = end
    for word in words(folded):
        if word.start < end:
            continue
        is_over = bool(re.search(r"[,.;:()–—]", folded[last : word.start])) or word.key[0].isdigit()
        if (
            is_over
            or word.key in _ENDS_PHRASE
            or word.key.endswith(("ly", "ed"))
            or (found and word.key in ("of", "der"))
        ):
            break
        last = word.end
        if word.key not in _PASSED_OVER:
            found.append(word)
    return found[:_LONGEST]


def _following(folded: str, end: int) -> list[str]:
    """Return the stems of the words after a number up to the end of its part of the sentence."""
    rest = re.split(r"[,.;:()–—]\s", folded[end:] + " ", maxsplit=1)[0]
    return [word.stem for word in words(rest)[:_FOLLOWING] if word.is_content and not word.key.endswith("ing")]


def _is_unit(phrase: Sequence[Word]) -> bool:
    return phrase[0].key in UNITS or _is_no_thing(phrase)


def _is_no_thing(phrase: Sequence[Word]) -> bool:
    return bool(_NO_THING & {word.key for word in phrase})


def _of_the_whole(own: Sequence[Value], text: str, quote: str) -> str:
    """Return a doubt where a claim gives a city "itself" the value of its metropolitan area."""
    if not _ITSELF.search(text) or _ITSELF.search(quote) or _WIDER.search(text):
        return ""
    for other in own:
        if wider := _WIDER.search(fold(quote)[max(0, other.start - _NEAR) : other.start]):
            return f"the quote says {other.text} of more: “{wider[0]}”"
    return ""


def of_other_subject(text: str, quote: str, passage: str) -> str:
    """Return a doubt where a claim gives a value to a term of the passage other than the subject of its quote."""
    held = [value for one in values_in(quote, "") for value in one.values if one.kind not in ("year", "month")]
    said = [one for one in values_in(text, "") if one.kind not in ("year", "month")]
    if not same_language(text, quote) or not any(one.values & set(held) for one in said):
        return ""
    found = _SUBJECT.match(text)
    named = [word for word in words(found["what"]) if word.is_content] if found else []
    if not found or not named or any(word.stem in content(quote) for word in named):
        return ""
    own = [word for word in words(quote) if word.is_content][:3]
    is_term = " ".join(word.key for word in named) in " ".join(word.key for word in words(passage))
    if is_term and not {word.stem for word in own} & content(text):
        return f"the quote does not speak of “{found['what']}”"
    return ""
