"""The loader that LangChain users see, on the sample."""

import pytest

from loaders.errors import SourceError
from loaders.langchain import PageLoader
from tests.conftest import SAMPLE


def test_loads_a_document_for_each_page_lazily():
    pages = PageLoader(str(SAMPLE)).lazy_load()
    first, second = next(pages), next(pages)
    assert "Ardveyra Island Observatory" in first.page_content
    assert (first.metadata["page"], second.metadata["page"]) == (1, 2)
    assert first.metadata["total_pages"] == 6
    assert first.metadata["source"].endswith("sample.pdf")


def test_a_missing_file_is_named():
    with pytest.raises(SourceError, match=r"nowhere\.pdf"):
        PageLoader("nowhere.pdf").load()
