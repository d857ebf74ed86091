"""A check of limiting words that a claim leaves out or adds: "vice chair", "most-populous capital city", "both".

Also doubted are a superlative over a wider group, "because of" for "despite", and "only" for one of "both". A
finding is a doubt.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from graph.verification.claims.assertions.negation import is_negation
from graph.verification.claims.wording import Word, content, same_language, stem_of, words

_TITLE = re.compile(
    r"\b(?P<rank>vice|deputy|assistant|acting|interim|former|junior|honorary|stellvertretende[nrs]?|"
    r"ehemalige[nrs]?|kommissarische[nrs]?)[- ](?P<title>[^\W\d]{4,})",
    re.IGNORECASE,
)
_NO_LONGER = re.compile(
    r"\b(?:was|were|had|used to|once|until|formerly|previously|war|waren|früher|bis|[^\W\d]{3,}ed)\b", re.IGNORECASE
)
"""Synonyms of "former" for persons."""
_SUPERLATIVE = re.compile(
    r"\b(?:(?:\d+(?:st|nd|rd|th)[- ])?(?:most|least)[- ][^\W\d]{4,}|"
    r"(?:old|new|high|low|great|large|big|small|long|short|deep|tall|wide|young|rich|poor|fast|busi|heavi)est)\b",
    re.IGNORECASE,
)
_AFTER = 4  # words after a superlative that may have its noun
_DESPITE = re.compile(r"\b(?:despite|in spite of|notwithstanding|trotz|ungeachtet)\b", re.IGNORECASE)
_BECAUSE = re.compile(
    r"\b(?:because(?: of)?|due to|owing to|thanks to|as a result of|caused by|wegen|aufgrund|infolge|dank)\b",
    re.IGNORECASE,
)
_SAID_AFTER = 60  # characters after "despite" that may have its noun
_BOTH = re.compile(
    r"\b(?:both|sowohl)\s(?P<one>[^.,;]{3,40}?)\s(?:and|als auch)\s(?P<other>[^.,;]{3,40})", re.IGNORECASE
)
_ONLY = re.compile(r"\b(?:only|solely|exclusively|alone|nur|ausschließlich|lediglich)\b", re.IGNORECASE)
_THROUGHOUT = re.compile(
    r"\b(?:throughout|all through|the (?:whole|entire) (?:time|war|period)|from beginning to end|to the end|"
    r"die ganze zeit|durchgehend|bis zum ende)\b",
    re.IGNORECASE,
)
_UNTIL = re.compile(r"\b(?:until|till|up to|bis)\b", re.IGNORECASE)


def narrowed(text: str, quote: str) -> str:
    """Return a doubt where a claim leaves out, or adds, a word that limits what its quote says; "" if none does."""
    if not same_language(text, quote):
        return ""
    found = _other_title(text, quote) or _wider_superlative(text, quote) or _cause_for_obstacle(text, quote)
    found = found or _one_of_both(text, quote) or _beyond_its_end(text, quote)
    return found or _if_for_unless(text, quote) or _other_multiple(text, quote)


def _other_title(text: str, quote: str) -> str:
    """Return a doubt where only one of claim and quote has "vice" before a title that the other has without it."""
    for one, other in ((quote, text), (text, quote)):
        for found in _TITLE.finditer(one):
            rank, title = found["rank"].lower(), stem_of(found["title"].lower())
            bare = [word for word in words(other) if word.stem == title]
            is_told = rank in ("former", "ehemalige") and _NO_LONGER.search(other)
            has_rank = any(stem_of(rank) == word.stem for word in words(other))
            is_both = sum(word.stem == title for word in words(one)) > 1
            if bare and not has_rank and not is_told and not is_both:
                if one is quote:
                    return f"the quote says “{found[0]}”, the claim “{bare[0].text}”"
                return f"the claim says “{found[0]}”, the quote “{bare[0].text}”"
    return ""


def _wider_superlative(text: str, quote: str) -> str:
    """Return a doubt where a claim says "largest city" for its quote's "largest capital city"."""
    said = words(text)
    for found in _SUPERLATIVE.finditer(quote):
        last = words(found[0])[-1].stem
        at = next((place for place, word in enumerate(said) if word.stem == last), None)
        if at is None:
            continue
        held = _run(words(quote[found.end() :]), quote[found.end() :])
        own = _run(said[at + 1 :], "")
        if len(held) < 2 or not own or own[0] not in held[1:]:
            continue
        lost = held[: held.index(own[0])]
        if not set(lost) & content(text):
            return f"the quote says “{found[0]}” of fewer: “{quote[found.start() : found.end() + 30].strip()}”"
    return ""


