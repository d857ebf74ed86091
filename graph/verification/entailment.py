"""The entailment check of claims by a model: what it is asked, whether its replies can be trusted, what they decide.

Two controls go with the statements of an answer: one that repeats its quote, and one that contradicts it. A model that
says yes to the second says yes to anything, and one that denies the first denies anything: such replies decide nothing.
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

    The second has the quote's last number with another first digit; without a number it denies the quote.
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
    """Return the statements with the two controls among them, and where the true and the false one stand.

    Their places follow from the texts: the same answer is checked by the same request, and no place tells a control.
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
    """Return the replies without those to the controls; those that the controls make worthless are marked."""
    true, false = replies[at_true], replies[at_false]
    hears_yes = false is not None and false["answer"] != "yes"
    hears_no = true is not None and true["answer"] == "yes"
    found: list[Entailment | None] = []
    for at, reply in enumerate(replies):
        if at in (at_true, at_false):
            continue
        if reply and not (hears_yes if reply["answer"] == "yes" else hears_no):
            reply = {**reply, "trusted": False}
        found.append(reply)
    return found


def decided(checks: Sequence[ClaimCheck], replies: Sequence[Entailment | None]) -> list[ClaimCheck]:
    """Return checks with what the model says of each, None where it says nothing: a no that counts fails the claim."""
    found: list[ClaimCheck] = []
    for check, reply in zip(checks, replies, strict=True):
        if reply and check["citation"]:
            check = {**check, "entailment": reply}
            if reply["answer"] == "no" and reply.get("trusted", True):
                check = {**check, "failure": _NO.format(reason=reply["reason"] or "it is silent"), "citation": None}
                check.pop("further", None)
        found.append(check)
    return [settled(check) for check in numbered(found)]
