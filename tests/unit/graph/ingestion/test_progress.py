"""The progress of a run: what is counted, and what follows when pages are finished."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from graph.ingestion import progress
from graph.ingestion.progress import RunProgress, discard_progress, progress_of
from graph.ingestion.state import AfterBatch
from graph.types import Usage


@pytest.fixture
def run() -> RunProgress:
    return RunProgress()


@pytest.fixture(autouse=True)
def _no_runs(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    yield
    progress._runs.clear()


def pages(first: int, last: int) -> range:
    return range(first, last + 1)


def read(run: RunProgress, document: str, first: int, last: int) -> AfterBatch:
    return run.pages_finished(document, pages(first, last), prefetch=True)


def test_a_page_is_counted_once_and_not_while_it_is_left_for_another_day(run: RunProgress) -> None:
    run.add_requests(Usage(requests=2, input_tokens=0, output_tokens=0))
    events = [
        run.page_event("d", "d.pdf", 3, page, status, "")
        for page, status in ((1, "read"), (1, "read"), (2, "pending"), (3, "failed"))
    ]
    assert [(event["done"], event["of"], event["page"], event["requests"]) for event in events] == [
        (1, 3, 1, 2), (1, 3, 1, 2), (1, 3, 2, 2), (2, 3, 3, 2)
    ]  # fmt: skip


def test_requests_of_all_documents_are_added_up(run: RunProgress) -> None:
    cost = Usage(requests=3, input_tokens=10, output_tokens=1)
    assert [run.add_requests(cost), run.add_requests(cost)] == [3, 6]
    assert run.stage_event("chunk", "d", "d.pdf", 0, 4)["requests"] == 6


def test_a_document_is_indexed_after_its_last_page_if_others_are_still_read(run: RunProgress) -> None:
    run.expect_pages("a", pages(1, 4))
    run.expect_pages("b", pages(1, 4))
    assert [read(run, "a", 3, 4), read(run, "a", 1, 2)] == ["__end__", "index_document"]
    assert read(run, "b", 1, 4) == "__end__", "no page is left: the end of the run indexes it"


def test_first_pages_are_embedded_ahead_from_page_16_and_then_each_time_half_as_many_more(run: RunProgress) -> None:
    run.expect_pages("a", pages(1, 100))
    steps: list[AfterBatch] = []
    for first in range(1, 97, 4):
        steps.append(read(run, "a", first, first + 3))
        run.prefetch_finished()
    assert [4 * (at + 1) for at, step in enumerate(steps) if step == "embed_ahead"] == [16, 24, 36, 56, 84]


def test_a_gap_in_the_pages_holds_up_embedding_ahead(run: RunProgress) -> None:
    run.expect_pages("a", pages(1, 100))
    assert read(run, "a", 5, 40) == "__end__"
    assert run.contiguous_until("a") == 0
    assert read(run, "a", 1, 4) == "embed_ahead"
    assert run.contiguous_until("a") == 40


def test_one_batch_is_embedded_ahead_at_a_time(run: RunProgress) -> None:
    for document in ("a", "b"):
        run.expect_pages(document, pages(1, 100))
    assert [read(run, "a", 1, 20), read(run, "b", 1, 20)] == ["embed_ahead", "__end__"]
    run.prefetch_finished()
    assert read(run, "b", 21, 24) == "embed_ahead"


@pytest.mark.parametrize("because", ["it is not wanted", "indexing failed before", "the run was resumed elsewhere"])
def test_nothing_is_embedded_ahead_when(run: RunProgress, because: str) -> None:
    if because != "the run was resumed elsewhere":
        run.expect_pages("a", pages(1, 100))
    if because == "indexing failed before":
        run.postpone_indexing()
    assert run.pages_finished("a", pages(1, 50), prefetch=because != "it is not wanted") == "__end__"


def test_batches_of_a_run_share_its_progress_until_it_is_over() -> None:
    batch: Any = {"run_id": "one"}
    assert progress_of(batch) is progress_of({"run_id": "one"})
    assert progress_of(batch) is not progress_of({"run_id": "two"})
    before = progress_of(batch)
    discard_progress({"run_id": "one"})
    assert progress_of(batch) is not before


def test_states_without_a_run_id_have_a_progress_too() -> None:
    assert progress_of({}) is progress_of({})


def test_only_the_newest_runs_are_kept_in_memory() -> None:
    for number in range(progress._MAX_RUNS + 5):
        progress_of({"run_id": str(number)})
    assert next(iter(progress._runs)) == "5"
    assert len(progress._runs) == progress._MAX_RUNS
