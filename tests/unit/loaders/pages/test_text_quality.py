from __future__ import annotations

import pytest

from loaders.pages.text_quality import is_garbage

PROSE = "The reservoir was completed in 1931 and holds 48.6 million cubic metres of water. " * 3


@pytest.mark.parametrize(
    "text",
    [PROSE, "", "Chapter 1 ........ 12", "\uf0b7 a bullet of a symbol font " * 5, "数据库系统概论 " * 30],
    ids=["prose", "nothing", "dot leaders", "bullets", "another script"],
)
def test_a_correct_text_layer_is_trusted(text: str) -> None:
    assert not is_garbage(text)


@pytest.mark.parametrize(
    "text",
    [
        "\ufffd" * 50 + "few letters",
        "".join(chr(0xE000 + ord(char)) for char in PROSE if char.isalpha()),
        "(cid:12)(cid:7)(cid:99) " * 20,
        "".join(chr(ord(char) + 3) if "a" <= char <= "w" else char for char in PROSE),
        "%&/()=?!§$ " * 30,
    ],
    ids=["replacement", "private use", "glyph numbers", "shifted", "signs"],
)
def test_text_that_is_not_what_the_page_shows_is_garbage(text: str) -> None:
    assert is_garbage(text)
