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
def single_threaded_onnx(keeping: str = "") -> Iterator[None]:
    """Have the models that are loaded meanwhile run in one thread each, whatever library loads them.

    ONNX Runtime gives each a thread for every core, which spin while they wait; the layout models have no setting for
    it. So a page took 0.74 CPU seconds in place of 0.53, and the workers took the cores from each other.

    A model whose file has `keeping` in its name keeps the memory of one run for the next. The layout models are told
    not to, since pages of many sizes would make it grow; the one that looks at the page is given pictures of one size,
    and took 170 ms where it takes 120, as the system cleared 50,000 fresh pages of memory for each. That is 170 MB.
    """
    import onnxruntime

    plain, session = onnxruntime.SessionOptions, onnxruntime.InferenceSession

    def options() -> Any:
        made = plain()
        made.intra_op_num_threads = 1
        return made

    class Session(session):  # type: ignore[misc, valid-type]  # the library has no types
        def __init__(self, path: Any, sess_options: Any = None, **others: Any) -> None:
            if keeping and sess_options and keeping in str(path):
                sess_options.enable_cpu_mem_arena = True
            super().__init__(path, sess_options=sess_options, **others)

    with _patching:
        onnxruntime.SessionOptions, onnxruntime.InferenceSession = options, Session
        try:
            yield
        finally:
            onnxruntime.SessionOptions, onnxruntime.InferenceSession = plain, session
