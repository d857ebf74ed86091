"""The analysis of a question before the search: its kind and its parts, found by rules on its words.

The rules are tried in order; the first one that fits decides. `tests/unit/graph/query/test_understanding.py` measures
them on labelled questions.
"""

from __future__ import annotations

import re

from graph.query import document_questions
from graph.query.named_parts import part_asked
from graph.query.state import Aspect, Kind, Understanding
from graph.retrieval import document_mentions, terms
from graph.tables.operations import asked_of_table

_GREETING = re.compile(
    r"(?:(?:hi|hello|hey|hiya|howdy|greetings|good (?:morning|afternoon|evening|day|night)|welcome"
    r"|thanks|thank you|thx|cheers|many thanks"
    r"|how are you(?: doing)?(?: today)?|bye|goodbye|see you|great|nice|perfect|awesome|cool|ok|okay|got it|well done"
    r"|much appreciated"
    r"|hallo|guten (?:tag|morgen|abend)|danke"
    r"|bonjour|salut|merci|hola|buenos d[ií]as|gracias|ciao)(?: (?:there|again|all|everyone|everybody"
    r"|so much|very much|a lot|you|for (?:your|the|that|all|this)"
    r"(?: \w+)?|team|then|later|sehr|beaucoup|much|job|work|how are you(?: doing)?(?: today)?"
    r"|how is it going|that helps?|that helped|to you|everything))*[, ]*)+"
    r"|how are you(?: doing)?(?: today)?|how is it going|what'?s up|who are you|what are you"
    r"|what can (?:you|i) (?:do|ask)(?: you| here)?|help(?: me)?|test(?:ing)?"
    r"|how does this work|what can this (?:do|app do)|nice to meet you|that (?:helps|helped)(?: a lot)?",
    re.IGNORECASE,
)
_SEVERAL = re.compile(
    r"\b(how many (?:of (?:the|these|those|my|our) )?(?:documents?|files?|pdfs?|reports?|papers?|contracts?|letters?"
    r"|invoices?|articles?) (?:are about|deal with|mention|talk about|speak of|contain"
    r"|discuss|name)\b|which (?:of (?:the|these|those|my|our) )?(?:documents?|files?|pdfs?|reports?|papers?"
    r"|contracts?|letters?|invoices?|articles?)\b|in (?:which|what) (?:document|file|pdf|report|paper"
    r"|contract)"
    r"|(?:both|all|these|the two|the three|two|three|each of the|across (?:the|all)"
    r"|between the(?: two)?) (?:\w+ )?(?:documents|files|pdfs|reports|papers|contracts|articles"
    r"|studies|filings)"
    r"|\b(?:do|does) any (?:of (?:the|these|those|my|our) )?(?:documents?|files?|pdfs?|reports?|papers?|contracts?"
    r"|letters?|invoices?|articles?)\b"
    r"|^\W*where (?:is|are) (?:(?!\b(?:that|which|he|she|they|you|we|i)\b).){2,60} mentioned\W*$"
    r"|compare .*\b(?:documents?|reports?|papers?|contracts?|filings?|\.pdf)\b|(?:difference"
    r"|differ)\w* between .*(?:documents?|reports?|papers?|contracts?|\.pdf))",
    re.IGNORECASE,
)
_VALUE = re.compile(
    r"^(?:\W*(?:and|so|but|please|tell me)\b)?\W*(?:(?:what|which)(?: is|'s| was| were"
    r"| are)? (?:the )?(?:\w+[ -]){0,4}(?:number|amount|price|cost|costs|fee|rate|value|score"
    r"|percentage|percent|share|total|"
    r"revenue|income|profit|loss|weight|height|length|width|depth|size|speed|temperature|voltage"
    r"|current|power|capacity|area|distance|population|age|salary|rent|balance|level|limit|deadline|"
    r"accuracy|yield|output|budget|turnover|expenditure|debt|tax|duration|frequency|pressure|volume"
    r"|density|ratio|margin|interest|dose|dosage|charge|premium|fine|ceiling|range|density|earnings"
    r"|sales|wage)\b"
    r"|how (?:much|high|tall|long|large|big|heavy|deep|wide|far|fast|old|hot|cold|loud|thick|strong"
    r"|expensive|low|often)\b)"
    r"|^[^:?]{2,60}:\s*[^:]{2,60}\?*$|^at what (?:temperature|speed|age|price|rate|pressure|depth"
    r"|height|level)\b",
    re.IGNORECASE,
)
_RULES: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("why", re.compile(
        r"\b(why|how come|for what reasons?|what (?:is|was|are|were) the reasons?|what (?:caused|causes"
        r"|led to|made|is the cause|was the cause|prompted)|what (?:is|was) the purpose|reason for)\b", re.I)),
    ("who", re.compile(
        r"\b(who|whom|whose|by whom|which (?:person|people|woman|man|author|authors|company|companies|king"
        r"|queen|president|minister|director|player|scientist|officer))\b|\bwhat (?:is"
        r"|was) the name of the (?:person|author|director|captain|owner|founder|man|woman)", re.I)),
    ("when", re.compile(
        r"\b(when|(?:what|which) (?:year|date|day|month|century|time|decade|hour|season|weekday|quarter)"
        r"|since when|until when|by what date|how long ago|at what time)\b", re.I)),
    ("where", re.compile(
        r"\b(where|in (?:what|which) (?:city|country|place|town|region|state|room|building|location|street"
        r"|river|village|county|province|part)|(?:what|which) (?:city|country|place|town|region|location"
        r"|address)|from where)\b", re.I)),
    ("how_many", re.compile(
        r"\b(how many|(?:what|which) (?:is|was|are|were)? ?(?:the )?number of|what number of)\b"
        r"|^\W*(?:count|number of)\b", re.I)),
    ("definition", re.compile(
        r"^\W*(?:and |so |please )?"
        r"(?:what (?:is (?:an? |the )?|are (?!the |its |his |her |their ))(?:[\w-]+ ?){1,3}\W*$"
        r"|(?:what|how) (?:is|are|was) .{2,60} (?:defined|called|meant by)|what (?:is|was) (?:the )?(?:meaning"
        r"|definition) of|what does .{2,60} (?:mean|stand for)|what do .{2,60} mean|define\b|definition of"
        r"|explain (?:what|the term)|what is meant by|what is .{2,60} short for|meaning of)", re.I)),
    ("list", re.compile(
        r"^\W*(?:(?:please|can you|could you|and) )*(?:(?:list|name|enumerate|give|show|mention"
        r"|identify)(?: me)?\b|(?:what|which) (?:are|were) (?:the|all|some|its|his|her|their)\b|(?:what"
        r"|which) (?:\w+ ){0,2}\w+s (?:are|were|does|do|did|can|must|have|has|should|is|was|belong|may"
        r"|exist)\b|what (?:kinds|types|sorts|steps|examples|ways|methods|parts|components|stages) )", re.I)),
)  # fmt: skip
_YES_NO = re.compile(
    r"^\W*(?:(?:and|so|but|then|also|ok|please)[, ]+)?(?:is|are|was|were|does|do|did|has|have|had|can"
    r"|could|may|must|should|will|would|am|isn't|aren't|doesn't|don't|didn't|won't)\b(?! you (?:list"
    r"|tell|show|give|name|explain|summari))",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"\b(?:1[0-9]{3}|20[0-9]{2})\b|\b(?:january|february|march|april|may(?= \d)|june|july|august"
    r"|september|october|november|december)\b(?: \d{1,2})?"
    r"|\b(?:Q[1-4]|H[12]|FY ?\d{2,4})\b",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"\bin (?P<named>(?:us )?dollars|euros?|pounds|francs|yen|percent|per cent|metres|meters|feet"
    r"|miles|kilometres|km|kg|kilograms|tonnes|litres|hours|minutes"
    r"|seconds|days|weeks|months|millions?|billions?|thousands?|degrees|watts|volts)\b"
    r"|how many (?P<counted>dollars|euros?|pounds|metres|meters|feet|miles|km"
    r"|kilometres|kg|kilograms|tonnes|litres|hours|minutes|seconds|days|weeks|months|years|percent"
    r"|degrees|watts|volts)\b",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"(?<![.!?] )(?<!^)\b(?:[A-Z][\w'’-]*|\w*\d[\w.-]*\w)(?:[ -](?:[A-Z][\w'’-]*|\w*\d\w*|of (?=[A-Z])))*"
)
_COMPUTED = frozenset({"extreme", "filter", "sum", "mean", "difference", "change", "ratio", "comparison"})


