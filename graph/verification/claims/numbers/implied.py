"""Numbers that a quote implies in words: the year before, half of what doubled, the rest of a percentage, a total.

A claim may state them without naming a calculation ("In 2040 there were 96" for "up from 96 a year earlier"). A claim
that gives the earlier year the value of this year has a doubt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import permutations

from graph.retrieval import terms
from graph.verification.claims.evidence import Evidence
from graph.verification.claims.numbers.arithmetic import Stated, values_of
from graph.verification.claims.numbers.compared import is_compared_with
from graph.verification.claims.numbers.parsing import spelled
from graph.verification.claims.numbers.remainders import is_left
from graph.verification.claims.values.context import Value, values_in
from graph.verification.claims.wording import content, words
from loaders.text.numbers import Mark, fold

_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_EARLIER = re.compile(
    r"\b(?:(?:a|one) year (?:earlier|before|ago)|(?:the )?(?:previous|prior|preceding|last) year|year[- ]on[- ]year|"
    r"year[- ]over[- ]year|the year (?:before|earlier)|vorjahr\w*|(?:ein|im|das) jahr (?:zuvor|davor|früher|vorher)|"
    r"l[’']année précédente|el año anterior)\b",
    re.IGNORECASE,
)
_LATER = re.compile(r"\b(?:(?:a|one) year later|(?:the )?(?:following|next) year|folgejahr\w*|ein jahr später)\b", re.I)
_COMPARED_YEAR = re.compile(
    r"\b(?:than|als|gegenüber|over|compared (?:with|to)|against)\s+(?:in\s+|im Jahr\s+)?(?P<year>(?:1[5-9]|20)\d\d)\b",
    re.IGNORECASE,
)
_THIS_YEAR = re.compile(
    r"\b(?:berichtsjahr\w*|geschäftsjahr\w*|reporting year|(?:financial|fiscal) year|year under review)\b",
    re.IGNORECASE,
)
_MULTIPLIED = (
    (re.compile(r"\b(?:doubl(?:es?|ed|ing)|twice|verdoppel\w*)\b", re.IGNORECASE), Decimal(2)),
    (re.compile(r"\b(?:tripl(?:es?|ed|ing)|verdreifach\w*)\b", re.IGNORECASE), Decimal(3)),
    (re.compile(r"\b(?:halv(?:es?|ed|ing)|halbier\w*)\b", re.IGNORECASE), Decimal("0.5")),
)
_LITTLE = re.compile(r"\b(?:only|just|merely|nur|lediglich|bloß)\b", re.IGNORECASE)
_NEXT = 3
"""Words after a number that may have the noun counted."""
_BEFORE = re.compile(
    r"\b(?:before|earlier|previous\w*|former\w*|initial\w*|original\w*|from|until|half|third|had been|used to|"
    r"zuvor|vorher|früher|davor|ursprünglich|anfangs|hälfte|drittel)\b|\b(?:1[5-9]|20)\d\d\b",
    re.IGNORECASE,
)
"""Words for the time before a change, without which "doubled to 96" does not say 48."""
_NEAR = 4  # words between a value and the "a year earlier" that it belongs to


def is_implied(one: Stated, text: str, evidence: Evidence) -> bool:
    """Return whether the quote of a claim implies one of its numbers in words."""
    quote = evidence.quote or evidence.exact
    if _YEAR.fullmatch(one.text):
        return one.text in _years(quote, evidence, is_compared=bool(_EARLIER.search(text) or _LATER.search(text)))
    if not one.values or evidence.rows:
        return False
    quoted = values_of(quote, evidence)
    return (
        (
            bool(_BEFORE.search(text))
            and any(pattern.search(quote) and _fits(one, [v / by for v in quoted]) for pattern, by in _MULTIPLIED)
        )
        or (one.is_percent and bool(_LITTLE.search(text)) and _fits(one, [100 - v for v in quoted if v < 100]))
        or (bool(_BASIS.search(quote)) and _fits(one, [v / 100 for v in quoted]))
        or (bool(_MONTHLY.search(quote)) and bool(_YEARLY.search(text)) and _fits(one, [v * 12 for v in quoted]))
        or (bool(_CENTS.match(text[one.end :])) and _fits(one, [(a - b) * 100 for a, b in permutations(quoted, 2)]))
        or _was_changed(one, text, quote, quoted)
        or _is_part_of(one, quote, quoted)
        or (bool(_HALF_PAID.search(quote)) and _fits(one, [value / 2 for value in quoted]))
        or _totals(one, text, quote)
        or is_all_but(one, text, evidence)
        or is_left(one, text, quote)
        or is_compared_with(one, text, evidence)
    )


def _years(quote: str, evidence: Evidence, *, is_compared: bool) -> set[str]:
    """Return the years that a quote implies without writing them; if `is_compared`, not the years before and after."""
    own, above = terms.years(quote), terms.years(f"{evidence.above} {evidence.named}")
    known = own or above
    found = set(above) if not own or _THIS_YEAR.search(quote) else set()
    for pattern, step in ((_EARLIER, -1), (_LATER, 1)):
        if pattern.search(quote) and not is_compared:
            found |= {str(int(year) + step) for year in (known | found) if _YEAR.fullmatch(year)}
    for told in _SO_MANY_YEARS.finditer(quote):
        number = told["number"].lower()
        count = int(number) if number.isdigit() else next(iter(spelled(f"die {number}").values()), 0)
        found |= {str(int(year) + step) for year in own if _YEAR.fullmatch(year) for step in (count, -count)}
    return found


_SO_MANY_YEARS = re.compile(
    r"\b(?P<number>\d{1,2}|[^\W\d]{2,12})\s(?:years?\s(?:later|earlier|before|after\w*)|jahren?\s(?:später|früher|vor|nach|davor|danach))\b",
    re.IGNORECASE,
)


def _fits(one: Stated, values: list[Decimal]) -> bool:
    return any(abs(value - stated) * 2 <= one.step for value in values for stated in one.values)


def _is_part_of(one: Stated, quote: str, quoted: set[Decimal]) -> bool:
    """Return whether a number is a stated percentage of a count of the quote: 710 for "of the 1,920, 37 %"."""
    if one.is_percent:
        return False
    shares = [Decimal(found[1].replace(",", ".")) for found in _SHARE.finditer(fold(quote))]
    shares += [Decimal(_PARTS[found[1].lower()]) for found in _PART.finditer(quote)]
    parts = [
        share * whole / 100 for share in shares for whole in quoted if whole >= _LEAST_WHOLE and whole not in shares
    ]
    about = _ABOUT_ERROR if one.bound == "about" else 0
    return _fits(one, parts) or any(abs(part - value) <= value * about for part in parts for value in one.values)


_SHARE = re.compile(r"(?<![\w.,])(\d{1,2}(?:[.,]\d+)?)\s*(?:%|per ?cent\b|prozent\b)", re.IGNORECASE)
_PARTS = {
    "half": "50",
    "third": "33.3",
    "quarter": "25",
    "fifth": "20",
    "hälfte": "50",
    "drittel": "33.3",
    "viertel": "25",
}
_PART = re.compile(rf"\b(?:an?|one|eine?|die)\s({'|'.join(_PARTS)})\b", re.IGNORECASE)
_LEAST_WHOLE = 20  # shares of smaller wholes are numbers that are common in any text
_ABOUT_ERROR = Decimal("0.03")
_HALF_PAID = re.compile(
    r"\b(?:pays?|costs?|zahl(?:t|en)|kostet|kosten)\s(?:only |just |nur )?(?:half|die hälfte)\b", re.IGNORECASE
)


def is_all_but(one: Stated, text: str, evidence: Evidence) -> bool:
    """Return whether a number is the rest by "all but four": 27 of the 31."""
    quote = evidence.quote or evidence.exact
    found = _ALL_BUT.search(quote)
    if not found or not one.values or _ALL_BUT.search(text):
        return False
    number = found["count"].lower()
    count = Decimal(number) if number.isdigit() else Decimal(next(iter(spelled(f"die {number}").values()), 0))
    return bool(count) and _fits(one, [value - count for value in values_of(quote, evidence) if value > 2 * count])


_ALL_BUT = re.compile(
    r"\b(?:all but|all except|alle (?:bis auf|außer))\s(?P<count>\d{1,3}|[^\W\d]{3,9})\b", re.IGNORECASE
)


def _was_changed(one: Stated, text: str, quote: str, quoted: set[Decimal]) -> bool:
    """Return whether a number is the value before a change in percent that the quote states."""
    is_before = bool(_BEFORE.search(text) or _EARLIER.search(text))
    for found in (*_CHANGED.finditer(quote), *(_GREW.finditer(quote) if is_before else ())):
        share = Decimal(found["share"].replace(",", ".")) / 100
        factor = 1 - share if found["less"] else 1 + share
        if factor > 0 and _fits(one, [value / factor for value in quoted]):
            return True
    return False


_CHANGED = re.compile(
    r"(?P<share>\d{1,2}(?:[.,]\d+)?)\s*(?:%|per ?cent|prozent)\s+(?:(?P<less>less|lower|fewer|below|under|weniger|"
    r"niedriger|unter)|more|higher|above|over|mehr|höher|über)\b",
    re.IGNORECASE,
)
_GREW = re.compile(
    r"\b(?:up|r[io]sen?|grew|grown|growth|increas\w*|climbed|gained|stieg\w*|gestiegen|wuchs\w*|gewachsen|plus|zuwachs|"
    r"zunahme|anstieg|(?P<less>down|fell|fallen|declin\w*|drop\w*|decreas\w*|sank\w*|gesunken|fiel\w*|rückgang|minus|"
    r"abnahme))\s(?:[^\W\d]+\s){0,2}?(?P<share>\d{1,2}(?:[.,]\d+)?)\s*(?:%|per ?cent\b|prozent\b)",
    re.IGNORECASE,
)
_BASIS = re.compile(r"\b(?:basis points|bps|basispunkte?n?)\b", re.IGNORECASE)
_MONTHLY = re.compile(r"\b(?:monthly|(?:per|a|each|every) month|monatlich\w*|(?:im|pro|je) monat)\b", re.IGNORECASE)
_YEARLY = re.compile(
    r"\b(?:yearly|annual\w*|(?:per|a|each|every) year|jährlich\w*|(?:im|pro|je) jahr|jahres\w+)\b", re.I
)
_CENTS = re.compile(r"\s?(?:cents?|pence)\b", re.IGNORECASE)


def _totals(one: Stated, text: str, quote: str) -> bool:
    """Return whether a number is the sum of the quote's numbers with the same noun: "two wet and two dry docks"."""
    counted = {word.stem for word in words(text[one.end : one.end + 60])[:_NEXT] if word.is_content}
    folded = fold(quote)
    parts = [value for value, after in _counts(folded) if counted & {w.stem for w in words(after)[:_NEXT]}]
    return len(parts) > 1 and sum(parts) in one.values


