"""Footnotes, distinguished from running footers by the note mark in the text above that refers to them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from loaders.text.plain import plain
from loaders.text.raised_signs import FALL, NOTE_SIGNS, RAISED
from loaders.types import Block

MAX_NUMBER = 3
"""Digits of the longest number of a note; a year at the start of a footer is none."""

_NOTE = re.compile(
    rf"\[?(?P<mark>[{RAISED}]+|\d{{1,{MAX_NUMBER}}}|[a-z]|[{re.escape(NOTE_SIGNS)}]{{1,3}})[\].)]?\s*[^\W\d]"
)
_SPACED = re.compile(rf"\[?(?:\d{{1,{MAX_NUMBER}}}|[a-z])[\].)]?\s")
_CALL = re.compile(rf"(?<=[^\s|])(?:[{RAISED}]+(?:[,;][{RAISED}]+)*|[{re.escape(NOTE_SIGNS)}]{{1,3}})")
_NUMBER = re.compile(r"\d+")

Pages = Sequence[tuple[int, Sequence[Block]]]


def with_notes(pages: Pages) -> list[tuple[int, list[Block]]]:
    """Return the pages with headers and footers to which a note mark on the page refers as footnotes.

    "1 Without VAT." is a note where the page has "110 pounds¹", also if each page has it. One text behind numbers that
    change from page to page, "2 Annual report" and "3 Annual report", is a running footer.
    """
    notes = [{id(block) for block in called_notes(blocks)} for _, blocks in pages]
    marks: dict[str, set[str]] = defaultdict(set)
    for _, blocks in pages:
        for block in blocks:
            if block.is_header_or_footer and (mark := _mark(block)):
                marks[_NUMBER.sub("#", plain(block.text))].add(mark)
    return [
        (number, [_note(block) if id(block) in called and not _changes(block, marks) else block for block in blocks])
        for (number, blocks), called in zip(pages, notes, strict=True)
    ]


def called_notes(blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks of a page, headers and footers too, that begin with a note mark which other text there has."""
    found = [(block, mark) for block in blocks if _may_be_note(block) and (mark := _mark(block))]
    if not found:
        return []
    runs = [run for block in blocks for run in _CALL.findall(block.text)]
    called = {sign.translate(FALL) for run in runs for sign in re.split("[,;]", run)}
    return [block for block, mark in found if mark in called]


def _may_be_note(block: Block) -> bool:
    return block.is_header_or_footer or (block.may_be_header_or_footer and not block.is_heading)


def _mark(block: Block) -> str:
    """Return the sign at the start of a block in ordinary characters, "" if there is none before a word."""
    text = block.text.lstrip()
    found = _NOTE.match(text)
    if not found or (found["mark"].isascii() and found["mark"].isalnum() and not _SPACED.match(text)):
        return ""
    return found["mark"].translate(FALL)


def _changes(block: Block, marks: dict[str, set[str]]) -> bool:
    return len(marks[_NUMBER.sub("#", plain(block.text))]) > 1


def _note(block: Block) -> Block:
    return replace(block, kind="footnote") if block.is_header_or_footer else block
