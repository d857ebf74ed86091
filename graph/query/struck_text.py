"""Struck-out text that a question is about: where nothing else answers, the reply says that it is struck."""

from __future__ import annotations

import re
from collections.abc import Sequence

from graph.query.wording import say
from graph.sanitize import sanitize_markdown
from graph.storage.base import Catalog
from graph.storage.rows import SentenceRow
from graph.types import RetrievedChunk

_LEAST_NAMED = 0.5  # of a question's words: "Are dogs allowed?" names one of two in "Keeping of dogs is permitted"
_MOST_QUOTED = 3
_MAX_CHARS = 300


def struck_out(catalog: Catalog, question: str, retrieved: Sequence[RetrievedChunk]) -> str:
    """Return sentences that quote the struck-out text which a question is about, with its page; "" if there is none.

    Args:
        catalog: Where the chunks are.
        question: The question, in whose language it is said.
        retrieved: The chunks that were found for it.
    """
    from graph.retrieval.asked_parts import named_sentences

    best: list[tuple[float, str]] = []
    for chunk in catalog.chunks([one["chunk"] for one in retrieved]):
        if not any(sentence.is_struck for sentence in chunk.sentences):
            continue
        named = named_sentences(question, chunk)
        for number, sentence in enumerate(chunk.sentences):
            share = 1.0 if number in named else _named_share(question, sentence) if sentence.is_struck else 0.0
            if sentence.is_struck and share >= _LEAST_NAMED:
                where = f"{chunk.name}, {say('page', question)} {sentence.pages[0]}"
                best.append((share, say("struck", question, quote=_shortened(sentence.text), where=where)))
    most = max((share for share, _ in best), default=0.0)
    return sanitize_markdown(" ".join(list(dict.fromkeys(t for share, t in best if share == most))[:_MOST_QUOTED]))


def _named_share(question: str, sentence: SentenceRow) -> float:
    """Return the share of a question's required words that a struck sentence has; 0 for a question without any."""
    from graph.engines.offline.other_things import Evidence
    from graph.engines.offline.required_words import asked_kind, missing_words, required_words

    kind = asked_kind(question)
    words = required_words(question, kind)
    missing = missing_words(question, kind, Evidence(sentence.search, ""))
    return 1.0 - len(missing) / len(words) if words else 0.0


def _shortened(text: str) -> str:
    return text if len(text) <= _MAX_CHARS else re.sub(r"\s+\S*$", "", text[:_MAX_CHARS]) + "…"
