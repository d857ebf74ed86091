"""State of the command's and the server's process: its garbage collector, its end, and whether threads have changed.

Some 400,000 objects are loaded before the first question is answered, and none of them becomes garbage. Scanning them
took a fifth of the 2.2 s of `pagewitness ask` (1.75 s without), and caused pauses of 150 ms in readings of a hundred
pages. A process that imports the graph as a library keeps Python's defaults.
"""

from __future__ import annotations

import atexit
import gc
import os
import sys
from contextlib import suppress
from typing import Literal

_YOUNG = 5_000
"""New objects after which the frozen process looks for garbage. A question over 1,000 chunks spent .95 of its 33 ms of
CPU on that with Python's 700, .27 with 5,000 and .22 with 20,000, which would keep more garbage meanwhile."""

_state: Literal["default", "loading", "frozen"] = "default"
_paused = False
_changes = 0


def configure_gc(*, pause: bool) -> None:
    """Let `freeze_gc` work in this process; with `pause`, also stop the collector until then.

    The command and the server call it before they load anything else; further calls do nothing. Where the command runs
    the server in its own process, `end_pause` ends the pause.
    """
    global _state, _paused
    if _state == "default":
        _state, _paused = "loading", pause
        if pause:
            gc.disable()


def end_pause() -> None:
    """Start a paused collector, which leaves alone what was loaded until now; `freeze_gc` still works afterwards.

    A server calls it when it is loaded: one that scanned everything at that moment took 1.40 s of CPU to its first
    answer, one that leaves it alone 1.22 (LangGraph's own server 1.0; medians in turns).
    """
    global _paused
    if _state == "loading" and _paused:
        _paused = False
        gc.freeze()
        gc.enable()


def freeze_gc() -> None:
    """Exclude all loaded objects from collection, and start a paused collector, which now runs less often.

    It works once, and only after `configure_gc`.
    """
    global _state
    if _state == "loading":
        _state = "frozen"
        gc.freeze()
        gc.set_threshold(_YOUNG, *gc.get_threshold()[1:])
        if _paused:
            gc.enable()


def note_change() -> None:
    """Note that a thread of the server may have changed, so that it is written to the home folder."""
    global _changes
    _changes += 1


def changes() -> int:
    """Return how many changes were noted."""
    return _changes


class QuickExit:
    """The end of a process without taking apart what it has loaded, which takes .15 to .3 CPU seconds.

    What other modules do at exit is done before, in its usual order, since it is the first handler that is registered.
    Where others are registered already, as in a program that calls the command, the process ends as usual.
    """

    def __init__(self) -> None:
        self._code: int | None = None
        if not atexit._ncallbacks():
            atexit.register(self._leave)

    def with_code(self, code: int) -> int:
        """Return an exit code, with which the process ends quickly; without one it ends as usual."""
        self._code = code
        return code

    def _leave(self) -> None:
        if self._code is None:
            return
        with suppress(OSError, ValueError):  # closed, or a pipe that no one reads: the usual end reports it
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(self._code)
