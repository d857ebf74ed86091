"""A check of negation: a claim must not assert what its quote denies, nor deny what it asserts.

The scope of a negation is the words after it up to the end of its clause. Half of these words in a claim without any
negation, or in a quote without the claim's negation, are a doubt.
"""

from __future__ import annotations

import re
from itertools import pairwise

from graph.verification.claims.wording import (
    Clause,
    clauses,
    content,
    same_language,
    scope_after,
    share,
    stem_of,
    words,
)

_NEGATION = re.compile(
    r"^(?:not|unless|no|never|neither|nor|no(?:ne|body)|nothing|without|cannot|\w+n't|hardly|barely|rarely|"
    r"seldom|nowhere|fail(?:s|ed)?|unable|refus(?:es?|ed)|"
    r"nicht|kein\w*|nie|niemals|weder|ohne|nichts|kaum|pas|jamais|aucun\w*|sans|nunca|sin|ningún\w*)$"
)
_WEAK = re.compile(
    r"^(?:fail\w*|lack\w*|refus\w*|avoid\w*|exclud\w*|omit\w*|prevent\w*|unable|impossible|absen\w*|reject\w*|"
    r"den(?:y|ied|ies)|"
    r"closed|shut|geschlossen\w*|instead|rather|against|unlike|statt|anstatt|gegen|ausbleib\w*|entfall\w*|"
    r"except|free|frei|\w{3,}(?:less|free)|\w{3,}(?:los|frei)(?:e[nrms]?)?|un\w{4,}|in(?:suffici|capab|effect|compl|accur|correct|adequ|consist|valid|visib|dependen)\w*|"
    r"dis(?:agree|allow|continu|approv)\w*|non\w*|only|stopp?\w*|ceas\w*|little|few|poor\w*|limit\w*|wenig\w*|"
    r"scheiter\w*|for(?:e)?go(?:es)?|for(?:e)?(?:went|gone|going)|dispens\w*|waiv\w*|"
    r"abolish\w*|scrap(?:s|ped)?|cancel\w*|discontinu\w*|bans?|banned|revok\w*|repeal\w*|before|until|till|bevor|bis|"
    r"ausgeschlossen|ausschließ\w*|abgeschafft|aufgehoben|verzicht\w*|vermeid\w*|verhinder\w*|aus|"
    r"verbot\w*|unmöglich\w*|nur)$"
)
"""Words that may imply "not": beside one, a missing "not" is no reason for doubt."""
_DENIES = re.compile(
    r"^(?:den(?:y|ies|ied|ying)|disput(?:e|es|ed|ing)|contradict\w*|refut\w*|widerspr[aio]\w*|bestr(?:eit|itt)\w*|leugn\w*|"
    r"dementier\w*)$"
)
"""Verbs that deny a whole sentence: "contradicted that the line was unprofitable"."""
_NO_NEGATION = re.compile(
    r"\bnot only\b|\bno (?:doubt|less than|fewer than|more than|later than|longer than)\b|\bnicht nur\b|\bno\.? \d|"
    r"\bnot (?:as|so) (?=\w+ as\b)|\bnicht so (?=\w+ wie\b)|\bnot (?:just|merely|least)\b|\bnothing but\b|"
    r"\bwhether or not\b|\bnot (?=(?:\w+ ){0,5}until\b)|\bnicht (?=vor\b)",
    re.IGNORECASE,
)
_NO_SUBJECT = re.compile(r"^(?:no(?:ne|body|thing)?|neither|kein|keine[rs]?|niemand|nichts)$")
_NOT_ALL = re.compile(r"\b(?:not (?:all|every|each)|nicht (?:alle[nrms]?|jede[nrms]?))\b", re.IGNORECASE)
_A_PART = re.compile(
    r"\b(?:some|most|many|several|few|only|partly|einige|manche|viele|mehrere|teilweise|nur)\b", re.IGNORECASE
)
_NONE_MORE = re.compile(
    r"\b(?:no|none|never|kein\w*|nie)\b[^.;]*\b(?:more|less|fewer|mehr|weniger|\w{3,}er)\b(?:\W+\w+){0,3}?\W+(?:than|als)\b",
    re.IGNORECASE,
)
_MOST = re.compile(
    r"\b(?:most|least|fewest|best|worst|record|[a-z]{3,}est|\w{4,}ste[nrms]?|rekord\w*)\b", re.IGNORECASE
)
_UNREALISED = re.compile(
    r"\b(?:did not take place|did not come about|never materiali[sz]ed|fell through|was (?:cancelled|called off)|"
    r"(?:kam|kamen) nicht zustande|(?:fand|fanden) nicht statt|scheiterten?|entfiel(?:en)?|fiel(?:en)? aus)\b",
    re.IGNORECASE,
)
"""Words that say of a whole event that it did not happen."""
_PREFIXED = re.compile(r"^(?:un|in|im|ir|il|dis|non)(\w{4,})$")
_LIGHT = re.compile(
    r"^(?:includ(?:e|es|ed|ing)|us(?:e|es|ed|ing)|appl(?:y|ies|ied|ying)|perform(?:s|ed)?|conduct(?:s|ed)?|"
    r"employ(?:s|ed)?|carr(?:y|ies|ied)|verwende[nt]?|eingesetzt|durchgeführt)$"
)
"""Verbs that leave the negation to their object: "do not include pruning"."""
_REACH = 5  # words between a negation and the word that it negates
_FEW = 2  # a scope of so few words must have its denied word in the claim
_SCOPE = 6  # most content words in the scope of a negation
_SHARED = 0.5
"""Least share of a scope that the claim must have for a doubt; with 0.34 a third more true claims are doubted."""


