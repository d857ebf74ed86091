"""Patterns of questions about a document as a whole: its title, pages, outline, tables, summary, and what is where.

A pattern has to fit the whole question: "the title of the paper" asks about the document, "the title of the keeper"
about its contents.
"""

from __future__ import annotations

import re
from functools import lru_cache

from graph.query.state import Aspect

_POLITE = (
    r"(?:(?:please|so|ok|okay|well|and|but|hi|hello|hey|can you|could you|would you|will you|do you know|tell me"
    r"|show me|give me|i want to know|i would like to know)[, ]+)*"
)
_ENDING = r"(?:,? (?:please|briefly|shortly|in short|in brief|in detail|for me|with pages|exactly))*"
_NOUNS = (
    r"(?:document|file|pdf|paper|report|text|article|book|contract|agreement|lease|treaty|policy|statement|form"
    r"|application|filing|letter|manual|study|publication|thesis|scan|guide|handbook|brochure|invoice|bill|leaflet"
    r"|flyer|poster|plan|presentation|slides|slide deck|deck|talk|lecture|cv|curriculum vitae|r[ée]sum[ée]"
    r"|specification"
    r"|spec|standard|catalogue|newsletter|magazine|press release|transcript|minutes|memo|essay|dissertation"
    r"|course|work)"
)
# Things with a duration: "how long is the lease?" does not ask for pages.
_LASTING = (
    r"(?:the|this|my|our|your) (?:contract|agreement|lease|treaty|policy|study|course|talk|lecture|presentation"
    r"|plan|work)"
    r"(?!\w)"
)
_DETERMINERS = r"(?:(?:this|the|that|these|those|my|our|your) (?:(?:whole|entire|attached|uploaded|present) )?)"
_NAMED_FILE = r"[\w.() -]+\.(?:pdf|docx?|txt|md|html?|epub|png|jpe?g)"
_KINDS = r"(?:(?:earnings|annual|yearly|quarterly|financial|research|scientific|strategic|technical|final|interim) )"
THIS = rf"(?:{_DETERMINERS}{_KINDS}?{_NOUNS}|it|this|that|{_NAMED_FILE})"
"""The document, as a question calls it."""
_SPELLED = "one two three four five six seven eight nine ten eleven twelve".split()
PLACE = re.compile(
    r"(?<!\w)(?:(?P<kind>pages?|p\.|sheet|section|sec\.|clause|article|art\.|chapter|paragraph|para\.|appendix"
    r"|annex|schedule|figure|fig\.?|table|tab\.|chart"
    r"|equation|footnote|slide|unit|module|lesson|§)(?:\s+|(?<=[.§])|(?=\d))(?:no\.?\s*|number\s*)?"
    rf"(?P<number>\d+(?:\.\d+)*[a-z]?|{'|'.join(_SPELLED)}|(?-i:[ivxlc]+|[A-Z]\d*(?:\.\d+)*))(?![\w-])"
    r"|(?P<ordinal>first|second|third|fourth|fifth|last|final) (?P<counted>page|slide|figure|table|chart)\b(?!s))",
    re.IGNORECASE,
)
"""A place of a document by its number, or as the first or last of its kind."""
_ORDINALS = {"first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5", "last": "last", "final": "last"}
_PLACES = {
    "p": "page", "pages": "page", "sheet": "page", "slide": "page", "fig": "figure", "tab": "table", "sec": "section",
    "§": "section", "art": "article", "para": "paragraph",
}  # fmt: skip

_A_PLACE = re.sub(r"\?P<\w+>", "?:", PLACE.pattern)
_IN = rf"(?: (?:of|in|for|from|to|does) {THIS})?"
_AT = rf"(?: (?:on|of|in|under|from|to) (?:the )?(?:{_A_PLACE}))?"
_HAS = (
    rf"(?: (?:are|is|does|do|has|have))?(?: there)?(?: in| of)?(?: {THIS})?(?: (?:have|has|contain|include|got"
    rf"|long))?"
    r"(?: in total| altogether| in all)?"
)
_ALL = r"(?:(?: me| us)?(?: all)?(?: of)?(?: (?:the|its|all|different))*)"
_WITH = r"(?: (?:with|and) (?:(?:their|its|the) )?(?:captions?|pages?|page numbers|numbers?|titles?))*"


