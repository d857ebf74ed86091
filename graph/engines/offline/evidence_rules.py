"""The rule by which a quote counts as an answer: it names what the question names, and holds what it asks for.

A quote answers if its sentence, with the headings above it, names every entity, attribute, time and place of the
question, says it with the same polarity, and holds a value of the asked kind that the question does not hold itself.
Every other quote is only related. Inflections, short forms, synonyms and typing errors are allowed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from graph.engines.offline.asked_values import holds_value, is_value_of_another
from graph.engines.offline.asked_words import (
    ASKED_KIND,
    BOUNDS,
    FRAME,
    HOW_MUCH,
    KINDS,
    MEASURES,
    NAME_RUN,
    VALUE_NOUN,
    WORD,
)
from graph.engines.offline.comments import is_comment
from graph.engines.offline.everyday_words import asks_for_oneself, circumstances, is_everyday, is_written_formally
from graph.engines.offline.other_things import (
    Evidence,
    codes_of_others,
    head,
    headings_above,
    is_done_to_another,
    numbers_of_others,
    other_name,
    other_person,
    other_row,
    other_value,
    says,
    says_outright,
)
from graph.engines.offline.permissions import (
    PERMISSION_WORDS,
    asks_permission,
    asks_yes_or_no,
    differ_in_negation,
    rules_on,
    says_opposite,
)
from graph.engines.offline.unnamed_words import is_replaced, may_go_unnamed
from graph.engines.offline.word_forms import initials_of, is_month_within, is_named, stems
from graph.retrieval import scoring, terms
from graph.retrieval.antecedents import antecedent
from graph.retrieval.asked_parts import marks_asked, words_in_address
from graph.retrieval.languages import language
from graph.storage.rows import ChunkRow, SentenceRow

# The cosine of question and sentence from which a sentence that names everything is taken for an answer. On 1,000
# questions over eight articles with 400 answers: at 0.6, 121 are right and proven and 28 wrong; at 0.6 and 0.45 where a
# value of a kind is asked for, 127 and 35; at 0.55 and 0.45, 129 and 41; at 0.0, 134 and 56.
_MIN_COSINE, _MIN_COSINE_OF_VALUE = 0.6, 0.45
_MIN_COSINE_OF_EVERYDAY = 0.3
MIN_NAMED = 2
_SHORT = 10  # words of a question for yes or no that may have names


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known around a quote; without it the quote itself has to name everything."""

    weights: Mapping[str, float]
    """The idf of each stemmed word of the question."""
    subjects: str
    """The words of the question that the quote leaves to its document."""
    heads: frozenset[str]
    """The stems of the last words of the labels of the other rows."""


def _pointed_to(question: str, sentence: SentenceRow, chunk: ChunkRow, named: bool) -> str:
    """Return what else stands for words of a question: what the sentence refers to, and the place it is named by."""
    found = f" | {referred_to(question, sentence, chunk)}"
    if named:
        found += f" | {sentence.search} | " + " ".join(_PLACE_NAMED.findall(question))
        found += f" | {' '.join(words_in_address(question, sentence.text))}"
    return found


