"""Fixtures: the model engine, or the whole application, on a loopback Gemini."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from graph.engines.base import Engine
from graph.retrieval.embedder import Embedder
from tests.loopback import free_port
from tests.wire.engine_helpers import Time, build, read_pages
from tests.wire.gemini_server import GeminiServer, Recorded
from tests.wire.scripted_replies import Model

SAMPLE = Path(__file__).parents[2] / "examples" / "sample.pdf"
PROXIES = ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")  # a proxy cannot reach our loopback


@pytest.fixture(scope="session")
def port() -> int:
    """One port for all: clients are kept by address, and building them is what takes most of a test's time."""
    return free_port()


@pytest.fixture
def gemini(port: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[GeminiServer]:
    for name in PROXIES:
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


# The whole application


@dataclass
class Ingested:
    """A home folder with the sample as the scripted model reads it, its report and the requests."""

    home: Path
    report: dict[str, Any]
    requests: list[Recorded]


@pytest.fixture(scope="session")
def ingested(port: int, tmp_path_factory: pytest.TempPathFactory) -> Ingested:
    home = tmp_path_factory.mktemp("gemini") / "home"
    with pytest.MonkeyPatch.context() as patch, GeminiServer(reply=Model(), port=port) as server:
        for name in PROXIES:
            patch.delenv(name, raising=False)
        _use(patch, server, home)
        from graph.app import app

        report: Any = app.invoke({"sources": [str(SAMPLE)]})["report"]
    return Ingested(home, report, server.requests)


@pytest.fixture
def model(gemini: GeminiServer, home: Path, monkeypatch: pytest.MonkeyPatch) -> Model:
    """The model that answers the application's requests to Gemini; the home folder is empty."""
    _use(monkeypatch, gemini, home)
    model = Model()
    gemini.reply = model
    return model


@pytest.fixture
def library(ingested: Ingested, model: Model, monkeypatch: pytest.MonkeyPatch) -> Model:
    """The same, with the ingested sample; not to be changed."""
    monkeypatch.setenv("PAGEWITNESS_HOME", str(ingested.home))
    return model


@pytest.fixture
def copied(ingested: Ingested, model: Model, home: Path) -> Model:
    """The same, with a copy of the ingested sample, to be changed at will."""
    shutil.copytree(ingested.home, home)
    return model


def _use(patch: pytest.MonkeyPatch, server: GeminiServer, home: Path) -> None:
    patch.setenv("PAGEWITNESS_HOME", str(home))
    patch.setenv("PAGEWITNESS_ENGINE", "auto")
    patch.setenv("GOOGLE_API_KEY", "test")
    patch.setenv("GOOGLE_GEMINI_BASE_URL", server.url)
    # The sample is short enough to be given whole; all but `test_whole_documents.py` are about passages.
    patch.setenv("PAGEWITNESS_WHOLE_DOCUMENT_TOKENS", "0")
    # Questions that one round does not answer end there; only `test_plans.py` is about more.
    patch.setenv("PAGEWITNESS_MAX_PLAN_STEPS", "0")
    # The scripted model replies with words that are not in the file, so that tests can distinguish the two.
    patch.setenv("PAGEWITNESS_CHECK_REPLIES", "off")
    # One request less for each question; tests of the check of claims switch it on.
    patch.setenv("PAGEWITNESS_CHECK_CLAIMS", "off")
