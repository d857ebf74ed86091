"""The command line through a running server: the same output and exit codes as without one."""

from __future__ import annotations

import io
import json
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from graph.cli import main
from graph.cli.clients.remote import thread_id
from graph.cli.exit_codes import BAD_INPUT, INCOMPLETE
from tests import forked_python
from tests.conftest import MakePdf
from tests.dev_server import Server
from tests.evals.citation_boxes import HELD, share_held
from tests.flows.test_proof import highlights

pytestmark = [pytest.mark.server, pytest.mark.usefixtures("ingested")]

TICKET = "What does a day ticket to the island cost?"
PASSWORD = "sesame of the tests"
LAMP = "The lamp was lit at dusk by the keeper."


@pytest.fixture
def pagewitness(server: Server, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run a command through the server; its exit code and what it printed."""

    def run(*arguments: str, through: bool = True) -> tuple[int, str, str]:
        code = main.main([*arguments, *(["--server", server.url] if through else [])])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def plain(value: Any) -> Any:
    """Without what differs from run to run."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items() if key != "seconds"}
    return [plain(one) for one in value] if isinstance(value, list) else value


def differences(one: Any, other: Any, where: str = "") -> Iterator[str]:
    """Where two JSON values differ, with both: pytest shows the beginnings of long ones."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        for key in one:
            yield from differences(one[key], other[key], f"{where}.{key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for at, pair in enumerate(zip(one, other, strict=True)):
            yield from differences(*pair, f"{where}[{at}]")
    elif one != other:
        yield f"{where}: {one!r} / {other!r}"


@pytest.mark.parametrize(
    "command",
    [["ask", TICKET, "--document", "sample"], ["ask", "Who is the captain?", "--document", "sample.pdf"],
     ["pages", "SAMPLE"], ["show", "sample", "6"]],
)  # fmt: skip
def test_output_is_the_same_with_and_without_a_server(
    library: Path, pagewitness: Any, server: Server, command: list[str]
) -> None:
    held = [one["name"] for one in server.get("/documents")["documents"]]
    assert held == ["sample.pdf"], "how rare a word is, and so each score, depends on all that a library holds"
    here, there = (pagewitness(*command, "--json", through=through) for through in (False, True))
    assert (here[0], there[0]) == (0, 0)
    assert list(differences(plain(json.loads(there[1])), plain(json.loads(here[1])))) == []
    here, there = (pagewitness(*command, through=through) for through in (False, True))
    shown = [re.sub(r"\d+\.\d+", "", one[1]).split() for one in (here, there)]  # but for the seconds
    assert shown[0] == shown[1] != []
    assert there[2] == ""


def test_documents_of_a_collection_are_listed_and_a_missing_one_is_told(pagewitness: Any, server: Server) -> None:
    (held,) = server.get("/documents")["documents"]
    assert server.post("/collections", {"documents": [held["id"]], "names": ["Islands"]})["names"] == ["Islands"]
    code, out, _ = pagewitness("documents", "--collection", "islands", "--json")
    assert (code, [one["id"] for one in json.loads(out)["documents"]]) == (0, [held["id"]])
    for command in (["documents"], ["ask", TICKET]):
        code, _, said = pagewitness(*command, "--collection", "Nowhere")
        assert (code, "There is no collection 'Nowhere'" in said) == (BAD_INPUT, True), said
    httpx.put(f"{server.url}/documents/{held['id']}/collections", json=[], timeout=300).raise_for_status()


def test_members_of_a_collection_are_changed_through_a_server(pagewitness: Any) -> None:
    assert pagewitness("collections", "create", "Crew & Co")[0] == 0
    assert pagewitness("collections", "add", "crew & co", "ann", "--role", "writer")[1] == "ann  writer\n"
    assert pagewitness("collections", "members", "Crew & Co")[1] == "ann  writer\n"
    assert "Crew & Co  0\n" in pagewitness("collections")[1]
    assert "has no members" in pagewitness("collections", "remove", "Crew & Co", "ann")[1]
    for words, told in (
        (["members", "None"], "There is no collection 'None'"),
        (["create", "a,b"], "cannot be the name"),
    ):
        code, _, said = pagewitness("collections", *words)
        assert (code != 0, told in said) == (True, True), said


def test_a_proof_is_made_by_the_server_and_written_here(library: Path, pagewitness: Any, tmp_path: Path) -> None:
    proof, text = tmp_path / "proof.pdf", tmp_path / "answer.md"
    code, out, err = pagewitness(
        "ask", TICKET, "--document", "sample", "--json", "--proof", str(proof), "--export", str(text)
    )
    assert code == 0
    answer = json.loads(out)
    (citation,) = answer["citations"]
    ((page, number, boxes, said),) = highlights(proof)
    assert (page, number) == (1, "[1]"), "the proof holds the cited page alone"
    assert citation["quote"] in said
    assert share_held(citation["quote"], {page: boxes}, proof) >= HELD
    assert f"The cited pages are now in {proof}." in err
    assert "\n\nProven: the quote" in text.read_text("utf-8")
    none = tmp_path / "none.pdf"
    code, _, err = pagewitness("ask", "Who is the captain?", "--document", "sample", "--proof", str(none))
    assert (code, none.exists()) == (0, False)
    assert f"{none} was not written, because the answer cites no page." in err


def test_documents_of_the_server_are_listed(pagewitness: Any, server: Server) -> None:
    code, out, _ = pagewitness("documents", "--json")
    assert code == 0
    assert json.loads(out) == server.get("/documents")
    assert "sample.pdf" in pagewitness("documents")[1]


def test_a_named_thread_is_a_conversation(pagewitness: Any, server: Server) -> None:
    first = json.loads(pagewitness("ask", "How much was spent on instruments?", "--thread", "mine", "--json")[1])
    second = json.loads(pagewitness("ask", "And on it in 2024?", "--thread", "mine", "--json")[1])
    assert "29.8" in first["answer"]
    assert "instruments" in second["queries"][0]
    assert server.get(f"/threads/{thread_id('mine')}/state")["values"]["answer"] == second["answer"]
    assert thread_id(thread_id("mine")) == thread_id("mine"), "an id is taken as it is"


def test_a_chat_runs_on_a_thread_of_the_server(
    pagewitness: Any, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("How much was spent on instruments?\nAnd on it in 2024?\n"))
    code, out, _ = pagewitness("chat", "--thread", "talk", "--json")
    second = json.loads(out.splitlines()[1])
    assert code == 0
    assert "instruments" in second["queries"][0]
    assert server.get(f"/threads/{thread_id('talk')}/state")["values"]["answer"] == second["answer"]


def test_the_image_of_a_page_comes_from_the_server(pagewitness: Any, tmp_path: Path) -> None:
    assert pagewitness("show", "sample", "2", "--image", str(tmp_path / "page.png"))[0] == 0
    assert (tmp_path / "page.png").read_bytes().startswith(b"\x89PNG")


def test_local_files_are_uploaded_and_ingested(
    pagewitness: Any, server: Server, make_pdf: MakePdf, tmp_path: Path
) -> None:
    make_pdf("in/lamp.pdf", LAMP)
    make_pdf("in/locked.pdf", "The boat was tarred in June by two men.", password=PASSWORD)
    make_pdf("in/other.pdf", "The buoy was painted.", password="another")
    (tmp_path / "in" / "broken.pdf").write_bytes(b"%PDF-1.7 and no more")
    (tmp_path / "in" / "not.pdf").write_text("plain text")
    code, out, err = pagewitness("ingest", str(tmp_path / "in"), "in/l*.pdf", "--password", PASSWORD, "--json")
    report = json.loads(out)
    found = {one["name"]: one for one in report["documents"]}
    assert (code, err) == (INCOMPLETE, "")
    assert {name: one["status"] for name, one in found.items()} == {
        "lamp.pdf": "complete", "locked.pdf": "complete",
        "not.pdf": "failed", "other.pdf": "failed", "broken.pdf": "failed",
    }  # fmt: skip
    (wrong,) = found["other.pdf"]["failures"]
    assert (wrong["reason"], "The password for 'other.pdf' is wrong" in wrong["detail"]) == ("password", True)
    assert "'broken.pdf' is damaged" in found["broken.pdf"]["failures"][0]["detail"]
    assert PASSWORD not in kept_by(server)
    assert found["lamp.pdf"]["source"] == f"upload:{found['lamp.pdf']['id']}/lamp.pdf"
    assert "'not.pdf' is not in PDF format but a text" in found["not.pdf"]["failures"][0]["detail"]
    try:
        code, out, _ = pagewitness("ingest", str(tmp_path / "in" / "lamp.pdf"))
        assert code == 0
        assert re.match(r"unchanged lamp\.pdf  1 page \(1 read\), 1 chunk\n", out)
        assert "dusk" in pagewitness("ask", "When was the lamp lit?", "--document", "lamp.pdf")[1]
        code, out, _ = pagewitness("ingest", found["locked.pdf"]["source"], "--reread", "--password", PASSWORD)
        assert (code, out.split()[:2]) == (0, ["complete", "locked.pdf"]), "every page was read again"
    finally:
        for name in ("lamp.pdf", "locked.pdf"):
            code, out, _ = pagewitness("delete", name)
            assert (code, out) == (0, f"Deleted {name} ({found[name]['id']}).\n")


def test_every_file_that_is_sent_to_a_server_is_accounted_for(pagewitness: Any, tmp_path: Path) -> None:
    given = tmp_path / "papers"
    (given / "more").mkdir(parents=True)
    for name in ("knots.txt", "copy.txt", "more/knots.txt"):
        (given / name).write_text("A bowline holds the boat at the pier in a swell.")
    (given / "link.txt").symlink_to(given / "knots.txt")
    (given / "tool.exe").write_bytes(b"MZ\0\1")
    (given / ".hidden.txt").write_text("x")
    (given / "torn.pdf").write_bytes(b"%PDF-1.4 torn")
    code, out, _ = pagewitness("ingest", str(given), "--json")
    report = json.loads(out)
    try:
        assert code == INCOMPLETE
        read = [one for one in report["documents"] if one["status"] == "complete"]
        assert [one["name"] for one in report["documents"] if one["status"] == "failed"] == ["torn.pdf"]
        assert len(read) == 1, "four files have the same bytes"
        assert {one["name"] for one in report["skipped"]} == {"tool.exe", ".hidden.txt"}
        others = [one["name"] for one in report["duplicates"]]
        assert sorted([read[0]["name"], *others]) == ["copy.txt", "knots.txt", "knots.txt", "link.txt"]
    finally:
        pagewitness("delete", "knots.txt")


def kept_by(server: Server) -> str:
    """What the server keeps of runs: what they were given, and their threads."""
    threads = server.post("/threads/search", {"limit": 100})
    runs = [server.get(f"/threads/{thread['thread_id']}/runs") for thread in threads]
    return json.dumps([threads, runs]) + server.log.read_text("utf-8", "replace")


def test_reembed_rechunk_and_doctor_work(pagewitness: Any) -> None:
    for command in ("reembed", "rechunk"):
        code, out, err = pagewitness(command, "--json")
        assert code == 0, err
        assert json.loads(out).keys() == {"documents", "chunks", "embedder", "usage"}
        assert json.loads(out)["chunks"] >= 11
    assert re.search(r"14\s+euros", pagewitness("ask", TICKET)[1])
    code, out, _ = pagewitness("doctor", "--json")
    report = json.loads(out)
    assert (code, report["ok"]) == (0, True), report
    assert [check["name"] for check in report["checks"]][:2] == ["server", "packages"]


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (["ask", " "], "The question is empty"),
        (["ask", "Why?", "--document", "nope"], "There is no document 'nope': name one of these (.*sample.pdf"),
        (["ask", "Why?", "--engine", "llm"], "There is no Gemini key"),
        (["pages", "nope"], "There is no document 'nope': name one of these (.*sample.pdf"),
        (["delete", "nope"], "There is no document 'nope': name one of these (.*sample.pdf"),
        (["ingest", "nowhere.pdf"], "'nowhere.pdf' does not exist"),
        (["ingest", "empty.pdf"], "'empty.pdf' is empty"),
        (["ingest", "upload:0123456789abcdef/x.pdf"], "is not an uploaded file"),
        (["ingest", "http://127.0.0.1:1/x.pdf"], "private"),
        (["ingest", "http://127.0.0.1:1/x.pdf", "--password", "x"], "leave out --password"),
        (["ingest", "upload:0123456789abcdef/x.pdf", "--password", "x"], "is not an uploaded file"),
        (["ingest", "empty.pdf", "--dry-run"], "leave out --server"),
        (["eval", "set.jsonl"], "leave out --server"),
        (["serve"], "leave out --server"),
        (["documents", "--home", "x"], "--home and --server exclude each other"),
    ],
)
def test_each_error_is_one_sentence(pagewitness: Any, tmp_path: Path, command: list[str], sentence: str) -> None:
    (tmp_path / "empty.pdf").touch()
    code, out, err = pagewitness(*command)
    assert (code, out) == (BAD_INPUT, "")
    assert re.search(sentence.replace("(", r"\("), err)
    assert err.startswith("pagewitness: ")
    assert "failed on the server" not in err
    assert len(err.splitlines()) == 1
    assert json.loads(pagewitness(*command, "--json")[1]) == {"error": err.removeprefix("pagewitness: ").strip()}


def test_a_locked_home_folder_suggests_the_command_for_the_server(pagewitness: Any, server: Server) -> None:
    home = str(server.home)
    code, _, err = pagewitness("ask", TICKET, "--home", home, "--document", "sample.pdf", through=False)
    assert code == BAD_INPUT
    offered = shlex.split(err.split("`")[1])
    assert offered == ["pagewitness", "ask", TICKET, "--document", "sample.pdf", "--server", server.url]
    code, out, _ = pagewitness(*offered[1:], through=False)
    assert code == 0
    assert re.search(r"14\s+euros", out)
    code, _, err = pagewitness("eval", "set.jsonl", "--home", home, through=False)
    assert "--server" not in err, "that cannot be done through a server"


def test_ctrl_c_cancels_the_ingestion_on_the_server(server: Server, make_pdf: MakePdf, pagewitness: Any) -> None:
    path = make_pdf("tides.pdf", *(f"Page {number} tells of the tide." for number in range(60)))
    command = ["-m", "graph.cli", "ingest", str(path), "--server", server.url]
    process = forked_python.start(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        end = time.monotonic() + 300
        while not (read := pages_read(server, "tides.pdf")):
            assert time.monotonic() < end, "no page was read"
            time.sleep(0.05)
        started = busy_threads(server)
        process.send_signal(signal.SIGINT)
        out, said = process.communicate(timeout=300)
        assert (process.returncode, out) == (130, "")
        assert re.search(r"tides\.pdf: \d+ of 60 pages were read and saved\.\nStopped\. .* to continue", said)
        end = time.monotonic() + 300
        while not started - busy_threads(server):  # the server tells of it a moment later
            assert time.monotonic() < end, "the run goes on"
            time.sleep(0.05)
        kept = pages_read(server, "tides.pdf")
        assert read <= kept < 60, "it read on to the end"
        time.sleep(1)
        assert pages_read(server, "tides.pdf") == kept
    finally:
        process.kill()
        assert pagewitness("delete", "tides.pdf")[0] == 0


def busy_threads(server: Server) -> set[str]:
    return {thread["thread_id"] for thread in server.post("/threads/search", {"status": "busy", "limit": 100})}


def pages_read(server: Server, name: str) -> int:
    documents = httpx.get(f"{server.url}/documents", timeout=300).json()["documents"]
    return sum(one["ledger"]["read"] for one in documents if one["name"] == name)
