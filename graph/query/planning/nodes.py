"""The nodes of a plan: plan the next steps, take them in parallel, gather what they found."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from graph import context, dependencies
from graph.errors import ModelError
from graph.events import Planned, Step, step, writer
from graph.query import daily_quota
from graph.query.planning import budget, tools
from graph.query.planning.state import Finding, PlanInput, PlanOutput, PlanState, StepInput
from graph.query.state import Plan, PlanStep
from graph.query.whole_document import as_retrieved, preview
from graph.runtime.async_nodes import async_node
from graph.settings import settings
from graph.storage.base import Catalog
from graph.types import Claim, PlannedStep, RetrievedChunk, Usage, add_usage, counted, no_usage
from graph.verification import outcomes

_MAX_FOUND = 12  # chunks that are offered after a plan: 450 bytes each in the state
_MAX_LISTED = 20  # documents that the model can choose from
_MAX_SHOWN = 60  # characters of a step in a progress line


@async_node
@step("Planning the next steps")
async def plan_steps(state: PlanState) -> PlanState:
    """Ask for the next steps in one request, within what is left of the budget; none are asked for where it is used up.

    Steps that were taken already, and searches beyond the budget, are left out.
    """
    deps = await dependencies.current()
    taken, spent = state.get("findings") or [], _spent(state)
    steps_left = budget.max_steps() - len(taken)
    requests_left = context.current().max_plan_requests - spent["requests"]
    if steps_left <= 0 or requests_left <= 0:
        return {"planned": [], "stopped": f"its {'requests' if requests_left <= 0 else 'steps'} are used up"}
    catalog = deps.stores.catalog
    documents = await asyncio.to_thread(_listed, catalog, state)
    known = await asyncio.to_thread(_known, catalog, state)
    lines, question = [_line(one, documents) for one in taken], state["standalone_question"]
    try:
        reply = await deps.engine.plan(question, documents, lines, known, steps_left)
    except ModelError as error:
        return {"planned": [], "stopped": budget.reason_to_stop(error)}
    requests_left -= reply.usage["requests"]
    planned, cut = _within(_new(reply.value, taken), max(0, requests_left) if _embeds_by_model() else steps_left)
    _show(planned, steps_left, requests_left)
    usage = add_usage(state.get("planning"), reply.usage)
    return {"planned": planned, "planning": usage, "stopped": "its requests are used up" if cut else ""}


@async_node
async def take_step(state: StepInput) -> PlanState:
    """Take one step, after an event that says which."""
    asked = state["step"]["question"] or state["step"]["query"]
    shown = asked if len(asked) <= _MAX_SHOWN else asked[:_MAX_SHOWN] + "…"
    writer()(Step(event="step", node="take_step", label=f"Looking for: {shown}"))
    return {"findings": [await tools.take(await dependencies.current(), state["step"], state["searched"])]}


@async_node
async def gather_findings(state: PlanState) -> PlanOutput:
    """Return the found chunks for another answer; nothing if the steps found nothing new."""
    deps = await dependencies.current()
    findings, first = state.get("findings") or [], state.get("verdicts") or []
    plan = await asyncio.to_thread(_plan, deps.stores.catalog, state)
    notes = [*state["notes"], budget.note_on(plan)]
    if any(one["by_words"] for one in findings) and daily_quota.NOTE_ON_WORDS not in notes:
        notes.append(daily_quota.NOTE_ON_WORDS)
    output: PlanOutput = {
        "plan": plan, "first_checks": first, "notes": notes, "usage": add_usage(state["usage"], _spent(state))
    }  # fmt: skip
    offered = {chunk["chunk"] for chunk in state["retrieved"] if chunk["relevant"]}
    computed = _computed(state)
    if not computed and all(chunk in offered for one in findings for chunk in one["chunks"]):
        return {**output, "shortcut": ""}
    retrieved = await asyncio.to_thread(_gathered, deps.stores.catalog, state)
    return {
        **output, "computed": computed, "retrieved": retrieved, "grades": [], "claims": [], "verdicts": [],
        "repairs": 0, "shortcut": "plan",
    }  # fmt: skip


def _spent(state: PlanState) -> Usage:
    """Return the usage of the plan so far: of planning, and of its steps' searches."""
    usage = state.get("planning") or no_usage()
    for one in state.get("findings") or []:
        usage = add_usage(usage, one["usage"])
    return usage


def _embeds_by_model() -> bool:
    """Return whether a search takes a request; the built-in embedder takes none."""
    return dependencies.uses_embedding_model(context.current(), settings())


def _listed(catalog: Catalog, state: PlanInput) -> dict[str, str]:
    """Return a line by id for each document that the model may choose: first those mentioned or found."""
    found = [chunk["document"] for chunk in state["retrieved"]]
    wanted = [*state["understanding"]["documents"], *state["mentioned_documents"], *found, *state["allowed_documents"]]
    if not (allowed := set(state["allowed_documents"])):  # all of a library that is not small
        wanted += [row.id for row in catalog.searchable(_MAX_LISTED)]
    rows = {row.id: row for row in catalog.documents(wanted) if not allowed or row.id in allowed}
    chosen = [rows[key] for key in dict.fromkeys(wanted) if key in rows][:_MAX_LISTED]
    return {row.id: f"{row.label}, {counted(row.pages, 'page')}. {row.title}".strip() for row in chosen}


