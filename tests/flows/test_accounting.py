"""Every file given is accounted for: read, a duplicate, or skipped and why; in the report and on the screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.app import app
from graph.cli import main

WIND, TICKET = "The keeper wrote the wind of Monday in the blue book.", "A day ticket costs fourteen euros by boat."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Eleven entries: two documents, three files that are one of them again, and what is not read."""
    made = tmp_path / "papers"
    (made / "more").mkdir(parents=True)
    (made / ".cache").mkdir()
    for name in ("a.txt", "b.txt", "more/a.txt"):
        (made / name).write_text(WIND)
    (made / "more/c.txt").write_text(TICKET)
    (made / "z.txt").symlink_to(made / "a.txt")
    (made / "gone.txt").symlink_to(made / "nowhere.txt")
    (made / "run.py").write_text("print()")
    (made / "tool.exe").write_bytes(b"MZ\0\1")
    (made / ".hidden.txt").write_text("x")
    (made / "torn.pdf").write_bytes(b"%PDF-1.4 torn")
    return made


def test_the_report_names_every_file_that_was_given(home: Path, folder: Path) -> None:
    report = app.invoke({"sources": [str(folder)]})["report"]
    assert {(one["name"], one["status"]) for one in report["documents"]} == {
        ("a.txt", "complete"), ("c.txt", "complete"), ("torn.pdf", "failed")
    }  # fmt: skip
    first = next(one for one in report["documents"] if one["name"] == "a.txt")
    assert {one["source"] for one in report["duplicates"]} == {
        str(folder / name) for name in ("b.txt", "more/a.txt", "z.txt")
    }
    assert {(one["of"], one["id"]) for one in report["duplicates"]} == {(str(folder / "a.txt"), first["id"])}
    why = {one["name"]: one["detail"] for one in report["skipped"]}
    assert why.keys() == {"run.py", "tool.exe", ".hidden.txt", ".cache", "gone.txt"}
    assert "hidden" in why[".cache"]
    assert "nowhere" in why["gone.txt"]
    assert "(.exe)" in why["tool.exe"]


def test_a_duplicate_of_one_of_two_files_of_a_name_says_of_which(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder, text in (("2019", WIND), ("2020", f"{WIND} It fell at night."), ("copies", WIND)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / ("old.txt" if folder == "copies" else "log.txt")).write_text(text)
    assert main.main(["ingest", str(tmp_path)]) == 0
    assert "duplicate old.txt  the same document as log.txt (2019/)\n" in capsys.readouterr().out


def test_the_screen_names_every_file_that_was_given(
    home: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(["ingest", str(folder)]) == 3
    shown = capsys.readouterr().out
    for line in (
        "complete  a.txt  1 page (1 read), 1 chunk\n", "duplicate b.txt  the same document as a.txt\n",
        f"duplicate a.txt  the same document as {folder / 'a.txt'}\n", "skipped   tool.exe  ", "skipped   gone.txt  ",
        "skipped   2 hidden files and folders: ", "failed    torn.pdf",
    ):  # fmt: skip
        assert line in shown
    (folder / "new.txt").write_text(WIND)
    assert main.main(["ingest", str(folder / "new.txt")]) == 0
    assert "unchanged new.txt  1 page (1 read), 1 chunk, the same document as a.txt\n" in capsys.readouterr().out
    assert main.main(["documents"]) == 0
    assert "also: b.txt, z.txt, new.txt" in capsys.readouterr().out


def test_two_documents_of_one_name_are_told_apart_in_the_report(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for place, text in (("march", WIND), ("april", TICKET)):
        (tmp_path / place).mkdir()
        (tmp_path / place / "invoice.txt").write_text(text)
    assert main.main(["ingest", str(tmp_path / "march"), str(tmp_path / "april")]) == 0
    shown = capsys.readouterr().out
    assert "invoice.txt (march/)  1 page" in shown
    assert "invoice.txt (april/)  1 page" in shown
