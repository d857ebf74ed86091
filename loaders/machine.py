"""What the machine offers, and how libraries are kept from taking all of it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_patching = threading.Lock()


def cores() -> int:
    """How many processors this process may use; some systems tell only how many there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def one_thread() -> Iterator[None]:
    """Have the models that are loaded meanwhile run in one thread each, whatever library loads them.

    ONNX Runtime gives each a thread for every core, which spin while they wait; the layout models have no setting for
    it. So a page took 0.74 CPU seconds in place of 0.53, and the workers took the cores from each other.
    """
    import onnxruntime

    real: Any = onnxruntime.SessionOptions

    def options() -> Any:
        made = real()
        made.intra_op_num_threads = 1
        return made

    with _patching:
        onnxruntime.SessionOptions = options
        try:
            yield
        finally:
            onnxruntime.SessionOptions = real
