"""Sentences of errors."""

from __future__ import annotations

import pytest

from graph.errors import no_such_page


@pytest.mark.parametrize(("pages", "said"), [(1, "it has one page"), (120, "it has pages 1 to 120")])
def test_a_page_that_is_not_there_is_told_with_those_that_are(pages: int, said: str) -> None:
    assert str(no_such_page(0, "a.pdf", pages)) == f"There is no page 0 in 'a.pdf': {said}."
