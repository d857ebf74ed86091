"""Mentions of a table's cells and headers in a question, and the words that neither they nor its title explain."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from graph.engines.offline.asked_words import SYNONYMS
from graph.engines.offline.synonyms import SAME
from graph.retrieval import terms
from graph.storage.fulltext import stem
from graph.tables.header_words import implied_by_any
from graph.tables.linking_verbs import without_linking
from graph.tables.plain.grid import TIMES, Column, Grid
from graph.tables.plain.steps import Mention, steps_named
from graph.tables.question_words import Word, asks_for_rows, begins, is_other_end, words_of
from graph.tables.row_names import FRAME
from graph.tables.views import Row

_MIN_PREFIX = 4  # letters that two forms of a word share ("Estonia", "Estonian")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_FORMS = tuple(
    frozenset(stem(word) for word in line.split())
    for line in """
    draw draws drew drawn
    lead leads led leader
    teach teaches taught teacher
    drive drives drove driven driver
    doctor physician
    domestic inland national country
    abroad foreign international world worldwide
    serve serviced service
    fly flies flew flown flight
    depart departure departs leave leaves left
    arrive arrives arrival reach
    kilo kilos kilogram kilograms kg
    litre litres liter liters l
    metre metres meter meters m m2 sqm square
    pupil pupils student students
    team teams club clubs
    """.strip().splitlines()
)
# Words that say no more than that a row has a cell.
_GENERIC = frozenset(
    map(
        stem,
        """get gets got getting receive receives received make makes made take takes took come comes came go goes went
        do does did have has had give gives given gave work works worked live lives belong belongs win won stand
        stands stood hold holds carry carries fit fits seat seats offer offers people person persons thing things
        item items game games matches times once still already yet currently now today altogether together combined
        total totally overall all exactly please tell me find know usually normally put placed located lie lies
        based situated sit sits happen happens happened occur occurs occurred learn learns study studies studied
        speak speaks own owns use uses used wait waits waiting amount kind type sort available within often""".split(),
    )
)
FREE = frozenset(map(stem, terms.STOP_WORDS | FRAME)) | terms.STOP_WORDS | FRAME | _GENERIC
"""Stems and words that need not be found in a table."""


@dataclass(slots=True)
class Named:
    """A question matched with a table."""

    grid: Grid
    question: str
    words: list[Word]
    """The words of the question without those of its way of answering ("latest", "how many")."""
    mentions: list[Mention] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    """The start positions of the words that cells explain."""
    in_step: bool = False
    """Whether an amount of the question lies in the step of a tariff."""

    @property
    def years(self) -> set[str]:
        """The years that the question names."""
        return set(_YEAR.findall(self.question))

    def rows(self) -> list[Row]:
        """Return the rows that have all mentioned cells; of one column any."""
        kept = self.grid.rows
        for column in dict.fromkeys(one.column for one in self.mentions):
            cells = {cell for one in self.mentions if one.column == column for cell in one.cells}
            kept = [row for row in kept if self.grid.cell(row, column) in cells]
        return kept

    def rest(self) -> list[Word]:
        """Return the words that no cell explains."""
        return [word for word in self.words if word.start not in self.used]


def says(word: Word, held: Iterable[str]) -> bool:
    """Return whether a word of a question is in a header, or is a synonym of a word there."""
    held = frozenset(held)
    if word.stem in held or word.text in held:
        return True
    if any(not group.isdisjoint(held) for group in (*_FORMS, *SYNONYMS) if word.stem in group):
        return True
    if not held.isdisjoint(SAME.get(word.stem, ())):
        return True
    return begins(word.stem, held)


def match_grid(question: str, grid: Grid, spans: Sequence[tuple[int, int]]) -> Named:
    """Match a question with a table, without the spans that say the way of answering."""
    words = [
        word
        for word in words_of(question, grid.view.columns)
        if not any(start <= word.start < end for start, end in spans)
    ]
    found = Named(grid, question, words)
    for mention in steps_named(found.grid, question, words):
        found.in_step = True
        _take(found, mention)
    named = [one for one in _whole(found) if not (_names_other_rows(found, one) or _is_other_end(found, one))]
    for mention in sorted(named, key=lambda one: -len(one.words)):
        _take(found, mention)
    headed = {word.start for word in found.rest() if any(word.stem in column.stems for column in grid.columns)}
    parts = [one for one in _parts(found, headed) if not _is_other_end(found, one)]
    for mention in sorted(parts, key=lambda one: (-len(one.words), len(one.cells))):
        _take(found, mention)
    return found


def _names_other_rows(found: Named, mention: Mention) -> bool:
    """Return whether a label is named where rows are asked for: the Senn in "Which rivers flow into the Senn?"."""
    label = mention.column.is_label
    return label and any(asks_for_rows(found.question, mention.column.name, cell) for cell in mention.cells)


def _is_other_end(found: Named, mention: Mention) -> bool:
    """Return whether a place is named as the other end of a way than a column has: "to Oslo" under "From"."""
    text = found.question[mention.words[0].start : mention.words[-1].end]
    return is_other_end(found.question, mention.column.name, text)


def _take(found: Named, mention: Mention) -> None:
    if not any(word.start in found.used for word in mention.words):
        found.mentions.append(mention)
        found.used.update(word.start for word in mention.words)


def _whole(found: Named) -> list[Mention]:
    """Return the cells whose whole text is in a question; a bare number only after its header ("room 301")."""
    grid, mentions = found.grid, []
    for column in grid.columns:
        for cell in dict.fromkeys(grid.cell(row, column) for row in grid.rows):
            own = [term.text for term in terms.terms(cell)]
            if not own or all(word in FREE or stem(word) in column.stems for word in own) or column.kind == "mark":
                continue
            for at in range(len(found.words) - len(own) + 1):
                run = found.words[at : at + len(own)]
                if all(w.stem == stem(o) or w.text == o for w, o in zip(run, own, strict=True)) and _is_meant(
                    found, column, cell, at
                ):
                    mentions.append(Mention(column, frozenset([cell]), tuple(run), is_full=True))
    return mentions


def _is_meant(found: Named, column: Column, cell: str, at: int) -> bool:
    """Return whether a question means a cell: before a number comes its header, or the number is a time.

    "When was it closed?" asks for the date under "Closed on", not for what is marked "closed".
    """
    if re.match(r"\W*when\b", found.question, re.IGNORECASE) and any(
        found.words[at].stem in other.stems for other in found.grid.columns if other.kind in TIMES and other != column
    ):
        return False
    if any(char.isalpha() for char in cell) or column.kind in ("clock", "date"):
        return True
    before = [word for word in found.words[max(0, at - 2) : at] if word.text not in ("no", "number", "nr")]
    heads = column.stems | (terms.stems(found.grid.view.caption) if column.is_label else frozenset())
    return bool(before) and says(before[-1], heads)


def _parts(found: Named, headed: set[int]) -> list[Mention]:
    """Return the cells of which a question has words that no other cell has ("Lyon", "nurses", "Estonian")."""
    grid, mentions = found.grid, []
    over = grid.view.scope - frozenset[str]().union(*(terms.stems(name) for row in grid.rows for name in row.band))
    free = [
        word
        for word in found.rest()
        if word.start not in headed and word.text not in FREE and word.stem not in FREE and word.stem not in over
    ]
    for column in grid.columns:
        if column.kind not in ("text", "person", "place"):
            continue
        held = {
            cell: [term.text for term in terms.terms(cell)]
            for cell in dict.fromkeys(grid.cell(row, column) for row in grid.rows)
        }
        for run in _runs(found.question, [word for word in free if any(_in(word, own) for own in held.values())]):
            cells = [cell for cell, own in held.items() if all(_in(word, own) for word in run)]
            if cells and all(_is_short_form(run, cell, column, grid.view.columns) for cell in cells):
                mentions.append(Mention(column, frozenset(cells), tuple(run), is_full=False))
    return mentions


def _in(word: Word, own: Sequence[str]) -> bool:
    """Return whether a word is one of a cell's or a form of one; of names only some endings count: "Estonian"."""
    if word.raw.isdigit() or len(word.text) < _LEAST_LETTERS:
        return False
    if not word.is_name_like:
        return word.stem in map(stem, own)
    name = word.raw.lower()
    return any(name == one or _is_ending(name, one) or _is_ending(one, name) for one in own)


