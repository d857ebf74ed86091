"""Whether a computed change is the one that a question asks for: over time, and in the direction of its verb.

"By how much did nausea fall with tolvaptin?" is not answered by the difference of two groups of patients, nor "By how
much did sales rise?" by a fall.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from graph.tables.measures import IS_PERIOD
from graph.types import Claim, Operand

_ASKS_CHANGE = re.compile(
    r"\b(?:by )?(?:how (?:much|many)|what) .*\b(?:did|has|have)\b.*"
    r"\b(?:(?P<up>grow|grown|rise|risen|increased?|gain(?:ed)?|improved?|go(?:ne)? up)"
    r"|(?P<down>fall|fallen|decreased?|declined?|drop(?:ped)?|shrink|shrunk|go(?:ne)? down))\b",
    re.IGNORECASE,
)
_IN_TIME = re.compile(
    r"\b(?:19|20)\d\d\b|\b(?:before|after|start|end|begin\w*|baseline|week|month|quarter|year|day|now|then|today|previous"
    r"|prior|last|first|opening|closing)\b|\d",
    re.IGNORECASE,
)
_BETTER_WHEN_LESS = re.compile(r"\bimproved?\b", re.IGNORECASE)


def is_other_change(question: str, claim: Claim) -> bool:
    """Return whether a claim gives the difference of two things that are no times, or a change the other way round."""
    asked, computed = _ASKS_CHANGE.search(question), claim.get("computation")
    if asked is None or computed is None or computed["operation"] not in ("difference", "change"):
        return False
    operands = computed["operands"]
    if len(operands) != _TWO:
        return False
    if not all(_is_of_time(one) for one in operands):
        return True
    order = _in_time(operands)
    if order is None or _BETTER_WHEN_LESS.search(question):
        return False
    before, after = order
    return after < before if asked["up"] else after > before


_TWO = 2


def _is_of_time(operand: Operand) -> bool:
    return bool(_IN_TIME.search(f"{operand['label']} {operand['column']}") or IS_PERIOD.search(operand["label"]))


_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def _in_time(operands: list[Operand]) -> tuple[Decimal, Decimal] | None:
    """Return the values of two operands, that of the earlier year first; None where the years do not tell."""
    years = [_YEAR.findall(f"{one['label']} {one['column']}") for one in operands]
    if any(len(set(found)) != 1 for found in years) or years[0][0] == years[1][0]:
        return None
    try:
        values = [Decimal(one["value"]) for one in operands]
    except InvalidOperation:
        return None
    return (values[0], values[1]) if years[0][0] < years[1][0] else (values[1], values[0])
