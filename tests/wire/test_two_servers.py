"""Two servers with home folders of their own on one database and one store of files, behind a proxy that takes turns.

The short form is in every run; the drills (`make drills`) print what they saw.
"""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from tests.conftest import SAMPLE, MakePdf
from tests.postgres import KillableServer, drop_database, new_database
from tests.round_robin import RoundRobin, round_robin
from tests.server.test_serve import STOP_SECONDS, Started, started
from tests.wire.gemini_server import GeminiServer
from tests.wire.test_many_readers import TEXT, asked, service
from web.draining import RETRY

__all__ = ["service"]  # a fixture

pytest.importorskip("obstore", reason="the extra `team` is not installed")
pytestmark = [pytest.mark.server, pytest.mark.processes]
QUESTION = "What is the greatest load for the winch cable until it has been tested?"
LEASE_S = 6.0
_SHORT_LEASES = (
    "-c",
    "import sys\nfrom graph.cli.main import main\nfrom graph.ingestion import leases\n"
    f"leases.LEASE_S, leases._RENEWED_EVERY_S = {LEASE_S}, {LEASE_S / 4}\nsys.exit(main(sys.argv[1:]))",
)
LIMIT_S = 240
CABLE = "Until the winch cable has been tested, the greatest load for it is 400 kg."
IN_FLIGHT = "SELECT page FROM lease JOIN pages USING (document, page) WHERE status <> 'read'"


@dataclass
class Team:
    """Two servers, the proxy, and their database."""

    servers: list[Started]
    proxy: RoundRobin
    database: str

    def send(self, method: str, path: str, retries: int = 0, **given: Any) -> httpx.Response:
        """Send a request by a connection of its own, to whichever server has its turn.

        It is sent again, `retries` times, where a server ends: after the seconds that a refusal names, as clients do.
        At once it may have the same server once more, since the proxy knows nothing of refusals.
        """
        for left in reversed(range(retries + 1)):
            try:
                reply = httpx.request(method, f"{self.proxy.url}{path}", timeout=LIMIT_S, **given)
            except httpx.TransportError:
                if not left:
                    raise
                continue
            if reply.status_code != 503 or not left:
                return reply
            time.sleep(float(reply.headers["retry-after"]))
        raise AssertionError

    def run(self, graph: str, retries: int = 0, **given: Any) -> Any:
        """Run a graph without a thread; return its output."""
        return self.send("POST", "/runs/wait", retries, json={"assistant_id": graph, "input": given}).json()

    def ask(self, retries: int = 0) -> str:
        return str(self.run("query", retries, question=QUESTION).get("answer"))

    def rows(self, query: str) -> list[Any]:
        with psycopg.connect(self.database) as connection:
            return connection.execute(query.encode()).fetchall()


@contextlib.contextmanager
def team_of_two(folder: Path, own_database: str = "", **variables: str) -> Iterator[Team]:
    database = own_database or new_database()
    shared = {"PAGEWITNESS_STORE_URL": database, "PAGEWITNESS_FILES_URL": (folder / "shared").as_uri(), **variables}
    with contextlib.ExitStack() as opened:
        servers = [opened.enter_context(started(folder / name, run=_SHORT_LEASES, **shared)) for name in ("a", "b")]
        proxy = opened.enter_context(round_robin([port_of(one) for one in servers]))
        yield Team(servers, proxy, database)
    if not own_database:
        drop_database(database)


