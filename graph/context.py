"""Settings of a run, with the descriptions that the form of Studio shows.

A value that is given for a run beats the environment, which beats the default. Keys and folders belong to the process:
see `settings.py`.
"""

from __future__ import annotations

import difflib
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

import prompts
from graph.errors import BadInputError
from graph.settings import (
    FORMER_ENGINE_NAMES,
    MAX_PLAN_REQUESTS,
    MAX_PLAN_STEPS,
    EmbedderName,
    EngineName,
    Settings,
    settings,
)
from graph.types import RELEVANT_GRADE


def _prompt(name: str, description: str, node: str) -> Any:
    """Return the field of a prompt; Studio shows it below its node, the text of the prompt's file as the default."""

    def extend_schema(schema: dict[str, Any]) -> None:
        schema.update(langgraph_nodes=[node], langgraph_type="prompt", default=prompts.load(name).text)

    return Field(
        default_factory=lambda: prompts.load(name).text, description=description, json_schema_extra=extend_schema
    )


class Context(BaseModel):
    """The settings of one run.

    Raises:
        BadInputError: a name is unknown, or a value is of the wrong kind or out of its bounds. LangGraph builds the
            context from a dict too, so `app.invoke(..., context={"top_k": "many"})` fails with this sentence.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    if not TYPE_CHECKING:  # type checkers see the fields as arguments

        def __init__(self, **values: Any) -> None:
            try:
                super().__init__(**values)
            except ValidationError as error:
                sentences = [_sentence(one) for one in error.errors(include_url=False)]
                raise BadInputError(" ".join(sentences)) from None

    def __hash__(self) -> int:
        """Return the hash of two fields: hashing all takes 12 us, and one question looks up contexts 20 times."""
        return hash((self.engine, self.reader_model))

    engine: EngineName = Field(
        default_factory=lambda: settings().engine,
        description="The engine that reads and answers: `llm` (chat models, of a service or on this machine), "
        "`offline` (no key, no network), or `auto`: `llm` where a model is named or a key is set, else `offline`.",
    )
    reader_model: str = Field(
        default_factory=lambda: settings().models["reader"],
        description="The vision model that reads page images, as `provider:model`; or `offline`: the text layer and "
        "the built-in OCR, whatever model answers.",
    )
    chat_model: str = Field(
        default_factory=lambda: settings().models["chat"],
        description="The model that answers, as `provider:model`.",
    )
    grader_model: str = Field(
        default_factory=lambda: settings().grader_model,
        description="A cheap model for the small tasks beside the answer, as `provider:model`: it resolves follow-ups, "
        "grades chunks, rewrites queries and repairs statements. When empty, the reader if it is of the chat model's "
        "provider, else that provider's cheap model.",
    )
    fallback_model: str = Field(
        default_factory=lambda: settings().fallback_model,
        description="A second chat model, as `provider:model`, that is asked when the first is overloaded, retired or "
        "out of requests for the day; none when empty.",
    )
    embedding_model: str = Field(
        default_factory=lambda: settings().models["embedding"],
        description="The embedding model, as `provider:model`; the small model that comes with PageWitness when empty. "
        "After a change run `pagewitness reembed`.",
    )
    embedding_dimensions: int | None = Field(
        default_factory=lambda: settings().embedding_dimensions,
        ge=1,
        le=16_384,
        description="The length of the vectors that the embedding model is asked for. When empty, Google's models are "
        "asked for 768, and others for no length.",
    )
    embedder: EmbedderName = Field(
        default_factory=lambda: settings().embedder,
        description="What embeds chunks and questions: `model` (the embedding model), `offline` (the small model that "
        "comes with PageWitness), or `auto`: `model` for the llm engine with an embedding model, else `offline`. After "
        "a change run `pagewitness reembed`.",
    )
    embed_images: bool = Field(
        default_factory=lambda: settings().embed_images,
        description="Also embed pages as images, where they have pictures or no legible text layer, so that a question "
        "finds what they show. For embedding models that take images (gemini-embedding-2); after a change run "
        "`pagewitness reembed`.",
    )
    collection: str = Field(
        "",
        max_length=200,
        description="The one collection that is asked, and that documents are added to, by its name or id; when empty, "
        "all that you may read are asked, and your own is added to.",
    )
    dpi: int = Field(150, ge=50, le=400, description="The resolution at which pages are rendered.")
    attachments: Literal["read", "skip"] = Field(
        default_factory=lambda: settings().attachments,
        description="Whether the files attached to a PDF (a portfolio too) or a message are read as documents of their "
        "own, or skipped; they are named in the report either way.",
    )
    reader: Literal["vision", "auto", "text"] = Field(
        "vision",
        description="Which pages the vision model reads: `vision` all of them; `auto` those that take an image (no or "
        "poor text layer, pictures, tables, formulas), the others come from the text layer; `text` none. "
        "No effect offline.",
    )
    reread: bool = Field(
        False,
        description="Read pages again that were read before, at the same cost. A page whose new reading fails keeps "
        "the earlier one.",
    )
    pages_per_request: int = Field(
        # A dense page is 1,500 tokens of Markdown; four stay well below the 8,192 that the smallest models may write,
        # and a request that fails costs four pages, not sixteen. A paper of 22 pages takes six requests.
        4,
        ge=1,
        le=16,
        description="How many page images go to the vision model in one request.",
    )
    check_replies: bool = Field(
        default_factory=lambda: settings().check_replies,
        description="Compare the vision model's reply with the page's own text, where that is legible. Where they "
        "disagree, the model is asked once more, then the file's own text is used.",
    )
    check_claims: bool = Field(
        default_factory=lambda: settings().check_claims,
        description="Ask the reader's model, in one request for all statements of an answer, whether the quotes say "
        "what the statements say. It settles the doubts that the rules leave. No effect offline.",
    )
    top_k: int = Field(
        5, ge=1, le=20, description="How many chunks are retrieved, graded and given to the model that answers."
    )
    min_grade: float = Field(
        RELEVANT_GRADE, ge=0, le=10, description="The grade (0-10) from which a chunk counts as relevant."
    )
    max_rewrites: int = Field(
        2, ge=0, le=5, description="How often a question is rewritten when no chunk was relevant."
    )
    whole_document_tokens: int | None = Field(
        default_factory=lambda: settings().whole_document_tokens,
        ge=0,
        le=500_000,
        description="Documents that together have at most so many tokens are given to the model whole, in one request "
        "and without a search; 0 for never. When empty, 20,000 with the models of Google, OpenAI and Anthropic, and 0 "
        "with those on a server of one's own, whose prompt may be short. No effect offline.",
    )
    max_plan_steps: int | None = Field(
        default_factory=lambda: settings().max_plan_steps,
        ge=0,
        le=MAX_PLAN_STEPS,
        description="A question about several documents, names or parts that one round does not answer is planned: at "
        "most so many searches, pages and computations, then it is answered again; 0 for never. When empty, 6 with the "
        "models of Google, OpenAI and Anthropic, and 0 with those on a server of one's own. No effect offline.",
    )
    max_plan_requests: int = Field(
        default_factory=lambda: settings().max_plan_requests,
        ge=0,
        le=MAX_PLAN_REQUESTS,
        description="How many requests planning and its searches may take, without the answer that follows.",
    )
    prompts: Literal["auto", "short", "full"] = Field(
        default_factory=lambda: settings().prompts,
        description="How the model that answers is asked: `short` (fewer words, at most three chunks, no plan, "
        "quotes found by code), `full`, or `auto`: `short` for models of at most 9 billion parameters, by their names "
        "or by `pagewitness doctor --ask`.",
    )
    ask_back: Literal["auto", "off"] = Field(
        default_factory=lambda: settings().ask_back,
        description="Where a question fits several documents or persons, and before work that costs many requests: "
        "`auto` stops the run and asks, if it is on a thread; `off`, for a client that cannot answer, takes the most "
        "likely reading and says so.",
    )
    confirm_requests: int = Field(
        default_factory=lambda: settings().confirm_requests,
        ge=0,
        le=1_000_000,
        description="The requests from which on reading documents is confirmed first, where the run can stop and ask; "
        "0 for never. 100 requests read 400 pages.",
    )
    look_again: Literal["auto", "off"] = Field(
        "auto",
        description="Send the images of pages to the model with the question where the best chunks are tables or "
        "figures or come from scanned pages; statements that only an image supports are marked. No effect offline.",
    )
    max_images: int = Field(
        # An image costs about as much as the text of its page. Two hold a table that runs over a page break.
        2,
        ge=0,
        le=4,
        description="The most page images that are sent with one question.",
    )
    password: str | None = Field(
        None,
        description="The password of encrypted PDFs. A server stores the settings of a run: use the reading "
        "room there.",
        repr=False,
    )
    transcribe_prompt: str = _prompt(
        "transcribe", "The prompt by which the vision model reads pages.", "transcribe_pages"
    )
    contextualize_prompt: str = _prompt(
        "contextualize", "The prompt that makes a follow-up question stand alone.", "contextualize"
    )
    grade_prompt: str = _prompt("grade", "The prompt that grades chunks.", "grade_chunks")
    rewrite_prompt: str = _prompt("rewrite", "The prompt that rewrites a question.", "rewrite_question")
    plan_prompt: str = _prompt("plan", "The prompt that plans the steps of a hard question.", "plan_steps")
    answer_prompt: str = _prompt("answer", "The prompt that writes an answer from chunks.", "generate_answer")
    repair_prompt: str = _prompt(
        "repair", "The prompt that asks again for claims that were not supported.", "repair_claims"
    )

    check_prompt: str = _prompt("check", "The prompt that asks whether quotes say what claims say.", "verify_citations")

    @field_validator("engine", mode="before")
    @classmethod
    def _present_engine_name(cls, name: Any) -> Any:
        return FORMER_ENGINE_NAMES.get(name, name) if isinstance(name, str) else name

    @field_validator(
        "transcribe_prompt", "contextualize_prompt", "grade_prompt", "rewrite_prompt", "plan_prompt", "answer_prompt",
        "repair_prompt", "check_prompt", mode="after",
    )  # fmt: skip
    @classmethod
    def _placeholders(cls, text: str, info: Any) -> str:
        return prompts.validated(info.field_name.removesuffix("_prompt"), text)


def check(given: object) -> None:
    """Raise BadInputError, with a sentence for each problem, unless `given` is a dict of settings of a run."""
    if not isinstance(given, dict):
        raise BadInputError("`context` must be the settings of the run, as {'top_k': 8}.")
    Context(**{str(name): value for name, value in given.items()})


def _sentence(error: Any) -> str:
    """Return one problem that pydantic found as a sentence; passwords and long values are not shown."""
    name, value = ".".join(str(part) for part in error["loc"]), error["input"]
    if error["type"] == "extra_forbidden":
        near = difflib.get_close_matches(name, Context.model_fields, 1)
        known = f"did you mean {near[0]}?" if near else f"the settings are {', '.join(Context.model_fields)}."
        return f"There is no setting {name[:80]!r}: {known}"
    shown = "" if name == "password" or len(repr(value)) > 80 else f" is {value!r}"
    return f"The setting {name}{shown}: {error['msg'].removeprefix('Value error, ').rstrip('.')}."


def current() -> Context:
    """Return the context of the run that the calling node belongs to; the defaults if the run has none."""
    from langgraph.runtime import get_runtime  # loads LangGraph, 0.3 s, which commands without a run need not

    return get_runtime(Context).context or _default(settings(), tuple(map(prompts.load, sorted(prompts.PLACEHOLDERS))))


def collection_of_run() -> str:
    """Return the collection that the calling run is to be limited to; "" for none, and outside of a run."""
    from langgraph.runtime import get_runtime

    try:
        runtime = get_runtime(Context)
    except (KeyError, RuntimeError):
        return ""
    context = runtime.context if runtime else None  # None in a chain of LangChain, which has a config and no runtime
    return context.collection if isinstance(context, Context) else ""


@lru_cache(maxsize=1)
def _default(config: Settings, texts: tuple[prompts.Prompt, ...]) -> Context:
    """Return the default context, cached under its inputs because nodes read it twenty times for one answer."""
    return Context()
