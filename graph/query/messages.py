"""Texts for the user: an answer with its markers, a refusal with its reason, notes, the list of documents."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple, cast

from graph.citation_markers import marker
from graph.query.reasons import in_language
from graph.query.state import Note, RefusalReason
from graph.query.wording import Phrase, say
from graph.retrieval import terms
from graph.retrieval.documents import in_scope
from graph.retrieval.lists import announced, asks_for_all, items_after
from graph.sanitize import sanitize_markdown
from graph.storage.base import Catalog
from graph.types import Citation, Claim, ClaimCheck, Entailment, RetrievedChunk, counted, is_verified
from loaders.types import CORRECTED, LITTLE_CONFIDENCE

_AGAIN = "run the same `pagewitness ingest` command again"
_MAX_CLOSEST = 3  # pages that a refusal points to
_MAX_NAMED = 3  # documents that a note names one by one; more would bury the answer
_MAX_LISTED = 50  # documents in an answer; `pagewitness documents` lists a library of thousands


def answer(passed: Sequence[ClaimCheck], asked: str = "") -> str:
    """Return the answer: each claim that passed as a paragraph with its citation marker, duplicates left out.

    A claim that is not proven, or only in part, says so after its marker. Quotes that are not claimed to answer stand
    under a heading in the language of the question `asked`. Claims are sanitized: they set no marker and hide no link.
    """
    lines = []
    for check in sorted(passed, key=lambda one: one["claim"].get("related", False)):
        if not (citation := check["citation"]):
            continue
        if check["claim"].get("related"):
            lines.append(say("related", asked))
        markers = "".join(marker(one["marker"]) for one in (citation, *check.get("further", [])))
        said = sanitize_markdown(_with_no(check["claim"], asked)).strip()
        lines.append(f"{said} {markers}{_label(check, citation, asked)}")
    return "\n\n".join(dict.fromkeys(lines))


def _with_no(claim: Claim, asked: str) -> str:
    """Return a claim's text, after "No:" if it is a quote that denies a yes-no question."""
    if claim.get("related") or claim["text"] != claim["quote"]:
        return claim["text"]
    from graph.engines.offline.permissions import says_no  # its patterns take 3 ms at import

    return f"No: {claim['text']}" if says_no(asked, claim["quote"]) else claim["text"]


def _label(check: ClaimCheck, citation: Citation, asked: str) -> str:
    """Return the label after the marker of a claim that is not proven, in the question's language; else ""."""
    if not is_verified(citation):
        witness = citation.get("read_from", "image")
        return f" {say(cast(Phrase, f'from_{witness}'), asked)}"
    if check.get("verdict") == "partly_proven":
        return (
            f" {say('in_part', asked, reason=sanitize_markdown(in_language(check['reasons'][0], asked).rstrip('.')))}"
        )
    return ""


class UnreadPages(NamedTuple):
    """The pages of a document of which no text is known: those that cannot be read, and those not read yet."""

    failed: list[int]
    due: list[int]
    """A service was out of order or its quota was spent: the next run reads them."""

    def in_words(self, asked: str) -> str:
        """Return the unread pages in the language of a question: "page 3 could not be read; page 5 not read yet"."""
        failed = [say("unread", asked, pages=page_ranges(self.failed, asked))] if self.failed else []
        return "; ".join(failed + ([say("due", asked, pages=page_ranges(self.due, asked))] if self.due else []))


