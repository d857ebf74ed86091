"""The match of a question with a table: the rows, columns and scope that it names, and its unexplained words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from graph.engines.offline.synonyms import SAME
from graph.retrieval import terms
from graph.storage.fulltext import stem
from graph.tables.header_words import implied_by_any, measured_by_any, unit_asked, units_of
from graph.tables.linking_verbs import without_linking
from graph.tables.operations import Asked
from graph.tables.question_words import Word, begins, words_of, written
from graph.tables.row_keys import asked_keys, is_money_of_years, row_by_key
from graph.tables.row_names import FRAME, FRAME_STEMS, PRICES, UNITS, rows_named
from graph.tables.views import Row, TableView
from loaders.text.whole_periods import is_whole_period

_COUNTING = frozenset(
    stem(word) for word in ("number", "count", "amount", "no", "of", "the", "in", "total", "value", "a")
)
_LINKS = re.compile(r"^[\s\-–/]*$")
# Often no header names the measure of a table of results: "the accuracy of M on B" is the cell of M and B.
_RESULT = re.compile(
    r"accurac(?:y|ies)|scores?|scored|performances?|ratings?|grades?|marks?|benchmarks?|evaluations?|perform|performs"
    r"|achieves?|achieved|reach|reaches|obtains?|attains?",
    re.IGNORECASE,
)
_OF_RESULTS = re.compile(
    r"\b(?:accurac(?:y|ies)|scores?|performances?|benchmarks?|evaluat\w+|metrics?|exams?|leaderboards?|pass@\d+|EM|F1"
    r"|BLEU|ROUGE|top-\d)(?!\w)"
)


_TAKES = re.compile(r"\bhow long\b.*\b(takes?|lasts?|taken|lasted)\b", re.IGNORECASE)
_TO_DO = re.compile(r" to [a-z]+$")
_DURATION = re.compile(r"\b(?:times?|durations?|length|seconds?|minutes?|hours?|days?|weeks?|months?|years?)\b", re.I)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


@dataclass(slots=True)
class Match:
    """What a question names of a table, and the words that the table does not explain."""

    view: TableView
    asked: Asked
    question: str
    whole: TableView
    """The table with all its rows; `view` has those under the bands that the question names."""
    rows: list[Row] = field(default_factory=list)
    """The rows that the question names, in its order."""
    columns: list[str] = field(default_factory=list)
    """The columns that it names in full."""
    partial: list[str] = field(default_factory=list)
    """The columns of which the question has some words, where it names none in full."""
    missing: list[str] = field(default_factory=list)
    """Names in the question that extend a row's label or look like a label, and are none."""
    unexplained: list[Word] = field(default_factory=list)
    """The other words that are neither in the table nor in its caption, headings and document's name."""
    key: str = ""
    """The column that numbers the rows, where the question names them by their numbers ("plot 3")."""
    scoped: int = 0
    """How many words are explained by caption, headings and the document's name."""

    @property
    def is_complete(self) -> bool:
        """Whether everything in the question is explained."""
        return not self.missing and not self.unexplained


def match(question: str, asked: Asked, view: TableView) -> Match:
    """Match a question with a table."""
    found = Match(view, asked, question, view)
    words = words_of(question, view.columns)
    named = [row for row in view.totals if _is_run(row.label, words) or _is_year_named(row, words, asked)]
    if named and asked.operation != "extreme":  # "total current assets" is a row, no sum
        found.view, found.asked = only(view, [*view.rows, *named]), Asked("cell")
    asked = found.asked
    heads = frozenset(column.lower() for column in view.columns)  # "by how many points" of a column of points
    free = [w for w in words if w.text in heads or not any(start <= w.start < end for start, end in asked.spans)]
    taken = _match_rows(found, free)
    rest = [word for word in free if word.start not in taken]
    explained = _match_columns(found, question, rest)
    if asked.operation in ("list", "count") and found.partial and _are_over(view, rest, explained):
        found.partial, explained = [], set()  # "all potteries of Clay Coast" asks for no "Clay use"
    left = [word for word in rest if word.start not in explained and word.text not in FRAME]
    left = _without_result(found, _match_bands(found, left))
    scope = [word for word in left if _in_scope(found, word) and not _ends_name(found, question, word, taken)]
    found.scoped = len(scope)
    headers = [*(found.columns or found.partial), *(row.label for row in found.rows)]
    implied = implied_by_any(headers) | measured_by_any([*found.columns, *(row.label for row in found.rows)])
    rest = [word for word in left if word not in scope and word.stem not in implied]
    rest = [word for word in rest if not _asks_for_rows(question, word)]
    rest = [word for word in rest if not is_money_of_years(word, found.view)]
    rest = [word for word in rest if word.stem not in terms.stems(" ".join(asked_keys(question, found.view)))]
    found.missing, left = _missing_names(found, question, words, taken, explained, rest)
    headed = frozenset[str]().union(*map(terms.stems, found.view.columns))
    partly = found.partial and not found.columns  # "catalogues" of "Catalogues sold" may be printed ones
    found.unexplained = left if partly else without_linking(question, left, headed, taken)
    if found.key and not found.rows:  # "plot 9"
        found.missing = [" ".join(word.raw for word in words if word.start in taken)]
    if takes := _TAKES.search(question):
        durations = [column for column in found.view.columns if _DURATION.search(column)]
        found.columns = durations[:1]  # "How long does a wash for a lorry take?" is no value of "Lorry"
        verb = [word for word in words if word.start == takes.start(1)]
        if len(durations) == 1:  # "to dry" of "how long does it take to dry"
            verb += [word for word in words if _TO_DO.match(question[takes.end() : word.end])]
        found.unexplained = [word for word in found.unexplained if word not in verb] + ([] if durations else verb)
    return found


