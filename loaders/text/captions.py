"""Recognition of captions, and of the labels before a model's description of a table or figure."""

from __future__ import annotations

import re
from typing import Literal

CaptionOf = Literal["table", "figure"]

_MARKS = r"(?:[-*+>#_\s]|<[bui]>|<strong>|<em>)*"
_LABEL = (
    r"(?P<table>tables?|tab\.|tabelle|tableau|exhibit|schedule)|"
    r"(?P<figure>figures?|fig\.|abbildung|abb\.|chart|graph|scheme|algorithm|listing|image|photo|plate)"
)
_NUMBER = r"(?:[A-Z]?\d{1,3}(?:[.\-]\d{1,3})*[a-z]?|[IVXL]{1,6}|[A-Z]\.?\d{0,2})"
# A caption separates its number from its words ("Table 4 | ...", "Fig. 2: ...", "Figure 3"); a sentence that begins
# with a reference does not ("Table 2 provides ..."). Without a mark a capital must follow.
_CAPTION = re.compile(
    rf"^{_MARKS}(?:{_LABEL})\s*(?-i:{_NUMBER})[*_\s]*"
    r"(?:</?\w+>)*(?:[:.|–—-]|$|\s*(?-i:(?=[A-Z][\w-]*\s+[\w-]+)))",
    re.IGNORECASE,
)

SUMMARY_LABEL, FIGURE_LABEL = "Table summary:", "Figure description:"
"""The words with which the description of a table or a figure begins, wherever it is stored or shown."""

_SUMMARY = re.compile(r"\W*table\s+summary\W*:", re.IGNORECASE)
_LABELLED = re.compile(r"\W*(?:(?:table|figure|chart|image)\s+)?(?:summary|description)\W*:\W*", re.IGNORECASE)


def caption_of(text: str) -> CaptionOf | None:
    """Return the kind of object that a caption describes, by its first words ("Table 4 | ..."); None for other text."""
    match = _CAPTION.match(text.lstrip())
    if not match:
        return None
    return "table" if match["table"] else "figure"


def is_caption(text: str) -> bool:
    """Return whether a text begins like a numbered caption."""
    return caption_of(text) is not None


def is_table_summary(text: str) -> bool:
    """Return whether a paragraph is a vision model's summary of a table."""
    return bool(_SUMMARY.match(text))


def labelled(label: str, text: str) -> str:
    """Return a description with one label before it; "" for one without words."""
    words = _LABELLED.sub("", text, count=1).strip()
    return f"{label} {words}" if words else ""


_WORD = r"(?:continued|cont['’]?d|cont\.|fortsetzung|forts\.|suite)"
_CONTINUED = re.compile(rf"\s*[,–—-]?\s*[(\[]\s*{_WORD}\s*[)\]]|[\s,–—-]+{_WORD}(?=\s*(?:$|[.:\n]))", re.IGNORECASE)
_MOST_WORDS = 40  # of a passage between two parts of a table: a line that says so, the note under the first part


def without_continued(caption: str) -> str:
    """Return a caption without its "(continued)"."""
    return _CONTINUED.sub("", caption)


def says_continued(text: str) -> bool:
    """Return whether a text is no more than some lines, one of which says "Table 2 (continued)"."""
    return len(text.split()) <= _MOST_WORDS and _CONTINUED.search(text) is not None
