"""Sentences that hold what a question asks for in another case than the one asked: if, in part, as a rule, perhaps.

"A fee of 60 pounds is charged if you leave" does not say what everybody pays, the price of the material not what a
course costs in all, "the last club is relegated" not which club that is, and "you may cancel within 14 days" not when
an insurance ends.
"""

from __future__ import annotations

import re

from graph.engines.offline.asked_words import ASKS_MONEY, DATE, NUMBER, WORD
from graph.engines.offline.other_things import says
from graph.engines.offline.required_words import asked_kind, required_words
from graph.engines.offline.word_forms import is_named, stems


def is_other_case(question: str, quote: str) -> str:
    """Return in which other case a sentence holds what a question asks for, as a clause; "" if in none."""
    if _is_conditional(question, quote):
        return "the quote says it only under a condition"
    if is_of_part(question, quote):
        return "the quote gives no total"
    if _is_rule(question, quote):
        return "the quote says only by which rule"
    if _ENDS.match(question) and _MAY_END.search(quote) and not _MAY.search(question):
        return "the quote says only when it may be ended"
    if _IS_DUE.search(question) and _HAPPENED.search(quote) and not _DUE.search(quote):
        return "the quote says what has happened"
    if _is_yet_to_happen(question, quote):
        return "the quote says what may or will happen"
    if _is_without_case(question, quote):
        return "the quote does not name the case"
    if _is_circumstance(question, quote) or (_HOW_LONG_OR_OLD.search(question) and _THRESHOLD.search(quote)):
        return "the quote gives how long something else is"
    if _ASKS_MEAN.search(question) and not _IS_MEAN.search(quote):
        return "the quote gives no average"
    return ""


# "If you pay by card we will take ..." has no comma.
_IF = re.compile(
    r"\b(?:if|unless|in case|provided that) \S+ \S+[^,;.]*?"
    r"(?=[,;.]|$| (?:we|you|they|it|he|she|the [\w-]+) (?:will|would|must|may|can|shall|should)\b)",
    re.IGNORECASE,
)
_ASKS_CASE = re.compile(
    r"\b(?:if|unless|in case|when i|when you|when we)\b|^\W*(?:and |so )?(?:can|may|do|does|is)\b", re.I
)


def _is_conditional(question: str, quote: str) -> bool:
    """Return whether an amount or date is asked for in any case, and a quote names the question's words after an "if".

    Where a question names nothing ("How much do I have to pay?"), no sentence with a condition answers it.
    """
    if asked_kind(question) not in ("number", "date") or _ASKS_CASE.search(question):
        return False
    condition = _IF.search(quote)
    if condition is None or NUMBER.search(condition[0]):  # "unless he gives notice three months before"
        return False
    outside = stems(_IF.sub(" ", quote))
    return not any(is_named(word, outside, frozenset()) for word in required_words(question, asked_kind(question)))


_IN_ALL = re.compile(r"\b(?:in all|in total|in sum|altogether|all told|all together|overall)\b", re.IGNORECASE)
_IS_TOTAL = re.compile(
    r"\b(?:total\w*|in all|in sum|sum|altogether|overall|entire|whole|together|all-in|inclu\w+|grand|comes? to"
    r"|amounts? to)\b",
    re.IGNORECASE,
)
_COSTS = r"(?: (?:will|would|can|may))? (?:costs?|comes?|came|amount(?:s|ed)|is|are|was|were|pays?|paid)\b"


def is_of_part(question: str, quote: str) -> bool:
    """Return whether a price is asked for in all, and a sentence neither gives a total nor says what the thing costs.

    "The project cost 9 million" does say it, "material for pottery (20 euros)" not what pottery costs.
    """
    if not (_IN_ALL.search(question) and (ASKS_MONEY.search(question) or _PAYS.search(question))):
        return False
    nouns = [re.escape(word) for word in required_words(question, asked_kind(question))]
    said = rf"^\W*(?:(?:the|our|its|this|each|an?) )?(?:[\w-]+ )?(?:{'|'.join(nouns)}){_COSTS}"
    return not _IS_TOTAL.search(quote) and not (nouns and re.search(said, quote, re.IGNORECASE))


