"""Words for signs, prices and times, as conditions on a table's column: "make a loss" is "a result below 0".

A table prints "Surplus (deficit)", "Fare" or "January"; a question says "in deficit", "cheapest" or "below zero".
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from graph.retrieval import terms
from graph.storage.fulltext import stem
from graph.tables.open_values import is_settled_by_numbers
from graph.tables.row_names import UNITS
from graph.tables.views import Row, TableView

_OF_SIGN = frozenset(map(stem, ("surplus", "deficit", "profit", "loss", "losses", "result", "shortfall")))
_LOSS_WORDS = r"loss|losses|deficits?|shortfalls?"
_GAIN_WORDS = r"profits?|surplus(?:es)?|gains?"
_MADE = (
    r"(?:ma[dk]e|makes|had|have|has|r[au]n|runs|report(?:s|ed)?|record(?:s|ed)?|post(?:s|ed)?|suffer(?:s|ed)?"
    r"|show(?:s|ed)?)"
)
_IS_IN = r"(?:is|are|was|were|ended|end(?:s)?|closed?|finish(?:ed)?) (?:the year )?(?:in|with)"
_MADE_ONE = re.compile(
    rf"\b(?P<has>{_MADE}|{_IS_IN}) (?:an? )?(?:(?P<kind>net|operating|gross) )?"
    rf"(?:(?P<loss>{_LOSS_WORDS})|(?P<gain>{_GAIN_WORDS}))\b"
    r"(?! (?:of|above|below|over|under|from|for|per|before|after) )(?! (?:margin|rate))",
    re.IGNORECASE,
)
_WAS_ONE = re.compile(
    rf"^\W*(?:and |so )?(?P<is>is|was|were|are) (?P<what>.+?) (?:an? )?(?:(?P<loss>{_LOSS_WORDS})"
    rf"|(?P<gain>{_GAIN_WORDS}))\W*$",
    re.IGNORECASE,
)
_LARGEST = re.compile(rf"\b(?:largest|biggest|greatest|highest|worst|heaviest|most severe) (?:{_LOSS_WORDS})\b", re.I)
_RESULT = re.compile(r"\b(?P<kind>net|operating|pre-?tax|gross)? ?results?\b", re.IGNORECASE)
_ASKS_CONDITION = re.compile(
    r"^\W*(?:and |so |but )?(?:(?:in )?(?:which|what)|who|how many|did|does|do|has|have|had|is|are|was|were)\b", re.I
)
_NEGATED = re.compile(r"\b(?:not|never|no|without|neither|nor|n't)\b|n['’]t\b", re.IGNORECASE)
_ZERO = re.compile(r"\b(?P<side>below|above|under|over|than) (?:zero|freezing(?: point)?)\b", re.IGNORECASE)
_NET = re.compile(r"\b(?:net|for the (?:year|period)|after tax)\b", re.IGNORECASE)

_PRICED = ("price", "cost", "fee", "charge", "fare", "rent", "toll", "rate", "tariff")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_CHEAPEST = re.compile(r"\b(?:the )?(?:cheapest|least expensive)\b", re.IGNORECASE)
_DEAREST = re.compile(r"\b(?:the )?(?:dearest|most expensive|costliest|priciest)\b", re.IGNORECASE)
_CHEAPER = re.compile(r"\b(?:cheaper|less expensive)\b", re.IGNORECASE)
_DEARER = re.compile(r"\b(?:dearer|more expensive|costlier|pricier)\b", re.IGNORECASE)
_COSTS_THAN = re.compile(
    r"\b(?:costs?|is|are) (?:(?P<less>less than|under|below|cheaper than|up to|at most)"
    r"|(?P<more>more than|over|above|dearer than|at least)) (?P<amount>[$€£]?\s?\d[\d.,]*)"
    r"(?: (?:euros?|pounds?|dollars?|francs|EUR|USD|GBP))?(?!\w)",
    re.IGNORECASE,
)
_FASTEST = (
    (re.compile(r"\b(?:the )?(?:fastest|quickest)\b", re.IGNORECASE), "lowest"),
    (re.compile(r"\b(?:the )?slowest\b", re.IGNORECASE), "highest"),
    (re.compile(r"\b(?:faster|quicker)\b", re.IGNORECASE), "lower"),
    (re.compile(r"\bslower\b", re.IGNORECASE), "higher"),
)
_TIMES = frozenset(map(stem, ("time", "duration")))
_SPEEDS = frozenset(map(stem, ("speed", "velocity", "pace")))


def in_column_words(question: str, view: TableView) -> str:
    """Return a question reworded to a column or row's name and a condition; unchanged where it means none."""
    asked = _ZERO.sub(lambda found: f"{found['side']} 0", question)
    for reword in (_largest_loss, _of_sign, _of_result, _of_price, _of_time):
        if (said := reword(asked, view)) != asked:
            return said
    return asked


def _of_sign(question: str, view: TableView) -> str:
    """Return "has a surplus below 0" for "makes a loss", where one column or row of a table has both signs."""
    if _NEGATED.search(question):
        return question
    if (found := _MADE_ONE.search(question)) and _ASKS_CONDITION.match(question):
        if label := _signed_label(question, view, kind=found["kind"] or ""):
            side = "below" if found["loss"] else "above"
            return f"{question[: found.start()]}have a {label} {side} 0{question[found.end() :]}"
    elif found := _WAS_ONE.match(question):
        side = "below" if found["loss"] else "above"
        what = _of_result(found["what"], view)
        label = _signed_label(question, view)
        if label and not terms.stems(label) <= terms.stems(what):
            what = f"{what} {label}"
        return f"{found['is']} {what} {side} 0?" if label else question
    return question


