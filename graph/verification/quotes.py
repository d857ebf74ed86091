"""The search for quotes on pages: a citation counts only if its quote is found on the page that it names.

The comparison ignores differences of reading and typesetting: white space, hyphens at line ends, ligatures, quotation
marks, Markdown marks, cell borders and the marks of notes. Every letter, digit, exponent and decimal point must match.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from graph.storage.rows import ChunkRow, SentenceRow, Transcript
from graph.types import Claim
from loaders.geometry import line_boxes
from loaders.text.plain import plain
from loaders.text.raised_signs import without_marks
from loaders.types import Box, Word

_QUOTES = str.maketrans("“”„‟‘’‚‛′″«»‹›", '""""\'\'\'\'\'"""""')
_DASHES = re.compile(r"[‐‑‒–—―−\u00ad-]+")
# A hyphen before a digit is a sign or a range (-5, 354-359) and stays, except after a letter (GPT-4).
_SIGN = re.compile(r"(?<![^\W\d_])-(?=\d)")
_DROPPED = re.compile(r"[\s|\u200b-\u200d\ufeff]+")
# A note mark that a transcript writes in brackets and the page as superscript.
_BRACKETED_MARK = re.compile(r"(?<=[\w.,;:%’”\"')])(?:\[\d{1,2}\]|\(\d{1,2}\))")
ELLIPSIS = re.compile(r"\s*(?:[\[(]\s*(?:\.\.\.+|…|\. \. \.)\s*[\])]|\.\.\.+|…|(?<!\. )\. \. \.(?! \.))\s*")
"""A mark for words that a quote leaves out: "...", "…", "[...]", "(…)"."""
_SHORTEST_QUOTE = 2  # letters and digits
_SHORTEST_PIECE = (
    8  # letters and digits of a piece beside an ellipsis; pieces such as "It … 71.0" are found on any page
)
_LONGEST_GAP = 1500  # letters that an ellipsis may replace: half a page of text, or the rows between two of a table
_LONGEST_CUT = 30  # letters of a word before a page break


@dataclass(frozen=True, slots=True)
class QuoteLocation:
    """The place where a quote was found."""

    pages: tuple[int, ...]
    """One page, or two consecutive ones."""
    boxes: tuple[Box, ...]
    """Rectangles of the quote's lines on the first page."""
    next_boxes: tuple[Box, ...] = ()
    """Rectangles of the quote's lines on the second page."""
    quote: str = ""
    """The quote in the form that was found: without Markdown if only that form was found."""


def normalised(text: str) -> str:
    """Return `text` without the differences that the comparison ignores."""
    text = unicodedata.normalize("NFKC", without_marks(text)).translate(_QUOTES)
    text = _SIGN.sub("\x00", _DASHES.sub(lambda found: "-" if len(found.group()) == 1 else "", text))
    return _DROPPED.sub("", text.replace("-", "")).replace("\x00", "-")


# Cached since every claim compares the words of the same pages.
_normalised_word = lru_cache(maxsize=20_000)(normalised)


def locate(quote: str, pages: Mapping[int, Transcript]) -> QuoteLocation | None:
    """Find a quote on one page, or across the break between two; None if it is on none.

    Args:
        quote: The quoted text.
        pages: Transcripts by page number, tried in this order.
    """
    texts = {number: page_text(transcript) for number, transcript in pages.items()}
    for form in _forms(quote):
        wanted = normalised(form)
        if sum(map(str.isalnum, wanted)) < _SHORTEST_QUOTE:
            continue
        for number, text in texts.items():
            if text.find(wanted) is not None:
                return QuoteLocation((number,), _boxes(wanted, pages[number]), quote=form)
        for number in texts:
            if number + 1 in texts:
                head, rest = _cut(form, texts[number], texts[number + 1])
                if head:
                    boxes, after = _boxes(head, pages[number]), _boxes(rest, pages[number + 1])
                    return QuoteLocation((number, number + 1), boxes, after, form)
    return _locate_pieces(quote, pages, texts)


