"""Pages sent from one process to another: equal to what was sent, with words in fewer bytes than as tuples."""

from __future__ import annotations

import copy
import pickle

import pytest

from loaders.pages import reader  # noqa: F401  # as in a page process
from loaders.types import Block, Box, PageImage, PageText, Word

WORDS = tuple(Word(f"word{at}", Box(at / 7, at / 11, at / 5, at / 3)) for at in range(300))
BLOCKS = (Block("text", "word0 word1", box=Box(0, 0, 0.5, 0.1)), Block("watermark", "DRAFT"))


@pytest.mark.parametrize("words", [WORDS, ()], ids=["words", "none"])
def test_a_page_is_equal_after_it_was_sent(words: tuple[Word, ...]) -> None:
    text = PageText(3, BLOCKS, words, "text-layer+ocr", "A picture was not read.")
    image = PageImage(3, b"png", 10, 20, "word0", words, 0.2, True, comments=BLOCKS, stored="key")
    for page in (text, image):
        sent = pickle.loads(pickle.dumps(page))
        assert sent == page == copy.copy(page)
        assert repr(sent) == repr(page)


def test_words_are_sent_as_texts_and_numbers() -> None:
    page = PageText(3, (), WORDS, "text-layer")
    texts, numbers = sum(len(word.text) for word in WORDS), 4 * 8 * len(WORDS)
    assert len(pickle.dumps(page)) < texts + numbers + 8 * len(WORDS) + 1000 < len(pickle.dumps(WORDS))
