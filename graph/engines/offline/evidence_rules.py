"""The rule by which a quote counts as an answer: it names what the question names, and holds what it asks for.

A quote answers if its sentence, with the headings above it, names every entity, attribute, time and place of the
question, says it with the same polarity, and holds a value of the asked kind that the question does not hold itself.
Every other quote is only related. Inflections, short forms, synonyms and typing errors are allowed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from graph.engines.offline import table_answers
from graph.engines.offline.asked_words import (
    ASKED_KIND,
    BOUNDS,
    CAPITALISED,
    DATE,
    FRAME,
    HOW_MANY,
    HOW_MUCH,
    KINDS,
    LOWER_BOUND,
    MEASURES,
    NAME_RUN,
    NEGATED_QUESTION,
    NEGATIVE,
    NUMBER,
    PLACE,
    REASON,
    SYNONYMS,
    UPPER_BOUND,
    VALUE_NOUN,
    WORD,
)
from graph.engines.offline.unnamed_words import left_to_the_document, may_go_unnamed
from graph.retrieval import scoring, terms
from graph.retrieval.lists import items_after
from graph.storage.base import ChunkRow, SentenceRow
from graph.storage.fulltext import stem
from graph.types import Claim

# The cosine of question and sentence from which a sentence that names everything is taken for an answer. On 1,000
# questions over eight articles with 400 answers: at 0.6, 121 are right and proven and 28 wrong; at 0.6 and 0.45 where a
# value of a kind is asked for, 127 and 35; at 0.55 and 0.45, 129 and 41; at 0.0, 134 and 56.
_MIN_COSINE, _MIN_COSINE_OF_VALUE = 0.6, 0.45
_MIN_NAMED = 2
_NUMBER_NEAR = 5  # words between a number and what it counts
_MIN_TYPO = 5  # letters of a word in which one wrong letter may be a typing error
_MIN_PREFIX = 5  # letters that two forms of a word share ("administer", "administration")


@dataclass(frozen=True, slots=True)
class Evidence:
    """A quote and what holds for it."""

    quote: str
    """The sentence, or the row with its caption, bands, label and columns."""
    above: str
    """Its headings, and the title and name of its document."""
    label: str = ""
    """The label of a table row; "" for other sentences."""
    caption: str = ""
    """What the text of a row has before its label: the caption and bands of its table."""
    is_alone: bool = False
    """Whether no other row's label ends with the same word."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known around a quote; without it the quote itself has to name everything."""

    weights: Mapping[str, float]
    """The idf of each stemmed word of the question."""
    subjects: str
    """The words of the question that the quote leaves to its document."""
    heads: frozenset[str]
    """The stems of the last words of the labels of the other rows."""


def mark_related(
    query: scoring.Query,
    claims: Sequence[Claim],
    scored: Sequence[scoring.ScoredSentence],
    chunks: Mapping[str, ChunkRow],
    titles: Mapping[str, str],
    subjects: Mapping[str, Sequence[str]] | None = None,
) -> list[Claim]:
    """Return claims, those that answer first; the others are marked as related.

    Args:
        query: The question.
        claims: Claims that quote sentences of the chunks.
        scored: The scored sentences of the chunks.
        chunks: The chunks by id.
        titles: Titles of documents by id.
        subjects: Words of the question that a whole document is about, by its id.
    """
    found = {(one.chunk, one.sentence.text): one for one in scored}
    answers: list[Claim] = []
    others: list[Claim] = []
    listed: set[str] = set()
    for claim in claims:
        chunk = chunks[claim["chunk"]]
        sentence = next((s for s in chunk.sentences if s.text == claim["quote"]), None)
        scored_one = found.get((chunk.id, claim["quote"]))
        if sentence and (
            sentence.id in listed
            or _is_extreme(query, sentence, chunk)
            or answers_question(
                query.text, sentence, chunk, titles, scored_one, _around(query, sentence, chunk, chunks, subjects or {})
            )
        ):
            answers.append(claim)
            listed |= {item.id for _, item in items_after(sentence, chunk, chunks.values())[0]}
        else:
            others.append({**claim, "related": True})
    return [*answers, *others]


