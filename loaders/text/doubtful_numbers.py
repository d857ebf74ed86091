"""Numbers of a page that OCR may have misread: the sentences that list them in the page's detail."""

from __future__ import annotations

import re
from collections.abc import Sequence

from loaders.types import LITTLE_CONFIDENCE

_MOST = 40  # numbers that are listed; with more the print is too small or too blurred to read signs
_SIGN_NOTE = (
    f"Numbers {LITTLE_CONFIDENCE}, whose last digit may be a raised sign: {{numbers}}; compare them with the page."
)
_UNSURE_NOTE = f"Numbers {LITTLE_CONFIDENCE}: {{numbers}}; compare them with the page."
_PATTERNS = {
    note: re.compile(re.escape(note).replace(re.escape("{numbers}"), "(.+?)")) for note in (_SIGN_NOTE, _UNSURE_NOTE)
}


def note_of_doubtful(numbers: Sequence[str]) -> str:
    """Return the sentence that lists numbers whose last digit may be a raised sign."""
    return _listed(_SIGN_NOTE, numbers)


def note_of_unsure(numbers: Sequence[str]) -> str:
    """Return the sentence that lists numbers with a digit of low confidence."""
    return _listed(_UNSURE_NOTE, numbers)


def doubtful_numbers_of(quote: str, detail: str) -> list[str]:
    """Return the numbers of a quote whose last digit may be a raised sign, by the detail of its page."""
    return _listed_in(quote, detail, _SIGN_NOTE)


def unsure_numbers_of(quote: str, detail: str) -> list[str]:
    """Return the numbers of a quote that OCR read with low confidence, by the detail of its page."""
    return _listed_in(quote, detail, _UNSURE_NOTE)


def _listed(note: str, numbers: Sequence[str]) -> str:
    return note.format(numbers="; ".join(number.strip() for number in numbers[:_MOST]))


def _listed_in(quote: str, detail: str, note: str) -> list[str]:
    found = _PATTERNS[note].search(detail)
    numbers = found[1].split("; ") if found else ()
    return [number for number in numbers if re.search(rf"(?<![\w.,]){re.escape(number)}(?![\w]|[.,]\d)", quote)]
