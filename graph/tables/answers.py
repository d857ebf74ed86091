"""Answers from tables: claims of the table that explains a question best, or the sentence that says what it lacks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from graph.retrieval import terms
from graph.storage.fulltext import stem
from graph.storage.rows import ChunkRow
from graph.tables import results
from graph.tables.absences import absence_in
from graph.tables.across import claims_across
from graph.tables.changes_asked import is_other_change
from graph.tables.column_words import in_column_words
from graph.tables.marked_rows import answer_from_marked_rows
from graph.tables.matching import Match, match
from graph.tables.measures import in_words_of
from graph.tables.operations import asked_beside, asked_of_table
from graph.tables.order_words import in_order_words
from graph.tables.plain.answer import answer_plainly
from graph.tables.plain.steps import in_row_words
from graph.tables.plain.targets import WHEN, says_when
from graph.tables.property_words import in_words_of_properties
from graph.tables.results import MEAN, NO_PROSE, TableAnswer
from graph.tables.row_names import UNITS
from graph.tables.rows_asked import of_rows_asked
from graph.tables.statements import answer_from_statements, in_words_of_statements
from graph.tables.table_claims import claims_of
from graph.tables.text_conditions import answer_from_text_conditions
from graph.tables.timetables import answer_from_timetables
from graph.tables.views import TableView, build_views
from graph.types import Claim
from loaders.text.dates import MONTHS
from loaders.text.raised_signs import without_notes
from loaders.text.whole_periods import in_words_of_whole

_MAX_TABLES = 3  # answers of as many tables that explain a question equally well, each with its title
_FIGURES = re.compile(r"\d[\d.,]*")
# "How high was the average fare?" asks for the fare.
_HOW = re.compile(r"\bhow (?:high|much|many|large|big|long|old|tall|low|far|heavy|fast)\b", re.IGNORECASE)
_COUNTED = frozenset({"number", "amount", "valu", "level"})  # "the average number of litres"


def answer_from_tables(question: str, chunks: Sequence[ChunkRow], titles: dict[str, str]) -> TableAnswer:
    """Return the answer of the tables (`_answer`) without claims on another change than the question asks for."""
    found = _answer(question, chunks, titles)
    return TableAnswer() if any(is_other_change(question, claim) for claim in found.claims) else found


def _answer(question: str, chunks: Sequence[ChunkRow], titles: dict[str, str]) -> TableAnswer:
    """Answer a question from the tables among chunks; report a row as missing only if no other chunk has it.

    Args:
        question: One question.
        chunks: Tables with all their parts, and the other chunks that were found.
        titles: Titles of documents by id.
    """
    views = build_views(chunks, titles)
    question = in_words_of_statements(question, views)
    views = of_rows_asked(question, views)
    asked = asked_of_table(question)
    found = [_match_reworded(question, view) for view in views if not _is_of_part(question, view)]
    if asked.operation == "mean" and (said := _said_average(question, chunks)):
        return said  # a printed average is preferred to a computed one
    marked, table = answer_from_marked_rows(question, views)
    if table:
        return TableAnswer(marked, table.chunks)
    plain = answer_plainly(question, [one.whole for one in found if not _extends_row_name(one)])
    if plain and plain.goes_first:
        return TableAnswer(plain.claims, plain.view.chunks)
    complete = [one for one in found if one.is_complete and says_when(question, claims_of(one))]
    if complete:
        return _from_best(complete)
    other = _by_other_ways(question, views, found)
    if other and (not plain or not WHEN.search(question) or any(map(_SAYS_WHEN.search, _texts(other)))):
        return other
    if plain:
        return TableAnswer(plain.claims, plain.view.chunks, plain.absence)
    for one in sorted(found, key=_rank, reverse=True):
        if absence := absence_in(question, one, views, chunks, titles):
            return TableAnswer(chunks=one.view.chunks, absence=absence)
    return TableAnswer()


def _extends_row_name(found: Match) -> bool:
    """Return whether a question goes on from a row's name, and so names another thing: "Kettstow Heath"."""
    labels = tuple(f"{row.label.lower()} " for row in found.whole.rows if row.label)
    return any(name.lower().startswith(labels) and name[:1].isupper() for name in found.missing)


_SAYS_WHEN = re.compile(rf"\d[:.]\d\d|\b(?:1[5-9]|20)\d\d\b|\b(?:{'|'.join(MONTHS)})")


def _texts(answer: TableAnswer) -> list[str]:
    return [claim["text"] for claim in answer.claims]


def _by_other_ways(question: str, views: Sequence[TableView], found: Sequence[Match]) -> TableAnswer | None:
    """Return the answer of statements of account, texts in cells, timetables or one row's columns, in this order."""
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


def _match_reworded(question: str, view: TableView) -> Match:
    own = question
    if asked_of_table(question).operation in ("cell", "count", "sum"):
        own = in_words_of_whole(question, [row.label for row in view.totals])
    own = in_order_words(in_row_words(own, [row.label for row in view.rows]), view)
    own = in_column_words(own, view)
    own = in_words_of(in_words_of_properties(own, view), view)
    names = [" ".join(UNITS.sub(" ", column).split()) for column in view.columns]
    return match(own, asked_beside(own, names), view)


_PART = re.compile(r"\b(\w+)[ -](?:segments?|divisions?|business units?|subsidiar(?:y|ies)|branch)\b", re.IGNORECASE)
_WHOLE = re.compile(
    r"\bconsolidated\b|\b(?:income|cash flow) statement|\bstatements? of (?:income|operations|earnings|cash flows?"
    r"|financial position|profit)|\bbalance sheets?\b|\bprofit (?:and|&) loss",
    re.IGNORECASE,
)
_EACH = frozenset("reportable operating each every per by business our all other".split())


def _is_of_part(question: str, view: TableView) -> bool:
    """Return whether a table is about a part of a company that a question does not name, or about another period.

    Its heading is "Marine segment", or its columns are whole years where a quarter is asked for.
    """
    over = [view.caption, *view.chunks[0].headings[-1:]]
    if terms.PART_OF_YEAR.search(question):
        periods = " | ".join(view.columns)
        if terms.WHOLE_YEAR.search(periods) and not terms.PART_OF_YEAR.search(periods):
            return True
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
    titled = len({tuple(claim["text"] for claim in claims_of(one)) for one in best}) > 1
    answer = TableAnswer()
    for one in best[: _MAX_TABLES if titled else 1]:
        for claim in claims_of(one):
            where = one.view.caption or one.view.title
            text = f"{claim['text']} ({where}, page {one.view.rows[0].page})"
            named = results.named_by(claim, f"{where} {one.view.rows[0].page}", text)
            answer.claims.append(named if titled else claim)
        answer.chunks += one.view.chunks
    return answer


def _said_average(question: str, chunks: Sequence[ChunkRow]) -> TableAnswer | None:
    """Return the sentence on an average that has all words of a question, and a number that the question lacks."""
    words = terms.content_terms(_HOW.sub(" ", MEAN.sub(" ", question)))
    asked = {stem(word) for word in words} - _COUNTED
    known = set(_FIGURES.findall(question))
    for chunk in chunks if asked else ():
        for one in chunk.sentences:
            held = one.kind not in (*NO_PROSE, "contents", "reference") and asked <= terms.stems(one.search)
            if held and MEAN.search(one.text) and set(_FIGURES.findall(one.text)) - known:
                return TableAnswer([Claim(text=without_notes(one.text), chunk=chunk.id, quote=one.text)], [chunk])
    return None
