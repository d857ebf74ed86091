"""The command line's contract: exit codes, one clear sentence for what is wrong, JSON for machines."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from graph import cli
from graph.settings import settings
from graph.storage.catalog import SqliteCatalog
from graph.storage.vectors import ChromaVectors
from tests.conftest import SAMPLE, MakePdf
from tests.wire.gemini_server import GeminiServer

NO_PAGES = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"trailer<</Root 1 0 R/Size 3>>\n%%EOF\n"
)
Prepare = Callable[[Path, MakePdf], list[str]]


def file(name: str, content: bytes) -> Prepare:
    def prepare(folder: Path, make_pdf: MakePdf) -> list[str]:
        path = folder / "in" / name
        path.parent.mkdir()
        path.write_bytes(content)
        return ["ingest", str(path)]

    return prepare


def folder_of(*names: str) -> Prepare:
    def prepare(folder: Path, make_pdf: MakePdf) -> list[str]:
        (folder / "in").mkdir()
        for name in names:
            (folder / "in" / name).write_text("text")
        return ["ingest", str(folder / "in")]

    return prepare


def locked(*options: str) -> Prepare:
    return lambda folder, make_pdf: ["ingest", str(make_pdf("in/locked.pdf", "Secret.", password="right")), *options]


def plain(*arguments: str) -> Prepare:
    return lambda folder, make_pdf: list(arguments)


# What is asked for, and what the one sentence must say: what is wrong, and what to do.
BAD_INPUT: dict[str, tuple[Prepare, str]] = {
    "missing path": (plain("ingest", "nowhere/report.pdf"), r"'nowhere/report\.pdf' does not exist: check"),
    "glob without a match": (plain("ingest", "nowhere/*.pdf"), r"matches nothing: check"),
    "empty source": (plain("ingest", " "), r"empty source.*name a file"),
    "url": (plain("ingest", "http://127.0.0.1:9/a.pdf"), r"private network.*download"),
    "empty folder": (folder_of(), r"is empty: put PDF"),
    "folder without PDFs": (folder_of("notes.txt", "table.csv"), r"holds no PDF.*name another"),
    "text file": (file("notes.txt", b"hello"), r"not supported \(\.txt\): give"),
    "encrypted": (locked(), r"encrypted: give its password with --password"),
    "wrong password": (locked("--password", "wrong"), r"password for .* is wrong: give the right one"),
    "html named pdf": (file("page.pdf", b"<!doctype html><html><body>Hi</body></html>"), r"is no PDF.*get the PDF"),
    "text named pdf": (file("text.pdf", b"only words\n" * 100), r"text\.pdf.*(is no PDF|damaged).*get"),
    "zero bytes": (file("empty.pdf", b""), r"is empty \(0 bytes\): get a new copy"),
    "zero pages": (file("none.pdf", NO_PAGES), r"none\.pdf.*(has no pages|damaged).*get a new copy"),
    "damaged": (file("broken.pdf", b"%PDF-1.7\n" + os.urandom(2000)), r"broken\.pdf.*damaged.*get a new copy"),
    "empty image": (file("empty.png", b""), r"is empty \(0 bytes\): get a new copy"),
    "no image": (file("noise.png", b"\x89PNG\r\n\x1a\n" + bytes(500)), r"noise\.png.* is no image that can be read"),
    "empty question": (plain("ask", "  "), r"question is empty: say what"),
    "unknown document, nothing ingested": (plain("ask", "Why?", "--document", "x"), r"no document 'x'.*none yet"),
    "pages of an unknown document": (plain("pages", "x.pdf"), r"no document 'x\.pdf'"),
    "deleting an unknown document": (plain("delete", "x.pdf"), r"no document 'x\.pdf'"),
    "gemini without a key": (plain("ask", "Why?", "--engine", "gemini"), r"GOOGLE_API_KEY"),
}


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = cli.main(arguments)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def stored(home: Path) -> dict[str, int]:
    """How much of anything a home folder holds."""
    if not (home / "catalog.sqlite3").exists():
        return {}
    catalog = SqliteCatalog(home / "catalog.sqlite3")
    counts = {
        table: catalog._db.rows(f"SELECT count(*) FROM {table}")[0][0]
        for table in ("documents", "pages", "transcripts", "chunks", "units", "unit_text", "token_vectors")
    }
    catalog.close()
    counts["images"] = len(list((home / "pages").rglob("*.png")))
    counts["vectors"] = ChromaVectors(home / "chroma").count() if (home / "chroma").exists() else 0
    return {name: count for name, count in counts.items() if count}


@pytest.mark.parametrize(("prepare", "sentence"), BAD_INPUT.values(), ids=BAD_INPUT)
def test_bad_input_gets_one_sentence_exit_code_2_and_leaves_nothing(
    prepare: Prepare, sentence: str, tmp_path: Path, home: Path, make_pdf: MakePdf, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = prepare(tmp_path, make_pdf)
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert err.startswith("pagewitness: ")
    assert re.search(sentence, err, re.DOTALL), err
    assert err.count("\n") == 1
    assert "Traceback" not in err
    assert stored(home) == {}

    code, out, err_with_json = run(capsys, *arguments, "--json")
    assert code == 2
    assert json.loads(out) == {"error": err.removeprefix("pagewitness: ").strip()}
    assert err_with_json == err


def test_several_unusable_files_are_all_named(tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a.pdf", "b.pdf"):
        (tmp_path / name).write_bytes(b"")
    code, _, err = run(capsys, "ingest", str(tmp_path / "a.pdf"), str(tmp_path / "b.pdf"))
    assert code == 2
    assert "a.pdf" in err
    assert "b.pdf" in err
    assert stored(home) == {}


def test_a_home_folder_that_cannot_be_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "taken").write_text("a file")
    for command in (["ingest", str(SAMPLE)], ["ask", "Why?"], ["ask", "Why?", "--thread", "t"], ["documents"]):
        code, out, err = run(capsys, *command, "--home", str(tmp_path / "taken" / "home"))
        assert (code, out) == (2, "")
        assert re.search(r"home folder .*taken.* cannot be made .*--home", err)


def test_an_unknown_engine_in_the_environment(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PAGEWITNESS_ENGINE", "gpt")
    code, _, err = run(capsys, "ask", "Why?")
    assert code == 2
    assert "PAGEWITNESS_ENGINE is 'gpt'" in err
    assert err.count("\n") == 1


def test_a_wrong_key_and_a_retired_model(
    monkeypatch: pytest.MonkeyPatch, library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PAGEWITNESS_HOME", str(tmp_path / "home"))
    model = settings().reader_model.partition(":")[2]
    for key, retired, sentence in (("wrong", (), "key"), ("right", (model,), f"{model}.*PAGEWITNESS_READER_MODEL")):
        with GeminiServer(key="right", retired=retired) as server:
            monkeypatch.setenv("GOOGLE_API_KEY", key)
            monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", server.url)
            code, out, err = run(capsys, "ingest", str(SAMPLE), "--json")
        assert code == 2
        assert re.search(sentence, json.loads(out)["error"]), out
        assert "Traceback" not in err
        # Nothing that could be asked is there; the rendered pages wait for the same command with a right key.
        assert not stored(tmp_path / "home").keys() & {"chunks", "units", "unit_text", "vectors"}


def test_asking_before_anything_is_ingested_is_a_refusal(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "ask", "Why?", "--json")
    answer = json.loads(out)
    assert code == 0
    assert (answer["refused"], answer["reason"], answer["citations"]) == (True, "nothing_ingested", [])
    assert "pagewitness ingest" in answer["answer"]
    assert run(capsys, "documents")[:2] == (0, "No document has been ingested yet: run `pagewitness ingest FILE`.\n")


def test_ask_prints_the_contract(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "ask", "What does a day ticket to the island cost?", "--json")
    answer = json.loads(out)
    assert (code, err) == (0, "")
    assert list(answer) == [
        "question", "answer", "refused", "reason", "citations", "retrieved", "queries", "rewrites", "engine", "usage",
        "seconds",
    ]  # fmt: skip
    assert "14 euros" in answer["answer"]
    citation = answer["citations"][0]
    assert citation.keys() == {"marker", "document", "name", "page", "quote", "boxes", "chunk"}
    assert (citation["marker"], citation["name"], citation["page"]) == (1, "sample.pdf", 6)
    assert all(0 <= edge <= 1 for box in citation["boxes"] for edge in box)
    passage = answer["retrieved"][0]
    assert passage.keys() >= {"chunk", "document", "name", "page", "score", "relevant", "text"}
    assert answer["engine"] == "offline"


def test_ask_shows_the_answer_with_its_witness(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "ask", "What does a day ticket to the island cost?", "--document", "sample.pdf")
    assert code == 0
    assert re.search(r"14\s+euros.*\[1\].*Witnesses.*\[1\] sample\.pdf, page 6.*“.*14\s+euros", out, re.DOTALL)


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


def test_doctor_finds_a_sound_installation(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "doctor", "--json")
    report = json.loads(out)
    assert (code, report["ok"]) == (0, True), report
    details = {check["name"]: check["detail"] for check in report["checks"]}
    assert details["catalog"].startswith("1 documents, 6 pages")
    assert "all-MiniLM-L6-v2" in details["vectors"]


def test_doctor_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "taken").write_text("")
    code, out, _ = run(capsys, "doctor", "--json", "--home", str(tmp_path / "taken"))
    report = json.loads(out)
    assert (code, report["ok"]) == (3, False)
    assert "cannot be made" in {check["name"]: check["detail"] for check in report["checks"]}["home folder"]


def shell(*arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    """The installed command, in a process of its own."""
    command = Path(sys.executable).with_name("pagewitness")
    environment = {**os.environ, "PAGEWITNESS_HOME": str(home)}
    return subprocess.run([str(command), *arguments], env=environment, capture_output=True, text=True, check=False)


def test_another_process_is_told_who_has_the_folder(library: Path) -> None:
    done = shell("ask", "Why?", home=library)
    assert done.returncode == 2
    assert re.search(rf"in use by process {os.getpid()} .*--home", done.stderr)
    assert "Traceback" not in done.stderr


def test_the_installed_command_ends_with_the_documented_code(home: Path) -> None:
    done = shell("ingest", "nowhere.pdf", "--json", home=home)
    assert done.returncode == 2
    assert "does not exist" in json.loads(done.stdout)["error"]
    assert done.stderr == f"pagewitness: {json.loads(done.stdout)['error']}\n"


@pytest.mark.parametrize("arguments", [[], ["ingest"], ["frobnicate"], ["ask", "Why?", "--engine", "gpt"]])
def test_wrong_usage_ends_with_2_too(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main(arguments)
    assert stopped.value.code == 2
    assert "usage: pagewitness" in capsys.readouterr().err
