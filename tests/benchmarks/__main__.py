"""The benchmarks with limits: `make bench`, or `make bench-quick` for the short form.

    python -m tests.benchmarks [--quick] [--times N] [--only NAME ...] [--folder DIR] [--out FILE.json]

Writes JSON, and beside it a page with plots (docs/performance.json and docs/performance.md). Groups that are not
measured stay as they are there. Libraries of many chunks are made once and kept in the folder.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks import libraries, machine, report
from tests.benchmarks.comparison import Sizes
from tests.benchmarks.groups import GROUPS, measured

FOLDER = machine.ROOT / ".pagewitness" / "bench"
PAGE = machine.ROOT / "docs" / "performance.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, write; returns 1 if a limit is not kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small sizes: shows that all works, and little more")
    parser.add_argument("--only", nargs="+", choices=list(GROUPS), default=list(GROUPS), metavar="NAME")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where libraries are kept")
    parser.add_argument(
        "--out", type=Path, help="the JSON to write (docs/performance.json, or the folder's quick.json)"
    )
    parser.add_argument("--times", type=int, default=0, help="how often each side is measured (5; quick: 2)")
    options = parser.parse_args(arguments)
    folder = options.folder.resolve()
    out = (options.out or (folder / "quick.json" if options.quick else PAGE)).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    groups: dict[str, Any] = json.loads(out.read_text("utf-8")) if out.exists() else {}
    sizes, start = Sizes(options.quick, folder, options.times), time.perf_counter()
    libraries.prepare(options.only, sizes)
    print(f"libraries: {_minutes(start)}", flush=True)
    for name in options.only:
        print(f"\n{name}", flush=True)
        groups[name] = measured(name, sizes)
        for row in groups[name]["results"]:
            print(report.line(row), flush=True)
        print(f"  {groups[name]['minutes']:g} minutes, {_minutes(start)} since the start", flush=True)
        report.write({name: groups[name] for name in GROUPS if name in groups}, out)
    print(f"\n{_minutes(start)} in all\n{out}\n{out.with_suffix('.md')}")
    rows = [row for name in options.only for row in groups[name]["results"]]
    return 1 if any(row["holds"] is False for row in rows) else 0


def _minutes(start: float) -> str:
    """Return the minutes since a moment of the monotonic clock, in words."""
    return f"{(time.perf_counter() - start) / 60:.1f} minutes"


if __name__ == "__main__":
    sys.exit(main())
