"""A check of scope: a claim must not say "all", "only" or "never" where its quote says less.

English and German words are known. A finding is a doubt.
"""

from __future__ import annotations

import re

from graph.verification.claims.wording import Clause, clauses, content, same_language, share, words

_UNIVERSAL = {
    "all": r"all|throughout|durchgehend|durchweg|every\w*|each|whole|entire\w*|full\w*|complete\w*|always|any\w*|"
    r"both|generally|"
    r"universal\w*|total\w*|per|pro|je|alle[nrms]?|jede[nrms]?|sämtlich\w*|ganz\w*|immer|vollständig\w*",
    "only": r"only|sole\w*|exclusive\w*|merely|just|alone|unique\w*|single|except|nur|ausschließlich\w*|allein\w*|"
    r"lediglich|einzig\w*",
    "never": r"never|no|no(?:ne|body)|not|nothing|without|nor|neither|cannot|\w+n't|nie|niemals|kein\w*|nicht|niemand|"
    r"rarely|seldom",
}
"""Universal words, and those that a quote may have in their place."""
_STATED = {
    "all": r"all|every|everyone|everything|always|entire|entirely|completely|alle|jede[rsnm]?|sämtliche\w*|immer",
    "only": r"only|solely|exclusively|nur|ausschließlich|lediglich",
    "never": r"never|no(?:ne|body)|nie|niemals|niemand",
}
"""Universal words that a claim must not add."""
_SAID = {kind: re.compile(rf"^(?:{words})$") for kind, words in _STATED.items()}
_HELD = {kind: re.compile(rf"^(?:{words})$") for kind, words in _UNIVERSAL.items()}
_PART = re.compile(
    r"^(?:some|most|many|several|few|often|sometimes|usually|mainly|mostly|partly|partially|almost|nearly|typically|"
    r"majority|half|part|certain|various|generally|largely|primarily|einige[nrms]?|manche[nrms]?|viele[nrms]?|"
    r"mehrere[nrms]?|meist\w*|oft|manchmal|teilweise|fast|häufig|überwiegend|hauptsächlich|größtenteils)$"
)
_SOME = re.compile(
    r"^(?:some|most|many|several|few|sometimes|mainly|mostly|partly|partially|almost|nearly|einige|manche|"
    r"viele|mehrere|"
    r"meist\w*|manchmal|teilweise|fast|überwiegend)$"
)
_LIMITED_ALL = re.compile(
    r"(?:(?:%|percent|per cent|prozent|most|some|many|half|part|majority|number|third|quarter|share|teil)"
    r" (?:of|der|aller)"
    r"|nearly|almost|virtually|practically|fast|nahezu) (?:all|every|everything|alle[nrms]?)\b",
    re.IGNORECASE,
)
"""An "all" that is not all: "90 % of all", "nearly all"."""
_SHARED = 0.5
_IN_ALL = re.compile(
    r"\b(?:in|above|after|at) all\b(?! (?:the|these|those|of|[^\W\d]+s)\b)|\ball in all\b|\ball told\b", re.IGNORECASE
)
"""An "all" that generalises nothing: "four stages in all"."""
_FOR_EACH = re.compile(
    r"\b(?:for|to|per) (?:each|every)\b|\b(?:für|auf) jede[nrs]?\b"
    r"|\b(?:each|every|jede[sn]?) (?=(?:year|month|week|day|hour|time|jahr|monat|tag|woche|mal)\b)",
    re.IGNORECASE,
)
"""A ratio, no "all": "for each of them two others"."""
_PART_OF = re.compile(
    r"\b(?:ein (?:großer |kleiner )?Teil de[rs]|a (?:large |small )?(?:number|part|portion) of the)\b", re.IGNORECASE
)


def _some(found: re.Match[str]) -> str:
    return "einige" if found[0][:3].lower() == "ein" else "some"


