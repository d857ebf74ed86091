"""Commands in this process, on the home folder that the settings name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from graph import dependencies
from graph.cli.clients.base import Rebuilding, follow
from graph.cli.progress import Tell
from graph.context import Context
from graph.settings import settings

if TYPE_CHECKING:
    from langchain_core.runnables import RunnableConfig

    from graph.app import Input
    from graph.compiled import Application


class Local:
    """The graph and the catalog of this process.

    Args:
        given: Settings of a run that the user has set.
    """

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._context = Context(**given)

    def ingest(self, sources: Sequence[str], tell: Tell) -> Mapping[str, Any]:
        """Read sources; returns the report."""
        from graph.app import app

        report: Mapping[str, Any] = self._run(app, {"sources": list(sources)}, tell)["report"]
        return report

    def plan(self, sources: Sequence[str]) -> Mapping[str, Any]:
        """What reading sources would take."""
        from graph.ingestion.estimate import estimate
        from graph.runtime import async_nodes

        return async_nodes.run(estimate(list(sources), self._context))

    def ask(self, question: str, documents: Sequence[str], thread: str, tell: Tell) -> Mapping[str, Any]:
        """Answer a question; conversations are kept in the home folder."""
        from graph.app import app

        request: Input = {"question": question, "documents": list(documents)}
        return self._in_thread(request, thread, tell) if thread else self._run(app, request, tell)

    def documents(self) -> Mapping[str, Any]:
        """List what has been ingested."""
        from graph.storage import summaries

        return {"documents": summaries.documents(dependencies.stores().catalog)}

    def pages(self, name: str) -> Mapping[str, Any]:
        """The ledger of a document."""
        from graph.retrieval.documents import find_document
        from graph.storage import summaries

        catalog = dependencies.stores().catalog
        document = find_document(catalog, name)
        return {"id": document.id, "name": document.name, "pages": summaries.pages(catalog, document.id)}

    def delete(self, name: str) -> Mapping[str, Any]:
        """Remove a document from the catalog, the vectors and the page images."""
        from graph.retrieval.documents import find_document
        from graph.storage.cleanup import remove

        stores = dependencies.stores()
        stores.take()
        document = find_document(stores.catalog, name)
        remove(stores, document.id)
        return {"deleted": {"id": document.id, "name": document.name}}

    def rebuild(self, how: Rebuilding, tell: Tell) -> Mapping[str, Any]:
        """Make chunks or vectors anew."""
        from graph.maintenance import rebuild
        from graph.runtime import async_nodes

        return async_nodes.run(getattr(rebuild, how)(dependencies.for_context(self._context), tell))

    def doctor(self) -> Mapping[str, Any]:
        """Check what can go wrong."""
        from graph.maintenance.health import examine

        return examine()

    def _run(
        self, app: Application, request: Input, tell: Tell, config: RunnableConfig | None = None
    ) -> Mapping[str, Any]:
        modes = ["custom", "values"]
        parts = app.stream(request, config, context=self._context, stream_mode=modes, subgraphs=True, version="v2")
        return follow(parts, tell)

    def _in_thread(self, request: Input, thread: str, tell: Tell) -> Mapping[str, Any]:
        from langgraph.checkpoint.sqlite import SqliteSaver

        from graph.app import compile_app
        from graph.storage.home_lock import prepare

        with SqliteSaver.from_conn_string(str(prepare(settings().home) / "threads.sqlite3")) as saver:
            return self._run(compile_app(saver), request, tell, {"configurable": {"thread_id": thread}})
