"""A library in Postgres from the command line: the same answers as in a home folder, and two processes that write."""

from __future__ import annotations

import asyncio
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
from graph.access import Scope
from graph.cli import main
from graph.context import Context
from graph.errors import IndexMismatchError
from graph.ingestion.graph import app as ingestion
from graph.maintenance.rebuild import rechunk, reembed
from graph.storage.cleanup import remove
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


@pytest.mark.slow
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


async def test_files_that_come_while_another_process_reembeds_wait_for_its_end(
    make_pdf: MakePdf, home: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGEWITNESS_STORE_URL", postgres_url)
    stores = dependencies.stores(Scope.everything())
    given = {"sources": [str(make_pdf("a.pdf", "The crane lifts four tonnes."))]}
    stores.catalog.set_meta(stores.REEMBEDDING, "the model")
    other = stores.turn(alone=True)
    assert other
    assert other.try_to_begin()
    waiting = asyncio.create_task(ingestion.ainvoke(given))
    await asyncio.sleep(1)
    assert not waiting.done()
    stores.catalog.set_meta(stores.REEMBEDDING, "")
    other.end()
    assert (await waiting)["report"]["documents"][0]["status"] == "complete"
    stores.catalog.set_meta(stores.REEMBEDDING, "the model")  # as a rebuild that was killed leaves it
    with pytest.raises(IndexMismatchError, match="run it again"):
        await ingestion.ainvoke(given)


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("rebuild", [reembed, rechunk])
@pytest.mark.parametrize("kind", ["home", "postgres"])
async def test_a_document_that_is_deleted_during_a_rebuild_does_not_stop_it(
    make_pdf: MakePdf,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
    kind: str,
    rebuild: Any,
) -> None:
    monkeypatch.setenv("PAGEWITNESS_ENGINE", "offline")
    if kind == "postgres":
        monkeypatch.setenv("PAGEWITNESS_STORE_URL", request.getfixturevalue("postgres_url"))
    texts = {name: f"The {name} crane lifts four tonnes." for name in ("first", "second", "third")}
    await ingestion.ainvoke({"sources": [str(make_pdf(f"{name}.pdf", text)) for name, text in texts.items()]})
    stores = dependencies.stores(Scope.everything())
    _, second, third = (row.id for row in stores.catalog.documents())
    encode = type(dependencies.for_context(Context()).embedder).encode

    def encode_slowly(self: Any, sentences: Any) -> Any:
        if any("second" in sentence for sentence in sentences):
            remove(stores, second)  # after its chunks were listed, and before their vectors are stored
            remove(stores, third)
        return encode(self, sentences)

    monkeypatch.setattr(type(dependencies.for_context(Context()).embedder), "encode", encode_slowly)
    if rebuild is rechunk:
        stores.vectors.reset(dependencies.for_context(Context()).embedder.identity)  # so that it embeds
    result = await rebuild(dependencies.for_context(Context()), lambda event: None)
    assert (result["documents"], stores.reembedding()) == (1, "")
    (first,) = stores.catalog.documents()
    assert stores.vectors.count() == len(stores.catalog.chunks(stores.catalog.chunk_ids(first.id))[0].sentences) == 1
