"""Windows hold whole requests, and enough of them to keep the service busy."""

from __future__ import annotations

import pytest

from graph.engines.base import PAGES, WINDOWS, window_size


@pytest.mark.parametrize("concurrency", [1, 8, 16, 32, 64])
@pytest.mark.parametrize("pages_per_request", [1, 2, 3, 4, 8, 10])
def test_windows_hold_whole_requests_for_twice_those_in_flight(pages_per_request: int, concurrency: int) -> None:
    size = window_size(pages_per_request, concurrency)
    assert size >= PAGES
    assert size % pages_per_request == 0
    assert WINDOWS * size // pages_per_request >= 2 * concurrency


def test_a_window_is_one_request_where_nothing_else_is_set() -> None:
    assert window_size(4, 8) == 4
    assert window_size(1, 8) == 4
    assert window_size(10, 8) == 10