def _counts(text: str) -> Iterator[tuple[Decimal, str]]:
    """Yield the whole numbers of a text, each with the text that follows it."""
    places: list[tuple[int, int, Decimal]]
    places = [(found.start(), found.end(), Decimal(found[0])) for found in re.finditer(r"(?<![\w.,])\d{1,4}\b", text)]
    for word, known in spelled(text).items():
        places += [(*found.span(), Decimal(known)) for found in re.finditer(rf"\b{re.escape(word)}\b", text)]
    places.sort()
    for at, (_, end, value) in enumerate(places):
        yield value, text[end : places[at + 1][0] if at + 1 < len(places) else len(text)]


def other_year(text: str, quote: str, decimal: Mark = "") -> str:
    """Return a doubt where a claim gives the value of this year to the year that its quote compares with."""
    said = {word.key for word in words(text) if _YEAR.fullmatch(word.key)}
    own = terms.years(quote)
    for found in (*_EARLIER.finditer(quote), *_COMPARED_YEAR.finditer(quote)):
        year = found.groupdict().get("year")
        is_before = said == {year} if year else len(said) == 1 and bool(own) and int(min(said)) == int(min(own)) - 1
        if not is_before or _COMPARED_YEAR.search(text):
            continue
        held = [value for value in values_in(quote, decimal) if value.kind != "year"]
        told = [v for v in values_in(text, decimal) if v.kind != "year" and any(v.values & h.values for h in held)]
        beside = _nearest([value for value in held if _is_beside(value, found.span(), quote)], found.span())
        if told and not any(value.values & other.values for value in told for other in beside):
            return f"the quote says “{found[0]}”, and {told[0].text} of another year"
    return ""


