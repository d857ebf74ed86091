"""The imports of a process from which page processes are forked: all that opens, renders and reads a digital page."""

import gc
import os
import signal
from importlib import import_module

signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the command, which ends its processes
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # a process for each core, and no threads that a fork would lose

for _name in ("loaders.pages.jobs", "loaders.pages.pool", "loaders.pages.reader", "loaders.pdf.reader"):
    import_module(_name)

import_module("loaders.pages.shared_results").create()
gc.freeze()  # imported objects are shared as long as nothing writes to them, as garbage collection would
