"""Things that are made once and shared, also when several threads ask at the same moment."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import update_wrapper
from typing import Any, Generic, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class Once(Generic[P, R]):
    """A function that remembers what it made for its last `kept` sets of arguments, and makes each only once.

    `functools.lru_cache` alone lets threads that come together each make one of their own: one pool of processes, one
    model, one event loop too many for each.
    """

    def __init__(self, function: Callable[P, R], kept: int) -> None:
        update_wrapper(self, function)
        self._function, self._size = function, kept
        self._made: OrderedDict[Any, R] = OrderedDict()
        self._lock = threading.RLock()

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """What the function makes of these arguments, made now or before."""
        key = (args, tuple(kwargs.items()))
        with self._lock:
            if key not in self._made:
                made = self._function(*args, **kwargs)
                self._made[key] = made
                while len(self._made) > self._size:
                    self._made.popitem(last=False)
            self._made.move_to_end(key)
            return self._made[key]

    def has(self, *args: P.args, **kwargs: P.kwargs) -> bool:
        """Whether that is made already, so that asking for it takes no time."""
        return (args, tuple(kwargs.items())) in self._made

    def cache_clear(self) -> None:
        """Forget what was made; the next call makes it anew."""
        with self._lock:
            self._made.clear()


def once(kept: int = 1) -> Callable[[Callable[P, R]], Once[P, R]]:
    """Decorate a function so that it makes each thing once, also when several threads ask at the same moment."""
    return lambda function: Once(function, kept)


T = TypeVar("T")


class Kept(Generic[T]):
    """The values of the keys that were asked for last."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, threading.Lock()
        self._values: OrderedDict[Hashable, T] = OrderedDict()

    def find(self, key: Hashable) -> T | None:
        """The value of a key, if it is kept."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def keep(self, key: Hashable, value: T) -> None:
        """Keep a value, and let go of the one that nobody asked for longest if there are too many."""
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            while len(self._values) > self._most:
                self._values.popitem(last=False)

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The value of a key, made unless it is kept; two threads that come together may both make it."""
        if (found := self.find(key)) is not None:
            return found
        made = make()
        self.keep(key, made)
        return made
