"""Evaluation of the check of claims by code: which false claims it lets pass, and which true ones it marks.

    python -m tests.evals.claims [FILE.pdf ...] [--each N] [--show] [--seed N] [--home FOLDER]
    python -m tests.evals.claims --sample

Without files it takes eight documents of `../shared/data`, which is read at run time. Each claim is checked as in an
answer, against a catalog that the offline reader has filled; a claim is marked that fails or is doubted. `--sample`
checks the claims of `../shared/data/claims` instead.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from graph.storage.library import Library
from graph.storage.rows import ChunkRow
from graph.types import Claim
from graph.verification import quotes
from graph.verification.verifier import ClaimVerifier
from tests.conftest import ROOT
from tests.evals import prose_claims, table_claims
from tests.evals.table_claims import Table
from tests.libraries import open_catalog

SHARED = ROOT.parent / "shared" / "data"
DEFAULT = (
    "deepseek-r1/DeepSeek_R1.pdf", "squad2/pdfs/Warsaw.pdf", "squad2/pdfs/Steam_engine.pdf",
    "squad2/pdfs/French_and_Indian_War.pdf", "docqa/pdfs/AMCOR_2023Q4_EARNINGS.pdf", "tables/pdfs/orchards.pdf",
    "tables/pdfs/wind-parks.pdf", "tables/pdfs/museums.pdf",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Made:
    """A claim that a rule made."""

    kind: str
    is_true: bool
    claim: Claim


def read(files: Sequence[Path], home: Path) -> Library:
    """Read files offline into a home folder, and return its catalog."""
    os.environ["PAGEWITNESS_HOME"] = str(home)
    from graph.app import app  # reads the home folder from the environment

    app.invoke({"sources": [str(path) for path in files]}, context={"engine": "offline"})
    return open_catalog(next(home.rglob("catalog.sqlite3")))


def made_of(chunks: Sequence[ChunkRow], each: int, seed: int) -> Iterator[Made]:
    """Yield the claims of a document, at most `each` of a rule."""
    sentences = [(s.text, chunk.id) for chunk in chunks for s in chunk.sentences
                 if s.kind == "prose" and re.match(r"[A-Z][^|<=]{60,320}\.$", s.text)]  # fmt: skip
    names = sorted({name for text, _ in sentences for name in prose_claims._NAME.findall(text)})
    for is_true, rules in ((True, prose_claims.HONEST), (False, prose_claims.LIES)):
        for kind, rule in rules.items():
            rng, count = random.Random(f"{seed} {kind}"), 0
            for text, chunk in rng.sample(sentences, len(sentences)):
                made = rule(text, rng, names)
                if made and (made != text or kind == "verbatim"):
                    said, quote = (made, text) if isinstance(made, str) else made
                    yield Made(kind, is_true, Claim(text=said, chunk=chunk, quote=quote))
                    count += 1
                if count == each:
                    break
    yield from _made_of_tables(chunks, each, seed)


def _made_of_tables(chunks: Sequence[ChunkRow], each: int, seed: int) -> Iterator[Made]:
    rows = []
    for chunk in chunks:
        table = Table([row for row in chunk.sentences if row.kind == "row"], chunk.decimal)
        rows += [(chunk.id, table, row) for row in table.rows if len(table.rows) > 2]
    for is_true, rules in ((True, table_claims.HONEST), (False, table_claims.LIES)):
        for kind, rule in rules.items():
            rng, count = random.Random(f"{seed} {kind}"), 0
            for chunk_id, table, row in rng.sample(rows, len(rows)):
                if made := rule(table, row, rng):
                    yield Made(kind, is_true, Claim(text=made[0], chunk=chunk_id, quote=made[1]))
                    count += 1
                if count == each:
                    break


def sample(chunks: Sequence[ChunkRow], catalog: Library) -> Iterator[Made]:
    """Yield the claims of the shared sample, each with the chunk in which its quote stands."""
    for line in (SHARED / "claims" / "claims.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        held = [c for c in chunks if quotes.locate(row["quote"], catalog.transcripts(c.document, c.pages))]
        inside = [c for c in held if quotes.normalised(row["quote"]) in quotes.chunk_text(c)]
        chunk = next(iter(inside or held or chunks))
        yield Made(row["kind"], row["supported"], Claim(text=row["claim"], chunk=chunk.id, quote=row["quote"]))


def marks(catalog: Library, offered: Sequence[str], claim: Claim) -> list[str]:
    """Return why a claim fails or is doubted."""
    (check,) = ClaimVerifier(catalog, offered, []).check([claim])
    return [f"! {check['failure']}"] if check["failure"] else check.get("doubts", [])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", type=Path, nargs="*")
    parser.add_argument("--each", type=int, default=3, help="claims of a rule and document")
    parser.add_argument("--home", type=Path, help="a home folder to keep")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", action="store_true", help="print every miss and false alarm")
    parser.add_argument("--sample", action="store_true")
    given = parser.parse_args()
    files = given.files or [SHARED / name for name in (DEFAULT[:1] if given.sample else DEFAULT)]
    if not all(path.exists() for path in files):
        print("the documents are not here; skipped")
        return 0
    with TemporaryDirectory() as folder:
        catalog = read(files, given.home or Path(folder))
        made = []
        names = {path.name for path in files}
        for document in (row for row in catalog.documents() if row.name in names):
            chunks = catalog.chunks(catalog.chunk_ids(document.id))
            found = sample(chunks, catalog) if given.sample else made_of(chunks, given.each, given.seed)
            # A row of two tables is proven by either; offering all passages takes much longer.
            every = [chunk.id for chunk in chunks] if given.show or given.sample else []
            made += [(one, every or [one.claim["chunk"]]) for one in found]
        report(catalog, made, given.show)
    return 0


def report(catalog: Library, made: Sequence[tuple[Made, Sequence[str]]], show: bool) -> None:
    """Check all claims and print what was marked by kind."""
    counts: Counter[tuple[bool, str]] = Counter(((one.is_true, one.kind) for one, _ in made))
    wrong: Counter[tuple[bool, str]] = Counter()
    spent = time.process_time()
    for one, offered in made:
        said = marks(catalog, offered, one.claim)
        if bool(said) == one.is_true:
            wrong[one.is_true, one.kind] += 1
            if show:
                print(f"{'marked' if one.is_true else 'passed'} ({one.kind}): {one.claim['text']}\n"
                      f"    quote: {one.claim['quote']}\n    {said}")  # fmt: skip
    spent = time.process_time() - spent
    for is_true, title in ((True, "true claims marked"), (False, "lies that pass unmarked")):
        print(f"\n{title}")
        kinds = [key for key in counts if key[0] == is_true]
        for key in kinds:
            print(f"  {key[1]:26} {wrong[key]:4} of {counts[key]}")
        missed, whole = sum(wrong[key] for key in kinds), sum(counts[key] for key in kinds)
        print(f"  {'all':26} {missed:4} of {whole} ({missed / max(1, whole):.3f})")
    print(f"\n{1000 * spent / max(1, len(made)):.1f} ms of CPU time a claim, the search for its quote included")


if __name__ == "__main__":
    sys.exit(main())
