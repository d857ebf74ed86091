"""Types that engines, retrieval, verification and the graphs share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Literal, NotRequired, TypeVar

from typing_extensions import TypedDict

from graph.verdicts import Verdict

if TYPE_CHECKING:
    from numpy import float32, int8
    from numpy.typing import NDArray

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Encoded:
    """A text as an embedding model encodes it."""

    vector: NDArray[float32]
    """A unit vector of shape (dimensions,)."""
    tokens: NDArray[int8]
    """A unit vector for each word piece, of shape (word pieces, dimensions); 127 is 1.0."""
    spans: tuple[tuple[int, int], ...]
    """The character range of each word piece in the text."""


class Usage(TypedDict):
    """The cost of a run: requests to a model service, and the tokens that it counted."""

    requests: int
    """Requests that were sent."""
    input_tokens: int
    """Tokens of all requests."""
    output_tokens: int
    """Tokens of all replies."""


def no_usage() -> Usage:
    """Return a usage of zero."""
    return Usage(requests=0, input_tokens=0, output_tokens=0)


def add_usage(one: Usage | None, other: Usage | None) -> Usage:
    """Return the sum of two usages; None counts as zero."""
    one, other = one or no_usage(), other or no_usage()
    return Usage(
        requests=one["requests"] + other["requests"],
        input_tokens=one["input_tokens"] + other["input_tokens"],
        output_tokens=one["output_tokens"] + other["output_tokens"],
    )


@dataclass(frozen=True, slots=True)
class Reply(Generic[T]):
    """A result and its cost."""

    value: T
    """The result."""
    usage: Usage = field(default_factory=no_usage)
    """The requests and tokens it took."""
    model: str = ""
    """The model that replied, as `provider:model`; "" where none did, or it does not matter."""


class RetrievedChunk(TypedDict):
    """A chunk that was retrieved for a question, as JSON values."""

    chunk: str
    """Its id, `<document>-<generation>-<ordinal>`."""
    document: str
    """The id of its document."""
    name: str
    """The name of its document."""
    page: int
    """Its page; of a chunk over a page break, the page where its best sentence begins."""
    pages: NotRequired[list[int]]
    """Both pages of a chunk over a page break; missing otherwise."""
    score: float
    """The retrieval score; see graph/retrieval/scoring.py."""
    relevant: bool
    """Whether grading found it relevant."""
    grade: NotRequired[float]
    """The grader's score, 0 to 10; missing before grading, and where the grader left it out."""
    reason: NotRequired[str]
    """The grader's reason."""
    heading: str
    """The headings above it, joined."""
    kind: str
    """`text`, `table` or `figure`."""
    text: str
    """Its text as Markdown; only the beginning before grading."""


RELEVANT_GRADE = 5
"""The grade from which a chunk is relevant evidence by default; prompts/grade.md and the offline engine grade to it."""


class Grade(TypedDict):
    """The grade of a chunk."""

    chunk: str
    """The chunk's id."""
    score: float
    """0 (does not help) to 10 (holds the answer)."""
    reason: str
    """Why, in a few words."""


class PageRef(TypedDict):
    """A page of a document."""

    document: str
    """The document's id."""
    page: int
    """The page number, from 1."""


class Operand(TypedDict):
    """A cell of a table that a result is computed from."""

    label: str
    """The row's label, after the names of its bands."""
    column: str
    """The column's name."""
    cell: str
    """What stands in the cell; "" for an empty one, or where the row alone counts."""
    value: str
    """Its number in canonical notation; "" where it has none."""
    chunk: str
    """The id of the chunk that holds the row."""
    quote: str
    """The row as it stands on the page."""


class Computation(TypedDict):
    """How a result was computed from the cells of a table."""

    operation: str
    """What was done, with its direction and rank: `sum`, `mean`, `extreme most 2`, `filter`, ..."""
    operands: list[Operand]
    """All cells that took part."""
    result: str
    """The result as the claim states it."""
    low: str
    """Of a condition: the number that values lie above; "" for none."""
    high: str
    """Of a condition: the number that values lie below; "" for none."""
    table: str
    """What the claim calls the table; "" where it does not name it."""


class Claim(TypedDict):
    """A statement of an answer, and the quote that supports it."""

    text: str
    """The statement."""
    chunk: str
    """The id of the quoted chunk; "" for one that was not offered, or for a quote from an image."""
    quote: str
    """The quoted words."""
    image: NotRequired[PageRef]
    """The page from whose image the words were read, in place of a chunk."""
    computation: NotRequired[Computation]
    """How its result was computed; missing where nothing was."""
    related: NotRequired[Literal[True]]
    """True for a quote on the subject that is not claimed to answer the question; missing in a statement that is."""


