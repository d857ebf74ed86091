"""Phrases of a question: the names, things, times and places in it, each with the preposition before it.

There is no part-of-speech tagger: phrases are the words between function words. Mainly for English; the function words
of German, French and Spanish are known as well.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

PhraseKind = Literal["time", "name", "noun"]

DETERMINERS = frozenset(
    """a an the this that these those its their his her our your my any each every both some another one ein eine einen
    einem einer eines der die das den dem des diese dieser dieses diesen le la les un une des ce cette ces el los las
    una unos unas este esta estos estas""".split()
)
PREPOSITIONS = frozenset(
    """of for in on at by with from to under over about between during after before since until within without against
    per into through near für in im am an auf bei beim mit von vom zu zum zur aus nach vor seit unter über pour dans sur
    chez avec de du par à au aux en para con sobre por del al desde hasta""".split()
)
_MODALS = frozenset(("does", "do", "did", "can", "could", "will", "would", "must", "should", "may", "might", "shall"))
_AUXILIARIES = _MODALS | frozenset(
    """is are was were be been has have had am ist sind war waren hat haben hatte wird werden kann können muss müssen
    darf dürfen soll est sont était ont fut es son era fue tiene tienen hay está están puede debe""".split()
)
_QUESTION_WORDS = frozenset(
    """what who whom whose when where why how which wer was wann wo warum wie wieso weshalb welche welcher welches
    welchen welchem wieviel que quoi qui quand où pourquoi comment quel quelle quels quelles combien qué quién quiénes
    cuándo dónde cómo cuál cuáles cuánto cuánta cuántos cuántas""".split()
)
_PERSONS = frozenset(("who", "wer", "qui", "quién", "quiénes"))  # a verb follows: "who leads Birch House"
_OTHERS = frozenset(
    """and or but if than as not no there here then also it they he she them him i we you us me much many long often far
    please tell give show list name und oder aber wenn als nicht kein keine es sie er ihm ihn wir ich et ou mais si ne
    pas il elle ils elles on nous vous je y o pero no ello él ella viel viele hoch lange beaucoup up cheap due open
    closed worth long high heavy wide tall deep old big large built made paid sold held kept found done written given
    shown""".split()
)
# Verbs that end what stands between them and "does": "How much does a tyre change cost for ...?"
_VERBS = frozenset(
    """cost costs say says mean means stand stands have take need needs last weigh weighs contain include pay require
    apply cover earn employ live begin end produce belong become happen cause kostet kosten gibt wiegt hält coûte
    coûtent dure pèse cuesta cuestan dura pesa""".split()
)
# Verbs after which a bare noun is a thing: "Does the policy cover theft?"
_TAKES_THING = frozenset("cover contain include require need".split())
# "Do I have to report a claim?": what follows is a verb, and no place.
_BEFORE_TO = frozenset(
    """have has had need needs want wants ought able allowed required supposed used like how going necessary possible
    when where""".split()
)
_CHOOSES = frozenset("which what many much welche welcher welches welchen quel quelle quels quelles cuál qué".split())
_WORD = re.compile(r"[^\W_]+(?:[-.,'’&@/][^\W_]+)*", re.UNICODE)
_TIME = re.compile(
    r"(?:(?:1[0-9]|20)\d\d|q[1-4]|h[12]|fy ?\d{2,4}|january|february|march|april|may|june|july|august|september|october"
    r"|november|december|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|winter|summer|spring|autumn|today|tomorrow"
    r"|weekends?|januar|februar|märz|mai|juni|juli|oktober|dezember|\d{1,2}(?:st|nd|rd|th)?"
    r"|(?:this|last|next) (?:year|month|week))",
    re.IGNORECASE,
)
# "Monday morning", but not "a weekend ticket".
_OF_TIME = re.compile(
    r"years?|months?|weeks?|days?|mornings?|afternoons?|evenings?|nights?|seasons?|half|quarters?|end|start|beginning"
    r"|term|period|\d+|jahr|monat|woche|tag|an(?:née)?|mois|año|mes",
    re.IGNORECASE,
)
# "An oil change", where "an" is no German preposition: "an Kinder", "an einem Tag".
_ENGLISH_AN = re.compile(
    r"an (?P<word>(?!alle[mnrs]?\b|andere|uns\b|euch\b)[aeiou][a-z]+|hour|honest|(?-i:[AEFHILMNORSX](?:[A-Z]+|-)))",
    re.IGNORECASE,
)
_PARTICIPLE = re.compile(r"\w{2,}(?:ed|en)")


class Phrase(NamedTuple):
    """A name, thing, time or place in a question."""

    text: str
    """The words, with the determiner."""
    start: int
    end: int
    """The range of characters of the words."""
    lead: str
    """The preposition before it, lower case; "" if there is none."""
    kind: PhraseKind
    """A time; a name, which has a capital or a digit; or anything else."""
    determined: bool
    """Whether it begins with a determiner."""


class _Run(NamedTuple):
    words: list[re.Match[str]]
    lead: str
    determiner: re.Match[str] | None
    chosen: bool
    """Whether it follows `which`, `what` or `how many`."""
    verb_last: bool
    """Whether its last word is a verb: "does a service cost", "was the roof mended"."""


def phrases(question: str) -> list[Phrase]:
    """Return the phrases of a question in order."""
    return [phrase for run in _runs(question) if (phrase := _phrase(question, run))]


def is_function_word(word: str) -> bool:
    """Return whether a lower-case word says how a sentence is built, rather than what it is about."""
    return word in DETERMINERS or word in PREPOSITIONS or is_predicate_word(word) or word in _OTHERS or word in _VERBS


def is_predicate_word(word: str) -> bool:
    """Return whether a lower-case word is an auxiliary or asks, so that a text with it is a sentence of its own."""
    return word in _AUXILIARIES or word in _QUESTION_WORDS


def _runs(question: str) -> list[_Run]:
    """Return the runs of content words between function words, marks and changes of case."""
    splitter, before = _Splitter(question), 0
    for found in _WORD.finditer(question):
        if question[before : found.start()].strip(" \"'“”‘’"):
            splitter.close()
        before = found.end()
        splitter.add(found)
    splitter.close()
    return splitter.runs


class _Splitter:
    """Collects the words of a question to runs."""

    def __init__(self, question: str) -> None:
        self.runs: list[_Run] = []
        self._question = question
        self._words: list[re.Match[str]] = []
        self._lead, self._chosen = "", False
        self._determiner: re.Match[str] | None = None
        self._last = self._before_last = ""
        self._auxiliary = ""
        self._awaits_verb = False  # "how many students may ...": the subject stands before the auxiliary
        self._has_verb = False  # whether a known verb follows the auxiliary, so that no other word is one

    def close(self, *, before_verb: bool = False) -> None:
        """End the run."""
        if self._words:
            known = before_verb or self._has_verb
            verb = not known and _ends_with_verb(self._words, self._auxiliary, alone=self._awaits_verb)
            self.runs.append(_Run(self._words, self._lead, self._determiner, self._chosen, verb))
            if verb or before_verb:
                self._auxiliary = ""
            self._awaits_verb = self._auxiliary in _MODALS
        self._words, self._lead, self._determiner, self._chosen = [], "", None, False

    def add(self, found: re.Match[str]) -> None:
        """Take the next word of the question."""
        word, last = found[0].lower(), self._last
        to_do = last == "to" and self._before_last in _BEFORE_TO
        self._last, self._before_last = word, last
        if to_do and word not in DETERMINERS:
            self.close()
        elif self._is_content(found):
            if not (last in _PERSONS and found[0].islower()):
                self._add_content(found)
        elif word in DETERMINERS and (self._lead or word not in PREPOSITIONS or _is_article(self._question, found)):
            lead = self._lead if not self._words else ""
            self.close()
            self._lead, self._determiner = lead, found
        elif word in PREPOSITIONS:
            self.close()
            self._lead = word
        else:
            self._add_function(word, found.end())

    def _is_content(self, found: re.Match[str]) -> bool:
        word = found[0].lower()
        if is_predicate_word(word) and found[0] != "May":
            return False
        # A capital makes a name of "La" and "Will", but not at the beginning of the question.
        if found[0][0].isupper() and found.start() and word != "i":
            return True
        # "the end" and "the cost" are things, "the mill cost" is not.
        verb = word in _VERBS and (bool(self._words) or self._determiner is None)
        return not verb and word not in DETERMINERS | PREPOSITIONS | _OTHERS

    def _add_content(self, found: re.Match[str]) -> None:
        last = self._words[-1][0] if self._words else ""
        acronym = last.isupper() and last.isalpha() and len(last) > 1 and self._determiner is not None  # "the LED lamp"
        if last and last[0].isupper() and found[0].islower() and not acronym:
            owned = self._words[-1][0].endswith(("'s", "’s"))
            self.close()
            self._chosen = owned or self._auxiliary not in _MODALS
        self._words.append(found)

    def _add_function(self, word: str, end: int) -> None:
        self.close(before_verb=word in _OTHERS | _VERBS)
        if word in _AUXILIARIES or word in _QUESTION_WORDS:
            self._auxiliary = word if word in _AUXILIARIES else ""
        if word in _MODALS:
            self._has_verb = any(later[0] in _VERBS for later in _WORD.finditer(self._question, end))
        self._awaits_verb = word in _MODALS and bool(self.runs) and self.runs[-1].chosen
        self._chosen = word in _CHOOSES or (word in _TAKES_THING and bool(self.runs))


def _is_article(question: str, found: re.Match[str]) -> bool:
    """Return whether an "an" begins a thing: a word follows that begins with a vowel, and no German noun or article."""
    after = _ENGLISH_AN.match(question, found.start())
    word = after["word"] if after else ""
    return (word.islower() or word.isupper()) and not is_function_word(word)


def _ends_with_verb(words: list[re.Match[str]], auxiliary: str, *, alone: bool) -> bool:
    """Return whether the last word of a run belongs to the auxiliary before it."""
    last = words[-1][0]
    if not last.islower() or not (len(words) > 1 or alone):
        return False
    return auxiliary in _MODALS or bool(auxiliary and _PARTICIPLE.fullmatch(last))


def _phrase(question: str, run: _Run) -> Phrase | None:
    """Return the phrase of a run without a verb at its end; None for a verb or adjective alone."""
    words = run.words
    if run.verb_last:
        words = words[:-1]
    if not words:
        return None
    text = question[words[0].start() : words[-1].end()]
    text = re.sub(r"['’]s$", "", text)
    start = run.determiner.start() if run.determiner else words[0].start()
    end = words[0].start() + len(text)
    named = any(word[0][0].isupper() or any(map(str.isdigit, word[0])) for word in words)
    if not (named or run.determiner or run.lead or run.chosen):
        return None
    whole = question[start:end]
    first, last = text.split()[0], text.split()[-1]
    timed = _TIME.fullmatch(first) and (first == last or _TIME.fullmatch(last) or _OF_TIME.fullmatch(last))
    kind: PhraseKind = "time" if timed or _TIME.fullmatch(whole) else "noun"
    return Phrase(whole, start, end, run.lead, "name" if kind == "noun" and named else kind, bool(run.determiner))
