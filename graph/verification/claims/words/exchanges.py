"""A check of two words that a claim exchanges where it otherwise repeats its quote, and of "respectively".

"On a change of control of Larkfield, Boreal may end it" has each word of a sentence, with both names exchanged.
"A and B showed 10 and 11 respectively" gives each its own value. A finding is a doubt.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from itertools import combinations

from graph.verification.claims.wording import Word, content, same_language, shown_text, words

_LEAST = 4  # least words of a claim that its quote has once each
_LEAST_HELD = 0.9
"""Least share of a claim's content words in its quote."""
_LIST = re.compile(
    r"\s*(?:,|;|\band\b|\bor\b|\bund\b|\boder\b|\bas well as\b|/|&)\s*(?:the |a |an |der |die |das )?", re.IGNORECASE
)
_VALUE = r"(?:[$€£]\s?)?\d[\d.,]*\d?\s?(?:%|[^\W\d]+)?"
_RESPECTIVELY = re.compile(
    rf"(?P<one>[^.;]{{2,80}}?)\s(?:and|und)\s(?P<other>[^.;]{{2,80}}?)\s(?P<first>{_VALUE})\s(?:and|und)\s(?P<second>{_VALUE}),?\s"
    r"(?:respectively|beziehungsweise|bzw)",
    re.IGNORECASE,
)


def exchanged_words(text: str, quote: str) -> str:
    """Return a doubt where a claim becomes the sentence of its quote if two of its words are exchanged; else ""."""
    said, held = content(text), content(quote)
    if not same_language(text, quote) or not said or len(said & held) < _LEAST_HELD * len(said):
        return ""
    known = words(quote)
    if ("by" in {word.key for word in words(text)}) != ("by" in {word.key for word in known}):
        return ""  # the claim is in the passive
    if _is_passive(text) != _is_passive(quote):
        return ""  # "an act was passed" for "passed an act"
    counts = Counter(word.stem for word in known)
    places = {word.stem: at for at, word in enumerate(known) if counts[word.stem] == 1 and _is_content_or_number(word)}
    mine = [word for word in words(text) if word.stem in places]
    if len(mine) < _LEAST or len({word.stem for word in mine}) < len(mine):
        return ""
    if (front := _FRONT.match(shown_text(quote))) and front[0].rstrip(", ").lower() in shown_text(text).lower():
        return ""  # "volumes in Asia were" for "in Asia, volumes were"
    order = [places[word.stem] for word in mine]
    if _longest(order) == len(order):
        return ""
    for one, other in combinations(range(len(order)), 2):
        if order[one] < order[other]:
            continue
        swapped = [*order]
        swapped[one], swapped[other] = order[other], order[one]
        first, second = known[order[other]], known[order[one]]
        if _longest(swapped) == len(order) and not _is_list(first, second, quote) and not _is_of(first, second, quote):
            return f"the claim exchanges “{mine[one].text}” and “{mine[other].text}”"
    return ""


_FRONT = re.compile(r"(?:In|On|At|For|Under|By|With|During|Since|From) [^,;.]{2,60}, ")


def _is_passive(text: str) -> bool:
    """Return whether a text has a passive."""
    return bool(_PASSIVE.search(text))


_PASSIVE = re.compile(
    r"\b(?:was|were|been|being|wurden?|worden)\s(?:[^\W\d]+ly\s)?(?:[^\W\d]+ed|made|built|held|won|led|sold|set|"
    r"ge[^\W\d]+t)\b",
    re.IGNORECASE,
)


def _is_content_or_number(word: Word) -> bool:
    return word.is_content or word.key[0].isdigit()


def _longest(order: list[int]) -> int:
    """Return the length of the longest increasing run of positions."""
    ends: list[int] = []
    for place in order:
        at = bisect_left(ends, place)
        ends[at : at + 1] = [place]
    return len(ends)


def _is_of(one: Word, other: Word, quote: str) -> bool:
    """Return whether a claim says "CDI holders" for "holders of CDIs"."""
    return shown_text(quote)[one.end : other.start].strip().lower() in ("of", "of the", "of an", "of a")


def _is_list(one: Word, other: Word, quote: str) -> bool:
    """Return whether two words of a quote are items of a list, whose order has no meaning."""
    shown = shown_text(quote)
    between, after = shown[one.end : other.start], shown[other.end :]
    if not re.search(r"\s", between):
        return True  # parts of one name: "Distill-Qwen-32B"
    if "," not in between and ";" not in between:
        return bool(_LIST.fullmatch(between)) or bool(re.search(r"\b(?:and|or|und|oder)\b", between))
    return bool(_LIST.match(after)) or bool(re.search(r"\b(?:and|or|und|oder)\b", between))


def other_respectively(text: str, quote: str) -> str:
    """Return a doubt where a claim exchanges the values of an "A and B ... respectively" of its quote."""
    said = content(text)
    for found in _RESPECTIVELY.finditer(quote):
        one, other = content(found["one"]), content(found["other"])
        pairs = ((one - other, found["first"]), (other - one, found["second"]))
        for (mine, value), (theirs, own) in (pairs, pairs[::-1]):
            has_own = _number(own) in text
            if _number(value) in text and not has_own and theirs and theirs <= said and not mine <= said:
                return f"the quote says {value.strip()} of the other of the two"
    return ""


def _number(value: str) -> str:
    return next(iter(re.findall(r"\d[\d.,]*\d|\d", value)), value)