def _things(noun: str) -> str:
    """Return the pattern of a question for the number or list of a kind of things in the document."""
    return (
        rf"(?:how many|what number of|(?:what is )?(?:the )?number of|count(?: the| all)*) {noun}(?:{_AT}|{_HAS})"
        rf"|(?:list|show|give|name|print|display|enumerate|what are|which are){_ALL} {noun}{_IN}{_AT}{_IN}{_WITH}"
        rf"|all (?:the )?{noun}{_IN}"
        rf"|(?:what|which) {noun}(?: (?:are|is|stands?|begins?|starts?))?(?:(?: there)?{_AT}|{_HAS})"
        rf"|(?:is|are) there (?:any |an? |some )?{noun}{_IN}{_AT}"
        rf"|(?:does|do|has) {THIS} (?:(?:have|contain|include) )?(?:any |an? |some )?{noun}"
    )


_OUTLINE = (
    r"(?:outline|structure|table of contents|contents|toc|organi[sz]ation|list of (?:contents|chapters|sections))"
)
_PARTS = (
    r"(?:(?:main |top-level )?(?:chapters?|sections?|headings?|sub-?sections?|sub-?headings?|parts|clauses|articles))"
)
_PICTURES = r"(?:figures?|images?|pictures?|charts?|diagrams?|illustrations?|graphs?|photos?|photographs?)"
_PARTICIPLES = (
    r"(?:written|published|issued|released|created|dated|signed|made|printed|prepared|revised|updated|presented"
    r"|drafted"
    r"|compiled|produced|edited|sent)"
)
_STRUCTURE = (
    r"(?:abstract|introduction|preface|foreword|summary|conclusions?|bibliography|references|index|glossary"
    r"|appendix|appendices|annex|acknowledge?ments|table of contents|contents|chapter|section)"
)
_PATTERNS: tuple[tuple[Aspect, str], ...] = (
    ("location",
     r"(?:on|at|from) (?:what|which) (?:page|slide)s? (?:is|are|was|does|do|did|(?:can|could|will|do) i find) .{2,80}"
     rf"|where (?:is|are|does|do|can i find|do i find) (?:the |its )?(?:{_A_PLACE}|(?:[\w-]+ ){{0,3}}{_STRUCTURE}"
     rf"(?: on [\w -]+)?)(?: (?:start|begin|stand|appear|located|to be found))?{_IN}"),
    ("pages",
     rf"how many (?:pages|slides|sheets){_HAS}|how big (?:is )?{THIS}|how long (?:is )?(?!{_LASTING}){THIS}"
     rf"|count the (?:pages|slides){_IN}"
     rf"|(?:what is )?(?:the )?(?:number of (?:pages|slides)|page count){_IN}"
     rf"|(?:what is )?the length(?! (?:of|in|for) {_LASTING}){_IN}"
     rf"|(?:what is )?{THIS}'s (?:page count|length)"),
    ("titles",
     rf"(?:what(?: is|'s| are)|give|name|tell|which is|which are) (?:me )?(?:the )?(?:titles?|headings?|names?"
     rf"|topics?|subjects?|themes?) of (?:the )?(?:{_A_PLACE})(?:(?:,? and|,) (?:the )?(?:{_A_PLACE}))*"
     rf"(?: (?:of|in|for) [^?]{{1,50}})?"
     rf"|what(?: is|'s) (?:the )?(?:{_A_PLACE})(?: (?:of|in) [^?]{{1,50}})? (?:called|titled|named)"),
    ("outline",
     rf"(?:(?:what (?:is|are)|list|show|give|print|display) )?(?:(?:me|all|of|the|an?|its) )*{_OUTLINE}{_IN}"
     rf"|{_things(_PARTS)}"
     rf"|(?:the )?{_PARTS}{_IN}"
     rf"|how is {THIS} (?:structured|organi[sz]ed|divided|laid out)|into (?:what|which) (?:chapters"
     rf"|sections|parts) is {THIS} divided"),
    ("tables", _things("tables?")),
    ("figures", _things(_PICTURES)),
    ("title",
     rf"(?:(?:what(?: is|'s)|give|name|show) )?(?:the )?(?:full |exact )?(?:title|headline){_IN}|(?:what(?: is"
     rf"|'s) )?{THIS}'s title|(?:what (?:is|are)|how is) {THIS} (?:called|titled|entitled)|what(?: is"
     rf"|'s) the name of {THIS}|(?:what|which) (?:title|name) does {THIS} (?:have|bear|carry)"),
    ("authors",
     rf"who (?:has )?(?:wrote|written|authored|published|created|prepared|presented|gave|held|delivered|drafted"
     rf"|produced"
     rf"|made|compiled|edited|issued|sent|is behind|(?:is|are) the (?:authors?|writers?|presenters?|speakers?"
     rf"|creators?) of)"
     rf" {THIS}|(?:(?:who|what|name|list|give)(?: (?:is|are|were))? )?(?:the )?(?:names of the )?authors?{_IN}"
     rf"|(?:by whom|by who|who) (?:was|is) {THIS} {_PARTICIPLES}(?: by)?|(?:by|from) whom is {THIS}"
     rf"|who is {THIS} (?:by|from)"
     rf"|whose (?:paper|work|report|presentation|book) is {THIS}|who (?:is|was) the (?:author|writer|presenter"
     rf"|speaker)"),
    ("date",
     rf"when (?:was|were|has|is) {THIS} (?:been |last )*{_PARTICIPLES}|(?:what(?: is"
     rf"|'s) )?the (?:(?:publication|issue|release"
     rf"|revision) )?(?:date|year)(?: of(?: publication of)? {THIS})|(?:what(?: is"
     rf"|'s) )?(?:the )?(?:publication|issue"
     rf"|release|revision) date{_IN}|how (?:old|recent) is {THIS}|(?:what|which) (?:year|date) (?:is"
     rf"|was) {THIS} (?:from|published|written)|(?:what|which) date does {THIS} (?:bear|have)|from (?:when"
     rf"|what year) is {THIS}|when is {THIS} from"),
    ("summary",
     rf"(?:summari[sz]e|sum up|outline briefly|recap)(?: {THIS}| everything)?(?: (?:in (?:a few"
     rf"|\w+) (?:short )?(?:sentences"
     r"|words|lines|points)|briefly|shortly|for me))*"
     rf"|(?:write |make |what is )?(?:a |an |the )?(?:short |brief |quick )?(?:summary|overview|abstract|gist|tl;?dr"
     rf"|synopsis){_IN}(?: in (?:a few|\w+) (?:sentences|words|lines))?"
     rf"|what(?: is|'s| are) {THIS}(?: all| mainly)? about|what (?:does|do) {THIS} (?:say|deal with|cover"
     rf"|discuss|describe"
     r"|talk about|contain)|what(?: is|'s| are) the (?:main |key |most important |central |core )?(?:point"
     r"|points|message|messages|topic|topics|idea|ideas|subject|takeaways?|findings)(?: (?:of"
     rf"|in) {THIS})?|describe {THIS}|tldr|what (?:topics|subjects) (?:does|do) {THIS} cover"
     rf"|what is in {THIS}|what (?:kind|type|sort) of (?:document|file|text|thing) is {THIS}"
     rf"|what is {_DETERMINERS}{_NOUNS}|tell me (?:something )?about {_DETERMINERS}{_NOUNS}"),
)  # fmt: skip
# A word that each question of an aspect has. To compile all patterns takes 57 ms, a thirtieth of `pagewitness ask`, and
# most questions have the words of one or two.
_HINTS: tuple[tuple[Aspect, re.Pattern[str]], ...] = (
    ("location", re.compile("page|slide|where")),
    ("pages", re.compile("page|slide|sheet|how big|how long|length")),
    ("titles", re.compile("title|heading|name|topic|subject|theme|called")),
    ("outline", re.compile("outline|structure|contents|toc|organi|list of|chapter|section|heading|part|clause|article"
                           "|divided|laid out")),
    ("tables", re.compile("table")),
    ("figures", re.compile("figure|image|picture|chart|diagram|illustration|graph|photo")),
    ("title", re.compile("title|headline|called|name")),
    ("authors", re.compile("who|author|by")),
    ("date", re.compile("when|date|year|how old|how recent")),
    ("summary", re.compile("summar|sum up|outline|recap|overview|abstract|gist|tl;?dr|synopsis|what|describe|tell me")),
)  # fmt: skip


