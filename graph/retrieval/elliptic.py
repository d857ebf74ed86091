"""Elliptic follow-ups: questions that leave out the object of a verb, what is counted, or all but a year or a value."""

from __future__ import annotations

import re
from collections.abc import Sequence

from graph.retrieval.phrases import is_function_word, is_predicate_word, phrases

# "And if I pay late?" asks for itself, "how many were there?" for what was counted or spoken of last.
_CLAUSE = re.compile(
    r"(?:if|when|unless|in case) (?:i|we|you|he|she|it|they|the|an?|my|somebody|someone|one)\b.*", re.I
)
_WHAT_TO_DO = re.compile(
    r"(?:so )?what (?:should|can|must|do) (?:i|we|you|one)(?: have to| need to)? do"
    r"(?: (?:then|now|about (?:it|that|this)))*\W*",
    re.IGNORECASE,
)
_HOW_MANY_THERE = re.compile(r"how many (?P<rest>(?:(?:were|are|was|is) (?:there|they)|of them)\b.*)", re.IGNORECASE)
# "And replace it?" after "How often must I clean the filter?"
_DONE_TO_IT = re.compile(r"(?P<verb>[a-z]+) (?:it|them|that|this)\W*", re.IGNORECASE)
_ASKS_TO_DO = re.compile(
    r"(?P<before>.*?\b(?:must|should|do|can|may|could|shall|will|would|might) (?:i|you|we|they|one) )"
    r"[a-z]+(?P<after>\b.*)",
    re.IGNORECASE,
)
# "Which quarter has the most?" after "How many surveys are planned?"
_MOST_OF_WHAT = re.compile(r".*\b(?:most|fewest|least|highest|lowest|largest|smallest|biggest)\W*", re.IGNORECASE)
_COUNTED = re.compile(
    r"\bhow (?:many|much) (?P<thing>(?:[\w-]+ ){0,2}[\w-]+?) (?:is|are|was|were|does|do|did|has|have|can|will|may)\b",
    re.IGNORECASE,
)
# "And the Vega: price?" is a question of its own.
_OF_NAMED = re.compile(r"[^:?]{2,60}: ?[^\W\d_][^:?]{1,40}\W*")
_YEAR = re.compile(r"\b(?:1[0-9]|20)\d\d\b")
_YEAR_BESIDE = re.compile(
    r"(?:(?:what|how) about )?(?:in |for )?"
    r"(?:the (?P<before>year before|(?:previous|prior|preceding) year|year earlier)"
    r"|the (?:year after|(?:following|next) year|year later))(?: that)?\W*",
    re.IGNORECASE,
)
# "And the second trip, how much was that?" asks about the thing before the comma.
_TOLD_FIRST = re.compile(
    r"(?:(?:what|how) about )?(?P<thing>(?:the |an? )?[^,?!]{2,50}), "
    r"(?P<ask>(?:who|what|when|where|why|how|which)\b[^,]*?)"
    r" (?P<it>that|this|it|he|she|they|those)(?P<rest>\b[^,]*)",
    re.IGNORECASE,
)
# "Back to the mill: when was it built?"
_BACK_TO = re.compile(
    r"(?:let us |let's |can we )?(?:go |going |get |getting |come |coming |return |returning )?(?:back |again )?"
    r"(?:to|as for|as to|regarding|concerning|about) (?P<thing>(?:the |an? )?[^,:;?!]{2,50})[,:;]\s+(?P<ask>.+)",
    re.IGNORECASE,
)
_POINTS = re.compile(
    r"\b(?P<own>its|his|her|their)\b|\b(?:(?:that|this|the same) one|it|he|she|they|them|him|that)\b", re.IGNORECASE
)
# "How many people came?" leaves out the event that they came to.
_CAME = re.compile(r"how many (?:\w+ )?\w+ (?:came|attended|took part|participated|turned up)\W*", re.IGNORECASE)
_ASKING = re.compile(
    r"^(?:(?:in|on|at|by|for|from|to) )?(?:what|which|who|whom|whose|when|where|why|how)\b.*?\s(?=(?:is|are|was|were"
    r"|does|do|did|has|have|had|can|could|will|would|must|should|may)\b)",
    re.IGNORECASE,
)
_WHO_WILL = re.compile(r"who (?P<will>will|would|can|could|must|should|may|shall|did) ", re.IGNORECASE)
# "In what year was the inn opened?" after "Who opened the inn?"
_DID = re.compile(
    r"(?P<verb>[a-z]{3,}ed|built|made|led|held|sold|bought|won|found) (?P<thing>(?:the|an?|[A-Z])\b[^,?]*?)(?P<end>\W*)"
)
_OF_WHEN = re.compile(r"when|where|(?:in|on) (?:which|what)|(?:which|what) (?:year|day|date|month)", re.IGNORECASE)
# "Who called the second one?"
_ORDINAL_ONE = re.compile(
    r"\b(?P<which>the (?:first|second|third|fourth|fifth|other|last|next|previous)) one\b", re.IGNORECASE
)
_HEAD = re.compile(r"(?:the|an?) (?:[\w-]+ )*?(?P<noun>[a-z]+)(?= (?:of|for|in|at|to|on)\b|$)", re.IGNORECASE)
_EXTREME = (
    r"(?P<word>(?:(?:second|third|2nd|3rd|next) )?"
    r"(?:(?:most|least) (?!(?:one|in|of|on|at|for|by|to|and|from|with)\b)[a-z]+(?<![^us]s)\b"
    r"|\w+est|most|least|best|worst|first|last|maximum|minimum))"
)
_ONE_EXTREME, _EXTREME_WITHIN = (
    re.compile(rf"(?:the )?{_EXTREME}(?: one)?", re.IGNORECASE),
    re.compile(_EXTREME, re.IGNORECASE),
)
# "And which had the shortest?"
_WHICH_HAS = re.compile(
    r"(?:which|what|who)(?: one)? (?:has|had|have|is|was|got) "
    rf"(?P<extreme>(?:the )?{_EXTREME.replace('?P<word>', '?:')}(?: one)?)\W*",
    re.IGNORECASE,
)
_ASKS_EXTREME = re.compile(
    r"^(?:and )?(?:which|what|who)\b.*\b(?:[a-z]{3,}est|most|least|maximum|minimum)\b", re.IGNORECASE
)
_TOOK_PART = re.compile(r"\b(?:took part|participated)\b", re.IGNORECASE)
_CONTRACTED = re.compile(r"\b(what|who|where|when|how)['’]s\b", re.IGNORECASE)