def _is_ending(longer: str, name: str) -> bool:
    return len(name) >= _MIN_PREFIX and longer.startswith(name) and len(longer) - len(name) <= _MOST_ENDING


_MOST_ENDING = 3  # letters that make another form of a name: "n", "s", "ian"
_LEAST_LETTERS = 3


def _runs(question: str, words: Sequence[Word]) -> list[list[Word]]:
    """Return adjacent words as runs."""
    runs: list[list[Word]] = []
    for word in words:
        if runs and not re.search(r"\w", question[runs[-1][-1].end : word.start]):
            runs[-1].append(word)
        else:
            runs.append([word])
    return runs


def _is_short_form(run: Sequence[Word], cell: str, column: Column, headers: Sequence[str]) -> bool:
    """Return whether words may shorten a longer name: a surname, a kind of thing, a name of three words or more.

    "Yar" is not "Yar Minor".
    """
    left = [term for term in terms.terms(cell) if not any(_in(word, [term.text]) for word in run)]
    sentence_case = any(cell[term.start].islower() for term in terms.terms(cell)[1:])
    names = [
        term
        for term in left
        if cell[term.start].isdigit() or (cell[term.start].isupper() and not (sentence_case and term.start == 0))
    ]
    if column.is_label and any(_YEAR.search(name) for name in headers):  # "tax" is not "deferred tax"
        return False
    if column.kind == "person" or not names:
        return True
    if column.is_label and all(any(map(str.isdigit, cell[term.start : term.end])) for term in left):
        return all(word.raw.islower() for word in run)  # "washers" of "Washer M8"
    if any(word.raw.islower() for word in run):
        return len(names) < len(left) or (column.kind == "text" and not column.is_label)
    return len(left) > 1 and not any(cell[term.start].isdigit() for term in left)


