"""Questions back: the run stops before anything is sent, and goes on with the answer."""

from __future__ import annotations

import contextlib
import os
import pty
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from graph.app import app, compile_app
from graph.cli import main
from graph.context import Context
from tests import forked_python
from tests.conftest import FillHome, MakePdf
from tests.wire.gemini_server import GeminiServer, Recorded
from tests.wire.gemini_wire import Answer
from tests.wire.scripted_replies import Model, claim, kinds

NORTH, SOUTH = "The northern ferry takes 41 cars.", "The southern ferry takes 57 cars."
TWO_PERSONS = "Edith Marlow keeps the lamp. Ann Marlow repairs the boats. Edith Marlow was born in 1961."
THREAD: Any = {"configurable": {"thread_id": "1"}}


@pytest.fixture
def ferries(model: Model, make_pdf: MakePdf, fill_home: FillHome, monkeypatch: pytest.MonkeyPatch) -> Model:
    """Two documents of one name, in two folders, and a third."""
    monkeypatch.delenv("PAGEWITNESS_WHOLE_DOCUMENT_TOKENS")
    birds = "The gannets returned in March."

    def ingest() -> None:
        for name, text in (("north/ferry.pdf", NORTH), ("south/ferry.pdf", SOUTH), ("birds.pdf", birds)):
            model.pages = lambda page, text=text: text  # type: ignore[misc]
            app.invoke({"sources": [str(make_pdf(name, text))]})

    fill_home(ingest)
    model.pages = lambda page: birds
    return model


@pytest.fixture
def chat() -> Any:
    return compile_app(InMemorySaver())


def asked(output: dict[str, Any]) -> Any:
    (stop,) = output["__interrupt__"]
    return stop.value


def test_a_name_of_two_documents_is_asked_back_before_anything_is_sent(
    ferries: Model, gemini: GeminiServer, chat: Any
) -> None:
    ferries.claims = [claim("It takes 57 cars.", SOUTH)]
    gemini.requests.clear()
    stopped = chat.invoke({"question": "How many cars does the ferry of ferry.pdf take?"}, THREAD, context=Context())
    back = asked(stopped)
    assert (back["kind"], back["question"]) == ("document", "The question fits 2 documents: which do you mean?")
    assert [one["label"] for one in back["options"]] == ["ferry.pdf (south/)", "ferry.pdf (north/)"]
    assert gemini.requests == []
    output = chat.invoke(Command(resume="ferry.pdf (south/)"), THREAD, context=Context())
    assert kinds(gemini) == ["answer"]
    assert output["answer"].startswith("It takes 57 cars. [1]")
    assert output["citations"][0]["name"] == "ferry.pdf (south/)"
    assert SOUTH in gemini.chats[0].prompt
    assert NORTH not in gemini.chats[0].prompt
    assert "assumed" not in {note["kind"] for note in output["notes"]}


@pytest.mark.parametrize("reply", [2, "2", "north", {"choice": "ferry.pdf (north/)"}, ["2"]])
def test_an_answer_is_a_number_a_name_or_a_part_of_it(
    ferries: Model, gemini: GeminiServer, chat: Any, reply: Any
) -> None:
    chat.invoke({"question": "What does ferry.pdf say?"}, THREAD, context=Context())
    chat.invoke(Command(resume=reply), THREAD, context=Context())
    assert NORTH in gemini.chats[-1].prompt
    assert SOUTH not in gemini.chats[-1].prompt


def test_another_answer_is_asked_again_once_and_then_the_likely_reading_is_taken(
    ferries: Model, gemini: GeminiServer, chat: Any
) -> None:
    chat.invoke({"question": "What does ferry.pdf say?"}, THREAD, context=Context())
    again = chat.invoke(Command(resume="the blue one"), THREAD, context=Context())
    assert "'the blue one' is none of these" in asked(again)["problem"]
    output = chat.invoke(Command(resume="nor that"), THREAD, context=Context())
    (note,) = [note for note in output["notes"] if note["kind"] == "assumed"]
    assert note["text"] == "The question fits 2 documents: ferry.pdf (south/) was assumed, not ferry.pdf (north/)."
    assert SOUTH in gemini.chats[-1].prompt


