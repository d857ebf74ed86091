"""The drawing of the graph in README.md: what LangGraph draws of it, made short.

    python -m tests.graph_drawing     writes it between its marks; `make graph` does that

What is there is the graph's: nodes, subgraphs, edges and their labels. What goes is style, prefixes of subgraphs in
names, and repetition; edges that lead on are joined to chains, and what starts or ends alike stands on one line.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from graph.app import app
from tests.conftest import ROOT

README = ROOT / "README.md"
BEGIN, END = "<!-- The graph, drawn by `make graph` -->\n```mermaid\n", "```\n"
_NODE = re.compile(r"(?P<id>[\w\\]+)\((?P<text>.*)\)(?::::\w+)?$")
_EDGE = re.compile(r"(?P<from>[\w\\]+) (?P<line>-->|-\.->|--.*-->|-\..*\.->) (?P<to>[\w\\]+);$")
_PARTS = "\\3a"  # a colon, as draw_mermaid writes it: subgraph, then node
_SHAPES = {"__start__": "start((start))", "__end__": "finish((finish))"}


@dataclass(frozen=True)
class Edge:
    source: str
    line: str
    target: str


@dataclass
class Drawing:
    """Nodes by full name with the subgraphs around them, in the order of the graph; and the edges."""

    inside: dict[str, tuple[str, ...]] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)


def parse(mermaid: str) -> Drawing:
    drawing, around = Drawing(), list[str]()
    for line in map(str.strip, mermaid.splitlines()):
        if line.startswith("subgraph "):
            around.append(line.removeprefix("subgraph "))
        elif line == "end":
            around.pop()
        elif edge := _EDGE.fullmatch(line):
            label = re.sub(r"&nbsp;", " ", edge["line"].strip("-.>")).strip()
            dotted = "-.-" if edge["line"].startswith("-.") else "--"
            drawing.edges.append(Edge(edge["from"], f"{dotted}>" + (f"|{label}|" if label else ""), edge["to"]))
        elif node := _NODE.fullmatch(line):
            drawing.inside[node["id"]] = tuple(around)
    return without_inner_ends(drawing)


def without_inner_ends(drawing: Drawing) -> Drawing:
    """Take a subgraph's own end for where it leads to."""
    inner = [name for name in drawing.inside if name.endswith(f"{_PARTS}__end__")]
    after = {edge.source: edge.target for edge in drawing.edges if edge.source in inner}
    edges = [
        Edge(edge.source, edge.line, after.get(edge.target, edge.target))
        for edge in drawing.edges
        if edge.source not in inner
    ]
    return Drawing({name: around for name, around in drawing.inside.items() if name not in inner}, edges)


def short(name: str) -> str:
    last = name.rpartition(_PARTS)[2]
    return _SHAPES.get(last, last).partition("(")[0]


def shared(drawing: Drawing, edge: Edge) -> tuple[str, ...]:
    """The innermost subgraph that both ends lie in."""
    common = []
    for one, other in zip(drawing.inside[edge.source], drawing.inside[edge.target], strict=False):
        if one != other:
            break
        common.append(one)
    return tuple(common)


def lines(drawing: Drawing, edges: list[Edge]) -> list[str]:
    """One line for all edges of a node that are alike, and for all nodes that lead on alike; chains joined."""
    order = list(drawing.inside)
    fans: dict[tuple[str, str], list[str]] = {}
    for edge in sorted(edges, key=lambda edge: (order.index(edge.source), order.index(edge.target))):
        fans.setdefault((edge.source, edge.line), []).append(short(edge.target))
    alike: dict[tuple[str, str], list[str]] = {}
    for (name, line), ends in fans.items():
        alike.setdefault((line, " & ".join(ends)), []).append(short(name))
    rows = [(" & ".join(sources), line, targets) for (line, targets), sources in alike.items()]
    begun = Counter(source for source, _, _ in rows)
    nexts = {source: (line, targets) for source, line, targets in rows if begun[source] == 1 and "&" not in source}
    led_to = {targets for _, line, targets in rows if "&" not in targets and targets in nexts}
    written, drawn = [], set[str]()
    for source, line, targets in [*(row for row in rows if row[0] not in led_to), *rows]:
        if f"{source} {line}" in drawn:
            continue
        text, at = f"{source} {line} {targets}", targets
        drawn.add(f"{source} {line}")
        while at in nexts and f"{at} {nexts[at][0]}" not in drawn:
            drawn.add(f"{at} {nexts[at][0]}")
            text, at = f"{text} {nexts[at][0]} {nexts[at][1]}", nexts[at][1]
        written.append(text)
    return written


def block(drawing: Drawing, around: tuple[str, ...]) -> list[str]:
    """A subgraph with those inside it, then its own edges."""
    inner = dict.fromkeys(
        path[: len(around) + 1] for path in drawing.inside.values() if path[: len(around)] == around != path
    )
    written = []
    for path in inner:
        written += [f"subgraph {path[-1]}", *(f"    {line}" for line in block(drawing, path)), "end"]
    return [*lines(drawing, [edge for edge in drawing.edges if shared(drawing, edge) == around]), *written]


def draw() -> str:
    drawing = parse(app.get_graph(xray=True).draw_mermaid())
    names = [short(name) for name in drawing.inside]
    assert len(names) == len(set(names)), f"two nodes go by one name: {Counter(names).most_common(1)}"
    text = "\n    ".join(["graph TD", *block(drawing, ())])
    for shape in _SHAPES.values():
        text = re.sub(rf"\b{shape.partition('(')[0]}\b", shape, text, count=1)
    return f"{text}\n"


def drawn() -> str:
    """What README.md has."""
    return README.read_text("utf-8").partition(BEGIN)[2].partition(END)[0]


if __name__ == "__main__":
    whole = README.read_text("utf-8")
    README.write_text(whole.replace(BEGIN + drawn() + END, BEGIN + draw() + END), "utf-8")
