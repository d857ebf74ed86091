"""A check of claims on table rows: a value must be in the column, row and band that the claim names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from graph.storage.rows import SentenceRow
from graph.verification.claims.evidence import Evidence
from graph.verification.claims.numbers.arithmetic import Stated
from graph.verification.claims.tables.names import Mention, label, mentions, of_kind, tokens
from graph.verification.claims.wording import shown
from loaders.text.numbers import MAGNITUDES, Mark, cell_values

Placed = tuple[int, Stated]
"""A value, after the index of its word in the claim."""


def wrong_place(text: str, stated: Sequence[Stated], evidence: Evidence, decimal: Mark = "") -> str:
    """Return the contradiction on the rows and columns of a claim's values; "" if there is none.

    Args:
        text: The claim.
        stated: Its numbers.
        evidence: Its evidence, with quoted rows.
        decimal: The document's decimal separator.
    """
    if not evidence.rows:
        return ""
    found = mentions(text, evidence.table)
    if failure := _wrong_row(found, evidence.rows) or _wrong_band(found, evidence.rows):
        return failure
    rows = named_rows(found, evidence.rows)
    named = {name for one in of_kind(found, "column") for name in one.names}
    values = _values_in(text, stated, found, rows, decimal)
    if not named or not values:
        return _wrong_band_of_value(values, found, rows, decimal)
    # A value without a column above it may be in any.
    astray = [one for one in values if not columns_of(one[1], rows, decimal) & {*named, ""}]
    # "412 in 2025, up from 398": a value without a column named beside it may be in any.
    if not astray or (len(astray) < len(values) and len(values) > len(of_kind(found, "column"))):
        return _wrong_band_of_value(values, found, rows, decimal)
    one = astray[0][1]
    right = "; ".join(
        f"{name} has {cell}" for name in sorted(named) for row in rows for column, cell in row.cells if column == name
    )
    where = min(columns_of(one, rows, decimal))
    return f"{one.text} stands in the column {where}, not {' or '.join(sorted(named))}{f' ({right})' if right else ''}"


def swapped_values(text: str, stated: Sequence[Stated], evidence: Evidence, decimal: Mark = "") -> str:
    """Return a doubt where a claim names as many columns, or rows, as values, but in another order."""
    found = mentions(text, evidence.table)
    rows = named_rows(found, evidence.rows)
    values = _values_in(text, stated, found, rows, decimal)
    named = _distinct(of_kind(found, "column"))
    if len(named) > 1 and len(values) == len(named):
        for mention, (_, one) in zip(named, values, strict=True):
            if mention.names.isdisjoint(columns_of(one, rows, decimal)):
                return f"{one.text} is named beside {mention.name}, and stands in another column"
    named = _distinct(one for one in of_kind(found, "row") if any(label(row) in one.names for row in rows))
    if len(named) > 1 and len(values) == len(named):
        for mention, (_, one) in zip(named, values, strict=True):
            own = [row for row in rows if label(row) in mention.names]
            if not columns_of(one, own, decimal):
                return f"{one.text} is named beside {mention.name}, and stands in another row"
    return ""


def lost_sign(text: str, stated: Sequence[Stated], evidence: Evidence, decimal: Mark = "") -> str:
    """Return a doubt where a cell is negative, and the claim gives its value without a word or sign for that."""
    if _NEGATIVE.search(text):
        return ""
    rows = named_rows(mentions(text, evidence.table), evidence.rows)
    for one in stated:
        cells = [
            value
            for row in rows
            for column, cell in row.cells[1:]
            if same_value(one, values := cell_values(cell, decimal))
            and not (_OUTGOING.search(label(row)) and not _CHANGE.search(column))
            for value in values[:1]
        ]
        if cells and all(value < 0 for value in cells):
            return f"{one.text} is negative in the table"
    return ""


def added_loss(text: str, stated: Sequence[Stated], evidence: Evidence, decimal: Mark = "") -> str:
    """Return a doubt where a claim calls a value a loss that is positive in a column of profits."""
    rows = [row for row in named_rows(mentions(text, evidence.table), evidence.rows) if not _LOSS.search(label(row))]
    for one in stated if _LOSS.search(text) else ():
        cells = [
            value
            for row in rows
            for column, cell in row.cells[1:]
            if _PROFIT.search(_OF_BOTH.sub("", column)) and same_value(one, values := cell_values(cell, decimal))
            for value in values[:1]
        ]
        if cells and all(value > 0 for value in cells):
            return f"{one.text} is no loss in the table"
    return ""


_OUTGOING = re.compile(
    r"\b(?:expenses?|expenditure|costs?|tax(?:es)?|interest|purchases?|payments?|repayments?|dividends|aufwand|"
    r"aufwendungen|kosten|steuern?|zinsen|ausgaben)\b",
    re.IGNORECASE,
)
"""Words for expenses, whose minus in an income statement means no loss."""
_CHANGE = re.compile(r"[%∆Δ]|\b(?:change|variation|veränderung)\b", re.IGNORECASE)
_LOSS = re.compile(r"\b(?:loss(?:es)?|deficit|verlust\w*|fehlbetrag)\b", re.IGNORECASE)
# "Profit or loss", "Profit/(loss)": a column of both, whose name calls no value a loss.
_OF_BOTH = re.compile(
    r"\b(?:profits?|surplus|gains?|income|gewinn\w*)\s*(?:or|and|oder|und|/)?\s*\(?(?:loss(?:es)?|deficit|verlust\w*)\)?",
    re.IGNORECASE,
)
_PROFIT = re.compile(
    r"\b(?:profits?|surplus|gains?|income|earnings|result|gewinn\w*|überschuss|ergebnis\w*)\b", re.IGNORECASE
)


_NEGATIVE = re.compile(
    r"\b(?:loss\w*|los[est]\w*|lost|negative\w*|minus|deficit\w*|declin\w*|decreas\w*|f[ae]ll\w*|drop\w*|down|"
    r"lower|less|fewer|below|"
    r"shr[aiu]nk\w*|reduc\w*|verlust\w*|verlor\w*|negativ\w*|defizit\w*|rückgang\w*|zurück|sank\w*|gesunken|"
    r"gefallen|fiel\w*|"
    r"weniger|niedriger|under)\b|[−–-]\s?[$€£]?\d|\(\d",
    re.IGNORECASE,
)
"""Words and signs of a negative value."""


def _distinct(found: Iterable[Mention]) -> list[Mention]:
    """Return mentions without those that repeat an earlier one."""
    kept: dict[frozenset[str], Mention] = {}
    for one in found:
        kept.setdefault(one.names, one)
    return list(kept.values())


def same_value(one: Stated, values: Sequence[Decimal]) -> bool:
    """Return whether a number is the value of a cell, or the cell's value rounded.

    "3.2 million" may be 3.2 in a column of millions.
    """
    scales = (
        (1, *(scale for scale in _SCALES if scale <= one.step * 10**_MOST_DECIMALS)) if _may_be_scaled(one) else (1,)
    )
    return any(
        abs(abs(value) * scale - stated) * 2 <= _step(one, stated) or abs(value) == stated
        for value in values
        for stated in one.values
        for scale in scales
    )


def _step(one: Stated, stated: Decimal) -> Decimal:
    """Return the value of the last digit of a reading: 2,480, if read as 2.480, is rounded to thousandths."""
    return min(one.step, Decimal(1).scaleb(int(stated.as_tuple().exponent)))


_SCALES = (10**3, 10**6, 10**9)
"""Magnitudes that a header may name."""
_HUNDRED = 100  # a cell in thousands shows one decimal more
_MOST_DECIMALS = 3  # of a number in words: "3.125 million"


def _may_be_scaled(one: Stated) -> bool:
    """Return whether a table may give a number in thousands or millions: "3.2 million", "412,000", "121,700"."""
    in_thousands = any(value >= 10 * _SCALES[0] and value % _HUNDRED == 0 for value in one.values)
    in_thousands = in_thousands or any(value >= _SCALES[0] and value % _SCALES[0] == 0 for value in one.values)
    return any(map(str.isalpha, one.text)) or in_thousands


def columns_of(one: Stated, rows: Iterable[SentenceRow], decimal: Mark) -> set[str]:
    """Return the columns of some rows that have a value."""
    return {column for row in rows for column, cell in row.cells[1:] if same_value(one, cell_values(cell, decimal))}


def named_rows(found: Iterable[Mention], rows: Sequence[SentenceRow]) -> list[SentenceRow]:
    """Return the quoted rows that a claim names; all of them where it names none."""
    named = {name for one in of_kind(found, "row") for name in one.names}
    return [row for row in rows if label(row) in named] or list(rows)


def _values_in(
    text: str, stated: Sequence[Stated], found: Sequence[Mention], rows: Sequence[SentenceRow], decimal: Mark
) -> list[Placed]:
    """Return the claim's numbers that are in cells of rows, in order, except those that are parts of names."""
    in_names = {at for one in found for at in one.places}
    said = tokens(text)
    placed: list[Placed] = []
    at = -1
    for one in sorted(stated, key=lambda number: number.start):
        first = next(iter(re.findall(r"[^\W_]+(?:[.,]\d+)*", one.text)), one.text)
        at = next((n for n in range(at + 1, len(said)) if said[n].text == first and n not in in_names), at)
        is_there = at >= 0 and said[at].text == first
        if is_there and columns_of(one, rows, decimal):
            placed.append((at, one))
    return placed


