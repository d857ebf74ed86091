"""A table's way to answer: choose the table that explains a question, compute, or say which row or column it lacks."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from graph.retrieval import terms
from graph.storage.fulltext import stem
from graph.storage.rows import ChunkRow
from graph.tables import results
from graph.tables.across import claims_across, quotient, verbs_of
from graph.tables.column_words import in_column_words
from graph.tables.marked_rows import answer_from_marked_rows
from graph.tables.matching import Match, match, only
from graph.tables.measures import in_words_of
from graph.tables.operations import Asked, asked_beside, asked_of_table
from graph.tables.plain.answer import answer_plainly
from graph.tables.plain.targets import WHEN
from graph.tables.row_names import FRAME_STEMS, UNITS, names_some
from graph.tables.statements import answer_from_statements
from graph.tables.text_conditions import answer_from_text_conditions
from graph.tables.timetables import answer_from_timetables
from graph.tables.views import TableView, build_views, without_any_sum, without_sums
from graph.types import Claim
from loaders.text.dates import MONTHS
from loaders.text.raised_signs import without_notes

_MAX_TABLES = 3  # answers of as many tables that explain a question equally well, each with its title
_MAX_NAMED = 12  # rows or columns named where one is missing
# Questions for a cell whose column is missing are only told by these forms: others ("How did X grow?") ask for prose.
_ASKS_CELL = re.compile(
    r"\b(what|how (?:high|many|much|large|big|long|old|tall|low|far)|which) .*"
    r"\b(of|at|in|for|by|on|does|did|do|has|have|had)\b"
    r"|^[^:?]{2,60}:\s",
    re.IGNORECASE,
)
# Dates are written in too many ways to say that one is missing.
_DATE = re.compile(
    r"^[\d\s./-]+$|\b(jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?|oct(ober)?"
    r"|nov(ember)?|dec(ember)?)\b",
    re.IGNORECASE,
)
# "How much was spent on boats?": the word after the auxiliary is a verb, not the name of a column.
_VERB_ASKED = re.compile(r"\bhow (?:much|many)\b.*\b(?:is|are|was|were|been|did|does|do|has|have|had) $", re.IGNORECASE)
# "What price did the engineers ask?": who does something, and what, is no column.
_DOER = re.compile(r"\b(?:did|does|do) (?:the |an? )?$", re.IGNORECASE)
# "How many people fit in it?": what is counted has a plural; with a verb after it, it is no name of a column.
_COUNTS_OF = re.compile(r"\bhow many\b", re.IGNORECASE)
_DOES_VERB = re.compile(r"\b(?:does|do|did) (?:it|he|she|they|this|that|one|i|we|you)\b", re.IGNORECASE)
_HOW_MANY_DO = re.compile(r" \w*[^\Ws]$")
# "In fiscal 2023" is written as "twelve months ended June 30, 2023" over columns: it is not said to be missing.
# "Which of the two companies ...": no column.
_NUMBERED = re.compile(r"\W*(?:two|both|three|four|five|all)\b", re.IGNORECASE)
_YEAR_NAMED = re.compile(r"\b(?:fiscal|financial year|fy ?\d{2,4})\b", re.IGNORECASE)
_MAX_PHRASE = 3  # words of a column's name that a table lacks; more are a sentence about something else
_NO_PROSE = ("row", "heading", "caption", "struck")
# The label of the row that a table prints for its own mean.
_MEAN = re.compile(r"\b(?:averages?|mean|avg|durchschnitt|mittelwert|moyenne|promedio|media)\b", re.IGNORECASE)
_PLURAL = re.compile(r"[^su\W]s$")
_FIGURES = re.compile(r"\d[\d.,]*")
# "How high was the average fare?" asks for the fare.
_HOW = re.compile(r"\bhow (?:high|much|many|large|big|long|old|tall|low|far|heavy|fast)\b", re.IGNORECASE)
_COUNTED = frozenset({"number", "amount", "valu", "level"})  # "the average number of litres"
_PAIRS = frozenset({"difference", "change", "ratio", "comparison", "yes-no"})


@dataclass(slots=True)
class TableAnswer:
    """What tables say to a question: claims and their chunks, or what is missing; nothing where none settles it."""

    claims: list[Claim] = field(default_factory=list)
    chunks: list[ChunkRow] = field(default_factory=list)
    absence: str = ""
    """A sentence that says which row, column or value is not there; "" if claims are given or nothing is known."""


def answer_from_tables(question: str, chunks: Sequence[ChunkRow], titles: dict[str, str]) -> TableAnswer:
    """Answer a question from the tables among chunks; the other chunks are looked through before a row is missed.

    Args:
        question: One question.
        chunks: Tables with all their parts, and what else was found.
        titles: Titles of documents by id.
    """
    views = build_views([chunk for chunk in chunks if chunk.kind == "table"], titles)
    asked = asked_of_table(question)
    found = [_held_against(question, view) for view in views if not _is_of_part(question, view)]
    if asked.operation == "mean" and (said := _said_average(question, chunks)):
        return said  # what is printed is quoted before anything is computed
    marked, table = answer_from_marked_rows(question, views)
    if table:
        return TableAnswer(marked, table.chunks)
    plain = answer_plainly(question, [view for view in views if not _is_of_part(question, view)])
    if plain and plain.goes_first:
        return TableAnswer(plain.claims, plain.view.chunks)
    complete = [one for one in found if one.is_complete and _claims(one)]
    if complete:
        return _from_best(complete)
    other = _by_other_ways(question, views, found)
    if other and (not plain or not WHEN.search(question) or any(map(_TELLS_WHEN.search, _texts(other)))):
        return other
    if plain:
        return TableAnswer(plain.claims, plain.view.chunks, plain.absence)
    prose = [s.text for chunk in chunks for s in chunk.sentences if s.kind not in _NO_PROSE]
    labels = [[term.text for term in terms.terms(row.label)] for view in views for row in view.rows]
    for one in sorted(found, key=_rank, reverse=True):
        known = any(_is_part(terms.terms(name), labels) for name in one.missing)
        known = known or any(
            _DATE.search(name) or _is_title(name, chunks, titles) or _is_in_cells(name, one.view)
            for name in one.missing
        )
        known = known or names_some({word.stem for word in one.unexplained}, views)
        if (absence := _absence(question, one)) and not known and not _stands_in(prose, one):
            return TableAnswer(chunks=one.view.chunks, absence=absence)
    return TableAnswer()


_TELLS_WHEN = re.compile(rf"\d[:.]\d\d|\b(?:1[5-9]|20)\d\d\b|\b(?:{'|'.join(MONTHS)})")


def _texts(answer: TableAnswer) -> list[str]:
    return [claim["text"] for claim in answer.claims]


def _by_other_ways(question: str, views: Sequence[TableView], found: Sequence[Match]) -> TableAnswer | None:
    """Return what statements of account, texts in cells, timetables or the columns of one row say, in this order."""
    for way in (answer_from_statements, answer_from_text_conditions):
        chosen, table = way(question, views)
        if chosen and table:
            return TableAnswer(chosen, table.chunks)
    if timed := answer_from_timetables(question, views):
        return TableAnswer([timed[0]], timed[1].chunks)
    across = [(one, claims) for one in found if (claims := claims_across(question, one))]
    if len({tuple(claim["text"] for claim in claims) for _, claims in across}) == 1:
        return TableAnswer(across[0][1], across[0][0].view.chunks)
    return None


def _is_title(name: str, chunks: Sequence[ChunkRow], titles: dict[str, str]) -> bool:
    """Return whether a name is that of a whole document, or stands in its title."""
    own = terms.stems(name)
    return any(own <= terms.stems(f"{chunk.name} {titles.get(chunk.document, '')}") for chunk in chunks)


def _is_in_cells(name: str, view: TableView) -> bool:
    """Return whether a cell of a table has a name: "Mondays" is no row where museums are closed on "Monday"."""
    own = terms.stems(name)
    return any(own <= terms.stems(cell) for row in view.rows for cell in row.cells.values())


def _held_against(question: str, view: TableView) -> Match:
    own = in_words_of(in_column_words(question, view), view)
    names = [" ".join(UNITS.sub(" ", column).split()) for column in view.columns]
    return match(own, asked_beside(own, names), view)


# A period is written in too many ways to say that one is missing: "year ended", "12 months to", "FY".
_PERIOD = re.compile(r"\b(?:years?|months?|quarters?|weeks?|days?|half|periods?|ended|Q[1-4]|FY\d*)\b", re.IGNORECASE)
_PART = re.compile(r"\b(\w+)[ -](?:segments?|divisions?|business units?|subsidiar(?:y|ies)|branch)\b", re.IGNORECASE)
_WHOLE = re.compile(
    r"\bconsolidated\b|\b(?:income|cash flow) statement|\bstatements? of (?:income|operations|earnings|cash flows?"
    r"|financial position|profit)|\bbalance sheets?\b|\bprofit (?:and|&) loss",
    re.IGNORECASE,
)
_EACH = frozenset("reportable operating each every per by business our all other".split())  # noqa: SIM905 - words


def _is_of_part(question: str, view: TableView) -> bool:
    """Return whether a table stands under a part of a company that a question does not name ("Marine segment")."""
    over = [view.caption, *view.chunks[0].headings[-1:]]
    names = {found[1].lower() for text in over for found in _PART.finditer(text)} - _EACH
    return bool(names) and names.isdisjoint(term.text for term in terms.terms(question))


def _rank(found: Match) -> tuple[int, int, int, int]:
    named = 2 * bool(found.columns) + bool(found.rows) + bool(found.partial)
    return named, found.scoped, -len(found.unexplained) - len(found.missing), -len(found.view.columns)


def _from_best(complete: Sequence[Match]) -> TableAnswer:
    """Return the claims of the tables that explain most words; with titles where several say different things."""
    most = max(one.scoped + len(one.columns) for one in complete)
    best = [one for one in complete if one.scoped + len(one.columns) == most]
    if whole := [
        one for one in best if _WHOLE.search(f"{one.view.caption} {' '.join(one.view.chunks[0].headings[-1:])}")
    ]:
        best = whole  # the figures of a company, not those of its parts
    titled = len({tuple(claim["text"] for claim in _claims(one)) for one in best}) > 1
    answer = TableAnswer()
    for one in best[: _MAX_TABLES if titled else 1]:
        for claim in _claims(one):
            where = one.view.caption or one.view.title
            text = f"{claim['text']} ({where}, page {one.view.rows[0].page})"
            named = results.named_by(claim, f"{where} {one.view.rows[0].page}", text)
            answer.claims.append(named if titled else claim)
        answer.chunks += one.view.chunks
    return answer


def _claims(found: Match) -> list[Claim]:
    """Return what a table that explains the whole question says; nothing where a part that the way needs is missing."""
    asked, view, rows = found.asked, found.view, found.rows
    if asked.operation == "list":
        return [results.listed(without_any_sum(view))] if _lists_all(found) else []
    column = _column(found)
    if (divided := quotient(found)) is not None:
        return divided
    if asked.operation == "cell" or (asked.operation in ("count", "sum", "mean", "extreme") and len(rows) == 1):
        columns = found.columns or ([column] if column else _of_values(found) or _of_key(found))
        return results.cells(found, columns) if columns and rows else []
    if not column:
        counts_all = asked.operation == "count" and not asked.has_condition and _lists_all(found)
        return [results.listed(without_any_sum(view))] if counts_all and _counts_rows(found) else []
    if asked.operation == "yes-no" and asked.has_condition:
        return _one(results.fulfils(view, column, rows[0], asked)) if len(rows) == 1 else []
    if asked.operation == "mean" and not rows and (printed := _printed_mean(view, column)):
        return [printed]
    if asked.operation in _PAIRS:
        return _one(results.pair(view, column, rows, asked)) if len(rows) == 2 else []
    return _one(_over_rows(asked, only(view, rows) if rows else without_sums(view, column), column))


_VALUES = re.compile(r"(?:values?|data|specifications?|ratings?|amounts?|figures?|details?)\b.*", re.IGNORECASE)
_ASKS_VALUE = re.compile(r"^\W*(?:and |so )?(?:what|how|which|[a-z]+ (?:of|for))\b", re.IGNORECASE)


def _of_values(found: Match) -> list[str]:
    """Return the only column of a table of properties ("Item | Value"), which no question names."""
    columns = found.view.columns
    is_table_of_values = len(columns) == 1 and _VALUES.fullmatch(columns[0])
    return columns if is_table_of_values and len(found.rows) == 1 and _ASKS_VALUE.match(found.question) else []


def _of_key(found: Match) -> list[str]:
    """Return the column that numbers the rows, where only the name of the numbered row is asked for ("plot 5")."""
    header = terms.stems(next(iter(_headers(found.view)), ""))
    return [found.key] if found.key and header and header <= terms.stems(found.question) else []


def _printed_mean(view: TableView, column: str) -> Claim | None:
    """Return the mean of a column that the table prints itself; None if it has no such row, or several."""
    found = [row for row in view.totals if _MEAN.search(row.label) and column in row.cells]
    if len(found) != 1:
        return None
    row = found[0]
    return results.claim(
        f"{row.name}: {column} {results.shown(row, column)}", "cell", [results.operand(view, row, column)], ""
    )


def _said_average(question: str, chunks: Sequence[ChunkRow]) -> TableAnswer | None:
    """Return the sentence that gives an average with all words of a question and a number that it does not hold."""
    words = terms.content_terms(_HOW.sub(" ", _MEAN.sub(" ", question)))
    asked = {stem(word) for word in words} - _COUNTED
    known = set(_FIGURES.findall(question))
    for chunk in chunks if asked else ():
        for one in chunk.sentences:
            held = one.kind not in (*_NO_PROSE, "contents", "reference") and asked <= terms.stems(one.search)
            if held and _MEAN.search(one.text) and set(_FIGURES.findall(one.text)) - known:
                return TableAnswer([Claim(text=without_notes(one.text), chunk=chunk.id, quote=one.text)], [chunk])
    return None


def _over_rows(asked: Asked, view: TableView, column: str) -> Claim | None:
    if asked.operation == "extreme":
        return results.extreme(view, column, asked)
    if asked.has_condition:
        return results.filtered(view, column, asked)
    return results.total(view, column, asked) if asked.operation in ("sum", "mean") else None


# "How many stations ...": what is counted.
_ASKS_COUNT = re.compile(
    r"\b(?:how many|number of) (?:of the |the |different )?((?:[\w-]+ ){0,2}?[\w-]+)", re.IGNORECASE
)
_ASIDE = re.compile(r"\b(?:per|by|in|at|for|on|with|from|during|between|according)\b.*", re.IGNORECASE | re.DOTALL)


def _counts_rows(found: Match) -> bool:
    """Return whether what is counted is what the rows are: by the header over their labels or by the caption.

    "Costs of measures per courtyard" lists measures, no courtyards. A table with neither may list what its title names.
    """
    counted = _ASKS_COUNT.search(found.question)
    header = next(iter(_headers(found.view)), "")
    lists = f"{header} {_ASIDE.sub('', found.view.caption)}"
    return not counted or not lists.strip() or bool(terms.stems(counted[1]) & terms.stems(lists))


def _lists_all(found: Match) -> bool:
    """Return whether a question names nothing but what stands over a table, or heads its labels."""
    header = next(iter(_headers(found.view)), "")
    headed = found.scoped == 1 and terms.stems(header) - FRAME_STEMS <= terms.stems(found.question) and bool(header)
    return not found.rows and not found.columns and not found.partial and (found.scoped > 1 or headed)


def _headers(view: TableView) -> list[str]:
    """Return the headers over the labels of a table."""
    return [row.cells[0][0] for chunk in view.chunks for row in chunk.sentences if row.cells]


def _column(found: Match) -> str:
    """Return the one column that is asked for, or ""."""
    columns = found.columns or found.partial
    return columns[0] if len(columns) == 1 else ""


def _one(claim: Claim | None) -> list[Claim]:
    return [claim] if claim else []


def _absence(question: str, found: Match) -> str:
    """Return which row, column or value that a question asks for is not in a table; "" where that is not told."""
    view, where = found.view, f"{found.view.title} of {found.view.name} (page {found.view.rows[0].page})"
    if found.missing and found.columns and not found.unexplained and not any(map(_is_end(question), found.missing)):
        there = some_of(list(dict.fromkeys(row.name for row in view.rows)))
        return f"There is no {_or(found.missing)} in {where}; there are {there}."
    empty = found.asked.operation in ("cell", *_PAIRS) and found.rows and found.columns and found.is_complete
    if empty:
        rows = [row.name for row in found.rows if not any(column in row.cells for column in found.columns)]
        return f"{where[:1].upper()}{where[1:]} gives no value of {_or(found.columns)} for {_or(rows)}." if rows else ""
    needs_scope = found.asked.operation != "cell"
    lacks = not found.missing and not found.columns and _is_one_phrase(found) and not _YEAR_NAMED.search(question)
    lacks = lacks and not (verbs_of(question, found.unexplained) or _PERIOD.search(_phrase(question, found)))
    lacks = lacks and not (_is_verb_after_pronoun(question, found) or _NUMBERED.match(_phrase(question, found)))
    lacks = lacks and not (_HOW_MANY_DO.search(_phrase(question, found)) and _COUNTS_OF.search(question))
    before = question[: found.unexplained[0].start] if found.unexplained else ""
    lacks = lacks and not (_VERB_ASKED.search(before) or _stands_in_cells(found))
    lacks = lacks and not (len(found.unexplained) > 1 and _DOER.search(before))
    if lacks and (
        (found.rows and _ASKS_CELL.search(question)) or (needs_scope and found.scoped > 1 and not found.rows)
    ):
        phrase = _phrase(question, found)
        there = f"are no {phrase}" if _PLURAL.search(phrase) else f"is no {phrase}"
        return f"There {there} in {where}; the columns are {some_of(view.columns)}."
    return ""


def _is_verb_after_pronoun(question: str, found: Match) -> bool:
    """Return whether the words that nothing explains are a verb: "how many hours did they work on the roof"."""
    asked, words = _DOES_VERB.search(question), found.unexplained
    return asked is not None and (
        words[-1].end == len(question.rstrip(" ?.!")) or words[0].start - asked.end() == len(" ")
    )


def _is_end(question: str) -> Callable[[str], bool]:
    """Return whether a name is the end of a longer one, whose beginning is the name of a column: "R1-Mini", of "R1"."""
    return lambda name: question[: question.find(name)].endswith(("-", "–", "/"))


def _is_one_phrase(found: Match) -> bool:
    """Return whether the words that nothing explains are one short noun, as a column has: one to three in a row."""
    words = found.unexplained
    near = all(after.start - before.end == 1 for before, after in pairwise(words))
    verbs = found.asked.operation != "cell" and any(word.text.endswith(("ed", "ly")) for word in words)
    return 0 < len(words) <= _MAX_PHRASE and near and not verbs


def _phrase(question: str, found: Match) -> str:
    """Return the words that name no column, as the question has them, with those of the column's name beside them."""
    held = frozenset[str]().union(*(terms.stems(column) for column in found.partial))
    words = [
        w for w in terms.terms(question) if stem(w.text) in held or any(u.start == w.start for u in found.unexplained)
    ]
    return question[words[0].start : words[-1].end] if words else ""


