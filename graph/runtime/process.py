"""When Python looks for garbage in a process of ours: never among what was loaded to begin with.

Some 400,000 objects are loaded before the first question is answered, and none of them becomes garbage. Python looks
through them again and again nevertheless: a fifth of the 2.2 s of `pagewitness ask` (1.75 s without), and later
pauses of 150 ms in which nothing else runs, one in two readings of a hundred pages. Whoever imports the graph into a
process of their own keeps Python's ways: what else they have loaded is not for us to judge.
"""

from __future__ import annotations

import gc
from typing import Literal

_state: Literal["theirs", "loading", "loaded"] = "theirs"
_paused = False


def ours(*, pause: bool) -> None:
    """Say that this process is ours, before it loads anything else; `pause` the search until it has `loaded`."""
    global _state, _paused
    if _state == "theirs":
        _state, _paused = "loading", pause
        if pause:
            gc.disable()


def loaded() -> None:
    """Leave what is loaded out of all further searches, in a process of ours; done once."""
    global _state
    if _state == "loading":
        _state = "loaded"
        gc.freeze()
        if _paused:
            gc.enable()
