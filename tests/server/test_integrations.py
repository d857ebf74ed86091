"""The examples of docs/integrations.md, run as printed against a real server."""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import httpx
import pytest

from graph.cli.main import main
from tests import forked_python
from tests.conftest import ROOT, MakePdf
from tests.dev_server import Server

pytestmark = pytest.mark.server

TEXT = (ROOT / "docs" / "integrations.md").read_text("utf-8")
SNIPPETS = dict(re.findall(r"## ([^\n]+)\n(?:(?!\n## ).)*?```python\n(.*?)```", TEXT, re.DOTALL))
PRICE = "14 euros"


def run(title: str, server: Server, folder: Path, **instead: str) -> str:
    script, text = folder / "snippet.py", SNIPPETS[title].replace("http://127.0.0.1:2024", server.url)
    for said, meant in instead.items():
        text = text.replace(said, meant)
    script.write_text(text)
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "PAGEWITNESS_HOME": str(folder / "copied")}
    environment |= {name: value for name, value in os.environ.items() if name in forked_python.ALIKE}
    done = forked_python.run([script], cwd=ROOT, env=environment, capture_output=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return str(done.stdout)


def test_the_page_has_all_examples() -> None:
    assert list(SNIPPETS) == [
        "The SDK", "Clients of OpenAI's API", "Progress", "A node in another graph", "An assistant that speaks MCP",
        "Tools for a LangChain agent",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("The SDK", "sample.pdf"),
        ("Clients of OpenAI's API", PRICE),
        ("A node in another graph", PRICE),
        ("An assistant that speaks MCP", PRICE),
        ("Tools for a LangChain agent", PRICE),
    ],
)
def test_the_example_runs(title: str, said: str, server: Server, ingested: Any, library: Path, tmp_path: Path) -> None:
    shutil.copytree(library, tmp_path / "copied")  # for what needs no server; this process owns the other one
    assert said in run(title, server, tmp_path)


def test_the_progress_example_runs(server: Server, make_pdf: MakePdf, tmp_path: Path) -> None:
    examples = server.folder / "examples"
    path = shutil.copy(make_pdf("swell.pdf", "The swell came from the west.", "By noon it had gone."), examples)
    said = run("Progress", server, tmp_path, **{"examples/sample.pdf": str(path)}).splitlines()
    assert {"swell.pdf: survey, 2 of 2", "swell.pdf: read, 2 of 2", "swell.pdf: chunk, 2 of 2"} < set(said)
    assert said[-1] == "swell.pdf: embed, 2 of 2"
    document = hashlib.sha256(Path(path).read_bytes()).hexdigest()[:16]
    assert httpx.delete(f"{server.url}/documents/{document}", timeout=300).status_code == 200


def test_the_commands_with_a_server_run(
    server: Server, make_pdf: MakePdf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (ROOT / "docs" / "command-line.md").read_text("utf-8")
    lines = re.findall(r"^pagewitness ((?!watch).* --server .*)$", page, re.MULTILINE)
    (tmp_path / "papers").mkdir()
    names = ("report.pdf", "a.pdf")
    made = {name: make_pdf(name, f"The net income in 2023 was 4 million, says {name}.") for name in names}
    made["a.pdf"].rename(tmp_path / "papers" / "a.pdf")
    monkeypatch.chdir(tmp_path)
    assert len(lines) == 2
    for line in lines:
        assert main(shlex.split(line.replace("http://127.0.0.1:2024", server.url))) == 0, line
    for row in server.get("/documents")["documents"]:
        if row["name"] in made:
            httpx.delete(f"{server.url}/documents/{row['id']}", timeout=300)
