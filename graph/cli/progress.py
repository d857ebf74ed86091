"""Progress bars and draft answers in a terminal, drawn on standard error from the graphs' events.

Where standard error is not a terminal, only what belongs in a log is printed, as plain lines.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import contextmanager
from datetime import datetime

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.table import Column
from rich.text import Text

from graph import events
from graph.events import Event, Stage
from graph.types import counted

EventHandler = Callable[[Event], None]
_STAGES: Mapping[Stage, str] = {
    "upload": "MB sent", "survey": "pages to read", "read": "pages read", "chunk": "pages cut into chunks",
    "embed": "chunks indexed", "ask": "questions asked",
}  # fmt: skip
_MAX_BARS = 8
"""The most bars of documents at a time (fewer on a low terminal): those with the latest events."""
_NARROW = 70
"""Columns under which there is no room for the drawn bar beside name, numbers and stage."""
_SURE_PAGES = 3
"""Pages after which the remaining time is shown: the first ones wait for models to load."""


@contextmanager
def progress_bars(quiet: bool) -> Iterator[EventHandler]:
    """Draw a bar for each document with its stage, and one for all; after Ctrl-C, print how many pages were read.

    Args:
        quiet: Draw and print nothing.

    Yields:
        The function to call with each event of the run.
    """
    console = Console(stderr=True)
    bars = _Bars(console)

    def on_event(event: Event) -> None:
        if event["event"] == "waiting":
            until = datetime.fromisoformat(event["until"]).astimezone()
            console.print(f"[dim]The limit of requests per minute is reached; going on at {until:%H:%M:%S}.[/]")
        elif event["event"] == "progress":
            bars.show(event)

    try:
        yield on_event if not quiet else lambda event: None
    except (KeyboardInterrupt, CancelledError):
        bars.stop()
        for line in bars.saved():
            console.print(escape(line))
        raise
    finally:
        bars.stop()


class _Bars:
    """The bars of a run: one for each document with recent events, and one for the pages of all."""

    def __init__(self, console: Console) -> None:
        self._console = console
        drawn = [BarColumn(bar_width=16)] if console.width >= _NARROW else []
        self._bars = Progress(
            TextColumn("{task.description}", table_column=Column(no_wrap=True)), *drawn, MofNCompleteColumn(),
            TextColumn("{task.fields[stage]}", table_column=Column(no_wrap=True)), console=console,
            disable=not console.is_terminal,
        )  # fmt: skip
        self._tasks: dict[str, TaskID] = {}
        self._names: dict[str, str] = {}
        self._shortened_names: dict[str, str] = {}
        self._recent: list[str] = []
        self._pages: dict[str, events.Progress] = {}
        self._unread: dict[str, set[int]] = {}
        self._all: TaskID | None = None
        self._since = 0.0

    def show(self, event: events.Progress) -> None:
        """Show a progress event in the bars."""
        document = event["document"]
        if event["stage"] in ("survey", "read"):
            self._count(event)
        if document not in self._tasks:
            if not self._tasks:
                self._bars.start()  # started only now, because stopping bars without a task prints an empty line
            self._tasks[document] = self._bars.add_task(self._name(event), stage="")
        done = 0 if event["stage"] == "survey" else event["done"]  # looking at pages is not reading them
        self._bars.update(self._tasks[document], completed=done, total=event["of"], stage=self._stage(event))
        self._show_recent(document)
        if len(self._pages) > 1:
            self._show_all()

    def stop(self) -> None:
        """Leave the bars as they are; further calls do nothing."""
        if self._tasks:
            self._bars.stop()

    def saved(self) -> list[str]:
        """Return lines that say how many pages are stored: read or blank, and not those that failed or are due."""
        counts = [(one["name"], self._stored(one), one["of"]) for one in self._pages.values()]
        if len(counts) > _MAX_BARS:
            read, of = sum(count[1] for count in counts), sum(count[2] for count in counts)
            return [f"{read} of {counted(of, 'page')} of {len(counts)} documents {_were(of)} read and saved."]
        return [f"{name}: {read} of {counted(of, 'page')} {_were(of)} read and saved." for name, read, of in counts]

    def _count(self, event: events.Progress) -> None:
        document, page = event["document"], event["page"]
        if event["stage"] == "survey":
            self._pages.setdefault(document, {**event, "done": 0})
            return
        if not self._since:
            self._since = time.monotonic()
        self._pages[document] = event
        unread = self._unread.setdefault(document, set())
        if page and event["status"] == "failed":
            unread.add(page)
        elif page:
            unread.discard(page)

    def _stored(self, event: events.Progress) -> int:
        return event["done"] - len(self._unread.get(event["document"], ()))

    def _stage(self, event: events.Progress) -> str:
        parts = [_STAGES[event["stage"]]]
        if failed := len(self._unread.get(event["document"], ())):
            parts = [f"pages, {failed} failed"] if event["stage"] == "read" else parts
        wide = self._console.width >= _NARROW
        return " ".join(parts + ([f"{event['requests']} requests"] if event["requests"] and wide else []))

    def _name(self, event: events.Progress) -> str:
        """Return a document's name, shortened, and the beginning of its id where another has the same name."""
        name, room = event["name"], max(8, self._console.width * 2 // 5 - 4)
        if event["name"] in self._names.values():
            name = f"{name} ({event['document'][:6]})"
        self._names[event["document"]] = event["name"]
        return escape(self._shortened(name, room) if len(name) > room else name)

    def _shortened(self, name: str, room: int) -> str:
        """Return a name without its middle; if another name then looks the same, from where the two differ."""
        short = f"{name[: room // 2 - 1]}…{name[-(room - room // 2) :]}"
        if alike := self._shortened_names.get(short):
            start = next((at for at, (own, other) in enumerate(zip(name, alike, strict=False)) if own != other), 0)
            while start and name[start - 1].isalnum():
                start -= 1  # the whole word or number
            short = f"…{name[start:]}"
            short = f"{short[: room - 1]}…" if len(short) > room else short
        self._shortened_names.setdefault(short, name)
        return short

    def _show_recent(self, document: str) -> None:
        """Show the bars of the documents with the latest events, as many as the terminal has room for."""
        if document in self._recent:
            self._recent.remove(document)
        self._recent.append(document)
        room = max(1, min(_MAX_BARS, self._console.height - 4))
        for other in self._recent[-room:]:
            self._bars.update(self._tasks[other], visible=True)
        for other in self._recent[:-room][-1:]:
            self._bars.update(self._tasks[other], visible=False)

    def _show_all(self) -> None:
        done, of = (sum(one[key] for one in self._pages.values()) for key in ("done", "of"))
        if self._all is None:
            self._all = self._bars.add_task("[bold]all documents[/]", stage="")
        self._bars.update(self._all, completed=done, total=of, stage=f"pages{self._left(done, of)}")

    def _left(self, done: int, of: int) -> str:
        """Return the time that the remaining pages take, at the average of those that were read."""
        if not _SURE_PAGES <= done < of:
            return ""
        seconds = (time.monotonic() - self._since) / (done - 1) * (of - done)  # from the first page on
        return f", {seconds / 60:.0f} min left" if seconds >= 90 else f", {seconds:.0f} s left"


def _were(number: int) -> str:
    return "was" if number == 1 else "were"


@contextmanager
def live_draft(quiet: bool) -> Iterator[EventHandler]:
    """Show the draft of an answer, dimmed, until the context ends; on a terminal only.

    Args:
        quiet: Show nothing.

    Yields:
        The function to call with each event of the run.
    """
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda event: None
        return
    live = Live(console=console, transient=True, auto_refresh=False)

    def on_event(event: Event) -> None:
        if event["event"] == "draft":
            live.start()  # only now, since it hides the cursor: the user may be asked something before
            live.update(Text(event["text"], style="dim"), refresh=True)

    try:
        yield on_event
    finally:
        live.stop()
