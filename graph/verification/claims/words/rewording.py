"""A check of single words that a claim changes where it otherwise repeats its quote.

A claim that copies most of a sentence but leaves out "only", adds "not", says "will" for "may" or replaces a name says
something else. The words are aligned, and each short difference between equal words is checked. Paraphrases are left to
the checks of clauses. A finding is a doubt.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Literal

from graph.verification.claims.assertions.negation import may_negate
from graph.verification.claims.comparisons.directions import directions_of
from graph.verification.claims.dates import MONTHS
from graph.verification.claims.names import is_form_of
from graph.verification.claims.numbers.parsing import spelled
from graph.verification.claims.wording import Word, content, shown_text, words

_LEAST_COPIED = 0.7
"""Least share of a claim's words in the same order in its quote for the claim to count as a copy."""
_SHORTEST_TERM = 4  # letters of a word that may be a term
_LONGEST_CHANGE = 4  # words; a longer difference is another clause
_NOT = (
    r"not|no|never|neither|nor|no(?:ne|body)|nothing|without|cannot|\w+n't|hardly|barely|nicht|kein\w*|nie|niemals|ohne"
)
_ONLY = r"only|solely|exclusively|merely|nur|ausschließlich|lediglich|except|außer"
_ALL = (
    r"all|every|everyone|everything|each|always|consistently|constantly|invariably|stets|durchweg|entirely|completely|absolutely|"
    r"alle[nrms]?|jede[nrms]?|immer|sämtliche\w*"
)
_PART = (
    r"some|most|many|several|few|often|sometimes|usually|mainly|mostly|partly|partially|almost|nearly|typically|rarely|"
    r"generally|largely|primarily|frequently|einige[nrms]?|manche[nrms]?|viele[nrms]?|mehrere[nrms]?|meist\w*|oft|"
    r"manchmal|teilweise|fast|häufig|überwiegend|hauptsächlich|größtenteils|selten"
)
_HEDGE = (
    r"may|might|could|would|should|ought|can|perhaps|possibly|probably|likely|potentially|plan(?:s|ned)?|expect(?:s|ed)?|"
    r"intend(?:s|ed)?|aim(?:s|ed)?|propos(?:es|ed)|hop(?:es|ed)|seem(?:s|ed)?|appear(?:s|ed)?|allegedly|apparently|"
    r"reportedly|believed|attempt(?:s|ed)?|tr(?:y|ies|ied)|unlikely|könn(?:t?en?|te)|kann|dürf(?:te|ten)|"
    r"möglicherweise|"
    r"vielleicht|wahrscheinlich|voraussichtlich|soll(?:te|ten|en)?|würden?|vermutlich|angeblich|geplant"
)
_CLASSES = {
    name: re.compile(rf"^(?:{pattern})$")
    for name, pattern in {"not": _NOT, "only": _ONLY, "all": _ALL, "part": _PART, "hedge": _HEDGE}.items()
}
_TIMES = frozenset("seconds minutes hours days weeks months years decades".split())
_SELDOM = re.compile(r"^(?:sometimes|rarely|seldom|occasionally|manchmal|selten|gelegentlich)$")
_NEITHER = re.compile(r"\b(?:neither|weder)\b", re.IGNORECASE)
_EXCLUSIVE = re.compile(r"^(?:exclusive\w*|sole\w*|alone|ausschließlich\w*|allein\w*)$")
_SMALL_AMOUNT = re.compile(r"^(?:\d.*|a|an|few|little|small|slightly|about|wenige\w*|eine?|rund|etwa)$")
"""Words after an "only" that calls an amount small and restricts nothing."""

Kind = Literal["negation", "scope", "modality", "direction", "name", "number"]
Change = tuple[Sequence[Word], Sequence[Word], Sequence[Word]]
"""Words of a quote, the claim's words in their place, and the quote's words that follow."""


def changed_words(text: str, quote: str) -> list[tuple[Kind, str]]:
    """Return doubts on the words that a claim changes in a sentence that it otherwise repeats."""
    found: list[tuple[Kind, str]] = []
    is_exclusive = any(_EXCLUSIVE.match(word.key) for word in words(quote))
    is_whole = any(_CLASSES["all"].match(word.key) for word in words(quote))
    is_hedged = bool(_first(_CLASSES["hedge"], words(text)))
    for before, after, following in _changes(text, quote):
        doubt = _doubt(before, after, following, is_hedged=is_hedged, is_exclusive=is_exclusive)
        if doubt and doubt[0] == "scope" and is_whole and _first(_CLASSES["all"], after):
            continue  # "entirely" is at another place
        if doubt and doubt[0] == "negation" and _NEITHER.search(quote) and _first(_CLASSES["not"], after):
            continue  # "neither A nor B was" is "B was not"
        if doubt := doubt or _other_name(before, after, quote):
            found.append(doubt)
    return found


