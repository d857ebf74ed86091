from __future__ import annotations

import pytest

from loaders.text.line_joining import join_lines, vocabulary


@pytest.mark.parametrize(
    ("lines", "known", "joined"),
    [
        (["a line", "and another"], "", "a line and another"),
        (["super-", "vised learning"], "", "supervised learning"),
        (["DeepSeek-", "R1 is"], "", "DeepSeek-R1 is"),
        (["a well-", "known fact"], "well known", "a well-known fact"),
        (["a well-", "known fact"], "wellknown", "a wellknown fact"),
        (["long-", "term"], "long-term", "long-term"),
        (["pre-", "(and post-)"], "", "pre- (and post-)"),
        (["soft\u00ad", "ware"], "", "software"),
        (["日本", "語"], "", "日本語"),
        (["", "  ", "only"], "", "only"),
    ],
)
def test_words_broken_at_the_end_of_a_line_are_joined(lines: list[str], known: str, joined: str) -> None:
    assert join_lines(lines, set(known.split())) == joined


def test_the_vocabulary_leaves_out_halves_of_words() -> None:
    assert vocabulary(["The Water is super-", "vised, long-term"]) == {"the", "water", "is", "vised", "long-term"}
