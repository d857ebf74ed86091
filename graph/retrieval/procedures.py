"""Questions about how or by what something was done ("How was the cheese made?"), and the sentences that say it.

Steps begin with "First", "Then", "After two hours"; the best single sentence on the subject would be one step only, or
a result.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from graph.retrieval import terms
from graph.retrieval.lists import Items
from graph.storage.fulltext import stem
from graph.storage.rows import ChunkRow, SentenceRow

_DONE = (
    r"(?:train|ma[dk]e|buil[dt]|creat|produc|develop|construct|prepar|manufactur|process|assembl|fine-?tun|evaluat"
    r"|test|measur|do(?:ne)?\b)"
    r"(?:[a-z]*)?"
)
_ASKED = re.compile(
    rf"^\W*(?:(?:and|so|but|please) )*(?:explain |describe |tell me )?how (?:"
    rf"(?:was|were|is|are) (?P<thing>[^?]{{1,60}}?) (?P<deed>{_DONE})(?: out| up)?"
    rf"|(?:did|do|does) (?:they|we|you|the [\w-]+|people|one) (?P<doing>{_DONE})(?: out"
    rf"| up)? (?P<object>(?!(?:on|in|at|with|for|to|so|well)\b)[^?]{{1,60}}?))\W*$",
    re.IGNORECASE,
)
_STEP = re.compile(
    r"(?:first(?:ly)?|second(?:ly)?|third(?:ly)?|fourth(?:ly)?|then|next|after(?:wards?)?|following|subsequently"
    r"|finally"
    r"|lastly|last|upon|once|to (?:begin|start) with|(?:specifically, )?(?:we|they|it) (?:begins?|starts?|began"
    r"|started)"
    r"|in (?:the|a) (?:first|second|third|next|last|final) (?:step|stage|phase)|(?:step|stage|phase) \w+\b|\(?\d\)"
    r"|when this|the (?:first|second|third|next|last|final) (?:step|stage|phase))\b",
    re.IGNORECASE,
)
_ORDINAL = re.compile(r"(?:first|second|third|fourth|last|final)(?:ly)?\b|\(?\d\)", re.IGNORECASE)
_BEGINS = re.compile(r"\b(?:begins?|starts?|began|started) (?:by|with)\b", re.IGNORECASE)
_MEANS = re.compile(r"\b(?:by|using|via|through)\b", re.IGNORECASE)
_PROCESS = frozenset(map(stem, "pipeline process procedure method stages steps phases recipe".split()))
_ITSELF = re.compile(r"(?:it|this|that|they|these|the (?:model|product|thing|system|study|work))", re.IGNORECASE)
_MAKES = re.compile(r"train|ma[dk]e|buil[dt]|creat|produc|develop|construct|manufactur", re.IGNORECASE)
_ANY_DEED = frozenset(map(stem, "do done make made".split()))
_PREFIX = 5  # letters that the forms of a deed share: "produced", "production"
_MIN_STEPS = 2
_MOST = 8
_WORDS = re.compile(r"[^\W_]+(?:[-–.][^\W_]*\d[^\W_]*(?:-[^\W_]+)*)?")  # a code is one word: "R1-Zero"
_ASKS_USED = re.compile(
    r"\b(?:what|which) (?:[\w-]+ ){1,5}?(?:(?:is|are|was|were|has been|have been) (?:being )?used\b"
    r"|(?:do|does|did) [^?]{1,40}? (?:use|employ|adopt|apply|rely on)\b)",
    re.IGNORECASE,
)
_USES = re.compile(
    r"\b(?:us(?:e[sd]?|ing)|adopt(?:s|ed|ing)?|employ(?:s|ed|ing)?|appl(?:y|ies|ied|ying)|utili[sz](?:es?|ed|ing)"
    r"|rel(?:y|ies|ied|ying) on|based on|built (?:on|with))\b",
    re.IGNORECASE,
)
_NAME_USED = re.compile(r"(?<=[^.!?:] )(?:[A-Z][\w-]*[A-Z\d][\w.-]*|[A-Z][a-z][\w-]+ [A-Z][\w-]+)")


def asks_what_is_used(question: str) -> bool:
    """Return whether a question asks by which thing something is done: "What software did they use?"."""
    return bool(_ASKS_USED.search(question))


def says_what_is_used(text: str) -> bool:
    """Return whether a sentence says that something with a name is used: "We adopt Group Relative Optimization"."""
    used = _USES.search(text)
    return used is not None and _NAME_USED.search(text) is not None


def asks_how_done(question: str) -> bool:
    """Return whether a question asks how something was made or done."""
    return _asked(question) is not None


def told_in_steps(question: str, chunks: Iterable[ChunkRow]) -> Items:
    """Return the sentences that describe the steps of a procedure that a question asks about, in order; else []."""
    asked = _asked(question)
    if not asked:
        return []
    thing, deed = asked
    runs = [(chunk, run) for chunk in chunks for run in _runs(chunk, thing, deed)]
    if not runs:
        return []
    chunk, run = max(runs, key=lambda one: sum(map(_is_step, one[1])))
    return [(chunk.id, sentence) for sentence in run[:_MOST]]


@lru_cache(maxsize=1024)  # asked twice of each sentence of a question for how something was done
def says_how(question: str, text: str) -> bool:
    """Return whether a sentence says by what something is done: "trained via", "made from", or "by" and "using"."""
    asked = _asked(question)
    form = re.escape(stem(asked[1].lower())) if asked else ""
    return bool(
        asked and (_MEANS.search(text) or re.search(rf"\b{form}\w* (?:\w+ ){{0,3}}?(?:with|from|on|of|in)\b", text))
    )


@lru_cache(maxsize=64)
def _asked(question: str) -> tuple[str, str] | None:
    """Return the thing and the deed of a question for how something was done."""
    found = _ASKED.match(question)
    if not found:
        return None
    return found["thing"] or found["object"], found["deed"] or found["doing"]


def _runs(chunk: ChunkRow, thing: str, deed: str) -> list[list[SentenceRow]]:
    """Return runs of sentences with two or more steps, and the sentence before, that describe how a thing was made."""
    prose = [one for one in chunk.sentences if one.kind in ("prose", "item", "heading")]
    steps = [at for at, one in enumerate(prose) if _is_step(one)]
    found = []
    while steps:
        length = next((n for n in range(1, len(steps)) if steps[n] - steps[n - 1] > 2), len(steps))
        own, steps = steps[:length], steps[length:]
        run = prose[max(0, own[0] - 1) : own[-1] + 1]
        in_time = any(not _ORDINAL.match(prose[at].text) for at in own)  # "First, ... Second, ..." may be reasons
        if len(own) >= _MIN_STEPS and in_time and _tells(run, chunk, thing, deed):
            found.append([one for one in run if one.kind != "heading"])
    return found


def _is_step(sentence: SentenceRow) -> bool:
    return sentence.kind != "heading" and bool(_STEP.match(sentence.text) or _BEGINS.search(sentence.text))


def _tells(run: Sequence[SentenceRow], chunk: ChunkRow, thing: str, deed: str) -> bool:
    """Return whether a run describes how a thing was made: its first sentence or the heading names both."""
    held = terms.stems(" ".join([run[0].text, *chunk.headings[-1:]]))
    makes = _MAKES.match(deed) is not None  # for which "our process" stands, too
    does = _names(deed, held) or stem(deed.lower()) in _ANY_DEED or (makes and bool(held & _PROCESS))
    if not does:
        return False
    if _ITSELF.fullmatch(thing.strip()):  # what the whole document is about
        words = [word for word in terms.content_terms(" ".join(chunk.headings[:1])) if len(word) > _PREFIX]
        return any(_names(word, terms.stems(run[0].text)) for word in words)
    return any(_has_phrase(thing, text) for text in (run[0].text, *chunk.headings[-1:]))


def _has_phrase(thing: str, text: str) -> bool:
    """Return whether a text has the words of a thing in a row; "DeepSeek-R1-Zero" does not have "DeepSeek-R1"."""
    words = [word for word in _WORDS.findall(thing.lower()) if word not in terms.STOP_WORDS]
    own = [stem(word) for word in words]
    said = [stem(word) for word in _WORDS.findall(text.lower())]
    return bool(own) and any(said[at : at + len(own)] == own for at in range(len(said)))


def _names(word: str, held: frozenset[str]) -> bool:
    form = stem(word.lower())
    return form in held or (len(form) > _PREFIX and any(other.startswith(form[:_PREFIX]) for other in held))
