"""Every hostile file through the real command line: `python -m tests.evals.hostile_files ../shared/data/nasty`.

Each file is ingested by a process of its own into a home folder of its own, offline. A row of the table has the
expected and the real outcome, the seconds, and the peak memory of all processes together.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.process_monitor import ProcessUsage, monitor

ROOT = Path(__file__).parents[2]
SECONDS, MEGABYTES = 60.0, 1536
DONE = ("read", "fallback", "blank")


@dataclass
class Outcome:
    """The outcome of one file; `wrong` is empty if it is the expected one."""

    name: str
    expected: str
    found: str
    seconds: float
    cpu: float
    megabytes: int
    wrong: str


def run(path: Path, expected: str, pages: int | None = None, limit: float = SECONDS) -> Outcome:
    """Ingest one file by the command line, and judge."""
    with tempfile.TemporaryDirectory() as home:
        started = time.monotonic()
        code, out, error, usage = _ingest(path, Path(home), limit)
        seconds = time.monotonic() - started
        found, wrong = _judge(expected, pages, code, out, error, Path(home))
    if seconds > limit:
        wrong = f"took {seconds:.0f} s"
    if usage.megabytes > MEGABYTES:
        wrong = f"held {usage.megabytes} MB"
    return Outcome(path.name, expected, found, seconds, usage.cpu, usage.megabytes, wrong)


def cases(folder: Path) -> Iterator[tuple[Path, str, int | None]]:
    """Yield each file of `index.jsonl`, the expected outcome, and its number of pages or None."""
    for line in (folder / "index.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        yield folder / row["file"], row["expect"], row.get("pages")


def _ingest(path: Path, home: Path, limit: float) -> tuple[int, str, str, ProcessUsage]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("GOOGLE_", "GEMINI_", "PAGEWITNESS_"))}
    environment |= {"PYTHONPATH": str(ROOT), "LANGSMITH_TRACING": "false"}
    command = [
        sys.executable,
        "-m",
        "graph.cli",
        "ingest",
        "--json",
        "--engine",
        "offline",
        "--home",
        str(home),
        path,
    ]
    # Files, not pipes: no one reads a pipe while memory is sampled.
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as error:
        process = subprocess.Popen([str(part) for part in command], env=environment, stdout=out, stderr=error)
        usage = monitor(process, 2 * limit)
        out.seek(0)
        error.seek(0)
        return process.returncode, out.read().decode(), error.read().decode(), usage


def _judge(expected: str, pages: int | None, code: int, out: str, error: str, home: Path) -> tuple[str, str]:
    """Return the outcome in a few words, and what is wrong about it, or ""."""
    if "Traceback" in error or code not in (0, 2, 3):
        return f"exit {code}", f"crashed: {error.strip()[-200:]}"
    if code == 2:
        message = json.loads(out)["error"]
        stored = sum(1 for _ in (home / "pages").rglob("*.png"))
        kind = "needs-password" if "--password" in message else "reject-clean"
        fine = expected in (kind, "ingest-or-reject") and not stored and "\n" not in message.strip()
        return kind, "" if fine else message
    document, *_ = json.loads(out)["documents"]  # after it come the files attached to it
    counts = {status: count for status, count in document["ledger"].items() if count}
    found = ", ".join(f"{count} {status}" for status, count in counts.items())
    return found, wrong_pages(expected, pages, document)


def wrong_pages(expected: str, pages: int | None, document: dict[str, Any]) -> str:
    """Return what is wrong with a document that was ingested; "" where it is as expected."""
    if expected in ("reject-clean", "needs-password"):
        return "was ingested"
    if pages is not None and document["pages"] != pages:
        return f"{document['pages']} pages, not {pages}"
    if expected in ("ingest-bounded", "ingest-or-reject"):
        return ""  # a page that is too much may fail, if it says so
    lost = [failure["detail"] for failure in document["failures"]]
    return lost[0] if lost and not any(document["ledger"][status] for status in DONE) else ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; returns 1 if a file did not end as expected."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--at-once", type=int, default=1, help="files at a time (default: 1, which measures best)")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="limit for a file; more where it is busy")
    options = parser.parse_args(arguments)
    bad = total = 0
    print(f"{'file':52} {'expected':23} {'outcome':24} {'s':>5} {'CPU':>5} {'MB':>5}")
    with ThreadPoolExecutor(options.at_once) as threads:
        for outcome in threads.map(lambda case: run(case[0], case[1], case[2], options.seconds), cases(options.folder)):
            total, bad = total + 1, bad + bool(outcome.wrong)
            print(
                f"{outcome.name[:52]:52} {outcome.expected:23} {outcome.found[:24]:24} {outcome.seconds:5.1f} "
                f"{outcome.cpu:5.1f} "
                f"{outcome.megabytes:5} {'WRONG: ' + outcome.wrong if outcome.wrong else 'ok'}",
                flush=True,
            )
    print(f"{total - bad} of {total} ended as expected")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
