"""The rules of plans: which questions get one, its steps and requests, and the answer if it fails.

A plan costs several requests. It is made only where a model answers, one round did not suffice, and the question has
several parts, of which one search may have found only some.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from graph import context
from graph.errors import ModelError
from graph.query import daily_quota
from graph.query.state import Note, Plan, QueryState
from graph.query.whole_document import is_hosted
from graph.retrieval import terms
from graph.settings import settings
from graph.types import Claim, ClaimCheck, counted
from graph.verification import outcomes

HOSTED_STEPS = 6
"""Steps of a plan by default: two documents compared in three respects. None on one's own server: of the small models
that run there, few keep to a plan, and each of its requests takes as long as an answer."""

_COMPARES = re.compile(r"\b(?:compar\w+|differ\w*|versus|vs|both|each|vergleich\w*|unterschied\w*)\b", re.IGNORECASE)


def max_steps() -> int:
    """Return how many steps a plan of this run may have; 0 if none is to be made."""
    run = context.current()
    by_default = HOSTED_STEPS if is_hosted(run, settings()) and run.prompts != "short" else 0
    steps = by_default if run.max_plan_steps is None else run.max_plan_steps
    return steps if run.max_plan_requests else 0


def needs_plan(state: QueryState) -> bool:
    """Return whether a question is to be planned: a plan is allowed, and the checked claims do not suffice."""
    return may_plan(state) and not _suffices(state)


def may_plan(state: QueryState) -> bool:
    """Return whether a plan may follow the answer that is being made: the question has parts, and none was made yet.

    Documents that were given whole were searched completely: no step could find more in them.
    """
    has_model = state.get("engine") != "offline" and state.get("can_rewrite", True)
    if not has_model or state.get("plan") or state.get("whole_documents") or not has_parts(state):
        return False
    return max_steps() > 0


def has_parts(state: QueryState) -> bool:
    """Return whether a question names several documents or names, compares documents, or consists of questions."""
    asked = state.get("understanding")  # missing in a checkpoint of an older version
    if asked is None:
        return False
    several = len(asked["documents"]) > 1 or len(asked["entities"]) > 1 or asked["kind"] == "documents"
    return several or len(terms.split_questions(state["standalone_question"])) > 1


def _suffices(state: QueryState) -> bool:
    """Return whether the claims answer without a doubt, with all sides of a comparison: its documents and its names."""
    checks = state.get("verdicts") or []
    if outcomes.verdict_of_answer(checks) in ("refused", "partly_proven", "related"):
        return False
    asked, citations = state["understanding"], outcomes.cited(checks)
    cited = {citation["document"] for citation in citations}
    if len(asked["documents"]) > 1:
        return cited >= set(asked["documents"])
    compares = _COMPARES.search(state["standalone_question"])
    if asked["kind"] == "documents":  # documents that are not mentioned by name are all of them
        return not compares or len(cited) > 1 or len(state["allowed_documents"]) == 1
    if len(asked["entities"]) < 2 or not (compares or asked["kind"] == "table"):
        return True
    said = [check["claim"]["text"] for check in checks if check["citation"]]
    named = terms.stems(" ".join([*said, *(f"{one['quote']} {one['name']}" for one in citations)]))
    return all(terms.stems(name) & named for name in asked["entities"])


def has_answer(checks: Sequence[ClaimCheck]) -> bool:
    """Return whether one of the checked claims passed."""
    return any(check["citation"] for check in checks)


def checks_of_answer(state: QueryState) -> Sequence[ClaimCheck]:
    """Return the checked claims that make the answer: the newest, or those from before a plan that brought none."""
    first = state.get("first_checks") or []
    return first if has_answer(first) and not has_answer(state["verdicts"]) else state["verdicts"]


def reason_to_stop(error: ModelError) -> str:
    """Return the clause that says why a plan ended early."""
    if daily_quota.is_exhausted(error):
        return "the day's requests to the models are used up"
    return "the service gave no reply"


def keep_first_answer(state: QueryState, error: ModelError) -> QueryState | None:
    """Return the update that keeps the answer from before a plan, since there is no other; None without one."""
    if not has_answer(state.get("first_checks") or []):
        return None
    text = f"The answer from before the plan was kept, because {reason_to_stop(error)}."
    return {"claims": [], "shortcut": "", "notes": [*state["notes"], Note(kind="planned", text=text)]}


def with_computed(claims: Sequence[Claim], state: QueryState) -> list[Claim]:
    """Return the claims of an answer with what a plan computed, each statement once."""
    by_text: dict[str, Claim] = {}
    for claim in [*claims, *(state.get("computed") or [])]:
        by_text.setdefault(claim["text"].casefold().strip(" ."), claim)
    return list(by_text.values()) if state.get("computed") else list(claims)


def note_on(plan: Plan) -> Note:
    """Return the note that says what a plan took of its budget, and why it ended early if it did."""
    steps, requests = counted(len(plan["steps"]), "step"), counted(plan["requests"], "request")
    text = (
        f"One search did not suffice, so the question was planned: {steps} of at most {plan['max_steps']}, {requests} "
        f"of at most {plan['max_requests']}."
    )
    stopped = f" The plan ended early, because {plan['stopped']}." if plan["stopped"] else ""
    return Note(kind="planned", text=text + stopped)
