"""Several `pagewitness serve` behind nginx with `deploy/nginx-serve.conf`: each client stays with one of them."""

from __future__ import annotations

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import sync_playwright

from tests.browser.conftest import CHROMIUM, LETTER, TIMEOUT_MS, ReadingRoom
from tests.conftest import MakePdf
from tests.nginx import nginx
from tests.server.test_serve import forked, wait_for
from tests.wire.conftest import gemini, port
from tests.wire.gemini_server import Answer, GeminiServer, Recorded
from tests.wire.test_many_readers import TEXT, service
from tests.wire.test_two_servers import Team, port_of, team_of_two

__all__ = ["gemini", "port", "service"]  # fixtures

pytest.importorskip("obstore", reason="the extra `team` is not installed")
pytestmark = [pytest.mark.slow, pytest.mark.server, pytest.mark.processes]
CONFIGURATION, COOKIE = "nginx-serve.conf", "pagewitness_instance"


def names(team: Team) -> dict[str, int]:
    return dict(zip(("serve-a:2024", "serve-b:2024"), map(port_of, team.servers), strict=True))


def has(team: Team, thread: str) -> list[bool]:
    """Return which of the instances have a thread."""
    asked = (httpx.get(f"{one.server.url}/threads/{thread}", timeout=300) for one in team.servers)
    return [one.status_code == 200 for one in asked]


def thread_of(room: ReadingRoom) -> str:
    return str(room.page.evaluate("location.hash.match(/thread=([^&]*)/)[1]"))


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
def test_the_room_stays_with_its_instance(tmp_path: Path, make_pdf: MakePdf) -> None:
    letter = make_pdf("lighthouse.pdf", *LETTER)
    with (
        team_of_two(tmp_path) as team,
        nginx(CONFIGURATION, names(team), tmp_path) as url,
        sync_playwright() as it,
    ):
        options = ["--no-sandbox"] if os.geteuid() == 0 else []
        chromium = it.chromium.launch(executable_path=CHROMIUM, args=options)

        def new_room() -> ReadingRoom:
            context = chromium.new_context()
            context.set_default_timeout(TIMEOUT_MS)
            room = ReadingRoom(context.new_page(), url)
            room.enter()
            return room

        room, elsewhere = new_room(), new_room()
        room.read(letter)
        assert "43 metres" in room.ask("How high is the lighthouse of Tornholm?")
        assert "1874" in room.ask("When was it lit for the first time?")
        kept = has(team, thread := thread_of(room))
        assert sorted(kept) == [False, True]
        for _ in range(20):  # until another browser is another instance's
            assert "12 euros" in elsewhere.ask("What does a berth cost a night?")
            other = thread_of(elsewhere)
            if has(team, other) != kept:
                break
            elsewhere.page.context.close()
            elsewhere = new_room()
        assert has(team, other) != kept
        print(f"{thread} is kept by instance {kept.index(True)}, {other} by the other one")


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
def test_an_instance_is_killed_while_its_room_reads_and_talks(tmp_path: Path, make_pdf: MakePdf) -> None:
    """What was asked stays on the screen, a sentence says what happened, and the other instance goes on with it."""
    letter = make_pdf("lighthouse.pdf", *LETTER)
    book = make_pdf("log.pdf", *(f"Day {day}: the wind came from the north, {day} knots." for day in range(300)))
    with team_of_two(tmp_path) as team, nginx(CONFIGURATION, names(team), tmp_path) as url, sync_playwright() as it:
        options = ["--no-sandbox"] if os.geteuid() == 0 else []
        context = it.chromium.launch(executable_path=CHROMIUM, args=options).new_context()
        context.set_default_timeout(TIMEOUT_MS)
        room = ReadingRoom(page := context.new_page(), url)
        room.enter()
        room.read(letter)
        assert "43 metres" in room.ask("How high is the lighthouse of Tornholm?")
        kept = has(team, thread := thread_of(room))
        page.set_input_files("#files", book)
        page.locator("#jobs li", has_text="of 300").wait_for()
        team.servers[kept.index(True)].process.kill()
        page.get_by_text("The server that was reading does not answer any more").first.wait_for()
        page.get_by_text("The server that answers now does not have this conversation").wait_for()
        assert "43 metres" in page.locator(".turn").inner_text()
        page.get_by_role("button", name="Go on in a new conversation").click()
        assert "1874" in room.ask("When was it lit for the first time?")
        page.locator(".turn").nth(1).locator(".citation").first.wait_for()
        page.reload()
        page.locator(".turn").nth(1).locator(".citation").first.wait_for()
        turns = page.locator(".turn").all_inner_texts()
        print(f"killed while it read 300 pages: {len(turns)} turns at the other instance, in {thread_of(room)}")
        assert "43 metres" in turns[0]
        assert "1874" in turns[1]
        assert thread_of(room) != thread


