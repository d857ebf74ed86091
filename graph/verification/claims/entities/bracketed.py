"""A check of values in brackets and names after "of", which belong to the words right before them.

"The plateau (10 to 25 m) and the terraces (6.5 m)" gives each its own value, "wife of Jan and daughter of Piet" each
its own name. To exchange them is a doubt.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from graph.verification.claims.wording import content, same_language, words
from loaders.text.numbers import find_numbers, fold

_BRACKETED = re.compile(r"(?P<what>[^(),;]+?)\s\((?P<inside>(?:[^()]|\([^()]*\))*)\)")
_PARTS = re.compile(
    r"\b(?:and|or|while|but|und|oder|während|aber|on|at|in|by|of|auf|im|the|an?|d(?:er|ie|as|en|em)|eine[nrms]?)\b|,(?!\d)"
)
_OF = re.compile(
    r"\b(?P<role>[a-zäöüß]{3,})\s(?:of|von)\s(?:the\s|a\s|an\s)?(?:[a-z]+\s){0,3}?"
    r"(?P<name>[A-ZÄÖÜ][\w’'-]+(?:\s(?:van|von|de|der|la)?\s?[A-ZÄÖÜ][\w’'-]+)*)"
)


class _Owner(NamedTuple):
    words: frozenset[str]
    values: frozenset[Decimal]
    shown: str


def other_bracket(text: str, quote: str) -> str:
    """Return a doubt where a claim gives one thing the number in the brackets after another one; "" if it does not."""
    owners = _owners(fold(quote))
    if len(owners) < 2 or not same_language(text, quote):
        return ""
    said, values = content(text), {value for one in find_numbers(fold(text)) for value in one.values}
    for own in owners:
        others = [one for one in owners if one is not own]
        mine = own.values - {value for one in others for value in one.values}
        names = own.words - {word for one in others for word in one.words}
        for other in others:
            theirs = other.words - own.words
            is_own = bool(values & mine) and not values & (other.values - own.values)
            if is_own and theirs and names and theirs <= said and not names & said:
                return f"the quote says it of “{own.shown}”, not of “{other.shown}”"
    return ""


def _owners(folded: str) -> list[_Owner]:
    """Return the words right before each pair of brackets with a number."""
    found: list[_Owner] = []
    for one in _BRACKETED.finditer(folded):
        shown = _PARTS.split(one["what"])[-1].strip()
        values = frozenset(value for number in find_numbers(f"{shown} {one['inside']}") for value in number.values)
        if values and content(shown):
            found.append(_Owner(content(shown), values, shown))
    return found


def other_role(text: str, quote: str) -> str:
    """Return a doubt where a claim has "daughter of Jan" and its quote "wife of Jan" and "daughter of" another."""
    held = _roles(quote)
    for role, name in _roles(text):
        known = {other for other, of in held if _is_same(of, name)}
        names = [of for other, of in held if other == role]
        if known and role not in known and names and not any(_is_same(of, name) for of in names):
            return f"the quote says “{min(known)} of {name}”, the claim “{role} of {name}”"
    return ""


def _roles(text: str) -> Sequence[tuple[str, str]]:
    return [(found["role"], found["name"]) for found in _OF.finditer(text)]


def _is_same(one: str, other: str) -> bool:
    return bool({word.key for word in words(one)} & {word.key for word in words(other)})