@pytest.mark.slow
def test_a_document_is_read_asked_shown_and_deleted_whichever_server_has_its_turn(
    make_pdf: MakePdf, tmp_path: Path
) -> None:
    book = make_pdf("winch.pdf", CABLE, "The anchor cable is tested by the harbour master in spring.")
    with team_of_two(tmp_path) as team:
        sent = team.send("POST", "/uploads", params={"name": book.name}, content=book.read_bytes()).json()
        assert [one["id"] for one in team.send("GET", "/uploads").json()["uploads"]] == [sent["id"]]
        team.proxy.next_port()  # who reads it is not who received it
        report = team.run("ingestion", sources=[sent["source"]])["report"]
        assert report["documents"][0]["status"] == "complete"
        for _ in team.servers:
            assert team.send("GET", "/health").json()["ok"]
            answer = team.run("query", question=QUESTION)
            citation = answer["citations"][0]
            boxes = ";".join(",".join(f"{edge:.4f}" for edge in box) for box in citation["boxes"])
            page = f"/documents/{sent['id']}/pages/{citation['page']}"
            shown = team.send("GET", f"{page}/image", params={"width": 300, "highlight": boxes})
            assert (shown.status_code, shown.headers["content-type"]) == (200, "image/png")
            assert "winch" in team.send("GET", f"/documents/{sent['id']}/transcript").text.casefold()
            assert team.send("GET", f"{page}/words").json()["words"]
            assert team.send("GET", f"/documents/{sent['id']}/file").content == book.read_bytes()
            assert team.send("POST", "/proof", json=answer).content.startswith(b"%PDF")
            assert team.send("GET", "/uploads").json()["uploads"] == []
            team.proxy.next_port()  # an odd number of requests: the other server is asked the same
        said: list[dict[str, str]] = [{"role": "user", "content": QUESTION}]
        for following in ("And the anchor cable?", "Who has to test it?"):
            reply = team.send("POST", "/v1/chat/completions", json={"model": "pagewitness", "messages": said})
            assert reply.status_code == 200
            said += [reply.json()["choices"][0]["message"], {"role": "user", "content": following}]
        assert team.send("DELETE", f"/documents/{sent['id']}").status_code == 200
        for _ in team.servers:
            assert team.send("GET", f"/documents/{sent['id']}").status_code == 404
            assert team.send("GET", "/documents").json()["documents"] == []
            assert not team.run("query", question=QUESTION).get("citations")
            team.proxy.next_port()


def read_sample(team: Team) -> None:
    sent = team.send("POST", "/uploads", params={"name": SAMPLE.name}, content=SAMPLE.read_bytes()).json()
    assert team.run("ingestion", sources=[sent["source"]])["report"]["documents"][0]["status"] == "complete"


@pytest.mark.slow
def test_100_questions_at_once(tmp_path: Path) -> None:
    with team_of_two(tmp_path) as team:
        read_sample(team)
        wanted = team.ask()
        team.proxy.given.clear()
        with ThreadPoolExecutor(100) as pool:
            answers = Counter(pool.map(lambda _: team.ask(), range(100)))
        print(f"100 questions at once: {dict(team.proxy.given)} by port, {len(answers)} different answers")
        assert answers == {wanted: 100}
        assert min(team.proxy.given[port] for port in map(port_of, team.servers)) >= 30


@pytest.mark.slow
def test_the_database_is_killed_with_100_questions_in_flight(tmp_path: Path) -> None:
    database = KillableServer("max_connections=100")
    try:
        with team_of_two(tmp_path, database.url) as team:
            read_sample(team)
            wanted = team.ask()
            with ThreadPoolExecutor(100) as pool:
                asking = [pool.submit(team.run, "query", question=QUESTION) for _ in range(100)]
                time.sleep(0.3)
                database.kill()
                time.sleep(3)
                database.start()
                replies = [one.result() for one in asking]
            failed = [one for one in replies if one.get("answer") != wanted]
            said = Counter(str(one["__error__"]["message"])[:90] for one in failed)
            print(f"the database was killed: {len(replies) - len(failed)} of 100 answered, the others: {dict(said)}")
            assert all("database" in one and "Traceback" not in one for one in said)
            assert [team.ask() for _ in range(4)] == [wanted] * 4  # no server had to be started again
    finally:
        database.remove()


@pytest.mark.slow
def test_a_server_is_killed_with_20_questions_in_flight(tmp_path: Path) -> None:
    with team_of_two(tmp_path) as team:
        read_sample(team)
        wanted = team.ask()
        with ThreadPoolExecutor(20) as pool:
            asking = [pool.submit(team.ask, 1) for _ in range(20)]
            time.sleep(0.15)
            pending = sum(not one.done() for one in asking)
            team.servers[0].process.kill()
            begun = time.monotonic()
            answers = Counter(one.result() for one in asking)
        print(f"killed with {pending} of 20 questions in flight: all answered after {time.monotonic() - begun:.1f} s")
        assert answers == {wanted: 20}


