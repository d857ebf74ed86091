"""An engine on a loopback Gemini."""

import socket
from collections.abc import Iterator

import pytest

from graph.engines.base import Embedder, Engine
from tests.wire.bench import Time, build, read_pages
from tests.wire.gemini_server import GeminiServer


@pytest.fixture(scope="session")
def port() -> int:
    """One port for all: clients are kept by address, and building them is what takes most of a test's time."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.fixture
def gemini(port: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[GeminiServer]:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):  # a proxy knows nothing of our loopback
        monkeypatch.delenv(name, raising=False)
    with GeminiServer(reply=read_pages, port=port) as running:
        yield running


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def engine(gemini: GeminiServer, time: Time) -> Engine:
    return build(gemini, time)[0]


@pytest.fixture
def embedder(gemini: GeminiServer, time: Time) -> Embedder:
    return build(gemini, time)[1]
