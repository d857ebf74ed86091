"""A check of the words beside a value in prose: which of several values is meant, and "more than" or "less than".

Of two percentages in a quote, the one nearer to the claim's words is meant. A finding is a doubt.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from graph.verification.claims import dates
from graph.verification.claims.comparisons.directions import directions_of, poles
from graph.verification.claims.dates import MONTHS
from graph.verification.claims.numbers.parsing import spelled, without_names
from graph.verification.claims.numbers.units import measured
from graph.verification.claims.values.places import place_of
from graph.verification.claims.wording import Word, content, share, words
from loaders.text.numbers import Mark, find_numbers, fold

_SAME = 0.05
"""Largest insignificant difference in nearness: "metres" is after both values."""
_SHARE, _MORE_NEAR = 1.25, 0.1
"""Factor and difference by which another value must be nearer; with 1.1 twice as many true claims are doubted."""
_BREAK = re.compile(
    r"[,;:()–—]|\b(?:and|but|while|whereas|compared|against|und|aber|während|gegenüber)\b", re.IGNORECASE
)
_SENTENCE_END = re.compile(r"[.!?](?=\s)")
_SENTENCE_COST = 6  # distance of the end of a sentence, in words
_BREAK_COST = 1.5  # distance of a comma or an "and", in words
_BESIDE_FIRST = 2  # most words between the first of two values and the words before it that belong to it alone
_BESIDE = 3  # words before and after a value that may bound it
_YEAR = re.compile(r"1[0-9]\d\d|20\d\d")


class Value(NamedTuple):
    """A number in a text."""

    text: str
    values: frozenset[Decimal]
    kind: str
    """Its unit; "year" for what looks like one, "" for a bare number."""
    start: int
    end: int


def misplaced_value(text: str, quote: str, decimal: Mark = "") -> str:
    """Return a doubt where another value of the quote is much nearer to the claim's words; "" if none is."""
    said, held = values_in(text, decimal), values_in(quote, decimal)
    known = {value for other in held for value in other.values}
    if any(not one.values & known for one in said):
        return ""  # the claim calculates, so that positions in the quote do not decide
    for one in said:
        alike = [other for other in held if other.kind == one.kind]
        # "730 tonnes, up from 640": the second value has the unit of the first one
        own = [other for other in held if other.values & one.values and other.kind in (one.kind, "")]
        others = [other for other in alike if not any(other.values & known.values for known in said)]
        others = [other for other in others if not _is_change(other, quote) or _is_change(one, text)]
        if not own or not others or sum(known.kind == one.kind for known in said) > 1:
            continue
        if _PART_OF.match(fold(text)[one.end :]) and _INCLUDING.search(quote):
            continue  # "86 of the prints"
        context = {word.stem for word in words(fold(text)) if _may_identify(word, one)}
        for other in others:
            if all(_is_meant(other, mine, context, text, quote) for mine in own):
                return f"in the quote, {other.text} stands nearer to the claim's words than {one.text}"
    return ""


def _is_meant(other: Value, own: Value, context: set[str], text: str, quote: str) -> bool:
    """Return whether a claim that states one value of a quote is about another one."""
    if _is_part(own, other, quote):
        return False
    place = place_of((own.start, own.end), (other.start, other.end), text, quote)
    return place == "other" or (not place and _is_nearer(other, own, context, quote))


def _is_change(value: Value, text: str) -> bool:
    """Return whether a value is the amount of a change: "$124 million higher"."""
    return _way(value, text) == "by" or bool(_HIGHER.match(fold(text), value.end))


_HIGHER = re.compile(
    r"\s(?:%|[^\W\d]+\s){0,2}(?:higher|lower|more|less|fewer|above|below|mehr|weniger|höher|niedriger)\s(?:than|als)\b",
    re.IGNORECASE,
)


def _is_part(own: Value, other: Value, quote: str) -> bool:
    """Return whether a value is a part of another one: "two of the seven"."""
    return bool(_OF.fullmatch(fold(quote)[own.end : other.start]))


_PART_OF = re.compile(r"\s(?:of|der)\s", re.IGNORECASE)
_INCLUDING = re.compile(r"\b(?:including|of (?:them|whom|which)|among them|davon|darunter)\b", re.IGNORECASE)
_OF = re.compile(r"\s(?:out of|of|von|der)\s(?:the |all |these |den |allen )?", re.IGNORECASE)


def _may_identify(word: Word, value: Value) -> bool:
    """Return whether a word of a claim may identify the value: a content word, or the year of another value."""
    if value.start <= word.start < value.end:
        return False
    is_year = value.kind not in ("year", "month") and bool(_YEAR.fullmatch(word.key))
    return is_year or (word.is_content and not word.key.endswith("ly"))


