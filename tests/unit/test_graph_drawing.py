"""The README shows the graph as it is, and `langgraph.json` is what the server takes."""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import pairwise

from graph.app import app
from tests.conftest import ROOT
from tests.graph_drawing import draw, drawn, parse

_ARROW = re.compile(r" (-->|-\.->)(?:\|.*?\|)? ")


def test_the_readme_has_the_graph_as_it_is() -> None:
    assert drawn() == draw(), "the graph has changed: `make graph` draws it anew"


def test_the_drawing_leaves_nothing_out_and_adds_nothing() -> None:
    """Its lines, taken apart again, are the edges of the graph; an end of a subgraph leads to where that leads."""

    def last(name: str) -> str:
        return {"__start__": "start", "__end__": "finish"}.get(name.rpartition(":")[2], name.rpartition(":")[2])

    drawn = app.get_graph(xray=True).edges
    after = {edge.source: edge.target for edge in drawn if edge.source.endswith(":__end__")}
    edges = {
        (last(edge.source), "-.->" if edge.conditional else "-->", last(after.get(edge.target, edge.target)))
        for edge in drawn
        if edge.source not in after
    }
    found = set()
    for line in re.sub(r"\(\(\w+\)\)", "", draw()).splitlines():
        for (left, _), (right, arrow) in pairwise([*_pieces(line)]):
            found |= {(one, arrow, other) for one in left.split(" & ") for other in right.split(" & ")}
    assert found == edges


def _pieces(line: str) -> list[tuple[str, str]]:
    """The names on a line, each with the arrow before it."""
    first, *rest = _ARROW.split(line.strip())
    return [(first, ""), *zip(rest[1::2], rest[0::2], strict=True)]


def test_both_subgraphs_and_the_one_within_are_shown() -> None:
    around = set(parse(app.get_graph(xray=True).draw_mermaid()).inside.values())
    assert around == {(), ("ingestion",), ("ingestion", "read_pages"), ("query",)}
    for name in ("ingestion", "query", "read_pages"):
        assert f"subgraph {name}\n" in draw()


def test_labels_of_edges_are_kept() -> None:
    """No edge of ours has one so far."""
    drawing = parse("\ta(a)\n\tb(b)\n\ta -. &nbsp;nothing found&nbsp; .-> b;\n\tb -- &nbsp;again&nbsp; --> a;\n")
    assert [edge.line for edge in drawing.edges] == ["-.->|nothing found|", "-->|again|"]


def test_langgraph_finds_nothing_wrong_with_its_configuration() -> None:
    command = [sys.executable, "-m", "langgraph_cli", "validate", "--config", str(ROOT / "langgraph.json")]
    done = subprocess.run(command, capture_output=True, text=True, env={"LANGGRAPH_CLI_NO_ANALYTICS": "1"})
    assert done.returncode == 0, done.stderr
    assert "is valid" in done.stdout
    assert "warning" not in done.stdout + done.stderr