def written_out(question: str) -> str:
    """Return a question with "what is" in place of "what's", which would count as a noun."""
    return _CONTRACTED.sub(r"\1 is", question)


def completed(bare: str, question: str, focus: str) -> str:
    """Return a question completed from the one before it: with the object of its verb, or the counted noun; or "".

    Args:
        bare: The question without "and" before it.
        question: The question before it.
        focus: The name or thing that was asked about last.
    """
    if _CLAUSE.fullmatch(bare):
        return f"What happens {bare}"
    if (told := _TOLD_FIRST.fullmatch(bare)) and not any(map(is_predicate_word, told["thing"].lower().split())):
        return f"{told['ask']} {told['thing']}{told['rest']}"
    if told := _BACK_TO.fullmatch(bare):
        owned = f"{told['thing']}'s"
        return _POINTS.sub(lambda found: owned if found["own"] else told["thing"], told["ask"], count=1)
    if focus and _CAME.fullmatch(bare):
        return f"{bare.rstrip(' ?.!')} {'in' if _TOOK_PART.search(bare) else 'to'} {focus}?"
    return _acted_on(bare, question, focus)


def _acted_on(bare: str, question: str, focus: str) -> str:
    """Return a question completed with its action, counted noun or year; or ""."""
    if _OF_NAMED.fullmatch(bare) and not any(map(is_predicate_word, bare.lower().split())):
        return bare
    if (beside := _YEAR_BESIDE.fullmatch(bare)) and len(years := set(_YEAR.findall(question))) == 1:
        return _YEAR.sub(str(int(years.pop()) + (-1 if beside["before"] else 1)), question)
    if focus and _WHAT_TO_DO.fullmatch(bare):
        return f"What to do about {focus}?"
    if (there := _HOW_MANY_THERE.fullmatch(bare)) and focus and not is_named(f"of {focus}"):
        thing = re.sub(r"^(?:the|an?|all|both) ", "", focus, flags=re.IGNORECASE)
        return f"How many {thing} {there['rest']}"
    done, asked = _DONE_TO_IT.fullmatch(bare), _ASKS_TO_DO.match(question)
    if done and asked and not is_function_word(done["verb"].lower()):
        return f"{asked['before']}{done['verb']}{asked['after']}"
    counted = _COUNTED.search(question)
    if counted and _MOST_OF_WHAT.fullmatch(bare):
        return f"{bare.rstrip(' ?.!')} {counted['thing']}?"
    return ""


def with_question_word(word: str, question: str, person: str) -> str:
    """Return the last question with another question word: "When was it closed?", "why?" gives "Why was it closed?".

    Args:
        word: The question word.
        question: The last question.
        person: The name in the answer to "who": "By when will Ann Bo order it?" after "Who will order it?".
    """
    if person and (who := _WHO_WILL.match(question)):
        question = f"Who {who['will']} {person} {question[who.end() :]}"
    rest = _ASKING.sub("", question, count=1)
    if rest == question:
        rest = re.sub(r"^(?:who|what)\s", "", question, flags=re.IGNORECASE)  # "Who built it?"
    if rest == question and not is_predicate_word(question.split()[0].lower()):
        return f"{word}: {question}"
    if (done := _DID.fullmatch(rest)) and _OF_WHEN.match(word):
        rest = f"was {done['thing']} {done['verb'].lower()}{done['end']}"
    return f"{word[:1].upper()}{word[1:]} {rest[:1].lower()}{rest[1:]}"


def with_extreme(fragment: str, question: str) -> str:
    """Return a question with another extreme in the place of its own: "the lowest one"; "" for other fragments."""
    if not (found := _ONE_EXTREME.fullmatch(fragment)):
        return ""
    told = _EXTREME_WITHIN.search(question)
    if told is None:
        return f"{question.rstrip(' ?.!')}: {fragment}?"
    return f"{question[: told.start()]}{found['word']}{question[told.end() :]}"


def with_other_extreme(bare: str, ranked: str) -> str:
    """Return an earlier question for an extreme with the one now asked for: "which had the shortest?"; or ""."""
    found = _WHICH_HAS.fullmatch(bare) if ranked else None
    return with_extreme(found["extreme"], ranked) if found else ""


def asks_extreme(question: str) -> bool:
    """Return whether a question asks which thing has the most or least."""
    return bool(_ASKS_EXTREME.search(question))


def with_noun(question: str, things: Sequence[str]) -> str:
    """Return a question with the noun that "the second one" leaves out, that of the first of some things with one."""
    nouns = [found["noun"] for thing in things if (found := _HEAD.match(thing))]
    return _ORDINAL_ONE.sub(rf"\g<which> {nouns[0]}", question) if nouns else question


def is_named(text: str) -> bool:
    """Return whether a text holds a name."""
    return any(phrase.kind == "name" for phrase in phrases(text))
