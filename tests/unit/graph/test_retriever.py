"""The sample as a LangChain vector store, with the real index and the offline model."""

from __future__ import annotations

import pytest
from langchain_core.documents import Document
from langchain_core.runnables import RunnableLambda

from graph.retriever import vector_store

TICKET, FACT = "What does a day ticket to the island cost?", "14 euros"


def joined(found: list[Document]) -> str:
    return " ".join(one.page_content for one in found)


@pytest.mark.usefixtures("library")
def test_the_library_is_a_retriever_in_a_chain() -> None:
    retriever = vector_store().as_retriever(search_kwargs={"k": 3})
    assert FACT in (retriever | RunnableLambda(joined)).invoke(TICKET)


@pytest.mark.usefixtures("library")
async def test_results_name_the_document_and_the_page() -> None:
    (found,) = await vector_store().asimilarity_search(TICKET, k=1)
    assert FACT in found.page_content
    assert (found.metadata["name"], found.metadata["page"]) == ("sample.pdf", 6)
    assert found.metadata["chunk"] == found.id
    assert str(found.metadata["chunk"]).startswith(found.metadata["document"])


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("search_type", ["similarity", "mmr"])
def test_every_kind_of_search_gives_as_many_chunks_as_asked(search_type: str) -> None:
    found = vector_store().as_retriever(search_type=search_type, search_kwargs={"k": 4}).invoke(TICKET)
    assert len({one.id for one in found}) == 4


@pytest.mark.usefixtures("home")
def test_an_empty_library_finds_nothing() -> None:
    assert vector_store().similarity_search(TICKET) == []
