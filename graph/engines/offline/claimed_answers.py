"""The choice of the quotes that answer: by the evidence rule, in a list, or as the sentence that fits by far best.

A sentence answers if it passes the rule of `evidence_rules`. If none of the best three does, the next ones are tried,
and for a short question the sentence that fits by far best (`nearest`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from graph.engines.offline import table_answers
from graph.engines.offline.asked_words import MEASURES, NEGATED_QUESTION
from graph.engines.offline.comments import comments_asked, is_asked_for, is_comment
from graph.engines.offline.document_opening import implied_by_opening, is_about_one_person
from graph.engines.offline.doers import names_doer
from graph.engines.offline.everyday_words import is_everyday
from graph.engines.offline.evidence_rules import Surroundings, answers_question, why_related
from graph.engines.offline.listed_answers import formula_after, is_way, items_by_form, with_items
from graph.engines.offline.nearest import may_be_nearest, may_stay_unsaid, nearest
from graph.engines.offline.other_persons import asks_holder
from graph.engines.offline.other_things import Evidence, head, headings_above
from graph.engines.offline.permissions import rules_on
from graph.engines.offline.required_words import (
    MIN_NAMED,
    asked_kind,
    asked_verb,
    is_plainly_asked,
    missing_words,
    required_words,
    units_asked,
)
from graph.engines.offline.row_fit import answers_another, of_several_holders, of_several_totals
from graph.engines.offline.text_around import ADDRESS, referred_to
from graph.engines.offline.unnamed_words import implied_by_document
from graph.engines.offline.word_forms import is_named, stems
from graph.retrieval import scoring
from graph.retrieval.antecedents import has_open_pronoun
from graph.retrieval.definitions import BESIDE, defined, defines, is_undefined
from graph.retrieval.lists import items_after
from graph.retrieval.procedures import asks_how_done, says_how
from graph.storage.rows import ChunkRow, SentenceRow
from graph.types import Claim

# Further sentences, best first, that are tried where none of the best three answers. Set by judgement.
_MOST_OVERLOOKED = 12
_PERSON = re.compile(
    r"(?:(?:curriculum vitae|cv|application|r[ée]sum[ée])(?: (?:of|for))?[:,]? )?(?:(?:Dr|Prof|Mr|Mrs|Ms|Miss)\.? )?"
    r"(?-i:[A-Z][\w'’-]+(?: [A-Z]\.)?(?: [A-Z][\w'’-]+){1,2})(?:, [^.;]{2,50})?",
    re.IGNORECASE,
)


_ASKS_HOW_LONG = re.compile(r"\bhow long\b.*\b(?:take|last)\W*$", re.IGNORECASE)
_LASTS = re.compile(r"\b(?:last(?:s|ed|ing)?|tak(?:es?|ing)|took|duration)\b", re.IGNORECASE)


class Implied(NamedTuple):
    """Words that quotes need not name, since their documents imply them; by the documents' ids."""

    subjects: Mapping[str, Sequence[str]] = {}
    """Words of the question that a whole document is about."""
    openings: Mapping[str, str] = {}
    """The first lines of short documents."""
    alone: bool = False
    """Whether the library has one document only."""


_NOTHING_IMPLIED = Implied()


def mark_related(
    query: scoring.Query,
    claims: Sequence[Claim],
    scored: Sequence[scoring.ScoredSentence],
    chunks: Mapping[str, ChunkRow],
    titles: Mapping[str, str],
    implied: Implied = _NOTHING_IMPLIED,
) -> list[Claim]:
    """Return claims, answers first; the others are marked as related, and all if the question `is_about_nothing`.

    Args:
        query: The question.
        claims: Claims that quote sentences of the chunks.
        scored: The scored sentences of the chunks.
        chunks: The chunks by id.
        titles: Titles of documents by id.
        implied: Words that quotes need not name.
    """
    if is_about_nothing(query.text, chunks, titles, implied):
        return [{**claim, "related": True} for claim in claims]
    answers, others = _divided(query, claims, scored, chunks, titles, implied)
    if (one := _rather_named(query, answers, scored, chunks, titles, implied)) is not None:
        dropped: list[Claim] = [{**claim, "related": True} for claim in answers]
        answers, others = [one], [*dropped, *others]
    parts = _parts_of_whole(query, answers, chunks)
    rows = [row for chunk in chunks.values() for row in chunk.sentences if row.kind == "row"]
    quotes = {claim["quote"] for claim in answers}
    parts |= of_several_holders(query.text, quotes, rows) | of_several_totals(query.text, quotes, rows)
    related: list[Claim] = [{**claim, "related": True} for claim in answers if claim["quote"] in parts]
    answers, others = [claim for claim in answers if claim["quote"] not in parts], [*related, *others]
    if not answers and not parts:
        answers = _overlooked(query, others, scored, chunks, titles, implied)
    return [*answers, *others]


