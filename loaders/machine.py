"""What the machine offers."""

from __future__ import annotations

import os


def cores() -> int:
    """How many processors this process may use; some systems tell only how many there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
