"""A check of claims that exchange the roles of two names: successor and predecessor, the leaders of two projects.

Three exchanges are found. The quote says "A took over from B", and the claim "B took over from A". The quote says "A
was beaten by B", and the claim "A beat B". The quote says "A led the survey, and B drew the map", and the claim "A drew
the map". English and German are known. Each finding is a doubt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from graph.verification.claims.dates import MONTHS
from graph.verification.claims.wording import IRREGULAR, Word, content, same_language, share, words

_TOWARDS = frozenset("by from to against of durch von gegen an".split())
_BE = frozenset("is are was were been being wird werden wurde wurden".split())
_PARTS = re.compile(r"\s*(?:;|,(?!\d)|\s(?:and|while|und|während)\s)\s*")
_NEAR = 3  # words from a "was" to its verb, and from a verb to its "by"
_LEAST_SHARE = 0.6
"""Least share of a claim's words in the part of the other person."""
_MOST_WORDS = 14
"""Most words of a part of a sentence in a list of persons and their deeds."""


def exchanged(text: str, quote: str) -> str:
    """Return a doubt where two names of a quote exchange their roles in a claim; "" if none do."""
    if not same_language(text, quote):
        return ""
    said, held = _names(text), _names(quote)
    if len(both := said.keys() & held.keys()) >= 2:
        swapped = [name for name in both if said[name] != held[name] and {said[name], held[name]} & _TOWARDS]
        for one in swapped:
            for other in swapped:
                if one < other and (said[one], said[other]) == (held[other], held[one]):
                    return f"the claim exchanges “{one.title()}” and “{other.title()}”"
        if doubt := _made_active(text, quote, both):
            return doubt
    return (
        _done_to_doer(text, quote)
        or _of_other_doer(text, quote)
        or _of_next_person(text, quote)
        or _of_other_antecedent(text, quote)
    )


def _done_to_doer(text: str, quote: str) -> str:
    """Return a doubt where the agent of a passive in the quote is its object in the claim."""
    said, held = words(text), words(quote)
    for at, verb in enumerate(said):
        passive = any(word.key in _BE for word in said[max(0, at - _NEAR) : at])
        places = [place for place, word in enumerate(held) if word.stem == verb.stem]
        if not passive or len(places) != 1 or not (verb.key.endswith("ed") or verb.key in IRREGULAR):
            continue
        if not any(word.key in _BE for word in held[max(0, places[0] - _NEAR) : places[0]]):
            continue
        done_to = {word.stem for word in said[:at] if _is_capital(word)}
        by = [place for place in range(places[0], len(held)) if held[place].key == "by"]
        doers = {word.stem for place in by for word in held[place + 1 : place + 1 + _NEAR] if _is_capital(word)}
        before = {word.stem for word in held[: places[0]]}
        if done_to and done_to <= doers and not done_to & before:
            return f"in the quote, it is “{held[places[0]].text}” by {said[0].text if len(done_to) == 1 else 'them'}"
    return ""


def _of_other_doer(text: str, quote: str) -> str:
    """Return a doubt where a claim exchanges the verbs of "built by A and run by B"."""
    doers = [(words(one["verb"])[0].stem, {w.stem for w in words(one["doer"])}) for one in _DOER.finditer(quote)]
    said = {word.stem for word in words(text)}
    for verb, names in doers:
        for other, others in doers:
            if (
                verb != other
                and verb in said
                and other not in said
                and others - names <= said
                and not (names - others) & said
            ):
                return f"the quote says “{verb}” of another"
    return ""


_DOER = re.compile(
    r"\b(?P<verb>[^\W\d]{3,}(?:ed|t|n))\sby\s(?:the\s)?(?P<doer>[A-ZÄÖÜ][\w’'-]*(?:\s(?:&|of|and)?\s?[A-ZÄÖÜ][\w’'-]*)*)"
)


def _of_other_antecedent(text: str, quote: str) -> str:
    """Return a doubt where a claim applies the clause after a "who" to another person than the one right before it."""
    found = _WHO.search(quote)
    if not found:
        return ""
    told, main = content(found["told"]), content(found["main"])
    said = words(text)
    own = {word.stem for word in words(found["name"])}
    first = {word.stem for word in words(found["main"]) if _is_capital(word)} - own
    capital = next((word for word in said if _is_capital(word)), None)
    is_new = (
        capital is not None and capital.stem not in {word.stem for word in words(quote)} and not own & content(text)
    )
    subject = next((word.stem for word in said if _is_capital(word) and word.stem in first | own), "")
    if is_new and capital is not None and capital.start <= _FIRST and not subject:
        subject, first = capital.stem, {capital.stem}
    verb = next((word.stem for word in words(found["told"]) if word.is_content), "")
    is_other = subject in first and not own & content(text)
    if is_other and verb in {word.stem for word in said} and verb not in main and told & content(text):
        return f"the quote says it of “{found['name']}”"
    return ""


