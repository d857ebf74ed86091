"""Contents pages, lists of figures, indexes and lists of references: parts of a document that refer to others.

Their lines repeat the words of the headings and titles that they list, so that they match questions about these and
answer none: "6 Firing stoneware ........ 8" is evidence only of the page number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from loaders.text.plain import plain
from loaders.types import Block, SentenceKind

REFERENCES = re.compile(
    r"^(?:[\dA-Z.]+\s+)?(?:references|bibliography|works cited|literature( cited)?|literatur(verzeichnis)?"
    r"|bibliographie|bibliografía|referencias|références)\W*$",
    re.I,
)
_PERHAPS_REFERENCES = re.compile(
    r"^(?:[\dA-Z.]+\s+)?(?:further reading|sources|notes and references|selected (?:works|literature|bibliography)"
    r"|suggested reading|recommended reading|quellen|weiterführende literatur|publications)\W*$",
    re.I,
)
_CONTENTS = re.compile(
    r"^(?:[\dA-Z.]+\s+)?(?:(?:table of )?contents|list of (?:figures|tables|illustrations|plates)"
    r"|inhalt(?:sverzeichnis)?|abbildungsverzeichnis|tabellenverzeichnis|índice|sommaire"
    r"|table des matières|sumario)\W*$",
    re.I,
)
_INDEX = re.compile(r"^(?:general |subject )?(?:index|register|stichwortverzeichnis)\W*$", re.I)
_LEADERS = re.compile(r"(?:(?:\.\s?){4,}|…{2,}|_{4,})\s*[ivxlcdm\d]{1,5}\b")
_ENTRY = re.compile(r"\S\s*(?:\.\s?)*\b(?:\d{1,4}|[ivxlc]{1,6})$")
_INDEX_ENTRY = re.compile(r"[^\W\d].*?,\s*\d{1,4}(?:\s*[,–-]\s*\d{1,4})*$")
_REFERENCE = re.compile(r"\b(?:19|20)\d\d[a-z]?\b|\bpp?\.\s*\d|\bdoi\b|\bhttps?://", re.I)


class SectionTracker:
    """Reads the blocks of a document in order, and returns which of them are contents or references."""

    def __init__(self) -> None:
        self._section: SentenceKind | None = None
        self._entry = _ENTRY

    def kind_of(self, block: Block, following: Sequence[Block]) -> SentenceKind | None:
        """Return `contents` or `reference` for a block of such a section, None for all others and for its heading.

        `following` are the blocks after it, the first of which show whether "Sources" lists works.
        """
        text = plain(block.text)
        if _LEADERS.search(text):
            return "contents"
        if block.is_heading and not (self._section == "contents" and self._entry.search(text)):
            self._open(text, following)
            return None
        if self._section == "contents" and not any(map(self._entry.search, _lines(block))):
            self._section = None
        return self._section

    def _open(self, heading: str, following: Sequence[Block]) -> None:
        self._section = None
        if REFERENCES.match(heading) or (_PERHAPS_REFERENCES.match(heading) and _all_like(following, _REFERENCE)):
            self._section = "reference"
        elif _CONTENTS.match(heading) and _all_like(following, _ENTRY):
            self._section, self._entry = "contents", _ENTRY
        elif _INDEX.match(heading) and _all_like(following, _INDEX_ENTRY):
            self._section, self._entry = "contents", _INDEX_ENTRY


def _all_like(following: Sequence[Block], pattern: re.Pattern[str]) -> bool:
    """Return whether the next blocks begin with lines like these: most of the first lines, at least one."""
    lines = [line for block in following for line in _lines(block) if any(map(str.isalpha, line))][:8]
    return bool(lines) and 2 * sum(bool(pattern.search(line)) for line in lines) >= len(lines)


def _lines(block: Block) -> list[str]:
    return [plain(line) for line in block.text.replace("|", " ").splitlines()]
