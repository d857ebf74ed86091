"""A check of claims that join the subject of one part of a sentence to the predicate of another part.

"The record date is the 7th, and the payment date the 27th" does not say "the payment date is the 7th", and "A reaches
55, surpassing B" does not say that B reaches it. Paraphrases are left to the other checks. A finding is a
doubt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from graph.verification.claims.wording import Word, content, same_language, share, shown_text, words

_CUT = re.compile(
    r"[,;:()–—](?=\s|$)|\s[–—-]\s|\s(?=(?:and|but|while|whereas|which|who|with|unlike|und|aber|während|sowie)\s)|"
    r"\s(?=as well as\s)|[.!?]\s",
    re.IGNORECASE,
)
_CIRCUMSTANCE = frozenset(
    """in on at by for from with after before since during when while where as until to of under over through despite
    because although though if once unlike like compared according due among between against instead rather upon within
    without following using based having being im am auf bei mit nach vor seit während als wenn durch wegen
    trotz""".split()
)
"""Words that begin a part without a subject of its own."""
_JOINING = frozenset("and but while whereas which who with as und aber sowie".split())
_POINTING = frozenset("its it he she they his her their er sie es sein ihr seine ihre".split())
_BY = frozenset({"by", "durch", "von"})
_COMPARED = re.compile(
    r"\b(?:surpass\w*|beat\w*|outperform\w*|exceed\w*|overtak\w*|ahead|behind|than|unlike|below|above|under|worse|less|"
    r"fewer|not|no|trail\w*|lag\w*|lost|loses|fell|short|als|unter|über|nicht|kein\w*)\b",
    re.IGNORECASE,
)
"""Words of a claim that may be the converse of a comparison."""
_COPIED = 0.9
"""Share of a claim's words that its quote must have: with less, more true claims than false ones are doubted."""
_LONGEST_SUBJECT = 3  # most words of a claim's subject that are in one part only
_FIRST = 3  # first content words of a claim that may be its subject
Part = Sequence[Word]


def of_other_part(text: str, quote: str) -> str:
    """Return a doubt where a claim joins a subject to the predicate of another one; "" if it does not."""
    if not same_language(text, quote):
        return ""
    return _of_earlier_part(text, quote) or _of_like_subject(text, quote)


def _of_earlier_part(text: str, quote: str) -> str:
    """Return a doubt where a claim joins the subject of a later part of its quote to an earlier predicate."""
    said, parts = words(text), _parts(quote)
    is_passive = (bool(_BY & {word.key for word in some}) for some in (said, words(quote)))
    if len(parts) < 2 or (said[:1] and said[0].key in _CIRCUMSTANCE) or len(set(is_passive)) > 1:
        return ""
    if _COMPARED.search(text) or share(content(text), content(quote)) < _COPIED:
        return ""
    content_words = [word for word in said if _is_content_or_number(word)]
    if any(word.key[0].isdigit() and word.stem not in _stems(words(quote)) for word in content_words):
        return ""  # it calculates
    places = {word.stem: [n for n, part in enumerate(parts) if word.stem in _stems(part)] for word in content_words}
    placed = [(word, places[word.stem][0]) for word in content_words if len(places[word.stem]) == 1]
    if len(placed) < 2 or placed[0][0] is not content_words[0]:
        return ""
    later = placed[0][1]
    rest = placed[next((n for n, (_, at) in enumerate(placed) if at != later), len(placed)) :]
    if not rest or len(placed) - len(rest) > _LONGEST_SUBJECT or any(at >= later for _, at in rest):
        return ""
    if len(rest) == 1 and not rest[0][0].key[0].isdigit():
        return ""
    own = _subject(parts, min(at for _, at in rest))
    if own and own not in {word.stem for word in content_words}:
        return f"the quote says it of another than “{content_words[0].text}”"
    return ""


def _subject(parts: Sequence[Part], at: int) -> str:
    """Return the first content word of a part, or of the earlier part whose subject it shares."""
    part = [word for word in parts[at] if not word.key[0].isdigit()]
    content_words = [word for word in part if _is_content_or_number(word)]
    if not content_words or part[0].key in _CIRCUMSTANCE or any(word.key in _POINTING for word in part[:4]):
        return ""
    is_joined = part[0].key in _JOINING and at > 0 and not _has_article(part)
    return _subject(parts, at - 1) if is_joined else content_words[0].stem


def _has_article(part: Part) -> bool:
    return len(part) > 1 and (
        part[1].key in ("the", "a", "an", "der", "die", "das", "ein", "eine") or _is_name(part[1])
    )


def _is_name(word: Word) -> bool:
    return word.text[0].isupper() and word.is_content


def _of_like_subject(text: str, quote: str) -> str:
    """Return a doubt where a claim says of "the RL stages" what its quote says of "the SFT stages"."""
    held, said = words(quote), words(text)
    content_words = {word.stem for word in said if _is_content_or_number(word)}
    first = [word.start for word in said if word.is_content][:_FIRST]
    own = {(one.stem, noun.stem) for one, noun, _ in _pairs(said, text) if noun.start in first}
    places: dict[str, list[int]] = {}
    for at, word in enumerate(held):
        places.setdefault(word.stem, []).append(at)
    pairs = list(_pairs(held, quote))
    for one, noun, at in pairs:
        for other, same, far in pairs:
            if noun.stem != same.stem or one.stem == other.stem or (one.stem, noun.stem) not in own:
                continue
            if other.stem in content_words or len(places[one.stem]) > 1 or len(places[other.stem]) > 1:
                continue
            low, high = sorted((at, far))
            between, after = held[low + 2 : high], held[high + 2 :]
            if at > 0 and held[at - 1].key in _CIRCUMSTANCE:
                continue  # "62 dB at full speed": its subject comes before it
            if any(word.key in _POINTING for word in (after if at < far else between)):
                continue  # "the old pump, but its noise"
            mine, theirs = (_stems(part) for part in ((between, after) if at < far else (after, between)))
            taken = {stem for stem in (content_words & theirs) - mine - {one.stem} if len(places[stem]) == 1}
            if taken and not (content_words & mine) - theirs and (len(taken) > 1 or min(taken)[0].isdigit()):
                return f"the quote says it of “{other.text} {noun.text}”, not of “{one.text} {noun.text}”"
    return ""


def _pairs(some: Sequence[Word], text: str) -> Iterator[tuple[Word, Word, int]]:
    """Yield each modifier, the common noun after it, and the index of the modifier."""
    shown = shown_text(text)
    for at, (one, noun) in enumerate(pairwise(some)):
        is_beside = shown[one.end : noun.start] == " "
        if is_beside and one.is_content and noun.is_content and noun.text[0].islower():
            yield one, noun, at


def _parts(quote: str) -> list[Part]:
    """Return the words of the parts of a quote: between commas, "and", "which" and "with"."""
    shown, found = shown_text(quote), list[Part]()
    cuts = [0, *(one.start() for one in _CUT.finditer(shown)), len(shown)]
    for low, high in pairwise(cuts):
        if inside := [word for word in words(quote) if low <= word.start < high]:
            found.append(inside)
    return found


def _stems(part: Part) -> set[str]:
    return {word.stem for word in part if _is_content_or_number(word)}


def _is_content_or_number(word: Word) -> bool:
    return word.is_content or word.key[0].isdigit()
