from __future__ import annotations

from collections.abc import Iterator

import pytest

from loaders.pages import shared_results
from loaders.pages.shared_results import PLACE_BYTES, PLACES, find_or_make
from loaders.pdf import document
from loaders.pdf.document import PdfFile
from tests.conftest import SAMPLE


@pytest.fixture(autouse=True)
def memory(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(shared_results, "_memory", None)
    shared_results.create()
    yield
    assert shared_results._memory
    shared_results._memory.close()


def made(owner: object, number: int) -> object:
    return find_or_make(owner, number, lambda number: ("made again", number))


def test_a_result_is_found_under_its_owner_and_number() -> None:
    assert find_or_make(("a.pdf", 1), 2, lambda number: {"page": number}) == {"page": 2}
    assert made(("a.pdf", 1), 2) == {"page": 2}
    assert made(("a.pdf", 2), 2) == ("made again", 2)
    assert made(("a.pdf", 1), 3) == ("made again", 3)


def test_results_without_an_owner_are_not_shared() -> None:
    assert find_or_make(None, 1, lambda number: "first") == "first"
    assert made(None, 1) == ("made again", 1)


def test_a_result_that_is_half_written_is_made_again() -> None:
    find_or_make("a.pdf", 1, lambda number: "x" * 100)
    memory = shared_results._memory
    assert memory
    at = memory.find(b"x" * 100)
    memory[at + 50 : at + 51] = b"y"
    assert made("a.pdf", 1) == ("made again", 1)


def test_neighbours_keep_their_places_and_large_results_have_none() -> None:
    for page in range(1, PLACES + 1):
        find_or_make("a.pdf", page, str)
    assert [made("a.pdf", page) for page in range(1, PLACES + 1)] == list(map(str, range(1, PLACES + 1)))
    find_or_make("a.pdf", PLACES + 1, lambda number: "x" * PLACE_BYTES)
    assert made("a.pdf", PLACES + 1) == ("made again", PLACES + 1)
    assert made("a.pdf", 1) == ("made again", 1), "what took the place of another is kept instead"


def test_what_a_page_tells_its_neighbours_is_found_without_its_text_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (PdfFile(document.pymupdf.open(SAMPLE), "", "sample") for _ in range(2))
    around = first.surroundings(1)
    assert around.known
    monkeypatch.setattr(document, "read_layer", None)
    assert second.surroundings(1) == around
