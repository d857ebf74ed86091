"""Prompts with page images, and the parser of their replies; pure functions without input or output.

The prompt asks for `<page number="7"><chunk>Markdown</chunk></page>`. Models break that format in many ways, so tags
are read as a flat sequence of marks instead of a tree, and all text between two marks is returned.
"""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from loaders.types import PageImage

BLANK = "[blank page]"
"""The text that a model writes for a blank page, so that an empty reply is not mistaken for one."""

# Characters. A dense page has 8,000; more is a hidden or repeated layer, which only costs tokens.
MAX_LAYER = 20_000

_TAG = re.compile(r"<\s*(/?)\s*(page|chunk)(?![\w-])([^<>\n]*)>", re.IGNORECASE)
_PAGE_LINE = re.compile(r"^[#*_\s]*page\s+(\d+)[*_.:\s]*$", re.IGNORECASE | re.MULTILINE)
_FENCE_LINE = re.compile(r"^\s{0,3}(?:```+|~~~+)\s*(?:markdown|md|html|xml|text|plaintext)?\s*$", re.IGNORECASE)
_ANY_FENCE = re.compile(r"^\s{0,3}(?:```+|~~~+)\s*[\w+-]*\s*$")
_LAYER_TAG = re.compile(r"<(?=\s*/?\s*text-layer)", re.IGNORECASE)
# Lines that models write around a transcript. Only clear cases are removed; doubtful lines stay.
_CHATTER = re.compile(
    r"^\W*(?:(?:sure|certainly|okay|ok|of course|here|below|the following|as requested|this is)\b.{0,120}"
    r"\b(?:transcri\w+|pages?|markdown|text|content|output)\b.{0,60}[:.!]|(?:sure|certainly|of course|okay)[.!:]|"
    r"(?:let me know|please let me|i hope|i have|i've|end of)\b.{0,60}\b"
    r"(?:transcri\w+|need|help\w*|questions?|pages?)\b.{0,80})\W*$",
    re.IGNORECASE,
)


def content_blocks(
    images: Sequence[PageImage], webp: Mapping[int, bytes] | None = None, again: str = ""
) -> list[dict[str, Any]]:
    """Return the content blocks of a request: for each page its number, its text layer if it has one, and its image.

    Args:
        images: The pages.
        webp: Images by page that are sent instead of the PNG.
        again: The last text, on what was wrong with an earlier reply; "" for none.
    """
    blocks: list[dict[str, Any]] = []
    for image in images:
        text = f"Page {image.page}."
        if layer := image.text.strip():
            # The text comes from the file, and must not be able to close its own tag.
            fenced = _LAYER_TAG.sub("&lt;", layer[:MAX_LAYER])
            text += f'\n<text-layer page="{image.page}">\n{fenced}\n</text-layer>'
        blocks.append({"type": "text", "text": text})
        smaller = (webp or {}).get(image.page)
        data = base64.b64encode(smaller or image.png).decode("ascii")
        blocks.append({"type": "image", "base64": data, "mime_type": "image/webp" if smaller else "image/png"})
    return [*blocks, {"type": "text", "text": again}] if again else blocks


def parse(text: str, pages: Sequence[int]) -> dict[int, str]:
    """Return the Markdown of each page that the reply holds, in the reply's order.

    Args:
        text: The reply.
        pages: The numbers of the pages that were asked for, in order.

    Returns:
        Markdown by page number, "" for a page that was named but has no text. A single page gets all of the text. Of
        several pages, text that cannot be assigned with certainty is left out, and so is its page, which is then
        asked for again: a quote under a wrong page number is worse than one more request.
    """
    if not _TAG.search(text) and _TAG.search(html.unescape(text)):
        text = html.unescape(text)
    sections, before = _sections(text, pages)
    if len(pages) == 1:
        whole = _joined([before, *(section.text for section in sections)])
        return {pages[0]: whole} if sections or whole else {}
    numbers = _numbers([section.number for section in sections], pages)
    if before:  # text of the first page, if only that page has no mark
        numbers.insert(0, pages[0] if numbers == list(pages[1:]) else None)
        sections.insert(0, _Section(None, [before]))
    complete = set(pages) <= set(numbers)
    page = next((number for number in numbers if number is not None), pages[0])
    found: dict[int, list[str]] = {}
    for number, section in zip(numbers, sections, strict=True):
        if number is None and not complete:
            continue  # it may belong to a missing page, which will be asked for again
        page = page if number is None else number
        found.setdefault(page, []).append(section.text)
    return {page: _joined(texts) for page, texts in found.items()}


