"""What the command line asks of a place, wherever that is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, Protocol

from graph.cli.progress import Tell

Rebuilding = Literal["reembed", "rechunk"]


class Place(Protocol):
    """A library of documents, and who works on it. Values are those that `--json` prints.

    Raises BadInputError, SourceError, HomeError, ModelError or ServerError for what the user has to mend.
    """

    def ingest(self, sources: Sequence[str], tell: Tell) -> Mapping[str, Any]:
        """Read sources; returns the report."""

    def plan(self, sources: Sequence[str]) -> Mapping[str, Any]:
        """What reading sources would take."""

    def ask(self, question: str, documents: Sequence[str], thread: str, tell: Tell) -> Mapping[str, Any]:
        """Answer a question, as part of a conversation if `thread` names one."""

    def documents(self) -> Mapping[str, Any]:
        """The documents."""

    def pages(self, name: str) -> Mapping[str, Any]:
        """The ledger of a document."""

    def delete(self, name: str) -> Mapping[str, Any]:
        """Remove a document."""

    def rebuild(self, how: Rebuilding, tell: Tell) -> Mapping[str, Any]:
        """Make chunks or vectors anew."""

    def doctor(self) -> Mapping[str, Any]:
        """Check what can go wrong."""


def follow(parts: Iterable[Any], tell: Tell) -> Mapping[str, Any]:
    """The last state of a run that is streamed (custom events and values, subgraphs too); its events are told."""
    values: Mapping[str, Any] = {}
    for part in parts:
        if part["type"] == "custom":
            tell(part["data"])
        elif part["type"] == "values" and not part["ns"]:
            values = part["data"]
    return values
