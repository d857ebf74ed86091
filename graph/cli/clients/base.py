"""The interface of a client, which carries out commands in this process or through a server."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ParamSpec, Protocol, TypeVar

from graph.cli.progress import EventHandler
from graph.errors import no_such_page

if TYPE_CHECKING:
    from graph.maintenance.graph import Task
    from graph.operations import Operation

P = ParamSpec("P")
R = TypeVar("R", bound=Mapping[str, Any])

QuestionHandler = Callable[[Mapping[str, Any]], str]
"""Answers a question of the run to the user, given as its `question`, `options` (with `id` and `label`) and what is
`assumed`."""


class Client(Protocol):
    """A library of documents and the engine that works on it.

    Every method returns the JSON value that the command prints with `--json`, and raises BadInputError, SourceError,
    HomeError, ModelError or ServerError for a problem that the user can solve.
    """

    def ingest(
        self, sources: Sequence[str], on_event: EventHandler, on_question: QuestionHandler | None = None
    ) -> Mapping[str, Any]:
        """Read sources; return the report of the ingestion. `on_question`, if given, confirms costly work first."""

    def plan(self, sources: Sequence[str]) -> Mapping[str, Any]:
        """Estimate the pages, requests and tokens of an ingestion; nothing is read by a model."""

    def ask(
        self,
        question: str,
        documents: Sequence[str],
        thread: str,
        on_event: EventHandler,
        on_question: QuestionHandler | None = None,
    ) -> Mapping[str, Any]:
        """Answer a question from these documents (all if empty), on a thread if `thread` names one.

        Where the question fits several documents or persons, `on_question` says which is meant; without it the most
        likely reading is taken.
        """

    def proof(self, answer: Mapping[str, Any]) -> bytes:
        """Return the pages that an answer cites as a PDF, with each quote as a numbered highlight annotation."""

    def documents(self, limit: int | None = None, offset: int = 0) -> Mapping[str, Any]:
        """List the documents, oldest first: at most `limit` (all if None), without the first `offset`."""

    def pages(self, name: str) -> Mapping[str, Any]:
        """Return the page ledger of the document with this name or id."""

    def page(self, name: str, number: int) -> Mapping[str, Any]:
        """Return the text of a page, counted from 1, as it was read: Markdown under `text`, with the page's status."""

    def page_image(self, name: str, number: int) -> bytes:
        """Return the image of a page as PNG."""

    def run(self, operation: Operation[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Carry out an operation of `graph/operations.py`; `document`, if it is a parameter, is a name or an id."""

    def maintain(self, task: Task, on_event: EventHandler) -> Mapping[str, Any]:
        """Run a task of the maintenance graph: health checks, or a rebuild of vectors or chunks."""


def follow(parts: Iterable[Any], on_event: EventHandler) -> tuple[Mapping[str, Any], Mapping[str, Any] | None]:
    """Consume the stream of a run; return its last state, and the question to the user if it stopped to ask one.

    Args:
        parts: Stream parts of version "v2" with the modes `custom` and `values`.
        on_event: Called with each custom event, in order.
    """
    values: Mapping[str, Any] = {}
    back: Mapping[str, Any] | None = None
    for part in parts:
        if part["type"] == "custom":
            on_event(part["data"])
        elif part["type"] == "values" and not part["ns"]:
            values = part["data"]
            back = next((_value(one) for one in part.get("interrupts") or ()), None)
    return values, back


def _value(stopped: Any) -> Mapping[str, Any]:
    """Return the value of an interrupt, which a server sends as an object."""
    value: Mapping[str, Any] = stopped["value"] if isinstance(stopped, dict) else stopped.value
    return value


def page_line(ledger: Sequence[Mapping[str, Any]], name: str, number: int) -> Mapping[str, Any]:
    """Return the line of a document's ledger for a page.

    Raises:
        BadInputError: the document has no such page.
    """
    for line in ledger:
        if line["page"] == number:
            return line
    raise no_such_page(number, name, len(ledger))


def page_text(document: Mapping[str, Any], line: Mapping[str, Any], text: str) -> Mapping[str, Any]:
    """Return the value of `Client.page` from a document, a line of its ledger, and the page's Markdown."""
    kept = {key: line[key] for key in ("page", "status", "reason", "detail")}
    return {"id": document["id"], "name": document["name"], **kept, "text": text}
