"""The nodes of a question: each reads and writes a few named values of the state."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage

from graph import context, deps
from graph.attachments import said
from graph.engines.base import Passage, Turn, add_usage, no_usage
from graph.errors import BadInputError, UnknownDocumentError, as_list
from graph.query import citations, lexical, wording
from graph.query.state import Citation, QueryState, RefusalReason, Verdict
from graph.steps import step
from graph.storage.base import Catalog, ChunkRow, DocumentRow

# So many of the last messages are looked at to understand a follow-up.
_HISTORY = 6
_LONGEST = 4000  # characters of a question: two pages of text; more is a document, to be ingested


@step
async def contextualize(state: QueryState) -> QueryState:
    """Find out what is asked, and of which documents; make a follow-up stand alone."""
    now = await deps.current()
    question, history = asked(state.get("question"), state.get("messages"))
    if not question.strip():
        raise BadInputError("The question is empty: say what you want to know.")
    if len(question) > _LONGEST:
        raise BadInputError(f"The question has {len(question):,} characters: ask in at most {_LONGEST:,}.")
    scope = await asyncio.to_thread(resolve, now.stores.catalog, as_list(state.get("documents") or [], "documents"))
    reply = await now.engine.contextualize(question, history)
    return {
        "question": question,
        "started": time.time(),
        "scope": scope,
        "standalone": reply.value,
        "queries": [reply.value],
        "rewrites": 0,
        "retrieved": [],
        "verdicts": [],
        "reason": None if scope else await asyncio.to_thread(_nothing_to_ask, now.stores.catalog),
        "engine": now.engine.name,
        "usage": add_usage(no_usage(), reply.usage),
    }


@step
async def retrieve_passages(state: QueryState) -> QueryState:
    """Find passages for the newest query; questions asked together are looked up one by one."""
    now = await deps.current()
    limit = context.current().top_k
    queries = lexical.parts(state["queries"][-1])
    documents = state["scope"] if state.get("documents") else []
    retriever = await asyncio.to_thread(now.retriever)
    replies = [await retriever.search(query, documents, limit) for query in queries]
    usage = state["usage"]
    for reply in replies:
        usage = add_usage(usage, reply.usage)
    return {"retrieved": _interleaved([reply.value for reply in replies], limit), "usage": usage}


@step
async def grade_passages(state: QueryState) -> QueryState:
    """Judge all passages at once; those that are not graded go by whether they are."""
    now = await deps.current()
    reply = await now.engine.grade(state["standalone"], state["retrieved"])
    grades = {grade["chunk"]: grade for grade in reply.value}
    least = context.current().min_grade
    retrieved: list[Passage] = []
    for passage in state["retrieved"]:
        grade = grades.get(passage["chunk"])
        # A grader that says nothing must not cost an answer: what was found then counts as it was found.
        relevant = grade["score"] >= least if grade else not grades
        graded = passage.copy()
        graded["relevant"] = relevant
        if grade:
            graded["grade"], graded["reason"] = grade["score"], grade["reason"]
        retrieved.append(graded)
    return {"retrieved": retrieved, "grades": reply.value, "usage": add_usage(state["usage"], reply.usage)}


@step
async def rewrite_question(state: QueryState) -> QueryState:
    """Ask in another way than before; where there is none, the count goes up and the queries stay."""
    now = await deps.current()
    reply = await now.engine.rewrite(state["standalone"], state["queries"], state["retrieved"])
    tried = {query.casefold().strip() for query in state["queries"]}
    new = [reply.value] if reply.value.strip() and reply.value.casefold().strip() not in tried else []
    return {
        "queries": [*state["queries"], *new],
        "rewrites": state["rewrites"] + 1,
        "usage": add_usage(state["usage"], reply.usage),
    }


@step
async def generate_answer(state: QueryState) -> QueryState:
    """Make claims, each with the passage and the words it rests on; nothing is believed yet."""
    now = await deps.current()
    relevant = [passage for passage in state["retrieved"] if passage["relevant"]]
    reply = await now.engine.answer(state["standalone"], relevant, state["grades"])
    return {"claims": reply.value, "usage": add_usage(state["usage"], reply.usage)}


def verify_citations(state: QueryState) -> QueryState:
    """Look for every quote on its page, and for every number of a claim in its evidence."""
    catalog = deps.deps(context.current()).stores.catalog
    offered = [passage["chunk"] for passage in state["retrieved"] if passage["relevant"]]
    chunks = {chunk.id: chunk for chunk in catalog.chunks(offered)}
    verdicts: list[Verdict] = []
    markers: dict[tuple[str, str], int] = {}
    for claim in state["claims"]:
        chunk = chunks.get(claim["chunk"])
        place = None
        if chunk:
            place = citations.locate(claim["quote"], catalog.transcripts(chunk.document, chunk.pages))
        failure = citations.failure(claim, chunk, place)
        citation = None
        if chunk and place and not failure:
            marker = markers.setdefault((chunk.id, claim["quote"]), len(markers) + 1)
            citation = _citation(marker, chunk, claim["quote"], place)
        verdicts.append(Verdict(claim=claim, failure=failure, citation=citation))
    return {"verdicts": verdicts, "reason": None if markers else "fact_absent"}


def write_answer(state: QueryState) -> QueryState:
    """Put the proven claims together, each followed by the number of its citation."""
    proven = [verdict for verdict in state["verdicts"] if verdict["citation"]]
    found = {citation["marker"]: citation for verdict in proven if (citation := verdict["citation"])}
    return _finished(state, wording.answer(proven), refused=False, citations=list(found.values()))


def decline(state: QueryState) -> QueryState:
    """Say that the documents do not answer, why, and where the closest pages are."""
    catalog = deps.deps(context.current()).stores.catalog
    holes = unreadable(catalog, state["scope"])
    reason = state.get("reason") or ("page_unreadable" if holes else "nothing_relevant")
    return {**_finished(state, wording.refusal(reason, state["retrieved"], holes), refused=True), "reason": reason}


def asked(question: str | None, messages: Sequence[AnyMessage] | None) -> tuple[str, list[Turn]]:
    """The question and the conversation before it: the last message of the user, or else the question given."""
    messages = list(messages or [])
    if messages and isinstance(messages[-1], HumanMessage):
        return said(messages[-1]), _turns(messages[:-1])
    if question is not None and not isinstance(question, str):
        raise BadInputError(f"`question` must be a text, not {question!r}.")
    return question or "", _turns(messages)


def resolve(catalog: Catalog, names: Sequence[str]) -> list[str]:
    """The ids of the documents that are named, by id or by name; of all that can be asked when none is named.

    Raises:
        UnknownDocumentError: a name stands for no document, or for several.
    """
    known = [row for row in catalog.documents() if row.generation]
    if not names:
        return [row.id for row in known]
    return [find_document(catalog, name).id for name in names]


def find_document(catalog: Catalog, name: str) -> DocumentRow:
    """The document of that id, name (with or without its ending) or source.

    Raises:
        UnknownDocumentError: it stands for no document, or for several.
    """
    known = catalog.documents()
    wanted = name.strip().casefold()
    hits = [row for row in known if row.id == wanted or wanted in (row.name.casefold(), row.source.casefold())]
    hits = hits or [row for row in known if row.name.casefold().rsplit(".", 1)[0] == wanted]
    if not hits:
        listed = ", ".join(row.name for row in known[:10]) or "none yet"
        raise UnknownDocumentError(f"There is no document {name!r}: name one of these ({listed}), or its id.")
    if len(hits) > 1:
        ids = ", ".join(f"{row.id} ({row.source})" for row in hits)
        raise UnknownDocumentError(f"Several documents are named {name!r}: give the id of one of them: {ids}.")
    return hits[0]


def _nothing_to_ask(catalog: Catalog) -> RefusalReason:
    """Why no document can be asked: none was ingested, or none of their pages could be read."""
    return "page_unreadable" if unreadable(catalog, []) else "nothing_ingested"


def unreadable(catalog: Catalog, documents: Sequence[str]) -> dict[str, list[int]]:
    """The pages that could not be read, by document name; of all documents where none is named."""
    rows = [row for row in catalog.documents() if row.id in documents or not documents]
    holes = {row.name: [page.page for page in catalog.pages(row.id) if page.status == "failed"] for row in rows}
    return {name: pages for name, pages in holes.items() if pages}


def _turns(messages: Sequence[AnyMessage]) -> list[Turn]:
    roles = {"human": "user", "ai": "assistant"}
    turns = [Turn(role=roles[m.type], text=said(m)) for m in messages if m.type in roles]
    return turns[-_HISTORY:]


def _interleaved(lists: Sequence[Sequence[Passage]], limit: int) -> list[Passage]:
    """The first of each list, then the second of each, ..., every passage once."""
    ordered: dict[str, Passage] = {}
    for rank in range(max((len(one) for one in lists), default=0)):
        for one in lists:
            if rank < len(one):
                ordered.setdefault(one[rank]["chunk"], one[rank])
    return list(ordered.values())[:limit]


def _citation(marker: int, chunk: ChunkRow, quote: str, place: citations.Place) -> Citation:
    citation = Citation(
        marker=marker,
        document=chunk.document,
        name=chunk.name,
        page=place.pages[0],
        quote=quote,
        boxes=[[round(edge, 4) for edge in box] for box in place.boxes],
        chunk=chunk.id,
    )
    if len(place.pages) > 1:
        citation["pages"] = list(place.pages)
    return citation


def _finished(state: QueryState, answer: str, refused: bool, citations: Sequence[Citation] = ()) -> QueryState:
    messages = list(state.get("messages") or [])
    in_chat = bool(messages) and isinstance(messages[-1], HumanMessage)
    reply = AIMessage(answer, additional_kwargs={"citations": list(citations)} if citations else {})
    return {
        "answer": answer,
        "refused": refused,
        "citations": list(citations),
        "messages": [reply] if in_chat else [HumanMessage(state["question"]), reply],
        "seconds": round(time.time() - state["started"], 3),
    }
