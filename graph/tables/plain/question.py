"""The ways of answering that a question in everyday words may ask for: the latest, how long, fewer than, a share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from graph.tables.plain.grid import Kind

Way = Literal[
    "look-up",
    "extreme",
    "trend",
    "span",
    "difference",
    "ratio",
    "share",
    "comparison",
    "yes-no",
    "count",
    "sum",
    "mean",
]
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A way of answering a question, with the spans of the question that say so."""

    way: Way
    spans: tuple[Span, ...] = ()
    most: bool = True
    """Of an extreme or a trend: whether the highest, or more, is asked for."""
    rank: int = 1
    """Of an extreme: 2 for the second."""
    kinds: tuple[Kind, ...] = ()
    """Of an extreme: the kinds of columns to which the superlative applies; () for any with numbers."""
    heads: tuple[str, ...] = ()
    """Of an extreme: beginnings of headers that the superlative implies ("price" for "cheapest")."""
    by_header_alone: bool = False
    """Of an extreme: whether the superlative implies no column ("the most", "the best")."""
    unit: str = ""
    """Of a span: its unit, "day" or "minute"; "" for any."""


_NEGATED = re.compile(
    r"\b(?:not|never|without|except|excluding|other than|besides?|neither|nor|unless|only|but)\b|n['’]t\b", re.I
)
_RANKS = {"second": 2, "2nd": 2, "next": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "fifth": 5, "5th": 5}
_TIMES: tuple[Kind, ...] = ("date", "year", "clock")
_SINCE = (
    "built",
    "since",
    "found",
    "birth",
    "born",
    "open",
    "establish",
    "launch",
    "join",
    "instal",
    "start",
    "commission",
)
_LASTS = ("time", "duration", "take", "wait", "deliver", "length", "travel", "journey")
# (pattern, whether most, kinds, beginnings of headers), tried in this order.
_SUPERLATIVES: tuple[tuple[str, bool, tuple[Kind, ...], tuple[str, ...]], ...] = (
    ("oldest", True, (), ("age",)),
    ("oldest", False, ("year", "date"), ("born", "birth")),
    ("youngest", True, ("year", "date"), ("born", "birth")),
    ("oldest", False, ("year", "date"), _SINCE),
    ("youngest", False, (), ("age",)),
    ("youngest|newest", True, ("year", "date"), _SINCE),
    ("cheapest|least expensive|least costly", False, ("money",), ()),
    ("dearest|most expensive|priciest|costliest|most costly", True, ("money",), ()),
    ("fastest|quickest|soonest", False, ("duration",), ()),
    ("fastest|quickest|soonest", False, ("number",), _LASTS),
    ("slowest", True, ("duration",), ()),
    ("slowest", True, ("number",), _LASTS),
    ("longest", True, ("number", "duration", "measure"), _LASTS),
    ("shortest", False, ("number", "duration", "measure"), _LASTS),
    ("heaviest", True, (), ("weight", "mass")),
    ("lightest", False, (), ("weight", "mass")),
    ("tallest|highest", True, (), ("height", "altitude", "elevation")),
    ("longest", True, (), ("length",)),
    ("shortest", False, (), ("length", "height")),
    ("biggest|largest|greatest", True, (), ("size", "area", "capacity", "amount", "population")),
    ("smallest", False, (), ("size", "area", "capacity", "amount", "population")),
    ("biggest|largest|greatest|highest", True, ("money",), ()),
    ("smallest|lowest", False, ("money",), ()),
    ("(?:the )?(?:latest|last|most recent(?:ly)?)", True, _TIMES, ()),
    ("(?:the )?(?:first|earliest)", False, _TIMES, ()),
    ("for (?:the )?longest(?: time)?|the longest|longest(?: time)?", False, ("year", "date"), _SINCE),
)
_STANDING = re.compile(
    rf"\b(?:came|come|finish(?:ed)?|ended up|was placed|was ranked|is|was) (?:in )?(?:the )?"
    rf"(?P<rank>{'|'.join(_RANKS)}|first|top|last|bottom)\b(?: place)?",
    re.IGNORECASE,
)
_PLAIN = (
    (
        re.compile(
            r"\b(?:most|highest|largest|greatest|biggest|best|strongest|longest|maximum|oftenest|most often)\b", re.I
        ),
        True,
    ),
    (re.compile(r"\b(?:least|fewest|lowest|smallest|worst|weakest|shortest|minimum|least often)\b", re.I), False),
)
_RANKED = re.compile(rf"\b({'|'.join(_RANKS)})[ -](?=\w+)", re.IGNORECASE)
_MORE = (
    r"more|higher|larger|greater|bigger|longer|better|above|over|exceed(?:s|ed|ing)?|faster|stronger|ahead of|beat|rose"
    r"|risen|rise|grew|grow|grown|gain(?:ed)?|increased?|improved?|went up|gone up|go up|went over|go over"
)
_LESS = (
    r"fewer|less|lower|smaller|shorter|worse|below|under|behind|slower|cheaper|fell|fallen|fall|lose|lost|shr[aiu]nk"
    r"|decreased?|declined?|dropp?(?:ed)?|went down|gone down|go down"
)
_THAN = re.compile(
    rf"\b(?:(?P<more>{_MORE})|(?P<less>{_LESS}))\b.*?\b(?P<than>than|compared (?:with|to)|against|since)\b",
    re.IGNORECASE,
)
_SIDE = re.compile(rf"\b(?:(?P<more>{_MORE})|(?P<less>{_LESS}))\b", re.IGNORECASE)
_YES_NO = re.compile(r"^\W*(?:(?:and|so|but)\s+)?(?:is|are|was|were|does|do|did|has|have|had|can|will)\b", re.I)
_YEAR_BEFORE = re.compile(
    r"\b(?:(?:the|a) )?(?:year (?:before|earlier)|previous year|prior year|preceding year)\b", re.I
)
_TAKES = re.compile(
    r"\bhow (?:long|many (?P<unit>seconds?|minutes?|hours?|days?|weeks?|months?|years?))\b.*?"
    r"\b(?P<take>takes?|took|taken|lasts?|lasted|pass(?:ed)?|elapsed?|go by|stops?|stays?)\b"
    r"|\bhow (?:long|many (?P<unit2>minutes?|hours?|days?|weeks?|months?|years?)) (?:is|are|was|were)\b",
    re.IGNORECASE,
)
_BY_HOW_MUCH = re.compile(
    r"\b(?:by how (?:much|many(?: (?:percentage )?points)?)|how (?:much|many|far)\b(?=.*\b(?:more|less|fewer|ahead"
    r"|above|below|behind|over|under|higher|lower|faster|slower|older|younger|longer|shorter|cheaper|later|earlier)\b)"
    r"|(?:what is |what's )?(?:the )?difference|what is the gap)\b",
    re.IGNORECASE,
)
_TIMES_AS = re.compile(r"\b(?:how many times|(?:the )?ratio)\b", re.IGNORECASE)
_SHARE = re.compile(
    r"\b(?:what|which|how (?:large|big|high) (?:is|was|were|are)(?: the| a)?) ?(?:share|percentage|proportion|fraction"
    r"|part|per ?cent)\b|\b(?:the |an? )?(?:share|percentage|proportion)(?= of)\b",
    re.IGNORECASE,
)
_PER = re.compile(r"\b(?:an?|each)(?= (?:year|month|week|day|hour|minute|head|person)\W*$)|\bper\b", re.IGNORECASE)
_HOW_MANY = re.compile(r"^\W*(?:(?:and|so|but)\s+)?(?:(?:in|on|at|for|with)\s+)?how many\b|^\W*count\b", re.IGNORECASE)
_MEAN = re.compile(r"\b(?:on average|average|mean)\b", re.IGNORECASE)
# "How much energy was used?": an uncountable noun, of which the rows are parts.
_HOW_MUCH_OF = re.compile(
    r"^\W*(?:and )?how much (?!(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|must|of|more"
    r"|less|longer|money|time)\b)(?=[a-z]{3,} )",
    re.IGNORECASE,
)
_CHANGED_MOST = re.compile(
    r"\b(?:grew|grow|grown|rose|risen|rise|fell|fallen|fall|gain(?:ed)?|lost|lose|shrank|shrunk|changed?|improved?"
    r"|increased?|decreased?|declined?|dropped|went (?:up|down)) (?:by )?(?:the )?"
    r"(?:most|least|fastest|strongest|furthest)\b"
    r"|\b(?:largest|biggest|greatest|highest|smallest|strongest|fastest) (?:rise|fall|increase|decrease|growth|drop"
    r"|decline|gain|change)\b",
    re.IGNORECASE,
)
_ALL = re.compile(
    r"\b(?:altogether|in total|in all|all together|together|combined|overall|the (?:sum|total)(?: of)?|total)\b", re.I
)


