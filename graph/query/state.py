"""What a question takes, keeps and gives back: JSON values, small enough to be read in Studio at each step."""

from __future__ import annotations

from typing import Annotated, Literal

from langchain_core.messages import AnyMessage
from langgraph.graph.message import add_messages
from pydantic import Field
from typing_extensions import TypedDict

from graph.types import Citation, Claim, ClaimCheck, Grade, PageRef, RetrievedChunk, Usage

RefusalReason = Literal["nothing_ingested", "nothing_relevant", "fact_absent", "page_unreadable"]

NoteKind = Literal[
    "grading_failed", "claims_dropped", "read_from_image", "document_recognised", "documents_widened", "pages_unread",
    "page_partly_read",
]  # fmt: skip

AnswerVerdict = Literal["proven", "partly_proven", "seen", "declined", "catalog"]
"""`proven`: every statement was found on its page. `partly_proven`: some only in a page's image. `seen`: all of them.
`declined`: there is no answer. `catalog`: the question was about the library, which answered it itself."""

Messages = Annotated[
    list[AnyMessage],
    Field(description="A conversation; its last message is the question, and the reply is added to it."),
    add_messages,
]


class Note(TypedDict):
    """Something that a reader of an answer should know: what it is, and one sentence."""

    kind: NoteKind
    text: str


class QueryInput(TypedDict, total=False):
    """A question, or a conversation whose last message is one."""

    question: Annotated[
        str,
        Field(
            description="What you want to know. Several questions may be asked at once.",
            examples=["What was the net income in 2023?"],
        ),
    ]
    documents: Annotated[
        list[str],
        Field(description="Names or ids of the documents to look in; all when empty.", examples=[["report.pdf"]]),
    ]
    messages: Messages


class Answer(TypedDict, total=False):
    """An answer with its proofs, or a refusal with its reason."""

    answer: Annotated[str, Field(description="The answer; markers such as [1] stand for the citations.")]
    refused: Annotated[bool, Field(description="Whether the documents were found not to answer.")]
    reason: Annotated[
        str | None, Field(description="Why it was refused: nothing_ingested, nothing_relevant, fact_absent, ...")
    ]
    citations: Annotated[list[Citation], Field(description="Each a quote that was found on the page it names.")]
    verdict: Annotated[
        AnswerVerdict | None, Field(description="proven, partly_proven, seen (in a page's image), declined or catalog.")
    ]
    verdicts: Annotated[list[ClaimCheck], Field(description="Each claim with what became of it, those left out too.")]
    notes: Annotated[list[Note], Field(description="What else to know: pages not read, a grader that failed, ...")]
    retrieved: Annotated[
        list[RetrievedChunk], Field(description="What was found, best first, before grading dropped anything.")
    ]
    queries: Annotated[list[str], Field(description="The queries that were tried.")]
    rewrites: Annotated[int, Field(description="How often the question was asked anew.")]
    engine: Annotated[str, Field(description="The engine that answered: llm or offline.")]
    usage: Annotated[Usage, Field(description="Requests to a model service, and tokens.")]
    seconds: Annotated[float, Field(description="How long it took.")]
    messages: Messages


class QueryOutput(Answer, total=False):
    """The question and what became of it."""

    question: Annotated[str, Field(description="The question as it was asked.")]


class QueryState(TypedDict, total=False):
    """The whole state of a question."""

    question: str
    documents: list[str]
    messages: Messages
    started: float
    scope: list[str]
    focus: list[str]
    about_library: bool
    standalone: str
    queries: list[str]
    asks_again: bool
    rewrites: int
    retrieved: list[RetrievedChunk]
    grades: list[Grade]
    claims: list[Claim]
    views: list[PageRef]
    repairs: int
    verdicts: list[ClaimCheck]
    verdict: AnswerVerdict | None
    notes: list[Note]
    reason: str | None
    reply: str
    said: str
    answer: str
    refused: bool
    citations: list[Citation]
    engine: str
    usage: Usage
    seconds: float
