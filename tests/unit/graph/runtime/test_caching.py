"""What is made once stays one, also when threads ask together."""

from __future__ import annotations

import threading
import time

from graph.runtime.caching import once


def test_threads_that_ask_together_get_the_same_thing() -> None:
    made: list[object] = []

    @once()
    def thing() -> object:
        time.sleep(0.05)  # long enough for all threads to be inside, were there no lock
        made.append(object())
        return made[-1]

    barrier = threading.Barrier(8)
    got: list[object] = []

    def ask() -> None:
        barrier.wait()
        got.append(thing())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert got == made * 8


def test_each_set_of_arguments_has_its_own() -> None:
    @once(2)
    def pair(left: int, right: int) -> list[int]:
        return [left, right]

    assert pair(1, 2) is pair(1, 2)
    assert pair(1, 2) is not pair(2, 1)


def test_what_is_made_is_known_until_it_is_forgotten() -> None:
    made = once(2)(lambda number: [number])
    assert not made.has(1)
    first = made(1)
    assert made.has(1)
    assert made(1) is first
    made(2)
    made(1)  # used last: the other one has to go
    made(3)
    assert (made.has(1), made.has(2), made.has(3)) == (True, False, True)
    made.cache_clear()
    assert not made.has(1)
    assert made(1) is not first
