"""Value types of the loaders: plain, frozen and picklable, without types of libraries.

Coordinates are fractions of the page as it is shown (0-1, origin top left), so that they are valid at every rendering
size. Pages count from 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Literal, NamedTuple

from loaders.errors import message_of
from loaders.text.captions import is_table_summary

BlockKind = Literal[
    "title", "heading", "text", "list", "table", "caption", "figure", "chart", "footnote", "formula", "furniture",
    "comment", "watermark", "description", "scale",
]  # fmt: skip
"""Kinds of blocks; code uses the predicates of `Block`. `furniture` is the field's word for running headers, footers
and page numbers: they are stored, and never searched. `comment` is a sticky note or another annotation. `figure` and
`chart` contain the text printed in a picture, `scale` the numbers along a chart's axis, which are never searched
either; `description` is a model's description of a figure or table."""

SentenceKind = Literal[
    "prose", "item", "row", "band", "caption", "heading", "figure", "formula", "contents", "reference", "description",
    "struck",
]  # fmt: skip
"""Kinds of sentences, by where their text comes from; `item` is a list item, `band` a table row with nothing but a name
for the rows under it, `contents` a line of a table of contents, an index or a list of figures, `reference` an entry of
a list of references: these two are evidence only where a question asks for them. `description` was written by a model.
`struck` is struck out on the page: it is searched, so that an answer can say so, and is never evidence."""

_SENTENCE_KINDS: dict[BlockKind, SentenceKind] = {
    "title": "heading", "heading": "heading", "list": "item", "caption": "caption", "figure": "figure",
    "formula": "formula", "table": "row", "chart": "row", "comment": "item", "description": "description",
}  # fmt: skip
"""The kind of the sentences of a block; those of all other blocks are prose."""

_INTERRUPTING: frozenset[BlockKind] = frozenset(
    {"table", "figure", "chart", "caption", "footnote", "comment", "watermark", "description", "scale"}
)

DocumentKind = Literal["pdf", "image", "book", "text", "mail", "office"]
"""Kinds of documents: `book` is EPUB and similar formats, `text` is plain text, Markdown or HTML; these and `mail` are
laid out as pages when they are opened, `office` files are converted to PDF first."""

FailureReason = Literal[
    "render_error", "timeout", "ocr_error", "recitation", "max_tokens", "blocked", "empty", "garbled",
    "repetition", "unreadable_script", "illegible", "quota_minute", "quota_day", "overloaded", "network",
    "request_error", "no_images", "files",
]  # fmt: skip
"""Why a page could not be read, or was read by a fallback."""

PASSING: frozenset[FailureReason] = frozenset(
    {"quota_minute", "quota_day", "overloaded", "timeout", "network", "files"}
)
"""Temporary reasons, in a model service or the store of files: the page still has to be read."""


CORRECTED = "corrected from the text layer:"
"""Words in the detail of a page of which words were corrected; answers that cite the page do not repeat the detail."""

LITTLE_CONFIDENCE = "read with little confidence"
"""Words in the detail of a page whose print OCR could hardly read; answers that cite the page repeat the detail."""

MIN_INK = 1e-5
"""Share of dark pixels under which a page is blank: a lone page number at 150 dpi has 1e-4."""


class Box(NamedTuple):
    """A rectangle on a page, as fractions of its shown width and height."""

    x0: float
    y0: float
    x1: float
    y1: float