def _divided(
    query: scoring.Query,
    claims: Sequence[Claim],
    scored: Sequence[scoring.ScoredSentence],
    chunks: Mapping[str, ChunkRow],
    titles: Mapping[str, str],
    implied: Implied,
) -> tuple[list[Claim], list[Claim]]:
    """Return the claims whose quotes answer, and the others, marked as related."""
    found = {(one.chunk, one.sentence.text): one for one in scored}
    answers: list[Claim] = []
    others: list[Claim] = []
    listed = {sentence.id for _, sentence in items_by_form(query.text, chunks)}
    for claim in claims:
        chunk = chunks[claim["chunk"]]
        sentence = _quoted(query, claim, chunk)
        items = [item for _, item in items_after(sentence, chunk, chunks.values())[0]] if sentence else []
        around = _around(query, sentence, chunk, chunks, implied) if sentence else None
        scored_one = _with_antecedent(query, sentence, chunk, found) if sentence else None
        if sentence and (
            sentence.id in listed
            or _answers_by_form(query, sentence, chunk, chunks)
            or (around and _answers(query, with_items(sentence, items), chunk, titles, scored_one, around))
        ):
            answers.append(claim)
            listed |= {item.id for item in items} | formula_after(sentence, chunk)
        else:
            others.append({**claim, "related": True})
    return answers, others


def _rather_named(
    query: scoring.Query,
    answers: Sequence[Claim],
    scored: Sequence[scoring.ScoredSentence],
    chunks: Mapping[str, ChunkRow],
    titles: Mapping[str, str],
    implied: Implied,
) -> Claim | None:
    """Return a claim that names what a question asks a value of, where all answers leave that to the title.

    Under the title "Works at Elm House" any time would say how long the works take, but one sentence says it of them:
    "we expect the work to last ten weeks", not "after the work, wait five minutes".
    """
    kind = asked_kind(query.text)
    words = [word for word in required_words(query.text, kind) if not any(of.fullmatch(word) for of, _ in MEASURES)]
    if kind not in ("number", "count", "date") or not words or not answers:
        return None

    def names(sentence: SentenceRow, chunk: ChunkRow) -> bool:
        called = titles.get(chunk.document, "").split(" | ")
        own = [sentence.search, *(one for one in headings_above(sentence, chunk) if one not in called)]
        held = stems(ADDRESS.sub(" ", " | ".join(own)))
        lasts = not _ASKS_HOW_LONG.search(query.text) or bool(_LASTS.search(sentence.text))
        return lasts and any(is_named(word, held, frozenset()) for word in words)

    quoted = {(claim["chunk"], claim["quote"]) for claim in answers}
    if any(names(one, chunk) for chunk in chunks.values() for one in chunk.sentences if (chunk.id, one.text) in quoted):
        return None
    for one in sorted(scored, key=lambda one: -one.fit)[:_MOST_OVERLOOKED]:
        chunk = chunks[one.chunk]
        if one.sentence.kind in ("prose", "item") and names(one.sentence, chunk):
            around = _around(query, one.sentence, chunk, chunks, implied)
            if answers_question(query.text, one.sentence, chunk, titles, one, around):
                return Claim(text=one.sentence.text, chunk=one.chunk, quote=one.sentence.text)
    return None


def _parts_of_whole(query: scoring.Query, claims: Sequence[Claim], chunks: Mapping[str, ChunkRow]) -> set[str]:
    """Return the quotes of rows of which none answers how many or how much there is, since each is one part of it.

    "How much energy was used in 2020?" is not answered by two of four rows of sources, none of which it names.
    """
    if asked_kind(query.text) not in ("number", "count"):
        return set()
    parts: set[str] = set()
    for chunk in {claim["chunk"] for claim in claims}:
        quotes = {claim["quote"] for claim in claims if claim["chunk"] == chunk}
        rows = [row for row in chunks[chunk].sentences if row.kind == "row" and len(row.cells) > 1]
        quoted = [row for row in rows if row.text in quotes]
        if len(quoted) > 1 and not any(table_answers.alone_named(query, row, rows) for row in quoted):
            parts |= {row.text for row in quoted}
    return parts


