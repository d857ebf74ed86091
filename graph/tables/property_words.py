"""Questions on tables whose rows are measures ("Price (euros)", "Noise (dB)") and whose columns are things or periods.

A question says "which model is quieter" or "how much does the P50 cost", and uses another noun for a label.
"""

from __future__ import annotations

import re

from graph.retrieval import terms
from graph.storage.fulltext import stem
from graph.tables.header_words import units_of
from graph.tables.measures import IS_PERIOD
from graph.tables.row_names import PRICES, UNITS
from graph.tables.views import TableView

# Nouns for the same measure. A label must consist of one of them: "staff" is not "Staff costs".
_NOUNS = (
    ("population", "inhabitants", "residents"),
    ("employees", "staff", "headcount", "workforce", "personnel"),
    ("revenue", "revenues", "sales", "turnover"),
    ("price", "cost"),
    ("warranty", "guarantee"),
    ("salary", "wage", "wages", "pay"),
    ("surface", "area"),
)
_COSTS = re.compile(
    r"\b(?:how much|what) (?:does|do|did|will|would) (?P<one>[^?]+?) cost\b"
    r"|\bhow much (?:is|are) (?P<two>the [^?]+?)(?=\W*$)",
    re.IGNORECASE,
)
# "How many pages per minute does the P30 print?"
_IN_UNITS = re.compile(
    r"\bhow many (?P<unit>[a-z]+(?: (?:per|an?) [a-z]+)?) (?:does|do|did|can|could|will) (?P<of>[^?]+?) [a-z]+(?=\W*$)",
    re.IGNORECASE,
)
_BY_PRICE = re.compile(r"\b(?:(?P<least>cheapest|least expensive)|(?P<most>dearest|most expensive))\b", re.IGNORECASE)
_WHICH = re.compile(r"^\W*(?:and |so )?(?:which|what|who)\b", re.IGNORECASE)
_OF_OTHERS = re.compile(r"\b(?:than|or)\b|\d", re.IGNORECASE)
_IRREGULAR = {"more": "most", "less": "least", "fewer": "fewest", "better": "best", "worse": "worst"}
_COMPARATIVE = re.compile(
    rf"\b(?P<irregular>{'|'.join(_IRREGULAR)})\b|\b(?P<stem>quiet|cheap|fast|slow|heavi|light|larg|small|long|short|tall"
    r"|bigg|new|old|young|strong|weak|loud|noisi|wid|narrow|deep|high|low|dear|great|thick|thinn|hott|cold|warm)er\b",
    re.IGNORECASE,
)


def in_words_of_properties(question: str, view: TableView) -> str:
    """Return a question in the words of a table of measures; unchanged where the table has no such label."""
    question = _of_two(question, view)
    price = _only_label_with(view, PRICES)
    if price and (found := _BY_PRICE.search(question)):
        order = "lowest" if found["least"] else "highest"
        return f"{question[: found.start()]}{order} {price}{question[found.end() :]}"
    if price and (found := _COSTS.search(question)):
        return _asking(question, found, price, found["one"] or found["two"])
    if (found := _IN_UNITS.search(question)) and (label := _only_label_in(view, terms.stems(found["unit"]))):
        return _asking(question, found, label, found["of"])
    return _with_noun(question, view)


def _asking(question: str, found: re.Match[str], label: str, of: str) -> str:
    return f"{question[: found.start()]}what is the {label} of {of}{question[found.end() :]}"


def _of_two(question: str, view: TableView) -> str:
    """Return "which is the quietest" for "which is quieter" where a table has two things."""
    things = [column for column in view.columns if not IS_PERIOD.search(column)]
    found = _COMPARATIVE.search(question)
    if not found or len(things) != 2 or not _WHICH.match(question) or _OF_OTHERS.search(_names_cut(question, view)):
        return question
    word = _IRREGULAR[found["irregular"].lower()] if found["irregular"] else f"{found['stem']}est"
    return f"{question[: found.start()]}{word}{question[found.end() :]}"


def _names_cut(question: str, view: TableView) -> str:
    """Return a question without the names of columns, which may hold digits."""
    for column in view.columns:
        question = question.replace(column, " ")
    return question


def _with_noun(question: str, view: TableView) -> str:
    labels = [row.label for row in view.rows]
    known = frozenset[str]().union(*map(terms.stems, [*view.columns, *labels]))
    for group in _NOUNS:
        for noun in group:
            found = re.search(rf"\b{noun}\b", question, re.IGNORECASE)
            if not found or stem(noun) in known:
                continue
            others = {stem(other) for other in group}
            same = [label for label in labels if (own := terms.stems(UNITS.sub(" ", label))) and own <= others]
            if len(same) == 1:
                return f"{question[: found.start()]}{_bare(same[0])}{question[found.end() :]}"
    return question


def _only_label_with(view: TableView, stems: frozenset[str]) -> str:
    """Return the one row label that has one of the stems, without its unit; "" where columns have one, or several."""
    if any(terms.stems(column) & stems for column in view.columns):
        return ""
    found = [row.label for row in view.rows if terms.stems(row.label) & stems]
    return _bare(found[0]) if len(found) == 1 else ""


def _only_label_in(view: TableView, units: frozenset[str]) -> str:
    """Return the one row label with a unit of all these words, without the unit; "" for none and for several."""
    found = [row.label for row in view.rows if units and units - terms.STOP_WORDS <= units_of(row.label)]
    return _bare(found[0]) if len(found) == 1 else ""


def _bare(label: str) -> str:
    return " ".join(UNITS.sub(" ", label).split())
