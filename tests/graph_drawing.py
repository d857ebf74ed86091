"""The drawing of the graph in docs/graph.md: LangGraph's own, one edge a line, so that it can be read as text.

    python -m tests.graph_drawing     writes it between its marks (`make graph`)

Nodes, subgraphs and edges are the graph's. Style and the prefixes of subgraphs in names are left out, and an edge into
a subgraph's own start or end is drawn to where that leads.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from graph.app import app
from tests.conftest import ROOT

PAGE = ROOT / "docs" / "graph.md"
BEGIN, END = "```mermaid\n", "```\n"
_ENDS = {"__start__": "START", "__end__": "END"}


@dataclass(frozen=True)
class Edge:
    """An edge between two nodes by their full names; `choice` is True for a conditional one."""

    source: str
    choice: bool
    target: str

    @property
    def around(self) -> tuple[str, ...]:
        """The innermost subgraph that holds both ends, as the names of the subgraphs around it."""
        one, other = self.source.split(":")[:-1], self.target.split(":")[:-1]
        return tuple(name for at, name in enumerate(one) if other[: at + 1] == one[: at + 1])

    def __str__(self) -> str:
        return f"{short(self.source)} {'-.->' if self.choice else '-->'} {short(self.target)}"


def short(name: str) -> str:
    """Return a node's name without those of the subgraphs around it."""
    last = name.rpartition(":")[2]
    return _ENDS.get(last, last)


def edges() -> list[Edge]:
    """Return the edges of the graph and its subgraphs in the order of a run, without subgraphs' starts and ends."""
    drawn = app.get_graph(xray=True).edges
    # LangGraph keeps the start of a subgraph whose first node has an edge into it.
    after = {edge.source: edge.target for edge in drawn if edge.source.endswith((":__start__", ":__end__"))}

    def led(name: str) -> str:
        return led(after[name]) if name in after else name

    found = [Edge(edge.source, edge.conditional, led(edge.target)) for edge in drawn if edge.source not in after]
    order = ["__start__"]
    for name in order:  # breadth first, so that the lines follow a run
        order += [edge.target for edge in found if edge.source == name and edge.target not in order]
    return sorted(found, key=lambda edge: (order.index(edge.source), order.index(edge.target)))


def block(all_edges: list[Edge], around: tuple[str, ...]) -> list[str]:
    """Return the lines of a subgraph: its own edges, then the subgraphs in it."""
    lines = [str(edge) for edge in all_edges if edge.around == around]
    inner = dict.fromkeys(
        edge.around[: len(around) + 1] for edge in all_edges if edge.around[: len(around)] == around != edge.around
    )
    for path in inner:
        lines += [f"subgraph {path[-1]}", *(f"    {line}" for line in block(all_edges, path)), "end"]
    return lines


def draw() -> str:
    """Return the graph as Mermaid text."""
    names = {name for edge in edges() for name in (edge.source, edge.target)}
    twice = [name for name, count in Counter(map(short, names)).items() if count > 1]
    assert not twice, f"two nodes have the same name: {twice}"
    return "\n    ".join(["flowchart TD", *block(edges(), ())]) + "\n"


def drawn() -> str:
    """Return the drawing that docs/graph.md holds."""
    return PAGE.read_text("utf-8").partition(BEGIN)[2].partition(END)[0]


if __name__ == "__main__":
    whole = PAGE.read_text("utf-8")
    PAGE.write_text(whole.replace(BEGIN + drawn() + END, BEGIN + draw() + END), "utf-8")
