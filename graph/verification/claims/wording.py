"""Words of a claim and of its quote: stems, clauses, the language, and the scope of a "not" or "may".

The checks of direction, negation, modality and scope use it. They compare words, not meanings, so their results are
doubts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import NamedTuple

from graph.storage.fulltext import stem
from loaders.text.plain import plain

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_CLAUSE = re.compile(
    r"[.;:!?()\[\]]+(?=\s|$)|[()\[\]]|[,;–—]\s|\s(?:but|while|whereas|although|though|because|since|which|who|that|and"
    r"|whilst|aber|sondern|während|obwohl|weil|dass|welche[rs]?|und)\s",
    re.IGNORECASE,
)
_FUNCTION_WORDS = {
    "en": "the of and to is was are were with for that this in on by from it its has have had not as at be which than",
    "de": "der die das und ist war sind waren mit für dass ein eine einer einem den dem des im auf von nicht als wird"
    " wurde wurden zu zum zur sich auch hat haben bei durch",
    "fr": "le la les des du et est était sont avec pour que une un dans sur par ne pas en au aux ce cette qui de",
    "es": "el la los las del y es era son con para que una un por al su de como más fue",
}
_LANGUAGES = {language: frozenset(words.split()) for language, words in _FUNCTION_WORDS.items()}
_EMPTY = frozenset(
    """a about above according after all also although am among an and another any are as at be because been before
    being below between both but by can could did do does doing down during each either else even ever every few first
    for from further get gets got had has have having he her here hers him his how however i if in into is it its itself
    just least less like many may me might more most much must my near neither never no nor not now of off often on once
    one only or other our out over own per quite rather same shall she should since so some still such than that the
    their them then there these they this those though through thus to together too two under until up upon us used use
    uses using very via was we well were what when where whether which while who whom whose why will with within without
    would yet you your respectively overall additionally moreover therefore hence whereas
    aber alle als am an auch auf aus bei bis da damit dann das dass dem den der des die dies diese dieser dieses doch
    durch ein eine einem einen einer eines er es etwa für ganz hat haben hatte hatten ihr ihre ihrem ihren im in ist
    jede jeder jedes kann kein keine können man mehr mit nach nicht noch nur ob oder ohne sehr sein seine sich sie sind
    so über um und unter vom von vor war waren was weil wenn werden wie wir wird wurde wurden zu zum zur zwar""".split()
)
_PARTICLES = frozenset("de le la du von der van del el des".split())
"""Words that before a capital are parts of names ("Louis de Fer"), and do not identify a language there."""
_SHORTEST = 3  # letters of a content word


class Word(NamedTuple):
    """A word of a text."""

    text: str
    key: str
    """The word in lower case, without accents that only one notation has."""
    stem: str
    start: int
    end: int

    @property
    def is_content(self) -> bool:
        """Whether it is a content word: no function word, no number."""
        known = len(self.key) >= _SHORTEST or (len(self.key) > 1 and self.text.isupper())
        return known and self.key not in _EMPTY and not self.key[0].isdigit()


class Clause(NamedTuple):
    """A part of a sentence between commas and conjunctions."""

    words: tuple[Word, ...]

    @property
    def content(self) -> frozenset[str]:
        """The stems of its content words."""
        return frozenset(word.stem for word in self.words if word.is_content)


def shown_text(text: str) -> str:
    """Return a text without Markdown, to which the offsets of its words refer."""
    return unicodedata.normalize("NFKC", plain(text))


@lru_cache(maxsize=512)
def words(text: str) -> tuple[Word, ...]:
    """Return the words of a text, without Markdown, in order."""
    shown = shown_text(text)
    found = []
    for match in _WORD.finditer(shown):
        key = match[0].lower().replace("’", "'")
        found.append(Word(match[0], key, stem_of(key), *match.span()))
    return tuple(found)


@lru_cache(maxsize=512)
def clauses(text: str) -> tuple[Clause, ...]:
    """Return the clauses of a text in order; those without words are left out."""
    shown = shown_text(text)
    ends = [match.start() for match in _CLAUSE.finditer(shown)] + [len(shown)]
    found: list[Clause] = []
    low = 0
    for end in ends:
        inside = tuple(word for word in words(text) if low <= word.start < end)
        if inside:
            found.append(Clause(inside))
        low = end
    return tuple(found)


@lru_cache(maxsize=20_000)
def stem_of(word: str) -> str:
    """Return the stem of a word; for an irregular verb that of its infinitive."""
    bare = word.removesuffix("'s").removesuffix("'")
    return stem(IRREGULAR.get(bare, bare))


IRREGULAR = {
    form: verb
    for verb, forms in {
        "rise": "rose risen", "fall": "fell fallen", "grow": "grew grown", "begin": "began begun", "build": "built",
        "become": "became", "take": "took taken", "give": "gave given", "make": "made", "hold": "held", "find": "found",
        "write": "wrote written", "win": "won", "lose": "lost", "lead": "led", "buy": "bought", "sell": "sold",
        "pay": "paid", "spend": "spent", "keep": "kept", "leave": "left", "meet": "met", "send": "sent", "say": "said",
        "show": "shown", "see": "saw seen", "know": "knew known", "come": "came", "go": "went gone", "run": "ran",
        "get": "got gotten", "choose": "chose chosen", "break": "broke broken", "drive": "drove driven", "lie": "lay",
        "speak": "spoke spoken", "think": "thought", "teach": "taught", "bring": "brought", "catch": "caught",
        "fight": "fought", "seek": "sought", "sink": "sank sunk", "shrink": "shrank shrunk", "swim": "swam",
    }.items()
    for form in forms.split()
}  # fmt: skip


_GERMAN_LETTERS = re.compile("[äöüß]")
"""Letters that are rare in the other three languages."""


@lru_cache(maxsize=512)
def language(text: str) -> str:
    """Return the language of a text by its function words: en, de, fr, es, or "" if undecided."""
    said = words(text)
    keys = [
        word.key
        for at, word in enumerate(said)
        if word.key not in _PARTICLES or at + 1 == len(said) or not said[at + 1].text[0].isupper()
    ]
    counts = {name: sum(key in known for key in keys) for name, known in _LANGUAGES.items()}
    counts["de"] += sum(bool(_GERMAN_LETTERS.search(key)) for key in keys)
    best = max(counts, key=lambda name: counts[name])
    others = max(count for name, count in counts.items() if name != best)
    return best if counts[best] > others else ""


def same_language(one: str, other: str) -> bool:
    """Return whether two texts are in the same language; True if one language is undecided."""
    first, second = language(one), language(other)
    return not first or not second or first == second


def share(part: Collection[str], whole: Collection[str]) -> float:
    """Return the share of `part` that is in `whole`; 0.0 for an empty `part`."""
    return sum(one in whole for one in part) / len(part) if part else 0.0


def content(text: str) -> frozenset[str]:
    """Return the stems of the content words of a text."""
    return frozenset(word.stem for word in words(text) if word.is_content)


def scope_after(clause: Clause, at: int, limit: int) -> frozenset[str]:
    """Return the stems of at most `limit` content words after a position in a clause."""
    following = [word.stem for word in clause.words[at + 1 :] if word.is_content]
    return frozenset(following[:limit])


def shown(found: Sequence[str]) -> str:
    """Return words for a message: “rose”, “rose” and “fell”."""
    quoted = [f"“{word}”" for word in dict.fromkeys(found)]
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]]) if len(quoted) > 1 else quoted[0]
