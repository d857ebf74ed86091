"""Offline answers: sentences and table rows chosen from scored passages, in the page's own words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from graph.engines.base import Claim
from graph.query import lexical, scoring
from graph.storage.base import ChunkRow, SentenceRow

# Three sentences hold the gold answer for .92 of the answerable questions, two for .89, one for .82.
MAX_SENTENCES = 3
# A further sentence is quoted only if it comes this near to the best one's score.
_MARGIN = 3.0
_COMPARES = re.compile(
    r"\b(compare[ds]?|comparison|versus|vs|better|worse|higher|lower|more|less|fewer|larger|smaller|faster|slower"
    r"|difference|differ|than|exceed|outperform|beat)s?\b",
    re.IGNORECASE,
)


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
    row = next((at for at, one in enumerate(chosen) if one.sentence.kind == "row"), None)
    if row is not None and _COMPARES.search(query.text):
        chosen = [*chosen[:row], *_with_other_rows(query, chosen[row], chunks[chosen[row].chunk])]
    return [Claim(text=statement(query, one.sentence), chunk=one.chunk, quote=one.sentence.text) for one in chosen]


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


def statement(query: scoring.Query, sentence: SentenceRow) -> str:
    """What a sentence says, as it is; a table row as "label: column cell, column cell", of the columns asked for."""
    if sentence.kind != "row" or len(sentence.cells) < 2:
        return sentence.text
    (_, label), *cells = sentence.cells
    filled = [(column, cell) for column, cell in cells if cell.strip(" -–—")]
    asked = query.term_weights.keys() - lexical.stems(label)
    overlap = {column: sum(query.term_weights[word] for word in asked & lexical.stems(column)) for column, _ in filled}
    most = max(overlap.values(), default=0.0)
    if most > 0:
        filled = [(column, cell) for column, cell in filled if overlap[column] == most]
    return f"{label}: " + ", ".join(f"{column} {cell}".strip() for column, cell in filled) if filled else sentence.text
