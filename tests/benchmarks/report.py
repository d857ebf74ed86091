"""Generator of docs/performance.md from the measurements; the text between two marks is written by hand and stays."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.benchmarks import plots
from tests.benchmarks.groups import GROUPS

BEGIN, END = "<!-- Written by hand from here -->\n", "<!-- to here -->\n"
_HEAD = """# Performance: benchmarks and their results

How fast each part is beside the least that it could take, and where the time goes. `make bench` writes the tables from
[performance.json]({json}), which has every single value; the text below them is written by hand. `make bench-quick`
runs the same benchmarks with small sizes and limits of its own, for a first look: what happens once a run weighs more
there.

`make bench` took {minutes:.0f} minutes on this machine. The first time it takes about {first} more, for libraries of
1,000 to 100,000 chunks and a database of the largest, which stay in `.pagewitness/bench` (5 GB).

"""
_FIRST = "eight"
"""Minutes in which `libraries.prepare` makes everything on two cores without other work."""
_METHOD = """Two implementations are measured alternately in one run, and the one that starts alternates too. A figure
is the median of one divided by the median of the other, so that a slow or busy machine slows both. Absolute times only
give an idea. Quartiles are in brackets.

Not everything is real. The model is a server on loopback with a fixed latency and the protocol of Gemini. Libraries
of many chunks consist of generated sentences (`tests/benchmarks/corpus.py`), twelve in a chunk. The library of
100,000 chunks has three in a chunk, so that it can be generated in minutes; its index has 300,000 vectors. It is
moved into Postgres once, and each run starts a server with a copy of that data.
"""


def write(groups: Mapping[str, Any], path: Path) -> None:
    """Write the JSON, the page beside it and the plots; the hand-written text of the page stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(groups, ensure_ascii=False, indent=1) + "\n", "utf-8")
    beside = path.with_suffix(".md")
    written = by_hand(beside.read_text("utf-8")) if beside.exists() else "\n"
    beside.write_text(render(groups, path.name, written), "utf-8")
    (path.parent / "images").mkdir(exist_ok=True)
    for name, plot in draw(groups, path.stem).items():
        (path.parent / "images" / name).write_text(plot, "utf-8")


def by_hand(text: str) -> str:
    """Return the hand-written text between the marks of a page."""
    return text.partition(BEGIN)[2].partition(END)[0]


def draw(groups: Mapping[str, Any], stem: str) -> dict[str, str]:
    """Return the plots as SVG by file name."""
    rows = [row for group in groups.values() for row in group["results"]]
    found = {f"{stem}-limits.svg": plots.limits([row for row in rows if row["holds"] is not None])}
    if questions := groups.get("questions"):
        found[f"{stem}-questions.svg"] = plots.questions(questions["results"])
    return found


def render(groups: Mapping[str, Any], json_name: str, written: str) -> str:
    """Return the page as Markdown; `written` is its hand-written text."""
    stem = Path(json_name).stem
    overview = f"![Every figure against its limit](images/{stem}-limits.svg)\n"
    parts = [_METHOD, "\n".join(_limits(groups)), overview]
    for name, group in groups.items():
        parts.append(f"## {GROUPS[name].title}\n\n{_context(group)}\n")
        if name == "questions":
            parts.append(f"![Time of a question by size of the library](images/{stem}-questions.svg)\n")
        parts.append("\n".join(_table(group["results"])))
        parts += ["\n".join(_notes(group["results"]))]
    body = "\n".join(part for part in parts if part) + f"\n{BEGIN}{written}{END}"
    minutes = sum(group["minutes"] for group in groups.values())
    return f"{_HEAD.format(json=json_name, minutes=minutes, first=_FIRST)}{_contents(body)}\n{body}"


def _contents(body: str) -> str:
    """Return a list of links to the headings of the second level."""
    headings = re.findall(r"^## (.+)$", body, re.M)
    anchors = [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]
    return "".join(f"- [{heading}](#{anchor})\n" for heading, anchor in zip(headings, anchors, strict=True))


def line(row: Mapping[str, Any]) -> str:
    """Return a result as a line for a terminal."""
    return f"  {_verdict(row):6} {_figure(row):>12}  {_limit(row):18} {row['what']}\n{'':21}{_sides(row, '  |  ')}"


def _limits(groups: Mapping[str, Any]) -> Iterator[str]:
    rows = [row for group in groups.values() for row in group["results"] if row["holds"] is not None]
    met = sum(row["holds"] for row in rows)
    yield f"## Limits: {met} of {len(rows)} met\n"
    yield "| benchmark | figure | limit | met |"
    yield "| --- | --- | --- | --- |"
    for row in rows:
        yield f"| {_capital(row['what'])} | {_figure(row)} | {_limit(row)} | {_verdict(row)} |"
    yield ""


def _table(rows: list[Any]) -> Iterator[str]:
    yield "| benchmark | first side | second side | figure |"
    yield "| --- | --- | --- | --- |"
    for row in rows:
        right = _side(row["right"], row["unit"]) if row["right"] else "-"
        yield f"| {_capital(row['what'])} | {_side(row['left'], row['unit'])} | {right} | {_figure(row)} |"
    yield ""


def _notes(rows: list[Any]) -> Iterator[str]:
    noted = [row for row in rows if row["note"]]
    for row in noted:
        yield f"- {_capital(row['what'])}: {row['note']}"
    if noted:
        yield ""


def _context(group: Mapping[str, Any]) -> str:
    versions = ", ".join(f"{name} {number}" for name, number in group["versions"].items())
    form = "short form, " if group["quick"] else ""
    return (
        f"Measured {group['made']} ({form}{group['minutes']:g} minutes) at `{group['commit']}` on {group['cores']} "
        f"cores, {group['processor']}, {group['system']}; load {group['load'][0]:g} before, "
        f"{group['load_after'][0]:g} after. "
        f"Python {group['python']}, {versions}."
    )


def _side(side: Mapping[str, Any], unit: str) -> str:
    spread = f" ({_number(side['low'])}-{_number(side['high'])})" if len(side["values"]) > 1 else ""
    return f"{side['name']}: {_number(side['median'])} {unit}{spread}, n={len(side['values'])}"


def _sides(row: Mapping[str, Any], between: str) -> str:
    return between.join(_side(row[place], row["unit"]) for place in ("left", "right") if row[place])


def _figure(row: Mapping[str, Any]) -> str:
    return f"× {_number(row['figure'])}" if row["right"] else f"{_number(row['figure'])} {row['unit']}"


def _limit(row: Mapping[str, Any]) -> str:
    if row["holds"] is None:
        return "-"
    word = "at most" if row["bound"] == "most" else "at least"
    return f"{word} {_number(row['limit'])}" + ("" if row["right"] else f" {row['unit']}")


def _verdict(row: Mapping[str, Any]) -> str:
    return {True: "yes", False: "**no**", None: "-"}[row["holds"]]


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
