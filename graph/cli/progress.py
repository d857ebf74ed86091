"""Progress bars and draft answers in a terminal, drawn on standard error from the graphs' events.

Where standard error is not a terminal, only what belongs in a log is printed, as plain lines.
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

EventHandler = Callable[[Event], None]
_STAGES: Mapping[Stage, str] = {
    "upload": "MB sent", "survey": "pages looked at", "read": "pages read", "chunk": "pages cut into chunks",
    "embed": "chunks indexed", "ask": "questions asked",
}  # fmt: skip


@contextmanager
def progress_bars(quiet: bool) -> Iterator[EventHandler]:
    """Draw a bar for each document with its stage; after Ctrl-C, print how many pages were read.

    Args:
        quiet: Draw and print nothing.

    Yields:
        The function to call with each event of the run.
    """
    console = Console(stderr=True)
    bars = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[stage]}"),
        TextColumn("{task.fields[requests]}"), TimeElapsedColumn(), console=console, disable=not console.is_terminal,
    )  # fmt: skip
    tasks: dict[str, TaskID] = {}
    read: dict[str, events.Progress] = {}

    def on_event(event: Event) -> None:
        if event["event"] == "waiting":
            until = datetime.fromisoformat(event["until"]).astimezone()
            console.print(f"[dim]The limit of requests per minute is reached; going on at {until:%H:%M:%S}.[/]")
        elif event["event"] == "progress":
            if event["stage"] == "read":
                read[event["document"]] = event
            if not tasks:
                bars.start()  # started only now, because stopping bars without a task prints an empty line
            _draw(bars, tasks, event)

    try:
        yield on_event if not quiet else lambda event: None
    except (KeyboardInterrupt, CancelledError):
        bars.stop()
        for event in read.values():
            console.print(escape(f"{event['name']}: {event['done']} of {event['of']} pages were read and saved."))
        raise
    finally:
        if tasks:
            bars.stop()


def _draw(bars: Progress, tasks: dict[str, TaskID], event: events.Progress) -> None:
    requests = f"{event['requests']} requests" if event["requests"] else ""
    task = tasks.get(event["document"])
    if task is None:
        task = tasks[event["document"]] = bars.add_task(escape(event["name"]), stage="", requests="")
    bars.update(task, completed=event["done"], total=event["of"], stage=_STAGES[event["stage"]], requests=requests)


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
    with Live(console=console, transient=True, auto_refresh=False) as live:

        def on_event(event: Event) -> None:
            if event["event"] == "draft":
                live.update(Text(event["text"], style="dim"), refresh=True)

        yield on_event