def _around(
    query: scoring.Query,
    sentence: SentenceRow,
    chunk: ChunkRow,
    chunks: Mapping[str, ChunkRow],
    subjects: Mapping[str, Sequence[str]],
) -> Surroundings:
    own = [other for other in chunks.values() if other.document == chunk.document]
    rows = [row for other in own for row in other.sentences if row.cells and row.id != sentence.id]
    left = left_to_the_document(query.text, subjects.get(chunk.document, ()), sentence.text)
    return Surroundings(query.term_weights, left, frozenset(_head(row.cells[0][1]) for row in rows))


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
    """Return the ids of chunks with a sentence that answers, however little it is like the question.

    One word alone is named by too many sentences; one row that has it may be the one asked for ("rent").
    """
    few = len(required_words(query.text, asked_kind(query.text))) < _MIN_NAMED
    answering = [
        one for one in scored if one.named or answers_question(query.text, one.sentence, chunks[one.chunk], titles, one)
    ]
    rows = [one for one in answering if one.sentence.kind == "row"]
    kept = [one for one in answering if one.named or not few] + (rows if len(rows) == 1 else [])
    return {one.chunk for one in kept}


def answers_question(
    question: str,
    sentence: SentenceRow,
    chunk: ChunkRow,
    titles: Mapping[str, str],
    scored: scoring.ScoredSentence | None,
    around: Surroundings | None = None,
) -> bool:
    """Return whether a sentence answers a question, and not only is about its subject.

    The meaning of a row is told by its cells, and that of a sentence whose clause or heading the question names by it;
    any other has to be near the question as a whole too. With its surroundings known, a sentence that is may leave
    out some words, see `unnamed_words`.
    """
    named = scored is not None and scored.named
    above = " | ".join([*chunk.headings, titles.get(chunk.document, ""), chunk.name, around.subjects if around else ""])
    if named:
        above += f" | {sentence.search} | " + " ".join(_PLACE_NAMED.findall(question))
    is_row = sentence.kind == "row" and bool(sentence.cells)
    labelled = not is_row and sentence.search != sentence.text
    least = _MIN_COSINE if asked_kind(question) in ("", "reason") else _MIN_COSINE_OF_VALUE
    near = labelled or (scored is not None and scored.cosine >= least)
    if not (near or named or is_row or under_named_heading(question, chunk)):
        return False
    if not is_row:
        close = scored is not None and scored.cosine >= _MIN_COSINE
        return not why_related(question, Evidence(sentence.search, above), around.weights if around and close else None)
    caption = sentence.search.partition(". ")[0] if ". " in sentence.search.partition(" | ")[0] else ""
    label = sentence.cells[0][1]
    alone = around is not None and _head(label) not in around.heads
    return not why_related(question, Evidence(sentence.search, above, label, caption, alone))


def under_named_heading(question: str, chunk: ChunkRow) -> bool:
    """Return whether the last heading above a chunk has all words that a question asks about, two or more."""
    words = required_words(question, asked_kind(question))
    held = _stems(chunk.headings[-1]) if chunk.headings else frozenset[str]()
    return len(words) > 1 and all(_is_named(word, held, frozenset()) for word in words)


_PLACE_NAMED = re.compile(
    r"\b(?:clauses?|sections?|articles?|paragraphs?|rules?|chapters?|items?|points?|appendix|annex|schedule)\b|\b\d+(?:\.\d+)*\b"
    r"|\b(?:name|applicant|candidate|author|person|sender)\b",
    re.IGNORECASE,
)


def why_related(question: str, evidence: Evidence, weights: Mapping[str, float] | None = None) -> str:
    """Return why a quote is not an answer to a question, as a clause; "" if it is one.

    With the weights of words, some may be missing, see `unnamed_words`.
    """
    kind = asked_kind(question)
    missing = missing_words(question, kind, evidence)
    required = required_words(question, kind) if missing else ()
    if missing and (weights is None or not may_go_unnamed(question, required, missing, evidence.quote, weights)):
        return f"the quote does not name {', '.join(missing)}"
    own = _stems(evidence.quote.removeprefix(evidence.caption))
    if evidence.caption and not any(_is_named(word, own, frozenset()) for word in required_words(question, kind)):
        return "only its caption is about what is asked"
    if name := _other_name(question, evidence) or _other_row(question, evidence):
        return f"the quote is not about {name}"
    if bool(NEGATED_QUESTION.search(question)) != _is_negated(question, evidence.quote):
        return "one of question and quote is negated"
    return "" if _holds_value(question, kind, evidence) else "the quote holds no value of the asked kind"


