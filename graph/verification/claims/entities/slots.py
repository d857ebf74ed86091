"""A check of labels, names and dates that a claim replaces: "B cells" for "T cells", "born in Y".

A label is beside the noun that it identifies ("Stage 2", "RL training"), a name or date after a word with a preposition
("born in", "proposal of"). A quote that has another one there, and the claim's one elsewhere, says something else. A
finding is a doubt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from graph.verification.claims.dates import MONTHS
from graph.verification.claims.evidence import Evidence
from graph.verification.claims.tables.names import label, tokens
from graph.verification.claims.wording import Word, language, same_language, shown_text, stem_of, words

_LABELLED = re.compile(
    r"\b(?P<label>[A-Z]{1,5}) (?P<noun>[a-z]{4,})\b|"
    r"\b(?P<before>[A-Z][a-z]{3,}) (?P<number>\d{1,3}|[IVX]{1,4}|[A-Z])(?![\w%]|[.,]\d)"
)
_PREPOSITIONS = frozenset("in at on from to by with for under near of into against as".split())
_REACH = 6  # words of a quote between a word and its preposition
_FIRST = 3  # words of a claim in which its subject may begin
_PARTS = re.compile(r"[;.]\s|,? (?:while|whereas) ")
_SHARED = 2  # least words of a label that a claim must have
_YEAR = 4  # digits
_MUTUAL = frozenset("linked connected related similar equal close next joined attached compared".split())
"""Words of symmetric relations: "A is linked to B"."""


def other_label(text: str, quote: str) -> str:
    """Return a doubt where a claim has another label beside a noun than its quote; else ""."""
    if not same_language(text, quote):
        return ""
    held = list(_labels(quote))
    known = {word.text for word in words(quote)}
    told = {word.text for word in words(text)}
    for noun, sign, said in _labels(text):
        others = [(other, shown) for same, other, shown in held if same == noun]
        if others and sign not in known and told.isdisjoint(other for other, _ in others):
            return f"the claim says “{said}”, the quote “{others[0][1]}”"
    return _other_compound(text, quote)


def _other_compound(text: str, quote: str) -> str:
    """Return a doubt where a claim says "few-shot" and its quote "zero-shot": another first part of a compound."""
    said, held = ({found[0].lower(): found for found in _COMPOUND.finditer(shown_text(one))} for one in (text, quote))
    keys = {word.key for word in words(quote)}
    for whole, found in said.items():
        others = [other for key, other in held.items() if other["second"] == found["second"] and key not in said]
        if whole not in held and others and found["first"].lower() not in keys | _LARGE:
            return f"the claim says “{found[0]}”, the quote “{others[0][0]}”"
    return ""


_LARGE = frozenset("big large great major main".split())
"""First parts that mean much the same: "big-scale", "large-scale"."""
_COMPOUND = re.compile(r"(?<![\w-])(?P<first>[^\W\d]{2,})-(?P<second>[a-z]{3,})(?![\w-])")


def _labels(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield the stem of each labelled noun, its label, and both as they are written."""
    for found in _LABELLED.finditer(shown_text(text)):
        noun, sign = found["noun"] or found["before"], found["label"] or found["number"]
        yield stem_of(noun.lower()), sign, found[0]


def other_row(text: str, evidence: Evidence) -> str:
    """Return a doubt where a claim has the words that identify another row of the table, but not the quoted one."""
    if len(evidence.rows) != 1:
        return ""
    quoted, said = _keys(label(evidence.rows[0])), _keys(text)
    for row in evidence.table:
        other = _keys(label(row))
        own, theirs = quoted - other, other - quoted
        if own and theirs and theirs <= said and own.isdisjoint(said) and len(quoted & other & said) >= _SHARED:
            return f"the claim names “{label(row)}”, the quoted row is “{label(evidence.rows[0])}”"
    return ""


def _keys(text: str) -> set[str]:
    return {token.key for token in tokens(text)}


