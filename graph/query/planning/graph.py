"""The subgraph of a plan: the model plans steps, they run in parallel, and it plans again until nothing is missing.

It ends when the model plans no step, or its steps or requests are used up. It stores no checkpoints of its own: an
interrupted plan starts again, and a thread keeps only its output.
"""

from __future__ import annotations

from langgraph.graph import END, START, StateGraph
from langgraph.types import Send

from graph.compiled import without_checkpoints
from graph.context import Context
from graph.query.planning import nodes
from graph.query.planning.state import PlanInput, PlanOutput, PlanState, StepInput
from graph.settings import MAX_PLAN_STEPS


def after_planning(state: PlanState) -> list[Send] | str:
    """Take all planned steps at the same time; gather what was found where there is none."""
    if not state["planned"]:
        return "gather_findings"
    searched = state["mentioned_documents"] or (state["allowed_documents"] if state.get("documents") else [])
    return [Send("take_step", StepInput(step=one, searched=searched)) for one in state["planned"]]


def build() -> StateGraph[PlanState, Context, PlanInput, PlanOutput]:
    """Return the graph from a question that one round did not answer to the chunks for another answer."""
    builder = StateGraph(PlanState, context_schema=Context, input_schema=PlanInput, output_schema=PlanOutput)
    builder.add_node("plan_steps", nodes.plan_steps)
    builder.add_node("take_step", nodes.take_step, input_schema=StepInput)
    builder.add_node("gather_findings", nodes.gather_findings)
    builder.add_edge(START, "plan_steps")
    builder.add_conditional_edges("plan_steps", after_planning, ["take_step", "gather_findings"])
    builder.add_edge("take_step", "plan_steps")
    builder.add_edge("gather_findings", END)
    return builder


# Two supersteps a round, of at most as many rounds as there are steps, and the ends.
app = without_checkpoints(build().compile(name="follow_plan").with_config(recursion_limit=2 * MAX_PLAN_STEPS + 5))
