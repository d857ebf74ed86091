"""Other forms of row labels by which questions name a row: "employees" for "Employees (number)", "profit" for the year.

Rows below another one that begin with "of which" are a part of it: "sales abroad" is the row "of which abroad". Lines
of statements of account measure different things, such as sales, costs and employees, and must never be added up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from graph.retrieval import terms
from graph.tables.header_words import units_of
from graph.tables.question_words import written
from graph.tables.views import PART_OF, Row

_IS_NAME = re.compile(r"[A-Z][\w-]*[A-Z]|\d")
_BRACKETS = re.compile(r"\s*\(([^()]*)\)\s*$")
_COUNTED = re.compile(
    r"(?:the )?(?:number|no\.?|count|headcount|units?|pieces?|fte|in (?:millions?|thousands?)|(?:at )?(?:the )?"
    r"end of (?:the )?(?:year|period|quarter))",
    re.IGNORECASE,
)
_OF_PERIOD = re.compile(
    r"\s+(?:for|of|in) the (?:(?:financial|fiscal|reporting) )?(?:year|period|quarter)$", re.IGNORECASE
)


def forms_of_labels(rows: Sequence[Row]) -> dict[tuple[str, ...], list[Row]]:
    """Return rows by the words of other forms of their labels, which no two rows share.

    A common noun must begin no other label either: "Weight (kg)" is not the weight beside "Weight loaded (kg)".
    """
    own = [words_of_label(row.label) for row in rows]
    found: dict[tuple[str, ...], list[Row]] = {}
    for at, form in _forms(rows):
        words = words_of_label(form)
        begun = any(other[: len(words)] == words for place, other in enumerate(own) if place != at)
        if words and (_IS_NAME.search(form) or not begun):
            found.setdefault(words, []).append(rows[at])
    return {words: of_it for words, of_it in found.items() if len({id(row) for row in of_it}) == 1}


def words_of_label(label: str) -> tuple[str, ...]:
    """Return the words of a label as those of questions are compared with them."""
    return tuple(written(term.text) for term in terms.terms(label))


def _forms(rows: Sequence[Row]) -> Iterator[tuple[int, str]]:
    for at, row in enumerate(rows):
        if bracket := _BRACKETS.search(row.label):
            short = _BRACKETS.sub("", row.label)
            # A unit or a count in brackets adds nothing; of other brackets only those after a name or code may be left
            # out: "MMLU (EM)" is MMLU, "Tax (deferred)" is not the tax.
            if _IS_NAME.search(short) or units_of(row.label) or _COUNTED.fullmatch(bracket[1].strip()):
                yield at, short
        if period := _OF_PERIOD.search(row.label):
            yield at, row.label[: period.start()]
        if row.band and (part := PART_OF.match(row.label)):
            whole = _BRACKETS.sub("", row.band[-1])
            yield at, f"{whole} {part['part']}"
            yield at, f"{part['part']} {whole}"
            if " " in part["part"]:  # "frozen food", but not "abroad", which says too little
                yield at, part["part"]


# One group for each kind of line; a table with lines of two kinds has no sum. A list of costs alone has one.
_KINDS = tuple(
    re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
    for words in (
        r"sales|revenues?|turnover|income|receipts|proceeds|umsatz(?:erlöse)?|erlöse|erträge|chiffre d'affaires|ventas",
        r"costs?|expenses?|expenditures?|charges|payments|depreciation|amorti[sz]ation|tax(?:es)?|aufwand|aufwendungen"
        r"|kosten|gastos",
        r"profits?|loss(?:es)?|earnings|results?|ebitd?a?|surplus|deficit|margins?|gewinn|verlust|ergebnis|resultado",
        r"employees|staff(?! costs)|headcount|workforce|fte|mitarbeiter|beschäftigte|empleados",
        r"assets|vermögen|activos",
        r"liabilities|equity|debt|capital|reserves|schulden|eigenkapital|pasivos",
        r"dividends?|per share|shares|dividende",
        r"orders|order book|backlog|auftragseingang|auftragsbestand",
        r"cash(?: flows?)?|investments?|capex",
    )
)


def are_of_different_kinds(rows: Sequence[Row]) -> bool:
    """Return whether rows measure different things, by their labels: two kinds of lines, parts of others, or units."""
    labels = [row.label for row in rows]
    kinds = [kind for kind in _KINDS if any(map(kind.search, labels))]
    alone = [kind for kind in kinds if not all(map(kind.search, labels))]
    units = {units_of(label) for label in labels}
    return (len(kinds) > 1 and bool(alone)) or any(map(PART_OF.match, labels)) or (len(units) > 1 and len(rows) > 1)
