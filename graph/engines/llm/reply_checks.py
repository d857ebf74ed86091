"""Checks of page readings against the text layer of the file.

A legible text layer spells words and digits reliably, in whatever order. A page may show more than its layer holds
(pictures), and a reply holds more than the page (the summary of a table, the description of a figure), so a single
missing or added word proves nothing. `docs/reading.md` says how the limits were chosen and how often they err;
`tests/evals/reply_checks.py` measures that.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from loaders.text.plain import plain
from loaders.text.raised_signs import FALL, RAISED_DIGITS, without_marks, write_signs
from loaders.types import Block, Failure, FailureReason, PageImage

MIN_SAMPLE = 30
"""Words and numbers that a text layer must hold to be compared: a stamp or a page number is too little."""

MIN_RECALL, MIN_RECALL_PICTURED = 0.8, 0.6
"""The share of the layer's words and numbers that a reply must hold. Correct readings of 166 pages have 0.91 and more,
95 % of other pages of the same document 0.37 and less. The second limit is for pages with pictures: the
description of a chart need not repeat all of its labels."""

MAX_NOVEL = 1
"""Numbers of two digits or more that a reply may hold and the page not. Correct readings have none; one may be missing
in the layer itself (a number drawn as a shape, a formula)."""

MAX_DERIVED = 3
"""The same limit for the summary of a table, which may compute differences and totals."""

MAX_STRANGE = 0.15
"""The share of a reply's words that the page may lack: 0.00 in correct readings, 0.36 or more in 98 % of wrong ones."""

MAX_TABLE_STRANGE = 0.5
"""The same limit for the words and numbers of one table: invented ones have 0.85 and more."""

MAX_REPEATED, MAX_REPEATED_UNSEEN = 0.3, 0.5
"""The share of a reply's eight-word phrases that are repetitions, less the layer's own share; correct readings have at
most 0.13. The second limit is for pages without a layer, which may be forms or timetables."""

MAX_SAID = 12
"""How often more than the page a reply may hold one such phrase; correct readings have at most 4."""

MAX_SQUEEZE = 20.0
"""The compression ratio of a long reply: at most 5 for correct ones, far more for an endless row of dots."""

