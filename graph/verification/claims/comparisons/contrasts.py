"""A check of contrasts: a claim must not say of one half of a sentence what its quote says only of the other.

"Unlike A, B has none" says that A has some. For "A fell, while B rose", a claim with the subject of one half and the
predicate of the other mixes them. English and German are known. A finding is a doubt.
"""

from __future__ import annotations

import re
from itertools import pairwise

from graph.verification.claims.assertions.negation import is_negation
from graph.verification.claims.comparisons.directions import with_joined_verbs
from graph.verification.claims.wording import content, same_language, words

_UNLIKE = re.compile(
    r"\b(?:unlike|in contrast to|as opposed to|im gegensatz zu[mr]?|"
    r"anders als)\s+(?P<other>[^,;.]{1,60}),\s*(?P<rest>[^.;]+)",
    re.IGNORECASE,
)
_HALVES = re.compile(
    r"\s*(?:;|,\s+(?=(?:[\w-]+ ){1,7}(?:aber|jedoch|dagegen|hingegen)\b)|"
    r",?\s+(?:after(?! \d)|(?<!not )before|although|though|obwohl|nachdem|bevor|"
    r"while|whilst|whereas|"
    r"während|wohingegen)\s|,\s*(?:but|aber|sondern)\s|,\s+(?=the [a-z]+ ones?\b))\s*",
    re.IGNORECASE,
)
_THAT_OF = re.compile(r"^(?:that|those) of\b", re.IGNORECASE)
_COUNTERFACTUAL = re.compile(
    r"\b(?:without|but for|ohne)\s(?P<what>[^,.;]{1,60}?),?\s(?=[^.;]*\b(?:would|could|hätten?|wären?|"
    r"könnten?)\b)(?P<rest>[^.;]*\b(?:not|nicht)\b[^.;]*)",
    re.IGNORECASE,
)
"""Words for something without which the rest would not have happened."""
_NO_SUBJECT = re.compile(
    r"^(?:also|then|not|never|still|only|even|to|in|at|on|by|with|for|is|are|was|were|has|have|had|can|may|"
    r"will|did|does|do|he|she|it|they|er|sie|es|auch|nicht|"
    r"dann|nur|in|im|am|mit|ist|sind|war|wurde|hat|[a-z]+ing|[a-z]+ed)\b",
)
"""The start of a second half that shares the subject of the first one."""
_LEAST = 2  # words that only one half has; with fewer, the halves are a list


def other_side(text: str, quote: str) -> str:
    """Return a doubt where a claim says of the A in "unlike A, B ..." what the quote says of B, alike in negation."""
    if (found := _counterfactual(text, quote)) and _is_denied(text):
        return f"the quote says “{found[0].split()[0]} … not”, so that it came about"
    if (found := _UNLIKE.search(quote)) and (like := _LIKE.match(text)) and content(like[1]) & content(found["other"]):
        return f"the quote says “{found[0].split()[0]} {found['other'].strip()}”, the claim “{like[0]}”"
    if (found := _unlike(text, quote)) and _is_denied(text) == _is_denied(found["rest"]):
        return f"the quote says it “{found[0].split()[0]} {found['other'].strip()}”"
    return ""


def is_on_other_side(text: str, quote: str) -> bool:
    """Return whether a claim says of the A in "unlike A, B ..." the opposite of what the quote says of B."""
    found = _unlike(text, quote) or _counterfactual(text, quote)
    return bool(found) and not other_side(text, quote)


def states_both_sides(text: str, quote: str) -> bool:
    """Return whether a claim states both sides of "unlike A, B has none": "A has one, but not B"."""
    found = _UNLIKE.search(quote)
    if found is None or not (content(found["other"]) - content(found["rest"])) & content(text):
        return False
    return _is_denied(text) and bool(_BUT.search(text))


_BUT = re.compile(r"\b(?:but|only|aber|nur|while|während)\b", re.IGNORECASE)
_LIKE = re.compile(r"(?:just )?(?:like|as in|wie) ([^,;.]{1,60}),", re.IGNORECASE)
_CONTRASTED = re.compile(
    r"^like\b|\b(?:but|aber|than|als|in contrast|unlike|whereas|while|im gegensatz|anders als|dagegen)\b", re.IGNORECASE
)
_RELATIVE = re.compile(r"^(?:where|which|who|whose|wo|der|die|das|deren|dessen)\b[^,;]*,\s*", re.IGNORECASE)