def refusal(reason: str, chunks: Sequence[RetrievedChunk], unread: Mapping[str, UnreadPages], asked: str = "") -> str:
    """Return the text of a refusal: the reason, the closest pages, and the pages that could not be read.

    Args:
        reason: A `RefusalReason`.
        chunks: What was retrieved, best first.
        unread: The pages without text by document name.
        asked: The question, in whose language it is said.
    """
    sentences = [say(cast(RefusalReason, reason), asked)]
    page = say("page", asked)
    closest = list(dict.fromkeys(f"{chunk['name']}, {page} {chunk['page']}" for chunk in chunks))[:_MAX_CLOSEST]
    if closest:
        sentences.append(say("closest", asked, pages="; ".join(closest)))
    for name, pages in unread.items():
        for phrase, numbers in (("not_read", pages.failed), ("not_read_yet", pages.due)):
            if numbers:
                listed = f"{_page_or_pages(numbers, asked)} {', '.join(_runs(numbers))}"
                sentences.append(say(cast(Phrase, phrase), asked, name=name, pages=listed))
    return sanitize_markdown(" ".join(sentences))


def notes_on_claims(dropped: int, citations: Sequence[Citation], asked: str = "") -> list[Note]:
    """Return notes on statements that were left out, and on those that are not proven, or in part, with the reason.

    They are in the language of the question `asked`.
    """
    notes: list[Note] = []
    if dropped:
        phrase: Phrase = "note_dropped_one" if dropped == 1 else "note_dropped"
        notes.append(Note(kind="claims_dropped", text=say(phrase, asked, count=dropped)))
    for citation in citations:
        where = {"marker": marker(citation["marker"]), "page": citation["page"], "name": citation["name"]}
        reason = sanitize_markdown(in_language(citation.get("reason", ""), asked))
        if is_verified(citation):
            if citation.get("verdict") == "partly_proven":
                notes.append(Note(kind="partly_proven", text=say("note_in_part", asked, reason=reason, **where)))
        elif citation.get("read_from", "image") == "image":
            notes.append(Note(kind="read_from_image", text=say("note_image", asked, **where)))
        else:
            notes.append(Note(kind="not_proven", text=say("note_not_proven", asked, reason=reason, **where)))
    return notes


def notes_on_check(replies: Sequence[Entailment | None]) -> list[Note]:
    """Return a note if a check by a model decided nothing: it gave no reply, or none that can be trusted."""
    silent = sum(reply is None for reply in replies)
    distrusted = [reply["answer"] for reply in replies if reply and not reply.get("trusted", True)]
    sentences = []
    if silent:
        which = "the statements" if silent == len(replies) else f"{silent} of {len(replies)} statements"
        sentences.append(f"The check of {which} by a model gave no usable reply: only the rules have checked them.")
    if "yes" in distrusted:
        sentences.append("The model that checks statements said yes to a false one too, so its yes does not count.")
    if {"no", "in part"} & set(distrusted):
        sentences.append(
            "The model that checks statements denied one that repeats its quote, so its no does not count."
        )
    return [Note(kind="check_failed", text=" ".join(sentences))] if sentences else []


def notes_on_mentions(names: Sequence[str], asked: str = "") -> list[Note]:
    """Return a note that only the mentioned documents were searched; an empty list without names."""
    if not names:
        return []
    rest = len(names) - _MAX_NAMED
    listed = ", ".join(names[:_MAX_NAMED])
    listed = say("more", asked, names=listed, count=rest) if rest > 0 else listed
    phrase: Phrase = "note_searched_one" if len(names) == 1 else "note_searched"
    return [Note(kind="document_recognised", text=say(phrase, asked, names=listed))]


def note_on_widened_search(asked: str = "") -> Note:
    """Return the note that the search went beyond the mentioned documents."""
    return Note(kind="documents_widened", text=say("note_widened", asked))


def note_on_grading(missing: int, total: int) -> Note:
    """Return the note that the grader left out `missing` of `total` chunks."""
    which = "The chunks" if missing == total else f"{missing} of {total} chunks"
    text = f"{which} could not be graded; their order is that of the search."
    return Note(kind="grading_failed", text=text)