def _wrong_row(found: Sequence[Mention], rows: Sequence[SentenceRow]) -> str:
    """Return the contradiction where a claim names rows other than the quoted ones; else ""."""
    named = of_kind(found, "row")
    quoted = {label(row) for row in rows}
    full = sorted({one.name for one in named if one.is_full})
    in_columns = {at for one in of_kind(found, "column") for at in one.places}
    full = [name for name in full if any(name in one.names and not one.places <= in_columns for one in named)]
    if not full or any(not quoted.isdisjoint(one.names) for one in named):
        return ""
    return f"the quoted row is {shown(sorted(quoted))}, not {shown(full)}: quote the row that the claim names"


def _wrong_band(found: Sequence[Mention], rows: Sequence[SentenceRow]) -> str:
    """Return the contradiction where a claim names a band other than that of the quoted rows; else ""."""
    under = {name for row in rows for name in row.band}
    of_rows = {at for one in found if one.kind != "band" for at in one.places}
    named = [one for one in of_kind(found, "band") if not one.places <= of_rows]
    if not named or any(not under.isdisjoint(one.names) for one in named):
        return ""
    name = named[0].name
    where = f" stands under {shown(sorted(under))}" if under else " is another one's"
    return f"the quoted row{where}, not under {shown([name])}: quote the row of {name}"