def is_about_nothing(
    question: str, chunks: Mapping[str, ChunkRow], titles: Mapping[str, str], implied: Implied
) -> bool:
    """Return whether a question's pronoun stands for nothing; "it" in "How was it made?" may be a document's subject.

    "His phone number" is that of a document's person, if the title names one or the library has no other document.
    """
    documents = {chunk.document for chunk in chunks.values()}
    of_one = len(documents) == 1
    called = (part for document in documents for part in titles.get(document, "").split(" | "))
    of_person = of_one and (
        implied.alone
        or any(map(_PERSON.fullmatch, called))
        or any(is_about_one_person(opening) for opening in implied.openings.values())
    )
    by_steps = of_one and asks_how_done(question) and bool(items_by_form(question, chunks))
    return has_open_pronoun(question, of_one=of_one, of_person=of_person) and not by_steps


def _quoted(query: scoring.Query, claim: Claim, chunk: ChunkRow) -> SentenceRow | None:
    """Return the sentence that a claim quotes; None for a row that says less than is asked, or something else."""
    sentence = next((s for s in chunk.sentences if s.text == claim["quote"]), None)
    return sentence if sentence and _row_fits(query, sentence, claim["text"], chunk) else None


def _row_fits(query: scoring.Query, sentence: SentenceRow, said: str, chunk: ChunkRow) -> bool:
    """Return whether a row says what is asked and not less; True for other sentences."""
    if sentence.kind != "row":
        return True
    rows = [one for one in chunk.sentences if one.kind == "row"]
    short = table_answers.falls_short(query.text, sentence, said)
    return not short and not answers_another(query, sentence, said, rows)


def _answers(
    query: scoring.Query,
    sentence: SentenceRow,
    chunk: ChunkRow,
    titles: Mapping[str, str],
    scored: scoring.ScoredSentence | None,
    around: Surroundings,
) -> bool:
    """Return whether a sentence has the evidence that a question asks for, and, if asked, explains what a thing is."""
    if is_undefined(query.text, sentence):
        return False
    if asks_how_done(query.text) and (sentence.kind == "caption" or not says_how(query.text, sentence.text)):
        return False
    return answers_question(query.text, sentence, chunk, titles, scored, around)


def _answers_by_form(
    query: scoring.Query, sentence: SentenceRow, chunk: ChunkRow, chunks: Mapping[str, ChunkRow]
) -> bool:
    """Return whether a sentence is the extreme row, the comment or one of the ways that a question asks for."""
    if defines(query.text, sentence) >= BESIDE:
        return True
    is_one_way = is_way(query.text, sentence) and not NEGATED_QUESTION.search(query.text)
    return is_one_way or _is_extreme(query, sentence, chunk) or is_asked_for(query.text, sentence, chunks)


def _overlooked(
    query: scoring.Query,
    others: Sequence[Claim],
    scored: Sequence[scoring.ScoredSentence],
    chunks: Mapping[str, ChunkRow],
    titles: Mapping[str, str],
    implied: Implied,
) -> list[Claim]:
    """Return a claim with the best further sentence that answers, as a list; empty if there is none."""
    everyday = is_everyday(query.text)
    one = nearest_answer(query, scored, chunks, titles) if everyday else None
    said = table_answers.statement(query, one.sentence) if one else ""
    if one and not is_undefined(query.text, one.sentence) and _row_fits(query, one.sentence, said, chunks[one.chunk]):
        return [Claim(text=said, chunk=one.chunk, quote=one.sentence.text)]
    units = units_asked(query.text)
    near = sorted(scored, key=lambda one: -one.fit)
    measured = [one for one in near if any(unit.search(one.sentence.text) for unit in units)]
    if everyday and not measured and not is_plainly_asked(query.text, "") and not asks_holder(query.text):
        return []
    doers = [one for one in near if names_doer(asked_verb(query.text), one.sentence.text)]
    quoted = {claim["quote"] for claim in others}
    # Of 781 questions on short papers five were wrong and proven by the fourth row to the twelfth beside a name.
    kinds = ("prose", "item", "row") if everyday else ("prose", "item")
    for one in [*near[:_MOST_OVERLOOKED], *measured[:_MOST_OVERLOOKED], *doers]:
        chunk = chunks[one.chunk]
        if one.sentence.text in quoted or one.sentence.kind not in kinds:
            continue
        said = table_answers.statement(query, one.sentence)
        if is_undefined(query.text, one.sentence) or not _row_fits(query, one.sentence, said, chunk):
            continue
        around = _around(query, one.sentence, chunk, chunks, implied)
        if answers_question(query.text, one.sentence, chunk, titles, one, around):
            return [Claim(text=said, chunk=one.chunk, quote=one.sentence.text)]
    return []


