"""The question before costly work: reading documents that take many requests is confirmed first, where a run can ask.

It is a node of the root graph, since the ingestion graph runs without a checkpointer and cannot stop.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from langgraph.types import interrupt

from graph import context, dependencies
from graph.errors import BadInputError
from graph.ingestion.state import Report, SkippedFile
from graph.query.ask_back import can_ask, choice, text_of_reply
from graph.query.state import Option
from graph.runtime.async_nodes import async_node
from graph.settings import settings
from graph.types import no_usage
from loaders.errors import SourceError
from loaders.sources.download import is_url

_LEAST_PAGE = 100  # bytes of a page: files of less than that for each page of the limit are not even opened
_MAX_NAMED = 3  # files that the question names
_OPTIONS = [Option(id="yes", label="Read them"), Option(id="no", label="Do not read them")]


def may_be_costly(sources: Sequence[str]) -> bool:
    """Return whether a run may have to ask before it reads sources: it can stop, a model reads, and files are large."""
    if not can_ask():
        return False
    run = context.current()
    if not run.confirm_requests or dependencies.reader_name(run, settings()) == "offline":
        return False
    local = [source for source in sources if not is_url(source)]
    sizes = [os.path.getsize(source) if os.path.isfile(source) else None for source in local]
    known = [size for size in sizes if size is not None]
    least = run.confirm_requests * run.pages_per_request * _LEAST_PAGE
    return bool(local) and (len(known) < len(local) or sum(known) >= least)


@async_node
async def confirm_cost(state: Any) -> dict[str, Report]:
    """Ask before reading sources that take many requests; return {} to go on, or an empty report to read nothing."""
    from graph.ingestion.estimate import requests_of  # the estimate of `--dry-run`, seldom needed

    run, sources = context.current(), state["request"]["sources"]
    try:
        requests = await requests_of(sources, run, run.confirm_requests)
    except (BadInputError, SourceError):  # raised again by the ingestion
        return {}
    if not requests or _confirmed(requests, run.reader_model):
        return {}
    skipped = [SkippedFile(name=name, source=name, detail=_declined(count)) for name, count in requests.items()]
    return {
        "report": Report(documents=[], skipped=skipped, unfinished=None, usage=no_usage(), seconds=0.0),
    }


def _confirmed(requests: dict[str, int], model: str) -> bool:
    """Stop the run until the user has said whether to read; anything but a no means yes."""
    named = ", ".join(list(requests)[:_MAX_NAMED]) + (" and more" if len(requests) > _MAX_NAMED else "")
    asked = f"Reading {named} takes about {sum(requests.values()):,} requests to {model}. Read it?"
    reply = interrupt(
        {"kind": "cost", "question": asked, "options": _OPTIONS, "assumed": "yes", "requests": sum(requests.values())}
    )
    return reply is not False and choice(text_of_reply(reply), _OPTIONS) != "no"


def _declined(requests: int) -> str:
    return f"It was not read, because its {requests:,} requests were not confirmed."
