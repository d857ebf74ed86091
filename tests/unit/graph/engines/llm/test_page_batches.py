"""The reader of a batch of pages: which requests it sends, and the outcome of each page."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from graph.engines.base import PageReading
from graph.engines.llm.page_batches import BatchTranscriber, Outcome, merge
from graph.engines.llm.page_requests import Attempt
from loaders.types import Block, Failure, FailureReason, PageImage

DOWN = Failure("overloaded", "The service is overloaded.")
EMPTY = Failure("empty", "There was no text.")


def image(page: int, text: str = "") -> PageImage:
    return PageImage(page, b"png", 10, 10, text, (), 0.5, bool(text))


class Service:
    """Answers each request with the outcomes of its pages, and notes the pages asked for and how."""

    def __init__(self, *scripts: dict[int, Outcome]) -> None:
        self._scripts, self.requests = list(scripts), list[tuple[list[int], Attempt]]()

    async def read(self, images: Sequence[PageImage], attempt: Attempt) -> dict[int, Outcome]:
        self.requests.append(([one.page for one in images], attempt))
        special = self._scripts.pop(0) if self._scripts else {}
        return {one.page: special.get(one.page, reading(one.page)) for one in images}


def reading(page: int, text: str = "Text.") -> PageReading:
    return PageReading(page, (Block("text", text),), (), "model")


async def outcomes(service: Service, *pages: PageImage, check_replies: bool = True) -> dict[int, Outcome]:
    return dict([pair async for pair in BatchTranscriber(service.read, check_replies=check_replies).run(pages)])


async def test_a_batch_that_is_read_takes_one_request() -> None:
    service = Service()
    assert list(await outcomes(service, *map(image, (1, 2, 3, 4)))) == [1, 2, 3, 4]
    assert service.requests == [([1, 2, 3, 4], Attempt())]


async def test_missing_pages_are_asked_for_in_requests_of_half_the_size() -> None:
    service = Service({1: EMPTY, 3: EMPTY, 4: EMPTY}, {3: EMPTY})
    found = await outcomes(service, *map(image, (1, 2, 3, 4)))
    assert [pages for pages, _ in service.requests] == [[1, 2, 3, 4], [1, 3], [3], [4]]
    assert all(isinstance(outcome, PageReading) for outcome in found.values())


async def test_a_batch_of_four_that_fails_altogether_takes_eleven_requests_at_most() -> None:
    nothing: dict[int, Outcome] = dict.fromkeys((1, 2, 3, 4), EMPTY)
    service = Service(*[nothing] * 20)
    found = await outcomes(service, *map(image, (1, 2, 3, 4)))
    assert len(service.requests) == 11
    assert {getattr(outcome, "reason", "") for outcome in found.values()} == {"empty"}


async def test_a_page_that_fails_alone_is_asked_for_once_more_and_told_why() -> None:
    service = Service({1: EMPTY})
    found = await outcomes(service, image(1))
    told = "it held no text for this page, which is not blank"
    assert service.requests == [([1], Attempt()), ([1], Attempt(told, generous=True))]
    assert isinstance(found[1], PageReading)
    failed = await outcomes(Service({1: EMPTY}, {1: EMPTY}), image(1))
    assert failed == {1: Failure("empty", "There was no text. Asked again, it did no better.")}


async def test_a_reading_that_disagrees_with_the_page_is_asked_for_once_more() -> None:
    words = (
        "The harbour master counted forty vessels along the northern quay before noon and wrote every name down " * 3
    )
    page, other = image(1, words), reading(1, "Something else entirely stands here instead of that. " * 12)
    service = Service({1: other}, {1: reading(1, words)})
    assert (await outcomes(service, page))[1] == reading(1, words)
    objections = [attempt.objection for _, attempt in service.requests]
    assert objections == ["", "it left out 100% of the words that are printed on the page"]
    unchecked = Service({1: other})
    assert (await outcomes(unchecked, page, check_replies=False))[1] == other
    assert len(unchecked.requests) == 1


async def test_when_the_service_is_down_the_rest_of_the_batch_fails_without_a_request() -> None:
    service = Service({1: EMPTY, 2: EMPTY, 3: EMPTY, 4: EMPTY}, dict.fromkeys((1, 2), DOWN))
    found = await outcomes(service, *map(image, (1, 2, 3, 4)))
    assert [pages for pages, _ in service.requests] == [[1, 2, 3, 4], [1, 2]]
    assert found == dict.fromkeys((1, 2, 3, 4), DOWN)


@pytest.mark.parametrize("reason", ["request_error", "overloaded", "quota_day", "network"])
async def test_pages_that_a_second_reading_cannot_help_are_not_requested_again(reason: FailureReason) -> None:
    service = Service({1: Failure(reason, "No.")})
    assert await outcomes(service, image(1)) == {1: Failure(reason, "No.")}
    assert len(service.requests) == 1


async def test_merged_iterators_yield_as_they_come_and_raise_after_all_have_ended() -> None:
    gate = asyncio.Event()

    async def slow() -> AsyncIterator[str]:
        await gate.wait()
        yield "slow"

    async def failing() -> AsyncIterator[str]:
        yield "first"
        gate.set()
        raise ValueError("broken")

    found: list[str] = []

    async def collect() -> None:
        async for item in merge([slow(), failing()]):
            found.append(item)

    with pytest.raises(ValueError, match="broken"):
        await collect()
    assert found == ["first", "slow"]


async def test_a_page_that_its_bound_cut_is_asked_for_with_more_room_before_it_is_doubted() -> None:
    cut = Failure("max_tokens", "It was cut off.")
    service = Service({1: cut}, {1: EMPTY})
    assert isinstance((await outcomes(service, image(1)))[1], PageReading)
    assert [attempt.generous for _, attempt in service.requests] == [False, True, True]
    service = Service({1: cut}, {1: cut})
    assert await outcomes(service, image(1)) == {
        1: Failure("max_tokens", "It was cut off. Asked again, it did no better.")
    }
    assert len(service.requests) == 2


async def test_a_reply_in_circles_is_not_given_more_room() -> None:
    service = Service({1: Failure("repetition", "Round.")})
    assert isinstance((await outcomes(service, image(1)))[1], PageReading)
    assert service.requests[1][1] == Attempt("it repeated itself until it was cut off")
