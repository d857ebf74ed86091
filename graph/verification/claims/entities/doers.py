"""A check of agents and titles: the "by" of a passive, and a title before another name.

"Led by Tony Kettle" does not say that the architect before it led the firm, and "the US researcher Cook and Levin in
the USSR" calls Cook a US researcher. A finding is a doubt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from graph.verification.claims.dates import MONTHS
from graph.verification.claims.wording import IRREGULAR, Word, content, same_language, share, shown_text, words

_BE = frozenset("is are was were been being be wird werden wurde wurden".split())
_BY = frozenset({"by", "durch", "von"})
_ENDS = frozenset(
    "which who that in on at during after before to for and with while as from der die das im am und".split()
)
_NEAR = 3  # words from a "was" to its verb, and from a verb to its "by"
_LONGEST_DOER = 9  # words after a "by"
_BEFORE = 7  # words before a verb that may have its subject
_AGENT = re.compile(r"(?:er|or|ist|ant|ian|ent|man|king|queen|general|captain|chief|head|in)$")
"""Endings of nouns for persons, which may be titles, such as "researcher"."""


def other_doer(text: str, quote: str) -> str:
    """Return a doubt where a claim gives a deed or title to a person other than its quote's; "" if it does not."""
    if not same_language(text, quote):
        return ""
    found = _other_by(text, quote) or _other_title(text, quote) or _of_other_side(text, quote)
    return found or _of_predecessor(text, quote)


def _other_by(text: str, quote: str) -> str:
    """Return a doubt where the agent of a verb in a claim is not the one after "by" in its quote."""
    held, said = words(quote), words(text)
    known = {word.stem for word in held}
    passives = list(_passives(held, quote))
    for at, verb, doers in passives:
        before = _content_stems(held[max(0, at - 2 * _BEFORE) : at]) - doers
        others = set[str]().union(*(other for _, one, other in passives if one.stem != verb.stem)) - doers
        for place, same in enumerate(said):
            if same.stem != verb.stem or not _is_past(same):
                continue
            subject = _content_stems(said[max(0, place - _BEFORE) : place])
            by = next((n for n in range(place + 1, min(place + _NEAR, len(said))) if said[n].key in _BY), None)
            is_passive = any(word.key in _BE for word in said[max(0, place - _NEAR) : place])
            if by is not None:
                mine = _content_stems(said[by + 1 : by + 1 + _LONGEST_DOER])
                if is_passive and mine and not mine & doers and (mine <= before or mine & others):
                    return f"in the quote, it is “{verb.text}” by another"
            elif not is_passive and subject and subject <= known and not doers & _content_stems(said):
                return f"in the quote, it is “{verb.text}” by another"
    return ""


def _passives(held: Sequence[Word], quote: str) -> Iterator[tuple[int, Word, set[str]]]:
    """Yield the index of each verb with a "by", the verb, and the words of its agent."""
    shown = shown_text(quote)
    for at, verb in enumerate(held):
        by = next((n for n in range(at + 1, min(at + _NEAR, len(held))) if held[n].key in _BY), None)
        if by is None or not _is_past(verb):
            continue
        doers, last = set[str](), held[by].end
        for word in held[by + 1 : by + 1 + _LONGEST_DOER]:
            if word.key in _ENDS or re.search(r"[,;.:()]", shown[last : word.start]):
                break
            doers |= {word.stem} if word.is_content else set()
            last = word.end
        if doers:
            yield at, verb, doers


def _is_past(word: Word) -> bool:
    return word.text[0].islower() and (word.key.endswith("ed") or word.key in IRREGULAR)


def _content_stems(some: Sequence[Word]) -> set[str]:
    return {word.stem for word in some if word.is_content}


def _other_title(text: str, quote: str) -> str:
    """Return a doubt where a claim has a title before one name, and its quote has it before another name."""
    held, said = words(quote), words(text)
    for title, name in _titles(said, text):
        if sum(word.stem == title.stem for word in held) != 1 or not _AGENT.search(title.key):
            continue
        known = {word.stem for word in held}
        for other, of in _titles(held, quote):
            mine, theirs = ({word.stem for word in some} for some in (name, of))
            is_listed = title.key.endswith("s") and re.match(r"\s*(?:,|and|und|&)", shown_text(quote)[of[-1].end :])
            if other.stem == title.stem and mine <= known and not mine & theirs and not is_listed:
                return f"the quote says “{other.text}” of {' '.join(word.text for word in of)}"
    return ""


