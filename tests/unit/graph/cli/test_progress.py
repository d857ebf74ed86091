"""Progress bars and drafts on a terminal, drawn from the events; without a terminal plain lines or nothing."""

from __future__ import annotations

import re

import pytest

from graph.cli.progress import live_draft, progress_bars
from graph.events import Draft, Event, Waiting, progress

ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
EVENTS: list[Event] = [
    progress("survey", "d1", "a [1].pdf", 0, 4),
    progress("read", "d1", "a [1].pdf", 3, 4, requests=7, page=3, status="read"),
    Waiting(event="waiting", until="2026-11-22T10:00:00+00:00", reason="quota_minute"),
]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """What rich looks at to know that it writes to a terminal."""
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("TTY_INTERACTIVE", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")


def shown(capsys: pytest.CaptureFixture[str]) -> str:
    captured = capsys.readouterr()
    assert captured.out == ""
    return ANSI.sub("", captured.err)


def tell_all(quiet: bool = False) -> None:
    with progress_bars(quiet=quiet) as on_event:
        for event in EVENTS:
            on_event(event)


@pytest.mark.usefixtures("terminal")
def test_a_bar_shows_stage_progress_and_requests(capsys: pytest.CaptureFixture[str]) -> None:
    tell_all()
    said = shown(capsys)
    assert re.search(r"a \[1\]\.pdf .*3/4 pages read 7 requests", said)
    assert "going on at" in said


def test_without_a_terminal_only_waits_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    tell_all()
    assert re.fullmatch(r"The limit of requests per minute is reached; going on at \d\d:\d\d:00\.\n", shown(capsys))


@pytest.mark.usefixtures("terminal")
def test_with_json_nothing_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    tell_all(quiet=True)
    with live_draft(quiet=True) as on_event:
        on_event(Draft(event="draft", text="It may be so."))
    assert shown(capsys) == ""


def test_ctrl_c_prints_how_many_pages_are_saved(capsys: pytest.CaptureFixture[str]) -> None:
    def work() -> None:
        with progress_bars(quiet=False) as on_event:
            on_event(EVENTS[1])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work()
    assert shown(capsys) == "a [1].pdf: 3 of 4 pages were read and saved.\n"


@pytest.mark.usefixtures("terminal")
def test_a_draft_is_shown_while_it_streams_and_then_removed(capsys: pytest.CaptureFixture[str]) -> None:
    with live_draft(quiet=False) as on_event:
        on_event(Draft(event="draft", text="It was [bold]"))
        on_event(EVENTS[0])
        first = capsys.readouterr().err
        on_event(Draft(event="draft", text="It was [bold] and red."))
    rest = capsys.readouterr().err
    assert "It was [bold]" in ANSI.sub("", first)
    assert "It was [bold] and red." in ANSI.sub("", rest)
    assert rest.endswith("\x1b[2K"), "the line was not cleared"


def test_without_a_terminal_there_is_no_draft(capsys: pytest.CaptureFixture[str]) -> None:
    with live_draft(quiet=False) as on_event:
        on_event(Draft(event="draft", text="It may be so."))
    assert shown(capsys) == ""


LONG = "minutes-of-the-harbour-authority-with-all-annexes-and-corrections-of-the-year-{:02}.pdf"


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize("columns", [80, 40])
def test_thirty_long_names_stay_within_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("LINES", "24")
    with progress_bars(quiet=False) as on_event:
        for number in range(30):
            on_event(progress("survey", f"d{number}", LONG.format(number), 0, 4))
            on_event(progress("survey", f"d{number}", LONG.format(number), 4, 4))
        for number in range(30):
            on_event(progress("read", f"d{number}", LONG.format(number), 1, 4, requests=3, page=1, status="read"))
    last = shown(capsys).rstrip().split("\r")[-1].split("\n")
    lines = [line for line in last if line.strip()]
    assert max(len(line.rstrip()) for line in lines) <= columns
    assert len(lines) <= 9
    assert "…" in lines[-1]
    assert re.search(r"29\.pdf .*1/4 +pages read", lines[-1])
    assert re.search(r"all doc.*30/120 +pages", "\n".join(lines))


@pytest.mark.usefixtures("terminal")
def test_long_names_that_differ_in_their_middle_are_told_apart(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    with progress_bars(quiet=False) as on_event:
        for year in (1994, 1995, 1996):
            name = f"Minutes of the ordinary meeting of the harbour authority in {year} - signed and final version.pdf"
            on_event(progress("survey", f"d{year}", name, 0, 4))
    last = shown(capsys).rstrip().split("\r")[-1]
    for short in ("Minutes of th…al version.pdf", "…1995 - signed and", "…1996 - signed and"):
        assert last.count(short) == 1


@pytest.mark.usefixtures("terminal")
def test_pages_looked_at_fill_no_bar_and_pages_that_failed_are_not_called_read(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with progress_bars(quiet=False) as on_event:
        on_event(progress("survey", "d1", "a.pdf", 4, 4))
    assert re.search(r"a\.pdf .*0/4 pages to read", shown(capsys))
    with progress_bars(quiet=False) as on_event:
        on_event(progress("read", "d1", "a.pdf", 1, 4, page=1, status="failed"))
    assert re.search(r"a\.pdf .*1/4 pages, 1 failed", shown(capsys))


@pytest.mark.usefixtures("terminal")
def test_two_documents_of_one_name_have_bars_that_differ(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bars(quiet=False) as on_event:
        on_event(progress("read", "0123456789abcdef", "a.pdf", 1, 4, page=1, status="read"))
        on_event(progress("read", "fedcba9876543210", "a.pdf", 1, 4, page=1, status="read"))
    assert "a.pdf (fedcba)" in shown(capsys)


def test_after_ctrl_c_pages_that_failed_are_not_counted_as_saved(capsys: pytest.CaptureFixture[str]) -> None:
    def work() -> None:
        with progress_bars(quiet=False) as on_event:
            on_event(progress("read", "d1", "a.pdf", 1, 4, page=1, status="failed"))
            on_event(progress("read", "d1", "a.pdf", 2, 4, page=2, status="read"))
            on_event(progress("survey", "d2", "b.pdf", 9, 9))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work()
    assert shown(capsys) == ("a.pdf: 1 of 4 pages were read and saved.\nb.pdf: 0 of 9 pages were read and saved.\n")
