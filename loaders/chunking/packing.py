"""Packing of sentences into chunks, and into the small overlapping units that are indexed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

TARGET_TOKENS = 350
"""Between 300 and 400 tokens a returned text holds the evidence of .978-.988 of the development questions, more gives
nothing; a shorter one costs the answering model less."""
MAX_TOKENS = 512
MIN_TOKENS = 128
UNIT_TOKENS = 150
UNIT_OVERLAP = 50
"""Units of 150 tokens with 50 overlap, returned with their surroundings: evidence@5 .970 against .938 for the best
plain chunks (+16/-3 questions, p = .004); 100 and 200 are within a point."""

# What a cut costs, in units of "a chunk of twice the target": chosen so that on the development PDFs chunks begin at
# a heading where one is near, else at a paragraph, and inside a paragraph only to keep within the limit.
_CUT_IN_PARAGRAPH = 0.5
_CUT_AT_PARAGRAPH = 0.15
_CUT_AFTER_HEADING = 1.5
_HEADING_INSIDE = 0.1
_TOO_SMALL = 2.0


@dataclass(frozen=True, slots=True)
class SentenceSize:
    """A sentence for packing: its tokens, whether it is a heading, and whether it opens a paragraph."""

    tokens: int
    heading: bool = False
    opens: bool = False


def pack_chunks(lines: Sequence[SentenceSize]) -> list[tuple[int, int]]:
    """Cut a page's sentences into half-open ranges at the lowest total cost, by dynamic programming."""
    best = [0.0] + [float("inf")] * len(lines)
    start = [0] * (len(lines) + 1)
    for end in range(1, len(lines) + 1):
        tokens = headings = 0
        for begin in range(end - 1, -1, -1):
            tokens += lines[begin].tokens
            if tokens > MAX_TOKENS and begin < end - 1:
                break
            cost = best[begin] + _size_cost(tokens) + _HEADING_INSIDE * headings + _cut_cost(lines, begin)
            if cost < best[end]:
                best[end], start[end] = cost, begin
            # A heading is inside a chunk if the chunk begins above it with something other than headings.
            headings += lines[begin].heading and begin > 0 and not lines[begin - 1].heading
    ranges = []
    end = len(lines)
    while end:
        ranges.append((start[end], end))
        end = start[end]
    return ranges[::-1]


def _size_cost(tokens: int) -> float:
    return ((tokens - TARGET_TOKENS) / TARGET_TOKENS) ** 2 + (_TOO_SMALL if tokens < MIN_TOKENS else 0)


def _cut_cost(lines: Sequence[SentenceSize], at: int) -> float:
    if at == 0:
        return 0.0
    if lines[at - 1].heading:
        return _CUT_AFTER_HEADING
    if lines[at].heading:
        return 0.0
    return _CUT_AT_PARAGRAPH if lines[at].opens else _CUT_IN_PARAGRAPH


def pack_units(lines: Sequence[SentenceSize]) -> tuple[tuple[int, int], ...]:
    """Cover a chunk's sentences with overlapping ranges of about UNIT_TOKENS; each heading begins a new one."""
    units: list[tuple[int, int]] = []
    for begin, end in _sections(lines):
        start, covered = begin, begin
        while covered < end:
            stop, tokens = start, 0
            while stop < end and (stop <= covered or tokens + lines[stop].tokens <= UNIT_TOKENS):
                tokens += lines[stop].tokens
                stop += 1
            units.append((start, stop))
            start = covered = stop
            tokens = 0
            while start > units[-1][0] + 1 and tokens + lines[start - 1].tokens <= UNIT_OVERLAP:
                start -= 1
                tokens += lines[start].tokens
    return tuple(units)


def _sections(lines: Sequence[SentenceSize]) -> list[tuple[int, int]]:
    """Return the ranges between headings; headings in a row stay together."""
    cuts = [i for i in range(1, len(lines)) if lines[i].heading and not lines[i - 1].heading]
    return list(zip([0, *cuts], [*cuts, len(lines)], strict=True)) if lines else []


def pack_rows(tokens: Sequence[int], room: int) -> list[tuple[int, int]]:
    """Cut a long table's rows into ranges of similar size, of at most `room` tokens unless a single row is longer."""
    total = sum(tokens)
    parts = max(1, -(-total // max(room, 1)))
    limit = min(room, total // parts + max(tokens, default=0))
    ranges: list[tuple[int, int]] = []
    begin, size = 0, 0
    for index, row in enumerate(tokens):
        if size and size + row > limit:
            ranges.append((begin, index))
            begin, size = index, 0
        size += row
    return [*ranges, (begin, len(tokens))] if tokens else []
