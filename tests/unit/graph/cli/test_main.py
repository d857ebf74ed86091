"""The contract of the command line: exit codes, one clear sentence for each problem, JSON for programs."""

from __future__ import annotations

import json
import os
import py_compile
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from graph.cli import main

ROOT = Path(__file__).parents[4]


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main.main(arguments)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_asking_before_anything_is_ingested_is_a_refusal(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "ask", "Why?", "--json")
    answer = json.loads(out)
    assert code == 0
    assert (answer["refused"], answer["reason"], answer["citations"]) == (True, "nothing_ingested", [])
    assert "pagewitness ingest" in answer["answer"]
    assert run(capsys, "documents")[:2] == (0, "No document has been ingested yet: run `pagewitness ingest FILE`.\n")


def test_ask_prints_the_documented_json(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "ask", "What does a day ticket to the island cost?", "--json")
    answer = json.loads(out)
    assert (code, err) == (0, "")
    assert list(answer) == [
        "question", "answer", "refused", "reason", "citations", "retrieved", "queries", "rewrites", "engine", "usage",
        "questions_left", "seconds", "verdict", "verdicts", "notes", "plan",
    ]  # fmt: skip
    assert "14 euros" in answer["answer"]
    citation = answer["citations"][0]
    assert citation.keys() == {"marker", "document", "name", "page", "quote", "boxes", "chunk", "read_from", "verdict"}
    assert [(claim["verdict"], claim["reasons"]) for claim in answer["verdicts"]] == [("proven", [])]
    assert (citation["marker"], citation["name"], citation["page"]) == (1, "sample.pdf", 6)
    assert all(0 <= edge <= 1 for box in citation["boxes"] for edge in box)
    passage = answer["retrieved"][0]
    assert passage.keys() >= {"chunk", "document", "name", "page", "score", "relevant", "text"}
    assert answer["engine"] == "offline"


def test_ask_shows_the_answer_with_its_citation(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    unquoted = "What does a day ticket to the island cost?".split()
    code, out, _ = run(capsys, "ask", *unquoted, "--document", "sample.pdf")
    assert code == 0
    assert re.search(r"14\s+euros.*\[1\].*Citations.*\[1\] sample\.pdf, page 6.*“.*14\s+euros", out, re.DOTALL)


def test_an_unknown_document_is_answered_with_those_that_exist(
    library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in (["ask", "Why?", "--document", "nope"], ["pages", "nope"], ["delete", "nope"]):
        code, out, err = run(capsys, *command)
        assert (code, out) == (2, "")
        assert re.search(r"no document 'nope'.*sample\.pdf", err)


def test_documents_and_pages(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (document,) = json.loads(run(capsys, "documents", "--json")[1])["documents"]
    assert (document["name"], document["status"], document["pages"]) == ("sample.pdf", "complete", 6)
    for name in ("sample.pdf", "SAMPLE", document["id"]):
        ledger: list[dict[str, Any]] = json.loads(run(capsys, "pages", name, "--json")[1])["pages"]
        assert [row["page"] for row in ledger] == [1, 2, 3, 4, 5, 6]
        assert {row["status"] for row in ledger} == {"read"}
    assert "sample.pdf" in run(capsys, "documents")[1]
    assert run(capsys, "pages", "sample")[1].count("read") >= 6


def test_a_thread_is_kept_between_commands(
    library: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        first = json.loads(run(capsys, "ask", "How much was spent on instruments?", "--thread", "t1", "--json")[1])
        second = json.loads(run(capsys, "ask", "And on it in 2024?", "--thread", "t1", "--json")[1])
        alone = json.loads(run(capsys, "ask", "And on it in 2024?", "--thread", "t2", "--json")[1])
    finally:
        (library / "threads.sqlite3").unlink(missing_ok=True)
    assert "29.8" in first["answer"]
    assert "instruments" in second["queries"][0]
    assert "instruments" not in alone["queries"][0]


def test_doctor_passes_on_a_working_installation(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "doctor", "--json")
    report = json.loads(out)
    assert (code, report["ok"]) == (0, True), report
    details = {check["name"]: check["detail"] for check in report["checks"]}
    assert details["catalog"].startswith("1 document, 6 pages")
    assert "all-MiniLM-L6-v2" in details["vectors"]


def test_doctor_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "taken").write_text("")
    code, out, _ = run(capsys, "doctor", "--json", "--home", str(tmp_path / "taken"))
    report = json.loads(out)
    assert (code, report["ok"]) == (2, False)
    assert "cannot be created" in {check["name"]: check["detail"] for check in report["checks"]}["home folder"]


def shell(*arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    """The installed command, in a process of its own."""
    command = Path(sys.executable).with_name("pagewitness")
    environment = {**os.environ, "PAGEWITNESS_HOME": str(home)}
    return subprocess.run([str(command), *arguments], env=environment, capture_output=True, text=True, check=False)


@pytest.mark.heavy
def test_another_process_gets_an_error_that_names_the_owner(library: Path) -> None:
    done = shell("ask", "Why?", home=library)
    assert done.returncode == 2
    assert re.search(rf"in use by process {os.getpid()} .*--home", done.stderr)
    assert "Traceback" not in done.stderr


@pytest.mark.heavy
def test_the_installed_command_ends_with_the_documented_code(home: Path) -> None:
    done = shell("ingest", "nowhere.pdf", "--json", home=home)
    assert done.returncode == 2
    assert "does not exist" in json.loads(done.stdout)["error"]
    assert done.stderr == f"pagewitness: {json.loads(done.stdout)['error']}\n"


def test_doctor_shows_sizes_and_where_time_goes(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "doctor", "--json")
    checks = {check["name"]: check for check in json.loads(out)["checks"]}
    assert code == 0
    sizes = dict(re.findall(r"(\w+) ([\d.]+) MB", checks["sizes"]["detail"]))
    assert {"catalog", "chroma"} <= sizes.keys(), "the largest first: which that is depends on the pages"
    assert "0 requests for 6 pages" in checks["reading"]["detail"]
    assert re.fullmatch(
        r"((opened|encoded|nearest vectors|full text) in \d+ ms(, )?){4}", checks["a question"]["detail"]
    )
    assert all(check["seconds"] >= 0 for check in checks.values())


def test_a_damaged_module_is_not_taken_for_ctrl_c(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python keeps bytecode that a full disk has cut; click takes its EOFError for the end of the user's input."""
    source = ROOT / "graph" / "cli" / "serve.py"
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "bytecode"))
    bytecode = Path(str(py_compile.compile(str(source), doraise=True)))
    bytecode.write_bytes(bytecode.read_bytes()[:-100])
    monkeypatch.delitem(sys.modules, "graph.cli.serve", raising=False)
    with pytest.raises(EOFError, match="marshal data"):
        main.main(["serve"])


def test_ctrl_c_in_the_middle_of_an_import_ends_the_command() -> None:
    """The signal's handler imports nothing: what is half imported would make it fail, and the command go on."""
    half_imported = (
        "import sys, types; sys.modules['langchain_core.runnables'] = types.ModuleType('langchain_core.runnables')"
    )
    script = f"{half_imported}\nfrom graph.cli import options\noptions._interrupt()"
    ended = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == -signal.SIGINT, ended.stderr
    assert "ImportError" not in ended.stderr
