"""The report of an evaluation as one self-contained HTML file; all text is escaped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from graph.evaluation import metrics, plots
from graph.evaluation.metrics import COSTS, LESS_IS_BETTER, label, values
from graph.evaluation.scores import Row

_MAX_ROWS = 300  # missed questions that are shown; browsers cannot open a report with thousands
_STYLE = """
:root { color-scheme: light dark; --ink: #1d2733; --paper: #fff; --faint: #66717f; --rule: #d7dde4; --bar: #7fa7d6;
  --good: #1c7c54; --bad: #b3442f; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e9ef; --paper: #14181d; --faint: #98a4b3; --rule: #333c47;
  --bar: #45709f; --good: #5fc49a; --bad: #e58a76; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 70rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem } h2 { font-size: 1.15rem; margin-top: 2.2rem }
table { border-collapse: collapse; font-variant-numeric: tabular-nums } .wide { overflow-x: auto }
th, td { padding: .25rem .7rem; border-bottom: 1px solid var(--rule); text-align: right; vertical-align: top }
th:first-child, td:first-child, .texts td { text-align: left }
tr.all { font-weight: 600 } p.notes { color: var(--faint); white-space: pre-line }
svg { max-width: 100%; height: auto } svg text { font: 12px system-ui, sans-serif; fill: var(--ink) }
.bar { fill: var(--bar) } .whisker { stroke: var(--ink); fill: none; stroke-width: 1.3 } .dot { fill: var(--ink) }
.axis { stroke: var(--faint); fill: none } .grid { stroke: var(--rule); fill: none }
.line { fill: none; stroke-width: 2 } .line.right { stroke: var(--good) } .line.false { stroke: var(--bad) }
.better { color: var(--good) } .worse { color: var(--bad) }
"""
_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
"""


def page(results: Mapping[str, Any], rows: Sequence[Row]) -> str:
    """Return the whole report as HTML.

    Args:
        results: The results of `evaluate`.
        rows: The rows that they were computed from.
    """
    title = f"Evaluation: {results['run']['file']}"
    parts = [
        f"{_HEAD}<title>{escape(title)}</title>\n<style>{_STYLE}</style></head>\n<body><h1>{escape(title)}</h1>",
        f'<p class="notes">{escape(chr(10).join([*metrics.notes(results), *_run(results["run"])]))}</p>',
        *_figures(results),
        *_compared(results["comparison"]),
        *_curve(results),
        *_times(rows),
        *_missed(rows),
    ]
    return "\n".join([*parts, "</body></html>", ""])


def _run(run: Mapping[str, Any]) -> Iterator[str]:
    yield f"Version {run['version']}, {run['started']}, {run['concurrency']} at a time, run {run['key']}."
    yield "Documents: " + ", ".join(document["name"] for document in run["documents"]) + "."


def _figures(results: Mapping[str, Any]) -> Iterator[str]:
    metrics = results["summary"]["metrics"]
    yield "<h2>All questions</h2>"
    yield plots.bars([(f"{label(name)} (n={value['n']})", value) for name, value in metrics.items()])
    heads = ["Kind", "Asked", *(label(name) for name in metrics), "Requests", "Tokens in", "out", "Seconds", "p95"]
    lines = []
    for kind, value in [*results["kinds"].items(), ("all", results["summary"])]:
        seconds = value["seconds"] or {"median": float("nan"), "p95": float("nan")}
        shares = (value["metrics"].get(name) for name in metrics)
        costs = (str(value[name]) for name in ("requests", "input_tokens", "output_tokens"))
        cells = [kind, str(value["questions"]), *(f"{one['mean']:.3f}" if one else "-" for one in shares), *costs]
        cells += [f"{seconds['median']:.2f}", f"{seconds['p95']:.2f}"]
        lines.append((cells, "all" if kind == "all" else ""))
    yield "<h2>By kind</h2>" + _table(heads, lines)


def _compared(comparison: Mapping[str, Any] | None) -> Iterator[str]:
    if not comparison:
        return
    before = comparison["before"]
    yield f"<h2>Compared with run {escape(str(before['key']))} of {escape(str(before.get('started', '?')))}</h2>"
    shares = {name: value for name, value in comparison["metrics"].items() if name not in COSTS}
    if shares:
        yield plots.forest([(label(name), value) for name, value in shares.items()])
    heads = ["Measure", "Before", "Now", "Difference", "95 % interval", "Better", "Worse", "Questions"]
    lines = []
    for name, value in comparison["metrics"].items():
        means = [f"{value[one]:.3f}" for one in ("before", "after")]
        interval = f"{value['low']:+.3f} to {value['high']:+.3f}"
        counts = [str(value[one]) for one in ("better", "worse", "n")]
        lines.append(([label(name), *means, f"{value['difference']:+.3f}", interval, *counts], _sign(name, value)))
    yield _table(heads, lines)


def _sign(name: str, value: Mapping[str, float]) -> str:
    """Return the CSS class of a difference: `better` or `worse` if its interval excludes 0, else ""."""
    if value["low"] <= 0 <= value["high"]:
        return ""
    return "better" if (value["difference"] > 0) != (name in LESS_IS_BETTER) else "worse"


def _curve(results: Mapping[str, Any]) -> Iterator[str]:
    if points := results["refusal_curve"]:
        yield "<h2>Refusals by minimum grade</h2>"
        yield plots.curve(points, results["run"]["min_grade"])
        yield "<p>By the best grade of a question's chunks; refusals because no quote was verified are not counted.</p>"


def _times(rows: Sequence[Row]) -> Iterator[str]:
    if seconds := values(rows, "seconds"):
        yield "<h2>Seconds</h2>" + plots.histogram(seconds, "seconds")


def _missed(rows: Sequence[Row]) -> Iterator[str]:
    missed = [(row, why) for row in rows if (why := what_is_wrong(row))]
    yield f"<h2>Missed: {len(missed)} of {len(rows)}</h2>"
    lines = []
    for row, why in missed[:_MAX_ROWS]:
        expected = "; ".join(row["expected"]) if row["answerable"] else "a refusal"
        found = ", ".join(f"{one['name']} p. {'-'.join(map(str, one['pages']))}" for one in row["retrieved"][:3])
        lines.append(([row["id"], row["kind"], row["question"], expected, row["answer"], found, why], ""))
    if lines:
        yield _table(["Id", "Kind", "Question", "Expected", "Answer", "Found first", "What is wrong"], lines, "texts")
    if len(missed) > _MAX_ROWS:
        yield f"<p>The first {_MAX_ROWS} are shown; all rows are in rows.jsonl.</p>"


def what_is_wrong(row: Row) -> str:
    """Return what is wrong with a row's answer, in a few words; "" if nothing is."""
    scores = row["scores"]
    wrong = [
        (bool(row["error"]), row["error"]),
        (scores.get("false_refusal") == 1, f"refused: {row['reason']}"),
        (scores.get("right_refusal") == 0 and not row["error"], "not refused"),
        (scores.get("match") == 0 and not row["refused"] and not row["error"], row["verdict"] or "another answer"),
        (any(not one["found"] for one in row["citations"]), "a quote is not on its page"),
    ]
    return "; ".join(text for applies, text in wrong if applies)


def _table(heads: Sequence[str], lines: Sequence[tuple[Sequence[str], str]], kind: str = "") -> str:
    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    body = "\n".join(
        f'<tr class="{style}">' + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"
        for cells, style in lines
    )
    return (
        f'<div class="wide"><table class="{kind}"><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table></div>'
    )
