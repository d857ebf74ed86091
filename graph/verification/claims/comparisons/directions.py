"""A check of direction and comparison: a claim must not say the opposite of its quote ("fell" for "increases").

Words of opposite direction are compared clause by clause, with their negations; for a comparison with "than" also its
sides. English and German words are known, and some of French and Spanish. A finding is a doubt.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from graph.verification.claims.assertions.negation import is_negated
from graph.verification.claims.comparisons.opposite_words import AXES
from graph.verification.claims.numbers.parsing import names_with_digits
from graph.verification.claims.wording import Clause, Word, clauses, shown_text, words

_NO_OPPOSITE = frozenset(
    {"gain", "over=", "vor=", "nach=", "under=", "up=", "most=", "left=", "with=", "mit=", "high=", "large=", "long="}
)
"""Words that confirm a direction but are too common to contradict the opposite one."""
_THAN = re.compile(r"^(?:than|als|que)$")


class Pole(NamedTuple):
    """A word of a direction in a text."""

    word: str
    axis: str
    sign: int
    """1 or -1, reversed by a negation."""
    context: frozenset[str]
    """The content words of its clause."""
    is_common: bool
    """Whether it is too common to contradict."""
    before: tuple[str, ...] = ()
    """The stems of the content words and numbers before it in its sentence, the nearest last."""
    after: tuple[str, ...] = ()
    """Those after it, the nearest first."""


@lru_cache(maxsize=1)
def _lexicon() -> tuple[dict[str, list[tuple[str, int, bool]]], list[tuple[str, str, int, bool]]]:
    """Return whole words and beginnings of words, each with its axis, sign and whether it is common."""
    whole: dict[str, list[tuple[str, int, bool]]] = {}
    stems: list[tuple[str, str, int, bool]] = []
    for axis, sides in AXES.items():
        for sign, side in zip((1, -1), sides, strict=True):
            for entry in side.split():
                common = entry in _NO_OPPOSITE or entry.endswith("~")
                if entry.endswith(("=", "~")):
                    whole.setdefault(entry[:-1], []).append((axis, sign, common))
                else:
                    stems.append((entry, axis, sign, common))
    return whole, stems


@lru_cache(maxsize=20_000)
def _directions(key: str) -> tuple[tuple[str, int, bool], ...]:
    whole, stems = _lexicon()
    found = list(whole.get(key, ()))
    found += [(axis, sign, common) for start, axis, sign, common in stems if key.startswith(start)]
    return tuple(dict.fromkeys(found))


def directions_of(key: str) -> list[tuple[str, int]]:
    """Return the axes and signs of a word in lower case: "fell" is down on the axis of amounts."""
    return [(axis, sign) for axis, sign, _ in _directions(key)]


@lru_cache(maxsize=512)
def poles(text: str) -> tuple[Pole, ...]:
    """Return the words of direction in a text."""
    found = []
    told = with_joined_verbs(_WORSE_THAN.sub("worse than", _BOUND.sub(" ", _NOT_UNTIL.sub(" ", text))))
    sentences = _content_words(told)
    for clause in clauses(told):
        for at, word in enumerate(clause.words):
            if at and word.text[0].isupper() and word.text[1:].islower() and word.key in _IN_NAMES:
                continue  # "the Low Countries"
            for axis, sign, common in _directions(word.key):
                common = common or _is_mere(clause, at)
                turned = -sign if is_negated(clause, at) and not _is_no_more(clause, at) else sign
                said = next((some for some in sentences if word.start <= some[-1].start), ())
                before = tuple(other.stem for other in said if other.start < word.start)
                after = tuple(other.stem for other in said if other.start > word.start)
                found.append(Pole(word.text, axis, turned, clause.content - {word.stem}, common, before, after))
    return tuple(found)


_IN_NAMES = frozenset("low high upper lower great long short old new north south east west first last".split())
"""Words without a direction where they are capitalised inside a sentence."""


def with_joined_verbs(text: str) -> str:
    """Return a text in which German verbs in two parts are one: "nahm um 3 Prozent ab" is "abnahm um 3 Prozent"."""
    return _SEPARATED.sub(_joined, text)


def _content_words(text: str) -> list[tuple[Word, ...]]:
    """Return the content words and numbers of each sentence of a text."""
    ends = [found.end() for found in _SENTENCE_END.finditer(shown_text(text))]
    sentences: dict[int, list[Word]] = {}
    for word in words(text):
        if word.is_content or word.key[0].isdigit():
            sentences.setdefault(sum(end <= word.start for end in ends), []).append(word)
    return [tuple(some) for some in sentences.values()]


_NOT_UNTIL = re.compile(r"\bnot (?=(?:\w+ ){0,5}until\b)|\bnicht (?=vor\b)", re.IGNORECASE)
"""A "not" that only says when: "does not begin until 2037"."""
_BOUND = re.compile(
    r"\b(?:at (?:least|most)|or (?:more|less|above|below)|(?:no|not) (?:more|less|fewer|later|earlier) than|"
    r"oder (?:mehr|weniger)|nicht (?:mehr|weniger) als)\b",
    re.IGNORECASE,
)
"""Words that bound a value and give no direction."""
_SENTENCE_END = re.compile(r"[.!?;]\s")


def _is_mere(clause: Clause, at: int) -> bool:
    """Return whether "more" or "less" only modifies a verb: "more than offset", "more than offsetting"."""
    following = [word.key for word in clause.words[at + 1 : at + 3]]
    return clause.words[at].key in ("more", "less") and following[:1] == ["than"] and following[-1].endswith("ing")


def _is_no_more(clause: Clause, at: int) -> bool:
    """Return whether a word is a comparative after "no", which means a superlative: "no larger one"."""
    return (
        at > 0 and clause.words[at - 1].key in ("no", "kein", "keine") and clause.words[at].key.endswith(("er", "ere"))
    )


_SEPARATED = re.compile(
    r"\b(?P<verb>nahm(?:en)?|nimmt|nehmen|leg(?:t|te|ten|en)|g(?:eht|ehen|ing|ingen)|stimm(?:t|te|ten|en)|"
    r"lehn(?:t|te|ten|en))\b"
    r"(?P<between>[^.;:!?]*?) (?P<particle>zu|ab|zurück)(?=\s*(?:[.,;:]|$)|\s(?:und|aber|während|obwohl)\b)",
    re.IGNORECASE,
)
"""German separable verbs: "nahm um 3 Prozent ab"."""


_WORSE_THAN = re.compile(
    r"\bf[ae]lls? short of\b|\blag(?:s|ged)? behind\b|"
    r"\b(?:is|are|was|were) (?:\w+ly )?(?:outperformed|surpassed|beaten|exceeded) by\b",
    re.IGNORECASE,
)
_BETTER_THAN = re.compile(
    r"\b(?:outperform|surpass|exceed|beat)(?:s|es|ed|ing|en)?\b(?! by\b)|\b(?:is|are|was|were) (?:\w+ly )?ahead of\b",
    re.IGNORECASE,
)
_BEHIND = re.compile(r"\b(?:is|are|was|were) (?:\w+ly )?behind\b|\btrail(?:s|ed)\b", re.IGNORECASE)


def _as_comparison(text: str) -> str:
    """Return a text with "than" for comparing verbs: "A better than B" for "A surpasses B"."""
    return _BETTER_THAN.sub("better than", _BEHIND.sub("worse than", _WORSE_THAN.sub("worse than", text)))


def _joined(found: re.Match[str]) -> str:
    return f"{found['particle']}{found['verb'].lower()}{found['between']}"


def swapped_sides(text: str, quote: str) -> str:
    """Return a doubt where a comparison with "than" has the sides of the quote's reversed."""
    for claim in _comparisons(_with_codes(text)):
        for other in _comparisons(_with_codes(quote)):
            # "more moving parts than" is not compared with "more efficient than"
            is_same = not claim.near or bool(claim.near & (other.left | other.right))
            if is_same and _is_crossed(claim, other) and claim.sign == other.sign:
                return f"the claim compares with “{claim.word} … than” the other way round than the quote"
    return ""


