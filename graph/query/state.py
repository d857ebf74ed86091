"""The query graph's input, output and state: JSON values, small enough to read in Studio at each step."""

from __future__ import annotations

from typing import Annotated, Literal

from langchain_core.messages import AnyMessage
from langgraph.graph.message import add_messages
from pydantic import Field
from typing_extensions import TypedDict

from graph.types import Citation, Claim, ClaimCheck, Grade, PageRef, RetrievedChunk, Tool, Usage
from graph.verdicts import AnswerVerdict

RefusalReason = Literal["nothing_ingested", "nothing_relevant", "fact_absent", "page_unreadable", "model_failed"]

NoteKind = Literal[
    "grading_failed", "claims_dropped", "read_from_image", "document_recognised", "documents_widened", "pages_unread",
    "page_partly_read", "not_proven", "partly_proven", "check_failed", "day_spent", "other_model",
    "searched_by_words", "assumed", "nothing_in_document", "list_incomplete", "planned",
]  # fmt: skip

Messages = Annotated[
    list[AnyMessage],
    Field(description="A conversation; its last message is the question, and the reply is added to it."),
    add_messages,
]

Question = Annotated[
    str,
    Field(
        description="What you want to know from the documents. Several questions may be asked at once.",
        examples=["What was the net income in 2023?"],
    ),
]
DocumentNames = Annotated[
    list[str],
    Field(description="Names or ids of the documents to search; all when empty.", examples=[["report.pdf"]]),
]


Kind = Literal[
    "greeting", "library", "document", "place", "documents", "table", "value", "who", "when", "where", "how_many",
    "yes_no", "why", "definition", "list", "other",
]  # fmt: skip
Aspect = Literal[
    "", "title", "authors", "date", "pages", "outline", "tables", "figures", "summary", "location", "titles",
    "part",
]  # fmt: skip


class Understanding(TypedDict):
    """What a question asks for, as JSON values."""

    kind: Kind
    """What kind of thing is asked."""
    aspect: Aspect
    """Of a question about a document: what is asked of it; "" otherwise."""
    place: str
    """The place that it names: "page 3", "figure 1", "section 4.1", "page last"; "" if none."""
    entities: list[str]
    """The names and codes in it, as they are written."""
    attribute: str
    """What is asked of the entity: the words that are neither names nor general."""
    time: list[str]
    """The years and months in it."""
    unit: str
    """The unit or currency in which the answer is wanted; "" if none is named."""
    documents: list[str]
    """Ids of the documents that it mentions."""


class Option(TypedDict):
    """An option of a clarifying question."""

    id: str
    """The value for the application: a document's id, a full name, `yes` or `no`."""
    label: str
    """What the user is shown."""


class Ambiguity(TypedDict):
    """A document or name in a question that fits several."""

    kind: Literal["document", "entity"]
    """What is ambiguous."""
    term: str
    """The ambiguous words; "" where the question names no document."""
    options: list[Option]
    """What may be meant, the most likely first."""
    assumed: str
    """The id of the option that is taken without an answer."""
    of: int
    """How many documents or persons it fits, with those that are not among the options."""


class Note(TypedDict):
    """Something that the reader of an answer should know."""

    kind: NoteKind
    """What the note is about, for programs."""
    text: str
    """One sentence, for people."""


class PlanStep(TypedDict):
    """One step of a plan, as it was taken."""

    question: str
    """The part of the question that it is to answer."""
    tool: Tool
    """What was done."""
    query: str
    """The words that were searched, or what was asked of the tables; "" for a page."""
    document: str
    """The name of the document; "" for all that are searched."""
    page: int
    """The page that was opened; 0 for other tools."""
    found: int
    """How many chunks it found."""


class Plan(TypedDict):
    """A plan for a question that one round did not answer: its steps, and its budget."""

    steps: list[PlanStep]
    """The steps that were taken, in the order of the plan."""
    max_steps: int
    """How many steps it may have."""
    requests: int
    """The requests of planning and searching; those of the answer that follows are counted in `usage`."""
    max_requests: int
    """How many requests planning and searching may take."""
    stopped: str
    """Why it ended before it was done, as a clause; "" if it was."""