def other_event(text: str, quote: str) -> str:
    """Return a doubt where a claim gives the quote's year to an event that the quote dates years later or earlier."""
    told = _SO_MANY_YEARS.search(quote)
    years = {year for year in terms.years(quote) if _YEAR.fullmatch(year)}
    said = {year for year in terms.years(text) if _YEAR.fullmatch(year)}
    if told is None or len(years) != 1 or len(said) != 1 or _SO_MANY_YEARS.search(text):
        return ""
    start = max((mark.end() for mark in _CLAUSE.finditer(quote) if mark.end() <= told.start()), default=told.start())
    if _RELATIVE.search(told[0]):  # "two years before its sister": another event follows
        start = told.end()
    first, other = content(quote[:start]), content(quote[start:])
    subject = next((word.stem for word in words(quote) if word.is_content), "")
    first -= {subject}  # "The dam was built in 1920 and raised ten years later"
    if next(iter(years)) in quote[start:]:
        first, other = other, first
    if said != years:
        first, other = other, first
    if len(content(text) & (other - first)) > len(content(text) & (first - other)):
        return f"the quote says “{told[0]}”, and the claim gives the year of the other event"
    return ""


_CLAUSE = re.compile(r",\s|;\s|\s(?:and|but|und|aber)\s")
_RELATIVE = re.compile(r"(?:before|after|vor|nach)$", re.IGNORECASE)


def _nearest(values: list[Value], span: tuple[int, int]) -> list[Value]:
    """Return the nearest of the values before a mention of another year, and those after it."""
    before = [value for value in values if value.end <= span[0]]
    return [value for value in values if value not in before[:-1]]


def _is_beside(value: Value, span: tuple[int, int], quote: str) -> bool:
    """Return whether a value belongs to the year before: "from 96 a year earlier", "a year earlier: 96"."""
    folded = fold(quote)
    between = folded[value.end : span[0]] if value.end <= span[0] else folded[span[1] : value.start]
    leads = value.end > span[0] or bool(_FROM.search(folded[: value.start]))
    return leads and len(words(between)) <= _NEAR and not re.search(r"[;.]\s", between)


_FROM = re.compile(
    r"\b(?:from|with|to|against|of|was|were|than|von|gegenüber|statt|nach|als|war|waren)\s+(?:\w+\s)?[$€£]?\s?$",
    re.IGNORECASE,
)
