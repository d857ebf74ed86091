"""Links from a chat reply to the cited pages in the reading room.

A reply is Markdown; each of its citation markers links to the page in the reading room, with the quote highlighted. The
reading room opens without a token and asks for it; a link to the image of a page would be refused. Where the server's
address is unknown, as in plain Python, there are no links.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from graph.citation_markers import link_markers, unlink_markers
from graph.types import Citation, page_in_words

_SOURCES = re.compile(r"\n\n\*\*Sources\*\*\n\n(?:\d+\. \[[^\n]*\]\([^\s()]+/room#page=[^\s()]+\)(?:\n|\Z))+\Z")
_SPECIAL = re.compile(r"([\\`*_\[\]<>|~&$])")
# A formula has one of the signs \\ ^ _ = { }, which prose between two sums of money has not.
_MARKS = re.compile(
    r"(?P<formula>(?<!\\)\$\$[^$]+\$\$|(?<![\\$])\$(?![\s\d$])[^$\n]*[\\^_={}][^$\n]*(?<!\s)\$(?!\d))"
    r"|(?<!\\)(?:[$~]|<(?=[A-Za-z/!?]))"
)
_ESCAPED = re.compile(r"\\([$~<])")
_MAX_BOXES = 12  # highlighted lines of a quote: with more, some browsers refuse the address


def add_links(answer: str, citations: Sequence[Citation], base_url: str) -> str:
    """Return an answer as chat text, with each marker linked to its page; unchanged without a `base_url`."""
    if not base_url:
        return answer
    addresses = {citation["marker"]: page_url(citation, base_url) for citation in citations}
    return link_markers(escape_marks(answer), addresses)


def escape_marks(text: str) -> str:
    """Escape Markdown so that sums of money are not read as mathematics, "~5" not as struck out, "<x" not as HTML.

    Formulas between dollar signs are left as they are.
    """
    return _MARKS.sub(lambda found: found[0] if found["formula"] else "\\" + found[0], text)


def source_list(citations: Sequence[Citation], base_url: str) -> str:
    """Return the Markdown list of sources that follows a linked answer; "" without a `base_url`."""
    if not base_url or not citations:
        return ""
    lines = [
        f"{citation['marker']}. [{_escaped(citation['name'])}, {page_in_words(citation)}]"
        f"({page_url(citation, base_url)})"
        for citation in sorted(citations, key=lambda citation: citation["marker"])
    ]
    return "\n\n**Sources**\n\n" + "\n".join(lines)


def page_url(citation: Citation, base_url: str) -> str:
    """Return the reading room's address of a citation: document, page and the rectangles of the quote."""
    boxes = ";".join(",".join(f"{edge:.3f}" for edge in box) for box in citation["boxes"][:_MAX_BOXES])
    return document_url(citation["document"], citation["page"], base_url) + (f"&boxes={boxes}" if boxes else "")


def document_url(document: str, page: int, base_url: str) -> str:
    """Return the reading room's address of a page of a document; "" without a `base_url`."""
    return f"{base_url}/room#page={document}/{page}" if base_url else ""


def remove_links(reply: str) -> str:
    """Return an earlier reply without links, escapes and list of sources, as a model should read it."""
    return _ESCAPED.sub(r"\1", unlink_markers(_SOURCES.sub("", reply)))


def _escaped(name: str) -> str:
    """Escape a document's name, so that Markdown shows it as plain text."""
    return _SPECIAL.sub(r"\\\1", " ".join(name.split()))