def other_way(text: str, quote: str, decimal: Mark = "") -> str:
    """Return a doubt where a claim says "by" a value, and its quote "to" or "from" it, or vice versa."""
    held = values_in(quote, decimal)
    for one in values_in(text, decimal):
        own = {_way(other, quote) for other in held if other.values & one.values and _are_alike(other.kind, one.kind)}
        if (said := _way(one, text)) and own and "" not in own and said not in own:
            return f"the claim says “{said} {one.text}”, the quote “{min(own)} {one.text}”"
        # "improves by 55": where nothing in the quote rises or falls, the value is reached
        is_change = said == "by" and bool(_CHANGE_BY.search(fold(text)[: one.start]))
        if is_change and own == {""} and not any(pole.axis == "amount" for pole in poles(quote)):
            return f"the claim changes something by {one.text}, and nothing changes in the quote"
    return ""


def _are_alike(one: str, other: str) -> bool:
    return one == other or (one in _SHARES and other in _SHARES)


_SHARES = ("percent", "points", "percentage points")


def _way(value: Value, text: str) -> str:
    """Return the word of change before a value: "by", "to", "from"; "" if there is none."""
    folded = fold(text)
    found = _WAY.search(folded[: value.start])
    is_difference = _COMPARATIVE.match(folded, value.end) is not None
    return _WAYS.get(found[1].lower(), "") if found else "by" if is_difference else ""


_CHANGE_BY = re.compile(
    r"\b(?:improv\w*|ris(?:es|en)|rose|increas\w*|grew|grow\w*|fell|falls?|declin\w*|decreas\w*|dropp?\w*|"
    r"stieg\w*|steig\w*|sank\w*|verbesser\w*|gestiegen|gesunken)\b[^.;]{0,60}$",
    re.IGNORECASE,
)
_COMPARATIVE = re.compile(
    r"\s*(?:%|per ?cent|prozent)\s+(?:lower|higher|less|more|fewer|below|above|weniger|mehr|niedriger|höher)\b",
    re.IGNORECASE,
)


_NO_OTHER_SUBJECT = re.compile(
    r"(?:,|;|\band|\bund|\bbut|\baber)\s+(?:(?:about|only|to|by|etwa|nur|auf|um)\s+)?[$€£]?$"
)
"""The text between two values of which the second is right after "and": "62 at full speed and 48 at half speed"."""
_ENDS = re.compile(r"\s*(?:[.,;:)]|$)")
_WAYS = {"by": "by", "um": "by", "to": "to", "auf": "to", "from": "from", "von": "from"}
_WAY = re.compile(
    rf"\b({'|'.join(_WAYS)})\s+(?:(?:about|around|roughly|some|nearly|etwa|rund)\s+)?[$€£]?\s*$", re.IGNORECASE
)


_FROM = re.compile(r"\b(?:from|von)\s*$", re.IGNORECASE)
_TO = re.compile(r"^[^,;]{0,60}\b(?:to|auf|bis)\s*$", re.IGNORECASE)


def other_share(text: str, quote: str) -> str:
    """Return a doubt where a percentage of the claim is a share of the whole of another percentage of the quote."""
    held = {found["value"]: content(found["what"]) for found in _SHARE_OF.finditer(quote)}
    for found in _SHARE_OF.finditer(text):
        value, what = found["value"], content(found["what"])
        others = [whole for other, whole in held.items() if other != value]
        whole = _ALL_OF.match(found["what"].strip())
        wider = held.get(value, frozenset()) - what
        if whole and value in held and what < held[value] and wider:
            return f"{value} % is of less than all in the quote"
        if value in held and others and share(what, held[value]) < max(share(what, whole) for whole in others):
            return f"{value} % is of something else in the quote"
    return ""


_ALL_OF = re.compile(r"(?:the )?(?:total|all|entire|whole|gesamte[nrms]?|alle[rn]?)\b", re.IGNORECASE)
_SHARE_OF = re.compile(
    r"(?P<value>\d+(?:[.,]\d+)?)\s*(?:%|per ?cent|prozent)\s+(?:of|der|des)\s+"
    r"(?P<what>(?:(?!\s(?:and|und)\s)[^,.;:()\d]){1,60})",
    re.IGNORECASE,
)


def other_whole(text: str, quote: str) -> str:
    """Return a doubt where a claim says "9 out of 40", and its quote 9 out of another number."""
    held = dict(_WHOLE.findall(fold(quote)))
    for part, whole in _WHOLE.findall(fold(text)):
        if part in held and held[part] != whole:
            return f"the claim says {part} out of {whole}, the quote {part} out of {held[part]}"
    return ""


_WHOLE = re.compile(r"(?<![\w.,])(\d+)(?: ?/ ?|⁄| (?:out )?of (?:the )?| von )(\d+)(?![\w]|[.,]\d)")