@lru_cache(maxsize=64)  # asked of each of some 600 sentences of a question
def asked_kind(question: str) -> str:
    """Return what kind of value a question asks for: number, count, date, name, place or reason; "" for any."""
    return next((kind for kind, pattern in KINDS if pattern.search(question)), "")


def missing_words(question: str, kind: str, evidence: Evidence) -> list[str]:
    """Return the words of a question that neither the quote nor what stands above it names."""
    held, initials = _stems(f"{evidence.quote} {evidence.above}"), _initials(f"{evidence.quote} | {evidence.above}")
    missing = [word for word in required_words(question, kind) if not _is_named(word, held, initials)]
    measured = [
        found.group().lower()
        for names, units in (*MEASURES, *BOUNDS)
        if units.search(evidence.quote)
        for found in names.finditer(question)
    ]
    return [word for word in missing if not any(word.lower() in phrase for phrase in measured)]


@lru_cache(maxsize=64)
def required_words(question: str, kind: str) -> tuple[str, ...]:
    """Return the words of a question that an answer has to name: no stop words, not the kind of thing asked for."""
    kinds: set[str] = set()
    for found in ASKED_KIND.finditer(question):
        first, second = found[1].lower(), (found[2] or "").lower()
        kinds |= {first} | ({second} if first in FRAME else set())
    kinds = {word for word in kinds if not any(names.fullmatch(word) for names, _ in MEASURES)}
    kinds |= {found.lower() for found in VALUE_NOUN.findall(question)}
    kinds |= {"paid", "spent", "pay", "spend", "cost", "money"} if HOW_MUCH.search(question) else set()
    content = frozenset(terms.content_terms(question)) - FRAME - kinds
    kept = []
    for word in WORD.findall(question):
        code = word.isdigit() or (len(word) == 1 and word.isupper() and word not in "AI")
        if code or (word.lower() in content and len(word) > 1):
            kept.append(word)
    return tuple(dict.fromkeys(kept))


def _is_named(word: str, held: frozenset[str], initials: frozenset[str]) -> bool:
    form, lower = stem(word.lower()), word.lower()
    if form in held or lower in held or lower in initials:
        return True
    if any(form in group and group & held for group in SYNONYMS):
        return True
    if len(lower) <= 3 or any(letter.isdigit() for letter in lower):
        return False
    if lower in _MONTH_NAMES and any(lower.startswith(other) for other in held & _MONTHS):
        return True
    if len(form) >= _MIN_PREFIX and any(
        other[: len(form) - 1] == form[:-1] or (len(other) >= _MIN_PREFIX and form.startswith(other)) for other in held
    ):
        return True
    return len(lower) >= _MIN_TYPO and any(_is_typo(lower, other) for other in held)


