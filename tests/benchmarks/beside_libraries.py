"""Benchmarks of offline ingestion against the libraries that a user would take in its place, on the same files."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks import documents, machine, peers
from tests.benchmarks.comparison import Comparison, Samples, Sizes, alternate, compare
from tests.benchmarks.ingestion import ingest, page_count, warm_up
from tests.benchmarks.whole_processes import OCR, TO_MARKDOWN, Spent, spent


class _Case(NamedTuple):
    """A file, what it is, the library beside it, and how many times as fast ingestion should be."""

    name: str
    what: str
    path: Path
    library: str
    script: str
    loop: Callable[[Path], float]
    as_processes: float | None
    warm: float


def measure(sizes: Sizes) -> list[Comparison]:
    """Measure a paper, filings, a plain report and a scan, warm and as whole processes; nothing in the short form."""
    if sizes.quick:
        return []
    folder = sizes.folder / "tmp" / "beside"
    folder.mkdir(parents=True)
    machine.settle(machine.environment(folder / "home", PAGEWITNESS_ENGINE="offline"))
    cases = _cases(folder)
    return [one for case in cases for one in _beside(case, sizes)]


def _cases(folder: Path) -> list[_Case]:
    to_markdown = ("`pymupdf4llm.to_markdown`", TO_MARKDOWN, peers.to_markdown)
    paper, what = documents.digital(folder, 22)
    filings, parts = documents.filings(folder)
    few, _ = documents.digital(folder, 6)  # of four, which are read two at a time, the last of unequal pages is alone
    scan, how = documents.scanned(folder, few)
    return [
        _Case("paper", what, paper, *to_markdown, 1.8, 2.2),
        _Case("filings", parts, filings, *to_markdown, 2, 2.5),
        _Case("report", "a report of running text", documents.report(folder, 40), *to_markdown, None, 5),
        _Case("scan", how, scan, "RapidOCR", OCR, peers.ocr, 2.5, 3.5),
    ]


def _beside(case: _Case, sizes: Sizes) -> list[Comparison]:
    what = f"{case.what}, {page_count(case.path)} pages, against {case.library}"
    processes = _as_processes(case, what, case.as_processes, sizes) if case.as_processes else ()
    return [*processes, *_warm(case, f"{what}, models loaded", sizes)]


def _as_processes(case: _Case, what: str, limit: float, sizes: Sizes) -> list[Comparison]:
    """Measure `pagewitness ingest` and a script of the library, each from its start to its end."""
    pages = page_count(case.path)
    ours: list[Spent] = []
    theirs: list[Spent] = []

    def command() -> float:
        home = case.path.with_name(f"home-{uuid.uuid4().hex}")
        environment = {"PAGEWITNESS_ENGINE": "offline", "PAGEWITNESS_HOME": str(home)}
        ours.append(spent(["-m", "graph.cli", "ingest", str(documents.fresh_copy(case.path))], environment))
        return pages / ours[-1].clock

    def script() -> float:
        theirs.append(spent(["-c", case.script, str(documents.fresh_copy(case.path))], {}))
        return pages / theirs[-1].clock

    sides = [("`pagewitness ingest`", command), ("a script of it", script)]
    clock = compare(
        case.name, f"{what}, as whole processes", "pages/s", sides, times=sizes.times, warm=False, limit=limit,
        bound="least",
    )  # fmt: skip
    cpu = [tuple(pages / one.cpu for one in side) for side in (ours, theirs)]
    return [
        clock,
        Comparison(
            f"{case.name}-cpu", f"{what}, as whole processes, by the time of the processor", "pages/s",
            Samples(sides[0][0], cpu[0]), Samples(sides[1][0], cpu[1]),
        ),
    ]  # fmt: skip


def _warm(case: _Case, what: str, sizes: Sizes) -> Iterator[Comparison]:
    """Measure ingestion against a loop over the same file in another process, both with loaded models.

    The paper's is also measured against LangChain's parts, in the same turns.
    """
    loops = {"the loop": case.loop} | ({"LangChain": peers.langchain} if case.name == "paper" else {})
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as other:

        def ingestion(path: Path) -> float:
            return page_count(path) / ingest(documents.fresh_copy(path), page_count(path))

        def of(loop: Callable[[Path], float]) -> Callable[[Path], float]:
            return lambda path: page_count(path) / other.submit(loop, documents.fresh_copy(path)).result()

        sides = [ingestion, *map(of, loops.values())]
        ours, *theirs = alternate(
            *(partial(side, case.path) for side in sides), times=sizes.times, warm=warm_up(case.path, *sides)
        )
    left, (first, *more) = Samples("ingestion", ours), map(Samples, loops, theirs)
    yield Comparison(f"{case.name}-warm", what, "pages/s", left, first, case.warm, "least")
    for other_side in more:
        yield Comparison(
            "langchain",
            "the paper against its plain text in LangChain's Chroma, the same embedder, without tables and proof",
            "pages/s", left, other_side,
        )  # fmt: skip
