"""The second witness of a quote: the page's text layer or OCR, which confirms or contradicts a model's transcript.

A quote found in a model's transcript rests on that model alone. It counts as read from the page only if the page's own
text layer, where that is legible, or the built-in OCR has the same words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from graph.storage.base import Catalog
from graph.storage.rows import ChunkRow, PageRow, Transcript, layer_key, ocr_key
from graph.types import Citation, ReadFrom
from graph.verification import quotes
from graph.verification.agreement import PlacedWord, Testimony, WitnessWords, placed
from graph.verification.quotes import QuoteLocation
from loaders.text.alignment import tokens
from loaders.text.doubtful_numbers import doubtful_numbers_of, unsure_numbers_of
from loaders.text.plain import plain, struck_texts
from loaders.types import placed_words

_FROM_FILE: Mapping[str, ReadFrom] = {"text-layer": "text", "ocr": "ocr", "text-layer+ocr": "ocr"}
"""The source of the text of pages that no model read, by the `model` of their rows in the ledger."""

_STRUCK_WORDS = 3  # words in sequence that identify a struck text; of a shorter one, all words
_DESCRIBED = "The words are a model's description of a figure or table; they are not printed on the page."
SEEN_IN_IMAGE = "The words were seen in the image of the page when the question was asked; its text does not hold them."
_ALONE = "Only the model that read the page gives these words: there is no second reading of the page to compare them."
_NOT_FOUND = "Only the model that read the page gives these words: {witness} does not hold them."
_DIFFERS = "{witness} has {page} where the transcript has {quote}."
_LEFT_OUT = "{witness} also has {page}, which the transcript leaves out."
_ADDED = "{witness} does not have {quote}, which the transcript adds."
_DOUBTFUL = "OCR cannot tell whether the last digit of {numbers} is one, or a raised sign: compare it with the page."
_UNSURE = "OCR is not sure of {numbers}: compare it with the page."
_NAMES: Mapping[ReadFrom, str] = {"text": "The page's text", "ocr": "OCR of the page"}


@dataclass(frozen=True, slots=True)
class Finding:
    """The place of a quote, and the source that confirms it."""

    place: QuoteLocation
    read_from: ReadFrom
    reason: str = ""
    """Why only a model gives the words, or which digits OCR doubts, as a sentence; "" if neither is so."""


class Witnesses:
    """The second witnesses of a catalog's pages, loaded when first needed."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._rows: dict[tuple[str, int], PageRow | None] = {}
        self._words: dict[tuple[str, tuple[int, ...]], tuple[ReadFrom, WitnessWords] | None] = {}

    def judge(
        self, quote: str, chunk: ChunkRow, place: QuoteLocation, transcripts: Mapping[int, Transcript]
    ) -> Finding:
        """Return the source that confirms a quote at its place in the transcripts, and its boxes there."""
        if _is_description(quote, place, transcripts):
            return Finding(place, "description", _DESCRIBED)
        rows = self.rows(chunk.document, place.pages)
        by_file = [_FROM_FILE.get(row.model) if row else None for row in rows]
        if not all(by_file):
            return self._compare(quote, chunk, place)
        if by_file == ["text"] * len(by_file) and place.boxes:
            return Finding(place, "text")
        found = self._testimony(chunk.document, place.pages, _parts(quote, chunk))
        source: ReadFrom = found[0] if found and found[1].agrees else "ocr" if "ocr" in by_file else "text"
        reason = _doubts(quote, [row.detail for row in rows if row])
        return Finding(_with_boxes(place, found[1]) if found and not place.boxes else place, source, reason)

    def find(self, quote: str, chunk: ChunkRow, transcripts: Mapping[int, Transcript]) -> QuoteLocation | None:
        """Return the place of a quote by the witness, if a model's transcript lacks it; None if there is none.

        Words that the transcript strikes out are not found: a text layer and OCR may not show the line through them.
        """
        for page in chunk.pages:
            if page in transcripts and _is_struck(quote, transcripts[page]):
                continue
            found = self._testimony(chunk.document, (page,), [quote])
            if found and found[1].agrees:
                return _with_boxes(QuoteLocation((page,), (), quote=plain(quote)), found[1])
        return None

    def lacking(self, document: str, pages: Sequence[int]) -> list[PageRow]:
        """Return the pages that a model read and that have no second witness yet; OCR can read their images."""
        return [
            row
            for row in self.rows(document, pages)
            if row and row.image and row.model not in _FROM_FILE and self._page(row) is None
        ]

    def rows(self, document: str, pages: Sequence[int]) -> list[PageRow | None]:
        """Return the ledger's rows of pages, cached."""
        if wanted := [page for page in pages if (document, page) not in self._rows]:
            found = {row.page: row for row in self._catalog.pages(document, wanted)}
            self._rows.update({(document, page): found.get(page) for page in wanted})
        return [self._rows[document, page] for page in pages]

    def _compare(self, quote: str, chunk: ChunkRow, place: QuoteLocation) -> Finding:
        """Compare a quote of a model's transcript with the witness of its pages."""
        found = self._testimony(chunk.document, place.pages, _parts(quote, chunk))
        if found is None:
            return Finding(place, "transcript", _ALONE)
        source, testimony = found
        if not testimony.words:
            return Finding(place, "transcript", _NOT_FOUND.format(witness=_NAMES[source]))
        place = _with_boxes(place, testimony)
        if testimony.agrees:
            rows = self.rows(chunk.document, place.pages) if source == "ocr" else []
            return Finding(place, source, _doubts(quote, [self._ocr_detail(row) for row in rows if row]))
        return Finding(place, "transcript", _difference(testimony, _NAMES[source]))

    def _ocr_detail(self, row: PageRow) -> str:
        """Return the doubts of OCR about a page; for one that a model read, those of the second reading."""
        if row.model in _FROM_FILE:
            return row.detail
        read = self._catalog.transcript(ocr_key(row.document, row.page))
        return " ".join(block.text for block in read.blocks) if read else ""

    def _testimony(
        self, document: str, pages: tuple[int, ...], parts: Sequence[str]
    ) -> tuple[ReadFrom, Testimony] | None:
        """Search for all parts of a quote in the witness of pages; None without a witness."""
        if (document, pages) not in self._words:
            self._words[document, pages] = self._joined(document, pages)
        if (known := self._words[document, pages]) is None:
            return None
        source, words = known
        said = [words.find(part) for part in parts]
        differing = next((one for one in said if not one.agrees), None)
        all_words = tuple(word for one in said for word in one.words)
        return source, Testimony(differing is None, all_words, differing.difference if differing else ("", ""))

    def _joined(self, document: str, pages: tuple[int, ...]) -> tuple[ReadFrom, WitnessWords] | None:
        rows = self.rows(document, pages)
        each = [self._page(row) if row else None for row in rows]
        if not all(each):
            return None
        words = [word for one in each if one for word in one[1]]
        source: ReadFrom = "text" if all(one and one[0] == "text" for one in each) else "ocr"
        return source, WitnessWords(words, exact=source == "text")

    def _page(self, row: PageRow) -> tuple[ReadFrom, list[PlacedWord]] | None:
        """Return the witness of a page: its text layer if that is legible, else OCR; None if there is neither."""
        if row.legible and (layer := self._catalog.transcript(layer_key(row.document, row.page))):
            words = (*layer.words, *placed_words(block for block in layer.blocks if block.is_comment))
            if words:
                return "text", placed(words, row.page)
        key = row.transcript if row.model in _FROM_FILE else ocr_key(row.document, row.page)
        read = self._catalog.transcript(key)
        return ("ocr", placed(read.words, row.page)) if read else None