def _run(some: Sequence[Word], shown: str) -> list[str]:
    """Return the stems of the words right after a superlative, up to a comma or a function word."""
    found: list[str] = []
    end = 0
    for word in some[:_AFTER]:
        if not word.is_content or (shown and word.start > end + 1):
            break
        found.append(word.stem)
        end = word.end
    return found


def _cause_for_obstacle(text: str, quote: str) -> str:
    """Return a doubt where a claim says "because of" for its quote's "despite", or vice versa."""
    for here, there in ((_BECAUSE, _DESPITE), (_DESPITE, _BECAUSE)):
        said, held = here.search(text), there.search(quote)
        if not said or not held or there.search(text) or any(is_negation(word.key) for word in words(text)):
            continue
        own = [_first(quote[one.end() : one.end() + _SAID_AFTER]) for one in here.finditer(quote)]
        after = _first(text[said.end() :])
        if after and after == _first(quote[held.end() :]) and after not in own:
            return f"the quote says “{held[0]}”, the claim “{said[0]}”"
    return ""


def _first(text: str) -> str:
    return next((word.stem for word in words(text) if word.is_content), "")


def _one_of_both(text: str, quote: str) -> str:
    """Return a doubt where a claim calls one of "both A and B" the only one."""
    found, only = _BOTH.search(quote), _ONLY.search(text)
    if not found or not only:
        return ""
    one, other, said = content(found["one"]), content(found["other"]), content(text)
    first, second = (one - other) & said, (other - one) & said
    is_one = bool(first) != bool(second)
    return f"the quote says “{found[0].split()[0]}”, the claim “{only[0]}”" if is_one else ""


def _beyond_its_end(text: str, quote: str) -> str:
    """Return a doubt where a claim says "throughout" for its quote's "until"."""
    until, said = _UNTIL.search(quote), _THROUGHOUT.search(text)
    if until and said and not _THROUGHOUT.search(quote) and not _UNTIL.search(text.replace(said[0], "")):
        return f"the quote says “{until[0]}”, the claim “{said[0]}”"
    return ""


def _if_for_unless(text: str, quote: str) -> str:
    """Return a doubt where a claim says "if" for its quote's "unless" with the same number of negations."""
    unless, said = _UNLESS.search(quote), _IF.search(text)
    if unless and said and _same_condition(text, quote) and _denials(text) == _denials(quote.replace(unless[0], "")):
        return f"the quote says “{unless['word']}”, the claim “{said['word']}”"
    return ""


def states_unless_as_if(text: str, quote: str) -> bool:
    """Return whether a claim correctly replaces "unless" by "if": it allows what its quote forbids "unless"."""
    unless = _UNLESS.search(quote)
    return bool(unless) and _same_condition(text, quote) and not _if_for_unless(text, quote)


def _same_condition(text: str, quote: str) -> bool:
    """Return whether the "if" of a claim and the "unless" of its quote end with the same word."""
    unless, said = _UNLESS.search(quote), _IF.search(text)
    if not unless or not said or _UNLESS.search(text) or _IF.search(quote):
        return False
    before, after = ([word.stem for word in words(one["what"]) if word.is_content] for one in (unless, said))
    return bool(before and after) and before[-1] == after[-1]


def _denials(text: str) -> int:
    return sum(is_negation(word.key) for word in words(text)) % 2


_UNLESS = re.compile(r"\b(?P<word>unless|es sei denn)\b,?\s(?P<what>[^,.;]{3,60})", re.IGNORECASE)
_IF = re.compile(r"\b(?P<word>if|when|wenn|falls)\b\s(?P<what>[^,.;]{3,60})", re.IGNORECASE)


def _other_multiple(text: str, quote: str) -> str:
    """Return a doubt where a claim has "half as often as in 2030" for its quote's "twice as often as in 2030"."""
    held = {(one["how"].lower(), _next(one["than"])): one["times"] for one in _MULTIPLE.finditer(quote)}
    for one in _MULTIPLE.finditer(text):
        times = held.get((one["how"].lower(), _next(one["than"])), "")
        if times and times.lower() != one["times"].lower():
            return f"the quote says “{times} as {one['how']}”, the claim “{one['times']}”"
    return ""


def _next(text: str) -> str:
    """Return the first number or content word of a text."""
    return next((word.stem for word in words(text) if word.is_content or word.key[0].isdigit()), "")


_MULTIPLE = re.compile(
    r"\b(?P<times>half|twice|(?:two|three|four|five|six|ten) times|a third|a quarter)\sas\s(?P<how>[^\W\d]{3,})"
    r"\s(?:[^\W\d]+\s){0,3}?as\s(?P<than>[^.;]{2,60})",
    re.IGNORECASE,
)