_ORDINALS = "first second third fourth fifth sixth".split()
_COUNTS = "one two three four five six seven eight nine ten eleven twelve".split()
_OF_COUNT = re.compile(rf"\b(have|has|had|with) ({'|'.join(_COUNTS)}) (?=[a-z])", re.IGNORECASE)
_OF_ORDER = re.compile(rf"\b({'|'.join(_ORDINALS)}) ([a-z]+)\b", re.IGNORECASE)


def in_figures(question: str, headers: Sequence[str]) -> str:
    """Return a question with "2 rooms" for "two rooms", and "bus 2" for "second bus" where a header is written so."""
    text = _OF_COUNT.sub(lambda one: f"{one[1]} {_COUNTS.index(one[2].lower()) + 1} ", question)
    known = {header.lower() for header in headers}
    for one in _OF_ORDER.finditer(text):
        figure = f"{one[2].lower()} {_ORDINALS.index(one[1].lower()) + 1}"
        if figure in known:
            return text.replace(one[0], figure)
    return text


def is_negated(question: str) -> bool:
    """Return whether a question has a negation or an exception."""
    return bool(_NEGATED.search(question))


def asks_yes_or_no(question: str) -> bool:
    """Return whether a question is a yes-or-no question."""
    return bool(_YES_NO.match(question))


