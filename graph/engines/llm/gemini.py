"""What is Google's own: which clients are built, how texts to embed are written, and what its errors mean to a user.

Other providers' models pass through here too, since each of the three models is a setting of its own.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy import float32
from numpy.typing import NDArray

from graph.engines.base import Engine, batch_size
from graph.engines.llm.engine import ChatEngine
from graph.engines.llm.factory import GOOGLE, chat_model, embedding_model, reads_task_from_text, split_name
from graph.engines.requests.client import NamedModel
from graph.engines.requests.rate_limit import DEFAULT_CONCURRENCY
from graph.engines.requests.retry import Patience, call, diagnose
from graph.errors import ModelError
from graph.retrieval.embedder import Embedder
from graph.types import Reply, Usage
from loaders.types import Failure, FailureReason

if TYPE_CHECKING:
    from graph.context import Context
    from graph.engines.requests.rate_limit import Limiter
    from graph.settings import Settings

READER, CHAT, EMBEDDING = "PAGEWITNESS_READER_MODEL", "PAGEWITNESS_CHAT_MODEL", "PAGEWITNESS_EMBEDDING_MODEL"
FALLBACK = "PAGEWITNESS_FALLBACK_MODEL"

EMBEDDING_TIME = 60.0  # seconds for one attempt at a batch, which normally takes one or two
# The service takes 100 texts at once. The client splits a batch that it guesses to be over 20,000 tokens, at two for
# each word and mark; batches that stay below are one request each, so that none is paid for twice after an error.
MAX_TEXTS, MAX_PIECES = 100, 10_000
_PIECE = re.compile(r"[^\W_]+|[\W_]")

_SENTENCES: dict[FailureReason, str] = {
    "quota_minute": "The requests per minute for {model} are used up, and waiting did not help: try again in a minute.",
    "quota_day": "The day's requests for {model} are used up: continue after midnight Pacific time, when free quotas "
    "are renewed, or set {setting} to another model.",
    "overloaded": "{model} is overloaded or out of order and stayed so: try again later, or set {setting} to another.",
    "timeout": "{model} did not answer in time, several times over: try again later.",
    "network": "{model} could not be reached: check the network connection, proxy and GOOGLE_GEMINI_BASE_URL.",
}


def build_gemini(
    context: Context, settings: Settings, *, patience: Patience | None = None, limiter: Limiter | None = None
) -> tuple[Engine, Embedder]:
    """The engine and the embedder for a run; nothing is sent. Clients are shared by all runs with the same models.

    Raises:
        ModelError: there is no key, or a model's provider is unknown or not installed.
    """

    def named(name: str, setting: str, thinking: str | None) -> NamedModel:
        model = chat_model(name, thinking=thinking, api_key=settings.api_key, base_url=settings.base_url)
        return NamedModel(model, name, setting)

    engine = ChatEngine(
        context,
        reader=named(context.reader_model, READER, "low"),  # copying and judging need eyes more than thought
        grader=named(context.chat_model, CHAT, "low"),
        writer=named(context.chat_model, CHAT, None),
        explain=explain,
        fallback=named(context.fallback_model, FALLBACK, "low") if context.fallback_model else None,
        patience=patience,
        limiter=limiter,
        batch_size=batch_size(context.pages_per_request, settings.concurrency or DEFAULT_CONCURRENCY),
    )
    client = embedding_model(
        context.embedding_model,
        dimensions=context.embedding_dimensions,
        api_key=settings.api_key,
        base_url=settings.base_url,
    )
    return engine, ModelEmbedder(context.embedding_model, client, context.embedding_dimensions, patience, limiter)


def explain(error: Exception, name: str, setting: str) -> ModelError | Failure:
    """What an error means: a ModelError where no later attempt can succeed, else a Failure with its reason.

    Args:
        error: As the client raised it.
        name: The model, as `provider:model`.
        setting: The environment variable that names the model.
    """
    trouble, (provider, model) = diagnose(error), split_name(name)
    text = " ".join(str(error).split())
    if trouble.status in (401, 403) or (trouble.status == 400 and "API_KEY_INVALID" in text):
        whose = ("Gemini", "GOOGLE_API_KEY") if provider == GOOGLE else (provider or model, "its API key")
        return ModelError(
            f"The {whose[0]} key was refused: check {whose[1]} (the service said {trouble.status}: {_brief(error)})."
        )
    if trouble.status == 404:
        return ModelError(
            f"The model {model!r} does not exist or is retired: set {setting} to one that is available, "
            "as provider:model."
        )
    if sentence := _SENTENCES.get(trouble.reason):
        return Failure(trouble.reason, sentence.format(model=model, setting=setting))
    return Failure(trouble.reason, f"{model} refused the request, or its answer is unknown ({_brief(error)}).")


def _brief(error: BaseException) -> str:
    """The service's own message, or the start of the error's, on one line."""
    message = getattr(error.__cause__, "message", None) or getattr(error, "message", None) or str(error)
    return " ".join(str(message).split())[:200].rstrip(".") or type(error).__name__


class ModelEmbeddings(Embeddings):
    """A LangChain embedding model that writes texts as its model wants them and returns vectors of length 1.

    Documents given here have no titles; the index is filled with titles through `ModelEmbedder`, queries are the same.
    """

    def __init__(self, client: Embeddings, *, prefixed: bool) -> None:
        self.client = client
        self._prefixed = prefixed

    def document(self, title: str, text: str) -> str:
        """A passage as it is sent."""
        return f"title: {title.strip() or 'none'} | text: {text}" if self._prefixed else text

    def query(self, text: str) -> str:
        """A question as it is sent."""
        return f"task: search result | query: {text}" if self._prefixed else text

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One vector for each text."""
        return _rows(_unit(self.client.embed_documents([self.document("", text) for text in texts])))

    def embed_query(self, text: str) -> list[float]:
        """The vector of a question."""
        return _rows(_unit([self.client.embed_query(self.query(text))]))[0]

    async def aembed_documents(self, texts: list[str]) -> list[list[float]]:
        """One vector for each text."""
        vectors = await self.client.aembed_documents([self.document("", text) for text in texts])
        return _rows(_unit(vectors))

    async def aembed_query(self, text: str) -> list[float]:
        """The vector of a question."""
        return _rows(_unit([await self.client.aembed_query(self.query(text))]))[0]