def other_bound(text: str, quote: str, decimal: Mark = "") -> str:
    """Return a doubt where a value has "less" beside it in the claim, and "more" in the quote, or vice versa."""
    held = values_in(quote, decimal)
    for one in values_in(text, decimal):
        own = [other for other in held if other.values & one.values]
        said = _bound(one, text)
        known = {bound for other in own for bound in _bound(other, quote)}
        if own and _is_denied(text, one) != _is_denied(quote, own[0]):  # "none with fewer than 45" is "at least 45"
            said = {-bound for bound in said}
        if said and known and said.isdisjoint(known) and {-bound for bound in said} <= known:
            return f"{one.text} is bounded or compared the other way in the quote"
    return ""


def _is_denied(text: str, value: Value) -> bool:
    """Return whether "none" or "never" negates a value."""
    return bool(_NONE.search(re.split(r"[,;.]\s", fold(text)[max(0, value.start - _DENIED) : value.start])[-1]))


_DENIED = 60
"""Characters before a value in which a "none" negates it; further away it negates another part of the sentence."""


_NONE = re.compile(
    r"\b(?:no(?=\s[^\W\d]+\s(?!more|less|fewer))|none|never|cannot|kein\w*|nie|niemand)\b", re.IGNORECASE
)
_TIME = re.compile(
    r"\b(?:(?P<before>before|prior to|vor)|(?P<after>after|nach)"
    r"|(?P<inside>in|during|since|im|am|on|of|seit))"
    r" (?:the |dem |der |year |jahre? |early |late |[a-z]+ )?(?P<year>1[0-9]\d\d|20\d\d)\b",
    re.IGNORECASE,
)


def other_time(text: str, quote: str) -> str:
    """Return a doubt where a claim says "before" a year, and its quote "in" it or "after" it."""
    held: dict[str, set[str]] = {}
    for ending in _UNTIL.finditer(quote):
        held.setdefault(ending["year"], set()).add("before")  # "until quarrels began in 1758"
        if _year_onward(text, ending["year"]):
            return f"the claim says it from {ending['year']} on, the quote “{ending['until']}” then"
    for since in _MOST_SINCE.finditer(quote):
        if re.search(rf"\b(?:in|im Jahr)\s{since['year']}\b", text):
            return f"the quote says “{since[0]}”, the claim “in {since['year']}”"
    if _NOT_UNTIL.search(quote):
        return ""  # "not until 2037" is in 2037 or later
    for found in _TIME.finditer(quote):
        held.setdefault(found["year"], set()).add(_side(found))
    for found in _TIME.finditer(text):
        known = held.get(found["year"], set())
        if known and _side(found) not in known:
            return f"the claim says “{found[0]}”, the quote says it otherwise of {found['year']}"
    return ""


_MOST_SINCE = re.compile(
    r"\b(?:most|least|fewest|first|best|worst|record|[a-z]{3,}est)\b[^.;]{0,40}?\bsince\s(?P<year>1[0-9]\d\d|20\d\d)\b",
    re.IGNORECASE,
)
_NOT_UNTIL = re.compile(r"\bnot (?:\w+ ){0,5}until\b", re.IGNORECASE)
_UNTIL = re.compile(r"\b(?P<until>until|till|bis)\b[^.;]*?\b(?P<year>1[0-9]\d\d|20\d\d)\b", re.IGNORECASE)


def _year_onward(text: str, year: str) -> bool:
    """Return whether a text says something from a year on."""
    return bool(re.search(rf"\b(?:since|from|ab|seit)\s+{year}\b|\b{year} on(?:wards?)?\W", text, re.IGNORECASE))


def _side(found: re.Match[str]) -> str:
    return next(name for name in ("before", "after", "inside") if found[name])


def values_in(text: str, decimal: Mark) -> list[Value]:
    """Return the numbers of a text, except those in names, with their units."""
    folded = fold(text)
    bare = without_names(folded)
    found: list[Value] = []
    at = end = 0
    for number in find_numbers(bare, decimal):
        at = bare.find(number.text, end)
        end = at + len(number.text)
        unit = measured(bare, at, end).unit
        kind = unit or ("year" if _YEAR.fullmatch(number.text) else "")
        place = folded.find(number.text, found[-1].end if found else 0)
        found.append(Value(number.text, frozenset(number.values), kind, place, place + len(number.text)))
    in_dates = [one.span() for one in dates.DAY_OF_MONTH.finditer(folded)]
    found += _in_words(folded)
    found += [
        Value(one[0], frozenset([Decimal(MONTHS[one[1].lower()])]), "month", *one.span())
        for one in _MONTHS.finditer(folded)
    ]
    return [one for one in found if one.kind == "month" or not any(low <= one.start < high for low, high in in_dates)]


