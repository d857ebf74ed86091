"""Markers that lead to the page: the reply to a chat is Markdown, and each of its markers opens the proof.

A link opens the reading room at the cited page with the quote marked. The room's page needs no token and asks for it
where one is set; the picture of a page alone would only be refused. Where the server's address is not known, in plain
Python say, there are no links.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from graph.types import Citation

_MARKER = re.compile(r"\[(\d{1,3})\]")
_URL = r"\([^\s()]+/room#page=[^\s()]+\)"
_LINKED = re.compile(rf"\[\[(\d{{1,3}})\]\]{_URL}")
_SOURCES = re.compile(rf"\n\n\*\*Sources\*\*\n\n(?:\d+\. \[[^\n]*\]{_URL}(?:\n|\Z))+\Z")
_SPECIAL = re.compile(r"([\\`*_\[\]<>|~&])")
_MOST_BOXES = 12  # lines of a quote that are marked: an address must stay one that every browser takes


def linked(answer: str, citations: Sequence[Citation], base: str) -> str:
    """The answer with each of its markers as a link to the page it names; itself where there is no address."""
    if not base:
        return answer
    places = {citation["marker"]: place(citation, base) for citation in citations}

    def link(found: re.Match[str]) -> str:
        where = places.get(int(found[1]))
        return f"[{found[0]}]({where})" if where else found[0]

    return _MARKER.sub(link, answer)


def sources(citations: Sequence[Citation], base: str) -> str:
    """What follows a linked answer: each marker with its document and page."""
    if not base or not citations:
        return ""
    lines = [
        f"{one['marker']}. [{_shown(one['name'])}, page {one['page']}]({place(one, base)})"
        for one in sorted(citations, key=lambda one: one["marker"])
    ]
    return "\n\n**Sources**\n\n" + "\n".join(lines)


def _shown(name: str) -> str:
    """A document's name as Markdown that shows it and does nothing else."""
    return _SPECIAL.sub(r"\\\1", " ".join(name.split()))


def place(citation: Citation, base: str) -> str:
    """The address of a citation in the reading room."""
    boxes = ";".join(",".join(f"{edge:.3f}" for edge in box) for box in citation["boxes"][:_MOST_BOXES])
    return f"{base}/room#page={citation['document']}/{citation['page']}" + (f"&boxes={boxes}" if boxes else "")


def unlinked(reply: str) -> str:
    """An earlier reply as it was before it got links: they are for readers, not for models."""
    return _LINKED.sub(r"[\1]", _SOURCES.sub("", reply))
