"""The interface of a client, which carries out commands in this process or through a server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, Protocol

from graph.cli.progress import EventHandler

RebuildTask = Literal["reembed", "rechunk"]


class Client(Protocol):
    """A library of documents and the engine that works on it.

    Every method returns the JSON value that the command prints with `--json`, and raises BadInputError, SourceError,
    HomeError, ModelError or ServerError for a problem that the user can solve.
    """

    def ingest(self, sources: Sequence[str], on_event: EventHandler) -> Mapping[str, Any]:
        """Read sources; return the report of the ingestion."""

    def plan(self, sources: Sequence[str]) -> Mapping[str, Any]:
        """Estimate the pages, requests and tokens of an ingestion; nothing is read by a model."""

    def ask(self, question: str, documents: Sequence[str], thread: str, on_event: EventHandler) -> Mapping[str, Any]:
        """Answer a question from these documents (all if empty), on a thread if `thread` names one."""

    def documents(self) -> Mapping[str, Any]:
        """List the documents."""

    def pages(self, name: str) -> Mapping[str, Any]:
        """Return the page ledger of the document with this name or id."""

    def delete(self, name: str) -> Mapping[str, Any]:
        """Delete the document with this name or id."""

    def rebuild(self, task: RebuildTask, on_event: EventHandler) -> Mapping[str, Any]:
        """Rebuild the vectors, or the chunks and their vectors."""

    def doctor(self) -> Mapping[str, Any]:
        """Check the installation, the home folder, the key and the models."""


def follow(parts: Iterable[Any], on_event: EventHandler) -> Mapping[str, Any]:
    """Consume the stream of a run and return its last state; custom events go to `on_event`.

    Args:
        parts: Stream parts of version "v2" with the modes `custom` and `values`, subgraphs included.
        on_event: Called with each custom event, in order.
    """
    values: Mapping[str, Any] = {}
    for part in parts:
        if part["type"] == "custom":
            on_event(part["data"])
        elif part["type"] == "values" and not part["ns"]:
            values = part["data"]
    return values
