"""Bands, stacked headers, strikes and tick boxes in a vision model's transcripts: what is proven, and what is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from graph import dependencies
from graph.access import Scope
from graph.app import app
from graph.context import Context
from graph.storage.rows import PageRow
from tests.conftest import MakePdf
from tests.wire.scripted_replies import Model, ask, claim

HEAD, BANDS = ("Berries", "2021", "2022"), ("Garden of Ahlen", "Garden of Brake")
ROWS = {"Garden of Ahlen": [("Currants", "318", "294"), ("Gooseberries", "77", "81")],
        "Garden of Brake": [("Currants", "506", "488"), ("Gooseberries", "129", "140")]}  # fmt: skip
PRINTED = "\n".join(
    [" ".join(HEAD), *(line for name in BANDS for line in (name, *(" ".join(row) for row in ROWS[name])))]
)
LEASE = (
    "1. Rent. The monthly rent is 2,450 euros. The rent is 2,900 euros a month.\n"
    "2. Dogs. Dogs may run free in the yard.\nCellar cleared\nKeys returned"
)
STACKED = (
    "<table><tr><th rowspan='2'>Mill</th><th colspan='2'>2021</th><th colspan='2'>2022</th></tr>"
    "<tr><th>Rye</th><th>Oats</th><th>Rye</th><th>Oats</th></tr>"
    "<tr><td>Upper mill</td><td>51</td><td>9</td><td>62</td><td>14</td></tr></table>"
)


def _html(band: str) -> str:
    rows = [
        row
        for name in BANDS
        for row in (band.format(name), *("<tr>" + "".join(f"<td>{c}</td>" for c in r) + "</tr>" for r in ROWS[name]))
    ]
    return f"<table><tr>{''.join(f'<th>{cell}</th>' for cell in HEAD)}</tr>{''.join(rows)}</table>"


def _merged() -> str:
    rows = []
    for name in BANDS:
        first, second = ("".join(f"<td>{cell}</td>" for cell in row) for row in ROWS[name])
        rows.append(f'<tr><td rowspan="2">{name}</td>{first}</tr><tr>{second}</tr>')
    head = "".join(f"<th>{cell}</th>" for cell in ("Garden", *HEAD))
    return f"<table><tr>{head}</tr>{''.join(rows)}</table>"


def _pipes() -> str:
    lines = ["| Berries | 2021 | 2022 |", "|---|---|---|"]
    for name in BANDS:
        lines += [f"| **{name}** | | |", *(f"| {' | '.join(row)} |" for row in ROWS[name])]
    return "\n".join(lines)


NOTATIONS: dict[str, Callable[[], str]] = {
    "a cell over all columns": lambda: _html('<tr><td colspan="3">{}</td></tr>'),
    "a row with empty cells": lambda: _html("<tr><td>{}</td><td></td><td></td></tr>"),
    "a cell over two rows": _merged,
    "bold rows of Markdown": _pipes,
}


def _read(model: Model, path: Path, transcript: str) -> PageRow:
    model.pages = lambda page: transcript
    report = app.invoke({"sources": [str(path)]}, context=Context(check_replies=False))["report"]
    (row,) = dependencies.stores(Scope.everything()).catalog.pages(report["documents"][0]["id"])
    return row


@pytest.mark.parametrize("way", NOTATIONS)
def test_a_row_proves_a_claim_on_its_own_band_only(model: Model, make_pdf: MakePdf, way: str) -> None:
    _read(model, make_pdf("berries.pdf", PRINTED), f"Table 1: Berries in kilograms\n\n{NOTATIONS[way]()}")
    model.claims = [claim("Brake picked 488 kilograms of currants in 2022.", "Currants | 506 | 488", on="Currants")]
    assert ask("How many currants?")["verdict"] == "proven"
    model.claims = [claim("Ahlen picked 488 kilograms of currants in 2022.", "Currants | 506 | 488", on="Currants")]
    model.repairs = {}
    output = ask("How many currants in Ahlen?")
    assert output["refused"], output["answer"]


def test_a_column_is_named_by_both_its_headers(model: Model, make_pdf: MakePdf) -> None:
    _read(model, make_pdf("mills.pdf", "Scanned page."), f"Table 2: Grain in tonnes\n\n{STACKED}")
    catalog = dependencies.stores(Scope.everything()).catalog
    chunks = catalog.chunks(catalog.chunk_ids(catalog.documents()[0].id))
    (row,) = (sentence for chunk in chunks for sentence in chunk.sentences if sentence.kind == "row")
    assert dict(row.cells)["2022 Oats"] == "14"


def test_what_is_struck_or_not_ticked_in_a_transcript_is_said_so(model: Model, make_pdf: MakePdf) -> None:
    transcript = (
        "1. Rent. ~~The monthly rent is 2,450 euros.~~ The rent is 2,900 euros a month.\n\n"
        "2. Dogs. <del>Dogs may run free in the yard.</del>\n\n- [ ] Cellar cleared\n- [x] Keys returned"
    )
    _read(model, make_pdf("lease.pdf", LEASE), transcript)
    model.claims = [claim("The rent is 2,900 euros.", "The rent is 2,900 euros a month.")]
    assert ask("What is the rent?")["verdict"] == "proven"
    for lie, quote in (
        ("The rent is 2,450 euros.", "The monthly rent is 2,450 euros."),
        ("Dogs may run free.", "Dogs may run free in the yard."),
        ("The cellar was cleared.", "Cellar cleared: yes (ticked)"),
    ):
        model.claims = [claim(lie, quote, passage="P1")]
        assert ask(f"Is this so: {lie}")["refused"], lie
    model.claims = [claim("The keys were returned.", "Keys returned: yes (ticked)")]
    assert ask("Were the keys returned?")["verdict"] == "seen"  # the text layer has the words, and no tick
