"""Helpers for tests of the model engine on a loopback Gemini: the engine, page requests, replies."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import SecretStr

from graph.context import Context
from graph.engines.base import Engine, PageReading, PageRequest
from graph.engines.llm import factory
from graph.engines.requests.retry import RetryPolicy
from graph.retrieval.embedder import Embedder
from graph.settings import settings
from graph.types import Reply, add_usage, no_usage
from loaders.types import Failure, PageImage, PageJob
from tests.wire.gemini_server import GeminiServer, Recorded


class Time:
    """A clock for a retry policy that records how long it would sleep, without sleeping."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    async def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    def policy(self, tries: int = 3) -> RetryPolicy:
        return RetryPolicy(max_attempts=tries, sleep=self._sleep, random=lambda: 0.0)


def build(server: GeminiServer, time: Time, **context: Any) -> tuple[Engine, Embedder]:
    process = settings().model_copy(update={"google_api_key": SecretStr("test-key"), "base_url": server.url})
    given = Context(engine="llm", **context)
    client = factory.build_client(process, fallback_model=given.fallback_model, retry_policy=time.policy())
    return factory.build_engine(given, process, client), factory.build_embedder(given, process, client)


def page(number: int, text: str = "", ink: float = 0.1) -> PageRequest:
    image = PageImage(number, b"image of page %d" % number, 100, 140, text, (), ink, bool(text))
    return PageRequest(PageJob("a.pdf", number), image)


def asked(request: Recorded) -> list[int]:
    """Return the pages whose images are in a request."""
    return [int(image.split()[-1]) for image in request.images]


def read_pages(request: Recorded) -> str:
    """Return a reply as the prompt asks for it."""
    return "\n".join(f'<page number="{n}">\n<chunk>\nText {n}.\n</chunk>\n</page>' for n in asked(request))


async def read(engine: Engine, pages: Sequence[PageRequest]) -> list[PageReading | Failure]:
    """Return the reading or failure of each page, in the order of the pages."""
    outcomes = {page: outcome async for page, outcome in engine.transcribe(pages)}
    return [outcomes[page.job.page] for page in pages]


async def embedded(embedder: Embedder, titles: Sequence[str], texts: Sequence[str]) -> Reply[NDArray[np.float32]]:
    """Return the vectors of all texts, and what they cost together."""
    replies = [reply async for reply in embedder.embed_chunks(titles, texts)]
    usage = reduce(add_usage, (reply.usage for reply in replies), no_usage())
    return Reply(np.concatenate([reply.value for reply in replies]), usage)


def texts(outcomes: Sequence[PageReading | Failure]) -> list[str]:
    """Return the text of each page, or the reason why it has none."""
    return [
        outcome.reason if isinstance(outcome, Failure) else " ".join(block.text for block in outcome.blocks)
        for outcome in outcomes
    ]