def _with_codes(text: str) -> str:
    """Return a text in which each name with digits is also one word: "Llama-3.1" and "Llama-3.3" differ."""
    for name, _, end in reversed(names_with_digits(text)):
        text = f"{text[:end].removesuffix('’s')} {re.sub(r'[^0-9A-Za-z]', '', _POSSESSIVE.sub('', name))}{text[end:]}"
    return text


_POSSESSIVE = re.compile(r"['’]s$")


def is_converse(text: str, quote: str) -> bool:
    """Return whether a claim has a comparison of its quote with sides and direction both reversed."""
    text, quote = _with_codes(text), _with_codes(quote)
    pairs = [(claim, other) for claim in _comparisons(text) for other in _comparisons(quote)]
    if any(_is_crossed(claim, other) and claim.sign == -other.sign for claim, other in pairs):
        return True
    return any(sign == -other.sign for sign, other in _of_second_side(text, quote))


def _is_crossed(one: _Comparison, other: _Comparison) -> bool:
    """Return whether words of each side are on the opposite side of another comparison."""
    return bool(one.left & other.right and one.right & other.left)


def of_second_side(text: str, quote: str) -> str:
    """Return a doubt where a claim without "than" says of the second side what its quote says of the first one."""
    for sign, other in _of_second_side(text, quote):
        if sign == other.sign:
            return f"the quote says “{other.word}” of the other side of its “than”"
    return ""


