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

from graph.engines.offline.asked_nouns import other_noun
from graph.engines.offline.asked_values import holds_value, is_value_of_another
from graph.engines.offline.asked_words import NEGATED_QUESTION, NEGATIVE
from graph.engines.offline.comments import is_comment
from graph.engines.offline.doers import (
    is_by_other_side,
    is_done_by_nobody,
    is_done_to_part,
    is_named_by_things,
    names_doer,
)
from graph.engines.offline.everyday_words import is_everyday
from graph.engines.offline.other_amounts import dates_another_age, gives_another
from graph.engines.offline.other_cases import is_of_part, is_other_case
from graph.engines.offline.other_clauses import is_of_other_clause
from graph.engines.offline.other_counts import counts_other_things
from graph.engines.offline.other_payments import other_payment
from graph.engines.offline.other_persons import is_of_kin, names_holder, other_person
from graph.engines.offline.other_things import (
    Evidence,
    head,
    headings_above,
    other_name,
    other_row,
    other_value,
    says,
    says_outright,
)
from graph.engines.offline.permissions import (
    asks_yes_or_no,
    differ_in_negation,
    rules_on,
    sets_apart,
)
from graph.engines.offline.relative_periods import is_of_another_period
from graph.engines.offline.required_words import (
    HOW_TO,
    asked_kind,
    asked_verb,
    is_plainly_asked,
    missing_words,
    required_words,
)
from graph.engines.offline.text_around import (
    is_about_another,
    is_in_other_section,
    is_named_heading,
    is_under_its_heading,
    leaves_subject_to_title,
    names_any,
    only_asks,
    referred_to,
    sentence_before,
)
from graph.engines.offline.unnamed_words import may_go_unnamed
from graph.engines.offline.word_forms import is_named, stems
from graph.retrieval import scoring
from graph.retrieval.asked_parts import marks_asked, words_in_address
from graph.retrieval.definitions import says_meaning
from graph.retrieval.languages import language
from graph.storage.rows import ChunkRow, SentenceRow

