"""Values that engines, retrieval, verification and the graphs exchange."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, Literal, NotRequired, TypeVar

from typing_extensions import TypedDict

if TYPE_CHECKING:
    from numpy import float32, int8
    from numpy.typing import NDArray

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Encoded:
    """A text as an embedding model sees it.

    `vector` has unit length; `tokens` is one unit vector for each word piece, as int8 (127 = 1.0); `spans` are the
    character ranges of the word pieces in the text.
    """

    vector: NDArray[float32]
    tokens: NDArray[int8]
    spans: tuple[tuple[int, int], ...]


class Usage(TypedDict):
    """What the work cost: requests to a model service and the tokens it counted."""

    requests: int
    input_tokens: int
    output_tokens: int


def no_usage() -> Usage:
    """Nothing spent."""
    return Usage(requests=0, input_tokens=0, output_tokens=0)


def add_usage(one: Usage | None, other: Usage | None) -> Usage:
    """The sum of two; either may be missing."""
    one, other = one or no_usage(), other or no_usage()
    return Usage(
        requests=one["requests"] + other["requests"],
        input_tokens=one["input_tokens"] + other["input_tokens"],
        output_tokens=one["output_tokens"] + other["output_tokens"],
    )


@dataclass(frozen=True, slots=True)
class Reply(Generic[T]):
    """A result and what it cost."""

    value: T
    usage: Usage = field(default_factory=no_usage)


class RetrievedChunk(TypedDict):
    """A retrieved chunk as it travels through the state: short, and of JSON values only.

    `score` is the retrieval score, `relevant` is set by grading. `pages` is there when the chunk runs over a page
    break; `page` is then where its best sentence starts.
    """

    chunk: str
    document: str
    name: str
    page: int
    pages: NotRequired[list[int]]
    score: float
    relevant: bool
    grade: NotRequired[float]
    reason: NotRequired[str]
    heading: str
    kind: str
    text: str


RELEVANT_GRADE = 5
"""The grade from which a chunk is relevant evidence by default; prompts/grade.md and the offline engine grade to it."""


class Grade(TypedDict):
    """How well a passage helps to answer: 0 (not at all) to 10 (it holds the answer), and why."""

    chunk: str
    score: float
    reason: str


class PageRef(TypedDict):
    """A page of a document."""

    document: str
    page: int


class Claim(TypedDict):
    """A statement of the answer, the passage it rests on, and the words there that prove it.

    `image` is there in place of a chunk when the words were read from the image of a page.
    """

    text: str
    chunk: str
    quote: str
    image: NotRequired[PageRef]


class Turn(TypedDict):
    """One message of a conversation."""

    role: str
    text: str


class Objection(TypedDict):
    """A claim that was not proven, and why."""

    claim: Claim
    failure: str


@dataclass(frozen=True, slots=True)
class PageView:
    """The image of a page to look at again with a question. It is made inside a step and never put into state."""

    document: str
    name: str
    page: int
    png: bytes


class Citation(TypedDict):
    """A quote that stands on a page, and where. Boxes are fractions of the page, origin top left.

    Where the quote runs over a page break, `pages` are both pages, and `next_boxes` its rectangles on the second.
    What only a model read, from the page's image, has `verified` false and `read_from` "image": no code found it there.
    All other citations were found, and have neither field.
    """

    marker: int
    document: str
    name: str
    page: int
    pages: NotRequired[list[int]]
    quote: str
    boxes: list[list[float]]
    next_boxes: NotRequired[list[list[float]]]
    chunk: str
    verified: NotRequired[Literal[False]]
    read_from: NotRequired[Literal["image"]]


class ClaimCheck(TypedDict):
    """A claim that was checked: `failure` is "" for one that passed. `before` is what a repaired one replaced."""

    claim: Claim
    failure: str
    citation: Citation | None
    repaired: bool
    before: NotRequired[Objection]


def is_verified(citation: Citation) -> bool:
    """Whether code found the quote on its page."""
    return citation.get("verified", True)
