"""What is said to the user: an answer with its markers, or a refusal with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from graph.engines.base import Passage
from graph.ingestion.state import DocumentReport
from graph.query.state import Verdict

_REASONS = {
    "nothing_ingested": "No document has been ingested yet, so there is nothing to answer from: "
    "run `pagewitness ingest FILE` first.",
    "nothing_relevant": "The documents do not answer this: nothing in them was found to be about it.",
    "fact_absent": "The documents touch on this, but the answer could not be proven from any page.",
    "page_unreadable": "The documents do not answer this, as far as they could be read.",
}


def answer(proven: Sequence[Verdict]) -> str:
    """The claims one after another, each with the marker of its citation; table rows on lines of their own."""
    lines = [
        f"{verdict['claim']['text'].strip()} [{verdict['citation']['marker']}]"
        for verdict in proven
        if verdict["citation"]
    ]
    return "\n\n".join(dict.fromkeys(lines))


def acknowledgement(documents: Sequence[DocumentReport]) -> str:
    """What became of files that came without a question."""
    lines = []
    for document in documents:
        counts = ", ".join(f"{count} {status}" for status, count in document["ledger"].items() if count)
        problem = " ".join(failure["detail"] for failure in document["failures"] if failure["page"] is None)
        pages = f"{document['pages']} page{'' if document['pages'] == 1 else 's'} ({counts})" if counts else "not read"
        lines.append(f"{document['name']}: {pages}. {problem}".strip())
    return "\n\n".join([*lines, "What do you want to know?"])


def refusal(reason: str, passages: Sequence[Passage], holes: Mapping[str, Sequence[int]]) -> str:
    """Why there is no answer, where to look, and which pages were never read."""
    said = [_REASONS[reason]]
    closest = list(dict.fromkeys(f"{passage['name']}, page {passage['page']}" for passage in passages))[:3]
    if closest:
        said.append(f"The closest pages are: {'; '.join(closest)}.")
    said += [f"Not read in {name}: {_ranges(pages)}." for name, pages in holes.items()]
    return " ".join(said)


def _ranges(pages: Sequence[int]) -> str:
    """`pages 3, 7-9`."""
    runs = []
    for _, group in groupby(enumerate(sorted(pages)), key=lambda pair: pair[1] - pair[0]):
        run = [page for _, page in group]
        runs.append(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]))
    return ("page " if len(pages) == 1 else "pages ") + ", ".join(runs)
