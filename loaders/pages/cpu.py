"""CPU use: the number of usable cores, and ONNX models that run in one thread."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

_patching = threading.Lock()


def cores() -> int:
    """Return the number of processors that this process may use, or of all where the system does not limit it."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@cache
def _make_shared_memory() -> None:
    """Create the memory that sessions use again, for all of them, since one runs after the other.

    A page that both detectors look at takes 559 MB at most, and 783 where each session keeps its own.
    """
    import onnxruntime

    kind = onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR
    place = onnxruntime.OrtMemoryInfo("Cpu", kind, 0, onnxruntime.OrtMemType.DEFAULT)
    onnxruntime.create_and_register_allocator(place, None)


def onnx_session(path: Path, changed: Callable[[bytes], bytes] | None = None) -> Any:
    """Return a session that runs a model in one thread, and uses the memory of one step of it for later ones.

    Without a plan for the memory of each size of input (`enable_mem_pattern`), which keeps all of it: for the tiny
    detector of print 510 MB in place of 310 on a page of 150 dpi. Without any reuse that takes 450 MB and 440 ms, with
    it 345 ms, because the kernel need not clear new memory for each step.

    Args:
        path: The model's file.
        changed: Edits the bytes of the file before they are loaded.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena, options.enable_mem_pattern = True, False
    options.log_severity_level = 4
    _make_shared_memory()
    options.add_session_config_entry("session.use_env_allocators", "1")
    model = changed(path.read_bytes()) if changed else str(path)
    return onnxruntime.InferenceSession(model, sess_options=options, providers=["CPUExecutionProvider"])


@contextmanager
def single_threaded_onnx(
    keep_memory: Sequence[str] = (), changed: Mapping[str, Callable[[bytes], bytes]] | None = None
) -> Iterator[None]:
    """Make all ONNX models that are loaded in this context run in one thread each, whichever library loads them.

    By default each model has a thread for every core, which spins while it waits (0.74 CPU seconds a page, not 0.53);
    the layout models have no setting for it. A model with a part of `keep_memory` in its file name keeps its memory
    from one run to the next: for the picture of a page 120 ms a run instead of 170, for the cells of a table 28 instead
    of 46. That suits models whose input always has the same size. `changed` has functions that edit the bytes of a
    model's file before it is loaded, by parts of file names.
    """
    import onnxruntime

    plain, session = onnxruntime.SessionOptions, onnxruntime.InferenceSession

    def options() -> Any:
        made = plain()
        made.intra_op_num_threads = 1
        made.enable_mem_pattern = False  # it allocates new memory in each run: 34 ms for a table's cells, not 21
        return made

    class Session(session):  # type: ignore[misc, valid-type]  # the library has no types
        def __init__(self, path: Any, sess_options: Any = None, **others: Any) -> None:
            name = Path(path).name if isinstance(path, str | Path) else ""
            if sess_options and any(part in name for part in keep_memory):
                sess_options.enable_cpu_mem_arena = sess_options.enable_mem_pattern = True
            for part, edit in (changed or {}).items():
                path = edit(Path(path).read_bytes()) if part in name else path
            super().__init__(path, sess_options=sess_options, **others)

    with _patching:
        onnxruntime.SessionOptions, onnxruntime.InferenceSession = options, Session
        try:
            yield
        finally:
            onnxruntime.SessionOptions, onnxruntime.InferenceSession = plain, session
