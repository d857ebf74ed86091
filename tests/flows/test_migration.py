"""Moves of a library with `pagewitness migrate`: into Postgres and back, stopped half-way, and what it refuses."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest

from graph import dependencies
from graph.access import Scope
from graph.cli import main
from graph.maintenance import migration
from graph.maintenance.moved_documents import is_whole
from graph.storage.cleanup import remove
from graph.storage.document_rows import Rows
from graph.storage.stores import HomeStores
from tests.conftest import ROOT, SAMPLE, MakePdf
from tests.flows.test_postgres import ended, said, start

OWNER = """
import sys
from graph import dependencies
from graph.access import Scope
from graph.cli import main
dependencies.home_stores().vectors.count()
print("ready", flush=True)
sys.stdin.readline()
sys.stdout = sys.stderr
code = main.main(["ingest", "--home", sys.argv[1], sys.argv[2]])
print("done" if code == 0 else code, file=sys.__stdout__, flush=True)
"""
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
    return main.main(["migrate", "--home", str(home), *(["--to", place] if place else []), *options])


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
    assert migrate(old, postgres_url) == 3
    said = capsys.readouterr().out
    assert "sample.pdf (3ff9375edf24): it was changed there since it was copied, and stays as it is there" in said
    assert "--overwrite" in said
    assert migrate(old, postgres_url, "--overwrite") == 0
    assert migrate(old, postgres_url, "--verify") == 0


def test_a_copy_that_was_stopped_goes_on(old: Path, postgres_url: str, make_pdf: MakePdf) -> None:
    """Rows without vectors are no document yet: it cannot be asked, and is copied again."""
    assert main.main(["ingest", "--home", str(old), str(make_pdf("note.pdf", "The lamp burned 4 litres of oil."))]) == 0
    source = dependencies.home_stores()
    target = migration.target_of(postgres_url, source)
    documents = source.catalog.copies.documents()
    target.catalog.copies.write_shared(source.catalog.copies.read_shared())
    target.catalog.copies.write(documents[0], source.catalog.copies.read(documents[0]))
    assert target.catalog.count_searchable(Scope.everything()) == 0
    done: list[int] = []
    moved = migration.copy(source, target, lambda number, total, _: done.append(number))
    assert (moved["copied"], moved["equal"], done) == (2, 0, [1, 2])
    again = migration.copy(source, target, lambda *_: None)
    assert (again["copied"], again["equal"], again["differences"]) == (0, 2, [])
    target.close()


def test_a_copy_that_was_stopped_answers_and_its_vectors_are_indexed_by_the_next(
    old: Path, postgres_url: str, make_pdf: MakePdf, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("graph.storage.postgres.vectors._MAX_EXACT", 20)
    before = said(old, QUESTIONS[0], capsys)
    assert main.main(["ingest", "--home", str(old), str(make_pdf("note.pdf", "The lamp burned 4 litres of oil."))]) == 0
    source = dependencies.home_stores()
    target = migration.target_of(postgres_url, source)

    def is_indexed() -> bool:
        with psycopg.connect(postgres_url) as connection:
            return connection.execute("SELECT to_regclass('chunk_vectors_near')").fetchone() != (None,)

    def stop(number: int, total: int, document: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        migration.copy(source, target, stop)
    assert target.vectors.count() > 20
    assert not is_indexed()
    with monkeypatch.context() as there:
        there.setenv("PAGEWITNESS_STORE_URL", postgres_url)
        assert alike(said(old, QUESTIONS[0], capsys)) == alike(before)
    indexed = list[bool]()
    moved = migration.copy(source, target, lambda *_: indexed.append(is_indexed()))
    assert (moved["copied"], moved["differences"], indexed, is_indexed()) == (1, [], [False, False], True)
    assert migration.compare(source, target, lambda *_: None)["equal"] == 2
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


def test_what_is_deleted_between_two_copies_is_deleted_there_and_nothing_else(
    old: Path, postgres_url: str, make_pdf: MakePdf, tmp_path: Path
) -> None:
    """Also on the way back."""
    notes = {name: make_pdf(f"{name}.pdf", f"The {name} burned 4 litres of oil.") for name in ("lamp", "lens", "horn")}
    assert main.main(["ingest", "--home", str(old), *map(str, notes.values())]) == 0
    here, back = dependencies.home_stores(), HomeStores(tmp_path / "back", "")
    ids = {row.name: row.id for row in here.within(Scope.everything()).catalog.documents()}
    there = migration.target_of(postgres_url, here)
    assert migration.copy(here, there, lambda *_: None)["copied"] == 4
    here.leave_for("")
    remove(here.within(Scope.everything()), ids["lamp.pdf"])
    remove(here.within(Scope.everything()), ids["horn.pdf"])
    remove(there.within(Scope.everything()), ids["horn.pdf"])
    again = migration.copy(here, there, lambda *_: None)
    assert (again["copied"], again["equal"], again["deleted"], again["only_there"]) == (0, 2, 1, 0)
    assert not there.catalog.copies.read(ids["lamp.pdf"])["chunks"]

    assert migration.copy(there, back, lambda *_: None)["deleted"] == 0
    remove(there.within(Scope.everything()), ids["lens.pdf"])
    assert migration.copy(there, here, lambda *_: None)["deleted"] == 1, "it was copied from here"
    assert set(here.catalog.copies.documents()) == set(there.catalog.copies.documents())
    assert ids["lens.pdf"] in back.catalog.copies.documents()
    assert migration.copy(there, back, lambda *_: None)["deleted"] == 1
    there.close()
    back.close()


def test_a_document_that_was_added_there_again_stays(
    old: Path, postgres_url: str, make_pdf: MakePdf, tmp_path: Path
) -> None:
    note = make_pdf("lamp.pdf", "The lamp burned 4 litres of oil.")
    assert main.main(["ingest", "--home", str(old), str(note)]) == 0
    here = dependencies.home_stores()
    (lamp,) = (row.id for row in here.within(Scope.everything()).catalog.documents() if row.name == "lamp.pdf")
    there = HomeStores(tmp_path / "there", "")
    migration.copy(here, there, lambda *_: None)
    here.leave_for("")
    for one in (here, there):
        remove(one.within(Scope.everything()), lamp)
    here.close()
    assert main.main(["ingest", "--home", str(there.home), str(note)]) == 0
    assert migration.copy(here, there, lambda *_: None)["deleted"] == 0
    assert lamp in there.catalog.copies.documents()
    there.close()


def test_who_was_removed_from_a_collection_does_not_see_it_in_the_new_place(old: Path, tmp_path: Path) -> None:
    here, there = dependencies.home_stores(), HomeStores(tmp_path / "there", "")
    with here.catalog._db.writing() as connection:
        connection.execute("INSERT INTO collection VALUES ('birds', 'birds', '')")
        connection.execute("INSERT INTO member VALUES ('birds', 'ann', 'reader'), ('birds', 'bob', 'reader')")
    migration.copy(here, there, lambda *_: None)
    with here.catalog._db.writing() as connection:
        connection.execute("DELETE FROM member WHERE who = 'bob'")
    migration.copy(here, there, lambda *_: None)
    assert there.catalog.copies.read_shared()["member"] == [("birds", "ann", "reader")]
    there.close()


@pytest.mark.slow
def test_a_home_that_is_being_written_is_copied_and_left_by_a_second_copy(
    old: Path, postgres_url: str, make_pdf: MakePdf, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another process has the folder: what it has published is copied; the folder is marked by the copy after it."""
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(old), str(make_pdf("lamp.pdf", "The lamp burned 4 litres of oil."))],
        text=True, stdout=subprocess.PIPE, stdin=subprocess.PIPE, cwd=ROOT,
        env=os.environ | {"PAGEWITNESS_HOME": str(old)},
    )  # fmt: skip
    assert owner.stdin
    assert owner.stdout
    assert owner.stdout.readline() == "ready\n"
    capsys.readouterr()
    assert migrate(old, postgres_url) == 3
    told = capsys.readouterr().out
    assert "1 document: 1 copied, 0 there before." in told
    assert f"The home folder is in use by process {owner.pid}" in told
    assert not list((old / "cache").glob("moving-*"))
    assert migrate(old, postgres_url, "--verify") == 0
    assert owner.communicate("go on\n")[0] == "done\n"
    assert owner.returncode == 0
    capsys.readouterr()
    assert migrate(old, postgres_url) == 0
    assert "2 documents: 1 copied, 1 there before." in capsys.readouterr().out
    assert migrate(old, postgres_url, "--verify") == 0
    assert main.main(["ingest", "--home", str(old), str(make_pdf("lens.pdf", "The lens weighs 4 tons."))]) == 2


