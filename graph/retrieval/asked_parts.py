"""Parts of a document that a question asks for by name: a clause by its number, the contents, the references."""

from __future__ import annotations

import re
from collections.abc import Set
from functools import lru_cache
from typing import NamedTuple

from graph.retrieval import terms
from graph.storage.rows import ChunkRow, SentenceRow
from loaders.types import SentencePredicates

# Lines of a contents page repeat headings, entries of references repeat titles: both match a question about the same
# thing, and answer it only if it is a question about them.
_ASKS_CONTENTS = re.compile(
    r"\b(contents|index|list of (figures|tables|illustrations)|(which|how many) (\w+ )?(chapters?|sections?"
    r"|appendi(x|ces)|annex(es)?|parts?|pages?)|what (pages?|chapters|sections|appendices)|inhaltsverzeichnis|índice"
    r"|sommaire)\b",
    re.IGNORECASE,
)
_ASKS_REFERENCES = re.compile(
    r"\b(references?|bibliograph\w*|cit(e[sd]?|ing|ations?)|literature|further reading|works cited|journals?"
    r"|publi(sh|c)\w*|proceedings|volume|issue|authors?|written|wrote|writes|doi|arxiv|preprint|et al|books?"
    r"|articles?|papers?|stud(y|ies)|titled?|sources?|literatur\w*|quellen|bibliografía|autor(es)?|auteurs?)\b",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"(?:\b(?:clauses?|sections?|articles?|paragraphs?|para|art|sec|rules?|regulations?|chapters?|items?|points?|ziffer"
    r"|artikel|abschnitt|absatz)\.?|§+)\s*(\d{1,3}(?:\.\d{1,3})*)(?![\w]|\.\d)",
    re.IGNORECASE,
)
_DOTTED = re.compile(r"(?<![\w.])(\d{1,3}(?:\.\d{1,3})+)(?!\s*%|\w|\.\d)")
_APPENDIX = re.compile(
    r"\b(?:appendix|annex|exhibit|schedule|attachment|anhang|anlage)\s+(?:[a-z]|\d{1,2})\b", re.IGNORECASE
)
_NUMBER = re.compile(
    r"^(?:(?:article|section|clause|rule|artikel|ziffer|abschnitt)\s+|§+\s*)?(\d{1,3}(?:\.\d{1,3})*)[.):]?(?=\s)", re.I
)
_ASKS_NAME = re.compile(
    r"\b(whose|who is (this|it|the)|who (wrote|sent)|(applicant|candidate|person|sender|author)\b.*\bname\b"
    r"|name of the|(his|her|their) name|full name)|\bwhat is the (applicant|candidate|person)|['’]s name\b",
    re.IGNORECASE,
)


# A web address is found by one of its words, the meaning of a mark by the mark itself.
_ASKS_ADDRESS = re.compile(r"\b(web ?(?:address|site|page)|url|link|home ?page|internet address)\b", re.IGNORECASE)
_ADDRESS = re.compile(
    r"(?:https?://|www\.)[^\s,;)]+|\b[\w-]+\.(?:com|org|net|edu|gov|io|chat|eu|de|uk|fr|es)\b", re.IGNORECASE
)
_ASKS_MARK = re.compile(
    r"\b(?:(stars?|asterisks?)|(double daggers?)|(daggers?)|(section signs?))\b.*\b(?:mean|stand|denote|indicate|say)"
    r"|\bmeaning of the (?:(stars?|asterisks?)|(double daggers?)|(daggers?)|(section signs?))\b",
    re.IGNORECASE,
)
_MARKS = ("*∗⁎＊", "‡", "†", "§")
_EXPLAINS = re.compile(r"\b(denotes?|indicates?|means?|mark(?:s|ed)?|stands? for|refers?|signif\w+|=)", re.IGNORECASE)


def marks_asked(question: str) -> str:
    """Return the signs of the mark whose meaning a question asks for ("What does the star after a name mean?")."""
    found = _ASKS_MARK.search(question)
    at = next((at for at, one in enumerate(found.groups()) if one), 0) % len(_MARKS) if found else -1
    return _MARKS[at] if found else ""


