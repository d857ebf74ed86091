"""The contract of full-text search, for every implementation in `conftest.py`."""

from __future__ import annotations

import pytest

from graph.storage.base import Catalog
from tests.unit.graph.storage.rows import chunk, document, found, publish


def test_results_are_ranked_by_relevance_and_stay_within_the_given_documents(catalog: Catalog) -> None:
    publish(
        catalog, document("a"), chunk(0, "The storm closed the slipway."), chunk(1, "Tea was served after the storm.")
    )
    publish(catalog, document("b"), chunk(0, "A slipway and a storm: the storm broke the slipway."))
    assert found(catalog, "storm", "slipways")[-1] == "Tea was served after the storm."
    assert found(catalog, "slipway", documents=("a",)) == ["The storm closed the slipway."]
    assert found(catalog, "slipway", documents=("no-such-document",)) == []
    scores = [score for _, score in catalog.search_text(["storm", "slipway"], (), 10)]
    assert scores == sorted(scores, reverse=True)
    assert scores[-1] > 0


@pytest.mark.parametrize("word", ['"', "NEAR", "a*", "x:y", "(", "AND", "-1", "ünïcödé", "", "'; DROP TABLE units; --"])
def test_no_word_breaks_the_search(catalog: Catalog, word: str) -> None:
    publish(catalog, document("a"), chunk(0, "The storm closed the slipway."))
    assert "The storm closed the slipway." in found(catalog, word, "storm")


def test_document_frequencies_count_units_by_stem(catalog: Catalog) -> None:
    publish(catalog, document("a"), chunk(0, "Storms came."), chunk(1, "A storm came."), chunk(2, "Calm."))
    counts, total = catalog.document_frequencies(["storm", "calm", "absent"])
    assert (counts.get("storm"), counts.get("calm"), counts.get("absent", 0), total) == (2, 1, 0, 3)
