"""Sanitizers: words stay, and active or invisible content of documents and models is removed."""

from __future__ import annotations

import re

import pytest

from graph.sanitize import remove_invisible, sanitize_markdown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("It is 14 euros ![x](https://evil.example/?q=secret).", "It is 14 euros x.", id="image"),
        pytest.param("See [the list](https://evil.example).", "See the list.", id="link"),
        pytest.param("![a [b] c](http://e.x/p)", "", id="image with brackets"),
        pytest.param("![a][ref] and [b][ref]", "a and b", id="references"),
        pytest.param("[1]: https://evil.example", "(1): https://evil.example", id="a definition of our marker"),
        pytest.param("[pic]: https://evil.example", "", id="a definition"),
        pytest.param("Founded in 1911 [1], see [2, 3].", "Founded in 1911 (1), see (2, 3).", id="forged markers"),
        pytest.param("<https://evil.example/a>", "https://evil.example/a", id="autolink"),
        pytest.param('<img src="https://evil.example">', "", id="img tag"),
        pytest.param("<IMG/src=x onerror=alert(1)>", "", id="img tag in capitals"),
        pytest.param("<script>alert(1)</script>", "", id="script"),
        pytest.param("<!-- hidden -->", "", id="comment"),
        pytest.param("1\u200b4 eu\u2060ros\U000e0041", "14 euros", id="unseen characters"),
        pytest.param("a \u202egnp.exe", "a gnp.exe", id="reversed text"),
        pytest.param("It says <think> and x < y, [sic] (p. 3), cons@64 and 5 * 3.", None, id="what is text"),
        pytest.param("می\u200cخواهم", None, id="joiners of a script that needs them"),
    ],
)
def test_words_stay_and_active_markup_is_removed(text: str, shown: str | None) -> None:
    said = sanitize_markdown(text)
    if shown != "":
        assert said == (text if shown is None else shown)
    assert not re.search(r"\]\(|!\[|\]\[|\]:|<(?:img|script|!)", said, re.IGNORECASE)


def test_ordinary_text_is_unchanged_by_removing_invisible_characters() -> None:
    assert remove_invisible("naïve Ωmega\n\t日本語 – “quotes”") == "naïve Ωmega\n\t日本語 – “quotes”"
