"""Moves of a library with `pagewitness migrate`: into Postgres and back, stopped half-way, and what it refuses."""

from __future__ import annotations

import json
import random
import shutil
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest

from graph import dependencies
from graph.cli import main
from graph.maintenance import migration
from graph.storage.stores import HomeStores
from tests.conftest import SAMPLE, MakePdf
from tests.flows.test_postgres import ended, said, start

QUESTIONS = [
    *(json.loads(line)["question"] for line in (SAMPLE.parent / "questions.jsonl").read_text("utf-8").splitlines()),
    "Who wrote the report?", "How many pages does it have?", "What is on page 3?", "Summarise the document.",
]  # fmt: skip


@pytest.fixture
def old(library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder with the sample, of which this test may change everything."""
    monkeypatch.setenv("PAGEWITNESS_ENGINE", "offline")
    home = Path(shutil.copytree(library, tmp_path / "old"))
    monkeypatch.setenv("PAGEWITNESS_HOME", str(home))
    return home


def alike(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer as it is in each store: full text ranks the pages that are close to a refusal differently."""
    head, mark, pages = answer["answer"].partition("The closest pages are: ")
    return answer | {"answer": [head, mark, sorted(pages.rstrip(".").split("; "))]}


def migrate(home: Path, place: str, *options: str) -> int:
    return main.main(["migrate", "--home", str(home), "--to", place, *options])


@pytest.mark.heavy
def test_a_library_answers_alike_in_postgres_and_back_in_a_home_folder(
    old: Path, postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = [said(old, question, capsys) for question in QUESTIONS]
    assert sum(bool(one["citations"]) for one in before) >= 10
    assert migrate(old, postgres_url, "--verify") == 3, "nothing is there yet"
    assert migrate(old, postgres_url) == 0
    assert migrate(old, postgres_url, "--verify") == 0
    monkeypatch.setenv("PAGEWITNESS_STORE_URL", postgres_url)
    assert [alike(said(old, question, capsys)) for question in QUESTIONS] == [alike(one) for one in before]

    upload = old / "uploads" / "0123" / "letter.pdf"
    upload.parent.mkdir(parents=True)
    upload.write_bytes(b"%PDF-")
    back = tmp_path / "back"
    assert migrate(old, f"home:{back}") == 0
    assert migrate(old, f"home:{back}", "--verify") == 0
    monkeypatch.delenv("PAGEWITNESS_STORE_URL")
    assert [said(back, question, capsys) for question in QUESTIONS] == before
    assert (back / "uploads" / "0123" / "letter.pdf").read_bytes() == b"%PDF-"
    assert len(list((back / "pages").rglob("*.png"))) == len(list((old / "pages").rglob("*.png"))) > 0


def test_a_difference_is_named_and_copied_again(
    old: Path, postgres_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert migrate(old, postgres_url) == 0
    with psycopg.connect(postgres_url) as connection:
        connection.execute("UPDATE pages SET attempts = 9 WHERE page = 1")
        connection.execute("DELETE FROM chunk_vectors WHERE id = (SELECT min(id) FROM chunk_vectors)")
    capsys.readouterr()
    assert migrate(old, postgres_url, "--verify") == 3
    said = capsys.readouterr().out
    assert "0 equal" in said
    assert "vectors in place of" in said
    assert "SHA-256" in said
    assert migrate(old, postgres_url) == 0
    assert migrate(old, postgres_url, "--verify") == 0


def test_a_copy_that_was_stopped_goes_on(old: Path, postgres_url: str, make_pdf: MakePdf) -> None:
    """Rows without vectors are no document yet: it cannot be asked, and is copied again."""
    assert main.main(["ingest", "--home", str(old), str(make_pdf("note.pdf", "The lamp burned 4 litres of oil."))]) == 0
    source = dependencies.home_stores()
    target = migration.target_of(postgres_url, source)
    documents = source.catalog.copies.documents()
    target.catalog.copies.write_shared(source.catalog.copies.read_shared())
    target.catalog.copies.write(documents[0], source.catalog.copies.read(documents[0]))
    assert target.catalog.count_searchable(migration._EVERYTHING) == 0
    done: list[int] = []
    moved = migration.copy(source, target, lambda number, total, _: done.append(number))
    assert (moved["copied"], moved["equal"], done) == (2, 0, [1, 2])
    again = migration.copy(source, target, lambda *_: None)
    assert (again["copied"], again["equal"], again["differences"]) == (0, 2, [])
    target.close()


def test_the_old_home_is_not_written_until_it_is_opened_again(
    old: Path, postgres_url: str, make_pdf: MakePdf, capsys: pytest.CaptureFixture[str]
) -> None:
    note = str(make_pdf("note.pdf", "The lamp burned 4 litres of oil."))
    assert migrate(old, postgres_url) == 0
    capsys.readouterr()
    assert main.main(["ingest", "--home", str(old), note]) == 2
    refused = capsys.readouterr().err
    assert f"The library in {old} was moved (postgresql://" in refused
    assert "migrate --reopen" in refused
    assert main.main(["ask", "--home", str(old), QUESTIONS[0]]) == 0, "it may be asked"
    assert main.main(["migrate", "--home", str(old), "--reopen"]) == 0
    assert main.main(["ingest", "--home", str(old), note]) == 0
    assert migrate(old, postgres_url) == 0, "what is new is copied too"


def test_vectors_of_another_model_are_refused(old: Path, postgres_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    target = migration.target_of(postgres_url, HomeStores(old, ""))
    target.vectors.check("another-model/3")
    target.close()
    with psycopg.connect(postgres_url) as connection:
        connection.execute("INSERT INTO chunk_vectors VALUES ('a-b-0', 'a-b-0', 'a', 'b', '[1,0,0]')")
    capsys.readouterr()
    assert migrate(old, postgres_url) == 2
    assert "another-model/3" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        ("mysql://somewhere", "'mysql://somewhere' is no place for a library"),
        ("home:", "'home:' is no place for a library"),
        ("", "needs a place"),
        ("home:{old}", "The library is there already"),
        ("postgresql://postgres@127.0.0.1:1/none", "cannot be used"),
    ],
)
def test_a_place_that_is_none_is_refused(
    old: Path, place: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments: list[Any] = ["--to", place.format(old=old)] if place else []
    assert main.main(["migrate", "--home", str(old), *arguments]) == 2
    error = capsys.readouterr().err
    assert sentence in error
    assert len(error.splitlines()) == 1


def test_page_images_go_into_a_shared_folder(old: Path, postgres_url: str, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    files = ("--files", shared.as_uri())
    assert migrate(old, postgres_url, "--verify", *files) == 3
    assert migrate(old, postgres_url, *files) == 0
    assert migrate(old, postgres_url, "--verify", *files) == 0
    images = {one.stem for one in (old / "pages").rglob("*.png")}
    assert images <= {one.stem for one in shared.rglob("*") if one.is_file()}
    next(one for one in shared.rglob("*") if one.stem in images).unlink()
    assert migrate(old, postgres_url, "--verify", *files) == 3, "an image is gone"


@pytest.mark.slow
@pytest.mark.processes
def test_a_copy_that_is_killed_ten_times_is_whole_in_the_end(home: Path, postgres_url: str, make_pdf: MakePdf) -> None:
    """`kill -9` at random moments, then the same command; the two stores are equal, and nothing is there twice."""
    for number in range(60):
        make_pdf(f"notes/{number}.pdf", *(f"Note {number}. The lamp burned {page} litres of oil." for page in range(5)))
    ended(start(home, "ingest", str(home.with_name("notes"))))
    to = ("migrate", "--to", postgres_url)
    begun = time.monotonic()
    ended(start(home.with_name("nothing"), *to))
    least = time.monotonic() - begun  # the time of a command that has nothing to copy
    chance = random.Random(5)
    counts = list[int]()
    for _ in range(10):
        process = start(home, *to)
        time.sleep(least * chance.uniform(0.6, 1.6))
        process.kill()
        process.wait()
        with psycopg.connect(postgres_url) as connection:
            row = connection.execute("SELECT count(*) FROM documents WHERE generation <> ''").fetchone()
        counts.append(row[0] if row else 0)
    print("documents after each kill:", counts)
    assert counts == sorted(counts)
    assert 0 < counts[-1] < 60, "the moments are within the copying"
    ended(start(home, *to))
    assert "60 documents: 60 equal" in ended(start(home, *to, "--verify"))
