"""Recognition of questions about the library itself, and of the documents that a question mentions.

Both work conservatively, by patterns alone: a wrong match costs an answer, while a question without a match is searched
like any other.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import NamedTuple

from graph.retrieval.terms import STOP_WORDS
from graph.storage.base import DocumentStore
from graph.storage.document_names import whole_names, words_of
from graph.storage.rows import DocumentRow

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
    """Return whether the whole question asks for the list of documents ("What documents do you have?")."""
    bare = " ".join(re.sub(r"[?!.¿¡,]+", " ", question).split())
    return bool(_ASKS.fullmatch(bare))


# Words of file names that are too common to identify a document.
_GENERIC = STOP_WORDS | frozenset(
    """annual article book brochure chapter copy data doc document draft file final form full guide image info letter
    main manual minutes new note notes original page paper part pdf print public publication quarterly release report
    results sample scan scanned section short statement study summary supplement table test text version volume
    web year""".split()
)
_KINDS = frozenset(
    """10k 10q 8k 20f 6k article contract agreement document file filing filings guide handbook invoice letter manual
    minutes paper pdf preprint proceedings publication report reports statement study thesis transcript
    whitepaper""".split()
)
# A question calls a document so without its name; "the document" and "the file" may be any.
_CALLED = (_KINDS | frozenset("book brochure form guide notes plan scan sheet slides".split())) - {
    "document", "file", "pdf"
}  # fmt: skip
_DETERMINERS = frozenset({"the", "my", "our", "your"})
_MAX_GAP = 4  # words between a document's name and its kind ("the Netflix 2022 annual report")
_NO_NAME = re.compile(r"q\d|fy\d*|h\d|v\d+|\d+[kqf]|\d+(st|nd|rd|th)|\d+")
_MAX_TITLE = 6  # words; a longer beginning of a title is a sentence, not a name
_MAX_CACHED = 10_000  # documents; to parse a name takes 50 µs for each document and question
_MIN_LETTERS = 4  # of a word that can identify a document: "oecd", not "the"


def mentioned_in(catalog: DocumentStore, question: str) -> list[str]:
    """Return the ids of the documents that a question mentions, best matches only; none if it mentions none, or all.

    A document is mentioned by its file name, or by words of its name or of its title's beginning: a distinctive one
    ("Netflix") and either a second one or the kind of document after it ("the Netflix 10-K"). Without the kind, both
    must be written with a capital or a digit. Names are found through the catalog's index. A word that a thousand names
    share identifies no document.
    """
    found = list(_best_matches(question, candidates(catalog, question)))
    return found if found and len(found) < catalog.count_searchable(len(found) + 1) else []


def candidates(catalog: DocumentStore, question: str) -> list[DocumentRow]:
    """Return the documents whose names or titles a question may mention, by the distinctive words that they share."""
    telling = [word for word in dict.fromkeys(words_of(question)) if _is_distinctive(word)]
    return [row for row in catalog.named([*telling, *whole_names(question)]) if row.generation]


def called_by_kind(catalog: DocumentStore, question: str) -> list[str]:
    """Return the ids of the documents whose names or titles hold the kind of document that a question speaks of.

    "The handbook" is "Ferry handbook v2.pdf" where no other name has that word. Not all documents of a library.
    """
    words = words_of(question)
    kinds = {
        word for at, word in enumerate(words) if word in _CALLED and _DETERMINERS & set(words[max(0, at - 2) : at])
    }
    if not kinds:
        return []
    rows = [row for row in catalog.named(sorted(kinds)) if row.generation]
    found = [row.id for row in rows if any(kinds & words for words in _words_of_names(row))]
    return found if found and len(found) < catalog.count_searchable(len(found) + 1) else []


def readings(question: str, documents: Sequence[DocumentRow]) -> list[str]:
    """Return the ids of the documents that the same mention in a question fits; [] if it fits one, or none.

    "Compare a.pdf and b.pdf" mentions two documents; "in report.pdf" fits both documents of that name.
    """
    found = _best_matches(question, documents)
    lower = question.casefold()
    told = [row.id for row in documents if row.id in found and row.label != row.name and row.label.casefold() in lower]
    return [] if told or len(found) < 2 or len(set(found.values())) > 1 else list(found)


def _best_matches(question: str, documents: Sequence[DocumentRow]) -> dict[str, frozenset[str]]:
    """Return the documents that a question mentions, best matches only, each with the names or words that match."""
    exact = {row.id: names for row in documents if (names := _files_named(question, row))}
    if exact:
        return exact
    asked = words_of(question)
    capitals = set(words_of(" ".join(re.findall(r"(?<=\S )[A-Z0-9]\S*", question))))
    hits = {row.id: _hits(asked, capitals, row) for row in documents}
    best = max(map(len, hits.values()), default=0)
    return {document: words for document, words in hits.items() if len(words) == best > 0}


class _Names(NamedTuple):
    """The names of a document."""

    files: tuple[str, ...]
    """Its file name, with and without the ending."""
    words: tuple[frozenset[str], ...]
    """The words of its file name, and those of its title's beginning."""


@functools.lru_cache(_MAX_CACHED)
def _names(file: str, title: str) -> _Names:
    stem = file.rsplit(".", 1)[0]
    telling = bool(re.search(r"[\W_]|\d", stem)) and len(stem) >= _MIN_LETTERS and not stem.isdigit()
    files = [file] if "." in file else []
    files += [stem] if telling and " " not in stem else []
    lead = words_of(re.split(r"[:–—(|]| - ", title)[0])
    sets = (set(words_of(stem)), set(lead if len(lead) <= _MAX_TITLE else []))
    return _Names(tuple(files), tuple(frozenset(words) for words in sets))


def _files_named(question: str, row: DocumentRow) -> frozenset[str]:
    """Return the file names of a document that a question names, lower case."""
    lower = question.lower()
    files = [file for name in row.names or (row.name,) for file in _names(name, row.title).files]
    near = [name for name in files if name.lower() in lower]
    return frozenset(
        name.lower() for name in near if re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", question, re.IGNORECASE)
    )


def _words_of_names(row: DocumentRow) -> list[frozenset[str]]:
    """Return the words of each of a document's file names, and of its title's beginning."""
    return [words for name in row.names or (row.name,) for words in _names(name, row.title).words]


def _hits(asked: list[str], capitals: set[str], row: DocumentRow) -> frozenset[str]:
    """Return the words of its name or title that a question holds, if they mention the document; else none."""
    best, held = frozenset[str](), frozenset(asked)
    for words in _words_of_names(row):
        hits = (words & held) - STOP_WORDS
        telling = {word for word in hits if _is_distinctive(word)}
        named_so = len(hits & capitals) > 1 and telling & capitals
        if telling and (named_so or any(_before_kind(asked, word) for word in telling)):
            best = max(best, hits, key=len)
    return best


def _is_distinctive(word: str) -> bool:
    if word in _GENERIC or word in _KINDS or _NO_NAME.fullmatch(word):
        return False
    return len(word) >= _MIN_LETTERS or (word.isalnum() and not word.isalpha() and len(word) > 1)


def _before_kind(asked: list[str], word: str) -> bool:
    at = asked.index(word)
    return any(near in _KINDS for near in asked[at + 1 : at + 2 + _MAX_GAP])