_FIRST = 4  # characters before a subject at the start of a claim: "The "
_WHO = re.compile(
    r"(?P<main>[^.;]*?(?P<name>[A-ZÄÖÜ][\w’'-]+(?:\s[A-ZÄÖÜ][\w’'-]+)*)[^.;,A-ZÄÖÜ]{0,30}?),\s"
    r"(?:who|which)\s(?P<told>[^.;]+)"
)


def _names(text: str) -> dict[str, str]:
    """Return the names of a text by their last word, each with the preposition before it; "" for none."""
    found: dict[str, str] = {}
    before = ""
    name: list[Word] = []
    for word in (*words(text), None):
        if word is not None and _is_capital(word) and (not name or word.start - name[-1].end <= 1):
            name.append(word)
            continue
        if len(name) > 1:
            found.setdefault(name[-1].key, before if before in _TOWARDS else "")
        name = []
        before = word.key if word is not None else ""
        if word is not None and _is_capital(word):
            name = [word]
    return found


def _is_capital(word: Word) -> bool:
    return word.text[0].isupper() and word.is_content and word.key not in MONTHS


def _made_active(text: str, quote: str, names: set[str]) -> str:
    """Return a doubt where a claim says "A succeeded B" for "A was succeeded by B", or vice versa."""
    for one, other in ((text, quote), (quote, text)):
        for verb, done_to, doer in _passives(one, names):
            keys = words(other)
            at = next((n for n, word in enumerate(keys) if word.stem == verb.stem), None)
            if at is None or any(word.key in _BE for word in keys[max(0, at - _NEAR) : at]):
                continue
            before, after = ({word.key for word in some} for some in (keys[:at], keys[at:]))
            if done_to in before and doer in after:
                return f"the claim exchanges the sides of “{verb.text}”, “{done_to.title()}” and “{doer.title()}”"
    return ""


def _passives(text: str, names: set[str]) -> Iterator[tuple[Word, str, str]]:
    """Yield the verb of each "A was ... by B" of two names, with A and B."""
    said = words(text)
    for at, word in enumerate(said):
        is_past = word.key.endswith("ed") or word.key in IRREGULAR
        if not is_past or not any(other.key in _BE for other in said[max(0, at - _NEAR) : at]):
            continue
        by = next((n for n in range(at + 1, min(at + 1 + _NEAR, len(said))) if said[n].key == "by"), None)
        done_to = [other.key for other in said[:at] if other.key in names]
        doer = [other.key for other in said[by or at :] if other.key in names] if by else []
        if done_to and doer:
            yield word, done_to[-1], doer[0]


_PERSON = re.compile(r"(?:[A-ZÄÖÜ][\w.’'-]*\s)?[A-ZÄÖÜ][\w’'-]+\s[A-ZÄÖÜ][\w’'-]+")


def _of_next_person(text: str, quote: str) -> str:
    """Return a doubt where a claim joins the person of one part of a list to the deed of the next part."""
    parts = [part for part in _PARTS.split(quote) if _PERSON.search(part) and len(part.split()) <= _MOST_WORDS]
    said = {word.stem for word in words(text) if word.is_content}
    for one, other in pairwise(parts):
        for own, rest in ((one, other), (other, one)):
            name, its = _person(own)
            far_name, far = _person(rest)
            if not name <= said or far_name & said or not its - far:
                continue
            told = said - name - {word.stem for word in words(" ".join(_PERSON.findall(own)))}
            if (
                (len(told) > 1 or share(told, far) == 1.0)
                and share(told, far) >= _LEAST_SHARE
                and (far - its) & told
                and not (its - far) & told
            ):
                return f"the quote says it of “{_PERSON.findall(rest)[-1]}”"
    return ""


def _person(part: str) -> tuple[set[str], set[str]]:
    """Return the last words of the names of a part, and its other content words."""
    names = [words(found)[-1].stem for found in _PERSON.findall(part)]
    inside = {word.stem for found in _PERSON.findall(part) for word in words(found)}
    return set(names), {word.stem for word in words(part) if word.is_content} - inside
