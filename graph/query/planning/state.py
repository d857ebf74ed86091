"""The state of the subgraph that follows a plan; the query graph gets only its output."""

from __future__ import annotations

import operator
from typing import Annotated

from typing_extensions import TypedDict

from graph.query.state import DocumentNames, Note, Plan, Understanding
from graph.types import Claim, ClaimCheck, Grade, PlannedStep, RetrievedChunk, Usage


class Finding(TypedDict):
    """The result of one step."""

    step: PlannedStep
    chunks: list[str]
    """Ids of the chunks, best first; their text is loaded where it is needed."""
    claims: list[Claim]
    """What was computed from tables."""
    said: str
    """What a table lacks, or why the step failed; "" otherwise."""
    usage: Usage
    by_words: bool
    """Whether chunks were found by words alone, since the embedding model's daily quota is exhausted."""


class StepInput(TypedDict):
    """The input of one step."""

    step: PlannedStep
    searched: list[str]
    """Ids of the documents to search where the step names none; [] for all."""


class PlanInput(TypedDict, total=False):
    """The values of the question that a plan needs."""

    documents: DocumentNames
    standalone_question: str
    understanding: Understanding
    mentioned_documents: list[str]
    allowed_documents: list[str]
    retrieved: list[RetrievedChunk]
    verdicts: list[ClaimCheck]
    notes: list[Note]
    usage: Usage


class PlanOutput(TypedDict, total=False):
    """The values with which the question continues."""

    plan: Plan | None
    first_checks: list[ClaimCheck]
    computed: list[Claim]
    retrieved: list[RetrievedChunk]
    grades: list[Grade]
    claims: list[Claim]
    verdicts: list[ClaimCheck]
    repairs: int
    shortcut: str
    notes: list[Note]
    usage: Usage


class PlanState(PlanInput, PlanOutput, total=False):
    """The whole state: input, output, and what passes from node to node."""

    planned: list[PlannedStep]
    """The steps to take next; [] where the plan is done."""
    findings: Annotated[list[Finding], operator.add]
    """The results of the steps, in the order of the plan; the steps run in parallel, and each adds its own."""
    planning: Usage
    """What the requests for steps took."""
    stopped: str
    """Why the plan ends before it is done, as a clause; "" if it does not."""