_MONTHS = frozenset(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec"])
_MONTH_NAMES = frozenset(
    ["january", "february", "march", "april", "june", "july", "august", "september", "october", "november", "december"]
)


def _is_typo(word: str, other: str) -> bool:
    """Return whether two words differ by one letter: wrong, missing, added, or exchanged with its neighbour."""
    if abs(len(word) - len(other)) > 1 or word[0] != other[0] or word == other:
        return word == other
    at = next((i for i, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), min(len(word), len(other)))
    swapped = word[at : at + 2] == other[at : at + 2][::-1] and word[at + 2 :] == other[at + 2 :]
    return swapped or word[at + 1 :] == other[at + 1 :] or word[at:] == other[at + 1 :] or word[at + 1 :] == other[at:]


def _stems(text: str) -> frozenset[str]:
    words = {word.lower() for word in WORD.findall(text)}
    return frozenset(words | {stem(word) for word in words})


def _initials(text: str) -> frozenset[str]:
    """Return the initials of the names in a text, by which a question may call them ("GRPO")."""
    runs = (re.findall(r"\b[A-Za-z]", found) for found in NAME_RUN.findall(text))
    return frozenset("".join(letters).lower() for letters in runs if len(letters) > 1)


def _other_name(question: str, evidence: Evidence) -> str:
    """Return a name of several words in the question whose words the quote holds only in other names; "" for none."""
    places = " ".join(WORD.findall(f"{evidence.quote} | {evidence.above}".lower()))
    for found in NAME_RUN.finditer(question):
        name = found.group()
        words = [word.lower() for word in WORD.findall(name)]
        telling = [word for word in words if word not in terms.STOP_WORDS and word != "s"]
        near = all(_next_to(places, one, other) for one, other in pairwise(telling))
        if len(telling) > 1 and not near and "".join(word[0] for word in telling) not in places.split():
            return name
    return ""


def _other_row(question: str, evidence: Evidence) -> str:
    """Return the label of a row that the question names in part only: "Gannet Bay" where it asks for "Gannet".

    The only row of "Common gannets" is that of "gannets": a common noun is the head of its label.
    """
    label = [word for word in terms.content_terms(evidence.label) if not word.isdigit()]
    asked, initials = _stems(question), _initials(question)
    named = [_is_named(word, asked, initials) for word in label]
    is_head = (
        evidence.is_alone and _head(evidence.label).isalpha() and _is_named(_head(evidence.label), asked, initials)
    )
    return evidence.label if any(named) and not all(named) and not is_head else ""


def _head(label: str) -> str:
    """Return the stem of a label's last word; "" if it is a name."""
    last = label.split()[-1] if label.split() else ""
    return stem(last) if last.islower() else ""


def _next_to(text: str, first: str, second: str) -> bool:
    """Return whether two words stand next to each other in a text, with at most two small words between."""
    between = r"(?:\w{1,3} ){0,2}"
    one, two = re.escape(first), re.escape(second)
    return bool(re.search(rf"\b{one}\w{{0,2}} (?:s )?{between}{two}|\b{two}\w{{0,2}} {between}{one}", text))


def _is_negated(question: str, quote: str) -> bool:
    """Return whether a negation stands among the words of a quote that the question holds."""
    asked = frozenset(stem(word.lower()) for word in WORD.findall(question)) - terms.STOP_WORDS
    at = [found.start() for found in WORD.finditer(quote) if stem(found.group().lower()) in asked]
    if not at:
        return False
    bounds = [found.span() for bound in (UPPER_BOUND, LOWER_BOUND) for found in bound.finditer(quote)]
    return any(
        at[0] - 12 <= found.start() <= at[-1]
        for found in NEGATIVE.finditer(quote)
        if not any(start <= found.start() < end for start, end in bounds)  # "not more than 40" denies nothing
    )


def _holds_value(question: str, kind: str, evidence: Evidence) -> bool:
    """Return whether a quote holds a value of the asked kind that is not in the question."""
    quote, known = evidence.quote, frozenset(word.lower() for word in WORD.findall(question))
    if kind == "count":
        return _counts(question, quote, known, near=not evidence.label)
    if kind in ("number", "date"):
        return _new(NUMBER if kind == "number" else DATE, quote, known)
    if kind == "name":
        return any(name.lower() not in known | terms.STOP_WORDS for name in CAPITALISED.findall(quote))
    if kind in ("place", "reason"):
        return bool((PLACE if kind == "place" else REASON).search(quote))
    return any(word.lower() not in known | terms.STOP_WORDS for word in WORD.findall(quote))


def _new(pattern: re.Pattern[str], quote: str, known: Iterable[str]) -> bool:
    return any(found.group().lower() not in known for found in _numbers(pattern, quote))


def _numbers(pattern: re.Pattern[str], text: str) -> Sequence[re.Match[str]]:
    """Return the words of a text that match a pattern, whole."""
    return [found for found in re.finditer(r"[\w.,:]*\w", text) if pattern.search(found.group())]


def _counts(question: str, quote: str, known: frozenset[str], *, near: bool) -> bool:
    """Return whether a quote holds a number that the question does not, by the thing that is counted."""
    asked = HOW_MANY.search(question)
    counted = frozenset(stem(word.lower()) for word in (asked.groups() if asked else ()) if word) - terms.STOP_WORDS
    words = [found.group() for found in re.finditer(r"[\w.,]*\w", quote)]
    numbers = [at for at, word in enumerate(words) if NUMBER.search(word) and word.lower() not in known]
    things = [at for at, word in enumerate(words) if stem(word.lower()) in counted]
    if not near or not things:
        return bool(numbers)
    return any(-2 <= thing - number <= _NUMBER_NEAR for number in numbers for thing in things)
