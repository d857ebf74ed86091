"""A client that carries out commands through a running server, on the home folder that the server owns."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

from langgraph_sdk.client import SyncLangGraphClient
from langgraph_sdk.schema import RunCreateMetadata

from graph.access import missing_collection
from graph.cli.clients.base import P, QuestionHandler, R, follow, page_line, page_text
from graph.cli.clients.connection import Connection, ServerRejected
from graph.cli.clients.uploads import upload_sources
from graph.cli.progress import EventHandler
from graph.errors import BadInputError, ServerError
from graph.retrieval.documents import find_among
from graph.settings import settings

if TYPE_CHECKING:
    from graph.maintenance.graph import Task
    from graph.operations import Operation

# Names of exceptions, as the server reports them, that the user can solve; see graph/errors.py and loaders/errors.py.
_USER_ERRORS = (
    "BadInputError", "UnknownDocumentError", "IndexMismatchError", "HomeError", "HomeInUseError", "ModelError",
    "SourceError", "PasswordError", "NotAllowedError",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Document:
    """A document of the server's catalog."""

    id: str
    name: str
    source: str
    names: tuple[str, ...]
    label: str


class RemoteClient:
    """A running server.

    Args:
        url: The server's address.
        context: Settings of the run that the user has set; all others are the server's.
    """

    def __init__(self, url: str, context: Mapping[str, Any]) -> None:
        self._context = {name: value for name, value in context.items() if value is not None}
        self._password = self._context.pop("password", None)  # the server would store it with the run
        self._connection = Connection(url, settings().token)
        self._client = SyncLangGraphClient(self._connection.http)

    def ingest(
        self, sources: Sequence[str], on_event: EventHandler, on_question: QuestionHandler | None = None
    ) -> Mapping[str, Any]:
        """Upload the sources that are files of this machine, and have all of them read.

        Returns:
            The report of the ingestion, including the files that the server rejected.
        """
        sent = upload_sources(self._connection, sources, on_event, self._password)
        if not sent.accepted:
            raise BadInputError(" ".join(report["failures"][0]["detail"] for report in sent.rejected))
        given = {"sources": sent.accepted}
        report = self._run("pagewitness", "report", given, on_event, on_question=on_question)["report"]
        return {
            **report,
            "documents": [*report["documents"], *sent.rejected],
            "skipped": [*report.get("skipped", ()), *sent.skipped],
            "duplicates": [*report.get("duplicates", ()), *sent.duplicates],
        }

    def plan(self, sources: Sequence[str]) -> Mapping[str, Any]:
        """Raise BadInputError: an estimate looks at files without uploading them."""
        raise BadInputError("`--dry-run` looks at the files without sending them anywhere: leave out --server.")

    def ask(
        self,
        question: str,
        documents: Sequence[str],
        thread: str,
        on_event: EventHandler,
        on_question: QuestionHandler | None = None,
    ) -> Mapping[str, Any]:
        """Answer a question; threads are stored on the server."""
        request = {"question": question, "documents": list(documents)}
        on_thread = self._thread(thread) if thread else None
        return self._run("pagewitness", "answer", request, on_event, on_thread, on_question=on_question)

    def _thread(self, name: str) -> str:
        """Return the id of the user's thread of this name: each user has one of their own."""
        plain, user = thread_id(name), str(self._connection.get("/collections")["user"])
        with contextlib.suppress(ServerRejected):  # of another user, or of no one
            if user:
                self._connection.get(f"/threads/{plain}")  # as earlier versions have made it
            return plain
        return thread_id(name, user)

    def proof(self, answer: Mapping[str, Any]) -> bytes:
        """Return the pages that an answer cites as a PDF, which the server makes."""
        needed = {"question": answer.get("question"), "citations": answer["citations"]}
        return self._connection.request("POST", "/proof", json=needed).content

    def documents(self, limit: int | None = None, offset: int = 0) -> Mapping[str, Any]:
        """List the documents of the context's collection: at most `limit` (all if None), without the first `offset`.

        Raises:
            NotAllowedError: the server shows no such collection.
        """
        asked: dict[str, Any] = {"offset": offset, **({"limit": limit} if limit else {})}
        if wanted := str(self._context.get("collection", "")):
            listed = self._connection.get("/documents?limit=1")["collections"]
            names = [one["name"] for one in listed if one["name"].casefold() == wanted.casefold()]
            if not names:
                raise missing_collection(wanted)
            asked["collection"] = names[0]
        page = f"?{urlencode(asked)}" if len(asked) > 1 or offset else ""
        return {"documents": self._connection.get(f"/documents{page}")["documents"]}

    def pages(self, name: str) -> Mapping[str, Any]:
        """Return the page ledger of a document."""
        found = self._connection.get(f"/documents/{self._find(name).id}")
        return {"id": found["id"], "name": found["name"], "pages": found["ledger_pages"]}

    def page(self, name: str, number: int) -> Mapping[str, Any]:
        """Return the text of a page as it was read."""
        document = self.pages(name)
        line = page_line(document["pages"], document["name"], number)
        reply = self._connection.request("GET", f"/documents/{document['id']}/transcript", params={"page": number})
        # The route returns a document: its name and the number of the page stand above the text as headings.
        text = reply.text.partition(f"\n\n## Page {number}\n\n")[2].removesuffix("\n")
        return page_text(document, line, text)

    def page_image(self, name: str, number: int) -> bytes:
        """Return the image of a page as PNG."""
        document = self.pages(name)
        line = page_line(document["pages"], document["name"], number)
        return self._connection.request("GET", f"/documents/{document['id']}/pages/{line['page']}/image").content

    def run(self, operation: Operation[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Send a request to the route of an operation of `graph/operations.py`."""
        given: dict[str, Any] = dict(kwargs)
        if "document" in given:
            given["document"] = self._find(given["document"]).id
        path, rest = operation.split(given)
        return cast(
            R, self._connection.send(operation.method, path, **{"json" if operation.has_body else "params": rest})
        )

    def maintain(self, task: Task, on_event: EventHandler) -> Mapping[str, Any]:
        """Run a task of the maintenance graph on the server; `doctor` also reports that the server answers."""
        result: Mapping[str, Any] = self._run("upkeep", "result", {"task": task}, on_event)["result"]
        if task != "doctor":
            return result
        reached = {"name": "server", "ok": True, "detail": f"{self._connection.url} answers, of this version"}
        return {**result, "checks": [reached, *result["checks"]]}

    def _find(self, name: str) -> _Document:
        known = [
            _Document(row["id"], row["name"], row["source"], tuple(row.get("names", ())), row.get("label", ""))
            for row in self.documents()["documents"]
        ]
        return find_among(known, name)

    def _run(
        self, graph: str, wanted: str, given: Mapping[str, Any], on_event: EventHandler, thread: str | None = None,
        *, on_question: QuestionHandler | None = None,
    ) -> Mapping[str, Any]:  # fmt: skip
        """Run a graph to its end and return its last state; Ctrl-C cancels the run on the server too.

        Args:
            graph: The name of the served graph.
            wanted: A key of the state that a finished run has set.
            given: The graph's input.
            on_event: Called with each custom event.
            thread: The id of the thread; None for a run without one.
            on_question: Answers questions of the run to the user; if `thread` is None, the run has a thread of its own,
                which is deleted after it.
        """
        started: list[RunCreateMetadata] = []
        on_thread = str(uuid.uuid4()) if on_question and thread is None else thread
        try:
            with self._connection.translate_errors():
                values = self._follow(graph, given, on_event, on_thread, on_question, started)
        except KeyboardInterrupt:
            for run in started:
                self._cancel(run)
            raise
        finally:
            if on_thread and thread is None:
                with contextlib.suppress(ServerError), self._connection.translate_errors():
                    self._client.threads.delete(on_thread)
        if values.get(wanted) is None:
            raise ServerError(
                f"The server at {self._connection.url} ended the run early: finished work is saved; run the command "
                "again."
            )
        return values

    def _follow(
        self, graph: str, given: Mapping[str, Any] | None, on_event: EventHandler, thread: str | None,
        on_question: QuestionHandler | None, started: list[RunCreateMetadata],
    ) -> Mapping[str, Any]:  # fmt: skip
        """Run a graph to its end, answering its questions by `on_question`; return its last state."""
        context = self._context if on_question or thread is None else {**self._context, "ask_back": "off"}
        if graph != "pagewitness":
            context = self._context
        common: dict[str, Any] = {
            "context": context, "stream_mode": ["custom", "values"],
            "on_disconnect": "cancel", "on_run_created": started.append, "version": "v2",
            **({"if_not_exists": "create"} if thread else {}),
        }  # fmt: skip
        runs: Any = self._client.runs
        command: dict[str, Any] | None = None
        while True:
            parts = runs.stream(thread, graph, input=given, command=command, **common)
            values, back = follow(_raise_error_last(parts), on_event)
            if back is None or on_question is None:
                return values
            given, command = None, {"resume": on_question(back)}

    def _cancel(self, run: RunCreateMetadata) -> None:
        """Cancel a run and wait until it has ended; without this the server would notice only later."""
        if thread := run.get("thread_id"):
            with contextlib.suppress(ServerError), self._connection.translate_errors():
                self._client.runs.cancel(thread, run["run_id"], wait=True)


def thread_id(name: str, user: str = "") -> str:
    """Return the server's thread id for a name that a user gives: always the same one; a UUID stands for itself."""
    try:
        return str(uuid.UUID(name))
    except ValueError:
        whose = f"{user}:" if user else ""
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"pagewitness:thread:{whose}{name}"))


def _raise_error_last(parts: Iterator[Any]) -> Iterator[Any]:
    """Yield the parts of a stream; raise an `error` part as an exception after the stream has ended.

    Closing the stream earlier makes the server cancel a run that is over, which it logs as an error.
    """
    problem = None
    for part in parts:
        if part["type"] == "error":
            problem = _run_error(part["data"] if isinstance(part["data"], dict) else {})
        else:
            yield part
    if problem:
        raise problem


def _run_error(data: Mapping[str, Any]) -> Exception:
    kind, message = data.get("error"), data.get("message") or "it does not say why"
    if kind in _USER_ERRORS:
        return BadInputError(message)
    return ServerError(f"The run failed on the server ({kind}: {message}): its log says more.")
