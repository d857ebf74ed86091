"""The summary of a document without a model: its title and sentences quoted from its sections, spread over it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from graph.query.places import MOST_QUOTES, Found
from graph.retrieval import terms
from graph.storage.rows import ChunkRow, SentenceRow

_LEAD = re.compile(
    r"\b(abstract|introduction|summary|overview|conclusions?|purpose|background|scope|highlights|profile)\b", re.I
)
_APART = re.compile(
    r"\b(references|bibliography|further reading|sources|contents|index|acknowledge?ments?|appendix|annex|glossary"
    r"|imprint|authors?|notes|disclaimer|cautionary|signatures?)\b"
    r"|\bcontributions and",
    re.IGNORECASE,
)
_LENGTH = range(30, 420)  # characters of a sentence that says something by itself
_SHORT = range(12, 420)  # of a line of a document that has no sentences
_FIRST = 3  # sentences of a section among which the one with the most of the document's words is taken
_MIN_SECTIONS = 3  # with fewer, the document is cut into equal parts
_SPEECH = re.compile(r"[“\"].*\bsaid\b|\bsaid:? [“\"]|^[“\"]|\?$|^(?:note|warning|source):", re.IGNORECASE)
_REFERS_BACK = re.compile(
    r"(?:it|he|she|they|that|(?:this|these|those) (?:is|are|was|were|has|have|can|may|will|means?|shows?|makes?)"
    r"|however|therefore|thus|then|instead|moreover|furthermore|also|as a result|in addition|additionally"
    r"|consequently|for example|such|we should note)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"^(?:\([a-z]{1,3}\)|\d{1,3}(?:\.\d+)*[.)]|\d+(?:\.\d+)+)\s+")  # of a clause: "4.", "4.1", "(a)"


def summary(chunks: Sequence[ChunkRow], title: str) -> Found:
    """Return the title and sentences from abstract, introduction, sections and conclusion, spread over the document.

    A document without sentences, such as slides, is summed up by its title and headings.
    """
    sections = _sections(chunks)
    told = [one for section in sections for one in section[1]]
    if len(told) < _MIN_SECTIONS:
        return _titled(chunks, title, [*told, *(one for one in _lines(chunks) if one not in told)][: MOST_QUOTES - 1])
    common = _common_words(chunks)
    if len(sections) < _MIN_SECTIONS:
        size = -(-len(told) // MOST_QUOTES)
        sections = [("", told[at : at + size]) for at in range(0, len(told), size)]
        return _titled(chunks, title, [_best(found, common) for _, found in sections][: MOST_QUOTES - 1])
    leads = [at for at, (name, _) in enumerate(sections) if at == 0 or _LEAD.search(name)][:MOST_QUOTES]
    others = [at for at in range(len(sections)) if at not in leads]
    room = max(0, MOST_QUOTES - len(leads))
    step = max(1, -(-len(others) // room)) if room else 1
    chosen = sorted([*leads, *(others[::step] if room else [])])
    return _titled(chunks, title, [_best(sections[at][1][:_FIRST], common) for at in chosen])


def _titled(chunks: Sequence[ChunkRow], title: str, found: Found) -> Found:
    """Return the found sentences, after the title if it stands on the first page."""
    words = terms.stems(title)
    heading = next(
        (
            (chunk, one)
            for chunk in chunks[:1]
            for one in chunk.sentences
            if one.kind == "heading" and words and terms.stems(one.text) == words
        ),
        None,
    )
    return ([heading] if heading else []) + [one for one in found if one != heading]


def _sections(chunks: Sequence[ChunkRow]) -> list[tuple[str, Found]]:
    """Return the headings of the main sections with their self-contained sentences, without lists of sources."""
    sections: dict[str, Found] = {}
    for chunk in chunks:
        path = chunk.headings[1:] or chunk.headings
        title = path[0] if path else ""
        apart = any(_APART.search(one) for one in path)
        for sentence in chunk.sentences:
            if sentence.kind == "heading":
                apart = bool(_APART.search(sentence.text))
                title = title if sentence.text in path[1:] else sentence.text
            elif not apart and _says(sentence):
                sections.setdefault(title, []).append((chunk, sentence))
    return list(sections.items())


def _says(sentence: SentenceRow) -> bool:
    """Return whether a sentence says something by itself; of the items of lists, only a numbered clause does."""
    text = sentence.text.strip()
    bare = _NUMBER.sub("", text, count=1)
    if sentence.kind != "prose" and (sentence.kind != "item" or bare == text):
        return False
    whole = bare[:1].isupper() and text.endswith((".", "!", "”", *(";" if bare != text else ())))
    by_itself = not _SPEECH.search(bare) and not _REFERS_BACK.match(bare) and "@" not in text and "http" not in text
    return len(bare) in _LENGTH and whole and by_itself and sentence.may_answer


def _lines(chunks: Sequence[ChunkRow]) -> Found:
    """Return the headings after the first page, else the first lines of a document without sentences."""
    held = [(chunk, one) for chunk in chunks for one in chunk.sentences]
    headings = [(c, s) for c, s in held if s.kind == "heading" and s.pages[:1] > (1,) and not _APART.search(s.text)]
    lines = [(c, s) for c, s in held if s.kind in ("prose", "item", "heading") and len(s.text) in _SHORT]
    return headings if len(headings) >= _MIN_SECTIONS else lines


def _common_words(chunks: Sequence[ChunkRow]) -> Counter[str]:
    """Return how often a document has each of its words."""
    return Counter(
        stem for chunk in chunks for one in chunk.sentences if one.kind == "prose" for stem in terms.stems(one.text)
    )


def _best(found: Found, common: Counter[str]) -> tuple[ChunkRow, SentenceRow]:
    """Return the sentence with the document's most frequent words; the first of several equal ones."""

    def weight(one: tuple[ChunkRow, SentenceRow]) -> float:
        stems = terms.stems(one[1].text) - terms.STOP_WORDS
        return sum(common[stem] for stem in stems) / (len(stems) + 4)

    return max(found, key=weight)
