"""The reader of pages: a chat model that sees images transcribes them, several in a request, and is checked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from graph.engines.base import PageReading, PageRequest, Readings
from graph.engines.llm import page_replies
from graph.engines.llm.messages import stop_reason
from graph.engines.llm.page_batches import BatchTranscriber, merge
from graph.engines.llm.page_requests import MIN_BYTES_FOR_WEBP, Attempt, bound_on_reply, takes_webp, webp
from graph.engines.llm.reply_checks import repeats
from graph.engines.llm.structured import NO_STREAM
from graph.engines.requests.client import NamedModel, RequestClient
from graph.errors import ServiceOutOfOrderError
from graph.providers import split_name
from graph.sanitize import neutralize_tags
from loaders.text.markdown import parse_blocks
from loaders.types import Failure, FailureReason, PageImage
from prompts import Prompt, load

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from graph.context import Context

# For one attempt. A page of 1,500 tokens takes 5-15 s, three times that on a bad day.
READING_TIMEOUT_S, READING_TIMEOUT_PER_PAGE_S = 45.0, 30.0
_DETAILS: dict[FailureReason, str] = {
    "recitation": "The model would not repeat this page, because it is published elsewhere (RECITATION).",
    "max_tokens": "The model's reply was cut off before the end of the page (MAX_TOKENS).",
    "blocked": "The model's safety filter blocked the page.",
    "empty": "The model returned no text for a page that is not blank.",
    "repetition": "The model repeated itself until its reply was cut off (MAX_TOKENS).",
    "garbled": "The model stopped before it was done, without a usable reason.",
}
_IDENTITY_PREFIX = "gemini"
"""The first part of the reader's identity. Keys of stored transcripts are hashes of it: with another word every page
would be read and paid for again."""


class PageReader:
    """Reads pages with a chat model; nothing more is sent to one that turns out not to see images.

    Args:
        context: The settings of the run: the prompt, pages a request, whether replies are checked.
        client: Sends the requests.
        reader: The model.
    """

    def __init__(self, context: Context, client: RequestClient, reader: NamedModel[BaseChatModel]) -> None:
        self._context, self._client, self._reader = context, client, reader
        self._no_images: Failure | None = None
        self.model = split_name(reader.name)[1]
        self.prompt = Prompt("transcribe", context.transcribe_prompt).version
        self.identity = f"{_IDENTITY_PREFIX}/{reader.name}/{self.prompt}"

    async def transcribe(self, pages: Sequence[PageRequest]) -> Readings:
        """Read pages, `pages_per_request` in each request; read again what a reply lacks or gets wrong.

        All requests are in flight at once. Blank pages are not sent. The open usage recorder gets the cost of each
        page.

        Raises:
            ModelError: the key was refused or the model does not exist.
        """
        images = {page.image.page: page.image for page in pages}
        for number, image in images.items():
            if image.blank:
                yield number, PageReading(number, (), image.words, self.model)
        to_send, size = [image for image in images.values() if not image.blank], self._context.pages_per_request
        batches = [to_send[start : start + size] for start in range(0, len(to_send), size)]
        check_replies = self._context.check_replies
        async for outcome in merge(
            [BatchTranscriber(self._read, check_replies=check_replies).run(one) for one in batches]
        ):
            yield outcome

    async def _read(self, images: Sequence[PageImage], attempt: Attempt) -> dict[int, PageReading | Failure]:
        """Send one request for these pages and return the outcome of each; send none to a model that sees no images."""
        if self._no_images:
            return {image.page: self._no_images for image in images}
        smaller = await asyncio.to_thread(_smaller, images) if takes_webp(self._reader.model) else {}
        again = load("read_again").fill(problem=neutralize_tags(attempt.objection)) if attempt.objection else ""

        def request(model: BaseChatModel) -> Awaitable[Any]:
            if self._no_images and model is self._reader.model:  # another request found so while this one waited
                raise ServiceOutOfOrderError(self._no_images)
            content: Any = page_replies.content_blocks(images, smaller if takes_webp(model) else {}, again)
            messages: Any = [("system", self._context.transcribe_prompt), ("human", content)]
            bound: Any = bound_on_reply(model, images, attempt)
            return model.ainvoke(messages, NO_STREAM, **bound)

        pages = [image.page for image in images]
        time_limit = READING_TIMEOUT_S + READING_TIMEOUT_PER_PAGE_S * len(images)
        try:
            answer = await self._client.send_with_fallback(self._reader, request, time_limit=time_limit, pages=pages)
        except ServiceOutOfOrderError as error:
            if error.failure is not self._no_images:
                raise
            answer = self._no_images
        if isinstance(answer, Failure):
            self._no_images = answer if answer.reason == "no_images" else None
            return {image.page: answer for image in images}
        return _with_model(answer.name, self._outcomes(images, answer.reply.text, stop_reason(answer.reply)))

    def _outcomes(
        self, images: Sequence[PageImage], text: str, stopped: FailureReason | None
    ) -> dict[int, PageReading | Failure]:
        """Return the outcome of each page in a reply; `stopped` says why the reply is incomplete, if it is."""
        texts = page_replies.parse(text, [image.page for image in images])
        cut_page, cut_text = texts.popitem() if stopped and texts else (0, "")  # the last page is the incomplete one
        missing = Failure(stopped or "empty", _DETAILS[stopped or "empty"])
        outcomes = {image.page: self._outcome(image, texts, missing) for image in images}
        if stopped == "max_tokens" and repeats(cut_text, None):
            outcomes[cut_page] = Failure("repetition", _DETAILS["repetition"])
        return outcomes

    def _outcome(self, image: PageImage, texts: dict[int, str], missing: Failure) -> PageReading | Failure:
        text = texts.get(image.page, "").strip()
        if text == page_replies.BLANK and not image.text.strip():
            text = ""
        elif text in ("", page_replies.BLANK):
            return missing
        return PageReading(image.page, parse_blocks(text), image.words, self.model)


def _smaller(images: Sequence[PageImage]) -> dict[int, bytes]:
    """Return the images that are smaller as WebP, by page."""
    encoded = {image.page: webp(image.png) for image in images if len(image.png) >= MIN_BYTES_FOR_WEBP}
    return {page: data for page, data in encoded.items() if data}


def _with_model(name: str, outcomes: dict[int, PageReading | Failure]) -> dict[int, PageReading | Failure]:
    """Return the outcomes with the model that replied, which may be the fallback model."""
    model = split_name(name)[1]
    return {
        page: replace(outcome, model=model) if isinstance(outcome, PageReading) else outcome
        for page, outcome in outcomes.items()
    }
