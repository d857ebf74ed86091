"""A check of subjects: the names before a verb, and names that replace others.

A claim with its names on the opposite side of the same verb, in the same voice, has another subject. A claim that names
a person whom its quote does not name, and leaves out a name that the quote has, may have replaced one by the other.
A finding is a doubt.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from graph.verification.claims import acronyms
from graph.verification.claims.dates import MONTHS
from graph.verification.claims.evidence import Evidence
from graph.verification.claims.names import holds_code, names, unsupported_names
from graph.verification.claims.numbers.parsing import names_with_digits
from graph.verification.claims.wording import IRREGULAR, Word, same_language, shown_text, words

_POINTING = re.compile(
    r"\b(?:it|its|he|she|his|her|him|they|their|them|this|these|those|former|latter|"
    r"the same|er|sie|es|ihr\w*|sein\w*|dies\w*|welche[rs]?)\b",
    re.IGNORECASE,
)
"""Words of a quote that a claim may replace by a name."""
_FULL_NAME = re.compile(r"\b[A-ZÄÖÜ][\w’'-]*[^\W\d_]\s(?:[A-ZÄÖÜ]\.?\s)?[A-ZÄÖÜ][\w’'-]+")
"""A name of two words, to which a later pronoun refers: "Manuel Blum ... his axioms"."""
_BY = frozenset({"by", "durch", "von"})
_CIRCUMSTANCE = frozenset("in at on during since until till near im am seit bis während bei".split())
"""Words before a time or place, which may be on either side of a verb and is not its subject."""
_ARTICLES = frozenset("a an the its their his her this that these those no some any".split())
_WITHIN = 3
"""Most lower-case words before the name of a time or place: "in the late summer of"."""
_BRACKETED = re.compile(r"\([^()]*\)")


def swapped_subject(text: str, quote: str) -> str:
    """Return a doubt where the name before a verb is only after that verb in the quote."""
    if not same_language(text, quote):
        return ""
    said, held = words(_BRACKETED.sub(" ", text)), words(_BRACKETED.sub(" ", quote))
    for at, verb in enumerate(said):
        places = [place for place, word in enumerate(held) if word.stem == verb.stem and not _is_name(word, place)]
        if not _is_past(verb) or len(places) != 1 or not _is_past(held[places[0]]):
            continue
        if _is_attribute(said, at) or _is_attribute(held, places[0]):
            continue
        subjects = _subjects(_in_clause(said[:at]))
        left, before = {word.stem for word in subjects}, _names(held[: places[0]], 0)
        if _shares_verb(quote, {word.text for word in subjects}):
            continue
        after = _names(_until_colon(held[places[0] :], _BRACKETED.sub(" ", quote)), places[0])
        if _is_recipient(held, places[0], left) and not _is_passive_form(said, at):
            return f"in the quote, {subjects[0].text} is the one to whom it is “{held[places[0]].text}”"
        same_voice = _is_passive(said, at) == _is_passive(held, places[0])
        said_of, own = _nearest_subjects(said, at), _nearest_subjects(held, places[0])
        if said_of and own and same_voice and said_of <= before and said_of.isdisjoint(own):
            return f"in the quote, “{held[places[0]].text}” is said of another than {subjects[0].text}"
        if left and before and same_voice and left <= after and left.isdisjoint(before):
            return f"in the quote, {subjects[0].text} stands on the other side of “{held[places[0]].text}”"
    return ""


def _is_recipient(held: Sequence[Word], at: int, names: set[str]) -> bool:
    """Return whether a passive verb of a quote has one of the names right after its "to": "was sold to Harlow"."""
    behind = held[at + 1 : at + 4]
    to = next((place for place, word in enumerate(behind) if word.key in ("to", "an")), None)
    return to is not None and _is_passive_form(held, at) and bool({word.stem for word in behind[to + 1 :]} & names)


def _is_passive_form(some: Sequence[Word], at: int) -> bool:
    """Return whether a form of "be" precedes a past form."""
    return any(word.key in _BE for word in some[max(0, at - 2) : at])


_BE = frozenset("is are was were be been being wird werden wurde wurden".split())


def _in_clause(some: Sequence[Word]) -> Sequence[Word]:
    """Return the words after the last conjunction, which may have a subject of their own: "since King Olav moved"."""
    start = max((at + 1 for at, word in enumerate(some) if word.key in _SUBORDINATING), default=0)
    return some[start:] if _subjects(some[start:]) else some


_SUBORDINATING = frozenset("since because when until while whereas once if seit weil als bis während wenn".split())


def _shares_verb(quote: str, subjects: set[str]) -> bool:
    """Return whether a name of a quote shares the verb of another one: "60 for those of Orrin", "and Orrin most"."""
    return any(
        re.search(rf"\b(?:those|that) of (?:the )?{re.escape(name)}\b|\b(?:and|und) {re.escape(name)} \w+\W*$", quote)
        for name in subjects
    )


def _is_past(word: Word) -> bool:
    """Return whether a word looks like a past form."""
    return word.key.endswith("ed") or word.key in IRREGULAR


def _until_colon(some: Sequence[Word], text: str) -> Sequence[Word]:
    """Return the words before a colon, after which a list may name the objects of the verb."""
    shown = shown_text(text)
    end = next((word.start for one, word in pairwise(some) if ":" in shown[one.end : word.start]), None)
    return [word for word in some if end is None or word.start < end]


def _is_attribute(some: Sequence[Word], at: int) -> bool:
    """Return whether a past form is an attribute of the next words: "a painted gate"."""
    return at > 0 and some[at - 1].key in _ARTICLES and at + 1 < len(some)


def _is_name(word: Word, place: int) -> bool:
    return word.text[0].isupper() and word.is_content and (place > 0 or any(c.isupper() for c in word.text[1:]))


def _names(some: Sequence[Word], start: int) -> set[str]:
    """Return the stems of names; the first word of a text counts unless it is a common word."""
    return {word.stem for place, word in enumerate(some, start) if word.text[0].isupper() and word.is_content}


def _subjects(some: Sequence[Word]) -> list[Word]:
    """Return the names before a verb that may be its subject: no months, and none of a time or place."""
    found: list[Word] = []
    left = 0  # words left in the phrase of a time or place: "in | the late summer", "at | Great Harwood"
    end = 0
    for word in some:
        is_name = word.text[0].isupper() and word.is_content
        if word.start > end + 1:  # a comma ends it
            left = 0
        if word.key in _CIRCUMSTANCE:
            left = _WITHIN
        elif word.key in MONTHS or word.key.isdigit():
            left = 0  # "In 1911 Carrow founded it", "In May Carrow left"
        elif is_name and not left:
            found.append(word)
        elif not is_name:
            left = max(left - 1, 0)
        end = word.end
    return found


def _nearest_subjects(some: Sequence[Word], at: int) -> set[str]:
    """Return the names before a verb after the last "and", "while" or comma before it."""
    start = at
    while (
        start > 0
        and some[start - 1].key not in _JOINING | _SUBORDINATING
        and some[start].start - some[start - 1].end <= 1
    ):
        start -= 1
    return {word.stem for word in _subjects(some[:at]) if word.start >= some[start].start}


_JOINING = frozenset("and but while whereas when who which that und aber während als der die das".split())


_PARTING = _JOINING | _SUBORDINATING


def _is_passive(said: Sequence[Word], at: int) -> bool:
    """Return whether a verb is a passive: "was led", "led by", and not "led a firm by"."""
    return _is_passive_form(said, at) or any(word.key in _BY for word in said[at + 1 : at + 2])


def other_subject(text: str, evidence: Evidence) -> str:
    """Return a doubt where a claim has a name that its quote lacks, and lacks one of the same form from the quote."""
    quote = evidence.quote or evidence.exact
    if not same_language(text, quote):
        return ""
    if (pointing := _POINTING.search(quote)) and not _FULL_NAME.search(quote[: pointing.start()]):
        return _other_antecedent(text, quote, evidence.whole.removeprefix(evidence.named))
    known = f"{quote} {evidence.above} {evidence.named}"
    if exchanged := _other_code(text, quote):
        return exchanged
    added = [*_first_name(text, known, evidence.whole), *unsupported_names(text, known)]
    if not added:
        return ""
    spelled = acronyms.spelled_out(text, quote, evidence.document) | acronyms.abbreviated(text, quote)
    added = [name for name in added if name.casefold() not in spelled]
    lacking = unsupported_names(quote, text)
    for name in added:
        for other in lacking:
            if _look(name) == _look(other):
                return f"the claim names {name}, where the quote names {other}"
    return ""


def _other_antecedent(text: str, quote: str, whole: str) -> str:
    """Return a doubt where a quote begins with a pronoun, and the claim has a name other than those before it."""
    shown = " ".join(whole.split())
    start = shown.find(" ".join(quote.split())[:60])
    if start <= 0 or not _BEGINS.match(quote):
        return ""
    added = [name for name in unsupported_names(text, quote) if _look(name) and name in shown]
    before = re.split(r"(?<=[.!?;:])\s", shown[:start])
    nearest = next((part for part in reversed(before[-_FAR:]) if any(_look(name) for name in names(part))), "")
    missing = unsupported_names(" ".join(["The", *added]), nearest) if nearest and added else []
    if missing and len(missing) == len(added):
        return f"before the quote's “{quote.split()[0]}”, {added[0]} is not named"
    return ""


_BEGINS = re.compile(r"\W*(?:[^\W\d]+\s){0,2}?(?:it|he|she|they|er|sie|es)\b", re.IGNORECASE)
_FAR = 3
"""Sentences before a pronoun that may have its antecedent. Of 188 sentences that begin with a pronoun (15
documents), 54 have a name in the two before them, 63 in the three before, and 82 in the five before."""


def _other_code(text: str, quote: str) -> str:
    """Return a doubt where a claim has another name with digits than its quote: "B-12" for "B-10"."""
    said, held = ({name for name, *_ in names_with_digits(some)} for some in (text, quote))
    for name in sorted(said - held):
        for other in sorted(held - said):
            if _letters(name) == _letters(other) and not holds_code(name, quote) and not holds_code(other, text):
                return f"the claim names {name}, where the quote names {other}"
    return ""


def _letters(name: str) -> str:
    return "".join(sign for sign in name.casefold() if sign.isalpha())


def _first_name(text: str, known: str, whole: str) -> list[str]:
    """Return the first word of a claim if it is a name inside a sentence of the passage, and not in the quote."""
    first = re.match(r"[A-Z][a-z]{3,}", text)
    named = first and re.search(rf"(?<=[a-z,] ){first[0]}\b", whole) and not re.search(rf"\b{first[0]}\b", known)
    return [first[0]] if first and named else []


def _look(name: str) -> bool:
    """Return whether a name has digits, or capitals inside."""
    return any(character.isdigit() or character.isupper() for character in name[1:])
