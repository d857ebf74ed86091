"""The size of batches: whole requests, and enough of them to keep the service busy."""

from __future__ import annotations

import pytest

from graph.engines.base import BATCHES_IN_FLIGHT, MIN_BATCH_PAGES, batch_size


@pytest.mark.parametrize("concurrency", [1, 8, 16, 32, 64])
@pytest.mark.parametrize("pages_per_request", [1, 2, 3, 4, 8, 10])
def test_batches_have_whole_requests_for_twice_those_in_flight(pages_per_request: int, concurrency: int) -> None:
    size = batch_size(pages_per_request, concurrency)
    assert size >= MIN_BATCH_PAGES
    assert size % pages_per_request == 0
    assert BATCHES_IN_FLIGHT * size // pages_per_request >= 2 * concurrency


def test_a_batch_is_one_request_by_default() -> None:
    assert batch_size(4, 8) == 4
    assert batch_size(1, 8) == 4
    assert batch_size(10, 8) == 10
