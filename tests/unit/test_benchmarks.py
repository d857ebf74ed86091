"""The benchmarks: how two implementations are compared, and the page that is generated from the measurements."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import psycopg
import pymupdf
import pytest

from graph.engines.offline.minilm import IDENTITY
from graph.types import Encoded
from loaders.types import Chunk, Sentence
from tests.benchmarks import __main__, corpus, documents, libraries, postgres_library, report
from tests.benchmarks.comparison import Comparison, Samples, alternate, compare
from tests.benchmarks.groups import GROUPS
from tests.conftest import ROOT
from tests.libraries import open_catalog, open_vectors
from tests.process_monitor import own_memory

PAGE = ROOT / "docs" / "performance.md"
CONTEXT = {
    "cores": 2, "processor": "A processor", "load": [0.1, 0.1, 0.1], "system": "Linux", "python": "3.11",
    "versions": {}, "commit": "abc", "made": "2026-11-22 06:00 UTC", "load_after": [0.2, 0.1, 0.1],
    "quick": False, "minutes": 1.0,
}  # fmt: skip


def test_two_implementations_are_measured_alternately() -> None:
    order: list[str] = []

    def measuring(name: str, values: list[float]) -> float:
        order.append(name)
        return values.pop(0)

    left, right = [9.0, 1.0, 2.0, 3.0], [9.0, 4.0, 5.0, 6.0]
    found = alternate(lambda: measuring("l", left), lambda: measuring("r", right), times=3)
    assert "".join(order) == "lr" + "lr" + "rl" + "lr"
    assert found == [(1.0, 2.0, 3.0), (4.0, 5.0, 6.0)]


def test_warm_ups_run_once_in_place_of_the_measures() -> None:
    order: list[str] = []

    def measuring(name: str) -> float:
        order.append(name)
        return 1.0

    sides = [lambda: measuring("l"), lambda: measuring("r")]
    alternate(*sides, times=1, warm=[lambda: measuring("short l"), lambda: measuring("short r")])
    assert order == ["short l", "short r", "l", "r"]
    order.clear()
    alternate(*sides, times=1, warm=False)
    assert order == ["l", "r"]


@pytest.mark.parametrize(("pages", "taken"), [(22, [1, 8, 15, 22]), (4, [1, 3]), (2, [1])])
def test_a_few_pages_of_a_file_warm_up(pages: int, taken: list[int], tmp_path: Path) -> None:
    with pymupdf.open() as made:
        for number in range(1, pages + 1):
            made.new_page().insert_text((72, 72), f"Page {number}")
        made.save(str(tmp_path / "whole.pdf"))
    with pymupdf.open(documents.part(tmp_path / "whole.pdf")) as shorter:
        assert [page.get_text().strip() for page in shorter] == [f"Page {number}" for number in taken]


def test_a_run_tells_the_minutes_of_each_group_and_in_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(__main__, "measured", lambda name, sizes: {**CONTEXT, "minutes": 2.5, "results": []})
    monkeypatch.setattr(libraries, "prepare", lambda names, sizes: None)
    monkeypatch.chdir(tmp_path)
    assert __main__.main(["--only", "storing", "claims", "--folder", "bench", "--out", "speed.json"]) == 0
    told = capsys.readouterr().out
    assert told.count("2.5 minutes, ") == 2
    assert "\n0.0 minutes in all\n" in told
    assert "5 minutes on this machine" in (tmp_path / "speed.md").read_text("utf-8")


def test_a_ratio_is_computed_from_medians() -> None:
    left, right = iter([1.0, 90.0, 3.0]), iter([2.0, 1.5, 1.0])
    one = compare(
        "n", "what", "s", [("l", lambda: next(left)), ("r", lambda: next(right))], times=3, warm=False, limit=2.0,
        bound="most",
    )  # fmt: skip
    assert (one.left.median, one.right and one.right.median, one.figure, one.holds) == (3.0, 1.5, 2.0, True)
    assert one.left.spread == (2.0, 46.5)


@pytest.mark.parametrize(
    ("bound", "limit", "holds"),
    [("most", 0.49, False), ("least", 0.5, True), ("least", 0.51, False), ("none", 9, None)],
)
def test_a_limit_is_an_upper_or_a_lower_bound(bound: Any, limit: float, holds: bool | None) -> None:
    assert Comparison("n", "what", "s", Samples("l", (1.0,)), Samples("r", (2.0,)), limit, bound).holds is holds


def test_the_hand_written_part_of_the_page_stays(tmp_path: Path) -> None:
    out, rows = (
        tmp_path / "speed.json",
        [Comparison("n", "one thing", "s", Samples("l", (1.0,)), None, 0.5, "most").row()],
    )
    groups = {"storing": {**CONTEXT, "results": rows}}
    report.write(groups, out)
    beside = tmp_path / "speed.md"
    beside.write_text(beside.read_text("utf-8").replace(report.BEGIN, report.BEGIN + "\nFound by hand.\n"), "utf-8")
    report.write(groups, out)
    text = beside.read_text("utf-8")
    assert "Found by hand." in text
    assert "| One thing | 1 s | at most 0.5 s | **no** |" in text
    assert (tmp_path / "images" / "speed-limits.svg").read_text("utf-8").startswith("<svg")


@pytest.mark.parametrize("name", GROUPS)
def test_each_group_has_its_module_and_a_report_of_its_own(name: str, tmp_path: Path) -> None:
    """A run of one group writes its page at the end: a group without a heading would lose what was measured."""
    assert importlib.util.find_spec(f"tests.benchmarks.{GROUPS[name].module}")
    rows = [Comparison("question-1000", "one thing", "ms", Samples("all documents", (1.0, 2.0))).row()]
    report.write({name: {**CONTEXT, "quick": True, "results": rows}}, tmp_path / "speed.json")
    assert f"## {GROUPS[name].title}\n" in (tmp_path / "speed.md").read_text("utf-8")


def test_the_page_is_generated_from_the_measurements() -> None:
    """`docs/performance.md` and its plots are generated from `docs/performance.json`, except the hand-written part."""
    groups = json.loads(PAGE.with_suffix(".json").read_text("utf-8"))
    text = PAGE.read_text("utf-8")
    assert text == report.render(groups, "performance.json", report.by_hand(text))
    for name, plot in report.draw(groups, "performance").items():
        assert (PAGE.parent / "images" / name).read_text("utf-8") == plot
    assert not any(group["quick"] for group in groups.values()), "the short form is no measurement"


@pytest.mark.slow
def test_a_library_in_postgres_is_made_once_and_leaves_no_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graph.storage.postgres.vectors._MAX_EXACT", 0)  # so that one vector has an index
    home = tmp_path / "library-1"
    home.mkdir()
    catalog, vectors = open_catalog(home / "catalog.sqlite3"), open_vectors(home / "chroma")
    vectors.check(IDENTITY)
    said = "The keeper writes."
    chunk = Chunk(0, "text", said, (1,), (), 3, (Sentence(said, said, "prose", (1,)),), ((0, 1),))
    encoded = Encoded(np.eye(1, 384, dtype=np.float32)[0], np.full((3, 384), 6, np.int8), ())
    corpus.store(catalog, vectors, f"{1:016x}", [(chunk, [encoded])])
    catalog.close()
    vectors.close()
    archive = postgres_library.packed(home)
    made = archive.stat().st_mtime_ns
    with postgres_library.serving(home) as url, psycopg.connect(url) as connection:
        counts = "SELECT (SELECT count(*) FROM documents), (SELECT count(*) FROM chunk_vectors)"
        assert connection.execute(counts).fetchone() == (1, 1)
        assert connection.execute("SELECT to_regclass('chunk_vectors_near')").fetchone() != (None,)
        ((folder,),) = connection.execute("SHOW data_directory").fetchall()
    assert archive.stat().st_mtime_ns == made
    assert not Path(folder).exists()
    assert not open_catalog(home / "catalog.sqlite3").get_meta("moved_to")


FORKED = """
import os, sys, time
held = b"x" * (64 * 2**20)
child = os.fork()
if child:
    print(child, flush=True)
    sys.stdin.read()
else:
    time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what processes share")
def test_what_forked_processes_share_is_counted_once() -> None:
    with subprocess.Popen([sys.executable, "-c", FORKED], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        family = [psutil.Process(parent.pid), psutil.Process(int(parent.stdout.readline()))]
        held = sum(map(own_memory, family)) / 2**20
        for one in family:
            one.kill()
    assert 64 <= held < 100