def answers_question(
    question: str,
    sentence: SentenceRow,
    chunk: ChunkRow,
    titles: Mapping[str, str],
    scored: scoring.ScoredSentence | None,
    around: Surroundings | None = None,
) -> bool:
    """Return whether a sentence answers a question; a sentence that is only about its subject does not.

    Three kinds of sentences need no similarity to the question as a whole: rows of tables, sentences of a clause that
    the question names ("section 4.2"), and sentences under a heading that it names. All sentences must hold the words
    that the question needs (`why_related`). Where `around` is given, a sentence that is similar enough may lack some of
    them (`unnamed_words`).
    """
    named = scored is not None and scored.named
    if named and marks_asked(question):
        return True
    headings, title = headings_above(sentence, chunk), titles.get(chunk.document, "").split(" | ")
    if language(question) not in ("", "en"):
        return _answers_in_language(question, sentence, chunk, scored, [*headings, *title])
    is_row = sentence.kind == "row" and bool(sentence.cells)
    labelled = not is_row and (sentence.search != sentence.text or is_comment(sentence))
    another = is_about_another(question, sentence, chunk, title)
    near = (labelled or _is_near(question, sentence, scored)) and not another
    heading = headings[-1] if headings else ""
    of_document = titles.get(chunk.document, "")
    headed = is_named_heading(question, heading) or is_under_its_heading(question, heading, of_document)
    if not (near or named or is_row or (headed and not another)):
        return False
    if labelled and not (named or headed) and not _names_any(question, sentence, headings, title):
        return False
    above = " | ".join([*headings, *title, chunk.name, around.subjects if around else ""])
    above += _pointed_to(question, sentence, chunk, named)
    if not is_row:
        close = scored is not None and scored.cosine >= _MIN_COSINE
        above += f" | {sentence.search}" if labelled else ""
        evidence = Evidence(sentence.text, above, lead_in=headings[-1] if headings else "")
        return not why_related(question, evidence, around.weights if around and close else None)
    return not why_related(question, _of_row(sentence, above, around), around.weights if around else None)


def _of_row(sentence: SentenceRow, above: str, around: Surroundings | None) -> Evidence:
    """Return the row of a table as evidence."""
    caption = sentence.search.partition(". ")[0] if ". " in sentence.search.partition(" | ")[0] else ""
    label = sentence.cells[0][1]
    alone = around is not None and head(label) not in around.heads
    return Evidence(sentence.search, above, label, caption, alone)


def _is_near(question: str, sentence: SentenceRow, scored: scoring.ScoredSentence | None) -> bool:
    least = _MIN_COSINE if asked_kind(question) in ("", "reason") else _MIN_COSINE_OF_VALUE
    required = required_words(question, "")
    if is_plainly_asked(question, sentence.text) or (
        asked_kind(question) == "reason" and _BECAUSE.search(sentence.text)
    ):
        least = min(least, _MIN_COSINE_OF_EVERYDAY)
    near = scored is not None and scored.cosine >= least
    return near or rules_on(question, required, sentence.text) or says_outright(question, required, sentence.text)


def deed_asked(question: str) -> str:
    """Return what somebody does who is asked for: "repairs" of "Who repairs the hoist?"; "" for other questions."""
    doer = _WHO_DOES.match(question)
    return doer[1] if doer else ""


def is_plainly_asked(question: str, quote: str) -> bool:
    """Return whether a short question is for what its author may do, yes or no, or for a value of two things named.

    One for anything else ("What rises during sleep?") tells too little of what would answer it.
    """
    if _BEFORE_CODE.search(question):
        return any(code in quote for code in _CODE_NAMED.findall(question))
    if not is_everyday(question):
        return False
    if _SAYS_ABOUT.match(question):
        return True
    kind = asked_kind(question)
    valued = kind not in ("", "reason") and len(required_words(question, kind)) >= MIN_NAMED
    own = asks_for_oneself(question) and not _HOW_TO.match(question)
    return valued or own or asks_yes_or_no(question)


def _answers_in_language(
    question: str, sentence: SentenceRow, chunk: ChunkRow, scored: scoring.ScoredSentence | None, above: Sequence[str]
) -> bool:
    """Return whether a sentence answers a question that is in another language than English."""
    from graph.engines.offline import evidence_by_language  # its patterns take 20 ms at import

    if sentence.kind == "row" and sentence.cells:
        column, label = sentence.cells[0]
        return evidence_by_language.row_answers(question, sentence.search, label, [column, *above], chunk.text)
    least = _MIN_COSINE if evidence_by_language.is_open(question) else _MIN_COSINE_OF_VALUE
    near = scored is not None and (scored.named or scored.cosine >= least)
    return near and evidence_by_language.answers(question, sentence.search, above, _before(sentence, chunk), chunk.text)


