"""An embedder for any LangChain embedding model, whose requests go through the request client."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy import float32
from numpy.typing import NDArray

from graph.engines.llm import gemini
from graph.engines.llm.task_prefixes import task_prefix
from graph.engines.requests.client import NamedModel, RequestClient
from graph.errors import ModelError, ServiceOutOfOrderError
from graph.providers import split_name
from graph.types import Reply
from loaders.types import PASSING, Failure

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

ATTEMPT_TIMEOUT_S = 60.0  # a request normally takes one or two
# Google's service takes 100 texts at once, and its client splits requests that it guesses to be over 20,000 tokens, at
# two for each word and mark. Requests below both limits are sent as they are, so that no text is paid for twice.
MAX_TEXTS, MAX_WORDS = 100, 10_000
# Google's service takes six images in one request, and requests of 20 MB, which is 15 before they are encoded.
MAX_IMAGES, MAX_IMAGE_BYTES = 6, 14_000_000
_WORD_OR_MARK = re.compile(r"[^\W_]+|[\W_]")


class ModelEmbedder:
    """An `Embedder` of one vector for each chunk, computed by an embedding model.

    Args:
        model: The embedding model.
        dimensions: The length that its vectors must have; None for the length of the first.
        client: Sends the requests.
    """

    def __init__(self, model: NamedModel[Embeddings], dimensions: int | None, client: RequestClient) -> None:
        self._model_name = split_name(model.name)[1]
        self._model, self._dimensions, self._client = model, dimensions, client
        self._prefix = task_prefix(model.name)
        self.identity = f"{self._model_name}/{dimensions}" if dimensions else self._model_name

    async def embed_query(self, text: str) -> Reply[NDArray[float32]]:
        """Return the unit vector of a question, of shape (dimensions,).

        Raises:
            ModelError: the service returned no vector, or one of another length.
        """
        query = self._prefix.question + text

        async def request(model: Embeddings) -> list[list[float]]:
            return [await model.aembed_query(query)]

        reply = await self._send(request, 1, bulk=False, tokens=_tokens([query]))
        return Reply(reply.value[0], reply.usage)

    async def embed_chunks(self, titles: Sequence[str], texts: Sequence[str]) -> AsyncIterator[Reply[NDArray[float32]]]:
        """Yield the unit vectors of texts in order, an array of shape (n, dimensions) for each request.

        Args:
            titles: The title of each text's document; may be "".
            texts: The texts.

        Raises:
            ModelError: the service returned no vectors, or some of another length.
        """
        prepared = [self._document(title, text) for title, text in zip(titles, texts, strict=True)]
        for batch in _batches(prepared):

            async def request(model: Embeddings, batch: list[str] = batch) -> list[list[float]]:
                return await model.aembed_documents(batch)

            yield await self._send(request, len(batch), bulk=True, tokens=_tokens(batch))

    def _document(self, title: str, text: str) -> str:
        return self._prefix.passage.replace("{title}", title.strip() or "none") + text

    async def _send(
        self, request: Callable[[Embeddings], Awaitable[list[list[float]]]], count: int, *, bulk: bool, tokens: int = 0
    ) -> Reply[NDArray[float32]]:
        limit = ATTEMPT_TIMEOUT_S
        answer = await self._client.send(self._model, request, time_limit=limit, bulk=bulk, tokens=tokens)
        if isinstance(answer, Failure):
            raise ServiceOutOfOrderError(answer) if answer.reason in PASSING else ModelError(answer.detail)
        self._check(answer.reply, count)
        return Reply(self._unit_rows(answer.reply), answer.usage)

    def _check(self, vectors: Sequence[Sequence[float]], count: int) -> None:
        name, setting = self._model_name, self._model.setting
        if len(vectors) != count:
            raise ModelError(
                f"{name} returned {len(vectors)} vectors for {count} texts: set {setting} to another model."
            )
        lengths = {len(vector) for vector in vectors}
        if self._dimensions is None and len(lengths) == 1:
            (self._dimensions,) = lengths
        if lengths != {self._dimensions}:
            listed = ", ".join(map(str, sorted(lengths)))
            raise ModelError(
                f"{name} returns vectors of length {listed}, not {self._dimensions}: "
                f"set embedding_dimensions to {listed}, or {setting} to another model."
            )

    def _unit_rows(self, vectors: Sequence[Sequence[float]]) -> NDArray[float32]:
        """Return the vectors as rows of length 1; refuse those that have no direction, which would match anything."""
        rows = np.asarray(vectors, dtype=np.float64)
        lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
        for wrong, what in (
            (~np.isfinite(lengths), "that is not a number (NaN or infinite)"),
            (lengths == 0, "of zeros"),
        ):
            if wrong.any():
                raise ModelError(
                    f"{self._model_name} returned a vector {what} for text {int(np.argmax(wrong)) + 1} of {len(rows)}: "
                    f"try again, or set {self._model.setting} to another model."
                )
        unit: NDArray[float32] = (rows / lengths).astype(float32)
        return unit


def _tokens(texts: Sequence[str]) -> int:
    """Return about how many tokens texts have, which the replies with vectors do not tell: one in four characters."""
    return max(1, sum(map(len, texts)) // 4)


class PageImageEmbedder(ModelEmbedder):
    """A `ModelEmbedder` whose model also gives vectors to page images, in the space of its texts."""

    async def embed_images(self, images: Sequence[bytes]) -> AsyncIterator[Reply[NDArray[float32]]]:
        """Yield the unit vectors of PNG images in order, an array of shape (n, dimensions) for each request.

        Raises:
            ModelError: the service returned no vectors, or some of another length.
        """
        for batch in _image_batches(images):

            async def request(model: Embeddings, batch: list[bytes] = batch) -> list[list[float]]:
                return await gemini.embed_images(model, batch, self._dimensions or gemini.DIMENSIONS)

            yield await self._send(request, len(batch), bulk=True)


def _image_batches(images: Sequence[bytes]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    for image in images:
        if batch and (len(batch) == MAX_IMAGES or sum(map(len, batch)) + len(image) > MAX_IMAGE_BYTES):
            yield batch
            batch = []
        batch.append(image)
    if batch:
        yield batch


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    words = 0
    for text in texts:
        count = len(_WORD_OR_MARK.findall(text))
        if batch and (len(batch) == MAX_TEXTS or words + count > MAX_WORDS):
            yield batch
            batch, words = [], 0
        batch.append(text)
        words += count
    if batch:
        yield batch
