"""A check of words that change the kind of a thing: "Australian" of cents, "non-" of "non-executive members".

A claim that counts things of another country, leaves out "non-", or says of a larger place what its quote says of a
smaller one says something else. So does one that gives the year in brackets to the other of two values. A finding
is a doubt.
"""

from __future__ import annotations

import re

from graph.verification.claims.assertions.negation import is_negation
from graph.verification.claims.numbers.parsing import spelled
from graph.verification.claims.wording import content, same_language, stem_of, words
from loaders.text.numbers import fold

_NUMBER = r"(?<![\w.,])(?P<number>\d[\d.,]*\d|\d)"
_OF_COUNTRY = re.compile(rf"{_NUMBER}\s(?P<kind>[A-Z][\w’'-]+)\s(?P<noun>[a-z]{{3,}})")
_NON = re.compile(r"\bnon-?(?P<word>[a-z]{4,})", re.IGNORECASE)
_TOP_IN = re.compile(
    r"\b(?P<top>[a-z]{3,}est|best|worst|first|most \w+)\b(?:\s[a-z]+){0,3}?\s(?:in|of|on)\s(?:the |its |this )?"
    r"(?P<place>[^\W\d][\w’'-]*)",
    re.IGNORECASE,
)
_YEAR = r"(?:1[5-9]|20)\d\d"
_VALUE_OF_YEAR = re.compile(rf"{_NUMBER}\s?(?:%|[^\W\d]+)?\s\((?P<year>{_YEAR})\)")
_IN_YEAR = re.compile(rf"\bin (?P<year>{_YEAR})\b", re.IGNORECASE)
_AS_EXPECTED = re.compile(
    r"\b(?:in line with|as (?:expected|planned|forecast)|equal to|the same as|unchanged from|im rahmen|wie erwartet)\b",
    re.IGNORECASE,
)
_OTHER_THAN = re.compile(
    r"\b(?P<word>above|below|ahead of|better than|worse than|more than|less than|"
    r"higher than|lower than|exceed\w*|missed|"
    r"über|unter|übertraf\w*|verfehlt\w*)\s(?:the |its |their |all |de[nmr] )?"
    r"(?P<what>[^\W\d][\w’'-]*(?:\s[^\W\d][\w’'-]*)?)",
    re.IGNORECASE,
)


def other_kind(text: str, quote: str) -> str:
    """Return a doubt where one word of a claim changes the kind of a thing of its quote; "" if none does."""
    if not same_language(text, quote):
        return ""
    found = _of_other_country(text, quote) or _non_dropped(text, quote) or _in_other_place(text, quote)
    found = found or _after_for_within(text, quote) or _of_other_substance(text, quote)
    found = found or _of_other_measure(text, quote)
    return found or _of_other_year(text, quote) or _not_as_expected(text, quote)


def _of_other_country(text: str, quote: str) -> str:
    held = {(one["number"], stem_of(one["noun"])): one["kind"] for one in _OF_COUNTRY.finditer(fold(quote))}
    for one in _OF_COUNTRY.finditer(fold(text)):
        kind = held.get((one["number"], stem_of(one["noun"])))
        if kind and stem_of(kind.lower()) != stem_of(one["kind"].lower()):
            return f"the quote says “{one['number']} {kind} {one['noun']}”, the claim “{one['kind']}”"
    return ""


def _non_dropped(text: str, quote: str) -> str:
    """Return a doubt where only one of claim and quote has "non-" before a word that the other one has without it."""
    for one, other in ((text, quote), (quote, text)):
        for found in _NON.finditer(one):
            word = found["word"].lower()
            bare = re.search(rf"(?<!non-)(?<!non)\b{re.escape(word)}\b", other, re.IGNORECASE)
            is_both = re.search(rf"(?<!non-)(?<!non)\b{re.escape(word)}\b", one, re.IGNORECASE)
            is_denied = any(is_negation(each.key) for each in words(other))
            if bare and not is_both and not _NON.search(other) and not is_denied:
                return f"one says “{found[0]}”, the other “{bare[0]}”"
    return ""


def _in_other_place(text: str, quote: str) -> str:
    """Return a doubt where a claim says "largest in Europe" for its quote's "largest in the region"."""
    held = {one["top"].lower(): one["place"] for one in _TOP_IN.finditer(quote)}
    for one in _TOP_IN.finditer(text):
        place = held.get(one["top"].lower())
        own = content(one["place"])
        if (
            place
            and own
            and one["place"][0].isupper()
            and not own & content(quote)
            and not content(place) & content(text)
        ):
            return f"the quote says it of “{place}”, the claim of “{one['place']}”"
    return ""