_BECAUSE = re.compile(r"\b(?:because|due to|owing to)\b", re.IGNORECASE)
# "They won again in 1990": what the sentence is about stands in the one before it.
_REFERS = re.compile(r"(?:They|It|He|She|These|This|Those|Its|Their|His|Her|The (?:latter|former)|Both|Such)\b")


def referred_to(question: str, sentence: SentenceRow, chunk: ChunkRow) -> str:
    """Return the sentence before one that begins with a pronoun; "" for others, or where it has a word in place of one.

    On the 1,000 questions over eight articles, five more are right and proven with it, and two wrong.
    """
    if sentence.kind != "prose" or not _REFERS.match(sentence.text):
        return ""
    replaced = any(is_replaced(question, word, sentence.text) for word in required_words(question, ""))
    return _before(sentence, chunk) if not replaced else ""


_HE_OR_SHE = re.compile(r"(?:[\w ]{0,40} )?(?:he|she|his|her)\b", re.IGNORECASE)


def is_about_another(question: str, sentence: SentenceRow, chunk: ChunkRow, title: Sequence[str] = ()) -> bool:
    """Return whether a sentence is about another person or deed than the question.

    Its "he" or "she" stands for somebody whom the question does not name, or only headings and the title say what
    somebody does who is asked for.
    """
    doer, own = deed_asked(question), stems(sentence.search if sentence.kind == "row" else sentence.text)
    above = stems(" ".join([*headings_above(sentence, chunk), *title, chunk.name])) if doer else frozenset[str]()
    if doer and not says(doer, own) and says(doer, above):
        return True
    others = [word for word in required_words(question, "name") if doer and word != doer]
    if doer and sentence.kind != "row":
        # "Who took the minutes?" is not answered by whatever stands under the title "Minutes".
        unsaid = not says(doer, own) and not any(is_named(word, own, frozenset()) for word in others)
        if unsaid or is_done_to_another(doer, others, sentence.text):
            return True
    if sentence.kind != "prose" or not _HE_OR_SHE.match(sentence.text):
        return False
    told = antecedent(chunk, sentence.id)
    names = [name for name in NAME_RUN.findall(told) if " " in name]
    asked = [word for word in required_words(question, "") if word[0].isupper() and not question.startswith(word)]
    held = stems(told)
    return bool(names and asked) and not all(is_named(word, held, frozenset()) for word in asked)


def _before(sentence: SentenceRow, chunk: ChunkRow) -> str:
    """Return the sentence before one in its chunk; "" if there is none, or it is no prose."""
    at = next((at for at, other in enumerate(chunk.sentences) if other.id == sentence.id), 0)
    before = chunk.sentences[at - 1] if at else None
    return before.text if before and before.kind == "prose" else ""


def _names_any(question: str, sentence: SentenceRow, headings: Sequence[str], title: Sequence[str]) -> bool:
    """Return whether a sentence with a label names a word of a question itself, or its last heading names all of them.

    Under the title "Membership application" all lines of a form are about "the membership that she applies for".
    """
    words = required_words(question, "")
    label = sentence.search.removesuffix(sentence.text)
    for heading in headings:
        label = label.replace(heading, " ")
    own = stems(f"{label} {sentence.text}")
    above = stems(headings[-1] if headings and headings[-1] not in title else "")
    by_heading = all(is_named(word, above, frozenset()) for word in words)
    return by_heading or any(is_named(word, own, frozenset()) for word in words)


@lru_cache(maxsize=256)  # asked of each sentence, and those of a chunk have few headings
def is_named_heading(question: str, heading: str) -> bool:
    """Return whether a heading has all words that a question asks about, two or more."""
    words, held = required_words(question, asked_kind(question)), stems(heading)
    return len(words) > 1 and all(is_named(word, held, frozenset()) for word in words)


