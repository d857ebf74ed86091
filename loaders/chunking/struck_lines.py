"""Struck-out text as separate sentences: searched, so that an answer can say that it is struck out, never quoted.

What is left beside it may be a mere label, such as the "2. Notice." of a clause whose wording is struck. A label
answers nothing by itself; it is added to the search text of the text that replaces the wording.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from loaders.text.plain import plain, struck_texts
from loaders.text.sentences import split_sentences
from loaders.types import Block, Sentence

_ROW_END = re.compile(r"\n|</tr\s*>", re.IGNORECASE)
_LEAST_WORDS = 3  # of a struck text that is searched: a struck price or date alone answers no question
_LABEL_WORDS, _BARE_WORDS = 6, 2  # of a label with a number or a colon, and of one that only ends with a stop
_MOST_WORDS = 200  # of a line: a longer "sentence" is a list without stops, which no single vector represents well
_FIRST_LIVE = re.compile(r"^(?:(?!~~|<(?:del|s|strike)\b).)*", re.DOTALL | re.IGNORECASE)
_NUMBERED = re.compile(
    r"^\s*(?:[-*+•]\s+)?(?:§+\s*|\w+\s+)?(?:\d{1,3}(?:\.\d{1,3})*|[a-z]|[ivx]{1,5})[.)]", re.IGNORECASE
)


def struck_lines(block: Block, page: int) -> list[Sentence]:
    """Return the struck-out texts of a block as sentences: each of three words or more, and each row of a table."""
    if "~~" not in block.text and "<" not in block.text:
        return []
    label = plain(block.text)
    lead = f"{label.rstrip(' .:')}. " if is_label(block) else ""
    parts = _ROW_END.split(block.text) if block.is_table else [block.text]
    found = [[" ".join(texts)] if block.is_table else texts for texts in map(struck_texts, parts)]
    lines = [line for texts in found for text in texts for line in split_sentences(text)]
    words = [line.split()[at : at + _MOST_WORDS] for line in lines for at in range(0, len(line.split()), _MOST_WORDS)]
    return [
        Sentence(text, f"{lead}{text}", "struck", (page,))
        for text in (" ".join(part) for part in words if len(part) >= _LEAST_WORDS)
        if any(map(str.isalpha, text))
    ]


def is_label(block: Block) -> bool:
    """Return whether all that is not struck out in a block is a label before it: a few words, mostly with a number."""
    if block.is_table or block.is_heading or not struck_texts(block.text):
        return False
    left, size = plain(block.text), len(plain(block.text).split())
    if not left or left[0].islower() or not any(map(str.isalpha, left)) or plain(_FIRST_LIVE.sub("", block.text)):
        return False  # "The fee is ~~45~~ 60 euros." is a sentence
    if _NUMBERED.match(left) or left.endswith(":"):
        return size <= _LABEL_WORDS
    return left.endswith(".") and size <= _BARE_WORDS


def with_labels(blocks: Sequence[tuple[Block, list[Sentence]]]) -> list[list[Sentence]]:
    """Return the sentences of a page's blocks: labels as headings, and replacements of struck text searched by them.

    Args:
        blocks: The blocks of a page in reading order, each with its sentences.
    """
    result = [_as_heading(sentences) if is_label(block) else sentences for block, sentences in blocks]
    for at, ((before, _), (after, _)) in enumerate(pairwise(blocks)):
        opens_another = _NUMBERED.match(after.text) or not after.is_running_text
        if is_label(before) and result[at + 1] and not opens_another:
            label, (first, *rest) = plain(before.text), result[at + 1]
            result[at + 1] = [replace(first, search=f"{label.rstrip(' .:')}. {first.search}"), *rest]
    return result


def _as_heading(sentences: Sequence[Sentence]) -> list[Sentence]:
    return [one if one.kind == "struck" else replace(one, kind="heading") for one in sentences]
