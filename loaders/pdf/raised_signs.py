"""Raised and lowered signs of a text layer, recognised by the size and the baseline of the characters.

The PDF library's own flag for raised text compares with the first character of a line only, and its words join a raised
mark with the text before it: "$320" and "1" are "$3201". Here every short run of small print is compared with the print
next to it, also where the two are in different lines of the content stream.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

from loaders.geometry import bounding_box
from loaders.text.raised_signs import append_raised, join_fractions, lowered, raised
from loaders.types import Word

Key = tuple[int, int]
"""Number of a block, and of a line in it."""

MAX_SIZE = 0.9
"""Largest size of a raised or lowered sign relative to its base. Browsers set 0.83, TeX 0.7, word processors
0.58-0.66."""
MIN_SIZE = 0.35
"""Smallest size: the text after a large initial is smaller than this relative to it."""
RAISE, LOWER = (0.12, 0.75), (0.06, 0.5)
"""Distance of the baseline of a raised or lowered sign from its base's, as shares of the base's size."""
MIN_RISE_UNSHRUNK = 0.25
"""The same for a sign that is as large as its base."""
GAP, WORD_GAP = 0.15, 0.45
"""Shares of the base's size: signs are closer than the first; closer than the second if they are clearly raised."""
REACH = 0.5
"""Share of the larger size within which bases are searched for; more than `WORD_GAP` and `OVERLAP`."""
CLEAR_RISE = 0.25
OVERLAP = 0.2
"""Most overlap of a sign with its base (italics, kerning), as a share of the base's size."""
CELL = 12.0
"""Points: spans are looked up in squares of this side."""
MAX_IN_CELL = 16
"""Spans that are compared in a square, so that 100,000 marks in one place do not take too long."""

_SIGN = re.compile(
    r"[\d*†‡§¶#°ºª+−–\-=()\[\],;./⁄ ]{1,9}|[A-Za-z](?:\s?[,;]\s?[A-Za-z\d*†‡§])*|[A-Za-z]{2,3}\.?|\d[A-Za-z]"
    r"|\(?[A-Za-z]\)|[−-]?n"
)
_LONG_NUMBER = re.compile(r"\d{4}|\d[.,]\d")
_LETTERS = re.compile(r"[^\W\d_]+")

_Places = dict[tuple[Key, bool], dict[int, int]]
"""The words of a line by where they start (True) or end."""


@dataclass(slots=True)
class _Span:
    """A run of characters in one style, on one baseline."""

    key: Key
    text: str
    size: float
    y: float
    x0: float
    x1: float
    shift: Literal[-1, 0, 1] = 0
    """1 if it is raised, -1 if lowered."""
    base: _Span | None = None
    before: bool = False
    """Whether it is before its base (¹⁴C)."""
    beside: _Span | None = None
    """The lowered sign between it and its base, or the raised one (SO₄²⁻)."""


def mark_signs(words: Mapping[Key, list[Word]], lines: Mapping[Key, dict[str, Any]]) -> dict[Key, list[Word]]:
    """Return the words of a page with their raised and lowered signs in Unicode's characters.

    Args:
        words: The words of each line, as the PDF library cuts them.
        lines: The same lines with their spans.

    A sign in a separate line joins the word of its base, if it touches it.
    """
    spans = {key: [_span(key, part) for part in line["spans"]] for key, line in lines.items() if _is_level(line)}
    signs = _find_signs([span for line in spans.values() for span in line if span.text.strip()], words)
    if not signs:
        return dict(words)
    marked = dict(words)
    for key in {sign.key for sign in signs}:
        if key in marked:
            marked[key] = list(_marked(marked[key], spans[key]))
    return _with_lone_signs(signs, marked)


def _is_level(line: Mapping[str, Any]) -> bool:
    return bool(line["dir"][0] > 0.99)


def _span(key: Key, part: Mapping[str, Any]) -> _Span:
    x0, _, x1, _ = part["bbox"]
    return _Span(key, part["text"], part["size"], part["origin"][1], x0, x1)


def _find_signs(spans: list[_Span], words: Mapping[Key, list[Word]]) -> list[_Span]:
    """Return the raised and lowered spans, from left to right, and set the base of each."""
    candidates = [span for span in spans if _SIGN.fullmatch(span.text.strip())]
    if not candidates:
        return []
    texts = [*spans, *_pieces(spans, words)]
    ends = _Grid(((span.x1, span) for span in texts), {_square(span.x0, span.y) for span in candidates})
    starts = _Grid(((span.x0, span) for span in texts), {_square(span.x1, span.y) for span in candidates})
    signs: list[_Span] = []
    for span in sorted(candidates, key=lambda span: span.x0):
        if _find_base(span, ends.near(span.x0, span), before=False) or _find_base(
            span, starts.near(span.x1, span), before=True
        ):
            signs.append(span)
    return [sign for sign in signs if sign.base is not None]