@lru_cache(maxsize=256)
def is_under_its_heading(question: str, heading: str, title: str) -> bool:
    """Return whether a heading is just one thing that a question asks about, and the title names all others.

    "Spanish, English" under "Languages" of the CV of Ann Lee says which languages she speaks.
    """
    words, own = required_words(question, ""), terms.content_terms(heading)
    if len(words) < MIN_NAMED or len(own) != 1 or heading in title.split(" | "):
        return False
    under, asked, above = stems(heading), stems(question), stems(title)
    named = [word for word in words if is_named(word, under, frozenset())]
    rest = [word for word in words if word not in named]
    return (
        bool(named and rest)
        and is_named(own[0], asked, frozenset())
        and all(is_named(word, above, frozenset()) for word in rest)
    )


_PLACE_NAMED = re.compile(
    r"\b(?:clauses?|sections?|articles?|paragraphs?|rules?|chapters?|items?|points?|appendix|annex|schedule)\b|\b\d+(?:\.\d+)*\b"
    r"|\b(?:name|applicant|candidate|author|person|sender)\b"
    r"|\b(?:web ?(?:address|site|page)|url|link|home ?page|address|footnote|note|stars?|asterisks?|daggers?)\b",
    re.IGNORECASE,
)


def why_related(question: str, evidence: Evidence, weights: Mapping[str, float] | None = None) -> str:
    """Return why a quote is not an answer to a question, as a clause; "" if it is one.

    With the weights of words, some may be missing, see `unnamed_words`.
    """
    kind = asked_kind(question)
    missing, required = missing_words(question, kind, evidence), required_words(question, kind)
    is_row = bool(evidence.label)
    if missing and (
        weights is None or not may_go_unnamed(question, required, missing, evidence.quote, weights, only_general=is_row)
    ):
        return f"the quote does not name {', '.join(missing)}"
    own = stems(evidence.quote.removeprefix(evidence.caption))
    if evidence.caption and not any(is_named(word, own, frozenset()) for word in required_words(question, kind)):
        return "only its caption is about what is asked"
    if name := other_name(question, evidence) or other_row(question, evidence):
        return f"the quote is not about {name}"
    if why := other_value(question, required_words(question, kind), evidence) or other_person(question, evidence):
        return why
    settled = rules_on(question, required, evidence.quote) or (not missing and asks_yes_or_no(question))
    if (act := _HOW_TO.match(question)) and act[1].lower() in required and not says(act[1], own):
        return f"the quote does not say how to {act[1]}"
    if differ_in_negation(question, evidence.quote) and not settled:
        return "one of question and quote is negated"
    if not settled and is_value_of_another(question, kind, required, evidence):
        return "the quote gives a value of something else"
    return "" if settled or holds_value(question, kind, evidence) else "the quote holds no value of the asked kind"


@lru_cache(maxsize=64)  # asked of each of some 600 sentences of a question
def asked_kind(question: str) -> str:
    """Return what kind of value a question asks for: number, count, date, name, place or reason; "" for any."""
    return next((kind for kind, pattern in KINDS if pattern.search(question)), "")


def missing_words(question: str, kind: str, evidence: Evidence) -> list[str]:
    """Return the words of a question that neither the quote nor what stands above it names."""
    held, initials = stems(f"{evidence.quote} {evidence.above}"), initials_of(f"{evidence.quote} | {evidence.above}")
    missing = [word for word in required_words(question, kind) if not is_named(word, held, initials)]
    if missing and (led_in := circumstances(question)) and not led_in <= {word.lower() for word in missing}:
        missing = [word for word in missing if word.lower() not in led_in]  # "my bag was stolen, ..." by a part of it
    if missing and is_everyday(question) and (not evidence.label or _label_is_asked(question, evidence.label)):
        missing = [word for word in missing if not is_written_formally(word, held)]
    if missing and asks_yes_or_no(question):
        missing = [word for word in missing if not says_opposite(word, held)]
    missing += [word for word in codes_of_others(question, evidence) if word not in missing]
    missing += numbers_of_others(question, [w for w in required_words(question, kind) if w not in missing], evidence)
    # What a period cost is not what one of its years did.
    within = terms.years_within(evidence.quote) if kind not in ("number", "count") else frozenset[str]()
    missing = [word for word in missing if word not in within and not is_month_within(word, evidence.quote)]
    measured = [
        found.group().lower()
        for names, units in (*MEASURES, *BOUNDS)
        if units.search(evidence.quote)
        for found in names.finditer(question)
    ]
    return [word for word in missing if not any(word.lower() in phrase for phrase in measured)]


