"""Labels of rows in a question: in full, as a code, with their words reordered, or by the kind of thing alone."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import pairwise

from graph.retrieval import terms
from graph.storage.fulltext import stem
from graph.tables.label_forms import forms_of_labels, words_of_label
from graph.tables.measures import kind_of
from graph.tables.question_words import Word
from graph.tables.views import Row, TableView

# Words that do not identify the value asked for, and need not be in the table.
FRAME = terms.STOP_WORDS | frozenset(
    """number numbers value values figure figures amount amounts count counts much many high low big large long
    recorded reported listed shown entries entry row rows column columns cell both all over across together than higher
    lower more less each every among one ones same total table tables compared between difference exact exactly between
    please tell find answer following according does did do got get have has had there here only just give given gives
    need needs needed use uses used using consume consumes consumed thing things kind sort level levels respectively
    compare compares comparing comparison versus
    normal usual typical currently what's is it's data dataset result results fiscal
    """.split()
)
FRAME_STEMS = frozenset(map(stem, FRAME))
UNITS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
PRICES = frozenset(map(stem, ("price", "cost", "fee", "charge")))
_SHORT_FORM = 4  # least letters of a short form; fewer begin too many words
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def names_some(stems: Collection[str], views: Sequence[TableView]) -> bool:
    """Return whether a label or column of a table has one of the words, or its beginning: "Params" of "parameters"."""
    labels = [label for view in views for label in (*view.columns, *(row.label for row in view.rows))]
    return any(
        own == other or (min(len(own), len(other)) >= _SHORT_FORM and (own.startswith(other) or other.startswith(own)))
        for label in labels
        for other in terms.stems(label)
        for own in stems
    )


def rows_named(view: TableView, words: Sequence[Word], *, is_cell: bool) -> tuple[list[Row], set[int]]:
    """Return the rows whose labels a question names, in its order, and the start positions of their words.

    Args:
        view: The table.
        words: The words of the question that may name a row.
        is_cell: Whether it asks for a cell: then the kind of a thing may name the only label of that kind.
    """
    taken: set[int] = set()
    hits: list[tuple[int, list[Row]]] = []
    by_label: dict[tuple[str, ...], list[Row]] = {}
    for row in view.rows:
        by_label.setdefault(words_of_label(row.label), []).append(row)
    by_label = forms_of_labels(view.rows) | by_label
    columns = frozenset[str]().union(*(terms.stems(column) for column in view.columns))
    headed = terms.stems(next((row.cells[0][0] for chunk in view.chunks for row in chunk.sentences if row.cells), ""))
    for label in sorted(by_label, key=len, reverse=True):
        if not label or (not _is_letter(label) and all(word in FRAME for word in label)):
            continue
        if len(label) == 1 and stem(label[0]) in columns:
            continue
        for at in range(len(words) - len(label) + 1):
            run = words[at : at + len(label)]
            same = all(a.text == b or (len(b) > 3 and a.stem == stem(b)) for a, b in zip(run, label, strict=True))
            if same and _is_letter(label) and not (at and run[0].raw.isupper() and words[at - 1].stem in headed):
                continue
            if same and not any(word.start in taken for word in run):
                taken.update(word.start for word in run)
                hits.append((run[0].start, by_label[label]))
    hits = hits or _short_forms(by_label, words, taken)
    by_label = {label: rows for label, rows in by_label.items() if label == words_of_label(rows[0].label)}
    hits = hits or _in_other_order(by_label, words, taken)
    if is_cell and not any(terms.PART_OF_YEAR.search(c) or _YEAR.search(c) for c in view.columns):
        hits = hits or _by_kind(by_label, words, taken)
    rows = [row for _, rows in sorted(hits, key=lambda hit: hit[0]) for row in rows]
    return rows, taken


def _is_letter(label: tuple[str, ...]) -> bool:
    """Return whether a label is one letter, which names a row only after its header: "line A"."""
    return len(label) == 1 and len(label[0]) == 1 and not label[0].isdigit()


def _short_forms(
    labels: dict[tuple[str, ...], list[Row]], words: Sequence[Word], taken: set[int]
) -> list[tuple[int, list[Row]]]:
    """Find codes that are a part of one label only ("Qwen-1.5B"); of several the one with most words of the question.

    Names without digits have no short forms: "Yar" is not "Yar Minor". Nor has a name that goes on after a hyphen:
    "Tern-R1-Mini" is another thing than "Tern-R1".
    """
    asked = {word.stem for word in words}
    for size in range(len(words), 1, -1):
        for at in range(len(words) - size + 1):
            run = words[at : at + size]
            joined = all(after.start - before.end == 1 for before, after in pairwise(run))
            coded = any(map(str.isdigit, run[-1].raw)) and run[0].is_name_like
            if not (joined and coded):
                continue
            text = tuple(word.text for word in run)
            near = [
                label
                for label, rows in labels.items()
                if any(text == label[i : i + size] for i in range(len(label)))
                and not (text == label[:size] and _goes_on(rows[0].label, size))
            ]
            share = {label: len(asked & {stem(part) for part in label}) for label in near}
            best = [label for label in near if share[label] == max(share.values())]
            if len(best) == 1:
                taken.update(word.start for word in words if word in run or word.text in best[0])
                return [(run[0].start, labels[best[0]])]
    return []


def _goes_on(label: str, size: int) -> bool:
    """Return whether a hyphen follows the first words of a label."""
    return label[terms.terms(label)[size - 1].end :].startswith(("-", "–"))


def _in_other_order(
    labels: dict[tuple[str, ...], list[Row]], words: Sequence[Word], taken: set[int]
) -> list[tuple[int, list[Row]]]:
    """Find the only label of two or more words that are all in the question, in any order: "Water used per day"."""
    asked = {word.stem for word in words}
    stems = {label: terms.stems(UNITS.sub(" ", rows[0].label)) - FRAME_STEMS for label, rows in labels.items()}
    named = [label for label, own in stems.items() if len(own) > 1 and own <= asked]
    if len(named) != 1:
        return []
    run = [word for word in words if word.stem in stems[named[0]]]
    taken.update(word.start for word in run)
    return [(run[0].start, labels[named[0]])]


def _by_kind(
    labels: dict[tuple[str, ...], list[Row]], words: Sequence[Word], taken: set[int]
) -> list[tuple[int, list[Row]]]:
    """Find the only label of the kind of thing that is asked for: "LED front light" for "the LED light".

    The kind is a common noun, at the end of the label or before its comma. In accounts, with years over
    the columns, the noun alone is ambiguous: "tax" is not "deferred tax".
    """
    kinds = {label: kind_of(rows[0].label) for label, rows in labels.items()}
    for at, word in enumerate(words):
        common = word.raw.islower() and word.text not in FRAME
        of_kind = [label for label, kind in kinds.items() if common and kind == word.stem]
        after = words[at + 1] if at + 1 < len(words) else None
        goes_on = after and after.start - word.end == 1 and after.text not in FRAME and after.stem not in PRICES
        if not of_kind or goes_on:
            continue
        first = at
        while first and words[first].start - words[first - 1].end == 1 and words[first - 1].text not in FRAME:
            first -= 1
        run = words[first : at + 1]
        held = [label for label in of_kind if {one.stem for one in run} <= set(map(stem, label))]
        if len(held) == 1:
            taken.update(one.start for one in run)
            return [(run[0].start, labels[held[0]])]
    return []