def _locate_pieces(
    quote: str, pages: Mapping[int, Transcript], texts: Mapping[int, SearchText]
) -> QuoteLocation | None:
    """Find the pieces of a quote around an ellipsis: in order, near each other, on one page or two consecutive ones."""
    parts = [normalised(plain(piece)) for piece in pieces(quote)]
    if len(parts) < 2 or min(map(len, parts)) < _SHORTEST_PIECE:
        return None
    for number, text in texts.items():
        if in_order(text, parts):
            boxes = tuple(box for part in parts for box in _boxes(part, pages[number]))
            return QuoteLocation((number,), boxes, quote=quote)
        for cut in range(1, len(parts) if number + 1 in texts else 0):
            if in_order(text, parts[:cut]) and in_order(texts[number + 1], parts[cut:]):
                first, after = (
                    tuple(box for part in some for box in _boxes(part, pages[page]))
                    for some, page in ((parts[:cut], number), (parts[cut:], number + 1))
                )
                return QuoteLocation((number, number + 1), first, after, quote)
    return None


def in_order(text: SearchText, parts: Sequence[str]) -> bool:
    """Return whether all parts are in a text in this order, each near the one before it."""
    ends = [-1]
    for part in parts:
        places = text.find_all(part)
        ends = [at + len(part) for at in places if any(end < 0 or 0 <= at - end <= _LONGEST_GAP for end in ends)]
        if not ends:
            return False
    return True


def _forms(quote: str) -> list[str]:
    """Return a quote unchanged, then without its Markdown: models see passages as Markdown and copy its marks.

    Such marks are those of "on **30 September 2025**" or "CO<sub>2</sub>". The last forms are without escapes, which
    Markdown allows before any sign, and without surrounding quotation marks and dots.
    """
    bare = plain(_ESCAPED.sub(r"\1", quote))
    return list(dict.fromkeys([quote, plain(quote), bare, _AROUND.sub("", bare)]))


_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
# Dots match possessively: with backtracking the 45 of a contents line took 2.3 s, and 50 seven times that.
_EDGE = r"[\s\"'“”„‚‘’«»]|\.{3,}+|…|\[(?:\.{3,}|…)\]"
_AROUND = re.compile(rf"^(?:{_EDGE})+|(?:{_EDGE})+$")


class SearchText:
    """Normalised text to search for quotes.

    A quote may not begin or end inside a number: "450 euros" is not found in "18,450 euros".
    """

    def __init__(self, pieces: Iterable[str]) -> None:
        self.pieces = [_normalised_word(piece) for piece in pieces]
        self.text = "".join(self.pieces)
        self._starts = set(accumulate(map(len, self.pieces), initial=0))

    def find(self, wanted: str) -> int | None:
        """Return the offset of a normalised quote, or None."""
        return next(iter(self.find_all(wanted)), None)

    def find_all(self, wanted: str) -> Iterator[int]:
        """Yield all offsets of a normalised quote."""
        at = self.text.find(wanted)
        while at >= 0:
            if not self._inside_number(at) and not self._inside_number(at + len(wanted)):
                yield at
            at = self.text.find(wanted, at + 1)

    def _inside_number(self, at: int) -> bool:
        if at in self._starts or not 0 < at < len(self.text):
            return False
        before, after = self.text[at - 1], self.text[at]
        joins = before.isdigit() and after in ".," and self.text[at + 1 : at + 2].isdigit()
        joined = before in ".," and after.isdigit() and self.text[at - 2 : at - 1].isdigit()
        return (before.isdigit() and after.isdigit()) or joins or joined


def page_text(transcript: Transcript) -> SearchText:
    """Return the whole text of a page for searching."""
    texts = (without_marks(plain(block.text)) for block in transcript.blocks)
    return SearchText(word for text in texts for word in re.split(r"[\s|]+", text))


def chunk_text(chunk: ChunkRow) -> str:
    """Return the text of a chunk, normalised."""
    return normalised(plain(chunk.text))