@pytest.mark.parametrize("way", ["no checkpointer", "off"])
def test_a_client_that_cannot_answer_gets_an_answer_with_the_assumption(
    ferries: Model, gemini: GeminiServer, chat: Any, way: str
) -> None:
    ferries.claims = [claim("It takes 57 cars.", SOUTH)]
    context = Context(ask_back="off") if way == "off" else Context()
    graph = chat if way == "off" else app
    output = graph.invoke({"question": "How many cars does ferry.pdf name?"}, THREAD, context=context)
    assert output["answer"].startswith("It takes 57 cars. [1]")
    (note,) = [note for note in output["notes"] if note["kind"] == "assumed"]
    assert note["text"].startswith(
        "The question fits 2 documents, and all were searched: ferry.pdf (south/), ferry.pdf"
    )
    other: Any = {"configurable": {"thread_id": "2"}}
    summary = graph.invoke({"question": "What is the document about?"}, other, context=context)
    (note,) = [note for note in summary["notes"] if note["kind"] == "assumed"]
    assert note["text"].startswith("The question names no document: birds.pdf was assumed, not ferry.pdf")
    assert NORTH not in gemini.chats[-1].prompt


@pytest.mark.parametrize(
    "question",
    ["How many cars do the ferries take?", "Compare both documents named ferry.pdf.", "What does birds.pdf say?",
     "What documents do you have?", "How many cars does ferry.pdf (south/) name?", "How many pages does it have?"],
)  # fmt: skip
def test_what_is_not_ambiguous_is_not_asked_back(ferries: Model, chat: Any, question: str) -> None:
    output = chat.invoke({"question": question}, THREAD, context=Context())
    assert "__interrupt__" not in output
    assert "assumed" not in {note["kind"] for note in output["notes"]}


def test_a_filter_that_names_two_documents_is_asked_back_and_without_a_thread_an_error(
    ferries: Model, gemini: GeminiServer, chat: Any
) -> None:
    from graph.errors import UnknownDocumentError

    given: Any = {"question": "How many cars?", "documents": ["ferry.pdf"]}
    assert len(asked(chat.invoke(given, THREAD, context=Context()))["options"]) == 2
    chat.invoke(Command(resume="north"), THREAD, context=Context())
    assert NORTH in gemini.chats[-1].prompt
    assert SOUTH not in gemini.chats[-1].prompt
    with pytest.raises(UnknownDocumentError, match="Several documents"):
        app.invoke(given)


def test_a_mentioned_document_that_lacks_the_answer_is_followed_by_a_search_in_all(
    ferries: Model, gemini: GeminiServer
) -> None:
    def reply(request: Recorded) -> Answer:
        ferries.claims = [claim("It takes 57 cars.", SOUTH)] if SOUTH in request.prompt else []
        return ferries(request)

    gemini.reply = reply
    gemini.requests.clear()
    output: Any = app.invoke({"question": "How many cars, by birds.pdf, does the southern ferry take?"})
    assert kinds(gemini) == ["answer", "embed", "grade", "answer"]
    assert output["answer"].startswith("It takes 57 cars. [1]")
    assert "documents_widened" in {note["kind"] for note in output["notes"]}


# Persons


@pytest.mark.parametrize("whole", [True, False])
def test_a_name_of_two_persons_is_asked_back(
    model: Model, gemini: GeminiServer, make_pdf: MakePdf, chat: Any, whole: bool
) -> None:
    model.pages = lambda page: TWO_PERSONS
    app.invoke({"sources": [str(make_pdf("people.pdf", TWO_PERSONS))]})
    gemini.requests.clear()
    context = Context(whole_document_tokens=5000 if whole else 0)
    question = "What does Marlow do?"
    back = asked(chat.invoke({"question": question}, THREAD, context=context))
    assert (back["kind"], back["question"]) == ("entity", "Whom or what do you mean by Marlow?")
    assert [one["label"] for one in back["options"]] == ["Edith Marlow", "Ann Marlow"]
    assert kinds(gemini) == ([] if whole else ["embed"])
    model.claims = [claim("Ann Marlow repairs the boats.", "Ann Marlow repairs the boats")]
    output = chat.invoke(Command(resume="Ann Marlow"), THREAD, context=context)
    assert kinds(gemini) == (["answer"] if whole else ["embed", "embed", "grade", "answer"])
    assert "What does Ann Marlow do?" in gemini.chats[-1].prompt
    assert output["answer"].startswith("Ann Marlow repairs the boats.")
    assumed: Any = app.invoke({"question": question}, context=context)
    assert "Marlow may be Edith Marlow or Ann Marlow: Edith Marlow was assumed." in str(assumed["notes"])
    for told in ("What does Ann Marlow do?", "Who repairs the boats?"):
        assert "__interrupt__" not in chat.invoke({"question": told}, THREAD, context=context)