@lru_cache(maxsize=len(_PATTERNS))
def _pattern(aspect: Aspect) -> re.Pattern[str]:
    """Return the pattern of the whole questions of an aspect."""
    return re.compile(rf"^{_POLITE}(?:{dict(_PATTERNS)[aspect]}){_ENDING}\W*$", re.IGNORECASE)


_PLACE_ALONE = re.compile(rf"^{_POLITE}(?:the )?(?:{_A_PLACE}){_IN}{_ENDING}\W*$", re.IGNORECASE)
_SAYS = (
    r"(?:shows?|says?|states?|contains?|mean|depicts?|illustrates?|displays?|presents?|provides?|requires?|lists?"
    r"|deals?|describes?|regulates?|covers?|tells?|reports?|about|looks? like)"
)
_ASKS_PLACE = re.compile(
    rf"\b(what (?:is|are|'s|does|do|did|can) .*\b(?:on|in|at|{_SAYS})\b|what .*\b{_SAYS}\b"
    r"|what (?:stands|appears|is printed|can be (?:read|seen|found)) (?:on|at|in)"
    r"|what'?s (?:on|in)|show|read|quote|open|go to|summari[sz]e|describe|explain|give|display|print"
    r"|what (?:is|are) written|what(?: is|'s) the caption|tell me about|cite|recite|text of|content of|contents of)",
    re.IGNORECASE,
)
_MAX_PLACE = 9  # words beside a place: a longer question asks for something in it
_ASKS_MORE = re.compile(
    r"\b(?:how|who|when|where|why|highest|lowest|according)\b"
    r"|\b(?:about|regarding|concerning|on) (?!(?:the|printed|sheet)\b *\W*$)(?:the |an? )?\w{3,}",
    re.IGNORECASE,
)