def _known(catalog: Catalog, state: PlanState) -> list[RetrievedChunk]:
    """Return the chunks that the model is shown: those of the first round, until steps have found others."""
    if not state.get("findings"):
        return state["retrieved"]
    rows = {row.id: row for row in catalog.chunks(_ids(state), published=True)}
    return [as_retrieved(rows[key], relevant=True) for key in _ids(state) if key in rows]


def _ids(state: PlanState) -> list[str]:
    """Return the chunks to offer: those that the first answer cites, then the best of each step in turn."""
    cited = [citation["chunk"] for citation in outcomes.cited(state.get("verdicts") or [])]
    found = [one["chunks"] for one in state.get("findings") or []]
    deepest = max(map(len, found), default=0)
    in_turn = [chunks[at] for at in range(deepest) for chunks in found if at < len(chunks)]
    computed = [chunk for claim in _computed(state) for chunk in _chunks_of(claim)]
    return list(dict.fromkeys([*cited, *computed, *in_turn]))[: max(_MAX_FOUND, len({*cited, *computed}))]


def _computed(state: PlanState) -> list[Claim]:
    return [claim for one in state.get("findings") or [] for claim in one["claims"]]


def _chunks_of(claim: Claim) -> list[str]:
    """Return the chunks that a claim quotes: those of all cells that it is computed from."""
    computation = claim.get("computation")
    return (
        [claim["chunk"], *(operand["chunk"] for operand in computation["operands"])]
        if computation
        else [claim["chunk"]]
    )


def _gathered(catalog: Catalog, state: PlanState) -> list[RetrievedChunk]:
    """Return the beginnings of the chunks to offer, each with the part of the question for which it was found."""
    reasons = {
        chunk: one["step"]["question"] for one in reversed(state.get("findings") or []) for chunk in one["chunks"]
    }
    rows = {row.id: row for row in catalog.chunks(_ids(state), published=True)}
    found = [preview(as_retrieved(rows[key], relevant=True)) for key in _ids(state) if key in rows]
    return [{**chunk, "relevant": True, "score": 1.0, "reason": reasons.get(chunk["chunk"], "")} for chunk in found]


def _key(step: PlannedStep) -> tuple[str, str, str, int]:
    return step["tool"], step["query"].casefold(), step["document"], step["page"]


def _new(planned: Sequence[PlannedStep], taken: Sequence[Finding]) -> list[PlannedStep]:
    """Return the steps that say what to do and were not taken yet, each once."""
    known = {_key(one["step"]) for one in taken}
    new = [one for one in planned if _key(one) not in known and (one["page"] > 0 or one["tool"] != "open_page")]
    return list({_key(one): one for one in new if one["query"] or one["question"]}.values())


def _within(planned: Sequence[PlannedStep], searches: int) -> tuple[list[PlannedStep], bool]:
    """Return the steps with so many searches at most, and whether some were left out."""
    kept: list[PlannedStep] = []
    for one in planned:
        if one["tool"] != "search" or sum(other["tool"] == "search" for other in kept) < searches:
            kept.append(one)
    return kept, len(kept) < len(planned)


def _show(planned: Sequence[PlannedStep], steps_left: int, requests_left: int) -> None:
    """Emit the steps that are taken next, and what is left of the budget after them."""
    searches = sum(one["tool"] == "search" for one in planned)
    writer()(Planned(
        event="plan", steps=[one["question"] or one["query"] for one in planned],
        steps_left=steps_left - len(planned), requests_left=max(0, requests_left - searches),
    ))  # fmt: skip


def _line(one: Finding, documents: dict[str, str]) -> str:
    """Return a step that was taken as a line for the prompt."""
    taken, names = one["step"], list(documents)
    where = f" in D{names.index(taken['document']) + 1}" if taken["document"] in documents else ""
    what = f"page {taken['page']}" if taken["tool"] == "open_page" else f'"{taken["query"] or taken["question"]}"'
    found = one["said"] or (counted(len(one["chunks"]), "passage") if one["chunks"] else "nothing")
    return f"{taken['tool']} {what}{where}: {found}"


def _plan(catalog: Catalog, state: PlanState) -> Plan:
    """Return the plan as it was followed."""
    findings = state.get("findings") or []
    names = {row.id: row.label for row in catalog.documents({one["step"]["document"] for one in findings})}
    steps = [
        PlanStep(
            question=one["step"]["question"], tool=one["step"]["tool"], query=one["step"]["query"],
            document=names.get(one["step"]["document"], ""), page=one["step"]["page"], found=len(one["chunks"]),
        )
        for one in findings
    ]  # fmt: skip
    return Plan(
        steps=steps, max_steps=budget.max_steps(), requests=_spent(state)["requests"],
        max_requests=context.current().max_plan_requests, stopped=state.get("stopped") or "",
    )  # fmt: skip
