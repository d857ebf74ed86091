"""Pages in the layouts of offices, from the file to the answer: what is answered is what a person reads there."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pymupdf
import pytest
from PIL import Image

from graph import dependencies
from graph.access import Scope
from graph.app import app
from graph.context import Context
from graph.query.graph import app as query

pytestmark = pytest.mark.heavy

Rows = Sequence[Sequence[str]]
WIDE = (842, 595)
OFFLINE = Context(engine="offline")


def _page(document: Any, size: tuple[int, int] = (595, 842)) -> Any:
    return document.new_page(width=size[0], height=size[1])


def _put(page: Any, x: float, y: float, text: str, size: float = 11, font: str = "tiro") -> None:
    page.insert_text((x, y), text, fontsize=size, fontname=font)


def _table(page: Any, top: float, widths: Sequence[float], rows: Rows, ruled: bool, bold: Sequence[int] = (0,)) -> None:
    for at, row in enumerate(rows):
        x, y = 60.0, top + 18 * at
        for width, cell in zip(widths, row, strict=True):
            if ruled:
                page.draw_rect((x, y, x + width, y + 18), width=0.5)
            _put(page, x + 4, y + 13, cell, 9.5, "tibo" if at in bold else "tiro")
            x += width


def _bands(document: Any) -> None:
    page = _page(document, WIDE)
    _put(page, 60, 60, "Table 4: Sheep by species of pasture, in heads", 12, "tibo")
    rows = [("Pasture", "Spring", "Autumn"), ("Farm of Osla", "", ""), ("Moor", "212", "188"), ("Meadow", "94", "97"),
            ("Farm of Hult", "", ""), ("Moor", "356", "341"), ("Meadow", "120", "118")]  # fmt: skip
    _table(page, 75, (200, 90, 90), rows, ruled=False, bold=(0, 1, 4))


def _stacked(document: Any) -> None:
    page = _page(document)
    _put(page, 60, 60, "Tabelle 2: Besucher der Bäder", 12, "tibo")
    for x, year in ((160, "2020"), (320, "2021")):
        page.draw_rect((x, 75, x + 160, 93), width=0.5)
        _put(page, x + 68, 88, year, 9.5, "tibo")
    page.draw_rect((60, 75, 160, 93), width=0.5)
    rows = [("Bad", "Halle", "Becken", "Halle", "Becken"), ("Nordbad", "611", "1.204", "588", "1.377"),
            ("Seebad", "93", "2.015", "71", "2.480")]  # fmt: skip
    _table(page, 93, (100, 80, 80, 80, 80), rows, ruled=True)


def _sideways(document: Any) -> None:
    upright: Any = pymupdf.open()
    page = _page(upright, WIDE)
    _put(page, 60, 60, "Table 9: Care of the windmill", 12, "tibo")
    rows = [("Task", "Monthly", "Yearly"), ("Grease the cap", "yes", ""), ("Turn the stones", "", "yes"),
            ("Set the sails", "0.6 mm", "")]  # fmt: skip
    _table(page, 75, (200, 90, 90), rows, ruled=True)
    _put(page, 60, 180, "The brake of the windmill is tested with a load of 440 kilograms.")
    target = _page(document)
    target.show_pdf_page(target.rect, upright, 0, rotate=270)


def _watermark(document: Any) -> None:
    page = _page(document)
    _put(page, 60, 90, "Rules of the fair", 15, "tibo")
    _put(page, 60, 130, "The owner of the best goat receives 75 crowns and a bell.")
    for y in range(60, 820, 70):
        for x in range(20, 560, 140):
            page.insert_text(
                (x, y), "Printed for B. Falk", fontsize=9, color=(0.7, 0.7, 0.7),
                morph=(pymupdf.Point(x, y), pymupdf.Matrix(30)),
            )  # fmt: skip


def _columns(document: Any) -> None:
    page = _page(document)
    left = ("The brass band of the valley has", "sold its old drum, because the", "skin was torn and the rim was")
    right = ("bent. With the money, and with", "a gift of the mill, it bought a", "kettledrum for 860 francs.")
    for at, (one, two) in enumerate(zip(left, right, strict=True)):
        _put(page, 60, 100 + 14 * at, one, 11)
        _put(page, 260, 100 + 14 * at, two, 11)


def _statement(document: Any) -> None:
    for rows in (
        [("02 May", "Brought forward", "", "", "811.20"), ("04 May", "Coal, Ash and Son", "94.50", "", "716.70"),
         ("09 May", "Wages Orchard Press", "", "1,420.00", "2,136.70")],
        [("17 May", "Dentist Wray", "61.00", "", "2,075.70"), ("29 May", "Sale of bicycle", "", "85.00", "2,160.70")],
    ):  # fmt: skip
        page = _page(document)
        _put(page, 60, 60, "Statement of account 71-0043", 14, "tibo")
        _table(
            page, 80, (70, 180, 70, 70, 70), [("Date", "Entry", "Paid out", "Paid in", "Balance"), *rows], ruled=False
        )


def _curriculum(document: Any) -> None:
    page = _page(document)
    _put(page, 60, 70, "Runa Eide Holt", 22, "tibo")
    _put(page, 60, 90, "Boat builder - runa.holt@example.org", 9)
    parts = [("Work", "2015-2024 Foreman, Yard on the Sound"), ("Languages", "Faroese, Danish, Dutch")]
    for y, (head, line) in zip((130, 180, 230), [*parts, ("Interests", "Rowing, fiddle")], strict=True):
        _put(page, 60, y, head, 14, "tibo")
        _put(page, 60, y + 20, line, 10)


def _scan(document: Any, size: tuple[int, int], turn: int, *texts: tuple[float, str]) -> None:
    source: Any = pymupdf.open()
    page = _page(source, size)
    for x, text in texts:
        page.insert_textbox((x, 60, x + 330, 400), text, fontsize=13, fontname="tiro")
    shot = page.get_pixmap(dpi=150)
    picture = Image.frombytes("RGB", (shot.width, shot.height), shot.samples).rotate(turn, expand=True)
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=80)
    sheet = document.new_page(width=picture.width * 0.48, height=picture.height * 0.48)
    sheet.insert_image(sheet.rect, stream=buffer.getvalue())


WHEEL = "The wheel of the mill was eleven feet high and turned two pairs of stones until the brook fell dry in"
RENT = "August. The rent was nine sacks of rye a year, and the miller's daughter kept the books."
DRAW: dict[str, Callable[[Any], None]] = {
    "bands.pdf": _bands,
    "stacked.pdf": _stacked,
    "sideways.pdf": _sideways,
    "watermark.pdf": _watermark,
    "columns.pdf": _columns,
    "statement.pdf": _statement,
    "curriculum.pdf": _curriculum,
    "turned.pdf": lambda document: _scan(document, (420, 500), 180, (50, f"{WHEEL} {RENT}")),
    "spread.pdf": lambda document: _scan(document, WIDE, 0, (50, WHEEL), (460, RENT)),
}


@pytest.fixture(scope="module")
def _home(_no_dot_env: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All documents, ingested once. Tests leave the folder as it is."""
    folder = tmp_path_factory.mktemp("printed")
    for name, draw in DRAW.items():
        document: Any = pymupdf.open()
        draw(document)
        document.save(str(folder / name))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PAGEWITNESS_HOME", str(folder / "home"))
        patch.setenv("PAGEWITNESS_ENGINE", "offline")
        report = app.invoke({"sources": [str(folder / name) for name in DRAW]}, context=OFFLINE)["report"]
    assert all(document["status"] == "complete" for document in report["documents"]), report
    return folder / "home"


