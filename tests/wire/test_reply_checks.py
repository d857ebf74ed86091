"""Wrong transcripts: they are detected, requested once more with what was wrong, and then not used."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from graph import dependencies
from graph.access import Scope
from graph.app import app
from graph.storage.rows import PageRow
from tests.conftest import MakePdf
from tests.evals import corruptions as made
from tests.wire.gemini_server import GeminiServer, Recorded, Reply
from tests.wire.scripted_replies import pages_asked

PAGES = 6
LIAR = 3
_LAYER = re.compile(r'<text-layer page="(\d+)">\n(.*?)\n</text-layer>', re.DOTALL)
Lie = Callable[[str, Random], str]


def prose(page: int) -> str:
    """A page of text with numbers of its own."""
    words = Random(page)
    names = ["harbour", "winch", "guillemot", "slipway", "lantern", "warden", "boulder", "ferry", "barometer", "quarry"]
    return " ".join(
        f"In {words.randint(1900, 2020)} the {words.choice(names)} of section {page}{words.randint(100, 999)} cost "
        f"{words.randint(10, 999)} euros and the {words.choice(names)} lasted {words.randint(11, 99)} weeks."
        for _ in range(18)
    )


class Liar:
    """Copies the text layers it is given, but for one page, of which it says what `lie` makes of it, `times` times."""

    def __init__(self, lie: Lie, times: int = 99, finish: str = "STOP") -> None:
        self.lie, self.times, self.finish = lie, times, finish

    def __call__(self, request: Recorded) -> Reply:
        layers = {int(page): text.replace("\n", " ") for page, text in _LAYER.findall(request.prompt)}
        finish = "STOP"
        if LIAR in layers and self.times:
            self.times -= 1
            layers[LIAR], finish = self.lie(layers[LIAR], Random(1)), self.finish
        marked = (f'<page number="{page}"><chunk>\n{text}\n</chunk></page>' for page, text in layers.items())
        return Reply("\n".join(marked), finish_reason=finish)


def another_page(text: str, random: Random) -> str:
    return prose(1)


LIES: dict[str, Lie] = {
    "digits": lambda text, random: made.changed_digits(text, random)[0],
    "table": made.invented_table,
    "another page": another_page,
    "circles": made.repeated_end,
    "half": lambda text, random: made.dropped_words(text, random, 0.3),
}
OBJECTIONS = {
    "digits": r"it held 1\d other numbers than the page \(such as ",
    "table": r"it held 1\d numbers that are not on the page \(such as ",
    "another page": r"it (?:held \d+ other numbers|left out \d+% of the words)",
    "circles": "it repeated itself",
    "half": r"it left out \d\d% of the words",
}


@pytest.fixture(autouse=True)
def _checked(model: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGEWITNESS_CHECK_REPLIES", "on")


@pytest.fixture
def paper(make_pdf: MakePdf) -> Path:
    return make_pdf("paper.pdf", *(prose(page) for page in range(1, PAGES + 1)))


def ingest(path: Path, **context: Any) -> tuple[dict[str, Any], list[PageRow]]:
    report: Any = app.invoke({"sources": [str(path)]}, context=context)["report"]
    return report, dependencies.stores(Scope.everything()).catalog.pages(report["documents"][0]["id"])


def reading(gemini: GeminiServer) -> list[tuple[list[int], str]]:
    """The pages of each request, and what it objects to in the reply before it."""
    assert {request.temperature for request in gemini.chats} == {None}
    found = [re.search(r"was not used: (.*?)\.\n", request.prompt) for request in gemini.chats]
    return [(pages_asked(request), told[1] if told else "") for request, told in zip(gemini.chats, found, strict=True)]


def test_a_correct_transcript_is_accepted_at_once(gemini: GeminiServer, paper: Path) -> None:
    gemini.reply = Liar(another_page, times=0)
    report, rows = ingest(paper)
    assert {(row.status, row.reason) for row in rows} == {("read", "")}
    assert sorted(pages for pages, _ in reading(gemini)) == [[1, 2, 3, 4], [5, 6]]
    assert report["usage"]["requests"] == len(gemini.requests)


@pytest.mark.parametrize("name", LIES)
def test_a_wrong_transcript_is_requested_once_more_and_then_the_text_layer_is_used(
    gemini: GeminiServer, paper: Path, name: str
) -> None:
    lie = LIES[name]
    gemini.reply = Liar(lie)
    report, rows = ingest(paper)
    assert report["documents"][0]["ledger"] == {"read": PAGES - 1, "fallback": 1, "blank": 0, "failed": 0, "pending": 0}
    row = rows[LIAR - 1]
    assert (row.status, row.model) == ("fallback", "text-layer")
    assert row.reason == ("repetition" if lie is made.repeated_end else "garbled")
    assert "Asked again" in row.detail
    stored = dependencies.stores(Scope.everything()).catalog.transcript(row.transcript)
    assert stored is not None
    assert stored.markdown.split() == prose(LIAR).split()
    windows = [(pages, told) for pages, told in reading(gemini) if LIAR in pages]
    assert [pages for pages, _ in windows] == [[1, 2, 3, 4], [LIAR]]
    assert windows[0][1] == ""
    assert re.match(OBJECTIONS[name], windows[1][1]), windows[1][1]
    assert report["usage"]["requests"] == len(gemini.requests), "what was not believed was paid for all the same"


def test_a_correct_second_transcript_is_accepted(gemini: GeminiServer, paper: Path) -> None:
    gemini.reply = Liar(another_page, times=1)
    _, rows = ingest(paper)
    assert {(row.status, row.reason) for row in rows} == {("read", "")}
    assert len(gemini.chats) == 3


def test_a_repetitive_reply_is_requested_again_and_told_so(gemini: GeminiServer, paper: Path) -> None:
    gemini.reply = Liar(lambda text, random: "round and round it goes " * 400, finish="MAX_TOKENS")
    _, rows = ingest(paper, pages_per_request=3)
    assert (rows[LIAR - 1].status, rows[LIAR - 1].reason) == ("fallback", "repetition")
    assert [pages for pages, _ in reading(gemini) if LIAR in pages] == [[1, 2, 3], [LIAR]]


def test_each_wrong_page_costs_one_more_request(gemini: GeminiServer, paper: Path) -> None:
    def wrong(request: Recorded) -> str:
        return "\n".join(f'<page number="{page}">{prose(page + 50)}</page>' for page in pages_asked(request))

    gemini.reply = wrong
    report, rows = ingest(paper)
    assert {row.status for row in rows} == {"fallback"}
    assert len(gemini.chats) == 2 + PAGES
    assert report["usage"]["requests"] == len(gemini.requests)


def test_the_check_can_be_switched_off(gemini: GeminiServer, paper: Path) -> None:
    gemini.reply = Liar(another_page)
    _, rows = ingest(paper, check_replies=False)
    assert {row.status for row in rows} == {"read"}
