"""The application on a loopback server of OpenAI's, Ollama's or Anthropic's format: settings, script, calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from graph import dependencies
from graph.access import Scope
from graph.app import app
from tests.conftest import write_pdf
from tests.wire.compatible_server import Asked, CompatibleServer, Format
from tests.wire.conftest import PROXIES, SAMPLE
from tests.wire.scripted_replies import TRUE, Model

PAGES = 6
EMBEDDING: tuple[Format, ...] = ("openai", "ollama")
"""The formats in which texts are embedded too."""

Use = Callable[..., CompatibleServer]


def skip_without_client(kind: Format) -> None:
    """Skip a test where the client of a format is not installed."""
    if not find_spec(f"langchain_{kind}"):
        pytest.skip(f"langchain-{kind} is not installed")


def formats(*kinds: Format) -> pytest.MarkDecorator:
    """Return a mark that runs a test with each of the formats, or with all if none is given."""
    return pytest.mark.parametrize("kind", kinds or ("openai", "ollama", "anthropic"))


def first_of(kinds: Sequence[Format]) -> pytest.MarkDecorator:
    """Return a mark that runs a long test with the first of these formats, and with the others in `make long`."""
    others = [pytest.param(one, marks=pytest.mark.slow) for one in kinds[1:]]
    return pytest.mark.parametrize("kind", [kinds[0], *others])


def script(asked: Asked) -> str:
    """Return the reply of the scripted model."""
    model: Any = Model()  # a request of another format has the properties that it looks at
    model.claims = [TRUE]
    return str(model(asked))


def point_at(kind: Format, url: str, monkeypatch: pytest.MonkeyPatch, key: str = "any") -> None:
    """Set the variables of a format's provider, and no other's."""
    for name in (*PROXIES, "GOOGLE_API_KEY", "GEMINI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PAGEWITNESS_ENGINE", "auto")
    # As for all scripted models, since they reply with words that are not in the file.
    monkeypatch.setenv("PAGEWITNESS_CHECK_REPLIES", "off")
    if kind == "ollama":
        monkeypatch.setenv("OLLAMA_HOST", url)
        monkeypatch.setenv("PAGEWITNESS_CHAT_MODEL", "ollama:tiny")
        monkeypatch.setenv("PAGEWITNESS_EMBEDDING_MODEL", "ollama:nomic-embed-text")
    else:
        monkeypatch.setenv(f"{kind.upper()}_BASE_URL", f"{url}/v1" if kind == "openai" else url)
        monkeypatch.setenv(f"{kind.upper()}_API_KEY", key)


def ingest(source: Path = SAMPLE) -> Any:
    """Ingest a file, the sample by default, and return the report."""
    return app.invoke({"sources": [str(source)]})["report"]


def ingest_two_pages() -> Any:
    """Ingest a file whose pages the scripted model reads as the sample's first two, one of which answers QUESTION.

    To send the images of all six pages of the sample takes a test .5 CPU seconds more.
    """
    return ingest(write_pdf(Path.cwd() / "two.pdf", "The first page.", "The second page."))


def ledger(report: Any) -> list[Any]:
    """Return the ledger of the first document of a report."""
    return list(dependencies.stores(Scope.everything()).catalog.pages(report["documents"][0]["id"]))
