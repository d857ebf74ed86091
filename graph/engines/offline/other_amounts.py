"""Sentences whose amount, date or person belongs to something else than what a question asks for.

The amount of a month is not that of a year, a date of birth not that of a report, the landlord's agent not the
tenant's, three quotations for a clock are not its price, what parents paid is not what the state did, and a fee for a
lesson is not what a teacher earns.
"""

from __future__ import annotations

import re

from graph.engines.offline.asked_words import MONEY
from graph.engines.offline.synonyms import SAME
from graph.engines.offline.word_forms import is_named, stems
from graph.storage.fulltext import stem

# Nouns that follow "a" or "per", and words that stand alone.
_PERIODS = (
    ("year|annum", "yearly|annual(?:ly)?"),
    ("month", "monthly"),
    ("week", "weekly"),
    ("day", "daily"),
    ("hour", "hourly"),
)
_RATES = tuple(
    re.compile(rf"(?:\b(?:an?|per|each|every) |/)(?:{noun})\b|\b(?:{alone})\b", re.IGNORECASE)
    for noun, alone in _PERIODS
)
_HOW_MUCH = re.compile(r"^\W*(?:and |so )?(?:how (?:much|high|large)|what (?:is|are|was|were))\b", re.IGNORECASE)
_BORN = re.compile(r"\b(?:born|date of birth|birthday|\*) ?(?:on|in)? ?\d", re.IGNORECASE)
_ASKS_BIRTH = re.compile(r"\b(?:born|birth\w*|old|age|aged)\b", re.IGNORECASE)
_WHEN = re.compile(r"^\W*(?:and |so )?when\b", re.IGNORECASE)
_HOW_OLD = re.compile(
    r"\bhow old (?:is|are|was|were)\b|^\W*(?:what(?:['’]s| is| was) )?(?:the )?age of\b", re.IGNORECASE
)
_BIRTH = re.compile(r"\b(?:born|births?|birthday|b\.)(?=\W.*\d)", re.IGNORECASE)
_AGE = re.compile(
    r"\bage[ds]?\b\W{0,3}(?:of )?\d|\b[\w-]+[ -](?:years?|months?)[ -]old\b|\byears of age\b", re.IGNORECASE
)
_HOW_MUCH_IS = re.compile(r"^\W*(?:and |so )?how much (?:is|are|was|were) (?:the|an?) [\w-]+\W*$", re.IGNORECASE)
_RISES_BY = re.compile(
    r"\b(?:ris(?:es|en|e)|rose|fall(?:s|en)?|fell|(?:in|de)creas(?:es|ed|e)|grew|grows?|changed?|changes) (?:again )?by"
    r" [\d.,]+ ?(?:%|per ?cent)(?!.*[$€£]?\d{3})",
    re.IGNORECASE,
)
_DID_PAY = re.compile(
    r"\bhow much (?:does|do|did|has|have|will) (?:the |an? )?(?P<who>[a-z][\w-]+)(?: have to)?"
    r" (?:pay|paid|spend|spent|give|given|contribute|lend|donate)\b(?! for)",
    re.IGNORECASE,
)
_PERSONAL = frozenset("i we you they he she it one".split())
_OWNED = re.compile(r"\b(?P<owner>[A-Za-z][\w-]+)(?:['’]s|s['’]) (?P<role>[a-z][\w-]+)")


def gives_another(question: str, quote: str) -> str:
    """Return whose amount, date or role a sentence gives in place of what is asked for, as a clause; "" for none."""
    if is_other_rate(question, quote):
        return "the quote gives the amount of another period"
    if _WHEN.match(question) and _BORN.search(quote) and not _ASKS_BIRTH.search(question):
        return "the quote gives a date of birth"
    if _HOW_OLD.search(question) and _BIRTH.search(quote) and not _AGE.search(quote):
        return "the quote gives a date of birth"  # the age depends on the day that is meant
    if _dates_another(question, quote):
        return "the quote dates another thing"
    if _is_single_payment(question, quote):
        return "the quote gives a single payment"
    if _HOW_MUCH_IS.match(question) and not (MONEY.search(quote) or re.search(r"\d", quote)):
        return "the quote gives no amount"
    if re.match(r"\W*how much (?:is|are|was|were)\b", question, re.IGNORECASE) and _RISES_BY.search(quote):
        return "the quote gives a change"
    paid = _DID_PAY.search(question)
    if paid and paid["who"].lower() not in _PERSONAL and not is_named(paid["who"], stems(quote), frozenset()):
        return f"the quote does not name the {paid['who']}"
    return "the quote is about that of another" if _is_of_other_owner(question, quote) else ""


