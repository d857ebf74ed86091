"""Folders that a server follows by its settings, and that the command follows for a server or its own home folder."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests import forked_python
from tests.conftest import ROOT, MakePdf
from tests.dev_server import START_SECONDS, Server, run_server
from tests.forked_python import ForkedProcess

pytestmark = pytest.mark.server

HERON = "The heron nests in the reeds north of the weir."


@pytest.fixture(scope="module")
def following(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("following")
    (folder / "watched").mkdir()
    with run_server(folder, PAGEWITNESS_WATCH_FOLDERS=str(folder / "watched"), PAGEWITNESS_ENGINE="offline") as server:
        yield server


def wait_for(true: Callable[[], bool], said: Callable[[], str] = str) -> None:
    end = time.monotonic() + START_SECONDS
    while not true():
        assert time.monotonic() < end, said()
        time.sleep(0.05)


def names(server: Server) -> list[str]:
    """The documents that can be asked about."""
    return sorted(row["name"] for row in server.get("/documents")["documents"] if row["status"] == "complete")


def test_a_server_follows_the_folders_of_its_settings(following: Server, make_pdf: MakePdf) -> None:
    made = make_pdf("heron.pdf", HERON)
    watched = following.folder / "watched"
    (watched / "heron.pdf").write_bytes(made.read_bytes())
    wait_for(lambda: names(following) == ["heron.pdf"])
    answer = following.post(
        "/runs/wait", {"assistant_id": "query", "input": {"question": "Where does the heron nest?"}}
    )
    assert "reeds" in answer["answer"]
    (watched / "heron.pdf").rename(watched / "nest.pdf")
    wait_for(lambda: names(following) == ["nest.pdf"])
    (watched / "nest.pdf").unlink()
    wait_for(lambda: names(following) == [])


def test_a_followed_folder_opens_no_other_to_clients(following: Server, make_pdf: MakePdf) -> None:
    outside = make_pdf("outside.pdf", "A secret.")
    (following.folder / "watched" / "link.pdf").symlink_to(outside)
    assert "is not in a folder that this server may read" in following.run_error("ingestion", sources=[str(outside)])
    (following.folder / "watched" / "later.pdf").write_bytes(make_pdf("later.pdf", HERON).read_bytes())
    wait_for(lambda: "later.pdf" in names(following))
    assert "link.pdf" not in names(following)


class Command:
    """A running `pagewitness watch`."""

    def __init__(self, process: ForkedProcess, out: Path) -> None:
        self.process, self.out = process, out

    @property
    def said(self) -> list[dict[str, Any]]:
        whole = self.out.read_text("utf-8").rpartition("\n")[0]  # the last line may be half written
        return [json.loads(line) for line in whole.splitlines()]

    def has(self, event: str, name: str) -> bool:
        return any(one["event"] == event and Path(one["path"]).name == name for one in self.said)

    def wait(self, event: str, name: str) -> None:
        wait_for(lambda: self.has(event, name), lambda: self.out.read_text("utf-8"))


@contextlib.contextmanager
def watching(folder: Path, *options: str) -> Iterator[Command]:
    out = folder.parent / "said.jsonl"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PAGEWITNESS_ENGINE": "offline"}
    with out.open("w") as file:
        process = forked_python.start(
            ["-m", "graph.cli", "watch", "--json", *options, str(folder)], stdout=file, text=True,
            stderr=subprocess.STDOUT, env=environment,
        )  # fmt: skip
        try:
            yield Command(process, out)
        finally:
            process.kill()
            process.wait()


def test_the_command_follows_a_folder_until_ctrl_c(tmp_path: Path, make_pdf: MakePdf) -> None:
    folder, made = tmp_path / "papers", make_pdf("heron.pdf", HERON)
    folder.mkdir()
    (folder / "heron.pdf").write_bytes(made.read_bytes())
    with watching(folder) as command:
        command.wait("read", "heron.pdf")
        command.process.send_signal(signal.SIGINT)
        assert command.process.wait(START_SECONDS) == 0
    (folder / "heron.pdf").unlink()
    with watching(folder) as command:
        command.wait("removed", "heron.pdf")
        assert not command.has("read", "heron.pdf")


@pytest.mark.slow
def test_the_command_follows_a_folder_for_a_server(server: Server, tmp_path: Path, make_pdf: MakePdf) -> None:
    folder, made = tmp_path / "papers", make_pdf("kingfisher.pdf", "The kingfisher dives from the second post.")
    known = make_pdf("known.pdf", "The bittern booms at dusk, and nobody has seen it.")
    assert server.upload(known.read_bytes(), "known.pdf").status_code == 201
    source = server.upload(known.read_bytes(), "known.pdf").json()["source"]
    server.post("/runs/wait", {"assistant_id": "ingestion", "input": {"sources": [source]}})
    folder.mkdir()
    for path in (made, known):
        (folder / path.name).write_bytes(path.read_bytes())
    with watching(folder, "--server", server.url) as command:
        command.wait("read", "kingfisher.pdf")
        command.wait("read", "known.pdf")
        assert {"kingfisher.pdf", "known.pdf"} <= set(names(server))
        for path in list(folder.iterdir()):
            path.unlink()
        command.wait("removed", "kingfisher.pdf")
        command.wait("removed", "known.pdf")
        assert "kingfisher.pdf" not in names(server)
        assert "known.pdf" in names(server), "it was there before"
    for row in server.get("/documents")["documents"]:
        if row["name"] == "known.pdf":
            httpx.delete(f"{server.url}/documents/{row['id']}", timeout=300)


@pytest.mark.parametrize(("folders", "said"), [(["nothing"], "is not a folder"), (["a", "a/b"], "which is watched too"),
                                               (["file.pdf"], "is not a folder")])  # fmt: skip
def test_a_wrong_folder_is_one_sentence(tmp_path: Path, folders: list[str], said: str) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "file.pdf").write_bytes(b"%PDF")
    command = ["-m", "graph.cli", "watch", *folders]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = forked_python.run(command, cwd=tmp_path, capture_output=True, env=environment)
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
