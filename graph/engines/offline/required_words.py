"""Words of a question that an answer has to name, the kind of value it asks for, and which words a quote lacks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from graph.engines.offline.asked_words import (
    ASKED_KIND,
    BOUNDS,
    FRAME,
    HOW_MUCH,
    KINDS,
    MEASURES,
    NUMBER,
    PERSONS,
    VALUE_NOUN,
    WORD,
)
from graph.engines.offline.doers import doers_of, is_done_by_name
from graph.engines.offline.everyday_words import (
    MOST_WORDS,
    asks_for_oneself,
    circumstances,
    is_everyday,
    is_written_formally,
)
from graph.engines.offline.other_things import (
    Evidence,
    codes_of_others,
    numbers_of_others,
    says,
)
from graph.engines.offline.permissions import (
    PERMISSION_WORDS,
    asks_permission,
    asks_yes_or_no,
    says_opposite,
)
from graph.engines.offline.word_forms import initials_of, is_month_within, is_named, stems
from graph.retrieval import terms

MIN_NAMED = 2
# Under "Termination" stands much that does not say how to get out.
HOW_TO = re.compile(r"^\W*how (?:do|can|should|must) (?:i|we|you) (\w+)", re.IGNORECASE)
# The title "The Wick Players" does not make everybody under it one who plays the lead.
_WHO_DOES = re.compile(
    r"^\W*(?:and |so )?who (?!is\b|was\b|are\b|were\b|has\b|had\b|do\b|does\b|did\b|must\b|can\b|may\b|will\b|should\b)"
    r"(?:[a-z]+ly (?=[a-z]+ed\b))?([a-z]{3,})\b",
    re.IGNORECASE,
)
# "What does the contract say about smoking?" is answered by each sentence on smoking.
_SAYS_ABOUT = re.compile(
    r"^\W*(?:and |so )?what (?:do|does|did) (?:it|they|(?:the|this|that|my|our|these) (?:[\w-]+ ){0,2}?[\w-]+)"
    r" (?P<says>say|state|tell|mention|require|specify)(?: us| me)? (?:about|on|regarding|concerning)\b",
    re.IGNORECASE,
)
# "Error" of "error E4" only says what kind of thing the code is.
_CODE_NAMED = re.compile(r"\b[A-Z]{1,5}-?\d{1,5}\b")
_BEFORE_CODE = re.compile(r"\b([a-z]+) (?=[A-Z]{1,5}-?\d{1,5}\b)")
_UNTIL_WHEN = re.compile(r"^\W*(?:and |so )?(?:until|till) (?:when|what|which)\b", re.IGNORECASE)
_OF_EACH = re.compile(
    r"^\W*(?:and |so )?(?:how \w+|what) (?:is|are|was|were|does|do|did) (?:each|every)\b", re.IGNORECASE
)
_HAPPENS_AFTER = re.compile(r"^\W*what (?:happens|follows) after\b", re.IGNORECASE)
# "Look after" is one verb, and who spends the winter somewhere is there in winter.
_PART_OF_VERB = (
    re.compile(r"\b(public) transport\b", re.IGNORECASE),
    re.compile(r"\blook(?:s|ed|ing)? (after)\b", re.IGNORECASE),
    re.compile(r"\b(spen(?:ds?|t|ding)) the (?:winter|summer|night|day|spring|autumn)s?\b", re.IGNORECASE),
)
_HOW_LOUD = re.compile(
    r"\bhow (?:loud|noisy|heavy|tall|wide|thick|hot)\b|\bhow much (?:do|does|did) [\w ]+ weigh\b", re.IGNORECASE
)
_LONG = 5  # letters of a word at the end of a compound
# "The caterer" is the one of "Petra's Catering".
_TRADE = re.compile(r"([a-z]{4,}?)(?:ers?|ors?)")
_SPENT_ON = re.compile(r"^\W*what (?:did|do|does|have|has|was|were) .*\b(?:spen[dt]|pay|paid) (?:on|for)\b", re.I)


@lru_cache(maxsize=64)  # called for each of some 600 sentences a question
def asked_kind(question: str) -> str:
    """Return what kind of value a question asks for: number, count, date, name, place or reason; "" for any."""
    return next((kind for kind, pattern in KINDS if pattern.search(question)), "")


@lru_cache(maxsize=64)
def required_words(question: str, kind: str) -> tuple[str, ...]:
    """Return the words of a question that an answer has to name: no stop words, not the kind of thing asked for."""
    kinds: set[str] = set()
    for found in ASKED_KIND.finditer(question):
        first, second = found[1].lower(), (found[2] or "").lower()
        kinds |= {first} | ({second} if first in FRAME else set())
    kinds = {word for word in kinds if not any(names.fullmatch(word) for names, _ in MEASURES)}
    kinds |= {found.lower() for found in VALUE_NOUN.findall(question)}
    kinds |= (
        {"paid", "spent", "pay", "spend", "cost", "money"}
        if HOW_MUCH.search(question) or _SPENT_ON.match(question)
        else set()
    )
    kinds |= PERMISSION_WORDS if asks_permission(question) else frozenset()
    kinds |= {about["says"].lower()} if (about := _SAYS_ABOUT.match(question)) else set()
    kinds |= {"until", "till"} if _UNTIL_WHEN.match(question) else set()
    kinds |= {"each", "every"} if _OF_EACH.match(question) else set()
    kinds |= {"after"} if _HAPPENS_AFTER.match(question) else set()
    kinds |= {found.lower() for found in _BEFORE_CODE.findall(question)}
    kinds |= {found.lower() for pattern in _PART_OF_VERB for found in pattern.findall(question)}
    content = frozenset(terms.content_terms(question)) - FRAME - kinds
    kept = []
    for word in WORD.findall(question):
        code = word.isdigit() or (len(word) == 1 and word.isupper() and word not in "AI")
        if code or (word.lower() in content and len(word) > 1):
            kept.append(word)
    if not kept and HOW_TO.match(question):  # "How do I give up our place?" has general words alone
        content = frozenset(terms.content_terms(question)) - kinds
        kept = [word for word in WORD.findall(question) if word.lower() in content]
    return tuple(dict.fromkeys(kept))


def missing_words(question: str, kind: str, evidence: Evidence) -> list[str]:
    """Return the words of a question that neither the quote nor what stands above it names."""
    held, initials = stems(f"{evidence.quote} {evidence.above}"), initials_of(f"{evidence.quote} | {evidence.above}")
    missing = [word for word in required_words(question, kind) if not is_named(word, held, initials)]
    if missing and (led_in := circumstances(question)) and not led_in <= {word.lower() for word in missing}:
        missing = [word for word in missing if word.lower() not in led_in]  # "my bag was stolen, ..." by a part of it
    if (
        missing
        and (is_everyday(question) or _names_all(question, missing))
        and (not evidence.label or _label_is_asked(question, evidence.label))
    ):
        missing = [word for word in missing if not is_written_formally(word, held) and not _is_trade(word, held)]
        above = stems(evidence.above)  # "Robot lawnmower" is over what is said of the mower
        missing = [word for word in missing if not _is_part_of_one(word, above)]
    if (
        kind == "count"
        and "people" in missing
        and (counts_persons(question, evidence.quote) or is_for_persons(evidence.quote))
    ):
        missing.remove("people")
    if missing and kind == "date" and _LIFE_SPAN.search(evidence.quote):
        missing = [word for word in missing if word.lower() not in _BORN_OR_DIED]
    if kind == "name" and (verb := asked_verb(question)) in missing and not doers_of(verb).isdisjoint(held):
        missing.remove(verb)  # "Owner: Ann Lee" says who owns it
    missing = [word for word in missing if not _is_said_otherwise(question, word, evidence.quote)]
    if missing and asks_yes_or_no(question):
        missing = [word for word in missing if not says_opposite(word, held)]
    missing += [word for word in codes_of_others(question, evidence) if word not in missing]
    missing += numbers_of_others(question, [w for w in required_words(question, kind) if w not in missing], evidence)
    # What a period cost is not what one of its years did.
    within = terms.years_within(evidence.quote) if kind not in ("number", "count") else frozenset[str]()
    missing = [word for word in missing if word not in within and not is_month_within(word, evidence.quote)]
    measured = [
        found.group().lower()
        for names, units in (*MEASURES, *BOUNDS)
        if units.search(evidence.quote)
        for found in names.finditer(question)
    ]
    return [word for word in missing if not any(word.lower() in phrase for phrase in measured)]


_EACH = re.compile(r"\b(?:each|every) (?=(?P<period>day|night|week|month|term|quarter|season|year)\b)", re.IGNORECASE)


_OPEN_EXCEPT = re.compile(r"\bopen\b.*\bexcept\b", re.IGNORECASE)


def _is_said_otherwise(question: str, word: str, quote: str) -> bool:
    """Return whether a quote says a word of a question by who did it, or "a year" where the question says "each"."""
    asked = _EACH.search(question) if word.lower() in ("each", "every") else None
    each = asked is not None and bool(re.search(rf"\b(?:an?|per) {asked['period']}\b", quote, re.IGNORECASE))
    closed = word.lower() == "closed" and bool(_OPEN_EXCEPT.search(quote))
    return each or closed or is_done_by_name(question, word, quote)


def counts_persons(question: str, quote: str) -> bool:
    """Return whether a quote has another word for people, and a further word of a question: "43 names"."""
    own = stems(quote)
    named = (is_named(word, own, frozenset()) for word in required_words(question, "count") if word != "people")
    return not PERSONS.isdisjoint(own) and any(named)


def _names_all(question: str, missing: Sequence[str]) -> bool:
    """Return whether a short question lacks none of its names and numbers in a quote."""
    return len(question.split()) <= MOST_WORDS and not any(word[0].isupper() or word[0].isdigit() for word in missing)


_LIFE_SPAN = re.compile(r"\((?:[^()]*\s)?\d{4} ?[–—-] ?(?:[^()]*\s)?\d{4}\)")  # "Ann Lee (3 March 1891 – 5 May 1968)"
_BORN_OR_DIED = frozenset(("born", "birth", "die", "died", "dies", "death"))
_FOR_PERSONS = re.compile(
    rf"\b(?:serves?|seats?|sleeps?|accommodates?|(?:room|space|seats|beds) for) (?:up to |about |at most )?"
    rf"(?:\d[\d,]*|{NUMBER.pattern})"
    r"(?= ?[.,;:)–-]| (?:to|or|people|persons|guests|adults)\b|\W*$)",  # "she serves two terms" counts no people
    re.IGNORECASE,
)


def is_for_persons(quote: str) -> bool:
    """Return whether a quote says for how many people something is without that word: "Serves four", "Sleeps six"."""
    return _FOR_PERSONS.search(quote) is not None


def _label_is_asked(question: str, label: str) -> bool:
    """Return whether a question has a word of a row's label, or an everyday one for it."""
    own = stems(label)
    return any(says(word, own) for word in WORD.findall(question))


