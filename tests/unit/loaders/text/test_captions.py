from __future__ import annotations

import pytest

from loaders.text.captions import caption_of, is_caption, is_table_summary


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Table 4 | Results on AIME", "table"),
        ("**Table 2.** Costs", "table"),
        ("Tabelle 1: Kosten", "table"),
        ("Fig. 2: A chart", "figure"),
        ("Figure A.3", "figure"),
        ("Chart IV – Sales", "figure"),
        ("Table 2 provides the results.", None),
        ("Tables are useful.", None),
        ("", None),
    ],
)
def test_a_caption_separates_its_number_from_its_words(text: str, kind: str | None) -> None:
    assert caption_of(text) == kind
    assert is_caption(text) == (kind is not None)


def test_the_summary_of_a_table_that_a_model_wrote_is_recognised() -> None:
    assert is_table_summary("**Table summary:** Costs rise.")
    assert not is_table_summary("The table summary is short.")