# Before costly work


@pytest.mark.parametrize(("reply", "read"), [("yes", True), (1, True), (True, True), ("no", False), (False, False)])
def test_reading_that_takes_many_requests_is_confirmed_first(
    model: Model, gemini: GeminiServer, make_pdf: MakePdf, chat: Any, reply: Any, read: bool
) -> None:
    model.pages = lambda page: f"The buoy of page {page} is green."
    path = make_pdf("buoys.pdf", *[f"The buoy of page {page} is green. " * 20 for page in range(1, 10)])
    context = Context(confirm_requests=3)
    back = asked(chat.invoke({"sources": [str(path)]}, THREAD, context=context))
    assert (back["kind"], back["requests"]) == ("cost", 3)
    assert back["question"].startswith("Reading buoys.pdf takes about 3 requests to ")
    assert gemini.requests == []
    report = chat.invoke(Command(resume=reply), THREAD, context=context)["report"]
    assert [one["status"] for one in report["documents"]] == (["complete"] if read else [])
    assert len(gemini.chats) == (3 if read else 0)
    if not read:
        assert "not read, because its 3 requests were not confirmed" in report["skipped"][0]["detail"]


@pytest.mark.parametrize(
    ("setting", "checkpointer"), [({"confirm_requests": 4}, True), ({"confirm_requests": 0}, True),
                                  ({"confirm_requests": 3, "ask_back": "off"}, True),
                                  ({"confirm_requests": 3, "reader": "text"}, True), ({"confirm_requests": 3}, False)],
)  # fmt: skip
def test_other_reading_begins_at_once(
    model: Model, make_pdf: MakePdf, chat: Any, setting: Any, checkpointer: bool
) -> None:
    model.pages = lambda page: f"The buoy of page {page} is green."
    path = make_pdf("buoys.pdf", *[f"The buoy of page {page} is green. " * 20 for page in range(1, 10)])
    graph = chat if checkpointer else app
    output = graph.invoke({"sources": [str(path)]}, THREAD, context=Context(**setting))
    assert output["report"]["documents"][0]["status"] == "complete"


# At the terminal


def at_terminal(home: Path, typed: str, *arguments: str) -> tuple[str, str]:
    """Run a command at a terminal of its own; return its standard output, and what the terminal showed."""
    master, slave = pty.openpty()
    command = ["-m", "graph.cli", *arguments, "--home", str(home), "--engine", "offline"]
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with forked_python.start(command, stdin=slave, stderr=slave, stdout=subprocess.PIPE, text=True, env=env) as process:
        os.close(slave)
        os.write(master, typed.encode())
        shown = b""
        with contextlib.suppress(OSError):  # a terminal whose other end is closed
            while part := os.read(master, 4096):
                shown += part
        os.close(master)
        out = process.stdout.read() if process.stdout else ""
    assert process.returncode == 0, shown.decode()
    return out, shown.decode()


@pytest.fixture(scope="module")
def two_ferries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with two documents of one name, read by a process that has ended: the terminal's may have it."""
    folder = tmp_path_factory.mktemp("ferries")
    paths = [folder / name / "ferry.txt" for name in ("north", "south")]
    for path, text in zip(paths, (NORTH, SOUTH), strict=True):
        path.parent.mkdir()
        path.write_text(text)
    command = ["-m", "graph.cli", "ingest", *map(str, paths), "--home", str(folder / "home")]
    env = {**os.environ, "PAGEWITNESS_ENGINE": "offline"}
    forked_python.run(command, check=True, capture_output=True, cwd=Path(__file__).parents[2], env=env)
    return folder / "home"


@pytest.mark.parametrize("command", ["ask", "chat"])
def test_the_terminal_asks_and_takes_a_number(
    two_ferries: Path, home: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(two_ferries, home)
    question = "How many cars does the ferry of ferry.txt take?"
    typed, arguments = ("2\n", ("ask", question)) if command == "ask" else (f"{question}\n2\n/quit\n", ("chat",))
    out, shown = at_terminal(home, typed, *arguments)
    assert "The question fits 2 documents: which do you mean?" in shown
    assert "1  ferry.txt (south/)  (Enter)" in shown
    assert "41 cars" in out
    assert "57 cars" not in out
    capsys.readouterr()
    assert main.main(["ask", question, "--engine", "offline"]) == 0, "where there is no terminal, nothing is asked"
    assert "all were searched" in capsys.readouterr().out
