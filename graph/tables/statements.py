"""Statements of account, and questions for what was paid or received, for what purpose and when.

A statement is a table of dated payments. Its columns are "Money out" or "Debit" where a question says "the largest
payment" or "paid for rent", and the purpose of a payment is in a cell, not in a label.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from graph.engines.offline.asked_words import SYNONYMS
from graph.retrieval import terms
from graph.storage.fulltext import stem
from graph.tables import results
from graph.tables.operations import Asked, asked_of_table
from graph.tables.views import Row, TableView
from graph.types import Claim
from loaders.text.dates import MONTHS, day_first, spelled_dates


def _names(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"^(?:{pattern})(?:\s*\(?[A-Z]{{3}}\)?|\s*\(?[$€£¥]\)?)?$", re.IGNORECASE)


_OUT = _names(
    r"money out|paid out|payments?|withdrawals?|withdrawn|debits?|dr|out(?:goings?)?|spent|expenses?|soll"
    r"|belastung(?:en)?|ausgaben?|ausgang|lastschrift(?:en)?|débits?|cargos?|debe"
)
_IN = _names(
    r"money in|paid in|deposits?|credits?|cr|receipts?|received|in(?:come|coming)?|haben|gutschrift(?:en)?|einnahmen?"
    r"|eingang|crédits?|abonos?|haber"
)
_BALANCE = _names(r"(?:running )?balance|saldo|kontostand|solde|neuer saldo")
_AMOUNT = _names(r"amount|value|betrag|umsatz|montant|importe|sum")
_DATE = _names(
    r"(?:transaction |posting |posted |booking |value )?dates?|posted|datum|buchung(?:stag|sdatum)?|valuta|fecha|jour"
)
_PAID_IN = r"paid in\b(?! (?:total|all|full|advance|cash|sum)\b)"
_ASKS_OUT = re.compile(
    rf"\b(?:(?!{_PAID_IN})paid|payments?|pay|spend(?:ing)?|spent|expenses?|expenditures?|outgoings?|withdrawals?"
    r"|withdrawn|debits?|debited|purchases?|charges?|charged|cost|(?:money )?went out|money out|ausgaben?|bezahlt"
    r"|zahlung(?:en)?|abbuchung(?:en)?)\b",
    re.IGNORECASE,
)
_ASKS_IN = re.compile(
    rf"\b(?:{_PAID_IN}|(?:income|incoming|deposits?|deposited|credits?|credited|receipts?|received|came in|coming in"
    r"|money in|einnahmen?|eingang|gutschrift(?:en)?)\b)",
    re.IGNORECASE,
)
_ASKS_BALANCE = re.compile(
    r"\bhow much (?:money )?(?:(?:is|was) (?:there |left )?(?:in|on) (?:the|my|our|this) (?:bank )?account"
    r"|(?:do|did) (?:i|we) have)\b",
    re.IGNORECASE,
)
# The words of such questions besides the purpose of the payment.
_FRAME = frozenset(
    stem(word)
    for word in """amount sum total money single one ever made make statement account month much value figure payment
    transaction transactions transfer transferred entry item come came went go in out day date how there have been
    betrag hoch wie war""".split()
)
_ADDS = re.compile(r"\b(?:total|altogether|in all|sum|combined|overall|how much)\b", re.IGNORECASE)
_DAY = re.compile(rf"\b(\d{{1,2}}) ({'|'.join(MONTHS)})(?: (\d{{4}}))?\b")
_MONTH = re.compile(rf"(?<!\d )\b({'|'.join(MONTHS)})(?: (\d{{4}}))?\b")
_MOST_ROWS = 12


@dataclass(frozen=True, slots=True)
class _Statement:
    """A table of payments with the names of its columns; "" for a column that it lacks."""

    view: TableView
    paid: str
    received: str
    signed: bool
    """Whether payments and receipts share a column, in which payments are negative."""


def answer_from_statements(question: str, views: Sequence[TableView]) -> tuple[list[Claim], TableView | None]:
    """Return the claims of the first statement that explains a question, with its table; ([], None) where none does."""
    asked = asked_of_table(spelled_dates(question))
    if asked.operation not in ("extreme", "cell", "sum", "count") or asked.has_condition:
        return [], None
    for view in views:
        statement = _statement(view)
        claims = _claims(question, asked, statement) if statement else []
        if claims:
            return claims, view
    return [], None


def in_words_of_statements(question: str, views: Sequence[TableView]) -> str:
    """Return a question with "what was the balance" for "how much was in the account"."""
    names = {column for view in views for column in view.columns if _BALANCE.match(column.strip())}
    return _ASKS_BALANCE.sub(f"what was the {names.pop()}", question) if len(names) == 1 else question


def _statement(view: TableView) -> _Statement | None:
    """Return the table as a statement; None if it has no column of dates, or none of payments or receipts."""
    paid, received, amount = (
        next((column for column in view.columns if names.match(column.strip())), "") for names in (_OUT, _IN, _AMOUNT)
    )
    dated = any(_DATE.match(column.strip()) for column in view.columns)
    dated = dated or sum(bool(_day(row, view)) for row in view.rows) * 2 > len(view.rows)
    if not dated:
        return None
    if paid and (received or any(_BALANCE.match(column.strip()) for column in view.columns)):
        return _Statement(view, paid, received, signed=False)
    values = [value for row in view.rows if amount and (value := view.value(row, amount)) is not None]
    below = sum(value < 0 for value in values)
    return _Statement(view, amount, amount, signed=True) if 2 * below > len(values) else None


def _claims(question: str, asked: Asked, statement: _Statement) -> list[Claim]:
    """Return the claims for a question about payments or receipts; none if it asks for something else."""
    wants_in, wants_out = bool(_ASKS_IN.search(question)), bool(_ASKS_OUT.search(question))
    named = _named(question, asked, statement.view)
    if not wants_in and not wants_out and (not named or asked.operation != "cell"):
        return []
    rows = [row for row in _on_day(question, statement.view) if all(_says(row, word) for word in named)]
    of_all = asked.operation == "extreme" or (asked.operation == "sum" and not statement.view.totals)
    if not rows or not (named or of_all or _asked_days(question)):
        return []
    sides = (
        [statement.received] if wants_in else [statement.paid] if wants_out else [statement.paid, statement.received]
    )
    for column in dict.fromkeys(filter(None, sides)):
        kept = [row for row in rows if _on_side(row, column, statement, wants_in=wants_in, wants_out=wants_out)]
        if kept and len(kept) <= (len(rows) if of_all else _MOST_ROWS):
            return _said(question, asked, statement, kept, column)
    return []


def _said(question: str, asked: Asked, statement: _Statement, rows: list[Row], column: str) -> list[Claim]:
    view = replace(statement.view, rows=[_described(row) for row in rows], totals=[])
    if asked.operation == "extreme":
        if statement.signed and not _ASKS_IN.search(question):
            asked = replace(asked, most=not asked.most)  # the largest payment is the lowest number
        made = results.extreme(view, column, asked)
        return [made] if made else []
    if len(rows) > 1 and _ADDS.search(question):
        made = results.total(view, column, Asked("sum"))
        return [made] if made else []
    return [
        results.claim(
            f"{row.label}: {column} {results.shown(row, column)}", "cell", [results.operand(view, row, column)], ""
        )
        for row in view.rows
    ]


def _on_side(row: Row, column: str, statement: _Statement, *, wants_in: bool, wants_out: bool) -> bool:
    """Return whether a row has an amount in the direction asked for: received (`wants_in`) or paid (`wants_out`)."""
    value = statement.view.value(row, column)
    if value is None or _is_balance(row):
        return False
    if not statement.signed or wants_in == wants_out:
        return True
    return value > Decimal(0) if wants_in else value < Decimal(0)


def _is_balance(row: Row) -> bool:
    return bool(re.search(r"\b(?:balance|saldo|brought|carried|forward)\b|saldo$", row.label, re.IGNORECASE))


def _named(question: str, asked: Asked, view: TableView) -> list[str]:
    """Return the words of a question for a payment's purpose: without common words, dates and the statement's words."""
    text = spelled_dates(question)
    for start, end in sorted(asked.spans, reverse=True):
        text = text[:start] + " " * (end - start) + text[end:]
    for pattern in (_DAY, _MONTH, _ASKS_IN, _ASKS_OUT):
        text = pattern.sub(" ", text)
    content = terms.content_terms(text) if text.strip(" ?.!") else []
    kept = [word for word in content if word not in terms.STOP_WORDS and stem(word) not in _FRAME]
    return [word for word in kept if stem(word) not in view.scope or any(_says(row, word) for row in view.rows)]


def _says(row: Row, word: str) -> bool:
    """Return whether a row has a word or a synonym of it."""
    form, held = stem(word), terms.stems(_text(row))
    return form in held or any(form in group and group & held for group in SYNONYMS)


def _text(row: Row) -> str:
    return " ".join([*row.band, row.label, *(cell for cell in row.cells.values() if re.search(r"[^\W\d_]{3}", cell))])


def _described(row: Row) -> Row:
    """Return a row labelled with its date and all its words, as an answer names a payment."""
    words = [cell for cell in row.cells.values() if re.search(r"[^\W\d_]{3}", cell)]
    return replace(row, label=", ".join(dict.fromkeys([*row.band, row.label, *words])), band=())


def _day(row: Row, view: TableView) -> str:
    """Return the day of a row, spelled out; days come before months if a first number of the table is above twelve."""
    written = [row.label, *row.band, *row.cells.values()]
    whole = " ; ".join(" ; ".join([one.label, *one.band, *one.cells.values()]) for one in view.rows)
    found = _DAY.search(
        spelled_dates(day_first(" ; ".join(written)) if _has_days_first(whole) else " ; ".join(written))
    )
    return found[0] if found else ""


def _has_days_first(text: str) -> bool:
    firsts = [(int(a), int(b)) for a, b in re.findall(r"(?<![\d/])(\d{1,2})[/-](\d{1,2})[/-]\d{2,4}(?!\d)", text)]
    return any(a > len(MONTHS) for a, _ in firsts) and all(b <= len(MONTHS) for _, b in firsts)


def _asked_days(question: str) -> list[tuple[str, str]]:
    """Return the days and months of a question, each as (day or "", month)."""
    text = spelled_dates(question)
    days = [(found[1], found[2]) for found in _DAY.finditer(text)]
    return days or [("", found[1]) for found in _MONTH.finditer(text)]


def _on_day(question: str, view: TableView) -> list[Row]:
    """Return the rows of the days or months that a question names, all rows if it names none."""
    asked = _asked_days(question)
    if not asked:
        return view.rows
    days = {id(row): _DAY.search(_day(row, view)) for row in view.rows}
    return [
        row
        for row in view.rows
        if (found := days[id(row)]) and any(found[2] == month and day in ("", found[1]) for day, month in asked)
    ]
