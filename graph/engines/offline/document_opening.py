"""The first lines of a short document, which name what all of it is about.

Each sentence of a letter, a bill or a leaflet is about whom and what its first lines name ("Marlow Roofing Ltd",
"Animal: Poppy, tabby cat"), and no later one names that again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from graph.engines.offline.asked_words import NAME_RUN
from graph.engines.offline.required_words import asked_kind, asked_verb, required_words
from graph.engines.offline.word_forms import is_named, stems
from graph.retrieval import terms
from graph.storage.rows import ChunkRow

SHORT_DOCUMENT = 3
"""The most chunks of a document whose first lines apply to all of it; a longer one has other subjects too."""
_OPENING_WORDS = 60
# With things that the first lines imply, 11 more of 717 questions on 53 short papers are right and proven, none wrong;
# with two things, or one in a yes-or-no question beside an adjective, two are wrong. Things are "the cat" and "of the
# Marlow roofers"; what somebody does ("where does the choir sing") the quote itself must say.
_JUST_A_THING = r"\b(?:an?|the|my|your|our|his|her|its|their|this|that|of|in|at|on|from|for|by|with) "
_THING = rf"{_JUST_A_THING}(?:[\w'’-]+ |(?-i:[A-Z][\w'’-]* [A-Z][\w'’-]* ))?"
# "Did the council agree to it?": the word after the thing is what it does.
_WITH_VERB = re.compile(r"\b(?:do|does|did|will|would|can|could|should|must|may|have|has|had)\b", re.IGNORECASE)


def opening_of(chunks: Sequence[ChunkRow]) -> str:
    """Return the first lines of a document, of which these are all chunks, up to the heading after them."""
    lines: list[str] = []
    headings = 0
    for sentence in (one for chunk in chunks for one in chunk.sentences):
        if (lines and sentence.kind == "heading") or sum(len(text.split()) for text in lines) > _OPENING_WORDS:
            break
        if sentence.kind in ("prose", "item"):
            if not lines and headings > 1 and sentence.text.endswith("."):
                return ""  # a sentence of the first section
            lines.append(sentence.text)
        headings += sentence.kind == "heading"
    return " ".join(lines)


def implied_by_opening(question: str, opening: str, quote: str) -> str:
    """Return the names and things of a question that a quote need not name, since its document's first lines do.

    "" if the quote itself names nothing of the question; no names if the quote is about somebody else.
    """
    kind = asked_kind(question)
    own, above = stems(quote), stems(opening)
    required = required_words(question, kind)
    unsaid = [word for word in required if not is_named(word, own, frozenset())]
    if not opening or len(unsaid) == len(required):
        return ""
    told_of = {word for name in NAME_RUN.findall(quote) if " " in name for word in terms.words(name)}
    another = kind != "name" and not told_of <= above | terms.STOP_WORDS
    thing = _JUST_A_THING if _WITH_VERB.search(question) else _THING
    # A letter that mentions 2024 once is not about 2024.
    words = [word for word in unsaid if word != asked_verb(question) and not word[0].isdigit()]
    left = [word for word in words if is_named(word, above, frozenset())]
    if kind == "count" and len(left) > 1:
        return ""
    things = [w for w in left if not w[0].isupper() and re.search(rf"{thing}{re.escape(w)}\b", question, re.IGNORECASE)]
    things = [word for word in things if not _is_one_of_two(word, opening)]
    if _MEASURED.search(question):
        things = [word for word in things if not _is_role(word, opening)]
    names = [word for word in left if word[0].isupper() and not another]
    return " ".join([*names, *(things if len(things) == 1 else [])])


_MEASURED = re.compile(r"\bhow (?:old|tall|heavy|big|large|high)\b", re.IGNORECASE)


def _is_role(word: str, opening: str) -> bool:
    """Return whether a word stands beside a name, as what somebody is: when a house was built is no surveyor's age."""
    role = rf"(?i:{re.escape(word)})"
    return bool(
        re.search(rf"[A-Z][\w'’-]+, (?:[a-z]+ ){{0,2}}{role}\b|\b{role}:? (?:Mr|Mrs|Ms|Dr)?\.? ?[A-Z]", opening)
    )


# "The ground floor and cellar", "a flat with a garage": what is said below may be about the other one.
_BESIDE = r"(?:and|or|with|including|plus|as well as)"


def _is_one_of_two(word: str, opening: str) -> bool:
    """Return whether first lines name a thing only beside another, as a part of what the document is about."""
    form = rf"{re.escape(word)}(?:s|es)?"
    named = list(re.finditer(rf"\b{form}\b", opening, re.IGNORECASE))
    beside = re.compile(rf"\b{_BESIDE} (?:(?:an?|the|its|one|two) )?(?:[a-z-]+ )?$", re.IGNORECASE)
    then = re.compile(rf" {_BESIDE} (?:an?|the|its) [a-z]", re.IGNORECASE)
    return bool(named) and all(beside.search(opening[: one.start()]) or then.match(opening, one.end()) for one in named)


_A_PERSON = r"(?:Mr|Mrs|Ms|Miss|Dr)?\.? ?[A-Z][\w'’-]+(?: [A-Z]\.?)? [A-Z][\w'’-]+"
# "Patient: Mr Edwin Harker" and 'Mr Daniel Osei, 31 Barrow Lane ("the Employee")'.
_ONE_PERSON = re.compile(
    r"\b(?i:patient|client|employee|applicant|candidate|pupil|student|tenant|insured|policyholder|account holder"
    rf"|customer|member|traveller|guest): {_A_PERSON}"
    rf"|{_A_PERSON}[^.;()]{{0,60}} \([“\"](?i:the (?:employee|tenant|applicant|patient|pupil|student|borrower))[”\"]\)"
)


def is_about_one_person(opening: str) -> bool:
    """Return whether first lines name the one person whom "he" or "she" means in a question about their document."""
    return len(_ONE_PERSON.findall(opening)) == 1
