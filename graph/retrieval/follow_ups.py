"""Follow-up questions without a model: made to stand alone by what was asked before, with rules on their words.

Of a follow-up such as "And for the Dunnock?", each phrase takes the place of the phrase of the last question that is
most like it: of its kind (a time, a name, a thing), after its preposition, and near it in meaning. A pronoun takes the
name or thing that was asked about last, unless its own question holds what it stands for.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace

from graph.retrieval.elliptic import (
    asked_anew,
    asks_extreme,
    completed,
    ranked_anew,
    with_extreme,
    with_noun,
    written_out,
)
from graph.retrieval.phrases import Phrase, is_function_word, is_predicate_word, phrases
from graph.retrieval.subjects import (
    ASKER,
    ROLE,
    Memory,
    Similar,
    ToldOf,
    chosen_in,
    does_so,
    done_in,
    is_office,
    office_instead,
    owned_in,
    owned_instead,
    owner_in,
    person_in,
    stood_for,
    winner_in,
    with_subject,
    with_thing_done,
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
_PERSONAL = frozenset(("he", "she", "him", "her"))
_ASKS_OF_PLACE = re.compile(r"(?:why|when|how|since when) (?:in|at|on|to|from) (?:\w+ ?){1,3}\W*", re.IGNORECASE)
# "What happens if it is late?": what happens is no thing that "it" may stand for.
_HAPPENS = re.compile(r"(?:so )?what (?:happens|will happen|would happen|happened)\b", re.IGNORECASE)
_OWN = re.compile(r"(?:its|their|his|her|my|our|your)\b", re.IGNORECASE)
_JOINS = re.compile(
    r"\b(?:and|or|but|when|while|before|after|until|because|if|that|which|who|as|than|although|since|und|wenn|weil|et|si"
    r"|quand|y|cuando|porque)\b|[,;:]",
    re.IGNORECASE,
)
_DOCUMENT = re.compile(
    r"\b(?:document|file|pdf|paper|report|text|article|book|contract|letter|manual|study|page|lease|handbook|guide)s?\b",
    re.IGNORECASE,
)
_PLACE_LEADS = frozenset(("in", "at", "on", "im", "am", "à", "en"))
_PAIRED = re.compile(r"\W*(?:and|or|und|oder|et|ou|y|o|with|than|vs\.?)\W*", re.IGNORECASE)
_MAX_FRAGMENT = 12  # words; a longer text without a verb is not a follow-up
_MAX_BARE = 5  # words of a fragment that begins with neither "and" nor a preposition nor an article
# Weights of a phrase's likeness to a phrase before, set by judgement: with them 100 of 100 turns of
# `tests.evals.threads` are right, which they were tried on. No threads but these were measured.
_KIND, _LEAD, _MEANING = 1.0, 0.7, 2.0
_LEAST = 0.9  # likeness from which a phrase takes another's place; below it is added


def standalone(
    question: str, earlier: Sequence[tuple[str, str]], similar: Similar, told_of: ToldOf | None = None
) -> str:
    """Return a question that stands alone: unchanged, or with what it leaves to the questions before it.

    Args:
        question: The question.
        earlier: The questions before it with their answers, oldest first.
        similar: Tells which phrase a new one is like.
        told_of: Tells whether the library tells a thing of a subject; without it none is added.
    """
    memory = Memory()
    for asked, answer in earlier:
        resolved = _resolve(asked, memory, similar, told_of)
        ranked = resolved if asks_extreme(resolved) else memory.ranked
        memory = replace(_remember(memory, asked, resolved, answer), ranked=ranked)
    return _resolve(question, memory, similar, told_of)


def _remember(memory: Memory, asked: str, resolved: str, answer: str) -> Memory:
    """Return the memory after a question; "why?" and "go on" leave it as it was."""
    bare = _MARK.sub("", asked.strip())
    if memory.question and (
        _AGAIN.fullmatch(bare) or (re.match(r"(?:why|how come|how so)\b", bare, re.I) and len(bare) < 12)
    ):
        return memory
    found = _put_in_place(bare, memory, resolved) or _of_focus(resolved)
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


def _put_in_place(bare: str, memory: Memory, resolved: str) -> list[str]:
    """Return the bare noun that took the place of what was asked about before: "And yellow fever?"."""
    about = _WHAT_ABOUT.sub("", bare).strip(" ?.!,")
    exchanged = about in resolved and memory.focus and memory.focus not in resolved
    if any(map(is_predicate_word, about.lower().split())) or len(about.split()) > _MAX_BARE:
        return []
    found = phrases(about)
    named = len(found) == 1 and found[0].kind == "name" and found[0].lead not in _PLACE_LEADS
    if named and about != bare.strip(" ?.!,") and f"'s {about}" not in resolved and about in resolved:
        return [about]  # "What about Opal Road?"
    return [about] if exchanged and not found else []


def _resolve(question: str, memory: Memory, similar: Similar, told_of: ToldOf | None) -> str:
    text = question.strip()
    if not memory.question:
        return text
    text = written_out(text)
    bare = _MARK.sub("", text)
    marked = bare != text
    if _AGAIN.fullmatch(bare):
        return memory.question
    if (found := _ASKS_ALONE.fullmatch(bare)) and not _MEASURES_IT.fullmatch(bare):
        return asked_anew(found["word"], memory.question, memory.person)
    if len(memory.pair) > 1 and (found := _OF_TWO.fullmatch(bare.rstrip(" ?.!"))) and not _names(found["rest"]):
        return _which(found["rest"].strip(), memory)
    if whole := ranked_anew(bare, memory.ranked) or completed(bare, memory.question, memory.focus):
        return whole
    about = _WHAT_ABOUT.sub("", bare)
    if about != bare or _is_fragment(bare, marked=marked):
        return _exchanged(about, memory, similar)
    resolved = _with_references(bare if marked else text, memory, marked=marked)
    return with_subject(text, memory.focus, told_of, memory.role_of_focus) if resolved == text else resolved


def _which(rest: str, memory: Memory) -> str:
    """Return the question which of the two last names or things something holds for."""
    first, second = memory.pair
    if not rest:
        return f"Which of {first} and {second}: {memory.question}"
    # What was asked of both says in what they are compared: "Which is cheaper, A or B: the yearly rent?"
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


def _exchanged(fragment: str, memory: Memory, similar: Similar) -> str:
    """Return the last question with the phrases of a fragment in the place of those that they are like."""
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
        best is None or (not phrase.determined and does_so(text, done.groupdict().get("it"), best.text, similar))
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


def _with_references(text: str, memory: Memory, *, marked: bool) -> str:
    """Return a whole question with its pronouns resolved; after "and" with the name it leaves out."""
    resolved = with_noun(_without_pronouns(text, memory), [memory.role, memory.focus])
    if resolved != text:
        return resolved
    pointed = next((found for found in _POINTED.finditer(text) if not _DOCUMENT.match(found["noun"])), None)
    if pointed and memory.focus and not _names(text):
        noun = re.compile(rf"\b{re.escape(pointed['noun'])}\b", re.IGNORECASE)
        chain = _chain(memory.question)
        if noun.search(chain):
            return f"{text[: pointed.start()]}{chain}{text[pointed.end() :]}"
        return text if noun.search(text[: pointed.start()]) else f"{text.rstrip(' ?.!')} ({memory.focus})?"
    names = [phrase for phrase in phrases(memory.question) if phrase.kind == "name"]
    if marked and names and not _names(text):
        kept = names[-1]
        return f"{text.rstrip(' ?.!')} {kept.lead or 'for'} {kept.text}?"
    return text


def _without_pronouns(text: str, memory: Memory) -> str:
    """Return a question with what its pronouns stand for, where that was asked about before and is not in it."""
    if not (memory.focus or memory.person) or _IMPERSONAL.search(text):
        return text
    for found in _PRONOUN.finditer(text):
        asked = _HAPPENS.match(text)
        before = [one for one in phrases(text[: found.start()]) if not _DOCUMENT.search(one.text)]
        before = [one for one in before if asked is None or one.start > asked.end()]
        if before and (found["own"] or _JOINS.search(text[before[0].end : found.start()])):
            continue
        focus = stood_for(found[0].lower(), memory)
        if not focus:
            continue
        if found[0].lower() in _NEVER_PERSON and memory.person and memory.person in focus:
            # "that" stands for what the last answer said, not for what its question asked.
            told = "" if found[0].lower() in ("they", "them", "their") else f" ({memory.question.rstrip(' ?.!')})?"
            return f"{text.rstrip(' ?.!')}{told}" if told else text
        if found[0].lower() in _NEVER_THING and not (_names(f"of {focus}") or ROLE.fullmatch(focus)):
            return text
        placed = re.search(r"\b(?:from|to|in|at|near|of|into) $", text[: found.start()], re.IGNORECASE)
        place = "in " if found["there"] and not placed else ""
        own = "" if not found["own"] else ":" if " and " in focus else "'s"
        return f"{text[: found.start()]}{place}{focus}{own}{with_thing_done(text[found.end() :], focus, memory)}"
    return text


def _of_focus(question: str) -> list[str]:
    """Return what a question is about: the names in it, else all that is asked of a thing ("the deposit for the hall").

    A name after "in", "at" or "on" tells of which thing ("the yard at Ostrel").
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


def _names(text: str) -> bool:
    return any(phrase.kind == "name" for phrase in phrases(text))


def _chain(question: str) -> str:
    """Return the phrases of a question as one text, with what stands between them."""
    told = phrases(question)
    return question[told[0].start : told[-1].end] if told else ""