_PAYS = re.compile(r"\b(?:pay|pays|paid|cost|costs|owe|owes|spend|spent)\b", re.IGNORECASE)
_WHICH = re.compile(
    r"^\W*(?:and |so )?which (?P<what>[a-z-]+) (?:(?:is|are|was|were|will be|has been|gets?|got) )?"
    r"(?:not )?(?P<does>[a-z]+)",
    re.IGNORECASE,
)
_ANY = (
    r"(?:an?|any|each|every|(?:the )?(?:(?:two|three|four) )?"
    r"(?:last|first|next|best|worst|top|bottom|lowest|highest|winning|losing))"
)


def _is_rule(question: str, quote: str) -> bool:
    """Return whether one of several is asked for, and a quote only says which place or kind it has, with no name."""
    asked = _WHICH.match(question)
    if asked is None:
        return False
    what = re.escape(asked["what"].removesuffix("s"))
    ruled = re.search(rf"^\W*{_ANY} (?:placed )?{what}s? (?:[a-z]+ ){{1,4}}?", quote, re.IGNORECASE)
    known = {word.lower() for word in WORD.findall(question)}
    names = [word for word in re.findall(r"(?<=\w )[A-Z][\w-]+", quote) if word.lower() not in known]
    does = any(is_named(asked["does"], stems(quote[ruled.start() :]), frozenset()) for _ in [ruled] if ruled)
    return does and not names and not DATE.search(quote)


_WHAT_IF = re.compile(
    r"^\W*(?:and |so )?what (?:(?:happens|do i do|should i do|must i do) )?(?:if|when)"
    r" (?:i|we|you|one|somebody|someone) (?!(?:do|don|am|are|have|can|cannot|get|need|want)\b)(?P<does>[a-z]+)\b",
    re.IGNORECASE,
)
_CASE = re.compile(r"\b(?:if|when\w*|in case|who\w*|should you|after|for each|late|missed)\b", re.IGNORECASE)


def _is_without_case(question: str, quote: str) -> bool:
    """Return whether a question is for a case, and a quote names none: "take it in the evening" no missed tablet."""
    asked = _WHAT_IF.match(question)
    if asked is None:
        return False
    return not _CASE.search(quote) and not says(asked["does"], stems(quote))


_HOW_LONG_OR_OLD = re.compile(
    r"\bhow (?:old|long|large|big|high|heavy|fast|far|deep|wide|tall) (?:is|was|are|were)\b", re.IGNORECASE
)
# "All pumps that are older than twelve years" tells the age of none.
_THRESHOLD = re.compile(
    r"\b(?:all|any|every|those|each|no) [\w -]{1,30}?(?:that|which|who) (?:(?:is|are|was|were) )?[a-z]+er than\b",
    re.IGNORECASE,
)
_HOW_LONG_IS = re.compile(r"^\W*(?:and |so )?how long (?:is|was|are|were|will)\b", re.IGNORECASE)
_DURING = re.compile(
    r"^\W*(?:during|after|before|throughout|until|in|within) .*?"
    r"(?=\b(?:the|an?|your|our|its) \w+(?: \w+)? (?:is|are|was|were|lasts?)\b)",
    re.IGNORECASE,
)


def _is_circumstance(question: str, quote: str) -> bool:
    """Return whether a thing's length is asked for, and a quote only names it as when something else is so long.

    "During the trial period the notice is two weeks" tells the length of the notice.
    """
    during = _DURING.match(quote) if _HOW_LONG_IS.match(question) else None
    rest = stems(quote[during.end() :]) if during else frozenset[str]()
    words = required_words(question, asked_kind(question)) if during else ()
    return bool(words) and not any(is_named(word, rest, frozenset()) for word in words)


