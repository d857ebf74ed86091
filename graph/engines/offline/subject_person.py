"""The person whom a curriculum vitae is about: each line of it is about the name at its head.

A title "Curriculum vitae" does not say whose; the first line below does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from graph.storage.rows import ChunkRow

_IS_CURRICULUM = re.compile(r"\b(?:curriculum|vitae|cv|r[ée]sum[ée]|lebenslauf)\b", re.IGNORECASE)
_PARTS = re.compile(
    r"\W*(?:work|(?:work )?experience|employment(?: history)?|career(?: history)?|education(?: and training)?|training"
    r"|skills|languages|publications|interests|hobbies|references|qualifications|professional experience)\W*",
    re.IGNORECASE,
)
_MIN_PARTS = 2
_NAMED_LINE = re.compile(
    r"^(?:name:? )?(?P<name>(?:(?:Dr|Prof|Mr|Mrs|Ms)\.? )?[A-Z][\w'’-]+(?: [A-Z]\.?)?(?: [A-Z][\w'’-]+){1,2})"
    r"(?:,[^.;]{2,50})?\W*$"
)
_FIRST_LINES = 3


def person_of(heading: str, chunks: Iterable[ChunkRow]) -> str:
    """Return the name at the head of a curriculum vitae; "" of other documents.

    Args:
        heading: The first heading of the document.
        chunks: Its first chunks.
    """
    sentences = [one for chunk in chunks for one in chunk.sentences]
    parts = sum(one.kind == "heading" and bool(_PARTS.fullmatch(one.text)) for one in sentences)
    if not _IS_CURRICULUM.search(heading) and parts < _MIN_PARTS:
        return ""
    lines = [one.text for one in sentences if one.kind != "heading"][:_FIRST_LINES]
    return next((found["name"] for line in lines if (found := _NAMED_LINE.match(line))), "")
