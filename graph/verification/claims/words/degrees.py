"""A check of words of extent and degree: "partial" for "full", "much better" for "slightly better", "twice" for "once".

Also checked are a bound that a claim adds to an exact number, an "all" without the condition of its quote, and the
basis of a comparison. English and German words are known. A finding is a doubt.
"""

from __future__ import annotations

import re

from graph.verification.claims.values.context import values_in
from graph.verification.claims.wording import content, same_language, words
from loaders.text.numbers import fold

_ALL_OF = (
    r"all|every|full|fully|whole|entire|entirely|complete|completely|total|alle[nrs]?|ganz\w*|vollständig\w*|voll\w*"
)
_SOME_OF = (
    r"some of|(?<!as )parts? of|partial|partially|partly|in part|incomplete|half of|ein teil de[rs]|teilweise|"
    r"einige(?: der)?"
)
_BY_FAR = r"much|far|greatly|considerably|significantly|substantially|vastly|deutlich|erheblich|weitaus|wesentlich"
_A_LITTLE = r"slightly|a little|marginally|somewhat|etwas|geringfügig|leicht"
_MOSTLY = r"most|the majority of|majority|meisten|mehrheit"
_SELDOM = r"few|a minority|hardly any|wenigen|minderheit"
_JOINTLY = (
    r"in partnership|together|jointly|in collaboration|in cooperation|along with|zusammen|gemeinsam|"
    r"in zusammenarbeit"
)
_ALONE = (
    r"on (?:his|her|its|their) own|single-handed\w*|by (?:himself|herself|itself|themselves)|independently|separately|"
    r"allein|unabhängig voneinander|getrennt"
)
_FORMER = r"former|formerly|erstwhile|ehemalige\w*|früher\w*"
_CURRENT = r"current|currently|still|to this day|derzeit\w*|gegenwärtig\w*|immer noch"
_ELEMENTS = r"(?:some|a few|certain) (?:elements|parts|members|sections) of|(?:einige|manche) (?:teile|mitglieder)"
_EXTENTS = tuple(
    tuple(re.compile(rf"\b(?:{side})\b", re.IGNORECASE) for side in pair)
    for pair in (
        (_ALL_OF, _SOME_OF),
        (_BY_FAR, _A_LITTLE),
        (_MOSTLY, _SELDOM),
        (_JOINTLY, _ALONE),
        (_FORMER, _CURRENT),
        (_ELEMENTS, _ALL_OF),
    )
)
"""Pairs of extents that exclude each other. Of 370 hand-written true claims none has the other side of its quote's,
of 449 false ones 13 have, and 7 of these had no other doubt."""
_STRICTLY = re.compile(
    r"\b(?:more than|over|fewer than|less than|mehr als|über|weniger als|unter)\s(?:about\s)?[$€£]?$", re.IGNORECASE
)
_BOUNDED = re.compile(
    r"\b(?:than|over|above|below|under|exceed\w*|surpass\w*|outnumber\w*|outperform\w*|beat\w*|compared|against|least|"
    r"most|up to|maximum|minimum|from|between|to|half|almost|nearly|als|über|unter|mindestens|höchstens|bis|von|"
    r"zwischen|fast|knapp|gut)\b|\+|-plus|[<>≥≤]",
    re.IGNORECASE,
)
"""Words of a quote that bound or compare a number."""
_BESIDE = 40  # characters before a number in which such a word bounds it
_RESTRICTED = re.compile(
    r"\b(?:all|every|any|each|alle[nrs]?|jede[nrs]?)\s(?:the\s|de[rn]\s)?(?P<what>[^,.;()]{2,40}?),?\s"
    r"(?P<limit>(?:(?:that|which|who|not|unless|except|die|der|das|außer)\s[^,.;()]{4,80}|"
    r"but\s(?:one|two|three|four|five|for)\b[^,.;()]{0,80}))",
    re.IGNORECASE,
)
_WHOLE = re.compile(r"\b(?:all|every|any|each|alle[nrs]?|jede[nrs]?)\b", re.IGNORECASE)
_LIMIT = 2  # first words of a restriction, of which a claim with the restriction has one
_BASIS = re.compile(
    r"\bon (?:an? |the )?(?P<what>(?:[^\W\d][\w-]*\s){1,4}?)basis\b|\bauf (?P<german>[^\W\d]+er) basis\b", re.IGNORECASE
)
_COUNT = "zero one two three four five six seven eight nine ten".split()
_TIMES_WORDS = {"twice": 2, "thrice": 3, "zweimal": 2, "dreimal": 3, "viermal": 4, "only once": 1, "just once": 1,
                "nur einmal": 1}  # fmt: skip
