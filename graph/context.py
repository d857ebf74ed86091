"""Every setting of a run, described: this is the form that Studio shows.

What is given for a run beats the environment, which beats the defaults. Keys and folders are not here: they belong to
the process (see `settings.py`), not to a run.
"""

from __future__ import annotations

import difflib
from functools import lru_cache
from typing import Any, Literal

from langgraph.runtime import get_runtime
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

import prompts
from graph.errors import BadInputError
from graph.settings import FORMER_ENGINE_NAMES, EmbedderName, EngineName, Settings, settings
from graph.types import RELEVANT_GRADE


def _prompt(name: str, description: str, node: str) -> Any:
    def shown(schema: dict[str, Any]) -> None:
        """In the form: below which node, and with the text as it is now, since prompts are read anew when edited."""
        schema.update(langgraph_nodes=[node], langgraph_type="prompt", default=prompts.load(name).text)

    return Field(default_factory=lambda: prompts.load(name).text, description=description, json_schema_extra=shown)


class Context(BaseModel):
    """The settings of one run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    engine: EngineName = Field(
        default_factory=lambda: settings().engine,
        description="The engine that reads and answers: `llm` (chat models; needs a key), `offline` (no key, no "
        "network), or `auto`: `llm` where a Google key is set, `offline` otherwise.",
    )
    reader_model: str = Field(
        default_factory=lambda: settings().reader_model,
        description="The vision model that reads page images, as `provider:model`.",
    )
    chat_model: str = Field(
        default_factory=lambda: settings().chat_model,
        description="The model that grades, rewrites and answers, as `provider:model`.",
    )
    fallback_model: str = Field(
        default_factory=lambda: settings().fallback_model,
        description="A second chat model, as `provider:model`, that is asked when the first is overloaded, retired or "
        "out of requests for the day; none when empty.",
    )
    embedding_model: str = Field(
        default_factory=lambda: settings().embedding_model,
        description="The embedding model, as `provider:model`. After a change run `pagewitness reembed`.",
    )
    embedding_dimensions: int = Field(
        768, ge=64, le=3072, description="The length of the vectors that the embedding model is asked for."
    )
    embedder: EmbedderName = Field(
        default_factory=lambda: settings().embedder,
        description="What embeds chunks and questions: `model` (the embedding model), `offline` (the small model that "
        "comes with PageWitness), or `auto`: `model` for the llm engine, `offline` for the offline engine. After a "
        "change run `pagewitness reembed`.",
    )
    dpi: int = Field(150, ge=50, le=400, description="The resolution at which pages are rendered.")
    reader: Literal["vision", "auto", "text"] = Field(
        "vision",
        description="Which pages the vision model reads: `vision` all of them; `auto` those that take an image (no or "
        "poor text layer, pictures, tables, formulas), the others come from the text layer; `text` none. "
        "It does not matter offline.",
    )
    reread: bool = Field(
        False,
        description="Read pages again that were read before, which costs what it cost then. What was read stays where "
        "the new reading fails.",
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
        description="Compare what the vision model says of a page with the page's own text, where that is legible, and "
        "do not believe it where they disagree: it is asked once more, then the file's own text is taken.",
    )
    top_k: int = Field(5, ge=1, le=20, description="How many passages are retrieved, graded and offered as evidence.")
    min_grade: float = Field(
        RELEVANT_GRADE, ge=0, le=10, description="The grade (0-10) from which a passage counts as relevant evidence."
    )
    max_rewrites: int = Field(
        2, ge=0, le=5, description="How often a question is asked anew when no passage was relevant."
    )
    look_again: Literal["auto", "off"] = Field(
        "auto",
        description="Whether the images of pages go to the model with the question, where the best passages are tables "
        "or figures or lie on scanned pages; what is read there alone is marked as such. It does not matter offline.",
    )
    max_images: int = Field(
        # An image costs about as much as the text of its page. Two hold a table that runs over a page break.
        2,
        ge=0,
        le=4,
        description="How many page images are looked at again for one question, at most.",
    )
    password: str | None = Field(
        None,
        description="The password of encrypted PDFs. A server keeps what a run is given: use the reading room there.",
        repr=False,
    )
    transcribe_prompt: str = _prompt("transcribe", "How the vision model is told to read pages.", "transcribe_pages")
    contextualize_prompt: str = _prompt("contextualize", "How follow-ups are made to stand alone.", "contextualize")
    grade_prompt: str = _prompt("grade", "How passages are graded.", "grade_chunks")
    rewrite_prompt: str = _prompt("rewrite", "How a question is asked anew.", "rewrite_question")
    answer_prompt: str = _prompt("answer", "How answers are written from evidence.", "generate_answer")
    repair_prompt: str = _prompt("repair", "How claims that were not proven are asked for again.", "repair_claims")

    @field_validator("engine", mode="before")
    @classmethod
    def _present_engine_name(cls, name: Any) -> Any:
        return FORMER_ENGINE_NAMES.get(name, name) if isinstance(name, str) else name

    @field_validator(
        "transcribe_prompt", "contextualize_prompt", "grade_prompt", "rewrite_prompt", "answer_prompt", "repair_prompt",
        mode="after",
    )  # fmt: skip
    @classmethod
    def _placeholders(cls, text: str, info: Any) -> str:
        return prompts.validated(info.field_name.removesuffix("_prompt"), text)


def check(given: object) -> None:
    """Refuse settings that no run could have, in a sentence for each.

    Raises:
        BadInputError: a name is unknown, or a value is of the wrong kind or out of its bounds.
    """
    try:
        Context.model_validate(given)
    except ValidationError as error:
        raise BadInputError(" ".join(_complaint(one) for one in error.errors(include_url=False))) from None


def _complaint(error: Any) -> str:
    name, value = ".".join(str(part) for part in error["loc"]), error["input"]
    if error["type"] == "extra_forbidden":
        near = difflib.get_close_matches(name, Context.model_fields, 1)
        mend = f"did you mean {near[0]}?" if near else f"there are {', '.join(Context.model_fields)}."
        return f"There is no setting {name[:80]!r}: {mend}"
    if not name:
        return "`context` must be the settings of the run, as {'top_k': 8}."
    shown = "" if name == "password" or len(repr(value)) > 80 else f" is {value!r}"
    return f"The setting {name}{shown}: {error['msg'].removeprefix('Value error, ').rstrip('.')}."


def current() -> Context:
    """The context of the run that the calling node belongs to; the defaults where none was given."""
    return get_runtime(Context).context or _default(settings(), tuple(map(prompts.load, sorted(prompts.PLACEHOLDERS))))


@lru_cache(maxsize=1)
def _default(now: Settings, texts: tuple[prompts.Prompt, ...]) -> Context:
    """The defaults, which depend on nothing else; steps ask for them twenty times in one answer."""
    return Context()