def test_a_client_without_cookies_stays_with_its_instance(tmp_path: Path) -> None:
    with team_of_two(tmp_path) as team, nginx(CONFIGURATION, names(team), tmp_path) as url:
        found = list[list[bool]]()
        for number in range(8):
            told: Any = {"Authorization": f"Bearer nobody-{number}"}
            for _ in range(3):
                reply = httpx.post(f"{url}/threads", json={}, headers=told, timeout=300)
                assert COOKIE not in reply.cookies
                thread = reply.json()["thread_id"]
                assert httpx.get(f"{url}/threads/{thread}", headers=told, timeout=300).status_code == 200
                found.append(has(team, thread))
            assert found[-1] == found[-2] == found[-3]
        print(f"8 clients: {sum(one[0] for one in found[::3])} stay with one instance, the others with the other")
        assert {tuple(one) for one in found} == {(True, False), (False, True)}


def test_no_answer_is_cut_by_a_proxy_that_ends_silent_connections(
    service: GeminiServer, make_pdf: MakePdf, tmp_path: Path
) -> None:
    """Every reply that takes long is kept open by a comment or a line feed, every 10 s at the latest."""
    go_on, reply = threading.Event(), service.reply

    def waits(request: Recorded) -> Answer:
        assert go_on.wait(300)
        return reply(request)

    by_model = {"PAGEWITNESS_ENGINE": "llm", "GOOGLE_API_KEY": "test", "GOOGLE_GEMINI_BASE_URL": service.url}
    said = [{"role": "user", "content": "How many litres of oil did the keeper burn?"}]
    asked: dict[str, Any] = {"assistant_id": "pagewitness", "input": {"messages": said}}
    call = {"name": "ask", "arguments": {"question": said[0]["content"]}}
    with forked(tmp_path / "server", **by_model) as one:
        names_of_it = dict.fromkeys(("serve-a:2024", "serve-b:2024"), port_of(one))
        with nginx(CONFIGURATION, names_of_it, tmp_path, proxy_read_timeout="12s") as url:
            client = httpx.Client(base_url=url, timeout=300)
            sent = client.post("/uploads?name=log.pdf", content=make_pdf("log.pdf", TEXT.format(1)).read_bytes()).json()
            body = {"assistant_id": "ingestion", "input": {"sources": [sent["source"]]}}
            assert client.post("/runs/wait", json=body).json()["report"]["documents"][0]["status"] == "complete"
            thread, read = client.post("/threads", json={}).json()["thread_id"], len(service.chats)
            service.reply = waits
            requests: list[tuple[str, dict[str, Any], str]] = [
                (f"/threads/{thread}/runs/stream", {**asked, "stream_mode": ["updates"]}, '"verdict"'),
                ("/runs/wait", asked, '"verdict"'),
                ("/v1/chat/completions", {"model": "pagewitness", "messages": said, "stream": True}, "[DONE]"),
                ("/mcp", {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}, '"isError"'),
            ]
            with ThreadPoolExecutor(len(requests)) as pool:
                replies = [pool.submit(client.post, path, json=given) for path, given, _ in requests]
                wait_for(lambda: len(service.chats) >= read + len(requests))
                time.sleep(15)
                assert not any(one.done() for one in replies)
                go_on.set()
                for one_reply, (path, _, end) in zip(replies, requests, strict=True):
                    found = one_reply.result()
                    assert found.status_code == 200, path
                    assert end in found.text, path
            client.close()
