"""A comparison of a quote with the words of a page: its position, its boxes, and whether each word agrees.

The words come from a witness that is not the model: the page's text layer, or OCR. A quote agrees only if each of its
words, numbers and signs is on the page in the same order, with no other word between them. The place of a quote that
does not agree is still found by the words that do.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, pairwise
from typing import NamedTuple

from graph.verification.quotes import SearchText, normalised
from loaders.geometry import line_boxes
from loaders.text.alignment import WordIndex, tokens, word_keys
from loaders.text.plain import plain
from loaders.text.raised_signs import RAISED, WRITTEN_MARK, raised, without_marks
from loaders.types import Box, Word

MIN_SHARE, MIN_SHARE_OCR = 0.7, 0.6
"""Least share of a quote's words that locates it: with 0.6, six frequent words of ten were taken for a sentence that is
not there; for OCR it is 0.6, since a missing space costs a sentence two words at once."""

_MIN_REST = 3  # least words of a rest that is searched elsewhere on the page, after a column or page break
_REST_SHARE = 0.8
_LINE_GAP = 0.8
"""Largest gap between two lines of one text, in line heights; a skipped line makes it more than 1.0."""
_SIGNS = re.compile(r"\^[+\-−]?\w+|[+=<>≤≥±×÷%‰€$£¥°≈≠≡∞√∑∏∫∂∇→←↑↓∈∉∪∩⊂¬∧∨]|(?<![\w).,])[-−–](?=\.?\d)")
_RAISED_SIGNS = re.compile(f"[{RAISED}]+")
_SAME_SIGNS = str.maketrans("−–", "--")
_LOOKALIKES = str.maketrans({"1": "l", "i": "l", "|": "l", "0": "o", "5": "s"})
_SHOWN = 8  # most words of a difference that a message shows
_LONG = ("", "")


class PlacedWord(NamedTuple):
    """A word of a witness, with the page that it is on."""

    text: str
    box: Box
    page: int


@dataclass(frozen=True, slots=True)
class Testimony:
    """The result of a search for a quote in the words of a witness."""

    agrees: bool
    """Whether the page has every word, number and sign of it, in its order."""
    words: tuple[PlacedWord, ...] = ()
    """The words of the page that match the quote or most of it; () if it is nowhere."""
    difference: tuple[str, str] = ("", "")
    """The words of the page, and those of the quote in their place; two empty texts where that cannot be decided."""

    def boxes(self, page: int) -> tuple[Box, ...]:
        """Return a rectangle for each line that the quote covers on a page."""
        return line_boxes(word.box for word in self.words if word.page == page)


class WitnessWords:
    """The words of one page, or of two in a row, as a witness gives them.

    Args:
        words: In the witness's reading order.
        exact: Whether every character counts; else letters and signs that OCR confuses may differ, in words without a
            digit in the quote.
    """

    def __init__(self, words: Sequence[PlacedWord], *, exact: bool) -> None:
        self._words, self._exact = words, exact

    @cached_property
    def _given(self) -> _Order:
        """The words in the witness's own order."""
        return _Order(self._words, self._exact)

    @cached_property
    def _visual(self) -> _Order:
        """The words line by line across the page: a witness may give the rows of a table column by column."""
        return _Order([word for line in _visual_lines(self._words) for word in line], self._exact)

    def find(self, quote: str) -> Testimony:
        """Search for a quote; return its place, and whether it agrees."""
        wanted, best = WRITTEN_MARK.sub(self._as_printed, plain(quote)), Testimony(False)
        for exactly in (True, False):
            for order in (self._given, self._visual):
                found = order.find_exactly(wanted) if exactly else order.find_by_words(wanted)
                if found.agrees:
                    return found
                if len(found.words) > len(best.words):
                    best = found
        return best

    @cached_property
    def _raised(self) -> set[str]:
        """The raised signs on the page."""
        return {sign for word in self._words for sign in _RAISED_SIGNS.findall(word.text)}

    def _as_printed(self, mark: re.Match[str]) -> str:
        """Return a note mark as the page has it: raised if the page has it so, else unchanged."""
        sign = raised(mark[1] or mark[2] or mark[3])
        return sign if sign in self._raised else mark[0]


