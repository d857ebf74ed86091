"""Citation markers: the `[n]` after a statement of an answer, where n is the number of its citation.

The one Python module that writes, finds and removes them. The reading room has its own in `web/static`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_MARKER = re.compile(r"\[(\d{1,3})\]")
_LINKED = re.compile(r"\[\[(\d{1,3})\]\]\([^\s()]+#page=[^\s()]+\)")  # the address of a page in the reading room
# Markers as models write them: `[1]`, `[ 2 ]`, `[1, 2]`, `[1-3]`.
_LOOK_ALIKE = re.compile(r"\[(\s*\d{1,3}(?:\s*[,–-]\s*\d{1,3})*\s*)\]")
_WITH_SPACE = re.compile(rf"\s*{_LOOK_ALIKE.pattern}")
_PIECE = re.compile(r"\s*\[[^\n]*|\s*\S[^\n\[]*|\s+")


def marker(number: int) -> str:
    """Return the marker of a citation: `[3]` for 3."""
    return f"[{number}]"


def link_markers(text: str, addresses: Mapping[int, str]) -> str:
    """Return `text` with each marker as a Markdown link, `[[1]](address)`; markers without an address are unchanged."""

    def link(found: re.Match[str]) -> str:
        address = addresses.get(int(found[1]))
        return f"[{found[0]}]({address})" if address else found[0]

    return _MARKER.sub(link, text)


def unlink_markers(text: str) -> str:
    """Return `text` with its linked markers as plain ones: the inverse of `link_markers`."""
    return _LINKED.sub(r"[\1]", text)


def strip_markers(text: str) -> str:
    """Return `text` without markers, and without the space before each of them."""
    return _WITH_SPACE.sub("", text)


def disarm_markers(text: str) -> str:
    """Return `text` with numbers in round instead of square brackets, so that none is taken for a marker."""
    return _LOOK_ALIKE.sub(r"(\1)", text)


def split_at_markers(text: str) -> list[str]:
    """Return the pieces in which a reply is streamed: a statement, then its marker; joined, they are `text`."""
    return _PIECE.findall(text)