def _are_over(view: TableView, words: Sequence[Word], starts: set[int]) -> bool:
    """Return whether the caption, headings or document's name of a table has each of some words."""
    return all(word.stem in view.scope for word in words if word.start in starts)


def _is_year_named(row: Row, words: Sequence[Word], asked: Asked) -> bool:
    """Return whether a row of a whole year is named: "How much rain fell in the year?", not "how many months"."""
    is_value = asked.operation in ("cell", "count", "sum") and not asked.has_condition
    return is_value and is_whole_period(row.label) and any(word.raw == row.label for word in words)


def _is_run(label: str, words: Sequence[Word]) -> bool:
    """Return whether a question has a label of two or more words in sequence ("total net sales")."""
    own = [stem(term.text) for term in terms.terms(label)]
    asked = [word.stem for word in words]
    return len(own) >= _MIN_TOTAL and any(own == asked[at : at + len(own)] for at in range(len(asked)))


_MIN_TOTAL = 2


def _match_rows(found: Match, words: Sequence[Word]) -> set[int]:
    """Find the labels of rows in the question, the longest first; return the start positions of their words."""
    found.key, found.rows, taken = row_by_key(found.view, words)
    if found.key:
        return taken
    found.rows, taken = rows_named(found.view, words, is_cell=found.asked.operation == "cell")
    return taken


def _match_columns(found: Match, question: str, words: Sequence[Word]) -> set[int]:
    """Find the columns that the question names, in full or in part; return the start positions of their words."""
    asked = {word.stem for word in words}
    numbers = asked_keys(question, found.view) if not found.rows else []
    names = {column: _column_stems(column) for column in found.view.columns if column not in numbers}
    names = {column: stems for column, stems in names.items() if stems}
    priced = _asks_price(question, asked, names.values())
    asked |= PRICES if priced else set()
    full = [column for column, stems in names.items() if all(_matches(one, asked) for one in stems)]
    found.columns = [one for one in full if not any(names[one] < names[other] for other in full)]
    specific = {column: stems for column, stems in names.items() if stems - FRAME_STEMS}
    if any(_matches(one, asked) for stems in specific.values() for one in stems - FRAME_STEMS):
        names = specific  # "What does E4 mean?" names "Meaning", not "What to do"
        found.columns = [one for one in found.columns if one in specific]
    unit = unit_asked(question)
    of_unit = [column for column in names if unit in units_of(column)]
    if unit and len(of_unit) == 1 and not any(unit in stems for stems in names.values()):
        found.columns = of_unit
    if not found.columns:
        share = {column: sum(_matches(one, asked) for one in stems) for column, stems in names.items()}
        most = max(share.values(), default=0)
        found.partial = _of_period(question, [column for column in names if share[column] == most > 0])
        found.columns = _sides(question, words, names)
    named = frozenset[str]().union(*(terms.stems(column) for column in found.columns or found.partial))
    named |= _SPENT if priced and named & PRICES else frozenset()
    return {word.start for word in words if _matches(word.stem, named) and word.text not in FRAME}


_COMPARES = re.compile(
    r"\b(?:compare[ds]?|comparison|versus|vs|against|better|worse|differences?|differ|outperforms?|beats?)\b",
    re.IGNORECASE,
)