@pytest.mark.slow
def test_a_server_is_killed_while_22_pages_are_read(service: GeminiServer, make_pdf: MakePdf, tmp_path: Path) -> None:
    book = make_pdf("log.pdf", *(TEXT.format(number) for number in range(1, 23)))
    variables = {"PAGEWITNESS_ENGINE": "llm", "GOOGLE_API_KEY": "test", "GOOGLE_GEMINI_BASE_URL": service.url}
    with team_of_two(tmp_path, **variables) as team:
        sent = team.send("POST", "/uploads", params={"name": "log.pdf"}, content=book.read_bytes()).json()
        reading = threading.Thread(target=lambda: _ends(team.servers[0], sent["source"]))
        reading.start()
        end = time.monotonic() + LIMIT_S
        while len(team.rows("SELECT page FROM pages WHERE status = 'read'")) < 3 and time.monotonic() < end:
            time.sleep(0.02)
        team.servers[0].process.kill()
        read = len(team.rows("SELECT page FROM pages WHERE status = 'read'"))
        flying = len(team.rows(IN_FLIGHT))
        reading.join()
        begun = time.monotonic()
        report = team.run("ingestion", sources=[sent["source"]])["report"]["documents"][0]
        took = time.monotonic() - begun
        counted = asked(service)
        ledger = team.rows("SELECT page, status, attempts FROM pages ORDER BY page")
        print(
            f"killed with {read} of 22 pages read and {flying} leased: complete {took:.1f} s later, "
            f"{sum(counted.values())} pages sent, {sum(row[2] for row in ledger)} attempts counted"
        )
        assert report["status"] in ("complete", "unchanged")
        assert [row[:2] for row in ledger] == [(page, "read") for page in range(1, 23)]
        assert sum(counted.values()) <= 22 + flying
        # An attempt is counted before it is sent: those of the killed server may not have arrived.
        assert sum(row[2] for row in ledger) <= 22 + flying
        assert all(counted[page] <= attempts <= counted[page] + 1 for page, _, attempts in ledger)


def _ends(one: Started, source: str) -> None:
    body = {"assistant_id": "ingestion", "input": {"sources": [source]}}
    with contextlib.suppress(httpx.TransportError):
        httpx.post(f"{one.server.url}/runs/wait", json=body, timeout=LIMIT_S)


@pytest.mark.slow
def test_both_servers_are_restarted_one_after_the_other_under_load(tmp_path: Path) -> None:
    database = new_database()
    shared = {"PAGEWITNESS_STORE_URL": database, "PAGEWITNESS_FILES_URL": (tmp_path / "shared").as_uri()}
    with contextlib.ExitStack() as opened:

        def start(name: str) -> Started:
            return opened.enter_context(started(tmp_path / name, run=_SHORT_LEASES, **shared))

        servers = [start("a"), start("b")]
        team = Team(servers, opened.enter_context(round_robin([port_of(one) for one in servers])), database)
        read_sample(team)
        wanted, over, answers = team.ask(), threading.Event(), Counter[str]()

        def load() -> None:
            while not over.is_set():
                answers[team.ask(1)] += 1

        with ThreadPoolExecutor(4) as pool:
            asking = [pool.submit(load) for _ in range(4)]
            for at, name in enumerate(("a", "b")):
                time.sleep(float(RETRY["Retry-After"]) + 1)  # the first one's refused requests have been sent again
                servers[at].process.send_signal(signal.SIGTERM)
                assert servers[at].process.wait(STOP_SECONDS) == 0
                team.proxy.ports.remove(port_of(servers[at]))
                servers[at] = start(name)
                team.proxy.ports.append(port_of(servers[at]))
            time.sleep(1)
            over.set()
            for one in asking:
                one.result()
        print(f"both servers were restarted under load: {answers.total()} questions, {len(answers)} different answers")
        assert set(answers) == {wanted}
    drop_database(database)


def port_of(one: Started) -> int:
    return int(one.server.url.rpartition(":")[2])