def _titles(some: Sequence[Word], text: str) -> Iterator[tuple[Word, list[Word]]]:
    """Yield the lower-case words right before a name, each with that name."""
    shown = shown_text(text)
    for at, title in enumerate(some):
        if _is_name(title) or not title.is_content:
            continue
        name: list[Word] = []
        last = title.end
        for word in some[at + 1 :]:
            if not _is_name(word) or shown[last : word.start] != " ":
                break
            name.append(word)
            last = word.end
        if name:
            yield title, name


def _is_name(word: Word) -> bool:
    return word.text[0].isupper() and word.is_content and word.key not in MONTHS


def _of_other_side(text: str, quote: str) -> str:
    """Return a doubt where a verb has its sides exchanged in a claim, or an object of the quote has its "by scoring".

    The verb has the same form in both, and the claim has hardly a word of its own: a paraphrase may name the sides in
    another order.
    """
    held, said = words(quote), words(text)
    if share(content(text), content(quote)) < _COPIED or any(word.key in _BY for word in said):
        return ""
    places: dict[str, list[int]] = {}
    for at, word in enumerate(held):
        places.setdefault(word.stem, []).append(at)
    for place, verb in enumerate(said):
        only = next((n for n in places.get(verb.stem, ()) if len(places[verb.stem]) == 1), None)
        left, right = _content_stems(said[:place]), _content_stems(said[place + 1 :])
        if only is None or not left or not right or not verb.text[0].islower() or not verb.is_content:
            continue
        if _is_passive(said, place) != _is_passive(held, only):
            continue  # "A was led by B" for "B led A"
        if _is_exchanged(verb, held[only], left, right, only, places) or _is_of_object(verb, held, left, only):
            return f"in the quote, “{held[only].text}” is said of another"
    return ""


def _is_passive(some: Sequence[Word], at: int) -> bool:
    before, after = some[max(0, at - 2) : at], some[at + 1 : at + 2]
    return any(word.key in _BE for word in before) or any(word.key in _BY for word in after)


def _is_exchanged(
    verb: Word, same: Word, left: set[str], right: set[str], at: int, places: Mapping[str, Sequence[int]]
) -> bool:
    """Return whether the words before and after a verb are exchanged in the quote."""
    is_verb = verb.key == same.key and verb.key.endswith(("s", "ed")) and not verb.key.endswith("ss")
    before = all(place > at for stem in left for place in places.get(stem, ()))
    after = {stem for stem in right if all(place < at for place in places.get(stem, (at,)))}
    return is_verb and before and bool(after)


def _is_of_object(verb: Word, held: Sequence[Word], left: set[str], at: int) -> bool:
    """Return whether a quote says "A beat B by scoring", and the claim "B scored"."""
    if not held[at].key.endswith("ing") or not _is_past(verb) or at == 0 or held[at - 1].key not in _BY:
        return False
    first = next((n for n, word in enumerate(held[:at]) if n > 0 and _is_past(word)), None)
    return first is not None and left <= _content_stems(held[first + 1 : at]) - _content_stems(held[:first])


_COPIED = 0.9
"""Share of a claim's words that its quote must have: with .7, as many true claims as false ones are doubted."""


def _of_predecessor(text: str, quote: str) -> str:
    """Return a doubt where a quote's predecessor succeeds a person in the claim, or its successor precedes one."""
    for word, told in ((_PREDECESSOR, _SUCCEEDED), (_SUCCESSOR, _PRECEDED)):
        for found in word.finditer(quote):
            name = {one.stem for one in words(found["name"])}
            said = told.match(text)
            if said and name & {one.stem for one in words(said["name"])}:
                return f"the quote says “{found[0]}”, the claim “{said['verb']}”"
    return ""


_NAME = r"(?P<name>[A-ZÄÖÜ][\w’'-]+(?:\s[A-ZÄÖÜ][\w’'-]+)*)"
_PREDECESSOR = re.compile(rf"\b(?:predecessor|Vorgänger(?:in)?),?\s{_NAME}")
_SUCCESSOR = re.compile(rf"\b(?:successor|Nachfolger(?:in)?),?\s{_NAME}")
_SUCCEEDED = re.compile(rf"{_NAME}\s(?P<verb>succeeded|followed|replaced|took over from|folgte|löste)\b")
_PRECEDED = re.compile(rf"{_NAME}\s(?P<verb>preceded|was succeeded|was replaced|was followed)\b")
