"""A check of relations whose sides a claim may exchange: earlier and later, cause and effect, start and end.

Both sides are compared by their words. English and German connecting words are known. A finding is a doubt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from graph.verification.claims.wording import content, same_language, share

Kind = Literal["time", "cause", "way", "order"]

_WORDS: tuple[tuple[Kind, bool, str], ...] = (
    ("time", True, r"before|prior to|followed by|earlier than|bevor|ehe|gefolgt von|früher als"),
    ("time", False, r"after|preceded by|later than|nachdem|später als"),
    (
        "cause",
        True,
        r"caus(?:es?|ed|ing)(?! by| of)|le(?:ads?|d|ading) to|result(?:s|ed|ing)? in|bring(?:s|ing)? about|"
        r"brought about|trigger(?:s|ed|ing)(?! by)|gives? rise to|verursach(?:t|te|ten|en)|führ(?:t|te|ten|en) zu[mr]?|"
        r"ha(?:s|ve|d|ving) (?:an? )?(?:[\w-]+ ){0,4}?(?:effects?|impacts?|influence) on|affects?|affected(?! by)|"
        r"influence[sd](?! by)|le(?:d|ads?) \w+ to",
    ),
    ("order", True, r"(?:not|nicht) (?:as|so) \w+ (?:as|wie)|divided by|minus|geteilt durch"),
    (
        "cause",
        False,
        r"because(?: of)?|due to|owing to|reflecting|driven by|"
        r"attributable to|thanks to|dank|(?:as )?an? (?:result|consequence) of|result(?:s|ed|ing)? from|"
        r"(?:caused|triggered|affected|influenced) by|depend(?:s|ed|ent)? (?:up)?on|hängt ab von|wegen|"
        r"aufgrund|infolge|weil|(?:eine )?folge (?:de[rs]|von)",
    ),
)
_CAUSES_OF = re.compile(
    r"\b(?:causes?|reasons?|ursachen?|gründe?)\s(?:of|for|von|für|de[rs])\s(?P<effect>[^.;,]{2,60}?)\s"
    r"(?:includes?|included|is|are|was|were|sind|ist|waren|war)\s(?P<cause>[^.;]{2,160})",
    re.IGNORECASE,
)
_CONNECTIONS = tuple(
    (kind, is_forward, re.compile(rf"\b(?:{words})\b", re.IGNORECASE)) for kind, is_forward, words in _WORDS
)
_WAY = re.compile(
    r"\b(?:from|von|aus)\s+(?P<first>[^.;,]{1,60}?)\s+(?:in)?(?:to|nach)\s+(?P<second>[^.;,]{1,60})", re.IGNORECASE
)
_INSTEAD = re.compile(
    r"\b(?:replac(?:e|es|ed|ing)|ersetz(?:t|te|ten|en))\s(?P<first>[^.;,]{2,80}?)\s(?:with|by|durch)\s"
    r"(?P<second>[^.;,]{2,80})",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?;:])\s+")


class Relation(NamedTuple):
    """Two things in an order: earlier and later, cause and effect, start and end."""

    kind: Kind
    word: str
    first: frozenset[str]
    second: frozenset[str]


def reversed_relation(text: str, quote: str) -> str:
    """Return a doubt where a claim reverses the sides of a relation of its quote."""
    for said, held in _pairs(text, quote):
        if _crossed(said, held) > _straight(said, held) or _is_reversed(said, held):
            return f"the claim turns the sides of “{held.word}” round"
    return ""


def is_converse(text: str, quote: str) -> bool:
    """Return whether a claim states the same relation with the converse word: "A before B" for "B after A"."""
    return any(
        said.kind == "time" and said.word != held.word and _straight(said, held) > _crossed(said, held)
        for said, held in _pairs(text, quote)
    )


def requires_condition(text: str, quote: str) -> bool:
    """Return whether a claim requires what its quote makes a condition: "neither may without consent"."""
    found = _DENIED_WITHOUT.search(quote)
    return bool(found and _NEEDS.search(text)) and bool(content(found["what"] if found else "") & content(text))


_DENIED_WITHOUT = re.compile(
    r"\b(?:neither|no|not|cannot|never|niemand|kein\w*|nicht)\b[^.;]*?\b(?:without|ohne)\s(?P<what>[^.;,]{1,50})",
    re.IGNORECASE,
)
_NEEDS = re.compile(
    r"\b(?:needs?|needed|requires?|required|necessary|only with|must have|braucht|brauchen|"
    r"benötig\w*|erforderlich|nur mit)\b",
    re.IGNORECASE,
)


def cause_added(text: str, quote: str) -> str:
    """Return a doubt where a claim makes a cause of what its quote only observes together."""
    causal = next((found[0] for kind, _, one in _CONNECTIONS if kind == "cause" for found in one.finditer(text)), "")
    if not causal or _CAUSAL.search(quote) or not (together := _TOGETHER.search(quote)):
        return ""
    return f"the claim says “{causal}”, the quote “{together[0]}”"


def other_cause(text: str, quote: str) -> str:
    """Return a doubt where a claim gives an effect of its quote another cause."""
    for said, held in _pairs(text, quote):
        if said.kind != "cause" or share(said.second, held.second) < _SAME_EFFECT:
            continue
        new = said.first - content(quote)
        if len(new) >= _LEAST_NEW and 2 * len(new) >= len(said.first):
            return f"the quote gives another cause than “{said.word}” names"
    found = _CAUSE.search(text)
    if not found or not _CAUSE.search(quote) or not same_language(text, quote):
        return ""
    cause, effect = content(found["cause"]), content(text[: found.start()])
    is_other = bool(cause) and not cause & content(quote) and share(effect, content(quote)) >= _SAME_EFFECT
    return f"the quote gives another cause than “{found['word']}” names" if is_other else ""


_CAUSE = re.compile(
    r"\b(?P<word>because(?: of)?|due to|owing to|weil|wegen|aufgrund)\s(?P<cause>[^.;,]{3,80})", re.IGNORECASE
)
_SAME_EFFECT = 0.5
"""Share of the words of a claim's effect that the quote's effect must have."""
_LEAST_NEW = 2  # words of a claim's cause that its quote does not have
_TOGETHER = re.compile(
    r"\b(?:associat\w*|correlat\w*|coincid\w*|link(?:s|ed)? (?:to|with|between)|zusammenhang\w*|korrel\w*)\b",
    re.IGNORECASE,
)
_CAUSAL = re.compile(
    r"\b(?:caus\w*|because|due to|lead(?:s|ing)? to|led to|result\w*|verursach\w*|weil|wegen|führ\w* zu)\b",
    re.IGNORECASE,
)


def _pairs(text: str, quote: str) -> Iterator[tuple[Relation, Relation]]:
    if same_language(text, quote):
        held = list(relations(quote))
        yield from ((one, other) for one in relations(text) for other in held if one.kind == other.kind)


def _is_reversed(one: Relation, other: Relation) -> bool:
    """Return whether each side has, besides words that both texts have there, only words of the opposite side."""
    first, second = one.first - other.first, one.second - other.second
    return bool(first and second) and first <= other.second and second <= other.first


def _crossed(one: Relation, other: Relation) -> float:
    return min(share(one.first, other.second), share(one.second, other.first))


def _straight(one: Relation, other: Relation) -> float:
    return max(share(one.first, other.first), share(one.second, other.second))


def relations(text: str) -> Iterator[Relation]:
    """Yield the relations of a text whose two sides both have distinct words."""
    for sentence in _SENTENCE.split(text):
        for kind, is_forward, pattern in _CONNECTIONS:
            for found in pattern.finditer(sentence):
                left, right = sentence[: found.start()], sentence[found.end() :]
                if not content(left):  # "After the flood, the crest was raised"
                    right, _, left = right.partition(",")
                one, other = content(left), content(right.partition(",")[0])
                first, second = (one, other) if is_forward else (other, one)
                if first - second and second - first:
                    yield Relation(kind, found[0].lower(), first - second, second - first)
        for kind, word, pattern, from_name, to_name in _PATTERNS:
            for found in pattern.finditer(sentence):
                first, second = content(found[from_name]), content(found[to_name])
                if first - second and second - first:
                    yield Relation(kind, word, first - second, second - first)


_PATTERNS: tuple[tuple[Kind, str, re.Pattern[str], str, str], ...] = (
    ("way", "to", _WAY, "first", "second"),
    ("order", "replaced", _INSTEAD, "first", "second"),
    ("cause", "causes", _CAUSES_OF, "cause", "effect"),
)