class ModelEmbedder:
    """An embedding model behind the retry layer, with its identity. Vectors are unit length, one row for each text."""

    def __init__(
        self,
        name: str,
        client: Embeddings,
        dimensions: int,
        patience: Patience | None = None,
        limiter: Limiter | None = None,
    ) -> None:
        self._name, self._model, self._dimensions = name, split_name(name)[1], dimensions
        self._patience, self._limiter = patience or Patience(), limiter
        self.identity = f"{self._model}/{dimensions}"
        self.embeddings = ModelEmbeddings(client, prefixed=reads_task_from_text(name))

    async def embed_query(self, text: str) -> Reply[NDArray[float32]]:
        """The vector of a question, of shape (dimensions,).

        Raises:
            ModelError: the service gave no vector, or none of the configured length.
        """

        async def request() -> list[list[float]]:
            return [await self.embeddings.client.aembed_query(self.embeddings.query(text))]

        reply = await self._vectors(request, 1)
        return Reply(reply.value[0], reply.usage)

    async def embed_chunks(self, titles: Sequence[str], texts: Sequence[str]) -> AsyncIterator[Reply[NDArray[float32]]]:
        """The vectors of passages in order, of shape (some, dimensions) for each request; a title may be "".

        Raises:
            ModelError: the service gave no vectors, or none of the configured length.
        """
        written = [self.embeddings.document(title, text) for title, text in zip(titles, texts, strict=True)]
        for batch in _batches(written):
            yield await self._vectors(partial(self.embeddings.client.aembed_documents, batch), len(batch))

    async def _vectors(
        self, make_request: Callable[[], Awaitable[list[list[float]]]], wanted: int
    ) -> Reply[NDArray[float32]]:
        sent = 0

        def counted() -> Awaitable[list[list[float]]]:
            nonlocal sent
            sent += 1
            return make_request()

        try:
            found = await call(
                counted,
                time_limit=EMBEDDING_TIME,
                patience=self._patience,
                limiter=self._limiter,
                model=self._name,
            )
        except Exception as error:
            problem = explain(error, self._name, EMBEDDING)
            raise (problem if isinstance(problem, ModelError) else ModelError(problem.detail)) from error
        sizes = {len(vector) for vector in found}
        if len(found) != wanted:
            raise ModelError(f"{self._model} returned {len(found)} vectors for {wanted} texts: set {EMBEDDING} anew.")
        if sizes != {self._dimensions}:
            listed = ", ".join(map(str, sorted(sizes)))
            raise ModelError(
                f"{self._model} returns vectors of length {listed}, not {self._dimensions}: "
                f"set embedding_dimensions to {listed}, or {EMBEDDING} to another model."
            )
        return Reply(_unit(found), Usage(requests=sent, input_tokens=0, output_tokens=0))


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    pieces = 0
    for text in texts:
        size = len(_PIECE.findall(text))
        if batch and (len(batch) == MAX_TEXTS or pieces + size > MAX_PIECES):
            yield batch
            batch, pieces = [], 0
        batch.append(text)
        pieces += size
    if batch:
        yield batch


def _rows(vectors: NDArray[float32]) -> list[list[float]]:
    """The vectors as LangChain's interface wants them."""
    return [[float(value) for value in row] for row in vectors]


def _unit(vectors: Sequence[Sequence[float]]) -> NDArray[float32]:
    """The vectors as rows of length 1; a zero vector stays one."""
    rows = np.asarray(vectors, dtype=float32)
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    return (rows / np.where(lengths == 0, 1, lengths)).astype(float32)
