"""Markdown parser: from a page's Markdown to blocks.

The Markdown comes unchecked from a vision model, so the parser never raises and drops no word: text that it does not
recognise becomes a paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from loaders.text.captions import FIGURE_LABEL, SUMMARY_LABEL, is_caption, is_table_summary, labelled
from loaders.text.plain import plain
from loaders.types import Block, BlockKind


def parse_blocks(markdown: str) -> tuple[Block, ...]:
    """Split a page's Markdown into blocks in reading order; every word of the input is in one of them."""
    return tuple(_Scanner(markdown).run())


class _Scanner:
    """Reads line by line; each `_take_...` adds a block and returns True, or returns False if it does not apply."""

    def __init__(self, markdown: str) -> None:
        self._lines = markdown.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self._at = 0
        self._blocks: list[Block] = []
        self._paragraph: list[str] = []
        self._unclosed: set[str] = set()

    def run(self) -> list[Block]:
        """Return the blocks of the whole text."""
        takers: tuple[Callable[[str], bool], ...] = (
            self._take_blank,
            self._take_fence,
            self._take_html_table,
            self._take_wrapped,
            self._take_heading,
            self._take_formula,
            self._take_pipe_table,
            self._take_list,
        )
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if not any(take(line) for take in takers):
                if is_caption(line) or any(start.match(line) for start in (FOOTNOTE, FIGURE, COMMENT)):
                    self._flush()
                self._paragraph.append(line)
                self._at += 1
        self._flush()
        return self._blocks

    def _add(self, kind: BlockKind, text: str, level: int = 0) -> None:
        self._flush()
        if kind == "list":
            text = "\n".join(map(_with_state, text.splitlines()))
        if text.strip():
            self._blocks.append(Block(kind, text.strip("\n").rstrip(), level))

    def _flush(self) -> None:
        """End the paragraph that is being collected."""
        text = "\n".join(self._paragraph).strip()
        self._paragraph = []
        if not text:
            return
        bold = BOLD_LINE.match(text)
        if bold and _is_bold_heading(bold[2]):
            level = bold[2].split()[0].strip(".").count(".") + 1 if SECTION.match(bold[2]) else 4
            self._blocks.append(Block("heading", text, min(level, 6)))
        else:
            self._blocks.append(Block(self._prose_kind(text), text))

    def _prose_kind(self, text: str) -> BlockKind:
        if is_caption(text):
            return "caption"
        if FOOTNOTE.match(text):
            return "footnote"
        if COMMENT.match(text):
            return "comment"
        after_figure = bool(self._blocks) and (self._blocks[-1].is_caption or self._blocks[-1].is_figure)
        if FIGURE.match(text) or is_table_summary(text) or (after_figure and DESCRIPTION.match(plain(text))):
            return "description"
        return "text"

    def _take_blank(self, line: str) -> bool:
        if line.strip() and not RULE.match(line):
            return False
        if line.strip().startswith("===") and len(self._paragraph) == 1:
            heading, self._paragraph = self._paragraph[0], []
            self._add("heading", "# " + heading.strip(), 1)
        self._flush()
        self._at += 1
        return True

    def _take_fence(self, line: str) -> bool:
        """Take a fenced block; one of Markdown or HTML is parsed, any other is text."""
        fence = FENCE.match(line)
        if not fence:
            return False
        end = self._at + 1
        while end < len(self._lines) and not self._lines[end].strip().startswith(fence[1]):
            end += 1
        body = self._lines[self._at + 1 : end]
        if fence[2].lower() in ("markdown", "md", "html"):  # models often wrap their whole reply in a fence
            self._flush()
            self._blocks += parse_blocks("\n".join(body))
        else:
            self._add("text", "\n".join([fence[0], *body, fence[1]]) if any(b.strip() for b in body) else "")
        closing = self._lines[end].strip().lstrip("`~") if end < len(self._lines) else ""
        self._at = end + 1
        if closing:
            self._paragraph.append(closing)
        return True

    def _take_html_table(self, line: str) -> bool:
        opening = TABLE_TAG.search(line)
        if not opening or opening[1]:
            return False
        self._paragraph.append(line[: opening.start()])
        end, column = self._table_end(opening.start())
        self._add("table", self._take_span(opening.start(), end, column))
        return True

    def _table_end(self, column: int) -> tuple[int, int]:
        """Find line and column where a table ends; an unclosed one ends with the paragraph of its last cell."""
        depth = 0
        for index in range(self._at, len(self._lines)):
            for tag in TABLE_TAG.finditer(self._lines[index], column if index == self._at else 0):
                depth += -1 if tag[1] else 1
                if depth == 0:
                    return index, tag.end()
        last = max(index for index in range(self._at, len(self._lines)) if ROW_TAG.search(self._lines[index]))
        while last + 1 < len(self._lines) and self._lines[last + 1].strip():
            last += 1
        return last, len(self._lines[last])

    def _take_span(self, start: int, end: int, column: int) -> str:
        """Take the text from column `start` of this line to a column of line `end`; the rest of that line stays."""
        lines = self._lines[self._at : end + 1]
        lines[-1] = lines[-1][:column]
        lines[0] = lines[0][start:]
        self._lines[end] = self._lines[end][column:]
        self._at = end
        return "\n".join(lines)

    def _take_wrapped(self, line: str) -> bool:
        """Take a <figure>, <summary>, <header>, <footer>, <page_number> or <watermark> with its content."""
        opening = WRAPPED.match(line)
        if not opening or opening[1].lower() in self._unclosed:
            return False
        closing = re.compile(rf"</{opening[1]}\s*>", re.IGNORECASE)
        for end in range(self._at, len(self._lines)):
            found = closing.search(self._lines[end])
            if found:
                inner = self._take_span(opening.end(), end, found.start())
                self._lines[end] = self._lines[end][found.end() - found.start() :]
                self._add_wrapped(opening[1].lower(), inner)
                return True
        self._unclosed.add(opening[1].lower())
        return False

    def _add_wrapped(self, tag: str, inner: str) -> None:
        if tag == "summary":
            self._add("description", labelled(SUMMARY_LABEL, inner))
        elif tag != "figure":
            self._add("watermark" if tag == "watermark" else "furniture", inner)
        elif TABLE_TAG.search(inner):
            self._flush()
            self._blocks += parse_blocks(inner)
        else:
            captions = FIGURE_CAPTION.findall(inner)
            self._add("description", labelled(FIGURE_LABEL, FIGURE_CAPTION.sub("", inner)))
            for caption in captions:
                self._add("caption" if is_caption(caption) else "description", caption.strip())

    def _take_heading(self, line: str) -> bool:
        found = HEADING.match(line)
        if not found:
            return False
        self._add("heading", line.strip(), len(found[1]))
        self._at += 1
        return True

    def _take_formula(self, line: str) -> bool:
        """Take a displayed formula; one that is not closed ends with its paragraph."""
        opening = MATH.match(line)
        if not opening:
            return False
        closing = {"$$": "$$", "\\[": "\\]"}.get(opening[1], f"\\end{{{opening[2]}")
        end, start = self._at, opening.end()
        while closing not in self._lines[end][start:]:
            end, start = end + 1, 0
            if end == len(self._lines) or not self._lines[end].strip():  # unclosed: it ends with its paragraph
                end -= 1
                break
        self._add("formula", "\n".join(self._lines[self._at : end + 1]))
        self._at = end + 1
        return True

    def _take_pipe_table(self, line: str) -> bool:
        following = self._lines[self._at + 1] if self._at + 1 < len(self._lines) else ""
        bare = "|" in line and not _is_row(line) and bool(DELIMITER.match(following.strip()))
        if not bare and not (_is_row(line) and _is_row(following)):
            return False
        end = self._at + 1
        while end < len(self._lines) and (_is_row(self._lines[end]) or (bare and "|" in self._lines[end])):
            if is_caption(self._lines[end]):
                break
            end += 1
        self._add("table", "\n".join(self._lines[self._at : end]))
        self._at = end
        return True

    def _take_list(self, line: str) -> bool:
        if not ITEM.match(line):
            return False
        end = self._at + 1
        while end < len(self._lines) and self._continues_list(self._lines[end]):
            end += 1
        items = self._lines[self._at : end]
        if len(items) == 1 and is_caption(ITEM.sub(lambda m: m[0][-1], line)):  # "- Table 1 | ..."
            self._add("caption", line)
        else:
            self._add("list", "\n".join(items))
        self._at = end
        return True

    def _continues_list(self, line: str) -> bool:
        stops = FENCE, HEADING, RULE, TABLE_TAG, WRAPPED, MATH, FOOTNOTE
        return (
            bool(line.strip()) and not _is_row(line) and not is_caption(line) and not any(s.search(line) for s in stops)
        )