def _largest_loss(question: str, view: TableView) -> str:
    """Return "lowest surplus" for "largest deficit" where a column has values below zero."""
    label = _signed_label(question, view, of_columns=True) if _LARGEST.search(question) else ""
    return _LARGEST.sub(f"lowest {label}", question) if label else question


def _of_result(question: str, view: TableView) -> str:
    """Return the label "Net profit (loss)" for "net result", "Surplus (deficit)" for "result"."""
    found = _RESULT.search(question)
    if not found or any("result" in terms.stems(label) for label in _labels(view)):
        return question
    kind = terms.stems(found["kind"] or "")
    labels = [label for label in _signed_labels(view) if kind <= terms.stems(label)]
    if not kind and len(labels) > 1:
        return question
    return (
        f"{question[: found.start()]} {_bare(labels[0], view)}{question[found.end() :]}"
        if len(labels) == 1
        else question
    )


def _of_price(question: str, view: TableView) -> str:
    wanted = {stem(one) for one in _PRICED}
    labels = [column for column in view.columns if terms.stems(UNITS.sub(" ", column)) & wanted]
    names = list(dict.fromkeys(" ".join(_YEAR.sub(" ", _bare(label, view)).split()) for label in labels))
    ordered = _CHEAPEST.search(question) or _DEAREST.search(question)
    if len(names) != 1 and not (ordered and _agree(view, labels, most=not _CHEAPEST.search(question))):
        return question
    label = names[0]  # "Rent" of "Rent 2023" and "Rent 2024"
    for pattern, said in ((_CHEAPEST, "lowest"), (_DEAREST, "highest"), (_CHEAPER, "lower"), (_DEARER, "higher")):
        if pattern.search(question):
            return _once(pattern, f"{said} {label}", question)
    if found := _COSTS_THAN.search(question):
        side = "below" if found["less"] else "above"
        if re.search("up to|most|least", found[0]):
            side = "at most" if found["less"] else "at least"
        return f"{question[: found.start()]}have a {label} {side} {found['amount']}{question[found.end() :]}"
    return question


def _agree(view: TableView, columns: Sequence[str], *, most: bool) -> bool:
    """Return whether the same one row has the most, or the least, in each of some columns."""
    firsts: list[list[int]] = []
    for column in columns:
        cells = [(row.cells.get(column, ""), view.order(row, column)) for row in view.rows]
        known = [value for _, value in cells if value is not None]
        if not known or not is_settled_by_numbers(cells, most=most):
            return False
        best = (max if most else min)(known)
        firsts.append([at for at, (_, value) in enumerate(cells) if value == best])
    return bool(firsts) and len(firsts[0]) == 1 and all(one == firsts[0] for one in firsts)


def _of_time(question: str, view: TableView) -> str:
    """Return "lowest time" for "fastest", where a table has one column of times needed and none of speeds."""
    heads = [column for column in view.columns if terms.stems(UNITS.sub(" ", column)) & (_TIMES | _SPEEDS)]
    if len(heads) != 1 or terms.stems(heads[0]) & _SPEEDS:
        return question
    times = [(row.cells.get(heads[0], ""), view.order(row, heads[0])) for row in view.rows]
    known = is_settled_by_numbers(times, most=False)  # "DNF" beside times is none
    for pattern, said in _FASTEST if known else ():
        if pattern.search(question):
            return _once(pattern, f"{said} {_bare(heads[0], view)}", question)
    return question


def _once(pattern: re.Pattern[str], said: str, question: str) -> str:
    rest = terms.stems(said.partition(" ")[2])
    named = rest <= terms.stems(pattern.sub(" ", question))  # "the cheapest price"
    return pattern.sub(said.partition(" ")[0] if named else said, question, count=1)


def _signed_label(question: str, view: TableView, *, of_columns: bool = False, kind: str = "") -> str:
    """Return the one label of results with both signs, of several the net one; "" where there is no such one."""
    labels = [label for label in _signed_labels(view) if not of_columns or label in view.columns]
    labels = [label for label in labels if terms.stems(kind) <= terms.stems(label)]
    named = [label for label in labels if terms.stems(UNITS.sub(" ", label)) <= terms.stems(question)]
    kept = named if len(named) == 1 else [one for one in labels if _NET.search(one)] if len(labels) > 1 else labels
    return _bare(kept[0], view) if len(kept) == 1 else ""


def _signed_labels(view: TableView) -> list[str]:
    """Return the columns and rows that are named for a gain or loss, with both signs in its name or a value below 0."""
    found = []
    for label in _labels(view):
        if not terms.stems(label) & _OF_SIGN:
            continue
        both = re.search(rf"\((?:{_LOSS_WORDS})\)", label, re.IGNORECASE)
        cells = [(row, label) for row in view.rows] if label in view.columns else _cells_of(view, label)
        if both or any((value := view.value(row, column)) is not None and value < 0 for row, column in cells):
            found.append(label)
    return found


def _cells_of(view: TableView, label: str) -> list[tuple[Row, str]]:
    return [(row, column) for row in view.rows if row.label == label for column in row.cells]


def _labels(view: TableView) -> list[str]:
    return list(dict.fromkeys([*view.columns, *(row.label for row in view.rows)]))


def _bare(label: str, view: TableView) -> str:
    """Return a label as a question names it: a column without its parentheses, a row unchanged."""
    text = UNITS.sub(" ", label) if label in view.columns else re.sub(r"[()\[\]]", " ", label)
    return " ".join(text.split())
