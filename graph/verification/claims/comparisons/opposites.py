"""A check of opposites: a claim must not say "fell" of things of which its quote says "rose".

An opposite word alone is no evidence: "A trails B" means "B outperforms A", and another thing in the sentence may have
the opposite direction. A word of a claim counts against a word of its quote only if both are beside the same words, in
the same order. A finding is a doubt.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from graph.verification.claims.assertions.negation import is_negation
from graph.verification.claims.comparisons.directions import Pole, directions_of, poles, with_joined_verbs
from graph.verification.claims.wording import content, same_language, share, words

_CONTEXT = 0.2
"""By how much the shares of nearby words must differ between the two directions of a quote that has both."""
_NEAR = 5
"""Content words on either side of an opposite among which claim and quote must share one; with 3, with 5 and with all,
4 or 5 of 439 true claims and 74 or 75 of 642 false ones written by hand are doubted."""
_SAME = 5  # letters that two forms of a word share
_SUPPOSED = re.compile(r"\b(?:would|wären?|hätten?|würden?)\b", re.IGNORECASE)
_UNLESS = re.compile(
    r"\b(?:unless|or (?:above|below|more|less|higher|lower)|except|other than|es sei denn|außer)\b", re.IGNORECASE
)
_ONLY = re.compile(r"\b(?:only|solely|exclusively|nur|ausschließlich|lediglich)\b", re.IGNORECASE)


def opposite(text: str, quote: str) -> str:
    """Return a doubt where a claim has a direction that its quote lacks, or has elsewhere, beside its opposite."""
    if doubt := _other_side_of_limit(text, quote):
        return doubt
    claimed, quoted = poles(text), poles(quote)
    own = {word.key for word in words(text)}
    is_compared = not own.isdisjoint(("than", "als"))
    is_in_own_words = not content(with_joined_verbs(text)) <= content(with_joined_verbs(quote))
    is_same_language = same_language(text, quote)
    for pole in claimed:
        if pole.is_common:
            continue
        same = [one for one in quoted if one.axis == pole.axis and one.sign == pole.sign]
        other = [one for one in quoted if one.axis == pole.axis and one.sign == -pole.sign and not one.is_common]
        if is_same_language:
            other = [
                one for one in other if one.word.lower() not in own and _is_against(pole, one, is_compared=is_compared)
            ]
        elif same:
            continue  # across languages it is undecided which of the two is meant
        if is_in_own_words and any(one.word[:_SAME].lower() == pole.word[:_SAME].lower() for one in same):
            continue
        if not other or _has_own_direction(pole, claimed, quoted) or _is_supposed(pole, text, quote):
            continue
        near, far = _nearness(pole, same), _nearness(pole, other)
        # "below A, but surpasses B": it is undecided which of the two is meant
        tied = far if pole.axis == "quality" and far else -1.0
        same = [
            one for one in same if not one.is_common or (near_it := _nearness(pole, [one])) > far or near_it == tied
        ]
        if not same or far > near + _CONTEXT:
            against = max(other, key=lambda one: share(pole.context, one.context))
            return f"the claim says “{pole.word}”, the quote “{against.word}”"
    return ""


def _other_side_of_limit(text: str, quote: str) -> str:
    """Return a doubt where a claim says "over" a limit and its quote "under" it: "unter dem Grenzwert"."""
    held = {found["limit"].lower(): found for found in _LIMIT.finditer(quote)}
    for found in _LIMIT.finditer(text):
        other = held.get(found["limit"].lower())
        is_denied = any(is_negation(word.key) for word in (*words(text), *words(quote)))
        if other and bool(found["over"]) != bool(other["over"]) and not is_denied:
            return f"the claim says “{found[0]}”, the quote “{other[0]}”"
    return ""


_LIMIT = re.compile(
    r"\b(?:(?P<over>above|over|über)|below|under|unter)\s(?:the |its |de[mnr] |ihre[mnr] |seine[mnr] )?"
    r"(?P<limit>[^\W\d]{5,})",
    re.IGNORECASE,
)


def denies_only(text: str, quote: str) -> bool:
    """Return whether a claim denies of the rest what its quote says of some only: "at 5 °C and above none"."""
    if _ONLY.search(text) and _UNLESS.search(quote) and any(is_negation(word.key) for word in words(quote)):
        return not any(is_negation(word.key) for word in words(text))
    is_denied = any(is_negation(word.key) for word in words(text))
    if not _ONLY.search(quote) or not is_denied or any(is_negation(word.key) for word in words(quote)):
        return False
    turned = {(pole.axis, -pole.sign) for pole in poles(quote)}
    return bool(_UNLESS.search(text)) or any((pole.axis, pole.sign) in turned for pole in poles(text))


def _is_against(one: Pole, other: Pole, *, is_compared: bool) -> bool:
    """Return whether a word of a claim may contradict one of its quote; negations are checked separately."""
    is_same_word = one.word[:_SAME].casefold() == other.word[:_SAME].casefold()
    return not is_same_word and _is_beside(one, other) and not _is_crossed(one, other, is_compared=is_compared)


def _is_beside(one: Pole, other: Pole) -> bool:
    """Return whether two words are beside the same words, or beside none."""
    said, held = ({*pole.before[-_NEAR:], *pole.after[:_NEAR]} for pole in (one, other))
    return not said or not held or bool(said & held)


def _is_crossed(one: Pole, other: Pole, *, is_compared: bool) -> bool:
    """Return whether the words on either side of a word are on the opposite side of another one."""
    left, right = _sides(one)
    far_left, far_right = _sides(other)
    if is_compared and other.before and other.before[0] in right and left & (far_left | far_right):
        return True  # the subject of the quote is the other side of the claim's "than"
    crossed = min(len(left & far_right), len(right & far_left))
    return crossed > 0 and len(left & far_right) + len(right & far_left) > len(left & far_left) + len(right & far_right)


def _sides(pole: Pole) -> tuple[set[str], set[str]]:
    """Return the words that are only before a word, and those only after it."""
    before, after = ({stem for stem in some if not stem[0].isdigit()} for some in (pole.before, pole.after))
    return before - after, after - before


def _is_supposed(pole: Pole, text: str, quote: str) -> bool:
    """Return whether a claim supposes the opposite: "without the loss it would have been 9"."""
    return pole.axis == "presence" and bool(_SUPPOSED.search(text)) and not _SUPPOSED.search(quote)


def _has_own_direction(pole: Pole, claimed: Sequence[Pole], quoted: Sequence[Pole]) -> bool:
    """Return whether the claim has the quote's own direction too: it states both sides, or adds to it."""
    against = [one for one in claimed if one.axis == pole.axis and one.sign == -pole.sign]
    # "less of one, and growth of another", with the quote's own "growth"
    return bool(against) and any(one.word.casefold() == pole.word.casefold() for one in quoted)


