"""Extractive answers: sentences and table rows chosen from scored chunks, quoted unchanged."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from graph.engines.offline import listed_answers, table_answers
from graph.engines.offline.asked_words import MEASURES
from graph.engines.offline.comments import comments_asked
from graph.engines.offline.named_bands import rows_asked, without_other_bands
from graph.engines.offline.text_around import only_asks
from graph.retrieval import scoring, terms
from graph.retrieval.asked_parts import is_evidence
from graph.retrieval.definitions import defined, defines
from graph.retrieval.lists import MOST_ITEMS, items_after
from graph.retrieval.procedures import asks_how_done, asks_what_is_used, says_how, says_what_is_used
from graph.storage.fulltext import stem
from graph.storage.rows import ChunkRow, SentenceRow
from graph.types import Claim

# Three sentences contain the gold answer for .92 of the answerable questions, two for .89, one for .82.
MAX_SENTENCES = 3
# Further sentences are quoted if their scores lie within this margin of the best one. Chosen by reading answers.
_MARGIN = 3.0
# The margin where no sentence answers, and the quotes are only related. On 400 questions over eight articles the
# expected text is shown for .895 with the margin above, for .907 with 5, and for no more with 8.
_MARGIN_OF_CLOSEST = 5.0
# For a value in a unit of what is asked for: "38 metres" for "how tall". In ten conversations it finds one more value;
# on eight articles it changes nothing. Set by judgement.
_ANSWER_UNIT = 1.5
# For a sentence that says what the asked thing is, by how clearly (see `definitions`): twice the margin and more, since
# it has few words of the question. Set by reading answers.
_DEFINITION = (0.0, 1.5, 7.0, 8.0)
# For a sentence that says by what something was made, where that is asked. Set by reading answers on a paper.
_MEANS = 2.0
# For a sentence that says what is used by another verb ("we adopt GRPO"), where that is asked. Set like _MEANS.
_USED = 2.0
# The row_label_match (see scoring) from which the question names a row.
_NAMED_ROW = 0.5
# Two sentences that share this part of their words (Jaccard) have the same structure. Set by judgement, and tried on
# `tests.evals.threads`.
_ALIKE = 0.4
_COMPARES = re.compile(
    r"\b(compare[ds]?|comparison|versus|vs|better|worse|higher|lower|more|less|fewer|larger|smaller|faster|slower"
    r"|difference|differ|than|exceed|outperform|beat)s?\b",
    re.IGNORECASE,
)
_ASKS_FORMULA = re.compile(r"\b(formulas?|formulae|equations?|expressions?|objectives?|defin\w+|calculat\w+)\b", re.I)
# The beginnings of sentences that refer to the sentence before.
_CONTINUES = re.compile(
    r"(to (address|overcome|solve|mitigate|do) (this|that|it|these)|this|these|that|those|they|it|he|she|instead"
    r"|however|therefore|thus|hence|consequently|as a result|for this|for example|specifically|in particular)\b",
    re.IGNORECASE,
)
_MATHEMATICAL = re.compile("[\U0001d400-\U0001d7ff\u2200-\u22ff]")
_LABEL = re.compile(r"\W*(?:[\w'’-]+ )?[\w'’-]+:\W*")
_TWO_CAPITALS = re.compile(r"\b(?!The\b|An?\b)[A-Z][\w'’-]* [A-Z][\w-]*")
_Chunks = Mapping[str, ChunkRow]


def extract_claims(query: scoring.Query, scored: Sequence[scoring.ScoredSentence], chunks: _Chunks) -> list[Claim]:
    """Return one to four claims, best first, or those of a whole list; none if no sentence was scored.

    Args:
        query: The question.
        scored: The scored sentences of the chunks.
        chunks: The chunks by id.
    """
    if items := comments_asked(query.text, chunks.values()) or listed_answers.items_by_form(query.text, chunks):
        return [_claim(query, chunk, one) for chunk, one in items[:MOST_ITEMS]]
    ranked = _ranked(query, scored, chunks)
    if not ranked:
        return []
    best = ranked[0][1]
    if best.sentence.kind in ("row", "caption"):
        extreme = table_answers.extreme_row(query, chunks[best.chunk])
        if extreme is not None:
            return [_claim(query, best.chunk, extreme)]
    chosen = _with_introduction(_within_margin(query, ranked), chunks)
    best = chosen[0]
    row = next((at for at, one in enumerate(chosen) if one.sentence.kind == "row"), None)
    if row is not None and _COMPARES.search(query.text):
        before = [_claim(query, one.chunk, one.sentence) for one in chosen[:row]]
        return before + _comparison(query, chosen[row], chunks)
    claims = [_claim(query, one.chunk, one.sentence) for one in chosen]
    alike = {
        one.id for one in listed_answers.said_everywhere(query.text, best.sentence, (one.sentence for _, one in ranked))
    }
    if len(alike) > 1:
        return [_claim(query, one.chunk, one.sentence) for _, one in ranked if one.sentence.id in alike][:MOST_ITEMS]
    if items := items_after(best.sentence, chunks[best.chunk], chunks.values())[0][:MOST_ITEMS]:
        listed = [_claim(query, chunk, item) for chunk, item in items]
        return [claims[0], *listed, *(claim for claim in claims[1:] if claim not in listed)]
    if len(claims) < MAX_SENTENCES:
        claims += [claim for claim in _continuation(query, best, chunks) if claim not in claims]
    return claims


def with_closest(
    query: scoring.Query, claims: Sequence[Claim], scored: Sequence[scoring.ScoredSentence], chunks: _Chunks
) -> list[Claim]:
    """Return claims, filled up to three with further sentences if none of the claims answers.

    What the best sentence announces often follows in one that is much less similar to the question.
    """
    if len(claims) >= MAX_SENTENCES or not all("related" in claim for claim in claims):
        return list(claims)
    near = _within_margin(query, _ranked(query, scored, chunks), _MARGIN_OF_CLOSEST)
    quoted = {claim["quote"] for claim in claims}
    more: list[Claim] = [
        {**_claim(query, one.chunk, one.sentence), "related": True} for one in near if one.sentence.text not in quoted
    ]
    return [*claims, *more[: MAX_SENTENCES - len(claims)]]


def without_other_values(query: scoring.Query, claims: Sequence[Claim], chunks: _Chunks) -> list[Claim]:
    """Return claims without related ones that say about another thing what an answer says: "Theft: 30,000".

    Such a sentence has the answer's structure, is another row of its table, names other years than the question, or
    names the sister of what the question names ("the North Light" of "the South Light"). On 400 questions over eight
    articles the expected text is shown as often without them.
    """
    tables = {_columns(claim, chunks) for claim in claims if "related" not in claim} - {()}
    answers = [_words(claim["quote"]) for claim in claims if "related" not in claim]
    if not answers or _COMPARES.search(query.text):
        return list(claims)

    def is_other(claim: Claim) -> bool:
        own = _words(claim["quote"])
        alike = any(len(own & words) >= _ALIKE * len(own | words) for words in answers)
        quoted, asked = terms.years(claim["quote"]), terms.years(query.text)
        return (
            alike
            or _columns(claim, chunks) in tables
            or _names_sister(query.text, claim["quote"])
            or bool(asked and quoted and not asked & quoted)
        )

    return [claim for claim in claims if "related" not in claim or not is_other(claim)]


def _columns(claim: Claim, chunks: _Chunks) -> tuple[str, ...]:
    """Return the document and the columns of the row that a claim quotes; () of other sentences."""
    chunk = chunks.get(claim["chunk"])
    sentences = chunk.sentences if chunk else ()
    row = next((one for one in sentences if one.text == claim["quote"] and one.kind == "row" and one.cells), None)
    return (chunk.document, *(column for column, _ in row.cells)) if chunk and row else ()


def _names_sister(question: str, quote: str) -> bool:
    """Return whether a quote names something by a name of the question with another first word, and not that itself."""
    asked = {found[0] for found in _TWO_CAPITALS.finditer(question)}
    named = {found[0] for found in _TWO_CAPITALS.finditer(quote)}
    last = {name.split()[-1] for name in asked}
    return not asked & named and any(name.split()[-1] in last for name in named)


def _ranked(
    query: scoring.Query, scored: Sequence[scoring.ScoredSentence], chunks: _Chunks
) -> list[tuple[float, scoring.ScoredSentence]]:
    """Return the sentences that can be read with their scores, best first."""
    scored = without_other_bands(query, scored, chunks)
    coverages = {key: scoring.coverage(query, chunk) for key, chunk in chunks.items()}
    informative = _informative(query, [one for one in scored if not _is_label_alone(one, chunks[one.chunk])]) or scored
    units = [units for names, units in MEASURES if names.search(query.text)]
    asks_what, asks_how = bool(defined(query.text)), asks_how_done(query.text)
    asks_used = asks_what_is_used(query.text)
    scores = [
        (
            scoring.answer_score(query, one, coverages[one.chunk][one.number])
            + _ANSWER_UNIT * any(unit.search(one.sentence.text) for unit in units)
            + (_DEFINITION[defines(query.text, one.sentence)] if asks_what else 0.0)
            + _USED * (asks_used and one.sentence.kind in ("prose", "item") and says_what_is_used(one.sentence.text))
            + _MEANS * (asks_how and one.sentence.kind != "caption" and says_how(query.text, one.sentence.text)),
            one,
        )
        for one in informative
    ]
    return sorted(scores, key=lambda pair: -pair[0])


def _with_introduction(chosen: list[scoring.ScoredSentence], chunks: _Chunks) -> list[scoring.ScoredSentence]:
    """Return chosen sentences; if the best is an item of a list, the one with a colon before the list comes first."""
    best = chosen[0]
    before = [one for one in chunks[best.chunk].sentences[: best.number] if one.kind != "item"][-1:]
    if best.sentence.kind != "item" or not before or not before[0].text.rstrip().endswith(":"):
        return chosen
    return sorted(chosen, key=lambda one: one.sentence.id != before[0].id)


def _informative(query: scoring.Query, scored: Sequence[scoring.ScoredSentence]) -> list[scoring.ScoredSentence]:
    """Return the readable sentences that say more than the question; if none does, all readable ones.

    Formulas answer only questions for one: as text they are hard to read, and match words by chance.
    """
    readable = [one for one in scored if _is_readable(query, one.sentence)]
    asked = query.text
    return [
        one
        for one in readable
        if not listed_answers.says_nothing_new(asked, one.sentence) and not only_asks(asked, one.sentence.text)
    ] or readable


def _is_readable(query: scoring.Query, sentence: SentenceRow) -> bool:
    is_formula = sentence.kind == "formula" or _is_mathematics(sentence.text)
    return not is_formula or bool(_ASKS_FORMULA.search(query.text))


@lru_cache(maxsize=1024)
def _is_mathematics(text: str) -> bool:
    """Return whether half of a text's words, or more, have mathematical letters, as a formula of a text layer has."""
    words = text.split() if _MATHEMATICAL.search(text) else []
    return 0 < len(words) <= 2 * sum(_MATHEMATICAL.search(word) is not None for word in words)