def _pieces(spans: Sequence[_Span], words: Mapping[Key, list[Word]]) -> Iterator[_Span]:
    """Yield the words of spans with several: a sign may be set between two of them, later in the content."""
    longer: dict[Key, list[_Span]] = defaultdict(list)
    for span in spans:
        if any(map(str.isspace, span.text.strip())):
            longer[span.key].append(span)
    for key, line in longer.items():
        starts = [span.x0 for span in line]
        for word in words.get(key, ()):
            middle = (word.box.x0 + word.box.x1) / 2
            span = line[max(bisect_right(starts, middle) - 1, 0)]
            if span.x0 <= word.box.x0 + 0.5 and word.box.x1 <= span.x1 + 0.5:
                yield _Span(key, word.text, span.size, span.y, word.box.x0, word.box.x1)


class _Grid:
    """Spans by the square that one of their ends lies in, in each from left to right.

    Only spans in and around `squares` are kept.
    """

    def __init__(self, spans: Iterable[tuple[float, _Span]], squares: set[tuple[int, int]]) -> None:
        self._cells: dict[tuple[int, int], list[tuple[float, _Span]]] = defaultdict(list)
        near = {(column + dx, row + dy) for column, row in squares for dx in (-1, 0, 1) for dy in (-1, 0, 1)}
        for x, span in spans:
            place = _square(x, span.y)
            if place in near and len(self._cells[place]) < MAX_IN_CELL:
                self._cells[place].append((x, span))
        for cell in self._cells.values():
            cell.sort(key=_end)  # stable: of two that end at one place the first is used
        self._largest = {place: max(span.size for _, span in cell) for place, cell in self._cells.items()}

    def near(self, x: float, sign: _Span) -> Iterator[_Span]:
        """Yield the spans that end within reach of a sign's own end at `x`: a few of those in a full square."""
        column, row = _square(x, sign.y)
        for place in ((column + dx, row + dy) for dx in (0, -1, 1) for dy in (0, 1, -1)):
            if cell := self._cells.get(place):
                reach = REACH * max(self._largest[place], sign.size)
                for at in range(bisect_left(cell, x - reach, key=_end), len(cell)):
                    if cell[at][0] > x + reach:
                        break
                    yield cell[at][1]


