"""Questions about the library, documents that a question mentions, unread pages, and the retriever."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, cast

import pytest
from langchain_core.documents import Document
from langchain_core.prompt_values import PromptValue
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnableLambda, RunnableParallel, RunnablePassthrough
from pydantic import ValidationError

from graph import dependencies
from graph.access import Scope
from graph.app import app
from graph.context import Context
from graph.errors import UnknownDocumentError
from graph.query.graph import app as query
from graph.retriever import PageWitnessRetriever
from graph.storage.rows import PageRow, PageStatus
from tests.conftest import MakePdf

TICKET = "What does a day ticket to the island cost?"
WINCH = (
    "The winch cable of the {place} harbour holds {load} kilograms. It had been new in 2019 and has never been "
    "overloaded since then. The drum is greased twice a year by the keeper of the light."
)


def ask(question: str, **state: Any) -> dict[str, Any]:
    given: Any = {"question": question, **state}
    return cast(dict[str, Any], query.invoke(given))


def nodes(question: str) -> list[str]:
    return [next(iter(part)) for part in query.stream({"question": question}, stream_mode="updates")]


def spoil(name: str, *pages: int, status: PageStatus = "failed") -> None:
    """Make pages of a document ones that could not be read, or that are still due."""
    catalog = dependencies.stores(Scope.everything()).catalog
    (document,) = [row for row in catalog.documents() if row.name == name]
    for row in catalog.pages(document.id):
        if row.page in pages:
            failed = PageRow(document.id, row.page, status, "timeout", "It took too long.", image=row.image)
            catalog.record_page(failed)


@pytest.fixture
def harbours(home: Path, make_pdf: MakePdf, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two documents about two harbours, and twenty others; read for the first test, copied for the next ones."""
    kept = tmp_path_factory.getbasetemp() / "harbours"
    if not kept.exists():
        places = {"Kelder_2021_handbook.pdf": ("Kelder", "1,200"), "Morvane_2022_handbook.pdf": ("Morvane", "3,400")}
        paths = [make_pdf(name, *[WINCH.format(place=p, load=load)] * 3) for name, (p, load) in places.items()]
        paths += [make_pdf(f"note-{number}.pdf", f"Note {number}: the boat was painted.") for number in range(20)]
        app.invoke({"sources": [str(path) for path in paths]})
        shutil.copytree(home, kept)
    else:
        shutil.copytree(kept, home)
    return home


@pytest.mark.heavy
def test_the_library_is_asked_about_and_answers_from_the_catalog(harbours: Path) -> None:
    spoil("Kelder_2021_handbook.pdf", 1, 3)
    result = ask("What documents do you have?")
    assert (result["refused"], result["verdict"], result["citations"]) == (False, "catalog", [])
    assert "There are 22 documents to ask" in result["answer"]
    assert "Kelder_2021_handbook.pdf (3 pages; pages 1 and 3 could not be read)" in result["answer"]
    assert "note-7.pdf (1 page)" in result["answer"]
    assert result["usage"]["requests"] == 0
    assert nodes("Which files are ingested?") == ["contextualize", "describe_library"]
    assert "There is 1 document" in ask("List your documents", documents=["note-7"])["answer"]


def test_an_empty_library_declines_to_list() -> None:
    assert ask("What documents do you have?")["reason"] == "nothing_ingested"


def test_a_document_that_the_question_names_is_searched_alone(harbours: Path) -> None:
    result = ask("What does the winch cable hold, according to the Morvane handbook?")
    assert "3,400" in result["answer"]
    assert {passage["name"] for passage in result["retrieved"]} == {"Morvane_2022_handbook.pdf"}
    (note,) = [note for note in result["notes"] if note["kind"] == "document_recognised"]
    assert note["text"] == "Only Morvane_2022_handbook.pdf was searched, because the question is about it."
    other = ask("What does the winch cable hold, according to the Kelder handbook?")
    assert {citation["name"] for citation in other["citations"]} == {"Kelder_2021_handbook.pdf"}


def test_all_documents_are_searched_if_the_mentioned_one_has_no_answer(harbours: Path) -> None:
    question = "According to note-3.pdf, what does the winch cable of the harbour hold?"
    assert "widen_search" in nodes(question)
    result = ask(question)
    assert result["refused"] is False
    assert [note["kind"] for note in result["notes"]] == ["documents_widened"]
    assert "handbook" in result["citations"][0]["name"]


def test_a_filter_is_not_widened(harbours: Path) -> None:
    result = ask("According to the Kelder handbook, what does the winch cable hold?", documents=["note-3"])
    assert {passage["name"] for passage in result["retrieved"]} == {"note-3.pdf"}
    assert result["refused"] is True