def _is_trade(word: str, held: frozenset[str]) -> bool:
    trade = _TRADE.fullmatch(word.lower())
    return trade is not None and f"{trade[1]}ing" in held


def _is_part_of_one(word: str, held: frozenset[str]) -> bool:
    return len(word) >= _LONG and any(other.endswith(word.lower()) and other != word.lower() for other in held)


def asked_verb(question: str) -> str:
    """Return what somebody does who is asked for: "repairs" of "Who repairs the hoist?"; "" for other questions."""
    doer = _WHO_DOES.match(question)
    return doer[1] if doer else ""


def units_asked(question: str) -> list[re.Pattern[str]]:
    """Return the units of what a question asks how loud, heavy or wide it is; times have too many other uses."""
    if not _HOW_LOUD.search(question):
        return []
    return [units for names, units in MEASURES if names.search(question)]


_ASKED_NOUN = re.compile(
    r"^\W*(?:and |so )?(?:what|which) (?P<noun>[a-z-]{3,})"
    r" (?:do|does|did|is|are|was|were|must|can|may|should|will|has|have|had)\b",
    re.IGNORECASE,
)


def names_asked_noun(question: str, quote: str) -> bool:
    """Return whether a quote has the noun asked for and every other word: "What reduction do residents get?"."""
    asked, held = _ASKED_NOUN.match(question), stems(quote)
    if asked is None or not is_named(asked["noun"], held, frozenset()):
        return False
    required = required_words(question, asked_kind(question))
    return bool(required) and all(is_named(word, held, frozenset()) for word in required)


def is_plainly_asked(question: str, quote: str) -> bool:
    """Return whether a short question is for what its author may do, yes or no, or for a value of two things named.

    Other questions ("What rises during sleep?") do not say what kind of value would answer them.
    """
    if _BEFORE_CODE.search(question):
        return any(code in quote for code in _CODE_NAMED.findall(question))
    if not is_everyday(question):
        return False
    if _SAYS_ABOUT.match(question):
        return True
    kind = asked_kind(question)
    if names_asked_noun(question, quote):
        return True
    measured = any(units.search(quote) for units in units_asked(question))
    valued = kind not in ("", "reason") and len(required_words(question, kind)) + measured >= MIN_NAMED
    own = asks_for_oneself(question) and not HOW_TO.match(question)
    return valued or own or asks_yes_or_no(question)