@pytest.fixture
def printed(_home: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PAGEWITNESS_HOME", str(_home))
    return _home


def _answer(question: str, document: str) -> str:
    given: Any = {"question": question, "documents": [document]}
    return str(query.invoke(given, context=OFFLINE)["answer"])


@pytest.mark.parametrize(
    ("document", "question", "begins"),
    [
        ("bands.pdf", "How many sheep had Hult on the moor in spring?", "Farm of Hult, Moor: Spring 356"),
        ("bands.pdf", "How many sheep had Osla on the meadow in autumn?", "Farm of Osla, Meadow: Autumn 97"),
        ("stacked.pdf", "Wie viele Besucher hatte das Seebad 2021 im Becken?", "Seebad: 2021 Becken 2.480"),
        ("sideways.pdf", "How often is the cap greased?", "Grease the cap: Monthly yes"),
        ("sideways.pdf", "With what load is the brake of the windmill tested?", "The brake of the windmill is"),
        ("watermark.pdf", "What does the owner of the best goat receive?", "The owner of the best goat receives 75"),
        ("columns.pdf", "What did the kettledrum cost?", "With the money, and with a gift of the mill, it bought"),
        ("curriculum.pdf", "Whose CV is this?", "Runa Eide Holt"),
        ("curriculum.pdf", "Which languages does Runa Holt speak?", "Faroese, Danish, Dutch"),
        ("turned.pdf", "How many sacks of rye was the rent a year?", "The rent was nine sacks of rye a year"),
        ("spread.pdf", "How high was the wheel of the mill?", "The wheel of the mill was eleven feet high"),
    ],
)  # fmt: skip
def test_the_answer_is_what_a_person_reads(printed: Path, document: str, question: str, begins: str) -> None:
    answer = _answer(question, document)
    # A German passage is not claimed to answer where its question has a word that it lacks: it has a heading then.
    assert answer.removeprefix("Nächste Stellen, die keine Antwort sein wollen:\n\n").startswith(begins)


def test_the_rows_of_a_statement_are_read_cell_by_cell_on_both_pages(printed: Path) -> None:
    catalog = dependencies.stores(Scope.everything()).catalog
    (document,) = (row.id for row in catalog.documents() if row.name == "statement.pdf")
    chunks = catalog.chunks(catalog.chunk_ids(document))
    rows = [dict(sentence.cells) for chunk in chunks for sentence in chunk.sentences if sentence.kind == "row"]
    assert [(row["Date"], row.get("Paid out", ""), row.get("Paid in", ""), row["Balance"]) for row in rows] == [
        ("02 May", "", "", "811.20"), ("04 May", "94.50", "", "716.70"), ("09 May", "", "1,420.00", "2,136.70"),
        ("17 May", "61.00", "", "2,075.70"), ("29 May", "", "85.00", "2,160.70"),
    ]  # fmt: skip