def columns_named(found: Named, among: Sequence[Column]) -> list[Column]:
    """Return the columns of which a question has most words, and its year; [] where it names none of them."""
    rest, years = found.rest(), found.years
    ranked: list[tuple[tuple[bool, int, int, bool], Column]] = []
    for column in among:
        of_years = set(_YEAR.findall(column.name))
        if of_years and years and of_years.isdisjoint(years):
            continue
        own = {one for one in column.stems if not _YEAR.fullmatch(one)}
        specific = {one for one in own if one not in FREE} or own
        exact = {one for one in own if any(word.stem == one for word in rest)}
        covered = exact | {one for one in own if any(says(word, [one]) for word in rest)}
        if not covered and not (not own and of_years & years):
            continue
        dated = bool(of_years & years) if years else not of_years
        ranked.append(((specific <= covered, len(covered & specific) or len(covered), len(exact), dated), column))
    best = max((rank for rank, _ in ranked), default=None)
    return [column for rank, column in ranked if rank == best]


def unexplained(found: Named, columns: Iterable[Column], also: Iterable[str] = ()) -> list[Word]:
    """Return the words that are explained by no cell, none of these columns, no title and no list of common words."""
    grid, columns = found.grid, list(columns)
    held = frozenset[str]().union(*(column.stems for column in columns), grid.label.stems, frozenset(also))
    over = grid.view.scope | implied_by_any(column.name for column in columns)
    years = {year for column in columns for year in _YEAR.findall(column.name)}
    years |= {one for one in over if _YEAR.fullmatch(one)}
    left = []
    headers = frozenset[str]().union(*(column.stems for column in grid.columns))
    others = headers - held
    named = {word.start for word in found.rest() if says(word, held)}
    for at, word in enumerate(found.words):
        if word.start in found.used:
            continue
        beside = {other.start for other in found.words[max(0, at - 1) : at + 2] if other is not word}
        if word.stem in headers and word.raw.islower() and beside & named:
            continue  # "a single room" under "Single"
        meant = word.stem in _GENERIC and not named & {word.start} and not others.isdisjoint(SAME.get(word.stem, ()))
        if meant:  # "won" of a column of wins, where the races are counted
            left.append(word)
        elif _YEAR.fullmatch(word.raw):
            if word.raw not in years:
                left.append(word)
        elif not (
            word.text in FREE
            or word.stem in FREE
            or says(word, held)
            or word.stem in over
            or begins(word.stem, over)
            or not over.isdisjoint(SAME.get(word.stem, ()))
        ):
            left.append(word)
    return without_linking(found.question, left, headers, found.used)