def _nearness(pole: Pole, others: Sequence[Pole]) -> float:
    return max((share(pole.context, one.context) + _is_of_same(pole, one) for one in others), default=0.0)


def _is_of_same(one: Pole, other: Pole) -> bool:
    """Return whether two comparatives precede the same word: "fewer moving parts", "more moving parts"."""
    return bool(one.after) and one.after[:1] == other.after[:1]


def other_level(text: str, quote: str) -> str:
    """Return a doubt where a claim has "higher levels of" what its quote has only "lower levels of"; else ""."""
    held = _levels(quote) if same_language(text, quote) else []
    for axis, sign, said, noun in _levels(text):
        signs = [(other, word) for other_axis, other, word, what in held if (other_axis, what) == (axis, noun)]
        if signs and all(other == -sign for other, _ in signs):
            return f"the claim says “{said}”, the quote “{signs[0][1]}” of it"
    return ""


def _levels(text: str) -> list[tuple[str, int, str, str]]:
    """Return the adjectives of quantity ("higher", "less") with the noun of each."""
    said, found = words(text), []
    for at, word in enumerate(said):
        noun = next((one for one in said[at + 1 : at + 5] if one.key not in _PASSED_OVER), None)
        if noun is None or not noun.is_content or noun.key.endswith("ly") or not _LEVEL.search(word.key):
            continue
        found += [(axis, sign, word.text, noun.stem) for axis, sign in directions_of(word.key) if axis in _GRADED]
    return found


_GRADED = ("amount", "share")
_LEVEL = re.compile(r"(?:er|less|more|high|low|mehr|weniger|höhere[nrs]?|niedrigere[nrs]?)$")
_PASSED_OVER = frozenset("level levels of amount amounts number numbers rate rates the a an degree degrees".split())
