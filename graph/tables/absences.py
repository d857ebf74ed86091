"""Absences of a row, column or value from a table that a question asks about, and the sentences that say so."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from graph.retrieval import terms
from graph.storage.fulltext import stem
from graph.storage.rows import ChunkRow
from graph.tables.across import verbs_of
from graph.tables.matching import Match
from graph.tables.results import NO_PROSE, PAIRS
from graph.tables.row_names import FRAME_STEMS, names_some
from graph.tables.views import TableView

_MAX_NAMED = 12  # rows or columns named where one is missing
# Only these forms of a question ask for a cell of a missing column: others ("How did X grow?") ask for prose.
_ASKS_CELL = re.compile(
    r"\b(what|how (?:high|many|much|large|big|long|old|tall|low|far)|which) .*"
    r"\b(of|at|in|for|by|on|does|did|do|has|have|had)\b"
    r"|^[^:?]{2,60}:\s",
    re.IGNORECASE,
)
# A date is never reported as missing: it may be written in another way.
_DATE = re.compile(
    r"^[\d\s./-]+$|\b(jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?|oct(ober)?"
    r"|nov(ember)?|dec(ember)?)\b",
    re.IGNORECASE,
)
# "How much was spent on boats?": the word after the auxiliary is a verb, not the name of a column.
_VERB_ASKED = re.compile(r"\bhow (?:much|many)\b.*\b(?:is|are|was|were|been|did|does|do|has|have|had) $", re.IGNORECASE)
# "What price did the engineers ask?": the subject and the verb are no names of columns.
_DOER = re.compile(r"\b(?:did|does|do) (?:the |an? )?$", re.IGNORECASE)
# "How many people fit in it?": a plural noun with a verb after it is counted, and is no name of a column.
_COUNTS_OF = re.compile(r"\bhow many\b", re.IGNORECASE)
_DOES_VERB = re.compile(r"\b(?:does|do|did) (?:it|he|she|they|this|that|one|i|we|you)\b", re.IGNORECASE)
_PERSONS = re.compile(r"^(?:people|persons|men|women|of them)\b", re.IGNORECASE)  # a column of guests counts them
_HOW_MANY_DO = re.compile(r" \w*[^\Ws]$")
# "How much water does the Arve carry?" asks for what the verb measures: its column may be "Mean discharge".
_HOW_MUCH_OF = re.compile(
    r"\bhow much (?!is\b|are\b|was\b|were\b|do\b|does\b|did\b)[a-z]+"
    r" (?:(?:is|are|was|were|do|does|did|can|could|will)\b|[a-z]+s\b)", re.IGNORECASE,
)  # fmt: skip
# "Which of the two companies ...": "companies" is no column.
_NUMBERED = re.compile(r"\W*(?:two|both|three|four|five|all)\b", re.IGNORECASE)
# "Fiscal 2023" is never reported as missing: headers write it as "twelve months ended June 30, 2023".
_YEAR_NAMED = re.compile(r"\b(?:fiscal|financial year|fy ?\d{2,4})\b", re.IGNORECASE)
_VERB_LIKE = re.compile(r"\w{3,}(?:ed|ly)")  # not "red"
# "What are the drawbacks of Tern-R1?" asks for sentences, and no column is missing.
_OF_PROSE = re.compile(
    r"\b(?:drawback|disadvantage|advantage|benefit|limitation|weakness|strength|problem|challenge|issue|difficult|difference"
    r"|similarit|feature|characteristic|reason|cause|effect|consequence|implication|goal|aim|objective|purpose|contribution"
    r"|finding|conclusion|idea|concept|role|dut(?:y|ies)|responsibilit|step|stage|phase|definition|meaning|history|background"
    r"|future|plan|approach|method|principle|motivation|lesson|opinion|view)",
    re.IGNORECASE,
)
_ORDINAL = re.compile(r"(?:first|second|third|fourth|last|next|previous)", re.IGNORECASE)  # of "the fourth quarter"
_MAX_PHRASE = 3  # words of a column's name that a table lacks; more are a sentence about something else
_PLURAL = re.compile(r"[^su\W]s$")
# A period is never reported as missing: it may be written as "year ended", "12 months to" or "FY".
_PERIOD = re.compile(r"\b(?:years?|months?|quarters?|weeks?|days?|half|periods?|ended|Q[1-4]|FY\d*)\b", re.IGNORECASE)


def absence_in(
    question: str, found: Match, views: Sequence[TableView], chunks: Sequence[ChunkRow], titles: dict[str, str]
) -> str:
    """Return the sentence that says what a table lacks; "" where another table, a title or a sentence has it."""
    labels = [
        [term.text for term in terms.terms(row.label)]
        for view in views
        if not _lacks_column(view, found)
        for row in view.rows
    ]
    known = any(
        _is_part(terms.terms(name), labels)
        or _DATE.search(name)
        or _is_title(name, chunks, titles)
        or _is_in_cells(name, found.view)
        for name in found.missing
    )
    known = known or names_some({word.stem for word in found.unexplained}, views)
    known = known or (bool(_WHO.match(question)) and not _may_name_persons(found.view))
    phrase = _phrase(question, found)  # "segment" of "which segment" names the rows, no column
    known = known or bool(phrase and re.match(rf"\W*(?:which|what) {re.escape(phrase)}\b", question, re.IGNORECASE))
    absence = _absence(question, found)
    if not absence or known:
        return ""
    prose = [s.text for chunk in chunks for s in chunk.sentences if s.kind not in NO_PROSE]
    return "" if _is_in_prose(prose, found) else absence


_WHO = re.compile(r"\W*(?:and |so )?who(?:se|m|['’]s)?\b", re.IGNORECASE)


def _may_name_persons(view: TableView) -> bool:
    """Return whether a table may name persons: one of numbers alone cannot answer "Who is the CEO of ...?"."""
    return any(cell[:1].isalpha() for row in view.rows for cell in row.cells.values())


def _lacks_column(view: TableView, found: Match) -> bool:
    """Return whether a table of another document lacks every word of the column that is asked for.

    A table of lengths and heights with a row "Yorl South" does not answer "the power use of Yorl South".
    """
    asked = frozenset[str]().union(*(terms.stems(column) for column in found.columns)) - FRAME_STEMS
    held = view.scope.union(*(terms.stems(chunk.text) for chunk in view.chunks))
    return view.document != found.view.document and bool(asked) and asked.isdisjoint(held)


def _is_title(name: str, chunks: Sequence[ChunkRow], titles: dict[str, str]) -> bool:
    """Return whether a name is a document's title or a part of it."""
    own = terms.stems(name)
    return any(own <= terms.stems(f"{chunk.name} {titles.get(chunk.document, '')}") for chunk in chunks)