class _Order:
    """The words of a witness in one order."""

    def __init__(self, words: Sequence[PlacedWord], exact: bool) -> None:
        self.words, self._exact = words, exact
        self._text = SearchText(word.text for word in words)
        self._starts: dict[int, int] = {}
        end = 0
        for number, piece in enumerate(self._text.pieces):
            self._starts.setdefault(end, number)
            end += len(piece)
        self.keys, self.numbers = word_keys(word.text for word in words)
        self.index = WordIndex(self.keys)

    def find_exactly(self, quote: str) -> Testimony:
        """Search for the whole quote, with whole words and all signs; spaces and hyphens may differ."""
        wanted, text = normalised(quote), self._text.text
        if sum(character.isalnum() for character in wanted) < 2 or (at := self._text.find(wanted)) is None:
            return Testimony(False)
        while self._cuts_word(at) or self._cuts_word(at + len(wanted)):
            if (at := text.find(wanted, at + 1)) < 0:
                return Testimony(False)
        found, end = [], 0
        for word, piece in zip(self.words, self._text.pieces, strict=True):
            start, end = end, end + len(piece)
            if start < at + len(wanted) and end > at and piece:
                found.append(word)
        return Testimony(True, tuple(found))

    def _cuts_word(self, at: int) -> bool:
        """Return whether an offset is inside a word or number; the starts of words mark the spaces."""
        text = self._text.text
        if at in self._starts or not 0 < at < len(text):
            return False
        return text[at - 1].isalnum() and text[at].isalnum()

    def find_by_words(self, quote: str) -> Testimony:
        """Search for most words of the quote; return their place and the first difference."""
        part = tokens(quote)
        pairs = self._pairs([token.key for token in part])
        if not part or len(pairs) < (MIN_SHARE if self._exact else MIN_SHARE_OCR) * len(part):
            return Testimony(False)
        held: dict[int, None] = {}
        difference = None
        for (low, start), (high, end) in pairwise([(-1, -1), *pairs, (len(part), len(self.keys))]):
            ours, edge = part[low + 1 : high], -1 if low < 0 else 1 if high == len(part) else 0
            theirs = self._between(start, end, edge, len(ours))
            same: Sequence[int] | None = self._matching([token.key for token in ours], theirs, edge)
            if same is None and not edge:
                same = self._over_break([token.key for token in ours], theirs)
            if same is None and (ours or not self._interrupts(start, end)):
                said = (self._said(theirs), " ".join(token.text for token in ours))
                difference = difference or (said if len(ours) + len(theirs) <= _SHOWN else _LONG)
            elif isinstance(same, range) and not edge:
                held.update(dict.fromkeys(range(self.numbers[start], self.numbers[end])))
            held.update(dict.fromkeys(self.numbers[at] for at in [*(same or ()), *((end,) if edge <= 0 else ())]))
        words = [self.words[number] for number in held]
        difference = difference or self._other_signs(quote, list(held))
        return Testimony(difference is None, tuple(words), difference or ("", ""))

    def _other_signs(self, quote: str, numbers: list[int]) -> tuple[str, str] | None:
        """Return the signs of the page and of the quote if they differ; at an edge a sign may be a separate word."""
        wanted, known = _signs(quote), set(self.numbers)
        before, after = numbers[0] - 1, numbers[-1] + 1
        wider = [*([before] if before >= 0 and before not in known else []), *numbers]
        for some in (numbers, wider, [*numbers, after], [*wider, after]):
            beyond = some[-1] == after and (after in known or after == len(self.words))
            if not beyond and _signs(" ".join(self.words[number].text for number in some)) == wanted:
                return None
        return " ".join(_signs(" ".join(self.words[number].text for number in numbers))), " ".join(wanted)

    def _pairs(self, part: Sequence[str]) -> list[tuple[int, int]]:
        """Return the index pairs (quote, page) of equal words, also for a rest that follows a column or page break."""
        place = self.index.find(part)
        if place is None:
            return []
        pairs = list(place.pairs)
        joined = [one for one, other in pairwise(pairs) if (one[0] + 1, one[1] + 1) == other] or pairs
        for low, high in ((0, joined[0][0]), (joined[-1][0] + 2, len(part))):
            rest = self.index.find(part[low:high]) if high - low >= _MIN_REST else None
            if rest and rest.share >= _REST_SHARE:
                pairs = [pair for pair in pairs if not low <= pair[0] < high]
                pairs += [(low + at, there) for at, there in rest.pairs]
        return sorted(pairs)

    def _between(self, start: int, end: int, edge: int, count: int) -> range:
        """Return the words of the page between two pairs; at an edge of the quote `count` words and two more."""
        if edge < 0:
            return range(max(0, end - count - 2), end)
        if edge > 0:
            return range(start + 1, min(len(self.keys), start + count + 3))
        return range(start + 1, end)

    def _matching(self, ours: Sequence[str], theirs: range, edge: int) -> range | None:
        """Return the words of the page that are the same as words of the quote; None if they differ.

        Words that are split differently are the same ("rein", "forcement"); at an edge the page may continue.
        """
        if not ours:
            return theirs[:0] if edge or (len(theirs) == 0 and theirs.start == theirs.stop) else None
        wanted = self._folded(ours, ours)
        for size in range(1, len(theirs) + 1) if edge else [len(theirs)]:
            some = theirs[-size:] if edge < 0 else theirs[:size]
            if self._folded([self.keys[at] for at in some], ours) == wanted:
                return some
        return None

    def _over_break(self, ours: Sequence[str], theirs: range) -> list[int] | None:
        """Return the two parts on the page of a word that a column or page break splits; None if they differ."""
        wanted = self._folded(ours, ours)
        for head in range(1, min(len(theirs), len(ours) + 2)):
            for tail in range(1, min(len(theirs) - head, len(ours) + 2) + 1):
                some = [*theirs[:head], *theirs[-tail:]]
                same = self._folded([self.keys[at] for at in some], ours) == wanted
                if same and self._interrupts(some[head - 1], some[head]):
                    return some
        return None

    def _folded(self, keys: Sequence[str], ours: Sequence[str]) -> str:
        text = "".join(keys)
        if self._exact or any(character.isdigit() for key in ours for character in key):
            return text
        bare = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
        return bare.translate(_LOOKALIKES).replace("rn", "m").replace("vv", "w")

    def _interrupts(self, start: int, end: int) -> bool:
        """Return whether the words between two words of the page are an interruption: whole lines in another place.

        An interruption is a column or page break with its header and footer, or text that comes between only in the
        file's order. Words left out within a line or between two lines of one text are none: one may be a "not".
        """
        before, after = self.numbers[start], self.numbers[end]
        one, other = self.words[before], self.words[after]
        if self._on_line(before, before + 1) or self._on_line(after, after - 1):
            return False
        height = min(one.box.y1 - one.box.y0, other.box.y1 - other.box.y0)
        if one.page != other.page or other.box.y0 < one.box.y0 - height / 2:
            return True
        return other.box.y0 - one.box.y0 >= 0 and other.box.y0 - one.box.y1 < _LINE_GAP * height

    def _on_line(self, one: int, other: int) -> bool:
        """Return whether two words are on one line."""
        if not 0 <= other < len(self.words) or self.words[one].page != self.words[other].page:
            return False
        box, near = self.words[one].box, self.words[other].box
        return box.y0 <= (near.y0 + near.y1) / 2 <= box.y1

    def _said(self, at: range) -> str:
        numbers = dict.fromkeys(self.numbers[place] for place in at)
        return " ".join(self.words[number].text for number in numbers)


def placed(words: Sequence[Word], page: int) -> list[PlacedWord]:
    """Return the words of a page with its number."""
    return [PlacedWord(word.text, word.box, page) for word in words]


def _visual_lines(words: Sequence[PlacedWord]) -> Iterator[list[PlacedWord]]:
    """Yield the words of each page line by line across its width, each line from left to right."""
    for _, group in groupby(words, key=lambda word: word.page):
        lines: list[list[PlacedWord]] = []
        bottom = middle = -1.0
        for word in sorted(group, key=lambda word: word.box.y0 + word.box.y1):
            centre = (word.box.y0 + word.box.y1) / 2
            if lines and (word.box.y0 < middle or centre < bottom):
                lines[-1].append(word)
            else:
                lines.append([word])
                middle, bottom = centre, word.box.y1
        yield from (sorted(line, key=lambda word: word.box.x0) for line in lines)


def _signs(text: str) -> list[str]:
    """Return the signs that change the meaning of numbers and words: operators, units, exponents, minus."""
    return [found.translate(_SAME_SIGNS) for found in _SIGNS.findall(without_marks(text))]
