"""Words of a question that an answer need not name: general ones, and a small part of the others.

A page says things in its own words: "a key component" where the question has "an important component". What
distinguishes a thing from its siblings stays required: names, numbers, opposites, what is counted, measured or asked
for, and a word in whose place the quote has another one ("host defenses" for "pathogen defenses").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Protocol

from graph.engines.offline.asked_words import HOW_MANY, MEASURES, NUMBER, SYNONYMS, WORD
from graph.retrieval import terms
from graph.storage.fulltext import stem

# The part of a question's weight (idf) that the quote may leave out. On one half of 1,000 questions over eight articles
# with 400 answers, at 0.25: .43 right and proven, .045 wrong (on the other half .40, .047); at 0.3: .44, .051; at 0.45:
# .49, .073. General words alone: .39, .041.
_MOST_LEFT_OUT = 0.25
Weights = Mapping[str, float]
_DEFAULT_WEIGHT = 3.0  # of a word without an idf

GENERAL = frozenset(
    """along within among amongst important notable key significant specific specifically largely
    mostly additionally associated themselves itself himself want wanted looking look looks
    intuitively example examples effect result results basis context identify identified order call
    called calls name named belong belongs describe described give gives given event seen one ones
    currently principal according like total someone people person group company report document
    article text author authors passage lead led leads become serve served show shown shows
    against despite amid upon toward towards across beyond together apart instead actual formerly
    previously originally initially eventually ultimately recently nowadays certain particular several
    activity activities effort efforts action actions presence existence process processes manner area
    field site case cases aspect aspects seek seeks sought strive strives attempt attempts try tries
    tried intend intends intended aim aims concern concerned expect expected view viewed regard regarded
    deem deemed ability able willing remain remains feature features variable factor factors events
    member members something lens purpose purposes extent degree level levels role roles object
    objects based""".split()
)
# Words that have an opposite or a sibling, which the quote may say instead.
_CONTRASTS = frozenset(
    """before after until since first last next previous former latter early late earlier later more
    less least most fewer only also even same other another possible common rare with without above
    below over under between outside all none every each always never usually rarely strong weak
    high low new old young male female man woman men women boy girl husband wife son daughter father
    mother brother sister export buy sell north south east west northern southern eastern western
    left right upper lower maximum minimum second third fourth fifth sixth seventh eighth ninth
    tenth half double single triple gain lose increase decrease rise fall accept accepted reject
    rejected begin end start finish open close win lost won net gross public private full partial
    per""".split()
)
_OPPOSITE = re.compile(r"(?:un|im|in|dis|non|anti)[a-z]{4}")
_COMPARATIVE = re.compile(r"\w{2,}(?:ier|est|ger|ter|der|ller|wer)")
_ASKED_FOR = re.compile(
    r"\b(?:what|which)(?:['’]s| is| are| was| were| did| does| do)? (?:the |an? )?([\w-]+(?: [\w-]+)?)"
    r" (?:of|for|in|at|on|from|to|between|by)\b",
    re.IGNORECASE,
)

# "The island" of "a ticket to the island": the place or body that a whole document is about.
_DEFINITE = re.compile(
    r"\b(of|in|at|to|on|from|for|by|with) (?:the|this|our|your) (island|city|town|village|county|country|region|valley"
    r"|port|station|company|firm|business|group|corporation|school|university|college|hospital|clinic|museum|library|house"
    r"|building|site|park|plant|factory|association|society|club|bank|shop|store|hotel|office|department|ministry|council"
    r"|agency|institute|foundation|organi[sz]ation|project|programme|program|ship|vessel|farm|lab|laboratory|observatory)\b",
    re.IGNORECASE,
)
# The part of a document's chunks that hold a word which it is about. Set by judgement; it changed nothing in 1,000
# questions over eight articles.
_SUBJECT_PART = 0.3


class WordSearch(Protocol):
    """The part of the catalog that finds the chunks with a word."""

    def chunk_ids(self, document: str) -> list[str]:
        """Return the ids of a document's chunks."""

    def search_text(self, words: Sequence[str], documents: Sequence[str], limit: int) -> list[tuple[str, float]]:
        """Return the chunks that hold a word, with scores."""


def may_go_unnamed(
    question: str, required: Sequence[str], missing: Sequence[str], quote: str, weights: Weights, *, only_general: bool
) -> bool:
    """Return whether a quote that names the other words may leave the missing ones out.

    Args:
        question: The question.
        required: Its words that say what it is about.
        missing: Those of them that the quote does not name.
        quote: The quote.
        weights: The idf of each stemmed word.
        only_general: Whether only general words may be left out.
    """
    if all(_is_name(question, word) for word in required if word not in missing):
        return False  # else any sentence about a person would answer any question about them
    counting = HOW_MANY.search(question)
    counted = {found.lower() for found in counting.groups() if found} if counting else set[str]()
    general = GENERAL - counted
    left_out = [word for word in missing if word.lower() not in general or _is_name(question, word)]
    if counting or only_general:  # a number stands beside too many things
        return not left_out
    if any(_tells_apart(question, word) or is_replaced(question, word, quote) for word in left_out):
        return False
    if any(_is_thing_or_deed(question, word) or is_followed_by_other(question, word, quote) for word in left_out):
        return False
    return _sum(left_out, weights) <= _MOST_LEFT_OUT * _sum(required, weights)


