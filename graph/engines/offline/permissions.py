"""The rules for questions of permission, which "no" answers too, and for negation in other questions.

"May I sublet?" is answered by "The tenant may not sublet the flat", "Is smoking ok?" by "Smoking is forbidden".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from graph.engines.offline.asked_words import FRAME, LOWER_BOUND, NEGATED_QUESTION, NEGATIVE, UPPER_BOUND, WORD
from graph.engines.offline.everyday_words import is_everyday, is_written_formally
from graph.engines.offline.word_forms import is_named, stems
from graph.retrieval import terms
from graph.storage.fulltext import stem

_ALLOWED = (
    r"(?:allow(?:ed|s)?|permit(?:s|ted)?|ok(?:ay)?|fine|forbid(?:den|s)?|prohibit(?:ed|s)?|banned|legal|possible"
    r"|permissible)"
)
_ASKS = re.compile(
    r"^\W*(?:(?:so|and|but|then|also) )?(?:(?:may|can) (?:i|we|you|one|somebody|someone|the [a-z]+|[a-z]+s)\b"
    rf"|(?:am|are|is) (?:it |there )?(?!there)[\w' -]{{1,60}}?\b{_ALLOWED}\b)",
    re.IGNORECASE,
)
_RULES = re.compile(
    r"\b(?:(?-i:may)|must|cannot|can|shall|(?:not|only|are|is) (?:to be|allowed|permitted)|allowed|permitted|forbidden"
    r"|prohibited|banned|not permitted|consent|permission|welcome|granted|compulsory|mandatory|obligatory)\b",
    re.IGNORECASE,
)
_YES_NO = re.compile(
    r"^\W*(?:(?:so|and|but|then) )?(?:is|are|was|were|does|do|did|has|have|can|may|must|will|would|should)\b"
    r"(?!.* or )",
    re.IGNORECASE,
)
_NEAR = 60  # characters between what is asked about and the word that allows or forbids it
PERMISSION_WORDS = frozenset(
    """allowed allow allows permitted permit permits ok okay fine forbidden prohibited banned legal possible permissible
    can may get use bring have keep take""".split()
)


@lru_cache(maxsize=64)
def asks_permission(question: str) -> bool:
    """Return whether a question asks whether something may be done."""
    return bool(_ASKS.match(question)) and not NEGATED_QUESTION.search(question)


def asks_yes_or_no(question: str) -> bool:
    """Return whether a question of fact is answered by yes or no: "Is the lamp covered?"."""
    return bool(_YES_NO.match(question)) and not NEGATED_QUESTION.search(question)


def rules_on(question: str, required: tuple[str, ...], quote: str) -> bool:
    """Return whether a quote allows or forbids what a question for permission names; False for other questions."""
    if not asks_permission(question) or not required:
        return False
    asked = [found for found in WORD.finditer(quote) if _names(found.group(), required, question)]
    held = stems(quote)
    return all(_is_said(word, held, question) for word in required) and any(
        abs(rule.start() - word.start()) <= _NEAR for rule in _RULES.finditer(quote) for word in asked
    )


def _names(word: str, required: tuple[str, ...], question: str) -> bool:
    held = stems(word)
    return any(_is_said(one, held, question) for one in required)


def _is_said(word: str, held: frozenset[str], question: str) -> bool:
    return is_named(word, held, frozenset()) or (is_everyday(question) and is_written_formally(word, held))


def differ_in_negation(question: str, quote: str) -> bool:
    """Return whether one of question and quote is negated, and the other is not."""
    return bool(NEGATED_QUESTION.search(question)) != _is_negated(question, quote)


def _is_negated(question: str, quote: str) -> bool:
    """Return whether a negation stands among the words of a quote that the question holds."""
    asked = frozenset(stem(word.lower()) for word in WORD.findall(question)) - terms.STOP_WORDS - FRAME
    at = [found.start() for found in WORD.finditer(quote) if stem(found.group().lower()) in asked]
    if not at:
        return False
    bounds = [found.span() for bound in (UPPER_BOUND, LOWER_BOUND, _NOT_UNTIL) for found in bound.finditer(quote)]
    bounds += [found.span() for found in _NON.finditer(quote) if stem(found[1].lower()) not in asked]
    return any(
        at[0] - 12 <= found.start() <= at[-1]
        for found in NEGATIVE.finditer(quote)
        if not any(start <= found.start() < end for start, end in bounds)  # "not more than 40" denies nothing
        and _is_beside(found.start(), at, quote)
    )


_NOT_UNTIL = re.compile(r"\b(?:not|n['’]t)\b[^.;,()]{0,40}?\b(?:until|till)\b", re.IGNORECASE)  # it was, from then on
_NON = re.compile(r"\bnon-(\w+)", re.IGNORECASE)  # "non-self" is a thing, if no "self" is asked about
_CLAUSES = re.compile(r"[;()]|, (?=(?:and|but|which|who|while|whereas|although|though|so)\b)")


def _is_beside(place: int, asked: Sequence[int], quote: str) -> bool:
    """Return whether a place is in a clause of a quote with at least half as many asked words as any other has."""
    ends = [*(found.start() for found in _CLAUSES.finditer(quote)), len(quote)]
    clauses = [next(at for at, end in enumerate(ends) if one <= end) for one in (place, *asked)]
    counts = [clauses[1:].count(at) for at in range(len(ends))]
    words = {
        at: {_form_at(quote, one) for one, of in zip(asked, clauses[1:], strict=True) if of == at} for at in clauses
    }
    every = set[str]().union(*words.values())
    if len(every) > 1 and any(held == every for at, held in words.items() if at != clauses[0]):
        return False  # "If you forget a dose, take the next; do not take two doses"
    return 2 * counts[clauses[0]] >= max(counts)


def _form_at(quote: str, place: int) -> str:
    """Return the stem of the word of a quote that begins at a place."""
    found = WORD.match(quote, place)
    return stem(found[0].lower()) if found else ""


_BUT = re.compile(
    r"\b(?:(?:un|not )related to|other than|apart from|excluding|except(?: for)?|irrespective of|unlike)"
    r" (?:the |an? |its |their )?(?P<thing>[\w-]+(?: [\w-]+)?)",
    re.IGNORECASE,
)


def sets_apart(question: str, required: Sequence[str], quote: str) -> str:
    """Return the word of a question from which a quote sets its subject apart: "samples unrelated to reasoning".

    `required` are the words of the question that the quote has to name; "" if it names each besides, or the question
    has such a phrase itself.
    """
    if _BUT.search(question) or NEGATED_QUESTION.search(question):
        return ""
    apart = stems(" | ".join(found["thing"] for found in _BUT.finditer(quote)))
    rest = stems(_BUT.sub(" ", quote))
    named = (word for word in required if is_named(word, apart, frozenset()))
    return next((word for word in named if not is_named(word, rest, frozenset())), "")


# "Is it open on Monday?" is answered by "Closed on Mondays".
_OPPOSITES = {
    stem(word): stem(other)
    for one, two in (
        ("open", "closed"),
        ("included", "excluded"),
        ("covered", "excluded"),
        ("available", "unavailable"),
    )
    for word, other in ((one, two), (two, one))
}


def says_opposite(word: str, held: frozenset[str]) -> bool:
    """Return whether a text, with the stems `held`, says the opposite of a word: it answers yes or no."""
    return _OPPOSITES.get(stem(word.lower()), " ") in held


# What else a sentence says that is no plain "no": "Dogs are not allowed without a lead", "cats may stay, dogs may not".
_MORE_THAN_NO = re.compile(
    r"[,;:]|\b(?:unless|except|only|without|but|however|until|if|when|while|whereas|although|though|and|or|nor|than|apart"
    r"|provided|always|usually|necessarily|all|every)\b",
    re.IGNORECASE,
)
_NOT = re.compile(r"^(?:not|never|cannot)$|n['’]t", re.IGNORECASE)  # "no open fire" denies no opening
_FORBIDS = re.compile(
    r"\b(?:forb[ia]\w+|prohibit\w*|bann?\w*|refus\w+|den(?:y|ies|ied)|exclu\w+|illegal|impossible|unable|unlawful)\b",
    re.IGNORECASE,
)


def says_no(question: str, quote: str) -> bool:
    """Return whether a quote denies what a question for yes or no asks: "The gardens are not heated".

    False for all that is not plain: sentences of two clauses, conditions, questions whether something is forbidden.
    """
    if not asks_yes_or_no(question) or _FORBIDS.search(question) or _MORE_THAN_NO.search(quote):
        return False
    held = stems(quote)
    asked = [word for word in terms.content_terms(question) if word not in PERMISSION_WORDS]
    opposites = [word for word in asked if says_opposite(word, held) and not is_named(word, held, frozenset())]
    if not asked or not all(word in opposites or is_named(word, held, frozenset()) for word in asked):
        return False
    if opposites:
        return not NEGATIVE.search(quote)
    found = list(NEGATIVE.finditer(quote))
    if len(found) != 1 or not _NOT.search(found[0].group()) or not _is_negated(question, quote):
        return False
    # "Dogs in the pool are not allowed to bark" denies the barking.
    denied = next((w for w in terms.content_terms(quote[found[0].end() :]) if w not in PERMISSION_WORDS), "")
    return any(is_named(word, stems(denied), frozenset()) for word in asked)
