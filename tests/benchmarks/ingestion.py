"""Benchmarks of ingestion: limited by the service's latency with a model, by the cores offline."""

from __future__ import annotations

import base64
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from loaders.pages.reader import read, render
from loaders.types import Failure, PageImage, PageJob
from tests.benchmarks import documents, machine
from tests.benchmarks.comparison import Comparison, Samples, Sizes, alternate, compare
from tests.benchmarks.gemini import Apart, Reading
from tests.benchmarks.ingestion_memory import _write

IN_FLIGHT = 16
SLEEP = 20.0  # seconds, after each page of the notebook's loop


def measure(sizes: Sizes) -> list[Comparison]:
    """Measure ingestion with a loopback Gemini of fixed latency, then offline on a paper and on its scan."""
    folder = sizes.folder / "tmp" / "ingestion"
    folder.mkdir(parents=True)
    found = _with_a_model(sizes, folder)
    machine.settle(machine.environment(folder / "offline", PAGEWITNESS_ENGINE="offline"))
    paper, what = documents.digital(folder, sizes.of(22, 4))
    few, _ = documents.digital(folder, sizes.of(8, 2))  # OCR takes 2 s a page, and all is read six times
    scan, how = documents.scanned(folder, few)
    # The bare loop reads with the same steps, each of which was made cheaper, and has the machine to itself. Images,
    # vectors and storing are nearly half of the rest, so that two cores read, embed and store no more than about 1.3
    # times as fast as one reads: 1.15 to 1.29 in four runs, scans 1.47 to 1.56 in three, on a machine whose speed
    # changed. `beside_libraries.py` compares with what users would take.
    # Four pages of a paper came to .72-.77 of the loop on quiet machines, two scans to 1.24-1.31.
    times = sizes.repeats or sizes.of(3, 2)  # half of five values lay within 7 % of each other, those of scans within 3
    return [
        *found,
        _offline("digital", f"offline, {what}", paper, sizes.limit(1.1, 0.68), times, warm=True),
        _offline(
            "scan",
            f"offline, {how} of it",
            scan,
            sizes.limit(1.4, 1.17),
            min(times, sizes.of(times, 1)),
            not sizes.quick,
        ),
    ]  # fmt: skip


def _with_a_model(sizes: Sizes, folder: Path) -> list[Comparison]:
    # Whole rounds: of 100 pages the last four would have a round of their own, an eighth more than 100/16.
    pages, delay = sizes.of(6 * IN_FLIGHT, 2 * IN_FLIGHT), sizes.of(2, 1)
    paper, short = folder / "plain.pdf", folder / "short.pdf"
    _write(paper, pages)
    _write(short, 2)
    with Apart(Reading(delay)) as server:
        machine.settle(
            machine.environment(
                folder / "gemini", GOOGLE_API_KEY="test", GOOGLE_GEMINI_BASE_URL=server.url,
                PAGEWITNESS_CONCURRENCY=str(IN_FLIGHT), PAGEWITNESS_ENGINE="llm",
            )
        )  # fmt: skip
        rendered, ingested = alternate(
            lambda: _render(paper),
            lambda: ingest(documents.fresh_copy(paper), pages, pages_per_request=1),
            times=sizes.times,
            warm=[lambda: _render(paper), lambda: ingest(short, 2, pages_per_request=1)],
        )
        loop = alternate(lambda: _loop_of_the_notebook(paper, server.url), times=sizes.of(3, 1), warm=False)[0]
    least = pages / IN_FLIGHT * delay
    ours = tuple(seconds - statistics.median(rendered) for seconds in ingested)
    limit = Comparison(
        "model",
        f"a loopback Gemini, {delay} s a page, {pages} pages, {IN_FLIGHT} in flight: against {pages}/{IN_FLIGHT} of it",
        "s", Samples("ingestion, less the rendering of a page", ours),
        Samples("the service's own time", (least,)), sizes.limit(1.15, 1.4), "most",
        f"Rendering a page took {statistics.median(rendered):.3f} s. The requests, all of one length, come in "
        f"{pages // IN_FLIGHT} rounds.",
    )  # fmt: skip
    beside = Comparison(
        "loop", "the same service, against a loop as in the notebook: one page after another", "pages/min",
        Samples("ingestion", tuple(60 * pages / seconds for seconds in ingested)),
        Samples("the loop, with its sleep", tuple(60 / (seconds + SLEEP) for seconds in loop)),
        note=f"{len(loop)} pages were read by the loop; its sleep of {SLEEP:g} s was added, not slept.",
    )  # fmt: skip
    return [limit, beside]


def _offline(name: str, what: str, path: Path, limit: float, times: int, warm: bool) -> Comparison:
    """Measure the ingestion of a new document against only reading it; `warm` loads the models before."""
    pages = page_count(path)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as other:

        def ingestion(file: Path) -> float:
            return page_count(file) / ingest(documents.fresh_copy(file), page_count(file))

        def loop(file: Path) -> float:
            return page_count(file) / other.submit(_bare_loop, documents.fresh_copy(file), page_count(file)).result()

        found = compare(
            name, f"{what}, {pages} pages, against the same page reader in a bare loop in one process", "pages/s",
            [("ingestion", lambda: ingestion(path)), ("bare loop of `loaders.pages.reader.read`", lambda: loop(path))],
            times=times, warm=warm_up(path, ingestion, loop) if warm else False, limit=limit, bound="least",
        )  # fmt: skip
    return replace(found, note="Ingestion renders, chunks, embeds and stores as well; the loop only reads.")


def warm_up(path: Path, *sides: Callable[[Path], object]) -> list[Callable[[], object]]:
    """Return a run of each side with a few pages of the file, which loads the models that it needs."""
    short = documents.part(path)
    return [partial(side, short) for side in sides]


def ingest(path: Path, pages: int, **context: Any) -> float:
    """Return the seconds from a source to its report, in this process with all models loaded."""
    from graph.app import app
    from graph.context import Context

    start = time.perf_counter()
    report = app.invoke({"sources": [str(path)]}, context=Context(**context))["report"]
    seconds = time.perf_counter() - start
    document = report["documents"][0]
    if document["status"] != "complete" or document["pages"] != pages:
        raise RuntimeError(f"{path.name} was not read as it should: {document}")
    return seconds


def _bare_loop(path: Path, pages: int) -> float:
    start = time.perf_counter()
    for page in range(1, pages + 1):
        if isinstance(outcome := read(PageJob(str(path), page)), Failure):
            raise RuntimeError(outcome.detail)
    return time.perf_counter() - start


def _render(path: Path) -> float:
    start = time.perf_counter()
    _rendered(path)
    return time.perf_counter() - start


def _rendered(path: Path) -> PageImage:
    image = render(PageJob(str(path), 1))
    if isinstance(image, Failure):
        raise RuntimeError(image.detail)
    return image


def _loop_of_the_notebook(path: Path, url: str) -> float:
    """Render a page, send it, wait for its text."""
    from langchain_core.messages import HumanMessage
    from langchain_google_genai import ChatGoogleGenerativeAI

    model = ChatGoogleGenerativeAI(model="gemini-3.8-flash", api_key="test", base_url=url)
    start = time.perf_counter()
    picture = base64.b64encode(_rendered(path).png).decode()
    content: Any = [
        {"type": "text", "text": "Transcribe this page as Markdown."},
        {"type": "image_url", "image_url": f"data:image/png;base64,{picture}"},
    ]
    model.invoke([HumanMessage(content)])
    return time.perf_counter() - start


def page_count(path: Path) -> int:
    from loaders.pages.reader import inspect

    return inspect(path).pages