def notes_on_unread(unread: Mapping[str, UnreadPages]) -> list[Note]:
    """Return notes on pages without text, by document name: those that cannot be read, then those not read yet."""
    failed = {name: pages.failed for name, pages in unread.items() if pages.failed}
    due = {name: pages.due for name, pages in unread.items() if pages.due}
    texts = [f"{page_ranges(pages).capitalize()} of {name} could not be read." for name, pages in _first(failed)]
    if rest := list(failed.values())[_MAX_NAMED:]:
        count = sum(len(pages) for pages in rest)
        others = counted(len(rest), "other document")
        texts.append(f"{counted(count, 'page')} of {others} could not be read either.")
    for name, pages in _first(due):
        verb = "is" if len(pages) == 1 else "are"
        texts.append(f"{page_ranges(pages).capitalize()} of {name} {verb} not read yet: {_AGAIN}.")
    if rest := list(due.values())[_MAX_NAMED:]:
        count, others = sum(len(pages) for pages in rest), counted(len(rest), "other document")
        texts.append(f"{counted(count, 'page')} of {others} {'is' if count == 1 else 'are'} not read yet either.")
    return [Note(kind="pages_unread", text=text) for text in texts]


def _first(pages: Mapping[str, list[int]]) -> list[tuple[str, list[int]]]:
    return list(pages.items())[:_MAX_NAMED]


def notes_on_pages(catalog: Catalog, cited: Collection[tuple[str, int]]) -> list[Note]:
    """Return notes on unreadable pages of the cited documents, and on cited pages that were read in part.

    Args:
        catalog: Where the page ledger is.
        cited: The cited pages as (document id, page).
    """
    if not cited:
        return []
    notes = notes_on_unread(unread_pages(catalog, {document for document, _ in cited}))
    for document in sorted({document for document, _ in cited}):
        for row in catalog.pages(document, sorted(page for owner, page in cited if owner == document)):
            # Corrected words are right; of a fallback reading only a hardly legible page matters.
            partly = row.status == "read" and row.detail and CORRECTED not in row.detail
            if partly or (row.status == "fallback" and LITTLE_CONFIDENCE in row.detail):
                notes.append(Note(kind="page_partly_read", text=row.detail))
    return notes


def reason_for_no_documents(catalog: Catalog) -> RefusalReason | None:
    """Return why no document can be asked: none was ingested, or no page could be read; None where some can."""
    if catalog.searchable(1):
        return None
    return "page_unreadable" if unread_pages(catalog, []) else "nothing_ingested"


def reason_for_no_answer(catalog: Catalog, question: str, documents: Collection[str]) -> RefusalReason:
    """Return why no chunk of the searched documents answers: an unread page may hold the answer, or nothing does.

    An unread page may hold the answer if its document has a word of the question, or if half of its pages are unread,
    so that the read ones say little about the rest.
    """
    wanted = terms.search_terms(question)
    for document, pages in catalog.failed_pages(documents).items():
        row = catalog.document(document)
        little = row is None or 2 * len(pages) >= row.pages
        if little or not wanted or catalog.search_text(wanted, [document], 1):
            return "page_unreadable"
    return "nothing_relevant"


def unread_pages(catalog: Catalog, documents: Collection[str]) -> dict[str, UnreadPages]:
    """Return the pages of which no text is known, by document name; of all documents if no ids are given."""
    pages = catalog.failed_pages(documents)
    rows = catalog.documents(pages) if pages else []
    return {row.label: _unread_of(catalog, row.id, pages[row.id]) for row in rows}


def _unread_of(catalog: Catalog, document: str, pages: Sequence[int]) -> UnreadPages:
    rows = catalog.pages(document, pages)
    due = [row.page for row in rows if row.status == "pending"]
    return UnreadPages([row.page for row in rows if row.status != "pending"], due)