_AGE_OF = re.compile(
    r"\bhow old (?:is|are|was|were) (?:the|our|its|my|this) (?:[\w-]+ )*?(?P<what>[\w-]+)\W*$", re.IGNORECASE
)


def dates_another_age(question: str, quote: str, above: str) -> bool:
    """Return whether a thing's or person's age is asked for, and a quote dates something of which it is no form.

    "Built in 1934" in the report of a survey says nothing of the surveyor's age; `above` are headings and title.
    """
    asked = _AGE_OF.search(question)
    if asked is None or _AGE.search(quote):
        return False
    form, held = stem(asked["what"].lower()), stems(f"{quote} {above}")
    return form not in held and SAME.get(form, frozenset()).isdisjoint(held)


_WHEN_DONE = re.compile(
    r"^\W*(?:and |so )?(?:when|in (?:what|which) year) (?:was|were) (?P<what>.+?) (?P<done>\w+)\W*$", re.IGNORECASE
)


def _dates_another(question: str, quote: str) -> bool:
    """Return whether a quote says when something was done of another thing: "the Trust, a charity founded in 1961".

    The thing is named before the participle; it may stand beside what is asked about: "the Trust" itself.
    """
    asked = _WHEN_DONE.match(question)
    if asked is None:
        return False
    done, known = re.escape(asked["done"]), stems(asked["what"])
    said = list(re.finditer(rf"\b{done}\b", quote, re.IGNORECASE))
    of_noun = re.compile(
        rf"(?P<before>\w*)(?P<beside>,?) an? (?:[\w-]+ ){{0,2}}?(?P<noun>[\w-]+) {done}\b", re.IGNORECASE
    )
    found = list(of_noun.finditer(quote))
    return (
        bool(found)
        and len(found) == len(said)
        and all(
            not is_named(one["noun"], known, frozenset())
            and not (one["beside"] and is_named(one["before"], known, frozenset()))
            for one in found
        )
    )


_ASKS_EARNINGS = re.compile(r"\b(?:earns?|earned|earnings|salar(?:y|ies)|wages?)\b", re.IGNORECASE)
_EARNS = re.compile(
    r"\b(?:earn\w*|salar(?:y|ies)|wages?|stipends?|remuneration|income|profits?|(?:is|are|was|were) paid (?:[$€£]|\d))",
    re.IGNORECASE,
)


def _is_single_payment(question: str, quote: str) -> bool:
    """Return whether earnings are asked for, and a quote only tells what is paid for one thing, with no period.

    "Parents pay the coach 15 pounds a lesson" does not say what the coach earns.
    """
    if not _ASKS_EARNINGS.search(question) or _EARNS.search(quote):
        return False
    return not any(rate.search(quote) for rate in _RATES)


def is_other_rate(question: str, said: str) -> bool:
    """Return whether an amount is asked for one period ("a year") and given for others alone ("a month")."""
    if not _HOW_MUCH.match(question):
        return False
    asked = {rate for rate in _RATES if rate.search(question)}
    given = {rate for rate in _RATES if rate.search(said)}
    return len(asked) == 1 and bool(given) and asked.isdisjoint(given)


def _is_of_other_owner(question: str, quote: str) -> bool:
    """Return whether a quote names the role that a question asks for only as that of somebody else."""
    asked = {(one["role"].lower(), one["owner"].lower()) for one in _OWNED.finditer(question)}
    told = {(one["role"].lower(), one["owner"].lower()) for one in _OWNED.finditer(quote)}
    for role, owner in asked:
        owners = {other for its, other in told if its == role}
        if owners and owner not in owners and owner not in _PERSONAL:
            return True
    return False