def _unlike(text: str, quote: str) -> re.Match[str] | None:
    """Return the "unlike A, B ..." of a quote if the claim is about A, and not about B too."""
    found = _UNLIKE.search(quote)
    if not found or _UNLIKE.search(f"{text},.") or _CONTRASTED.search(text):
        return None
    told = _RELATIVE.sub("", found["rest"])  # "unlike A, where it is known, B ..." says of A what is known
    said, rest = content(text), content(told)
    if content(text) <= content(found["rest"][: len(found["rest"]) - len(told)]) | content(found["other"]):
        return None
    other = content(found["other"]) - rest
    named = {word.stem for word in words(found["rest"]) if word.text[0].isupper() and word.is_content}
    return found if other and other <= said and rest & said and not (named and named <= said) else None


def _counterfactual(text: str, quote: str) -> re.Match[str] | None:
    """Return the "without A, B would not" of a quote if the claim is about B."""
    found = _COUNTERFACTUAL.search(quote)
    told = found and not re.search(r"\b(?:would|could|hätten?|wären?|könnten?)\b", text, re.IGNORECASE)
    return found if found and told and content(found["rest"]) & content(text) else None


def _is_denied(text: str) -> bool:
    return sum(is_negation(word.key) for word in words(text)) % 2 == 1


def _content(text: str) -> frozenset[str]:
    """Return the stems of the content words and the years of a text."""
    return content(text) | {word.key for word in words(text) if _YEAR.fullmatch(word.key)}


_YEAR = re.compile(r"(?:1[0-9]|20)\d\d")


_MIXED = "the claim has words of two parts of the quote that say different things"
_ELLIPTIC = re.compile(r"\b(?:not|nicht|too|auch|neither|so)\W*$", re.IGNORECASE)
"""The end of a half whose predicate is that of the other one: "some of the older ones do not"."""
_PRONOUN = re.compile(r"\b(?:them|sie|ihn)\b")
"""Pronouns of the second half that refer to the first one."""
_FULL_NAME = re.compile(r"\b[A-ZÄÖÜ]\w+ [A-ZÄÖÜ]\w+")


def _names_exchanged(text: str, one: str, other: str) -> bool:
    """Return whether a claim has the persons of one half and only predicates of the other."""
    said = {word.stem for word in words(text)}
    for own, rest in ((one, other), (other, one)):
        if _named(own) & said and not _predicates(own) & said and _predicates(rest) & said and not _named(rest) & said:
            return True
    return False


def _named(half: str) -> set[str]:
    return {word.stem for found in _FULL_NAME.findall(half) for word in words(found)}


def _predicates(half: str) -> set[str]:
    """Return the words of a half except names, and in German except nouns with their adjectives."""
    said = words(half)
    before_noun = {one.start for one, other in pairwise(said) if other.text[0].isupper()}
    return {word.stem for word in said if word.is_content and word.text[0].islower() and word.start not in before_noun}


def mixed_halves(text: str, quote: str) -> str:
    """Return a doubt where a claim has words of both halves of its quote, and lacks some that only each of them has."""
    if not same_language(text, quote) or _HALVES.search(text):
        return ""
    text, quote = with_joined_verbs(text), with_joined_verbs(quote)
    said = _content(text)
    if not said <= _content(quote) or _adds_number(text, quote):  # new words of the claim may summarise both halves
        return ""
    halves = _HALVES.split(quote)
    for one, other in pairwise(halves):
        if _NO_SUBJECT.match(other) or _ELLIPTIC.search(other):
            continue
        if _PRONOUN.search(other):
            if _names_exchanged(text, one, other):
                return _MIXED
            continue
        if _THAT_OF.match(other):  # "the pairs of terns fell, that of gulls rose": the noun is shared
            one = one.rpartition(" of ")[2]
        first, second = _content(one) - _content(other), _content(other) - _content(one) - content("ones")
        told = len(first & said) and len(second & said)
        is_mixed = first - said and second - said
        is_dated = told and all(map(str.isdigit, first & said))  # the year of one half with the words of the other
        if told and min(len(first), len(second)) >= _LEAST and (is_mixed or is_dated):
            return _MIXED
    return ""


def _adds_number(text: str, quote: str) -> bool:
    """Return whether a claim has a number in digits that its quote does not have."""
    said, held = ({word.key for word in words(some) if word.key[0].isdigit()} for some in (text, quote))
    return not said <= held
