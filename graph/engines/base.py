"""What an engine does: read pages, judge passages, answer. Two stand behind it, offline and model-backed.

All methods are coroutines, safe to run many at a time. They raise `ModelError` only for what no retry can mend (a wrong
key, a retired model); what a single page or answer cannot give is a value: a Failure, an empty list of claims.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, NotRequired, Protocol, TypeVar, runtime_checkable

from typing_extensions import TypedDict

from loaders.types import Block, Failure, PageImage, PageJob, Word

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings
    from numpy import float32, int8
    from numpy.typing import NDArray

    from graph.engines.evidence import Objection, PageView

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


class Passage(TypedDict):
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


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A page to transcribe: the rendered image with the file's own text, and the job that reads it again."""

    job: PageJob
    image: PageImage


@dataclass(frozen=True, slots=True)
class PageReading:
    """A page as an engine read it. `fallback` is set when it had to be read a second way, and says why.

    `detail` says what of it could not be read all the same, a picture say; it is "" where nothing is missing.
    """

    page: int
    blocks: tuple[Block, ...]
    words: tuple[Word, ...]
    model: str
    fallback: Failure | None = None
    detail: str = ""


class Embedder(Protocol):
    """An embedding model with an identity. Each chunk gets one vector."""

    identity: str
    """Name and dimension, e.g. `all-MiniLM-L6-v2-w8a8/384`; a collection holds the vectors of one identity."""

    @property
    def embeddings(self) -> Embeddings:
        """The same vectors behind LangChain's interface."""

    async def embed_query(self, text: str) -> Reply[NDArray[float32]]: ...
    def embed_passages(self, titles: Sequence[str], texts: Sequence[str]) -> AsyncIterator[Reply[NDArray[float32]]]:
        """The vectors of passages in order, some rows at a time: after each request, so that none is paid for twice."""


@runtime_checkable
class SentenceEmbedder(Embedder, Protocol):
    """A local model, cheap enough to give every sentence and each of its tokens a vector."""

    def encode(self, texts: Sequence[str]) -> list[Encoded]: ...
    def encode_query(self, text: str) -> Encoded: ...


Drafting = Callable[[str, Sequence[Claim]], None]


class Engine(Protocol):
    """Everything that needs intelligence, behind six verbs."""

    name: str
    reader: str
    """The identity of the page reader: engine, model and prompt version; transcripts are keyed by it."""
    model: str
    prompt: str
    window: int
    """How many pages are given to `transcribe` at once."""
    reads_images: bool
    """Whether images are looked at; otherwise `image.png` is b"", and no views are given to `answer`."""
    asks_again: bool
    """Whether `rewrite` and `repair` may bring something; otherwise they are not called."""

    def day_is_over(self) -> bool:
        """Whether it is known that `transcribe` can read nothing more today."""

    def transcribe(self, pages: Sequence[PageRequest]) -> AsyncIterator[tuple[int, PageReading | Failure]]:
        """Read each page; its number and outcome, as soon as they are known, in any order."""

    async def contextualize(self, question: str, history: Sequence[Turn]) -> Reply[str]:
        """Make a follow-up question stand alone."""

    async def grade(self, question: str, passages: Sequence[Passage]) -> Reply[list[Grade]]:
        """Judge all passages at once."""

    async def rewrite(self, question: str, tried: Sequence[str], passages: Sequence[Passage]) -> Reply[str]:
        """Another way to ask, unlike those tried, or "" when there is none."""

    async def answer(
        self,
        question: str,
        passages: Sequence[Passage],
        grades: Sequence[Grade],
        views: Sequence[PageView] = (),
        draft: Drafting | None = None,
    ) -> Reply[list[Claim]]:
        """Claims that answer the question, each with its evidence; none when the passages do not hold the answer.

        `views` are pages to look at as well. `draft` is told, whenever there is more, the text of the claims so far,
        yet unproven, and those claims that are complete. It may block.
        """

    async def repair(
        self,
        question: str,
        passages: Sequence[Passage],
        objections: Sequence[Objection],
        views: Sequence[PageView] = (),
    ) -> Reply[list[Claim | None]]:
        """Another claim in place of each one that was not proven, or None; it is proven or not like the first."""


class DaySpentError(Exception):
    """A model may be asked no more today. Only a new day mends that."""


class Limiter(Protocol):
    """How often each model may be asked, and by how many at a time; all requests of a process go through one."""

    def turn(self, model: str) -> AbstractAsyncContextManager[None]:
        """The right to send one request, which is waited for in order; DaySpentError when there is none left today."""

    def went_well(self, model: str) -> None: ...
    def slow_down(self, model: str, seconds: float, per_minute: int | None) -> None:
        """The service refused a request: nobody asks for so long. `per_minute` is the limit that it named, if any."""

    def end_day(self, model: str) -> None:
        """The service says that the day's requests are spent."""

    def day_is_over(self, model: str) -> bool:
        """Whether it is known that nothing more will be sent to the model today."""
