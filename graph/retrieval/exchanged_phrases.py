"""Short follow-ups whose phrases replace phrases of the question before: "And for the Dunnock?"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from graph.retrieval.elliptic import with_extreme
from graph.retrieval.phrases import Phrase, is_function_word, phrases
from graph.retrieval.subjects import (
    ASKER,
    ROLE,
    Memory,
    Similar,
    is_agent,
    is_office,
    office_instead,
    owned_in,
    owned_instead,
    owner_in,
)

_WHO_DOES = re.compile(
    r"(?P<before>who (?!(?:is|was|are|were|has|had|can|may|must|will)\b)[a-z]+ )[^,;:]+?(?P<after>\W*)", re.IGNORECASE
)
# "And the lamp?" after "What does the bell cost?"
_DOES_IT = re.compile(
    r"(?P<before>(?:what|how (?:much|long|often|big|heavy)|when|where|why) (?:does|do|did) )(?P<it>[\w' -]+?)"
    r"(?P<after> (?:cost|weigh|last|take|mean|begin|start|end|open|close|work|earn|get|pay|receive|need|eat|produce"
    r"|use|hold|drink)\b.*)",
    re.IGNORECASE,
)
_PERSONAL = frozenset(("he", "she", "him", "her"))
# Weights of a phrase's likeness to an earlier phrase, chosen by hand on `tests.evals.threads`, whose 100 turns are all
# right with them.
_KIND, _LEAD, _MEANING = 1.0, 0.7, 2.0
_LEAST = 0.9  # likeness from which a phrase replaces another; below it the phrase is added


def exchanged(fragment: str, memory: Memory, similar: Similar) -> str:
    """Return the last question with each phrase of a fragment in place of the most similar phrase."""
    bare, result = fragment.strip(" ?.!,"), memory.question
    if whole := with_extreme(bare, result) or office_instead(bare, memory):
        return whole
    new = phrases(fragment)
    if bare.lower() in _PERSONAL and memory.person in result and memory.role.istitle():
        return result.replace(memory.person, memory.role)  # "When did he die?", "And she?"
    if not new:
        kept = re.sub(r"\b(?:it|them|him|her|that|this)\b", memory.focus or "it", bare)
        at = len(fragment) - len(fragment.lstrip())
        new = [Phrase(kept, at, at + len(bare), "", "noun", False)]
    elif bare_noun := _before_phrase(fragment, new[0]):
        new = [bare_noun, *new]
    taken: set[str] = set()
    for phrase in new:
        result = _exchange(phrase, result, taken, memory, similar)
    return result


def _before_phrase(fragment: str, first: Phrase) -> Phrase | None:
    """Return the bare noun before the first phrase of a fragment: "ammonium" of "ammonium in forest streams"."""
    before = fragment[: first.start].rstrip().removesuffix(first.lead)
    words = [word for word in re.findall(r"[\w'’-]+", before) if not is_function_word(word.lower())]
    text = " ".join(words)
    at = before.find(text)
    return Phrase(text, at, at + len(text), "", "noun", False) if first.lead and words and at >= 0 else None


def _exchange(phrase: Phrase, question: str, taken: set[str], memory: Memory, similar: Similar) -> str:
    # "its weight" is the weight of the same thing, which the question still names.
    text = re.sub(r"^(?:its|their|his|her) ", "the ", phrase.text, flags=re.IGNORECASE)
    text = re.sub(r" ones?$", "", text)
    if ROLE.fullmatch(text) and (asker := ASKER.search(question)):
        return f"{question[: asker.start()]}{text}{question[asker.end() :]}"
    old = [one for one in phrases(question) if one.text not in taken]
    taken.add(text)
    best = _like(phrase, text, old, similar)
    done = None if phrase.lead else _WHO_DOES.fullmatch(question) or _DOES_IT.fullmatch(question)
    if done and (
        best is None or (not phrase.determined and is_agent(text, done.groupdict().get("it"), best.text, similar))
    ):
        return f"{done['before']}{text}{done['after']}"  # "Who repairs broken windows?", "And the roof?"
    owner = owner_in(question)
    if owner and best and not phrase.lead and best.start == owner.start:
        best = owned_instead(text, best, old, similar)
    if owner and (
        best is None and phrase.lead in ("of", "for") if phrase.lead else is_office(text, owner, memory, similar)
    ):
        return f"{question[: owner.start]}{text}{question[owner.end :]}"  # "What is Ann's age?", "And of Bob?"
    if best is None and owner and not phrase.lead and (owned := owned_in(old, owner)):
        best = owned  # "What was Acme's EBIT?", "And the dividend?"
    if best is None:
        lead = phrase.lead or ("in" if phrase.kind == "time" else "for")
        return f"{question.rstrip(' ?.!')} {lead} {text}?"
    # "recall on average", "And after one week?": the preposition is exchanged with its phrase.
    start, lead = best.start, phrase.lead
    if best.lead and lead and lead != best.lead and question[: best.start].lower().endswith(f"{best.lead} "):
        start, text = start - len(best.lead) - 1, f"{lead} {text}"
    text = re.sub(r"^(?:the|an?) ", "", text, flags=re.I) if question[:start].endswith(("'s ", "’s ")) else text
    return f"{question[:start]}{text}{question[best.end :]}"


def _like(phrase: Phrase, text: str, old: Sequence[Phrase], similar: Similar) -> Phrase | None:
    """Return the phrase that another one is most like; None if none is like enough."""
    same = [one for one in old if (one.kind == "time") == (phrase.kind == "time")]
    # "What is the deposit?", "And for the kitchen?": that is the deposit for the kitchen. But where the question has a
    # phrase after the same preposition, it may be any phrase: "How much is a shave for adults?", "And for a wash?".
    free = not phrase.lead or phrase.kind == "time" or any(one.lead == phrase.lead for one in old)
    same = [one for one in same if free or one.lead]
    if not same:
        return None
    near = similar(text, [one.text for one in same])

    def likeness(at: int) -> float:
        one = same[at]
        leads = _LEAD * (one.lead == phrase.lead) if phrase.lead else 0.0
        return _KIND * (one.kind == phrase.kind) + leads + _MEANING * near[at]

    best = max(range(len(same)), key=likeness)
    return same[best] if likeness(best) >= _LEAST or phrase.kind == "time" else None
