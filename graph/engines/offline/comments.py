"""Comments that readers fixed to a page: sticky notes and remarks, asked for as such or by what they say.

A comment is a few words about what it is fixed to. So it is similar to no whole question, and one word may identify
it: "Whom should one ask?" is answered by "Ask Mrs Ormond whether slate can be had".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from graph.retrieval import terms
from graph.retrieval.lists import COMMENT
from graph.storage.fulltext import stem
from graph.storage.rows import ChunkRow, SentenceRow

_ASKS_COMMENTS = re.compile(
    r"\b(?:comments?|commented|annotations?|annotated|sticky notes?|margin(?:al)? notes?|notes? in the margin|remarks?"
    r"|reviewers?['’]s? (?:notes?|comments?)|kommentare?|anmerkungen|commentaires?|comentarios?)\b",
    re.IGNORECASE,
)
_FRAME = frozenset(stem(word) for word in ("made", "make", "left", "leave", "written", "write", "there", "reader"))


def is_comment(sentence: SentenceRow) -> bool:
    """Return whether a sentence is a comment that is fixed to a page."""
    return sentence.kind == "item" and bool(COMMENT.match(sentence.text))


def comments_asked(question: str, chunks: Iterable[ChunkRow]) -> list[tuple[str, SentenceRow]]:
    """Return the comments of chunks that a question for comments names, each with its chunk's id; [] for any other.

    A question that names nothing else asks for all of them.
    """
    if not _ASKS_COMMENTS.search(question):
        return []
    rest = _ASKS_COMMENTS.sub(" ", question)
    words = {stem(word) for word in terms.content_terms(rest) if word not in terms.STOP_WORDS} - _FRAME
    found = [(chunk.id, one) for chunk in chunks for one in chunk.sentences if is_comment(one)]
    return [(chunk, one) for chunk, one in found if words <= terms.stems(one.text)]


def is_asked_for(question: str, sentence: SentenceRow, chunks: Mapping[str, ChunkRow]) -> bool:
    """Return whether a sentence is one of the comments that a question asks for."""
    return any(one.id == sentence.id for _, one in comments_asked(question, chunks.values()))