_ENDS = re.compile(
    r"^\W*(?:and |so )?(?:when|until when|on (?:what|which) (?:date|day)) (?:does|do|did|will|is|are) .*"
    r"\b(?:end|ends|ended|expire|expires|over|run out|finish|stop|lapse)\W*$",
    re.IGNORECASE,
)
_MAY_END = re.compile(
    r"\b(?:can|may|could|entitled to|right to)\b(?: \w+){0,2} (?:cancel|terminate|end|withdraw|revoke)\w*",
    re.IGNORECASE,
)
_MAY = re.compile(r"\b(?:can|may|could)\b", re.IGNORECASE)
_IS_DUE = re.compile(
    r"\b(?:do|does) [\w ]{1,30} (?:have|need) to\b|\b(?:must|should|shall) (?:i|we|you|one)\b", re.IGNORECASE
)
_HAPPENED = re.compile(r"\b(?:received|was|were|has been|have been|had)\b", re.IGNORECASE)
_DUE = re.compile(
    r"\b(?:must|should|shall|due|payable|please|have to|has to|need|needs|required?|may|can|is|are|be)\b", re.IGNORECASE
)
_HAPPENED_THEN = re.compile(
    r"^\W*(?:and |so )?(?:when|where|why|who|whom|(?:with|to|from|by|for) whom|how (?:much|many|long|often|far)"
    r"|(?:what|which))\b[\w ,'’-]*?\b(?:did|was|were)\b",
    re.IGNORECASE,
)
_AHEAD = re.compile(
    r"\b(?:(?-i:may|can|must|will|shall|should)|is to|are to|going to|expects?|expected|plans?|intends?|proposes?"
    r"|planned|proposed|announced that|recommends?|recommended|advises?|suggests?|urges?|scheduled|due)\b",
    re.IGNORECASE,
)
# "May be lodged", "an estimated 9 million": participles that tell of nothing that happened.
_MODAL = r"(?:may|can|must|will|shall|should) (?:not )?(?:[a-z]+ly )?"
_NOT_FINITE = re.compile(
    rf"\b(?:{_MODAL})?(?:be|is|are|being) (?:not )?(?:[a-z]+ly )?[a-z]+|\b{_MODAL}[a-z]+"
    r"|\b(?:an?|the) [a-z]+ed (?=[\w$€£])",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"\b(?:was|were|had|did|has|have|been|(?!need|plan|expect|propos|schedul|announc|recommend|suggest)[a-z]{2,}ed|ago|began|took|came|went"
    r"|gave|made|met|won|lost|sold|bought|paid|built|held|led|left|became|fell|rose|grew|cut|set|put|wrote|spent|sent"
    r"|found|kept|told|said|stood|ran|drew|brought|taught|got|let|sat|broke|chose|drove|flew|hid|knew|lent|read|saw|spoke"
    r"|stole|swam|threw|wore)\b",
    re.IGNORECASE,
)


# "The poet was to read in March but was ill."
_DID_NOT = re.compile(
    r"\b(?:was|were) (?:due |supposed |meant |planned |scheduled )?to [a-z]+.*\b(?:but|however|cancelled)\b",
    re.IGNORECASE,
)


def _is_yet_to_happen(question: str, quote: str) -> bool:
    """Return whether a question asks what happened, and a quote says only what may, must or will happen."""
    if not _HAPPENED_THEN.match(question) or _AHEAD.search(question):
        return False
    if _DID_NOT.search(quote):
        return True
    parts = quote.split(", of which")[0].split("; ")
    deed = next(reversed(required_words(question, asked_kind(question))), "")
    saying = [part for part in parts if says(deed, stems(part))] or parts
    return all(_AHEAD.search(part) and not _PAST.search(_NOT_FINITE.sub(" ", part)) for part in saying)


_ASKS_MEAN = re.compile(
    r"\b(?:what|how (?:high|low|large|long|old|much)) .*\b(?:the|its|their) (?:mean|average) \w", re.IGNORECASE
)
_IS_MEAN = re.compile(r"\b(?:mean|averag\w*|typical(?:ly)?|per|each|an?)\b", re.IGNORECASE)
