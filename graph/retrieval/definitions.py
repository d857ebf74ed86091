"""Questions for what something is ("What is GRPO?"), and the sentences that say it.

Such a sentence says "X is a ...", gives the long form of an abbreviation, or puts what X is beside its name ("X, which
..."); most sentences that have the name say something else of it.
"""

from __future__ import annotations

import re
from functools import lru_cache

from graph.storage.rows import SentenceRow

_ASKED = re.compile(
    r"^\W*(?:(?:so|and|ok(?:ay)?|please)\W+)?(?:(?:can|could) you )?(?:"
    r"(?:what|who)(?:['’]?s| is| are| was| were)(?: meant by)?(?: an?| the)? (?P<be>[^?]+?)(?: exactly| actually)?"
    r"|(?:please )?(?:define|explain)(?: what)?(?: an?| the)? (?P<say>[^?]+?)(?: is| are| means?)?"
    r"|what does(?: an?| the)? (?P<mean>[^?]+?) (?:mean|stand for|refer to)"
    r"|what (?:do|did) (?:they|you|the authors) mean by(?: an?| the)? (?P<by>[^?]+?)"
    r")\W*$",
    re.IGNORECASE,
)
_OF_PERSON = re.compile(r"^\W*who\b", re.IGNORECASE)
_MOST_WORDS = 4
# "What is the height of the tower?" asks for a value, "What are the limitations?" for a list.
_NO_NAME = re.compile(
    r"\b(?:of|in|for|on|at|from|to|with|by|that|which|who|than|between|per|if|when|during|after|before|like|about|his|her"
    r"|its|their|our|your|my|this|these|those|it|he|she|they|there|here|next|first|last|best|most|least|so|not|and|or"
    r"|\w+(?:est))\b|\d+(?:st|nd|rd|th)\b|['’]s\b",
    re.IGNORECASE,
)
# "What is covered?", "What is new?"
_NO_NOUN = re.compile(
    r"(?:ed|able|ible)$|^(?:new|wrong|different|special|important|good|bad|free|true|left|due|up)\b", re.I
)
# An ordinary noun is mostly an attribute of something ("What is net income?").
_NAME = re.compile(r"[A-Z]{2}|\b[A-Z][\w’'-]*|\d|[-–]\w|[“\"‘']")
_BE = r"(?:is|are|was|were)"
# "By distilling DeepSeek-R1, the small model can ...": what follows the comma is another thing.
_BEGINNING = (
    r"(?:[a-z]+ing|compared|based|unlike|like|with|without|by|in|on|at|for|from|to|after|before|through|via|under|as|if"
    r"|when|while|since|because|although)\b"
)
_NO_OBJECT = "".join(rf"(?<!\b{word} )" for word in "to in on by of for with from than like".split()) + "(?<!ing )"
_KIND = r"(?:an?|the|one of|any|our|another|part of|called|defined|used|designed|short for|based|developed)\b"
CLEAR, BESIDE, SOME = 3, 2, 1
"""Says "X is a ..."; puts what X is beside its name ("X, which ..."); says something of X as its subject."""


@lru_cache(maxsize=64)
def defined(question: str) -> str:
    """Return the thing that a question wants explained, in its own words; "" for other questions."""
    return _asked(question)[0]


@lru_cache(maxsize=64)
def _asked(question: str) -> tuple[str, bool]:
    """Return the thing that a question wants explained, and whether it can want nothing else, such as a value."""
    found = _ASKED.match(question.strip())
    if not found:
        return "", False
    asked = next(text for text in found.groups() if text).strip(" “”\"'‘’")
    if len(asked.split()) > _MOST_WORDS or _NO_NAME.search(asked):
        return "", False
    before = question[: question.find(asked)].split()
    article = before[-1].lower() if before else ""
    if found["be"] is None or _NAME.search(asked) or article in ("a", "an"):
        return asked, True
    return ("", False) if article in ("the", "your", "our") or _NO_NOUN.search(asked) else (asked, False)


