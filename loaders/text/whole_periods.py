"""Rows of a table that stand for a whole period of which other rows are parts: "Year" below twelve months."""

from __future__ import annotations

import re
from collections.abc import Sequence

from loaders.text.dates import MONTHS

_MONTH = rf"(?:{'|'.join(MONTHS)}|(?:{'|'.join(month[:3] for month in MONTHS)}|Sept)\.?)"
_PART = re.compile(
    rf"\W*(?:{_MONTH}|Q[1-4]|[1-4]Q|H[12]|(?:1st|2nd|3rd|4th|first|second|third|fourth) (?:quarter|half)"
    r"|spring|summer|autumn|fall|winter)(?:,?[ -/](?:19|20)?\d\d)?\W*",
    re.IGNORECASE,
)
_WHOLE = re.compile(
    r"\W*(?:(?:the )?(?:whole|full|entire) )?(?:year|FY|12 months|twelve months|annual(?:ly)?|yearly|jahr|année|año)"
    r"(?:,?[ -]?(?:19|20)?\d\d)?\W*|\W*(?:19|20)\d\d\W*",
    re.IGNORECASE,
)
_LEAST_PARTS = 3


def whole_periods(labels: Sequence[str]) -> set[int]:
    """Return the places of the labels that name a whole year, among at least three parts of one; {} for other rows.

    At most one of them in three is a year: "2022, 2023, Q1, Q2, Q3" compares years with quarters.
    """
    parts = sum(_PART.fullmatch(label) is not None for label in labels)
    wholes = {at for at, label in enumerate(labels) if _WHOLE.fullmatch(label)}
    is_year_of_parts = parts >= _LEAST_PARTS * max(1, len(wholes)) and parts + len(wholes) == len(labels)
    return wholes if is_year_of_parts else set()


_WHOLE_YEAR = re.compile(
    r"\b(?:in|for|over|during|of) (?:the )?(?:whole |entire |full )?year\b"
    r"|\bannual(?:ly)?\b|\b(?:whole|entire|full) year\b",
    re.IGNORECASE,
)


def in_words_of_whole(question: str, labels: Sequence[str]) -> str:
    """Return a question with the one label that names a whole year for "in the whole year"; else unchanged.

    Args:
        question: A question for a value.
        labels: The labels of rows that are totals.
    """
    wholes = [label for label in labels if _WHOLE.fullmatch(label)]
    found = _WHOLE_YEAR.search(question)
    if len(wholes) != 1 or not found:
        return question
    return f"{question[: found.start()]}in {wholes[0]}{question[found.end() :]}"


def is_whole_period(label: str) -> bool:
    """Return whether a label names a whole year: "Year", "Full year 2024", "2024"."""
    return _WHOLE.fullmatch(label) is not None