# The cosine of question and sentence from which a sentence that names everything is taken for an answer. On 1,000
# questions over eight articles with 400 answers: at 0.6, 121 are right and proven and 28 wrong; at 0.6 and 0.45 where a
# value of a kind is asked for, 127 and 35; at 0.55 and 0.45, 129 and 41; at 0.0, 134 and 56.
_MIN_COSINE, _MIN_COSINE_OF_VALUE = 0.6, 0.45
_MIN_COSINE_OF_EVERYDAY = 0.3


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known around a quote; without it the quote itself has to name everything."""

    weights: Mapping[str, float]
    """The idf of each stemmed word of the question."""
    subjects: str
    """The words of the question that the quote need not name, since its document implies them."""
    heads: frozenset[str]
    """The stems of the last words of the labels of the other rows."""
    headings: frozenset[str]
    """The headings of the document that are not above the quote."""


def _pointed_to(question: str, sentence: SentenceRow, chunk: ChunkRow, named: bool) -> str:
    """Return text that may name words of a question for a sentence: the sentence it refers to, and its address."""
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
    called = f"{titles.get(chunk.document, '')} {chunk.name}"
    plain = _without_known_names(question, called) if chunk.ordinal < _SHORT_DOCUMENT else question
    return any(_has_evidence(way, sentence, chunk, titles, scored, around) for way in dict.fromkeys([plain, question]))


def _has_evidence(
    question: str,
    sentence: SentenceRow,
    chunk: ChunkRow,
    titles: Mapping[str, str],
    scored: scoring.ScoredSentence | None,
    around: Surroundings | None,
) -> bool:
    """Return the same as `answers_question`, for the question as it is written."""
    named = scored is not None and scored.named
    if named and marks_asked(question):
        return True
    headings, title = headings_above(sentence, chunk), titles.get(chunk.document, "").split(" | ")
    if language(question) not in ("", "en"):
        return _answers_in_language(question, sentence, chunk, scored, [*headings, *title])
    if around and is_in_other_section(question, sentence.text, headings, title, around.headings):
        return False
    is_row = sentence.kind == "row" and bool(sentence.cells)
    labelled = not is_row and (sentence.search != sentence.text or is_comment(sentence))
    another = is_about_another(question, sentence, chunk, title)
    near = (labelled or _is_near(question, sentence, scored)) and not another
    heading = headings[-1] if headings else ""
    of_document = titles.get(chunk.document, "")
    headed = is_named_heading(question, heading) or is_under_its_heading(question, heading, of_document)
    if not (near or named or is_row or (headed and not another)):
        return False
    if not is_row and leaves_subject_to_title(question, sentence.text, [one for one in headings if one not in title]):
        return False
    if labelled and not (named or headed) and not names_any(question, sentence, headings, title):
        return False
    above = " | ".join([*headings, *title, chunk.name, around.subjects if around else ""])
    above += _pointed_to(question, sentence, chunk, named)
    if not is_row:
        close = scored is not None and scored.cosine >= _MIN_COSINE
        above += f" | {sentence.search}" if labelled else ""
        evidence = Evidence(sentence.text, above, lead_in=headings[-1] if headings else "")
        return not why_related(question, evidence, around.weights if around and close else None)
    return not why_related(question, _of_row(sentence, above, around), around.weights if around else None)


@lru_cache(maxsize=64)
def _without_known_names(question: str, called: str) -> str:
    """Return a short question with the names of its document in lower case, if it has no other names.

    "What are the hobbies of Ann Lee?" is an everyday question to the curriculum of Ann Lee.
    """
    names = [word for found in _NAMES.findall(question) for word in found.split()]
    if not names or any(map(str.isdigit, "".join(names))) or not is_everyday(_lower(question, names)):
        return question
    known = all(is_named(word, stems(called), frozenset()) for word in names if word.rstrip(".") not in _MR)
    return _lower(question, names) if known else question


_SHORT_DOCUMENT = 3  # chunks: a longer document has other subjects than its title names
_NAMES = re.compile(r"(?<=\w )[A-Z][\w.-]+(?: [A-Z][\w.-]+)*")
_MR = frozenset({"Mr", "Mrs", "Ms", "Dr", "Prof"})


def _lower(question: str, names: Sequence[str]) -> str:
    return re.sub(rf"\b(?:{'|'.join(map(re.escape, names))})", lambda found: found[0].lower(), question)


def _of_row(sentence: SentenceRow, above: str, around: Surroundings | None) -> Evidence:
    """Return the row of a table as evidence."""
    caption = sentence.search.partition(". ")[0] if ". " in sentence.search.partition(" | ")[0] else ""
    label = sentence.cells[0][1]
    alone = around is not None and head(label) not in around.heads
    return Evidence(sentence.search, above, label, caption, alone)


def _is_near(question: str, sentence: SentenceRow, scored: scoring.ScoredSentence | None) -> bool:
    least = _MIN_COSINE if asked_kind(question) in ("", "reason") else _MIN_COSINE_OF_VALUE
    required = required_words(question, "")
    if (
        is_plainly_asked(question, sentence.text)
        or (asked_kind(question) == "reason" and _BECAUSE.search(sentence.text))
        or _says_that(question, sentence.text)
        or says_meaning(question, sentence.text)
    ):
        least = min(least, _MIN_COSINE_OF_EVERYDAY)
    near = scored is not None and scored.cosine >= least
    if names_doer(asked_verb(question), sentence.text) or names_holder(question, sentence.text):
        return True
    return near or rules_on(question, required, sentence.text) or says_outright(question, required, sentence.text)


# "What did the report conclude?"
_ASKS_WHAT_IS_SAID = re.compile(
    r"^\W*(?:and |so )?what (?:do|does|did|has|have) [^?]+? "
    r"(?P<verb>conclude|find|show|recommend|argue|claim|decide|suggest|report|announce|propose|warn|state|admit|demand"
    r"|promise|predict|expect|believe|agree|observe|demonstrate|reveal|confirm|prove)d?\W*$",
    re.IGNORECASE,
)


def _says_that(question: str, quote: str) -> bool:
    """Return whether a quote reports something by the verb of a question: "concludes that ..."."""
    asked = _ASKS_WHAT_IS_SAID.match(question)
    said = re.finditer(r"\b([a-z]+) (?:in [^,.;]+ )?that\b", quote, re.IGNORECASE) if asked else ()
    return asked is not None and any(is_named(asked["verb"], stems(one[1]), frozenset()) for one in said)


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
    return near and evidence_by_language.answers(
        question, sentence.search, above, sentence_before(sentence, chunk), chunk.text
    )


_BECAUSE = re.compile(
    r"\b(?:because|due to|owing to|since (?!\d)|as (?:the|it|its|they|there|he|she|we|our|you|your|no)\b"
    r"|for (?:\w+ ){0,2}reasons?|the reason)\b",
    re.IGNORECASE,
)
_PLACE_NAMED = re.compile(
    r"\b(?:clauses?|sections?|articles?|paragraphs?|rules?|chapters?|items?|points?|appendix|annex|schedule)\b|\b\d+(?:\.\d+)*\b"
    r"|\b(?:name|applicant|candidate|author|person|sender)\b"
    r"|\b(?:web ?(?:address|site|page)|url|link|home ?page|address|footnote|note|stars?|asterisks?|daggers?)\b",
    re.IGNORECASE,
)


# "Pass@1 is then calculated as", with a formula on the next line.
_BREAKS_OFF = re.compile(r"\b(?:as|is|are|was|were|be|of|by|the|an?|to|with|from|and|or|that|which|than)$")


def _no_statement(question: str, quote: str, above: str) -> str:
    """Return why a sentence below headings states nothing of what is asked, as a clause; "" if it may."""
    if _BREAKS_OFF.search(quote):
        return "the quote breaks off"
    if only_asks(question, quote):
        return "the quote is a question itself"
    if is_of_another_period(question, quote):
        return "the quote is about another period"
    if counts_other_things(question, quote, above):
        return "the quote counts a part of them"
    if is_of_kin(question, quote):
        return "the quote is about a relative"
    if dates_another_age(question, quote, above):
        return "the quote says how old something else is"
    return is_other_case(question, quote) or gives_another(question, quote)


def why_related(question: str, evidence: Evidence, weights: Mapping[str, float] | None = None) -> str:
    """Return why a quote is not an answer to a question, as a clause; "" if it is one.

    With the weights of words, some may be missing, see `unnamed_words`.
    """
    kind = asked_kind(question)
    missing, required = missing_words(question, kind, evidence), required_words(question, kind)
    is_row = bool(evidence.label)
    if (
        why := ("the quote gives no total" if is_of_part(question, evidence.quote) else "")
        or gives_another(question, evidence.quote)
        if is_row
        else _no_statement(question, evidence.quote, evidence.above)
    ):
        return why
    if missing and not _may_lack(question, missing, evidence, weights):
        return f"the quote does not name {', '.join(missing)}"
    own = stems(evidence.quote.removeprefix(evidence.caption))
    if evidence.caption and not any(is_named(word, own, frozenset()) for word in required):
        return "only its caption is about what is asked"
    name = other_name(question, evidence) or other_row(question, evidence)
    if name := name or sets_apart(question, required, evidence.quote):
        return f"the quote is not about {name}"
    others = (other_noun(question, kind, required, evidence), other_value(question, required, evidence))
    if why := next(filter(None, others), "") or other_person(question, evidence):
        return why
    settled = rules_on(question, required, evidence.quote) or (not missing and asks_yes_or_no(question))
    if (act := HOW_TO.match(question)) and act[1].lower() in required and not says(act[1], own):
        return f"the quote does not say how to {act[1]}"
    why_not = kind == "reason" and NEGATED_QUESTION.search(question) and NEGATIVE.search(evidence.quote)
    if differ_in_negation(question, evidence.quote) and not settled and not why_not:
        return "one of question and quote is negated"
    if not settled and (
        is_value_of_another(question, kind, required, evidence)
        or is_of_other_clause(question, kind, required, evidence)
    ):
        return "the quote gives a value of something else"
    if not settled and not holds_value(question, kind, evidence):
        return "the quote holds no value of the asked kind"
    return "" if is_row else _of_other_deed(question, evidence.quote)


def _may_lack(question: str, missing: Sequence[str], evidence: Evidence, weights: Mapping[str, float] | None) -> bool:
    """Return whether a quote may lack some words of a question; for yes or no they may be what is in question."""
    if weights is None or asks_yes_or_no(question):
        return False
    required = required_words(question, asked_kind(question))
    return may_go_unnamed(question, required, missing, evidence.quote, weights, only_general=bool(evidence.label))


def _of_other_deed(question: str, quote: str) -> str:
    """Return what a sentence tells in place of the payment or deed that is asked for, as a clause; "" for nothing."""
    if (verb := asked_verb(question)) and (is_done_by_nobody(verb, quote) or is_by_other_side(verb, quote)):
        return "the quote does not say by whom"
    others = [word for word in required_words(question, "name") if word != verb] if verb else []
    if verb and (is_named_by_things(verb, quote) or (others and is_done_to_part(verb, others, quote))):
        return f"the quote does not say who {verb} it"
    return other_payment(question, quote)
