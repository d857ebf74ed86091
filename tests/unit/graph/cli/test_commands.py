"""How each command reads its arguments, and what its help says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click
import pytest

from graph.cli import group, main
from graph.cli.exit_codes import BAD_INPUT, DONE
from graph.storage.catalog import SqliteCatalog

COMMANDS = {name: group.load(name) for name in group.COMMANDS}
SHARED = ["--json", "--home", "--server", "--engine"]


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main.main(arguments)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def options_of(command: click.Command) -> list[click.Option]:
    return [one for one in command.params if isinstance(one, click.Option)]


def test_the_help_lists_all_commands_and_all_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "--help")
    assert (code, err) == (DONE, "")
    lines = {line.split()[0]: line for line in out.splitlines() if line.strip()}
    assert lines.keys() >= COMMANDS.keys() | {"0", "2", "3", "130"}
    assert [name for name in COMMANDS if lines[name].endswith("...")] == [], "cut short"


def test_the_table_of_help_has_the_first_line_of_each_command() -> None:
    first = {name: (one.help or "").partition("\n")[0] for name, one in COMMANDS.items()}
    assert first == {name: line for name, (_, line) in group.COMMANDS.items()}


def test_the_help_loads_no_command() -> None:
    """`--help` shows the table; another name is looked up among the commands, which are loaded for it."""
    code = (
        "import sys; from graph.cli import main; first = main.main(['--help']); loaded = 'graph.cli.commands'\n"
        "before = loaded in sys.modules; last = main.main(['pages', '--help'])\n"
        "print(first, before, last, loaded in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split()[-4:] == ["0", "False", "0", "True"]


def test_the_list_of_documents_loads_no_graph_and_no_model(tmp_path: Path) -> None:
    """It takes 0.2 CPU seconds in place of 0.6 without LangGraph, whose parts only a run needs."""
    SqliteCatalog(tmp_path / SqliteCatalog.FILE_NAME).close()
    code = (
        "import sys; from graph.cli import main; done = main.main(['documents'])\n"
        "heavy = {'langgraph', 'langchain_core', 'langsmith', 'numpy', 'onnxruntime', 'chromadb', 'pymupdf'}\n"
        "print(done, sorted(heavy & set(sys.modules)))"
    )
    env = {**os.environ, "PAGEWITNESS_HOME": str(tmp_path), "PAGEWITNESS_ENGINE": "offline"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
    assert done.stdout.splitlines()[-1] == "0 []"


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_lists_its_options_with_their_defaults(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, name, "--help")
    listed = " ".join(out.partition("Options:")[2].split())
    assert code == DONE
    assert {one.opts[0] for one in options_of(COMMANDS[name])} >= set(SHARED)
    hidden = [option.opts[0] for option in options_of(COMMANDS[name]) if option.hidden]
    assert hidden == (["--server"] if name in ("eval", "migrate", "serve", "token") else [])
    for option in options_of(COMMANDS[name]):
        if option.hidden:
            continue
        start = f" {listed}".index(f" {option.opts[0]} ")
        assert "[default: " in listed[start + 1 :].partition(" --")[0], option.opts[0]
        assert len(option.help or "") > 10
    assert "130 ended by Ctrl-C" in listed


def test_a_call_without_a_command_prints_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys)
    assert (code, out) == (BAD_INPUT, "")
    assert "Usage: pagewitness" in err
    assert "ingest" in err


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "--version") == (DONE, f"pagewitness {version('pagewitness')}\n", "")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["ingest"], "Missing argument 'SOURCE...': see `pagewitness ingest --help`."),
        (["frobnicate"], "No such command 'frobnicate': see `pagewitness --help`."),
        (["ask"], "Missing argument 'QUESTION': see `pagewitness ask --help`."),
        (["ask", "Why?", "--engine", "gpt"], "'gpt' is not one of 'auto', 'llm', 'offline'"),
        (["ask", "Why?", "--documnt", "x"], "Did you mean '--document'? See `pagewitness ask --help`."),
        (["ask", "Why?", "--document"], "Option '--document' requires an argument: see"),
        (["ingest", "x.pdf", "--reader", "ears"], "'ears' is not one of 'vision', 'auto', 'text'"),
        (["pages"], "Missing argument 'DOCUMENT'"),
        (["delete"], "Missing argument 'DOCUMENT'"),
        (["documents", "x"], "Got unexpected extra argument (x)"),
        (["serve", "--port", "0"], "0 is not in the range 1<=x<=65535"),
        (["eval"], "Missing argument 'FILE.jsonl'"),
        (["eval", "f", "--k", "1,x"], "'x' is not a whole number from 1 on"),
        (["eval", "f", "--k", "0"], "'0' is not a whole number from 1 on"),
        (["eval", "f", "--k", "5,21"], "at most 20 chunks are retrieved"),
        (["eval", "f", "--limit", "0"], "0 is not in the range x>=1"),
        (["eval", "f", "--scope", "one"], "'one' is not one of 'all', 'doc'"),
    ],
)
def test_wrong_usage_gets_one_sentence_and_exit_code_2(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (BAD_INPUT, "")
    assert err.startswith("pagewitness: ")
    assert sentence in err
    assert err.count("\n") == 1
    code, out, err_with_json = run(capsys, *arguments[:1], "--json", *arguments[1:])
    if arguments[0] in COMMANDS:
        assert json.loads(out) == {"error": err_with_json.removeprefix("pagewitness: ").strip()}


@pytest.mark.parametrize(
    ("arguments", "parsed"),
    [
        (["ingest", "a.pdf", "b"], {"sources": ("a.pdf", "b"), "reread": False, "password": None, "reader": "vision"}),
        (["ingest", "a", "--reread", "--password", "x", "--reader", "text", "--dry-run"],
         {"reread": True, "password": "x", "reader": "text", "dry_run": True}),
        (["ask", "Why?"], {"question": ("Why?",), "documents": (), "thread": "", "json": False, "server": None}),
        (["ask", "--document", "a", "Why?", "--document", "b", "--thread", "t", "--json"],
         {"documents": ("a", "b"), "thread": "t", "json": True}),
        (["ask", "Why?", "--engine", "gemini", "--home=x"], {"engine": "gemini", "home": "x"}),
        (["eval", "f"], {"k": (1, 3, 5), "limit": None, "scope": "all", "judge": "", "concurrency": 1}),
        (["eval", "f", "--k", "5, 1,5", "--limit", "7"], {"k": (1, 5), "limit": 7}),
        (["serve"], {"host": "127.0.0.1", "port": 2024}),
        (["pages", "a"], {"document": "a"}),
    ],
)  # fmt: skip
def test_arguments_are_parsed(arguments: list[str], parsed: dict[str, Any]) -> None:
    command = COMMANDS[arguments[0]]
    found = command.make_context(arguments[0], arguments[1:]).params
    assert {name: found[name] for name in parsed} == parsed
