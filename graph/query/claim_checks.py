"""The check of an answer's claims: by code, then in one request by a model that sees only claims and quotes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from graph import context, dependencies
from graph.query import messages
from graph.query.answers import build_verifier
from graph.query.second_readings import read_by_ocr
from graph.query.state import Note, QueryState
from graph.storage.rows import PageRow
from graph.types import ClaimCheck, Entailment, Usage, add_usage
from graph.verification import outcomes

if TYPE_CHECKING:
    from graph.verification.verifier import ClaimVerifier


def is_model_asked(state: QueryState) -> bool:
    """Return whether a model checks the claims too; until then a claim that code has passed is not final."""
    return context.current().check_claims and state.get("can_rewrite", True)


async def check_claims(state: QueryState) -> tuple[list[ClaimCheck], Usage, list[Note]]:
    """Check the claims of the state; return the checks, the usage so far, and all notes.

    Cited pages that only a model has read are read by OCR first. The model is asked when no claim failed or none can be
    repaired any more: this takes one request, and a second one for claims that replace those that it denied.
    """
    deps = await dependencies.current()
    checker, checks, lacking = await asyncio.to_thread(_checked, state)
    if lacking:
        await read_by_ocr(deps, lacking)
        checker, checks, _ = await asyncio.to_thread(_checked, state)
    if state["repairs"]:
        checks = outcomes.with_history(checks, state["verdicts"])
    failed, may_repair = (
        any(check["failure"] for check in checks),
        state.get("can_rewrite", True) and not state["repairs"],
    )
    if not is_model_asked(state) or (failed and may_repair):
        return checks, state["usage"], state["notes"]
    return await _with_model(deps, checker, state, checks)


def _checked(state: QueryState) -> tuple[ClaimVerifier, list[ClaimCheck], list[PageRow]]:
    """Return a verifier, its checks of the claims, and the pages that OCR must read before; with these, no checks."""
    checker = build_verifier(state)
    lacking = checker.pages_without_witness(state["claims"])
    return checker, [] if lacking else checker.check(state["claims"]), lacking


async def _with_model(
    deps: dependencies.Deps, checker: ClaimVerifier, state: QueryState, checks: Sequence[ClaimCheck]
) -> tuple[list[ClaimCheck], Usage, list[Note]]:
    """Return the checks with the model's reply on each; the checks of claims that it has seen before are kept."""
    from graph.verification import entailment

    known = {_key(check): check["entailment"] for check in state["verdicts"] if "entailment" in check}
    replies: list[Entailment | None] = [known.get(_key(check)) for check in checks]
    statements = {
        at: statement
        for at, check in enumerate(checks)
        if replies[at] is None and (statement := checker.statement(check))
    }
    usage, notes = state["usage"], [note for note in state["notes"] if note["kind"] != "check_failed"]
    if statements:
        asked, at_true, at_false = entailment.with_controls(list(statements.values()))
        reply = await deps.engine.check(asked)
        usage = add_usage(usage, reply.usage)
        said = entailment.trusted(reply.value, at_true, at_false)
        for at, one in zip(statements, said, strict=True):
            replies[at] = one
        notes += messages.notes_on_check(said)
    return entailment.decided(checks, replies), usage, notes


def _key(check: ClaimCheck) -> tuple[str, str]:
    return check["claim"]["text"], check["claim"]["quote"]