def words_in_address(question: str, text: str) -> list[str]:
    """Return the words of a question for a web address that the addresses of a text hold: "kestrel" of kestrel.com."""
    if not _ASKS_ADDRESS.search(question):
        return []
    held = " ".join(_ADDRESS.findall(text)).lower()
    asked = [word for word in terms.content_terms(question) if not _ASKS_ADDRESS.search(word)]
    return [word for word in asked if len(word) >= _MIN_IN_ADDRESS and word in held]


_MIN_IN_ADDRESS = 4  # letters: a shorter word is a part of too many addresses


class _Asked(NamedTuple):
    """The parts that a question asks for by name or number."""

    name: bool
    """Whether it asks for the name over the contacts of a first page."""
    address: bool
    """Whether it asks for a web address."""
    signs: str
    """The signs of the mark whose meaning it asks for."""
    titles: frozenset[str]
    """The appendices that it names, lower case."""
    numbers: frozenset[str]
    """The clauses and sections that it names."""


@lru_cache(maxsize=64)  # a question is compared with 32 chunks
def _asked_parts(question: str) -> _Asked:
    return _Asked(
        bool(_ASKS_NAME.search(question)),
        bool(_ASKS_ADDRESS.search(question)),
        marks_asked(question),
        frozenset(" ".join(title.casefold().split()) for title in _APPENDIX.findall(question)),
        frozenset([*_NAMED.findall(question), *_DOTTED.findall(question)]),
    )


def _pointed_at(question: str, asked: _Asked, sentence: SentenceRow) -> bool:
    """Return whether a sentence has the name, the web address or the meaning of the mark that a question asks for."""
    if asked.name and sentence.search.startswith(f"Name: {sentence.text}"):
        return True
    if asked.address:
        return bool(words_in_address(question, sentence.text))
    return any(sign in sentence.text for sign in asked.signs) and bool(_EXPLAINS.search(sentence.text))


def is_evidence(question: str, sentence: SentencePredicates) -> bool:
    """Return whether a sentence can be evidence for a question, by its kind."""
    if sentence.kind == "contents":
        return bool(_ASKS_CONTENTS.search(question))
    if sentence.kind == "reference":
        return bool(_ASKS_REFERENCES.search(question))
    return sentence.may_answer


def holds_evidence(question: str, chunk: ChunkRow) -> bool:
    """Return whether a chunk has a sentence that can be evidence for a question."""
    return any(is_evidence(question, sentence) for sentence in chunk.sentences)


def named_sentences(question: str, chunk: ChunkRow) -> frozenset[int]:
    """Return the indices of the sentences of a chunk that the question points to.

    These are the sentences of a clause or section that it names by number, and, where it asks for a name, the name
    above the contact details of a first page.

    A sentence belongs to the number at its beginning, else to the heading above it. "6" names 6 and everything under
    it, 6.2 too.
    """
    asked = _asked_parts(question)
    found: set[int] = set()
    if asked.name or asked.address or asked.signs:
        found = {n for n, sentence in enumerate(chunk.sentences) if _pointed_at(question, asked, sentence)}
    titles = asked.titles
    if not asked.numbers and not titles:
        return frozenset(found)
    in_title = _opens_with(titles, *chunk.headings)
    section = _number(chunk.headings[-1]) if chunk.headings else ""
    for number, sentence in enumerate(chunk.sentences):
        if sentence.kind == "heading":
            section = _number(sentence.text)
            in_title = _opens_with(titles, sentence.text) or (in_title and not _APPENDIX.match(sentence.text))
        own = _number(sentence.text) if sentence.kind in ("prose", "item") else ""
        clause = own or (_number(sentence.search) if sentence.search != sentence.text else "") or section
        if in_title or (clause and any(clause == one or clause.startswith(f"{one}.") for one in asked.numbers)):
            found.add(number)
    return frozenset(found)


def _opens_with(titles: Set[str], *headings: str) -> bool:
    """Return whether a heading begins with one of these titles ("appendix e")."""
    return any(re.match(rf"{re.escape(title)}\b", heading.casefold()) for title in titles for heading in headings)


def _number(text: str) -> str:
    found = _NUMBER.match(text)
    return found[1] if found else ""
