"""Wordings of what some questions ask for: where a thing is made, until when, whom to call, that it is free."""

from __future__ import annotations

import re

from graph.engines.offline.asked_words import HOURS

# What a question asks for, and how a text says that.
_SAID_AS = (
    (  # "a bonus of 6 per cent of the salary" is no sum
        re.compile(r"\bwhat (?:do|does|did|will) [\w -]+ earn\b", re.IGNORECASE),
        re.compile(r"[$€£¥] ?\d|\d{3}|\d (?:pounds?|euros?|dollars?|francs?|crowns?|kron\w+)\b|: \d", re.IGNORECASE),
    ),
    (
        re.compile(r"^\W*(?:and |so )?(?:until|till) (?:when|what|which)\b", re.IGNORECASE),
        re.compile(
            r"\b(?:until|till|up to|by|to|ends?|ended|ending|expir\w+|before|latest)\b|\d ?[–-] ?\d", re.IGNORECASE
        ),
    ),
    (  # where a thing is made is not where it is
        re.compile(r"^\W*(?:and |so )?where (?:is|are|was|were) [\w ]{1,40} made\W*$", re.IGNORECASE),
        re.compile(r"\b(?:made|manufactur\w*|produc\w*|built|assembl\w*|origin)\b", re.IGNORECASE),
    ),
    (
        re.compile(r"\binstead of\b", re.IGNORECASE),
        re.compile(r"\b(?:instead|replac\w+|substitut\w+|alternativ\w*|in place)\b", re.IGNORECASE),
    ),
    (
        re.compile(r"\bwhat (?:do|does|did|will|can|would) [\w ]{1,40} (?:get|receive)\W*$", re.IGNORECASE),
        re.compile(
            r"\b(?:gets?|got|receiv\w+|entitled|grant\w*|obtain\w*|given|gives?|offer\w*|paid|pays?|provid\w+|free|earn\w*"
            r"|reward\w*|award\w*)\b",
            re.IGNORECASE,
        ),
    ),
)


def is_left_unsaid(question: str, quote: str) -> bool:
    """Return whether a quote has no word by which a text says what a question asks for."""
    return any(asks.search(question) and not says.search(quote) for asks, says in _SAID_AS)


_WHOM_TO_CALL = re.compile(
    r"^\W*(?:and |so )?whom? (?:do|should|can|must|shall|may) (?:i|we|you|one)"
    r" (?:call|ring|phone|telephone|dial|contact)\b",
    re.IGNORECASE,
)
_CALL_NUMBER = re.compile(
    r"\b(?:call|ring|phone|telephone|dial|tel|hotline)\b\W{0,3}(?:(?:us|on|at) )*\+?\d[\d /-]{2,}", re.IGNORECASE
)
# "When do I add the salt?" is answered by "just before serving".
_WHEN_TO = re.compile(
    r"^\W*(?:and |so )?when (?:do|should|must|can|may|shall|to) (?:(?:i|we|you|one) )?[a-z]", re.IGNORECASE
)
_AT_A_STEP = re.compile(
    r"\b(?:before|after|while|when) [a-z]{2,}ing\b"
    r"|\b(?:before|after|once|when|as soon as|until|while) (?:the|it|they|you|your|all|each|every)\b",
    re.IGNORECASE,
)
_ASKS_PRICE = re.compile(
    r"\b(?:costs?|prices?|fees?|how much (?:is|are|was|were))\b", re.IGNORECASE
)  # not what was paid
_FREE = re.compile(r"(?<!-)\b(?:free|no charge|without charge|for nothing|gratis)\b", re.IGNORECASE)


def is_said_otherwise(question: str, kind: str, quote: str) -> bool:
    """Return whether a quote answers by another kind of value: whom to call by a number, a price by "free".

    "From 9 to 5" says when.
    """
    if kind == "date" and (HOURS.search(quote) or (_WHEN_TO.match(question) and _AT_A_STEP.search(quote))):
        return True
    if kind == "name" and _WHOM_TO_CALL.match(question):
        return _CALL_NUMBER.search(quote) is not None
    return kind == "number" and bool(_ASKS_PRICE.search(question) and _FREE.search(quote))