def changed_most(question: str) -> str:
    """Return the words for the largest change ("grew most"), which is not the largest value; "" for none."""
    found = _CHANGED_MOST.search(question)
    return found[0] if found else ""


def ways(question: str) -> list[Wanted]:
    """Return the possible ways of answering a question, the likeliest first."""
    found: list[Wanted] = []
    found += _spans(question)
    found += _pairs(question)
    if extremes := _extremes(question):
        found += [*extremes, Wanted("look-up")]  # "highest level" may be a header
    if found:
        return found
    if mean := _MEAN.search(question):
        much = [one.span() for one in re.finditer(r"\bhow (?:many|much|high|long|old|large)\b", question, re.I)]
        return [Wanted("mean", (mean.span(), *much))]
    summed = tuple(one.span() for one in _ALL.finditer(question))
    if _HOW_MANY.search(question):
        how = _HOW_MANY.search(question)
        spans = ((how.start(), how.end()),) if how else ()
        return [Wanted(way, (*spans, *summed)) for way in ("look-up", "count", "sum")]
    if amount := _HOW_MUCH_OF.search(question):
        return [Wanted(way, (amount.span(), *summed)) for way in ("look-up", "sum")]
    return [Wanted("sum", summed)] if summed else [Wanted("look-up")]


def _spans(question: str) -> list[Wanted]:
    takes = _TAKES.search(question)
    if not takes:
        return []
    unit = (takes["unit"] or takes["unit2"] or "").lower().removesuffix("s")
    spans = [takes.span("take")] if takes["take"] else []
    if takes["unit"] or takes["unit2"]:
        spans.append(takes.span("unit" if takes["unit"] else "unit2"))
    return [Wanted("span", (*spans, *_word_spans(question, "long")), unit=unit)]


def _word_spans(question: str, *words: str) -> list[Span]:
    return [one.span() for word in words for one in re.finditer(rf"\b{word}\b", question, re.IGNORECASE)]


def _pairs(question: str) -> list[Wanted]:
    """Return the ways that compare two values."""
    year = tuple(one.span() for one in _YEAR_BEFORE.finditer(question))
    if times := _TIMES_AS.search(question):
        return [Wanted("ratio", (times.span(), *year))]
    if share := _SHARE.search(question):
        return [Wanted("share", (share.span(), *year))]
    side = _SIDE.search(question)
    beside = () if not side else (side.span(),)
    if much := _BY_HOW_MUCH.search(question):
        return [Wanted("difference", (much.span(), *beside, *year))]
    if _YES_NO.match(question) and side:
        return [Wanted("yes-no", (*beside, *year), most=bool(side["more"]))]
    if side and re.search(r"\bor\b", question, re.I):
        return [Wanted("comparison", beside, most=bool(side["more"]))]
    than = _THAN.search(question)
    if than:
        return [
            Wanted(
                "trend",
                (than.span("more" if than["more"] else "less"), than.span("than"), *year),
                most=bool(than["more"]),
            )
        ]
    if side and re.match(r"(?:above|over|below|under|exceed)", side[0], re.I):
        return [Wanted("trend", (side.span(), *year), most=bool(side["more"]))]
    if side and re.search(
        r"(?:fell|fallen|rose|risen|grew|grown|los|gain|(?:in|de)crease|decline|drop|shr)", side[0], re.I
    ):
        return [Wanted("trend", (side.span(), *year), most=bool(side["more"])), Wanted("look-up")]
    if (per := _PER.search(question)) and re.search(r"\bhow (?:much|many)\b|^\W*what\b", question, re.I):
        return [Wanted("ratio", (per.span(),)), Wanted("look-up")]
    return []


def _extremes(question: str) -> list[Wanted]:
    ranked = _RANKED.search(question)
    rank = _RANKS[ranked[1].lower()] if ranked else 1
    found: list[Wanted] = []
    if standing := _STANDING.search(question):
        of = standing["rank"].lower()
        found.append(
            Wanted(
                "extreme",
                (standing.span(),),
                most=of not in ("last", "bottom"),
                rank=_RANKS.get(of, 1),
                heads=("point",),
            )
        )
    for words, most, kinds, heads in _SUPERLATIVES:
        if one := re.search(rf"\b(?:{words})\b", question, re.IGNORECASE):
            spans = (one.span(), *([ranked.span(1)] if ranked else []))
            found.append(Wanted("extreme", spans, most=most, rank=rank, kinds=kinds, heads=heads))
    for pattern, most in _PLAIN:
        if one := pattern.search(question):
            spans = (one.span(), *([ranked.span(1)] if ranked else []))
            found.insert(0, Wanted("extreme", spans, most=most, rank=rank, by_header_alone=True))
    return found
