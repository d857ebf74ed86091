"""Text around a quote: the sentence before it, whom its pronouns mean, its label, and the headings above."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache

from graph.engines.offline.asked_words import (
    NAME_RUN,
)
from graph.engines.offline.other_things import (
    headings_above,
    is_done_to_another,
    says,
)
from graph.engines.offline.required_words import MIN_NAMED, asked_kind, asked_verb, required_words
from graph.engines.offline.unnamed_words import is_replaced
from graph.engines.offline.word_forms import is_named, stems
from graph.retrieval import terms
from graph.retrieval.antecedents import antecedent
from graph.storage.fulltext import stem
from graph.storage.rows import ChunkRow, SentenceRow

# "They won again in 1990": what the sentence is about stands in the one before it.
_REFERS = re.compile(r"(?:They|It|He|She|These|This|Those|Its|Their|His|Her|The (?:latter|former)|Both|Such)\b")


def referred_to(question: str, sentence: SentenceRow, chunk: ChunkRow) -> str:
    """Return the sentence before one that begins with a pronoun, or the question before its answer; "" for others.

    "" also for one that has another word where the question has its own (`is_replaced`). On the 1,000 questions over
    eight articles, five more are right and proven with it, and two wrong.
    """
    before = sentence_before(sentence, chunk)
    if before.endswith("?") and len(before.split()) <= _LONGEST_QUESTION:
        return before
    if sentence.kind != "prose" or not _REFERS.match(sentence.text):
        return ""
    replaced = any(is_replaced(question, word, sentence.text) for word in required_words(question, ""))
    return before if not replaced else ""


_LONGEST_QUESTION = 16  # words of a question of a list of questions and answers
_HE_OR_SHE = re.compile(r"(?:[\w ]{0,40} )?(?:he|she|his|her)\b", re.IGNORECASE)


def is_about_another(question: str, sentence: SentenceRow, chunk: ChunkRow, title: Sequence[str] = ()) -> bool:
    """Return whether a sentence is about another person or action than the question.

    Its "he" or "she" stands for somebody whom the question does not name, or only headings and the title have the verb
    of a question such as "Who repairs it?".
    """
    doer, own = asked_verb(question), stems(sentence.search if sentence.kind == "row" else sentence.text)
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
    before = antecedent(chunk, sentence.id)
    names = [name for name in NAME_RUN.findall(before) if " " in name]
    asked = [word for word in required_words(question, "") if word[0].isupper() and not question.startswith(word)]
    held = stems(before)
    return bool(names and asked) and not all(is_named(word, held, frozenset()) for word in asked)


# "What are the four types of market structure?" in a list of exercises names none of them.
_ABOUT_QUESTIONS = re.compile(r"\b(?:questions?|asks?|asked|exercises?|quiz|outcomes?)\b", re.IGNORECASE)


def only_asks(question: str, quote: str) -> bool:
    """Return whether a quote consists of questions, which are an answer only to who asks for questions."""
    parts = re.split(r"(?<=[.!?])\s+", quote.strip())
    return all(part.rstrip("”\"’')").endswith("?") for part in parts) and not _ABOUT_QUESTIONS.search(question)


def sentence_before(sentence: SentenceRow, chunk: ChunkRow) -> str:
    """Return the sentence before one in its chunk; "" if there is none, or it is no prose."""
    at = next((at for at, other in enumerate(chunk.sentences) if other.id == sentence.id), 0)
    before = chunk.sentences[at - 1] if at else None
    return before.text if before and before.kind == "prose" else ""


def names_any(question: str, sentence: SentenceRow, headings: Sequence[str], title: Sequence[str]) -> bool:
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


def is_in_other_section(
    question: str, quote: str, headings: Sequence[str], title: Sequence[str], others: Collection[str]
) -> bool:
    """Return whether a title names several sections, and a quote is in another one than the question asks about.

    Under "Bread and soup" a line below "Rye bread" does not say how long the soup cooks, which has a section too.

    Args:
        question: The question.
        quote: The quote.
        headings: The headings above it.
        title: The titles of its document.
        others: The other headings of its document.
    """
    own = [heading for heading in headings if heading not in title]
    if not own or not others:
        return False
    asked, above, here = stems(question), stems(" ".join(title)), stems(" ".join(own))
    elsewhere = stems(" ".join(one for one in others if one not in title))
    said = here | stems(quote)
    named = [stem(word.lower()) for word in required_words(question, "")]
    moved = any(word in above and word in elsewhere and word not in said for word in named)
    of_its_own = (here & above) - asked - elsewhere - _STOP_STEMS
    return moved and bool(of_its_own)


_STOP_STEMS = frozenset(map(stem, terms.STOP_WORDS))


@lru_cache(maxsize=256)  # called for each sentence; those of a chunk have few headings
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


# "How long do the works take?", with what does it: a word after "does".
_ASKS_OF_SUBJECT = re.compile(
    r"\bhow (?:much|long|often|far) (?:do|does|did|will|would) (?:(?:the|an?|my|your|our|their|its|these|this) )?"
    r"(?P<subject>(?:[\w-]+ ){1,3}?)(?:costs?|last|take|weigh|live|keep|stay)\b",
    re.IGNORECASE,
)
_REFERS = re.compile(r"\b(?:it|they|them|its|their|he|she|this|these)\b", re.IGNORECASE)
ADDRESS = re.compile(r"\S+@\S+|\b(?:https?://|www\.)\S+")


def leaves_subject_to_title(question: str, quote: str, headings: Sequence[str]) -> bool:
    """Return whether neither a quote nor its headings name what a question asks of: "How long do the aids last?".

    Under the title "Hearing aids" not all that lasts is one: "a battery lasts five days" says it of a battery. A quote
    with a pronoun may be about the subject of the document.
    """
    asked = _ASKS_OF_SUBJECT.search(question)
    words = terms.content_terms(asked["subject"]) if asked else ()
    if not words or _REFERS.search(quote):
        return False
    held = stems(ADDRESS.sub(" ", " | ".join([quote, *headings])))
    return not any(says(word, held) for word in words)