def _with_state(item: str) -> str:
    """Return a list item with its tick box in words, as forms are read: "- [x] Engine" is "- Engine: yes (ticked)"."""
    box = TICK_BOX.match(item)
    if not box:
        return item
    state = "no (not ticked)" if box["box"] in ("[ ]", "☐") else "yes (ticked)"
    return f"{box['mark']}{box['label'].rstrip(' :')}: {state}"


def _is_row(line: str) -> bool:
    return line.lstrip().startswith("|") and line.count("|") >= 2


def _is_bold_heading(text: str) -> bool:
    """Return whether a bold line is a heading: numbered, or a few words without digits (unlike "Total: 500")."""
    if "**" in text or text.rstrip().endswith((".", "!", "?", ";", ",")):
        return False
    return bool(SECTION.match(text)) or (len(text.split()) <= 8 and not re.search(r"\d", text))


FENCE = re.compile(r"^\s{0,3}(```+|~~~+)\s*([\w+-]*)\s*$")

HEADING = re.compile(r"^\s{0,3}(#{1,6})\s+\S")

RULE = re.compile(r"^\s{0,3}([-*_=])(\s*\1){2,}\s*$")

DELIMITER = re.compile(r"^\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)+\|?$")

ITEM = re.compile(r"^\s*(?:[-*+•◦▪‣●○■]|\d{1,3}[.)]|[a-z][.)]|\([a-z0-9]{1,3}\))\s+\S")

