"""Evaluation of claims with given quotes in the whole application: which true and false ones an answer marks.

    python -m tests.evals.claims_end_to_end [--claims FILE.jsonl] [--document FILE.pdf] [--show]

A loopback Gemini reads the document's pages with the words of their text layers, and answers each question with one
claim and its quote. A line that only a model's description holds is added as one. Each claim is asked four times:
without the check of claims, and with one that answers rightly, says yes to everything, or says no to everything. A
claim is marked that is not `proven`: doubted, seen or left out.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from loaders.pages import reader
from loaders.types import PageJob, PageText
from tests.conftest import ROOT
from tests.wire.gemini_server import GeminiServer
from tests.wire.scripted_replies import Asked, Model, ask, claim

SHARED = ROOT.parent / "shared" / "data"
DESCRIBED = "model invention"
"""The kind of a claim whose quote is a model's description of a figure."""
Row = dict[str, Any]


class Writer(Model):
    """A model that cites the passage most similar to its quote, as if it had copied it with a slip."""

    def _answer(self, offered: dict[str, str]) -> Any:
        (said,) = self.claims
        wanted = pairs(said["quote"])
        label = max(offered, key=lambda one: len(wanted & pairs(offered[one])), default="P1")
        self.claims = [{**said, "passage": label}]
        return super()._answer(offered)


def pairs(text: str) -> set[tuple[str, str]]:
    """Return all two words that follow each other in a text."""
    said = re.findall(r"\w+", text)
    return set(pairwise(said))


def transcripts(path: Path, rows: Sequence[Row]) -> dict[int, str]:
    """Return the Markdown of each page, with what is only described below the first page that has a figure."""
    pages: dict[int, str] = {}
    figures: list[int] = []
    for number in range(1, reader.inspect(path).pages + 1):
        read = reader.read(PageJob(str(path), number))
        blocks = read.blocks if isinstance(read, PageText) else ()
        figures += [number for block in blocks if block.is_figure]
        pages[number] = "\n\n".join(block.text for block in blocks if not block.is_figure)
    described = [row["quote"] for row in rows if row["kind"] == DESCRIBED]
    if described:
        pages[figures[0] if figures else 1] += f"\n\n<figure>{' '.join(described)}</figure>"
    return pages


def checks(rows: Sequence[Row]) -> dict[str, Callable[[Asked], str] | None]:
    """Return what each check of claims answers; None for a run without one."""
    supported = {row["claim"]: row["supported"] for row in rows}

    def rightly(asked: Asked) -> str:
        return "yes" if supported.get(asked.text, asked.text in asked.quote) else "no"

    return {"off": None, "right": rightly, "yes": lambda asked: "yes", "no": lambda asked: "no"}


def shown(row: Row, model: Model, check: Callable[[Asked], str] | None) -> tuple[str, list[str]]:
    """Ask for a claim; return its verdict and the reasons."""
    model.claims, model.rules = [claim(row["claim"], row["quote"])], check
    output = ask(row["claim"], top_k=20, look_again="off", check_claims=check is not None)
    if not output["verdicts"]:
        return "refused", [str(output["reason"])]
    (told,) = output["verdicts"]
    return told["verdict"], [told["failure"], *told.get("doubts", []), *told["reasons"]]


def run(rows: Sequence[Row], document: Path, server: GeminiServer, show: bool) -> None:
    """Ingest the document once, ask for every claim under each check, and print the figures."""
    from graph.app import app  # reads the home folder from the environment

    model = Writer(pages=transcripts(document, rows).__getitem__)
    server.reply = model
    app.invoke({"sources": [str(document)]})
    print(f"{'check':8}{'lies unmarked':>16}{'honest marked':>16}{'honest left out':>17}")
    for name, check in checks(rows).items():
        told = [(row, *shown(row, model, check)) for row in rows]
        lies = [one for one in told if not one[0]["supported"] and one[1] == "proven"]
        honest = [one for one in told if one[0]["supported"]]
        marked = [one for one in honest if one[1] not in ("proven", "refused")]
        dropped = [one for one in honest if one[1] == "refused"]
        print(f"{name:8}{len(lies):>9} of {len(told) - len(honest)}{len(marked):>10} of {len(honest)}"
              f"{len(dropped):>11} of {len(honest)}", flush=True)  # fmt: skip
        for row, verdict, reasons in [*lies, *marked, *dropped] if show else ():
            print(f"    {row['id']} ({row['kind']}) {verdict}: {'; '.join(filter(None, reasons))}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--claims", type=Path, default=SHARED / "claims" / "claims.jsonl")
    parser.add_argument("--document", type=Path, default=SHARED / "deepseek-r1" / "DeepSeek_R1.pdf")
    parser.add_argument("--show", action="store_true", help="print every claim that came out wrong")
    given = parser.parse_args()
    if not given.claims.exists() or not given.document.exists():
        print("the claims or their document are not here; skipped")
        return 0
    rows = [json.loads(line) for line in given.claims.read_text("utf-8").splitlines() if line.strip()]
    with TemporaryDirectory() as folder, GeminiServer(reply=Model()) as server:
        os.environ |= {
            "PAGEWITNESS_HOME": f"{folder}/home", "GOOGLE_API_KEY": "test", "PAGEWITNESS_ENGINE": "llm",
            "GOOGLE_GEMINI_BASE_URL": server.url, "PAGEWITNESS_WHOLE_DOCUMENT_TOKENS": "0",
        }  # fmt: skip
        run(rows, given.document, server, given.show)
    return 0


if __name__ == "__main__":
    sys.exit(main())
