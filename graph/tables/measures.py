"""Measures and kinds of things in the words of questions: "lightest" for "Weight", "a bell" for "Bell, brass"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from graph.retrieval import terms
from graph.storage.fulltext import stem
from graph.tables.views import TableView
from loaders.text.dates import MONTHS

_UNITS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_WORK = r"how many (?:people|persons|workers) (?:work(?:ed)?|(?:are|were) (?:employed|working))"
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
    (_WORK, ("employees", "headcount", "workforce")),
    (_WORK, ("staff",)),  # tried after the others, since "Staff costs" has the word too
)
_ASKED = tuple(
    (re.compile(rf"\b{words}(?= (?:is|are|was|were|does|do|can|will|in|at|for)\b)", re.IGNORECASE), names)
    for words, names in _MEASURES
)
_VERBS = (
    (re.compile(r"(?<=\w )(?:leaves?|departs?)(?= \w)", re.IGNORECASE), ("departure", "departs", "dep")),
    (
        re.compile(r"(?<=\w )(?:arrives? (?:in|at)|gets? to|reach(?:es)?)(?= \w)", re.IGNORECASE),
        ("arrival", "arrives", "arr"),
    ),
)
# Adjectives without "er" and "est" whose comparatives mean more or less of a measure.
_ADJECTIVES = (
    ("heavi", "light", ("weight", "mass")),
    ("loud|noisi", "quiet", ("noise", "sound", "loudness")),
    ("tall", "", ("height", "altitude", "elevation")),
    ("long", "short", ("length",)),
    ("wid|broad", "narrow", ("width", "breadth")),
    ("deep", "shallow", ("depth",)),
    ("thick", "thinn", ("thickness",)),
    ("hott|warm", "cold|cool", ("temperature",)),
    ("fast", "slow", ("speed", "velocity")),
    ("strong", "weak", ("power", "strength", "output")),
    ("old", "young", ("age",)),
    ("wett|raini", "dri", ("rain", "rainfall", "precipitation")),
    ("sunni", "", ("sunshine", "sun")),
    ("windi", "", ("wind", "gusts")),
    ("snowi", "", ("snow", "snowfall")),
    ("busi", "", ("visitors", "passengers", "customers", "guests", "vehicles", "calls", "flights", "traffic")),
)
_COMPARED = tuple(
    (re.compile(rf"\b(?:{words})(?P<most>est|er)\b", re.IGNORECASE), more, names)
    for high, low, names in _ADJECTIVES
    for words, more in ((high, "high"), (low, "low"))
    if words
)


def in_words_of(question: str, view: TableView) -> str:
    """Return a question with the table's own word for the measure it asks for; unchanged where the table has none.

    Only one label or header may have such a word: "how big" is ambiguous where there are a volume and an area.
    """
    if (of_years := _by_year(question, view)) != question:
        return of_years
    for pattern, heads in _VERBS:
        if (found := pattern.search(question)) and (label := _only_label(view, heads)):
            return f"{question[: found.start()]}{label}{question[found.end() :]}"
    for pattern, names in _ASKED:
        found = pattern.search(question)
        if not found:
            continue
        if label := _only_label(view, names):
            return f"{question[: found.start()]}what {label}{question[found.end() :]}"
        if _is_over(view, names):
            return f"{question[: found.start()]}what value{question[found.end() :]}"
    return _with_comparison(question, view)


def _with_comparison(question: str, view: TableView) -> str:
    """Return a question with "highest Weight" for "heaviest"; unchanged where a table has no such measure."""
    for pattern, more, names in _COMPARED:
        found = pattern.search(question)
        if not found or _heads_next(question, found.end(), view):
            continue
        if _is_over(view, names):
            return f"{question[: found.start()]}{more}{found['most']}{question[found.end() :]}"
        if label := _only_label(view, names):
            compared = f"{more}{found['most']} {label}"
            if found["most"] == "er" and re.match(r" than [$€£]?\d", question[found.end() :]):
                compared = f"{label} {more}er"  # "heavier than 5 kg": "Weight higher than 5 kg"
            return f"{question[: found.start()]}{compared}{question[found.end() :]}"
    return question


# In service since 1998 is older than in service since 2019.
_OLDEST, _NEWEST = (
    re.compile(r"\b(?:the )?oldest\b", re.I),
    re.compile(r"\b(?:the )?(?:newest|youngest|latest)\b", re.I),
)
_LONGEST = re.compile(r"\b(?:the )?longest\b", re.I)
_SINCE = re.compile(
    r"\b(?:since|built|founded|opened|established|launched|commissioned|joined|finished|completed|erected|installed"
    r"|year of|born|birth)\b",
    re.I,
)
_OF_PERSON = re.compile(r"\bwho\b.*\b(?:oldest|youngest)\b", re.IGNORECASE)  # by birth, not by when they joined
_BIRTH = re.compile(r"\b(?:born|birth)\b", re.IGNORECASE)
_IS_YEAR = re.compile(r"\W*(?:1[0-9]|20)\d\d\W*")


def _by_year(question: str, view: TableView) -> str:
    """Return a question for the oldest or newest row reworded to the lowest or highest year of the one such column."""
    columns = [
        column
        for column in view.columns
        if _SINCE.search(column)
        and all(_IS_YEAR.fullmatch(row.cells[column]) for row in view.rows if column in row.cells)
    ]
    if len(columns) != 1 or (_OF_PERSON.search(question) and not _BIRTH.search(columns[0])):
        return question
    label = " ".join(_UNITS.sub(" ", columns[0]).split())
    oldest = _LONGEST if terms.stems(label) & (terms.stems(question) - terms.STOP_WORDS) else _OLDEST
    for pattern, order in ((oldest, "lowest"), (_OLDEST, "lowest"), (_NEWEST, "highest")):
        if found := pattern.search(question):
            return f"{question[: found.start()]}{order} {label}{question[found.end() :]}"
    return question


def _heads_next(question: str, end: int, view: TableView) -> bool:
    """Return whether the next word of a question is in a header: the longest "hire" is no length."""
    after = re.match(r"\s+([^\W_]+)", question[end:])
    return after is not None and any(terms.stems(after[1]) <= terms.stems(column) for column in view.columns[1:])


def _is_over(view: TableView, names: Sequence[str]) -> bool:
    """Return whether a table's caption or headings name a measure: months under "Mean temperatures"."""
    wanted = {stem(name) for name in names}
    headed = any(terms.stems(label) & wanted for label in [*view.columns, *(row.label for row in view.rows)])
    return bool(view.scope & wanted) and not headed and all(map(IS_PERIOD.search, view.columns))


IS_PERIOD = re.compile(
    rf"^(?:{'|'.join(MONTHS)}|{'|'.join(month[:3] for month in MONTHS)})\b|\b(?:19|20)\d\d\b|^[QH]\d", re.I
)


def _only_label(view: TableView, names: Sequence[str]) -> str:
    """Return the one label or header with one of the names, without units; "" for none and for several."""
    wanted = {stem(name) for name in names}
    labels = {label for label in [*view.columns, *(row.label for row in view.rows)] if terms.stems(label) & wanted}
    return " ".join(_UNITS.sub(" ", labels.pop()).split()) if len(labels) == 1 else ""


def kind_of(label: str) -> str:
    """Return the stem of a label's main noun; "" if that is a name or a code."""
    bare = _UNITS.sub(" ", label)
    first, comma, rest = bare.partition(",")
    if comma and rest.strip()[:1].islower() and len(first.split()) == 1:
        return stem(first.strip().lower())
    words = bare.split()
    sized = next((at for at, word in enumerate(words) if any(map(str.isdigit, word))), 0)
    if sized:  # "Inner tube 28 inch"
        words = [words[0].lower(), *words[1:]][:sized]
    return stem(words[-1]) if words and words[-1].isalpha() and words[-1].islower() else ""
