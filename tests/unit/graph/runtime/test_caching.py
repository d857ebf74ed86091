"""Values are built exactly once, also when threads call together; the LRU cache drops the least recently used."""

from __future__ import annotations

import threading
import time

from graph.runtime.caching import LRUCache, build_once


def test_threads_that_call_together_get_the_same_value() -> None:
    built: list[object] = []

    @build_once()
    def value() -> object:
        time.sleep(0.05)  # long enough for all threads to be inside, were there no lock
        built.append(object())
        return built[-1]

    barrier = threading.Barrier(8)
    got: list[object] = []

    def call() -> None:
        barrier.wait()
        got.append(value())

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(built) == 1
    assert got == built * 8


def test_each_set_of_arguments_has_its_own_value() -> None:
    @build_once(2)
    def pair(left: int, right: int) -> list[int]:
        return [left, right]

    assert pair(1, 2) is pair(1, 2)
    assert pair(1, 2) is not pair(2, 1)


def test_a_built_value_is_cached_until_it_is_dropped_or_cleared() -> None:
    value = build_once(2)(lambda number: [number])
    assert not value.is_cached(1)
    first = value(1)
    assert value.is_cached(1)
    assert value(1) is first
    value(2)
    value(1)  # used last: the value of 2 is dropped
    value(3)
    assert (value.is_cached(1), value.is_cached(2), value.is_cached(3)) == (True, False, True)
    value.cache_clear()
    assert not value.is_cached(1)
    assert value(1) is not first


def test_the_lru_cache_drops_the_least_recently_used_value() -> None:
    cache: LRUCache[int] = LRUCache(2)
    assert cache.get("a") is None
    cache.put("a", 1)
    cache.put("b", 2)
    assert cache.get("a") == 1  # used last: the value of b is dropped
    cache.put("c", 3)
    assert cache.get("b") is None
    assert (cache.get("a"), cache.get("c")) == (1, 3)


def test_the_lru_cache_builds_missing_values() -> None:
    cache: LRUCache[list[int]] = LRUCache(1)
    first = cache.get_or_build("a", lambda: [1])
    assert cache.get_or_build("a", lambda: [2]) is first
    cache.put("b", [3])
    assert cache.get_or_build("a", lambda: [4]) == [4]