Tool = Literal["search", "open_page", "compute"]
"""What a step of a plan does: search chunks, open a page, or compute on tables."""


class PlannedStep(TypedDict):
    """A step that a model plans, to answer a part of a question."""

    question: str
    """The part of the question."""
    tool: Tool
    """What to do."""
    query: str
    """The words to search, or what is asked of the tables; "" for a page."""
    document: str
    """The id of the document to look into; "" for all."""
    page: int
    """The page to open; 0 for other tools."""


class Turn(TypedDict):
    """One message of a conversation."""

    role: str
    """`user` or `assistant`."""
    text: str
    """Its text."""


class Objection(TypedDict):
    """A claim that failed its check."""

    claim: Claim
    """The claim."""
    failure: str
    """Why it failed, in a few words."""


@dataclass(frozen=True, slots=True)
class PageView:
    """The image of a page, loaded to be shown to the engine; never stored in state."""

    document: str
    """The document's id."""
    name: str
    """The document's name."""
    page: int
    """The page number, from 1."""
    png: bytes
    """The image."""


ReadFrom = Literal["text", "ocr", "transcript", "image", "description"]
"""Where the words of a quote were read.

`text`: the page's text layer. `ocr`: the built-in OCR. `transcript`: only the model that read the page, because no
second reading has it. `image`: only the model that answered, which saw the page's image. `description`: what a model
wrote about a figure or table, which is not printed on the page."""


class Citation(TypedDict):
    """A quote and its place. Boxes are [x0, y0, x1, y1] as fractions of the page, origin top left."""

    marker: int
    """Its number in the answer."""
    document: str
    """The document's id."""
    name: str
    """The document's name."""
    page: int
    """The page, or the first of two."""
    pages: NotRequired[list[int]]
    """Both pages of a quote over a page break; missing otherwise."""
    label: NotRequired[str]
    """What the page is called in print or by the file ("iv"; "9-10" for two); missing where that is its number."""
    quote: str
    """The quoted words."""
    boxes: list[list[float]]
    """A rectangle for each line of the quote on its page."""
    next_boxes: NotRequired[list[list[float]]]
    """The rectangles on the second page of two."""
    chunk: str
    """The id of the chunk that holds the quote."""
    verified: NotRequired[Literal[False]]
    """False if only a model gives the words; missing if the page's text layer or OCR holds them."""
    read_from: NotRequired[ReadFrom]
    """Where the words were read; missing in answers of earlier versions."""
    verdict: NotRequired[Verdict]
    """How far the statement that cites it is proven, of several the least; missing in answers of earlier versions."""
    reason: NotRequired[str]
    """Why only a model gives the words, or why the statement may not say the same, as a sentence; missing if proven."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A claim and its quote, as an entailment check sees them."""

    text: str
    """What the claim says."""
    quote: str
    """The quote that it rests on."""
    context: str
    """What the quote is about: its document, headings, and of table rows the caption and columns."""


class Entailment(TypedDict):
    """What a model says of a claim and its quote."""

    answer: Literal["yes", "in part", "no"]
    """Whether the quote alone says what the claim says."""
    reason: str
    """Why, in a few words."""
    trusted: NotRequired[Literal[False]]
    """False if its replies to the controls show that such an answer means nothing; missing if it counts."""


class ClaimCheck(TypedDict):
    """The result of checking a claim."""

    claim: Claim
    """The claim."""
    failure: str
    """Why it failed, in a few words; "" if it passed."""
    verdict: NotRequired[Verdict]
    """How far it is proven; missing in answers of earlier versions."""
    reasons: NotRequired[list[str]]
    """Why it is no more than that; [] if it is proven."""
    doubts: NotRequired[list[str]]
    """Why its quote may not say the same, each as a sentence without its full stop; missing where there are none."""
    entailment: NotRequired[Entailment]
    """What a model says of it; missing where none was asked."""
    citation: Citation | None
    """The citation of a claim that passed."""
    further: NotRequired[list[Citation]]
    """The other citations of a claim that is computed from cells of several places."""
    repaired: bool
    """Whether it replaced a claim that failed."""
    before: NotRequired[Objection]
    """The claim that it replaced."""


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: "1 page", "3 pages"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def page_in_words(citation: Mapping[str, Any]) -> str:
    """Return the page of a citation in words: "page 7", "page 7 (printed 3)", "page 9-10"."""
    pages = "-".join(str(page) for page in citation.get("pages") or [citation["page"]])
    return f"page {pages} (printed {citation['label']})" if citation.get("label") else f"page {pages}"


def is_verified(citation: Citation) -> bool:
    """Return whether the page's text layer or OCR holds the quote; false if only a model gives it."""
    return citation.get("verified", True)