def _cut(quote: str, first: SearchText, second: SearchText) -> tuple[str, str]:
    """Split a quote into its longest start on the first page and the rest on the second; ("", "") if not possible."""
    words = quote.split()
    for count in range(len(words) - 1, 0, -1):
        head = normalised(" ".join(words[:count]))
        if first.find(head) is not None:
            rest = normalised(" ".join(words[count:]))
            return (head, rest) if second.find(rest) is not None else _cut_in_word(head, rest, first, second)
    return "", ""


def _cut_in_word(head: str, rest: str, first: SearchText, second: SearchText) -> tuple[str, str]:
    """Split a quote within the word at the page break, as "improve-" and "ment"; ("", "") if not possible."""
    for size in range(1, min(len(rest), _LONGEST_CUT)):
        if second.find(rest[size:]) is not None and first.find(head + rest[:size]) is not None:
            return head + rest[:size], rest[size:]
    return "", ""


def _boxes(wanted: str, transcript: Transcript) -> tuple[Box, ...]:
    """Return a rectangle for each line of the quote; the block's where its words are in another order."""
    words = _covered(wanted, transcript.words) or _covered(_BRACKETED_MARK.sub("", wanted), transcript.words)
    if words:
        return line_boxes(word.box for word in words)
    for block in transcript.blocks:
        if block.box and wanted in normalised(plain(block.text)):
            return (block.box,)
    return ()


def _covered(wanted: str, words: Sequence[Word]) -> list[Word]:
    page = SearchText(word.text for word in words)
    at = page.find(wanted)
    if at is None:
        return []
    found, end = [], 0
    for word, piece in zip(words, page.pieces, strict=True):
        start, end = end, end + len(piece)
        if start < at + len(wanted) and end > at and piece:
            found.append(word)
    return found


def quoted_rows(quote: str, chunk: ChunkRow) -> list[SentenceRow]:
    """Return the table rows of which a quote is the text or a cell; else those that contain it, or that it contains."""
    rows = [(row, normalised(row.text)) for row in chunk.sentences if row.kind == "row"]
    found: dict[str, SentenceRow] = {}
    for piece in pieces(quote) if rows else ():
        wanted = normalised(plain(piece))
        same = [row for row, text in rows if text == wanted or _with_band(row) == wanted]
        same = same or [row for row, _ in rows if any(normalised(cell) == wanted for _, cell in row.cells[1:])]
        found |= {row.id: row for row in same or [r for r, text in rows if text and (text in wanted or wanted in text)]}
    return list(found.values())


def pieces(quote: str) -> list[str]:
    """Return the pieces of a quote around an ellipsis; the quote itself where it has none."""
    found = [piece for piece in ELLIPSIS.split(quote) if any(character.isalnum() for character in piece)]
    return found or [quote]


def _with_band(row: SentenceRow) -> str:
    return normalised(" ".join((*row.band, row.text)))


def locate_row(quote: str, chunk: ChunkRow, pages: Mapping[int, Transcript]) -> QuoteLocation | None:
    """Find a table row that is quoted together with the names of its bands, which are printed in separate rows above.

    The boxes are those of the band, if it is on the same page, and of the row.
    """
    wanted = normalised(plain(quote))
    for row in chunk.sentences:
        if row.kind != "row" or not row.band or wanted != _with_band(row):
            continue
        place = locate(row.text, pages)
        if place is None:
            return None
        above = [locate(name, {place.pages[0]: pages[place.pages[0]]}) for name in row.band]
        boxes = tuple(box for found in above if found for box in found.boxes[:1])
        return QuoteLocation(place.pages, (*boxes, *place.boxes), place.next_boxes)
    return None


_NOT_ON_PAGE = "its quote is not on the page: copy one continuous piece of the passage, character for character"


def failure_reason(claim: Claim, chunk: ChunkRow | None, place: QuoteLocation | None) -> str:
    """Return the reason why a claim has no evidence, in a few words; "" if it has.

    Args:
        claim: The claim.
        chunk: The chunk that it cites; None if that was not among those given to the model.
        place: The place of its quote; None if it was not found.
    """
    if not claim["text"].strip():
        return "it is empty: state what the quote says"
    if chunk is None:
        return "it cites a source that was not offered: name the passage or image that holds the quote"
    return _NOT_ON_PAGE if place is None else ""
