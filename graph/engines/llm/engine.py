"""The engine on chat models: any LangChain model that sees images and gives structured replies."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from graph.engines.base import OnDraft, PageRequest, Readings
from graph.engines.llm import schemas
from graph.engines.llm.messages import (
    chunk_id_for,
    format_chunks,
    format_documents,
    format_objections,
    format_statements,
    normalize_query,
    statement_at,
    stop_reason,
    to_claim,
    to_claims,
    to_step,
    with_images,
)
from graph.engines.llm.page_reader import PageReader
from graph.engines.llm.small_models import Form
from graph.engines.llm.structured import NO_STREAM, ChatRequests, Content, OnPartialClaims, Structured
from graph.engines.requests.client import NamedModel, RequestClient
from graph.errors import ModelError, UnusableReplyError
from graph.providers import split_name
from graph.sanitize import neutralize_tags
from graph.types import (
    Claim,
    Entailment,
    Grade,
    Objection,
    PageView,
    PlannedStep,
    Reply,
    RetrievedChunk,
    Statement,
    Turn,
    add_usage,
)  # fmt: skip
from loaders.types import FailureReason
from prompts import Prompt

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from graph.context import Context

_UNUSABLE: Mapping[str, str] = {
    "blocked": "its safety filter blocked the question or the passages",
    "recitation": "it would not repeat passages that are published elsewhere (RECITATION)",
    "max_tokens": "its reply was cut off before its end (MAX_TOKENS)",
    "empty": "its reply was empty",
    "garbled": "its reply was not in the form that was asked for",
}
CHECK_TIMEOUT_S = 60.0  # for a check of claims with its retries: it takes 2-5 s, and an answer can do without
_MAX_REASON = 200  # characters of a reason, which should have twenty words
_MAX_TURNS, _MAX_TURN_LENGTH = 10, 2000
"""How much of a conversation a follow-up question can refer to: its last turns, and the characters of each."""
_SMALL_TASKS = 2
"""The requests of the grading model for one question: grading, and a repair or check of what was answered."""


class ChatEngine:
    """Reads pages with one chat model; grades, rewrites and answers with others.

    Args:
        context: The settings of the run: prompts, pages a request, whether replies are checked.
        client: Sends the requests.
        reader: The model that reads pages.
        grader: The model that resolves follow-ups, grades chunks, rewrites questions and repairs claims.
        writer: The model that writes answers.
        batch_size: How many pages `transcribe` is given at once; those of one request if None.
        short: Whether the models are asked as small ones.
    """

    name = "llm"
    reads_images = True
    can_rewrite = True

    def __init__(
        self,
        context: Context,
        *,
        client: RequestClient,
        reader: NamedModel[BaseChatModel],
        grader: NamedModel[BaseChatModel],
        writer: NamedModel[BaseChatModel],
        batch_size: int | None = None,
        short: bool = False,
    ) -> None:
        self._context, self._client = context, client
        self._reader, self._grader, self._writer = reader, grader, writer
        self._form = Form(short=short)
        self._chat = ChatRequests(client, short=short)
        self.max_chunks = self._form.max_chunks
        self._pages = PageReader(context, client, reader)
        self.model, self.prompt, self.reader_identity = self._pages.model, self._pages.prompt, self._pages.identity
        self.batch_size = batch_size or context.pages_per_request

    def is_daily_quota_exhausted(self) -> bool:
        """Return True if neither the reader nor the fallback model will be sent another request today."""
        return self._client.is_daily_quota_exhausted(self._reader)

    def transcribe(self, pages: Sequence[PageRequest]) -> Readings:
        """Read pages as `PageReader.transcribe` does."""
        return self._pages.transcribe(pages)

    async def contextualize(self, question: str, history: Sequence[Turn]) -> Reply[str]:
        """Return the question with its references to the conversation resolved; unchanged if there is none."""
        if not history:
            return Reply(question)
        turns = [
            f"{turn['role']}: {neutralize_tags(turn['text'][:_MAX_TURN_LENGTH])}" for turn in history[-_MAX_TURNS:]
        ]
        prompt = Prompt("contextualize", self._context.contextualize_prompt)
        text = prompt.fill(history="\n".join(turns), question=neutralize_tags(question))
        answer = await self._chat.send(self._grader, lambda model: model.ainvoke(text, NO_STREAM))
        reply = answer.reply
        standalone = "" if stop_reason(reply) else " ".join(re.sub(r"</?question>", " ", reply.text).split())
        return Reply(standalone or question, answer.usage)

    async def grade(self, question: str, chunks: Sequence[RetrievedChunk]) -> Reply[list[Grade]]:
        """Grade all chunks in one request; the result lacks those that the reply does not grade."""
        if not chunks:
            return Reply([])
        prompt = self._form.prompt("grade", self._context.grade_prompt)
        text = prompt.fill(question=neutralize_tags(question), passages=format_chunks(chunks))
        schema = schemas.grading(len(chunks), short=self._form.short)
        reply = await self._chat.send_structured(self._grader, text, schema, allow_failure=True)
        grades: dict[str, Grade] = {}
        for item in reply.value.grades if reply.value else []:
            if chunk := chunk_id_for(item.id, chunks):
                grades.setdefault(chunk, Grade(chunk=chunk, score=item.score, reason=item.reason))
        return Reply(list(grades.values()), reply.usage)

    async def rewrite(self, question: str, tried: Sequence[str], chunks: Sequence[RetrievedChunk]) -> Reply[str]:
        """Return another query for the question; "" if the model has none, or repeats one that was tried."""
        text = Prompt("rewrite", self._context.rewrite_prompt).fill(
            question=neutralize_tags(question),
            tried=neutralize_tags("\n".join(tried)),
            passages=format_chunks(chunks, with_reasons=True),
        )
        reply = await self._chat.send_structured(self._grader, text, schemas.Rewriting)
        query = " ".join(reply.value.query.split()) if reply.value else ""
        known = {normalize_query(text) for text in (question, *tried)}
        return Reply("" if normalize_query(query) in known else query, reply.usage)

    async def plan(
        self,
        question: str,
        documents: Mapping[str, str],
        taken: Sequence[str],
        chunks: Sequence[RetrievedChunk],
        steps: int,
    ) -> Reply[list[PlannedStep]]:
        """Return the next steps from one request to the grading model; none if its reply cannot be used."""
        text = Prompt("plan", self._context.plan_prompt).fill(
            question=neutralize_tags(question),
            documents=format_documents(list(documents.values())),
            tried=neutralize_tags("\n".join(taken) or "none yet"),
            steps=str(steps),
            passages=format_chunks(chunks, with_reasons=True),
        )
        reply = await self._chat.send_structured(self._grader, text, schemas.planning(len(documents), steps))
        planned = reply.value.steps[:steps] if reply.value else []
        return Reply([to_step(step, list(documents)) for step in planned], reply.usage)

    async def answer(
        self,
        question: str,
        chunks: Sequence[RetrievedChunk],
        grades: Sequence[Grade],
        page_images: Sequence[PageView] = (),
        on_draft: OnDraft | None = None,
    ) -> Reply[list[Claim]]:
        """Return claims with quotes; a claim with an unknown label has an empty `chunk` and no `image`.

        A malformed reply is requested once more. The model is not shown the grades.

        Raises:
            UnusableReplyError: both replies were blocked, cut off, empty or malformed; "no claims" would wrongly say
                that the documents hold no answer.
            ServiceOutOfOrderError: the day's requests to all models are used up.
            ModelError: the service gave no reply.
        """
        if not chunks:
            return Reply([])
        prompt, most = self._form.prompt("answer", self._context.answer_prompt), self._form.most_claims
        text = prompt.fill(question=neutralize_tags(question), passages=format_chunks(chunks))
        content = with_images(text, page_images, chunks)

        def pass_on(text: str, claims: Sequence[object]) -> None:
            if on_draft:
                # As they are: looking up a quote takes up to 3 ms, and this is called for each token.
                on_draft(text, to_claims(claims[:most], chunks, page_images))

        schema, on_partial = schemas.answer(len(chunks), len(page_images), most), pass_on if on_draft else None
        reply = await self._write(content, schema, on_partial)
        usage = reply.usage
        if _is_unusable(reply.value) and reply.stopped != "blocked":  # what a filter blocks, it blocks again
            reply = await self._write(content, schema, on_partial)
            usage = add_usage(usage, reply.usage)
        if reply.value is None or _is_unusable(reply.value):
            raise UnusableReplyError(_complaint(self._writer, reply.stopped), usage)
        claims = reply.value.claims[:most] if reply.value.answerable else []
        made = [to_claim(claim, chunks, page_images) for claim in claims]
        return Reply(self._form.claims(made, chunks), usage, reply.model)

    async def _write(
        self, content: Content, schema: type[schemas.Answer], on_partial: OnPartialClaims | None
    ) -> Structured[schemas.Answer | None]:
        return await self._chat.send_structured(
            self._writer, content, schema, on_partial_claims=on_partial, stand_in=self._grader
        )

    async def questions_left(self) -> int | None:
        """Return how many questions the known limits of a day leave, with the fallback model's; None if none is known.

        A question takes one request of the model that answers, and `_SMALL_TASKS` of the one that grades.
        """
        answers = await self._client.requests_left(self._writer)
        small = await self._client.requests_left(self._grader, with_fallback=False)
        if self._grader.name == self._writer.name:
            return None if answers is None else answers // (1 + _SMALL_TASKS)
        known = [answers, None if small is None else small // _SMALL_TASKS]
        return min((count for count in known if count is not None), default=None)

    async def repair(
        self,
        question: str,
        chunks: Sequence[RetrievedChunk],
        objections: Sequence[Objection],
        page_images: Sequence[PageView] = (),
    ) -> Reply[list[Claim | None]]:
        """Return a claim or None for each objection, in one request.

        Raises:
            UnusableReplyError: the reply is missing, blocked, cut off, empty or malformed.
            ModelError: the key was refused, or the model does not exist.
        """
        text = self._form.prompt("repair", self._context.repair_prompt).fill(
            question=neutralize_tags(question),
            claims=format_objections(objections, chunks, page_images),
            passages=format_chunks(chunks),
        )
        content = with_images(text, page_images, chunks)
        schema = schemas.repair(len(chunks), len(page_images), len(objections))
        reply = await self._chat.send_structured(self._grader, content, schema, allow_failure=True)
        if reply.value is None:
            raise UnusableReplyError(_complaint(self._grader, reply.stopped), reply.usage)
        repairs = list(reversed(reply.value.repairs))
        claims = self._form.claims([to_claim(repair, chunks, page_images) for repair in repairs], chunks)
        by_number = {repair.number: claim for repair, claim in zip(repairs, claims, strict=True)}
        return Reply([by_number.get(number) for number in range(1, len(objections) + 1)], reply.usage)

    async def check(self, statements: Sequence[Statement]) -> Reply[list[Entailment | None]]:
        """Return for each statement whether its quote says it, from one request to the grading model.

        None for those that the reply leaves out; for all of them if there is no usable reply, whatever the reason.
        """
        text = Prompt("check", self._context.check_prompt).fill(statements=format_statements(statements))
        try:
            async with asyncio.timeout(CHECK_TIMEOUT_S):
                reply = await self._chat.send_structured(
                    self._grader, text, schemas.rulings(len(statements)), allow_failure=True
                )
        except (ModelError, TimeoutError):
            return Reply([None] * len(statements))
        found: dict[int, Entailment] = {}
        for ruling in reply.value.rulings if reply.value else []:
            if (at := statement_at(ruling.id, len(statements))) is not None:
                reason = " ".join(ruling.reason.split())[:_MAX_REASON]
                found.setdefault(at, Entailment(answer=ruling.answer, reason=reason))
        return Reply([found.get(at) for at in range(len(statements))], reply.usage)


def _complaint(model: NamedModel[BaseChatModel], stopped: FailureReason | None) -> str:
    """Return the sentence that says why a model's reply cannot be used, and what the user can do."""
    why = _UNUSABLE.get(stopped or "garbled") or f"the service gave none ({stopped})"
    return (
        f"{split_name(model.name)[1]} gave no answer that can be used: {why}. That says nothing about the documents: "
        f"ask again, or set {model.setting} to another model."
    )


def _is_unusable(answer: schemas.Answer | None) -> bool:
    """Return whether an answer is missing, or is called answerable without a single valid claim."""
    return answer is None or (answer.answerable and not answer.claims)
