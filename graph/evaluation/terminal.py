"""Tables of an evaluation's results for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from graph.evaluation import metrics
from graph.evaluation.metrics import label

# Two lines each, so that all columns fit into 80 characters.
_HEADS = {"mrr": "MRR", "match": "ans.\nmatch", "right_proven": "right\nprov.",
          "right_refusal": "right\nref.", "false_refusal": "false\nref.",
          "wrong_proven": "wrong\nprov."}  # fmt: skip
_COSTS = {"requests": "re-\nquests", "input_tokens": "tokens\nin", "output_tokens": "tokens\nout"}


def parts(results: Mapping[str, Any]) -> Iterator[RenderableType]:
    """Yield everything that is printed, in order."""
    yield by_kind(results)
    yield ""
    yield overall(results["summary"])
    if results["comparison"]:
        yield ""
        yield comparison(results["comparison"])
    yield ""
    for line in [*metrics.notes(results), *_files(results)]:
        yield Text(line, style="dim")


def by_kind(results: Mapping[str, Any]) -> Table:
    """Return a table with a line for each kind of question, and one for all; costs of 0 are left out."""
    whole, depths = results["summary"], results["run"]["depths"]
    recalls = [f"page@{depths[0]}", f"page@{depths[-1]}", f"evidence@{depths[-1]}"]
    names = [name for name in dict.fromkeys([*recalls, *_HEADS]) if name in whole["metrics"]]
    costs = [name for name in _COSTS if whole[name]]
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("Kind", no_wrap=True)
    heads = [_HEADS.get(name) or name.replace("evidence", "evid.").replace("@", "\n@") for name in names]
    for head in ["asked", *heads, *(_COSTS[name] for name in costs), "sec.\np50", "sec.\np95"]:
        table.add_column(head, justify="right", no_wrap=True)
    kinds = results["kinds"].items() if len(results["kinds"]) > 1 else ()
    for kind, value in [*kinds, ("all", whole)]:
        shares = (value["metrics"].get(name) for name in names)
        seconds = value["seconds"]
        table.add_row(
            escape(kind),
            str(value["questions"]),
            *(f"{share['mean']:.2f}" if share else "-" for share in shares),
            *(f"{value[name]:,}" for name in costs),
            *([f"{seconds['median']:.2f}", f"{seconds['p95']:.2f}"] if seconds else ["-", "-"]),
            style="bold" if kind == "all" else "",
        )
    return table


def overall(summary: Mapping[str, Any]) -> Table:
    """Return a table of every share with its interval and its number of questions."""
    table = Table("Measure", "Value", "95 % interval", "Questions", box=None, header_style="bold", pad_edge=False)
    for name, value in summary["metrics"].items():
        interval = f"{value['low']:.3f} - {value['high']:.3f}"
        table.add_row(label(name), f"{value['mean']:.3f}", interval, str(value["n"]))
    return table


def comparison(value: Mapping[str, Any]) -> Table:
    """Return a table of the earlier run, this one and their difference."""
    columns = ("Measure", "Before", "Now", "Diff.", "95 % interval", "Better", "Worse", "Of")
    table = Table(*columns, box=None, header_style="bold", pad_edge=False, padding=(0, 1, 0, 0))
    for name, found in value["metrics"].items():
        if name in _COSTS and not (found["before"] or found["after"]):
            continue
        interval = f"{found['low']:+.3f} to {found['high']:+.3f}"
        means = (f"{found[one]:.3f}" for one in ("before", "after"))
        counts = (str(found[one]) for one in ("better", "worse", "n"))
        table.add_row(label(name), *means, f"{found['difference']:+.3f}", interval, *counts)
    return table


def _files(results: Mapping[str, Any]) -> Iterator[str]:
    yield f"Results: {results['files']['results.json']}"
    yield f"Report: {results['files']['report.html']}"
    if results["experiment"]:
        yield f"LangSmith: {results['experiment']}"
