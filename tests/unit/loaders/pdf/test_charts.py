"""Pictures with far more numbers than names, and others that keep all their words."""

from __future__ import annotations

import pytest

from loaders.charts.labels import MAX_LABELS
from loaders.pdf.charts import numbers_left_out, read_charts
from loaders.pdf.text_layer import Line, TextLayer
from loaders.types import Block, Box, Word


def _picture(texts: list[str]) -> tuple[list[Block], TextLayer]:
    """Return a picture with these words in rows of fifty, and the text layer of its page."""
    words = [Word(text, Box(x := at % 50 * 10, y := at // 50 * 10, x + 4, y + 4)) for at, text in enumerate(texts)]
    lines = tuple(Line((word,), 0, 4, True, False) for word in words)
    return [Block("figure", " ".join(texts), box=Box(0, 0, 1, 1))], TextLayer(600, 800, lines, ())


def test_a_cloud_of_points_keeps_its_words_and_loses_its_numbers() -> None:
    before, layer = _picture(["Gauge", "Weir", *(str(at) for at in range(1, MAX_LABELS + 100))])
    after = read_charts(before, layer, lambda box: pytest.fail("its pixels were looked at"))
    assert [block.text for block in after] == ["Gauge\nWeir"]
    assert numbers_left_out(before, after, 7).startswith("Page 7 shows about 1599 numbers in a picture")


def test_a_plan_with_as_many_names_as_numbers_keeps_both() -> None:
    before, layer = _picture([f"{letter}{at}" for at in range(MAX_LABELS) for letter in ("Plot-", "")])
    after = read_charts(before, layer, lambda box: pytest.fail("its pixels were looked at"))
    assert list(after) == before
    assert numbers_left_out(before, after, 7) == ""