_MIN_REPEATS, _LONG, _MIN_TABLE = 30, 4000, 5  # phrases; characters; words and numbers: fewer say nothing
_PHRASE = 8
_WORD = re.compile(
    # Characters of scripts without spaces count one by one; letters between digits ("x12", "o1-0912") do not matter.
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"
    r"|\d[\d.,]*\d|[^\W\d_]{4,}"
)
_BROKEN = re.compile(r"\w+[-\u00ad\u2010]\s*\n\s*\w+")
_MATH_MARK = re.compile(r"\\[a-zA-Z]+|[{}^_$]")
_GROUPING = re.compile(r"(?<=\d)(?:\{,\}|\\,|[,'’\u202f\u00a0])(?=\d)")
# A mark on a number of a reply. A layer may have lost that it is raised: "10^6" is "106" there, "45.2 [3]" "45.23".
_MARKED = re.compile(
    rf"(\d[\d.,]*\d|\d)\s?(?:([{RAISED_DIGITS}]{{1,3}})|\^\{{?-?(\d{{1,3}})\}}?|\[(\d{{1,3}})\]|\((\d{{1,3}})\))"
)
_MARKS = re.compile(rf"[{RAISED_DIGITS}]{{2,}}")
_SPACE = re.compile(r"[\s\u00ad\u2010-]+")
_SUMMARY = re.compile(r"^\W*table summary\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Agreement:
    """The comparison of a reply with a text layer. Figures count for `recall` only, since the layer may lack them."""

    recall: float
    """The share of the layer's words and numbers that the reply holds."""
    strange: float
    """The share of the reply's words that the layer lacks."""
    table: float
    """The same share for the words and numbers of the table with the highest one."""
    novel: tuple[str, ...]
    """The reply's numbers that are nowhere on the page."""
    swapped: int
    """The numbers that the reply holds more often than the page, at most as many as it holds less often."""
    derived: int
    """The novel numbers of the table summary with the most of them."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a page is requested once more: the failure to record if that fails too, and the objection for the model."""

    failure: Failure
    objection: str
    """What was wrong with the reply, as the end of a sentence: "it left out 35 % of the page's words"."""

    @property
    def reason(self) -> FailureReason:
        """The reason that is recorded."""
        return self.failure.reason

    @property
    def detail(self) -> str:
        """The sentence that is recorded."""
        return self.failure.detail


def check(blocks: Sequence[Block], image: PageImage) -> Doubt | None:
    """Return what is wrong with a reading of a page, or None if it passes all checks."""
    text = "\n\n".join(block.text for block in blocks)
    if repeats(text, image.text if image.legible else None):
        failure = Failure("repetition", "The model repeated itself instead of reading the page.")
        return Doubt(failure, "it repeated itself, and words of the page were written more often than they stand there")
    if not image.legible or (found := compare(blocks, image.text)) is None:
        return None
    return _missing(found, image.has_figures) or _invented(found, image.has_figures)


def _garbled(detail: str, objection: str) -> Doubt:
    return Doubt(Failure("garbled", detail), objection)


def compare(blocks: Sequence[Block], layer: str) -> Agreement | None:
    """Compare a reply with the page's text layer; return None if the layer is too short."""
    page = _Layer(layer)
    held = Counter(_tokens(_BROKEN.sub(" ", layer)))  # a word broken at a line's end may be whole in the reply
    if held.total() < MIN_SAMPLE:
        return None
    said = Counter(page.read("\n".join(block.text for block in blocks)))
    shown = [block for block in blocks if not block.is_figure]
    copied = Counter(page.read("\n".join(block.text for block in shown if not _SUMMARY.match(block.text))))
    summaries = [page.read(block.text) for block in shown if _SUMMARY.match(block.text)]
    tables = [tokens for block in shown if block.is_table and len(tokens := page.read(block.text)) >= _MIN_TABLE]
    words = [token for token in copied.elements() if not _is_number(token)]
    return Agreement(
        recall=(held & said).total() / held.total(),
        strange=len(page.lacks(words)) / max(1, len(words)),
        table=max((len(page.lacks(tokens)) / len(tokens) for tokens in tables), default=0.0),
        novel=tuple(page.lacks(filter(_is_number, copied.elements()))),
        swapped=min(_numbers(copied - page.tokens - page.marks), _numbers(page.tokens - said)),
        derived=max((len(page.lacks(filter(_is_number, summary))) for summary in summaries), default=0),
    )


def repeats(text: str, layer: str | None) -> bool:
    """Return True if a text repeats itself more than the page does; `layer` is None if there is no legible one."""
    said, known = _phrases(text), _phrases(layer or "")
    again = said.total() - len(said)
    limit = MAX_REPEATED_UNSEEN if layer is None else MAX_REPEATED + 1 - len(known) / max(1, known.total())
    if again >= _MIN_REPEATS and again >= limit * said.total():
        return True
    if layer is not None and any(count > MAX_SAID for count in (said - known).values()):
        return True
    raw = text.encode()
    return len(raw) >= _LONG and len(raw) >= MAX_SQUEEZE * len(zlib.compress(raw))


def _missing(found: Agreement, pictured: bool) -> Doubt | None:
    least = MIN_RECALL_PICTURED if pictured else MIN_RECALL
    if found.recall >= least:
        return None
    return _garbled(
        f"The model's reply holds {found.recall:.0%} of the page's own words, less than {least:.0%}.",
        f"it left out {1 - found.recall:.0%} of the words that are printed on the page",
    )


def _invented(found: Agreement, pictured: bool) -> Doubt | None:
    named = f" (such as {', '.join(found.novel[:3])})" if found.novel else ""
    if found.swapped > MAX_NOVEL:
        what = f"{found.swapped} other numbers than the page{named}"
        return _garbled(f"The model's reply holds {what}.", f"it held {what}: numbers must be copied digit by digit")
    if pictured:  # what a picture shows is in no text layer
        return None
    if len(found.novel) > MAX_NOVEL or found.derived > MAX_DERIVED:
        count, examples = len(found.novel) + found.derived, ", ".join(found.novel[:3]) or "in a table's summary"
        return _garbled(
            f"The model's reply holds {count} numbers that the page does not hold (such as {examples}).",
            f"it held {count} numbers that are not on the page (such as {examples})",
        )
    if found.table > MAX_TABLE_STRANGE:
        return _garbled(
            f"The model's reply holds a table of which the page lacks {found.table:.0%}.",
            f"it held a table of which {found.table:.0%} of the words and numbers are not on the page",
        )
    if found.strange > MAX_STRANGE:
        return _garbled(
            f"Of the words of the model's reply, the page lacks {found.strange:.0%}.",
            f"{found.strange:.0%} of its words are not on the page",
        )
    return None


class _Layer:
    """A text layer in which words and numbers are found even if it splits them."""

    def __init__(self, text: str) -> None:
        self.tokens = Counter(_tokens(text))
        self.marks = Counter(found.translate(FALL) for found in _MARKS.findall(text))
        self._squeezed = _SPACE.sub("", _folded(text))

    def read(self, text: str) -> list[str]:
        """Return the tokens of a reply; a mark on a number is left out, or joined to it where this layer does so."""
        return _tokens(_MARKED.sub(self._as_here, _GROUPING.sub("", write_signs(text))))

    def _as_here(self, found: re.Match[str]) -> str:
        number, mark = found[1], next(filter(None, found.groups()[1:])).translate(FALL)
        joined = number not in self.tokens and number + mark in self.tokens
        return f" {number}{mark} " if joined else found[0]

    def lacks(self, tokens: Iterable[str]) -> list[str]:
        return [
            token for token in tokens if token not in self.tokens and token not in self.marks and not self._holds(token)
        ]

    def _holds(self, token: str) -> bool:
        if not _is_number(token):
            return token in self._squeezed
        return bool(re.search(rf"(?<!\d){re.escape(token)}(?!\d)", self._squeezed))


def _tokens(text: str) -> list[str]:
    """Return words of four letters or more and numbers of two digits or more, normalized for comparison."""
    return _WORD.findall(plain(_MATH_MARK.sub(" ", _folded(text))))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", _GROUPING.sub("", without_marks(write_signs(text)))).casefold()


def _is_number(token: str) -> bool:
    return token[0].isdecimal()


def _numbers(tokens: Counter[str]) -> int:
    return sum(count for token, count in tokens.items() if _is_number(token))


def _phrases(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", plain(text).casefold())
    return Counter(tuple(words[at : at + _PHRASE]) for at in range(len(words) - _PHRASE + 1))