def nearest_answer(
    query: scoring.Query,
    scored: Sequence[scoring.ScoredSentence],
    chunks: Mapping[str, ChunkRow],
    titles: Mapping[str, str],
) -> scoring.ScoredSentence | None:
    """Return the sentence that answers because it fits by far best (`nearest`); None if there is none."""
    question, kind = query.text, asked_kind(query.text)
    one = nearest(query, scored, chunks) if may_be_nearest(question, kind) else None
    if one is None:
        return None
    chunk, sentence = chunks[one.chunk], one.sentence
    above = " | ".join([*headings_above(sentence, chunk), *titles.get(chunk.document, "").split(" | "), chunk.name])
    label = sentence.cells[0][1] if sentence.kind == "row" and sentence.cells else ""
    evidence = Evidence(sentence.search if label else sentence.text, above, label)
    missing = missing_words(question, kind, evidence)
    if not may_stay_unsaid(question, missing, sentence.text):
        return None
    return one if not why_related(question, replace(evidence, above=f"{above} | {' '.join(missing)}")) else None


def _with_antecedent(
    query: scoring.Query,
    sentence: SentenceRow,
    chunk: ChunkRow,
    found: Mapping[tuple[str, str], scoring.ScoredSentence],
) -> scoring.ScoredSentence | None:
    """Return a sentence with its scores; if it refers to the one before it, with the higher cosine of the two.

    "It will cost 9 pounds" is an example. Only for numbers and dates: of 1,000 questions six others went wrong with it.
    """
    own = found.get((chunk.id, sentence.text))
    if own is None or asked_kind(query.text) not in ("number", "date"):
        return own
    before = found.get((chunk.id, referred_to(query.text, sentence, chunk)), own)
    return replace(own, cosine=max(own.cosine, before.cosine))


def _around(
    query: scoring.Query,
    sentence: SentenceRow,
    chunk: ChunkRow,
    chunks: Mapping[str, ChunkRow],
    implied: Implied,
) -> Surroundings:
    own = [other for other in chunks.values() if other.document == chunk.document]
    rows = [row for other in own for row in other.sentences if row.cells and row.id != sentence.id]
    subjects = implied_by_document(query.text, implied.subjects.get(chunk.document, ()), sentence.text)
    opening = implied_by_opening(query.text, implied.openings.get(chunk.document, ""), sentence.search)
    headings = {one.text for other in own for one in other.sentences if one.is_heading}
    headings |= {heading for other in own for heading in other.headings}
    return Surroundings(
        query.term_weights,
        f"{subjects} {opening}",
        frozenset(head(row.cells[0][1]) for row in rows),
        frozenset(headings - set(headings_above(sentence, chunk))),
    )


def _is_extreme(query: scoring.Query, sentence: SentenceRow, chunk: ChunkRow) -> bool:
    """Return whether a row has the most or least that a question asks for, in a table with all its other words."""
    best = table_answers.extreme_row(query, chunk) if table_answers.settles(query, chunk) else None
    return best is not None and best.id == sentence.id


def answering_chunks(
    query: scoring.Query,
    scored: Sequence[scoring.ScoredSentence],
    chunks: Mapping[str, ChunkRow],
    titles: Mapping[str, str],
) -> set[str]:
    """Return the ids of chunks with a sentence that answers, even if it is hardly similar to the question.

    If a question has one word only ("rent"), too many sentences name it: only a single row or comment counts then.
    """
    few = len(required_words(query.text, asked_kind(query.text))) < MIN_NAMED
    answering = [
        one for one in scored if one.named or answers_question(query.text, one.sentence, chunks[one.chunk], titles, one)
    ]
    rows = [one for one in answering if one.sentence.kind == "row" or is_comment(one.sentence)]
    required = required_words(query.text, "")
    clear = [one for one in answering if one.named or not few or rules_on(query.text, required, one.sentence.text)]
    if defined(query.text):
        clear += [one for one in scored if defines(query.text, one.sentence) >= BESIDE]
    kept = clear + (rows if len(rows) == 1 else [])
    if not kept and (near := nearest_answer(query, scored, chunks, titles)) is not None:
        kept = [near]
    return {one.chunk for one in kept} | {chunk for chunk, _ in comments_asked(query.text, chunks.values())}