def _sides(question: str, words: Sequence[Word], names: dict[str, frozenset[str]]) -> list[str]:
    """Return the columns that a question compares by parts of their names: "R1 with o1-mini"; else []."""
    if not _COMPARES.search(question):
        return []
    runs: list[list[Word]] = []
    for word in words:
        if runs and question[runs[-1][-1].end : word.start] == "-":
            runs[-1].append(word)
        elif word.is_name_like:
            runs.append([word])
    held = [[column for column, stems in names.items() if {word.stem for word in run} <= stems] for run in runs]
    found = list(dict.fromkeys(columns[0] for columns in held if len(columns) == 1))
    return found if len(found) > 1 else []


_SPENT = PRICES | frozenset(map(stem, ("prices", "costs", "spend", "spent", "spending", "expense", "expenditure")))
_HOW_MUCH = re.compile(
    r"\bhow much (?:is|are|for|does|do)\b|\b(?:cheap|dear)(?:er|est)\b|\b(?:most|least|more|less) expensive\b", re.I
)


def _asks_price(question: str, asked: set[str], columns: Collection[frozenset[str]]) -> bool:
    """Return whether a question asks for the table's one column of prices by a synonym of its header."""
    of_price = [stems for stems in columns if stems & PRICES]
    if len(of_price) != 1 or of_price[0] & asked & PRICES:
        return False
    others = any(asked & one - of_price[0] for one in columns)  # "dose" of "Price per dose" names no other column
    return bool(asked & PRICES) or (bool(_HOW_MUCH.search(question)) and not others)


def _of_period(question: str, columns: list[str]) -> list[str]:
    """Return the columns of whole years, or of quarters and halves where the question names one."""
    of_part = [column for column in columns if terms.PART_OF_YEAR.search(column)]
    rest = [column for column in columns if column not in of_part]
    return (of_part if terms.PART_OF_YEAR.search(question) else rest) or columns


_VERSION = re.compile(r"(?<=\w)-(?!(?:19|20)\d\d)\d{4}(?![\w-])")  # "Tern-2.1-1022" is called "Tern-2.1"


def _column_stems(column: str) -> frozenset[str]:
    """Return the stems of a column's name without its unit, words such as "number of" and the date of a version."""
    named = _VERSION.sub("", column)
    bare = terms.stems(UNITS.sub(" ", named)) or terms.stems(column)
    return (bare - _COUNTING) or bare


# "Which unit had the largest loss?": a word for any kind of row.
_ANY_ROW = re.compile(r"\b(?:which|what)\s+(unit|item|entity|entry|category|part|area|line|group|position)s?\b", re.I)


def _asks_for_rows(question: str, word: Word) -> bool:
    return any(found.start(1) == word.start for found in _ANY_ROW.finditer(question))


def _in_scope(found: Match, word: Word) -> bool:
    """Return whether a table's caption, headings and document's name, or all its labels, have a word.

    A synonym counts: "acquired" under "Purchases" where the question names a row and a column, and
    "lost" for the column "Loss" that is matched by another word ("Which unit lost the most in 2024?").
    """
    if word.is_name_like and _COMPARES.search(found.question):
        return word.stem in found.view.about  # a caption may name both things that are compared
    over = found.view.scope | _common(found.view.rows)
    named = terms.stems(" ".join(found.columns or found.partial)) if found.asked.operation == "extreme" else frozenset()
    held = named | (over if found.columns and found.rows else frozenset())
    return _matches(word.stem, over) or not SAME.get(word.stem, frozenset()).isdisjoint(held)


def _ends_name(found: Match, question: str, word: Word, taken: set[int]) -> bool:
    """Return whether a word goes on from a row's name and is a name in the title: "Heath" in "Kettstow Heath".

    Under "Heath Parish", "Kettstow Heath" is another thing than "Kettstow"; "Museum" in "Drenica Museum" is no name.
    """
    before = question[: word.start].rstrip()
    last = re.search(r"[A-Z][\w'’]*$", before)
    follows = last is not None and last.start() in taken and word.start - len(before) == 1
    over = " ".join([found.view.caption, *found.view.chunks[0].headings, found.view.name])
    headed = next((row.cells[0][0] for row in found.view.chunks[0].sentences if row.cells), "")
    named = word.raw[:1].isupper() and bool(re.search(rf"\s{re.escape(word.raw)}\b", over))
    return follows and named and word.stem not in terms.stems(headed)


def _common(rows: Sequence[Row]) -> frozenset[str]:
    """Return the stems that all labels share: "branch" of "Glass branch" and "Paper branch"."""
    if len(rows) < 2:
        return frozenset()
    return frozenset.intersection(*(terms.stems(row.label) for row in rows))


