"""Struck-out text from the file to the answer: said to be struck, never quoted as live, and its label kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pymupdf
import pytest

from graph.context import Context
from graph.ingestion.graph import app as ingestion
from graph.query.graph import app as query
from loaders.chunking.chunker import chunk_pages
from loaders.types import Block
from tests.conftest import FillHome

RULES = (
    ("1. Guests. ", "Guests may stay for two nights."),
    ("2. Quiet hours. ", "Music ends at eleven in the evening."),
    ("", "Music has to end by ten in the evening."),
    ("3. Moorings. ", "A boat may lie at the jetty for nine weeks."),
    ("4. Bicycles. Bicycles are kept in the shed behind the boathouse.", ""),
)
FEE = "The deposit for a locker is 35 crowns a season."


def _page(document: Any, lines: tuple[tuple[str, str], ...], *, by_annotation: bool = False) -> None:
    """Write lines whose second part is struck, except where there is no first part."""
    page = document.new_page(width=595, height=842)
    for row, (label, text) in enumerate(lines):
        y = 120.0 + 26 * row
        page.insert_text((72, y), label + text, fontsize=11)
        if not label or not text:
            continue
        for box in page.search_for(text):
            if by_annotation:
                page.add_strikeout_annot(box)
            else:
                page.draw_line((box.x0, y - 3.5), (box.x1, y - 3.5), width=0.8)


@pytest.fixture
def rules(tmp_path: Path, fill_home: FillHome) -> Path:
    """Ingest house rules of which four are struck out: three by lines, one by an annotation."""
    document: Any = pymupdf.open()
    _page(document, RULES)
    _page(document, (("Lockers: ", FEE), ("", "A key costs 12 crowns.")), by_annotation=True)
    path = tmp_path / "rules.pdf"
    document.save(str(path))
    fill_home(lambda: ingestion.invoke({"sources": [str(path)]}, context=Context()))
    return path


def _asked(question: str) -> Any:
    return query.invoke({"question": question}, context=Context())


@pytest.mark.usefixtures("rules")
@pytest.mark.parametrize(
    ("question", "struck", "page"),
    [
        ("Are guests allowed?", RULES[0][1], 1),
        ("How long may guests stay?", RULES[0][1], 1),
        ("Can I leave my boat at the jetty?", RULES[3][1], 1),
        ("How much is the deposit for a locker?", FEE, 2),
    ],
)
def test_a_question_about_struck_text_is_told_that_it_is_struck(question: str, struck: str, page: int) -> None:
    found = _asked(question)
    assert found["verdict"] in ("refused", "related")
    assert f"struck out and no longer holds: “{struck}” (rules.pdf, page {page})" in found["answer"]
    assert not any(struck in citation["quote"] for citation in found["citations"])


@pytest.mark.usefixtures("rules")
def test_what_stands_in_the_place_of_struck_text_answers_by_its_label() -> None:
    found = _asked("When do the quiet hours begin, when does music end?")
    assert found["verdict"] == "proven"
    assert "by ten in the evening" in found["answer"]
    assert "eleven" not in found["answer"]
    assert "Quiet hours." not in found["answer"]


@pytest.mark.usefixtures("rules")
@pytest.mark.parametrize(
    "question", ["Who is the harbour master?", "What does a key cost?", "Where are bicycles kept?"]
)
def test_nothing_is_said_of_struck_text_that_the_question_is_not_about(question: str) -> None:
    assert "struck" not in _asked(question)["answer"]


def test_struck_rows_and_sentences_are_lines_that_may_not_answer() -> None:
    table = "| Item | Price |\n| --- | --- |\n| ~~Wash of a sail~~ | ~~14~~ |\n| Repair of a sail | 90 |"
    blocks = [
        Block("text", "Ropes are sold. ~~Ropes are lent too. They cost nothing.~~ ~~Or 3.~~"),
        Block("table", table),
    ]
    struck = [one for chunk in chunk_pages("", [(1, blocks)]) for one in chunk.sentences if one.is_struck]
    assert [one.text for one in struck] == ["Ropes are lent too.", "They cost nothing.", "Wash of a sail 14"]
    assert not any(one.may_answer for one in struck)
    assert "~~Ropes are lent too. They cost nothing.~~" in chunk_pages("", [(1, blocks)])[0].text


@pytest.mark.parametrize("text", ["The fee is ~~45~~ 60 crowns.", "Boats are led. ~~Boats are towed.~~"])
def test_a_sentence_beside_struck_words_is_no_label(text: str) -> None:
    (chunk,) = chunk_pages("", [(1, [Block("text", text), Block("text", "It is paid in the office.")])])
    assert [one.kind for one in chunk.sentences if not one.is_struck] == ["prose", "prose"]


def test_a_list_with_a_struck_item_stays_one_list() -> None:
    items = ["- the bow rope", "- the stern rope ~~or the old one~~", "- the spring"]
    blocks = [Block("text", "The skipper checks three ropes:"), Block("list", "\n".join(items))]
    (chunk,) = chunk_pages("", [(1, blocks)])
    assert [one.kind for one in chunk.sentences].count("item") == 3
