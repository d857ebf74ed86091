"""A check of modality: a claim must not state as fact or duty what its quote calls possible, planned or likely.

English and German hedges are known. Their scope is the words after them in their clause, as for a negation. A finding
is a doubt.
"""

from __future__ import annotations

import re

from graph.verification.claims.assertions.negation import is_negated
from graph.verification.claims.wording import Clause, clauses, content, same_language, scope_after, share, words

_HEDGE = re.compile(
    r"^(?:may|might|could|would|should|ought|perhaps|possibly|probably|likely|potential\w*|plan(?:s|ned|ning)?|"
    r"expect(?:s|ed)?|"
    r"intend(?:s|ed)?|aim(?:s|ed)?|propos(?:e|es|ed)|hop(?:e|es|ed|ing)|seem(?:s|ed)?|appear(?:s|ed)?|apparently|"
    r"proposals?|dependent|depend(?:s|ed|ing)?|conditional\w*|vorschl\w*|abhängig|"
    r"allowed|permitted|erlaubt|unknown|unclear|asked|requested|encouraged|gebeten|unklar|offen|unbekannt|"
    r"whether|ob|provided|"
    r"recommend\w*|advis\w*|empf[oe]hl\w*|empfiehlt|promis\w*|pledg\w*|threat\w*|risk\w*|droh\w*|kann|können|"
    r"konnten?|möglich\w*|possibl[ey]|alleged\w*|reported\w*|claim(?:s|ed)?|suggest(?:s|ed)?|believ\w*|"
    r"estimat\w*|attempt\w*|tr(?:y|ied|ies)|"
    r"könn(?:te|ten)|dürf(?:te|ten)|möglicherweise|vielleicht|wahrscheinlich|voraussichtlich|soll(?:te|ten|"
    r"en)?|würden?|"
    r"vermutlich|angeblich|plan(?:t|en|te|ten)|geplant|pourrait|podría|"
    r"if|unless|would've|wenn|falls|can|cannot|unclear|uncertain|unlikely|goal|objective|target)$"
)
_COVERING = re.compile(
    r"^(?:may|might|could|would|should|ought|perhaps|possibly|probably|likely|plan(?:s|ned|ning)?|expect(?:s|ed)|"
    r"intend(?:s|ed)?|"
    r"aim(?:s|ed)?|propos(?:es|ed)|hop(?:es|ed|ing)|seem(?:s|ed)?|appear(?:s|ed)?|allegedly|apparently|reportedly|"
    r"recommend(?:s|ed)?|empfiehlt|empfahl|promis(?:es|ed|ing)|pledg(?:es|ed|ing)|vow(?:s|ed)|versprach\w*|"
    r"versprochen|zugesagt|könn(?:te|ten)|dürf(?:te|ten)|möglicherweise|vielleicht|wahrscheinlich|"
    r"voraussichtlich|soll(?:te|ten|en)?|würden?|"
    r"vermutlich|angeblich|geplant)$"
)
"""The hedges of a quote that a claim must keep; the others only make a hedge of the claim acceptable."""
_PREDICATIVE = re.compile(r"^(?:möglich|vorgesehen|beabsichtigt|possible|envisaged|scheduled)$")
"""Hedges whose scope is the words before them."""
_MUST = re.compile(
    r"^(?:must|required?|requires|mandatory|obliged|obligatory|necessar\w*|needs?|ha(?:s|ve) to|muss|müssen|"
    r"verpflicht\w*|"
    r"obligatorisch|zwingend)$"
)
_OBLIGING = re.compile(
    r"^(?:must|mandatory|obliged|obligatory|compulsory|muss|müssen|verpflichtet|obligatorisch|zwingend)$"
)
_SHALL = re.compile(r"^(?:shall|need\w*|ha[sd]|have|required?|requires|necessar\w*|only|oblig\w*|compulsory)$")
_HAS_DONE = re.compile(r"\b(?:ha[sd]|have)\b(?! to\b)", re.IGNORECASE)
_SCOPE = 6
_SHARED = 0.5


def is_hedge(key: str) -> bool:
    """Return whether a word in lower case makes a statement less than a fact."""
    return bool(_HEDGE.match(key))


def hedge_dropped(text: str, quote: str) -> str:
    """Return a doubt where a claim states as a fact what its quote hedges."""
    if not same_language(text, quote) or any(_HEDGE.match(word.key) for c in clauses(text) for word in c.words):
        return ""
    said = content(text)
    is_future = any(_WILL.match(word.key) for word in words(text)) and bool(_REPORTED.search(quote))
    for clause in clauses(quote):
        for at, word in enumerate(clause.words):
            scope = _hedged(clause, at)
            if _WOULD.match(word.key) and is_future:
                continue  # "she said that it would begin": it will
            if scope and share(scope, said) >= _SHARED and _is_best(text, quote, clause.content):
                return f"the quote says “{word.text}”, the claim states it as a fact"
    return ""