_TIMES = re.compile(
    rf"\b(?P<word>{'|'.join(_TIMES_WORDS)})\b(?! as| the| a| per| so)|"
    rf"\b(?P<number>\d{{1,2}}|{'|'.join(_COUNT[1:])})(?:-time|[- ]times)\b(?! as| the| more| higher| larger| greater)",
    re.IGNORECASE,
)


def other_extent(text: str, quote: str) -> str:
    """Return a doubt where a claim has an extent opposite to its quote's; else ""."""
    if not same_language(text, quote):
        return ""
    for pair in _EXTENTS:
        for here, there in (pair, pair[::-1]):
            held, said = here.search(quote), there.search(text)
            if held and said and not there.search(quote) and not here.search(text):
                return f"the claim says “{said[0]}”, the quote “{held[0]}”"
    return (
        _other_times(text, quote)
        or _other_ordinal(text, quote)
        or _other_basis(text, quote)
        or unrestricted(text, quote)
    )


def added_bound(text: str, quote: str) -> str:
    """Return a doubt where a claim says "more than" or "less than" a number that its quote gives as exact."""
    if not same_language(text, quote):
        return ""
    folded, shown, held = fold(text), fold(quote), values_in(quote, "")
    for one in values_in(text, ""):
        said = _STRICTLY.search(folded[: one.start])
        own = [other for other in held if one.values & other.values]
        around = " ".join(shown[max(0, other.start - _BESIDE) : other.end + _BESIDE // 2] for other in own)
        if said and own and one.kind not in ("year", "month") and not _BOUNDED.search(around):
            return f"the claim says “{said[0].strip()} {one.text}”, the quote {one.text}"
    return ""


def _other_times(text: str, quote: str) -> str:
    """Return a doubt where a claim says "twice" and its quote another number of times."""
    said, held = _times(text), _times(quote)
    other = next((value for value in said if held and value not in held), None)
    return f"the claim says “{said[other]}”, the quote “{min(held.values())}”" if other is not None else ""


def _times(text: str) -> dict[int, str]:
    found: dict[int, str] = {}
    for one in _TIMES.finditer(text):
        word = (one["word"] or one["number"]).lower()
        value = _TIMES_WORDS.get(word) or (int(word) if word.isdigit() else _COUNT.index(word))
        found[value] = one[0]
    return found


def _other_ordinal(text: str, quote: str) -> str:
    """Return a doubt where a claim says "ranked fourth" and its quote has only another ordinal there."""
    held, said = _ordinals(quote), _ordinals(text)
    for value, (word, before, after) in said.items():
        beside = [one for one in held.values() if (before and one[1] == before) or (after and one[2] == after)]
        if value != 1 and value not in held and beside:
            return f"the claim says “{word}”, the quote “{beside[0][0]}”"
    return ""


def _ordinals(text: str) -> dict[int, tuple[str, str, str]]:
    """Return the ordinals of a text, each with the verb before it and the noun after it."""
    said, found = words(text), dict[int, tuple[str, str, str]]()
    for at, word in enumerate(said):
        figure = re.fullmatch(r"(\d{1,3})(?:st|nd|rd|th)", word.key)
        value = int(figure[1]) if figure else _ORDINALS.get(word.key, 0)
        if value:
            before = next((one.stem for one in reversed(said[max(0, at - 3) : at]) if one.stem in _RANKED), "")
            after = said[at + 1].stem if at + 1 < len(said) and said[at + 1].is_content else ""
            found[value] = (word.text, before, after)
    return found


_FIRST_TWELVE = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
_ORDINALS = {word: at for at, word in enumerate(_FIRST_TWELVE.split(), start=1)}
_RANKED = frozenset("rank place finish come".split())


def _other_basis(text: str, quote: str) -> str:
    """Return a doubt where a claim compares "on a reported basis" and its quote on another one."""
    said, held = ([content(one["what"] or one["german"]) for one in _BASIS.finditer(some)] for some in (text, quote))
    for basis in said:
        if basis and held and not any(basis & other for other in held):
            return "the quote compares on another basis"
    return ""


def unrestricted(text: str, quote: str) -> str:
    """Return a doubt where a claim says "all" without the restriction of its quote: "all that are not ..."."""
    if not _WHOLE.search(text):
        return ""
    for one in _RESTRICTED.finditer(quote):
        what = content(one["what"])
        limit = [word.stem for word in words(one["limit"]) if word.is_content][:_LIMIT]
        is_exception = one["limit"].startswith("but ")
        is_told = bool(content(text) & set(limit)) or any(_is_relative(word.key) for word in words(text))
        if what and (limit or is_exception) and what <= content(text) and not is_told:
            return f"the quote says “{one[0].strip()}”, the claim leaves out “{one['limit'].strip()}”"
    return ""


def _is_relative(key: str) -> bool:
    return key in ("unless", "except", "other", "but", "außer")
