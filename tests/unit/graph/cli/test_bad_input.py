"""Bad input: exit code 2, one clear sentence that says what to do, and nothing left behind."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from graph.cli import main
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
            (folder / "in" / name).write_bytes(bytes(range(256)) * 4)
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
    "folder without PDFs": (folder_of("notes.xyz", "table.bin"), r"holds no PDF.*name another"),
    "unknown format": (file("notes.xyz", bytes(range(256)) * 4), r"unsupported format \(\.xyz\): give"),
    "encrypted": (locked(), r"encrypted: give its password with --password"),
    "wrong password": (locked("--password", "wrong"), r"password for .* is wrong: give the right one"),
    "html named pdf": (
        file("page.pdf", b"<!doctype html><html><body>Hi</body></html>"),
        r"is not in PDF format but an HTML page.*get the PDF",
    ),
    "text named pdf": (
        file("text.pdf", b"only words\n" * 100),
        r"text\.pdf.*is not in PDF format but a text.*get the PDF",
    ),
    "zero bytes": (file("empty.pdf", b""), r"is empty \(0 bytes\): get a new copy"),
    "zero pages": (file("none.pdf", NO_PAGES), r"none\.pdf.*(has no pages|damaged).*get a new copy"),
    "damaged": (file("broken.pdf", b"%PDF-1.7\n" + Random(1).randbytes(2000)), r"broken\.pdf.*damaged.*get a new copy"),
    "empty image": (file("empty.png", b""), r"is empty \(0 bytes\): get a new copy"),
    "no image": (
        file("noise.png", b"\x89PNG\r\n\x1a\n" + bytes(500)),
        r"noise\.png.* is not an image that can be read",
    ),
    "empty question": (plain("ask", "  "), r"question is empty: say what"),
    "unknown document, nothing ingested": (plain("ask", "Why?", "--document", "x"), r"no document 'x': none has been"),
    "pages of an unknown document": (plain("pages", "x.pdf"), r"no document 'x\.pdf'"),
    "deleting an unknown document": (plain("delete", "x.pdf"), r"no document 'x\.pdf'"),
    "llm without a key": (plain("ask", "Why?", "--engine", "llm"), r"GOOGLE_API_KEY"),
}


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main.main(arguments)
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


def test_a_home_folder_that_cannot_be_created(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "taken").write_text("a file")
    for command in (["ingest", str(SAMPLE)], ["ask", "Why?"], ["ask", "Why?", "--thread", "t"], ["documents"]):
        code, out, err = run(capsys, *command, "--home", str(tmp_path / "taken" / "home"))
        assert (code, out) == (2, "")
        assert re.search(r"home folder .*taken.* cannot be created .*--home", err)


def test_an_unknown_engine_in_the_environment(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PAGEWITNESS_ENGINE", "gpt")
    code, _, err = run(capsys, "ask", "Why?")
    assert code == 2
    assert "PAGEWITNESS_ENGINE is 'gpt'" in err
    assert err.count("\n") == 1


@pytest.mark.heavy
def test_a_wrong_key_and_a_retired_model(
    monkeypatch: pytest.MonkeyPatch, home: Path, make_pdf: MakePdf, capsys: pytest.CaptureFixture[str]
) -> None:
    note = make_pdf("note.pdf", "The keeper wrote in the blue book.")
    model = settings().models["reader"].partition(":")[2]
    for key, retired, sentence in (("wrong", (), "key"), ("right", (model,), f"{model}.*PAGEWITNESS_READER_MODEL")):
        with GeminiServer(key="right", retired=retired) as server:
            monkeypatch.setenv("GOOGLE_API_KEY", key)
            monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", server.url)
            code, out, err = run(capsys, "ingest", str(note), "--json")
        assert code == 2
        assert re.search(sentence, json.loads(out)["error"]), out
        assert "Traceback" not in err
        # Nothing that could be asked is there; the rendered pages wait for the same command with a right key.
        assert not stored(home).keys() & {"chunks", "units", "unit_text", "vectors"}
