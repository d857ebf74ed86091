"""The engine that a chat model drives: any LangChain model that sees images and gives structured replies."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel

from graph.engines.base import Drafting, PageReading, PageRequest
from graph.engines.llm import page_replies
from graph.engines.llm.factory import split_name
from graph.engines.llm.messages import (
    Answer,
    Grading,
    Repair,
    Rewriting,
    bare,
    chunk_of,
    claim_of,
    claims_begun,
    content_of,
    fenced,
    objections_as_text,
    stop_reason,
)
from graph.engines.llm.page_batches import WindowReader, side_by_side
from graph.engines.llm.reply_checks import repeats
from graph.engines.llm.structured import QUIET, Dialogue
from graph.engines.requests.client import Explain, NamedModel, Service
from graph.engines.requests.rate_limit import Limiter
from graph.engines.requests.retry import Patience
from graph.sanitize import neutralize_tags
from graph.types import Claim, Grade, Objection, PageView, Reply, RetrievedChunk, Turn, add_usage
from loaders.text.markdown import parse_blocks
from loaders.types import Failure, FailureReason, PageImage
from prompts import Prompt

if TYPE_CHECKING:
    from graph.context import Context

T = TypeVar("T")
S = TypeVar("S", bound=BaseModel)

# Seconds for one attempt. A page of 1,500 tokens takes 5-15 s; on a bad day three times that.
READING_TIME, READING_TIME_PER_PAGE = 45.0, 30.0
_DETAILS: dict[FailureReason, str] = {
    "recitation": "The model would not repeat this page, because it is published elsewhere (RECITATION).",
    "max_tokens": "The model's reply was cut off before the end of the page (MAX_TOKENS).",
    "blocked": "The model's safety filter blocked the page.",
    "empty": "The model returned no text for a page that is not blank.",
    "repetition": "The model repeated itself until its reply was cut off (MAX_TOKENS).",
    "garbled": "The model stopped before it was done, without a usable reason.",
}
_TURNS_KEPT, _TURN_LENGTH = 10, 2000  # what a follow-up can refer to; characters of one turn


_IDENTITY_PREFIX = "gemini"
"""The first part of the reader's identity. Keys of stored transcripts are hashes of it: with another word every page
would be read and paid for again."""


class ChatEngine:
    """Reads pages with one model; grades, rewrites and answers with others, all behind one retry layer."""

    name = "llm"
    reads_images = True
    can_rewrite = True

    def __init__(
        self,
        context: Context,
        *,
        reader: NamedModel,
        grader: NamedModel,
        writer: NamedModel,
        explain: Explain,
        fallback: NamedModel | None = None,
        patience: Patience | None = None,
        limiter: Limiter | None = None,
        batch_size: int | None = None,
    ) -> None:
        self._context = context
        self._reader, self._grader, self._writer = reader, grader, writer
        self._service = Service(explain, patience, limiter, fallback)
        self._dialogue = Dialogue(self._service)
        self.model = split_name(reader.name)[1]
        self.prompt = Prompt("transcribe", context.transcribe_prompt).version
        self.reader_identity = f"{_IDENTITY_PREFIX}/{reader.name}/{self.prompt}"
        self.batch_size = batch_size or context.pages_per_request

    def is_daily_quota_exhausted(self) -> bool:
        """Whether it is known that neither the reader nor the second model will be asked any more today."""
        return self._service.is_daily_quota_exhausted(self._reader)

    async def transcribe(self, pages: Sequence[PageRequest]) -> AsyncIterator[tuple[int, PageReading | Failure]]:
        """Read the pages, `pages_per_request` in each request, and again what a reply lacks or is not believed.

        All requests are under way at once. Blank pages are not sent. What it costs is written into the open journal,
        page by page.

        Raises:
            ModelError: the key was refused or the model is gone.
        """
        images = {page.image.page: page.image for page in pages}
        for number, image in images.items():
            if image.blank:
                yield number, PageReading(number, (), image.words, self.model)
        sent, size = [image for image in images.values() if not image.blank], self._context.pages_per_request
        requests = [sent[start : start + size] for start in range(0, len(sent), size)]
        checked = self._context.check_replies
        async for outcome in side_by_side([WindowReader(self._read, checked=checked).run(one) for one in requests]):
            yield outcome

    async def contextualize(self, question: str, history: Sequence[Turn]) -> Reply[str]:
        """The question with what it refers to spelled out; itself, without a request, where nothing was said before."""
        if not history:
            return Reply(question)
        turns = [f"{turn['role']}: {neutralize_tags(turn['text'][:_TURN_LENGTH])}" for turn in history[-_TURNS_KEPT:]]
        prompt = Prompt("contextualize", self._context.contextualize_prompt)
        text = prompt.fill(history="\n".join(turns), question=neutralize_tags(question))
        asked = await self._dialogue.ask(self._grader, lambda model: model.ainvoke(text, QUIET))
        reply = asked.reply
        alone = "" if stop_reason(reply) else " ".join(re.sub(r"</?question>", " ", reply.text).split())
        return Reply(alone or question, asked.usage)

    async def grade(self, question: str, passages: Sequence[RetrievedChunk]) -> Reply[list[Grade]]:
        """Grade all passages in one request; those that no reply, or a spoilt one, grades are not in the result."""
        if not passages:
            return Reply([])
        text = Prompt("grade", self._context.grade_prompt).fill(
            question=neutralize_tags(question), passages=fenced(passages)
        )
        reply = await self._dialogue.structured(self._grader, text, Grading, forgiving=True)
        grades: dict[str, Grade] = {}
        for item in reply.value.grades if reply.value else []:
            if chunk := chunk_of(item.id, passages):
                grades.setdefault(chunk, Grade(chunk=chunk, score=item.score, reason=item.reason))
        return Reply(list(grades.values()), reply.usage)

    async def rewrite(self, question: str, tried: Sequence[str], passages: Sequence[RetrievedChunk]) -> Reply[str]:
        """Another query for the question; "" when the model repeats one that was tried, or has none."""
        text = Prompt("rewrite", self._context.rewrite_prompt).fill(
            question=neutralize_tags(question),
            tried=neutralize_tags("\n".join(tried)),
            passages=fenced(passages, judged=True),
        )
        reply = await self._dialogue.structured(self._grader, text, Rewriting)
        query = " ".join(reply.value.query.split()) if reply.value else ""
        known = {bare(text) for text in (question, *tried)}
        return Reply("" if bare(query) in known else query, reply.usage)

    async def answer(
        self,
        question: str,
        passages: Sequence[RetrievedChunk],
        grades: Sequence[Grade],
        views: Sequence[PageView] = (),
        draft: Drafting | None = None,
    ) -> Reply[list[Claim]]:
        """Claims with quotes; a claim on a passage or image that was not given has an empty `chunk` and no `image`.

        An unreadable reply is asked for once more. The grades are not shown: the passages speak for themselves.

        Raises:
            ModelError: the service gave no answer; "no claims" would wrongly say that the documents hold none.
        """
        if not passages:
            return Reply([])
        text = Prompt("answer", self._context.answer_prompt).fill(
            question=neutralize_tags(question), passages=fenced(passages)
        )
        content = content_of(text, views, passages)

        def tell(text: str, begun: Sequence[object]) -> None:
            if draft:
                draft(text, claims_begun(begun, passages, views))

        reply = await self._dialogue.structured(self._writer, content, Answer, tell if draft else None)
        if reply.value is None:
            again = await self._dialogue.structured(self._writer, content, Answer, tell if draft else None)
            reply = Reply(again.value, add_usage(reply.usage, again.usage))
        found = reply.value.claims if reply.value and reply.value.answerable else []
        return Reply([claim_of(claim, passages, views) for claim in found], reply.usage)

    async def repair(
        self,
        question: str,
        passages: Sequence[RetrievedChunk],
        objections: Sequence[Objection],
        views: Sequence[PageView] = (),
    ) -> Reply[list[Claim | None]]:
        """Another claim for each objection, all in one request; none where no reply comes, or an unreadable one."""
        text = Prompt("repair", self._context.repair_prompt).fill(
            question=neutralize_tags(question),
            claims=objections_as_text(objections, passages, views),
            passages=fenced(passages),
        )
        content = content_of(text, views, passages)
        reply = await self._dialogue.structured(self._writer, content, Repair, forgiving=True)
        repairs = reply.value.repairs if reply.value else []
        given = {one.number: claim_of(one, passages, views) for one in reversed(repairs)}
        return Reply([given.get(number) for number in range(1, len(objections) + 1)], reply.usage)

    async def _read(self, images: Sequence[PageImage], temperature: float | None) -> dict[int, PageReading | Failure]:
        """One request for these pages, and an outcome for each."""
        sampling: Any = {} if temperature is None else {"temperature": temperature}
        messages: Any = [
            ("system", self._context.transcribe_prompt),
            ("human", page_replies.content_blocks(images)),
        ]
        limit = READING_TIME + READING_TIME_PER_PAGE * len(images)
        asked = await self._service.ask(
            self._reader,
            lambda model: model.ainvoke(messages, QUIET, **sampling),
            time_limit=limit,
            pages=[image.page for image in images],
        )
        if isinstance(asked, Failure):
            return {image.page: asked for image in images}
        reply = asked.reply
        found = page_replies.parse(reply.text, [image.page for image in images])
        stopped = stop_reason(reply)
        cut = found.popitem() if stopped and found else (0, "")  # the last page is the one that was cut
        missing = Failure(stopped or "empty", _DETAILS[stopped or "empty"])
        outcomes = {image.page: self._outcome(image, found, missing) for image in images}
        if stopped == "max_tokens" and repeats(cut[1], None):
            outcomes[cut[0]] = Failure("repetition", _DETAILS["repetition"])
        return _read_by(asked.name, outcomes)

    def _outcome(self, image: PageImage, found: dict[int, str], missing: Failure) -> PageReading | Failure:
        text = found.get(image.page, "").strip()
        if text == page_replies.BLANK and not image.text.strip():
            text = ""
        elif text in ("", page_replies.BLANK):
            return missing
        return PageReading(image.page, parse_blocks(text), image.words, self.model)


def _read_by(name: str, outcomes: dict[int, PageReading | Failure]) -> dict[int, PageReading | Failure]:
    """The outcomes with the model that gave them, which is not always the first choice."""
    model = split_name(name)[1]
    return {
        page: replace(outcome, model=model) if isinstance(outcome, PageReading) else outcome
        for page, outcome in outcomes.items()
    }
