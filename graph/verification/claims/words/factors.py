"""A check of factors, superlatives and levels: "twice" for "half", "tripled" for "by 50%", "oldest" for "largest".

A factor of a claim must be in its quote, or follow from a percentage or range there. A superlative may be replaced by a
synonym ("biggest"). A finding is a doubt.
"""

from __future__ import annotations

import re

from graph.verification.claims.wording import same_language, words
from loaders.text.numbers import find_numbers, fold

_FACTORS = (
    (2.0, r"twice|doubl(?:e|es|ed|ing)|two-?fold|doppelt\w*|verdoppel\w*|zweimal so"),
    (3.0, r"tripl(?:e|es|ed|ing)|three-?fold|three times|dreimal so|dreifach\w*|verdreifach\w*"),
    (4.0, r"quadrupl(?:e|es|ed|ing)|four-?fold|four times|viermal so|vierfach\w*|vervierfach\w*"),
    (0.5, r"half (?=(?:of |as |the |these |those |this |that |its |their )\w)|halv(?:e|es|ed|ing)|halb so|halbier\w*"),
)
_KNOWN = tuple((factor, re.compile(rf"\b(?:{pattern})", re.IGNORECASE)) for factor, pattern in _FACTORS)
_BY_SHARE = re.compile(
    r"\b(?:by|um) (?:about |around |over |rund |etwa )?(\d[\d.,]*)\s?(?:%|per ?cent|prozent)", re.IGNORECASE
)
_RANGE = re.compile(r"\b(?:from|von) (\d[\d.,]*)\b[^.;]{0,30}? (?:to|auf) (\d[\d.,]*)", re.IGNORECASE)
_NEAR = 0.15
"""Largest relative difference of a factor from the one computed from the quote."""
_TOPS = (
    "largest biggest greatest größte",
    "smallest tiniest kleinste",
    "oldest earliest älteste",
    "newest youngest latest neueste jüngste",
    "tallest highest höchste",
    "lowest niedrigste",
    "longest längste",
    "shortest kürzeste",
    "fastest quickest schnellste",
    "slowest langsamste",
    "richest wealthiest reichste",
    "poorest ärmste",
    "strongest stärkste",
    "weakest schwächste",
    "cheapest billigste günstigste",
    "heaviest schwerste",
    "lightest leichteste",
    "deepest tiefste",
    "hottest warmest wärmste",
    "coldest kälteste",
)
_TOP = {word: at for at, line in enumerate(_TOPS) for word in line.split()}


def other_factor(text: str, quote: str) -> str:
    """Return a doubt where neither words nor numbers of the quote give a factor of the claim; else ""."""
    if not same_language(text, quote):
        return ""
    held = _said(quote)
    given = [*held, *_computed(quote)]
    for factor, word in _said(text).items():
        if given and not any(abs(one - factor) <= _NEAR * factor for one in given):
            return f"the claim says “{word}”, the quote “{next(iter(held.values()), 'another factor')}”"
    return ""


def _said(text: str) -> dict[float, str]:
    """Return the factors that a text says in words, each with its first word."""
    found: dict[float, str] = {}
    for factor, pattern in _KNOWN:
        if one := pattern.search(text):
            found[factor] = one[0].strip()
    return found


def _computed(quote: str) -> list[float]:
    """Return the factors of a quote's percentages of change and ranges, and their inverses."""
    folded = fold(quote)
    shares = [float(one) / 100 for found in _BY_SHARE.findall(folded) for one in _values(found)]
    ends = [(float(low), float(high)) for a, b in _RANGE.findall(folded) for low in _values(a) for high in _values(b)]
    factors = [1 + share for share in shares] + [1 - share for share in shares if share < 1]
    factors += [high / low for low, high in ends if low > 0 and high > 0]
    return [*factors, *(1 / factor for factor in factors if factor)]


def _values(text: str) -> list[float]:
    return [float(number.values[0]) for number in find_numbers(text.rstrip(".,"))[:1] if number.values]


def other_superlative(text: str, quote: str) -> str:
    """Return a doubt where a claim has another superlative than its quote: "the oldest" for "the largest"; else ""."""
    if not same_language(text, quote):
        return ""
    held, said = _tops(quote), _tops(text)
    lost = [word for top, word in held.items() if top not in said]
    for top, word in said.items():
        if top not in held and lost:
            return f"the claim says “{word}”, the quote “{lost[0]}”"
    return ""


def _tops(text: str) -> dict[int, str]:
    """Return the superlatives of a text by their meaning, without regard to German endings."""
    found: dict[int, str] = {}
    for word in words(text):
        bare = re.sub(r"(?<=ste)[nrms]$", "", word.key)
        if (top := _TOP.get(bare)) is not None:
            found.setdefault(top, word.text)
    return found
