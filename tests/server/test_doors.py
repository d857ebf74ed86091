"""The lines of docs/doors.md, run as they stand against a real server."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from tests.conftest import ROOT
from tests.serving import Server

pytestmark = pytest.mark.server

TEXT = (ROOT / "docs" / "doors.md").read_text("utf-8")
SNIPPETS = dict(re.findall(r"## ([^\n]+)\n.*?```python\n(.*?)```", TEXT, re.DOTALL))
PRICE = "14 euros"


def run(title: str, server: Server, folder: Path) -> str:
    script = folder / "snippet.py"
    script.write_text(SNIPPETS[title].replace("http://127.0.0.1:2024", server.url))
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "PAGEWITNESS_HOME": str(folder / "home")}
    done = subprocess.run(
        [sys.executable, str(script)], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=180
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_all_doors_are_shown() -> None:
    assert list(SNIPPETS) == [
        "The SDK", "A node in another graph", "An assistant that speaks MCP", "Tools for a LangChain agent"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("The SDK", "sample.pdf"),
        ("A node in another graph", PRICE),
        ("An assistant that speaks MCP", PRICE),
        ("Tools for a LangChain agent", PRICE),
    ],
)
def test_the_lines_run(title: str, said: str, server: Server, ingested: Any, tmp_path: Path) -> None:
    assert said in run(title, server, tmp_path)


async def test_an_assistant_finds_tools_that_it_can_use(server: Server, ingested: Any) -> None:
    async with Client(f"{server.url}/mcp") as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert {"ask", "ingest", "list"} <= set(tools)
        assert "page" in str(tools["ask"].description)
        fields: Any = tools["ask"].input_schema["properties"]
        assert set(fields) == {"question", "documents"}
        assert all(field["description"] for field in fields.values())
        assert tools["ask"].input_schema["required"] == ["question"]
        listed: Any = (await client.call_tool("list", {})).content[0]
        assert "sample.pdf" in listed.text
        said: Any = (await client.call_tool("ingest", {"sources": ["no-such-file.pdf"]})).content[0]
        assert "'no-such-file.pdf' is not in a folder that this server may read" in said.text
