"""A check of goals, plans and estimates: a claim must not state them as results or proofs.

A goal has no "may" or "plans to": "By 2018, reduce the time from 65 days to 49", "70 million to be allocated". Where a
quote has a planned and an actual value, a claim may exchange them. A finding is a doubt.
"""

from __future__ import annotations

import re
from decimal import Decimal

from graph.verification.claims.assertions.modality import is_hedge
from graph.verification.claims.numbers.parsing import spelled
from graph.verification.claims.wording import clauses, same_language, stem_of, words
from loaders.text.numbers import find_numbers, fold

_TO_BE = re.compile(
    r"(?<!\bused )(?<!\bfound )(?<!\bsaid )(?<!\bknown )\bto be (?:\w+ly )?(?P<verb>[a-z]{3,}(?:ed|en|t|n|d))\b|"
    r"\bzu (?P<verb_de>[a-zäöüß]{4,}en)(?=[,.;]|$)",
    re.IGNORECASE,
)
_GOAL = re.compile(
    r"^(?:(?:goal|objective|target|strategy|ziel)\b[^:]{0,20}:\s*)?"
    r"(?:by (?:the end of )?(?:\d{1,2} )?(?:[A-Z][a-z]+ )?(?:\d{1,2}, )?\d{4},\s)?"
    r"(?P<verb>reduce|increase|decrease|improve|establish|ensure|achieve|raise|lower|"
    r"expand|develop|create|provide|maintain|cut|double|halve|build|complete|implement|publish|train|hire|open|close|"
    r"replace|introduce)\b",
    re.IGNORECASE,
)
_DONE = re.compile(
    r"\b(?:was|were|has|have|had|wurden?|hat|haben)\b(?:\s(?:been|\w+ly))?\s(?P<verb>[a-zäöüß]{3,}(?:ed|en|t|n|d))\b|"
    r"\b(?P<past>[a-z]{3,}ed|rose|fell|grew|cut)\b",
    re.IGNORECASE,
)
_PLANNED = re.compile(
    r"^(?:plan(?:s|ned)?|expect(?:s|ed)?|forecast(?:s|ed)?|project(?:s|ed)|estimat(?:es|ed)|budget(?:ed)?|target(?:ed|s)?|"
    r"scheduled|anticipat(?:es|ed)|intend(?:s|ed)|geplant|erwartet|prognostizier\w*|veranschlagt|vorgesehen)$"
)
_CERTAIN = re.compile(
    r"^(?:prove[ns]?|proved|proof|confirm(?:s|ed)|demonstrat(?:es|ed)|established|certain(?:ly)?|guarantee[sd]?|definite(?:ly)?|"
    r"undoubtedly|beweis\w*|bewiesen|bestätigt\w*|nachgewiesen|garantiert|sicher)$"
)
_UNSURE = re.compile(
    r"^(?:estimat\w*|suggest(?:s|ed)|believ\w*|thought|suspected|assumed|presum\w*|alleged\w*|reportedly|perhaps|possibly|"
    r"probably|likely|may|might|could|seems?|appears?|geschätzt|vermut\w*|angeblich|wohl|möglicherweise|vielleicht)$"
)


def done_already(text: str, quote: str) -> str:
    """Return a doubt where a claim states as done what its quote has as a goal or as still to be done."""
    is_open = any(is_hedge(word.key) or word.key in _FUTURE for word in words(text)) or bool(_IS_TO.search(text))
    if is_open or not same_language(text, quote):
        return ""
    done = {stem_of((one["verb"] or one["past"]).lower()) for one in _DONE.finditer(text)}
    goal = _GOAL.search(quote.strip())
    if goal and stem_of(goal["verb"].lower()) in done:
        return f"the quote sets the goal to {goal['verb'].lower()}, the claim says it is done"
    for found in _TO_BE.finditer(quote) if done and not re.search(r"\bto be\b", text) else ():
        if any(_DONE.finditer(text)) and not _is_no_plan(quote, found):
            return f"the quote says “{found[0]}”, the claim says it is done"
    return ""


_IS_TO = re.compile(r"\b(?:is|are|was|were) to\b", re.IGNORECASE)
_FUTURE = frozenset("will shall going plan plans planned aim aims goal target soll sollen wird werden".split())


def _is_no_plan(quote: str, found: re.Match[str]) -> bool:
    """Return whether the verb before a "to be" rules out a plan: "is known to be located", "had to be built"."""
    before = [word.key for word in words(quote[: found.start()])][-2:]
    return any(key in _STATING or key.endswith("ed") for key in before)


_STATING = frozenset(
    [
        "had",
        "has",
        "have",
        "seem",
        "seems",
        "appear",
        "appears",
        "came",
        "come",
        "began",
        "begins",
        "found",
        "known",
        "said",
        "needs",
        "need",
    ]
)


def outlook_reached(text: str, quote: str) -> str:
    """Return a doubt where a claim states as past what its quote has as an outlook: "Outlook: sales of 5 million"."""
    found = _OUTLOOK.search(quote)
    is_open = any(is_hedge(w.key) or w.key in _FUTURE or _PLANNED.match(w.key) for w in words(text))
    if not found or is_open or _OUTLOOK.search(text) or not same_language(text, quote):
        return ""
    past = _PAST.search(text)
    is_told = past is None or any(word.key == past[0].lower() for word in words(quote))
    return "" if is_told else f"the quote is an {found[0].lower()}, the claim says “{past[0] if past else ''}”"


_OUTLOOK = re.compile(r"\b(?:outlook|guidance|ausblick|prognose)\b", re.IGNORECASE)
_PAST = re.compile(
    r"\b(?:was|were|rose|fell|reached|earned|achieved|amounted|came|grew|war|waren|stieg|fiel|erreichte\w*|betrug\w*)\b",
    re.IGNORECASE,
)


def plan_exchanged(text: str, quote: str) -> str:
    """Return a doubt where a claim calls the actual value planned, or the planned one actual."""
    if not same_language(text, quote):
        return ""
    planned, others = _values_by_plan(quote)
    said, told = _values_by_plan(text)
    if not planned or not others or planned & others:
        return ""
    if said and said <= others and not told:
        word = next(word.text for word in words(text) if _PLANNED.match(word.key))
        return f"the claim says “{word}” of the value that came true in the quote"
    return ""


def _values_by_plan(text: str) -> tuple[set[Decimal], set[Decimal]]:
    """Return the values of a text in clauses with a word for a plan, and those in the other clauses."""
    planned: set[Decimal] = set()
    others: set[Decimal] = set()
    folded = fold(text)
    for clause in clauses(folded):
        part = folded[clause.words[0].start : clause.words[-1].end]
        values = {value for one in find_numbers(part) for value in one.values}
        values |= set(map(Decimal, spelled(part).values()))
        is_planned = any(_PLANNED.match(word.key) for word in clause.words)
        (planned if is_planned else others).update(values)
    return planned, others


def certainty_added(text: str, quote: str) -> str:
    """Return a doubt where a claim calls proven or certain what its quote only estimates or believes."""
    if not same_language(text, quote):
        return ""
    sure = next((word.text for word in words(text) if _CERTAIN.match(word.key)), "")
    unsure = next((word.text for word in words(quote) if _UNSURE.match(word.key)), "")
    if not sure or not unsure or any(_CERTAIN.match(word.key) for word in words(quote)):
        return ""
    return f"the quote says “{unsure}”, the claim “{sure}”"