def defines(question: str, sentence: SentenceRow) -> int:
    """Return how clearly a sentence says what the asked thing is: CLEAR, BESIDE, SOME, or 0 if it does not."""
    asked = defined(question)
    if not asked or sentence.kind not in ("prose", "item", "description", "caption"):
        return 0
    forms = zip((CLEAR, BESIDE, SOME), _forms(asked), strict=True)
    return next((level for level, form in forms if form.search(sentence.text)), 0)


def is_undefined(question: str, sentence: SentenceRow) -> bool:
    """Return whether a question wants a thing explained, not a person, and a sentence does not explain it."""
    asked, alone = _asked(question)
    return alone and not (
        _OF_PERSON.match(question)
        or defines(question, sentence)
        or _gives_value(asked, sentence.text)
        or says_meaning(question, sentence.text)
    )


_SIGN_MEANS = re.compile(r"\b(?:shows|means|indicates|signals|signifies|warns|tells)(?: you)? that\b", re.IGNORECASE)
_ASKS_MEANING = re.compile(
    r"^\W*(?:and |so )?what (?:do|does|did) (?:the|this|that|these) [^?]+? (?:mean|show|indicate|signify)\W*$",
    re.IGNORECASE,
)


def says_meaning(question: str, text: str) -> bool:
    """Return whether a sentence says what a sign means, where that is asked: "The red lamp shows that ..."."""
    return bool(_ASKS_MEANING.match(question) and _SIGN_MEANS.search(text))


def _gives_value(asked: str, text: str) -> bool:
    """Return whether a sentence gives the value of a quantity: "the cost-income ratio improved to 61.8 per cent"."""
    if re.search(r"[A-Z\d]", asked):
        return False
    said = r"(?: of|:| is| was| are| were| stood at| came to| [a-z]+(?:ed|en)? to| rose to| fell to) "
    return bool(re.search(rf"\b{re.escape(asked)}{said}(?:\w+ ){{0,2}}?[$€£]?\d", text, re.IGNORECASE))


@lru_cache(maxsize=64)
def _forms(asked: str) -> tuple[re.Pattern[str], ...]:
    words = r"[\s-]+".join(re.escape(word) for word in re.split(r"[\s-]+", asked))
    # Not a part of a longer name: "DeepSeek-R1-Zero" is another thing than "DeepSeek-R1".
    name = rf"(?<![\w-])[“\"‘']?{words}(?:e?s)?[”\"’']?(?![\w-])(?!\.\w)"
    article = r"(?:(?:an?|the|this|our) )?"
    beside = r"(?: \([^)]{1,60}\)){0,2}"
    opening = rf"^(?!{_BEGINNING}[^,;:]*{name})(?:.*[\s(])?"
    long_form = _long_form(asked)
    clear = [
        rf"(?:^|[:;] |, |\b(?:that|as|and|where) ){article}{name}{beside},? (?:also )?{_BE} (?:\w+ ){{0,2}}?{_KIND}",
        rf"{name}{beside} (?:stands for|refers? to|means?|denotes?|consists? of|describes?)\b",
        rf"^{article}{name}{beside}, (?:an?|one of) [^,]+",
        *([rf"{long_form} \(\W?{words}\W?[);,]", rf"{name} \({long_form}\)"] if long_form else []),
    ]
    aside = [
        rf"{name}{beside}, (?:which|who|short for|that is|i\.e\.)\b",
        rf"{opening}{name}{beside}, (?:an?|one of)\b",
        rf"{opening}{_NO_OBJECT}{name}{beside}, (?:the|our)\b",
        rf"\b(?:introduce|propose|present|called|named|known as|termed|dubbed) {article}{name}",
    ]
    some = [rf"(?:^|[:;] |, ){article}{name}{beside},? (?:{_BE}|has|have|had|can) \w"]
    ignored = 0 if asked.isupper() else re.IGNORECASE
    return tuple(re.compile("|".join(one), ignored) for one in (clear, aside, some))


def _long_form(asked: str) -> str:
    """Return a pattern of words that begin with the letters of an abbreviation; "" of other names."""
    if not re.fullmatch(r"[A-Z]{2,6}", asked):
        return ""
    return r"[\s-](?:(?:of|the|and|for|in|to) )?".join(rf"(?i:{letter})[a-z]+" for letter in asked)