def _is_in_cells(name: str, view: TableView) -> bool:
    """Return whether a cell has a name: "Mondays" is no missing row where museums are closed on "Monday"."""
    own = terms.stems(name)
    return any(own <= terms.stems(cell) for row in view.rows for cell in row.cells.values())


def _absence(question: str, found: Match) -> str:
    """Return the sentence on the row, column or value that a table lacks; "" where that cannot be decided."""
    view, where = found.view, f"{found.view.title} of {found.view.name} (page {found.view.rows[0].page})"
    if found.missing and found.columns and not found.unexplained and not any(map(_is_end(question), found.missing)):
        there = some_of(list(dict.fromkeys(row.name for row in view.rows)))
        return f"There is no {_or(found.missing)} in {where}; there are {there}."
    if (name := _row_missing(question, found)) and not _is_end(question)(name):
        there = some_of(list(dict.fromkeys(row.name for row in view.rows)))
        return f"There is no {name} in {where}; there are {there}."
    if (name := _narrower(question, found)) and not _is_in_cells_of_table(found):
        return f"There {_is_no(name)} in {where}; the columns are {some_of(view.columns)}."
    empty = found.asked.operation in ("cell", *PAIRS) and found.rows and found.columns and found.is_complete
    if empty:
        rows = [row.name for row in found.rows if not any(column in row.cells for column in found.columns)]
        return f"{where[:1].upper()}{where[1:]} gives no value of {_or(found.columns)} for {_or(rows)}." if rows else ""
    needs_scope = found.asked.operation != "cell"
    lacks = not found.missing and not found.columns and _is_one_phrase(found) and not _YEAR_NAMED.search(question)
    lacks = lacks and not (verbs_of(question, found.unexplained) or _PERIOD.search(_phrase(question, found)))
    lacks = lacks and not (_DOES_VERB.search(question) or _NUMBERED.match(_phrase(question, found)))
    lacks = lacks and not (_HOW_MANY_DO.search(_phrase(question, found)) and _COUNTS_OF.search(question))
    lacks = lacks and not _ORDINAL.fullmatch(_phrase(question, found))
    lacks = lacks and not _OF_PROSE.search(_phrase(question, found)) and " of " not in _phrase(question, found)
    before = question[: found.unexplained[0].start] if found.unexplained else ""
    lacks = lacks and not (_VERB_ASKED.search(before) or _is_in_cells_of_table(found))
    lacks = lacks and not _HOW_MUCH_OF.search(question)
    lacks = lacks and not (_DOER.search(before) or _PERSONS.search(_phrase(question, found)))
    if lacks and (
        (found.rows and _ASKS_CELL.search(question)) or (needs_scope and found.scoped > 1 and not found.rows)
    ):
        phrase = _phrase(question, found)
        return f"There {_is_no(phrase)} in {where}; the columns are {some_of(view.columns)}."
    return ""