def document_list(catalog: Catalog, documents: Sequence[str], asked: str = "") -> str:
    """Return the Markdown list of documents (by id, [] for all) with their page counts and unreadable pages.

    Its head is in the language of the question `asked`.
    """
    rows, count = in_scope(catalog, documents, _MAX_LISTED)
    head = say("one_document", asked) if count == 1 else say("documents", asked, count=count)
    lines, pages = [], catalog.failed_pages([row.id for row in rows])
    for row in rows:
        unread = f"; {_unread_of(catalog, row.id, pages[row.id]).in_words(asked)}" if row.id in pages else ""
        lines.append(f"- {row.label} ({row.pages} {say('page' if row.pages == 1 else 'pages', asked)}{unread})")
    if count > len(rows):
        lines.append(f"- and {count - len(rows)} more: `pagewitness documents` lists them all")
    return "\n".join([head, *lines])


def page_ranges(pages: Sequence[int], asked: str = "") -> str:
    """Return pages as words: `page 3`, `pages 3 and 7`, `pages 3, 7-9 and 12`."""
    runs = _runs(pages)
    listed = f" {say('and', asked)} ".join([", ".join(runs[:-1]), runs[-1]]) if len(runs) > 1 else runs[0]
    return f"{_page_or_pages(pages, asked)} {listed}"


def _page_or_pages(pages: Sequence[int], asked: str = "") -> str:
    return say("page" if len(pages) == 1 else "pages", asked)


def _runs(pages: Sequence[int]) -> list[str]:
    """Return consecutive pages as ranges: 3, 7, 8, 9 as `3` and `7-9`."""
    runs = []
    for _, group in groupby(enumerate(sorted(pages)), key=lambda pair: pair[1] - pair[0]):
        run = [page for _, page in group]
        runs.append(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]))
    return runs


def notes_on_lists(catalog: Catalog, claims: Sequence[Claim]) -> list[Note]:
    """Return a note if a claim quotes the announcement of a list whose items are not all quoted."""
    quotes = {claim["quote"] for claim in claims}
    for claim in claims:
        ends = claim["text"].rstrip().endswith(":")
        for chunk in catalog.chunks([claim["chunk"]] if ends or announced(claim["text"]) else []):
            head = next((one for one in chunk.sentences if one.text == claim["quote"]), None)
            ids = catalog.chunk_ids(chunk.document)
            items = items_after(head, chunk, catalog.chunks(ids[chunk.ordinal + 1 :][:3]))[0] if head else []
            total = max(len(items), announced(claim["quote"]), 1) if items or ends else 0
            given = sum(item.text in quotes for _, item in items)
            if head and given < total:
                text = f"The list after “{claim['quote']}” may not be complete: {given} of at least {total} are given."
                return [Note(kind="list_incomplete", text=text)]
    return []


_ASKS_VALUE = frozenset({"value", "who", "when", "where", "how_many", "definition", "yes_no"})


def notes_on_quotes(question: str, kind: str, passed: Sequence[ClaimCheck]) -> list[Note]:
    """Return notes on an answer of quotes: which document each is from, and that a list of them may be incomplete.

    Args:
        question: The question.
        kind: Its kind, "" if it names documents; "What is the rent?" of two leases has an answer in each.
        passed: The claims of the answer, with their citations.
    """
    told = [check for check in passed if check["citation"] and not check["claim"].get("related")]
    notes: list[Note] = []
    places: dict[str, list[str]] = {}
    for check in told:
        if citation := check["citation"]:
            mark = marker(citation["marker"])
            marks = places.setdefault(citation["name"], [])
            marks += [mark] if mark not in marks else []
    if kind in _ASKS_VALUE and len(places) > 1:
        each = "; ".join(f"{' '.join(marks)} is of {sanitize_markdown(name)}" for name, marks in places.items())
        text = f"Passages of {len(places)} documents answer the question, which names none of them: {each}."
        notes.append(Note(kind="assumed", text=text))
    is_announced = any(check["claim"]["text"].rstrip().endswith(":") for check in told)
    if told and asks_for_all(question) and not is_announced:
        found = counted(len(told), "passage")
        text = (
            f"The list may not be complete: {found} with what is asked for {'is' if len(told) == 1 else 'are'} given."
        )
        notes.append(Note(kind="list_incomplete", text=text))
    return notes
