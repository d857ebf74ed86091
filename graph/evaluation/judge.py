"""A judge model for answers that no comparison of strings can tell: every report counts its verdicts as such."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from pydantic import BaseModel, Field

import prompts
from graph.dependencies import limiter
from graph.engines.llm.messages import stop_reason
from graph.engines.requests.client import NamedModel, Service
from graph.errors import ModelError
from graph.evaluation.matching import is_free
from graph.sanitize import neutralize_tags
from graph.settings import settings
from graph.types import Reply, add_usage
from loaders.types import Failure

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from graph.evaluation.questions import Question

SETTING = "PAGEWITNESS_JUDGE_MODEL"
_TIME = 120.0  # seconds for one attempt
_TRIES = 2  # a reply that cannot be read is asked for once more
_QUIET: Any = {"tags": ["nostream"]}


class Judgement(BaseModel):
    """What the judge replies."""

    # In this order: a model judges better after it has said why.
    reason: str = Field("", description="Why, in at most twenty words.")
    correct: bool = Field(description="Whether the answer says what was expected.")


@dataclass(frozen=True, slots=True)
class Judge:
    """A chat model that judges answers, behind the same limits, retries and error messages as all others."""

    service: Service
    use: NamedModel

    @property
    def name(self) -> str:
        """The model, as `provider:model`."""
        return self.use.name

    async def judge(self, question: Question, answer: str) -> Reply[Judgement]:
        """Whether an answer says what a question expects.

        Raises:
            ModelError: the service gave no verdict.
        """
        text = prompts.load("judge").fill(
            question=neutralize_tags(question.question),
            expected=neutralize_tags(_expected(question)),
            answer=neutralize_tags(answer),
        )
        usage = None
        for _ in range(_TRIES):
            reply = await self._ask(text)
            usage = add_usage(usage, reply.usage)
            if reply.value:
                return Reply(reply.value, usage)
        raise ModelError(f"{self.name} gave no verdict that can be read: set {SETTING} to another model.")

    async def _ask(self, text: str) -> Reply[Judgement | None]:
        async def request(model: BaseChatModel) -> dict[str, Any]:
            structured = model.with_structured_output(Judgement, method="json_schema", include_raw=True)
            return cast(dict[str, Any], await structured.ainvoke(text, _QUIET))

        asked = await self.service.ask(self.use, request, time_limit=_TIME)
        if isinstance(asked, Failure):
            raise ModelError(asked.detail)
        parsed = None if stop_reason(asked.reply["raw"]) else asked.reply["parsed"]
        return Reply(parsed if isinstance(parsed, Judgement) else None, asked.usage)


def wants_judge(question: Question) -> bool:
    """Whether strings cannot tell: the question says so, or what it expects is a free answer."""
    if question.match == "judge":
        return question.answerable
    return question.answerable and is_free(question.answers, question.match)


def _expected(question: Question) -> str:
    rule = "All of these are wanted" if question.match == "all" else "One of these is enough"
    lines = [f"{rule}:" if len(question.answers) > 1 else "This:"]
    lines += [f"- {' or '.join(text.split('|'))}" for text in question.answers]
    return "\n".join([*lines, *([f"In other words: {question.rubric}"] if question.rubric else [])])


def build_judge(name: str) -> Judge:
    """The model of that name (`provider:model`) as a judge of answers; ModelError when it cannot be had."""
    from graph.engines.llm import gemini
    from graph.engines.llm.factory import chat_model
    from graph.engines.requests.client import NamedModel, Service

    now = settings()
    model = chat_model(name, thinking="low", api_key=now.api_key, base_url=now.base_url)
    return Judge(Service(gemini.explain, limiter=limiter(now)), NamedModel(model, name, SETTING))
