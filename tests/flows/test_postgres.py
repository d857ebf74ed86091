"""A library in Postgres from the command line: the same answers as in a home folder, and two processes that write."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from graph import dependencies
from graph.cli import main
from tests import forked_python
from tests.conftest import ROOT, SAMPLE, MakePdf
from tests.forked_python import ForkedProcess

QUESTIONS = ("When was the observatory founded?", "How many puffins were counted in 2024?")
# What an answer says of itself, without the time it took and the folder that it was asked in.
SAYS = ("answer", "refused", "reason")
CITES = ("document", "name", "page", "quote", "boxes", "chunk", "verdict")
CHUNKS = "SELECT id, text, pages, sentences FROM chunks ORDER BY id"


def start(home: Path, *arguments: str, **variables: str) -> ForkedProcess:
    """Start the command line in a process of its own, offline."""
    environment = os.environ | {"PAGEWITNESS_HOME": str(home), "PAGEWITNESS_ENGINE": "offline"} | variables
    return forked_python.start(
        ["-m", "graph.cli", *arguments],
        cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def ended(process: ForkedProcess) -> str:
    """Return what a process printed; it must have succeeded."""
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    return str(out)


def said(home: Path, question: str, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capsys.readouterr()
    assert main.main(["ask", "--json", "--home", str(home), question]) == 0
    answer = json.loads(capsys.readouterr().out)
    cited = [{key: one.get(key) for key in CITES} for one in answer["citations"]]
    return {key: answer[key] for key in SAYS} | {"citations": cited}


@pytest.mark.heavy
def test_the_sample_is_answered_as_from_a_home_folder(
    library: Path, home: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PAGEWITNESS_ENGINE", "offline")
    embedded = [said(library, question, capsys) for question in QUESTIONS]
    assert all(one["citations"] for one in embedded)
    monkeypatch.setenv("PAGEWITNESS_STORE_URL", postgres_url)
    assert main.main(["ingest", "--home", str(home), str(SAMPLE)]) == 0
    assert [said(home, question, capsys) for question in QUESTIONS] == embedded
    dependencies.home_stores().close()
    assert not (home / "catalog.sqlite3").exists()


@pytest.mark.processes
def test_two_processes_that_write_at_once_store_what_one_does(
    make_pdf: MakePdf, home: Path, tmp_path: Path, postgres_url: str
) -> None:
    for folder in ("first", "second"):
        for number in range(6):
            text = f"Note {number} of the {folder} keeper. The lamp burned {number} litres of oil. The tide was low."
            make_pdf(f"{folder}/note-{number}.pdf", *[text] * 2)
    folders = [str(tmp_path / folder) for folder in ("first", "second")]
    writers = [start(tmp_path / f"home-{at}", "ingest", folder, PAGEWITNESS_STORE_URL=postgres_url)
               for at, folder in enumerate(folders)]  # fmt: skip
    for writer in writers:
        ended(writer)
    assert main.main(["ingest", "--engine", "offline", "--home", str(home), *folders]) == 0
    with closing(sqlite3.connect(home / "catalog.sqlite3")) as alone, psycopg.connect(postgres_url) as together:
        expected = alone.execute(CHUNKS).fetchall()
        assert len({row[0].partition("-")[0] for row in expected}) == 12
        assert together.execute(CHUNKS.encode()).fetchall() == expected
        counted = together.execute("SELECT count(*), (SELECT count(*) FROM token_vectors) FROM chunk_vectors")
        row = counted.fetchone()
        assert row is not None
        vectors, tokens = row
        assert tokens == len(expected)
        assert vectors >= len(expected)