def _square(x: float, y: float) -> tuple[int, int]:
    return int(x // CELL), int(y // CELL)


def _end(place: tuple[float, _Span]) -> float:
    return place[0]


def _find_base(sign: _Span, near: Iterator[_Span], *, before: bool) -> bool:
    """Set the base of a span that is raised or lowered relative to a span nearby; return whether there is one."""
    best: tuple[float, _Span, _Span, Literal[-1, 0, 1]] | None = None
    edge = sign.x1 if before else sign.x0
    for other in near:
        # Checked first, since most spans nearby do not touch: half the time of a page of 100,000 marks.
        if abs((other.x0 if before else other.x1) - edge) > REACH * max(other.size, sign.size):
            continue
        base = other.base or other
        if other is sign or base is sign or base.shift:
            continue
        gap = other.x0 - sign.x1 if before else sign.x0 - other.x1
        shift = _shift(sign, base, gap, touches=other is not base)
        if other.shift == shift and abs(other.y - sign.y) >= 0.05 * sign.size:
            continue  # raised further than its neighbour: an exponent's exponent
        if shift and (best is None or abs(gap) < best[0]):
            best = abs(gap), other, base, shift
    if best is None:
        return False
    _, other, sign.base, sign.shift = best
    sign.beside = other if other.shift == -sign.shift else None
    sign.before = before
    return True


def _shift(sign: _Span, base: _Span, gap: float, *, touches: bool) -> Literal[-1, 0, 1]:
    """Return 1 if a sign is raised relative to its base, -1 if it is lowered, 0 if it is neither."""
    text, size = sign.text.strip(), base.size
    rise = (base.y - sign.y) / size
    ratio = sign.size / size
    if not -OVERLAP * size <= gap <= WORD_GAP * size or not MIN_SIZE <= ratio <= 1.02:
        return 0
    if not base.text.strip()[-1:].isalnum() and not any(map(str.isdigit, text)) and not touches:
        return 0  # a small stop or dash behind a bracket
    if gap > GAP * size and (rise < CLEAR_RISE or _LONG_NUMBER.search(text)):
        return 0
    if ratio > MAX_SIZE:
        tight = gap <= GAP * size and MIN_RISE_UNSHRUNK <= rise <= RAISE[1] and any(map(str.isdigit, text))
        return 1 if tight and not _LONG_NUMBER.search(text) else 0
    if RAISE[0] <= rise <= RAISE[1]:
        return 1
    return -1 if LOWER[0] <= -rise <= LOWER[1] and gap <= GAP * size else 0


def _marked(words: list[Word], spans: list[_Span]) -> Iterator[Word]:
    """Yield the words of a line with the characters of its raised and lowered spans rewritten.

    Words and spans have the same characters; where they differ, the rest of the line stays as it is.
    """
    characters = [(sign, span.shift) for span in spans for sign in span.text]
    at, before = 0, ""
    for index, word in enumerate(words):
        pieces: list[tuple[int, str]] = []
        for sign in word.text:
            while at < len(characters) and characters[at][0] != sign and _is_gap(characters[at][0]):
                at += 1
            if at == len(characters) or characters[at][0] != sign:
                yield from words[index:]
                return
            shift = characters[at][1]
            pieces.append((shift, sign))
            at += 1
        if any(shift for shift, _ in pieces):
            word = word._replace(text=_written(_runs(pieces), before))
        yield word
        before = word.text


def _is_gap(sign: str) -> bool:
    return sign.isspace() or not sign.isprintable()


def _runs(pieces: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Join neighbouring characters with the same shift."""
    runs = groupby(pieces, key=lambda piece: piece[0])
    return [(shift, "".join(sign for _, sign in run)) for shift, run in runs]


def _written(pieces: list[tuple[int, str]], before: str) -> str:
    """Return a word from its pieces (shift, characters); `before` is the word that it follows ("31" and "st")."""
    text = ""
    for index, (shift, piece) in enumerate(pieces):
        following = pieces[index + 1][1][:1] if index + 1 < len(pieces) else ""
        if shift > 0 and not (_LETTERS.fullmatch(piece) and following.isalpha()):  # "McDonald" has a raised letter
            text += raised(piece, text or before)
        else:
            text += lowered(piece) if shift < 0 else piece
    return join_fractions(text)


def _with_lone_signs(signs: list[_Span], lines: dict[Key, list[Word]]) -> dict[Key, list[Word]]:
    """Join the word of each sign in a separate line with the word that it touches in the line of its base."""
    places: _Places = {}
    taken: set[tuple[Key, int]] = set()
    ends: dict[tuple[Key, int], float] = {}  # of all spans of a line with one base: two fonts in one sign
    for sign in signs:
        at_base = sign.key, id(sign.base)
        ends[at_base] = max(sign.x1, ends.get(at_base, sign.x1))
    for sign in signs:
        base = sign.base
        if base is None or base.key == sign.key or sign.key not in lines or base.key not in lines:
            continue
        own = _at(sign.x0, sign.key, lines, places, start=True)
        host_end = sign.beside if sign.beside and sign.beside.key == base.key else base
        at = _at(host_end.x0 if sign.before else host_end.x1, base.key, lines, places, start=sign.before)
        if own is None or at is None or (base.key, at) in taken:
            continue
        mark, host = lines[sign.key][own], lines[base.key][at]
        gap = host.box.x0 - mark.box.x1 if sign.before else mark.box.x0 - host.box.x1
        if mark.box.x1 > ends[sign.key, id(base)] + 0.5 or gap > GAP * base.size:
            continue
        text = mark.text + host.text if sign.before else append_raised(host.text, mark.text)
        lines[base.key][at] = Word(join_fractions(text), bounding_box((host.box, mark.box)))
        taken.add((sign.key, own))
    left = {key: [word for at, word in enumerate(line) if (key, at) not in taken] for key, line in lines.items()}
    return {key: line for key, line in left.items() if line}


def _at(
    edge: float,
    key: Key,
    lines: Mapping[Key, list[Word]],
    places: dict[tuple[Key, bool], dict[int, int]],
    *,
    start: bool,
) -> int | None:
    """Return the index of the word in a line that starts or ends at an edge; None if there is none."""
    if (key, start) not in places:
        edges = ((word.box.x0 if start else word.box.x1) for word in lines[key])
        places[key, start] = {round(found): index for index, found in enumerate(edges)}
    near = places[key, start]
    return next((near[x] for x in (round(edge), round(edge) - 1, round(edge) + 1) if x in near), None)
