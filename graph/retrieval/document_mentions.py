"""What a question says of the library itself: whether it asks what is there, and which documents it names.

Both are recognised conservatively, by patterns alone: a question that is taken for another costs its answer, one that
is not recognised is searched for like any other.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from graph.retrieval.terms import STOP_WORDS
from graph.storage.base import DocumentRow

_THINGS = r"(?:documents?|docs?|files?|pdfs?|papers?|sources?)"
_DONE = r"(?:available|ingested|indexed|loaded|stored|uploaded|added|known|searchable)"
_HAVE = (
    r"(?:do you (?:have|know|hold|see|contain|use|search)(?: access to| about)?|can you (?:see|access|read|use|search)"
    rf"|have you (?:got|read|seen|{_DONE})|are (?:there|here|in here|{_DONE})|are in (?:the|your|this) (?:\w+ )?\w+"
    rf"|(?:were|was|have been|has been|is) {_DONE}|did (?:you|i|we) (?:ingest|index|load|upload|add|give you)"
    r"|have (?:i|we) (?:ingested|uploaded|added|loaded|given you))"
)
_NOW = r"(?: (?:so far|now|currently|at the moment|right now|already|in total|in all|here|available))*"
_ASKS = re.compile(
    rf"(?:(?:and|so|ok|okay|hi|hello|please),? )*(?:"
    rf"(?:what|which|how many) (?:kinds? of |other |all )?{_THINGS} {_HAVE}{_NOW}"
    rf"|(?:can you |could you )?(?:please )?(?:list|show|name|give|tell)(?: me| us)?(?: a list of| all of| all| the"
    rf"| your| names of)* {_THINGS}(?: (?:that |which )?(?:you (?:have|know|hold)|{_HAVE}|{_DONE}))?{_NOW}"
    r"|what (?:is|'s) in (?:the|your|this) (?:library|catalog|collection|knowledge base)"
    rf"|what have you (?:read|{_DONE}){_NOW}"
    r"|(?:welche|wie viele) (?:dokumente|dateien|pdfs|quellen) (?:hast du|haben sie|kennst du|kennen sie|gibt es"
    r"|liegen vor|sind (?:da|vorhanden|verfügbar|eingelesen|gespeichert))"
    r"|(?:quels|combien de) (?:documents|fichiers) (?:as-tu|avez-vous|connais-tu|connaissez-vous|sont disponibles"
    r"|y a-t-il)|(?:qué|cuántos) (?:documentos|archivos) (?:tienes|tiene|hay|conoces)"
    r")(?: please)?",
    re.IGNORECASE,
)


def asks_about_library(question: str) -> bool:
    """Whether the whole question is about the library ("What documents do you have?"), not about what is in it."""
    bare = " ".join(re.sub(r"[?!.¿¡,]+", " ", question).split())
    return bool(_ASKS.fullmatch(bare))


# Words of file names that tell no document from another.
_GENERIC = STOP_WORDS | frozenset(
    """annual article book brochure chapter copy data doc document draft file final form full guide image info letter
    main manual minutes new note notes original page paper part pdf print public publication quarterly release report
    results sample scan scanned section short statement study summary supplement table test text version volume
    web year""".split()  # noqa: SIM905 - a list of words reads best as text
)
_KINDS = frozenset(
    """10k 10q 8k 20f 6k article contract agreement document file filing filings guide handbook invoice letter manual
    minutes paper pdf preprint proceedings publication report reports statement study thesis transcript
    whitepaper""".split()  # noqa: SIM905 - a list of words reads best as text
)
_NEAR = 4  # so many words may stand between a document's name and its kind ("the Netflix 2022 annual report")
_NO_NAME = re.compile(r"q\d|fy\d*|h\d|v\d+|\d+[kqf]|\d+(st|nd|rd|th)|\d+")
_LEAD = 6  # a title whose beginning has more words is a sentence, not a name
_KNOWN = 10_000  # documents whose names are kept taken apart: that took 50 µs for each of them at each question
_SHORTEST = 4  # letters of a word that can tell a document: "oecd", not "the"


def mentioned_documents(question: str, documents: Sequence[DocumentRow]) -> list[str]:
    """The ids of the documents that a question names, best matches only; none where it names none, or all.

    A document is named by its file name, or by words of its name or of its title's beginning: one that tells it from
    others, and with it another one, or the kind of document ("the Netflix 10-K"). Unless the
    kind follows, both must be written like names or numbers.
    """
    exact = [row.id for row in documents if _names_file(question, row)]
    asked = _words(question)
    capitals = set(_words(" ".join(re.findall(r"(?<=\S )[A-Z0-9]\S*", question))))
    scores = {} if exact else {row.id: _score(asked, capitals, row) for row in documents}
    best = max(scores.values(), default=0)
    found = exact or [document for document, score in scores.items() if score == best > 0]
    return found if len(found) < len(documents) else []


class _Names(NamedTuple):
    """What a document may be called: its file's name, whole or without its ending, and the words of name and title."""

    files: tuple[str, ...]
    words: tuple[frozenset[str], ...]


@functools.lru_cache(_KNOWN)
def _names(file: str, title: str) -> _Names:
    stem = file.rsplit(".", 1)[0]
    telling = bool(re.search(r"[\W_]|\d", stem)) and len(stem) >= _SHORTEST and not stem.isdigit()
    files = [file] if "." in file else []
    files += [stem] if telling and " " not in stem else []
    lead = _words(re.split(r"[:–—(|]| - ", title)[0])
    sets = (set(_words(stem)), set(lead if len(lead) <= _LEAD else []))
    return _Names(tuple(files), tuple(frozenset(words - STOP_WORDS) for words in sets))


def _names_file(question: str, row: DocumentRow) -> bool:
    lower = question.lower()
    near = [name for name in _names(row.name, row.title).files if name.lower() in lower]
    return any(re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", question, re.IGNORECASE) for name in near)


def _score(asked: list[str], capitals: set[str], row: DocumentRow) -> int:
    """How many words of its name or title a question holds, if they name the document; else 0."""
    best, held = 0, frozenset(asked)
    for words in _names(row.name, row.title).words:
        hits = words & held
        telling = {word for word in hits if _is_distinctive(word)}
        named_so = len(hits & capitals) > 1 and telling & capitals
        if telling and (named_so or any(_before_kind(asked, word) for word in telling)):
            best = max(best, len(hits))
    return best


def _is_distinctive(word: str) -> bool:
    if word in _GENERIC or word in _KINDS or _NO_NAME.fullmatch(word):
        return False
    return len(word) >= _SHORTEST or (word.isalnum() and not word.isalpha() and len(word) > 1)


def _before_kind(asked: list[str], word: str) -> bool:
    at = asked.index(word)
    return any(near in _KINDS for near in asked[at + 1 : at + 2 + _NEAR])


def _words(text: str) -> list[str]:
    """The words of a name or question as they are compared: `NETFLIX_2022Q2_10-K` is netflix, 2022, q2, 10k."""
    text = "".join(c for c in unicodedata.normalize("NFKD", text).casefold() if not unicodedata.combining(c))
    text = re.sub(r"'s\b|’s\b", "", text)
    text = re.sub(r"\b(\d{1,2})[- ]([kqf])\b", r"\1\2", text.replace("_", " "))
    text = re.sub(r"\b(fy)?((?:19|20)\d\d)(?=[a-z])", r"\2 ", re.sub(r"\bfy(?=\d{4})", "", text))
    return re.findall(r"[^\W_]+", text)
