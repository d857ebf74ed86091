"""A judge model for answers that a comparison of strings cannot decide; reports count its verdicts separately."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import BaseModel, Field

import prompts
from graph.dependencies import rate_limiter
from graph.engines.llm.structured import ChatRequests
from graph.engines.requests.client import NamedModel
from graph.errors import ModelError
from graph.evaluation.matching import is_free
from graph.sanitize import neutralize_tags
from graph.settings import settings
from graph.types import Reply, add_usage

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from graph.evaluation.questions import Question

SETTING = "PAGEWITNESS_JUDGE_MODEL"
_TRIES = 2  # an unreadable reply is requested once more


class Judgement(BaseModel):
    """The reply of the judge."""

    # The reason first: a model judges better after it has given one.
    reason: str = Field("", description="Why, in at most twenty words.")
    correct: bool = Field(description="Whether the answer says what was expected.")


@dataclass(frozen=True, slots=True)
class Judge:
    """A chat model that judges answers, behind the same limits, retries and error messages as all others."""

    requests: ChatRequests
    use: NamedModel[BaseChatModel]

    @property
    def name(self) -> str:
        """The model, as `provider:model`."""
        return self.use.name

    async def judge(self, question: Question, answer: str) -> Reply[Judgement]:
        """Return whether an answer says what the question expects.

        Raises:
            ModelError: the model gave no readable verdict.
        """
        text = prompts.load("judge").fill(
            question=neutralize_tags(question.question),
            expected=neutralize_tags(_expected(question)),
            answer=neutralize_tags(answer),
        )
        usage = None
        for _ in range(_TRIES):
            reply = await self.requests.send_structured(self.use, text, Judgement)
            usage = add_usage(usage, reply.usage)
            if reply.value:
                return Reply(reply.value, usage)
        raise ModelError(f"{self.name} gave no verdict that can be read: set {SETTING} to another model.")


def wants_judge(question: Question) -> bool:
    """Return whether a judge is needed: the question says so, or expects a free answer."""
    if question.match == "judge":
        return question.answerable
    return question.answerable and is_free(question.answers, question.match)


def _expected(question: Question) -> str:
    rule = "All of these are wanted" if question.match == "all" else "One of these is enough"
    lines = [f"{rule}:" if len(question.answers) > 1 else "This:"]
    lines += [f"- {' or '.join(text.split('|'))}" for text in question.answers]
    return "\n".join([*lines, *([f"In other words: {question.rubric}"] if question.rubric else [])])


def build_judge(name: str) -> Judge:
    """Return the model `provider:model` as a judge.

    Raises:
        ModelError: the model cannot be used.
    """
    from graph.engines.llm.factory import build_client, chat_model

    configured = settings()
    model = chat_model(name, thinking="low", api_key=configured.api_key, base_url=configured.base_url)
    client = build_client(configured, rate_limiter=rate_limiter(configured))
    return Judge(ChatRequests(client), NamedModel(model, name, SETTING))
