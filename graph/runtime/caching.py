"""Thread-safe caches: a memoizer that builds each value exactly once, and an LRU cache."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import update_wrapper
from typing import Any, Generic, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")


class BuildOnce(Generic[P, R]):
    """A function that builds one value for each set of arguments, and caches the last `maxsize` of them.

    `functools.lru_cache` lets threads that call together each build a value: several pools of processes, models or
    event loops in place of one.
    """

    def __init__(self, function: Callable[P, R], maxsize: int) -> None:
        update_wrapper(self, function)
        self._function, self._maxsize = function, maxsize
        self._values: OrderedDict[Any, R] = OrderedDict()
        self._lock = threading.RLock()

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Return the value for these arguments; threads that call together wait for one of them to build it."""
        key = (args, tuple(kwargs.items()))
        with self._lock:
            if key not in self._values:
                value = self._function(*args, **kwargs)
                self._values[key] = value
                while len(self._values) > self._maxsize:
                    self._values.popitem(last=False)
            self._values.move_to_end(key)
            return self._values[key]

    def is_cached(self, *args: P.args, **kwargs: P.kwargs) -> bool:
        """Return whether the value for these arguments is built already, so that the call takes no time."""
        return (args, tuple(kwargs.items())) in self._values

    def cache_clear(self) -> None:
        """Empty the cache; the next call builds its value again."""
        with self._lock:
            self._values.clear()


def build_once(maxsize: int = 1) -> Callable[[Callable[P, R]], BuildOnce[P, R]]:
    """Decorate a function so that it builds each value exactly once, also when several threads call together."""
    return lambda function: BuildOnce(function, maxsize)


class LRUCache(Generic[T]):
    """A cache of at most `maxsize` values, which drops the least recently used one."""

    def __init__(self, maxsize: int) -> None:
        self._maxsize, self._lock = maxsize, threading.Lock()
        self._values: OrderedDict[Hashable, T] = OrderedDict()

    def get(self, key: Hashable) -> T | None:
        """Return the value of a key, or None."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def put(self, key: Hashable, value: T) -> None:
        """Store a value, and drop the least recently used ones beyond `maxsize`."""
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            while len(self._values) > self._maxsize:
                self._values.popitem(last=False)

    def get_or_build(self, key: Hashable, build: Callable[[], T]) -> T:
        """Return the value of a key, built if it is missing; two threads that call together may both build it."""
        if (found := self.get(key)) is not None:
            return found
        value = build()
        self.put(key, value)
        return value