def _is_label_alone(scored: scoring.ScoredSentence, chunk: ChunkRow) -> bool:
    """Return whether a sentence is one or two words with a colon, behind which nothing comes: the end of a template."""
    after = chunk.sentences[scored.number + 1 : scored.number + 2]
    return bool(_LABEL.fullmatch(scored.sentence.text)) and all(
        one.is_heading or one.kind == "caption" for one in after
    )


def _claim(query: scoring.Query, chunk: str, sentence: SentenceRow) -> Claim:
    return Claim(text=table_answers.statement(query, sentence), chunk=chunk, quote=sentence.text)


def _within_margin(
    query: scoring.Query, ranked: Sequence[tuple[float, scoring.ScoredSentence]], margin: float = _MARGIN
) -> list[scoring.ScoredSentence]:
    """Return the best sentence and those within the margin, without duplicates and values of another thing."""
    if not ranked:
        return []
    floor = ranked[0][0] - margin
    best = ranked[0][1].sentence
    chosen: list[scoring.ScoredSentence] = []
    for score, one in ranked:
        if len(chosen) == MAX_SENTENCES or score < floor:
            break
        if all(one.sentence.text != other.sentence.text for other in chosen) and not _is_about_another(
            query, one.sentence, best
        ):
            chosen.append(one)
    return chosen


