"""Antecedents of pronouns: of one at the beginning of a sentence, and of one in a question.

"She studied in Zurich." is about the woman whom a sentence before names. Where two persons are named, the antecedent is
in the nearest sentence that is not about the person of another pronoun: "Her brother Jasper was a painter. He lived in
Paris."
"""

from __future__ import annotations

import re
from functools import lru_cache

from graph.retrieval.terms import STOP_WORDS
from graph.storage.rows import ChunkRow

# "In 1891 she discovered ...".
_BY_PRONOUN = re.compile(
    r"(?:(?:in|on|at|from|after|before|since|by|during|until|for|with) [^.;]{1,40}? "
    r"|(?:there|then|later|soon|today|now|afterwards|finally|originally|first),? )?"
    r"(?P<pronoun>he|she|it|they|his|her|its|their)\b",
    re.IGNORECASE,
)
_POSSESSIVE = {"his": "he", "her": "she", "its": "it", "their": "they"}
_MOST_BETWEEN = 8  # sentences from a pronoun back to what it stands for


@lru_cache(maxsize=64)  # called for each sentence of a question's chunks
def antecedents(chunk: ChunkRow) -> tuple[int, ...]:
    """Return for each sentence its own index, or that of the earlier sentence that names its pronoun's antecedent."""
    found: list[int] = []
    last: dict[str, int] = {}
    told = [_pronoun(sentence.text) if sentence.kind == "prose" else "" for sentence in chunk.sentences]
    for number, own in enumerate(told):
        before, pronoun = number - 1, _POSSESSIVE.get(own, own)
        if own and before >= 0 and chunk.sentences[before].kind == "prose":
            # "Her brother was a smith. He ...", but not "She came from Oslo. He ...": that names no other person.
            names_another = not told[before] or (told[before] in _POSSESSIVE and _POSSESSIVE[told[before]] != pronoun)
            at = before if names_another else last.get(pronoun, before)
            found.append(at if number - at <= _MOST_BETWEEN else number)
            last[pronoun] = found[-1]
        else:
            found.append(number)
            last.clear()
    return tuple(found)


def antecedent(chunk: ChunkRow, sentence: str) -> str:
    """Return the sentence that names the antecedent of another sentence's pronoun; "" if it begins with none.

    Args:
        chunk: The chunk.
        sentence: The id of a sentence in it.
    """
    at = next((at for at, one in enumerate(chunk.sentences) if one.id == sentence), 0)
    before = antecedents(chunk)[at] if chunk.sentences else at
    return chunk.sentences[before].text if before != at else ""


def _pronoun(text: str) -> str:
    found = _BY_PRONOUN.match(text)
    return found["pronoun"].lower() if found else ""


_OF_QUESTION = re.compile(
    r"\b(?:he|she|it|they|him|her|them|his|hers|its|their|theirs)\b(?!['’]s [A-Z])", re.IGNORECASE
)
# "How long does it take to know ...?", "What is it called when ...?": this "it" is an expletive.
_EXPLETIVE = re.compile(
    r"it (?=(?:\w+ ){0,3}?(?:to|when|if|that|whether|for|called|said|rain\w*|snow\w*|(?:un)?allowed|permitted|forbidden"
    r"|possible|necessary|ok(?:ay)?|true)\b)",
    re.IGNORECASE,
)
# "What does it say about smoking?": "it" means the documents that are asked.
_OF_A_TEXT = re.compile(
    r"(?:it|they) (?:say|tell|mention|state|describe|contain|cover|mean|require|specif|provide|stand|deal|talk)\w*\b",
    re.IGNORECASE,
)
# "How can it be terminated?", asked of one agreement.
_ENDS_OR_BEGINS = re.compile(
    r"it (?:be )?(?:terminat|cancel|end|expir|begin|began|start|sign|renew|revok|amend|valid|publish)\w*\b"
    r"|it (?:in force|written|dated)\b",
    re.IGNORECASE,
)
# "What do I do when it leaks?", asked of one manual: what answers names the case itself.
_WHAT_TO_DO_WHEN = re.compile(
    r"^\W*(?:and |so )?what (?:do|should|must|can|shall) (?:i|we|you) do (?:if|when|once|after) $", re.IGNORECASE
)
_WHO = re.compile(r"\bwho(?:se|m)?\b", re.IGNORECASE)
_OF_PERSONS = frozenset(("he", "she", "him", "her", "his", "hers"))
_LEADS = re.compile(
    r"\b(?:what|which|whose|how (?:many|much)|the|an?|this|these|that|those|my|our|your|any|some|every|each|all|no|of"
    r"|do|does|did|is|are|was|were|has|have|had|can|may|must|should|will|would|could) (?P<noun>[\w-]+)",
    re.IGNORECASE,
)


@lru_cache(maxsize=64)  # asked of each claim
def has_open_pronoun(question: str, *, of_one: bool = False, of_person: bool = False) -> bool:
    """Return whether an English question has a pronoun without an antecedent in it: "How much does it cost?".

    An antecedent is a name anywhere in the question, or a noun before the pronoun. Where one document is asked
    (`of_one`), it is the antecedent of "it" with verbs such as "ends" or "begins"; where that is the paper of one
    person (`of_person`), that is the antecedent of "she".
    """
    if any(word.isalpha() and word[0].isupper() and word != "I" for word in question.split()[1:]):
        return False
    for found in _OF_QUESTION.finditer(question):
        rest, before = question[found.start() :], question[: found.start()]
        if _EXPLETIVE.match(rest) or _OF_A_TEXT.match(rest):
            continue
        is_of_person = found[0].lower() in _OF_PERSONS
        if of_person if is_of_person else (of_one and (_ENDS_OR_BEGINS.match(rest) or _WHAT_TO_DO_WHEN.match(before))):
            continue
        if (is_of_person or found[0].lower().startswith("the")) and _WHO.search(before):
            continue
        return not _names_a_thing(before)
    return False


def _names_a_thing(text: str) -> bool:
    """Return whether a text has a noun: after an article or the like, or as the first word ("Newborns are ...")."""
    nouns = [found["noun"].lower() for found in _LEADS.finditer(text)]
    first = next(iter(re.findall(r"[\w-]+", text.lower())), "")
    return any(word not in STOP_WORDS for word in [*nouns, *([first] if not first.startswith("wh") else [])])
