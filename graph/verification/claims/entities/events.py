"""A check of events: where a quote has several, a claim must give each its own year and person.

"Born in Wick, she married Tolm in 1916" does not say that she was born in 1916. "Tolm's lieutenant Orrin founded it"
does not say that Tolm did. A finding is a doubt.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from graph.verification.claims.wording import IRREGULAR, Word, content, same_language, shown_text, words

_YEAR = re.compile(r"(?:1[0-9]|20)\d\d")
_PARTS = re.compile(r",\s|;\s|\s(?:and|but|und|aber)\s|\s[–—]\s")
_RELATIVES = (
    r"lieutenants?|brothers?|sisters?|sons?|daughters?|wife|husband|widow|father|mother|uncle|aunt|nephew|niece|cousin|"
    r"successors?|predecessors?|assistants?|deput(?:y|ies)|students?|pupils?|followers?|friends?|colleagues?|partners?|"
    r"secretary|advis[eo]rs?|teacher|servants?|Bruder|Schwester|Sohn|Tochter|Frau|Mann|Witwe|Vater|Mutter|Nachfolger\w*|"
    r"Vorgänger\w*|Schüler\w*|Freund\w*"
)
_WHOSE = re.compile(
    rf"\b(?P<owner>[A-ZÄÖÜ][\w-]+)(?:['’]s?|s)\s(?:[a-zäöü]+\s){{0,2}}?(?P<who>{_RELATIVES})\s(?P<name>[A-ZÄÖÜ][^\W\d]+)"
)
_NO_EVENT = frozenset("based called named known used made".split())


def other_doer_or_date(text: str, quote: str) -> str:
    """Return a doubt where a claim gives the date of one event to another, or one person's deed to another."""
    if not same_language(text, quote):
        return ""
    return _of_relative(text, quote) or _of_other_event(text, quote)


def _of_relative(text: str, quote: str) -> str:
    """Return a doubt where a claim begins with a name that its quote has only as a possessive: "Tolm's lieutenant"."""
    for found in _WHOSE.finditer(quote):
        owner = words(found["owner"])[0].key
        said = words(text)
        rest = {word.key for word in words(quote[: found.start()] + quote[found.end() :])}
        name = {word.key for word in words(found["name"])}
        is_subject = any(word.key == owner for word in said[:3]) and not re.search(rf"\b{found['owner']}['’]", text)
        if is_subject and owner not in rest and not name & {word.key for word in said}:
            return f"the quote says it of “{found[0]}”"
    return ""


def _of_other_event(text: str, quote: str) -> str:
    """Return a doubt where a claim has the year of one part of its quote with the verb of another part."""
    years = {word.key for word in words(text) if _YEAR.fullmatch(word.key)}
    verbs = _verbs(words(text))
    parts = [words(part) for part in _PARTS.split(shown_text(quote)) if part.strip()]
    if len(years) != 1 or not verbs or len(parts) < 2:
        return ""
    (year,) = years
    dated = [part for part in parts if any(word.key == year for word in part)]
    if len(dated) != 1 or len({word.key for word in dated[0] if _YEAR.fullmatch(word.key)}) != 1:
        return ""
    if any(word.key in _JOINING for word in dated[0]):
        return ""
    if doubt := _of_earlier_event(text, parts, dated[0], year):
        return doubt
    own = _verbs(dated[0])
    others = {word.stem for part in parts if part is not dated[0] for word in part}
    here = {word.stem for word in dated[0]}
    if own and not own & content(text) and verbs <= others - here and parts.index(dated[0]) > 0:
        return f"the quote gives {year} for “{' '.join(word.text for word in dated[0][:8])}”"
    return ""


def _of_earlier_event(text: str, parts: Sequence[Sequence[Word]], dated: Sequence[Word], year: str) -> str:
    """Return a doubt where a claim's verb is only in "after becoming ...", beside the part with the year."""
    if any(word.key in _ORDER for word in words(text)):
        return ""
    verbs = _verbs(words(text))
    for part in parts:
        for order, verb in pairwise(part):
            is_other = part is not dated and verbs == {verb.stem}
            if is_other and order.key in _ORDER and verb.key.endswith("ing"):
                return f"the quote says “{order.text} {verb.text}”, and {year} of something else"
    return ""


_ORDER = frozenset("after before since nach vor seit".split())
_JOINING = _ORDER | frozenset("until when while as by where till bis als während wo".split())


def _verbs(some: Sequence[Word]) -> set[str]:
    """Return the stems of the verbs in the past tense among some words."""
    return {
        word.stem
        for word in some
        if (word.key.endswith("ed") or word.key in IRREGULAR or word.key in _MORE_PASTS)
        and word.key not in _NO_EVENT
        and word.text[0].islower()
    }


_MORE_PASTS = frozenset("born died left put set cut".split())
