"""Typed questions on tables, asked of the whole application offline: right, wrong, wrong and proven, refused by kind.

    python -m tests.evals.table_questions FOLDER [HOME]

FOLDER has `pdfs/` and `questions.jsonl`, whose rows have `kind`, `question`, `answers`, `value`, `tol`, `must_not` and
`scoped`. A look-up with a value of another row counts as wrong, a list with another row too.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

_NUMBER = re.compile(r"[-−–]?\d(?:[\d.,]*\d)?")
_LOOK_UPS = frozenset({"cell", "variant"})
_NAMED = frozenset({"filter", "list", "extreme", "second"})


def values_in(text: str) -> set[float]:
    """Return what the numbers of a text may mean, with points or commas before decimals."""
    found: set[float] = set()
    for number in _NUMBER.findall(re.sub(r"\[\d+\]", " ", text)):
        number = number.replace("−", "-").replace("–", "-")
        for form in (number.replace(",", ""), number.replace(".", "").replace(",", ".")):
            try:
                found |= {float(form), abs(float(form))}
            except ValueError:
                continue
    return found


def names(text: str, wanted: str, others: list[str]) -> bool:
    """Return whether a text names something where no longer name covers it."""
    for longer in sorted((other for other in others if wanted in other and other != wanted), key=len, reverse=True):
        text = text.replace(longer, " ")
    return bool(re.search(rf"(?<![\w.,]){re.escape(wanted)}(?![\w]|[.,]\d)", text))


def judge(row: dict[str, Any], answer: str, refused: bool) -> str:
    """Return `right`, `wrong` or `refused` for an answer to a question."""
    if not row["answerable"]:
        return "right" if refused else "wrong"
    if refused:
        return "refused"
    bare = re.sub(r"\[\d+\]", " ", answer)
    everything = [*row["answers"], *row["must_not"]]
    held = [names(bare, wanted, everything) for wanted in row["answers"]]
    if row["kind"] == "yes-no":
        return "right" if re.match(rf"\W*{row['answers'][0]}\b", bare, re.IGNORECASE) else "wrong"
    if row["kind"] in _LOOK_UPS | _NAMED and any(names(bare, other, everything) for other in row["must_not"]):
        return "wrong"
    if "value" in row:
        wanted, tolerance = abs(row["value"]), row.get("tol", 0) or 1e-9
        near = any(abs(abs(value) - wanted) <= tolerance * max(wanted, 1e-9) for value in values_in(bare))
        return "right" if near else "wrong"
    if row["kind"] == "comparison":
        first = min((bare.find(name) for name in everything if name in bare), default=-1)
        return "right" if first >= 0 and bare.startswith(row["answers"][0], first) and any(held) else "wrong"
    return "right" if (all(held) if row["match"] == "all" else any(held)) else "wrong"


def main(folder: Path, home: str) -> int:
    """Ask all questions and print the counts by kind; return 1 if the figures fall below their limits."""
    os.environ["PAGEWITNESS_HOME"] = home
    from graph.app import app  # reads the home folder from the environment

    run = {"engine": "offline"}
    app.invoke({"sources": [str(folder / "pdfs")]}, context=run)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for line in (folder / "questions.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        asked = {"question": row["question"], **({"documents": [row["doc"]]} if row.get("scoped") else {})}
        result = app.invoke(asked, context=run)
        outcome = judge(row, result["answer"], result["refused"])
        proven = outcome == "wrong" and result["verdict"] == "proven"
        counts[row["kind"]].update([outcome, *(["wrong and proven"] if proven else [])])
        if outcome != "right":
            print(
                f"{outcome:8} {result['verdict']:9} {row['id']}: {row['question']}\n    -> {result['answer'][:300]!r}"
            )
    return report(counts)


def report(counts: dict[str, Counter[str]]) -> int:
    """Print the counts by kind and in all; return 1 below .95 right or above one in a hundred wrong and proven."""
    columns = ("right", "wrong", "wrong and proven", "refused")
    print(f"{'kind':15}" + "".join(f"{column:>18}" for column in columns))
    total: Counter[str] = sum(counts.values(), Counter())
    for kind, count in [*counts.items(), ("all", total)]:
        print(f"{kind:15}" + "".join(f"{count[column]:18}" for column in columns))
    asked = total["right"] + total["wrong"] + total["refused"]
    print(f"right {total['right'] / asked:.3f}, wrong and proven {total['wrong and proven'] / asked:.3f} of {asked}")
    return int(total["right"] < 0.95 * asked or total["wrong and proven"] > 0.01 * asked)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp()))