def exchanged_term(text: str, quote: str, passage: str) -> str:
    """Return a doubt where a claim repeats its quote with one term replaced by another of the passage."""
    known, held, said = content(passage), content(quote), content(text)
    changes = [
        ([word for word in before if word.is_content], [word for word in after if word.is_content])
        for before, after, _ in _changes(text, quote)
    ]
    changes = [(old, new) for old, new in changes if old or new]
    if len(changes) != 1:  # a claim in its own words
        return ""
    old, new = changes[0]
    if len(old) != 1 or len(new) != 1 or not _is_term(old[0]) or not _is_term(new[0]):
        return ""
    if new[0].stem not in known - held or old[0].stem in said:
        return ""
    return f"the claim says “{new[0].text}” where the quote says “{old[0].text}”, and the passage has both"


def spliced(text: str, quote: str) -> str:
    """Return a doubt where a claim joins the start of one clause of its quote to the end of another one.

    For "Small repairs are paid by the tenant, all others by the owner" that is "Small repairs are paid by the owner".
    Omissions that begin or end at the boundary of a clause are no doubt, unless they merge two statements.
    """
    said, held = words(text), words(quote)
    matcher = SequenceMatcher(None, [word.stem for word in held], [word.stem for word in said], autojunk=False)
    blocks = [block for block in matcher.get_matching_blocks() if block.size]
    if len(blocks) != 2 or sum(block.size for block in blocks) < len(said):
        return ""
    one, other = blocks
    start, end = one.a + one.size, other.a
    marks = [at for at in range(start, end + 1) if 0 < at < len(held) and _parts_clauses(held, at, quote)]
    inner = [at for at in marks if start < at < end]
    is_contrast = start in marks and held[start].key in _CONTRASTING  # "but is equal to it | on short ones"
    if end in marks or (not is_contrast and (not inner or start in marks)):
        return ""
    left, right = held[start : inner[0] if inner else end], held[inner[-1] if inner else start : end]
    if not any(word.is_content for word in left) or not any(word.is_content for word in right):
        return ""
    return (
        f"the claim leaves out “{shown_text(quote)[held[start].start : held[end - 1].end]}”, which parts two statements"
    )


def _parts_clauses(held: Sequence[Word], at: int, quote: str) -> bool:
    """Return whether a clause begins at a word of a quote."""
    between = shown_text(quote)[held[at - 1].end : held[at].start]
    return any(mark in between for mark in ",;:–—") or held[at].key in _CONTRASTING


_CONTRASTING = frozenset("but while whereas although aber während sondern obwohl".split())


def _is_term(word: Word) -> bool:
    return len(word.key) >= _SHORTEST_TERM and not word.key.endswith(("ly", "ed")) and word.key not in MONTHS


def _changes(text: str, quote: str) -> list[Change]:
    """Return the short differences between two texts; [] if the texts are not similar enough."""
    said, held = words(text), words(quote)
    matcher = SequenceMatcher(None, [word.stem for word in held], [word.stem for word in said], autojunk=False)
    codes = matcher.get_opcodes()
    same = sum(end - start for tag, start, end, _, _ in codes if tag == "equal")
    if not said or same < _LEAST_COPIED * len(said):
        return []
    found: list[Change] = []
    for at, (tag, a, b, c, d) in enumerate(codes):
        # Words left out at either end of the quote are no change.
        outer = tag == "delete" and at in (0, len(codes) - 1)
        outer = outer or (tag == "delete" and _crosses_clauses(held, a, b, quote))
        if tag != "equal" and not outer and max(b - a, d - c) <= _LONGEST_CHANGE:
            found.append((held[a:b], said[c:d], held[b : b + 2]))
    return found


def _crosses_clauses(held: Sequence[Word], start: int, end: int, quote: str) -> bool:
    """Return whether the words left out of a quote cross the end of a clause."""
    shown = shown_text(quote)
    return any(mark in shown[held[start - 1].end : held[end].start] for mark in ".;:")


def _doubt(
    before: Sequence[Word], after: Sequence[Word], following: Sequence[Word], *, is_hedged: bool, is_exclusive: bool
) -> tuple[Kind, str] | None:
    """Return a doubt on one difference between a quote and its claim; None if no known class of words changes.

    The claim `is_hedged` if it has a hedge elsewhere; the quote `is_exclusive` if it has a synonym of "only".
    """
    lost = {name: _first(pattern, before) for name, pattern in _CLASSES.items()}
    added = {name: _first(pattern, after) for name, pattern in _CLASSES.items()}
    if bool(lost["not"]) != bool(added["not"]) and not _negated_otherwise(before, after):
        return "negation", _said(lost["not"], added["not"])
    limits = lost["only"] and not (following and _SMALL_AMOUNT.match(following[0].key))
    if limits and not added["only"]:
        return "scope", _said(lost["only"], "")
    counts = bool(added["only"]) and _numbers(after)
    if added["only"] and not lost["only"] and not is_exclusive and not counts:
        return "scope", _said("", added["only"])
    if added["all"] and not lost["all"]:
        return "scope", _said(lost["part"], added["all"])
    if lost["all"] and (seldom := _first(_SELDOM, after)):
        return "scope", _said(lost["all"], seldom)
    if lost["part"] == "few" and following and following[0].key in _TIMES:
        return None  # "a few days later"
    if lost["part"] and not added["part"] and after:
        return None if _numbers(after) else ("scope", _said(lost["part"], ""))
    if lost["hedge"] and not added["hedge"] and not is_hedged:
        return "modality", f"the quote says “{lost['hedge']}”, the claim states it as a fact"
    negated = len(after) > 1 and added["not"] and not lost["not"]  # "did not succeed" for "failed"
    if _opposed(before, after) and not negated:
        return "direction", _said(" ".join(w.text for w in before), " ".join(w.text for w in after))
    return _other_count(before, after) or _other_side(before, after)