def _is_no(phrase: str) -> str:
    return f"are no {phrase}" if _PLURAL.search(phrase) else f"is no {phrase}"


# The words before a row's name that is not capitalised: "the duty on mead", "how many readers does the travel
# section have", "in which room is the photography course", "how much coal was handled".
_BEFORE_ROW = re.compile(
    r"(?:\b(?:of|at|in(?= the )|on|for|from|by|with|to|does|do|did|is|are|was|were|has|have|had)|^\W*how much)"
    r" (?:the |an? )?$"
    r"|\b(?:received|got|took|had|has|had|take|have|get|receive) (?:the |an? )?$",
    re.IGNORECASE,
)
_LOWER_NAME = re.compile(r"[a-z]+(?:[ -][a-z]+){0,2}")
_IS_YEAR = re.compile(r"(?:19|20)\d\d")


def _row_missing(question: str, found: Match) -> str:
    """Return the common noun in the place of a row's name that no row has; "" where that cannot be decided.

    The table must have every other word of the question, and at least one besides a year.
    """
    if found.rows or len(found.columns) != 1 or found.asked.operation not in ("cell", "count", "sum"):
        return ""
    words = [word for word in terms.terms(question) if any(w.start == word.start for w in found.unexplained)]
    starts = [question.find(name) for name in found.missing] + [word.start for word in words]
    ends = [question.find(name) + len(name) for name in found.missing] + [word.end for word in words]
    name = question[min(starts) : max(ends)] if words else ""
    known = bool(found.scoped) or not _IS_YEAR.search(found.columns[0])
    at_row = bool(_BEFORE_ROW.search(question[: min(starts, default=0)]))
    if (
        not (known and at_row and _LOWER_NAME.fullmatch(name))
        or found.asked.has_condition
        or _DOES_VERB.search(question)
    ):
        return ""
    verb = any(map(_VERB_LIKE.fullmatch, name.split())) or _YEAR_NAMED.search(question) or _PERIOD.search(name)
    return "" if verb or _is_in_cells_of_table(found) else name


def _is_end(question: str) -> Callable[[str], bool]:
    """Return a predicate: whether a name follows a hyphen or slash in the question, as "Mini" does in "R1-Mini"."""
    return lambda name: question[: question.find(name)].endswith(("-", "–", "/"))


