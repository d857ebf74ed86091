from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest

from loaders.errors import SourceError
from loaders.pages import pool as pools
from loaders.pages.cpu import cores
from loaders.pages.limits import load_factor
from loaders.pages.pool import PagePool, ProcessPagePool
from loaders.pages.processes import CAN_FORK, ForkedProcesses, Processes, processes_here
from loaders.pages.reader import read
from loaders.types import Failure, PageJob
from tests.conftest import ROOT, SAMPLE
from tests.ray_here import ray_pool


def with_ray(**limits: float) -> PagePool:
    return ray_pool("ray://local", 1, **limits)  # beside that of `pool`, on two processors


class KeptProcesses(ForkedProcesses):
    """Processes for all pools of this file: a closed pool leaves alone the one that has imported the readers."""

    def stop(self) -> None:
        """Leave it to the next pool."""


@pytest.fixture(scope="module")
def processes() -> Iterator[Processes]:
    """Processes that have imported the readers once: for each pool anew, this took a CPU second a test."""
    made = KeptProcesses() if CAN_FORK else processes_here()
    yield made
    if isinstance(made, KeptProcesses):
        ForkedProcesses.stop(made)


# The contract of a pool of pages is every test that takes `pool` or `make_pool`; another implementation joins it here.
MakePool = Callable[..., PagePool]


@pytest.fixture(scope="module", params=["processes", pytest.param("ray", marks=pytest.mark.slow)])
def make_pool(request: pytest.FixtureRequest, processes: Processes) -> MakePool:
    return with_ray if request.param == "ray" else partial(ProcessPagePool, 2, processes=processes)


@pytest.fixture(scope="module")
def pool(make_pool: MakePool) -> Iterator[PagePool]:
    pool = make_pool()
    yield pool
    pool.close()


async def test_outcomes_keep_the_order_of_the_jobs(pool: PagePool) -> None:
    assert await pool.map(abs, [-3, 2, -1]) == [3, 2, 1]
    assert await pool.map(abs, []) == []


async def test_an_outcome_is_known_while_other_jobs_run(pool: PagePool, tmp_path: Path) -> None:
    mark = tmp_path / "known"
    waits = f"[__import__('time').sleep(.02) for _ in iter(lambda: __import__('os').path.exists({str(mark)!r}), True)]"
    known = list[tuple[int, object]]()
    async with asyncio.timeout(120):
        async for at, outcome in pool.as_completed(eval, ["7", waits, FAILS_ONCE.format(str(tmp_path / "tried"))]):
            known.append((at, outcome))
            mark.touch()
    assert known[0] == (0, 7)
    assert known[-1] == (2, True), "tried again after all others"
    assert len(known) == 3


async def test_the_jobs_of_outcomes_that_nobody_waits_for_are_cancelled(pool: PagePool) -> None:
    outcomes = pool.as_completed(eval, ["7", *["__import__('time').sleep(1_000)"] * 3])
    assert await anext(outcomes) == (0, 7)
    await outcomes.aclose()
    async with asyncio.timeout(120):
        assert await pool.map(abs, [-1, -2]) == [1, 2]


async def test_one_bad_job_does_not_harm_the_others(pool: PagePool) -> None:
    died, raised, fine = await pool.map(eval, ["__import__('os')._exit(3)", "1 / 0", "40 + 2"])
    assert isinstance(died, Failure)
    assert died.reason == "render_error"
    assert isinstance(raised, Failure)
    assert "ZeroDivisionError" in raised.detail
    assert fine == 42


async def test_a_worker_does_not_look_for_garbage_in_the_libraries_that_it_loaded(processes: Processes) -> None:
    pool, frozen = ProcessPagePool(workers=1, processes=processes), "__import__('gc').get_freeze_count()"
    try:
        before = await pool.call(eval, frozen)
        await pool.call(eval, "str(__import__('wave'))")
        after, again = [await pool.call(eval, frozen) for _ in range(2)]
        rings = await pool.call(eval, "[(ring := [], ring.append(ring)) for _ in range(9)] and len(ring)")
        found = await pool.call(eval, "__import__('gc').collect()")
    finally:
        pool.close()
    assert before < again <= after
    assert rings == 1 <= found  # garbage of later jobs is found