_WOULD, _WILL = re.compile(r"^(?:would|würden?)$"), re.compile(r"^(?:will|won't|wird|werden)$")
_REPORTED = re.compile(
    r"\b(?:said|announced|stated|confirmed|declared|sagten?|kündigten?|erklärten?|bestätigten?)\b", re.IGNORECASE
)


def _hedged(clause: Clause, at: int) -> frozenset[str]:
    """Return the words in the scope of a hedge at a position of a clause; none if there is no hedge."""
    word = clause.words[at]
    if _PREDICATIVE.match(word.key):
        if at + 1 < len(clause.words) and clause.words[at + 1].is_content and not _is_predicate(clause, at):
            return frozenset()  # "of 90 scheduled departures"
        before = frozenset(other.stem for other in clause.words[:at] if other.is_content)
        return before or scope_after(clause, at, _SCOPE)
    is_month = word.text == "May" and (at > 0 or any(one.key.isdigit() for one in clause.words[at + 1 : at + 2]))
    if word.key.startswith(("recommend", "empf")) and is_negated(clause, at):
        return frozenset()
    return scope_after(clause, at, _SCOPE) if _COVERING.match(word.key) and not is_month else frozenset()


def _is_predicate(clause: Clause, at: int) -> bool:
    """Return whether a form of "be" precedes a word, which is then a predicate and no attribute."""
    return any(_BE.match(word.key) for word in clause.words[max(0, at - 3) : at])


_BE = re.compile(r"^(?:is|are|was|were|be|been|ist|sind|war|waren|wird|werden)$")


def _is_best(text: str, quote: str, held: frozenset[str]) -> bool:
    """Return whether no other clause of a quote has more of the claim's words than the hedged one."""
    said = content(text)
    best = max((len(said & clause.content) for clause in clauses(quote)), default=0)
    return 2 * len(said & held) >= best


def attempt_achieved(text: str, quote: str) -> str:
    """Return a doubt where a claim states as done what its quote only tries, plans or sets out "to" do."""
    said = {word.stem: word for clause in clauses(text) for at, word in enumerate(clause.words) if _is_done(clause, at)}
    plans = {word.stem for word in words(text)}
    for found in _ATTEMPT.finditer(quote) if same_language(text, quote) else ():
        verb = next(iter(words(found["verb"])), None)
        others = sum(word.stem == verb.stem for word in words(quote)) if verb else 0
        tells_plan = any(word.stem in plans for word in words(found["how"]))
        if verb and others == 1 and verb.stem in said and not tells_plan:
            return f"the quote says “{found['how']} … to {found['verb']}”, the claim “{said[verb.stem].text}”"
    return ""


def _is_done(clause: Clause, at: int) -> bool:
    """Return whether a word of a clause may be a finite verb outside the scope of a hedge."""
    before = [word.key for word in clause.words[max(0, at - 4) : at]]
    return not any(key == "to" or _HEDGE.match(key) for key in before)


_ATTEMPT = re.compile(
    r"\b(?P<how>intentions?|announc(?:es|ed)|explor(?:e|es|ed)|tr(?:y|ies|ied)|attempt(?:s|ed)?|aim(?:s|ed)?|"
    r"seeks?|sought|hop(?:e|es|ed)|"
    r"wish(?:es|ed)?|want(?:s|ed)?|plan(?:s|ned)?|intend(?:s|ed)?|propos(?:e|es|ed)|efforts?|expedition|"
    r"campaign|mission|"
    r"goal|in order)\b"
    r"[^.;]{0,80}?\bto (?P<verb>[a-z]{3,})",
    re.IGNORECASE,
)


def duty_dropped(text: str, quote: str) -> str:
    """Return a doubt where a claim allows what its quote demands."""
    if not same_language(text, quote) or any(_MUST.match(word.key) for word in words(text)):
        return ""
    allowed = next((word.text for word in words(text) if _ALLOWING.match(word.key)), "")
    demanded = next((word.text for word in words(quote) if _MUST.match(word.key)), "")
    may = any(_ALLOWING.match(word.key) for word in words(quote))
    is_same = share(content(text), content(quote)) >= _SHARED
    return f"the claim says “{allowed}”, the quote “{demanded}”" if allowed and demanded and is_same and not may else ""


_ALLOWING = re.compile(r"^(?:may|can|optional\w*|dürfen|darf|kann|können|freiwillig)$")


def duty_added(text: str, quote: str) -> str:
    """Return a doubt where a claim states as a duty what its quote does not."""
    if not same_language(text, quote):
        return ""
    known = [word.key for clause in clauses(_HAS_DONE.sub(" ", quote)) for word in clause.words]
    if any(_MUST.match(key) or _SHALL.match(key) for key in known):
        return ""
    for clause in clauses(text):
        for word in clause.words:
            if _OBLIGING.match(word.key):
                return f"the claim says “{word.text}”, the quote does not"
    return ""