def test_an_answer_says_which_pages_of_its_documents_were_not_read(harbours: Path) -> None:
    question = "What does the winch cable hold, according to the Kelder handbook?"
    spoil("Kelder_2021_handbook.pdf", 2, 3)
    spoil("note-3.pdf", 1)
    result = ask(question)
    assert result["refused"] is False
    unread = [note["text"] for note in result["notes"] if note["kind"] == "pages_unread"]
    assert unread == ["Pages 2-3 of Kelder_2021_handbook.pdf could not be read."]
    refused = ask("Who is the captain of the ferry to Oslo?", documents=["note-3"])
    assert (refused["refused"], refused["reason"]) == (True, "page_unreadable")
    assert [note["text"] for note in refused["notes"]] == ["Page 1 of note-3.pdf could not be read."]


def test_pages_that_are_due_are_not_called_unreadable(harbours: Path) -> None:
    spoil("Kelder_2021_handbook.pdf", 1)
    spoil("Kelder_2021_handbook.pdf", 2, 3, status="pending")
    listed = ask("What documents do you have?")["answer"]
    assert "Kelder_2021_handbook.pdf (3 pages; page 1 could not be read; pages 2-3 not read yet)" in listed
    refused = ask("Who is the captain of the ferry to Oslo?", documents=["Kelder_2021_handbook.pdf"])
    assert [note["text"] for note in refused["notes"]] == [
        "Page 1 of Kelder_2021_handbook.pdf could not be read.",
        "Pages 2-3 of Kelder_2021_handbook.pdf are not read yet: run the same `pagewitness ingest` command again.",
    ]


@pytest.mark.usefixtures("library")
def test_an_answer_carries_its_verdict() -> None:
    result = ask(TICKET)
    assert (result["verdict"], result["notes"]) == ("proven", [])
    assert [verdict["failure"] for verdict in result["verdicts"]] == [""] * len(result["verdicts"])
    assert result["messages"][-1].additional_kwargs["verdict"] == "proven"
    assert ask("How do I bake sourdough bread?")["verdict"] == "refused"


# The retriever


@pytest.mark.usefixtures("library")
def test_the_retriever_works_in_a_langchain_chain() -> None:
    prompt = ChatPromptTemplate.from_template("{context}\n\n{question}")

    def joined(found: list[Document]) -> str:
        return "\n".join(document.page_content for document in found)

    def echo(value: PromptValue) -> str:
        return value.to_string()

    context = PageWitnessRetriever(top_k=3) | RunnableLambda(joined)
    chain = RunnableParallel(context=context, question=RunnablePassthrough()) | prompt | RunnableLambda(echo)
    said = chain.invoke(TICKET)
    assert "14 euros" in said
    assert said.endswith(TICKET)


def test_the_retriever_is_limited_to_its_collection(harbours: Path) -> None:
    stores = dependencies.stores(Scope.everything())
    [kelder] = [row.id for row in stores.catalog.documents() if row.name == "Kelder_2021_handbook.pdf"]
    stores.catalog.add_to([kelder], ["Kelder"])
    found = PageWitnessRetriever(context=Context(collection="Kelder")).invoke("What does the winch cable hold?")
    assert {document.metadata["name"] for document in found} == {"Kelder_2021_handbook.pdf"}


@pytest.mark.usefixtures("library")
async def test_the_retriever_returns_what_a_question_starts_from() -> None:
    retriever = PageWitnessRetriever(top_k=4)
    found = await retriever.ainvoke(TICKET)
    assert [document.id for document in found] == [document.id for document in retriever.invoke(TICKET)]
    passages = ask(TICKET)["retrieved"][:4]
    assert [document.id for document in found] == [passage["chunk"] for passage in passages]
    metadata = found[0].metadata
    assert metadata.keys() == {"document", "name", "page", "pages", "heading", "kind", "chunk", "score"}
    assert (metadata["name"], metadata["page"]) == ("sample.pdf", 6)
    assert [d.metadata["score"] for d in found] == sorted((d.metadata["score"] for d in found), reverse=True)


def test_the_retriever_keeps_to_its_documents(harbours: Path) -> None:
    question = "What does the winch cable hold?"
    found = PageWitnessRetriever(documents=["Kelder_2021_handbook"]).invoke(question)
    assert {document.metadata["name"] for document in found} == {"Kelder_2021_handbook.pdf"}
    named = PageWitnessRetriever().invoke("What does the winch cable hold in the Morvane handbook?")
    assert {document.metadata["name"] for document in named} == {"Morvane_2022_handbook.pdf"}
    with pytest.raises(UnknownDocumentError):
        PageWitnessRetriever(documents=["nope"]).invoke(question)
    with pytest.raises(ValidationError):
        PageWitnessRetriever(top_k=0)


def test_the_retriever_finds_nothing_in_an_empty_library() -> None:
    assert PageWitnessRetriever().invoke(TICKET) == []
