"""Parts that the layout model finds on a page: which are used, the cells of tables, and a page without pictures."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from loaders.pdf.text_layer import as_box
from loaders.types import Box

_SPECK_POINTS = 2  # smaller parts are left out, as pymupdf4llm does


@contextmanager
def without_pictures(page: Any, pictures: int) -> Iterator[None]:
    """Leave pictures out of the text that the layout model gets from a page, since it uses only the lines.

    `pictures` is the flag with which the library puts them into it.
    """
    flags: dict[int, int] = {}
    made_of, text_of = page.get_textpage, page.get_text

    def get_textpage(*args: Any, **kwargs: Any) -> Any:
        made = made_of(*args, **kwargs)
        flags[id(made)] = kwargs.get("flags", 0)
        return made

    def get_text(option: str = "text", *, textpage: Any = None, **kwargs: Any) -> Any:
        if option == "dict" and id(textpage) in flags:
            textpage = made_of(flags=flags[id(textpage)] & ~pictures)
        return text_of(option, textpage=textpage, **kwargs)

    page.get_textpage, page.get_text = get_textpage, get_text
    try:
        yield
    finally:
        del page.get_textpage, page.get_text


def is_relevant(part: dict[str, Any]) -> bool:
    """Return whether a part that the layout model found is large enough and, if a table, has a grid."""
    x0, y0, x1, y1 = part["group_bbox"]
    return bool(
        x1 - x0 > _SPECK_POINTS and y1 - y0 > _SPECK_POINTS and (part["class_name"] != "table" or part["table_grid"])
    )


def table_cells(tables: dict[Any, dict[str, Any]], box: Any, likeness: Any) -> tuple[tuple[Box, ...], ...]:
    """Return the grid of the table that is nearest to `box`, as rows of boxes."""
    table = tables[max(tables, key=lambda key: likeness(key, box))]
    x0, y0, x1, y1 = table["group_bbox"]
    rows = [y0, *(y0 + line for line in table["table_grid"].h_lines), y1]
    columns = [x0, *(x0 + line for line in table["table_grid"].v_lines), x1]
    return tuple(
        tuple(as_box((left, top, right, bottom)) for left, right in itertools.pairwise(columns))
        for top, bottom in itertools.pairwise(rows)
    )