def _of_other_substance(text: str, quote: str) -> str:
    """Return a doubt where a claim has "48,300 tonnes of timber" for the "tonnes of grain" of its quote."""
    held = {(one["number"], stem_of(one["unit"].lower())): one["what"] for one in _OF_WHAT.finditer(fold(quote))}
    for one in _OF_WHAT.finditer(fold(text)):
        what = held.get((one["number"], stem_of(one["unit"].lower())))
        if (
            what
            and content(one["what"])
            and not content(one["what"]) & content(quote)
            and what.lower() not in text.lower()
        ):
            return f"the quote says “{one['unit']} of {what}”, the claim “of {one['what']}”"
    return ""


_OF_WHAT = re.compile(rf"{_NUMBER}\s(?:thousand |million |billion )?(?P<unit>[a-z]{{2,}})\sof\s(?P<what>[^\W\d]{{3,}})")


def without_for_with(text: str, quote: str) -> str:
    """Return a doubt where only one of claim and quote has "without" before a word that the other has after "with"."""
    for one, other in ((text, quote), (quote, text)):
        without = {found["what"].lower() for found in _WITHOUT.finditer(one)}
        having = {found["what"].lower() for found in _WITH.finditer(other)}
        is_denied = any(
            is_negation(word.key) and word.key not in ("without", "ohne") for word in words(f"{text} {quote}")
        )
        if without & having and not is_denied and not _WITHOUT.search(other):
            return f"only one of claim and quote says “without {min(without & having)}”"
    return ""


_WITHOUT = re.compile(r"\b(?:without|ohne)\s(?:an? |the |any |eine[nmrs]? )?(?P<what>[^\W\d]{4,})", re.IGNORECASE)
_WITH = re.compile(r"\b(?:with|mit)\s(?:an? |the |any |eine[nmrs]? )?(?P<what>[^\W\d]{4,})", re.IGNORECASE)


def _after_for_within(text: str, quote: str) -> str:
    """Return a doubt where one of claim and quote has "within" and the other "after" before the same time."""
    held = {(one["count"].lower(), stem_of(one["unit"].lower())): one["how"] for one in _IN_TIME.finditer(quote)}
    for one in _IN_TIME.finditer(text):
        how = held.get((one["count"].lower(), stem_of(one["unit"].lower())), "")
        if how and (how.lower() in _INSIDE) != (one["how"].lower() in _INSIDE):
            return f"the quote says “{how} {one['count']} {one['unit']}”, the claim “{one['how']}”"
    return ""


_IN_TIME = re.compile(
    r"\b(?P<how>within|inside|after|innerhalb von|binnen|nach)\s(?P<count>[\w.,]+)\s(?P<unit>(?:working )?[^\W\d]+)",
    re.IGNORECASE,
)
_INSIDE = frozenset({"within", "inside", "innerhalb von", "binnen"})


def _of_other_measure(text: str, quote: str) -> str:
    """Return a doubt where a claim says of the net income what its quote says of the free cash flow."""
    said, held = ([name for name, one in _MEASURES.items() if one.search(some)] for some in (text, quote))
    if not said or not held or set(said) & set(held) or len(said) > 1:
        return ""
    return f"the quote says it of the {held[0]}, the claim of the {said[0]}"


_MEASURES = {
    name: re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)
    for name, pattern in {
        "net income": "net income|net profit|net earnings|net loss|jahresüberschuss|nettogewinn",
        "cash flow": "(?:free |operating )?cash ?flows?|free cash",
        "operating profit": "operating (?:income|profit)|ebit|betriebsergebnis",
        "EBITDA": "ebitda",
        "sales": "net sales|sales|revenues?|turnover|umsatz|umsätze|erlöse",
        "dividend": "dividends?|dividende",
        "debt": "net debt|debts?|borrowings|schulden",
        "equity": "shareholders['’]? equity|equity|eigenkapital",
        "capital expenditure": "capital expenditures?|capex|investitionen",
        "gross profit": "gross profit|bruttogewinn|rohertrag",
    }.items()
}
"""Measures of a company, without "profit" and "earnings" alone, which are ambiguous."""


def _of_other_year(text: str, quote: str) -> str:
    """Return a doubt where a claim gives the year in brackets after one value to another value of the quote."""
    held = {one["year"]: one["number"] for one in _VALUE_OF_YEAR.finditer(fold(quote))}
    years = {one["year"] for one in _IN_YEAR.finditer(text)}
    numbers, known = (
        {one["number"] for one in re.finditer(_NUMBER, fold(some))} | set(map(str, spelled(some).values()))
        for some in (text, quote)
    )
    for year in years if len(years) == 1 else ():
        value = held.get(year)
        others = (numbers & known) - {year}
        if value and value not in numbers and others:
            return f"the quote has {value} for {year}"
    return ""


def _not_as_expected(text: str, quote: str) -> str:
    """Return a doubt where a claim says "above" or "below" for its quote's "in line with"."""
    if _AS_EXPECTED.search(text) or not (found := _AS_EXPECTED.search(quote)):
        return ""
    behind = content(quote[found.end() : found.end() + 60])
    for one in _OTHER_THAN.finditer(text):
        if content(one["what"]) & behind:
            return f"the quote says “{found[0]}”, the claim “{one['word']}”"
    return ""