async def test_a_job_that_hangs_is_ended_and_the_rest_goes_on(make_pool: MakePool) -> None:
    pool = make_pool(wall_seconds=0.5)
    start = time.monotonic()
    try:
        hung, fine = await pool.map(eval, ["__import__('time').sleep(120)", "1"])
    finally:
        pool.close()
    assert isinstance(hung, Failure)
    assert hung.reason == "timeout"
    assert fine == 1
    assert time.monotonic() - start < 100


@pytest.mark.heavy
async def test_a_job_that_spins_is_ended_by_its_cpu_time_and_the_rest_goes_on(make_pool: MakePool) -> None:
    # `re` spins for hours on this and holds the interpreter lock.
    pool = make_pool(cpu_seconds=0.2, wall_seconds=60)
    try:
        spun, fine = await pool.map(eval, ["__import__('re').match('(a+)+b', 'a' * 60)", "1"])
        with pytest.raises(SourceError, match="of the processor's time"):
            await pool.call(eval, "__import__('re').match('(a+)+b', 'a' * 60)")
    finally:
        pool.close()
    assert isinstance(spun, Failure)
    assert spun.reason == "timeout"
    assert "0.2 s of the processor's time, tried twice" in spun.detail
    assert fine == 1


async def test_a_job_that_waits_for_the_processor_is_not_ended(processes: Processes) -> None:
    # It sleeps for longer than its CPU time, as a page does beside many busy programs.
    pool = ProcessPagePool(workers=1, cpu_seconds=0.2, wall_seconds=60, processes=processes)
    try:
        assert await pool.map(eval, ["__import__('time').sleep(.5) or 7"] * 2) == [7, 7]
    finally:
        pool.close()


ONCE = "__import__('os').path.exists({0!r}) or (open({0!r}, 'w').close(), __import__('re').match('(a+)+b', 'a' * 60))"


@pytest.mark.heavy
async def test_a_job_that_hit_its_limit_is_tried_once_more(make_pool: MakePool, tmp_path: Path) -> None:
    pool = make_pool(cpu_seconds=0.2, wall_seconds=60)
    try:
        assert await pool.map(eval, [ONCE.format(str(tmp_path / "tried"))]) == [True]
    finally:
        pool.close()


DIES_ONCE = "__import__('os').path.exists({0!r}) or (open({0!r}, 'w').close(), __import__('os')._exit(3))"


async def test_a_job_whose_process_died_is_tried_once_more(pool: PagePool, tmp_path: Path) -> None:
    assert await pool.map(eval, [DIES_ONCE.format(str(tmp_path / "tried")), "7"]) == [True, 7]


async def test_a_pool_can_be_closed_twice_and_used_again(make_pool: MakePool) -> None:
    pool = make_pool()
    try:
        assert await pool.map(abs, [-1]) == [1]
        pool.close()
        pool.close()
        assert await pool.map(abs, [-2]) == [2]
    finally:
        pool.close()


async def test_a_process_that_is_killed_while_it_waits_is_replaced(processes: Processes) -> None:
    """As the kernel does where memory is short. The library's pool then takes no more jobs."""
    pool, number = ProcessPagePool(workers=2, processes=processes), "__import__('os').getpid()"
    try:
        (waiting,) = await pool.map(eval, [number])
        assert isinstance(waiting, int)
        os.kill(waiting, signal.SIGKILL)
        for _ in range(500):  # until the pool has noticed; what follows must hold where it has not, too
            if not psutil.pid_exists(waiting):
                break
            await asyncio.sleep(0.02)
        async with asyncio.timeout(300):  # a pool that stands still is a failure, not a run without an end
            assert await pool.map(abs, [-5, -7]) == [5, 7]
            assert await pool.call(abs, -9) == 9
    finally:
        pool.close()


SLEEPS_ONCE = """__import__('os').path.exists({0!r}) or (
    open({0!r}, 'w').close(), __import__('time').sleep(1_000))"""


