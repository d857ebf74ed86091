"""The first signs of each kind of block in a line of Markdown or HTML."""

from __future__ import annotations

import re

FENCE = re.compile(r"^\s{0,3}(```+|~~~+)\s*([\w+-]*)\s*$")
HEADING = re.compile(r"^\s{0,3}(#{1,6})\s+\S")
RULE = re.compile(r"^\s{0,3}([-*_=])(\s*\1){2,}\s*$")
DELIMITER = re.compile(r"^\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)+\|?$")
ITEM = re.compile(r"^\s*(?:[-*+•◦▪‣●○■]|\d{1,3}[.)]|[a-z][.)]|\([a-z0-9]{1,3}\))\s+\S")
FOOTNOTE = re.compile(r"^\s*(?:\[\^[^\]\s]+\]:|<sup>\s*[\d*†‡§]+\s*</sup>)\s*\S")
MATH = re.compile(r"^\s*(\$\$|\\\[|\\begin\{(equation|align|gather|multline)\*?\})")
TABLE_TAG = re.compile(r"<(/?)table\b[^>]*>", re.IGNORECASE)
ROW_TAG = re.compile(r"</?(?:table|thead|tbody|tfoot|tr|td|th|caption|colgroup|col)\b[^>]*>", re.IGNORECASE)
WRAPPED = re.compile(r"\s*<(figure|header|footer|page_number)\b[^>]*>", re.IGNORECASE)
BOLD_LINE = re.compile(r"^\s*(\*\*|__)(?=\S)(.+?)(?<=\S)\1\s*:?\s*$")
SECTION = re.compile(r"^(?:\d{1,2}(?:\.\d{1,2})+\.?|\d{1,2}\.)\s+\S")
FIGURE = re.compile(r"^\s*(?:!\[[^\]]*\]\([^)\s]*\)\s*$|\[(?:figure|image|chart|diagram|photo|graph)\b)", re.IGNORECASE)
DESCRIPTION = re.compile(
    r"^\W*(?:(?:the|this)\s+(?:[\w-]+\s+){0,3})?(?:figure|chart|graph|diagram|image|plot|photo\w*|picture)\b"
    r"(?:\s+(?:shows?|depicts?|illustrates?|presents?|displays?|compares?)\b|\s*(?:description|summary)?\W*:)",
    re.IGNORECASE,
)
