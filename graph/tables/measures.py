"""Measures as a question says them, in the words of a table: "how heavy" where it has a "Weight"."""

from __future__ import annotations

import re

from graph.retrieval import terms
from graph.storage.fulltext import stem
from graph.tables.views import TableView

_MEASURES = (
    (r"how heavy", ("weight", "mass")),
    (r"how (?:loud|noisy|quiet)", ("noise", "sound", "loudness")),
    (r"how (?:big|large)", ("capacity", "volume", "size", "area")),
    (r"how (?:high|tall)", ("height", "altitude", "elevation")),
    (r"how long", ("length",)),
    (r"how (?:wide|broad)", ("width", "breadth")),
    (r"how deep", ("depth",)),
    (r"how thick", ("thickness",)),
    (r"how (?:hot|cold|warm)", ("temperature",)),
    (r"how fast", ("speed", "velocity")),
    (r"how (?:strong|powerful)", ("power", "strength", "output")),
    (r"how far", ("distance", "range")),
    (r"how old", ("age",)),
)
_ASKED = tuple(
    (re.compile(rf"\b{words}(?= (?:is|are|was|were|does|do|can|will)\b)", re.IGNORECASE), names)
    for words, names in _MEASURES
)


def in_words_of(question: str, view: TableView) -> str:
    """Return a question with the table's own word for the measure it asks for; unchanged where the table has none.

    Only one label or header may hold such a word: "how big" says too little where there are a volume and an area.
    """
    for pattern, names in _ASKED:
        found = pattern.search(question)
        if not found:
            continue
        wanted = {stem(name) for name in names}
        labels = [label for label in [*view.columns, *(row.label for row in view.rows)] if terms.stems(label) & wanted]
        if len(set(labels)) == 1:
            bare = re.sub(r"\([^()]*\)|\[[^\[\]]*\]", " ", labels[0])
            return f"{question[: found.start()]}what {' '.join(bare.split())}{question[found.end() :]}"
    return question
