"""Cells without a number that may hold the most or the least of a column: "on request", "unlimited", "none"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from loaders.text.charts import UNREAD
from loaders.text.raised_signs import without_notes

# No value: the answer says that it is left out.
_MISSING = re.compile(
    r"\W*(?:n[ ./]?[ad]|unknown|missing|no (?:data|result|value|reading|record)"
    r"|not (?:available|applicable|known|measured|recorded|reported|stated|given|tested|read|present|opened|held)"
    r"|did not (?:start|finish|take part)|dn[fs]|dsq|dq|disqualified|retired|withdr(?:awn|ew)|absent|abandoned"
    r"|closed|cancelled)?\W*",
    re.IGNORECASE,
)
_NOTHING = re.compile(r"\W*(?:none|nil|nothing|free(?: of charge)?|no (?:fee|charge|cost)|gratis)\W*", re.IGNORECASE)
_UNBOUNDED = re.compile(r"\W*(?:unlimited|no limit|unrestricted|infinite|∞)\W*", re.IGNORECASE)


def is_settled_by_numbers(values: Iterable[tuple[str, Decimal | None]], *, most: bool) -> bool:
    """Return whether the most or the least of a column is among its numbers: no other cell may be beyond them.

    "Unlimited" is more than any number, "none" and "free" less; "on request" may be anything above nothing.

    Args:
        values: The cells of a column, "" for empty ones, with their sort keys; None where a cell has none.
        most: Whether the most is asked for.
    """
    cells = [(cell, value) for cell, value in values if cell]
    known = [value for _, value in cells if value is not None]
    texts = [without_notes(cell) for cell, value in cells if value is None and cell != UNREAD]
    others = [text for text in texts if not (_UNBOUNDED if not most else _NOTHING).fullmatch(text)]
    open_ = any(not _MISSING.fullmatch(text) for text in others) or any(cell == UNREAD for cell, _ in cells)
    return not open_ or (not most and bool(known) and min(known) == 0)


def left_out(rows: int, known: int) -> str:
    """Return the words that say how many rows of a table have no value that could be compared; "" for none."""
    without = rows - known
    return f" ({without} without a value left out)" if without else ""
