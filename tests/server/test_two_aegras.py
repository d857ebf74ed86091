"""Two instances on Aegra with one Postgres and one Redis, as `deploy/compose.yml` starts them, behind a proxy.

Slow: `make drills`, on Python 3.12 with the extra `aegra`. The proxy gives each request to the next instance.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from playwright.sync_api import sync_playwright

from tests.browser.conftest import CHROMIUM, LETTER, TIMEOUT_MS, ReadingRoom
from tests.conftest import ROOT, SAMPLE, MakePdf
from tests.dev_server import STOP_SECONDS, wait_until_ready
from tests.loopback import free_port
from tests.nginx import nginx
from tests.postgres import drop_database, new_database
from tests.redis_server import KillableRedis, new_redis
from tests.round_robin import RoundRobin, round_robin
from tests.server.test_serve import wait_for
from tests.wire.conftest import gemini, port
from tests.wire.gemini_server import Answer, GeminiServer, Recorded
from tests.wire.test_many_readers import TEXT, asked, service

__all__ = ["gemini", "port", "service"]  # fixtures

pytestmark = [
    pytest.mark.slow, pytest.mark.server, pytest.mark.processes,
    pytest.mark.skipif(find_spec("aegra_api") is None, reason="aegra-api is not installed: Python 3.12"),
]  # fmt: skip
QUESTION = "Which seabird fledged the most chicks per nest?"
LIMIT_S = 300


@dataclass
class Instances:
    """The instances by port, the proxy, and the database of documents."""

    proxy: RoundRobin
    store: str
    start: Callable[[], int]
    processes: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)

    def run(self, graph: str, retries: int = 1, **given: Any) -> Any:
        """Run a graph without a thread by whichever instance has its turn; once more where one is ending."""
        for left in reversed(range(retries + 1)):
            try:
                body = {"assistant_id": graph, "input": given}
                reply = httpx.post(f"{self.proxy.url}/runs/wait", json=body, timeout=LIMIT_S)
            except httpx.TransportError:
                if not left:
                    raise
                continue
            if reply.status_code < 500 or not left:
                return reply.raise_for_status().json()
        raise AssertionError

    def end(self, port: int, by: signal.Signals) -> None:
        process = self.processes.pop(port)
        process.send_signal(by)
        process.wait(60)
        self.proxy.ports.remove(port)

    def rows(self, query: str) -> list[Any]:
        with psycopg.connect(self.store) as connection:
            return connection.execute(query.encode()).fetchall()


@contextlib.contextmanager
def two_instances(folder: Path, **variables: str) -> Iterator[Instances]:
    threads, store, numbers = new_database(), new_database(), iter(range(9))
    shared = {
        "AEGRA_CONFIG": str(ROOT / "aegra.json"), "DATABASE_URL": threads, "PAGEWITNESS_STORE_URL": store,
        "REDIS_BROKER_ENABLED": "true", "REDIS_URL": new_redis(), "PAGEWITNESS_QUOTA_URL": new_redis(),
        "PAGEWITNESS_FILES_URL": (folder / "files").as_uri(), "PAGEWITNESS_SERVED": "1", "PYTHONPATH": str(ROOT),
        "PAGEWITNESS_ENGINE": "offline", "WORKER_DRAIN_TIMEOUT": "25", "LEASE_DURATION_SECONDS": "6",
        "HEARTBEAT_INTERVAL_SECONDS": "2", "REAPER_INTERVAL_SECONDS": "3",
    }  # fmt: skip

    def start() -> int:
        number, port = next(numbers), free_port()
        log = folder / f"server-{number}.log"
        with log.open("wb") as output:
            made.processes[port] = subprocess.Popen(
                [sys.executable, "-m", "uvicorn", "aegra_api.main:app", "--host", "127.0.0.1", "--port", str(port),
                 "--timeout-graceful-shutdown", "5"],
                cwd=ROOT, env=os.environ | shared | variables | {"PAGEWITNESS_HOME": str(folder / f"home-{number}")},
                stdout=output, stderr=subprocess.STDOUT,
            )  # fmt: skip
        wait_until_ready(f"http://127.0.0.1:{port}", made.processes[port], log)
        proxy.ports.append(port)
        return port

    with round_robin([], each_request=True) as proxy:
        made = Instances(proxy, store, start)
        try:
            start()  # the first one makes the tables
            start()
            yield made
        finally:
            for process in made.processes.values():
                process.kill()
                process.wait(STOP_SECONDS)
    drop_database(threads)
    drop_database(store)


def read_sample(both: Instances) -> None:
    reply = httpx.post(f"{both.proxy.url}/uploads?name=sample.pdf", content=SAMPLE.read_bytes(), timeout=LIMIT_S)
    report = both.run("ingestion", sources=[reply.json()["source"]])["report"]
    assert [one["status"] for one in report["documents"]] == ["complete"]


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
def test_the_room_works_though_each_request_reaches_another_instance(tmp_path: Path, make_pdf: MakePdf) -> None:
    letter = make_pdf("lighthouse.pdf", *LETTER)
    with two_instances(tmp_path) as both, sync_playwright() as playwright:
        options = ["--no-sandbox"] if os.geteuid() == 0 else []
        page = playwright.chromium.launch(executable_path=CHROMIUM, args=options).new_context().new_page()
        page.set_default_timeout(TIMEOUT_MS / 4)
        room = ReadingRoom(page, both.proxy.url)
        room.watch()
        room.enter()
        room.read(letter)
        assert "43 metres" in room.ask("How high is the lighthouse of Tornholm?")
        assert "12 euros" in room.ask("What does a berth cost a night?")
        page.locator(".citation").last.click()
        page.wait_for_selector("#sheet img[data-ready]")
        page.reload()
        page.wait_for_selector("#engine:not(:empty)", state="attached")
        page.locator("#documents .name", has_text="lighthouse.pdf").wait_for(state="attached")
        room.check()
        print(f"the room: {dict(both.proxy.given)} requests by port")
        assert min(both.proxy.given.values()) >= 10


def test_nginx_gives_requests_to_both_and_then_to_the_one_that_is_left(tmp_path: Path) -> None:
    """With the configuration of `deploy/compose.yml`."""
    with two_instances(tmp_path) as both, httpx.Client(timeout=LIMIT_S) as client:
        ports = list(both.processes)
        with nginx("nginx.conf", dict(zip(("api-a:8000", "api-b:8000"), ports, strict=True)), tmp_path) as url:
            sent = client.post(f"{url}/uploads?name=sample.pdf", content=SAMPLE.read_bytes()).raise_for_status().json()
            body: dict[str, Any] = {"assistant_id": "ingestion", "input": {"sources": [sent["source"]]}}
            report = client.post(f"{url}/runs/wait", json=body).raise_for_status().json()["report"]
            assert [one["status"] for one in report["documents"]] == ["complete"]

            def ask(_: int) -> str:
                asked = {"assistant_id": "query", "input": {"question": QUESTION}}
                for _ in range(2):  # once more, as a client does whose instance died under the request
                    reply = client.post(f"{url}/runs/wait", json=asked)
                    if reply.status_code < 500:
                        break
                return str(reply.raise_for_status().json()["answer"])

            with ThreadPoolExecutor(4) as pool:
                answers = Counter(pool.map(ask, range(20)))
                asked = [_log_of(tmp_path, number).count("/runs/wait") for number in range(2)]
                end = both.processes.pop(ports[0])
                asking = [pool.submit(ask, number) for number in range(20)]
                end.kill()
                end.wait(60)
                both.proxy.ports.remove(ports[0])
                after = Counter(one.result() for one in asking)
            print(f"nginx: {asked} lines of log about runs by instance, {after.total()} answered after one was killed")
            assert len(answers) == 1
            assert min(asked) >= 5
            assert set(after) == set(answers)
            thread = client.post(f"{url}/threads", json={}).raise_for_status().json()["thread_id"]
            stream = {"assistant_id": "pagewitness", "input": {"question": QUESTION}, "stream_mode": ["updates"]}
            streamed = client.post(f"{url}/threads/{thread}/runs/stream", json=stream)
            assert json.dumps(next(iter(answers)))[1:40] in streamed.text
            assert client.get(f"{url}/health").status_code == 200


def _log_of(folder: Path, number: int) -> str:
    return (folder / f"server-{number}.log").read_text("utf-8", "replace")


def test_an_instance_is_killed_while_it_reads(service: GeminiServer, make_pdf: MakePdf, tmp_path: Path) -> None:
    book = make_pdf("log.pdf", *(TEXT.format(number) for number in range(1, 23)))
    given = {"PAGEWITNESS_ENGINE": "llm", "GOOGLE_API_KEY": "test", "GOOGLE_GEMINI_BASE_URL": service.url}
    with two_instances(tmp_path, **given) as both:
        url = both.proxy.url
        sent = httpx.post(f"{url}/uploads?name=log.pdf", content=book.read_bytes(), timeout=LIMIT_S).json()
        thread = httpx.post(f"{url}/threads", json={}, timeout=LIMIT_S).json()["thread_id"]
        body = {"assistant_id": "ingestion", "input": {"sources": [sent["source"]]}}
        run = httpx.post(f"{url}/threads/{thread}/runs", json=body, timeout=LIMIT_S).json()["run_id"]
        end = time.monotonic() + LIMIT_S
        while len(both.rows("SELECT page FROM pages WHERE status = 'read'")) < 3 and time.monotonic() < end:
            time.sleep(0.02)
        flying = len(both.rows("SELECT page FROM lease JOIN pages USING (document, page) WHERE status <> 'read'"))
        (owner,) = both.rows("SELECT DISTINCT split_part(owner, '@', 2) FROM lease")[:1]
        reader = next(port for port, one in both.processes.items() if _reads(one.pid, service))
        both.end(reader, signal.SIGKILL)
        begun = time.monotonic()
        while time.monotonic() < end:
            status = httpx.get(f"{url}/threads/{thread}/runs/{run}", timeout=LIMIT_S).json()["status"]
            if status not in ("pending", "running"):
                break
            time.sleep(0.2)
        took, counted = time.monotonic() - begun, asked(service)
        ledger = both.rows("SELECT page, status, attempts FROM pages ORDER BY page")
        print(f"killed {owner} with {flying} pages in flight: {status} {took:.1f} s later, {counted.total()} sent")
        assert status == "success"
        assert [row[:2] for row in ledger] == [(page, "read") for page in range(1, 23)]
        assert counted.total() <= 22 + flying
        assert {row[0]: row[2] for row in ledger} == counted


def _reads(pid: int, service: GeminiServer) -> bool:
    """Return whether a process has connections to the model."""
    import psutil

    port = int(service.url.rpartition(":")[2])
    return any(one.raddr and one.raddr.port == port for one in psutil.Process(pid).net_connections("tcp"))


def test_a_question_is_answered_though_there_are_more_readings_than_places(
    service: GeminiServer, make_pdf: MakePdf, tmp_path: Path
) -> None:
    """Two instances of five places: four readings each are under way, four wait, and no place is theirs for ever."""
    go_on, reply = threading.Event(), service.reply

    def waits(request: Recorded) -> Answer:
        assert go_on.wait(LIMIT_S)
        return reply(request)

    places = {"PAGEWITNESS_RUNS_AT_ONCE": "5", "BLPOP_TIMEOUT_SECONDS": "1"}
    by_model = {"PAGEWITNESS_ENGINE": "llm", "GOOGLE_API_KEY": "test", "GOOGLE_GEMINI_BASE_URL": service.url}
    with two_instances(tmp_path, **places, **by_model) as both, httpx.Client(timeout=LIMIT_S) as client:
        url, runs = both.proxy.url, list[str]()
        service.reply = waits
        for number in range(1, 13):
            sent = client.post(
                f"{url}/uploads?name={number}.pdf", content=make_pdf("a.pdf", TEXT.format(number)).read_bytes()
            )
            thread = client.post(f"{url}/threads", json={}).json()["thread_id"]
            body = {"assistant_id": "ingestion", "input": {"sources": [sent.json()["source"]]}}
            run = client.post(f"{url}/threads/{thread}/runs", json=body).json()["run_id"]
            runs.append(f"{url}/threads/{thread}/runs/{run}")

        def statuses() -> Counter[str]:
            return Counter(client.get(run).json()["status"] for run in runs)

        try:
            wait_for(lambda: len(service.chats) >= 8)
            reasons = [both.run("query", question=QUESTION)["reason"] for _ in range(4)]
            during = statuses()
        finally:
            go_on.set()
        wait_for(lambda: statuses()["success"] == 12)
        print(
            f"12 readings for 10 places: {dict(during)} while 4 questions were answered, {dict(statuses())} in the end"
        )
        assert set(reasons) <= {"nothing_ingested", "page_unreadable"}  # nothing is read yet: this takes no request
        assert during == {"running": 8, "pending": 4}


def test_redis_is_killed_under_runs(tmp_path: Path) -> None:
    """Runs that were acknowledged are carried out when it is back, each once, and readiness tells meanwhile."""
    redis = KillableRedis()
    try:
        with (
            two_instances(tmp_path, REDIS_URL=redis.url, PAGEWITNESS_QUOTA_URL=redis.url) as both,
            httpx.Client(timeout=LIMIT_S) as client,
        ):
            read_sample(both)
            wanted, url, runs = both.run("query", question=QUESTION)["answer"], both.proxy.url, list[str]()
            for _ in range(20):
                thread = client.post(f"{url}/threads", json={}).json()["thread_id"]
                body = {"assistant_id": "pagewitness", "input": {"question": QUESTION}}
                reply = client.post(f"{url}/threads/{thread}/runs", json=body).raise_for_status()
                runs.append(f"{url}/threads/{thread}/runs/{reply.json()['run_id']}")
            redis.kill()
            ready = [client.get(f"http://127.0.0.1:{port}/health") for port in both.processes]
            unfinished = sum(client.get(run).json()["status"] in ("pending", "running") for run in runs)
            time.sleep(10)
            redis.start()
            print(f"Redis was killed with {unfinished} of 20 runs unfinished; /health: {ready[0].json()['detail']}")
            assert [one.status_code for one in ready] == [503, 503]
            wait_for(lambda: all(client.get(run).json()["status"] in ("success", "error") for run in runs))
            states = [client.get(f"{run.partition('/runs/')[0]}/state").json()["values"] for run in runs]
            print(f"{Counter(client.get(run).json()['status'] for run in runs)} when it was back")
            assert [one.get("answer") for one in states] == [wanted] * 20
            assert [len(one["messages"]) for one in states] == [2] * 20, "none was answered twice"
            assert [client.get(f"http://127.0.0.1:{port}/health").status_code for port in both.processes] == [200, 200]
    finally:
        redis.remove()


def test_both_are_restarted_one_after_the_other_under_load(tmp_path: Path) -> None:
    with two_instances(tmp_path) as both:
        read_sample(both)
        wanted, over, answers = both.run("query", question=QUESTION)["answer"], threading.Event(), Counter[str]()

        def load() -> None:
            while not over.is_set():
                answers[both.run("query", question=QUESTION)["answer"]] += 1

        with ThreadPoolExecutor(4) as pool:
            asking = [pool.submit(load) for _ in range(4)]
            for port in list(both.processes):
                time.sleep(1)
                both.end(port, signal.SIGTERM)
                both.start()
            time.sleep(1)
            over.set()
            for one in asking:
                one.result()
        print(f"both were restarted under load: {answers.total()} questions, {len(answers)} different answers")
        assert set(answers) == {wanted}