def _match_bands(found: Match, left: Sequence[Word]) -> list[Word]:
    """Keep the rows under the bands that the question names; return the words that name no band.

    A band is named by a word that no other band has ("Aspvik" of "Yard of Aspvik"), else by all its words.
    """
    bands = {name: terms.stems(name) for row in found.view.rows for name in row.band}
    forms = {term.text for name in bands for term in terms.terms(name)}
    asked = {word.stem for word in left if any(_is_form(word.text, one) for one in forms)}
    counts = Counter(one for stems in bands.values() for one in stems)
    named = {name for name, stems in bands.items() if any(counts[one] == 1 for one in stems & asked)}
    if len(bands) < 2 or not named:
        named = {name for name, stems in bands.items() if stems and stems <= asked}
        named = {name for name in named if not any(bands[name] < bands[other] for other in named)}
    if not named:
        return list(left)
    rows = found.rows or found.view.rows
    kept = [row for row in rows if not named.isdisjoint(row.band)]
    if found.rows:
        found.rows = kept or found.rows
    elif kept:
        found.view = only(found.view, kept)
    held = frozenset[str]().union(*(bands[name] for name in named))
    return [word for word in left if word.stem not in held]


def _is_form(word: str, other: str) -> bool:
    """Return whether two words are forms of the same: "route" and "routes", not "Industries" and "Industrial"."""
    return word.startswith(other) or other.startswith(word) or word.removesuffix("ies") == other.removesuffix("y")


def _without_result(found: Match, left: Sequence[Word]) -> list[Word]:
    """Return words without those such as "result" or "cost", which add nothing in a table of results or prices."""
    view = found.view
    over = " ".join([view.caption, *view.chunks[0].headings[-1:], *view.columns, *(row.label for row in view.rows)])
    is_result = found.rows and (found.columns or found.partial) and _OF_RESULTS.search(over)
    priced = not _SPENT.isdisjoint(view.scope)
    return [
        word
        for word in left
        if not (is_result and _RESULT.fullmatch(word.raw)) and not (priced and word.stem in _SPENT)
    ]


def only(view: TableView, rows: list[Row]) -> TableView:
    """Return a table with only these rows."""
    return TableView(
        view.document, view.name, view.caption, view.scope, view.columns, rows, [], view.decimal, view.chunks,
        view.about,
    )  # fmt: skip


def _matches(one: str, stems: Collection[str]) -> bool:
    """Return whether a stem equals one of others, or one of the two begins with the other."""
    return one in stems or begins(one, stems)


def _missing_names(
    found: Match, question: str, words: Sequence[Word], taken: set[int], explained: set[int], rest: Sequence[Word]
) -> tuple[list[str], list[Word]]:
    """Return the names in the question that no row has, and the remaining words.

    A name is missing if it goes on from a row's label without a word between ("Seddster South" where a row is
    "Seddster"), or if it is written like a label and is not part of a longer name.
    """
    common = _common(found.view.rows)
    parts = {written(t.text) for row in found.view.rows for t in terms.terms(row.label) if stem(t.text) not in common}
    open_starts = {word.start for word in rest}
    scope_like = {
        word.start
        for word in words
        if word.start not in taken
        and word.start not in explained
        and word.text in parts
        and word.text not in FRAME
        and word.stem not in found.view.about
    }
    missing: list[str] = []
    used: set[int] = set()
    for run in _runs(question, words, taken, open_starts | scope_like, parts):
        fresh = [word for word in run if word.start not in taken]
        if fresh:
            missing.append(question[run[0].start : run[-1].end])
            used.update(word.start for word in run)
    if missing:
        found.rows = [row for row in found.rows if not any(_is_inside(row.label, name) for name in missing)]
    return missing, [word for word in rest if word.start not in used]


def _runs(question: str, words: Sequence[Word], taken: set[int], loose: set[int], parts: set[str]) -> list[list[Word]]:
    """Return runs of adjacent words that form one name, with at least one loose word: "Seddster South", "Umbow"."""
    runs: list[list[Word]] = []
    for at, word in enumerate(words):
        name_like = (word.is_name_like and (at > 0 or len(words) < 3)) or word.text in parts
        if word.start not in taken and not (word.start in loose and name_like):
            continue
        last = runs[-1][-1] if runs else None
        if last and words[at - 1] is last and _LINKS.match(question[last.end : word.start]):
            runs[-1].append(word)
        else:
            runs.append([word])
    return runs


def _is_inside(label: str, name: str) -> bool:
    inner = [term.text for term in terms.terms(label)]
    outer = [term.text for term in terms.terms(name)]
    return any(outer[at : at + len(inner)] == inner for at in range(len(outer) - len(inner) + 1))
