"""What a run tells while it goes on, in a terminal: bars and drafts on standard error, drawn from the graphs' events.

Where standard error is no terminal, only what a log should hold is printed, as plain lines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import contextmanager
from datetime import datetime

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from graph import events
from graph.events import Event, Stage

Tell = Callable[[Event], None]
_STAGES: Mapping[Stage, str] = {
    "upload": "MB sent", "survey": "pages looked at", "read": "pages read", "chunk": "pages cut into passages",
    "embed": "passages indexed", "ask": "questions asked",
}  # fmt: skip


@contextmanager
def telling(quiet: bool) -> Iterator[Tell]:
    """A bar for each document, which says what is being done to it; what is kept, when the user ends it."""
    console = Console(stderr=True)
    bars = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[stage]}"),
        TextColumn("{task.fields[spent]}"), TimeElapsedColumn(), console=console, disable=not console.is_terminal,
    )  # fmt: skip
    tasks: dict[str, TaskID] = {}
    read: dict[str, events.Progress] = {}

    def tell(event: Event) -> None:
        if event["event"] == "waiting":
            until = datetime.fromisoformat(event["until"]).astimezone()
            console.print(f"[dim]The limit of requests per minute is reached; going on at {until:%H:%M:%S}.[/]")
        elif event["event"] == "progress":
            if event["stage"] == "read":
                read[event["document"]] = event
            if not tasks:
                bars.start()  # not before: ending bars that never were prints an empty line
            _draw(bars, tasks, event)

    try:
        yield tell if not quiet else lambda event: None
    except (KeyboardInterrupt, CancelledError):
        bars.stop()
        for event in read.values():
            console.print(escape(f"{event['name']}: {event['done']} of {event['of']} pages were read, and are kept."))
        raise
    finally:
        if tasks:
            bars.stop()


def _draw(bars: Progress, tasks: dict[str, TaskID], event: events.Progress) -> None:
    spent = f"{event['requests']} requests" if event["requests"] else ""
    known = tasks.get(event["document"])
    if known is None:
        known = tasks[event["document"]] = bars.add_task(escape(event["name"]), stage="", spent="")
    bars.update(known, completed=event["done"], total=event["of"], stage=_STAGES[event["stage"]], spent=spent)


@contextmanager
def drafting(quiet: bool) -> Iterator[Tell]:
    """The answer while it comes, dimmed, until the proven one takes its place; on a terminal only."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda event: None
        return
    with Live(console=console, transient=True, auto_refresh=False) as live:

        def tell(event: Event) -> None:
            if event["event"] == "draft":
                live.update(Text(event["text"], style="dim"), refresh=True)

        yield tell
