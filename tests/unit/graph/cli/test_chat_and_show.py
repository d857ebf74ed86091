"""The commands `chat` and `show`: a conversation in the terminal, and a page as it was read."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import sys
from pathlib import Path

import pytest
from PIL import Image

from graph.cli import main
from graph.cli.exit_codes import BAD_INPUT, DONE
from tests import forked_python

FIRST, FOLLOW_UP = "How much was spent on instruments?", "And on it in 2024?"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main.main(arguments)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.fixture
def threads(library: Path) -> Path:
    """The library; the threads of the test are removed from it."""
    (library / "threads.sqlite3").unlink(missing_ok=True)
    return library


def typed(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


def test_a_chat_reads_questions_from_a_pipe_and_understands_follow_ups(
    threads: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, FIRST, "", FOLLOW_UP)
    code, out, _ = run(capsys, "chat", "--json")
    first, second = map(json.loads, out.splitlines())
    assert code == DONE
    assert "29.8" in first["answer"]
    assert "instruments" in second["queries"][0]


def test_a_chat_has_a_thread_of_its_own_that_can_be_continued(
    threads: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, FIRST)
    thread = re.fullmatch(r"Continue this conversation with --thread ([\w-]+)\n", run(capsys, "chat")[2])
    assert thread
    for arguments, understood in ((["--thread", thread[1]], True), ([], False)):
        typed(monkeypatch, FOLLOW_UP)
        answer = json.loads(run(capsys, "chat", "--json", *arguments)[1])
        assert ("instruments" in answer["queries"][0]) == understood


def test_a_chat_prints_citations_and_ends_with_quit(
    threads: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, "What does a day ticket to the island cost?", "/quit", FIRST)
    code, out, _ = run(capsys, "chat", "--document", "sample.pdf")
    assert code == DONE
    assert re.search(r"14\s+euros.*\[1\].*Citations.*\[1\] sample\.pdf, page 6.*“", out, re.DOTALL)
    assert "instruments" not in out.casefold()


def test_a_chat_from_a_pipe_ends_at_a_problem(
    threads: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, FIRST)
    code, out, err = run(capsys, "chat", "--document", "nope.pdf")
    assert (code, out) == (BAD_INPUT, "")
    assert err.startswith("pagewitness: There is no document 'nope.pdf'")


def test_a_chat_in_a_terminal_prompts_and_survives_a_problem(home: Path) -> None:
    master, slave = pty.openpty()
    try:
        os.write(master, b"Why?\n/quit\n")
        command = ["-m", "graph.cli", "chat", "--document", "nope.pdf", "--engine", "offline"]
        done = forked_python.run(
            command, stdin=slave, capture_output=True, timeout=300,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[4])},
        )  # fmt: skip
    finally:
        os.close(slave)
        os.close(master)
    assert done.returncode == DONE, done.stderr
    assert done.stdout.count("> ") == 2
    assert "pagewitness: There is no document 'nope.pdf'" in done.stderr


def test_show_prints_a_page_as_it_was_read(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "show", "sample", "6")
    assert (code, err) == (DONE, "")
    assert "# Money and plans" in out
    assert "|Instruments|12.4|29.8|" in out
    value = json.loads(run(capsys, "show", "sample.pdf", "6", "--json")[1])
    assert value.keys() == {"id", "name", "page", "status", "reason", "detail", "text"}
    assert (value["name"], value["page"], value["status"], value["text"] + "\n") == ("sample.pdf", 6, "read", out)


def test_show_writes_the_image_of_a_page(library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "page.png"
    assert run(capsys, "show", "sample", "2", "--image", str(file))[:2] == (
        DONE, f"Page 2 of sample.pdf is now in {file}.\n",
    )  # fmt: skip
    with Image.open(file) as image:
        assert image.format == "PNG"
        assert image.height > image.width > 500
    value = json.loads(run(capsys, "show", "sample", "2", "--image", str(file), "--json")[1])
    assert (value["name"], value["page"], value["file"]) == ("sample.pdf", 2, str(file))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["sample", "7"], "There is no page 7 in 'sample.pdf': it has pages 1 to 6."),
        (["sample", "0"], "0 is not in the range x>=1"),
        (["nope", "1"], "There is no document 'nope'"),
        (["sample", "1", "--image", "nowhere/page.png"], "'nowhere/page.png' cannot be written"),
    ],
)
def test_show_reports_a_problem_in_a_sentence(
    library: Path, arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, "show", *arguments)
    assert (code, out) == (BAD_INPUT, "")
    assert sentence in err
    assert err.count("\n") == 1