FOOTNOTE = re.compile(
    r"^\s*(?:\[\^[^\]\s]+\]:|<sup>\s*[\d*†‡§]+\s*</sup>|\$\^\{?[\d*†‡§]+\}?\$|\^[\d*†‡§]+\^|[⁰¹²³⁴-⁹]+(?!\w))\s*\S"
)

TICK_BOX = re.compile(r"^(?P<mark>\s*[-*+]\s+)(?P<box>\[[ xX]\]|[☐☑☒])\s+(?P<label>\S.*)$")

COMMENT = re.compile(r"^\s*Comment(?: \([^()\n]{1,80}\))?(?: on “[^”\n]{1,300}”)?: \S")

MATH = re.compile(r"^\s*(\$\$|\\\[|\\begin\{(equation|align|gather|multline)\*?\})")

TABLE_TAG = re.compile(r"<(/?)table\b[^>]*>", re.IGNORECASE)

ROW_TAG = re.compile(r"</?(?:table|thead|tbody|tfoot|tr|td|th|caption|colgroup|col)\b[^>]*>", re.IGNORECASE)

WRAPPED = re.compile(r"\s*<(figure|summary|header|footer|page_number|watermark)\b[^>]*>", re.IGNORECASE)

FIGURE_CAPTION = re.compile(r"<figcaption\b[^>]*>(.*?)</figcaption\s*>", re.IGNORECASE | re.DOTALL)

BOLD_LINE = re.compile(r"^\s*(\*\*|__)(?=\S)(.+?)(?<=\S)\1\s*:?\s*$")

SECTION = re.compile(r"^(?:\d{1,2}(?:\.\d{1,2})+\.?|\d{1,2}\.)\s+\S")

FIGURE = re.compile(r"^\s*(?:!\[[^\]]*\]\([^)\s]*\)\s*$|\[(?:figure|image|chart|diagram|photo|graph)\b)", re.IGNORECASE)

DESCRIPTION = re.compile(
    r"^\W*(?:(?:the|this)\s+(?:[\w-]+\s+){0,3})?(?:figure|chart|graph|diagram|image|plot|photo\w*|picture)\b"
    r"(?:\s+(?:shows?|depicts?|illustrates?|presents?|displays?|compares?)\b|\s*(?:description|summary)?\W*:)",
    re.IGNORECASE,
)