def _negated_otherwise(before: Sequence[Word], after: Sequence[Word]) -> bool:
    """Return whether both sides negate in different words: "not suitable" and "unsuitable", "not low" and "high"."""
    both = all(any(may_negate(word.key) for word in some) for some in (before, after))
    return both or _opposed(before, after)


def _first(pattern: re.Pattern[str], some: Sequence[Word]) -> str:
    return next((word.text for word in some if pattern.match(word.key)), "")


def _said(lost: str, added: str) -> str:
    if lost and added:
        return f"the claim says “{added}”, the quote “{lost}”"
    return f"the claim says “{added}”, the quote does not" if added else f"the quote says “{lost}”, the claim does not"


def _opposed(before: Sequence[Word], after: Sequence[Word]) -> bool:
    """Return whether words are replaced by words of the opposite direction."""
    held = {(axis, sign) for word in before for axis, sign in directions_of(word.key)}
    said = {(axis, sign) for word in after for axis, sign in directions_of(word.key)}
    return any((axis, -sign) in said and (axis, -sign) not in held for axis, sign in held)


def _numbers(some: Sequence[Word]) -> bool:
    return any(word.key[0].isdigit() for word in some)


def _other_count(before: Sequence[Word], after: Sequence[Word]) -> tuple[Kind, str] | None:
    """Return a doubt where a small number is replaced by another, and one of the two is a word."""
    held, said = ([word.text for word in some if _small(word)] for some in (before, after))
    in_words = any(not word.isdecimal() for word in (*held, *said))  # "32,768" are two words here
    if in_words and len(held) == len(said) == 1 and _small_value(held[0]) != _small_value(said[0]):
        return "number", _said(held[0], said[0])
    return None


def _other_side(before: Sequence[Word], after: Sequence[Word]) -> tuple[Kind, str] | None:
    """Return a doubt where "by" is replaced by "from", or another preposition by one that reverses the sides."""
    held, said = {word.key for word in before}, {word.key for word in after}
    if _numbers(before) or _numbers(after):  # "from 4 to 6" and "by 2 to 6"
        return None
    for one, other in _SIDES:
        for here, there in ((one, other), (other, one)):
            if here in held and there in said and here not in said and there not in held:
                return "direction", _said(here, there)
    return None


_SIDES = (("from", "by"), ("to", "by"), ("to", "from"), ("for", "against"), ("into", "from"), ("into", "out"),
          ("von", "durch"), ("für", "gegen"))  # fmt: skip


def _small(word: Word) -> bool:
    return word.key in _SMALL or (word.key.isdecimal() and len(word.key) <= 2)


def _small_value(text: str) -> int:
    return int(text) if text.isdecimal() else next(iter(spelled(text).values()), 0)


_SMALL = frozenset("two three four five six seven eight nine ten eleven twelve twenty thirty".split())


def _other_name(before: Sequence[Word], after: Sequence[Word], quote: str) -> tuple[Kind, str] | None:
    """Return a doubt where a name is replaced by one that is nowhere in the quote in another form ("Russia's")."""
    held = [word for word in before if word.text[0].isupper() and word.is_content]
    said = [word for word in after if _is_name(word)]
    if any(axis == "quality" for word in before for axis, _ in directions_of(word.key)):
        return None  # "outperforming A": the name is the other side's
    if not held or not said or {word.stem for word in held} & {word.stem for word in said}:
        return None
    if _is_acronym(held, said) or _is_acronym(said, held):
        return None
    kept = {word.start for word in before}
    others = " ".join(word.text for word in words(quote) if word.start not in kept)
    if all(word.text.endswith(_DEMONYM) and is_form_of(word.text, others) for word in said):
        return None
    one, other = (" ".join(word.text for word in some) for some in (held, said))
    return "name", f"the claim names {other} where the quote names {one}"


_DEMONYM = ("an", "ish", "ese", "ch")
"""Endings of adjectives of a place: "Russian", "Danish", "Japanese", "French"."""


def _is_name(word: Word) -> bool:
    return word.text[0].isupper() and word.is_content and word.key not in MONTHS and not spelled(word.text)


def _is_acronym(short: Sequence[Word], long: Sequence[Word]) -> bool:
    letters = "".join(word.key[0] for word in long)
    return len(short) == 1 < len(long) and short[0].key[: len(letters)] == letters