# Under "Termination" stands much that does not say how to get out.
_HOW_TO = re.compile(r"^\W*how (?:do|can|should|must) (?:i|we|you) (\w+)", re.IGNORECASE)
# The title "The Wick Players" does not make everybody under it one who plays the lead.
_WHO_DOES = re.compile(
    r"^\W*(?:and |so )?who (?!is\b|was\b|are\b|were\b|has\b|had\b|do\b|does\b|did\b|must\b|can\b|may\b|will\b|should\b)"
    r"(?:[a-z]+ly (?=[a-z]+ed\b))?([a-z]{3,})\b",
    re.IGNORECASE,
)
# "What does the contract say about smoking?" is answered by each sentence on smoking.
_SAYS_ABOUT = re.compile(
    r"^\W*(?:and |so )?what (?:do|does|did) (?:it|they|(?:the|this|that|my|our|these) (?:[\w-]+ ){0,2}?[\w-]+)"
    r" (?P<says>say|state|tell|mention|require|specify)(?: us| me)? (?:about|on|regarding|concerning)\b",
    re.IGNORECASE,
)


def _label_is_asked(question: str, label: str) -> bool:
    """Return whether a question has a word of a row's label, or an everyday one for it."""
    own = stems(label)
    return any(says(word, own) for word in WORD.findall(question))


# "Error" of "error E4" only says what kind of thing the code is.
_CODE_NAMED = re.compile(r"\b[A-Z]{1,5}-?\d{1,5}\b")
_BEFORE_CODE = re.compile(r"\b([a-z]+) (?=[A-Z]{1,5}-?\d{1,5}\b)")


_SPENT_ON = re.compile(r"^\W*what (?:did|do|does|have|has|was|were) .*\b(?:spen[dt]|pay|paid) (?:on|for)\b", re.I)


@lru_cache(maxsize=64)
def required_words(question: str, kind: str) -> tuple[str, ...]:
    """Return the words of a question that an answer has to name: no stop words, not the kind of thing asked for."""
    kinds: set[str] = set()
    for found in ASKED_KIND.finditer(question):
        first, second = found[1].lower(), (found[2] or "").lower()
        kinds |= {first} | ({second} if first in FRAME else set())
    kinds = {word for word in kinds if not any(names.fullmatch(word) for names, _ in MEASURES)}
    kinds |= {found.lower() for found in VALUE_NOUN.findall(question)}
    kinds |= (
        {"paid", "spent", "pay", "spend", "cost", "money"}
        if HOW_MUCH.search(question) or _SPENT_ON.match(question)
        else set()
    )
    kinds |= PERMISSION_WORDS if asks_permission(question) else frozenset()
    kinds |= {told["says"].lower()} if (told := _SAYS_ABOUT.match(question)) else set()
    kinds |= {found.lower() for found in _BEFORE_CODE.findall(question)}
    content = frozenset(terms.content_terms(question)) - FRAME - kinds
    kept = []
    for word in WORD.findall(question):
        code = word.isdigit() or (len(word) == 1 and word.isupper() and word not in "AI")
        if code or (word.lower() in content and len(word) > 1):
            kept.append(word)
    return tuple(dict.fromkeys(kept))