def may_negate(key: str) -> bool:
    """Return whether a word in lower case may imply "not": "unable", "fails", "lacks"."""
    return bool(_NEGATION.match(key) or _WEAK.match(key) or _PREFIXED.match(key))


def is_negation(key: str) -> bool:
    """Return whether a word in lower case negates."""
    return bool(_NEGATION.match(key))


def is_negated(clause: Clause, at: int) -> bool:
    """Return whether a word of a clause comes shortly after a negation."""
    before = clause.words[max(0, at - _REACH) : at]
    count = sum(bool(_NEGATION.match(word.key)) for word in before)
    if at > _REACH and _NO_SUBJECT.match(clause.words[0].key):  # "None of the four large attacks was successful"
        count += 1
    return count % 2 == 1


def other_negation(text: str, quote: str) -> str:
    """Return a doubt where only one of claim and quote negates the same words."""
    if not same_language(text, quote):
        return ""
    if (neither := _NEITHER.search(quote)) and _asserts_one(text, neither):
        return f"the quote says “{neither[0].split()[0]}” of both, the claim does not"
    if _NONE_MORE.search(text) and _MOST.search(quote):
        return ""  # "none had more" says "the most"
    if (unrealised := _UNREALISED.search(quote)) and _is_asserted(text, quote[: unrealised.start()]):
        return f"the quote says “{unrealised[0]}”, the claim does not"
    if _A_PART.search(_NOT_ALL.sub(" ", quote)):  # "not all" is the same as "only some"
        text = _NOT_ALL.sub("some", text)
    if denied := _unmatched(quote, text):
        return f"the quote says “{denied}”, the claim does not"
    if denied := _unmatched(text, quote):
        return f"the claim says “{denied}”, the quote does not"
    return ""


def denied_of_two(text: str, quote: str) -> str:
    """Return a doubt where a claim states the first of "not A but B" without denying it."""
    found = _NOT_BUT.search(quote)
    if not found or any(_NEGATION.match(word.key) for word in words(text)):
        return ""
    said = {word.stem for word in words(text)}
    denied, stated = ({word.stem for word in words(found[part]) if len(word.key) > 2} for part in ("no", "yes"))
    denied, stated = denied - stated, stated - denied
    if denied and denied <= said and stated and not stated & said:
        return f"the quote says “{found[0]}”"
    return ""


_NOT_BUT = re.compile(
    r"\b(?:not|nicht)\s(?P<no>[^,.;]{1,40}?)(?:,?\sbut(?: rather)?|,\ssondern(?: erst| schon)?)\s(?P<yes>[^,.;]{1,40})",
    re.I,
)
_NEITHER = re.compile(
    r"\b(?:neither\s(?P<one>[^.;,]{1,60}?)\snor|weder\s(?P<eine>[^.;,]{1,60}?)\snoch)\s(?P<rest>[^.;]+)", re.IGNORECASE
)


def _asserts_one(text: str, neither: re.Match[str]) -> bool:
    """Return whether a clause of a claim asserts of one of two things what its quote denies of both."""
    one, rest = content(neither["one"] or neither["eine"]), content(neither["rest"])
    for clause in clauses(text):
        if any(_NEGATION.match(word.key) or _WEAK.match(word.key) for word in clause.words):
            continue
        if (
            len(clause.content & (one | rest)) > 1
            and clause.content & rest
            and clause.content <= content(neither.string)
        ):
            return True
    return False


