"""Plain text of Markdown and HTML: the words as the page shows them."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

from loaders.text.raised_signs import write_signs

# Only known tags are markup: "<think>" and "x < y" are text.
_TAG = re.compile(
    r"</?(?P<name>table|thead|tbody|tfoot|tr|td|th|caption|colgroup|col|br|hr|p|div|ul|ol|li|figure|figcaption|h[1-6]|"
    r"sup|sub|b|i|em|strong|u|s|strike|del|ins|mark|small|span|a|code|pre|center|font|img)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_INLINE = {
    "sup",
    "sub",
    "b",
    "i",
    "em",
    "strong",
    "u",
    "s",
    "strike",
    "del",
    "ins",
    "mark",
    "small",
    "span",
    "a",
    "code",
    "font",
}
_COMMENT = re.compile(r"<!--|-->")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,30});", re.IGNORECASE)
_LINE_MARKS = re.compile(r"^[ \t]*(?:#{1,6}[ \t]+|>[ \t]?|[-*+•◦▪‣●○■][ \t]+)+", re.MULTILINE)
_BLANKS = re.compile(r"[ \t]{2,}")
_CLOSING_MARKS = re.compile(r"^([ \t]*#{1,6}[ \t].*?)[ \t]+#+[ \t]*$", re.MULTILINE)
_FENCE_LINE = re.compile(r"^[ \t]*(?:```+|~~~+)[ \t]*[\w+-]*[ \t]*$", re.MULTILINE)
_DELIMITER_LINE = re.compile(r"^[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)+\|?[ \t]*$", re.MULTILINE)
_ROW_LINE = re.compile(r"^[ \t]*\|.*\|[ \t]*$", re.MULTILINE)
_PIPE = re.compile(r"(?<!\\)\|")
_IMAGE = re.compile(r"!\[([^\]\n]{0,500})\]\([^()\s]*\)")
_LINK = re.compile(r"\[([^\[\]\n]{1,500})\]\((?:https?://|mailto:|www\.|#|\.?/)[^()\s]*\)")
_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_ESCAPE = re.compile(r"\\([*_#|~`<>$\[\]])")
_EMPHASIS = re.compile(r"(?<!\*)\*{1,3}(?!\*)|(?<!_)_{1,3}(?!_)|(?<!~)~~(?!~)")
_STRUCK = re.compile(
    r"(?<![~\w])~~(?=[^\s~])(?:(?!~~).)*?(?<=[^\s~])~~(?![~\w])|<(del|s|strike)(?:\s[^<>]*)?>.*?</\1\s*>",
    re.IGNORECASE | re.DOTALL,
)
"""Text that is struck out: it stays in the transcript, and is left out of what is searched, quoted or compared."""
_STRUCK_MARK = re.compile(r"~~|</?(?:del|s|strike)(?:\s[^<>]*)?>", re.IGNORECASE)
_DUNDER = re.compile(r"__[a-z0-9]+(?:_[a-z0-9]+)*__")
_HIDDEN = 0xE000
"""Start of the private use area, whose characters replace escaped ones while marks are removed."""

T = TypeVar("T")

CACHED_TEXTS = 4096
"""Texts that each function caches: those of some hundred pages. Six reports are chunked in 120 ms instead of 178."""

MAX_CACHED_CHARS = 2000
"""Length of the longest text that is cached: a long paragraph has 1,500 characters."""


def cached_text(function: Callable[[str], T]) -> Callable[[str], T]:
    """Decorate a function of a text with a cache for short texts; its results must be immutable."""
    cached = lru_cache(CACHED_TEXTS)(function)

    @wraps(function)
    def call(text: str) -> T:
        return cached(text) if len(text) <= MAX_CACHED_CHARS else function(text)

    return call


def struck_texts(markdown: str) -> list[str]:
    """Return the texts that are struck out in Markdown or HTML, without marks."""
    return [plain_inline(_STRUCK_MARK.sub("", found[0])) for found in _STRUCK.finditer(markdown)]


def without_struck(markdown: str) -> str:
    """Return Markdown without the text that is struck out in it."""
    return _STRUCK.sub(" ", markdown)


@cached_text
def plain(markdown: str) -> str:
    """Remove Markdown and HTML marks and struck-out text, and fold white space.

    Identifiers and formulas stay as they are.
    Raised and lowered signs are written in Unicode's characters (`320¹`).
    """
    text = _BLANKS.sub(" ", markdown)
    if "`" in text or "~" in text:  # most texts have no markup, and the search is cheap
        text = _FENCE_LINE.sub(" ", text)
    if "|" in text:
        text = _ROW_LINE.sub(lambda row: _PIPE.sub(" ", row[0]), _DELIMITER_LINE.sub(" ", text))
    if "#" in text:
        text = _CLOSING_MARKS.sub(r"\1", text)
    return plain_inline(_LINE_MARKS.sub("", text))


def plain_inline(markdown: str) -> str:
    """Remove only markup inside a line: in a table cell, "# Total" and "- 5" are text of the page."""
    text = " ".join(markdown.split())
    if "`" not in text:
        return " ".join(_inline(text).split())
    pieces = []
    at = 0
    for code in _CODE.finditer(text):
        pieces += [_inline(text[at : code.start()]), code[2]]
        at = code.end()
    pieces.append(_inline(text[at:]))
    return " ".join("".join(pieces).split())


def _inline(text: str) -> str:
    if not any(mark in text for mark in "*_~<&[\\$^⁄"):
        return text
    text = _ESCAPE.sub(lambda match: chr(_HIDDEN + ord(match[1])), text)
    text = _STRUCK.sub(" ", text)
    text = write_signs(text)
    text = _COMMENT.sub(" ", _TAG.sub(lambda tag: "" if tag["name"].lower() in _INLINE else " ", text))
    text = _LINK.sub(r"\1", _IMAGE.sub(r"\1", text))
    text = _DUNDER.sub(lambda name: name[0].replace("_", chr(_HIDDEN + ord("_"))), text)
    text = _without_emphasis(text)
    text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
    return "".join(chr(ord(c) - _HIDDEN) if _HIDDEN <= ord(c) < _HIDDEN + 128 else c for c in text)


def _without_emphasis(text: str) -> str:
    """Remove pairs of emphasis marks, in one pass (a regular expression takes minutes on 20,000 lone stars).

    A mark opens before a character and closes after one, at the edge of a word: "my_variable", "a*b", "2**3" and "Hu*
    and Ge*" have none. Only "**" may have a word on one of its outer sides ("**Note**s").
    """
    opened: dict[str, list[tuple[int, bool]]] = {}
    marks: list[tuple[int, int]] = []
    for found in _EMPHASIS.finditer(text):
        mark, at = found[0], found.start()
        before, after = text[at - 1 : at] if at else "", text[found.end() : found.end() + 1]
        word_before, word_after = _is_word(before), _is_word(after)
        stack = opened.setdefault(mark, [])
        if stack and before.strip() and not (word_after and (mark != "**" or stack[-1][1])):
            marks += [(stack.pop()[0], len(mark)), (at, len(mark))]
        elif after.strip() and not (word_before and mark != "**"):
            stack.append((at, word_before))
    pieces, end = [], 0
    for at, length in sorted(marks):
        pieces.append(text[end:at])
        end = at + length
    return "".join(pieces) + text[end:]


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"
