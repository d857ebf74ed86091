"""Things that are made once and shared, also when several threads ask at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def once(kept: int = 1) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Remember what a function made for its last `kept` sets of arguments, and make each only once.

    `functools.lru_cache` alone lets threads that come together each make one of their own: one pool of processes, one
    model, one event loop too many for each.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        cached = lru_cache(maxsize=kept)(function)
        lock = threading.RLock()

        @wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            with lock:
                return cached(*args, **kwargs)  # type: ignore[arg-type]  # unhashable arguments raise TypeError

        return call

    return decorate