class Word(NamedTuple):
    """A word of a page and its box; sequences of words are in reading order."""

    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading, table, ... of a page.

    Readers set the kind; all other code uses the predicates, so that a new kind of block needs an entry in `BlockKind`,
    a value for each predicate, and a reader that finds it.
    """

    kind: BlockKind
    """Its kind."""
    text: str
    """Its Markdown; a table is a Markdown pipe table or HTML."""
    level: int = 0
    """1-6 for headings and titles, else 0."""
    box: Box | None = None
    """Its place on the page, None where that is not known (a vision model's transcript)."""

    @property
    def is_title(self) -> bool:
        """Whether it is the document's title."""
        return self.kind == "title"

    @property
    def is_heading(self) -> bool:
        """Whether it opens a section: a heading or the title."""
        return self.kind in ("title", "heading")

    @property
    def is_table(self) -> bool:
        """Whether its text is a table."""
        return self.kind == "table"

    @property
    def is_figure(self) -> bool:
        """Whether it describes a picture or has the words in it."""
        return self.kind in ("figure", "chart") or (self.kind == "description" and not is_table_summary(self.text))

    @property
    def is_description(self) -> bool:
        """Whether a model wrote it of a figure or table, so that its words are not printed on the page.

        The block is of kind `description`; or it was stored before that kind existed, when a model's description was a
        `figure` without a box (a printed figure has one) and a summary was a paragraph that begins with "Table
        summary:". Sentences cut from such a block are of kind `description` (`Sentence.is_description`, also on rows of
        the catalog). All code decides by these predicates whether a citation is read from a description.
        """
        unplaced = self.box is None and (self.kind == "figure" or is_table_summary(self.text))
        return self.kind == "description" or unplaced

    @property
    def is_chart(self) -> bool:
        """Whether it is a chart whose values are joined to their labels, a line for each category."""
        return self.kind == "chart"

    @property
    def is_list(self) -> bool:
        """Whether it is a list or one of its items."""
        return self.kind == "list"

    @property
    def is_caption(self) -> bool:
        """Whether it is the caption of a table or figure."""
        return self.kind == "caption"

    @property
    def is_header_or_footer(self) -> bool:
        """Whether it was read as a running header, a footer or a page number."""
        return self.kind == "furniture"

    @property
    def is_never_searched(self) -> bool:
        """Whether it is only stored: a mark over the page such as "DRAFT", or the numbers along a chart's axis."""
        return self.kind in ("watermark", "scale")

    @property
    def is_comment(self) -> bool:
        """Whether it is an annotation, such as a sticky note."""
        return self.kind == "comment"

    @property
    def is_running_text(self) -> bool:
        """Whether it may continue a sentence of the page before: a paragraph or a list."""
        return self.kind in ("text", "list")

    @property
    def is_paragraph(self) -> bool:
        """Whether it is plain text."""
        return self.kind == "text"

    @property
    def interrupts_text(self) -> bool:
        """Whether it may lie between two parts of one paragraph."""
        return self.kind in _INTERRUPTING

    @property
    def is_note(self) -> bool:
        """Whether it belongs to a table or figure above or below it: a caption or footnote."""
        return self.kind in ("caption", "footnote")

    @property
    def may_be_header_or_footer(self) -> bool:
        """Whether readers may return running headers and footers as this kind of block."""
        return self.kind in ("text", "heading", "title", "list", "footnote")

    @property
    def sentence_kind(self) -> SentenceKind:
        """The kind of its sentences."""
        return "description" if self.is_description else _SENTENCE_KINDS.get(self.kind, "prose")


def placed_words(blocks: Iterable[Block]) -> tuple[Word, ...]:
    """Return the words of blocks that have a box, each with the box of its block."""
    return tuple(Word(word, block.box) for block in blocks if block.box for word in block.text.split())


@dataclass(frozen=True, slots=True)
class Failure:
    """Why something could not be read: a reason, one sentence, and whether a retry in another process may succeed."""

    reason: FailureReason
    detail: str
    retry: bool = False


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """Properties of a file that are known once it is open.

    `title` is the metadata title or ""; `sha256` is over the file's bytes; `size` is in bytes; `labels` are the file's
    own page labels ("iv", "A-3"), () where it has none or they only count from 1.
    """

    path: str
    sha256: str
    kind: DocumentKind
    pages: int
    title: str
    size: int
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PageJob:
    """One page for a worker process.

    `dpi` is the wanted resolution; `max_side` caps the longer side in pixels. `size` is the file's size in bytes when
    it was first opened, 0 if unknown: a file whose size has changed is not read.
    """

    path: str
    page: int
    dpi: int = 150
    max_side: int = 3000
    password: str | None = None
    size: int = 0
    ocr_languages: str = "auto"
    """The languages that Tesseract may read, where it is installed: `auto` for all, `off` for none, or a list."""
    small: bool = True
    """Whether its PNG is compressed well, for a model or to be stored; OCR saves the 90 ms."""

    def could_not_be(self, action: str, error: Exception) -> str:
        """Return the sentence for the user that names file, page, what was tried ("read") and the error."""
        return f"Page {self.page} of {PurePath(self.path).name!r} could not be {action}: {message_of(error)}"


@dataclass(frozen=True, slots=True)
class PageProfile:
    """Properties of a page from its content stream, before anything is rendered."""

    page: int
    """Page number, from 1."""
    legible: bool
    """Whether the text layer can be trusted, as in `PageImage`."""
    has_figures: bool
    """Whether pictures or drawings may hold words and numbers that the text layer lacks."""
    needs_vision: bool
    """Whether it should be read from its image: no legible text layer, or figures, tables or formulas."""
    empty: bool
    """Whether there is no text, image or drawing at all on it."""
    characters: int
    """Length of the text layer."""


@dataclass(frozen=True, slots=True)
class PageImage:
    """A rendered page with its text layer.

    `png` is the encoded image; `text` and `words` are the file's own text layer ("" and () where there is none); `ink`
    is the share of pixels that differ from the page's background (0 for a blank page); `legible` says whether the text
    layer can be trusted as the page's text: it is there, it is not garbage, and no large part of the page is an image
    without text; `has_figures` is as in `PageProfile`; `comments` are annotations, which are neither in the image nor
    in `text`, and the fields of a scanned form; `recognised` says whether the words lie over a picture of the page,
    like those that a scanner's OCR writes; `stored` is the key of the image in the store that machines share, where
    another machine has put it there: `png` is then b"".
    """

    page: int
    png: bytes
    width: int
    height: int
    text: str
    words: Sequence[Word]
    ink: float
    legible: bool
    has_figures: bool = False
    comments: tuple[Block, ...] = ()
    recognised: bool = False
    stored: str = ""

    @property
    def blank(self) -> bool:
        """Whether the page is empty: no text in the file, and no more ink than dust causes."""
        return self.ink < MIN_INK and not self.text.strip()


@dataclass(frozen=True, slots=True)
class PageText:
    """The content of a page: its blocks in reading order, and its words with their boxes.

    `engine` is `text-layer`, `ocr` or `text-layer+ocr` (figures without text were read by OCR). `detail` names parts of
    the page that could not be read.
    """

    page: int
    blocks: tuple[Block, ...]
    words: Sequence[Word]
    engine: Literal["text-layer", "ocr", "text-layer+ocr"]
    detail: str = ""

    @property
    def markdown(self) -> str:
        """The page as one Markdown text."""
        return "\n\n".join(block.text for block in self.blocks)


class SentencePredicates:
    """Predicates of a sentence's kind, shared by `Sentence` and its row in the catalog."""

    __slots__ = ()
    kind: str

    @property
    def is_heading(self) -> bool:
        """Whether it is a heading, which gets no vector."""
        return self.kind == "heading"

    @property
    def is_description(self) -> bool:
        """Whether a model wrote it, so that it is not printed on the page; see `Block.is_description`."""
        return self.kind == "description"

    @property
    def may_answer(self) -> bool:
        """Whether an answer may quote it: headings and bands of tables only name what other sentences belong to."""
        return self.kind not in ("heading", "band", "struck")

    @property
    def is_struck(self) -> bool:
        """Whether it is struck out on the page."""
        return self.kind == "struck"


@dataclass(frozen=True, slots=True)
class Sentence(SentencePredicates):
    """The smallest text that is searched and quoted: a sentence, list item, table row, caption or heading.

    `text` is what the page shows, as plain text (no Markdown marks; a row's cells joined by one space, empty cells left
    out), so that it can be found on the page again. `search` is what is embedded and matched: for a row "caption. band
    label | column: cell; column: cell", otherwise `text` without note marks, with exponents as "10^6". `cells` maps the
    column headers of a row to its cells; `band` has the names that also apply to a row, outermost first: names alone in
    a row above it, and the group to the left of its label. `pages` has two entries where it crosses a page break.
    """

    text: str
    search: str
    kind: SentenceKind
    pages: tuple[int, ...]
    cells: tuple[tuple[str, str], ...] = ()
    band: tuple[str, ...] = ()


FILE_READER = "reader-10"
"""Version of the readers and OCR: raise it when pages come out differently; `doctor` counts pages of older versions."""

CHUNKER = 12
"""Version of the chunking: raise it with every change of the chunks, and indexes are rebuilt from transcripts."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """The text that is returned, graded and shown to a model: whole sentences, under one heading path.

    `text` is Markdown. `units` are half-open ranges over `sentences`: the smaller, overlapping texts that are indexed
    for full-text search, so that a short text is matched and returned with its surroundings.
    """

    ordinal: int
    kind: Literal["text", "table", "figure"]
    text: str
    pages: tuple[int, ...]
    headings: tuple[str, ...]
    tokens: int
    sentences: tuple[Sentence, ...]
    units: tuple[tuple[int, int], ...]