async def begun(pool: PagePool, mark: Path) -> asyncio.Task[list[object]]:
    """Return a job that hangs at its first try, when it has begun."""
    waiting: asyncio.Task[list[object]] = asyncio.create_task(pool.map(eval, [SLEEPS_ONCE.format(str(mark))]))
    while not mark.exists():
        await asyncio.sleep(0.05)
    return waiting


MEET = """(lambda folder, pid: (folder.mkdir(exist_ok=True), (folder / pid).touch(), [__import__('time').sleep(.02)
    for _ in iter(lambda: len([*folder.iterdir()]) >= {1}, True)], pid)[-1])(
    __import__('pathlib').Path({0!r}), str(__import__('os').getpid()))"""
"""A job that ends when so many processes have begun one."""


async def test_no_more_processes_start_than_there_are_jobs(processes: Processes, tmp_path: Path) -> None:
    pool = ProcessPagePool(workers=3, processes=processes)
    try:
        one = {*await pool.map(eval, ["__import__('os').getpid()"]), await pool.call(eval, "__import__('os').getpid()")}
        assert len(one) == 1
        assert {*pool._all._pool._pool_manager.worker_manager.workers} == one
        assert len({*await pool.map(eval, [MEET.format(str(tmp_path / "three"), 3)] * 6)}) == 3
        pool.close()
        await pool.map(eval, [MEET.format(str(tmp_path / "two"), 2)] * 2)
        assert len(pool._all._pool._pool_manager.worker_manager.workers) == 2
    finally:
        pool.close()


