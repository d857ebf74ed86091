"""References of a question to the one before it: pronouns, and "that noun", replaced by their antecedents."""

from __future__ import annotations

import re

from graph.retrieval.elliptic import with_noun
from graph.retrieval.phrases import phrases
from graph.retrieval.subjects import ROLE, Memory, antecedent_of, with_thing_done

_PRONOUN = re.compile(
    r"\b(?P<own>its|their|his|her(?= [a-z])|sein(?:e[nmrs]?)?|ihr(?:e[nmrs]?)?|leur|leurs)\b"
    r"|\b(?P<one>it|they|them|he|she|him|her|(?:that|this|the same) one|er|sie|ihn|ihm|il|elle|ils|elles|él|ella)\b"
    r"|(?<!is )(?<!are )(?<!was )(?<!were )\b(?P<there>there)(?=\W*$)"
    r"|(?<=\S )(?P<that>that|this|these|those)(?=\W*$| (?:work|mean|cost|take|apply|happen"
    r"|allowed|true|possible|due)\b)",
    re.IGNORECASE,
)
_POINTED = re.compile(
    r"\b(?:that|this|these|those|such an?|the same|dies(?:e[rnms]?)|ce(?:tte)?|est[ea]) (?P<noun>[a-zäöüéèñ]{3,})\b",
    re.I,
)
_IMPERSONAL = re.compile(
    r"\b(?:is|was|be|does|did|will|would|can|could|how long|how much)(?: \w+){0,2} it (?:take|cost|need|possible"
    r"|true|necessary|allowed|required|permitted|common|safe|legal|important|matter)s?\b(?: \w+){0,4}?"
    r" (?:to|that|for|if|when)\b"
    r"|\bit (?:is|was|takes?|costs?) (?:\w+ ){0,2}(?:to|that)\b",
    re.IGNORECASE,
)
_NEVER_THING = frozenset(("he", "she", "him", "his", "her"))  # German and French pronouns stand for things too
_NEVER_PERSON = frozenset(("it", "its", "that", "this", "they", "them", "their"))  # not one person
# "What happens if it is late?": "it" does not refer to what happens.
_HAPPENS = re.compile(r"(?:so )?what (?:happens|will happen|would happen|happened)\b", re.IGNORECASE)
_JOINS = re.compile(
    r"\b(?:and|or|but|when|while|before|after|until|because|if|that|which|who|as|than|although|since|und|wenn|weil|et|si"
    r"|quand|y|cuando|porque)\b|[,;:]",
    re.IGNORECASE,
)
_DOCUMENT = re.compile(
    r"\b(?:document|file|pdf|paper|report|text|article|book|contract|letter|manual|study|page|lease|handbook|guide)s?\b",
    re.IGNORECASE,
)


def with_references(text: str, memory: Memory, *, marked: bool) -> str:
    """Return a whole question with its pronouns resolved; after "and" with the name it leaves out."""
    resolved = with_noun(_without_pronouns(text, memory), [memory.role, memory.focus])
    if resolved != text:
        return resolved
    pointed = next((found for found in _POINTED.finditer(text) if not _DOCUMENT.match(found["noun"])), None)
    if pointed and memory.focus and not has_name(text):
        noun = re.compile(rf"\b{re.escape(pointed['noun'])}\b", re.IGNORECASE)
        chain = _chain(memory.question)
        if noun.search(chain):
            return f"{text[: pointed.start()]}{chain}{text[pointed.end() :]}"
        return text if noun.search(text[: pointed.start()]) else f"{text.rstrip(' ?.!')} ({memory.focus})?"
    names = [phrase for phrase in phrases(memory.question) if phrase.kind == "name"]
    if marked and names and not has_name(text):
        kept = names[-1]
        return f"{text.rstrip(' ?.!')} {kept.lead or 'for'} {kept.text}?"
    return text


def _without_pronouns(text: str, memory: Memory) -> str:
    """Return a question with its pronouns replaced by antecedents from earlier questions, if it has none of its own."""
    if not (memory.focus or memory.person) or _IMPERSONAL.search(text):
        return text
    for found in _PRONOUN.finditer(text):
        asked = _HAPPENS.match(text)
        before = [one for one in phrases(text[: found.start()]) if not _DOCUMENT.search(one.text)]
        before = [one for one in before if asked is None or one.start > asked.end()]
        if before and (found["own"] or _JOINS.search(text[before[0].end : found.start()])):
            continue
        focus = antecedent_of(found[0].lower(), memory)
        if not focus:
            continue
        if found[0].lower() in _NEVER_PERSON and memory.person and memory.person in focus:
            # "that" refers to the last answer, not to the subject of its question.
            told = "" if found[0].lower() in ("they", "them", "their") else f" ({memory.question.rstrip(' ?.!')})?"
            return f"{text.rstrip(' ?.!')}{told}" if told else text
        if found[0].lower() in _NEVER_THING and not (has_name(f"of {focus}") or ROLE.fullmatch(focus)):
            return text
        placed = re.search(r"\b(?:from|to|in|at|near|of|into) $", text[: found.start()], re.IGNORECASE)
        place = "in " if found["there"] and not placed else ""
        own = "" if not found["own"] else ":" if " and " in focus else "'s"
        return f"{text[: found.start()]}{place}{focus}{own}{with_thing_done(text[found.end() :], focus, memory)}"
    return text


def has_name(text: str) -> bool:
    """Return whether a text names something."""
    return any(phrase.kind == "name" for phrase in phrases(text))


def _chain(question: str) -> str:
    """Return the phrases of a question as one text, with what stands between them."""
    told = phrases(question)
    return question[told[0].start : told[-1].end] if told else ""
