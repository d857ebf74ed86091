"""Measures and kinds of things as a question says them: "how heavy" of a "Weight", "a bell" of a "Bell, brass"."""

from __future__ import annotations

import re

from graph.retrieval import terms
from graph.storage.fulltext import stem
from graph.tables.views import TableView

_UNITS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
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
            bare = _UNITS.sub(" ", labels[0])
            return f"{question[: found.start()]}what {' '.join(bare.split())}{question[found.end() :]}"
    return question


def kind_of(label: str) -> str:
    """Return the stem of the noun that says what a label is of; "" if that is a name or a code."""
    bare = _UNITS.sub(" ", label)
    first, comma, rest = bare.partition(",")
    if comma and rest.strip()[:1].islower() and len(first.split()) == 1:
        return stem(first.strip().lower())
    words = bare.split()
    sized = next((at for at, word in enumerate(words) if any(map(str.isdigit, word))), 0)
    if sized:  # "Inner tube 28 inch"
        words = [words[0].lower(), *words[1:]][:sized]
    return stem(words[-1]) if words and words[-1].isalpha() and words[-1].islower() else ""