def testify(citation: Citation, finding: Finding) -> None:
    """Write the confirming source into a citation; with a reason for doubt, `verified` becomes False."""
    citation["read_from"] = finding.read_from
    if finding.reason:
        citation["verified"], citation["reason"] = False, finding.reason


def _doubts(quote: str, details: Sequence[str]) -> str:
    """Return sentences on the numbers of a quote that OCR doubts, by its pages' details; "" if it doubts none."""
    doubtful = [number for detail in details for number in doubtful_numbers_of(quote, detail)]
    unsure = [number for detail in details for number in unsure_numbers_of(quote, detail)]
    said = ((_DOUBTFUL, doubtful), (_UNSURE, unsure))
    return " ".join(note.format(numbers=", ".join(numbers)) for note, numbers in said if numbers)


def _parts(quote: str, chunk: ChunkRow) -> list[str]:
    """Return the texts that must be on the page: the quote, its pieces around an ellipsis, or a row and its bands."""
    wanted = quotes.normalised(plain(quote))
    for row in quotes.quoted_rows(quote, chunk):
        if row.band and wanted == quotes.normalised(" ".join((*row.band, row.text))):
            return [*row.band, row.text]
    return quotes.pieces(quote)


def _is_struck(quote: str, transcript: Transcript) -> bool:
    """Return whether a quote has a struck text, or three words of one in sequence, that the page has only struck."""
    said, live = _keys(quote), _keys(" ".join(plain(block.text) for block in transcript.blocks))
    for struck in (_keys(text) for block in transcript.blocks for text in struck_texts(block.text)):
        size = min(_STRUCK_WORDS, len(struck))
        for words in (struck[at : at + size] for at in range(len(struck) - size + 1)):
            if words and _contains(said, words) and not _contains(live, words):
                return True
    return False


def _keys(text: str) -> list[str]:
    return [token.key for token in tokens(text)]


def _contains(words: Sequence[str], wanted: Sequence[str]) -> bool:
    size = len(wanted)
    return any(words[at : at + size] == wanted for at in range(len(words) - size + 1))


def _is_description(quote: str, place: QuoteLocation, transcripts: Mapping[int, Transcript]) -> bool:
    """Return whether a quote is only in a model's description of a figure or table."""
    read = {page: transcripts[page] for page in place.pages if page in transcripts}
    if not any(block.is_description for transcript in read.values() for block in transcript.blocks):
        return False
    printed = {
        page: replace(one, blocks=tuple(block for block in one.blocks if not block.is_description))
        for page, one in read.items()
    }
    return quotes.locate(quote, read) is not None and quotes.locate(quote, printed) is None


def _with_boxes(place: QuoteLocation, testimony: Testimony) -> QuoteLocation:
    """Return the place with the boxes of the witness."""
    after = testimony.boxes(place.pages[1]) if len(place.pages) > 1 else ()
    return replace(place, boxes=testimony.boxes(place.pages[0]), next_boxes=after)


def _difference(testimony: Testimony, witness: str) -> str:
    page, quote = testimony.difference
    if page and quote:
        return _DIFFERS.format(witness=witness, page=page, quote=quote)
    if page or quote:
        return (_LEFT_OUT if page else _ADDED).format(witness=witness, page=page, quote=quote)
    return _NOT_FOUND.format(witness=witness)