def bounds_all(text: str, quote: str) -> bool:
    """Return whether one of claim and quote bounds what the other denies: "at most 40" for "none longer than 40"."""
    return any(_NONE_OVER.search(one) and _AT_MOST.search(other) for one, other in ((quote, text), (text, quote)))


_NONE_OVER = re.compile(
    r"\b(?:none|no|neither|nothing|kein\w*|nie(?:mand)?)\b[^.;]*\b(?:more|longer|later|higher|mehr|länger|später|höher)\W+"
    r"(?:than|als)\b",
    re.IGNORECASE,
)
_AT_MOST = re.compile(
    r"\b(?:at most|up to|no (?:more|longer|later) than|within|a maximum of|höchstens|maximal|bis zu|"
    r"nicht (?:mehr|länger) als)\b",
    re.IGNORECASE,
)


def _is_asserted(text: str, event: str) -> bool:
    """Return whether a claim states an event without any word that may deny it."""
    said = content(text)
    clause = re.split(r"[,;.]\s", event)[-1]
    return bool(said) and share(said, content(clause)) >= _SHARED and not any(may_negate(w.key) for w in words(text))


def other_prefix(text: str, quote: str) -> str:
    """Return a doubt where only one of claim and quote has "in" or "un" before the same word."""
    said, held = {word.key: word.text for word in words(text)}, {word.key: word.text for word in words(quote)}
    if any(is_negation(key) for key in (*said, *held)):
        return ""
    for one, other in ((said, held), (held, said)):
        for key in one:
            bare = _OPPOSITE.match(key)
            if bare and bare[1] in other and bare[1] not in one and key not in other:
                return (
                    f"the claim says “{said.get(key) or said[bare[1]]}”, the quote “{held.get(key) or held[bare[1]]}”"
                )
    return ""


_OPPOSITE = re.compile(r"^(?:un|in|im|ir|il|dis|non|mis|ab)(\w{5,})$")


def _unmatched(negating: str, other: str) -> str:
    """Return the negation and the word after it that another text has without any negation; "" if there is none."""
    negating, other = _NO_NEGATION.sub(" ", negating), _NO_NEGATION.sub(" ", other)
    for clause in clauses(negating):
        for at, word in enumerate(clause.words):
            if not _NEGATION.match(word.key) or _is_double(clause):
                continue
            scope = scope_after(clause, at, _SCOPE)
            shared = share(scope, content(other))
            behind = [w for w in clause.words[at + 1 :] if w.is_content]
            following = next((w for w in behind if not _LIGHT.match(w.key)), next(iter(behind), None))
            # In a scope of few words, the claim must have the denied one: "not affect fungi".
            is_denied = following is not None and (len(scope) > _FEW or following.stem in content(other))
            if following is None or shared < _SHARED or not is_denied:
                continue
            if not _negates_any(other, scope, content(negating)):
                return f"{word.text} … {following.text}"
    return ""


def _is_double(clause: Clause) -> bool:
    """Return whether a clause negates twice, which asserts: "none without"."""
    count = sum(bool(_NEGATION.match(word.key)) and word.key not in ("nor", "neither") for word in clause.words)
    return count == len(("no", "without"))


def _negates_any(text: str, scope: frozenset[str], said: frozenset[str]) -> bool:
    """Return whether a text has any word of negation in a clause that shares words with a scope.

    A clause that ends with its "not" negates the words before it ("but the older ones do not"), if `said`, the whole
    text with the negation, has one of them.
    """
    if any(_NEGATION.match(clause.words[-1].key) and clause.content & said for clause in clauses(text)):
        return True
    best = max((share(scope, clause.content) for clause in clauses(text)), default=0.0)
    every = clauses(text)
    near = [clause for clause in every if share(scope, clause.content) >= max(best / 2, 0.01)]
    # "avoids rewards of the outcome | and of the process": both parts share the first one's verb
    near += [one for one, other in pairwise(every) if other in near and other.words[0].key in ("and", "und")]
    weak = (word for clause in near for word in clause.words if word.stem not in said or not word.is_content)
    if any(_NEGATION.match(word.key) for clause in near for word in clause.words):
        return True
    if any(_DENIES.match(word.key) for word in words(text)):
        return True  # "contradicts that it is unprofitable"
    if any(_WEAK.match(word.key) for word in weak):  # "not free of charge" is no "free of charge"
        return True
    # "impractical" for "not practical"
    turned = {stem_of(found[1]) for word in words(text) if (found := _PREFIXED.match(word.key))}
    return not turned.isdisjoint(scope)