def _stands_in(prose: Sequence[str], found: Match) -> bool:
    """Return whether a sentence holds all that the table lacks, and the row or column that it has."""
    lacking = [terms.stems(name) for name in found.missing] + [frozenset({w.stem}) for w in found.unexplained]
    named = [terms.stems(row.label) for row in found.rows[:1]]
    wanted = frozenset[str]().union(*lacking, *named)
    return any(wanted and wanted <= terms.stems(text) for text in prose)


def _stands_in_cells(found: Match) -> bool:
    """Return whether the table itself holds a word that none of its names explains, such as a label's second part."""
    held = frozenset[str]().union(*(terms.stems(row.text) for row in found.view.rows))
    return any(word.stem in held for word in found.unexplained)


def _is_part(name: Sequence[terms.Term], labels: Sequence[Sequence[str]]) -> bool:
    """Return whether a name is a part of some row's label, in whichever table."""
    words = [term.text for term in name]
    return any(words == label[at : at + len(words)] for label in labels for at in range(len(label) - len(words) + 1))


def some_of(names: Sequence[str]) -> str:
    """Return names as one text: the first twelve, and how many more there are."""
    names = [name for name in names if name]
    shown = ", ".join(names[:_MAX_NAMED])
    return f"{shown} and {len(names) - _MAX_NAMED} more" if len(names) > _MAX_NAMED else shown


def _or(names: Sequence[str]) -> str:
    return " and no ".join(names)
