"""Numbers of a page that OCR may have read wrongly: the sentence of the page's detail that lists them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from loaders.types import LITTLE_CONFIDENCE

_MOST = 40  # numbers that are listed; more are a page that is too small or too blurred for signs
_NOTE = f"Numbers {LITTLE_CONFIDENCE}, whose last digit may be a raised sign: {{numbers}}; compare them with the page."
_LISTED = re.compile(_NOTE.format(numbers="(.+?)").replace(".", r"\.").replace(r"(\.+?)", "(.+?)"))


def note_of_doubtful(numbers: Sequence[str]) -> str:
    """Return the sentence that lists numbers whose last digit may be a raised sign."""
    return _NOTE.format(numbers="; ".join(number.strip() for number in numbers[:_MOST]))


def doubtful_in(detail: str) -> tuple[str, ...]:
    """Return the numbers that the detail of a page lists as doubtful."""
    found = _LISTED.search(detail)
    return tuple(found[1].split("; ")) if found else ()


def doubtful_numbers_of(quote: str, detail: str) -> list[str]:
    """Return the numbers of a quote that the detail of its page lists as doubtful."""
    return [
        number for number in doubtful_in(detail) if re.search(rf"(?<![\w.,]){re.escape(number)}(?![\w]|[.,]\d)", quote)
    ]
