"""Markdown and HTML as HTML that loads nothing: no scripts, no files, no addresses; only the visible content."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

from loaders.reflow.plain_text import breakable

_WITHOUT_CONTENT = frozenset(
    """script noscript iframe object embed template svg canvas audio video math applet frameset
    datalist""".split()
)
_DROPPED = frozenset("html body head meta link base title source track param frame form".split())
_NESTING = frozenset(
    """div span table ul ol dl blockquote section article main header footer nav aside font center b i u
    em strong a small big fieldset details""".split()
)
_OF_TABLES = frozenset("tr td th thead tbody tfoot caption colgroup col".split())
MAX_DEPTH, MAX_TABLES = 60, 15
"""Deepest nesting of tags and of tables that is copied; of deeper ones only the text is. The library shows nothing of
100 nested tags or 40 tables, and 100,000 took it 58 s."""

_VOID = frozenset("br hr img input wbr col area".split())
_KEPT = frozenset("colspan rowspan style class align dir lang start type value width bgcolor color".split())
_LOADS = re.compile(r"@import[^;]*;?|url\s*\([^)]*\)|expression\s*\(", re.IGNORECASE)
_PICTURE = re.compile(r"data:image/(?:png|jpe?g|gif|bmp|webp);base64,[A-Za-z0-9+/=\s]+")
_CHARSET = re.compile(rb"""<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?([\w.:-]{2,40})""", re.IGNORECASE)


def declared_charset(data: bytes) -> str:
    """Return the encoding that an HTML file names at its beginning, or ""."""
    found = _CHARSET.search(data[:4096])
    return found[1].decode("ascii") if found else ""


def markdown_as_html(text: str) -> str:
    """Return Markdown (CommonMark with tables and struck-out text) as HTML that loads nothing."""
    from markdown_it import MarkdownIt  # 30 ms that other formats save

    return clean_html(MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(_without_front_matter(text)))[
        0
    ]


def clean_html(text: str) -> tuple[str, str]:
    """Return the body of an HTML text without anything that runs or loads, and its title."""
    cleaner = _Cleaner()
    cleaner.feed(text)
    cleaner.close()
    return "".join(cleaner.parts), " ".join("".join(cleaner.title).split())


def _without_front_matter(text: str) -> str:
    return re.sub(r"\A---\n.{0,5000}?\n---\n", "", text, count=1, flags=re.DOTALL)


class _Cleaner(HTMLParser):
    """Copies the visible parts of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.title: list[str] = []
        self._inside = ""
        self._unread: list[str] = []
        self._depth = self._tables = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Copy a tag with its harmless attributes."""
        if self._unread:
            self._unread += [tag] if tag == self._unread[0] else []
            return
        if tag in _WITHOUT_CONTENT:
            self._unread = [] if tag == "embed" else [tag]
            return
        self._inside = tag if tag in ("title", "style") else ""
        given = {name: value or "" for name, value in attrs}
        if tag == "img":
            self._picture(given)
        elif tag == "input":
            self._field(given)
        elif tag not in _DROPPED and not self._is_too_deep(tag, 1):
            if "hidden" in given:
                given["style"] = "display:none"
            kept = "".join(f' {name}="{_harmless(given[name])}"' for name in given if name in _KEPT)
            self.parts.append(f"<{tag}{kept}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Copy `<tag/>`, which is an open tag in HTML, unless it is one that has no content."""
        if tag not in _WITHOUT_CONTENT:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """Close a tag."""
        if self._unread:
            if tag == self._unread[0]:
                self._unread.pop()
            return
        self._inside = ""
        if self._is_too_deep(tag, -1):
            return
        if tag not in _DROPPED and tag not in _WITHOUT_CONTENT and tag not in _VOID:
            self.parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        """Copy text; that of a style sheet without its addresses."""
        if self._unread:
            return
        if self._inside == "title":
            self.title.append(data)
        elif self._inside == "style":
            self.parts.append(_LOADS.sub("", data).replace("<", ""))
        else:
            self.parts.append(html.escape(breakable(data), quote=False))

    def _is_too_deep(self, tag: str, step: int) -> bool:
        """Count a tag that is opened (1) or closed (-1); return whether it lies too deep to be copied."""
        if tag not in _NESTING:
            return tag in _OF_TABLES and self._tables > MAX_TABLES
        depth, tables = self._depth, self._tables
        self._depth = max(0, depth + step)
        if tag == "table":
            self._tables = max(0, tables + step)
        too_deep = max(depth, self._depth) > MAX_DEPTH
        return too_deep or (tag == "table" and max(tables, self._tables) > MAX_TABLES)

    def _picture(self, given: dict[str, str]) -> None:
        source = given.get("src", "")
        if _PICTURE.fullmatch(source):
            self.parts.append(f'<img src="{"".join(source.split())}">')
        elif alt := given.get("alt", "").strip():
            self.parts.append(f"[{html.escape(alt, quote=False)}]")

    def _field(self, given: dict[str, str]) -> None:
        kind = given.get("type", "text").lower()
        if kind in ("checkbox", "radio"):
            self.parts.append("☑ " if "checked" in given else "☐ ")
        elif kind not in ("hidden", "password", "file", "image"):
            self.parts.append(html.escape(given.get("value", ""), quote=False))


def _harmless(value: str) -> str:
    return html.escape(_LOADS.sub("", value))
