"""The docs show the graph as it is, the README its main ways, and `langgraph.json` is valid."""

from __future__ import annotations

import subprocess
import sys

from graph.app import app
from tests.conftest import ROOT
from tests.graph_drawing import draw, drawn, short


def test_the_docs_show_the_graph_as_it_is() -> None:
    assert drawn() == draw(), "the graph has changed: run `make graph`"


def test_the_readme_shows_ways_of_the_graph() -> None:
    shown = (ROOT / "README.md").read_text("utf-8").partition("```mermaid\n")[2].partition("```")[0]
    ways = _ways(shown)
    all_ways = _ways(draw())
    named = {name for way in ways for name in way}

    def is_led(source: str, target: str) -> bool:
        """Return whether a way leads from a node to another one, through none that the README names."""
        reached = [source]
        for node in reached:
            after = [end for start, end in all_ways if start == node and end not in reached]
            if target in after:
                return True
            reached += [end for end in after if end not in named]
        return False

    assert len(ways) > 15
    assert [way for way in ways if not is_led(*way)] == []


def _ways(drawing: str) -> list[tuple[str, str]]:
    return [(line.split()[0], line.split()[-1]) for line in drawing.splitlines() if "->" in line]


def test_every_node_and_every_edge_is_drawn_once() -> None:
    whole = app.get_graph(xray=True)
    lines = [line.strip() for line in draw().splitlines()]
    arrows = [line for line in lines if "->" in line]
    inner_ends = [edge for edge in whole.edges if edge.source.endswith((":__start__", ":__end__"))]
    assert len(arrows) == len(set(arrows)) == len(whole.edges) - len(inner_ends)
    for name in whole.nodes:
        if not name.endswith((":__start__", ":__end__")):
            assert any(short(name) in line.split() for line in arrows), name


def test_conditional_edges_are_dotted() -> None:
    lines = {line.strip() for line in draw().splitlines()}
    assert "START --> route_request" in lines
    assert "route_request -.-> contextualize" in lines


def test_all_subgraphs_are_shown() -> None:
    lines = [line.strip() for line in draw().splitlines()]
    assert [line for line in lines if line.startswith("subgraph")] == [
        "subgraph ingestion",
        "subgraph read_pages",
        "subgraph query",
        "subgraph follow_plan",
    ]


def test_langgraph_finds_nothing_wrong_with_its_configuration() -> None:
    command = [sys.executable, "-m", "langgraph_cli", "validate", "--config", str(ROOT / "langgraph.json")]
    done = subprocess.run(command, capture_output=True, text=True, env={"LANGGRAPH_CLI_NO_ANALYTICS": "1"})
    assert done.returncode == 0, done.stderr
    assert "is valid" in done.stdout
    assert "warning" not in done.stdout + done.stderr