def _of_second_side(text: str, quote: str) -> list[tuple[int, _Comparison]]:
    """Return the direction of a claim that has only words of the second side of a comparison, with the comparison."""
    found = []
    if _comparisons(text):
        return []
    for other in _comparisons(quote):
        signs = {pole.sign for pole in poles(text) if pole.axis == other.axis}
        said = frozenset(word.stem for word in words(text))
        near = {word for word in other.left if word in other.near}
        if other.axis and len(signs) == 1 and other.right & said and near and not near & said:
            found.append((signs.pop(), other))
    return found


_REACH = 12  # words before "than" that may have the comparative: "cares more for the repair of older boats than"
_SIDE = 8  # words after it that are the second side
_NEAR = 5  # words before "than" in which any word in "er" may be the comparative


class _Comparison(NamedTuple):
    word: str
    sign: int
    left: frozenset[str]
    right: frozenset[str]
    axis: str
    near: frozenset[str]
    """The words between the comparing word and its "than"."""


def _comparisons(text: str) -> list[_Comparison]:
    """Return the comparisons of a text, with the names and nouns of both sides."""
    found = []
    for clause in _sentences(_as_comparison(text)):
        for at, word in enumerate(clause.words):
            if not _THAN.match(word.key):
                continue
            for back in range(at - 1, max(-1, at - _REACH), -1):
                directions = [d for d in _directions(clause.words[back].key) if d[0] in ("amount", "quality", "time")]
                if directions or (at - back <= _NEAR and clause.words[back].key.endswith("er")):
                    sign = directions[0][1] if directions else 1
                    sign = -sign if is_negated(clause, back) else sign
                    left = frozenset(
                        w.stem for w in (*clause.words[:back], *clause.words[back + 1 : at]) if w.is_content
                    )
                    right = frozenset(w.stem for w in clause.words[at + 1 : at + 1 + _SIDE] if w.is_content)
                    both = left & right
                    near = frozenset(w.stem for w in clause.words[back + 1 : at] if w.is_content)
                    axis = directions[0][0] if directions else ""
                    found.append(
                        _Comparison(clause.words[back].text, sign, left - both, right - both, axis, near - both)
                    )
                    break
    return found


def _sentences(text: str) -> list[Clause]:
    return [Clause(words(part)) for part in re.split(r"(?<=[.!?;])\s+", text) if part.strip()]