_MONTHS = re.compile(rf"\b({'|'.join(sorted(map(str.title, MONTHS), key=len, reverse=True))})\b")


def _in_words(folded: str) -> list[Value]:
    """Return the numbers in words, alone or before a noun: "two", "three cups"."""
    found: list[Value] = []
    for word, value in spelled(folded).items():
        if value > 1:
            found += [
                Value(word, frozenset([Decimal(value)]), "", *one.span())
                for one in re.finditer(rf"\b{re.escape(word)}\b", folded)
            ]
    return sorted(found, key=lambda one: one.start)


def _is_nearer(other: Value, own: Value, context: set[str], quote: str) -> bool:
    """Return whether a value is much nearer to the words of a claim than the claim's own value."""
    folded = fold(quote)
    said = words(folded)
    low, high = sorted((own, other), key=lambda value: value.start)
    between = folded[low.end : high.start]
    is_course = bool(_FROM.search(folded[: low.start]) and _TO.search(between))
    is_course = is_course or bool(_NO_OTHER_SUBJECT.search(between))
    best: dict[Value, dict[str, float]] = {own: {}, other: {}}
    # "On 41 plots, and cordgrass on 57": both values count the same noun.
    is_bare = bool(_ENDS.match(folded, own.end))
    counted = next((word for word in said if word.start >= other.end), None) if is_bare else None
    for word in said if low.end <= high.start else ():
        is_before = word.end <= low.start
        # The subject of both values is before the first one.
        is_far = low is own and _distance(low, word, said, folded) > _BESIDE_FIRST
        is_shared = is_before and (is_course or is_far)
        if word.stem not in context or is_shared or word == counted:
            continue
        for value in (own, other):
            # "From 5 in May to 7 in June", "5 in May and 7 in June": the words between belong to the first.
            is_other_end = is_course and (value is high) == (word.start < high.start)
            near = 0.0 if is_other_end else 1 / (1 + _distance(value, word, said, folded))
            best[value][word.stem] = max(best[value].get(word.stem, 0.0), near)
    near, far = _nearness_to_own_words(best[other], best[own])
    return near > _SHARE * far and near - far > _MORE_NEAR


def _nearness_to_own_words(one: Mapping[str, float], other: Mapping[str, float]) -> tuple[float, float]:
    """Return the nearness of two values to the words that are nearer to one of them."""
    telling = [stem for stem in one if abs(one[stem] - other[stem]) > _SAME]
    return sum(one[stem] for stem in telling), sum(other[stem] for stem in telling)


def _distance(value: Value, word: Word, said: Sequence[Word], folded: str) -> float:
    low, high = min(value.end, word.end), max(value.start, word.start)
    between = sum(low <= other.start < high for other in said)
    ends = _SENTENCE_COST * len(_SENTENCE_END.findall(folded[low:high]))
    return between + ends + _BREAK_COST * len(_BREAK.findall(folded[low:high]))


_END_OF_RANGE = re.compile(
    r"\b(?:between|zwischen)\s[$€£]?(?:\d[\d.,]*\s?(?:[^\W\d]+\s)?(?P<upper>and|und)\s[$€£]?)?$", re.IGNORECASE
)
"""The text before the ends of "between 18 and 31", which are a lower and an upper bound."""
_LIMIT = re.compile(
    r"\b(?:(?P<low>at least|no(?:t)? less than|no fewer than|a minimum of|mindestens|wenigstens|nicht weniger als)|"
    r"at most|up to|no more than|a maximum (?:\w+ )?of|maximum (?:\w+ )?of|höchstens|maximal|bis zu|"
    r"nicht mehr als)\s+(?:mit |for )?[$€£]?$",
    re.IGNORECASE,
)


def _bound(value: Value, text: str) -> set[int]:
    """Return the directions of the words beside a value: 1 for more, -1 for less."""
    folded = fold(text)
    said = words(folded)
    before = [word for word in said if word.end <= value.start][-_BESIDE:]
    after = [word for word in said if word.start >= value.end][:_BESIDE]
    near = [
        word
        for word in (*before, *after)
        if not re.search(r"[\d,;.()]", folded[min(word.end, value.end) : max(word.start, value.start)].strip())
    ]
    keys = [word.key for word in near]
    if end := _END_OF_RANGE.search(folded[: value.start]):
        return {-1 if end["upper"] else 1}
    if limit := _LIMIT.search(folded[max(0, value.start - 24) : value.start]):
        return {1 if limit["low"] else -1}
    if "at" in keys and ("least" in keys or "most" in keys):
        return {1 if "least" in keys else -1}
    found = {sign for key in keys for axis, sign in directions_of(key) if axis == "amount"}
    return found if len(found) == 1 else set()