def _is_about_another(query: scoring.Query, sentence: SentenceRow, best: SentenceRow) -> bool:
    """Return whether a sentence says about another thing what the best one says about the thing asked for.

    It has the same structure and lacks a word of the question: "The old pump weighs 3 kg" for one on the new pump.
    """
    if sentence.kind == "row" or _COMPARES.search(query.text):
        return False
    asked, own, others = (_words(text) for text in (query.text, sentence.text, best.text))
    if len(own & others) < _ALIKE * len(own | others):
        return False
    lacks = own & asked - terms.STOP_WORDS < others & asked - terms.STOP_WORDS
    subject, wanted = (next(iter(terms.content_terms(one.text)), "") for one in (sentence, best))
    # "In 1960, ..." begins with no subject.
    return lacks or (not wanted.isdigit() and stem(wanted) in asked and stem(subject) not in asked)


@lru_cache(maxsize=256)  # the question and the best sentence are compared with each other sentence
def _words(text: str) -> frozenset[str]:
    """Return the stems of the words of a text; codes and numbers with points stay whole."""
    return frozenset(stem(re.sub(r"['’]s$", "", word)) for word in terms.words(text))


def _comparison(query: scoring.Query, best: scoring.ScoredSentence, chunks: _Chunks) -> list[Claim]:
    """Return rows of one table: those that the question names, or else the best one and its neighbours.

    The table is the one that holds most of the named rows; similar tables hold only some of them.
    """
    tables = {key: rows_asked(query, [s for s in c.sentences if s.kind == "row"]) for key, c in chunks.items()}
    named = {
        key: [
            row
            for row in rows
            if scoring.row_label_match(query, row) >= _NAMED_ROW or table_answers.alone_named(query, row, rows)
        ]
        for key, rows in tables.items()
    }
    table = max([best.chunk, *tables], key=lambda key: len(named[key]))
    if len(named[table]) > 1:
        rows = named[table][:MAX_SENTENCES]
        claims = [_claim(query, table, row) for row in rows]
        difference = table_answers.difference(query, rows, table_answers.decimal_of(chunks[table]))
        return [*claims, Claim(text=difference, chunk=table, quote=rows[1].text)] if difference else claims
    decimal = table_answers.decimal_of(chunks[best.chunk])
    if columns := table_answers.column_difference(query, best.sentence, decimal):
        claim = _claim(query, best.chunk, best.sentence)
        return [claim, Claim(text=columns, chunk=best.chunk, quote=best.sentence.text)]
    at = tables[best.chunk].index(best.sentence)
    near = sorted((i for i in range(len(tables[best.chunk])) if i != at), key=lambda i: abs(i - at))
    others = [tables[best.chunk][i] for i in sorted(near[: MAX_SENTENCES - 1])]
    return [_claim(query, best.chunk, row) for row in (best.sentence, *others)]


def _continuation(query: scoring.Query, best: scoring.ScoredSentence, chunks: _Chunks) -> list[Claim]:
    """Return the sentence after the best one if one of the two refers to the other, else nothing."""
    chunk = chunks[best.chunk]
    at = next(i for i, sentence in enumerate(chunk.sentences) if sentence.id == best.sentence.id) + 1
    if at == len(chunk.sentences):
        after = (c for c in chunks.values() if c.document == chunk.document and c.ordinal == chunk.ordinal + 1)
        chunk, at = next(after, chunk), 0
    following = next((s for s in chunk.sentences[at:] if is_evidence(query.text, s)), None)
    if best.sentence.kind not in ("prose", "item") or following is None or following.id == best.sentence.id:
        return []
    belongs = best.sentence.text.endswith(":") or (following.kind == "prose" and _CONTINUES.match(following.text))
    return [_claim(query, chunk.id, following)] if belongs else []