class QueryInput(TypedDict, total=False):
    """A question, or a conversation whose last message is a question."""

    question: Question
    documents: DocumentNames
    messages: Messages


class Answer(TypedDict, total=False):
    """An answer with its citations, or a refusal with its reason."""

    answer: Annotated[str, Field(description="The answer; markers such as [1] refer to the citations.")]
    refused: Annotated[bool, Field(description="Whether the documents do not answer the question.")]
    reason: Annotated[
        str | None, Field(description="Why it was refused: nothing_ingested, nothing_relevant, fact_absent, ...")
    ]
    citations: Annotated[list[Citation], Field(description="Quotes with the pages on which they were found.")]
    verdict: Annotated[
        AnswerVerdict | None,
        Field(
            description="How far it is proven: proven, partly_proven, seen (only a model's word), related (quotes that "
            "are not claimed to answer), refused, or catalog (about the library itself)."
        ),
    ]
    verdicts: Annotated[
        list[ClaimCheck], Field(description="Each claim with its verdict, the reasons for it, and how it was checked.")
    ]
    notes: Annotated[list[Note], Field(description="What else to know: pages not read, a failed grader, ...")]
    retrieved: Annotated[
        list[RetrievedChunk], Field(description="The chunks that were found, best first, the irrelevant ones too.")
    ]
    queries: Annotated[list[str], Field(description="The queries that were tried.")]
    rewrites: Annotated[int, Field(description="How often the question was rewritten.")]
    engine: Annotated[str, Field(description="The engine that answered: llm or offline.")]
    plan: Annotated[
        Plan | None,
        Field(description="The plan of a question that one round did not answer: its steps and budget; null for most."),
    ]
    usage: Annotated[Usage, Field(description="Requests to a model service, and tokens.")]
    questions_left: Annotated[
        int | None, Field(description="How many questions today's requests still allow; null where no limit is known.")
    ]
    seconds: Annotated[float, Field(description="How long the answer took.")]
    messages: Messages


class QueryOutput(Answer, total=False):
    """The question and its answer."""

    question: Annotated[str, Field(description="The question as it was asked.")]


class QueryState(QueryInput, QueryOutput, total=False):
    """The whole state of a question: input, output, and the private values that pass from node to node."""

    started_at: float
    """When the question came, in seconds since 1970."""
    allowed_documents: list[str]
    """Ids of the documents that may be searched: those of the input, or all."""
    mentioned_documents: list[str]
    """Ids of the documents that the question mentions; only they are searched until the search is widened."""
    understanding: Understanding
    """The kind of thing that is asked, and the entities, attribute, time, unit, place and documents in the question."""
    shortcut: Literal["", "structure", "quotes", "tables", "plan", "offline"]
    """What answers without graded chunks: a document's structure (the answer is final), quotes of the place asked for,
    or values computed from tables (both are claims, to be verified); "plan" where the steps of a plan found something
    to answer from; "offline" where no model has requests left today and the question starts again; "" where chunks are
    graded."""
    whole_documents: list[str]
    """Ids of the documents that are given whole to the model; [] where chunks are searched and graded."""
    ambiguity: Ambiguity | None
    """What the user is asked before the question goes on; None if nothing is ambiguous, or a client cannot answer."""
    standalone_question: str
    """The question with its references to the conversation resolved."""
    can_rewrite: bool
    """Whether the engine can rewrite a question and repair claims; the offline engine cannot."""
    grades: list[Grade]
    """The grader's reply: a grade for each chunk; those that it left out are missing."""
    absence: str
    """The sentence of a refusal that knows more than its reason: what a table lacks, or how a model failed; or ""."""
    claims: list[Claim]
    """The statements of the answer, as the engine made or repaired them."""
    page_images: list[PageRef]
    """The pages whose images were shown to the engine."""
    first_checks: list[ClaimCheck]
    """The checked claims from before a plan: they are the answer where the plan brings none."""
    computed: list[Claim]
    """What the steps of a plan computed from tables."""
    repairs: int
    """How often failed claims were repaired: 0 or 1."""
    reply_id: str
    """The id of the message that is the reply; all its streamed pieces carry it."""
    streamed_text: str
    """The beginning of the reply that was streamed already."""