def understand(question: str, documents: list[str] | None = None) -> Understanding:
    """Return the kind and the parts of a question; `documents` are the ids of those that it mentions."""
    text = " ".join(question.split())
    kind, aspect = _kind(text)
    entities = list(dict.fromkeys(found.strip() for found in _NAME.findall(text)))
    unit = _UNIT.search(text)
    named = terms.stems(" ".join(entities))
    attribute = " ".join(word for word in terms.content_terms(text) if not terms.stems(word) <= named)
    return Understanding(
        kind=kind,
        aspect=aspect,
        place=document_questions.place_in(text),
        entities=entities,
        attribute=attribute if kind not in ("greeting", "library", "document", "place") else "",
        time=list(dict.fromkeys(found[0] for found in _TIME.finditer(text))),
        unit=(unit["named"] or unit["counted"]) if unit else "",
        documents=list(documents or []),
    )


def _kind(text: str) -> tuple[Kind, Aspect]:
    if _GREETING.fullmatch(text.strip(" .!?¡¿,;:)(-")):
        return "greeting", ""
    if document_mentions.asks_about_library(text):
        return "library", ""
    aspect = document_questions.aspect_of(text)
    if aspect == "location":
        return "place", aspect
    if aspect and document_questions.place_in(text):
        return "document", aspect
    if document_questions.asks_for_place(text):
        return "place", ""
    if _SEVERAL.search(text):
        return "documents", ""
    if aspect or part_asked(text):
        return "document", aspect or "part"
    return _kind_of_fact(text), ""


def _kind_of_fact(text: str) -> Kind:
    """Return the kind of fact that a question about a document's contents asks for."""
    asked = asked_of_table(text)
    if asked.operation in _COMPUTED or (asked.has_condition and asked.operation in ("count", "yes-no")):
        return "table"
    if _YES_NO.match(text):
        return "yes_no"
    first = next((kind for kind, pattern in _RULES[:5] if pattern.search(text)), None)
    if first or _VALUE.search(text):
        return first or "value"
    return next((kind for kind, pattern in _RULES[5:] if pattern.search(text)), "other")
