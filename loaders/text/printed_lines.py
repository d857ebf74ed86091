"""Deliberate line breaks: in lists without bullets, addresses and CVs, as opposed to wrapped running text.

Running text is wrapped where the next word no longer fits. Where it would have fitted, the break is deliberate if the
next line looks like the start of a new entry. Such lines keep their breaks in Markdown, and each is searched and quoted
alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from loaders.geometry import bounding_box
from loaders.types import Box

Printed = tuple[str, Box]
"""A printed line with its box, in any unit."""

HARD_BREAK = "  \n"
"""A line break of Markdown."""

MAX_WORDS = 14
"""Words of the longest line that counts as a separate one without an e-mail address, a year or a label before it."""
ROOM = 0.7
"""Largest share of the width that separate lines fill where no running text shows the column's width."""
SHORT_WORDS = 8
"""Words of the longest line of a transcript's paragraph that is not wrapped: wrapped lines have ten and more."""
_MARKED = re.compile(r"(?: {2,}|\\)\n|<br\s*/?>\s*", re.IGNORECASE)
_INDENT = 0.1  # of the page's width by which the left edges of the lines of one column may differ
_LABEL_WORDS = 2
_COLUMN = 4  # lines further right that make a column, at any height

_MAIL = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
_PHONE = r"(?<!\d)(?!(?:19|20)\d\d\s*[-–/]\s*(?:19|20)\d\d)\+?\(?\d[\d ()/.-]{6,18}\d\b"
_MONTH = r"(?:jan|feb|mar|mär|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez)[a-zä]*\.?"
_DATE = (
    rf"(?:\d{{1,2}}\.?\s+)?(?:{_MONTH}\s+)?(?:19|20)\d\d\b|\d{{1,2}}[./-]\d{{1,2}}[./-]\d{{2,4}}"
    r"|(?:since|seit)\s+\d{4}"
)
_CONTACT = re.compile(rf"(?:{_MAIL}|{_PHONE}|https?://|www\.)", re.IGNORECASE)
_KEY = re.compile(r"^[^\W\d_][\w’'./&() -]{0,38}:\s+\S")
_NAMED = re.compile(r"^(?=[^\W\d_])[^a-z][\w’'./&()-]*(?: [\w’'./&()-]+){0,2}:\s+\S")
_ENTRY = re.compile(rf"^(?:{_DATE})", re.IGNORECASE)
_OPEN_END = re.compile(
    r"(?:[^\W\d_][-‐\u00ad]|\b(?:the|an?|of|in|on|at|by|to|for|from|with|and|or|but|that|which|who|as|than|is|are|was"
    r"|were|be|been|has|have|had|its|their|his|her|this|these|between|into|under|over|about|not|can|will|would|may|no"
    r"|der|die|das|den|dem|des|und|oder|von|mit|für|im|am|zu|ein|eine|le|la|les|de|du|et|ou|el|los|del|y))$",
    re.IGNORECASE,
)
_END = 20  # characters of a line's end that hold the longest of these words, and the one before it


@dataclass(frozen=True, slots=True)
class Measure:
    """The reach of a page's lines, which shows where another word would have fitted.

    `wrapped` are the boxes of lines of running text that continue in the next line, `lines` those of all lines; `width`
    is the page's.
    """

    wrapped: tuple[Box, ...]
    lines: tuple[Box, ...]
    width: float

    @classmethod
    def of(cls, paragraphs: Iterable[Sequence[Printed]], width: float) -> Measure:
        """Return the measure of a page from its paragraphs, each as its lines from the top."""
        known = [paragraph for paragraph in paragraphs if paragraph]
        wrapped = [
            one[1] for lines in known for one, other in pairwise(lines) if _runs_on(one[0].strip(), other[0].strip())
        ]
        return cls(tuple(wrapped), tuple(box for lines in known for _, box in lines), width)

    def right_of(self, box: Box) -> tuple[float, bool]:
        """Return the right edge for lines that begin where `box` does, and whether running text shows it.

        Where none does, it is the left edge of the next column, or a margin as wide as the one on the left.
        """
        near = _INDENT * self.width
        shown = [one.x1 for one in self.wrapped if abs(one.x0 - box.x0) < near and one.x1 > box.x0]
        if shown:
            return max(*shown, box.x1), True
        beside = [one for one in self.lines if one.x0 > box.x1]
        level = [one for one in beside if one.y0 < box.y1 and one.y1 > box.y0]
        column = level or (beside if len(beside) >= _COLUMN else [])
        margin = min((one.x0 for one in self.lines), default=box.x0)
        ends = min((one.x0 for one in column), default=self.width - margin)
        return max(ends, box.x1), False


