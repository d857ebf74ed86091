"""Offline answers: sentences and table rows chosen from scored passages, in the page's own words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from graph.engines.base import Claim
from graph.query import scoring, tabular
from graph.storage.base import ChunkRow

# Three sentences hold the gold answer for .92 of the answerable questions, two for .89, one for .82.
MAX_SENTENCES = 3
# A further sentence is quoted only if it comes this near to the best one's score.
_MARGIN = 3.0
_COMPARES = re.compile(
    r"\b(compare[ds]?|comparison|versus|vs|better|worse|higher|lower|more|less|fewer|larger|smaller|faster|slower"
    r"|difference|differ|than|exceed|outperform|beat)s?\b",
    re.IGNORECASE,
)
_OF_TABLES = ("row", "caption")


def claims_from(query: scoring.Query, scored: Sequence[scoring.Scored], chunks: Mapping[str, ChunkRow]) -> list[Claim]:
    """One to three claims, best first; none when nothing was scored."""
    ranked = sorted(scored, key=lambda one: -scoring.answer_score(query, one))
    if not ranked:
        return []
    floor = scoring.answer_score(query, ranked[0]) - _MARGIN
    chosen: list[scoring.Scored] = []
    for one in ranked:
        if len(chosen) == MAX_SENTENCES or scoring.answer_score(query, one) < floor:
            break
        if all(one.sentence.text != other.sentence.text for other in chosen):
            chosen.append(one)
    extreme = tabular.extreme_row(query, chunks[chosen[0].chunk]) if chosen[0].sentence.kind in _OF_TABLES else None
    if extreme is not None:
        return [Claim(text=tabular.statement(query, extreme), chunk=chosen[0].chunk, quote=extreme.text)]
    row = next((at for at, one in enumerate(chosen) if one.sentence.kind == "row"), None)
    if row is not None and _COMPARES.search(query.text):
        chosen = [*chosen[:row], *_with_other_rows(query, chosen[row], chunks[chosen[row].chunk])]
    return [
        Claim(text=tabular.statement(query, one.sentence), chunk=one.chunk, quote=one.sentence.text) for one in chosen
    ]


def _with_other_rows(query: scoring.Query, best: scoring.Scored, chunk: ChunkRow) -> list[scoring.Scored]:
    """A row that is to be compared, followed by the rows that the question names too, or else those next to it."""
    rows = [sentence for sentence in chunk.sentences if sentence.kind == "row"]
    at = rows.index(best.sentence)
    near = sorted(
        (index for index in range(len(rows)) if index != at),
        key=lambda index: (-scoring.named(query, rows[index]), abs(index - at)),
    )
    others = [rows[index] for index in sorted(near[: MAX_SENTENCES - 1])]
    return [best] + [scoring.Scored(best.chunk, row, best.rank, 0.0, 0.0, 0.0) for row in others]
