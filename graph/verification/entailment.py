"""The entailment check of claims by a model: its statements, the trust in its replies, and their effect on claims.

Two controls are sent with the statements of an answer: one repeats its quote, the other contradicts it. If a model
accepts the second, its yes counts for nothing; if it denies the first, its no does.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace

from graph.types import ClaimCheck, Entailment, Statement
from graph.verification.outcomes import numbered, settled

_NUMBER = re.compile(r"\d+")
_NO = "the quote does not say this: {reason}"


def controls(statement: Statement) -> tuple[Statement, Statement]:
    """Return a statement that repeats the quote, and one that the quote contradicts.

    In the second the last number of the quote has another first digit; a quote without a number is negated.
    """
    quote = " ".join(statement.quote.split())
    numbers = list(_NUMBER.finditer(quote))
    if numbers:
        at = numbers[-1].start()
        false = f"{quote[:at]}{(int(quote[at]) + 4) % 9 + 1}{quote[at + 1 :]}"
    else:
        false = f"It is not true that “{quote}”"
    return replace(statement, text=quote), replace(statement, text=false)


def with_controls(statements: Sequence[Statement]) -> tuple[list[Statement], int, int]:
    """Return the statements with the two controls among them, and the indices of the true and the false one.

    The indices follow from the texts: the same answer gives the same request, and no position gives away a control.
    """
    whole = "\n".join(statement.text for statement in statements).encode()
    first, second = hashlib.sha256(whole).digest()[:2]
    true, false = controls(statements[first % len(statements)])
    asked = list(statements)
    at_true = first % (len(asked) + 1)
    asked.insert(at_true, true)
    at_false = second % (len(asked) + 1)
    asked.insert(at_false, false)
    return asked, at_true + (at_false <= at_true), at_false


def trusted(replies: Sequence[Entailment | None], at_true: int, at_false: int) -> list[Entailment | None]:
    """Return the replies without those to the controls; replies that the controls make worthless are marked."""
    true, false = replies[at_true], replies[at_false]
    yes_counts = false is not None and false["answer"] != "yes"
    no_counts = true is not None and true["answer"] == "yes"
    found: list[Entailment | None] = []
    for at, reply in enumerate(replies):
        if at in (at_true, at_false):
            continue
        if reply and not (yes_counts if reply["answer"] == "yes" else no_counts):
            reply = {**reply, "trusted": False}
        found.append(reply)
    return found


def decided(checks: Sequence[ClaimCheck], replies: Sequence[Entailment | None]) -> list[ClaimCheck]:
    """Return checks with the model's replies (None for no reply); a trusted no fails the claim."""
    found: list[ClaimCheck] = []
    for check, reply in zip(checks, replies, strict=True):
        if reply and check["citation"]:
            check = {**check, "entailment": reply}
            if reply["answer"] == "no" and reply.get("trusted", True):
                check = {**check, "failure": _NO.format(reason=reply["reason"] or "it is silent"), "citation": None}
                check.pop("further", None)
        found.append(check)
    return [settled(check) for check in numbered(found)]