def broken_text(lines: Sequence[Printed], measure: Measure, join: Callable[[list[str]], str]) -> str:
    """Return the lines of a paragraph as text; deliberate breaks are kept."""
    groups = break_lines(lines, measure)
    return HARD_BREAK.join(join([lines[at][0] for at in group]) for group in groups)


def break_lines(lines: Sequence[Printed], measure: Measure) -> list[list[int]]:
    """Return the indices of a paragraph's lines in groups: wrapped lines together, each separate line alone."""
    if len(lines) < 2:
        return [[at] for at in range(len(lines))]
    around = bounding_box(box for _, box in lines)
    right, certain = measure.right_of(around)
    joints = [_joint(one, other, right) for one, other in pairwise(lines)]
    narrow = certain or around.x1 - around.x0 <= ROOM * (right - around.x0)
    perhaps = narrow and "runs on" not in joints
    groups = [[0]]
    for at, joint in enumerate(joints, 1):
        if joint == "new" or (perhaps and joint == "perhaps"):
            groups.append([at])
        else:
            groups[-1].append(at)
    return groups


def separate_lines(text: str) -> list[str]:
    """Return the lines of a paragraph's Markdown with deliberate breaks, each without its break.

    A transcript has no boxes: its line breaks are deliberate where a CV or an address would have them.
    """
    lines: list[str] = []
    for piece in filter(str.strip, _MARKED.split(text)):
        parts = [part for part in piece.split("\n") if part.strip()]
        short = all(len(part.split()) <= SHORT_WORDS for part in parts)
        separate = [False, *(_is_separate(one.strip(), other.strip(), short) for one, other in pairwise(parts))]
        lines.append(parts[0])
        for part, alone in zip(parts[1:], separate[1:], strict=True):
            if alone:
                lines.append(part)
            else:
                lines[-1] += "\n" + part
    return lines


def _is_separate(above: str, below: str, short: bool) -> bool:
    if _runs_on(above, below) or max(len(above.split()), len(below.split())) > MAX_WORDS:
        return False
    return short or _begins_entry(below) or _begins_entry(above) or is_contact_line(above)


def _joint(one: Printed, other: Printed, right: float) -> Literal["new", "perhaps", "runs on"]:
    """Return whether a line break is deliberate, by the words around it and whether another word would have fitted."""
    above, below = one[0].strip(), other[0].strip()
    if _NAMED.match(above) and _NAMED.match(below):  # "Invoice no.: 2041" over "Date: 14 March"
        return "new"
    if not above or not below or _runs_on(above, below) or not _would_fit(one[1], below, other[1], right):
        return "runs on"
    if _begins_entry(below) or _begins_entry(above) or is_contact_line(above):
        return "new"
    return "perhaps" if max(len(above.split()), len(below.split())) <= MAX_WORDS else "runs on"


def _runs_on(above: str, below: str) -> bool:
    """Return whether the words show that a line continues in the next one."""
    first = next((character for character in below if character.isalnum()), "")
    open_end = _OPEN_END.search(above[-_END:])
    if open_end and not first.islower():  # "Sold to" is a label, "AS" and "US" end names
        named = len(open_end[0]) > 1 and open_end[0].isupper() and not above.isupper()
        return not named and len(above.split()) > _LABEL_WORDS
    return bool(open_end) or (first.islower() and not _CONTACT.match(below))


def _would_fit(box: Box, below: str, below_box: Box, right: float) -> bool:
    letter = (below_box.x1 - below_box.x0) / max(len(below), 1)
    return right - box.x1 >= letter * (len(below.split()[0]) + 1)


def _begins_entry(line: str) -> bool:
    return bool(_ENTRY.match(line) or _KEY.match(line) or _CONTACT.match(line))


def is_contact_line(line: str) -> bool:
    """Return whether a line has an e-mail address, a telephone number or a web address and little else."""
    return bool(_CONTACT.search(line)) and len(line.split()) <= MAX_WORDS
