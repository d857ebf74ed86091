"""Abbreviations of business that a question uses and the library spells out: "capex" for "capital expenditure"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from graph.retrieval import terms

# Meanings of abbreviations; the first one whose words are all in the library is taken.
_MEANINGS = {
    "capex": ("capital expenditure", "purchases of property, plant and equipment", "purchase of fixed assets"),
    "opex": ("operating expenses", "operating costs"),
    "cogs": ("cost of goods sold", "cost of sales", "cost of revenue"),
    "sg&a": ("selling, general and administrative expenses", "selling and administration", "administrative expenses"),
    "r&d": ("research and development",),
    "pp&e": ("property, plant and equipment", "fixed assets"),
    "d&a": ("depreciation and amortization", "depreciation and amortisation"),
    "eps": ("earnings per share",),
    "dps": ("dividend per share", "dividends per share"),
    "ebit": ("operating income", "operating profit", "earnings before interest and taxes"),
    "fcf": ("free cash flow",),
    "nav": ("net asset value",),
    "roe": ("return on equity",),
    "roce": ("return on capital employed",),
    "ceo": ("chief executive officer", "chief executive", "managing director"),
    "cfo": ("chief financial officer", "finance director"),
    "coo": ("chief operating officer",),
    "cto": ("chief technology officer",),
    "agm": ("annual general meeting",),
    "ipo": ("initial public offering",),
    "vat": ("value added tax",),
    "nda": ("non-disclosure agreement", "confidentiality agreement"),
    "hrs": ("hours",),
    "mins": ("minutes",),
    "yrs": ("years",),
    "rpm": ("revolutions per minute",),
    "temp": ("temperature",),
    "headcount": ("number of employees",),
    "bottom line": ("net income", "net profit"),
    "top line": ("net sales", "revenue"),
    "accounts receivable": ("trade receivables",),
    "accounts payable": ("trade payables",),
    "trade receivables": ("accounts receivable",),
    "trade payables": ("accounts payable",),
}
# Questions as they are typed in haste.
_TYPED = {
    "whats": "what's", "wheres": "where's", "whos": "who's", "whens": "when's", "hows": "how's", "thats": "that's",
    "dont": "don't", "cant": "can't", "isnt": "isn't", "doesnt": "doesn't", "didnt": "didn't", "wont": "won't",
    "arent": "aren't", "wasnt": "wasn't", "pls": "please", "plz": "please", "ur": "your",
    "payed": "paid", "ppl": "people", "wich": "which", "wat": "what", "hw": "how", "abt": "about", "w/o": "without",
}  # fmt: skip
_IN_HASTE = re.compile(rf"(?<![\w'’&/.-])(?:{'|'.join(_TYPED)})(?![\w'’&/-]|\.\w)")
_SHORT = re.compile(rf"(?<![\w&-])(?:{'|'.join(map(re.escape, _MEANINGS))})(?![\w&-])", re.IGNORECASE)
_FISCAL_YEAR = re.compile(r"\bFY ?['’]?(20\d\d|\d\d)\b")


def typed_out(question: str) -> str:
    """Return a question in lower case with its contractions and shortened words in full: "whats the rent"."""
    if question[1:] != question[1:].lower():
        return question  # "Whats" may be the name of something
    plain = question[:1].lower() + question[1:]
    return _IN_HASTE.sub(lambda found: _TYPED[found[0]], plain) if _IN_HASTE.search(plain) else question


class Frequencies(Protocol):
    """The part of the catalog that counts words."""

    def document_frequencies(self, words: Sequence[str]) -> tuple[dict[str, int], int]:
        """Return in how many indexed units each word occurs, and the number of units."""


def spelled_out(question: str, library: Frequencies) -> str:
    """Return a question with abbreviations, and years such as "FY23", in full where the library has only that form."""
    for found in {found.group() for found in _SHORT.finditer(question)}:
        if _has(found, library):
            continue
        meaning = next((one for one in _MEANINGS[found.lower()] if _has(one, library)), "")
        question = re.sub(rf"(?<![\w&-]){re.escape(found)}(?![\w&-])", meaning or found, question)
    for year in _FISCAL_YEAR.finditer(question):
        if not _has(year.group().replace(" ", ""), library):
            question = question.replace(year.group(), year[1] if len(year[1]) > 2 else f"20{year[1]}")
    return question


def _has(phrase: str, library: Frequencies) -> bool:
    """Return whether the library has all words of a phrase; single letters ("R&D") are ignored."""
    words = [term.text for term in terms.terms(phrase) if term.text not in terms.STOP_WORDS]
    long = [word for word in words if len(word) > 1]
    counts, _ = library.document_frequencies(long)
    return bool(long) and all(counts.get(word, 0) for word in long)
