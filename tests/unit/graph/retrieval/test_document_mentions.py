"""Recognition of questions about the library and of mentioned documents, with counterexamples."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from graph.retrieval.document_mentions import asks_about_library, called_by_kind, mentioned_in
from graph.storage.library import Library
from graph.storage.rows import DocumentRow
from tests.libraries import open_catalog


@pytest.mark.parametrize(
    "question",
    [
        "What documents do you have?",
        "Which files are ingested?",
        "which documents have been indexed so far",
        "How many documents are there?",
        "How many PDFs do you have access to?",
        "List all documents.",
        "Please list the documents you have",
        "Show me all your files",
        "Can you list the documents that are available?",
        "What is in your library?",
        "What have you read?",
        "Welche Dokumente hast du?",
        "Quels documents as-tu ?",
        "¿Qué documentos tienes?",
    ],
)
def test_a_question_about_the_library(question: str) -> None:
    assert asks_about_library(question)


@pytest.mark.parametrize(
    "question",
    [
        "What documents must be filed with the permit?",
        "Which documents do you have to bring to the border?",
        "What documents do you have on the storm of 2025?",
        "How many documents were seized in the raid?",
        "List all documents that mention the winch cable.",
        "Which files are stored on the server described in section 3?",
        "What papers are cited by the authors?",
        "Show me the day ticket price.",
        "What sources are there of nitrogen in the lake?",
        "List the authors.",
        "What does the document say about fog?",
        "What is in the attic of the old house?",
        "Documents",
    ],
)
def test_a_question_that_only_mentions_documents(question: str) -> None:
    assert not asks_about_library(question)


def row(name: str, title: str = "") -> DocumentRow:
    return DocumentRow(name, name, f"/d/{name}", "pdf", title, 1, 1, "g")


FILINGS = [row(f"{company}_{year}_10K.pdf") for company in ("NETFLIX", "AMCOR", "3M") for year in (2021, 2022)]
OTHERS = [
    row("DeepSeek_R1.pdf", "DeepSeek-R1: Incentivizing Reasoning Capability in LLMs via Reinforcement Learning"),
    row("wind_energy_europe.pdf", "Wind energy in Europe"),
    row("report.pdf"),
    row("sample.pdf"),
    row("scan 12.png"),
    row("AMCOR_2023Q2_10Q.pdf"),
]
MANY = [row(f"minutes-{number:03}.pdf", "Minutes of the board") for number in range(300)]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with closing(open_catalog(tmp_path_factory.mktemp("library") / "catalog.db")) as catalog:
        for document in (*FILINGS, *OTHERS, *MANY):
            add(catalog, document)
        yield catalog


def add(catalog: Library, document: DocumentRow) -> None:
    catalog.add_document(document)
    catalog.publish(document.id, catalog.stage_chunks(document.id, []))


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("What was the net income in the Netflix 10-K?", ["NETFLIX_2021_10K.pdf", "NETFLIX_2022_10K.pdf"]),
        ("What was the net income in the netflix 2022 10-k?", ["NETFLIX_2022_10K.pdf"]),
        ("What did Netflix earn in FY2022?", ["NETFLIX_2022_10K.pdf"]),
        ("How large were 3M's assets in the 2021 10K?", ["3M_2021_10K.pdf"]),
        ("What does Amcor's Q2 2023 10-Q say of debt?", ["AMCOR_2023Q2_10Q.pdf"]),
        ("According to report.pdf, who signed?", ["report.pdf"]),
        ("Who signed minutes-017?", ["minutes-017.pdf"]),
        ("Who signed (Scan 12.png)?", ["scan 12.png"]),
        ("How was the model in the DeepSeek paper trained?", ["DeepSeek_R1.pdf"]),
        ("How was DeepSeek R1 trained?", ["DeepSeek_R1.pdf"]),
        ("How does DeepSeek-R1 compare?", ["DeepSeek_R1.pdf"]),
        ("What share does the wind energy Europe report name?", ["wind_energy_europe.pdf"]),
    ],
)
def test_questions_that_mention_a_document(question: str, found: list[str], library: Library) -> None:
    assert mentioned_in(library, question) == found


@pytest.mark.parametrize(
    "question",
    [
        "What did Netflix earn?",
        "What does the report say about fog?",
        "How large was the sample?",
        "Which wind energy projects did Europe fund?",
        "How does reinforcement learning improve reasoning?",
        "What happened in 2022?",
        "What stands in the minutes of the board?",
        "What is a 10-K?",
        "",
    ],
)
def test_questions_that_mention_no_document(question: str, library: Library) -> None:
    assert mentioned_in(library, question) == []


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Summarise the scan.", ["scan 12.png"]),
        ("How many pages does my old report have?", ["report.pdf"]),
        ("How many pages does a report have?", []),
        ("Who wrote the document?", []),
        ("Who wrote the handbook?", []),
    ],
)
def test_the_one_document_of_a_kind_is_called_by_it(question: str, found: list[str], library: Library) -> None:
    assert called_by_kind(library, question) == found
    assert len(called_by_kind(library, "Who wrote the minutes?")) == len(MANY)


def test_a_library_of_one_document_is_not_narrowed(tmp_path: Path) -> None:
    with closing(open_catalog(tmp_path / "catalog.db")) as one:
        add(one, FILINGS[1])
        assert mentioned_in(one, "What did Netflix earn in 2022, as by NETFLIX_2022_10K.pdf?") == []
        assert called_by_kind(one, "Summarise the 10-K.") == []