def widened(text: str, quote: str) -> str:
    """Return a doubt where a claim is more general than its quote."""
    if not same_language(text, quote):
        return ""
    text = _HOW_LITTLE.sub("", _FOR_EACH.sub("a", _IN_ALL.sub(" ", text)))
    limited = _LIMITED_ALL.sub(" ", text) if _LIMITED_ALL.search(quote) else text  # "almost all" for "nearly all"
    counted = re.sub(r"\b(?:a|in) total of\b", " ", quote)
    held = [word.key for clause in clauses(_LIMITED_ALL.sub(" ", counted)) for word in clause.words]
    for clause in clauses(limited):
        for word in clause.words:
            for kind, stated in _SAID.items():
                if stated.match(word.key) and not any(_HELD[kind].match(key) for key in held):
                    return f"the claim says “{word.text}”, the quote does not"
    if (one := _ONE_OF_THE.search(quote)) and not _ONE_OF_THE.search(text):
        top = one["top"].lower()
        if re.search(rf"\b(?:the|der|die|das) (?:\w+ )?{re.escape(top)}\b", text, re.IGNORECASE):
            return f"the quote says “{one[0]}”, the claim only “the {top}”"
    return _other_than_only(text, quote) or _part_dropped(text, quote) or _whole_for_part(text, quote)


_ONE_OF_THE = re.compile(
    r"\b(?:one of|among|eine[rs]? der) (?:the |its |their |de[nr] )?(?:\w+ )?(?P<top>[^\W\d]{3,}est|best|worst|"
    r"most \w+|[^\W\d]{3,}sten)\b",
    re.IGNORECASE,
)
_HOW_LITTLE = re.compile(
    r"\b(?:only|just|merely|nur|lediglich|bloß)\s(?=(?:(?:about|around|some|roughly|rund|etwa|knapp)\s)?[$€£]?\d)",
    re.IGNORECASE,
)
"""An "only" of a claim that calls a number small and restricts nothing."""


def _whole_for_part(text: str, quote: str) -> str:
    """Return a doubt where a claim speaks of the whole, and its quote "only" of a part of it."""
    whole, limit = _ENTIRE.search(text), next((w for w in words(quote) if _HELD["only"].match(w.key)), None)
    if not whole or not limit or _ENTIRE.search(quote) or any(_HELD["only"].match(word.key) for word in words(text)):
        return ""
    return f"the claim says “{whole[0]}”, the quote “{limit.text}”"


_ENTIRE = re.compile(r"\b(?:the )?(?:whole|entire|ganze[nrms]?|gesamte[nrms]?)\b", re.IGNORECASE)


def exception_dropped(text: str, quote: str) -> str:
    """Return a doubt where a claim says of all what its quote says of all but some."""
    found = _EXCEPT.search(quote)
    excepted = content(found["what"]) if found else frozenset()
    is_denied = any(_HELD["never"].match(word.key) for word in words(text))
    if found and excepted and excepted <= content(text) and not is_denied and not _OUTSIDE.search(text):
        return f"the quote excepts “{found['what']}”"
    if not found or _EXCEPT.search(text) or not any(_WHOLE.match(word.key) for word in words(text)):
        return ""
    is_same = share(content(text), content(quote)) >= _SHARED
    return f"the quote says “{found[0].split()[0]}”, the claim does not" if is_same else ""


_WHOLE = re.compile(rf"^(?:{_STATED['all']}|whole|ganze[nrms]?)$")


def denies_exception(text: str, quote: str) -> bool:
    """Return whether a claim denies of an exception what its quote says of the others."""
    found = _EXCEPT.search(quote)
    excepted = content(found["what"]) if found else frozenset()
    return bool(excepted) and excepted <= content(text) and any(_HELD["never"].match(word.key) for word in words(text))


def asserts_exception_alone(text: str, quote: str) -> bool:
    """Return whether a claim says of an exception alone what its quote denies of the others: "only A exceeded it"."""
    found = _EXCEPT.search(quote)
    excepted = content(found["what"]) if found else frozenset()
    is_only = any(_SAID["only"].match(word.key) for word in words(text))
    return bool(excepted & content(text)) and is_only and _is_denied(quote) and not _is_denied(text)


def exception_reversed(text: str, quote: str) -> str:
    """Return a doubt where a claim says of an exception, or of it alone, what its quote says of all others."""
    found = _EXCEPT.search(quote)
    if not found or _EXCEPT.search(text) or _THE_REST.search(text):
        return ""
    excepted, rest = content(found["what"]), content(quote.replace(found[0], " "))
    is_same = _is_denied(text) == _is_denied(quote) and bool(rest & content(text))
    if is_same and share(excepted - rest, content(text)) >= _SHARED:
        return f"the quote excepts “{found['what'].strip()}”"
    if _is_denied(text) and _is_denied(quote) and share(content(text), rest) == 1.0:
        return f"the quote says “{found[0].split()[0].lower()} … {found['what'].strip()}”, the claim does not"
    return ""


