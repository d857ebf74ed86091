"""Which pending runs a server starts: readings never take all places, and each thread carries out one run at a time."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from web.run_shares import claimable, is_reading, most_readings

_numbers = itertools.count()
READING = {"input": {"sources": ["a.pdf"]}}
QUESTION = {"input": {"question": "What does it cost?"}}


def run(kwargs: Any, status: str = "pending", thread: str = "", later_s: float = 0.0) -> dict[str, Any]:
    number = next(_numbers)
    created = datetime.now(UTC) - timedelta(hours=1) + timedelta(seconds=number + later_s)
    known = {"run_id": number, "thread_id": thread or f"t{number}", "created_at": created}
    return {**known, "status": status, "kwargs": kwargs}


def store(*runs: dict[str, Any]) -> dict[str, list[Any]]:
    return {"runs": list(runs), "threads": [{"thread_id": one["thread_id"]} for one in runs]}


def by_graph(name: str) -> dict[str, Any]:
    return {"config": {"configurable": {"graph_id": name}}, "input": {}}


def attached(**block: Any) -> dict[str, Any]:
    earlier = {"role": "user", "content": "Hello"}
    return {"input": {"messages": [earlier, {"role": "user", "content": [{"type": "text", "text": "?"}, block]}]}}


@pytest.mark.parametrize(
    ("kwargs", "reads"),
    [
        (READING, True),
        (QUESTION, False),
        (by_graph("ingestion"), True),
        (by_graph("ingest"), True),
        (by_graph("upkeep"), True),
        (by_graph("query"), False),
        (attached(type="text", attachment="0123/ferry.txt"), True),
        (attached(type="text", text="And now?"), False),
        ({"input": {"messages": "What does it cost?"}}, False),
        ({"input": {"sources": []}}, False),
        ({"input": None, "command": {"resume": "yes"}}, False),
        ({}, False),
    ],
)
def test_a_reading_is_told_from_a_question(kwargs: Any, reads: bool) -> None:
    assert is_reading({"kwargs": kwargs}) == reads


@pytest.mark.parametrize(("places", "readings"), [(1, 1), (2, 1), (4, 3), (10, 8), (20, 16), (64, 52)])
def test_a_place_in_five_is_kept_for_questions(places: int, readings: int) -> None:
    assert most_readings(places) == readings


def test_a_question_passes_the_readings_that_are_too_many() -> None:
    readings = [run(READING) for _ in range(30)]
    question = run(QUESTION)
    claimed = claimable(store(*readings, question), 20, 16)
    assert claimed == [*readings[:16], question]


def test_readings_under_way_count() -> None:
    waiting = [run(READING), run(READING)]
    started = [run(READING, "running") for _ in range(15)]
    questions = [run(QUESTION) for _ in range(3)]
    assert claimable(store(*waiting, *started, *questions), 5, 16) == [waiting[0], *questions]
    started.append(run(READING, "running"))
    assert claimable(store(*waiting, *started, *questions), 5, 16) == questions


def test_readings_wait_for_no_question_that_came_later() -> None:
    reading = run(READING)
    questions = [run(QUESTION) for _ in range(30)]
    assert claimable(store(*questions, reading), 1, 16) == [reading]


def test_a_thread_carries_out_one_run_at_a_time_in_their_order() -> None:
    first, second = run(QUESTION, thread="a"), run(QUESTION, thread="a")
    busy, other = run(QUESTION, "running", thread="b"), run(QUESTION, thread="b")
    assert claimable(store(second, first, busy, other), 9, 16) == [first]


def test_a_run_whose_thread_is_gone_and_one_of_the_future_do_not_start() -> None:
    gone, planned = run(QUESTION), run(QUESTION, later_s=7200)
    kept = store(gone, planned)
    kept["threads"] = kept["threads"][1:]
    assert claimable(kept, 9, 16) == []
    assert claimable(store(run(QUESTION, "success")), 9, 16) == []