@pytest.mark.parametrize("missing", ["token_vectors", "chunks", "vectors", "entry"])
def test_rows_of_two_moments_are_told(missing: str) -> None:
    rows: Rows = {"chunks": [("a-b-0",)], "token_vectors": [("a-b-0", b"")], "multilingual_vectors": [],
                  "entry": [("a", "default")]}  # fmt: skip
    vectors: dict[str, Any] = {"a-b-0/0": 1}
    assert is_whole(rows, vectors, {"default"})
    if missing == "vectors":
        vectors.clear()
    elif missing == "entry":
        rows["entry"] = [("a", "new")]
    else:
        rows[missing] = [("a-c-0", b"")]
    assert not is_whole(rows, vectors, {"default"})


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
        ("postgresql://postgres@127.0.0.1:1/none", "postgresql://postgres@127.0.0.1:1/none (--to) cannot be used"),
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


NOTES = 300


@pytest.mark.slow
@pytest.mark.processes
def test_a_copy_that_is_killed_ten_times_is_whole_in_the_end(home: Path, postgres_url: str, make_pdf: MakePdf) -> None:
    """`kill -9` at random moments, then the same command; the two stores are equal, and nothing is there twice."""
    for number in range(NOTES):
        make_pdf(f"notes/{number}.pdf", f"Note {number}. The lamp burned {number} litres of oil.")
    ended(start(home, "ingest", str(home.with_name("notes"))))
    to = ("migrate", "--to", postgres_url)
    target = migration.target_of(postgres_url, HomeStores(home, ""))
    assert target.catalog.copies.documents() == [], "the tables are there"
    target.close()
    chance = random.Random(5)
    counts = [0]
    for _ in range(10):
        process = start(home, *to)
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            while process.poll() is None and _documents(connection) < counts[-1] + chance.randint(1, 8):
                time.sleep(0.005)
            time.sleep(chance.uniform(0, 0.05))
            process.kill()
            process.wait()
            counts.append(_documents(connection))
    print("documents after each kill:", counts)
    assert counts == sorted(counts)
    assert 0 < counts[1] <= counts[-1] < NOTES, "the moments are within the copying"
    ended(start(home, *to))
    assert f"{NOTES} documents: {NOTES} equal" in ended(start(home, *to, "--verify"))


def _documents(connection: psycopg.Connection[tuple[int]]) -> int:
    row = connection.execute("SELECT count(*) FROM documents WHERE generation <> ''").fetchone()
    return row[0] if row else 0