_THE_REST = re.compile(r"\b(?:rest|others?|remaining|übrigen?)\b", re.IGNORECASE)


def _is_denied(text: str) -> bool:
    return sum(bool(_NEVER.match(word.key)) for word in words(text)) % 2 == 1


_NEVER = re.compile(r"^(?:never|no|none|not|nor|neither|cannot|\w+n't|nie|niemals|kein\w*|nicht)$")
_OUTSIDE = re.compile(
    r"\b(?:all but|except\w*|apart|other|excluding|außer|ausgenommen|mit ausnahme|bis auf|only|nur|rest)\b",
    re.IGNORECASE,
)
"""Words of a claim that make an exception too."""
_EXCEPT = re.compile(
    r"\b(?:all but|alle bis auf|except(?: for)?|apart from|other than|excluding|with the exception of|außer|"
    r"ausgenommen|"
    r"mit ausnahme (?:von|de[rs]))\s+"
    r"(?P<what>[^,.;]{1,60})",
    re.IGNORECASE,
)


def _other_than_only(text: str, quote: str) -> str:
    """Return a doubt where a claim says of others what its quote says "only" of one."""
    said = content(text)
    if any(_HELD[kind].match(word.key) for word in words(text) for kind in ("only", "never")):
        return ""
    for clause in clauses(quote):
        for at, word in enumerate(clause.words):
            if not _ONLY.match(word.key):
                continue
            if _ONE_OF_MANY.search(text) and share(clause.content, said) >= _SHARED:
                return f"the quote says “{word.text}”, the claim speaks of several"
            after = [other for other in clause.words[at + 1 :] if other.is_content]
            is_amount = any(other.key[0].isdigit() for other in clause.words[at + 1 : at + 3])  # "only in 1918"
            rest = {other.stem for other in after[1:]}
            if rest and not is_amount and after[0].stem not in said and share(rest, said) >= _SHARED:
                return f"the quote says it only of “{after[0].text}”"
    return ""


_ONLY = re.compile(r"^(?:only|solely|nur|ausschließlich|lediglich|einzige[nrms]?)$")
_ONE_OF_MANY = re.compile(
    r"\bone of (?:several|many|a few|the (?:many|few))\b|\beine[rs]? von (?:mehreren|vielen)\b", re.IGNORECASE
)


def _part_dropped(text: str, quote: str) -> str:
    """Return a doubt where a claim leaves out the "some" or "most" of its quote."""
    said = [word.key for clause in clauses(text) for word in clause.words]
    if (
        any(_PART.match(key) for key in said)
        or _ONE_OF_THE.search(text)
        or any(key.isdigit() for key in said)
        or _NOT_ALL.search(text)
    ):
        return ""
    stems = content(text)
    for clause in clauses(_SUPERLATIVE.sub(" ", _A_WHILE.sub(" ", _PART_OF.sub(_some, quote)))):
        for at, word in enumerate(clause.words):
            scope = _after(clause, at)
            if _SOME.match(word.key) and scope and scope <= stems and share(clause.content, stems) >= _SHARED:
                return f"the quote says “{word.text}”, the claim does not"
    return ""


_SUPERLATIVE = re.compile(
    r"(?:\d(?:st|nd|rd|th)|\b(?:second|third|fourth|fifth|its|their|his|her|the))[ -]most\b|\bmost-", re.IGNORECASE
)
"""A "most" that is no part: "the 9th most-populous"."""
_NOT_ALL = re.compile(r"\b(?:not (?:all|every|each)|nicht (?:alle[nrms]?|jede[nrms]?))\b", re.IGNORECASE)
_A_WHILE = re.compile(
    r"\b(?:a )?few (?=(?:seconds|minutes|hours|days|weeks|months|years)\b)|"
    r"\bwenige (?=(?:Minuten|Stunden|Tage|Wochen|Monate|Jahre)\b)"
)
"""A length of time, whose "some" or "most" names no part of a whole."""


def _after(clause: Clause, at: int) -> frozenset[str]:
    """Return the stem of the word that a quantifier belongs to: the first content word after it."""
    return frozenset([word.stem for word in clause.words[at + 1 : at + 4] if word.is_content][:1])
