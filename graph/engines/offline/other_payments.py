"""Amounts of money that were not paid for what a question asks of: earned by it, demanded for it, or paid beside it.

"Boats may be kept in the boathouse for 120 euros" gives no price of the boathouse, "the walk raised 12,750 pounds" no
cost of the walk, and "the claimant demands 3,200 crowns" nothing that the claimant paid.
"""

from __future__ import annotations

import re


def other_payment(question: str, quote: str) -> str:
    """Return why an amount in a quote was not paid for what a question asks of, as a clause; "" if it may have been."""
    if _is_other_flow(question, quote):
        return "the quote tells of no such payment"
    return "the quote gives a price of something else" if _costs_beside(question, quote) else ""


_ASKS_PAID = re.compile(
    r"^\W*(?:and |so )?(?:how much|what)\b(?P<past>.*\b(?:did|was|were|has|have|had)\b)?"
    r".*\b(?:costs?|pay|paid|spen[dt])\b",
    re.IGNORECASE,
)
_IS_PAID = re.compile(
    r"\b(?:costs?|price[sd]?|pays?|paid|payable|fees?|charge[sd]?|spen[dt]|bought|sold|free|hired?|expens\w+|bill\w*"
    r"|owed?)\b",
    re.IGNORECASE,
)
_SPENT = re.compile(r"\b(?:costs?|price[sd]?|pays?|paid|spen[dt]|bought)\b", re.IGNORECASE)
_COMES_IN = re.compile(
    r"\b(?:(?:brought|brings?|took|takes?) in|rais(?:e[sd]?|ing)|earn\w*|yield\w*|donat\w+)\b", re.IGNORECASE
)
_ONLY_SAID = re.compile(
    r"\b(?:demand(?:s|ed)?|claims?|claimed|offer(?:s|ed)?|asks? for|asked for|request\w*|estimat\w+|budget\w*"
    r"|appl(?:ies|ied) for|insured for|valued at|award\w*|deduct\w*)\b",
    re.IGNORECASE,
)


_WANTS_TO_PAY = re.compile(
    r"\b(?:offer|promis|agree|want|hop|plan|pledg|intend|propos|refus|declin)\w* to (?:pay|spend|give|contribute)\b",
    re.IGNORECASE,
)


def _is_other_flow(question: str, quote: str) -> bool:
    """Return whether a quote tells what came in, or what was demanded or estimated, in place of what was paid."""
    asked = _ASKS_PAID.match(question)
    if asked is None or _COMES_IN.search(question) or _ONLY_SAID.search(question):
        return False
    if asked["past"] and _WANTS_TO_PAY.search(quote):
        return not re.search(r"\b(?:paid|spent|cost)\b", quote, re.IGNORECASE)
    if _COMES_IN.search(quote):
        return not _SPENT.search(quote)
    return bool(asked["past"] and _ONLY_SAID.search(quote)) and not _IS_PAID.search(quote)


_COST_OF = re.compile(
    r"\b(?:how much|what) (?:do|does|did|will|would|has|have) (?:(?:the|an?|our|your|its|their|this) )?"
    r"(?P<thing>[\w' -]+?) cost\W*$",
    re.IGNORECASE,
)
_PRICED = re.compile(r"\b(?:prices?|fees?|fares?|rates?|tariffs?)\b", re.IGNORECASE)
_BESIDE = (
    r"\b(?:(?!(?:price|costs?|purchase|value|construction|building|rent|\w+est|most|each|one|all|both|any)\b)[\w-]+ of"
    r"|in|at|inside|outside|near|behind|beside|from|with|without|to|into|around|under)"
    r" (?:(?:the|an?|our|its|their) )?(?:[\w-]+ )?"
)


def _costs_beside(question: str, quote: str) -> bool:
    """Return whether a quote has a thing, of which a question asks the price, only as where or with what another is.

    "Boats may be kept in the boathouse for 120 euros" gives no price of the boathouse.
    """
    asked = _COST_OF.search(question)
    if asked is None or asked["thing"].lower() in ("it", "they", "he", "she", "i", "we", "you"):
        return False
    if _PRICED.search(quote):  # "Price: 90 pounds in a double cabin"
        return False
    thing = re.split(r" (?:in|at|of|on|for|to|from|with) ", asked["thing"])[0].split()[-1]
    head = rf"{re.escape(thing.removesuffix('s'))}(?:e?s)?\b"
    named = len(re.findall(rf"\b{head}", quote, re.IGNORECASE))
    return 0 < named == len(re.findall(rf"{_BESIDE}{head}", quote, re.IGNORECASE))
