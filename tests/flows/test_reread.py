"""Rereading of pages: only on request, and without losing what is stored."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from graph import dependencies
from graph.access import Scope
from graph.app import app
from graph.cli import main
from graph.maintenance.health import run_checks
from graph.storage import summaries
from graph.storage.rows import Transcript
from loaders.types import Block
from tests.conftest import MakePdf

WRONG = "The lamp was lit at noon."


def misread(document: str) -> None:
    """Put a wrong reading in the place of the right one, as a model may have given it."""
    catalog = dependencies.stores(Scope.everything()).catalog
    (row,) = catalog.pages(document)
    wrong = Transcript(f"{row.transcript}:wrong", (Block("text", WRONG),), ())
    catalog.record_page(replace(row, transcript=wrong.key, attempts=0), wrong)


def ingest(path: Path, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[str, str]:
    assert main.main(["ingest", "--json", *options, str(path)]) == 0
    (document,) = json.loads(capsys.readouterr().out)["documents"]
    return document["id"], document["status"]


def answer() -> str:
    return str(app.invoke({"question": "When was the lamp lit?"})["answer"])


def test_pages_are_read_again_when_that_is_asked_for(make_pdf: MakePdf, capsys: pytest.CaptureFixture[str]) -> None:
    path = make_pdf("lamp.pdf", "The lamp was lit at dusk.")
    document, _ = ingest(path, capsys)
    misread(document)
    assert ingest(path, capsys) == (document, "complete")
    assert "noon" in answer(), "without being asked nothing is read again"
    assert ingest(path, capsys, "--reread") == (document, "complete")
    assert "dusk" in answer()
    assert "noon" not in answer()
    (row,) = dependencies.stores(Scope.everything()).catalog.pages(document)
    assert (row.status, row.attempts) == ("read", 2)
    assert ingest(path, capsys) == (document, "unchanged")


@pytest.mark.heavy
def test_pages_that_an_earlier_version_read_are_counted_until_they_are_read_again(
    make_pdf: MakePdf, capsys: pytest.CaptureFixture[str]
) -> None:
    path = make_pdf("lamp.pdf", "The lamp was lit at dusk.", "The wick was trimmed at dawn.")
    document, _ = ingest(path, capsys)
    catalog = dependencies.stores(Scope.everything()).catalog

    def told() -> tuple[int, str]:
        (listed,) = summaries.documents(catalog)
        (reading,) = [check for check in run_checks()["checks"] if check["name"] == "reading"]
        assert reading["ok"]
        return listed["older_pages"], reading["detail"]

    assert (told()[0], "earlier version" in told()[1]) == (0, False)
    first, _ = catalog.pages(document)
    catalog.record_page(replace(first, prompt=""))  # as the ledger was before it had the reader's version
    assert told()[0] == 1
    assert "1 page (lamp.pdf) was read by an earlier version of PageWitness: `pagewitness ingest --reread`" in told()[1]
    assert main.main(["ingest", str(path)]) == 0
    assert "1 page read by an earlier version: --reread reads them again" in " ".join(capsys.readouterr().out.split())
    ingest(path, capsys, "--reread")
    assert (told()[0], "earlier version" in told()[1]) == (0, False)


def test_a_dry_run_counts_what_is_read_again(make_pdf: MakePdf, capsys: pytest.CaptureFixture[str]) -> None:
    path = make_pdf("lamp.pdf", "The lamp was lit at dusk.")
    ingest(path, capsys)
    for options, done in (([], 1), (["--reread"], 0)):
        assert main.main(["ingest", "--json", "--dry-run", *options, str(path)]) == 0
        assert json.loads(capsys.readouterr().out)["total"]["done"] == done