def _is_one_phrase(found: Match) -> bool:
    """Return whether the unexplained words are one to three in sequence, as in the name of a column."""
    words = found.unexplained
    near = all(after.start - before.end == 1 for before, after in pairwise(words))
    verbs = found.asked.operation != "cell" and any(map(_VERB_LIKE.fullmatch, (word.text for word in words)))
    return 0 < len(words) <= _MAX_PHRASE and near and not verbs


# "What is the screen width of Lormstow?", "Lormstow: screen width?", "What screen width does the table give for ...?"
_NAMED_COLUMN = re.compile(
    r"^\W*(?:(?:what|how (?:high|large|long)) (?:is|was|are|were) the (?P<one>[a-z]+(?: [a-z]+){1,4}?)"
    r" (?:of|at|in|for|on) "
    r"|what (?P<two>[a-z]+(?: [a-z]+){1,4}) does the table"
    r"|[^:?]{2,60}: (?P<three>[a-z]+(?: [a-z]+){1,4})\b)",
    re.IGNORECASE,
)


def _narrower(question: str, found: Match) -> str:
    """Return the asked column's name of which headers have other words, but never the last; "" if there is none.

    The last word says what is measured: a "screen width" is no number of screenings.
    """
    asked = _NAMED_COLUMN.match(question)
    is_noun = bool(found.columns) or verbs_of(question, found.unexplained)  # "fee" of "entry fee" follows a noun
    if not (asked and is_noun and found.rows) or found.asked.operation != "cell" or found.missing:
        return ""
    if _OF_PROSE.search(question) or _YEAR_NAMED.search(question):
        return ""
    group = next(name for name in ("one", "two", "three") if asked[name])
    words = [term for term in terms.terms(asked[group]) if term.text not in _TIME_WORDS]
    last = words[-1].end + asked.start(group) if words else 0
    return question[asked.start(group) : last] if any(w.end == last for w in found.unexplained) else ""


_TIME_WORDS = frozenset("in the first second third fourth last half quarter year of".split())


def _phrase(question: str, found: Match) -> str:
    """Return the unexplained words as the question writes them, with the adjacent words of a column's name."""
    held = frozenset[str]().union(*(terms.stems(column) for column in found.partial))
    words = [
        w for w in terms.terms(question) if stem(w.text) in held or any(u.start == w.start for u in found.unexplained)
    ]
    return question[words[0].start : words[-1].end] if words else ""


def _is_in_prose(prose: Sequence[str], found: Match) -> bool:
    """Return whether one sentence has all words that the table lacks, and the row or column that the table has."""
    lacking = [terms.stems(name) for name in found.missing] + [frozenset({w.stem}) for w in found.unexplained]
    named = [terms.stems(row.label) for row in found.rows[:1]]
    wanted = frozenset[str]().union(*lacking, *named)
    return any(wanted and wanted <= terms.stems(text) for text in prose)


def _is_in_cells_of_table(found: Match) -> bool:
    """Return whether a cell or label of the table has an unexplained word, such as the second part of a label."""
    held = frozenset[str]().union(*(terms.stems(row.text) for row in found.view.rows))
    return any(word.stem in held for word in found.unexplained)


def _is_part(name: Sequence[terms.Term], labels: Sequence[Sequence[str]]) -> bool:
    """Return whether a name is a part of a label of any table."""
    words = [stem(term.text) for term in name]
    own = [[stem(word) for word in label] for label in labels]
    return any(words == label[at : at + len(words)] for label in own for at in range(len(label) - len(words) + 1))


def some_of(names: Sequence[str]) -> str:
    """Return names as one text: the first twelve, and how many more there are."""
    names = [name for name in names if name]
    shown = ", ".join(names[:_MAX_NAMED])
    return f"{shown} and {len(names) - _MAX_NAMED} more" if len(names) > _MAX_NAMED else shown


def _or(names: Sequence[str]) -> str:
    return " and no ".join(names)