@dataclass(slots=True)
class _Section:
    """The text after an opening mark, up to the next one, with the mark's page number if it has one."""

    number: int | None
    texts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return _joined(self.texts)


def _sections(text: str, pages: Sequence[int]) -> tuple[list[_Section], str]:
    """Return the sections after the page marks (or chunk tags, if there are none) and the text before the first."""
    tags = list(_TAG.finditer(text))
    marks = "page" if any(not tag[1] and tag[2].lower() == "page" for tag in tags) else "chunk"
    if marks == "chunk" and (lines := _page_lines(text, pages)):
        tags, marks = sorted([*tags, *lines], key=lambda tag: tag.start()), "line"
    sections: list[_Section] = []
    before: list[str] = []
    position, inside = 0, False
    for tag in tags:
        piece = text[position : tag.start()]
        (sections[-1].texts if sections else before).append(piece if inside else _without_chatter(piece))
        position = tag.end()
        line = tag.re is _PAGE_LINE
        inside = not line and not tag[1]
        if line or (inside and tag[2].lower() == marks):
            digits = re.search(r"\d+", tag[1] if line else tag[3])
            sections.append(_Section(int(digits[0]) if digits else None))
    rest = text[position:]
    (sections[-1].texts if sections else before).append(rest if inside else _without_chatter(rest))
    # A tag within a tag of the same kind opens a section without text.
    return [section for section in sections if section.number is not None or section.text], _joined(before)


def _page_lines(text: str, pages: Sequence[int]) -> list[re.Match[str]]:
    """Return the lines "Page 7." if they head all pages, as in the request; a page may have such a line as a footer."""
    lines = list(_PAGE_LINE.finditer(text))
    if len(pages) == 1 or [int(line[1]) for line in lines] != list(pages):
        return []
    return [] if _TAG.sub("", _without_chatter(text[: lines[0].start()])).strip() else lines


def _numbers(given: list[int | None], pages: Sequence[int]) -> list[int | None]:
    """Return the page of each section: as numbered, by position, or counted from 1; None if it cannot be decided."""
    if all(number in pages for number in given):
        return given
    if len(given) == len(pages):
        return list(pages)
    if all(number is not None and 1 <= number <= len(pages) for number in given):
        return [pages[number - 1] for number in given if number is not None]
    return [number if number in pages else None for number in given]


def _joined(texts: Sequence[str]) -> str:
    return _unfenced("\n\n".join(stripped for text in texts if (stripped := text.strip("\n").rstrip()).strip()))


def _without_chatter(text: str) -> str:
    """Return text outside all tags without the remarks that a model addresses to the user."""
    lines = text.strip().splitlines()
    while lines and (not lines[0].strip() or _CHATTER.match(lines[0]) or _is_lone_fence(lines, 0)):
        lines.pop(0)
    while lines and (not lines[-1].strip() or _CHATTER.match(lines[-1]) or _is_lone_fence(lines, -1)):
        lines.pop()
    return "\n".join(lines)


def _is_lone_fence(lines: list[str], at: int) -> bool:
    """Return True if a code fence has no partner among the lines, because the other one stands beyond a tag."""
    return bool(_FENCE_LINE.match(lines[at])) and sum(bool(_ANY_FENCE.match(line)) for line in lines) % 2 == 1


def _unfenced(text: str) -> str:
    """Return text without a code fence around all of it, and without one that only opens or only closes."""
    lines = text.strip("\n").splitlines()
    fences = [at for at, line in enumerate(lines) if _ANY_FENCE.match(line)]
    around = fences in ([0, len(lines) - 1], [0], [len(lines) - 1])
    if around and all(_FENCE_LINE.match(lines[at]) for at in fences):
        lines = [line for at, line in enumerate(lines) if at not in fences]
    return "\n".join(lines).strip("\n")
