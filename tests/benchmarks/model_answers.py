"""Benchmarks of answers by a model: the overhead of the query graph, and the delay of the first draft."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.benchmarks import documents, machine
from tests.benchmarks.comparison import Comparison, Samples, Sizes
from tests.benchmarks.gemini import PIECES, Answering, Apart, Asked
from tests.dev_server import Server, run_server
from tests.wire.scripted_replies import QUESTION

PAUSE = 0.5  # seconds between the pieces of an answer, where the first is waited for
_ADDS, _TOKEN, _CHATS, _EMBEDS = 3.2, 150.0, 3.0, 1.0  # chats: grading, answer, check of the claims


def measure(sizes: Sizes) -> list[Comparison]:
    """Measure answers on the sample in a small library, with a loopback Gemini without latency."""
    folder, times = sizes.folder / "tmp" / "answering", sizes.of(15, 5)
    folder.mkdir(parents=True)
    with Apart(Answering()) as quick, Apart(Answering(PAUSE)) as slow:
        _use(folder / "home", quick)
        from graph.app import app

        app.invoke({"sources": [str(documents.SAMPLE)]})
        quick.asked()
        (folder / "served").mkdir()
        shutil.copytree(folder / "home", folder / "served" / "home")
        whole = _whole(quick, times)
        _use(folder / "home", slow)
        here = _soon(slow, _in_process, sizes.times)
        with run_server(folder / "served", machine.ROOT, fresh=True, **_settings(slow)) as server:
            ready = server.start_s
            there = _soon(slow, lambda: _served(server), sizes.times)
    return [
        Comparison(
            "graph",
            "the query graph on a loopback Gemini without latency against LangChain's clients with the same requests",
            "ms", Samples("the graph", tuple(whole.added)), Samples("the bare clients", tuple(whole.bare)),
            limit=_ADDS, bound="most",
            note="Less the time in which the service had the requests. The graph's time includes that of the clients.",
        ),
        Comparison(
            "chats", "chat requests of a plain question", "requests", Samples("chat", tuple(whole.chats)), None,
            _CHATS, "most",
        ),
        Comparison(
            "embeds", "embedding requests of a plain question", "requests", Samples("embedding", tuple(whole.embeds)),
            None, _EMBEDS, "most",
        ),
        Comparison(
            "token-here",
            "from the model's first piece of an answer to the first draft, `app.astream` in one process", "ms",
            Samples("first draft", here), limit=_TOKEN, bound="most",
            note=f"The {PIECES} pieces of the model arrive {PAUSE} s apart; all of them take {PAUSE * PIECES:g} s.",
        ),
        Comparison(
            "token-server", "the same through the server and its streaming client", "ms",
            Samples("first draft", there), limit=_TOKEN, bound="most",
        ),
        Comparison("ready", "the development server, from command to first reply", "s", Samples("ready", (ready,))),
    ]  # fmt: skip


def _settings(server: Apart) -> dict[str, str]:
    # What the scripted model reads on a page is not what stands there. The sample is short enough to be given whole, in
    # one request: measured is the longer way of an embedding, a grading and an answer, as in earlier reports.
    return {
        "GOOGLE_API_KEY": "test", "GOOGLE_GEMINI_BASE_URL": server.url, "PAGEWITNESS_ENGINE": "llm",
        "PAGEWITNESS_CHECK_REPLIES": "off", "PAGEWITNESS_WHOLE_DOCUMENT_TOKENS": "0",
        "PAGEWITNESS_CHECK_CLAIMS": "off",
    }  # fmt: skip


def _use(home: Path, server: Apart) -> None:
    machine.settle(machine.environment(home, **_settings(server)))


@dataclass
class _Questions:
    """Times of whole questions beyond the service's time, and of bare clients for the same requests; their numbers."""

    added: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    chats: list[float] = field(default_factory=list)
    embeds: list[float] = field(default_factory=list)