def other_place(text: str, quote: str) -> str:
    """Return a doubt where a claim has another name or date after a word and preposition than its quote; else ""."""
    if not same_language(text, quote) or language(text) not in ("en", ""):
        return ""
    said, known = words(text), {word.stem for word in words(quote)}
    told = {word.stem for word in said}
    quote = _part_of_subject(said, quote)
    held = words(quote)
    for at, word in enumerate(said):
        named = _named(said, at, text) if word.key in _PREPOSITIONS else []
        head = next((one for one in said[at - 1 : at] if one.is_content and one.text[0].islower()), None)
        if not named or head is None or head.key in _MUTUAL or not {one.stem for one in named} <= known:
            continue
        if not _is_date(named) and any(
            one.key == word.key
            and {n.stem for n in named} & {n.stem for n in _named(held, place, quote)}
            and not (place and held[place - 1].is_content and held[place - 1].stem not in told)  # "rebuilt at Vance"
            for place, one in enumerate(held)
        ):
            continue  # "72.6% on A, and 57.2% on B"
        found = [_named(held, place, quote) for place in _slots(held, head.stem, word.key, quote)]
        if found and all(other and _differ(named, other) for other in found):
            return f"the claim says “{_shown([head, word, *named])}”, the quote “{_shown([head, word, *found[0]])}”"
    return ""


def _part_of_subject(said: tuple[Word, ...], quote: str) -> str:
    """Return the only part of a quote with the name that a claim begins with; the whole quote if there is none."""
    name = next((word for word in said[:_FIRST] if word.text[0].isupper() and word.is_content), None)
    parts = [part for part in _PARTS.split(quote) if name and name.stem in {word.stem for word in words(part)}]
    return parts[0] if len(parts) == 1 else quote


def _slots(held: tuple[Word, ...], head: str, preposition: str, quote: str) -> Iterator[int]:
    """Yield the indices of a preposition soon after a word, without a verb or clause between them."""
    shown = shown_text(quote)
    for at, word in enumerate(held):
        if word.stem == head:
            after = range(at + 1, min(len(held), at + 1 + _REACH))
            place = next((one for one in after if held[one].key == preposition), None)
            if place is None or re.search(r"[,;:]", shown[word.end : held[place].start]):
                continue
            if not any(one.key.endswith("ed") for one in held[at + 1 : place]):
                yield place


def _named(some: tuple[Word, ...], at: int, text: str) -> list[Word]:
    """Return the capitalised words or the date in the phrase of a preposition."""
    shown = shown_text(text)
    found: list[Word] = []
    for one, before in zip(some[at + 1 : at + 9], some[at:], strict=False):
        if one.text.isupper() and shown[before.end : one.start] == " (" and found:
            found.append(one)  # "of the Wick Harbour Guild (WHG)"
            break
        if re.search(r"[,;:()–]", shown[before.end : one.start]) or one.key in _PREPOSITIONS - {"of"}:
            break
        if one.text.endswith(("'s", "’s")):
            return []  # "for the assassination of Egypt's premier N."
        if one.text[0].isupper() or one.key[0].isdigit():
            found.append(one)
        elif found and one.key not in ("of", "the"):
            break
    is_name = any(one.text[0].isupper() for one in found)
    return found if is_name or all(len(one.key) == _YEAR for one in found) else []


def _is_date(some: list[Word]) -> bool:
    return any(one.key in MONTHS or (len(one.key) == _YEAR and one.key.isdigit()) for one in some)


def _differ(one: list[Word], other: list[Word]) -> bool:
    """Return whether two names have nothing in common, or two dates have other numbers."""
    if _is_date(one) != _is_date(other):
        return False
    mine, theirs = {word.stem for word in one}, {word.stem for word in other}
    if not _is_date(one):
        return mine.isdisjoint(theirs)
    days, others = ({stem for stem in some if stem[0].isdigit()} for some in (mine, theirs))
    return bool(others) and not days <= others


def _shown(some: list[Word]) -> str:
    return " ".join(word.text for word in some)