async def test_a_job_whose_process_was_ended_on_anothers_account_is_tried_once_more(
    processes: Processes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pebble ends the process of a cancelled job even if that has begun the next job, and forgets about it."""
    monkeypatch.setattr(pools, "_LOOK_S", 0.1)
    pool = ProcessPagePool(workers=1, wall_seconds=2_000, processes=processes)
    try:
        waiting = await begun(pool, tmp_path / "tried")
        manager = pool._all._pool._pool_manager.worker_manager
        ((pid, _),) = manager.workers.items()
        manager.maybe_stop_worker(pid)
        assert await asyncio.wait_for(waiting, 300) == [True]
    finally:
        pool.close()


async def test_a_job_whose_pool_ended_without_telling_it_is_tried_once_more(
    processes: Processes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a job is left that comes in the instant in which the pool breaks: pebble no longer looks at its outcome."""
    monkeypatch.setattr(pools, "_LOOK_S", 0.1)
    pool = ProcessPagePool(workers=1, wall_seconds=2_000, processes=processes)
    try:
        waiting = await begun(pool, tmp_path / "tried")
        pool._all._pool.stop()
        assert await asyncio.wait_for(waiting, 300) == [True]
        assert await pool.call(abs, -9) == 9
    finally:
        pool.close()


FAILS_ONCE = """__import__('os').path.exists({0!r}) or (
    open({0!r}, 'w').close(), __import__('loaders.types').types.Failure('ocr_error', 'no memory', retry=True))[1]"""


async def test_a_failure_that_the_page_does_not_explain_is_tried_once_more(pool: PagePool, tmp_path: Path) -> None:
    assert await pool.map(eval, [FAILS_ONCE.format(str(tmp_path / "tried")), "7"]) == [True, 7]


@pytest.mark.heavy
async def test_a_page_for_which_memory_is_always_short_fails_with_the_first_cause() -> None:
    pool = ProcessPagePool(workers=1, memory=440 * 2**20)  # OCR of this scan takes 630; once 520 were enough
    try:
        (page,) = await pool.map(read, [PageJob(str(SAMPLE), 5)])
    finally:
        pool.close()
    assert isinstance(page, Failure)
    assert page.reason in {"ocr_error", "render_error"}  # whatever asks for memory first
    assert "Page 5" in page.detail or "tried twice" in page.detail
    assert "Traceback" not in page.detail


def test_the_clock_goes_slower_on_a_loaded_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getloadavg", lambda: (18.0, 9.0, 9.0))
    assert load_factor() >= 18 / cores()
    monkeypatch.setattr(os, "getloadavg", lambda: (0.0, 0.0, 0.0))
    assert load_factor() >= 1


async def test_cancelling_the_await_frees_the_workers(pool: PagePool) -> None:
    task = asyncio.create_task(pool.map(time.sleep, [100.0] * 6))
    await asyncio.sleep(0.3)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    start = time.monotonic()
    assert await pool.map(abs, [-1, -2]) == [1, 2]
    assert time.monotonic() - start < 90  # a worker that still slept would have taken 100


def test_one_pool_serves_several_loops(pool: PagePool) -> None:
    assert [asyncio.run(pool.map(abs, [-n])) for n in range(3)] == [[0], [1], [2]]


async def test_call_raises_what_the_function_raises(pool: PagePool) -> None:
    assert await pool.call(abs, -1) == 1
    with pytest.raises(ValueError, match="invalid literal"):
        await pool.call(int, "x")
    with pytest.raises(SourceError, match="ended the process"):
        await pool.call(os._exit, 1)


async def test_workers_ignore_ctrl_c(pool: PagePool) -> None:
    (pid,) = await pool.map(eval, ["__import__('os').getpid()"])
    assert isinstance(pid, int)
    os.kill(pid, signal.SIGINT)
    assert await pool.map(abs, [-1, -1, -1]) == [1, 1, 1]


def test_a_script_without_a_main_guard_runs_once_and_ends(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import asyncio\nfrom loaders.pages.pool import ProcessPagePool\nprint('started')\n"
        "print(asyncio.run(ProcessPagePool(workers=1).map(abs, [-5])))\n"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=300, env=env, check=True
    )
    assert run.stdout.split() == ["started", "[5]"]


def use_a_pool(fails: bool) -> None:
    """Use a pool and leave it open, as a program does that was started by multiprocessing."""
    assert asyncio.run(ProcessPagePool(workers=1).map(abs, [-5])) == [5]
    if fails:
        raise SystemExit(7)


@pytest.mark.parametrize("fails", [pytest.param(False, marks=pytest.mark.slow), True])
@pytest.mark.heavy
def test_a_process_of_multiprocessing_ends_after_it_used_a_pool(fails: bool) -> None:
    process = multiprocessing.get_context("spawn").Process(target=use_a_pool, args=(fails,))
    process.start()
    process.join(300)
    ended = not process.is_alive()
    process.kill()
    assert ended, "it waits for the workers of its pool"
    assert process.exitcode == (7 if fails else 0)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux caps data")
async def test_a_job_that_wants_too_much_memory_fails_alone(processes: Processes) -> None:
    pool = ProcessPagePool(workers=1, memory=300 * 2**20, processes=processes)
    try:
        greedy, fine = await pool.map(eval, ["len(bytearray(400 * 2**20))", "len(bytearray(100 * 2**20))"])
    finally:
        pool.close()
    assert isinstance(greedy, Failure)
    assert (greedy.reason, "MemoryError" in greedy.detail) == ("render_error", True)
    assert fine == 100 * 2**20


ORPHANS = """
import asyncio, os, signal
from loaders.pages.pool import ProcessPagePool
pool = ProcessPagePool(workers=1, cpu_seconds=600, wall_seconds=1.0)
print(asyncio.run(pool.map(eval, ["__import__('os').getpid()"]))[0], flush=True)
{hang}
os.kill(os.getpid(), signal.SIGKILL)
"""
# `re` holds the interpreter lock for hours on this, as a C library does that hangs. The worker ends itself a second
# after the job's time limit, in place of the usual ten.
STUCK = """
asyncio.run(pool.map(eval, ["setattr(__import__('sys').modules['loaders.pages.limits'], 'GRACE_S', 1.0)"]))
pool._all.submit(pool._limits(), eval, "__import__('re').match('(a+)+b', 'a' * 60)")
__import__('time').sleep(0.5)
"""


@pytest.mark.parametrize(
    "hang", [pytest.param("", id="idle", marks=pytest.mark.slow), pytest.param(STUCK, id="stuck in C")]
)
def test_workers_end_when_their_parent_is_killed(hang: str) -> None:
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    code = ORPHANS.format(hang=hang)
    run = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, timeout=300, env=env)
    worker = int(run.stdout)
    deadline = time.monotonic() + 300
    while _runs(worker):
        assert time.monotonic() < deadline, f"worker {worker} outlived its parent"
        time.sleep(0.1)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
