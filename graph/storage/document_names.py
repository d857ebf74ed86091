"""The words of documents' names, as questions are compared with them and as the catalog indexes them.

A name is indexed by its words, and whole: `=netflix 2022q2 pdf` with its ending and `=netflix 2022q2` without. So a
question finds the documents that it may name by its own words, however many documents there are.
"""

from __future__ import annotations

import json
import re
import unicodedata
from functools import lru_cache

from graph.storage.local_sources import path_of

WHOLE, SOURCE = "=", "@"
"""The first character of a term that is a whole name, and of one that is a source; no word begins with them."""
_MAX_TITLE = 12  # words of a title that are indexed: its beginning names the document
_MAX_SPAN = 12  # words of the longest name that is looked for in a text


def words_of(text: str) -> list[str]:
    """Return the words of a name or question for comparison: `NETFLIX_2022Q2_10-K` gives netflix, 2022, q2, 10k."""
    return list(_words_of(text))


@lru_cache(maxsize=256)  # those of a question are asked for six times until it is answered
def _words_of(text: str) -> tuple[str, ...]:
    text = "".join(c for c in unicodedata.normalize("NFKD", text).casefold() if not unicodedata.combining(c))
    text = re.sub(r"'s\b|’s\b", "", text)
    text = re.sub(r"\b(\d{1,2})[- ]([kqf])\b", r"\1\2", text.replace("_", " "))
    text = re.sub(r"\b(fy)?((?:19|20)\d\d)(?=[a-z])", r"\2 ", re.sub(r"\bfy(?=\d{4})", "", text))
    return tuple(re.findall(r"[^\W_]+", text))


def terms_of_name(name: str, title: str, source: str) -> str:
    """Return the terms that a document is found by, as a JSON list: the catalog's triggers call it."""
    return json.dumps(terms_of_row(name, title, source), ensure_ascii=False)


def terms_of_row(name: str, title: str, source: str) -> list[str]:
    """Return the terms that a document is found by: words of name and title, the whole name, and the source."""
    stem = name.rsplit(".", 1)[0]
    words = [*words_of(stem), *words_of(title)[:_MAX_TITLE]]
    whole = [WHOLE + " ".join(words_of(part)) for part in (name, stem)]
    # A file of another machine is found by its path alone too.
    sources = [SOURCE + one.casefold() for one in (source, path_of(source)) if one]
    return list(dict.fromkeys([*words, *whole, *sources]))


def whole_names(text: str) -> list[str]:
    """Return the terms of all names that may stand in a text: its runs of up to twelve words."""
    words = words_of(text)
    runs = (words[start:end] for start in range(len(words)) for end in range(start + 1, start + _MAX_SPAN + 1))
    return list(dict.fromkeys(WHOLE + " ".join(run) for run in runs))
