"""Operations on a table, recognised by a question's words: a cell, the highest, a filter, a count, a sum, ..."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Operation = Literal[
    "cell", "extreme", "filter", "count", "sum", "mean", "difference", "change", "ratio", "comparison", "yes-no", "list"
]

_MORE = r"higher|more|larger|greater|bigger|longer|taller|better|faster|stronger|heavier|older|dearer|above|over"
_LESS = r"lower|less|fewer|smaller|shorter|weaker|worse|slower|lighter|younger|cheaper|below|under"
_MOST = (
    r"most|dearest|highest|largest|greatest|biggest|best|maximum|max|top|longest|strongest|fastest|tallest|heaviest"
    r"|oldest"
)
_LEAST = r"least|cheapest|lowest|smallest|fewest|minimum|min|worst|shortest|weakest|slowest|lightest|youngest"
_RANKS = {"second": 2, "2nd": 2, "next": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "fifth": 5, "5th": 5}
_NUMBER = r"(?P<number>[-−–+]?\(?[$€£]?\s?\d[\d.,'’]*(?:\s?\d{3})*\)?)"
_UNIT = r"(?:\s?(?:%|°\s?[CF]?|[a-zA-Zµ²³]{1,4}(?:/[a-zA-Z²³]{1,4})?)(?![\w-]))?"

_CONDITION = re.compile(
    rf"\b(?P<more>(?:{_MORE})(?: than)?|exceed(?:s|ed|ing)?|at least|no less than|a minimum of)\s+{_NUMBER}{_UNIT}",
    re.IGNORECASE,
)
_CONDITION_LESS = re.compile(
    rf"\b(?P<less>(?:{_LESS})(?: than)?|at most|no more than|up to|not more than|a maximum of)\s+{_NUMBER}{_UNIT}",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    rf"\b(?:between|from)\s+{_NUMBER}{_UNIT}\s+(?:and|to)\s+{_NUMBER.replace('number', 'second')}{_UNIT}", re.IGNORECASE
)
_INCLUSIVE = re.compile(r"at least|at most|no less|no more|not more|minimum|maximum|up to|from", re.IGNORECASE)
_EXTREME = re.compile(
    rf"\b(?:the )?(?:(?P<rank>{'|'.join(_RANKS)})[ -])?(?:(?P<most>{_MOST})|(?P<least>{_LEAST}))\b", re.IGNORECASE
)
_SUM = re.compile(
    r"\b(sum(?: of| total)?|in total|total(?:s|led)?|altogether|combined|(?:taken )?together|add(?:s|ed)? up)\b", re.I
)
# "What does E4 mean?" asks for no mean.
_MEAN = re.compile(r"\b(average|mean|on average)\b", re.I)
_VERB_MEAN = re.compile(r"\b(?:does|do|did|would|will)\b.*\bmean\b", re.I)
_RATIO = re.compile(
    r"\b(how many times|ratio|times (?:as|that|the|higher|larger|more)|what multiple|what factor)\b", re.I
)
# "How many times the price of A is that of B" is B / A; "how many times larger is the price of A than that of B" A / B.
_INVERTED = re.compile(
    rf"\bhow many times (?!(?:is|was|as|are|were|{_MORE}|{_LESS})\b).*\b(?:are|is|was|were) (?:that|those|the)\b"
    r"|\bhow many times (?:as|more) .*\b(?:as|than) (?:in|at|on|for|during) \S+"
    r" (?:does|do|did|has|have|had|is|was|are|were)\b"
    r"|\bhow many times (?:as|more) .*\b(?:as|than) \S.* (?:does|do|did|(?:has|have|had|is|was|are|were)"
    r"(?= (?:(?-i:[A-Z])|the ))) ",
    re.IGNORECASE,
)
_DIFFERENCE = re.compile(
    rf"\b(difference|gap|margin|how (?:much|many|far)(?: \w+){{0,3}} (?:{_MORE}|{_LESS})"
    r"|by how (?:much|many)(?: (?:points|percent|units))?|by what margin|how many (?:percentage )?points)\b",
    re.IGNORECASE,
)
_CHANGED = re.compile(
    r"\b(grow|grown|grew|rise|risen|rose|fall|fallen|fell|increased?|decreased?|declined?|changed?|improved?|drop(?:ped)?"
    r"|gain(?:ed)?|go(?:ne)? (?:up|down)|went (?:up|down))\b",
    re.IGNORECASE,
)
_PERCENT_CHANGE = re.compile(
    r"\b(by (?:what|which|how (?:many|much)) per ?cent(?:age)?|(?:per ?cent(?:age)?|%) (?:change|increase|decrease|rise"
    r"|fall|drop|growth|decline)|how many per ?cent(?! of)|growth rate)\b",
    re.IGNORECASE,
)
_IS_YEAR = re.compile(r"(?:19|20)\d\d$")
_OF_CHANGE = re.compile("|".join(one.pattern for one in (_CHANGED, _DIFFERENCE, _PERCENT_CHANGE)), re.IGNORECASE)
_AMOUNT_CHANGED = re.compile(r"^\W*(?:and |so )?(?:by )?how much (?:did|has|have|was|is)\b", re.IGNORECASE)
_NUMBER_CHANGED = re.compile(
    r"^\W*(?:and |so )?(?P<many>how many) .*\b(?:did|has|have)\b.* (?P<verb>lose|lost|gain(?:ed)?|add(?:ed)?|cut)"
    r"(?: in (?:19|20)\d\d)?\W*$",
    re.IGNORECASE,
)
_EXCEEDS = re.compile(r"\b(beats?|outperforms?|exceeds?|surpass(?:es)?|trails?|differs?|lags? behind)\b", re.IGNORECASE)
_COMPARES = re.compile(rf"\b(?:(?P<more>{_MORE})|(?P<less>{_LESS}))\b", re.IGNORECASE)
_YES_NO = re.compile(
    r"^\W*(?:(?:and|so|but|then)\s+)?(is|are|was|were|does|do|did|has|have|had|can|could|will|would)\b", re.I
)
_HOW_MANY = re.compile(r"\bhow many\b|^\W*count\b", re.I)
_ASKS_COUNT = re.compile(r"\b(how many (?!times)|count (?:the|of|how)|what number of)", re.I)
_LIST = re.compile(
    r"^\W*(?:(?:please|can you|could you)\s+)*(list|name|enumerate|give|show|tell me|which are|what are"
    r"|(?:which|what) .*\b(?:are (?:there|listed|in)|appear)\b)",
    re.I,
)
_LOSS = re.compile(
    r"\b(los[st]|loses?|loss(es)?|deficits?|shortfalls?|declines?|decreases?|drops?|falls?|outflows?)\b", re.I
)
_OF_BOTH_SIGNS = re.compile(r"\b(profits?|gains?|surplus|income)\s*(or|and|/|,)\s*\(?(loss|deficit)(es|s)?\)?", re.I)
_WHICH = re.compile(r"\b(which|what|who|list|name|show|give|find)\b", re.I)
# "Which boats have a speed of 25 kn?"; a year is not taken for a value.
_EQUALS = re.compile(
    r"^\W*which (?!is|was).*\b(?:of|is|are|was|were|exactly|equals?) (?:exactly )?(?!(?:19|20)\d\d\b)"
    rf"{_NUMBER}{_UNIT}\W*$",
    re.IGNORECASE,
)
# "Which towns have 61 seats?"
_HAS_JUST = re.compile(
    r"^\W*(?:in )?(?:which|what|how many) (?!is|was|are|were).*\b(?:have|has|had) (?:exactly |just )?"
    rf"(?!(?:19|20)\d\d\b){_NUMBER}"
    r"(?= [^\W\d]{2,})(?! (?:times|more|fewer|less|or|to|and)\b)",
    re.IGNORECASE,
)
# "Which courses have seats left?": those with more than none.
_HAS_ANY = re.compile(
    r"^\W*(?i:which|what) (?!(?:is|are|was|were|does|do|did)\b)[\w-]+(?: [\w-]+)? (?P<has>(?:still )?(?:have|has|had)"
    r"(?: any| still)?) (?!an?\b|the\b|been\b|no\b|none\b|fewer\b|less\b|little\b|few\b)[a-z]+(?: [a-z]+){0,2}\W*$"
)
_OR = re.compile(r"\bor\b", re.I)


@dataclass(frozen=True, slots=True)
class Asked:
    """An operation with its parameters."""

    operation: Operation
    spans: tuple[tuple[int, int], ...] = ()
    """The character spans of the question that name the operation."""
    most: bool = True
    """Of an extreme or comparison: whether the highest is asked for, or the lowest."""
    rank: int = 1
    """Of an extreme: 2 for the second highest."""
    of_losses: bool = False
    """Of an extreme: whether it is one of losses, which are negative numbers where a table has any."""
    low: str = ""
    """Of a condition: the lower limit as the question writes it; "" for none."""
    high: str = ""
    """Of a condition: the upper limit as the question writes it; "" for none."""
    inclusive: bool = False
    """Of a condition: whether the limit itself fulfils it."""
    inverted: bool = False
    """Of a ratio: whether the second is divided by the first ("how many times the price of A is that of B")."""

    @property
    def has_condition(self) -> bool:
        """Whether values are compared with a number."""
        return bool(self.low or self.high)


def asked_of_table(question: str) -> Asked:
    """Return the operation that the words of a question ask for; a cell where they name no other."""
    return _with_condition(question) or _of_two(question) or _over_rows(question)


def asked_beside(question: str, names: Iterable[str]) -> Asked:
    """Return the operation of a question; words of column names do not count: "top" of "Top speed" is no superlative.

    "Difference" of a column "Goal difference" does not compare two values either.
    """
    masked = question
    for name in names:
        alone = _OF_TWO.fullmatch(name) and not _BETWEEN_TWO.search(question)  # "margin" of a column "Margin"
        if alone or (" " in name and (_EXTREME.match(name) or _OF_TWO.search(name))):
            masked = re.sub(rf"\b{re.escape(name)}\b", lambda found: "x" * len(found[0]), masked, flags=re.IGNORECASE)
    asked, plainly = asked_of_table(masked), asked_of_table(question)
    return asked if asked.operation != "cell" or plainly.operation in ("difference", "ratio") else plainly


_BETWEEN_TWO = re.compile(r"\b(?:between|from|difference in|gap in)\b", re.IGNORECASE)
_OF_TWO = re.compile(r"\b(?:difference|gap|margin|ratio)\b", re.IGNORECASE)


def _with_condition(question: str) -> Asked | None:
    condition = _condition(question)
    if condition is None:
        any_ = None if _EXTREME.search(question) or _COMPARES.search(question) else _HAS_ANY.match(question)
        return Asked("filter", (any_.span("has"),), low="0") if any_ else None
    how_many = _ASKS_COUNT.search(question)
    if how_many:
        return _as(condition, "count", how_many.span())
    if _YES_NO.match(question):
        return _as(condition, "yes-no")
    return condition if _WHICH.search(question) else None


def _of_two(question: str) -> Asked | None:
    """Return a ratio, a difference, a comparison, or the highest of which a question speaks as "higher"."""
    if found := _RATIO.search(question):
        compared = _COMPARES.search(question)
        spans = (found.span(), *([compared.span()] if compared else []))
        return Asked("ratio", spans, inverted=bool(_INVERTED.search(question)))
    changed, of_year = _CHANGED.search(question), _PERCENT_CHANGE.search(question)
    if of_year:
        return Asked("change", tuple(one.span() for one in (of_year, changed) if one))
    if changed and (found := _AMOUNT_CHANGED.search(question)):
        return Asked("difference", (found.span(), changed.span()))
    if found := _NUMBER_CHANGED.search(question):
        return Asked("difference", (found.span("many"), found.span("verb")))
    if found := _DIFFERENCE.search(question):
        others = (_COMPARES.search(question), _EXCEEDS.search(question), _CHANGED.search(question))
        return Asked("difference", tuple(one.span() for one in (found, *others) if one))
    if found := _EXTREME.search(question):
        rank = _RANKS.get((found["rank"] or "").lower(), 1)
        loss = bool(_LOSS.search(_OF_BOTH_SIGNS.sub("", question)))
        return Asked("extreme", (found.span(),), most=bool(found["most"]), rank=rank, of_losses=loss)
    if found := _COMPARES.search(question):
        spans = (found.span(),)
        if _YES_NO.match(question) and re.search(r"\bthan\b", question, re.I):
            return Asked("yes-no", spans, most=bool(found["more"]))
        if _OR.search(question):
            return Asked("comparison", spans, most=bool(found["more"]))
    return None


def _over_rows(question: str) -> Asked:
    if not _VERB_MEAN.search(question) and (found := _MEAN.search(question)):
        return Asked("mean", (found.span(),))
    if found := _SUM.search(question):
        return Asked("sum", (found.span(),))
    if found := _HOW_MANY.search(question):
        return Asked("count", (found.span(),))
    if found := _LIST.search(question):
        return Asked("list", (found.span(1),))
    return Asked("cell")


def _as(asked: Asked, operation: Operation, *spans: tuple[int, int]) -> Asked:
    return Asked(operation, (*asked.spans, *spans), low=asked.low, high=asked.high, inclusive=asked.inclusive)


def _condition(question: str) -> Asked | None:
    if (found := _BETWEEN.search(question)) and not (_IS_YEAR.match(found["number"]) and _OF_CHANGE.search(question)):
        return Asked("filter", (found.span(),), low=found["number"], high=found["second"], inclusive=True)
    if found := _CONDITION.search(question):
        return Asked(
            "filter", (found.span(),), low=found["number"], inclusive=bool(_INCLUSIVE.search(found["more"]))
        )  # fmt: skip
    if found := _CONDITION_LESS.search(question):
        return Asked(
            "filter", (found.span(),), high=found["number"], inclusive=bool(_INCLUSIVE.search(found["less"]))
        )  # fmt: skip
    if found := _EQUALS.search(question) or _HAS_JUST.search(question):
        start = found.start("number")
        return Asked("filter", ((start, found.end()),), low=found["number"], high=found["number"], inclusive=True)
    return None
