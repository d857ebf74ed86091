"""Usage of requests: split over their pages, and equal to the total."""

from graph.engines.requests.usage import current_recorder, record_usage
from graph.types import Usage, add_usage, no_usage


def usage(requests: int, tokens_in: int, tokens_out: int) -> Usage:
    return Usage(requests=requests, input_tokens=tokens_in, output_tokens=tokens_out)


def test_a_request_is_an_attempt_for_each_of_its_pages_and_its_tokens_are_shared() -> None:
    with record_usage(lambda event: None) as costs:
        costs.add([4, 5, 6], usage(2, 100, 11), 3.0)  # the first attempt failed
        costs.add([5], usage(1, 40, 7), 1.5)
    assert {page: (cost.attempts, cost.seconds) for page, cost in costs.pages.items()} == {
        4: (2, 3.0), 5: (3, 4.5), 6: (2, 3.0),
    }  # fmt: skip
    assert [costs.pages[page].usage for page in (4, 5, 6)] == [usage(2, 34, 4), usage(1, 73, 11), usage(0, 33, 3)]
    total = no_usage()
    for cost in costs.pages.values():
        total = add_usage(total, cost.usage)
    assert total == usage(3, 140, 18)


def test_a_recorder_is_open_within_its_block_only() -> None:
    assert current_recorder() is None
    with record_usage(lambda event: None) as outer:
        with record_usage(lambda event: None) as inner:
            assert current_recorder() is inner
        assert current_recorder() is outer
    assert current_recorder() is None