def subjects_of(question: str, documents: Iterable[str], catalog: WordSearch) -> dict[str, list[str]]:
    """Return for each document the words of a question that the whole document is about."""
    words = list(dict.fromkeys(word.lower() for _, word in _DEFINITE.findall(question)))
    counts = {document: len(catalog.chunk_ids(document)) for document in (documents if words else ())}
    return {
        document: [w for w in words if len(catalog.search_text([w], [document], count)) >= _SUBJECT_PART * count]
        for document, count in counts.items()
    }


def implied_by_document(question: str, subjects: Sequence[str], quote: str) -> str:
    """Return the subjects that a quote need not name: it has no other noun phrase after their prepositions."""
    return " ".join(
        word
        for preposition, word in _DEFINITE.findall(question)
        if word.lower() in subjects and not re.search(rf"\b{preposition} (?:the|this|our|your|an?|[A-Z])", quote)
    )


def _sum(words: Sequence[str], weights: Weights) -> float:
    return sum(weights.get(stem(word.lower()), _DEFAULT_WEIGHT) for word in words)


def _is_name(question: str, word: str) -> bool:
    """Return whether a word is written like a name or code; the first word of a question always has a capital."""
    has_digit = any(letter.isdigit() for letter in word)
    return has_digit or (word[0].isupper() and (not question.strip().startswith(word) or not word[1:].islower()))


def _tells_apart(question: str, word: str) -> bool:
    """Return whether a word distinguishes a thing from its siblings, or is what the question asks for."""
    lower, form, asked = word.lower(), stem(word.lower()), _ASKED_FOR.search(question)
    head = asked[1].lower() if asked else ""
    return (
        _is_name(question, word)
        or lower in _CONTRASTS
        or lower in re.split(r"[ -]", head)
        or any(form in group for group in SYNONYMS)
        or any(names.fullmatch(word) for names, _ in MEASURES)
        or bool(NUMBER.fullmatch(lower) or _OPPOSITE.match(lower) or _COMPARATIVE.fullmatch(lower))
    )


_AUXILIARY = re.compile(
    r"\b(?:is|are|was|were|do|does|did|has|have|had|can|may|must|will|should|shall|could|would)\b", re.IGNORECASE
)
_THING = (
    r"\b(?:an?|the|my|your|our|his|her|its|their|this|that|these|those|each|every|of|in|at|on|to|for|from|with|by) "
)


def _is_thing_or_deed(question: str, word: str) -> bool:
    """Return whether a word is a thing of a short question ("to the fence"), or the deed at its end ("be oiled")."""
    if len(question.split()) > _SHORT:
        return False
    own = re.escape(word)
    deed = re.search(rf"\b{own}\W*$", question, re.IGNORECASE) and _AUXILIARY.search(question)
    return bool(deed or re.search(rf"{_THING}(?:[\w-]+ )?{own}\b", question, re.IGNORECASE))


_SHORT = 14  # words of a question


def is_followed_by_other(question: str, word: str, quote: str) -> bool:
    """Return whether the quote has another word where the question has this one: after the word before it.

    "The longest walk" for "the longest meeting", "the carbon seal" for "the carbon motor".
    """
    asked = [found.lower() for found in WORD.findall(question)]
    said = [found.lower() for found in WORD.findall(quote)]
    stems, known = [stem(one) for one in said], {stem(one) for one in asked}
    for before, own in pairwise(asked):
        if own != word.lower() or before in terms.STOP_WORDS:
            continue
        places = [place for place, form in enumerate(stems[:-1]) if form == stem(before)]
        if places and all(said[p + 1] not in terms.STOP_WORDS and stems[p + 1] not in known for p in places):
            return True
    return False


def is_replaced(question: str, word: str, quote: str) -> bool:
    """Return whether the quote has another word where the question has this one: before the word that follows it."""
    asked = [found.lower() for found in WORD.findall(question)]
    said = [found.lower() for found in WORD.findall(quote)]
    stems, known = [stem(one) for one in said], {stem(one) for one in asked}
    for at, after in enumerate(asked[1:]):
        if asked[at] != word.lower() or after in terms.STOP_WORDS:
            continue
        places = [place for place, form in enumerate(stems) if form == stem(after)]
        if places and all(p and said[p - 1] not in terms.STOP_WORDS and stems[p - 1] not in known for p in places):
            return True
    return False
