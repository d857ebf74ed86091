"""Resolution of follow-up questions without a model, by rules on the words of the earlier questions.

Each phrase of a follow-up such as "And for the Dunnock?" replaces the most similar phrase of the last question: of the
same kind (a time, a name, a thing), after the same preposition, and near in meaning. A pronoun is replaced by the name
or thing that was asked about last, unless its own question has an antecedent for it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace

from graph.retrieval.elliptic import (
    asks_extreme,
    completed,
    with_other_extreme,
    with_question_word,
    written_out,
)
from graph.retrieval.exchanged_phrases import exchanged
from graph.retrieval.phrases import is_function_word, is_predicate_word, phrases
from graph.retrieval.references import has_name, with_references
from graph.retrieval.subjects import (
    CoOccurrence,
    Memory,
    Similar,
    chosen_in,
    done_in,
    person_in,
    winner_in,
    with_subject,
)

_MARK = re.compile(
    r"^\W*(?:(?:and|but|or|so|then|also|now|ok|okay|well|please|und|aber|oder|et|mais|ou|y|pero|o)\b[\s,]*)+",
    re.IGNORECASE,
)
_WHAT_ABOUT = re.compile(
    r"^(?:(?:what|how) about|what of|(?:go |going |get |getting )?back to|what is it for"
    r"|(?:the )?same (?:question )?(?:for|with|about)|was ist mit"
    r"|wie (?:sieht es|steht es|ist es) (?:mit|bei|um|für)|(?:et )?qu['’]en est-il (?:de|du|des|pour)"
    r"|qu[ée] (?:hay|pasa|tal) (?:de|con)|y qu[ée] (?:hay )?(?:de|con))\b\s*",
    re.IGNORECASE,
)
_ASKS_ALONE = re.compile(
    r"(?P<word>why(?: not)?|how come|how so|when|where|who|how|"
    r"how (?!is\b|are\b|was\b|do\b|does\b|did\b)[a-z]+(?! is\b| was\b)|how (?:much|many|long|often|far|old|big)"
    r"|since when|until when|by when|(?:by|to|from|with) whom|(?:for|by) how (?:much|many|long)|at what (?:price|cost)"
    r"|(?:in|on|at|by|for) (?:which|what) \w+"
    r"|(?:which|what) (?:year|day|date|month|page)"
    r"|warum|wieso|weshalb|wann|wo|wer|pourquoi|quand|où|qui|por qu[ée]|cu[aá]ndo|d[oó]nde|qui[eé]n)"
    r"(?: (?:is|was) (?:that|this|it)| exactly| then| so| genau| exactement)*\W*",
    re.IGNORECASE,
)
_MONTH_OF_MAY = re.compile(r"(?<=\S )May\b|^May(?=\W*$)")  # "May I ...?" begins a question
_MEASURES_IT = re.compile(r"how (?:long|far|old|big) (?:is|was) it\W*", re.IGNORECASE)
_AGAIN = re.compile(
    r"(?:(?:can|could) you )?(?:tell me more|more|say more|go on|continue|what else|anything else|more details?|details"
    r"|are you sure|really|is that (?:so|true|right)|explain(?: (?:that|this|it|more))?|elaborate|prove it|repeat"
    r"|say that again|where does it say (?:that|so)|who (?:said|says|reported) (?:so|that)"
    r"|wirklich|mehr|encore|más)(?: about (?:it|that|this))?"
    r"(?: please)?\W*",
    re.IGNORECASE,
)
_OF_TWO = re.compile(
    r"(?:(?:which|who)(?: ones?)? of (?:the (?:two|three|\w+ ones)|them|these|those|both)|which(?: ones?)?)"
    r"(?P<rest>(?: (?:is|are|was|were|has|have|had|does|costs?|can|may|\w+s|\w+ed|drew|won"
    r"|came|sold|ran|made|paid|held|lost|grew|began|took|got|stood|had)\b(?!.* (?:it|they|or)\b).*)?)",
    re.IGNORECASE,
)
_ASKS_OF_PLACE = re.compile(r"(?:why|when|how|since when) (?:in|at|on|to|from) (?:\w+ ?){1,3}\W*", re.IGNORECASE)
_PLACE_LEADS = frozenset(("in", "at", "on", "im", "am", "à", "en"))
_PAIRED = re.compile(r"\W*(?:and|or|und|oder|et|ou|y|o|with|than|vs\.?)\W*", re.IGNORECASE)
_MAX_FRAGMENT = 12  # words; a longer text without a verb is not a follow-up
_MAX_BARE = 5  # words of a fragment that begins with neither "and" nor a preposition nor an article


def standalone(
    question: str, earlier: Sequence[tuple[str, str]], similar: Similar, co_occurs: CoOccurrence | None = None
) -> str:
    """Return a question that stands alone: unchanged, or completed from the questions before it.

    Args:
        question: The question.
        earlier: The questions before it with their answers, oldest first.
        similar: Returns the similarity of a text to others.
        co_occurs: Returns whether the library mentions a thing together with a subject; None to add no subject.
    """
    memory = Memory()
    for asked, answer in earlier:
        resolved = _resolve(asked, memory, similar, co_occurs)
        ranked = resolved if asks_extreme(resolved) else memory.ranked
        memory = replace(_remember(memory, asked, resolved, answer), ranked=ranked)
    return _resolve(question, memory, similar, co_occurs)


def _remember(memory: Memory, asked: str, resolved: str, answer: str) -> Memory:
    """Return the memory after a question; "why?" and "go on" leave it as it was."""
    bare = _MARK.sub("", asked.strip())
    if memory.question and (
        _AGAIN.fullmatch(bare) or (re.match(r"(?:why|how come|how so)\b", bare, re.I) and len(bare) < 12)
    ):
        return memory
    found = _replaced_noun(bare, memory, resolved) or _of_focus(resolved)
    if memory.focus and _ASKS_OF_PLACE.fullmatch(bare):
        found = []
    if winner := winner_in(answer) or chosen_in(resolved, answer) or done_in(resolved, answer):
        pair = tuple(found[-2:]) if len(found) > 1 else memory.pair
        return Memory(resolved, winner, pair, memory.person, memory.role)
    if len(found) > 1:
        pair = tuple(found[-2:])
    elif found and memory.focus and found[0].casefold() != memory.focus.casefold():
        pair = (memory.focus, found[0])
    else:
        pair = memory.pair
    focus = " and ".join(found) if found else memory.focus
    if person := person_in(resolved, answer):
        return Memory(resolved, focus, pair, person, focus)
    return Memory(resolved, focus, pair, memory.person, memory.role)


def _replaced_noun(bare: str, memory: Memory, resolved: str) -> list[str]:
    """Return the bare noun that replaced the last subject: "And yellow fever?"."""
    about = _WHAT_ABOUT.sub("", bare).strip(" ?.!,")
    exchanged = about in resolved and memory.focus and memory.focus not in resolved
    if any(map(is_predicate_word, about.lower().split())) or len(about.split()) > _MAX_BARE:
        return []
    found = phrases(about)
    named = len(found) == 1 and found[0].kind == "name" and found[0].lead not in _PLACE_LEADS
    if named and about != bare.strip(" ?.!,") and f"'s {about}" not in resolved and about in resolved:
        return [about]  # "What about Opal Road?"
    return [about] if exchanged and not found else []


def _resolve(question: str, memory: Memory, similar: Similar, co_occurs: CoOccurrence | None) -> str:
    text = question.strip()
    if not memory.question:
        return text
    text = written_out(text)
    bare = _MARK.sub("", text)
    marked = bare != text
    if _AGAIN.fullmatch(bare):
        return memory.question
    if (found := _ASKS_ALONE.fullmatch(bare)) and not _MEASURES_IT.fullmatch(bare):
        return with_question_word(found["word"], memory.question, memory.person)
    if len(memory.pair) > 1 and (found := _OF_TWO.fullmatch(bare.rstrip(" ?.!"))) and not has_name(found["rest"]):
        return _which(found["rest"].strip(), memory)
    if whole := with_other_extreme(bare, memory.ranked) or completed(bare, memory.question, memory.focus):
        return whole
    about = _WHAT_ABOUT.sub("", bare)
    if about != bare or _is_fragment(bare, marked=marked):
        return exchanged(about, memory, similar)
    resolved = with_references(bare if marked else text, memory, marked=marked)
    return with_subject(text, memory.focus, co_occurs, memory.role_of_focus) if resolved == text else resolved


def _which(rest: str, memory: Memory) -> str:
    """Return the question for which of the two last names or things something is true."""
    first, second = memory.pair
    if not rest:
        return f"Which of {first} and {second}: {memory.question}"
    # The question about both says in what they are compared: "Which is cheaper, A or B: the yearly rent?"
    shared = [
        phrase.text
        for phrase in phrases(memory.question)
        if not any(phrase.text in one or one in phrase.text for one in memory.pair)
    ]
    return f"Which {rest}, {first} or {second}" + (f": {' '.join(shared)}?" if shared else "?")


def _is_fragment(bare: str, *, marked: bool) -> bool:
    """Return whether a text is only a phrase or two: it has no verb and asks nothing."""
    words = re.findall(r"[^\W_]+(?:[-.'’][^\W_]+)*", _MONTH_OF_MAY.sub("month", bare).lower())
    if not words or len(words) > _MAX_FRAGMENT or any(map(is_predicate_word, words)):
        return False
    opens = is_function_word(words[0])
    return marked or opens or (bare.rstrip().endswith("?") and len(words) <= _MAX_BARE)


def _of_focus(question: str) -> list[str]:
    """Return the subjects of a question: the names in it, else the thing asked for ("the deposit for the hall").

    A name after "in", "at" or "on" belongs to the thing before it ("the yard at Ostrel").
    """
    told = [phrase for phrase in phrases(question) if phrase.kind != "time" and not phrase.text.isdigit()]
    told = [
        phrase for phrase in told if not re.match(r"(?:its|their|his|her|my|our|your)\b", phrase.text, re.IGNORECASE)
    ]
    names = [phrase for phrase in told if phrase.kind == "name"]
    for one, other in itertools.pairwise(names):
        if _PAIRED.fullmatch(question[one.end : other.start]):
            return [one.text, other.text]
    if names:
        name = next((one for one in names if one.lead not in _PLACE_LEADS), names[0])
        at = told.index(name)
        within = name.lead in _PLACE_LEADS and at and told[at - 1].determined
        return [question[told[at - 1].start : name.end] if within else re.split(r"['’]s ", name.text)[0]]
    things = [phrase for phrase in told if phrase.determined or phrase.lead]
    # Without the verb that may stand between: "the price for an adult", of "What price does an adult pay?".
    parts = [f"{one.lead} {one.text}" if at and one.lead else one.text for at, one in enumerate(things)]
    joined = all(one.lead for one in things[1:])
    return [" ".join(parts) if joined else question[things[0].start : things[-1].end]] if things else []
