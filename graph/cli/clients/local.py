"""A client that carries out commands in this process, on the home folder that the settings name."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from graph import dependencies
from graph.access import LOCAL, Scope
from graph.cli.clients.base import P, QuestionHandler, R, follow, page_line, page_text
from graph.cli.progress import EventHandler
from graph.context import Context
from graph.errors import BadInputError

if TYPE_CHECKING:
    from langchain_core.runnables import RunnableConfig

    from graph.app import Input
    from graph.compiled import Application
    from graph.maintenance.graph import Task
    from graph.operations import Operation


class LocalClient:
    """The graph and the catalog of this process.

    Args:
        context: Settings of the run that the user has set; all others have their defaults.
    """

    def __init__(self, context: Mapping[str, Any]) -> None:
        self._context = Context(**context)

    def ingest(
        self, sources: Sequence[str], on_event: EventHandler, on_question: QuestionHandler | None = None
    ) -> Mapping[str, Any]:
        """Read sources; return the report of the ingestion."""
        report: Mapping[str, Any] = self._run({"sources": list(sources)}, on_event, on_question)["report"]
        return report

    def plan(self, sources: Sequence[str]) -> Mapping[str, Any]:
        """Estimate the pages, requests and tokens of an ingestion."""
        from graph.ingestion.estimate import estimate
        from graph.runtime import async_nodes

        return async_nodes.run(estimate(list(sources), self._context))

    def ask(
        self,
        question: str,
        documents: Sequence[str],
        thread: str,
        on_event: EventHandler,
        on_question: QuestionHandler | None = None,
    ) -> Mapping[str, Any]:
        """Answer a question; threads are stored in the home folder."""
        request: Input = {"question": question, "documents": list(documents)}
        if not thread:
            return self._run(request, on_event, on_question)
        from graph.app import compile_app

        with dependencies.home_stores().conversations() as saver:
            return self._stream(compile_app(saver), request, on_event, on_question, thread)

    def proof(self, answer: Mapping[str, Any]) -> bytes:
        """Return the pages that an answer cites as a PDF."""
        from graph.export.proof import proof_pdf

        return proof_pdf(answer)

    def documents(self, limit: int | None = None, offset: int = 0) -> Mapping[str, Any]:
        """List the documents of the context's collection: at most `limit` (all if None), without the first `offset`."""
        from graph.storage import summaries

        catalog = dependencies.stores_of(LOCAL, self._context.collection).catalog
        return {"documents": summaries.documents(catalog, limit, offset)}

    def pages(self, name: str) -> Mapping[str, Any]:
        """Return the page ledger of a document."""
        from graph.retrieval.documents import find_document
        from graph.storage import summaries

        catalog = dependencies.stores(Scope.everything()).catalog
        document = find_document(catalog, name)
        return {"id": document.id, "name": document.name, "pages": summaries.pages(catalog, document.id)}

    def page(self, name: str, number: int) -> Mapping[str, Any]:
        """Return the text of a page as it was read."""
        from graph.storage.summaries import page_markdown

        document = self.pages(name)
        line = page_line(document["pages"], document["name"], number)
        read = dependencies.stores(Scope.everything()).catalog.transcripts(document["id"], [number])
        return page_text(document, line, page_markdown(read[number]) if number in read else "")

    def page_image(self, name: str, number: int) -> bytes:
        """Return the image of a page as PNG."""
        document = self.pages(name)
        line = page_line(document["pages"], document["name"], number)
        try:
            return dependencies.home_stores().images.get(line["image"])
        except KeyError:
            why = line["detail"] or "it is not stored: read the document again with --reread"
            raise BadInputError(f"There is no image of page {number} of {document['name']!r}: {why}") from None

    def run(self, operation: Operation[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Carry out an operation of `graph/operations.py`."""
        from graph.retrieval.documents import find_document

        given: dict[str, Any] = dict(kwargs)
        if "document" in given:
            given["document"] = find_document(dependencies.stores(Scope.everything()).catalog, given["document"]).id
        function: Callable[..., R] = operation.function
        return function(LOCAL, *args, **given)

    def maintain(self, task: Task, on_event: EventHandler) -> Mapping[str, Any]:
        """Run a task of the maintenance graph: health checks, or a rebuild of vectors or chunks."""
        from graph.maintenance.graph import perform
        from graph.runtime import async_nodes

        async def open_dependencies() -> dependencies.Deps:
            return await asyncio.to_thread(dependencies.for_context, self._context)

        return async_nodes.run(perform(task, open_dependencies, on_event))

    def _run(self, request: Input, on_event: EventHandler, on_question: QuestionHandler | None) -> Mapping[str, Any]:
        """Run the graph without a stored thread; the thread of a run that may ask the user is kept in memory."""
        from graph.app import app, compile_app

        if on_question is None:
            return self._stream(app, request, on_event, None, "")
        from langgraph.checkpoint.memory import InMemorySaver

        return self._stream(compile_app(InMemorySaver()), request, on_event, on_question, "this run")

    def _stream(
        self,
        app: Application,
        request: Input,
        on_event: EventHandler,
        on_question: QuestionHandler | None,
        thread: str,
    ) -> Mapping[str, Any]:
        """Run a graph to its end; answer its questions to the user by `on_question`."""
        from langgraph.types import Command

        context = self._context if on_question else self._context.model_copy(update={"ask_back": "off"})
        config: RunnableConfig | None = {"configurable": {"thread_id": thread}} if thread else None
        given: Any = request
        while True:
            parts = app.stream(given, config, context=context, stream_mode=["custom", "values"], version="v2")
            values, back = follow(parts, on_event)
            if back is None or on_question is None:
                return values
            given = Command(resume=on_question(back))
