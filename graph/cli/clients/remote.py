"""Commands through a running server: its graphs do the work, on the home folder that it owns."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from langgraph_sdk.client import SyncLangGraphClient
from langgraph_sdk.errors import APIStatusError
from langgraph_sdk.schema import RunCreateMetadata

from graph.cli.clients.base import Rebuilding, follow
from graph.cli.clients.connection import Connection
from graph.cli.clients.uploads import send
from graph.cli.progress import Tell
from graph.errors import BadInputError, ServerError
from graph.retrieval.documents import find_among
from graph.settings import settings

# What the user has to mend, as a run of the server reports it; see graph/errors.py and loaders/errors.py.
_CALLS_FOR_MENDING = (
    "BadInputError", "UnknownDocumentError", "IndexMismatchError", "HomeError", "HomeInUseError", "ModelError",
    "SourceError", "PasswordError",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Document:
    """A line of the server's catalog."""

    id: str
    name: str
    source: str


class Remote:
    """A running server.

    Args:
        url: Its address.
        given: Settings of a run that the user has set; all others are the server's.
    """

    def __init__(self, url: str, given: Mapping[str, Any]) -> None:
        self._given = {name: value for name, value in given.items() if value is not None}
        self._password = self._given.pop("password", None)  # no setting of a run: the server would write it down
        self._connection = Connection(url, settings().server_token)
        self._client = SyncLangGraphClient(self._connection.http)

    def ingest(self, sources: Sequence[str], tell: Tell) -> Mapping[str, Any]:
        """Upload what lies here and have all of it read; returns the report, with what the server did not take."""
        sent, refused = send(self._connection, sources, tell, self._password)
        if not sent:
            raise BadInputError(" ".join(report["failures"][0]["detail"] for report in refused))
        report = self._run("pagewitness", "report", {"sources": sent}, tell)["report"]
        return {**report, "documents": [*report["documents"], *refused]}

    def plan(self, sources: Sequence[str]) -> Mapping[str, Any]:
        """What reading would take is not asked of a server."""
        raise BadInputError("`--dry-run` looks at the files without sending them anywhere: leave out --server.")

    def ask(self, question: str, documents: Sequence[str], thread: str, tell: Tell) -> Mapping[str, Any]:
        """Answer a question; conversations are threads of the server."""
        request = {"question": question, "documents": list(documents)}
        return self._run("pagewitness", "answer", request, tell, thread_id(thread) if thread else None)

    def documents(self) -> Mapping[str, Any]:
        """The documents."""
        return {"documents": self._connection.get("/documents")["documents"]}

    def pages(self, name: str) -> Mapping[str, Any]:
        """The ledger of a document."""
        found = self._connection.get(f"/documents/{self._find(name).id}")
        return {"id": found["id"], "name": found["name"], "pages": found["ledger_pages"]}

    def delete(self, name: str) -> Mapping[str, Any]:
        """Remove a document."""
        deleted: Mapping[str, Any] = self._connection.send("DELETE", f"/documents/{self._find(name).id}")
        return deleted

    def rebuild(self, how: Rebuilding, tell: Tell) -> Mapping[str, Any]:
        """Make chunks or vectors anew."""
        result: Mapping[str, Any] = self._run("upkeep", "result", {"task": how}, tell)["result"]
        return result

    def doctor(self) -> Mapping[str, Any]:
        """The server's own checks, and that it can be reached."""
        found = self._run("upkeep", "result", {"task": "doctor"}, lambda event: None)["result"]
        reached = {"name": "server", "ok": True, "detail": f"{self._connection.url} answers, of this version"}
        return {**found, "checks": [reached, *found["checks"]]}

    def _find(self, name: str) -> _Document:
        known = [_Document(row["id"], row["name"], row["source"]) for row in self.documents()["documents"]]
        return find_among(known, name)

    def _run(
        self, graph: str, wanted: str, given: Mapping[str, Any], tell: Tell, thread: str | None = None
    ) -> Mapping[str, Any]:
        """Run a graph and follow it to its end; whoever interrupts this ends it there too."""
        started: list[RunCreateMetadata] = []
        try:
            with self._connection.speaking(), _refusing(self._connection):
                values = follow(_checked(self._stream(graph, given, thread, started.append)), tell)
        except KeyboardInterrupt:
            for run in started:
                self._cancel(run)
            raise
        if values.get(wanted) is None:
            raise ServerError(
                f"The server at {self._connection.url} ended the run before it was done: what was done is kept; run "
                "the command again."
            )
        return values

    def _stream(self, graph: str, given: Mapping[str, Any], thread: str | None, created: Any) -> Iterator[Any]:
        common: dict[str, Any] = {
            "input": dict(given), "context": self._given, "stream_mode": ["custom", "values"],
            "stream_subgraphs": True, "on_disconnect": "cancel", "on_run_created": created, "version": "v2",
        }  # fmt: skip
        runs = self._client.runs
        if thread is None:
            yield from runs.stream(None, graph, **common)
        else:
            yield from runs.stream(thread, graph, if_not_exists="create", **common)

    def _cancel(self, run: RunCreateMetadata) -> None:
        """End a run. The server does so by itself too when it sees that nobody listens."""
        if thread := run.get("thread_id"):
            with contextlib.suppress(ServerError), self._connection.speaking(), _refusing(self._connection):
                self._client.runs.cancel(thread, run["run_id"], wait=True)


def thread_id(name: str) -> str:
    """The server's id for a conversation of that name: always the same. An id, as in the room's address, is one."""
    try:
        return str(uuid.UUID(name))
    except ValueError:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"pagewitness:thread:{name}"))


def _checked(parts: Iterator[Any]) -> Iterator[Any]:
    """The parts of a stream; an error that comes as one is raised when the stream has ended.

    Whoever hung up before would have the server end a run that is over, which it complains of in its log.
    """
    problem = None
    for part in parts:
        if part["type"] == "error":
            problem = _problem(part["data"] if isinstance(part["data"], dict) else {})
        else:
            yield part
    if problem:
        raise problem


def _problem(data: Mapping[str, Any]) -> Exception:
    kind, message = data.get("error"), data.get("message") or "it does not say why"
    if kind in _CALLS_FOR_MENDING:
        return BadInputError(message)
    return ServerError(f"The run failed on the server ({kind}: {message}): its log says more.")


@contextlib.contextmanager
def _refusing(connection: Connection) -> Iterator[None]:
    try:
        yield
    except APIStatusError as error:
        raise connection.refusal(error.response) from error