def _wrong_band_of_value(
    values: Sequence[Placed], found: Sequence[Mention], rows: Sequence[SentenceRow], decimal: Mark
) -> str:
    """Return the contradiction where a value of several quoted rows is under none of the named bands; else ""."""
    named = {name for one in of_kind(found, "band") for name in one.names}
    for _, one in values if named else ():
        holding = [row for row in rows if columns_of(one, [row], decimal)]
        if holding and all(named.isdisjoint(row.band) for row in holding):
            return f"{one.text} does not stand under {shown([min(named)])}: quote the row of {min(named)}"
    return ""


def lost_magnitude(text: str, evidence: Evidence) -> str:
    """Return a doubt where a table is in thousands, and the claim gives a cell's count without the magnitude."""
    said = " ".join((evidence.exact, evidence.above, evidence.around))
    for column in {column for row in evidence.table for column, _ in row.cells[1:] if _OWN_UNIT.search(column)}:
        said = said.replace(column, "")  # its magnitude is that column's alone
    found = _IN_MAGNITUDES.search(said)
    if not found or _MAGNITUDE.search(text):
        return ""
    cells = {cell for row in evidence.rows for column, cell in row.cells[1:] if not _OWN_UNIT.search(column)}
    for one in re.finditer(r"(?<![\w.,])(?P<number>\d[\d.,]*\d|\d)\s(?P<noun>[^\W\d]{3,})", text):
        is_unit = bool(found["unit"]) and found["unit"].casefold().split()[0] == one["noun"].casefold()
        if one["number"] in cells and (is_unit or _COUNTED.fullmatch(one["noun"])):
            scale = f"{found['scale']} {found['unit'] or ''}".rstrip()
            return f"the table is in {scale}, the claim says “{one[0]}”"
    return ""


_OWN_UNIT = re.compile(r"[(\[][^()\[\]]+[)\]]")
_COUNTED = re.compile(r"[^\W\d]{2,}(?:s|en|er|e)|people|men|women|children")
"""A plural noun, which a number may count."""
_MAGNITUDE = re.compile(
    rf"\b(?:{'|'.join(sorted(MAGNITUDES, key=len, reverse=True))}|\d+(?:[.,]\d+)?\s?[kKmM])\b", re.IGNORECASE
)
_IN_MAGNITUDES = re.compile(
    r"(?:\((?:in )?|,\sin )(?P<scale>thousands?|millions?|billions?|tausend|tsd\.?|mio\.?|millionen|mrd\.?)"
    r"(?:\s(?:of )?(?P<unit>[^\W\d]{2,}(?: [^\W\d]{2,}){0,2}))?(?:\)|$)",
    re.IGNORECASE,
)
"""The caption of a table in thousands: "(thousand tonnes)"."""