def aspect_of(text: str) -> Aspect:
    """Return what a question asks of a document as a whole, on one line; "" if it asks for something in it."""
    lower = text.lower()
    return next((aspect for aspect, hint in _HINTS if hint.search(lower) and _pattern(aspect).match(text)), "")


def asks_for_place(text: str) -> bool:
    """Return whether a question asks what stands at a place of a document."""
    if _PLACE_ALONE.match(text):
        return True
    rest = PLACE.sub(" ", text)
    is_short = len(rest.split()) <= _MAX_PLACE and not _ASKS_MORE.search(rest)
    return bool(PLACE.search(text) and _ASKS_PLACE.search(text) and is_short)


def places_in(text: str) -> list[str]:
    """Return all places that a question names, each as `place_in` does."""
    return [place_in(found.group()) for found in PLACE.finditer(text)]


def place_in(text: str) -> str:
    """Return the place that a question names: "page 3", "figure 1", "section 4.1", "page last"; "" if none."""
    found = PLACE.search(text)
    if not found:
        return ""
    if found["ordinal"]:
        kind, number = found["counted"].lower(), _ORDINALS[found["ordinal"].lower()]
    else:
        kind, number = found["kind"].lower().rstrip("."), found["number"]
        number = str(_SPELLED.index(number.lower()) + 1) if number.lower() in _SPELLED else number
    return f"{_PLACES.get(kind, kind)} {number}"