def _whole(server: Apart, times: int) -> _Questions:
    """Ask in turns: through the query graph, and its very requests through LangChain's clients alone; milliseconds."""
    from graph.query.graph import app as query

    found, clients = _Questions(), _Bare(server.url)

    async def ask() -> None:
        for turn in range(times + 1):
            start = time.perf_counter()
            answer = await query.ainvoke({"question": QUESTION})
            whole = time.perf_counter() - start
            asked = server.asked()
            _check(answer)
            bare = await clients.repeat(asked)
            again = server.asked()
            if [one.kind for one in again] != [one.kind for one in asked]:
                raise RuntimeError("the bare clients did not ask the same")
            if turn:  # the first one builds clients and connections
                found.added.append(1000 * (whole - _served_in(asked)))
                found.bare.append(1000 * (bare - _served_in(again)))
                found.chats.append(float(sum(one.kind != "embed" for one in asked)))
                found.embeds.append(float(sum(one.kind == "embed" for one in asked)))

    asyncio.run(ask())
    return found


class _Bare:
    """LangChain's clients for Google alone, without code of this project."""

    def __init__(self, url: str) -> None:
        from langchain_google_genai import ChatGoogleGenerativeAI, GoogleGenerativeAIEmbeddings

        from graph.engines.llm.schemas import Answer, Grading, Rulings

        chat = ChatGoogleGenerativeAI(model="gemini-3.8-flash", api_key="test", base_url=url)
        self._embeddings = GoogleGenerativeAIEmbeddings(model="gemini-embedding-2", api_key="test", base_url=url)
        self._grader = chat.with_structured_output(Grading, method="json_schema", include_raw=True)
        self._checker = chat.with_structured_output(Rulings, method="json_schema", include_raw=True)
        self._writer = chat.with_structured_output(Answer, method="json_schema", include_raw=True)

    async def repeat(self, asked: list[Asked]) -> float:
        """Return the seconds for the same requests, one after another."""
        start = time.perf_counter()
        for one in asked:
            if one.kind == "embed":
                await self._embeddings.aembed_query(one.prompt or QUESTION)
            elif one.kind == "grade":
                await self._grader.ainvoke(one.prompt)
            elif one.kind == "check":
                await self._checker.ainvoke(one.prompt)
            else:
                async for _ in self._writer.astream(one.prompt):
                    pass
        return time.perf_counter() - start


def _served_in(asked: list[Asked]) -> float:
    return sum(one.finished - one.started for one in asked)


def _soon(server: Apart, events: Callable[[], AsyncIterator[Any]], times: int) -> tuple[float, ...]:
    """Return the milliseconds from the model's first piece to the first draft, for each question."""
    found = []

    async def ask() -> None:
        for turn in range(times + 1):
            server.asked()
            seen = 0.0
            async for event in events():
                if not seen and event.get("event") == "draft" and event.get("text"):
                    seen = time.monotonic()
            if turn:
                found.append(1000 * (seen - _told(server.asked())))

    asyncio.run(ask())
    if min(found) < 0:
        raise RuntimeError(f"no draft was seen, or one before the model began: {found}")
    return tuple(found)


def _told(asked: list[Asked]) -> float:
    return next(one.told for one in asked if one.kind == "answer")


async def _in_process() -> AsyncIterator[Any]:
    from graph.app import app

    async for _, event in app.astream({"question": QUESTION}, stream_mode="custom", subgraphs=True):
        yield event


async def _served(server: Server) -> AsyncIterator[Any]:
    given = {"question": QUESTION}
    runs = server.client.runs
    async for part in runs.stream(None, "pagewitness", input=given, stream_mode="custom", stream_subgraphs=True):
        if part.event.startswith("error"):
            raise RuntimeError(str(part.data))
        if isinstance(part.data, dict):
            yield part.data


def _check(answer: Any) -> None:
    if answer["refused"] or not answer["citations"]:
        raise RuntimeError(f"the question was not answered: {answer['answer']}")
