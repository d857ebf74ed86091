"""Tests for a value of the asked kind in a quote: a number beside what is counted, a date, a name, a place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from graph.engines.offline.asked_words import (
    ASKS_MONEY,
    CAPITALISED,
    DATE,
    FREQUENCY,
    HOW_MANY,
    HOW_MUCH,
    LENGTH_UNITS,
    MONEY,
    NUMBER,
    PERSONS,
    PLACE,
    REASON,
    WORD,
)
from graph.engines.offline.other_counts import ASKS_ALL
from graph.engines.offline.other_things import POINTS_BACK, SENTENCES, Evidence, says
from graph.engines.offline.required_words import counts_persons, is_for_persons
from graph.engines.offline.said_as import is_left_unsaid, is_said_otherwise
from graph.engines.offline.word_forms import stems
from graph.retrieval import terms
from graph.storage.fulltext import stem

# The 64 of "cons@64 Steps" and the 1 of "R1" count nothing.
_IDENTIFIER = re.compile(r"(?<![\w.,-])[^\W\d_][^\s,;:=()]*\d[^\s,;:=()]*")
_NO_COUNT = re.compile(r"^\W*\d+[.)](?=\s)|(?<![\w.,])(?:1[5-9]|20)\d\d(?![\w,])")  # "100. The", "the 2016 scandal"
_NEAR = 5  # words between a number and what it counts


_DAY_OR_MONTH = re.compile(
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?|January|February|March|April|May|June|July|August|September|October"
    r"|November|December"
)
_DATES = re.compile(
    rf"\b(?:\d{{1,2}}(?:st|nd|rd|th)? )?(?:{_DAY_OR_MONTH.pattern}) (?:1[0-9]|20)\d\d\b"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)? (?:{_DAY_OR_MONTH.pattern})"
    r"|\b\d{1,2}(?:[:.]\d\d)? ?[ap]\.?m\b|\b\d\d:\d\d\b|\b(?:in|since|until|from|by) (?:1[0-9]|20)\d\d\b"
)
# "Held in the Reading Room" names no person who ran it.
_PLACES = re.compile(r"\b(?:in|at) the(?: [A-Z][\w'’-]+)+")
# "Event: dinner on 3 May" has no name of a person.
_LABEL = re.compile(r"(?:^|(?<=[.;] ))[A-Z][a-z]+(?: [a-z]+)?:")
# "Within each role, authors are listed": a capital letter that begins a sentence makes no name.
_OPENINGS = re.compile(
    r"(?:^|(?<=[.;:!?] ))[“\"(]?(?:Within|During|Although|Though|Because|While|Before|Since|When|Where|Whether|If"
    r"|Unless|However|Moreover|Furthermore|Also|Instead|Then|Thus|Hence|Therefore|Under|Over|Among|Between|Despite|Through"
    r"|Throughout|Without|Upon|Until|Like|Unlike|Following|Based|Given|Due|Both|Several|Many|Most|Some|Other|Others|Such|Each|Every"
    r"|Finally|First|Second|Third|Next|Last|Overall|Here|There|Today|Together|Another|Once|Even|Only|Per|Across|Along"
    r"|About|Above|Against|Around|Behind|Below|Beside|Besides|Beyond|By|For|From|In|On|At|To|With|As|After|[A-Z][a-z]+ly)\b"
)
# "In the future", "in particular" and "in 2024" say no place.
_IN_TIME = re.compile(
    r"\b(?:in|at|on|to|from|under|within|over|through|between|around|into)\s+(?:th\w+ |our |its |an? )?"
    r"(?:(?!the )\w+ )?(?:future|past|stages?|order|addition|particular|general|contrast|fact"
    r"|total|cases?|terms|accordance|comparison|response|return|detail|theory|principle|conclusion|summary|time"
    r"|progress|advance|years?|months?|weeks?|days?|hours?|minutes?|seconds?|1[0-9]\d\d|20\d\d)\b",
    re.IGNORECASE,
)
# "Held on September 24" and "at 10 am" say when, and not where.
_ON_DAY = re.compile(
    r"\b(?:on|in|by|from|to|at|between|until) (?:the )?(?:\w+ )?"
    rf"(?:(?:\d{{1,2}}(?:st|nd|rd|th)? (?:of )?)?(?:{_DAY_OR_MONTH.pattern})"
    r"|\d{1,2}(?:[:.]\d\d)?(?: ?[ap]\.?m\b|:\d\d))"
)
_TO_DO = re.compile(r"\bto (?!the |an? |your |our |its |their |[A-Z0-9])\w+")  # "to ensure" goes nowhere
_LOCATED = re.compile(r"\b(?:located|based|situated|headquarter\w*|seat|address|lies|stands|premises)\b", re.IGNORECASE)
_IS_LOCATED = re.compile(
    r"\bwhere(?:abouts)? (?:is|are|was|were) [^?]+ (?:located|based|situated|headquartered)\W*$", re.IGNORECASE
)
_AT_NAME = re.compile(r"\b(?:[Ii]n|[Aa]t|[Nn]ear|[Oo]n|[Oo]utside|[Bb]y|[Oo]pposite) (?:the |\d+ )?([A-Z][\w’'-]+)")
# "Removed by your practitioner" says who, without a name.
_DOER = re.compile(r"(?<=\bby your )[a-z]+(?: [a-z]+)?|(?<=\bby the )[a-z]+|(?<=\bby an )[a-z]+|(?<=\bby a )[a-z]+")
_HOW_LONG = re.compile(r"^\W*(?:and |so |for )?how (?:long|far)\b", re.IGNORECASE)
# "Every three months" says how often, but not how long.
_EVERY = re.compile(r"\b(?:every|each) (?:\w+ )?(?:[a-z]+)\b", re.IGNORECASE)
# Nor does "on the first day and on the last".
_ONE_OF_THEM = re.compile(
    r"\bon (?:the )?(?:first|second|third|last|same|next|previous) (?:day|night|week|month|year)\b|\b[ap]\.m\b",
    re.IGNORECASE,
)
_UNIT_OF_TIME = r"(?:seconds?|minutes?|hours?|days?|nights?|weeks?|months?|years?)"
# "How long is the machine?" and "How long is the term?", but not "How long is the notice period?" or "... it kept?".
_HOW_LONG_IS = re.compile(
    r"^\W*(?:and |so )?how long (?:is|was|are|were) "
    r"(?!.*\b(?:periods?|deadlines?|limits?|notice|window|waits?|waiting|delays?|(?:valid|open|kept|held|closed|\w+ed)\W*$))",
    re.IGNORECASE,
)
# "Wait one minute" and "within six months" do not say how long something is.
_UNTIL_THEN = re.compile(
    r"\b(?:within|after|before|wait(?:ing)?(?: for)?)(?: (?:about|at least|up to|the|an?|another|more than))* "
    rf"(?:[\w.,]+ ){{0,2}}{_UNIT_OF_TIME}\b|\b[\w.,]+ {_UNIT_OF_TIME} "
    r"(?:ago|later|earlier|in advance|before|after|from)\b",
    re.IGNORECASE,
)
# "What were the sales of the mill in 2024?"
_ASKS_AMOUNT = re.compile(
    r"^\W*(?:and |so )?(?:what|which) (?:is|was|are|were) (?:the |its |their |our )?"
    r"(?:[A-Z][\w&.-]*(?: [A-Z][\w&.-]*)*['’]s? )?"
    r"(?:(?:total|net|gross|annual|yearly|operating|pre-?tax|consolidated|overall|combined) )*"
    r"(?:sales|revenues?|turnover|profits?|loss(?:es)?|earnings|income|expenses|expenditure|ebit(?:da)?|budget|dividend)"
    r"(?: (?:of|for|in|at|during)\b|\W*$)",
    re.IGNORECASE,
)
_AMOUNT = re.compile(r"\d|^(?:no|nil|zero|nothing|hundreds?|thousands?|millions?|billions?)$", re.IGNORECASE)
_PERCENTAGE = re.compile(r"\d[\d.,]*\s?(?:%|per ?cent\b|percentage points?\b)")  # "sales were 4% lower" tells no sales
_ASKS_COST = re.compile(r"\b(?:costs?|prices?)\b", re.IGNORECASE)
# What takes 300 km takes no time.
_HOW_LONG_IT_TAKES = re.compile(r"\bhow long\b.*\b(?:takes?|taken|last(?:s|ed)?)\b", re.IGNORECASE)
_TIME = re.compile(
    r"\b(?:seconds?|minutes?|hours?|days?|nights?|weeks?|months?|quarters?|years?|decades?|centur(?:y|ies)|until|till"
    r"|night|noon|midnight)\b(?! \d+[:.])|\d[–-]\d|\d ?(?:h|min|s)\b|\b(?:from|between) \S*\d|\d\S* to \S*\d",
    re.IGNORECASE,
)
_HOW_FAST_IS = re.compile(r"\bhow fast (?:is|was|are|were)\b", re.IGNORECASE)
_SPEED = re.compile(
    r"\b(?:knots?|kn|mph|kph|[kMG]bps|speed|times|faster|seconds?|minutes?|(?:an?|per) (?:hour|second|minute))\b|/",
    re.IGNORECASE,
)
_HOW_LARGE = re.compile(
    r"\bhow (?:big|large|high|tall|long|deep|wide|far|fast|old|heavy|hot|cold|loud|thick|expensive)\b", re.IGNORECASE
)
# "Garage no. 17" does not say how big it is.
_NUMBERED = re.compile(
    r"\b(?:no|nr|number|unit|block|flat|room|plot|page|section|clause|item|class|level|part)\b\.? ?#?\d[\w./-]*",
    re.IGNORECASE,
)
# "6 minutes" says how long something is, but not how tall.
_HOW_TALL = re.compile(r"\bhow (?:tall|wide|deep|thick)\b", re.IGNORECASE)
_MEASURED = re.compile(
    rf"(?<![^\W\d_])(?:{LENGTH_UNITS})(?![^\W\d_])|\d ?(?:['’′″\"]|in\b)|\bstor(?:e?ys?|ies)\b", re.IGNORECASE
)
# "48 square metres" does not say how high or how long something is.
_IN_LENGTH = re.compile(r"\bhow (?:tall|wide|broad|deep|thick|high|long|far)\b", re.IGNORECASE)
_HOW_HIGH = re.compile(r"\bhow (?:tall|wide|broad|deep|thick|high)\b", re.IGNORECASE)  # "how long" may ask for times
_AREA = re.compile(r"\d[\d.,]* ?(?:(?:square|cubic|sq\.?|cu\.?) [a-z]+|[kcm]?m[²³23]|sqm\b|acres?\b|hectares?\b)", re.I)
_VAGUE = re.compile(r"\b(?:several|both|third|quarter|dozens?|no)\b", re.IGNORECASE)
# "The tenant replaces the bulbs" says who, without a name.
_WHO_MUST = re.compile(
    r"^\W*(?:and |so )?who (?:must|has to|have to|should|shall|can|may|is responsible|is liable|pays?|bears?"
    r"|repairs?|fixes|cleans?|replaces?|covers?|arranges?|provides?|decides?|approves?|(?!is\b|was\b|has\b|does\b)[a-z]{3,}s)\b",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"(?:\d[\d.]*\s+)?(?:The|Each|Every|Your) ([a-z]+)(?: [a-z]+)? (?:are|shall|must|may|will|have|can|[a-z]+s)\b"
    r"|(?:The|Our|Your) ([a-z]+s) (?!(?:of|in|at|on|for|to|and|or|with|from|by|who|which|that|was|were|is)\b)[a-z]+\b"
)
_LASTS = re.compile(
    r"\b(?:seconds?|minutes?|hours?|days?|nights?|weeks?|months?|quarters?|years?|decades?|centur(?:y|ies)|until|till|met(?:re|er)s?"
    r"|kilomet(?:re|er)s?|centimet(?:re|er)s?|feet|foot|ft|miles?|inch(?:es)?|yards?|pages?|words?|[kcm]?m)\b|\d[–-]\d"
    r"|\bfrom(?: \S+){1,4} to\b|\bbetween(?: \S+){1,4} and\b|\d+(?:h|min|s)\b",
    re.IGNORECASE,
)


def holds_value(question: str, kind: str, evidence: Evidence) -> bool:
    """Return whether a quote holds a value of the asked kind that is not in the question."""
    quote, known = evidence.quote, frozenset(word.lower() for word in WORD.findall(question))
    if is_left_unsaid(question, quote):
        return False
    if kind == "count":
        return _counts(question, evidence, known)
    if is_said_otherwise(question, kind, quote):
        return True
    if not evidence.label and not _holds_amount(question, quote, known):
        return False
    if kind == "number" and not (
        _holds_unit(question, quote, is_row=bool(evidence.label)) and _holds_identifier(question, quote)
    ):
        return False
    if kind == "number":
        quote = _without_other_numbers(question, evidence)
    if kind in ("number", "date"):
        dates = _BY_A_TIME.sub(" ", _RATE.sub(" ", quote))
        return _new(NUMBER, quote, known) if kind == "number" else _new(DATE, dates, known)
    if kind == "name":
        return _names_somebody(question, quote, known)
    if kind in ("place", "reason", "frequency"):
        rest = _HOW_TO_COLUMN.sub(" ", quote)
        return bool({"place": PLACE, "reason": REASON, "frequency": FREQUENCY}[kind].search(rest)) and (
            kind != "place" or _holds_place(question, rest, known)
        )
    return any(word.lower() not in known | terms.STOP_WORDS for word in WORD.findall(quote))


def is_value_of_another(question: str, kind: str, required: Sequence[str], evidence: Evidence) -> bool:
    """Return whether a quote of several sentences has the value in those alone that name nothing asked about.

    "Arrears are £5,310. The reserve stands at" gives no amount of the reserve.
    """
    if kind not in ("number", "count", "date") or evidence.label:
        return False
    parts = SENTENCES.split(evidence.quote)
    naming = [any(says(word, stems(part)) for word in required) for part in parts]
    if len(parts) == 1 or not any(naming) or not parts[0].strip(" .").count(" "):  # "PX-7. The supply is 48 volts."
        return False
    after = [
        False,
        *(before and bool(POINTS_BACK.search(part)) for before, part in zip(naming, parts[1:], strict=False)),
    ]
    kept = [part for part, names, goes_on in zip(parts, naming, after, strict=True) if names or goes_on]
    return not any(holds_value(question, kind, replace(evidence, quote=part)) for part in kept)


_RATE = re.compile(r"(?:%|[$€£¥] ?\d[\d.,]*|\bper ?cent)(?: \w+)? (?:an?|per|each) \w+", re.IGNORECASE)  # no time when
# "Extended by two years" says for how long, and not when.
_BY_A_TIME = re.compile(
    rf"\bby (?:up to |at most )?(?:\d+|{NUMBER.pattern}) (?:more |further )?(?:minute|hour|day|week|month|year)s?\b",
    re.IGNORECASE,
)
_HOW_TO_COLUMN = re.compile(r"\b(?:what|how) to [a-z]+", re.IGNORECASE)  # the header of a table of faults is no place


def _holds_amount(question: str, quote: str, known: frozenset[str]) -> bool:
    """Return whether a quote has an amount of money, if a question asks for a price; for sales, any new number."""
    sums = _PERCENTAGE.sub(" ", quote) if _ASKS_COST.search(question) else quote  # 47 per cent are no price in cents
    if ASKS_MONEY.search(question) and not MONEY.search(sums):
        return False
    return not _ASKS_AMOUNT.search(question) or _new(_AMOUNT, _PERCENTAGE.sub(" ", quote), known)


def _holds_unit(question: str, quote: str, *, is_row: bool) -> bool:
    """Return whether a quote has a length or time where a question asks how long, a length where it asks how tall.

    The unit of a row may stand in its header.
    """
    if _HOW_LONG_IS.search(question) and _LASTS.search(quote) and not _LASTS.search(_UNTIL_THEN.sub(" ", quote)):
        return False
    if is_row:
        return True
    if _HOW_FAST_IS.search(question) and not _SPEED.search(quote):
        return False
    if _HOW_LONG_IT_TAKES.search(question) and not _TIME.search(quote):
        return False
    if _HOW_LONG.search(question):
        return bool(_LASTS.search(_ONE_OF_THEM.sub(" ", _EVERY.sub(" ", quote))))
    return not _HOW_TALL.search(question) or bool(_MEASURED.search(_AREA.sub(" ", quote)))


_NUMBER_ASKED = re.compile(
    r"\b(?!(?:what|which|the|total|average|mean|maximum|minimum|highest|lowest|exact|large|small|same|right)\b)"
    r"(?P<what>[a-z]{3,}) numbers?\b(?! of (?!the\b))",
    re.IGNORECASE,
)
_IS_PHONE = re.compile(r"(?:tele)?phone|mobile|cell|fax|contact|emergency|hotline", re.IGNORECASE)
_PHONE = re.compile(r"(?<!\d)(?!\d{4} ?[-–/] ?\d{4}\b)\+?\(?\d(?:[ ()/.-]{0,2}\d){5,}")  # no span of years
_AS_NUMBER = r"(?:nos?\b|nrs?\b|numbers?\b|num\b|#|№|ref\b|id\b|s/n\b|code\b)"


def _holds_identifier(question: str, quote: str) -> bool:
    """Return whether a quote holds the identifying number that a question asks for ("the file number").

    It stands after the thing, or after "no." or the like; a phone number has six digits.
    """
    asked = _NUMBER_ASKED.search(question)
    if asked is None:
        return True
    if _IS_PHONE.fullmatch(asked["what"]):
        return bool(_PHONE.search(quote))
    before = rf"(?:\b{re.escape(asked['what'])}s?\b|{_AS_NUMBER})"
    return bool(re.search(rf"{before}\W{{0,3}}(?:[^\s.;]+\W{{1,3}}){{0,3}}?\S*\d", quote, re.IGNORECASE))


def _without_other_numbers(question: str, evidence: Evidence) -> str:
    """Return a quote without dates, numbered names and vague words ("several"), if a question asks for an amount."""
    quote = evidence.quote
    if not evidence.label:
        quote = _NUMBERED.sub(" ", quote) if _HOW_LARGE.search(question) else quote
        quote = _AREA.sub(" ", quote) if _IN_LENGTH.search(question) else quote
        quote = _DATES.sub(" ", quote) if HOW_MUCH.search(question) or _HOW_HIGH.search(question) else quote
    return _VAGUE.sub(" ", quote) if _HOW_LARGE.search(question) else quote


def _names_somebody(question: str, quote: str, known: frozenset[str]) -> bool:
    """Return whether a quote has a name that the question does not have, or says who does something without one."""
    subject = _SUBJECT.match(quote) if _WHO_MUST.match(question) else None
    if subject and (subject[1] or subject[2]) not in known:
        return True
    rest = _LABEL.sub(" ", _OPENINGS.sub(" ", _PLACES.sub(" ", quote)))
    found = (name for name in CAPITALISED.findall(rest) if not _DAY_OR_MONTH.fullmatch(name))
    names = {name.lower() for name in found if not any(map(str.isdigit, name))}  # "Tern-R1" is a thing
    forms = set(map(stem, known))  # "Reading on 30 June: 18,204" names no one who read it
    names = {name for name in names if stem(name) not in forms}
    return bool(names - terms.STOP_WORDS) or any(doer.split()[-1] not in known for doer in _DOER.findall(quote))


_TO_NAME = re.compile(r"\b(?:to|from) (?:the )?[A-Z]")
# "Awarded to the best tender" says no place, but "taken to Wick" does.
_MOVES = re.compile(
    r"\b(?:to|from|go|goes|going|went|come|comes|came|move[sd]?|travel\w*|sen[dt]|deliver\w*|sail\w*|run|runs|lead|leads|led"
    r"|fl(?:y|ew|ies|ow\w*)|ship\w*|bring|brought|tak(?:e|en)|took|return\w*|fle(?:e|d)|emigrat\w*|turn\w*|write|wrote|apply"
    r"|report|hand|export\w*|connect\w*|get|belong\w*|relocat\w*|transfer\w*|exil\w*|banish\w*|depor\w*|escap\w*|spread)\b",
    re.IGNORECASE,
)


def _holds_place(question: str, quote: str, known: frozenset[str]) -> bool:
    """Return whether a quote says where: by a name after "in" or "at" if a question asks where something is located."""
    rest = _ON_DAY.sub(" ", _TO_DO.sub(" ", _IN_TIME.sub(" ", quote)))
    if not _IS_LOCATED.search(question):
        found = {one.group().lower() for one in PLACE.finditer(rest)}
        return bool(found if _MOVES.search(question) else found - {"to", "from"}) or bool(_TO_NAME.search(rest))
    names = {found[1] for found in _AT_NAME.finditer(rest) if not _DAY_OR_MONTH.fullmatch(found[1])}
    named = any(name.lower() not in known for name in names)
    return named or bool(_LOCATED.search(rest))


def _new(pattern: re.Pattern[str], quote: str, known: Iterable[str]) -> bool:
    return any(found.group().lower() not in known for found in _numbers(pattern, quote))


def _numbers(pattern: re.Pattern[str], text: str) -> Sequence[re.Match[str]]:
    """Return the whole words of a text in which a pattern is found."""
    return [found for found in re.finditer(r"[\w.,:]*\w", text) if pattern.search(found.group())]


_OF_UNIT = re.compile(  # but "40 square tiles" and "900 foot passengers" are tiles and passengers
    r"(?:pence|p|cents?|pounds?|euros?|dollars?|francs?|crowns?|per|percent|%|(?:kilo)?grams?|k?g|tons|tonnes?|acres?"
    r"|hectares?|lit(?:re|er)s?|degrees|volts?|(?:kilo)?watts?"
    rf"|(?:(?:square|cubic|sq) )?(?!foot\b)(?:{LENGTH_UNITS})[²³]?)(?= |$)", re.I,
)  # fmt: skip
_OF_TIME = re.compile(r"(?:minute|hour|day|week|month|year)s?", re.IGNORECASE)


def _is_amount(after: Sequence[str], counted: Iterable[str], asked: Sequence[str]) -> bool:
    """Return whether the words after a number make it an amount of something else: "20 pence", "ten years ago".

    "30 days of leave" are days of what a question asks for as holidays.
    """
    if not after or stem(after[0].lower()) in counted:
        return False
    if _OF_TIME.fullmatch(after[0]):
        held = stems(" ".join(after[1:]))
        return not any(says(word, held) for word in asked)
    return _OF_UNIT.match(" ".join(after)) is not None


def _after_number(words: Sequence[str], at: int) -> Sequence[str]:
    """Return three words after a number, or after the range that it begins: "five to seven days"."""
    in_range = len(words) > at + 2 and words[at + 1].lower() in ("to", "or") and NUMBER.search(words[at + 2])
    return words[at + 3 : at + 6] if in_range else words[at + 1 : at + 4]


_DETERMINERS = frozenset(("the", "this", "these", "those", "its", "their", "our", "his", "her"))
# What happened last year is not what may happen.
_HOW_MANY_MAY = re.compile(r"^\W*(?:and |so )?how many [\w ]{2,40}? (?:can|may|must|should)\b", re.I)
_WERE = re.compile(r"\b(?:were|was|had|have been|has been)\b", re.IGNORECASE)
_MAY = re.compile(r"\b(?:can|may|must|should|shall|up to|at most|allowed|permitted|each|per|limit\w*)\b", re.IGNORECASE)


# "Three quarters of all members" are a part of them, and so is "one other member".
_OF_WHOLE = re.compile(
    r"(?:half|third|quarter)\b"
    r"|[\w.]+ (?:halves|thirds|quarters|fifths|sixths|eighths|tenths|others?|further|another)\b",
    re.IGNORECASE,
)


def _counts(question: str, evidence: Evidence, known: frozenset[str]) -> bool:
    """Return whether a quote holds a number that the question does not, next to the thing that is counted.

    A quote that does not name it counts something else: "founded in 1987" is no number of members of a choir.
    """
    quote, asked = evidence.quote, HOW_MANY.search(question)
    if _HOW_MANY_MAY.match(question) and _WERE.search(quote) and not _MAY.search(quote):
        return False
    named = [word.lower() for word in (asked.groups() if asked else ()) if word]
    named = [word for word in named if word not in terms.STOP_WORDS]
    counted = frozenset(map(stem, named))
    counted |= PERSONS if "people" in named and counts_persons(question, quote) else frozenset()
    rest = _DATES.sub("x", _NO_COUNT.sub("x", _IDENTIFIER.sub("x", quote)))
    words = [found.group() for found in re.finditer(r"[\w.,]*\w", rest)]
    numbers = [at for at, word in enumerate(words) if NUMBER.search(word) and word.lower() not in known]
    things = [at for at, word in enumerate(words) if stem(word.lower()) in counted]
    numbers = [at for at in numbers if not _is_amount(_after_number(words, at), counted, named)]
    if ASKS_ALL.search(question):
        numbers = [at for at in numbers if not _OF_WHOLE.match(" ".join(words[at : at + 2]))]
    if evidence.label or not numbers:
        return bool(numbers)
    if "people" in named and is_for_persons(quote):
        return True
    if not things:
        held = stems(quote)
        return not counted or any(says(word, held) for word in named)
    if re.match(rf"^\W*[\w ]{{0,40}}: (?:{NUMBER.pattern})", quote, re.IGNORECASE) and things[0] < numbers[0]:
        return True  # "Accidents at work: 17, after 22."
    # "Of six councils, the Board ... the priorities" counts councils: another noun phrase begins in between.
    begun = {at for at, word in enumerate(words) if word.lower() in _DETERMINERS}
    return any(
        -2 <= thing - number <= _NEAR and begun.isdisjoint(range(number + 1, thing))
        for number in numbers
        for thing in things
    )
